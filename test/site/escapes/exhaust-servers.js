// A flood of listening sockets.
const net = require('node:net');
for (let port = 0; ; port = (port + 1) % 65536) net.createServer().on('error', () => {}).listen(port);
