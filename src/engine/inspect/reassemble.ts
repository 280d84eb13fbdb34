/**
 * The byte streams of TCP connections, put together from the frames that a machine received or sent.
 *
 * A stream knows from which frame each of its bytes first came: retransmissions add nothing, what came early waits
 * for what is missing, and of an overlap the bytes that were there first stay (as a receiver that has delivered them
 * must do, RFC 9293 §3.10.7.4). A new SYN on the same four numbers begins a new connection. Frames with a wrong checksum and those
 * whose bytes were cut are passed over, so that the stream ends in a gap there. At most {@link MAX_STREAM} bytes of a
 * stream are kept.
 *
 * Not here: segments that came in fragments; who has accepted what (the machine's events say that), what the bytes mean.
 */
import type { Bytes } from '../base/bytes.ts';
import { formatEndpoint } from '../base/ip.ts';
import { seqDiff } from '../base/seq.ts';
import type { Nanoseconds } from '../base/units.ts';
import { NONE, type Trace } from '../trace/log.ts';
import type { Node } from '../wire/bits.ts';
import { endpointsOf } from '../wire/endpoints.ts';
import { checksumFault, layersOf } from '../wire/frame.ts';
import { dissectHttp1 } from '../wire/http1-dissect.ts';
import { FIN, SYN, tcpHeader } from '../wire/tcp.ts';

export const MAX_STREAM = 16 * 1024 * 1024;
/** Segments that may wait for what is missing before them. */
const MAX_WAITING = 4096;
const MAX_STREAMS = 4096;

/** Bytes of a stream that came in one frame. */
export interface StreamPart {
  /** Offsets in the stream: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly frame: number;
  /** Where they begin in the frame. */
  readonly at: number;
  readonly time: Nanoseconds;
  /** The event that brought or sent the frame. */
  readonly event: number;
}

/** One direction of one connection. */
export interface TcpStream {
  /** `203.0.113.80:80`, `[2001:db8::80]:80` */
  readonly source: string;
  readonly destination: string;
  readonly bytes: Bytes;
  /** In the order of the stream; they join without gap or overlap. */
  readonly parts: readonly StreamPart[];
  /** When and by which event its first frame came, and the same of the FIN behind its last byte. */
  readonly opened: { readonly time: Nanoseconds; readonly event: number };
  readonly closed: { readonly time: Nanoseconds; readonly event: number } | undefined;
  /** Bytes that came more than once. */
  readonly repeated: number;
  /** Runs of bytes that are there behind a gap that was never filled. */
  readonly stranded: number;
  /** True when the stream was longer than what is kept. */
  readonly isCut: boolean;
}

/** The streams that a machine received (`heard`) or sent, in the order of their first frames. `to` is the first event that is left out. */
export function reassemble(
  trace: Trace,
  machine: string,
  which: 'heard' | 'sent',
  to = trace.length,
): TcpStream[] {
  const kind = trace.findKind(which === 'heard' ? 'frame.delivered' : 'frame.sent');
  const assembler = new Assembler(trace);
  for (let id = 0; id < to; id++) {
    if (kind !== NONE && trace.kindOf(id) === kind && trace.nodeName(trace.nodeOf(id)) === machine)
      assembler.take(id);
  }
  return assembler.finish();
}

/** The part that byte `offset` of a stream came in; undefined behind its end. */
export function partAt(stream: TcpStream, offset: number): StreamPart | undefined {
  const { parts } = stream;
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (parts[middle]!.end <= offset) low = middle + 1;
    else high = middle;
  }
  const part = parts[low];
  return part && part.start <= offset ? part : undefined;
}

/** The parts that `[start, end)` of a stream came in: the segments of a message. */
export function partsOf(stream: TcpStream, start: number, end: number): readonly StreamPart[] {
  return stream.parts.filter((part) => part.start < end && part.end > start);
}

/** One HTTP message of a stream. */
export interface HttpMessage {
  /** `GET /menu`, `200 OK` */
  readonly title: string;
  /** Offsets in the stream: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** The segments that brought it, the first bytes of a message may stand in the last of the one before. */
  readonly parts: readonly StreamPart[];
  /** Positions are from the start of the stream, in bits. */
  readonly tree: Node;
}

/**
 * The messages of a stream that carries HTTP/1.1, the last perhaps not whole. `requests` are those of the other
 * direction: the response to a HEAD has no content, whatever its head says.
 */
export function httpMessages(stream: TcpStream, requests: readonly HttpMessage[] = []): HttpMessage[] {
  const { bytes } = stream;
  const methods = requests.map(({ title }) => title.slice(0, title.indexOf(' ')));
  const messages: HttpMessage[] = [];
  // one tree for all, but after each HEAD the reading has to begin anew
  for (let at = 0; at < bytes.length && messages.length < MAX_MESSAGES; ) {
    const next = methods.indexOf('HEAD', messages.length + 1);
    const limit = next < 0 ? MAX_MESSAGES : next;
    const root = dissectHttp1(bytes, at, bytes.length, { method: methods[messages.length] ?? 'GET' });
    const before = messages.length;
    let reached = at;
    for (const tree of root.children) {
      if (tree.children.length === 0 || messages.length >= limit) break;
      const start = at + tree.bitStart / 8;
      reached = start + tree.bitLength / 8;
      shift(tree, at * 8);
      messages.push({ title: tree.text, start, end: reached, parts: partsOf(stream, start, reached), tree });
    }
    if (messages.length === before || next < 0) break;
    at = reached;
  }
  return messages;
}

