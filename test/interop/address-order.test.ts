/**
 * The order in which a host tries addresses, beside the C library's: the same own addresses and routes, the policy table
 * of RFC 6724 in both, and 1,500 random sets.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { formatIp, parseIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { inOrderToTry } from '../../src/engine/net/ip/destination-order.ts';
import { Network } from '../../src/engine/net/network.ts';
import { World } from '../../src/engine/sim/world.ts';
import { noNamespaces } from './netns.ts';
import { pythonFault } from './python.ts';

/** What a host has, and where its default routes lead. */
const HOSTS: readonly (readonly string[])[] = [
  ['192.0.2.10/24', '2001:db8::10/64'],
  ['192.0.2.10/24', '2001:db8::10/64', 'fd00::10/64'],
  ['10.1.2.3/8', 'fd00::10/64'],
];
/**
 * One address on the own IPv4 network, for there we differ by design: of two the C library compares all bits, RFC 6724 §2.2
 * those of the prefix.
 */
const POOL: readonly string[] = [
  ...['192.0.2.20', '203.0.113.5', '198.51.100.7', '10.9.9.9', '127.0.0.1', '192.168.1.1'],
  ...['2001:db8::20', '2001:db8:0:1::5', '2001:db8:ffff::1', '3fff::1', '2002:c000:201::1', '2001:0:1::1'],
  ...['fd00::20', 'fd00:1::1', 'fd77::1', '::1', '64:ff9b::c000:201'],
];
const RUNS = 500;

const SCRIPT = readFileSync(fileURLToPath(new URL('./address-order.py', import.meta.url)), 'utf8');
const missing = noNamespaces() ?? pythonFault();
if (missing !== undefined) console.log(`order of addresses: skipped, ${missing}`);
const realIt = it.skipIf(missing !== undefined && !process.env['CI']);

function sets(seed: number): string[][] {
  const random = new Random(seed);
  return Array.from({ length: RUNS }, () => {
    const left = [...POOL];
    return Array.from({ length: 2 + random.below(6) }, () => left.splice(random.below(left.length), 1)[0]!);
  });
}

function ours(own: readonly string[], given: readonly string[][]): string[][] {
  const network = new Network(new World());
  const host = network.host('host');
  const router = network.router('router');
  const gateways = own.map((cidr) => cidr.replace(/[\da-f]+\/(\d+)$/, '1/$1'));
  network.link([host, 'eth0', ...own], [router, 'lan', ...gateways], { delay: 0 });
  network.route(host, 'default', gateways[0]!.split('/')[0]!);
  network.route(host, 'default', gateways[1]!.split('/')[0]!);
  return given.map((addresses) => inOrderToTry(host.ip, addresses.map(parseIp)).map(formatIp));
}

realIt.each(HOSTS.map((own) => ({ own })))('a host with $own', ({ own }) => {
  const given = sets(own.length);
  const run = spawnSync('unshare', ['--net', '--mount', 'python3', '-I', '-c', SCRIPT], {
    input: JSON.stringify({ own, sets: given }),
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    timeout: 50_000,
  });
  if (run.status !== 0)
    throw new Error(`address-order.py failed: ${run.error?.message ?? run.stderr.slice(-2000)}`);
  const real = (JSON.parse(run.stdout) as string[][]).map((addresses) =>
    addresses.map((text) => formatIp(parseIp(text))),
  );
  const here = ours(own, given);
  const faults = given.flatMap((addresses, i) =>
    real[i]!.join(' ') === here[i]!.join(' ')
      ? []
      : [`${addresses.join(' ')}\n  C library: ${real[i]!.join(' ')}\n  here:      ${here[i]!.join(' ')}`],
  );
  expect(`${faults.length} differ\n${faults.slice(0, 5).join('\n')}`).toBe('0 differ\n');
});
