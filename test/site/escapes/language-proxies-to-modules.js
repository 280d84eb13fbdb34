// Proxies as arguments of everything that the modules offer.
const odd = new Proxy(function () {}, { get: (_, name) => (name === Symbol.toPrimitive ? () => 1 : name === 'length' ? 1e9 : odd), has: () => true, apply: () => odd, construct: () => ({}), ownKeys: () => ['prototype'] });
for (const name of ['buffer', 'events', 'stream', 'util', 'net', 'http', 'dgram', 'dns', 'url', 'path', 'timers', 'querystring', 'string_decoder']) {
  let it;
  try { it = require(`node:${name}`); } catch { continue; }
  for (const key of Object.keys(it).slice(0, 40)) {
    if (typeof it[key] !== 'function' || /wrap|promisify|callbackify|SlowBuffer|alloc|finished|pipeline|compose/i.test(key)) continue;
    try { it[key](odd); } catch {}
    try { new it[key](odd); } catch {}
  }
}
console.log('asked');
process.exit(0);
