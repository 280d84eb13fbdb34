// Modules from the network, by every kind of code that can import.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
for (const code of [`import('http://${to}/a.js')`, `import('http://${to}/a.json', { with: { type: 'json' } })`, `import('http://${to}/a.css', { with: { type: 'css' } })`, `import.source?.('http://${to}/a.wasm')`]) {
  attempt('import', () => (0, eval)(code));
  attempt('import', () => new Function(`return ${code}`)());
  attempt('import', () => Object.getPrototypeOf(async () => {}).constructor(`return ${code}`)());
}
