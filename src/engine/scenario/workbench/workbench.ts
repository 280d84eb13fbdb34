/**
 * The workbench: where a backend developer's programs run (programs.ts), on Maya's laptop and on ChaiCart's machines.
 *
 * The scenario itself starts none. Maya looks whether the first application server is there, unless told otherwise long
 * after programs have ended: they have the world to themselves.
 */
import { MILLISECOND, SECOND } from '../../base/units.ts';
import type { Network } from '../../net/network.ts';
import type { World } from '../../sim/world.ts';
import { commandPhases } from '../command-phases.ts';
import { choice, number, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { count, rttOf } from '../trace-claims.ts';
import { workbenchAreas, workbenchPlaces } from './map.ts';
import { FIXED_PART, REGION, workbenchUsers, workbenchWorld } from './world.ts';

const MBIT = 1_000_000;
const LATER = 600 * SECOND;
/** Most spans of programs that a timeline has room for. */
const MAX_PROGRAMS = 24;

const parameters = {
  distance: number({
    kind: 'duration',
    label: 'Distance to the region',
    about: 'How long a packet needs from Maya’s laptop to ChaiCart’s machines when nothing is in its way.',
    note: 'one way',
    initial: 25 * MILLISECOND,
    min: 11 * MILLISECOND,
    max: 300 * MILLISECOND,
    steps: [11, 15, 25, 40, 75, 150, 300].map((value) => value * MILLISECOND),
  }),
  rate: number({
    kind: 'rate',
    label: 'Access line',
    about: 'How many bits a second fit through the line between the home router and the provider, each way.',
    initial: 20 * MBIT,
    min: 0.1 * MBIT,
    max: 1000 * MBIT,
    steps: [0.1, 0.5, 1, 5, 20, 100, 1000].map((value) => value * MBIT),
  }),
  loss: number({
    kind: 'ratio',
    label: 'Loss',
    about: 'The chance that the long link loses a packet, each way.',
    initial: 0,
    min: 0,
    max: 0.3,
    steps: [0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3],
  }),
  hosts: choice({
    label: 'Hosts file',
    about:
      'What stands in the hosts file of Maya’s laptop: its own names, or one more line that was forgotten.',
    initial: 'clean',
    choices: [
      { value: 'clean', label: 'as it should be' },
      { value: 'forgotten', label: 'with a forgotten line' },
    ],
  }),
  ping: choice({
    label: 'Maya’s ping',
    about:
      'When Maya looks whether the first application server is there: ten minutes later, programs have the machines to themselves.',
    initial: 'later',
    choices: [
      { value: 'later', label: 'after ten minutes' },
      { value: 'first', label: 'first of all' },
    ],
  }),
} as const;

const claims: Readonly<Record<string, ClaimSpec>> = {
  ping: {
    label: 'Round trip',
    about: 'What Maya’s ping says of the way from her laptop to the first application server and back.',
    read: ({ world }) => rttOf(world.trace, 'laptop', REGION['app-1'].address),
  },
  questions: {
    label: 'Questions to name servers',
    about: 'Questions that the resolvers at the provider and in the region put to other name servers.',
    read: ({ world }) => count(world.trace, 'dns.resolver.ask', ({ node }) => node !== 'home-router'),
  },
  programs: {
    label: 'Programs',
    about: 'How many programs of the reader’s were started.',
    read: ({ world }) => count(world.trace, 'program.start'),
  },
  lost: {
    label: 'Packets lost',
    about: 'Packets that a link lost.',
    read: ({ world }) => count(world.trace, 'frame.lost'),
  },
};

export const workbench = scenario({
  name: 'workbench',
  version: 1,
  title: 'The workbench',
  summary: 'Maya’s laptop, and ChaiCart’s machines far away: where the programs of the playgrounds run.',
  parameters,
  maxEvents: 1_000_000,
  until: 3600 * SECOND,
  areas: workbenchAreas,
  places: workbenchPlaces,
  terminals: workbenchUsers,
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>): Network {
  const { distance, rate, loss, hosts, ping } = values;
  const network = workbenchWorld(world, {
    distance: Math.max(distance, FIXED_PART),
    rate,
    loss,
    hasForgotten: hosts === 'forgotten',
  });
  world.input(ping === 'first' ? 0 : LATER, 'type', {
    machine: 'laptop',
    line: 'ping -c 4 app-1.chaicart.example',
  });
  return network;
}

/** What was typed, and each program from its start to its end. */
function phases(run: FinishedRun): readonly Phase[] {
  const spans: Phase[] = [...commandPhases(run)];
  const open = new Map<number, { readonly name: string; readonly start: number }>();
  for (const { kind, time, node, detail } of run.world.trace.events(['program.start', 'program.exit'])) {
    const pid = Number(detail!['pid']);
    if (kind === 'program.start') {
      open.set(pid, { name: String(detail!['program']), start: time });
      continue;
    }
    const begun = open.get(pid);
    open.delete(pid);
    if (begun && time > begun.start && spans.length < MAX_PROGRAMS)
      spans.push({ name: begun.name, start: begun.start, end: time, cost: `on ${node}` });
  }
  return spans.sort((a, b) => a.start - b.start);
}
