// A small run made by hand, for trying the panels without a scenario: real frames (test/vectors/linux-frames.ts) on
// their way over six machines. Its addresses agree with the frames; its times are invented and round.
import { checksumAdd, checksumFinish } from '#engine/base/checksum.ts';
import { MILLISECOND } from '#engine/base/units.ts';
import type { MachineKind, MomentView, PacketView, RunView } from '#engine/inspect/view.ts';
import { ethernet } from '#engine/wire/ethernet.ts';
import { ipv4 } from '#engine/wire/ipv4.ts';
import { summarise } from '#engine/wire/summary.ts';
import { FRAMES } from '../vectors/linux-frames.ts';

const MACHINES: readonly (readonly [
  name: string,
  label: string,
  kind: MachineKind,
  lane: string,
  address: string,
])[] = [
  ['laptop', 'Maya’s laptop', 'laptop', 'Laptop', '192.168.1.23'],
  ['switch', 'Switch', 'switch', '', ''],
  ['home', 'Home router', 'home-router', 'Home router', '192.168.1.1'],
  ['isp', 'ISP router', 'router', 'ISP router', '203.0.113.1'],
  ['resolver', 'Resolver', 'name-server', 'Resolver', '203.0.113.53'],
  ['server', 'ChaiCart’s server', 'server', 'ChaiCart', '192.0.2.80'],
];
const WIRES: readonly (readonly [from: number, to: number, ms: number])[] = [
  [0, 1, 0.5],
  [1, 2, 0.5],
  [2, 3, 4],
  [3, 4, 1],
  [3, 5, 20],
];

type Frame = keyof typeof FRAMES;
/** Which frame, the machines it passes, when it leaves, its conversation, what it answers. */
type Trip = readonly [Frame, readonly number[], number, number, number?];
const TRIPS: readonly Trip[] = [
  ['arpRequest', [0, 1, 2], 0, 1],
  ['arpReply', [2, 1, 0], 1, 1, 0],
  ['dnsQuery', [0, 1, 2, 3, 4], 2, 2],
  ['dnsAnswer', [4, 3, 2, 1, 0], 90.407, 2, 2],
  ['syn', [0, 1, 2, 3, 5], 96.495, 3, 3],
  ['synAck', [5, 3, 2, 1, 0], 121.546, 3, 4],
  ['ack', [0, 1, 2, 3, 5], 146.571, 3, 5],
  ['get', [0, 1, 2, 3, 5], 146.6, 3, 5],
  ['ok', [5, 3, 2, 1, 0], 176.7, 3, 7],
  ['ackOfOk', [0, 1, 2, 3, 5], 202.4, 3, 8],
  ['bigEcho', [0, 1, 2, 3, 5], 210, 4],
  ['fragmentationNeeded', [2, 1, 0], 215, 4, 10],
  ['fin', [0, 1, 2, 3, 5], 220, 3],
];

const SENTENCES: readonly (readonly [
  ms: number,
  machine: number,
  layer: MomentView['layer'],
  subject: string,
  text: string,
  packet?: number,
])[] = [
  [0, 0, 'app', 'Maya', 'presses Enter: http://chaicart.example/'],
  [0, 0, 'link', 'Maya’s laptop', 'asks everyone who has 192.168.1.1', 0],
  [2, 0, 'link', 'Maya’s laptop', 'learns that 192.168.1.1 is at 00:00:5e:00:53:01', 1],
  [2, 0, 'dns', 'Maya’s laptop', 'asks 203.0.113.53: A chaicart.example?', 2],
  [2.5, 2, 'ip', 'The home router', 'writes 203.0.113.77:40001 over 192.168.1.23:49731'],
  [90.407, 4, 'dns', 'The resolver', 'stores A 192.0.2.80 for 300 s and answers', 3],
  [96.495, 0, 'transport', 'Maya’s laptop', 'opens a connection to 192.0.2.80, port 80', 4],
  [121.546, 5, 'transport', 'ChaiCart’s server', 'accepts it', 5],
  [146.6, 0, 'http', 'Maya’s laptop', 'asks for /', 7],
  [176.7, 5, 'http', 'ChaiCart’s server', 'answers 200 OK', 8],
  [202.4, 0, 'http', 'The first byte', 'of the page arrives'],
];

