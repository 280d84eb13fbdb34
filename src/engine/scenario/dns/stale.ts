/**
 * All of ChaiCart's name servers are gone, and the answer that the resolver has is too old: better old than nothing?
 */
import { visit } from '../../app/fetch-client.ts';
import { SECOND } from '../../base/units.ts';
import { STALE } from '../../proto/dns/resolver/config.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { duration } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const URL = 'http://chaicart.example/';
const TTL = 30;
const FAILURE = 20 * SECOND;
const LATER = 60 * SECOND;

const parameters = {
  serveStale: choice({
    label: 'Serve stale',
    about:
      'Whether the resolver gives an answer that has run out when it cannot get a better one (RFC 8767).',
    initial: 'off',
    choices: [
      { value: 'off', label: 'off' },
      { value: 'on', label: 'on' },
    ],
  }),
} as const;

/** The last event of a kind: that of the second visit. */
function later({ world }: FinishedRun, kind: string): TraceEvent | undefined {
  let last: TraceEvent | undefined;
  for (const event of world.trace.events([kind])) if (event.time >= LATER) last = event;
  return last;
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  outcome: {
    label: 'Outcome',
    about: 'What the second visit got, a minute after the first: the page, or the error.',
    read: (run) => {
      const failed = later(run, 'fetch.failed')?.detail;
      return {
        kind: 'text',
        value: later(run, 'fetch.loaded') ? 'the page' : failed && String(failed['code']),
      };
    },
  },
  found: {
    label: 'Told after',
    about: 'From asking for the name at the second visit until the laptop was told the address or the error.',
    read: (run) => duration(later(run, 'fetch.look-up'), later(run, 'fetch.name')),
  },
  age: {
    label: 'Too old by',
    about: 'How long the answer had run out when it was given.',
    read: (run) => {
      const stale = later(run, 'dns.resolver.stale');
      let expires: number | undefined;
      for (const { detail } of run.world.trace.events(['dns.cache.store']))
        if (
          detail!['name'] === 'chaicart.example.' &&
          detail!['type'] === 'A' &&
          detail!['cache'] === 'resolver'
        )
          expires = Number(detail!['expires']);
      return { kind: 'time', value: stale && expires !== undefined ? stale.time - expires : undefined };
    },
  },
};

export const stale = scenario({
  name: 'stale',
  version: 1,
  title: 'Better old than nothing',
  summary: 'All name servers of a zone are gone, and its answers run out.',
  parameters,
  maxEvents: 100_000,
  until: 1800 * SECOND,
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
  const { network, laptop, system, servers } = namesWorld(world, {
    forwarder: false,
    zones: { chaicart: chaiCartZone({ ttl: TTL }) },
    resolver: { serveStale: values.serveStale === 'on' ? STALE : undefined },
  });
  world.onInput('enter', () => {
    laptop.run('browser', visit(laptop, system, URL));
  });
  world.onInput('switch-off', () => network.switchOff(servers.ns1!.host));
  world.input(0, 'enter', { url: URL });
  world.input(FAILURE, 'switch-off', {});
  world.input(LATER, 'enter', { url: URL });
  return network;
}

function phases(run: FinishedRun): readonly Phase[] {
  const told = later(run, 'fetch.name');
  const spans: Phase[] = [{ name: 'The name servers are gone', start: FAILURE, end: LATER, cost: '' }];
  if (told)
    spans.push({
      name: 'Second visit',
      start: LATER,
      end: told.time,
      cost: String(claims['outcome']!.read(run).value),
    });
  return spans;
}
