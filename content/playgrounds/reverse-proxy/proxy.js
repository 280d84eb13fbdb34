import http from 'node:http';
import { pipeline } from 'node:stream';

// Who serves what: the longest prefix wins.
const routes = Object.entries(
  JSON.parse(process.env.ROUTES ?? '{"/":"http://localhost:8081"}'),
).sort(([a], [b]) => b.length - a.length);
const PATIENCE = 800;
const agent = new http.Agent({ keepAlive: true });

// For the next hop only: they speak of one connection, and ours to the server is another (RFC 9110 §7.6.1).
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

function endToEnd(headers) {
  const named = String(headers.connection ?? '')
    .toLowerCase()
    .split(/\s*,\s*/);
  const isLocal = (name) => HOP_BY_HOP.includes(name) || named.includes(name);
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !isLocal(name)),
  );
}

const server = http.createServer((request, response) => {
  const fail = (status, why) => {
    console.log(`${request.method} ${request.url}  ${status} ${why}`);
    if (response.headersSent) return response.destroy(); // half an answer: better broken than wrong
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(`${http.STATUS_CODES[status]}\n`);
  };
  const route = routes.find(([prefix]) => request.url.startsWith(prefix));
  if (!route) return fail(404, 'no route');

  // The path as it came: a URL made of it could name another server, as `//evil.example/` does.
  const { hostname, port } = new URL(route[1]);
  const upstream = http.request({
    hostname,
    port,
    path: request.url,
    method: request.method,
    agent,
    headers: {
      ...endToEnd(request.headers),
      // What the client wrote into this field is not to be believed; what we see ourselves is.
      'x-forwarded-for': request.socket.remoteAddress,
      'x-forwarded-host': request.headers.host,
      'x-forwarded-proto': 'http',
      via: '1.1 chaicart',
    },
  });
  const timer = setTimeout(() => upstream.destroy(new Error('time-out')), PATIENCE);
  upstream.on('response', (answer) => {
    clearTimeout(timer);
    console.log(
      `${request.method} ${request.url}  ${answer.statusCode} from ${route[0]}`,
    );
    response.writeHead(answer.statusCode, endToEnd(answer.headers));
    pipeline(answer, response, () => {}); // when one of the two breaks, so does the other
  });
  upstream.on('error', (error) => {
    clearTimeout(timer);
    if (response.destroyed) return; // the client has left
    if (error.message === 'time-out') fail(504, `nothing within ${PATIENCE} ms`);
    else fail(502, error.code);
  });
  response.on('close', () => upstream.destroy()); // nobody waits any more: let the server know
  request.pipe(upstream);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  agent.destroy();
  server.close();
});
