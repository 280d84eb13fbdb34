/**
 * A link: two directions, each with a rate, a queue and a delay, and the interfaces at its ends.
 *
 * A direction serialises at its rate (bits of the IP packet plus a fixed overhead), keeps what waits for the line in
 * a drop-tail queue counted in bytes, then delays. A frame in flight is a row of a ring, and one entry of the kernel's
 * queue stands for the whole direction. Corrupted frames are refused by the receiver, as a frame check sequence would.
 */
import { Misuse } from '../../base/errors.ts';
import { type BitsPerSecond, type Nanoseconds, SECOND } from '../../base/units.ts';
import type { Target } from '../../sim/kernel.ts';
import type { World } from '../../sim/world.ts';
import { SENT } from '../../trace/log.ts';
import type { Fault, Passage } from './fault.ts';

export interface LinkOptions {
  readonly delay: Nanoseconds;
  /** No rate means that serialising takes no time. */
  readonly rate?: BitsPerSecond;
  /** What may wait for the line, in bytes of IP packets; by default 256 kB. */
  readonly queueBytes?: number;
  /** Or in packets. */
  readonly queuePackets?: number;
  /** Bytes added to each IP packet on the line: 38 for Ethernet with preamble and gap; 0 by default. */
  readonly overheadBytes?: number;
}

/** Where a direction ends: takes the frame, which it may not change, and which is let go after the call. */
export interface Receiver {
  readonly nodeName: string;
  receive(frame: number): void;
}

const ETHERNET_HEADER = 14;
const ARRIVAL = 0;
const SINGLE = 1;
const RING = 256;
/** Copies of one frame that faults may make. */
const MAX_COPIES = 4;

/** The numbers of the event kinds that every direction records, looked up once for a world. */
interface LinkKinds {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly corrupted: number;
}

/** How a frame will end, when not by being delivered whole. */
interface Mark {
  readonly corrupted: boolean;
  readonly lost: string | undefined;
  /** How long it is held back behind the end of the link's delay. */
  readonly extraDelay: Nanoseconds;
}

/** One direction of a link. */
export class Channel implements Target {
  /** Position among the channels of its network; operand `b` of frame events. */
  readonly index: number;
  readonly from: string;
  readonly to: string;
  readonly delay: Nanoseconds;
  readonly rate: BitsPerSecond | undefined;
  readonly overheadBytes: number;
  readonly faults: Fault[] = [];
  readonly #world: World;
  readonly #receiver: Receiver;
  readonly #queueBytes: number;
  readonly #queuePackets: number;
  readonly #nanosecondsPerByte: number;
  readonly #fromNode: number;
  readonly #toNode: number;
  readonly #kinds: LinkKinds;
  /** When the line has sent everything that was handed to it. */
  #lineFree: Nanoseconds = 0;
  #ordinal = 0;
  #waitingBytes = 0;
  #waitingPackets = 0;
  // frames in flight, first in first out
  #frame = new Int32Array(RING);
  #cause = new Int32Array(RING);
  #start = new Float64Array(RING);
  #arrive = new Float64Array(RING);
  #head = 0;
  #started = 0;
  #tail = 0;
  /** What a fault did to a frame in the ring, by its place in the order of sending. */
  #marks = new Map<number, Mark>();
  /** Frames that a fault holds back, and copies: they arrive outside the order of the ring. */
  #singles = new Map<number, { frame: number; cause: number; mark: Mark | undefined }>();
  #nextSingle = 0;