const ms = (value: number): number => Math.round(value * MILLISECOND);

/** The bytes of each frame of {@link RunView.hops}, by frame number. */
export interface Run {
  readonly view: RunView;
  readonly frames: readonly Uint8Array[];
}

export function run(): Run {
  const channels = WIRES.flatMap(([from, to, delay]) => [
    { from, to, delay: ms(delay), rate: undefined },
    { from: to, to: from, delay: ms(delay), rate: undefined },
  ]);
  const frames: Uint8Array[] = [];
  const packets: PacketView[] = [];
  const rows: {
    packet: number;
    channel: number;
    frame: number;
    sent: number;
    arrived: number;
    outcome: number;
    rewritten: number;
  }[] = [];
  TRIPS.forEach(([name, path, at, conversation, because], index) => {
    let bytes = fromHex(FRAMES[name]);
    const line = summarise(bytes);
    let time = ms(at);
    const isLost = name === 'bigEcho';
    for (let i = 0; i + 1 < path.length; i++) {
      if (isLost && i === 2) break;
      const channel = channels.findIndex((one) => one.from === path[i] && one.to === path[i + 1]);
      const isRouter = i > 0 && (path[i] === 2 || path[i] === 3);
      if (isRouter) bytes = routed(bytes, path[i] === 2);
      if (i === 0 || isRouter) frames.push(bytes);
      const arrived = time + channels[channel]!.delay;
      rows.push({
        packet: index,
        channel,
        frame: frames.length - 1,
        sent: time,
        arrived,
        outcome: isLost && i === 1 ? 2 : 0,
        rewritten: path[i + 1] === 2 ? 1 : 0,
      });
      time = arrived;
    }
    packets.push({
      number: index + 1,
      time: ms(at),
      end: time,
      from: path[0]!,
      to: isLost ? 2 : path.at(-1)!,
      source: line.from,
      destination: line.to,
      layer: line.layer,
      letter: line.letter,
      protocol: line.protocol,
      size: line.length,
      title: line.title,
      info: line.info,
      outcome: isLost ? 'refused' : 'delivered',
      reason: isLost ? 'too long for the next link, and not to be cut' : undefined,
      conversation,
      because,
      event: index * 10,
    });
  });
  rows.sort((a, b) => a.sent - b.sent);
  return { frames, view: viewOf(channels, packets, rows) };
}

