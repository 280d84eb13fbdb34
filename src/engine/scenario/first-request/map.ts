/**
 * Where the machines of the first request are drawn.
 */
import { cast } from '../cast.ts';
import type { Area, Place } from '../scenario.ts';

export const areas: readonly Area[] = [
  { label: 'Home', wide: [0, 0, 320, 348], tall: [0, 0, 358, 172] },
  { label: 'ISP', wide: [332, 0, 168, 348], tall: [0, 180, 358, 96] },
  { label: 'The internet', wide: [512, 0, 430, 348], tall: [0, 284, 358, 236] },
  { label: 'ChaiCart’s region', wide: [954, 0, 246, 348], tall: [0, 528, 358, 104] },
];

export const places: Readonly<Record<string, Place>> = {
  laptop: {
    ...cast.laptop,
    area: 0,
    wide: [62, 128],
    tall: [136, 34],
  },
  switch: {
    ...cast.switch,
    area: 0,
    wide: [156, 128],
    tall: [136, 86],
  },
  'home-router': {
    ...cast.homeRouter,
    area: 0,
    wide: [250, 128],
    tall: [136, 138],
  },
  isp: {
    ...cast.isp,
    area: 1,
    addresses: ['203.0.113.1'],
    wide: [416, 128],
    tall: [136, 228],
  },
  resolver: {
    ...cast.resolver,
    area: 1,
    wide: [416, 264],
    tall: [284, 228],
  },
  'transit-a': {
    ...cast.transitA,
    area: 2,
    addresses: ['198.51.100.1'],
    wide: [592, 128],
    tall: [136, 322],
  },
  root: {
    ...cast.root,
    area: 2,
    wide: [574, 264],
    tall: [284, 322],
  },
  tld: {
    ...cast.tld,
    area: 2,
    wide: [692, 264],
    tall: [284, 396],
  },
  'transit-b': {
    ...cast.transitB,
    area: 2,
    addresses: ['198.51.100.134'],
    wide: [884, 128],
    tall: [136, 488],
  },
  ns1: {
    ...cast.nameServer,
    area: 3,
    wide: [1064, 264],
    tall: [284, 588],
  },
  chaicart: {
    ...cast.chaicart,
    area: 3,
    wide: [1124, 128],
    tall: [136, 588],
  },
};
