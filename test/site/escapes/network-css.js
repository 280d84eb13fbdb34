// Fonts and style sheets.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('font', () => new G.FontFace('x', `url(http://${to}/font)`).load());
attempt('fonts', () => G.fonts);
attempt('sheet', () => { const s = new G.CSSStyleSheet(); s.replaceSync(`@import 'http://${to}/css'`); return s; });
