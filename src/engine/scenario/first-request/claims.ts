/**
 * What can be said of a visit to ChaiCart, read from the trace: times since Enter, counts, bytes, phases.
 */
import { formatDuration } from '../../base/units.ts';
import { packetsSent } from '../../net/sent.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Trace } from '../../trace/log.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ethernet } from '../../wire/ethernet.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { UDP_HEADER, udp } from '../../wire/udp.ts';
import type { Claim, ClaimSpec, FinishedRun, Phase } from '../scenario.ts';
import { count, duration, first, timeOf } from '../trace-claims.ts';

/** Longer than any chain of causes of a run within its event limit. */
const MAX_CHAIN = 400_000;

function ofRequest(number: number): (event: TraceEvent) => boolean {
  return (event) => event.detail!['request'] === number;
}

const nameFound = (trace: Trace) => first(trace, 'fetch.name', ({ detail }) => detail!['address'] !== null);
const connected = (trace: Trace) => first(trace, 'fetch.connected', ofRequest(1));
const firstByte = (trace: Trace) => first(trace, 'fetch.first-byte', ofRequest(1));

export const firstRequestClaims: Readonly<Record<string, ClaimSpec>> = {
  machines: {
    label: 'Machines',
    about: 'Machines in the picture, whether or not a packet of this run passes them.',
    read: ({ network }) => ({ kind: 'count', value: network.machines.size }),
  },
  neighbour: {
    label: 'Way out',
    about: 'From Enter until the laptop knows the hardware address of the router at home.',
    read: ({ world }) =>
      timeOf(
        first(world.trace, 'arp.learn', ({ node, detail }) => node === 'laptop' && detail!['asked'] === true),
      ),
  },
  dns: {
    label: 'Name',
    about: 'From Enter until the laptop knows the address.',
    read: ({ world }) => timeOf(nameFound(world.trace)),
  },
  resolverWalk: {
    label: 'The resolver’s walk',
    about: 'From the question’s arrival at the resolver until the resolver answers it.',
    read: ({ world }) =>
      duration(first(world.trace, 'dns.resolver.query'), first(world.trace, 'dns.resolver.answer')),
  },
  connect: {
    label: 'Connected',
    about: 'From Enter until the TCP connection stands, as the laptop sees it.',
    read: ({ world }) => timeOf(connected(world.trace)),
  },
  handshake: {
    label: 'Handshake',
    about: 'From the first SYN until the laptop has the SYN-ACK.',
    read: ({ world }) => duration(first(world.trace, 'fetch.connect', ofRequest(1)), connected(world.trace)),
  },
  requestTravel: {
    label: 'Request on its way',
    about: 'From sending the request for the page until the server has read its head.',
    read: ({ world }) =>
      duration(first(world.trace, 'fetch.request', ofRequest(1)), first(world.trace, 'http1.request')),
  },
  ttfb: {
    label: 'First byte',
    about: 'From Enter until the first byte of the page is on the laptop.',
    read: ({ world }) => timeOf(firstByte(world.trace)),
  },
  answerTravel: {
    label: 'Answer on its way',
    about: 'From the start of the server’s answer until the last byte of the HTML is on the laptop.',
    read: ({ world }) =>
      duration(first(world.trace, 'http1.answer'), first(world.trace, 'fetch.done', ofRequest(1))),
  },
  page: {
    label: 'Whole page',
    about: 'From Enter until the last byte of the HTML is on the laptop.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.done', ofRequest(1))),
  },
  total: {
    label: 'All done',
    about: 'From Enter until page, menu and photograph are on the laptop.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.loaded')),
  },
  resources: {
    label: 'Menu and photograph',
    about: 'From the last byte of the HTML until menu and photograph are on the laptop too.',
    read: ({ world }) =>
      duration(first(world.trace, 'fetch.done', ofRequest(1)), first(world.trace, 'fetch.loaded')),
  },
  closing: {
    label: 'Closing',
    about: 'From all done until the last packet of the last connection has arrived.',
    read: ({ world }) => {
      const loaded = first(world.trace, 'fetch.loaded');
      return { kind: 'time', value: loaded && lastDelivery(world.trace) - loaded.time };
    },
  },
  gaveUp: {
    label: 'Gave up',
    about: 'From Enter until the visit failed, if it did.',
    read: ({ world }) => timeOf(first(world.trace, 'fetch.failed')),
  },
  outcome: {
    label: 'Outcome',
    about: 'What Maya got: the status of the page, or the error.',
    read: readOutcome,
  },
  roundTripsBeforeFirstByte: {
    label: 'Round trips before the first byte',
    about: 'How often, on the chain of causes of the first byte, an IP packet came back to the laptop.',
    read: ({ world }) => ({ kind: 'count', value: roundTrips(world.trace, firstByte(world.trace)) }),
  },
  resolverQueries: {
    label: 'Queries by the resolver',
    about: 'Queries that the resolver sent to other name servers.',
    read: ({ world }) => count(world.trace, 'dns.resolver.ask'),
  },
  serverWork: {
    label: 'Work of the server',
    about: 'Processor time of ChaiCart’s server for the page.',
    read: ({ world }) => {
      const work = first(
        world.trace,
        'host.compute',
        ({ node, detail }) => node === 'chaicart' && detail!['what'] === 'GET /',
      );
      return { kind: 'time', value: work && Number(work.detail!['duration']) };
    },
  },
  connections: {
    label: 'Connections',
    about: 'TCP connections that the laptop opened.',
    read: ({ world }) => count(world.trace, 'fetch.connect'),
  },
  packets: {
    label: 'Packets',
    about: 'Packets that the machines sent of their own, each counted once however many hops it took.',
    read: ({ world }) => ({ kind: 'count', value: [...packetsSent(world.trace)].length }),
  },
  packetsLost: {
    label: 'Packets lost',
    about: 'Frames that a link lost or a queue had no room for.',
    read: ({ world }) => count(world.trace, 'frame.lost'),
  },
  retransmissions: {
    label: 'Retransmissions',
    about: 'TCP segments sent again, SYNs included.',
    read: ({ world }) => count(world.trace, 'tcp.retransmit'),
  },
  bytes: {
    label: 'Bytes',
    about: 'Bytes of all packets at their makers, by layer, Ethernet headers included.',
    read: ({ world }) => readBytes(world.trace),
  },
};

