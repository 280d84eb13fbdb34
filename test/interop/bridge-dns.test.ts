// Real clients at the bridge: dig, kdig, drill and host ask a simulated name server what they ask BIND, with the same
// zone, and print the same; they ask a simulated resolver, and are told what the zone says. And curl fetches a page.
import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bridge } from '../../src/bridge/bridge.ts';
import { chaiCartSite } from '../../src/engine/app/chaicart.ts';
import { mapped, openBridge } from '../bridge/clients.ts';
import { type RealServer, startServer } from './authority-servers.ts';
import { type Asked, bridgeWorld, questions, ZONE } from './bridge-world.ts';
import { absentPrograms } from './netns.ts';

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function run(program: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    const chunks: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out: Buffer.concat(chunks).toString('latin1'), err }));
  });
}

/** All of them, a few at a time, in their order. */
async function inTurns<T, R>(items: readonly T[], each: (item: T) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) done[at] = await each(items[at]!);
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return done;
}

/** How each program is asked. `isRecursive`: it wants the whole answer, and only the data. */
const CLIENTS: Readonly<Record<string, (asked: Asked, port: number, isRecursive: boolean) => string[]>> = {
  dig: ({ name, type, isTcp }, port, isRecursive) => [
    ...['@127.0.0.1', '-p', `${port}`, name, type, '+nocookie'],
    ...(isRecursive ? [] : ['+norecurse']),
    ...(isTcp ? ['+tcp'] : []),
  ],
  kdig: ({ name, type, isTcp }, port, isRecursive) => [
    ...['@127.0.0.1', '-p', `${port}`, name, type, '+edns'],
    ...(isRecursive ? [] : ['+norecurse']),
    ...(isTcp ? ['+tcp'] : []),
  ],
  drill: ({ name, type, isTcp }, port, isRecursive) => [
    ...['-p', `${port}`, ...(isRecursive ? [] : ['-o', 'rd']), ...(isTcp ? ['-t'] : ['-a'])],
    ...[name, type, '@127.0.0.1'],
  ],
  host: ({ name, type, isTcp }, port, isRecursive) => [
    ...['-p', `${port}`, ...(isRecursive ? [] : ['-r']), ...(isTcp ? ['-T'] : [])],
    ...['-t', type, name, '127.0.0.1'],
  ],
};

