/**
 * Glue: the addresses of name servers that only the parent can give, because nobody can ask the child for them.
 */
import { watchName } from '../../app/name-watch.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone, exampleZone } from './names-zones.ts';

const NAME = 'chaicart.example';

const parameters = {
  glue: choice({
    label: 'The parent gives',
    about:
      'The right address of ChaiCart’s name server, none, an old one where nobody answers, or the name of a server in another zone.',
    initial: 'given',
    choices: [
      { value: 'given', label: 'the address' },
      { value: 'missing', label: 'no address' },
      { value: 'outdated', label: 'an old address' },
      { value: 'elsewhere', label: 'a name elsewhere' },
    ],
  }),
} as const;

const told = ({ world }: FinishedRun) => first(world.trace, 'watch.name', at('laptop'));

const claims: Readonly<Record<string, ClaimSpec>> = {
  outcome: {
    label: 'Outcome',
    about: 'What the program on the laptop was told: the address, or the error.',
    read: (run) => {
      const detail = told(run)?.detail;
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
    read: (run) => ({ kind: 'time', value: told(run)?.time }),
  },
  asked: {
    label: 'Questions',
    about: 'Questions that the resolver put to name servers.',
    read: ({ world }) => count(world.trace, 'dns.resolver.ask', at('resolver')),
  },
};

export const missingGlue = scenario({
  name: 'missing-glue',
  version: 1,
  title: 'Glue',
  summary:
    'A name server whose name lies in its own zone, and a parent that does or does not say where it is.',
  parameters,
  maxEvents: 100_000,
  until: 900 * SECOND,
  areas: namesAreas,
  places: namesPlaces(),
  terminals: namesUsers(),
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const own = 'ns1.chaicart';
  const elsewhere = values.glue === 'elsewhere';
  const parent = {
    given: exampleZone({ servers: [own], glue: { [own]: [AT.ns1] } }),
    missing: exampleZone({ servers: [own], glue: {} }),
    outdated: exampleZone({ servers: [own], glue: { [own]: ['192.0.2.60'] } }),
    // the host's zone is served by the same machine: for this zone glue is there
    elsewhere: exampleZone(
      { servers: ['ns.host'], glue: {} },
      `host     NS  ns.host\nns.host  A   ${AT.ns1}\n`,
    ),
  }[values.glue];
  const { network, laptop, system, servers } = namesWorld(world, {
    forwarder: false,
    zones: {
      example: parent,
      ...(elsewhere && { chaicart: chaiCartZone({ servers: ['ns.host.example.'] }) }),
    },
  });
  if (elsewhere) servers.ns1!.authority.replace({ origin: 'host.example.', text: HOST_ZONE });
  world.onInput('look', () => {
    laptop.run('look', watchName(laptop, system, { name: NAME, every: SECOND, times: 1 }));
  });
  world.input(0, 'look', {});
  return network;
}

const HOST_ZONE = `$ORIGIN host.example.
$TTL 3600
@   SOA  ns hostmaster 2026112001 7200 3600 1209600 300
@   NS   ns
ns  A    ${AT.ns1}
`;

function phases(run: FinishedRun): readonly Phase[] {
  const end = told(run);
  return end
    ? [{ name: 'Lookup', start: 0, end: end.time, cost: String(claims['outcome']!.read(run).value) }]
    : [];
}
