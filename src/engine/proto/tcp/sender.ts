/**
 * The sending half: what is queued, what is in flight, what goes next, and what is sent again (RFC 9293 §3.8 and
 * §3.10.7.4; RFC 6298; RFC 5681 §3.2 and RFC 6582 for recovery without SACK; RFC 3042; RFC 9293 §3.7.4 and
 * §3.8.6.2.1 for Nagle and silly windows; §3.8.6.1 for probes).
 *
 * After a time-out everything is sent again from SND.UNA on (SND.NXT goes back), as far as the window allows;
 * acknowledgments of what had arrived after all let it jump ahead. Duplicate ACKs widen the window by an allowance
 * kept apart from `cwnd`: each says that one segment has left the network. Not here: states, RSTs, and SYNs but for
 * their place in the sequence space.
 */
import type { Bytes } from '../../base/bytes.ts';
import { seqAdd, seqDiff, seqGe, seqGt, seqLe, seqLt, seqMax } from '../../base/seq.ts';
import { MILLISECOND, type Nanoseconds, NEVER } from '../../base/units.ts';
import { ACK, FIN, PSH } from '../../wire/tcp.ts';
import { BlackHoleDetector } from './black-hole.ts';
import type { CongestionControl } from './congestion.ts';
import type { TcpEvents } from './events.ts';
import type { TcpProfile } from './profile.ts';
import { ByteRing } from './ring.ts';
import { RoundTripTimes } from './rtt.ts';
import { SendTimes } from './send-times.ts';

/** Duplicate ACKs that count as a loss (RFC 5681 §3.2). */
const DUP_ACKS = 3;

export class Sender {
  readonly #profile: TcpProfile;
  readonly #events: TcpEvents;
  readonly #ring: ByteRing;
  /** Nagle's rule is off. */
  noDelay: boolean;
  readonly #bufferMin: number;
  readonly #bufferMax: number;
  readonly congestion: CongestionControl;
  readonly rtt: RoundTripTimes;
  readonly #times = new SendTimes();
  readonly #blackHole: BlackHoleDetector | undefined;

  /** ISS, SND.UNA, SND.NXT. */
  readonly initial: number;
  una: number;
  next: number;
  /**
   * The highest SND.NXT so far: what a time-out goes back from, and the sequence number of segments without data. One
   * that the peer has passed would be refused together with the acknowledgment it carries.
   */
  max: number;
  /** SND.WND in bytes, SND.WL1, SND.WL2, and the largest window so far. */
  window = 0;
  #wl1 = 0;
  #wl2 = 0;
  #maxWindow = 0;
  /** Effective send MSS: payload that fits a segment with the options it will carry. */
  mss = 536;
  /** Bytes of options in every segment; −1 before the handshake has settled it. */
  optionBytes = -1;

  /** Sequence number of the first byte in the ring, and how many bytes are in it. */
  #base: number;
  #held = 0;
  finQueued = false;

  /** What {@link choose} decided. */
  sequence = 0;
  length = 0;
  flags = 0;

  rtoDeadline: Nanoseconds = NEVER;
  persistDeadline: Nanoseconds = NEVER;
  #persistWait: Nanoseconds = 0;
  /** Time-outs in a row without news. */
  attempts = 0;
  #probe = false;
  /** A probe's octet is on its way: SND.MAX does not count it, for the peer may well refuse it. */
  #octetOut = false;
  /** The persist timer has run out with a window that is open a little: send a small segment after all. */
  #forceSmall = false;

  dupAcks = 0;
  recovering = false;
  #partialSeen = false;
  /** RFC 6582's recover: SND.MAX when the last loss was noticed. */
  #recover: number;
  /** What duplicate ACKs allow beyond cwnd. */
  #allowance = 0;
  /** Sent under limited transmit: not part of the flight that a loss halves (RFC 5681 §3.2). */
  #limitedSent = 0;
  #resend = false;
  retransmissions = 0;

  /** Whether cwnd held data back, and the most that was in flight: in this round trip and in the one before. */
  #heldBack = false;
  #heldBackBefore = false;
  #peakFlight = 0;
  #peakBefore = 0;
  #roundEnd: number;
  #lastShortEnd: number;
  #lastSent: Nanoseconds = -1;
  /** When anything was last sent again; −1 before. */
  #resentAt: Nanoseconds = -1;

