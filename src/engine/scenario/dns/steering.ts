/**
 * One name, three servers in three parts of the world: the name server decides who gets which address, and caches decide
 * for how many people and how long that holds.
 */
import { checkHealth, orderChai, takeOrders } from '../../app/orders.ts';
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import type { VariedSet } from '../../proto/dns/server/vary.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, number, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, type Place, scenario } from '../scenario.ts';
import { count, first } from '../trace-claims.ts';
import {
  CITY,
  citiesAreas,
  citiesPlaces,
  citiesUsers,
  citiesWithLanes,
  citiesWorld,
  cityNames,
} from './cities.ts';
import { AT } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const MINUTE = 60 * SECOND;
const NAME = 'shop.chaicart.example';
const END = 30 * MINUTE;
const ORDER_EVERY = MINUTE;
/** When the server in the middle of the world is switched off, if it is. */
const DEATH = 7.5 * MINUTE;

/** In Europe, Asia and America. */
const SERVERS = [
  { machine: 'chaicart', address: AT.chaicart, label: 'Europe' },
  { machine: 'asia', address: '198.51.100.66', label: 'Asia' },
  { machine: 'america', address: '198.51.100.82', label: 'America' },
] as const;

const parameters = {
  policy: choice({
    label: 'ChaiCart’s name server gives',
    about: 'All three addresses in turn, one of them at random, or the one nearest to whoever asks.',
    initial: 'rotate',
    choices: [
      { value: 'rotate', label: 'all, in turn' },
      { value: 'one', label: 'one at random' },
      { value: 'geo', label: 'the nearest' },
    ],
  }),
  ttl: number({
    kind: 'duration',
    label: 'TTL',
    about: 'How long caches may keep what they were given.',
    initial: MINUTE,
    min: SECOND,
    max: 600 * SECOND,
    steps: [1, 10, 30, 60, 300, 600].map((seconds) => seconds * SECOND),
  }),
  health: choice({
    label: 'A server dies',
    about:
      'The European server is switched off after seven and a half minutes: never, unnoticed, or seen by a check every ten seconds.',
    initial: 'never',
    choices: [
      { value: 'never', label: 'never' },
      { value: 'unnoticed', label: 'unnoticed' },
      { value: 'checked', label: 'and a check sees it' },
    ],
  }),
} as const;

const death = ({ world }: FinishedRun): TraceEvent | undefined =>
  first(world.trace, 'input', ({ detail }) => detail!['what'] === 'switch-off');

/** Time from sending to confirmation, of orders to each server. */
function ways({ world }: FinishedRun): number[] {
  const sent = new Map<string, number>();
  const all: number[] = [];
  for (const { kind, node, time, detail } of world.trace.events(['order.sent', 'order.confirmed'])) {
    const key = `${node} ${detail!['number']}`;
    if (kind === 'order.sent') sent.set(key, time);
    else all.push(time - sent.get(key)!);
  }
  return all.sort((a, b) => a - b);
}

/** Shares in percent that add up to a hundred: what is left after rounding down goes to the largest remainders. */
function hundredths(counts: readonly number[], all: number): number[] {
  const exact = counts.map((count) => (100 * count) / all);
  const shares = exact.map(Math.floor);
  const left = 100 - shares.reduce((sum, share) => sum + share, 0);
  const order = exact
    .map((share, i) => ({ i, rest: share - Math.floor(share) }))
    .sort((a, b) => b.rest - a.rest);
  for (const { i } of order.slice(0, left)) shares[i]! += 1;
  return shares;
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  shares: {
    label: 'Shares',
    about: 'Of a hundred orders, how many went to the server in Europe, in Asia and in America.',
    read: ({ world }) => {
      const tally = new Map<string, number>(SERVERS.map(({ address }) => [address, 0]));
      let all = 0;
      for (const { detail } of world.trace.events(['order.sent'])) {
        const to = String(detail!['to']);
        tally.set(to, (tally.get(to) ?? 0) + 1);
        all += 1;
      }
      const counts = SERVERS.map(({ address }) => tally.get(address)!);
      return { kind: 'text', value: all === 0 ? undefined : hundredths(counts, all).join(', ') };
    },
  },
  orders: {
    label: 'Orders',
    about: 'Orders that were sent.',
    read: ({ world }) => count(world.trace, 'order.sent'),
  },
  way: {
    label: 'Round trip',
    about: 'From sending an order until its confirmation, for the order in the middle.',
    read: (run) => {
      const all = ways(run);
      return { kind: 'time', value: all[Math.floor(all.length / 2)] };
    },
  },
  failover: {
    label: 'Failover',
    about: 'From the death of the European server until the last order was sent to it.',
    read: (run) => {
      const from = death(run);
      let last: number | undefined;
      for (const { time, detail } of run.world.trace.events(['order.sent']))
        if (from && time > from.time && detail!['to'] === AT.chaicart) last = time - from.time;
      return { kind: 'time', value: last };
    },
  },
  lost: {
    label: 'Orders lost',
    about: 'Orders that nobody confirmed.',
    read: ({ world }) => count(world.trace, 'order.lost'),
  },
  noticed: {
    label: 'Death noticed',
    about: 'From the death of the European server until the name server leaves it out.',
    read: (run) => {
      const from = death(run);
      const seen = first(run.world.trace, 'dns.authority.health', ({ detail }) => detail!['up'] === false);
      return { kind: 'time', value: from && seen && seen.time - from.time };
    },
  },
};

