/**
 * Two updaters and one name: each does what it was written to do, and the name has no address any more.
 *
 * The mechanism of a great outage in October 2025. A planner makes a new plan every few seconds; two updaters bring plans
 * to the name server, so that one may fail. One is slow with a plan, and applies it when newer ones have long been there;
 * the other then cleans up old plans, among them the one that has just been applied.
 */
import { orderChai } from '../../app/orders.ts';
import { PlanHolder, updatePlans } from '../../app/plans.ts';
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, number, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, type Place, scenario } from '../scenario.ts';
import { count, duration, first } from '../trace-claims.ts';
import { CITY, citiesAreas, citiesUsers, citiesWithLanes, citiesWorld, cityNames } from './cities.ts';
import { AT, ms } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const NAME = 'db.chaicart.example';
/** Seconds: a name that is meant to follow its servers closely. */
const TTL = 5;
const PLAN_EVERY = 10 * SECOND;
/** After this, one updater is slow, once. */
const SLOW_FROM = 5 * SECOND;
const CLEANS_AFTER = 4 * SECOND;
/** Plans that are not cleaned up, counted back from the one that was just applied. */
const KEEPS = 3;
/** When the first customers come. */
const OPEN = 45 * SECOND;
const REPAIR = 180 * SECOND;
const END = 500 * SECOND;
const ORDER_EVERY = 60 * SECOND;

const parameters = {
  delay: number({
    kind: 'duration',
    label: 'One updater is slow by',
    about: 'How long the first updater needs, once, from its check to its apply.',
    initial: 51 * SECOND,
    min: 0,
    max: 90 * SECOND,
    steps: [0, 10, 20, 30, 40, 51, 60, 90].map((seconds) => seconds * SECOND),
  }),
  apply: choice({
    label: 'A plan is applied',
    about: 'Whatever is applied by then, or only if what the updater had seen at its check is still so.',
    initial: 'blindly',
    choices: [
      { value: 'blindly', label: 'when it arrives' },
      { value: 'compared', label: 'if nothing changed' },
    ],
  }),
} as const;

const emptied = ({ world }: FinishedRun): TraceEvent | undefined =>
  first(world.trace, 'plan.clean', ({ detail }) => detail!['isInUse'] === true);
const refilled = (run: FinishedRun): TraceEvent | undefined => {
  const from = emptied(run)?.time ?? Number.POSITIVE_INFINITY;
  return first(run.world.trace, 'plan.apply', ({ time }) => time > from);
};
const outdated = ({ world }: FinishedRun): TraceEvent | undefined =>
  first(world.trace, 'plan.apply', ({ detail }) => Number(detail!['plan']) < Number(detail!['over']));

const claims: Readonly<Record<string, ClaimSpec>> = {
  empty: {
    label: 'No address',
    about:
      'From the clean-up that deleted the plan in use until the name had an address again at its server.',
    read: (run) => duration(emptied(run), refilled(run)),
  },
  failed: {
    label: 'Requests that failed',
    about: 'Requests of customers for which the name had no address.',
    read: ({ world }) => count(world.trace, 'order.lost'),
  },
  requests: {
    label: 'Requests',
    about: 'All requests of customers in the run.',
    read: ({ world }) => ({
      kind: 'count',
      value: Number(count(world.trace, 'order.sent').value) + unresolved(world.trace.events(['order.lost'])),
    }),
  },
  felt: {
    label: 'Felt',
    about: 'From the first request that failed until the last one.',
    read: ({ world }) => {
      let last: TraceEvent | undefined;
      for (const event of world.trace.events(['order.lost'])) last = event;
      return duration(first(world.trace, 'order.lost'), last);
    },
  },
  stale: {
    label: 'Applied too late',
    about: 'The outdated plan that was applied, and the newer one that it replaced.',
    read: (run) => {
      const event = outdated(run);
      return {
        kind: 'text',
        value: event && `plan ${event.detail!['plan']} over plan ${event.detail!['over']}`,
      };
    },
  },
  refused: {
    label: 'Plans refused',
    about: 'Plans that were not applied because something had changed since the check.',
    read: ({ world }) => count(world.trace, 'plan.refused'),
  },
};

