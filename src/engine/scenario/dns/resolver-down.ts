/**
 * The resolver is down: nothing is wrong with ChaiCart, with the line, or with any name server, and nothing works.
 */
import { visit } from '../../app/fetch-client.ts';
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';

const PRESENT = ['public'] as const;
const URL = 'http://chaicart.example/';

const parameters = {
  how: choice({
    label: 'The provider’s resolver',
    about:
      'Drops what its customers ask, by a mistake in its packet filter; is switched off; or is up, and its program has ended.',
    initial: 'silent',
    choices: [
      { value: 'silent', label: 'is silent' },
      { value: 'off', label: 'is switched off' },
      { value: 'closed', label: 'has no program' },
    ],
  }),
  second: choice({
    label: 'A second resolver',
    about: 'Whether the laptop’s list has another one behind it.',
    initial: 'none',
    choices: [
      { value: 'none', label: 'none' },
      { value: 'there', label: 'in the list' },
    ],
  }),
} as const;

const asked = ({ world }: FinishedRun) => first(world.trace, 'fetch.look-up');
const told = ({ world }: FinishedRun) => first(world.trace, 'fetch.name');

const claims: Readonly<Record<string, ClaimSpec>> = {
  ended: {
    label: 'Told after',
    about: 'From asking for the name until the program was told the address or the error.',
    read: (run) => duration(asked(run), told(run)),
  },
  found: {
    label: 'Name found',
    about: 'From asking for the name until the laptop knew its address, if it came to that.',
    read: (run) => {
      const there = told(run);
      return duration(asked(run), there?.detail?.['address'] === null ? undefined : there);
    },
  },
  outcome: {
    label: 'Outcome',
    about: 'What the program was told: the address, or the error.',
    read: (run) => {
      const detail = told(run)?.detail;
      return { kind: 'text', value: detail && String(detail['address'] ?? detail['code']) };
    },
  },
  tries: {
    label: 'Questions',
    about: 'Questions that the laptop sent, to whichever resolver.',
    read: ({ world }) => count(world.trace, 'dns.stub.ask', at('laptop')),
  },
};

export const resolverDown = scenario({
  name: 'resolver-down',
  version: 1,
  title: 'The resolver is down',
  summary: 'The one machine that everybody asks does not answer.',
  parameters,
  maxEvents: 100_000,
  until: 900 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'resolver',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const servers = [parseIp(AT.resolver), ...(values.second === 'there' ? [parseIp(AT.public)] : [])];
  const { network, laptop, system, resolverHost, recursive } = namesWorld(world, {
    present: PRESENT,
    forwarder: false,
    system: { servers },
  });
  if (values.how === 'silent')
    network.filter(resolverHost, {
      rules: [
        {
          name: '“no DNS from outside”',
          when: { chains: ['input'], protocols: [PROTOCOL_UDP], toPorts: [[53, 53]] },
          action: 'drop',
        },
      ],
      otherwise: { action: 'accept', name: 'everything else' },
    });
  world.onInput('switch-off', () => network.switchOff(resolverHost));
  world.onInput('end-resolver', () => recursive.stop());
  world.onInput('enter', () => {
    laptop.run('browser', visit(laptop, system, URL));
  });
  if (values.how === 'off') world.input(0, 'switch-off', {});
  if (values.how === 'closed') world.input(0, 'end-resolver', {});
  world.input(0, 'enter', { url: URL });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const [from, to] = [asked(run), told(run)];
  if (!from || !to || to.time <= from.time) return [];
  return [{ name: 'Name', start: from.time, end: to.time, cost: String(claims['outcome']!.read(run).value) }];
}
