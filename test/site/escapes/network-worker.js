// Workers of its own, of every kind.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
for (const source of [`http://${to}/w.js`, `data:text/javascript,fetch('http://${to}/w')`]) {
  attempt('worker', () => new G.Worker(source));
  attempt('worker', () => new G.Worker(source, { type: 'module' }));
  attempt('shared', () => new G.SharedWorker(source));
}
attempt('service', () => G.navigator.serviceWorker.register(`http://${to}/sw.js`));
attempt('worklet', () => new G.AudioContext().audioWorklet.addModule(`http://${to}/w`));
