// XMLHttpRequest.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('xhr', () => { const x = new G.XMLHttpRequest(); x.open('GET', `http://${to}/xhr`, false); x.send(); return x; });