const MAX_MESSAGES = 1000;

function shift(node: Node, bits: number): void {
  if (bits === 0) return;
  node.bitStart += bits;
  for (const child of node.children) shift(child, bits);
}

interface Segment {
  readonly sequence: number;
  readonly frame: number;
  /** Offset and length of the payload in the frame. */
  readonly at: number;
  readonly length: number;
  readonly isFin: boolean;
  readonly event: number;
}

class Assembler {
  readonly #trace: Trace;
  readonly #streams: Growing[] = [];
  readonly #current = new Map<string, Growing>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  take(event: number): void {
    const { frames } = this.#trace;
    const frame = this.#trace.aOf(event);
    const bytes = frames.slab(frame);
    const start = frames.at(frame);
    if (frames.isCut(frame)) return;
    const layers = layersOf(bytes, start, start + frames.size(frame));
    const tcp = layers.find(({ name }) => name === 'tcp');
    const ends = tcp && endpointsOf(bytes, start, start + frames.size(frame));
    // the segment of a fragment is not all here
    if (!ends || ends.fragmentOf !== undefined) return;
    if (layers.some(({ problem }) => problem !== undefined) || checksumFault(bytes, layers) !== undefined)
      return;
    const { get } = tcpHeader;
    const flags = get.flags(bytes, tcp.at);
    const sequence = get.sequence(bytes, tcp.at);
    const segment: Segment = {
      // a SYN takes one number; what it carries comes behind it
      sequence: flags & SYN ? (sequence + 1) >>> 0 : sequence,
      frame,
      at: tcp.end - start,
      length: ends.end - tcp.end,
      isFin: (flags & FIN) !== 0,
      event,
    };
    const source = formatEndpoint(ends.source, ends.sourcePort);
    const destination = formatEndpoint(ends.destination, ends.destinationPort);
    this.#streamOf(source, destination, (flags & SYN) !== 0, segment)?.take(segment);
  }

  #streamOf(source: string, destination: string, isSyn: boolean, segment: Segment): Growing | undefined {
    const key = `${source} ${destination}`;
    const known = this.#current.get(key);
    if (known && !(isSyn && known.first !== segment.sequence)) return known;
    if (this.#streams.length >= MAX_STREAMS) return undefined;
    const stream = new Growing(this.#trace, source, destination, segment);
    this.#streams.push(stream);
    this.#current.set(key, stream);
    return stream;
  }

  finish(): TcpStream[] {
    return this.#streams.map((stream) => stream.finish());
  }
}

class Growing {
  /** Sequence number of the first byte. */
  readonly first: number;
  readonly #trace: Trace;
  readonly #source: string;
  readonly #destination: string;
  readonly #opened: { readonly time: Nanoseconds; readonly event: number };
  readonly #parts: StreamPart[] = [];
  #waiting: Segment[] = [];
  #length = 0;
  #repeated = 0;
  #isCut = false;
  #closed: { readonly time: Nanoseconds; readonly event: number } | undefined;

  constructor(trace: Trace, source: string, destination: string, segment: Segment) {
    this.#trace = trace;
    this.#source = source;
    this.#destination = destination;
    this.first = segment.sequence;
    this.#opened = { time: trace.timeOf(segment.event), event: segment.event };
  }

  take(segment: Segment): void {
    if (!this.#append(segment)) {
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(segment);
      return;
    }
    // what waited may fit now; each round takes the earliest, so there are as many rounds as segments that fit
    for (let i = this.#earliest(); i >= 0 && this.#append(this.#waiting[i]!); i = this.#earliest())
      this.#waiting.splice(i, 1);
  }

  /** False when something is missing before the segment. */
  #append(segment: Segment): boolean {
    const start = this.#offsetOf(segment);
    if (start > this.#length) return false;
    const known = Math.min(this.#length - start, segment.length);
    this.#repeated += Math.max(0, known);
    const fresh = segment.length - known;
    const end = this.#length + fresh;
    if (fresh > 0 && end > MAX_STREAM) {
      this.#isCut = true;
      return true;
    }
    const time = this.#trace.timeOf(segment.event);
    if (fresh > 0) {
      this.#parts.push({
        start: this.#length,
        end,
        frame: segment.frame,
        at: segment.at + known,
        time,
        event: segment.event,
      });
      this.#length = end;
    }
    if (segment.isFin && start + segment.length === this.#length)
      this.#closed ??= { time, event: segment.event };
    return true;
  }

  #offsetOf(segment: Segment): number {
    return this.#length + seqDiff(segment.sequence, (this.first + this.#length) >>> 0);
  }

  #earliest(): number {
    let least = -1;
    for (let i = 0; i < this.#waiting.length; i++) {
      if (least < 0 || this.#offsetOf(this.#waiting[i]!) < this.#offsetOf(this.#waiting[least]!)) least = i;
    }
    return least;
  }

  finish(): TcpStream {
    const { frames } = this.#trace;
    const bytes = new Uint8Array(this.#length);
    for (const { start, end, frame, at } of this.#parts) {
      const from = frames.at(frame) + at;
      bytes.set(frames.slab(frame).subarray(from, from + end - start), start);
    }
    return {
      source: this.#source,
      destination: this.#destination,
      bytes,
      parts: this.#parts,
      opened: this.#opened,
      closed: this.#closed,
      repeated: this.#repeated,
      stranded: this.#waiting.length,
      isCut: this.#isCut,
    };
  }
}
