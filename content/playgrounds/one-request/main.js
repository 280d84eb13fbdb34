import http from 'node:http';

const url = process.env.URL ?? 'http://example.com/';
const agent = new http.Agent({ keepAlive: true, maxSockets: 10 }); // one handshake for many requests

function get(label) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const say = (what) => console.log(`${label}  ${what} after ${Math.round(performance.now() - begun)} ms`);
    const request = http.get(url, { agent, signal: AbortSignal.timeout(2000) }, (response) => {
      say(`${response.statusCode} ${response.headers['content-type']}`);
      response.resume(); // read the body, or the connection is never free again
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
  console.error(error.code); // ENOTFOUND, ECONNREFUSED; ABORT_ERR when time is up
  process.exitCode = 1;
} finally {
  agent.destroy();
}