/** What no two runs have in common: ids, ports, times; and the order of records, which nobody promises. */
function comparable({ out, err, status }: Ran): string {
  const lines = `${out}${err}`
    .replace(/\bid: \d+/g, 'id: ?')
    .replace(/#\d+|@\d+\(|\bport \d+/g, '?')
    .split('\n')
    .filter((line) => !/time|WHEN|; <<>>|Time |in [\d.]+ ms|global options|MSG SIZE|Received/i.test(line));
  return `${[...lines].sort().join('\n')}\nstatus ${status}`;
}

const FAULTS = /malformed|warning|mismatch|communications error|timed out|trailing|extra input/i;

describe('real clients', { timeout: 180_000 }, () => {
  const missing = absentPrograms(['dig', 'kdig', 'drill', 'host', 'named', 'curl']);
  let bridge: Bridge | undefined;
  let named: RealServer | undefined;
  let ports: number[] = [];

  beforeAll(async () => {
    if (missing) return;
    ({ bridge, ports } = await openBridge({
      world: bridgeWorld(),
      mappings: await doors(),
    }));
    named = await startServer('named', [ZONE], 'addresses');
  });
  afterAll(async () => {
    named?.stop();
    await bridge?.close();
  });

  for (const [client, args] of Object.entries(CLIENTS)) {
    it(`${client}: a hundred questions, the same output as from BIND with the same zone`, async ({
      skip,
    }) => {
      if (missing) skip(missing);
      const asked = questions();
      expect(asked.length).toBe(100);
      const pairs = await inTurns(asked, async (one) => ({
        one,
        ours: await run(client, args(one, ports[0]!, false)),
        theirs: await run(client, args(one, named!.port, false)),
      }));
      const different = pairs
        .filter(({ ours, theirs }) => comparable(ours) !== comparable(theirs))
        .map(
          ({ one, ours, theirs }) =>
            `${JSON.stringify(one)}\nours\n${comparable(ours)}\nBIND\n${comparable(theirs)}`,
        );
      expect(different.slice(0, 3).join('\n\n')).toBe('');
      // nothing is wrong with either, but that host fails for a name that is not there
      for (const { one, ours } of pairs) {
        if (client !== 'host') expect(ours.status, one.name).toBe(0);
        // which programs announce that they go on over TCP, in words of warning
        if (one.name !== 'big.chai.example') expect(`${ours.out}${ours.err}`).not.toMatch(FAULTS);
      }
    });

    it(`${client}: a simulated resolver says what the zone says`, async ({ skip }) => {
      if (missing) skip(missing);
      const wrong = await inTurns(questions(), async (one) => {
        const ran = await run(client, args(one, ports[2]!, true));
        const told = dataIn(client, ran.out);
        const wanted = [...(one.data ?? [])].sort();
        const isWell =
          (client === 'host' || ran.status === 0) &&
          (one.name.startsWith('big') || !FAULTS.test(ran.out + ran.err));
        return isWell && told.join('\n') === wanted.join('\n')
          ? ''
          : `${JSON.stringify(one)}\n${told}\n${ran.out}`;
      });
      expect(
        wrong
          .filter((line) => line !== '')
          .slice(0, 3)
          .join('\n\n'),
      ).toBe('');
    });
  }

  it('dig says that the big answer was cut, and asks again over TCP', async ({ skip }) => {
    if (missing) skip(missing);
    const args = ['@127.0.0.1', '-p', `${ports[0]}`, 'big.chai.example', 'TXT', '+norecurse'];
    const { out } = await run('dig', args);
    expect(out).toContain(';; Truncated, retrying in TCP mode.');
    expect(out).toContain('ANSWER: 40');
    const cut = await run('dig', [...args, '+ignore']);
    expect(cut.out).toMatch(/flags: qr aa tc;/);
    const large = await run('dig', [...args, '+bufsize=4096', '+ignore']);
    expect(large.out).toMatch(/status: NOERROR/);
  });

  it('curl fetches the page of the simulated origin, byte for byte', async ({ skip }) => {
    if (missing) skip(missing);
    const made = await openBridge({ mappings: mapped('tcp=chaicart:80') });
    try {
      const url = `http://127.0.0.1:${made.ports[0]}/`;
      const { status, out } = await run('curl', ['-sS', '--fail', '-H', 'Host: chaicart.example', url]);
      expect(status).toBe(0);
      const page = Buffer.from(chaiCartSite().resources.get('/')!.body).toString('latin1');
      expect(out).toBe(page);
    } finally {
      await made.bridge.close();
    }
  });
});

/** UDP and TCP of the same number for the name server, then for the resolver: clients change over to the same port. */
async function doors() {
  const [udpA, tcpA, udpB, tcpB] = mapped('udp=ns', 'tcp=ns', 'udp=resolver', 'tcp=resolver');
  const [a, b] = [await freePort(), await freePort()];
  return [
    { ...udpA!, port: a },
    { ...tcpA!, port: a },
    { ...udpB!, port: b },
    { ...tcpB!, port: b },
  ];
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** The data of the records that a client shows as the answer, sorted. */
function dataIn(client: string, out: string): string[] {
  if (client === 'host') {
    return [
      ...out.matchAll(
        / (?:has address|has IPv6 address|descriptive text|mail is handled by|is an alias for) (.*)$/gm,
      ),
    ]
      .map((found) => found[1]!)
      .sort();
  }
  const answer = /;; ANSWER SECTION:\n((?:[^;\n].*\n)*)/.exec(out)?.[1] ?? '';
  return answer
    .split('\n')
    .flatMap((line) => {
      const found = /^\S+\s+\d+\s+IN\s+\S+\s+(.*)$/.exec(line);
      return found ? [found[1]!] : [];
    })
    .sort();
}
