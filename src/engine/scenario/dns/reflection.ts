/**
 * Reflection: Eve asks ChaiCart's name server in the name of Maya's router, and the answers go to Maya.
 *
 * The server's owner has done nothing wrong but to hold a large answer; limiting like answers to one network is what a
 * server can do. During it, Maya's laptop looks for the shop, whose resolver lies in the network that is limited.
 */
import { watchName } from '../../app/name-watch.ts';
import { reflect } from '../../app/reflection.ts';
import { parseIp } from '../../base/ip.ts';
import { MILLISECOND, SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { TYPE } from '../../wire/dns/code.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ethernet } from '../../wire/ethernet.ts';
import { ipv4 } from '../../wire/ipv4.ts';
import { choice, type Values } from '../parameter.ts';
import { type ClaimSpec, type FinishedRun, type Phase, scenario } from '../scenario.ts';
import { at, count, duration, first } from '../trace-claims.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone } from './names-zones.ts';

const PRESENT = ['eve'] as const;
const NAME = 'chaicart.example';
const QUESTIONS = 60;
const EVERY = 25 * MILLISECOND;
/** When Maya's laptop looks for the shop. */
const LOOK = 0.7 * SECOND;
/** Where nobody on the victim's machine listens. */
const VICTIM_PORT = 4444;
/** Like answers that one network gets each second, where they are limited. */
const ANSWERS_PER_SECOND = 5;

const parameters = {
  question: choice({
    label: 'Eve asks for',
    about:
      'The texts at ChaiCart’s name, which are many; everything there (ANY), which servers need not give; or the address.',
    initial: 'txt',
    choices: [
      { value: 'txt', label: 'the texts' },
      { value: 'any', label: 'everything' },
      { value: 'a', label: 'the address' },
    ],
  }),
  limit: choice({
    label: 'Like answers to one network',
    about:
      'Whether the name server limits them: beyond a few a second, it sends a short “ask by TCP”, or nothing.',
    initial: 'off',
    choices: [
      { value: 'off', label: 'all are sent' },
      { value: 'on', label: 'are limited' },
    ],
  }),
} as const;

const TYPES = { txt: TYPE.TXT, any: TYPE.ANY, a: TYPE.A } as const;

/** Bytes of the IPv4 packets that a machine sent or took in, from one address to another. */
function bytesOf(
  { world }: FinishedRun,
  kind: 'frame.sent' | 'frame.delivered',
  node: string,
  source: string,
  destination: string,
): number {
  const { frames } = world.trace;
  const [from, to] = [parseIp(source), parseIp(destination)];
  let bytes = 0;
  for (const event of world.trace.events([kind])) {
    if (event.node !== node) continue;
    const slab = frames.slab(event.a);
    const start = frames.at(event.a);
    if (ethernet.get.type(slab, start) !== ETHERTYPE_IPV4) continue;
    const ip = start + ETHERNET_HEADER;
    if (ipv4.get.source(slab, ip) === from && ipv4.get.destination(slab, ip) === to)
      bytes += ipv4.get.totalLength(slab, ip);
  }
  return bytes;
}

const sent = (run: FinishedRun): number => bytesOf(run, 'frame.sent', 'eve', AT.outside, AT.ns1);
const received = (run: FinishedRun): number =>
  bytesOf(run, 'frame.delivered', 'home-router', AT.ns1, AT.outside);

const claims: Readonly<Record<string, ClaimSpec>> = {
  amplification: {
    label: 'Amplification',
    about: 'Bytes of IP packets that arrived at the victim, per byte of IP packets that Eve sent.',
    read: (run) => {
      const eve = sent(run);
      return { kind: 'text', value: eve === 0 ? undefined : `${rounded(received(run) / eve)} times` };
    },
  },
  sent: {
    label: 'Sent by Eve',
    about: 'Bytes of the IP packets that Eve sent in the victim’s name.',
    read: (run) => ({ kind: 'bytes', value: sent(run) }),
  },
  received: {
    label: 'Arrived at the victim',
    about: 'Bytes of the IP packets from ChaiCart’s name server that arrived at Maya’s router.',
    read: (run) => ({ kind: 'bytes', value: received(run) }),
  },
  questions: {
    label: 'Forged questions',
    about: 'Questions that Eve sent in the victim’s name.',
    read: ({ world }) => count(world.trace, 'udp.forge', at('eve')),
  },
  answers: {
    label: 'Full answers',
    about: 'Answers to the victim that the name server sent whole.',
    read: ({ world }) =>
      count(
        world.trace,
        'dns.authority.answer',
        ({ node, detail }) => node === 'ns1' && detail!['client'] === AT.outside,
      ),
  },
  limited: {
    label: 'Answers held back',
    about: 'Answers to the victim that the limit shortened to “ask by TCP”, or left out.',
    read: ({ world }) =>
      count(
        world.trace,
        'dns.authority.limit',
        ({ node, detail }) => node === 'ns1' && detail!['client'] === AT.outside,
      ),
  },
  found: {
    label: 'Maya’s own question',
    about: 'From asking for the shop, in the middle of it, until the laptop had its address.',
    read: ({ world }) =>
      duration(
        first(world.trace, 'dns.stub.ask', at('laptop')),
        first(
          world.trace,
          'watch.name',
          ({ node, detail }) => node === 'laptop' && detail!['addresses'] !== null,
        ),
      ),
  },
};

export const reflection = scenario({
  name: 'reflection',
  version: 1,
  title: 'Reflection',
  summary: 'Small questions in somebody else’s name, and large answers to whoever has that name.',
  parameters,
  maxEvents: 100_000,
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

const PHASES: readonly Phase[] = [{ name: 'Reflection', start: 0, end: QUESTIONS * EVERY, cost: '' }];

function build(world: World, values: Values<typeof parameters>) {
  const { network, laptop, system, others } = namesWorld(world, {
    present: PRESENT,
    zones: { chaicart: `${chaiCartZone()}${PROOFS.join('\n')}\n` },
    servers: { ns1: values.limit === 'on' ? { rate: { responsesPerSecond: ANSWERS_PER_SECOND } } : {} },
  });
  const eve = others.get('eve')!;
  world.onInput('reflect', () => {
    const victim = { address: parseIp(AT.outside), port: VICTIM_PORT };
    const random = world.random('reflection');
    const type = TYPES[values.question];
    const how = { victim, server: parseIp(AT.ns1), name: `${NAME}.`, type, random };
    eve.run('reflection', reflect(eve, { ...how, count: QUESTIONS, every: EVERY }));
  });
  world.onInput('look', () => {
    laptop.run('look', watchName(laptop, system, { name: NAME, every: SECOND, times: 1 }));
  });
  world.input(0, 'reflect', {});
  world.input(LOOK, 'look', {});
  return network;
}

/** What piles up at a name over the years: together just what fits into one datagram. */
const PROOFS = ['mail', 'search', 'shop', 'chat', 'news', 'maps', 'wiki', 'cloud'].map(
  (who, i) => `@  TXT  "${who}-proof-of-ownership=${'chai'.repeat(24)}${i}"`,
);

/** One digit behind the point where it says something. */
function rounded(ratio: number): string {
  return ratio < 10 ? String(Math.round(ratio * 10) / 10) : String(Math.round(ratio));
}
