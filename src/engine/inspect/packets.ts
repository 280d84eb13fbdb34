/**
 * Packets and their hops, read from the trace.
 *
 * A packet is a frame that a machine made and sent, together with everything that became of it: a switch passes the
 * same frame on, a router sends a copy whose origin is the frame that arrived, a fault may damage or double it.
 * Flooded frames branch, so the hops of a packet are a tree in the order of sending. Reading is linear in the length
 * of the trace.
 *
 * Not here: what is in the bytes (wire), addresses and protocols (build-view).
 */
import type { Nanoseconds } from '../base/units.ts';
import type { Channel } from '../net/link/link.ts';
import { NONE, type Trace } from '../trace/log.ts';

/** What is read of a direction of a link. `network.channels` will do. */
export type Line = Pick<Channel, 'from' | 'to' | 'delay' | 'rate' | 'overheadBytes'>;

/**
 * `refused`: it arrived, and the machine there threw it away. `corrupted`: it arrived, and its frame check sequence
 * was wrong. `travelling`: the run ended first.
 */
export type HopOutcome = 'delivered' | 'lost' | 'corrupted' | 'refused' | 'travelling';

/** A packet over one link. */
export interface Hop {
  /** The frame as it was sent, and as it arrived: another one when a fault flipped a bit of it. */
  readonly frame: number;
  readonly arrivedFrame: number;
  /** Index into the channels, and the machines at its ends. */
  readonly channel: number;
  readonly from: string;
  readonly to: string;
  /** The `frame.sent` event and its time: when the frame was handed to the interface. */
  readonly sentEvent: number;
  readonly sent: Nanoseconds;
  /** When its first bit got on the line; equal to `sent` when it did not have to wait, or never got there. */
  readonly line: Nanoseconds;
  /** The event that ended the hop, −1 while it travels. */
  readonly arrivedEvent: number;
  /** When its last bit was at the other end, or when it was found lost; the end of the run while it travels. */
  readonly arrived: Nanoseconds;
  readonly outcome: HopOutcome;
  /** Why it was lost or refused. */
  readonly reason: string | undefined;
  /** Position in the packet's hops of the one that brought it to where this one starts, −1 for the first. */
  readonly parent: number;
  /** True for a second arrival of one sending: a fault doubled the frame. */
  readonly isDouble: boolean;
}

/** One packet from the machine that made it to where it ended. */
export interface Packet {
  /** From 1, in the order of first sending. */
  readonly number: number;
  /** The frame as its maker sent it. */
  readonly frame: number;
  /** The event that first sent it, and its time. */
  readonly event: number;
  readonly time: Nanoseconds;
  /** When it reached its last machine, or was lost; the end of the run while it travels. */
  readonly end: Nanoseconds;
  readonly maker: string;
  /** Where it ended: the machine that took it, refused it, or that it was lost on the way to. */
  readonly last: string;
  readonly hops: readonly Hop[];
  /** The hop that ended at `last`. */
  readonly lastHop: number;
  readonly outcome: HopOutcome;
  readonly reason: string | undefined;
  /** Number of the packet whose arrival led to this one. */
  readonly because: number | undefined;
}

type Draft = { -readonly [K in keyof Hop]: Hop[K] };

interface Path {
  readonly frame: number;
  readonly hops: Draft[];
}

/** All packets of a run in the order of sending. `end` is the end of the run, by default the time of its last event. */
export function readPackets(
  trace: Trace,
  channels: readonly Line[],
  end = trace.length > 0 ? trace.timeOf(trace.length - 1) : 0,
): Packet[] {
  const reader = new Reader(trace, channels, end);
  reader.readEvents();
  return reader.finish();
}

/** The number of the packet that each frame belongs to. */
export function packetsByFrame(packets: readonly Packet[]): Map<number, number> {
  const numbers = new Map<number, number>();
  for (const { number, hops } of packets) {
    for (const hop of hops) numbers.set(hop.frame, number).set(hop.arrivedFrame, number);
  }
  return numbers;
}

