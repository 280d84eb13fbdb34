/**
 * An AAAA record that leads nowhere: the name has addresses of both families, and over IPv6 nothing comes back.
 *
 * What the visitor notices depends on the client: Happy Eyeballs (RFC 8305) hides it, a loop over the addresses does not.
 */
import { visit } from '../../app/fetch-client.ts';
import { SECOND } from '../../base/units.ts';
import type { Router } from '../../net/host.ts';
import type { Network } from '../../net/network.ts';
import type { World } from '../../sim/world.ts';
import type { TraceEvent } from '../../trace/event.ts';
import { PROTOCOL_TCP } from '../../wire/ipv4.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const URL = 'http://chaicart.example/';

type Ipv6 = 'silent' | 'refused' | 'works' | 'none';

const parameters = {
  client: choice({
    label: 'The client',
    about:
      'Lets the families race, IPv6 a quarter of a second ahead (Happy Eyeballs), or tries one address after the other.',
    initial: 'happy-eyeballs',
    choices: [
      { value: 'happy-eyeballs', label: 'races them' },
      { value: 'one-by-one', label: 'one by one' },
    ],
  }),
  ipv6: choice<Ipv6>({
    label: 'ChaiCart over IPv6',
    about:
      'In front of ChaiCart’s server a packet filter drops IPv6, or turns it away; or all is well; or there is no AAAA record.',
    initial: 'silent',
    choices: [
      { value: 'silent', label: 'silence' },
      { value: 'refused', label: 'refused' },
      { value: 'works', label: 'works' },
      { value: 'none', label: 'no AAAA record' },
    ],
  }),
} as const;

const entered = ({ world }: FinishedRun) => first(world.trace, 'input');
const attempts = ({ world }: FinishedRun): TraceEvent[] => [...world.trace.events(['eyeballs.attempt'])];
const connected = ({ world }: FinishedRun) => first(world.trace, 'fetch.connected', at('laptop'));

const addressOf = (event: TraceEvent | undefined): string | undefined =>
  event && String(event.detail!['address']);

/** The attempt that led to the connection. */
function winner(run: FinishedRun): TraceEvent | undefined {
  const won = addressOf(first(run.world.trace, 'eyeballs.win', at('laptop')));
  return attempts(run).find((event) => addressOf(event) === won);
}

const claims: Readonly<Record<string, ClaimSpec>> = {
  connected: {
    label: 'Connected',
    about: 'From pressing Enter until the browser has a connection; looking the name up is part of it.',
    read: (run) => duration(entered(run), connected(run)),
  },
  family: {
    label: 'Over',
    about: 'The protocol of the connection that the browser took.',
    read: (run) => {
      const address = addressOf(winner(run));
      return { kind: 'text', value: address && (address.includes(':') ? 'IPv6' : 'IPv4') };
    },
  },
  attempts: {
    label: 'Attempts',
    about: 'Connections that the browser began for the page, those it gave up included.',
    read: ({ world }) => count(world.trace, 'eyeballs.attempt', at('laptop')),
  },
  penalty: {
    label: 'Lost',
    about: 'From the first attempt to connect until the one began that succeeded.',
    read: (run) => duration(attempts(run)[0], winner(run)),
  },
};

export const brokenAaaa = scenario({
  name: 'broken-aaaa',
  version: 1,
  title: 'A broken AAAA',
  summary: 'The name has an IPv6 address, and nothing comes back from there.',
  parameters,
  maxEvents: 100_000,
  until: 900 * SECOND,
  areas: namesAreas,
  places: namesPlaces(),
  terminals: namesUsers(),
  near: 'laptop',
  far: 'chaicart',
  build,
  claims,
  phases,
});

function build(world: World, values: Values<typeof parameters>) {
  const aaaa = values.ipv6 === 'none' ? '' : `@       300    AAAA   ${AT.chaicart6}\n`;
  const { network, laptop, system, transitB } = namesWorld(world, {
    ipv6: true,
    forwarder: false,
    zones: { chaicart: `${chaiCartZone()}${aaaa}` },
  });
  if (values.ipv6 === 'silent') forgetIpv6(network, transitB, 'drop');
  if (values.ipv6 === 'refused') forgetIpv6(network, transitB, 'reject');
  const connect = values.client === 'happy-eyeballs' ? 'race' : 'one-by-one';
  world.onInput('enter', () => {
    laptop.run('browser', visit(laptop, system, URL, { connect }));
  });
  world.input(0, 'enter', { url: URL });
  return network;
}

/** A packet filter in front of ChaiCart's server that somebody opened for IPv4 only. */
function forgetIpv6(network: Network, router: Router, action: 'drop' | 'reject'): void {
  network.filter(router, {
    rules: [
      {
        name: 'nobody opened it for IPv6',
        when: { chains: ['forward'], family: 6, protocols: [PROTOCOL_TCP] },
        action,
      },
    ],
    otherwise: { action: 'accept', name: 'everything else' },
  });
}

function phases(run: FinishedRun): readonly Phase[] {
  const { trace } = run.world;
  const [start] = attempts(run);
  const won = winner(run);
  const end = connected(run);
  const spans: Phase[] = [];
  const add = (
    name: string,
    from: TraceEvent | undefined,
    to: TraceEvent | undefined,
    cost: string,
  ): void => {
    if (from && to && to.time > from.time) spans.push({ name, start: from.time, end: to.time, cost });
  };
  add('Name', first(trace, 'fetch.look-up'), start, 'both families');
  add('In vain', start, won, addressOf(start) ?? '');
  add('Connect', won, end, addressOf(won) ?? '');
  add('Page', end, first(trace, 'fetch.loaded'), '');
  return spans;
}
