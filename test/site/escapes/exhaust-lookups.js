// A flood of lookups.
const dns = require('node:dns');
(function again() { for (let i = 0; i < 50; i++) dns.lookup(`n${Math.random()}.example`, () => {}); setImmediate(again); })();
