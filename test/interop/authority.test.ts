/**
 * The same zones at our authoritative server, at NSD and at BIND, and the same questions to all three.
 *
 * Ours is asked in-process, the real ones over sockets. Compared are response code, flags, and the sections as sets, the
 * chain of aliases in its order. What may differ stands in `authority-differences.ts`; an entry there that no longer
 * occurs is a failure too.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseIp } from '../../src/engine/base/ip.ts';
import { Authority } from '../../src/engine/proto/dns/server/authority.ts';
import { Zone, type ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { differs, type Part, type Readable, readable, show } from './authority-compare.ts';
import { DIFFERENCES, type Difference, type Seen } from './authority-differences.ts';
import { type Question, questions } from './authority-queries.ts';
import { askTcp, askUdp, type Extras, type Kind, type RealServer, startServer } from './authority-servers.ts';
import { ZONES, ZONES_AND_ROOT } from './authority-zones.ts';
import { absent } from './tshark.ts';

const SEED = 20261121;

/** What is asked of whom: both real servers as they come, and in their two other modes. */
const rounds: readonly { kind: Kind; zones: readonly ZoneText[]; extras: Extras; count: number }[] = [
  { kind: 'nsd', zones: ZONES, extras: 'all', count: 8_000 },
  { kind: 'named', zones: ZONES, extras: 'all', count: 8_000 },
  { kind: 'nsd', zones: ZONES_AND_ROOT, extras: 'none', count: 3_000 },
  { kind: 'named', zones: ZONES_AND_ROOT, extras: 'none', count: 3_000 },
  { kind: 'named', zones: ZONES, extras: 'addresses', count: 3_000 },
];

/** How often each difference was seen, by server. */
const counts = new Map<string, number>();

describe.each(rounds)('beside $kind with extras: $extras', ({ kind, zones, extras, count }) => {
  const missing = absent(kind);
  let server: RealServer;

  beforeAll(async () => {
    if (!missing) server = await startServer(kind, zones, extras);
  }, 30_000);
  afterAll(async () => {
    if (!missing) await server.stop();
  });

  it(`${count} questions have the same answers`, async ({ skip }) => {
    if (missing) skip(missing);
    const asked = questions(zones, count, SEED);
    const theirs = await answersOf(server.port, asked);
    const unanswered = theirs.filter((answer) => answer === undefined).length;
    const ours = new Authority(
      zones.map((zone) => new Zone(zone)),
      { extras },
    );
    const wrong = new Map<string, { count: number; example: string }>();
    let same = 0;
    for (const [i, question] of asked.entries()) {
      if (!theirs[i]) continue;
      const seen: Seen = { kind, question, ours: ownAnswer(ours, question), theirs: readable(theirs[i]!) };
      const what = differs(seen.ours, seen.theirs);
      if (what.length === 0) {
        same++;
        continue;
      }
      const allowed = DIFFERENCES.find(
        (difference) => difference.of.includes(kind) && difference.explains(seen, what),
      );
      if (allowed) counts.set(keyOf(allowed, kind), (counts.get(keyOf(allowed, kind)) ?? 0) + 1);
      else note(wrong, seen, what);
    }
    const bad = [...wrong.values()].reduce((sum, { count: number }) => sum + number, 0);
    console.log(`${kind} ${extras}: ${same} the same, ${bad} not, ${unanswered} unanswered, of ${count}`);
    const text = [...wrong].map(
      ([key, { count: number, example }]) => `${number} × ${key}, like\n${example}`,
    );
    expect(text.join('\n\n'), `seed ${SEED}`).toBe('');
    // one that nobody answers shows nothing
    expect(unanswered).toBeLessThan(count / 100);
  }, 90_000);
});

it('every difference that is listed occurs', ({ skip }) => {
  const missing = absent('nsd') ?? absent('named');
  if (missing) skip(missing);
  const listed = DIFFERENCES.flatMap((difference) => difference.of.map((kind) => keyOf(difference, kind)));
  for (const key of listed) console.log(`${counts.get(key) ?? 0} × ${key}`);
  expect(listed.filter((key) => !counts.has(key))).toEqual([]);
});

function keyOf(difference: Difference, kind: Kind): string {
  return `${kind}: ${difference.what} (${difference.spec})`;
}

/** Differences of one sort are told once, with an example. */
function note(
  wrong: Map<string, { count: number; example: string }>,
  seen: Seen,
  what: readonly Part[],
): void {
  const { kind, question, ours, theirs } = seen;
  const key = `${what.join(', ')} (${ours.rcode} [${ours.flags}], ${kind} ${theirs.rcode} [${theirs.flags}])`;
  const known = wrong.get(key);
  if (known) known.count++;
  else
    wrong.set(key, { count: 1, example: `${show(question)}\nours:\n${ours.text}\n${kind}:\n${theirs.text}` });
}

async function answersOf(port: number, asked: readonly Question[]): Promise<(Uint8Array | undefined)[]> {
  const places = asked.map((_, i) => i);
  const tcp = places.filter((i) => asked[i]!.tcp);
  const udp = places.filter((i) => !asked[i]!.tcp);
  const answers = new Array<Uint8Array | undefined>(asked.length);
  const [overUdp, overTcp] = await Promise.all([
    askUdp(
      port,
      udp.map((i) => asked[i]!.bytes),
    ),
    askTcp(
      port,
      tcp.map((i) => asked[i]!.bytes),
    ),
  ]);
  for (const [at, i] of udp.entries()) answers[i] = overUdp[at];
  for (const [at, i] of tcp.entries()) answers[i] = overTcp[at];
  return answers;
}

function ownAnswer(server: Authority, { bytes, tcp }: Question): Readable {
  const transport = tcp ? 'tcp' : 'udp';
  const arrival = { transport, from: parseIp('127.0.0.1'), port: 40_000, localPort: 53, bytes } as const;
  return readable(server.answer(arrival, 0)!.response!);
}
