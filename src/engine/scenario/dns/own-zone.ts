/**
 * ChaiCart's zone in the reader's hands: they edit it while it is served, and see who notices, and when.
 *
 * Two devices of Maya's look the shop's name up every so often: the laptop through the router at home and the provider's
 * resolver, the phone through a public resolver. Between them stand five caches, each with its own idea of now.
 */
import { watchName } from '../../app/name-watch.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { number, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const PRESENT = ['ns2', 'phone', 'public'] as const;
const NAME = 'chaicart.example';
/** Between two lookups of one device, and how many there are. */
const EVERY = 30 * SECOND;
const TIMES = 31;
/** From the loading on ns1 until ns2 has the zone, if its serial grew. */
const TRANSFER = SECOND;
/** The phone begins a little later than the laptop. */
const LATER = 12 * SECOND;

const parameters = {
  ttl: number({
    kind: 'duration',
    label: 'TTL of the address',
    about: 'How long the zone allows caches to keep the shop’s address.',
    initial: 120 * SECOND,
    min: SECOND,
    max: 86_400 * SECOND,
    steps: [1, 30, 60, 120, 300, 3600, 86_400].map((seconds) => seconds * SECOND),
  }),
} as const;

/** The first zone that was loaded after the start. */
const loaded = ({ world }: FinishedRun): TraceEvent | undefined =>
  first(world.trace, 'dns.authority.zone', at('ns1'));

/** From the load until the device gets another answer than before it. */
function notices(run: FinishedRun, device: string): number | undefined {
  const load = loaded(run);
  if (!load) return undefined;
  let before: string | undefined;
  for (const { node, time, detail } of run.world.trace.events(['watch.name'])) {
    if (node !== device) continue;
    const got = String(detail!['addresses'] ?? detail!['code']);
    if (time <= load.time) before = got;
    else if (before !== undefined && got !== before) return time - load.time;
  }
  return undefined;
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  laptop: {
    label: 'The laptop notices',
    about: 'From the first loading of an edited zone until the laptop gets another answer.',
    read: (run) => ({ kind: 'time', value: notices(run, 'laptop') }),
  },
  phone: {
    label: 'The phone notices',
    about: 'From the first loading of an edited zone until the phone gets another answer.',
    read: (run) => ({ kind: 'time', value: notices(run, 'phone') }),
  },
  lookups: {
    label: 'Lookups',
    about: 'How often the two devices looked the name up.',
    read: ({ world }) => count(world.trace, 'watch.name'),
  },
  questions: {
    label: 'Questions to ChaiCart',
    about: 'Questions that reached ChaiCart’s own name servers.',
    read: ({ world }) =>
      count(world.trace, 'dns.authority.answer', ({ node }) => node === 'ns1' || node === 'ns2'),
  },
  refused: {
    label: 'Zones refused',
    about: 'Edited zones that a server did not load, because they cannot be served.',
    read: ({ world }) => count(world.trace, 'dns.zone.refused'),
  },
};

export const ownZone = scenario({
  name: 'own-zone',
  version: 1,
  title: 'A zone of your own',
  summary: 'ChaiCart’s zone to edit: two devices look its name up, through five caches.',
  parameters,
  maxEvents: 200_000,
  until: 7200 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  zones: (values) => [
    { machine: 'ns1', origin: `${NAME}.`, label: 'ChaiCart’s zone', text: zoneText(values.ttl) },
  ],
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases,
});

const zoneText = (ttl: number): string =>
  chaiCartZone({ servers: ['ns1', 'ns2'], ttl: Math.round(ttl / SECOND) });

function build(world: World, values: Values<typeof parameters>) {
  const zone = zoneText(values.ttl);
  const { network, laptop, system, others, phoneSystem } = namesWorld(world, {
    present: PRESENT,
    zones: { chaicart: zone },
    transfers: [{ from: 'ns1', to: 'ns2', after: TRANSFER }],
  });
  world.onInput('watch', ({ machine }) => {
    const isPhone = machine === 'phone';
    const host = isPhone ? others.get('phone')! : laptop;
    const resolver = isPhone ? phoneSystem! : system;
    host.run('watch', watchName(host, resolver, { name: NAME, every: EVERY, times: TIMES }));
  });
  world.input(0, 'watch', { machine: 'laptop' });
  world.input(LATER, 'watch', { machine: 'phone' });
  return network;
}

/** Each answer that differs from the one before it, as a span until the next. */
function phases({ world }: FinishedRun): readonly Phase[] {
  const spans: Phase[] = [];
  let open: { readonly text: string; readonly start: number } | undefined;
  let last = 0;
  for (const { node, time, detail } of world.trace.events(['watch.name'])) {
    if (node !== 'laptop') continue;
    last = time;
    const text = String(detail!['addresses'] ?? detail!['code']);
    if (open?.text === text) continue;
    if (open) spans.push({ name: open.text, start: open.start, end: time, cost: 'what the laptop believes' });
    open = { text, start: time };
  }
  if (open && last > open.start)
    spans.push({ name: open.text, start: open.start, end: last, cost: 'what the laptop believes' });
  return spans.slice(0, 12);
}
