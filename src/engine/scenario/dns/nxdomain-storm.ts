/**
 * Names that do not exist, by the hundred: each one passes every cache and lands on ChaiCart's name server, which is
 * small. Meanwhile Maya's laptop looks for the shop.
 */
import { watchName } from '../../app/name-watch.ts';
import { storm } from '../../app/question-storm.ts';
import { parseIp } from '../../base/ip.ts';
import { MILLISECOND, SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { choice, number, type Values } from '../parameter.ts';
import { type ClaimSpec, type Phase, scenario } from '../scenario.ts';
import { at, count } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const PRESENT = ['eve', 'public'] as const;
const START = 2 * SECOND;
const LENGTH = 5 * SECOND;
/** What ChaiCart's name server needs for one answer: it can give twelve in a second. */
const WORK = 80 * MILLISECOND;
/** Seconds: customers' lookups reach the name server, too. */
const TTL = 1;

const parameters = {
  rate: number({
    kind: 'duration',
    label: 'A name every',
    about: 'How often Eve asks for another name that does not exist.',
    initial: 40 * MILLISECOND,
    min: 30 * MILLISECOND,
    max: 1000 * MILLISECOND,
    steps: [30, 40, 50, 60, 80, 100, 200, 1000].map((ms) => ms * MILLISECOND),
  }),
  names: choice({
    label: 'The names lie',
    about: 'Right below ChaiCart’s name, or all below a name that does not exist either.',
    initial: 'zone',
    choices: [
      { value: 'zone', label: 'below chaicart.example' },
      { value: 'missing', label: 'below old.chaicart.example' },
    ],
  }),
  cut: choice({
    label: 'Nothing below what does not exist',
    about:
      'Whether the resolver concludes from “no such name” that there is nothing below it (RFC 8020), or asks each time.',
    initial: 'on',
    choices: [
      { value: 'on', label: 'concluded' },
      { value: 'off', label: 'asked each time' },
    ],
  }),
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  storm: {
    label: 'Names asked for by Eve',
    about: 'Questions that Eve put to the public resolver.',
    read: ({ world }) =>
      count(
        world.trace,
        'dns.resolver.query',
        ({ node, detail }) => node === 'public' && detail!['client'] === AT.eve,
      ),
  },
  reached: {
    label: 'Reached ChaiCart',
    about: 'Questions that arrived at ChaiCart’s name server, whether or not it had room for them.',
    read: ({ world }) => {
      const answered = Number(count(world.trace, 'dns.authority.answer', at('ns1')).value);
      return { kind: 'count', value: answered + Number(count(world.trace, 'dns.overload', at('ns1')).value) };
    },
  },
  tried: {
    label: 'Customers’ lookups',
    about: 'How often the laptop looked for the shop during the run.',
    read: ({ world }) => count(world.trace, 'watch.name', at('laptop')),
  },
  answered: {
    label: 'Customers’ lookups that succeeded',
    about: 'How many of the laptop’s lookups ended with an address.',
    read: ({ world }) =>
      count(
        world.trace,
        'watch.name',
        ({ node, detail }) => node === 'laptop' && detail!['addresses'] !== null,
      ),
  },
  slowest: {
    label: 'The slowest lookup',
    about: 'The longest time that the provider’s resolver needed for an answer.',
    read: ({ world }) => {
      let value: number | undefined;
      for (const { node, detail } of world.trace.events(['dns.resolver.answer']))
        if (node === 'resolver') value = Math.max(value ?? 0, Number(detail!['took'] ?? 0));
      return { kind: 'time', value };
    },
  },
};

export const nxdomainStorm = scenario({
  name: 'nxdomain-storm',
  version: 1,
  title: 'A storm of names',
  summary: 'Random names pass every cache, and a small name server has no time for its customers.',
  parameters,
  maxEvents: 400_000,
  until: 600 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases: () => PHASES,
});

const PHASES: readonly Phase[] = [{ name: 'Storm', start: START, end: START + LENGTH, cost: '' }];

function build(world: World, values: Values<typeof parameters>) {
  const { network, laptop, system, others } = namesWorld(world, {
    present: PRESENT,
    forwarder: false,
    system: { caching: false },
    zones: { chaicart: chaiCartZone({ ttl: TTL }) },
    servers: { ns1: { work: WORK } },
    resolver: { nxdomainCut: values.cut === 'on', minimise: values.cut === 'on' ? 'strict' : 'off' },
  });
  const eve = others.get('eve')!;
  world.onInput('look', () => {
    laptop.run(
      'look',
      watchName(laptop, system, { name: 'chaicart.example', every: 1.2 * SECOND, times: 10 }),
    );
  });
  world.onInput('storm', () => {
    const below = values.names === 'zone' ? 'chaicart.example.' : 'old.chaicart.example.';
    const count = Math.floor(LENGTH / values.rate);
    const random = world.random('storm');
    eve.run('storm', storm(eve, { resolver: parseIp(AT.public), below, count, every: values.rate, random }));
  });
  world.input(0, 'look', {});
  world.input(START, 'storm', {});
  return network;
}
