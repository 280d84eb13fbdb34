// The fetch that the program was given: its network is the simulated one.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
const mine = typeof fetch === 'function' ? fetch : undefined;
if (mine) for (const address of [`http://${to}/`, 'file:///etc/passwd', 'blob:null/x', 'about:blank']) attempt(address, () => mine(address, { signal: AbortSignal.timeout?.(1000) }));
setTimeout(() => process.exit(0), 3000);
