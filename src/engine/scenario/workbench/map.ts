/**
 * Where the machines of the workbench are drawn.
 */
import { cast } from '../cast.ts';
import type { Area, Place } from '../scenario.ts';

export const workbenchAreas: readonly Area[] = [
  { label: 'Home', wide: [0, 0, 236, 348], tall: [0, 0, 358, 98] },
  { label: 'ISP', wide: [248, 0, 154, 348], tall: [0, 106, 358, 88] },
  { label: 'The internet', wide: [414, 0, 276, 348], tall: [0, 202, 358, 142] },
  { label: 'ChaiCart’s region', wide: [702, 0, 498, 348], tall: [0, 352, 358, 280] },
];

export const workbenchPlaces: Readonly<Record<string, Place>> = {
  laptop: {
    ...cast.laptop,
    area: 0,
    wide: [62, 148],
    tall: [300, 58],
  },
  'home-router': {
    ...cast.homeRouter,
    area: 0,
    wide: [176, 148],
    tall: [150, 58],
  },
  isp: {
    ...cast.isp,
    area: 1,
    addresses: ['203.0.113.65'],
    wide: [325, 148],
    tall: [150, 154],
  },
  resolver: {
    ...cast.resolver,
    area: 1,
    wide: [325, 276],
    tall: [240, 154],
  },
  'transit-a': {
    ...cast.transitA,
    area: 2,
    addresses: ['198.51.100.130'],
    wide: [552, 148],
    tall: [150, 268],
  },
  root: {
    ...cast.root,
    area: 2,
    wide: [484, 276],
    tall: [240, 240],
  },
  tld: {
    ...cast.tld,
    area: 2,
    wide: [620, 276],
    tall: [240, 304],
  },
  region: {
    label: 'Region’s router',
    called: 'The region’s router',
    kind: 'router',
    area: 3,
    addresses: ['198.51.100.134'],
    wide: [784, 148],
    tall: [150, 406],
    lane: 'Region',
  },
  ns1: {
    ...cast.nameServer,
    label: 'ns1',
    owner: 'ns1',
    area: 3,
    wide: [784, 276],
    tall: [240, 388],
  },
  chaicart: {
    ...cast.chaicart,
    called: 'ChaiCart’s front server',
    area: 3,
    wide: [960, 62],
    tall: [150, 566],
  },
  'app-1': {
    label: 'app-1',
    called: 'The first application server',
    owner: 'app-1',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.101'],
    wide: [1130, 62],
    tall: [240, 450],
    lane: 'app-1',
  },
  'app-2': {
    label: 'app-2',
    called: 'The second application server',
    owner: 'app-2',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.109'],
    wide: [1130, 166],
    tall: [240, 512],
    lane: 'app-2',
  },
  'app-3': {
    label: 'app-3',
    called: 'The third application server',
    owner: 'app-3',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.117'],
    wide: [1130, 276],
    tall: [240, 576],
    lane: 'app-3',
  },
  watcher: {
    label: 'watcher',
    called: 'The watcher',
    owner: 'The watcher',
    kind: 'server',
    area: 3,
    addresses: ['192.0.2.125'],
    wide: [960, 276],
    tall: [46, 496],
    lane: 'watcher',
  },
};