class Reader {
  readonly #trace: Trace;
  readonly #channels: readonly Line[];
  readonly #end: Nanoseconds;
  readonly #paths: Path[] = [];
  /** Index of the path by the frame that its maker sent. */
  readonly #pathOfRoot = new Map<number, number>();
  /** Where the hop of a `frame.sent` event is: its path, and its place there. */
  readonly #pathOfSent = new Map<number, number>();
  readonly #hopOfSent = new Map<number, number>();
  /** The last hop that brought a frame to a node. */
  readonly #arrivals = new Map<number, number>();
  /** For each event, the arrival of a frame that led to it, −1 for none. */
  readonly #arrivalBefore: Int32Array;
  /** Whether an event led to another one, and for an arrival, whether something was sent because of it. */
  readonly #hasEffect: Uint8Array;
  readonly #lineFree: Float64Array;
  /** {@link #lineFree} before the last frame was handed to the line. */
  readonly #lineBefore: Float64Array;

  constructor(trace: Trace, channels: readonly Line[], end: Nanoseconds) {
    this.#trace = trace;
    this.#channels = channels;
    this.#end = end;
    this.#arrivalBefore = new Int32Array(trace.length);
    this.#hasEffect = new Uint8Array(trace.length);
    this.#lineFree = new Float64Array(channels.length);
    this.#lineBefore = new Float64Array(channels.length);
  }

  readEvents(): void {
    const trace = this.#trace;
    const sent = trace.findKind('frame.sent');
    const delivered = trace.findKind('frame.delivered');
    const lost = trace.findKind('frame.lost');
    const corrupted = trace.findKind('frame.corrupted');
    const refused = trace.findKind('frame.refused');
    const tcpDrop = trace.findKind('tcp.drop');
    const udpDrop = trace.findKind('udp.drop');
    for (let id = 0; id < trace.length; id++) {
      const kind = trace.kindOf(id);
      const cause = trace.causeOf(id);
      this.#arrivalBefore[id] = kind === delivered ? id : cause === NONE ? NONE : this.#arrivalBefore[cause]!;
      if (cause !== NONE && this.#hasEffect[cause] === 0) this.#hasEffect[cause] = EFFECT;
      const arrival = cause === NONE ? NONE : this.#arrivalBefore[cause]!;
      if (kind === sent && arrival !== NONE) this.#hasEffect[arrival] = ANSWER;
      if (kind === sent) this.#sent(id);
      else if (kind === delivered) this.#ended(id, 'delivered', undefined);
      else if (kind === corrupted) this.#ended(id, 'corrupted', 'damaged on the link');
      else if (kind === lost) this.#ended(id, 'lost', trace.textOf(trace.bOf(id)));
      else if (kind === refused) this.#refused(trace.aOf(id), trace.nodeOf(id), trace.textOf(trace.bOf(id)));
      else if (
        (kind === tcpDrop || kind === udpDrop) &&
        cause !== NONE &&
        trace.kindOf(cause) === delivered
      ) {
        this.#refused(
          trace.aOf(cause),
          trace.nodeOf(id),
          String(trace.detailOf(id)?.['reason'] ?? 'dropped'),
        );
      }
    }
  }

