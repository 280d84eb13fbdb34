// IndexedDB.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('indexedDB', () => new Promise((resolve, reject) => { const r = G.indexedDB.open('x'); r.onsuccess = () => resolve(r); r.onerror = () => reject(r); }));
