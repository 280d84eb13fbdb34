import { createServer } from 'node:http';

const name = process.env.NAME ?? 'app';
// Ends itself after so many requests, as a server does at the worst moment.
const last = Number(process.env.LAST ?? Number.POSITIVE_INFINITY);
let served = 0;

const server = createServer((_request, response) => {
  served += 1;
  response.setHeader('connection', served === last ? 'close' : 'keep-alive');
  response.end(`${name}, request ${served}\n`, () => {
    if (served !== last) return;
    console.log(`${name} goes down`);
    server.close();
    server.closeIdleConnections();
  });
});

server.listen(Number(process.env.PORT ?? 8081), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  console.log(`${name} served ${served}`);
  server.close();
  server.closeAllConnections();
});
