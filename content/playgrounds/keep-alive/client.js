import http from 'node:http';

const url = process.env.URL ?? 'http://localhost:8080/';
const REQUESTS = 5;

function get(agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(
      url,
      { agent, signal: AbortSignal.timeout(5000) },
      (response) => {
        response.resume();
        response.on('end', () => resolve(request.reusedSocket));
      },
    );
    request.on('error', reject);
  });
}

async function measure(title, options) {
  const agent = new http.Agent(options);
  const times = [];
  let reused = 0;
  for (let i = 0; i < REQUESTS; i++) {
    const begun = performance.now();
    if (await get(agent)) reused += 1;
    times.push(performance.now() - begun);
  }
  // idle connections would hold the program for as long as the server keeps them
  agent.destroy();
  const all = times.reduce((sum, time) => sum + time, 0);
  console.log(title);
  console.log(
    `  connections: ${REQUESTS - reused}, requests on one that was there: ${reused}`,
  );
  console.log(
    `  each request: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}`,
  );
  console.log(`  together: ${Math.round(all)} ms`);
}

await measure('a connection for each request', { keepAlive: false });
await measure('one that is kept', { keepAlive: true });
