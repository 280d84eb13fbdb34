/**
 * Lab: ChaiCart's move, in the reader's hands. The contract for the old server ends at a fixed time; the new one stands
 * there, switched off; the name has a TTL of twelve hours. Orders come from six cities all the while.
 *
 * Inputs: `zone` at ns1, and `restart` of the new server, which switches it on.
 */
import { orderChai } from '../../app/orders.ts';
import { formatSpan, SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { TYPE } from '../../wire/dns/code.ts';
import { dataText } from '../../wire/dns/text.ts';
import { type Goal, type GoalSpec, met, missed, open } from '../goal.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { count } from '../trace-claims.ts';
import {
  CITY,
  type CityName,
  citiesAreas,
  citiesPlaces,
  citiesUsers,
  citiesWorld,
  cityNames,
} from './cities.ts';
import { loadsOf, type ServedZone, servedAtEnd, setOf, staleSerial } from './lab-zones.ts';
import { AT } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const HOUR = 3600 * SECOND;
/** When the old server is switched off, whoever still comes. */
const DEADLINE = 36 * HOUR;
const END = 48 * HOUR;
/** Mean time between two orders in the smallest city. */
const EVERY = 5 * HOUR;
const MOST = 200;
const TTL = 43_200;
/** What the name's TTL must be at least when all is over. */
const SETTLED = 3600;
/** Questions that ChaiCart's name server may get during the two days. */
const ALLOWANCE = 110;
const NAME = 'chaicart.example.';

const ZONE: ServedZone = { machine: 'ns1', origin: NAME, text: chaiCartZone({ ttl: TTL }) };

const cityOf = (node: string): string => CITY[node.replace('-people', '') as CityName]?.label ?? node;

/** An order that nobody confirmed, and why. */
function orders({ world }: FinishedRun): Goal {
  const lost = [...world.trace.events(['order.lost'])];
  const [one] = lost;
  if (!one) return met('All orders were confirmed.');
  const to = one.detail!['to'];
  const where =
    to === AT.chaicart ? 'the old server' : to === AT.newServer ? 'the new server' : 'an address of nobody’s';
  const why =
    to === null
      ? `the name had no address for them (${String(one.detail!['reason'])})`
      : `it went to ${where}, ${String(to)}, and nobody was there`;
  const more = lost.length === 1 ? 'One order was lost' : `${lost.length} orders were lost, the first`;
  return missed(`${more} from ${cityOf(one.node)}: ${why}.`, one.time);
}

/** Caches that would still send people to the old server when it goes. */
function left({ world }: FinishedRun): Goal {
  const { trace } = world;
  for (const { node, time, detail } of trace.events(['machine.power']))
    if (node === 'chaicart' && time > DEADLINE && detail!['what'] === 'restart')
      return missed('The old server was switched on again, and it was no longer yours.', time);
  const until = new Map<string, number>();
  for (const { node, time, detail } of trace.events(['dns.cache.store'])) {
    if (time > DEADLINE || detail!['name'] !== NAME || detail!['type'] !== 'A') continue;
    const isOld = String(detail!['data']).split(', ').includes(AT.chaicart);
    until.set(node, isOld ? Number(detail!['expires']) : 0);
  }
  const late = [...until].filter(([, expires]) => expires > DEADLINE);
  const [one] = late.sort(([, a], [, b]) => b - a);
  if (!one) return met('When the old server went, no resolver’s cache led to it.');
  const last = formatSpan(one[1] - DEADLINE);
  return missed(
    `When the old server went, ${late.length} of the six resolvers still had its address, the one in ${cityOf(one[0])} for ${last} more.`,
    DEADLINE,
  );
}

function load(run: FinishedRun): Goal {
  const asked = questions(run);
  return asked <= ALLOWANCE
    ? met(`${asked} questions in two days; ${ALLOWANCE} are allowed.`)
    : missed(`${asked} questions in two days, and ${ALLOWANCE} are allowed: a low TTL has its price.`);
}

function settled(run: FinishedRun): Goal {
  const [record, ...others] = setOf(servedAtEnd(run, ZONE), NAME, TYPE.A);
  if (!record) return open('In the end, the name has no address.');
  if (others.length > 0 || dataText(record) !== AT.newServer)
    return open(`In the end, the name leads to ${[record, ...others].map(dataText).join(' and ')}.`);
  if (record.ttl < SETTLED)
    return open(
      `The name leads to the new server, with a TTL of ${formatSpan(record.ttl * SECOND)} for good.`,
    );
  return met(`The name leads to the new server, with a TTL of ${formatSpan(record.ttl * SECOND)}.`);
}

function tidy(run: FinishedRun): Goal {
  const loads = loadsOf(run, ZONE);
  const refused = loads.find((one) => one.refused !== undefined);
  if (refused) return missed(`The server refused a zone: ${refused.refused}.`, refused.time);
  const stale = staleSerial(run, ZONE);
  if (stale) return missed(`A zone was loaded with a serial that had not grown: ${stale.text}.`, stale.time);
  return loads.length === 0
    ? open('No zone has been loaded yet.')
    : met('Every zone that was loaded could be served, and had a later serial.', loads.at(-1)!.time);
}

const goals: Readonly<Record<string, GoalSpec>> = {
  orders: {
    label: 'No order is lost',
    about: 'Every order that somebody sends in the two days is confirmed.',
    read: orders,
  },
  left: {
    label: 'Nobody is left behind',
    about: 'When the old server is switched off, no resolver’s cache leads to it any more.',
    read: left,
  },
  settled: {
    label: 'The name has settled',
    about: 'In the end the name leads to the new server only, with a TTL of an hour or more.',
    read: settled,
  },
  load: {
    label: 'The name server is spared',
    about: `ChaiCart’s name server gets at most ${ALLOWANCE} questions in the two days.`,
    read: load,
  },
  tidy: {
    label: 'The zone is in order',
    about: 'Every zone that is loaded can be served, and its serial is later than the one before.',
    read: tidy,
  },
};

const questions = ({ world }: FinishedRun): number =>
  Number(count(world.trace, 'dns.authority.answer', ({ node }) => node === 'ns1').value);

const claims: Readonly<Record<string, ClaimSpec>> = {
  orders: {
    label: 'Orders',
    about: 'Orders that people in the six cities sent in the two days.',
    read: ({ world }) => count(world.trace, 'order.sent'),
  },
  lost: {
    label: 'Orders lost',
    about: 'Orders that nobody confirmed.',
    read: ({ world }) => count(world.trace, 'order.lost'),
  },
  questions: {
    label: 'Questions to ChaiCart',
    about: 'Questions that reached ChaiCart’s name server in the two days.',
    read: (run) => ({ kind: 'count', value: questions(run) }),
  },
  allowance: {
    label: 'Questions allowed',
    about: 'How many of these questions the goal allows.',
    read: () => ({ kind: 'count', value: ALLOWANCE }),
  },
  deadline: {
    label: 'The old server goes',
    about: 'When the old server is switched off, whoever still comes.',
    read: ({ world }) => {
      let off: TraceEvent | undefined;
      for (const event of world.trace.events(['machine.power']))
        if (event.node === 'chaicart' && event.detail!['what'] === 'off' && event.time >= DEADLINE)
          off ??= event;
      return { kind: 'time', value: off?.time };
    },
  },
  ttl: {
    label: 'TTL at the start',
    about: 'How long caches may keep the old address, as the zone says when the run begins.',
    read: () => ({ kind: 'time', value: TTL * SECOND }),
  },
};

export const labMigration = scenario({
  name: 'lab-migration',
  version: 1,
  title: 'Lab: the migration',
  summary: 'Move the shop to a new server before the old one goes, and lose no order.',
  parameters: {},
  maxEvents: 200_000,
  until: 75 * HOUR,
  areas: citiesAreas,
  places: citiesPlaces,
  terminals: citiesUsers,
  near: 'lisbon-people',
  far: 'chaicart',
  zones: () => [{ ...ZONE, label: 'ChaiCart’s zone' }],
  build,
  claims,
  goals,
  phases,
});

function build(world: World) {
  const { network, cities } = citiesWorld(world, { zone: ZONE.text });
  // each resolver asked at a moment of its own, up to one TTL ago
  const ages = world.random('ages');
  for (const { recursive } of cities.values())
    recursive.remember(NAME, Math.ceil(TTL * (1 - ages.float())), AT.chaicart);
  world.onInput('open', () => {
    for (const name of cityNames) {
      const { people, system } = cities.get(name)!;
      const random = world.random(`orders/${name}`);
      const who = { name: NAME.slice(0, -1), every: EVERY / CITY[name].size, until: END, most: MOST };
      people.run('orders', orderChai(people, system, random, who));
    }
  });
  world.input(0, 'off', { machine: 'chaicart-new' });
  world.input(0, 'open', {});
  world.input(DEADLINE, 'off', { machine: 'chaicart' });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const switched = [...run.world.trace.events(['dns.authority.zone'])].at(-1);
  const spans: Phase[] = [];
  if (switched) spans.push({ name: 'Until your last edit', start: 0, end: switched.time, cost: '' });
  const from = switched?.time ?? 0;
  if (from < DEADLINE)
    spans.push({ name: 'The old server runs', start: from, end: DEADLINE, cost: 'under contract' });
  spans.push({ name: 'It is gone', start: Math.max(from, DEADLINE), end: END, cost: '' });
  return spans;
}
