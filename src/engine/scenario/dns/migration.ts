/**
 * ChaiCart moves: on a Friday at noon its name gets another address, and caches all over the world keep the old one until
 * it runs out there. Orders that go to a server which is switched off are lost.
 */
import { orderChai } from '../../app/orders.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { count } from '../trace-claims.ts';
import { CITY, citiesAreas, citiesUsers, citiesWithLanes, citiesWorld, cityNames } from './cities.ts';
import { AT } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** The run begins on Thursday noon. */
const CHANGE = 24 * HOUR;
const END = 50 * HOUR;
/** Mean time between two orders in the smallest city. */
const EVERY = 60 * MINUTE;
const MOST = 1_000;
/** What a TTL is lowered to, in seconds. */
const LOW = 300;
const NAME = 'chaicart.example';

const TTLS = { '5min': 300, '1h': 3600, '6h': 21_600, '12h': 43_200, '24h': 86_400 } as const;

const parameters = {
  ttl: choice({
    label: 'TTL on Monday',
    about: 'How long caches may keep the shop’s address, as it was set long before.',
    initial: '12h',
    choices: [
      { value: '5min', label: '5 minutes' },
      { value: '1h', label: '1 hour' },
      { value: '6h', label: '6 hours' },
      { value: '12h', label: '12 hours' },
      { value: '24h', label: '24 hours' },
    ],
  }),
  lowered: choice({
    label: 'TTL lowered',
    about:
      'When the TTL is lowered to five minutes: together with the change, an hour before it, or one old TTL before it.',
    initial: 'no',
    choices: [
      { value: 'no', label: 'with the change' },
      { value: 'late', label: 'an hour before' },
      { value: 'early', label: 'one old TTL before' },
    ],
  }),
  old: choice({
    label: 'The old server',
    about: 'Is switched off at the change, or takes orders for one old TTL more.',
    initial: 'off',
    choices: [
      { value: 'off', label: 'off at once' },
      { value: 'kept', label: 'kept running' },
    ],
  }),
} as const;

/** When the zone with the new address was loaded. */
function change({ world }: FinishedRun): TraceEvent | undefined {
  let last: TraceEvent | undefined;
  for (const event of world.trace.events(['dns.authority.zone'])) last = event;
  return last;
}

/** Orders to the old address after the change. */
const wentOld = ({ time, detail }: TraceEvent): boolean => time > CHANGE && detail!['to'] === AT.chaicart;

function lastOf(
  run: FinishedRun,
  kind: string,
  where: (event: TraceEvent) => boolean,
): TraceEvent | undefined {
  let last: TraceEvent | undefined;
  for (const event of run.world.trace.events([kind])) if (where(event)) last = event;
  return last;
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  orders: {
    label: 'Orders',
    about: 'Orders that people in the six cities sent, before and after the change.',
    read: ({ world }) => count(world.trace, 'order.sent'),
  },
  lost: {
    label: 'Orders lost',
    about: 'Orders that nobody confirmed: they went to a server that was switched off.',
    read: ({ world }) => count(world.trace, 'order.lost'),
  },
  lastLost: {
    label: 'The last lost order',
    about: 'From the change until the last order that was lost was sent.',
    read: (run) => {
      const last = lastOf(run, 'order.lost', () => true);
      const number = last?.detail?.['number'];
      const sent =
        last &&
        lastOf(run, 'order.sent', ({ node, detail }) => node === last.node && detail!['number'] === number);
      const from = change(run);
      return { kind: 'time', value: sent && from && sent.time - from.time };
    },
  },
  lastOld: {
    label: 'The last order to the old server',
    about: 'From the change until the last order to the old address was sent, whether or not it was lost.',
    read: (run) => {
      const last = lastOf(run, 'order.sent', wentOld);
      const from = change(run);
      return { kind: 'time', value: last && from && last.time - from.time };
    },
  },
  cityMoves: {
    label: 'Half of the cities have moved',
    about: 'From the change until three of the six cities have sent their first order to the new address.',
    read: (run) => {
      const moved = new Set<string>();
      const from = change(run);
      for (const { node, time, detail } of run.world.trace.events(['order.sent'])) {
        if (detail!['to'] !== AT.newServer) continue;
        moved.add(node);
        if (from && moved.size === 3) return { kind: 'time', value: time - from.time };
      }
      return { kind: 'time', value: undefined };
    },
  },
  questions: {
    label: 'Questions to ChaiCart',
    about: 'Questions that reached ChaiCart’s name server during the whole run.',
    read: ({ world }) => count(world.trace, 'dns.authority.answer', ({ node }) => node === 'ns1'),
  },
};

export const migration = scenario({
  name: 'migration',
  version: 1,
  title: 'Moving to a new server',
  summary: 'A new address for an old name: six cities forget the old one, each when its time has come.',
  parameters,
  maxEvents: 400_000,
  until: 60 * HOUR,
  areas: citiesAreas,
  places: citiesWithLanes(['lisbon-people', 'lisbon', 'ns1', 'chaicart', 'chaicart-new', 'root', 'tld']),
  terminals: citiesUsers,
  near: 'lisbon-people',
  far: 'chaicart',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const ttl = TTLS[values.ttl];
  const { network, cities, old } = citiesWorld(world, { zone: chaiCartZone({ ttl }) });
  // each resolver asked at a moment of its own, up to one TTL ago
  const ages = world.random('ages');
  for (const { recursive } of cities.values())
    recursive.remember(`${NAME}.`, Math.ceil(ttl * (1 - ages.float())), AT.chaicart);
  const edit = (time: number, text: string): void =>
    world.input(time, 'zone', { machine: 'ns1', origin: 'chaicart.example.', text });
  world.onInput('open', () => {
    for (const name of cityNames) {
      const { people, system } = cities.get(name)!;
      const random = world.random(`orders/${name}`);
      const who = { name: NAME, every: EVERY / CITY[name].size, until: END, most: MOST };
      people.run('orders', orderChai(people, system, random, who));
    }
  });
  world.onInput('switch-off', () => network.switchOff(old));
  world.input(0, 'open', {});
  if (values.lowered !== 'no') {
    const before = values.lowered === 'late' ? HOUR : ttl * SECOND;
    edit(CHANGE - before, chaiCartZone({ ttl: LOW, serial: 2026112002 }));
  }
  edit(CHANGE, chaiCartZone({ ttl: LOW, address: AT.newServer, serial: 2026112003 }));
  world.input(CHANGE + (values.old === 'off' ? 0 : ttl * SECOND), 'switch-off', {});
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const from = change(run);
  const last = claims['lastOld']!.read(run).value;
  if (!from) return [];
  const until = from.time + Number(last ?? 0);
  const spans: Phase[] = [{ name: 'Old address', start: 0, end: from.time, cost: 'everywhere' }];
  if (until > from.time)
    spans.push({ name: 'Both', start: from.time, end: until, cost: 'as each cache has it' });
  spans.push({ name: 'New address', start: until, end: END, cost: 'everywhere' });
  return spans;
}