/** At its provider in another part of the world; drawn in the middle, where there is room. */
const distant = (label: string, isLeft: boolean): Place => ({
  label,
  called: `ChaiCart’s server in ${label}`,
  kind: 'server',
  area: cityNames.length,
  addresses: [],
  wide: [isLeft ? 426 : 774, 296],
  tall: [isLeft ? 60 : 298, 350],
  lane: label,
});

const places: Readonly<Record<string, Place>> = {
  ...citiesWithLanes(['mumbai-people', 'mumbai', 'lisbon-people', 'lisbon', 'ns1', 'chaicart']),
  chaicart: {
    ...citiesPlaces['chaicart']!,
    label: 'Europe',
    called: 'ChaiCart’s server in Europe',
    lane: 'Europe',
  },
  asia: distant('Asia', false),
  america: distant('America', true),
};

export const steering = scenario({
  name: 'steering',
  version: 1,
  title: 'One name, three servers',
  summary:
    'Round robin, weights, nearness and health in the answers of a name server, and what caches make of it.',
  parameters,
  maxEvents: 300_000,
  until: 3600 * SECOND,
  areas: citiesAreas,
  places,
  terminals: { ...citiesUsers, asia: 'ops', america: 'ops' },
  near: 'mumbai-people',
  far: 'chaicart',
  build,
  claims,
  phases,
});

/** Each provider's network, and the server that is near it. */
function nearest(): VariedSet['bySubnet'] {
  const near = { 'sao-paulo': 2, lisbon: 0, lagos: 0, frankfurt: 0, mumbai: 1, tokyo: 1 } as const;
  return cityNames.map((name, i) => ({
    network: `198.51.100.${128 + 4 * i}/30`,
    data: [SERVERS[near[name]].address],
    label: CITY[name].label,
  }));
}

function build(world: World, values: Values<typeof parameters>) {
  const ttl = Math.round(values.ttl / SECOND);
  const set: VariedSet = {
    name: `${NAME}.`,
    type: 'A',
    byHealth: values.health === 'checked',
    ...(values.policy === 'geo' && { bySubnet: nearest()! }),
    ...(values.policy === 'rotate' && { choose: 'rotate' as const }),
    ...(values.policy === 'one' && {
      choose: { weights: Object.fromEntries(SERVERS.map(({ address }) => [address, 1])) },
    }),
  };
  const lines = SERVERS.map(({ address }) => `shop  ${ttl}  A  ${address}`).join('\n');
  const { network, cities, old, ns1, more } = citiesWorld(world, {
    zone: `${chaiCartZone()}${lines}\n`,
    ns1: { varied: [set] },
    more: [
      {
        name: 'asia',
        user: 'ops',
        gateway: '198.51.100.65',
        address: '198.51.100.66',
        delay: 2,
        at: 'mumbai',
      },
      {
        name: 'america',
        user: 'ops',
        gateway: '198.51.100.81',
        address: '198.51.100.82',
        delay: 2,
        at: 'sao-paulo',
      },
    ],
  });
  for (const host of more.values()) takeOrders(host);
  world.onInput('open', () => {
    for (const name of cityNames) {
      const { people, system } = cities.get(name)!;
      const who = { name: NAME, every: ORDER_EVERY / CITY[name].size, until: END, most: 1_000 };
      people.run('orders', orderChai(people, system, world.random(`orders/${name}`), who));
    }
    if (values.health !== 'checked') return;
    const targets = SERVERS.map(({ address }) => parseIp(address));
    const tell = (target: string, up: boolean): void => ns1.setHealth(target, up);
    ns1.host.run(
      'health',
      checkHealth(ns1.host, { targets, every: 10 * SECOND, failures: 2, until: END, tell }),
    );
  });
  world.onInput('switch-off', () => network.switchOff(old));
  world.input(0, 'open', {});
  if (values.health !== 'never') world.input(DEATH, 'switch-off', {});
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const from = death(run);
  const last = claims['failover']!.read(run).value;
  if (!from || last === undefined) return [];
  return [
    {
      name: 'Orders to a dead server',
      start: from.time,
      end: from.time + Number(last),
      cost: 'until caches forget it',
    },
  ];
}
