/**
 * Too early: an engineer opens the shop's new name before its record is there. "No such name" is kept like any answer.
 *
 * She tries again every half minute. The phone, which asks another resolver, looks for the first time after the record
 * has been added.
 */
import { watchName } from '../../app/name-watch.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { number, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const PRESENT = ['phone', 'public'] as const;
const NAME = 'shop.chaicart.example';
/** When the record is added, and when somebody with a phone looks. */
const ADDED = 30 * SECOND;
const PHONE = 40 * SECOND;
const EVERY = 30 * SECOND;
/** An hour and a quarter of trying. */
const TIMES = 150;

const seconds = (...list: number[]): number[] => list.map((one) => one * SECOND);

const parameters = {
  minimum: number({
    kind: 'duration',
    label: 'Last field of the SOA',
    about:
      'How long caches may keep “no”: the smaller of this and the TTL of the SOA record itself (RFC 2308 §5).',
    initial: 900 * SECOND,
    min: 10 * SECOND,
    max: 3600 * SECOND,
    steps: seconds(10, 30, 60, 300, 900, 3600),
  }),
  soaTtl: number({
    kind: 'duration',
    label: 'TTL of the SOA',
    about: 'How long the SOA record itself may be kept, and with it “no”.',
    initial: 3600 * SECOND,
    min: 10 * SECOND,
    max: 3600 * SECOND,
    steps: seconds(10, 30, 60, 300, 900, 3600),
  }),
} as const;

const added = ({ world }: FinishedRun): TraceEvent | undefined =>
  first(world.trace, 'dns.authority.zone', at('ns1'));

const found = ({ world }: FinishedRun, device: string): TraceEvent | undefined =>
  first(world.trace, 'watch.name', ({ node, detail }) => node === device && detail!['addresses'] !== null);

const claims: Readonly<Record<string, ClaimSpec>> = {
  seen: {
    label: 'She sees it',
    about: 'From the adding of the record until the laptop, which had asked too early, gets the address.',
    read: (run) => duration(added(run), found(run, 'laptop')),
  },
  other: {
    label: 'Who had not asked',
    about: 'What the phone, which first looked when the record was there, waited for the address.',
    read: (run) => duration(first(run.world.trace, 'dns.stub.ask', at('phone')), found(run, 'phone')),
  },
  kept: {
    label: '“No” is kept',
    about: 'For how long the resolver was allowed to keep “no such name”.',
    read: ({ world }) => {
      const stored = first(
        world.trace,
        'dns.cache.store',
        ({ node, detail }) => node === 'resolver' && String(detail!['data']).startsWith('NXDOMAIN'),
      );
      return { kind: 'time', value: stored && Number(stored.detail!['ttl']) * SECOND };
    },
  },
  tries: {
    label: 'Tries',
    about: 'How often the laptop asked for the name until it had the address.',
    read: ({ world }) => count(world.trace, 'watch.name', at('laptop')),
  },
  questions: {
    label: 'Questions to ChaiCart',
    about: 'Questions for the shop’s new name that reached ChaiCart’s name server.',
    read: ({ world }) =>
      count(
        world.trace,
        'dns.authority.answer',
        ({ node, detail }) => node === 'ns1' && detail!['name'] === `${NAME}.`,
      ),
  },
};

export const negativeCache = scenario({
  name: 'negative-cache',
  version: 1,
  title: 'Too early',
  summary: 'A name is asked for before its record is there, and “no” is kept.',
  parameters,
  maxEvents: 400_000,
  until: 7200 * SECOND,
  areas: namesAreas,
  places: namesPlaces(PRESENT),
  terminals: namesUsers(PRESENT),
  near: 'laptop',
  far: 'ns1',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const own = { minimum: values.minimum / SECOND, soaTtl: values.soaTtl / SECOND };
  const { network, laptop, system, others, phoneSystem } = namesWorld(world, {
    present: PRESENT,
    zones: { chaicart: chaiCartZone(own) },
  });
  const phone = others.get('phone')!;
  const watch = { name: NAME, every: EVERY, times: TIMES, untilFound: true };
  world.onInput('try', ({ machine }) => {
    if (machine === 'laptop') laptop.run('browser', watchName(laptop, system, watch));
    else phone.run('browser', watchName(phone, phoneSystem!, watch));
  });
  world.input(0, 'try', { machine: 'laptop' });
  const text = `${chaiCartZone({ ...own, serial: 2026112002 })}shop  300  A  ${AT.chaicart}\n`;
  world.input(ADDED, 'zone', { machine: 'ns1', origin: 'chaicart.example.', text });
  world.input(PHONE, 'try', { machine: 'phone' });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const from = added(run);
  const until = claims['seen']!.read(run).value;
  const spans: Phase[] = [];
  if (from) spans.push({ name: 'Not there yet', start: 0, end: from.time, cost: '“no such name”' });
  if (from && until !== undefined)
    spans.push({
      name: '“No” is remembered',
      start: from.time,
      end: from.time + Number(until),
      cost: 'the record is there',
    });
  return spans;
}
