// `npm start`: builds the course, then serves what was built.
import { spawn, spawnSync } from 'node:child_process';

const port = process.env.PORT ?? '4321';
const base = process.env.BASE_PATH ?? '/';

const built = spawnSync('astro', ['build', '--silent'], {
  stdio: 'inherit',
  shell: process.platform === 'win32',
});
if (built.status !== 0) process.exit(built.status ?? 1);

const server = spawn('astro', ['preview', '--ignore-lock', '--port', port], {
  stdio: ['inherit', 'pipe', 'inherit'],
  shell: process.platform === 'win32',
});
server.stdout.on('data', (chunk: Buffer) => {
  // The server may have taken another port than the one asked for: say the one it names.
  const address = /http:\/\/localhost:\d+/.exec(chunk.toString())?.[0];
  if (address)
    console.log(`\nRoundtrip is at ${address}${base.startsWith('/') ? base : `/${base}`}\nCtrl+C ends it.`);
});
server.on('exit', (code) => process.exit(code ?? 0));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => server.kill(signal));
