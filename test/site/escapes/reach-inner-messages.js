// Listening to what the page says to the worker, and sending it messages of one’s own.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
try { G.EventTarget.prototype.addEventListener.call(G, 'message', (event) => console.log('heard', typeof event)); } catch {}
try { const event = new G.Event('message'); Object.defineProperty(event, 'data', { value: { kind: 'run', files: [['package.json', '{}']] } }); G.EventTarget.prototype.dispatchEvent.call(G, event); } catch {}
try { const event = new G.Event('unhandledrejection'); G.EventTarget.prototype.dispatchEvent.call(G, event); } catch {}
console.log('said');
