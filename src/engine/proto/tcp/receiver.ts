/**
 * The receiving half: what is expected next, what has come early, how much room is advertised, and when to
 * acknowledge (RFC 9293 §3.8.6; RFC 5681 §4.2; RFC 7323 §4.3 and §5 for TS.Recent).
 *
 * Early segments are kept in the same ring as the stream, behind a hole, as at most {@link MAX_RUNS} runs. The bytes
 * that arrived first win where segments overlap. The window never shrinks: its right edge only moves on, and not by
 * less than a segment (silly-window avoidance, RFC 9293 §3.8.6.2.2). Its size follows Linux: two segments for each
 * one that arrives, up to a limit that grows when the program read more in a round trip than in the one before.
 * Not here: checking that a segment is acceptable at all, which needs the state (`connection.ts`).
 */
import type { Bytes } from '../../base/bytes.ts';
import { seqAdd, seqDiff, seqGe, seqGt, seqLt } from '../../base/seq.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { TcpProfile } from './profile.ts';
import { ByteRing } from './ring.ts';

/** More holes than this and the next early segment is dropped: it will come again. */
export const MAX_RUNS = 256;
/** TS.Recent is no longer believed after this long (RFC 7323 §5.5). */
const STAMP_LIFETIME = 24 * 24 * 3600 * 1_000_000_000;

export class Receiver {
  readonly #profile: TcpProfile;
  readonly #ring: ByteRing;
  readonly #limitMax: number;
  /** RCV.NXT. */
  next = 0;
  /** RCV.NXT + RCV.WND as the peer knows it. */
  edge = 0;
  /** IRS. */
  initial = 0;
  /** In order and not yet read, in bytes. */
  readable = 0;
  /** Shift of our window field: 0 until agreed. */
  scale = 0;
  /** Largest payload that the peer may send us in one segment. */
  mss = 536;
  /** TS.Recent, and when it was taken. */
  recentStamp = 0;
  #recentAt = -1;
  /** Last.ACK.sent. */
  lastAck = 0;

  /** An acknowledgment is due with the next transmission. */
  ackNow = false;
  ackDeadline: Nanoseconds = NEVER;
  #quickLeft: number;
  /** Largest segment seen: two of them are acknowledged at once, whatever the MSS. */
  #largest = 1;

  /** Where the stream ends, once a FIN has been seen; relative to the first byte of the stream. */
  #finAt = -1;
  finReceived = false;
  /** Bytes received in order since the start. */
  #received = 0;
  /** Early runs as [from, to) positions in the stream, ascending and apart. */
  readonly #runs = new Float64Array(2 * MAX_RUNS);
  #runCount = 0;

  /** Size of the window that may be advertised now, and what it may grow to. */
  #limit: number;
  #growTo: number;
  #readInRound = 0;
  #readBefore = 0;
  #roundStart: Nanoseconds = 0;

  constructor(profile: TcpProfile, window: number, windowFirstLimit: number, windowLimit: number) {
    this.#profile = profile;
    this.#limit = window;
    this.#limitMax = windowLimit;
    this.#growTo = windowFirstLimit;
    this.#quickLeft = profile.quickAcks;
    // Rounding a scaled window up may promise a little more than the limit with each segment.
    this.#ring = new ByteRing(2 * windowLimit + 65_536);
  }

  /** The window field of a SYN: whole segments, never scaled (Linux rounds so; RFC 7323 §2.2 forbids scaling). */
  windowAtStart(): number {
    const whole = this.#limit >= this.mss ? this.#limit - (this.#limit % this.mss) : this.#limit;
    return Math.min(65_535, whole);
  }

