// The document: its title, its text, new elements.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('title', () => (G.document.title = 'escaped'));
attempt('element', () => G.document.body.append('escaped') ?? 1);
attempt('write', () => G.document.write('escaped') ?? 1);
attempt('parser', () => new G.DOMParser());
