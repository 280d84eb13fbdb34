// One item of each kind, small and made by hand, for trying marks and components.
import type {
  ChoiceItem,
  Item,
  MatchItem,
  NumberItem,
  OrderItem,
  PointItem,
  Said,
  TextItem,
} from '../../components/quiz/item.ts';

const see = { href: '#break-it', text: 'Read “Break it”' };
const said = (html: string): Said => ({ html, see });
const asked = (id: string, ask: string) => ({ id, ask, because: said(`Because of ${id}.`) });

export const choice: ChoiceItem = {
  ...asked('choice', 'Which one?'),
  kind: 'choice',
  several: false,
  choices: [
    { html: 'Red', right: false, said: said('Red is wrong.') },
    { html: 'Green', right: true, said: undefined },
    { html: 'Blue', right: false, said: said('Blue is wrong.') },
  ],
};
export const several: ChoiceItem = {
  ...asked('several', 'Which ones?'),
  kind: 'choice',
  several: true,
  choices: [
    { html: 'One', right: true, said: said('One is right.') },
    { html: 'Two', right: false, said: said('Two is wrong.') },
    { html: 'Three', right: true, said: undefined },
    { html: 'Four', right: false, said: said('Four is wrong.') },
  ],
};
export const order: OrderItem = {
  ...asked('order', 'In which order?'),
  kind: 'order',
  steps: ['first', 'second', 'third', 'fourth'].map((html) => ({ html, said: said(`${html} comes later.`) })),
  start: [2, 0, 3, 1],
};
export const match: MatchItem = {
  ...asked('match', 'What belongs together?'),
  kind: 'match',
  rows: [
    { html: 'cat', right: 2, said: said('A cat does not.') },
    { html: 'dog', right: 0, said: said('A dog does not.') },
  ],
  options: ['barks', 'sings', 'purrs'],
};
export const number: NumberItem = {
  ...asked('number', 'How long?'),
  kind: 'number',
  unit: 'ms',
  right: 202e6,
  within: 4e6,
  shown: '202\u00a0ms',
  slips: [{ value: 152e6, within: 2e6, said: said('One round trip short.') }],
  otherwise: said('Count again.'),
};
export const text: TextItem = {
  ...asked('text', 'What is it called?'),
  kind: 'text',
  accept: ['Round trip', 'RTT'],
  exact: false,
  slips: [{ forms: ['ping'], said: said('That is a program.') }],
  otherwise: said('There and back.'),
};
export const packet: PointItem = {
  ...asked('packet', 'Which packet?'),
  kind: 'point',
  picture: {
    of: 'packet',
    rows: ['SYN', 'SYN-ACK', 'ACK'].map((title, i) => ({
      number: i + 4,
      time: `${i * 50}.0`,
      from: i === 1 ? 'Server' : 'Laptop',
      to: i === 1 ? 'Laptop' : 'Server',
      layer: 'transport',
      letter: 'T',
      protocol: 'TCP',
      title,
    })),
  },
  right: [1],
  slips: [{ places: [0], said: said('That one asks.') }],
  otherwise: said('Too late.'),
};
export const field: PointItem = {
  ...asked('field', 'Which field?'),
  kind: 'point',
  picture: {
    of: 'field',
    packet: 'Packet 4, SYN: Laptop to Server',
    rows: [
      { label: 'IPv4', value: '', layer: 'ip', isHead: true, level: 1 },
      { label: 'Time to live', value: '64 hops left', layer: 'ip', isHead: false, level: 2 },
      { label: 'Protocol', value: 'TCP (6)', layer: 'ip', isHead: false, level: 2 },
    ],
  },
  right: [1],
  slips: [],
  otherwise: said('No router changes that.'),
};
export const byte: PointItem = {
  ...asked('byte', 'Which byte?'),
  kind: 'point',
  picture: {
    of: 'byte',
    packet: 'Packet 4, SYN: Laptop to Server',
    hex: '45000028000040004006b52ac0a80117c0000250',
    first: 14,
    layerOf: Array.from({ length: 20 }, () => 0),
    layers: [{ name: 'IPv4', layer: 'ip' }],
  },
  right: [8],
  slips: [],
  otherwise: said('Count from the left.'),
};
const drawing = {
  width: 358,
  height: 200,
  areas: [{ label: 'Home', x: 0, y: 0, width: 358, height: 200 }],
  places: [
    [60, 100],
    [200, 100],
  ],
  wires: [[60, 100, 200, 100]],
  names: [
    { machine: 0, x: 60, y: 140, align: 'middle' },
    { machine: 1, x: 200, y: 140, align: 'middle' },
  ],
} as const;
export const machine: PointItem = {
  ...asked('machine', 'Which machine?'),
  kind: 'point',
  picture: {
    of: 'machine',
    machines: [
      { label: 'Laptop', kind: 'laptop', offered: true },
      { label: 'Router', kind: 'home-router', offered: true },
    ],
    wide: { ...drawing, width: 664 },
    tall: drawing,
  },
  right: [1],
  slips: [],
  otherwise: said('Further on.'),
};

export const items: readonly Item[] = [
  choice,
  several,
  order,
  match,
  number,
  text,
  packet,
  field,
  byte,
  machine,
];
