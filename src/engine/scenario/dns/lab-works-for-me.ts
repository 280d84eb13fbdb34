/**
 * Lab: a name works on the engineer's machine, and nowhere else.
 *
 * `shop.chaicart.example` was announced, and its record forgotten. The engineer's hosts file has a line for it, left over
 * from testing, which leads to the staging machine. Customers were told that there is no such name, and their resolver
 * keeps that for as long as the zone's SOA allows.
 *
 * Inputs: `zone` at ns1; at the prompts the hosts file can be edited, and the provider's cache looked into and flushed.
 */
import { type NameWatch, watchName } from '../../app/name-watch.ts';
import { SystemResolver } from '../../app/system-resolver.ts';
import { parseIp } from '../../base/ip.ts';
import { formatSpan, HOUR, MINUTE, SECOND } from '../../base/units.ts';
import { HOSTS_PATH } from '../../net/host-files.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { TYPE } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { nameKey } from '../../wire/dns/name.ts';
import { dataText } from '../../wire/dns/text.ts';
import { acquaint } from '../acquaint.ts';
import { type Goal, type GoalSpec, met, missed, open } from '../goal.ts';
import { type ClaimSpec, type FinishedRun, type Phase, type Place, scenario } from '../scenario.ts';
import { first } from '../trace-claims.ts';
import {
  changes,
  loadsOf,
  recordsOf,
  type ServedZone,
  servedAtEnd,
  setOf,
  staleSerial,
} from './lab-zones.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, ms, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const PRESENT = ['phone', 'public', 'chaicart-new'] as const;
const SHOP = 'shop.chaicart.example';
const CUSTOMER = '203.0.113.130';
const EVERY = 5 * MINUTE;
const TIMES = 28;
/** When the customer with the phone hears of the shop. */
const PHONE = 22 * MINUTE;
/** What “no” may be kept at most, for the next time. */
const SHORT = 300;

const ZONE: ServedZone = {
  machine: 'ns1',
  origin: 'chaicart.example.',
  text: chaiCartZone({ minimum: 86_400, soaTtl: 3600 }),
};

const isShop = ({ name }: DnsRecord): boolean => nameKey(name) === `${SHOP}.`;
const lookups = ({ world }: FinishedRun, node: string): TraceEvent[] =>
  [...world.trace.events(['watch.name'])].filter((event) => event.node === node);
const answerOf = ({ detail }: TraceEvent): string => String(detail!['addresses'] ?? detail!['code']);

function customers(run: FinishedRun): Goal {
  for (const [node, who] of [
    ['customer', 'The customer of the provider'],
    ['phone', 'The customer with the phone'],
  ] as const) {
    const last = lookups(run, node).at(-1);
    if (!last) continue;
    const got = answerOf(last);
    if (got === AT.chaicart) continue;
    const when = `${formatSpan(last.time)} after the start`;
    return got === AT.newServer
      ? missed(`${who} was sent to the staging machine, ${when}.`, last.time)
      : open(`${who} still got ${got} ${when}.`, last.time);
  }
  const since = Math.max(
    ...['customer', 'phone'].map(
      (node) => lookups(run, node).find((one) => answerOf(one) === AT.chaicart)!.time,
    ),
  );
  return met('Both customers, each with another resolver, are led to the shop.', since);
}

function engineer(run: FinishedRun): Goal {
  const [before, last] = lookups(run, 'laptop').slice(-2);
  if (!before || !last) return open('The engineer has not looked.');
  const fromFile = first(
    run.world.trace,
    'dns.stub.hosts',
    ({ node, time }) => node === 'laptop' && time > before.time,
  );
  const got = answerOf(last);
  if (fromFile)
    return open(
      got === AT.chaicart
        ? 'The address is right, but the engineer’s laptop has it from its hosts file: it will be wrong again at the next move.'
        : `The engineer’s laptop has ${got} from its hosts file.`,
      last.time,
    );
  return got === AT.chaicart
    ? met('The engineer’s laptop asks like everybody else, and gets the same address.', last.time)
    : open(`The engineer’s laptop asks like everybody else, and gets ${got}.`, last.time);
}

function negative(run: FinishedRun): Goal {
  const soa = servedAtEnd(run, ZONE).find(({ type }) => type === TYPE.SOA);
  if (soa?.type !== TYPE.SOA) return missed('The zone has no SOA.');
  const kept = Math.min(soa.ttl, soa.data.minimum);
  const text = formatSpan(kept * SECOND);
  return kept <= SHORT
    ? met(`“No” is kept for ${text} now.`)
    : open(
        `“No” is kept for ${text}: the SOA’s last field is ${soa.data.minimum} s, and its TTL ${soa.ttl} s.`,
      );
}

function rest(run: FinishedRun): Goal {
  const loads = loadsOf(run, ZONE);
  const refused = loads.find((load) => load.refused !== undefined);
  if (refused) return missed(`The server refused a zone: ${refused.refused}.`, refused.time);
  const after = servedAtEnd(run, ZONE);
  const [changed] = changes(recordsOf(ZONE.text, ZONE.origin), after, isShop);
  if (changed)
    return missed(`In ChaiCart’s zone, ${changed}, and nobody had asked for that.`, loads.at(-1)?.time);
  const shops = setOf(after, `${SHOP}.`, TYPE.A);
  if (shops.length > 1)
    return missed(`The shop has ${shops.length} addresses: ${shops.map(dataText).join(', ')}.`);
  const stale = staleSerial(run, ZONE);
  if (stale) return missed(`A zone was loaded with a serial that had not grown: ${stale.text}.`, stale.time);
  return met('All other records are as they were, and the serial grew with each change.');
}