function readOutcome({ world }: FinishedRun): Claim {
  const failed = first(world.trace, 'fetch.failed');
  const done = first(world.trace, 'fetch.done', ofRequest(1));
  const value = failed ? String(failed.detail!['code']) : done ? String(done.detail!['status']) : undefined;
  return { kind: 'text', value };
}

/** Walks from an event to its causes and counts the arrivals of IP packets at the laptop. */
function roundTrips(trace: Trace, from: TraceEvent | undefined): number | undefined {
  if (!from) return undefined;
  const delivered = trace.findKind('frame.delivered');
  const laptop = trace.node('laptop');
  let trips = 0;
  let id = from.id;
  for (let steps = 0; id >= 0 && steps < MAX_CHAIN; steps++) {
    if (trace.kindOf(id) === delivered && trace.nodeOf(id) === laptop && !isArp(trace, trace.aOf(id)))
      trips += 1;
    id = trace.causeOf(id);
  }
  return trips;
}

function isArp(trace: Trace, frame: number): boolean {
  return ethernet.get.type(trace.frames.slab(frame), trace.frames.at(frame)) === ETHERTYPE_ARP;
}

type LayerBytes = Record<'link' | 'ip' | 'transport' | 'dns' | 'http', number>;

function readBytes(trace: Trace): Claim {
  const parts: LayerBytes = { link: 0, ip: 0, transport: 0, dns: 0, http: 0 };
  for (const { frame } of packetsSent(trace)) addBytes(trace, frame, parts);
  return { kind: 'bytes', value: Object.values(parts).reduce((sum, one) => sum + one, 0), parts };
}