  constructor(world: World, index: number, from: string, receiver: Receiver, options: LinkOptions) {
    if (!(options.delay >= 0)) throw new Misuse('a link needs a delay');
    if (options.rate !== undefined && !(options.rate > 0)) throw new Misuse('a rate is above 0');
    const { trace } = world;
    this.#world = world;
    this.index = index;
    this.from = from;
    this.to = receiver.nodeName;
    this.delay = options.delay;
    this.rate = options.rate;
    this.overheadBytes = options.overheadBytes ?? 0;
    this.#receiver = receiver;
    this.#queueBytes =
      options.queueBytes ?? (options.queuePackets === undefined ? 256_000 : Number.MAX_SAFE_INTEGER);
    this.#queuePackets = options.queuePackets ?? Number.MAX_SAFE_INTEGER;
    this.#nanosecondsPerByte = options.rate ? (8 * SECOND) / options.rate : 0;
    this.#fromNode = trace.node(from);
    this.#toNode = trace.node(receiver.nodeName);
    this.#kinds = {
      sent: trace.kind(SENT),
      delivered: trace.kind('frame.delivered'),
      lost: trace.kind('frame.lost'),
      corrupted: trace.kind('frame.corrupted'),
    };
  }

  /** Bytes of IP packets that wait for the line now. */
  get queuedBytes(): number {
    this.#startDue();
    return this.#waitingBytes;
  }

  /** Takes over the caller's hold on `frame` and sends it on its way. */
  send(frame: number): void {
    const { trace, kernel } = this.#world;
    const { frames } = trace;
    const now = kernel.now;
    const size = frames.size(frame);
    const bytes = size - ETHERNET_HEADER;
    const sent = trace.record(now, this.#kinds.sent, this.#fromNode, frame, this.index);
    if (trace.full) trace.seal(frame);
    this.#ordinal += 1;
    this.#startDue();
    const start = this.#lineFree > now ? this.#lineFree : now;
    if (start > now) {
      if (this.#waitingBytes + bytes > this.#queueBytes || this.#waitingPackets >= this.#queuePackets) {
        this.#lose(frame, sent, 'the queue is full');
        return;
      }
    }
    this.#lineFree = start + Math.round((bytes + this.overheadBytes) * this.#nanosecondsPerByte);
    const arrive = this.#lineFree + this.delay;
    const travelling = this.faults.length > 0 ? this.#applyFaults(frame, sent, size, arrive) : frame;
    this.#enqueue(travelling, sent, start, arrive, bytes, start > now);
  }

  onEvent(op: number, arg: number): void {
    if (op === SINGLE) {
      const single = this.#singles.get(arg)!;
      this.#singles.delete(arg);
      this.#arriveNow(single.frame, single.cause, single.mark);
      return;
    }
    const { kernel } = this.#world;
    const at = this.#head & (this.#frame.length - 1);
    const frame = this.#frame[at]!;
    const cause = this.#cause[at]!;
    this.#startDue();
    let mark: Mark | undefined;
    if (this.#marks.size > 0) {
      mark = this.#marks.get(this.#head);
      if (mark) this.#marks.delete(this.#head);
    }
    this.#head += 1;
    if (this.#started < this.#head) this.#started = this.#head;
    if (this.#head !== this.#tail) {
      kernel.schedule(this.#arrive[this.#head & (this.#frame.length - 1)]!, this, ARRIVAL);
    }
    if (mark && mark.extraDelay > 0) this.#sendOutside(frame, cause, kernel.now + mark.extraDelay, mark);
    else this.#arriveNow(frame, cause, mark);
  }

  #arriveNow(frame: number, cause: number, mark: Mark | undefined): void {
    const { trace, kernel } = this.#world;
    trace.cause = cause;
    if (mark?.lost !== undefined) {
      this.#lose(frame, cause, mark.lost);
      return;
    }
    if (mark?.corrupted) {
      trace.record(kernel.now, this.#kinds.corrupted, this.#toNode, frame, this.index);
      trace.frames.release(frame);
      return;
    }
    const delivered = trace.record(kernel.now, this.#kinds.delivered, this.#toNode, frame, this.index);
    trace.cause = delivered;
    this.#receiver.receive(frame);
    trace.frames.release(frame);
  }

  #enqueue(
    frame: number,
    sent: number,
    start: Nanoseconds,
    arrive: Nanoseconds,
    bytes: number,
    waits: boolean,
  ): void {
    if (this.#tail - this.#head === this.#frame.length) this.#growRing();
    const at = this.#tail & (this.#frame.length - 1);
    this.#frame[at] = frame;
    this.#cause[at] = sent;
    this.#start[at] = start;
    this.#arrive[at] = arrive;
    if (this.#tail === this.#head) this.#world.kernel.schedule(arrive, this, ARRIVAL);
    this.#tail += 1;
    if (waits) {
      this.#waitingBytes += bytes;
      this.#waitingPackets += 1;
    } else {
      this.#started = this.#tail;
    }
  }

  /** Takes the frames whose turn on the line has come out of the count of those that wait. */
  #startDue(): void {
    const { now } = this.#world.kernel;
    const mask = this.#frame.length - 1;
    while (this.#started < this.#tail && this.#start[this.#started & mask]! <= now) {
      const frame = this.#frame[this.#started & mask]!;
      this.#waitingBytes -= this.#world.trace.frames.size(frame) - ETHERNET_HEADER;
      this.#waitingPackets -= 1;
      this.#started += 1;
    }
  }

  #lose(frame: number, sent: number, reason: string): void {
    const { trace, kernel } = this.#world;
    const before = trace.cause;
    trace.cause = sent;
    trace.record(kernel.now, this.#kinds.lost, this.#fromNode, frame, trace.text(reason));
    trace.cause = before;
    trace.frames.release(frame);
  }

  /** Lets the faults look at the frame. Gives the frame that goes on its way: the same, or a damaged copy. */
  #applyFaults(frame: number, sent: number, size: number, arrive: Nanoseconds): number {
    const passage: Passage = {
      frame,
      size,
      now: this.#world.kernel.now,
      ordinal: this.#ordinal,
      lost: undefined,
      extraDelay: 0,
      copies: 0,
      flipBit: -1,
      pastFcs: false,
    };
    for (const fault of this.faults) fault.apply(passage);
    const { lost, extraDelay, copies, flipBit } = passage;
    const { frames } = this.#world.trace;
    for (let i = 0; lost === undefined && i < Math.min(copies, MAX_COPIES); i++) {
      frames.retain(frame);
      this.#sendOutside(frame, sent, arrive + extraDelay, undefined);
    }
    let travelling = frame;
    if (flipBit >= 0) {
      travelling = frames.copy(frame);
      frames.slab(travelling)[frames.at(travelling) + (flipBit >> 3)]! ^= 0x80 >> (flipBit & 7);
      frames.release(frame);
    }
    const corrupted = flipBit >= 0 && !passage.pastFcs;
    if (corrupted || lost !== undefined || extraDelay > 0)
      this.#marks.set(this.#tail, { corrupted, lost, extraDelay });
    return travelling;
  }

  #sendOutside(frame: number, cause: number, arrive: Nanoseconds, mark: Mark | undefined): void {
    const id = this.#nextSingle++;
    this.#singles.set(id, { frame, cause, mark });
    this.#world.kernel.schedule(arrive, this, SINGLE, id);
  }

  #growRing(): void {
    const old = this.#frame.length;
    const frame = new Int32Array(old * 2);
    const cause = new Int32Array(old * 2);
    const start = new Float64Array(old * 2);
    const arrive = new Float64Array(old * 2);
    for (let i = this.#head; i < this.#tail; i++) {
      const from = i & (old - 1);
      const to = i & (old * 2 - 1);
      frame[to] = this.#frame[from]!;
      cause[to] = this.#cause[from]!;
      start[to] = this.#start[from]!;
      arrive[to] = this.#arrive[from]!;
    }
    this.#frame = frame;
    this.#cause = cause;
    this.#start = start;
    this.#arrive = arrive;
  }
}
