/**
 * Where the machines of the first request are drawn.
 */
import type { Area, Place } from './scenario.ts';

export const areas: readonly Area[] = [
  { label: 'Home', wide: [0, 0, 320, 348], tall: [0, 0, 358, 172] },
  { label: 'ISP', wide: [332, 0, 168, 348], tall: [0, 180, 358, 96] },
  { label: 'The internet', wide: [512, 0, 430, 348], tall: [0, 284, 358, 236] },
  { label: 'ChaiCart’s region', wide: [954, 0, 246, 348], tall: [0, 528, 358, 104] },
];

export const places: Readonly<Record<string, Place>> = {
  laptop: {
    label: 'Maya’s laptop',
    kind: 'laptop',
    area: 0,
    addresses: ['192.168.1.23'],
    wide: [62, 128],
    tall: [136, 34],
    lane: 'Maya’s laptop',
  },
  switch: { label: 'Switch', kind: 'switch', area: 0, addresses: [], wide: [156, 128], tall: [136, 86] },
  'home-router': {
    label: 'Home router',
    kind: 'home-router',
    area: 0,
    addresses: ['in 192.168.1.1', 'out 203.0.113.77'],
    wide: [250, 128],
    tall: [136, 138],
    lane: 'Home router',
  },
  isp: {
    label: 'ISP router',
    kind: 'router',
    area: 1,
    addresses: ['203.0.113.1'],
    wide: [416, 128],
    tall: [136, 228],
  },
  resolver: {
    label: 'Resolver',
    kind: 'name-server',
    area: 1,
    addresses: ['203.0.113.53'],
    wide: [416, 264],
    tall: [284, 228],
    lane: 'Resolver',
  },
  'transit-a': {
    label: 'Transit A',
    kind: 'router',
    area: 2,
    addresses: ['198.51.100.1'],
    wide: [592, 128],
    tall: [136, 322],
  },
  root: {
    label: 'Root server',
    kind: 'name-server',
    area: 2,
    addresses: ['198.51.100.4'],
    wide: [574, 264],
    tall: [284, 322],
    lane: 'Root',
  },
  tld: {
    label: '.example server',
    kind: 'name-server',
    area: 2,
    addresses: ['198.51.100.20'],
    wide: [692, 264],
    tall: [284, 396],
    lane: '.example',
  },
  'transit-b': {
    label: 'Transit B',
    kind: 'router',
    area: 2,
    addresses: ['198.51.100.134'],
    wide: [884, 128],
    tall: [136, 488],
  },
  ns1: {
    label: 'ns1.chaicart.example',
    kind: 'name-server',
    area: 3,
    addresses: ['192.0.2.53'],
    wide: [1064, 264],
    tall: [284, 588],
    lane: 'ns1.chaicart',
  },
  chaicart: {
    label: 'chaicart.example',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.80'],
    wide: [1124, 128],
    tall: [136, 588],
    lane: 'chaicart.example',
  },
};
