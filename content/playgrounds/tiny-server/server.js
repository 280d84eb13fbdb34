import { createServer } from 'node:http';

let served = 0;

const server = createServer((request, response) => {
  served += 1;
  if (request.url === '/health') {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: true, served }));
    return;
  }
  response.writeHead(404, { 'content-type': 'text/plain' });
  response.end(`nothing at ${request.url}\n`);
});

// Who knocks: of a client behind a NAT it is the outside address.
server.once('connection', (socket) =>
  console.log('first connection from', socket.remoteAddress),
);

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () => {
  console.log('listening on', server.address().port);
});

// The one who stops us waits: finish what is under way, take nothing new.
process.on('SIGTERM', () => server.close(() => console.log('closed')));