  /** Takes the peer's SYN. `window` is what our SYN announces or has announced. */
  start(initial: number, window: number): void {
    this.initial = initial;
    this.next = seqAdd(initial, 1);
    this.edge = seqAdd(this.next, window);
    this.lastAck = this.next;
    if (this.#growTo > this.#limit) this.#limit = window; // grows from what was said; a fixed buffer stays as it is
  }

  /** RCV.WND. */
  get window(): number {
    return seqDiff(this.edge, this.next);
  }

  /**
   * Whether a segment touches the window: the four cases of RFC 9293 §3.10.7.4, “First, check sequence number”, but
   * that a segment without data may stand right at the edge, as Linux has it: a sender that has filled the window
   * acknowledges from there, and two that both did and both lost something would refuse each other for ever.
   */
  covers(sequence: number, length: number): boolean {
    const { window } = this;
    const first = seqDiff(sequence, this.next);
    if (length === 0) return first >= 0 && first <= window;
    return window > 0 && first < window && first + length > 0;
  }

  get holdsEarly(): boolean {
    return this.#runCount > 0;
  }

  /**
   * The window field of a segment that goes out now. Moves the edge on when that is worth telling; while a hole is
   * open it stays, so that duplicate ACKs look alike (RFC 5681 §2, condition e).
   */
  advertise(): number {
    const gain = this.limitGain();
    if (gain > 0 && gain >= Math.min(this.#limit / 2, this.mss) && !(this.#runCount > 0 && this.window > 0)) {
      this.edge = seqAdd(this.edge, gain);
    }
    const unit = 1 << this.scale;
    const field = Math.min(65_535, Math.ceil(this.window / unit));
    if (field * unit > this.window) this.edge = seqAdd(this.next, field * unit);
    return field;
  }

  /** How far the edge could move on now, in bytes; may be negative. */
  limitGain(): number {
    return this.#limit - this.readable - this.window;
  }

  /** True when reading has made so much room that the peer should hear of it: the window would at least double. */
  updateDue(): boolean {
    const gain = this.limitGain();
    return gain > 0 && gain >= this.window && gain >= Math.min(this.#limit / 2, this.mss);
  }

  /** Called when a segment with an ACK leaves. */
  acknowledged(): void {
    if (this.#quickLeft > 0 && this.lastAck !== this.next) this.#quickLeft -= 1;
    this.lastAck = this.next;
    this.ackNow = false;
    this.ackDeadline = NEVER;
  }

  /**
   * Takes payload that lies within the window. `sequence` may lie before RCV.NXT; `to` must not lie beyond the edge.
   * False when there was no room to remember another hole.
   */
  accept(sequence: number, bytes: Bytes, from: number, to: number, now: Nanoseconds): boolean {
    const skip = seqDiff(this.next, sequence);
    const length = to - from;
    if (skip >= length) {
      this.ackNow = true; // all of it is old: our acknowledgment was lost, or it was sent twice
      return true;
    }
    if (length > this.#largest) this.#largest = length;
    if (skip < 0) return this.#keepEarly(this.#received - skip, bytes, from, to);
    const fresh = length - skip;
    const filled = this.#runCount > 0;
    if (filled) this.#fill(this.#received, this.#received + fresh, bytes, from + skip);
    else this.#ring.write(this.readable, bytes, from + skip, to);
    this.#advance(fresh);
    if (filled) this.#takeRuns();
    this.#growWindow();
    // RFC 5681 §4.2: at once when a hole was (partly) filled, and for every second full-sized segment.
    if (filled || this.#quickLeft > 0 || seqDiff(this.next, this.lastAck) > this.#largest) this.ackNow = true;
    else if (this.ackDeadline === NEVER) this.ackDeadline = now + this.#profile.delayedAck;
    return true;
  }

  /** Notes a FIN at `sequence` (behind the payload). It counts when everything before it is here. */
  acceptFin(sequence: number): void {
    this.#finAt = this.#received + seqDiff(sequence, this.next);
    this.ackNow = true;
  }

  /** True once: when the FIN has just become the next thing expected. RCV.NXT moves over it. */
  takeFin(): boolean {
    if (this.#finAt !== this.#received || this.finReceived) return false;
    this.finReceived = true;
    this.next = seqAdd(this.next, 1);
    if (seqLt(this.edge, this.next)) this.edge = this.next;
    this.ackNow = true;
    return true;
  }

  /** Copies at most `max` bytes to `into[at…]`, returns how many. `rtt` paces the growth of the window. */
  read(into: Bytes, at: number, max: number, rtt: Nanoseconds, now: Nanoseconds): number {
    const count = Math.min(max, this.readable);
    if (count <= 0) return 0;
    this.#ring.read(0, into, at, count);
    this.#ring.discard(count);
    this.readable -= count;
    this.#readInRound += count;
    if (rtt > 0 && now - this.#roundStart >= rtt) this.#tune(now);
    return count;
  }

  /** Forgets what arrived but was not read. */
  discard(): void {
    this.#ring.release();
    this.readable = 0;
    this.#runCount = 0;
  }

  /** PAWS (RFC 7323 §5.3, R1): true when the timestamp is older than the last one that was believed. */
  isStale(stamp: number, now: Nanoseconds): boolean {
    return seqLt(stamp, this.recentStamp) && this.#recentAt >= 0 && now - this.#recentAt < STAMP_LIFETIME;
  }

  /** RFC 7323 §4.3 (2): TS.Recent is taken from a segment that covers the last acknowledgment. */
  noteStamp(stamp: number, sequence: number, now: Nanoseconds): void {
    if (seqGt(sequence, this.lastAck)) return;
    if (this.#recentAt >= 0 && now - this.#recentAt < STAMP_LIFETIME && !seqGe(stamp, this.recentStamp))
      return;
    this.recentStamp = stamp;
    this.#recentAt = now;
  }

  #advance(count: number): void {
    this.#received += count;
    this.readable += count;
    this.next = seqAdd(this.next, count);
  }

  #keepEarly(position: number, bytes: Bytes, from: number, to: number): boolean {
    this.ackNow = true; // RFC 5681 §4.2: an out-of-order segment is answered at once
    const end = position + (to - from);
    if (this.#runCount === MAX_RUNS && !this.#touchesRun(position, end)) return false;
    this.#fill(position, end, bytes, from);
    this.#insertRun(position, end);
    return true;
  }

  #touchesRun(from: number, to: number): boolean {
    for (let i = 0; i < this.#runCount; i++) {
      if (this.#runs[2 * i]! <= to && this.#runs[2 * i + 1]! >= from) return true;
    }
    return false;
  }

  /** Writes `[position, end)` except where an early run already has bytes. */
  #fill(position: number, end: number, bytes: Bytes, from: number): void {
    const base = this.#received - this.readable;
    let at = position;
    for (let i = 0; i < this.#runCount && at < end; i++) {
      const left = this.#runs[2 * i]!;
      const right = this.#runs[2 * i + 1]!;
      if (right <= at) continue;
      const stop = Math.min(left, end);
      if (stop > at) this.#ring.write(at - base, bytes, from + (at - position), from + (stop - position));
      at = Math.max(at, right);
    }
    if (at < end) this.#ring.write(at - base, bytes, from + (at - position), from + (end - position));
  }

  /** Adds `[from, to)` to the runs, joining those it touches. */
  #insertRun(from: number, to: number): void {
    const runs = this.#runs;
    let first = 0;
    while (first < this.#runCount && runs[2 * first + 1]! < from) first += 1;
    let last = first;
    while (last < this.#runCount && runs[2 * last]! <= to) {
      from = Math.min(from, runs[2 * last]!);
      to = Math.max(to, runs[2 * last + 1]!);
      last += 1;
    }
    runs.copyWithin(2 * (first + 1), 2 * last, 2 * this.#runCount);
    this.#runCount += 1 - (last - first);
    runs[2 * first] = from;
    runs[2 * first + 1] = to;
  }

  /** Moves over the runs that the stream has reached. */
  #takeRuns(): void {
    const runs = this.#runs;
    let taken = 0;
    while (taken < this.#runCount && runs[2 * taken]! <= this.#received) {
      const more = runs[2 * taken + 1]! - this.#received;
      if (more > 0) this.#advance(more);
      taken += 1;
    }
    runs.copyWithin(0, 2 * taken, 2 * this.#runCount);
    this.#runCount -= taken;
  }

  #growWindow(): void {
    if (this.#limit < this.#growTo) this.#limit = Math.min(this.#growTo, this.#limit + 2 * this.mss);
  }

  /** Dynamic right-sizing as Linux does it, once a round trip: room for twice what was read, and for its growth. */
  #tune(now: Nanoseconds): void {
    const read = this.#readInRound;
    if (read > this.#readBefore) {
      let wanted = 2 * read + 16 * this.mss;
      if (this.#readBefore > 0) wanted += 2 * wanted * ((read - this.#readBefore) / this.#readBefore);
      this.#growTo = Math.min(this.#limitMax, Math.max(this.#growTo, Math.floor(wanted)));
      this.#readBefore = read;
    }
    this.#readInRound = 0;
    this.#roundStart = now;
  }
}