function viewOf(
  channels: RunView['channels'],
  packets: readonly PacketView[],
  rows: readonly {
    packet: number;
    channel: number;
    frame: number;
    sent: number;
    arrived: number;
    outcome: number;
    rewritten: number;
  }[],
): RunView {
  return {
    scenario: 'first-request',
    version: 1,
    title: 'One request',
    seed: 1,
    digest: '0000000000000000',
    end: ms(250),
    cutShort: undefined,
    areas: [{ label: 'Everywhere', wide: [0, 0, 1200, 350], tall: [0, 0, 358, 640] }],
    machines: MACHINES.map(([name, label, kind, lane, address], i) => ({
      name,
      label,
      called: label,
      owner: undefined,
      kind,
      area: 0,
      addresses: address ? [address] : [],
      wide: [60 + i * 200, 140],
      tall: [180, 40 + i * 100],
      lane: lane || undefined,
    })),
    channels,
    knobs: [
      {
        name: 'distance',
        label: 'Distance to ChaiCart',
        kind: 'duration',
        value: '40ms',
        initial: '25ms',
        note: 'one way',
        steps: ['0ms', '5ms', '10ms', '25ms', '40ms', '80ms', '160ms'],
        stepLabels: [
          '0\u00a0ms',
          '5\u00a0ms',
          '10\u00a0ms',
          '25\u00a0ms',
          '40\u00a0ms',
          '80\u00a0ms',
          '160\u00a0ms',
        ],
      },
      {
        name: 'rate',
        label: 'Access line',
        kind: 'rate',
        value: '20Mbit/s',
        initial: '20Mbit/s',
        note: '',
        steps: ['1Mbit/s', '5Mbit/s', '20Mbit/s', '100Mbit/s'],
        stepLabels: ['1\u00a0Mbit/s', '5\u00a0Mbit/s', '20\u00a0Mbit/s', '100\u00a0Mbit/s'],
      },
      {
        name: 'loss',
        label: 'Loss',
        kind: 'ratio',
        value: '0%',
        initial: '0%',
        note: '',
        steps: ['0%', '1%', '5%'],
        stepLabels: ['0\u00a0%', '1\u00a0%', '5\u00a0%'],
      },
      {
        name: 'caches',
        label: 'Caches',
        kind: 'choice',
        value: 'cold',
        initial: 'cold',
        note: '',
        steps: ['cold', 'warm'],
        stepLabels: ['cold', 'warm'],
      },
    ],
    inputs: [
      {
        time: ms(101.5),
        what: 'drop',
        detail: { from: 'isp', to: 'server', ordinal: 1 },
        text: 'SYN dropped at 101.5 ms',
      },
    ],
    packets,
    hops: {
      packet: Int32Array.from(rows, (row) => row.packet),
      channel: Int32Array.from(rows, (row) => row.channel),
      frame: Int32Array.from(rows, (row) => row.frame),
      sent: Float64Array.from(rows, (row) => row.sent),
      line: Float64Array.from(rows, (row) => row.sent),
      arrived: Float64Array.from(rows, (row) => row.arrived),
      outcome: Uint8Array.from(rows, (row) => row.outcome),
      rewritten: Uint8Array.from(rows, (row) => row.rewritten),
    },
    untold: 0,
    moments: SENTENCES.map(([at, machine, layer, subject, text, packet], i) => ({
      time: ms(at),
      event: i,
      machine,
      layer,
      subject,
      text,
      packet,
    })),
    spans: [],
    phases: [{ name: 'Name', start: 0, end: ms(96.495), cost: '1 question' }],
    requests: [
      {
        target: 'http://chaicart.example/',
        status: '200',
        bytes: 2436,
        parts: [
          { name: 'Name', layer: 'dns', start: 0, end: ms(96.495) },
          { name: 'Connect', layer: 'transport', start: ms(96.495), end: ms(146.6) },
          { name: 'Waiting', layer: 'http', start: ms(146.6), end: ms(202.4) },
          { name: 'Receiving', layer: 'http', start: ms(202.4), end: ms(203.1) },
        ],
      },
      {
        target: 'http://chaicart.example/menu.json',
        status: '200',
        bytes: 742,
        parts: [
          { name: 'Waiting', layer: 'http', start: ms(203.2), end: ms(240) },
          { name: 'Receiving', layer: 'http', start: ms(240), end: ms(244) },
        ],
      },
    ],
    consoles: [],
    zones: [],
    claims: [],
    goals: [],
    near: 0,
    far: 5,
    distance: [0, 0.5, 1, 5, 6, 25].map(ms),
  };
}

/** What a router does: one hop less to live, new hardware addresses, and (`isNat`) its own address for the inside one. */
function routed(frame: Uint8Array, isNat: boolean): Uint8Array {
  const bytes = frame.slice();
  ethernet.set.source(bytes, 0, ethernet.get.destination(bytes, 0));
  ipv4.set.ttl(bytes, 14, ipv4.get.ttl(bytes, 14) - 1);
  if (isNat) ipv4.set.source(bytes, 14, 0xcb00714d);
  ipv4.set.checksum(bytes, 14, 0);
  ipv4.set.checksum(bytes, 14, checksumFinish(checksumAdd(0, bytes, 14, 20)));
  return bytes;
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g)!, (pair) => Number.parseInt(pair, 16));
}
