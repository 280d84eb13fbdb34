/**
 * Writes the segments of one connection: SYNs, everything after them, and resets (RFC 9293 §3.1; RFC 7323 §3.2 for
 * the timestamps, whose clock ticks every millisecond). Sending is what acknowledges, so this is also where the
 * receiver learns that its acknowledgment has left. Not here: timestamps on a RST (RFC 7323 §5.2 would have them).
 */
import type { Bytes } from '../../base/bytes.ts';
import { seqDiff } from '../../base/seq.ts';
import { MILLISECOND, type Nanoseconds } from '../../base/units.ts';
import { ACK, RST, SYN, TCP_HEADER } from '../../wire/tcp.ts';
import type { Receiver } from './receiver.ts';
import { type Segment, writeHeader, writeStamps, writeSynOptions } from './segment.ts';
import type { Sender } from './sender.ts';

/** An echoed timestamp older than this was not ours, in milliseconds. */
const ECHO_LIFETIME = 600_000;

export class SegmentWriter {
  readonly #localPort: number;
  readonly #remotePort: number;
  readonly #clockOffset: number;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  /** Whether segments carry timestamps: wanted at first, agreed later. */
  stamps: boolean;
  resetDue = false;
  #resetSequence = 0;
  #resetAcknowledges = false;

  constructor(
    ports: readonly [number, number],
    clockOffset: number,
    stamps: boolean,
    sender: Sender,
    receiver: Receiver,
  ) {
    this.#localPort = ports[0];
    this.#remotePort = ports[1];
    this.#clockOffset = clockOffset;
    this.stamps = stamps;
    this.#sender = sender;
    this.#receiver = receiver;
  }

  /** A SYN, or with `answer` a SYN-ACK. `scale` −1 offers no window scale. Returns the length. */
  syn(now: Nanoseconds, out: Bytes, at: number, answer: boolean, mss: number, scale: number): number {
    const receiver = this.#receiver;
    const window = receiver.windowAtStart();
    const echo = answer ? receiver.recentStamp : 0;
    const length =
      TCP_HEADER + writeSynOptions(out, at + TCP_HEADER, mss, this.stamps, this.#clock(now), echo, scale);
    this.#header(
      out,
      at,
      this.#sender.initial,
      answer ? receiver.next : 0,
      length,
      answer ? SYN | ACK : SYN,
      window,
    );
    if (answer) receiver.acknowledged();
    return length;
  }

  /** Any later segment; `dataLength` bytes are taken from where the sender's choice says. Returns the length. */
  segment(
    now: Nanoseconds,
    out: Bytes,
    at: number,
    sequence: number,
    flags: number,
    dataLength: number,
  ): number {
    const receiver = this.#receiver;
    let length = TCP_HEADER;
    if (this.stamps) length += writeStamps(out, at + TCP_HEADER, this.#clock(now), receiver.recentStamp);
    this.#header(out, at, sequence, receiver.next, length, flags, receiver.advertise());
    if (dataLength > 0) this.#sender.copy(out, at + length);
    receiver.acknowledged();
    return length + dataLength;
  }

  /** A RST will go out with this sequence number, and with an acknowledgment if one makes sense. */
  askReset(sequence: number, acknowledges: boolean): void {
    this.resetDue = true;
    this.#resetSequence = sequence;
    this.#resetAcknowledges = acknowledges;
  }

  reset(out: Bytes, at: number): number {
    this.resetDue = false;
    const acknowledgment = this.#resetAcknowledges ? this.#receiver.next : 0;
    this.#header(
      out,
      at,
      this.#resetSequence,
      acknowledgment,
      TCP_HEADER,
      this.#resetAcknowledges ? RST | ACK : RST,
      0,
    );
    return TCP_HEADER;
  }

  /** The round trip by the timestamp that `segment` echoes, whole milliseconds; −1 when it tells none. */
  echoedRtt(segment: Segment, now: Nanoseconds): Nanoseconds {
    if (!this.stamps || !segment.hasStamps || !(segment.flags & ACK)) return -1;
    const elapsed = seqDiff(this.#clock(now), segment.echo);
    return elapsed >= 0 && elapsed < ECHO_LIFETIME ? Math.max(1, elapsed) * MILLISECOND : -1;
  }

  #clock(now: Nanoseconds): number {
    return (Math.floor(now / MILLISECOND) + this.#clockOffset) >>> 0;
  }

  #header(
    out: Bytes,
    at: number,
    seq: number,
    ack: number,
    length: number,
    flags: number,
    window: number,
  ): void {
    writeHeader(out, at, this.#localPort, this.#remotePort, seq, ack, length, flags, window);
  }
}
