/**
 * Somebody off the path answers in the name server's name, and hopes to be believed before the truth arrives.
 *
 * RFC 5452 §3 and §4 (what must fit, and the race), §7 (the odds). How careful the resolver is decides what there is to
 * guess; what few races cannot show is computed from the same parameters (policy/spoofing-odds).
 */
import { chaiCartSite } from '../../app/chaicart.ts';
import { visit } from '../../app/fetch-client.ts';
import { runForger } from '../../app/forger.ts';
import { runOrigin } from '../../app/origin.ts';
import type { Ip4 } from '../../base/address.ts';
import { parseIp } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { choice, type Values } from '../parameter.ts';
import { scenario } from '../scenario.ts';
import { namesAreas, namesPlaces } from './names-map.ts';
import { AT, namesUsers, namesWorld } from './names-world.ts';
import { chaiCartZone, exampleZone } from './names-zones.ts';
import { claims, phases, TTL } from './spoofing-claims.ts';

const PRESENT = ['eve'] as const;
const URL = 'http://www.chaicart.example/';
/** The careless resolver's only port. */
const FIXED = 32_853;
/** Races that Eve runs at most, where she can have another one at once. */
const RACES = 6;
/** Eve is done by then. */
const MAYA: number = 4 * SECOND;

const parameters = {
  attack: choice({
    label: 'Eve wants',
    about:
      'The address of www alone: one race, then the true answer is kept for its TTL. Or the whole zone, by race after race for names that do not exist (Kaminsky).',
    initial: 'once',
    choices: [
      { value: 'once', label: 'one name' },
      { value: 'kaminsky', label: 'the whole zone' },
    ],
  }),
  ids: choice({
    label: 'Ids of the resolver’s questions',
    about: 'Drawn by lot, or one after the other.',
    initial: 'random',
    choices: [
      { value: 'random', label: 'random' },
      { value: 'sequential', label: 'in sequence' },
    ],
  }),
  ports: choice({
    label: 'Ports they leave from',
    about: 'Another one for each question, drawn by lot, or always the same.',
    initial: 'random',
    choices: [
      { value: 'random', label: 'random' },
      { value: 'fixed', label: 'one' },
    ],
  }),
  case: choice({
    label: 'Letters of the name',
    about:
      'As the customer wrote them, or each one small or capital by lot: servers repeat them as they are.',
    initial: 'plain',
    choices: [
      { value: 'plain', label: 'as asked' },
      { value: 'mixed', label: 'mixed case' },
    ],
  }),
  cookies: choice({
    label: 'Cookies',
    about: 'Whether resolver and name server exchange cookies (RFC 7873).',
    initial: 'off',
    choices: [
      { value: 'off', label: 'none' },
      { value: 'on', label: 'exchanged' },
    ],
  }),
  guesses: choice({
    label: 'Forged answers in a race',
    about: 'How many answers Eve sends while the true one is on its way.',
    initial: '50',
    choices: [
      { value: '10', label: '10' },
      { value: '50', label: '50' },
      { value: '200', label: '200' },
    ],
  }),
} as const;

export const spoofing = scenario({
  name: 'spoofing',
  version: 1,
  title: 'Forged answers',
  summary: 'Somebody off the path answers in the name server’s name, before it does.',
  parameters,
  maxEvents: 300_000,
  until: 900 * SECOND,
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
  const hasCookies = values.cookies === 'on';
  const { network, laptop, system, others } = namesWorld(world, {
    present: PRESENT,
    forwarder: false,
    zones: {
      chaicart: chaiCartZone({ ttl: TTL }),
      example: exampleZone(
        { servers: ['ns1.chaicart'], glue: { 'ns1.chaicart': [AT.ns1] } },
        `eve     NS  ns.eve\nns.eve  A   ${AT.eve}\n`,
      ),
    },
    servers: { ...(hasCookies && { ns1: { cookies: 'given' } }) },
    resolver: {
      ids: values.ids,
      ports: values.ports === 'fixed' ? { fixed: FIXED } : 'random',
      caseRandom: values.case === 'mixed',
      cookies: hasCookies,
    },
  });
  const eve = others.get('eve')!;
  // her copy of the shop
  runOrigin(eve, chaiCartSite());
  const forger = runForger(eve, {
    resolver: parseIp(AT.resolver) as Ip4,
    server: parseIp(AT.ns1) as Ip4,
    zones: ['eve.example.', 'chaicart.example.'],
    goal: values.attack === 'once' ? { kind: 'name', name: 'www.chaicart.example.' } : { kind: 'zone' },
    races: values.attack === 'once' ? 1 : RACES,
    guesses: Number(values.guesses),
    random: world.random('eve/forger'),
  });
  world.onInput('attack', () => {
    eve.run('forger', forger.attack());
  });
  world.onInput('enter', () => {
    laptop.run('browser', visit(laptop, system, URL));
  });
  world.input(0, 'attack', {});
  world.input(MAYA, 'enter', { url: URL });
  return network;
}
