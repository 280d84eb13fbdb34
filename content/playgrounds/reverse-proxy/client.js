import { once } from 'node:events';
import http from 'node:http';

const origin = process.env.ORIGIN ?? 'http://localhost:8080';
const agent = new http.Agent({ keepAlive: true });

async function get(path, headers = {}) {
  const [response] = await once(
    http.get(new URL(path, origin), { agent, headers }),
    'response',
  );
  response.setEncoding('utf8');
  let body = '';
  for await (const piece of response) body += piece;
  console.log(`${path}  ${response.statusCode}  ${body.trim()}`);
}

await get('/menu');
await get('/orders/7');
// says who it is itself, and sends a field for the next hop only
await get('/menu', {
  'x-forwarded-for': '10.0.0.1',
  connection: 'keep-alive, x-hop',
  'x-hop': 'to the proxy only',
});
await get('/slow');
await get('/stock');
agent.destroy();
