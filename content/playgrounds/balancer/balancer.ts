import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { type Backend, type Policy, RoundRobin } from './policy.ts';

const REST_MS = 10_000; // how long a server that refused is left alone
const policy: Policy = new RoundRobin();
const backends: Backend[] = (
  process.env.BACKENDS ?? 'a=http://localhost:8081 b=http://localhost:8082'
)
  .split(' ')
  .map((text) => {
    const [name = '', url = ''] = text.split('=');
    return { name, url, downUntil: 0 };
  });
const agent = new http.Agent({ keepAlive: true });

function forward(
  request: IncomingMessage,
  backend: Backend,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { method, headers, url: path } = request;
    const { hostname, port } = new URL(backend.url);
    const upstream = http.request(
      { hostname, port, path, method, headers, agent },
      resolve,
    );
    upstream.on('error', reject);
    upstream.end();
  });
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // Only what may be repeated without harm, and has no body that would be gone by the second try.
  const isRepeatable = request.method === 'GET' || request.method === 'HEAD';
  for (const backend of policy.order(backends, Date.now())) {
    try {
      const answer = await forward(request, backend);
      response.writeHead(answer.statusCode ?? 502, {
        ...answer.headers,
        'x-served-by': backend.name,
      });
      pipeline(answer, response, () => {}); // when one of the two breaks, so does the other
      return;
    } catch (error) {
      backend.downUntil = Date.now() + REST_MS;
      console.log(
        `${backend.name}: ${(error as NodeJS.ErrnoException).code}, left alone for ${REST_MS / 1000} s`,
      );
      if (!isRepeatable) break;
    }
  }
  response.writeHead(502).end('nobody is there\n');
}

const server = http.createServer(
  (request, response) => void handle(request, response),
);
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () =>
  console.log('listening'),
);
process.on('SIGTERM', () => {
  agent.destroy();
  server.close();
});
