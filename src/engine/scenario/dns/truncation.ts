/**
 * An answer that does not fit: cut off, marked, and fetched again by TCP, where somebody's firewall lets it through.
 */
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { PROTOCOL_TCP } from '../../wire/ipv4.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const parameters = {
  answer: choice({
    label: 'The answer',
    about: 'One short text, or a dozen long ones: proofs of ownership that have piled up over the years.',
    initial: 'big',
    choices: [
      { value: 'small', label: 'one short text' },
      { value: 'big', label: 'a dozen long ones' },
    ],
  }),
  tcp: choice({
    label: 'DNS over TCP',
    about: 'Whether the provider’s router lets it through.',
    initial: 'open',
    choices: [
      { value: 'open', label: 'passes' },
      { value: 'blocked', label: 'is dropped' },
    ],
  }),
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  size: {
    label: 'Size of the answer',
    about: 'Bytes of the largest answer that ChaiCart’s name server sent.',
    read: ({ world }) => {
      let value: number | undefined;
      for (const { node, detail } of world.trace.events(['dns.authority.answer']))
        if (node === 'ns1') value = Math.max(value ?? 0, Number(detail!['bytes']));
      return { kind: 'bytes', value };
    },
  },
  found: {
    label: 'Answer there',
    about: 'From Enter until the program has printed the answer, or given up.',
    read: ({ world }) => duration(first(world.trace, 'shell.run'), first(world.trace, 'shell.exit')),
  },
  outcome: {
    label: 'Outcome',
    about: 'The status that the program printed; “no answer” where nobody answered it.',
    read: ({ world }) => {
      const printed = [...world.trace.events(['shell.output'])]
        .map(({ detail }) => String(detail!['text']))
        .join('');
      const status = /status: ([A-Z]+)/.exec(printed)?.[1];
      return { kind: 'text', value: first(world.trace, 'shell.exit') && (status ?? 'no answer') };
    },
  },
  cut: {
    label: 'Cut off',
    about: 'Answers of ChaiCart’s name server that were cut off and marked.',
    read: ({ world }) =>
      count(
        world.trace,
        'dns.authority.answer',
        ({ node, detail }) => node === 'ns1' && detail!['truncated'] === true,
      ),
  },
  connections: {
    label: 'Connections',
    about: 'TCP connections that the laptop and the resolver opened for DNS.',
    read: ({ world }) =>
      count(
        world.trace,
        'tcp.state',
        (event) => (at('laptop')(event) || at('resolver')(event)) && event.detail?.['to'] === 'SYN-SENT',
      ),
  },
};

export const truncation = scenario({
  name: 'truncation',
  version: 1,
  title: 'An answer that does not fit',
  summary: 'A large answer is cut off, marked, and fetched again by TCP.',
  parameters,
  maxEvents: 100_000,
  until: 600 * SECOND,
  areas: namesAreas,
  places: namesPlaces(),
  terminals: namesUsers(),
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases: commandPhases,
});

function build(world: World, values: Values<typeof parameters>) {
  const proofs = Array.from(
    { length: values.answer === 'big' ? 12 : 1 },
    (_, i) => `about  TXT  "proof-of-ownership-${i + 1}=${'chai'.repeat(values.answer === 'big' ? 30 : 5)}"`,
  );
  const { network, isp } = namesWorld(world, {
    forwarder: false,
    zones: { chaicart: `${chaiCartZone()}${proofs.join('\n')}\n` },
  });
  if (values.tcp === 'blocked')
    network.filter(isp, {
      rules: [
        {
          name: '“DNS is UDP”',
          when: { protocols: [PROTOCOL_TCP], toPorts: [[53, 53]], chains: ['forward'] },
          action: 'drop',
        },
      ],
      otherwise: { action: 'accept', name: 'everything else passes' },
    });
  world.input(0, 'type', { machine: 'laptop', line: 'dig TXT about.chaicart.example' });
  return network;
}
