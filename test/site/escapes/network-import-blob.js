// Modules from blob: addresses.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('blob', () => (0, eval)(`import(${JSON.stringify(G.URL.createObjectURL?.(new G.Blob(['export default 1'])) ?? 'blob:null/1')})`));
attempt('createObjectURL', () => G.URL.createObjectURL(new G.Blob(['x'])));