  #sent(id: number): void {
    const trace = this.#trace;
    const frame = trace.aOf(id);
    const channel = trace.bOf(id);
    const root = rootOf(trace, frame);
    let index = this.#pathOfRoot.get(root);
    if (index === undefined) {
      index = this.#paths.push({ frame, hops: [] }) - 1;
      this.#pathOfRoot.set(root, index);
    }
    const { hops } = this.#paths[index]!;
    const line = this.#channels[channel]!;
    this.#pathOfSent.set(id, index);
    this.#hopOfSent.set(id, hops.length);
    hops.push({
      frame,
      arrivedFrame: frame,
      channel,
      from: line.from,
      to: line.to,
      sentEvent: id,
      sent: trace.timeOf(id),
      line: this.#takeLine(channel, trace.timeOf(id), trace.frames.size(frame)),
      arrivedEvent: NONE,
      arrived: this.#end,
      outcome: 'travelling',
      reason: undefined,
      parent: this.#arrivalOf(frame, trace.nodeOf(id)),
      isDouble: false,
    });
  }

  /** The line's own arithmetic (net/link/link.ts): a frame starts when all before it have been sent. */
  #takeLine(channel: number, now: Nanoseconds, size: number): Nanoseconds {
    const { rate, overheadBytes } = this.#channels[channel]!;
    const start = Math.max(now, this.#lineFree[channel]!);
    this.#lineBefore[channel] = this.#lineFree[channel]!;
    this.#lineFree[channel] = start + (rate ? Math.round((size - 14 + overheadBytes) * (8e9 / rate)) : 0);
    return start;
  }

  #ended(id: number, outcome: HopOutcome, reason: string | undefined): void {
    const trace = this.#trace;
    const cause = trace.causeOf(id);
    const index = this.#pathOfSent.get(cause);
    if (index === undefined) return;
    const { hops } = this.#paths[index]!;
    let place = this.#hopOfSent.get(cause)!;
    if (hops[place]!.outcome !== 'travelling') {
      place = hops.push({ ...hops[place]!, isDouble: true, reason: undefined }) - 1;
    }
    const hop = hops[place]!;
    hop.arrivedEvent = id;
    hop.arrived = trace.timeOf(id);
    hop.outcome = outcome;
    hop.reason = reason;
    hop.arrivedFrame = trace.aOf(id);
    if (outcome === 'delivered') this.#arrivals.set(arrivalKey(hop.arrivedFrame, trace.nodeOf(id)), place);
    // Lost at the moment of sending: there was no room to wait, so the line never had it.
    if (outcome === 'lost' && hop.arrived === hop.sent && this.#channels[hop.channel]!.rate) {
      this.#lineFree[hop.channel] = this.#lineBefore[hop.channel]!;
      hop.line = hop.sent;
    }
  }

  /** A machine threw away a frame that had arrived, or the copy that it was about to pass on. */
  #refused(frame: number, node: number, reason: string): void {
    const index = this.#pathOfRoot.get(rootOf(this.#trace, frame));
    const place = this.#arrivalOf(frame, node);
    if (index === undefined || place === NONE) return;
    const hop = this.#paths[index]!.hops[place]!;
    if (hop.outcome !== 'delivered') return;
    hop.outcome = 'refused';
    hop.reason = reason;
  }

  /** Place of the hop that brought a frame, or one that it was copied from, to a node. */
  #arrivalOf(frame: number, node: number): number {
    const { frames } = this.#trace;
    for (let at = frame; at !== NONE; at = frames.origin(at)) {
      const place = this.#arrivals.get(arrivalKey(at, node));
      if (place !== undefined) return place;
    }
    return NONE;
  }

  finish(): Packet[] {
    return this.#paths.map((path, index) => this.#packet(path, index));
  }

  #packet({ frame, hops }: Path, index: number): Packet {
    const first = hops[0]!;
    const place = this.#lastHop(hops);
    const hop = hops[place]!;
    const arrival = this.#arrivalBefore[first.sentEvent]!;
    const because = arrival === NONE ? undefined : this.#pathOfSent.get(this.#trace.causeOf(arrival));
    return {
      number: index + 1,
      frame,
      event: first.sentEvent,
      time: first.sent,
      end: hop.arrived,
      maker: first.from,
      last: hop.to,
      hops,
      lastHop: place,
      outcome: hop.outcome,
      reason: hop.reason,
      because: because === undefined ? undefined : because + 1,
    };
  }

  /**
   * Where a packet ended: of the hops that lead no further, the one that was taken rather than lost, and lost rather
   * than refused (the neighbours of a flooded frame refuse it, and that is no news); of those, one that had an effect.
   */
  #lastHop(hops: readonly Draft[]): number {
    const leadsOn = new Set(hops.map((hop) => hop.parent));
    let best = 0;
    let bestRank = -1;
    for (let place = 0; place < hops.length; place++) {
      const { outcome, arrivedEvent } = hops[place]!;
      if (leadsOn.has(place)) continue;
      // of all who hear a broadcast, the one who answers is whom it was for
      const rank = RANK[outcome] * 3 + (arrivedEvent === NONE ? 0 : this.#hasEffect[arrivedEvent]!);
      if (rank <= bestRank) continue;
      best = place;
      bestRank = rank;
    }
    return best;
  }
}

const RANK: Readonly<Record<HopOutcome, number>> = {
  refused: 0,
  corrupted: 1,
  lost: 1,
  travelling: 2,
  delivered: 3,
};

const EFFECT = 1;
const ANSWER = 2;

const NODES = 0x1_0000;

function arrivalKey(frame: number, node: number): number {
  return frame * NODES + node;
}

/** The frame that a chain of copies began with. A chain is as long as a path has routers. */
function rootOf(trace: Trace, frame: number): number {
  const { frames } = trace;
  let root = frame;
  for (let origin = frames.origin(root); origin !== NONE; origin = frames.origin(root)) root = origin;
  return root;
}
