import http from 'node:http';

const url = process.env.URL ?? 'http://example.com/';
// one handshake for many requests
const agent = new http.Agent({ keepAlive: true, maxSockets: 10 });

function get(label) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const since = () => Math.round(performance.now() - begun);
    const say = (what) => console.log(`${label}  ${what} after ${since()} ms`);
    const signal = AbortSignal.timeout(2000);
    const request = http.get(url, { agent, signal }, (response) => {
      say(`${response.statusCode} ${response.headers['content-type']}`);
      // read the body, or the connection is never free again
      response.resume();
      response.on('end', () => {
        say('whole body');
        resolve();
      });
    });
    request.on('socket', (socket) => {
      if (request.reusedSocket) return say('connection was there');
      socket.once('lookup', (_error, address) => say(`name is ${address}`));
      socket.once('connect', () => say('connected'));
    });
    request.on('error', reject);
  });
}

try {
  await get('first ');
  await get('second');
} catch (error) {
  // ENOTFOUND, ECONNREFUSED; ABORT_ERR when time is up
  console.error(error.code);
  process.exitCode = 1;
} finally {
  agent.destroy();
}
