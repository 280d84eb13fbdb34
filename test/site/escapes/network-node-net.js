// The canary’s own address through node:net and node:http: the simulated laptop has its own localhost.
process.on('unhandledRejection', () => {});
const G = (0, eval)('globalThis');
const to = process.env.CANARY;
const attempt = async (what, body) => { try { const it = await body(); if (it !== undefined && it !== null) console.log('ESCAPED by', what); } catch { /* refused */ } };
const [host, port] = to.split(':');
for (const name of ['net', 'http']) {
  let it;
  try { it = require(`node:${name}`); } catch { continue; }
  for (const at of [host, '127.0.0.1', '::1']) {
    if (name === 'net') it.connect(Number(port), at, function () { console.log('ESCAPED by net'); }).on('error', () => {});
    else it.get({ host: at, port, path: '/http' }, () => console.log('ESCAPED by http')).on('error', () => {});
  }
}
setTimeout(() => process.exit(0), 2000);
