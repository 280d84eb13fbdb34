// A flood of datagrams, in turns.
const socket = require('node:dgram').createSocket('udp4');
(function again() { for (let i = 0; i < 200; i++) socket.send('x', 9, '192.168.1.1'); setImmediate(again); })();
