// Comments that name addresses.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
(0, eval)(`1\n//# sourceMappingURL=http://${to}/map.json`);
(0, eval)(`1\n//# sourceURL=http://${to}/source.js`);
new Function(`//# sourceMappingURL=http://${to}/map2.json`)();
try { (0, eval)(`throw new Error('x')\n//# sourceURL=http://${to}/thrown.js`); } catch (error) { console.log(error.message); }
