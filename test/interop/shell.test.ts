/**
 * ping, traceroute, ip, ss and the shell itself beside Linux's own: the same network in namespaces and simulated, the
 * same lines typed, what both print compared line by line, and with which status they end.
 *
 * Masked: times, process and port numbers, what names the other ends of veth pairs. What differs by design is listed in
 * src/engine/shell/differences.ts; what the stack does otherwise is named at its case, and must differ as long as it is.
 */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DIFFERENCES } from '../../src/engine/shell/differences.ts';
import { absentPrograms, Namespaces, noNamespaces, type Ran } from './netns.ts';
import { CASES, type Case, TOPOLOGY, type Typed } from './shell-topology.ts';
import { ShellWorld } from './shell-world.ts';

const PROGRAMS = ['ip', 'ss', 'ping', 'traceroute', 'arp', 'hostname', 'nft', 'setpriv', 'bash'];
/** Programs that wait do so in real time, and machines may be busy. */
const PATIENCE = 300_000;
const missing = absentPrograms(PROGRAMS) ?? noNamespaces();
// on CI as root, what is missing is a fault and no excuse
if (missing && process.env['CI'] && process.getuid?.() === 0) throw new Error(missing);

/** Both sides of one line, ready to be compared. */
interface Compared {
  readonly line: string;
  readonly status: number;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

function masked(line: string, { status, out, err }: Ran): Compared {
  const lines = mask(out).split('\n');
  const isUnordered = /\bip (-[46] )?(neigh|n)\b|\barp\b/.test(line);
  return { line, status, out: isUnordered ? lines.sort() : lines, err: mask(err).split('\n') };
}

function mask(text: string): string {
  return (
    text
      .replace(/time=[\d.]+ ms/g, 'time=T ms')
      .replace(/, time \d+ms/g, ', time Tms')
      .replace(/(rtt min\/avg\/max\/mdev =) [\d./]+ ms/g, '$1 T ms')
      .replace(/\d+\.\d{3} ms/g, 'T ms')
      .replace(/^\[\d+\.\d{6}\]/gm, '[T]')
      .replace(/expires \d+sec/g, 'expires Tsec')
      .replace(/(\w+)@if\d+ +(?=UP|DOWN)/g, (_, name: string) => name.padEnd(17))
      .replace(/@if\d+/g, '')
      .replace(/ link-netns(id)? \S+/g, '')
      .replace(/qdisc netem/g, 'qdisc noqueue')
      // a shell that is given a line says which line of what, one at a prompt does not
      .replace(/^bash: (-c: )?line \d+: /gm, 'bash: ')
      .replace(/^bash: `.*'\n/gm, '')
      // kinds of sockets that this kernel was built without
      .replace(/^RTNETLINK answers: Invalid argument\n/gm, (found) => (text.includes('Netid') ? '' : found))
  );
}

const typedOf = (one: string | Typed): Typed => (typeof one === 'string' ? { line: one } : one);

async function real({ topology = TOPOLOGY, lines }: Pick<Case, 'topology' | 'lines'>): Promise<Compared[]> {
  const network = await Namespaces.build(topology);
  try {
    const done: Compared[] = [];
    for (const one of lines) {
      const { line, at = 'laptop', interruptAfterMs } = typedOf(one);
      done.push(masked(line, await network.run(at, line, interruptAfterMs)));
    }
    return done;
  } finally {
    network.close();
  }
}

function simulated({ topology = TOPOLOGY, lines }: Pick<Case, 'topology' | 'lines'>): Compared[] {
  const world = new ShellWorld(topology);
  return lines.map((one) => {
    const { line, at = 'laptop', interruptAfterMs } = typedOf(one);
    return masked(line, world.run(at, line, interruptAfterMs));
  });
}

/**
 * What Linux prints when it is asked anew, twice at most: there an error and the next probe race in real time, and on a
 * machine that was held up for seconds the other one wins. A run that agrees ends it.
 */
async function again(one: Case, ours: readonly Compared[]): Promise<Compared[]> {
  console.log(`${one.name}: Linux is asked again`);
  const second = await real(one);
  return isDeepStrictEqual(ours, second) ? second : real(one);
}

describe.concurrent('as on Linux', () => {
  for (const one of CASES) {
    it(
      `${one.name}${one.differs ? ` (differs: ${one.differs})` : ''}`,
      async ({ skip, expect: local }) => {
        if (missing) skip(missing);
        const theirs = await real(one);
        const ours = simulated(one);
        if (one.differs) local(ours).not.toEqual(theirs);
        else if (!isDeepStrictEqual(ours, theirs)) local(ours).toEqual(await again(one, ours));
      },
      PATIENCE,
    );
  }
});

describe('the list of differences', () => {
  it(
    'names only what differs',
    async ({ skip }) => {
      if (missing) skip(missing);
      const lines = DIFFERENCES.flatMap(({ line }) => (line === undefined ? [] : [line]));
      const theirs = await real({ lines });
      const ours = simulated({ lines });
      for (const [i, one] of ours.entries()) expect(one).not.toEqual(theirs[i]);
    },
    PATIENCE,
  );
});
