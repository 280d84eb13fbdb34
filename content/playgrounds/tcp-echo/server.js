import { createServer } from 'node:net';

const server = createServer((socket) => {
  console.log('connection from', socket.remoteAddress);
  socket.pipe(socket); // what comes in goes out again, however it is cut
  socket.on('error', (error) => console.error(error.code));
});

server.listen(Number(process.env.PORT ?? 7000), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => server.close());
