import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const orders = [];
const byKey = new Map();
let posts = 0;

function take(what, key) {
  // A key that was seen before has its answer already. Keys are kept for a day or so, then forgotten.
  const known = key && byKey.get(key);
  if (known) return known;
  orders.push(what);
  const answer = { order: orders.length, what };
  if (key) byKey.set(key, answer);
  return answer;
}

const server = createServer(async (request, response) => {
  const reply = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (request.method !== 'POST') return reply(200, orders);
  const body = await json(request).catch(() => undefined);
  if (typeof body?.what !== 'string')
    return reply(400, { error: 'an order says what' });
  posts += 1;
  // The mishaps of a bad evening: of three attempts the first is taken and its answer is late, the second is refused.
  if (posts % 3 === 2) return reply(503, { error: 'busy' });
  const answer = take(body.what, request.headers['idempotency-key']);
  if (posts % 3 === 1) setTimeout(() => reply(201, answer), 2000);
  else reply(201, answer);
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  server.close(() => console.log(`${posts} attempts, ${orders.length} orders`));
  server.closeAllConnections();
});
