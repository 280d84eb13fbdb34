// sendBeacon, and whatever else a navigator has.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
attempt('beacon', () => G.navigator.sendBeacon(`http://${to}/beacon`, 'x'));
attempt('navigator', () => G.navigator);
