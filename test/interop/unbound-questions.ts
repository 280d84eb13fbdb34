/** What is asked of both resolvers in one hierarchy, how answers are noted, and our own resolver's answers. */
import { runResolver } from '../../src/engine/app/recursive-resolver.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import { DNS_PORT, makeQuery } from '../../src/engine/proto/dns/message.ts';
import type { ResolverConfig } from '../../src/engine/proto/dns/resolver/config.ts';
import { rcodeName, TYPE, typeName } from '../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { dataText } from '../../src/engine/wire/dns/text.ts';
import { type Fault, type Hierarchy, randomHierarchy } from '../proto/dns/hierarchy.ts';
import { hierarchyWorld, queriesIn, RESOLVER } from './hierarchy-world.ts';

export interface Question {
  readonly name: string;
  readonly type: number;
}

/** One question and its answer. */
export interface Asked extends Question {
  /** Milliseconds after the first one. */
  readonly at: number;
  /** Undefined when nothing came. */
  readonly answer: { readonly rcode: string; readonly records: readonly string[] } | undefined;
  /** What the answer says may be kept: `<owner> <type> <seconds>`. */
  readonly ttls: readonly string[];
  /** Milliseconds that it took. */
  readonly took: number;
}

/** What a resolver made of a hierarchy. */
export interface Outcome {
  readonly seed: number;
  readonly asked: readonly Asked[];
  /** What name servers were asked: see `queriesIn`. */
  readonly queries: readonly string[];
}

/** Faults for which Unbound waits in real time: a server in seven hierarchies may have one. */
const SLOW: readonly Fault[] = ['silent', 'unreachable'];

const QUESTIONS = 20;
const REPEATED = 8;

/** The hierarchy with this seed: every third is whole, and in most nobody is silent. */
export function hierarchyFor(seed: number): Hierarchy {
  const hierarchy = randomHierarchy(seed, { faulty: seed % 3 === 0 ? 0 : 0.35, wildcards: true });
  if (seed % 7 !== 1)
    for (const { faults } of hierarchy.servers) for (const fault of SLOW) faults.delete(fault);
  return hierarchy;
}

/** Names that are there and names that are not, aliases, cuts, wildcards; some of them a second time, later. */
export function questionsFor(hierarchy: Hierarchy): Question[] {
  const random = new Random(hierarchy.seed + 7_000);
  const pool = [...hierarchy.questions];
  const chosen: Question[] = [];
  while (chosen.length < QUESTIONS && pool.length > 0)
    chosen.push(pool.splice(random.below(pool.length), 1)[0]!);
  // Where a server denies what is there only because of names below it
  for (const { faults, zones } of hierarchy.servers)
    for (const { origin } of faults.has('ent-nxdomain') ? zones : [])
      chosen.push({ name: `y.deep.${origin}`, type: TYPE.A });
  for (let i = 0; i < REPEATED; i++) {
    const from = random.below(chosen.length);
    const later = from + 1 + random.below(chosen.length - from);
    chosen.splice(later, 0, chosen[from]!);
  }
  return chosen;
}

/** An answer as both are compared: the records without their TTLs, as a set. */
export function noteAnswer(bytes: Uint8Array): Pick<Asked, 'answer' | 'ttls'> {
  const { rcode, answers } = decodeDns(bytes);
  const records = answers.map((record) => `${ownerAndType(record)} ${dataText(record)}`.toLowerCase());
  return {
    // Unbound, too, repeats a DNAME that was used twice, now and then
    answer: { rcode: rcodeName(rcode), records: [...new Set(records)].sort() },
    ttls: answers.map((record) => `${ownerAndType(record)} ${record.ttl}`),
  };
}

function ownerAndType(record: DnsRecord): string {
  return `${record.name} ${typeName(record.type)}`;
}

/** Behave as Unbound does where it is a matter of configuration. */
const AS_UNBOUND: Partial<ResolverConfig> = { primeRoot: true, nxdomainCut: false, families: [4] };

/** Our resolver in the same hierarchy, asked the same at the same times. Virtual time: takes no time to speak of. */
export function resolveHere(hierarchy: Hierarchy, theirs: readonly Asked[]): Outcome {
  const world = hierarchyWorld(hierarchy);
  const { network, resolver, client } = world;
  runResolver(resolver, { hints: hierarchy.hints, ...AS_UNBOUND });
  const { kernel } = network.world;
  const answers = new Map<number, { bytes: Uint8Array; time: number }>();
  kernel.run({ until: 0 });
  const socket = client.udp.bind(40_000);
  socket.onReceive = ({ bytes }) => answers.set(decodeDns(bytes).id, { bytes, time: kernel.now });
  const start = SECOND;
  for (const [id, { name, type, at }] of theirs.entries())
    kernel.call(start + at * 1e6, () =>
      socket.send(parseIp(RESOLVER), DNS_PORT, encodeDns(makeQuery(id, name, type, true, 1232))),
    );
  kernel.run({ until: start + (theirs.at(-1)!.at + 60_000) * 1e6 });
  const asked = theirs.map(({ name, type, at }, id): Asked => {
    const found = answers.get(id);
    const took = found ? (found.time - start) / 1e6 - at : Number.POSITIVE_INFINITY;
    return { name, type, at, took, ...(found ? noteAnswer(found.bytes) : { answer: undefined, ttls: [] }) };
  });
  return { seed: hierarchy.seed, asked, queries: queriesIn(world) };
}
