/**
 * A delegation that nobody serves: the parent names servers that do not know the zone, or say nothing at all.
 *
 * Older texts call this a lame delegation (RFC 1912 §2.8); RFC 9499 §7 calls the word historic.
 */
import { watchName } from '../../app/name-watch.ts';
import type { NameServerOptions } from '../../app/nameserver.ts';
import { SECOND } from '../../base/units.ts';
import type { ZoneText } from '../../proto/dns/zone/zone.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, type Values } from '../parameter.ts';
import { type Claim, type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { exampleZone } from './names-zones.ts';

const PRESENT = ['ns2'] as const;
const NAME = 'chaicart.example';
/** From the end of the first lookup to the second one. */
const PAUSE = 2 * SECOND;

type How = 'refuses' | 'silent' | 'refers';

const parameters = {
  broken: choice({
    label: 'Who does not serve the zone',
    about: 'The first of the two name servers that the parent names, or both of them.',
    initial: 'one',
    choices: [
      { value: 'none', label: 'nobody: all is well' },
      { value: 'one', label: 'the first server' },
      { value: 'both', label: 'both servers' },
    ],
  }),
  how: choice<How>({
    label: 'What it does instead',
    about: 'It refuses, says nothing, or refers whoever asks to the servers of the zone, of which it is one.',
    initial: 'refuses',
    choices: [
      { value: 'refuses', label: 'refuses' },
      { value: 'silent', label: 'is silent' },
      { value: 'refers', label: 'refers, without AA' },
    ],
  }),
} as const;

const SERVERS = {
  servers: ['ns1.chaicart', 'ns2.chaicart'],
  glue: { 'ns1.chaicart': [AT.ns1], 'ns2.chaicart': [AT.ns2] },
};

function fault(how: How): NameServerOptions & { readonly zone?: ZoneText | null } {
  if (how === 'refuses') return { zone: null };
  if (how === 'silent') return { faults: ['drops-udp', 'drops-tcp'] };
  return { zone: { origin: 'example.', text: exampleZone(SERVERS) } };
}

/** The answers that the laptop's program got, in order. */
function answers({ world }: FinishedRun): TraceEvent[] {
  return [...world.trace.events(['watch.name'])].filter(({ node }) => node === 'laptop');
}

/** Questions of the resolver before and after the first lookup was over. */
function asked(run: FinishedRun, isLater: boolean): Claim {
  const [one] = answers(run);
  return count(
    run.world.trace,
    'dns.resolver.ask',
    ({ node, time }) => node === 'resolver' && one !== undefined && time > one.time === isLater,
  );
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  outcome: {
    label: 'Outcome',
    about: 'What the program on the laptop was told: the address, or the error.',
    read: (run) => {
      const detail = answers(run)[0]?.detail;
      return { kind: 'text', value: detail && String(detail['addresses'] ?? detail['code']) };
    },
  },
  rcode: {
    label: 'The resolver’s answer',
    about: 'The code of the resolver’s answer.',
    read: ({ world }) => {
      const answer = first(world.trace, 'dns.resolver.answer', at('resolver'));
      const failed = first(world.trace, 'dns.resolver.servfail', at('resolver'));
      return { kind: 'text', value: answer ? String(answer.detail!['rcode']) : failed && 'SERVFAIL' };
    },
  },
  ended: {
    label: 'Told after',
    about: 'From asking until the program was told the address or the error.',
    read: (run) => ({ kind: 'time', value: answers(run)[0]?.time }),
  },
  asked: {
    label: 'Questions for the first lookup',
    about: 'Questions that the resolver put to name servers until the program was told.',
    read: (run) => asked(run, false),
  },
  askedAgain: {
    label: 'Questions for the second lookup',
    about: 'Questions that the resolver put to name servers afterwards.',
    read: (run) => asked(run, true),
  },
};

export const noService = scenario({
  name: 'no-service',
  version: 1,
  title: 'A delegation that nobody serves',
  summary: 'The parent names servers that do not know the zone.',
  parameters,
  maxEvents: 100_000,
  until: 900 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const broken = fault(values.how);
  const { network, laptop, system } = namesWorld(world, {
    present: PRESENT,
    // the laptop keeps no answer, so that its second lookup is one for the resolver, too
    system: { caching: false },
    forwarder: false,
    servers: {
      ...(values.broken !== 'none' && { ns1: broken }),
      ...(values.broken === 'both' && { ns2: broken }),
    },
  });
  world.onInput('look', () => {
    laptop.run('look', watchName(laptop, system, { name: NAME, every: PAUSE, times: 2 }));
  });
  world.input(0, 'look', {});
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const [one, two] = answers(run);
  const spans: Phase[] = [];
  const text = ({ detail }: TraceEvent): string => String(detail!['addresses'] ?? detail!['code']);
  if (one) spans.push({ name: 'First lookup', start: 0, end: one.time, cost: text(one) });
  if (one && two && two.time > one.time + PAUSE)
    spans.push({ name: 'Second lookup', start: one.time + PAUSE, end: two.time, cost: text(two) });
  return spans;
}
