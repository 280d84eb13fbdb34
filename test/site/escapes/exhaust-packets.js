// A flood of datagrams in one turn.
const socket = require('node:dgram').createSocket('udp4');
for (;;) socket.send('x'.repeat(500), 9, '192.168.1.1');