  constructor(
    profile: TcpProfile,
    congestion: CongestionControl,
    events: TcpEvents,
    initial: number,
    noDelay: boolean,
    bufferMin: number,
    bufferMax: number,
    mtuProbing = false,
  ) {
    this.#profile = profile;
    this.congestion = congestion;
    this.#events = events;
    this.noDelay = noDelay;
    this.#bufferMin = bufferMin;
    this.#bufferMax = Math.max(bufferMin, bufferMax);
    this.#blackHole = mtuProbing ? new BlackHoleDetector() : undefined;
    this.#ring = new ByteRing(this.#bufferMax);
    this.rtt = new RoundTripTimes(profile.initialRto, profile.minRto, profile.maxRto, profile.rtoFloor);
    this.initial = initial;
    this.una = initial;
    this.next = initial;
    this.max = initial;
    this.#base = seqAdd(initial, 1);
    this.#recover = initial;
    this.#roundEnd = initial;
    this.#lastShortEnd = initial;
  }

  /** SND.NXT − SND.UNA. */
  get flight(): number {
    return seqDiff(this.next, this.una);
  }

  /** How many bytes {@link write} would take: twice the congestion window may wait, within the buffer's bounds. */
  get writable(): number {
    if (this.finQueued) return 0;
    const size = Math.min(this.#bufferMax, Math.max(this.#bufferMin, 2 * this.congestion.cwnd));
    return Math.max(0, size - this.#held);
  }

  /** Bytes that were written and not yet acknowledged. */
  get queued(): number {
    return this.#held;
  }

  get finAcked(): boolean {
    return this.finQueued && seqGt(this.una, this.#dataEnd);
  }

  get #dataEnd(): number {
    return seqAdd(this.#base, this.#held);
  }

  write(bytes: Bytes, from: number, to: number): number {
    const count = Math.min(to - from, this.writable);
    if (count <= 0) return 0;
    this.#ring.write(this.#held, bytes, from, from + count);
    this.#held += count;
    return count;
  }

  copy(into: Bytes, at: number): void {
    this.#ring.read(seqDiff(this.sequence, this.#base), into, at, this.length);
  }

  /** Nothing will be sent any more. */
  stop(): void {
    this.rtoDeadline = NEVER;
    this.persistDeadline = NEVER;
    this.#resend = false;
    this.#probe = false;
    this.#ring.release();
    this.#held = 0;
  }

  /** The SYN has been sent: it takes one sequence number. */
  sentSyn(): void {
    this.next = seqAdd(this.initial, 1);
    this.max = this.next;
  }

  /** The handshake came to nothing; the next one starts at the same number. */
  unsend(): void {
    this.next = this.initial;
    this.max = this.initial;
    this.rtoDeadline = NEVER;
    this.rtt.restart();
  }

  /** The SYN is acknowledged: data may flow. */
  start(mss: number, initialWindow: number, window: number, sequence: number, acknowledgment: number): void {
    this.mss = mss;
    this.congestion.start(mss, initialWindow);
    this.una = seqAdd(this.initial, 1);
    this.rtoDeadline = NEVER;
    this.attempts = 0;
    this.setWindow(window, sequence, acknowledgment);
  }

  /**
   * The path carries less than was thought: segments of at most `mss` bytes of data from now on, and what is in flight
   * is cut anew from SND.UNA, without waiting for the timer and without a sign of congestion (RFC 1191 §6.5).
   */
  lowerMss(mss: number, reason: string): void {
    if (mss >= this.mss) return;
    this.#events.emit('tcp.mss', { mss, before: this.mss, reason });
    this.mss = mss;
    this.congestion.resize(mss);
    if (this.una === this.max) return;
    this.next = this.una;
    this.recovering = false;
    this.dupAcks = 0;
    this.#allowance = 0;
    this.#limitedSent = 0;
    this.#recover = this.max;
    this.#times.clear();
    this.rtoDeadline = NEVER;
  }

  /** A router has said that the path carries segments of at most `mss` bytes, options included. */
  handlePathMss(mss: number): void {
    if (this.optionBytes >= 0)
      this.lowerMss(Math.max(1, mss - this.optionBytes), 'a router says that they are too long');
  }

  setWindow(window: number, sequence: number, acknowledgment: number): void {
    if (window === 0 && this.window > 0)
      this.#events.emit('tcp.zero-window', { side: 'peer', unacked: this.flight });
    this.window = window;
    this.#wl1 = sequence;
    this.#wl2 = acknowledgment;
    if (window > this.#maxWindow) this.#maxWindow = window;
  }

  /**
   * Decides what goes out next and notes it as sent: `sequence`, `length` and `flags` say what. False when nothing
   * but perhaps an acknowledgment is due.
   */
  choose(now: Nanoseconds): boolean {
    if (this.#resend) {
      this.#resend = false;
      if (seqLt(this.una, this.max)) return this.#chooseResend(now);
    }
    if (this.#probe) {
      this.#probe = false;
      return this.#chooseProbe();
    }
    const dataEnd = this.#dataEnd;
    const unsent = seqDiff(dataEnd, this.next);
    if (unsent < 0 || (unsent === 0 && !this.finQueued)) return false;
    const { flight } = this;
    if (flight === 0) this.#noteIdle(now);
    const usable = this.window - flight;
    const length = Math.min(unsent, this.mss, usable);
    if (length <= 0 && (unsent > 0 || usable <= 0)) return this.#blocked(flight, now);
    if (flight > 0 && length > this.congestion.cwnd + this.#allowance - flight) {
      this.#heldBack = true;
      return false;
    }
    if (length < this.mss && length > 0 && !this.#mayBeShort(length, unsent, flight)) {
      return length < unsent ? this.#blocked(flight, now) : false;
    }
    this.#forceSmall = false;
    const fin = this.finQueued && length === unsent && length < usable;
    this.#take(length, (length === unsent && length > 0 ? PSH : 0) | (fin ? FIN : 0), now);
    return true;
  }

  /** Notes a segment from SND.NXT on as sent. */
  #take(length: number, flags: number, now: Nanoseconds): void {
    const end = seqAdd(this.next, length + (flags & FIN ? 1 : 0));
    this.sequence = this.next;
    this.length = length;
    this.flags = flags | ACK;
    if (seqLt(this.next, this.max)) {
      this.#resentAt = now;
      this.#emitRetransmit('go-back');
    } else {
      this.#times.push(end, now);
      if (length < this.mss) this.#lastShortEnd = end;
      if (this.dupAcks > 0 && !this.recovering) this.#limitedSent += length;
    }
    this.next = end;
    if (seqGt(end, this.max)) this.max = end;
    this.#lastSent = now;
    this.persistDeadline = NEVER;
    this.#persistWait = 0;
    this.#octetOut = false;
    if (this.rtoDeadline === NEVER) this.rtoDeadline = now + this.rtt.rto; // RFC 6298 §5.1
    const { flight } = this;
    if (flight > this.#peakFlight) this.#peakFlight = flight;
  }

  #chooseResend(now: Nanoseconds): boolean {
    const dataEnd = this.#dataEnd;
    const outstanding = seqDiff(this.max, this.una);
    this.sequence = this.una;
    this.length = Math.max(0, Math.min(this.mss, outstanding, seqDiff(dataEnd, this.una)));
    const end = seqAdd(this.una, this.length);
    const fin = this.finQueued && end === dataEnd && outstanding > this.length;
    this.flags = ACK | (end === dataEnd && this.length > 0 ? PSH : 0) | (fin ? FIN : 0);
    this.next = seqMax(this.next, fin ? seqAdd(end, 1) : end);
    this.#resentAt = now;
    this.#times.clear(); // Karn: nothing that was in flight now can be timed by its acknowledgment
    this.#lastSent = now;
    if (this.rtoDeadline === NEVER) this.rtoDeadline = now + this.rtt.rto;
    return true;
  }

  #chooseProbe(): boolean {
    const octet = this.#profile.windowProbe === 'octet' && seqLt(this.next, this.#dataEnd);
    this.sequence = octet ? this.next : seqAdd(this.una, -1);
    this.length = octet ? 1 : 0;
    this.flags = ACK;
    this.#octetOut = octet;
    return true;
  }

  /** Nagle's rule and the sender's half of silly-window avoidance (RFC 9293 §3.7.4, §3.8.6.2.1). */
  #mayBeShort(length: number, unsent: number, flight: number): boolean {
    if (this.#forceSmall || seqLt(this.next, this.max)) return true;
    if (length < unsent) return length >= this.#maxWindow / 2; // the window cuts it
    if (this.noDelay || this.finQueued || flight === 0) return true;
    return this.#profile.nagle === 'minshall' && seqLe(this.#lastShortEnd, this.una);
  }

  /** The peer's window stands in the way. With nothing in flight only a probe can find out when it opens. */
  #blocked(flight: number, now: Nanoseconds): boolean {
    if (flight === 0 && this.persistDeadline === NEVER) {
      this.#persistWait = this.rtt.rto;
      this.persistDeadline = now + this.#persistWait;
    }
    return false;
  }

  /** RFC 5681 §4.1: after a pause longer than the RTO the window is old news. */
  #noteIdle(now: Nanoseconds): void {
    if (this.#lastSent < 0 || this.max !== this.una) return;
    const idle = now - this.#lastSent;
    if (idle > this.rtt.rto) this.congestion.onIdle(idle, this.rtt.rto);
    this.#lastSent = now;
  }

  /**
   * Takes the acknowledgment of an acceptable segment; `window` is scaled already, `plain` says that the segment
   * carried nothing else, `echoed` is the round trip by its timestamp or −1. False when it acknowledges what was
   * never sent, or is too old (RFC 5961 §5.2): then an ACK is due and nothing else.
   */
  acknowledge(
    acknowledgment: number,
    sequence: number,
    window: number,
    plain: boolean,
    echoed: Nanoseconds,
    now: Nanoseconds,
  ): boolean {
    if (seqGt(acknowledgment, this.max)) {
      // Only the octet of a window probe may be taken without having been counted as sent.
      if (!this.#octetOut || acknowledgment !== seqAdd(this.max, 1)) return false;
      this.max = acknowledgment;
    }
    const acked = seqDiff(acknowledgment, this.una);
    if (acked < -this.#maxWindow) return false;
    if (acked > 0) this.#advance(acknowledgment, acked, echoed, now);
    else if (acked === 0 && plain && window === this.window && seqLt(this.una, this.max))
      this.#duplicate(now);
    if (
      acked >= 0 &&
      (seqLt(this.#wl1, sequence) || (this.#wl1 === sequence && seqLe(this.#wl2, acknowledgment)))
    ) {
      this.setWindow(window, sequence, acknowledgment);
    }
    if (this.persistDeadline !== NEVER || this.#persistWait > 0) this.attempts = 0; // the peer lives: probe on
    return true;
  }

  #advance(acknowledgment: number, acked: number, echoed: Nanoseconds, now: Nanoseconds): void {
    const { flight } = this;
    this.una = acknowledgment;
    if (seqLt(this.next, acknowledgment)) this.next = acknowledgment;
    const bytes = Math.min(seqDiff(acknowledgment, this.#base), this.#held);
    if (bytes > 0) {
      this.#ring.discard(bytes);
      this.#held -= bytes;
      this.#base = seqAdd(this.#base, bytes);
    }
    this.attempts = 0;
    this.#blackHole?.onProgress();
    const rtt = this.#sample(acknowledgment, echoed, now);
    const limited = this.#wasLimited(acknowledgment);
    let restart = true;
    if (this.recovering && seqLt(acknowledgment, this.#recover)) {
      restart = this.#partial(acked);
    } else if (this.recovering) {
      this.recovering = false;
      this.#allowance = 0;
      this.dupAcks = 0;
      this.congestion.onRecoveryExit(this.flight, now);
      this.#events.emit('tcp.recovery', {
        state: 'exit',
        cwnd: this.congestion.cwnd,
        ssthresh: this.congestion.ssthresh,
      });
    } else {
      this.dupAcks = 0;
      this.#allowance = 0;
      this.#limitedSent = 0;
      this.congestion.onAck(acked, rtt, flight, limited, now);
    }
    // RFC 6298 §5.2, §5.3
    if (this.una === this.max) this.rtoDeadline = NEVER;
    else if (restart) this.rtoDeadline = now + this.rtt.rto;
  }

  /** RFC 6582 §3.2, step 3: the next hole. True when the retransmission timer starts anew: the first time only. */
  #partial(acked: number): boolean {
    this.#allowance = Math.max(0, this.#allowance - acked) + (acked >= this.mss ? this.mss : 0);
    this.#resend = true;
    this.#emitRetransmit('partial');
    const first = !this.#partialSeen;
    this.#partialSeen = true;
    return first;
  }

  #duplicate(now: Nanoseconds): void {
    this.dupAcks += 1;
    if (this.recovering) {
      this.#allowance += this.mss;
      return;
    }
    if (!seqGt(this.una, this.#recover)) return; // RFC 6582 §3.2, step 2: echoes of what was sent twice
    if (this.dupAcks < DUP_ACKS) {
      this.#allowance = this.dupAcks * this.mss; // limited transmit, RFC 3042
      return;
    }
    if (this.dupAcks > DUP_ACKS) return;
    this.recovering = true;
    this.#partialSeen = false;
    this.#recover = this.max;
    this.congestion.onLoss(Math.max(0, seqDiff(this.max, this.una) - this.#limitedSent), now);
    this.#limitedSent = 0;
    this.#allowance = DUP_ACKS * this.mss;
    this.#resend = true;
    this.rtoDeadline = now + this.rtt.rto;
    this.#events.emit('tcp.recovery', {
      state: 'enter',
      cwnd: this.congestion.cwnd,
      ssthresh: this.congestion.ssthresh,
    });
    this.#emitRetransmit('fast');
  }

  /**
   * One round-trip sample, −1 for none. Karn's rule: what was sent twice counts only by its timestamp, and by that
   * only when it echoes the last copy. An older echo may mean a late segment or a lost acknowledgment, and taking the
   * latter for a round trip would add every wait for the timer to the next one (RFC 7323 §4.1 allows it).
   */
  #sample(acknowledgment: number, echoed: Nanoseconds, now: Nanoseconds): Nanoseconds {
    const sentAt = this.#times.take(acknowledgment);
    const echoes = echoed >= 0 && (this.#resentAt < 0 || echoed <= now - this.#resentAt + MILLISECOND);
    const rtt = sentAt >= 0 ? now - sentAt : echoes ? echoed : -1;
    if (rtt >= 0) this.rtt.sample(rtt, seqGe(acknowledgment, this.#roundEnd));
    return rtt;
  }

  /** Whether the window, not the program, set the pace: a window that nobody filled does not grow. */
  #wasLimited(acknowledgment: number): boolean {
    const { cwnd, ssthresh } = this.congestion;
    const limited =
      this.#heldBack ||
      this.#heldBackBefore ||
      (cwnd < ssthresh && cwnd < 2 * Math.max(this.#peakFlight, this.#peakBefore));
    if (seqGe(acknowledgment, this.#roundEnd)) {
      this.#roundEnd = this.next;
      this.#heldBackBefore = this.#heldBack;
      this.#heldBack = false;
      this.#peakBefore = this.#peakFlight;
      this.#peakFlight = this.flight;
    }
    return limited;
  }

  /** The retransmission timer of data or FIN has fired. False: there is no point in going on. */
  onRetransmissionTimeout(now: Nanoseconds): boolean {
    this.rtoDeadline = NEVER;
    if (this.window === 0) {
      // The peer took its window back: from here on this is probing, which has no limit while it answers.
      this.next = this.una;
      this.#blocked(0, now);
      return true;
    }
    this.attempts += 1;
    if (this.attempts > this.#profile.dataRetries) return false;
    const smaller = this.#blackHole?.onTimeout(this.mss, now);
    if (smaller !== undefined) this.lowerMss(smaller, 'nothing large gets through');
    this.congestion.onTimeout(seqDiff(this.max, this.una), this.attempts > 1, now);
    this.#events.emit('tcp.timer', { timer: 'retransmission', waited: this.rtt.rto, attempt: this.attempts });
    this.rtt.backOff();
    this.recovering = false;
    this.dupAcks = 0;
    this.#allowance = 0;
    this.#limitedSent = 0;
    this.#recover = this.max;
    this.next = this.una;
    this.#times.clear();
    this.#resend = true;
    this.#emitRetransmit('timeout');
    this.rtoDeadline = now + this.rtt.rto;
    return true;
  }

  /** The persist timer has fired. False: nobody has answered for too long. */
  onPersistTimeout(now: Nanoseconds): boolean {
    this.persistDeadline = NEVER;
    this.attempts += 1;
    if (this.attempts > this.#profile.dataRetries) return false;
    this.#events.emit('tcp.probe', {
      attempt: this.attempts,
      window: this.window,
      waited: this.#persistWait,
    });
    if (this.window > this.flight) {
      this.#forceSmall = true;
      return true;
    }
    this.#probe = true;
    this.#persistWait = Math.min(this.#persistWait * 2, this.#profile.maxRto);
    this.persistDeadline = now + Math.max(this.#persistWait, MILLISECOND);
    return true;
  }

  #emitRetransmit(reason: 'timeout' | 'fast' | 'partial' | 'go-back'): void {
    this.retransmissions += 1;
    const from = reason === 'go-back' ? this.sequence : this.una;
    const length =
      reason === 'go-back' ? this.length : Math.min(this.mss, Math.max(0, seqDiff(this.#dataEnd, this.una)));
    this.#events.emit('tcp.retransmit', {
      reason,
      seq: from,
      offset: seqDiff(from, seqAdd(this.initial, 1)),
      length,
      attempt: this.attempts,
      cwnd: this.congestion.cwnd,
      rto: this.rtt.rto,
    });
  }
}
