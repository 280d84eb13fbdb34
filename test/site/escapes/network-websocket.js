// WebSocket, and its stream.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('ws', () => new G.WebSocket(`ws://${to}/ws`));
attempt('wss', () => new G.WebSocketStream(`ws://${to}/ws`));