const goals: Readonly<Record<string, GoalSpec>> = {
  customers: {
    label: 'Customers reach the shop',
    about: 'The last lookup of each of the two customers gives the shop’s address.',
    read: customers,
  },
  engineer: {
    label: 'The engineer sees what they see',
    about: 'The engineer’s laptop gets the shop’s address in the end, and not from its hosts file.',
    read: engineer,
  },
  negative: {
    label: 'The next mistake is short',
    about: 'In the end “no such name” may be kept for five minutes at most.',
    read: negative,
  },
  rest: {
    label: 'Nothing else has changed',
    about: 'All other records are as they were, every zone could be served, and serials grew.',
    read: rest,
  },
};

const claims: Readonly<Record<string, ClaimSpec>> = {
  engineerGets: {
    label: 'What the engineer gets',
    about: 'The address that the engineer’s laptop finds at first.',
    read: (run) => ({ kind: 'text', value: lookups(run, 'laptop').map(answerOf)[0] }),
  },
  customerGets: {
    label: 'What a customer gets',
    about: 'The error of the first customer’s first lookup.',
    read: (run) => ({ kind: 'text', value: lookups(run, 'customer').map(answerOf)[0] }),
  },
  kept: {
    label: '“No” is kept',
    about: 'For how long the provider’s resolver was allowed to keep “no such name” at first.',
    read: ({ world }) => {
      const stored = first(
        world.trace,
        'dns.cache.store',
        ({ node, detail }) => node === 'resolver' && String(detail!['data']).startsWith('NXDOMAIN'),
      );
      return { kind: 'time', value: stored && Number(stored.detail!['ttl']) * SECOND };
    },
  },
  served: {
    label: 'The customers are led to the shop',
    about: 'When the later of the two customers first gets the shop’s address.',
    read: (run) => {
      const times = ['customer', 'phone'].map(
        (node) => lookups(run, node).find((one) => answerOf(one) === AT.chaicart)?.time,
      );
      return {
        kind: 'time',
        value: times.includes(undefined) ? undefined : Math.max(...(times as number[])),
      };
    },
  },
};

const { laptop: flat, phone, 'chaicart-new': fresh, ...others } = namesPlaces(PRESENT);
const places: Readonly<Record<string, Place>> = {
  laptop: {
    ...flat!,
    label: 'Engineer’s laptop',
    called: 'The engineer’s laptop',
    owner: 'The engineer',
    lane: 'Engineer’s laptop',
  },
  ...others,
  phone: { ...phone!, label: 'A customer’s phone', called: 'The customer’s phone', lane: 'Customer’s phone' },
  customer: {
    label: 'A customer',
    called: 'The customer’s laptop',
    kind: 'laptop',
    area: 1,
    addresses: [CUSTOMER],
    wide: [366, 52],
    tall: [50, 188],
    lane: 'Customer',
  },
  'chaicart-new': { ...fresh!, label: 'Staging', called: 'The staging machine', lane: 'Staging' },
};

export const labWorksForMe = scenario({
  name: 'lab-works-for-me',
  version: 1,
  title: 'Lab: works for me',
  summary: 'The engineer reaches the new shop, and no customer does.',
  parameters: {},
  maxEvents: 100_000,
  until: 4 * HOUR,
  areas: namesAreas,
  places,
  terminals: { ...namesUsers(PRESENT), laptop: 'dev' },
  near: 'laptop',
  far: 'ns1',
  zones: () => [{ ...ZONE, label: 'ChaiCart’s zone' }],
  build,
  claims,
  goals,
  phases,
});

function build(world: World) {
  const {
    network,
    isp,
    laptop,
    system,
    others: optional,
    phoneSystem,
  } = namesWorld(world, {
    present: PRESENT,
    zones: { chaicart: ZONE.text },
    users: { laptop: 'dev' },
  });
  const customer = network.host('customer');
  network.link([isp, 'customer', '203.0.113.129/26'], [customer, 'eth0', `${CUSTOMER}/26`], {
    rate: 1_000_000_000,
    delay: ms(4),
  });
  network.route(customer, 'default', '203.0.113.129');
  acquaint(network, []);
  const { files } = laptop;
  files.install(HOSTS_PATH, `${files.read(HOSTS_PATH)}${AT.newServer}\t${SHOP}\n`);
  const customers = new SystemResolver(customer, { servers: [parseIp(AT.resolver)], caching: false });
  const watch = (times: number): NameWatch => ({ name: SHOP, every: EVERY, times });
  const phoneHost = optional.get('phone')!;
  world.onInput('watch', ({ machine }) => {
    if (machine === 'customer') customer.run('watch', watchName(customer, customers, watch(TIMES)));
    else if (machine === 'laptop') laptop.run('watch', watchName(laptop, system, watch(TIMES)));
    else phoneHost.run('watch', watchName(phoneHost, phoneSystem!, watch(TIMES - 4)));
  });
  world.input(0, 'watch', { machine: 'customer' });
  world.input(SECOND, 'watch', { machine: 'laptop' });
  world.input(PHONE, 'watch', { machine: 'phone' });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const end = lookups(run, 'customer').at(-1)?.time ?? 0;
  const until = claims['served']!.read(run).value;
  const found = until === undefined ? end : Number(until);
  const spans: Phase[] = [{ name: 'No such name', start: 0, end: found, cost: 'for customers' }];
  if (found < end) spans.push({ name: 'Found', start: found, end, cost: 'by everybody' });
  return spans;
}
