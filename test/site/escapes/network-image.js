// Images and bitmaps.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('image', () => { const i = new G.Image(); i.src = `http://${to}/image`; return i; });
attempt('bitmap', () => G.createImageBitmap(new G.Blob(['x'])));
attempt('canvas', () => new G.OffscreenCanvas(1, 1));
