/**
 * Where the machines of the world of names are drawn.
 */
import { cast } from '../cast.ts';
import type { Area, Place } from '../scenario.ts';

export const namesAreas: readonly Area[] = [
  { label: 'Home', wide: [0, 0, 270, 348], tall: [0, 0, 358, 132] },
  { label: 'ISP', wide: [282, 0, 168, 348], tall: [0, 140, 358, 96] },
  { label: 'The internet', wide: [462, 0, 440, 348], tall: [0, 244, 358, 268] },
  { label: 'ChaiCart’s region', wide: [914, 0, 286, 348], tall: [0, 520, 358, 112] },
];

const everybody = {
  laptop: {
    ...cast.laptop,
    area: 0,
    wide: [66, 128],
    tall: [136, 34],
  },
  'home-router': {
    ...cast.homeRouter,
    area: 0,
    wide: [204, 128],
    tall: [136, 98],
  },
  isp: {
    ...cast.isp,
    area: 1,
    addresses: ['203.0.113.65'],
    wide: [366, 128],
    tall: [136, 188],
  },
  resolver: {
    ...cast.resolver,
    area: 1,
    wide: [366, 264],
    tall: [284, 188],
  },
  'transit-a': {
    ...cast.transitA,
    area: 2,
    addresses: ['198.51.100.1'],
    wide: [586, 128],
    tall: [136, 286],
  },
  root: {
    ...cast.root,
    area: 2,
    wide: [516, 264],
    tall: [284, 286],
  },
  tld: {
    ...cast.tld,
    area: 2,
    wide: [634, 264],
    tall: [284, 352],
  },
  ns2: {
    label: 'ns2.chaicart.example',
    called: 'ChaiCart’s second name server',
    owner: 'ns2',
    kind: 'name-server',
    area: 2,
    addresses: ['198.51.100.53'],
    wide: [790, 264],
    tall: [284, 418],
    lane: 'ns2.chaicart',
  },
  'transit-b': {
    ...cast.transitB,
    area: 2,
    addresses: ['198.51.100.134'],
    wide: [840, 128],
    tall: [136, 484],
  },
  ns1: {
    ...cast.nameServer,
    called: 'ChaiCart’s first name server',
    owner: 'ns1',
    area: 3,
    wide: [1006, 264],
    tall: [284, 580],
  },
  chaicart: {
    ...cast.chaicart,
    area: 3,
    wide: [1128, 128],
    tall: [136, 580],
  },
  'chaicart-new': {
    label: 'the new server',
    called: 'ChaiCart’s new server',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.180'],
    wide: [1128, 250],
    tall: [50, 580],
    lane: 'new server',
  },
  eve: {
    label: 'Eve',
    called: 'Eve',
    kind: 'laptop',
    area: 2,
    addresses: ['198.51.100.200'],
    wide: [716, 190],
    tall: [50, 386],
    lane: 'Eve',
  },
  phone: {
    label: 'Maya’s phone',
    called: 'Maya’s phone',
    kind: 'phone',
    area: 0,
    addresses: ['192.168.2.24'],
    wide: [66, 264],
    tall: [272, 34],
    lane: 'Maya’s phone',
  },
  public: {
    label: 'Public resolver',
    called: 'The public resolver',
    kind: 'name-server',
    area: 2,
    addresses: ['198.51.100.230'],
    wide: [716, 58],
    tall: [50, 322],
    lane: 'Public resolver',
  },
} as const satisfies Readonly<Record<string, Place>>;

export type NamesMachine = keyof typeof everybody;

/** Machines that only some of the scenarios have. */
export const OPTIONAL = [
  'ns2',
  'chaicart-new',
  'eve',
  'phone',
  'public',
] as const satisfies readonly NamesMachine[];
export type Optional = (typeof OPTIONAL)[number];

/** The places of all machines but those optional ones that are not in `present`. */
export function namesPlaces(present: readonly Optional[] = []): Readonly<Record<string, Place>> {
  const absent = new Set<string>(OPTIONAL.filter((name) => !present.includes(name)));
  return Object.fromEntries(Object.entries(everybody).filter(([name]) => !absent.has(name)));
}
