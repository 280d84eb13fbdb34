import { once } from 'node:events';
import { createServer } from 'node:net';

const greet = (socket) => socket.end(`hello ${socket.remoteAddress}\n`);
const inside = createServer(greet);
const everywhere = createServer(greet);

// For programs on this machine alone: no packet from outside ever gets here.
inside.listen(8001, '127.0.0.1');
await once(inside, 'listening');
console.log('127.0.0.1 port 8001: listening for this machine');

// For everybody who reaches any address of this machine, the loopback one included.
everywhere.listen(8002, '0.0.0.0');
await once(everywhere, 'listening');
console.log('0.0.0.0 port 8002: listening for everybody');

process.on('SIGTERM', () => {
  inside.close();
  everywhere.close();
});
