// Channels to other pages: broadcasts, locks, messages.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('broadcast', () => { const c = new G.BroadcastChannel('roundtrip'); c.postMessage('escaped'); return c; });
attempt('locks', () => G.navigator.locks.request('x', () => 1));
attempt('channel', () => new G.MessageChannel());
attempt('ports', () => new G.MessagePort());
