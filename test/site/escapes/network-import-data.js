// Modules from data: addresses, which would be a realm’s own code without the loader.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('data', () => (0, eval)("import('data:text/javascript,export default 1')"));
attempt('data', () => (0, eval)(`import('data:text/javascript,import "http://${to}/nested.js"')`));
attempt('data', () => new Function("return import('data:application/json,{}', { with: { type: 'json' } })")());
