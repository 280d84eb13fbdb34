/**
 * The machines that many scenarios have, as sentences, lanes and maps name them. Where each is drawn, and what is
 * particular about it, the scenario’s own map says.
 */
import type { Place } from './scenario.ts';

type Role = Omit<Place, 'area' | 'wide' | 'tall' | 'addresses'> & Partial<Pick<Place, 'addresses'>>;

export const cast = {
  laptop: {
    label: 'Maya’s laptop',
    called: 'Maya’s laptop',
    owner: 'Maya',
    kind: 'laptop',
    addresses: ['192.168.1.23'],
    lane: 'Maya’s laptop',
  },
  switch: {
    label: 'Switch',
    called: 'The switch',
    kind: 'switch',
    addresses: [],
  },
  homeRouter: {
    label: 'Home router',
    called: 'The home router',
    kind: 'home-router',
    addresses: ['in 192.168.1.1', 'out 203.0.113.77'],
    lane: 'Home router',
  },
  isp: {
    label: 'ISP router',
    called: 'The ISP’s router',
    kind: 'router',
  },
  resolver: {
    label: 'Resolver',
    called: 'The resolver',
    kind: 'name-server',
    addresses: ['203.0.113.53'],
    lane: 'Resolver',
  },
  transitA: {
    label: 'Transit A',
    called: 'Transit A',
    kind: 'router',
  },
  transitB: {
    label: 'Transit B',
    called: 'Transit B',
    kind: 'router',
  },
  root: {
    label: 'Root server',
    called: 'The root server',
    kind: 'name-server',
    addresses: ['198.51.100.4'],
    lane: 'Root',
  },
  tld: {
    label: '.example server',
    called: 'The .example server',
    kind: 'name-server',
    addresses: ['198.51.100.20'],
    lane: '.example',
  },
  nameServer: {
    label: 'ns1.chaicart.example',
    called: 'ChaiCart’s name server',
    kind: 'name-server',
    addresses: ['192.0.2.53'],
    lane: 'ns1.chaicart',
  },
  chaicart: {
    label: 'chaicart.example',
    called: 'ChaiCart’s server',
    owner: 'ChaiCart',
    kind: 'server',
    addresses: ['192.0.2.80'],
    lane: 'chaicart.example',
  },
} as const satisfies Readonly<Record<string, Role>>;