function addBytes(trace: Trace, frame: number, parts: LayerBytes): void {
  const { frames } = trace;
  const size = frames.size(frame);
  if (isArp(trace, frame)) {
    parts.link += size;
    return;
  }
  const bytes = frames.slab(frame);
  const at = frames.at(frame) + ETHERNET_HEADER;
  const header = ipv4HeaderLength(bytes, at);
  const rest = size - ETHERNET_HEADER - header;
  const protocol = ipv4.get.protocol(bytes, at);
  parts.link += ETHERNET_HEADER;
  parts.ip += header + (protocol === PROTOCOL_ICMP ? rest : 0);
  if (protocol === PROTOCOL_UDP) {
    parts.transport += UDP_HEADER;
    const isDns =
      udp.get.sourcePort(bytes, at + header) === 53 || udp.get.destinationPort(bytes, at + header) === 53;
    if (isDns) parts.dns += rest - UDP_HEADER;
  } else if (protocol === PROTOCOL_TCP) {
    const tcpHeader = (bytes[at + header + 12]! >> 4) * 4;
    parts.transport += tcpHeader;
    parts.http += rest - tcpHeader;
  }
}

/** Name, connect, page, menu and photograph, close: as far as the visit came. */
export function firstRequestPhases(run: FinishedRun): readonly Phase[] {
  const { trace } = run.world;
  const phases: Phase[] = [];
  const failed = first(trace, 'fetch.failed');
  const add = (
    name: string,
    from: TraceEvent | undefined,
    to: TraceEvent | undefined,
    cost: string,
  ): void => {
    const end = to ?? failed;
    if (!from || !end || end.time <= from.time) return;
    const again = retransmissionsIn(trace, from.time, end.time);
    const more = again === 0 ? '' : `, ${again} sent again`;
    phases.push({ name, start: from.time, end: end.time, cost: cost + more });
  };
  const lookUp = first(trace, 'fetch.look-up');
  const name = first(trace, 'fetch.name');
  const connect = first(trace, 'fetch.connect', ofRequest(1));
  const request = first(trace, 'fetch.request', ofRequest(1));
  const page = first(trace, 'fetch.done', ofRequest(1));
  const loaded = first(trace, 'fetch.loaded');
  const questions = 1 + Number(firstRequestClaims['resolverQueries']!.read(run).value);
  add('Name', lookUp, name, questions === 1 ? '1 question' : `${questions} questions`);
  add(
    'Connect',
    connect,
    connected(trace),
    tripsBetween(trace, connect, connected(trace)) ?? 'no connection',
  );
  const work = firstRequestClaims['serverWork']!.read(run).value;
  const trips = tripsBetween(trace, request, page);
  const cost = trips && work !== undefined ? `${trips} and ${formatDuration(Number(work))} of work` : trips;
  add('Page', request, page, cost ?? 'no page');
  const connections = Number(firstRequestClaims['connections']!.read(run).value);
  const used = connections === 1 ? '1 connection' : `${connections} connections`;
  add('Menu and photograph', first(trace, 'fetch.request', ofRequest(2)), loaded, used);
  const last = lastDelivery(trace);
  if (loaded && last > loaded.time)
    phases.push({ name: 'Close', start: loaded.time, end: last, cost: 'both ways' });
  return phases;
}

/** `1 round trip`: what the chain of causes from one event to the other has of them; undefined when the other did not happen. */
function tripsBetween(trace: Trace, from: TraceEvent | undefined, to: TraceEvent | undefined) {
  const before = roundTrips(trace, from);
  const after = roundTrips(trace, to);
  if (before === undefined || after === undefined) return undefined;
  return after - before === 1 ? '1 round trip' : `${after - before} round trips`;
}

function retransmissionsIn(trace: Trace, from: number, to: number): number {
  return Number(count(trace, 'tcp.retransmit', ({ time }) => time >= from && time <= to).value);
}

function lastDelivery(trace: Trace): number {
  const delivered = trace.findKind('frame.delivered');
  for (let id = trace.length - 1; id >= 0; id--) if (trace.kindOf(id) === delivered) return trace.timeOf(id);
  return 0;
}
