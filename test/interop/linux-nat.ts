/**
 * Linux's own translator, which masquerades between two cables in a network namespace, and raw datagrams through it.
 *
 * Whatever stands at the other ends of the cables is played by a script with packet sockets: it puts datagrams on one
 * cable, and hands back what comes out of the other. Neighbours are told to Linux beforehand, so nobody asks for them.
 */
import { spawnSync } from 'node:child_process';
import type { Ip4 } from '../../src/engine/base/address.ts';
import { formatIp4 } from '../../src/engine/base/address.ts';
import { type Bytes, fromHex, toHex } from '../../src/engine/base/bytes.ts';

export interface Step {
  readonly side: 'inside' | 'outside';
  readonly bytes: Bytes;
}

/** Why there is no such translator here, or undefined. */
export function noLinuxNat(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root: no network namespaces';
  for (const [program, version] of [
    ['ip', '-V'],
    ['nft', '--version'],
    ['python3', '--version'],
  ] as const)
    if (spawnSync(program, [version]).error) return `${program} is not on this machine`;
  const name = `rt-nat-probe-${process.pid}`;
  const rule =
    'add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c masquerade';
  try {
    run('ip', 'netns', 'add', name);
    run('ip', 'netns', 'exec', name, 'nft', rule);
    return undefined;
  } catch (error) {
    return `no translator in a network namespace: ${String(error).slice(0, 200)}`;
  } finally {
    spawnSync('ip', ['netns', 'del', name]);
  }
}

/**
 * Sends datagrams one after the other, and gives what came out at the other side for each (undefined for nothing). The
 * second function gets what came out so far, so that an answer can be made from it.
 */
export function throughLinux(
  outside: Ip4,
  inside: readonly Ip4[],
  remotes: readonly Ip4[],
  steps: readonly ((sofar: readonly (Bytes | undefined)[]) => Step)[],
): (Bytes | undefined)[] {
  const router = `rt-nat-${process.pid}`;
  const ends = `rt-ends-${process.pid}`;
  const on = (name: string, ...command: string[]): void => run('ip', 'netns', 'exec', name, ...command);
  try {
    for (const name of [router, ends]) run('ip', 'netns', 'add', name);
    for (const [cable, mac] of [
      ['lan', 1],
      ['wan', 2],
    ] as const) {
      const [ours, theirs] = [`02:00:00:00:00:0${mac}`, `02:00:00:00:00:1${mac}`];
      run(
        ...['ip', 'link', 'add', cable, 'netns', router, 'address', ours, 'type', 'veth'],
        ...['peer', 'name', cable, 'netns', ends, 'address', theirs],
      );
      on(ends, 'sysctl', '-qw', `net.ipv6.conf.${cable}.disable_ipv6=1`);
      on(
        router,
        'sysctl',
        '-qw',
        `net.ipv6.conf.${cable}.disable_ipv6=1`,
        `net.ipv4.conf.${cable}.rp_filter=0`,
      );
      for (const name of [router, ends]) on(name, 'ip', 'link', 'set', cable, 'up');
    }
    on(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.rp_filter=0');
    on(router, 'ip', 'addr', 'add', `${formatIp4(outside)}/32`, 'dev', 'wan');
    for (const [cable, mac, addresses] of [
      ['lan', '02:00:00:00:00:11', inside],
      ['wan', '02:00:00:00:00:12', remotes],
    ] as const) {
      for (const address of addresses) {
        on(router, 'ip', 'route', 'add', formatIp4(address), 'dev', cable, 'scope', 'link');
        on(router, 'ip', 'neigh', 'add', formatIp4(address), 'lladdr', mac, 'dev', cable, 'nud', 'permanent');
      }
    }
    on(
      router,
      'nft',
      'add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c oifname wan masquerade',
    );
    const came: (Bytes | undefined)[] = [];
    for (const step of steps) came.push(pass(ends, step(came)));
    return came;
  } finally {
    for (const name of [router, ends]) spawnSync('ip', ['netns', 'del', name]);
  }
}

/** One frame in; the first IPv4 frame that comes out of the other cable within a second. */
const SCRIPT = `
import socket, sys, time
side, data = sys.argv[1], bytes.fromhex(sys.argv[2])
here, there = ('lan', 'wan') if side == 'inside' else ('wan', 'lan')
mine, router = ('11', '01') if side == 'inside' else ('12', '02')
mac = lambda last: bytes.fromhex('0200000000' + last)
def raw(nic):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    s.bind((nic, 0x0800))
    return s
out, into = raw(here), raw(there)
out.send(mac(router) + mac(mine) + b'\\x08\\x00' + data)
end = time.time() + 1
while time.time() < end:
    into.settimeout(max(0.01, end - time.time()))
    try:
        frame, address = into.recvfrom(4000)
    except socket.timeout:
        break
    if address[2] != 4:
        print(frame[14:].hex())
        break
`;

function pass(namespace: string, { side, bytes }: Step): Bytes | undefined {
  const done = spawnSync('ip', ['netns', 'exec', namespace, 'python3', '-c', SCRIPT, side, toHex(bytes)], {
    encoding: 'utf8',
  });
  if (done.status !== 0) throw new Error(done.stderr);
  const text = done.stdout.trim();
  if (text === '') return undefined;
  const frame = fromHex(text);
  return frame.subarray(0, (frame[2]! << 8) | frame[3]!);
}

function run(program: string, ...args: string[]): void {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
}
