// `roundtrip serve` as a process: what it prints, how it ends, with which status.
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { ask } from './clients.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const one of children.splice(0)) one.kill('SIGKILL');
  for (const one of folders.splice(0)) rmSync(one, { recursive: true });
});

/** Starts it, and gives what it has printed when `line` came, and its end. */
async function serve(line: RegExp, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, 'serve', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const said = { out: '', err: '' };
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stderr.on('data', (chunk) => {
    said.err += chunk;
  });
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk) => {
      said.out += chunk;
      if (line.test(said.out)) resolve();
    });
    void ended.then(() => resolve());
  });
  return { child, said, ended };
}

/** A question about the address of chaicart.example, as dig writes it without EDNS. */
const QUERY = Buffer.from(
  `12340120000100000000000008${Buffer.from('chaicart').toString('hex')}07${Buffer.from('example').toString('hex')}0000010001`,
  'hex',
);

describe('serve', () => {
  it('says where it listens, answers, and ends at Ctrl-C with what it did; its recording is replayed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'serve-'));
    folders.push(folder);
    const [record, pcap] = [join(folder, 'in.jsonl'), join(folder, 'out.pcapng')];
    const flags = ['--udp', '127.0.0.1:0=resolver', '--log', '--stats', '--record', record, '--pcap', pcap];
    const { child, said, ended } = await serve(/resolver:53\n/, 'first-request', ...flags);
    const port = Number(/^udp 127\.0\.0\.1:(\d+) → resolver:53$/m.exec(said.out)![1]);
    const answer = await ask(port, QUERY);
    expect(answer?.subarray(-4)).toEqual(Buffer.from([192, 0, 2, 80]));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(said.err).toBe('');
    expect(said.out).toMatch(
      /^\d+\.\d{3} s {2}udp .* → resolver:53 {2}chaicart\.example\. A → NOERROR, 1 answer, /m,
    );
    expect(said.out).toContain('datagrams: 1 in, 1 out\n');
    expect(said.out).toMatch(/^the world ran behind the clock by: median /m);
    const digest = /^digest (\w+)$/m.exec(said.out)![1]!;
    expect(readFileSync(pcap).readUInt32BE(0)).toBe(0x0a0d0d0a);

    const again = await serve(/digest/, 'first-request', '--replay', record);
    expect(await again.ended).toBe(0);
    expect(again.said.out).toContain(`digest ${digest}\n`);
    const ran = program(['run', 'first-request', '--inputs', record, '--json']);
    expect((JSON.parse(ran.out) as { digest: string }).digest).toBe(digest);
    expect(program(['run', 'home-lan', '--inputs', record]).err).toContain('was recorded in first-request');
    expect(program(['run', 'first-request', '--inputs', record, '--seed', '2']).status).toBe(2);
  });

  it('ends by itself when told for how long', async () => {
    const { said, ended } = await serve(/nothing/, 'first-request', '--udp', '[::1]:0=ns1', '--for', '50ms');
    expect(await ended).toBe(0);
    expect(said.out).toMatch(/^udp \[::1\]:\d+ → ns1:53\nnothing came in\n$/);
  });

  it('says in one line why a port cannot be had, and fails with 1', async () => {
    const taken = createSocket('udp4');
    await new Promise<void>((resolve) => taken.bind(0, '127.0.0.1', resolve));
    const { port } = taken.address();
    const { said, ended } = await serve(/x/, 'first-request', '--udp', `127.0.0.1:${port}=resolver`);
    expect(await ended).toBe(1);
    expect(said.err).toBe(
      `roundtrip: cannot listen on udp 127.0.0.1:${port}: another program has this port\n`,
    );
    taken.close();
  });

  it('answers what was asked wrongly in one line, with 2', async () => {
    const wrong: [string[], RegExp][] = [
      [['first-request'], /needs a door/],
      [['first-request', '--udp', '127.0.0.1:0=nobody'], /no machine is called nobody; there are laptop, /],
      [['first-request', '--udp', '0.0.0.0:0=resolver'], /--allow-remote/],
      [['first-request', '--udp', '127.0.0.1:0=resolver', '--speed', '0'], /--speed takes/],
      [['first-request', '--replay', '/nonexistent'], /cannot read/],
      [['first-request', '--tun', 'a/b'], /--tun takes/],
    ];
    await Promise.all(
      wrong.map(async ([args, why]) => {
        const { said, ended } = await serve(/never/, ...args);
        expect(await ended, args.join(' ')).toBe(2);
        expect(said.err).toMatch(why);
        expect(said.err.split('\n').length).toBe(2);
      }),
    );
  });

  it('says that a TUN device cannot be made, where it cannot', async ({ skip }) => {
    if (process.getuid?.() === 0 && existsSync('/dev/net/tun')) skip('root may make a TUN device here');
    const { said, ended } = await serve(/never/, 'first-request', '--tun', 'auto');
    expect(await ended).toBe(1);
    expect(said.err).toMatch(/^roundtrip: (cannot make a TUN device|a TUN device needs Linux|python3)/);
  });
});
