// The origin’s private file system and its older kin.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('opfs', () => G.navigator.storage.getDirectory());
attempt('old', () => new Promise((resolve, reject) => G.webkitRequestFileSystem(0, 1, resolve, reject)));
attempt('old', () => G.webkitRequestFileSystemSync(0, 1));
attempt('estimate', () => G.navigator.storage.estimate());
