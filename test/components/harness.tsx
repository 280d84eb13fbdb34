// Mounts one panel over the hand-made run of fixture.ts, for the browser tests: `?panel=Packets`. The answers come
// from the engine's own dissector where there is one, else they are as short as can be.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import { render } from 'preact';
import { dissectFrame } from '#engine/wire/frame.ts';
import type { Answers } from '../../components/engine/answers.ts';
import { createFigure } from '../../components/engine/figure.ts';
import { Faults } from '../../components/player/Faults.tsx';
import { Keys } from '../../components/player/Keys.tsx';
import { Knobs } from '../../components/player/Knobs.tsx';
import { Packets } from '../../components/player/Packets.tsx';
import { TakeAway } from '../../components/player/TakeAway.tsx';
import { Transcript, TranscriptTable } from '../../components/player/Transcript.tsx';
import { Waterfall } from '../../components/player/Waterfall.tsx';
import { Why } from '../../components/player/Why.tsx';
import { run } from './fixture.ts';

const query = new URLSearchParams(location.search);
const { view, frames } = run();
const times = Number(query.get('times') ?? 1);
const copies = Array.from({ length: times }, (_, i) =>
  view.packets.map((packet) => ({
    ...packet,
    time: packet.time + i * view.end,
    end: packet.end + i * view.end,
  })),
);
const many = { ...view, end: view.end * times, packets: copies.flat() };

const answers: Answers = {
  run: (request) =>
    Promise.resolve({
      ...many,
      knobs: many.knobs.map((knob) => ({ ...knob, value: request.set[knob.name] ?? knob.initial })),
      inputs: request.inputs.map((input) => ({
        ...input,
        text: `${input.what} ${JSON.stringify(input.detail)}`,
      })),
    }),
  frame: (_, frame) =>
    Promise.resolve({ bytes: frames[frame]!, cut: false, tree: dissectFrame(frames[frame]!) }),
  tables: () => Promise.resolve([]),
  nameServerLog: () => Promise.resolve({ queries: [], more: 0, loads: [] }),
  caches: () => Promise.resolve([]),
  forgery: () => Promise.resolve(undefined),
  why: (_, event) =>
    Promise.resolve([
      {
        time: 0,
        event: 0,
        layer: 'app',
        title: 'Maya pressed Enter',
        reason: 'The address names a machine, `chaicart.example`; packets need a number.',
        packet: undefined,
      },
      {
        time: 2e6,
        event: 1,
        layer: 'dns',
        title: 'The laptop asked its resolver',
        reason:
          'Nothing in the hosts file, nothing in its cache. 203.0.113.53 is not on its own network, so the packet went to the router, whose hardware address ARP had just supplied.',
        packet: 2,
      },
      {
        time: 90.407e6,
        event: 2,
        layer: 'dns',
        title: 'The laptop learned 192.0.2.80',
        reason: 'DNS is now off the path.',
        packet: 3,
      },
      {
        time: 96.495e6,
        event,
        layer: 'transport',
        title: 'The laptop sent SYN',
        reason: 'HTTP wants a connection; there was none to 192.0.2.80, port 80.',
        packet: 4,
      },
    ]),
  filter: (_, expression) => {
    if (expression.includes('dsn')) {
      return Promise.reject(
        Object.assign(new Error('there is no field or protocol “dsn”; did you mean dns?'), {
          at: expression.indexOf('dsn'),
        }),
      );
    }
    return Promise.resolve(
      many.packets.flatMap((packet, i) => (expression.includes(packet.protocol.toLowerCase()) ? [i] : [])),
    );
  },
  complete: (_, _machine, line) => Promise.resolve({ from: line.length, candidates: [] }),
  exportAs: (_, kind) => Promise.resolve(new Blob([kind])),
};

const figure = createFigure({
  id: 'f1',
  view: many,
  request: { scenario: 'first-request', set: { distance: '40ms' }, seed: 1, inputs: many.inputs },
  complete: true,
  cursor: 96.5e6,
  packet: query.has('packet') ? Number(query.get('packet')) : undefined,
  panels: ['packets'],
  live: true,
  answers: () => Promise.resolve(answers),
});
const panels = {
  Packets: () => <Packets figure={figure} />,
  Why: () => <Why figure={figure} />,
  Waterfall: () => <Waterfall figure={figure} />,
  Transcript: () => <Transcript figure={figure} />,
  Table: () => <TranscriptTable view={view} />,
  Knobs: () => <Knobs figure={figure} />,
  Faults: () => <Faults figure={figure} />,
  TakeAway: () => <TakeAway figure={figure} />,
  Keys: () => <Keys />,
};

document.documentElement.dataset.theme = query.get('theme') ?? 'light';
// What the panels told the store, for the tests to read.
Object.assign(window, { figure });
const Panel = panels[(query.get('panel') ?? 'Packets') as keyof typeof panels];
render(
  <>
    <h1>{view.title}</h1>
    <Panel />
  </>,
  document.querySelector('main')!,
);
