/**
 * Hosts files as the C library reads them and as we do: generated ones, tidy and not, the same names and addresses.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { type Family, formatIp, parseIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { HostsFile } from '../../src/engine/proto/dns/stub/hosts.ts';
import { noNamespaces } from './netns.ts';
import { pythonFault } from './python.ts';

interface Case {
  readonly text: string;
  readonly names: readonly string[];
  readonly addresses: readonly string[];
}

type Found = readonly [canonicalName: string, addresses: readonly string[]] | null;

interface Result {
  /** For each name: both families, IPv4, IPv6. */
  readonly names: readonly (readonly Found[])[];
  readonly addresses: readonly (readonly [name: string, aliases: readonly string[]] | null)[];
}

const RUNS = 1_000;
const NAMES = [
  'shop',
  'Shop',
  'shop.example',
  'a',
  'b',
  'localhost',
  'ip6-localhost',
  'x-1',
  'pay.chaicart.example',
];
const ADDRESSES = ['192.0.2.1', '192.0.2.2', '127.0.0.1', '::1', '2001:db8::1', '2001:db8::2', '10.1.2.3'];
const ODD = ['300.1.2.3', '127.1', '1.2.3', '2001:db8::g', 'shop', '192.0.2.01', '::1::', '-', '0x7f.0.0.1'];

const SCRIPT = readFileSync(fileURLToPath(new URL('./hosts-file.py', import.meta.url)), 'utf8');
const missing = noNamespaces() ?? pythonFault();
if (missing !== undefined) console.log(`hosts files: skipped, ${missing}`);
const realIt = it.skipIf(missing !== undefined && !process.env['CI']);

const pick = <T>(random: Random, from: readonly T[]): T => from[random.below(from.length)]!;

function line(random: Random): string {
  const space = (): string => pick(random, [' ', '\t', '  ', ' \t ']);
  const address = random.below(6) === 0 ? pick(random, ODD) : pick(random, ADDRESSES);
  const names = Array.from({ length: random.below(4) }, () => space() + pick(random, NAMES));
  const comment = pick(random, ['', '', '', ' # later', '#at once', '\t#', ' ']);
  const before = random.below(8) === 0 ? pick(random, ['#', ' ', '\t', '# ']) : '';
  return `${before}${address}${names.join('')}${comment}`;
}

function cases(): Case[] {
  return Array.from({ length: RUNS }, (_, i) => {
    const random = new Random(i + 1);
    const lines = Array.from({ length: random.below(7) }, () => (random.below(9) === 0 ? '' : line(random)));
    // glibc 2.36 reads the last letter of a last line twice when it begins with a space and has no end
    const isWhole = /^\s/.test(lines.at(-1) ?? '') || random.below(2) === 0;
    return { text: lines.join('\n') + (isWhole ? '\n' : ''), names: NAMES, addresses: ADDRESSES };
  });
}

function ours({ text, names, addresses }: Case): Result {
  const file = new HostsFile(text);
  const find = (name: string, families: readonly Family[]): Found => {
    const entry = file.lookup(name, families);
    return entry ? [entry.canonicalName, entry.addresses.map(formatIp).sort()] : null;
  };
  return {
    names: names.map((name) => [find(name, [4, 6]), find(name, [4]), find(name, [6])]),
    addresses: addresses.map((address) => {
      const entry = file.nameOf(parseIp(address));
      return entry ? [entry.canonicalName, entry.aliases] : null;
    }),
  };
}

/** The aliases, each once and without the name: the C library repeats what a line repeats. */
function others([name, aliases]: readonly [string, readonly string[]]): string[] {
  return [...new Set(aliases)].filter((alias) => alias !== name);
}

realIt(`finds what the C library finds, in ${RUNS} files`, () => {
  const asked = cases();
  const run = spawnSync('unshare', ['--mount', 'python3', '-I', '-c', SCRIPT], {
    input: JSON.stringify(asked),
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
    maxBuffer: 1 << 26,
    timeout: 50_000,
  });
  if (run.status !== 0)
    throw new Error(`hosts-file.py failed: ${run.error?.message ?? run.stderr.slice(-2000)}`);
  const real = JSON.parse(run.stdout) as Result[];
  const faults = asked.flatMap((one, i) => {
    const here = ours(one);
    const told: string[] = [];
    const compare = (what: string, a: unknown, b: unknown): void => {
      if (JSON.stringify(a) !== JSON.stringify(b))
        told.push(`${what}: the C library ${JSON.stringify(a)}, here ${JSON.stringify(b)}`);
    };
    for (const [k, name] of NAMES.entries()) compare(name, real[i]!.names[k], here.names[k]);
    for (const [k, address] of ADDRESSES.entries()) {
      const there = real[i]!.addresses[k];
      // By design: an address without a name is a slip, and not one that is called nothing
      if (there?.[0] !== '') compare(address, there ? [there[0], others(there)] : null, here.addresses[k]);
    }
    return told.length > 0 ? [`seed ${i + 1}\n${one.text}\n${told.join('\n')}`] : [];
  });
  const found = real.flatMap(({ names }) => names.flat()).filter((one) => one !== null).length;
  expect(found).toBeGreaterThan(RUNS);
  expect(`${faults.length} differ\n${faults.slice(0, 5).join('\n\n')}`).toBe('0 differ\n');
});
