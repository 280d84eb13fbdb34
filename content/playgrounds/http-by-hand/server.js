'use strict';
const http = require('node:http');

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  if (request.url === '/stream') {
    // nobody knows how long it will be, so each piece says its own length
    response.write('masala ');
    setTimeout(() => response.end('chai\n'), 50);
  } else {
    response.end('masala chai, ginger chai\n');
  }
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => server.close());