/** Requests that were never sent for want of an address. */
function unresolved(lost: Iterable<TraceEvent>): number {
  let value = 0;
  for (const { detail } of lost) if (detail!['to'] === null) value += 1;
  return value;
}

const updater = (label: string, called: string, x: number, tall: number): Place => ({
  label,
  called,
  kind: 'server',
  area: cityNames.length,
  addresses: [],
  wide: [x, 296],
  tall: [tall, 350],
  lane: label,
});

const places: Readonly<Record<string, Place>> = {
  ...citiesWithLanes(['ns1', 'mumbai', 'mumbai-people']),
  'updater-a': updater('Updater A', 'Updater A', 426, 60),
  'updater-b': updater('Updater B', 'Updater B', 774, 298),
};

export const racingUpdaters = scenario({
  name: 'racing-updaters',
  version: 1,
  title: 'Two updaters',
  summary:
    'A delayed updater applies an old plan, and the other one’s clean-up deletes it: a name without an address.',
  parameters,
  maxEvents: 200_000,
  until: 900 * SECOND,
  areas: citiesAreas,
  places,
  terminals: { ...citiesUsers, 'updater-a': 'ops', 'updater-b': 'ops' },
  near: 'updater-a',
  far: 'ns1',
  build,
  claims,
  phases,
});

/** Plans differ: one server, the other, or both. */
function addressesOf(plan: number): readonly string[] {
  const all = [AT.chaicart, AT.newServer];
  return plan % 3 === 0 ? all : [all[plan % 2]!];
}

function build(world: World, values: Values<typeof parameters>) {
  const zone = (addresses: readonly string[], serial: number): string =>
    `${chaiCartZone({ serial: 2026112000 + serial })}${addresses.map((address) => `db  ${TTL}  A  ${address}\n`).join('')}`;
  const { network, cities, ns1, more } = citiesWorld(world, {
    zone: zone(addressesOf(0), 0),
    more: [
      { name: 'updater-a', user: 'ops', gateway: '198.51.100.33', address: '198.51.100.34', delay: 2 },
      { name: 'updater-b', user: 'ops', gateway: '198.51.100.49', address: '198.51.100.50', delay: 3 },
    ],
  });
  let serial = 0;
  const holder = new PlanHolder(ns1.host, { number: 0, addresses: addressesOf(0) }, (addresses) => {
    serial += 1;
    ns1.replace({ origin: 'chaicart.example.', text: zone(addresses, serial) });
  });
  const newest = (now: number) => {
    const plan = Math.floor(now / PLAN_EVERY);
    return { number: plan, addresses: addressesOf(plan) };
  };
  const common = {
    holder: parseIp(AT.ns1),
    newest,
    until: END,
    keeps: KEEPS,
    cleansAfter: CLEANS_AFTER,
    compares: values.apply === 'compared',
  };
  world.onInput('start', () => {
    let wasSlow = false;
    const slow = (): number => {
      if (wasSlow || world.now < SLOW_FROM) return ms(200);
      wasSlow = true;
      return values.delay;
    };
    const [a, b] = [more.get('updater-a')!, more.get('updater-b')!];
    a.run('updater', updatePlans(a, { ...common, every: 11 * SECOND, delay: slow }));
    b.run('updater', updatePlans(b, { ...common, every: 7 * SECOND, delay: () => ms(200) }));
  });
  world.onInput('open', () => {
    for (const name of cityNames) {
      const { people, system } = cities.get(name)!;
      const who = { name: NAME, every: ORDER_EVERY / CITY[name].size, until: END, most: 1_000 };
      people.run('orders', orderChai(people, system, world.random(`orders/${name}`), who));
    }
  });
  world.onInput('repair', () => {
    const { number: plan, addresses } = newest(world.now);
    if (holder.isGone) holder.repair(plan, addresses);
  });
  world.input(0, 'start', {});
  world.input(OPEN, 'open', {});
  world.input(REPAIR, 'repair', {});
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const late = outdated(run);
  const from = emptied(run);
  const to = refilled(run);
  const spans: Phase[] = [];
  if (late && from)
    spans.push({
      name: 'An old plan',
      start: late.time,
      end: from.time,
      cost: String(claims['stale']!.read(run).value),
    });
  if (from && to)
    spans.push({ name: 'No address', start: from.time, end: to.time, cost: 'until a person sees it' });
  return spans;
}
