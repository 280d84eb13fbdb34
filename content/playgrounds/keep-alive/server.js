import { createServer } from 'node:http';

let connections = 0;
const server = createServer((_request, response) => response.end('masala chai\n'));
server.on('connection', () => {
  connections += 1;
});
// Longer than the balancer in front keeps idle connections: the one who asks must be
// the one who closes first.
server.keepAliveTimeout = 65_000;

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () =>
  server.close(() => console.log(`${connections} connections in all`)),
);
