// How many names Node looks up at a time: a program that is its own slow name server, on the real Node in a network and
// a mount namespace of its own, and in the simulation.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { runProgram } from '../node/run-program.ts';
import { noNamespaces } from './netns.ts';

const missing = noNamespaces();
if (missing !== undefined) console.log(`node-threads: skipped, ${missing}`);
const realTest = test.skipIf(missing !== undefined && !process.env['CI']);

/** Answers A after a second; says in which half second each name was asked for, and when each lookup ended. */
const PROGRAM = `
  const dns = require('node:dns');
  const server = require('node:dgram').createSocket('udp4');
  const began = performance.now();
  const now = () => Math.floor((performance.now() - began) / 500) / 2;
  const lines = [];
  server.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    lines.push('asked ' + query.subarray(13, 13 + query[12]) + ' ' + now());
    const answer = Buffer.concat([query.subarray(0, end), Buffer.from('c00c000100010000003c0004c0000201', 'hex')]);
    answer[2] |= 0x80;
    answer.writeUInt16BE(1, 6);
    answer.writeUInt16BE(0, 10);
    setTimeout(() => server.send(answer, from.port, from.address), 1100);
  });
  server.bind(53, '127.0.0.1', () => {
    let left = 9;
    const done = (name) => (error, found) => {
      lines.push((error ? error.code : found) + ' for ' + name + ' ' + now());
      if (--left === 0) {
        server.close();
        console.log(lines.sort().join('\\n'));
      }
    };
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) dns.lookup(name + '.example', { family: 4 }, done(name));
    dns.lookup('localhost', { family: 4 }, done('localhost'));
    dns.lookup('192.0.2.9', done('an address'));
    dns.lookup('127.1', done('a loose address'));
  });
`;

const INSIDE = `
  echo nameserver 127.0.0.1 > "$1/resolv.conf" && mount --bind "$1/resolv.conf" /etc/resolv.conf &&
  echo 127.0.0.1 localhost > "$1/hosts" && mount --bind "$1/hosts" /etc/hosts && ip link set lo up &&
  exec "$2" -e "$3"
`;

for (const threads of [undefined, '7', 'none'])
  realTest(`with ${threads ?? 'the default'} as the number of threads`, { timeout: 60_000 }, async () => {
    const env: Record<string, string> = threads === undefined ? {} : { UV_THREADPOOL_SIZE: threads };
    const ours = await runProgram(PROGRAM, { env });
    const folder = spawnSync('mktemp', ['-d'], { encoding: 'utf8' }).stdout.trim();
    const { NODE_OPTIONS: _, ...outside } = process.env;
    const real = spawnSync(
      'unshare',
      ['--net', '--mount', 'sh', '-c', INSIDE, 'sh', folder, process.execPath, PROGRAM],
      { encoding: 'utf8', env: { ...outside, ...env }, timeout: 30_000 },
    );
    expect(real.stderr).toBe('');
    expect(ours.stdout).toBe(real.stdout);
    expect(ours.stdout).toContain('192.0.2.1 for f');
  });
