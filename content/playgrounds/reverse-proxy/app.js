import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const { url, headers } = request;
  if (url === '/slow') return; // never answers
  response.setHeader('content-type', 'application/json');
  response.end(
    JSON.stringify({
      from: process.env.NAME ?? 'app',
      for: headers['x-forwarded-for'],
      host: headers['x-forwarded-host'],
      via: headers.via,
      secret: headers['x-hop'] ?? 'not passed on',
    }),
  );
});

server.listen(Number(process.env.PORT ?? 8081), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
