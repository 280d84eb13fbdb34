// Streaming compilation of WebAssembly.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('wasm', () => G.WebAssembly.compileStreaming(G.fetch(`http://${to}/wasm`)));
attempt('wasm', () => new G.WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer);
