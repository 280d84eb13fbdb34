// A whole simulated internet behind a TUN device, in a network namespace of its own: Linux's own ping, traceroute, dig
// and curl speak to its addresses, and unbound resolves from its root servers.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaiCartSite } from '../../src/engine/app/chaicart.ts';
import { absentPrograms, noNamespaces } from './netns.ts';

const MAIN = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const NAMESPACE = `rt-tun-${process.pid}`;
const RESOLV_FOLDER = `/etc/netns/${NAMESPACE}`;
const ENV = { ...process.env, LC_ALL: 'C' };

function noTun(): string | undefined {
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun on this machine';
  return noNamespaces() ?? absentPrograms(['dig', 'curl', 'ping', 'traceroute', 'python3', 'unbound']);
}

interface Ran {
  readonly status: number | null;
  readonly out: string;
}

function start(...command: readonly string[]): ChildProcess {
  return spawn('ip', ['netns', 'exec', NAMESPACE, ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ENV,
  });
}

function run(...command: readonly string[]): Promise<Ran> {
  return finished(start(...command));
}

function finished(child: ChildProcess): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out: Buffer.concat(chunks).toString('latin1') }));
  });
}

function ip(...args: readonly string[]): Promise<Ran> {
  return finished(spawn('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Starts a bridge in the namespace, and waits until it says that its device is there. */
async function serve(...flags: readonly string[]) {
  const child = start(process.execPath, MAIN, 'serve', 'first-request', '--tun', 'auto', ...flags);
  const said = { text: '' };
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const listen = (chunk: Buffer): void => {
      said.text += chunk;
      if (/^tun .*\n/.test(said.text)) resolve();
    };
    child.stdout!.on('data', listen);
    child.stderr!.on('data', listen);
    void ended.then((status) => reject(new Error(`ended with ${status}: ${said.text}`)));
  });
  return { child, said, ended };
}

/** What the two resolvers keep of the same two questions, and what their controls say of what they are told. */
async function expectSameControl(config: string): Promise<void> {
  const lines = [
    'dump_cache',
    'flush',
    'flush a..b',
    'flush .a',
    'flush a.b.',
    `flush ${'x'.repeat(64)}.y`,
    'flush two words',
    'flush_zone',
    'flush_zone no..x',
    'flush_zone nowhere.invalid',
    'nonsense',
  ];
  const asked = ['chaicart.example', 'nosuch.chaicart.example'].map((name) => `dig @203.0.113.53 ${name}`);
  const typed = [...asked, ...lines.map((line) => `unbound-control ${line} && echo well || echo badly`)].join(
    '\n',
  );
  const child = spawn(process.execPath, [MAIN, 'sh', 'first-request', 'resolver'], { env: ENV });
  child.stdin.end(`${typed}\n`);
  const ours = (await finished(child)).out;
  const real: string[] = [];
  for (const line of lines) {
    const { out, status } = await run('unbound-control', '-c', config, ...line.split(' '));
    real.push(`${out}${status === 0 ? 'well' : 'badly'}\n`);
  }
  const sets = (out: string): string[] =>
    [...out.matchAll(/^;rrset \d+ (\d+ 0 \d) \d\n(\S+)\t\d+\tIN\t(\S+)\t(.*)$/gm)]
      .map(([, head, ...set]) => [head, ...set].join(' '))
      .sort();
  expect(sets(ours).length).toBe(5);
  // Unbound keeps the root's servers and the SOA of an answer that denies as sets of their own
  const more = sets(real[0]!).filter((set) => !/ \. NS | a\.root\.example\. A | SOA /.test(set));
  expect(sets(ours)).toEqual(more);
  expect(ours.split('\nEOF\nwell\n')[1]).toBe(real.slice(1).join(''));
}

/** The walk from the root, which needs every server of the world. */
const TRACES = [
  '+trace chaicart.example',
  '+trace www.chaicart.example AAAA',
  '+trace @198.51.100.4 nothere.chaicart.example',
  '+trace -x 192.0.2.80',
  '+trace +tcp chaicart.example TXT',
  '+trace +all chaicart.example nothere.example',
  '+trace +multiline +identify chaicart.example SOA',
  '+trace +dnssec +additional .',
];

/** Without what passes: times, identifiers, cookies, and the age of what the resolver has kept. */
function masked(out: string): string {
  return out
    .replace(/ in \d+ ms/g, ' in N ms')
    .replace(/^(\.\t+)\d+/gm, '$1N')
    .replace(/^;; (WHEN|Query time):.*/gm, ';; $1')
    .replace(/id: \d+/g, 'id: N')
    .replace(/COOKIE: [0-9a-f]+/g, 'COOKIE: C');
}

describe('a TUN device', { timeout: 120_000 }, () => {
  const missing = noTun();
  const folder = mkdtempSync(join(tmpdir(), 'tun-'));
  const record = join(folder, 'in.jsonl');
  let bridge: Awaited<ReturnType<typeof serve>> | undefined;

  beforeAll(async () => {
    if (missing) return;
    // `ip netns exec` puts this over /etc/resolv.conf: the world's own resolver
    mkdirSync(RESOLV_FOLDER, { recursive: true });
    writeFileSync(join(RESOLV_FOLDER, 'resolv.conf'), 'nameserver 203.0.113.53\n');
    await ip('netns', 'add', NAMESPACE);
    await run('ip', 'link', 'set', 'lo', 'up');
    bridge = await serve('--record', record, '--stats');
  });
  afterAll(async () => {
    bridge?.child.kill('SIGKILL');
    if (!missing) await ip('netns', 'del', NAMESPACE);
    rmSync(RESOLV_FOLDER, { recursive: true, force: true });
    rmSync(folder, { recursive: true });
  });

  it('ping: every machine answers, after the time that its links take and little more', async ({ skip }) => {
    if (missing) skip(missing);
    const { status, out } = await run('ping', '-c', '5', '-i', '0.2', '192.0.2.80');
    expect(status, bridge!.said.text).toBe(0);
    expect(out).toContain('5 received, 0% packet loss');
    const fastest = Number(/= ([\d.]+)\//.exec(out)![1]);
    // twice 12 and 3 ms of links; the rest is this computer's, which may have much else to do
    expect(fastest).toBeGreaterThanOrEqual(30);
    expect(fastest).toBeLessThan(300);
    const far = await run('ping', '-c', '1', '-s', '4000', '198.51.100.4');
    expect(far.out).toContain('4008 bytes from 198.51.100.4');
  });

  it('traceroute sees the simulated routers', async ({ skip }) => {
    if (missing) skip(missing);
    const { out } = await run('traceroute', '-n', '-q', '1', '-w', '2', '192.0.2.80');
    const hops = [...out.matchAll(/^ *\d+ {2}([\d.]+) /gm)].map((found) => found[1]);
    expect(hops).toEqual([expect.stringMatching(/^203\.0\.113\./), '198.51.100.134', '192.0.2.80']);
  });

  it('dig and curl: names and pages, over UDP and TCP', async ({ skip }) => {
    if (missing) skip(missing);
    for (const how of ['+notcp', '+tcp']) {
      const { status, out } = await run(
        'dig',
        '@192.0.2.53',
        'chaicart.example',
        '+norecurse',
        '+nocookie',
        how,
      );
      expect(status).toBe(0);
      expect(out).toMatch(/^chaicart\.example\.\s+300\s+IN\s+A\s+192\.0\.2\.80$/m);
    }
    const page = await run('curl', '-sS', '--fail', '-H', 'Host: chaicart.example', 'http://192.0.2.80/');
    expect(page.status).toBe(0);
    expect(page.out).toBe(Buffer.from(chaiCartSite().resources.get('/')!.body).toString('latin1'));
    const closed = await run('curl', '-sS', '--max-time', '10', 'http://192.0.2.80:81/');
    expect(closed.status).toBe(7);
  });

  it.for(TRACES)('dig %s prints what the real one prints', async (line, { skip }) => {
    if (missing) skip(missing);
    const words = line.split(' ');
    const [real, ours] = await Promise.all([
      run('dig', ...words),
      finished(
        spawn(process.execPath, [MAIN, 'sh', 'first-request', 'laptop', '--', 'dig', ...words], {
          stdio: ['ignore', 'pipe', 'pipe'],
          env: ENV,
        }),
      ),
    ]);
    expect(masked(ours.out)).toBe(masked(real.out));
    expect(ours.status).toBe(real.status);
    expect(real.out).toMatch(/^;; (Received|MSG SIZE)/m);
  });

  it('unbound walks from the simulated root', async ({ skip }) => {
    if (missing) skip(missing);
    writeFileSync(
      join(folder, 'hints'),
      '. 3600000 NS a.root.example.\na.root.example. 3600000 A 198.51.100.4\n',
    );
    const config = join(folder, 'unbound.conf');
    const lines = [
      'directory: ""',
      'chroot: ""',
      'username: ""',
      'pidfile: ""',
      'use-syslog: no',
      'do-ip6: no',
    ];
    lines.push(
      'interface: 127.0.0.1',
      'port: 5353',
      'module-config: "iterator"',
      `root-hints: "${folder}/hints"`,
    );
    const control = `remote-control:\n  control-enable: yes\n  control-use-cert: no\n  control-interface: ${folder}/control\n`;
    writeFileSync(config, `server:\n${lines.map((line) => `  ${line}\n`).join('')}${control}`);
    const unbound = start('unbound', '-d', '-c', config);
    try {
      const ask = (name: string): Promise<Ran> =>
        run('dig', '@127.0.0.1', '-p', '5353', '+tries=5', '+timeout=2', name, 'A');
      const found = await ask('chaicart.example');
      expect(found.out).toMatch(/status: NOERROR/);
      expect(found.out).toMatch(/^chaicart\.example\.\s+\d+\s+IN\s+A\s+192\.0\.2\.80$/m);
      expect((await ask('nosuch.chaicart.example')).out).toMatch(/status: NXDOMAIN/);
      await expectSameControl(config);
    } finally {
      unbound.kill('SIGTERM');
    }
  });

  it('ends with its device and its routes gone, and what came in can be had again', async ({ skip }) => {
    if (missing) skip(missing);
    expect((await run('ip', 'route')).out).toContain('192.0.2.64/26');
    bridge!.child.kill('SIGTERM');
    expect(await bridge!.ended).toBe(0);
    expect(bridge!.said.text).toMatch(/packets: \d+ in, \d+ out/);
    expect((await run('ip', 'route')).out).toBe('');
    expect((await run('ip', 'link')).out).not.toContain('rt0');
    const digest = /^digest (\w+)$/m.exec(bridge!.said.text)![1];
    const again = await run(process.execPath, MAIN, 'serve', 'first-request', '--replay', record);
    expect(again.out).toContain(`digest ${digest}\n`);
    expect(again.status).toBe(0);
  });

  it('enters where it is told to, and a route that cannot be is said', async ({ skip }) => {
    if (missing) skip(missing);
    const second = await serve('--tun-at', 'isp', '--tun-route', '192.168.1.0/24');
    expect((await run('ip', 'route')).out).toContain('192.168.1.0/24 dev rt0');
    const { out } = await run('traceroute', '-n', '-q', '1', '-w', '2', '198.51.100.4');
    expect(out.match(/^ *\d+ /gm)?.length).toBe(3);
    second.child.kill('SIGTERM');
    expect(await second.ended).toBe(0);
    await expect(serve('--tun-route', 'nonsense')).rejects.toThrow(
      /ended with 1: roundtrip: cannot set up rt0: /,
    );
  });
});
