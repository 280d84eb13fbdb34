/**
 * A name: Maya opens ChaiCart's page, and her laptop needs its address. Whoever on the way still knows it from an earlier
 * visit answers; nobody does, unless a knob says so.
 */
import { Browser } from '../../app/fetch-client.ts';
import { SECOND } from '../../base/units.ts';
import { HOSTS_PATH } from '../../net/host-files.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';

const TTL = 300;
/** How long ago somebody visited, in seconds, where a cache still knows. */
const AGE = 40;

const parameters = {
  known: choice({
    label: 'Who still knows it',
    about:
      'Which cache, on the way from the browser to the name server, holds the answer from a visit before.',
    initial: 'nobody',
    choices: [
      { value: 'nobody', label: 'nobody' },
      { value: 'resolver', label: 'the resolver' },
      { value: 'router', label: 'the router at home' },
      { value: 'system', label: 'the system' },
      { value: 'browser', label: 'the browser' },
      { value: 'hosts', label: 'the hosts file' },
    ],
  }),
  ask: choice({
    label: 'The name',
    about: 'The name of the shop, an alias of it, one with two letters swapped, or one that has no address.',
    initial: 'shop',
    choices: [
      { value: 'shop', label: 'chaicart' },
      { value: 'alias', label: 'www' },
      { value: 'mistyped', label: 'mistyped' },
      { value: 'no-address', label: 'no address' },
    ],
  }),
  minimise: choice({
    label: 'The resolver tells each server',
    about: 'No more of the name than that server needs (QNAME minimisation), or the whole name.',
    initial: 'on',
    choices: [
      { value: 'on', label: 'what it needs' },
      { value: 'off', label: 'the whole name' },
    ],
  }),
} as const;

const NAMES: Readonly<Record<'shop' | 'alias' | 'mistyped' | 'no-address', string>> = {
  shop: 'chaicart.example',
  alias: 'www.chaicart.example',
  mistyped: 'chiacart.example',
  'no-address': 'orders.chaicart.example',
};

const asked = ({ world }: FinishedRun) => first(world.trace, 'fetch.look-up');
const told = ({ world }: FinishedRun) => first(world.trace, 'fetch.name');

/** Who held the answer, the nearest to the laptop first. */
function source(run: FinishedRun): string | undefined {
  const { trace } = run.world;
  if (told(run)?.detail?.['address'] === null) return undefined;
  const hit = (node: string, cache: string) =>
    first(trace, 'dns.cache.hit', (event) => event.node === node && event.detail!['cache'] === cache);
  if (first(trace, 'dns.stub.hosts', at('laptop'))) return 'the hosts file';
  if (hit('laptop', 'browser')) return 'the browser';
  if (hit('laptop', 'os')) return 'the system';
  if (hit('home-router', 'resolver')) return 'the router at home';
  if (hit('resolver', 'resolver')) return 'the resolver';
  const isOwners = ({ node }: TraceEvent): boolean => node === 'ns1' || node === 'ns2';
  return first(trace, 'dns.authority.answer', isOwners) && 'ChaiCart’s name server';
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  found: {
    label: 'Name found',
    about: 'From asking for the name until the laptop knows its address, or that there is none.',
    read: (run) => duration(asked(run), told(run)),
  },
  asked: {
    label: 'Questions by the resolver',
    about: 'Questions that the resolver at the provider put to other name servers.',
    read: ({ world }) => count(world.trace, 'dns.resolver.ask', at('resolver')),
  },
  walk: {
    label: 'The resolver’s walk',
    about: 'From the question’s arrival at the resolver until it answers.',
    read: ({ world }) =>
      duration(
        first(world.trace, 'dns.resolver.query', at('resolver')),
        first(world.trace, 'dns.resolver.answer', at('resolver')),
      ),
  },
  answeredBy: {
    label: 'Who knew',
    about: 'Who held the answer that the laptop got in the end.',
    read: (run) => ({ kind: 'text', value: source(run) }),
  },
  copies: {
    label: 'Copies',
    about: 'Caches that have kept the address, of the laptop’s system, the router at home and the resolver.',
    read: ({ world }) => {
      const kept = new Set<string>();
      for (const { node, detail } of world.trace.events(['dns.cache.store']))
        if (detail!['type'] === 'A' && String(detail!['name']) === 'chaicart.example.') kept.add(node);
      return { kind: 'count', value: kept.size };
    },
  },
  rootHears: {
    label: 'What the root is asked',
    about: 'The name in the question to the root server.',
    read: ({ world }) => {
      const answer = first(world.trace, 'dns.authority.answer', at('root'));
      return { kind: 'text', value: answer && String(answer.detail!['name']) };
    },
  },
  outcome: {
    label: 'Outcome',
    about: 'What the program was told: the address, or the error.',
    read: (run) => {
      const name = told(run)?.detail;
      return { kind: 'text', value: name && String(name['address'] ?? name['code']) };
    },
  },
};

export const lookup = scenario({
  name: 'lookup',
  version: 1,
  title: 'A name',
  summary: 'From a name to an address: who is asked, who remembers, and what it costs.',
  parameters,
  maxEvents: 100_000,
  until: 7200 * SECOND,
  areas: namesAreas,
  places: namesPlaces(['ns2']),
  terminals: namesUsers(['ns2']),
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const name = NAMES[values.ask];
  const made = namesWorld(world, {
    present: ['ns2'],
    resolver: { minimise: values.minimise === 'on' ? 'relaxed' : 'off' },
  });
  const { network, laptop, system, recursive, forwarder } = made;
  const browser = new Browser(laptop, system, { cache: true });
  const left = TTL - AGE;
  if (values.ask === 'shop') {
    if (values.known === 'resolver') recursive.remember(`${name}.`, left, AT.chaicart);
    if (values.known === 'router') forwarder!.remember(`${name}.`, left, AT.chaicart);
    if (values.known === 'system') system.remember(`${name}.`, TTL, AT.chaicart, AGE);
    if (values.known === 'browser') browser.remember(name, left, AT.chaicart);
  }
  if (values.known === 'hosts') {
    const { files } = laptop;
    files.install(HOSTS_PATH, `${files.read(HOSTS_PATH)}${AT.chaicart}\tchaicart.example\n`);
  }
  world.onInput('enter', () => {
    laptop.run('browser', browser.visit(`http://${name}/`));
  });
  world.input(0, 'enter', { url: `http://${name}/` });
  return network;
}

/** The name, and what follows from it. */
function phases(run: FinishedRun): readonly Phase[] {
  const { trace } = run.world;
  const spans: Phase[] = [];
  const add = (
    name: string,
    from: TraceEvent | undefined,
    to: TraceEvent | undefined,
    cost: string,
  ): void => {
    if (from && to && to.time > from.time) spans.push({ name, start: from.time, end: to.time, cost });
  };
  const questions = Number(claims['asked']!.read(run).value);
  add(
    'Name',
    asked(run),
    told(run),
    questions === 0 ? 'from memory' : `${questions} questions by the resolver`,
  );
  add('Page', first(trace, 'fetch.connect'), first(trace, 'fetch.loaded'), '');
  return spans;
}
