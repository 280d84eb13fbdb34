/**
 * One TCP connection as a sans-IO machine (RFC 9293; §3.10 gives the order of everything here; RFC 5961 for
 * challenge ACKs, RFC 7323 for timestamps and PAWS, RFC 6298 §5.7 and RFC 6928 §2 for what a lost SYN changes).
 *
 * This file holds the states, opening, closing, resets and time-outs; `sender.ts` and `receiver.ts` hold the two
 * halves of the stream. The host verifies checksums, wraps segments in IP, spawns one machine for each SYN, and drops
 * a machine that is back in LISTEN or CLOSED with nothing to transmit.
 *
 * Deviations: urgent data is delivered in line (RFC 9293 §3.8.5 would tell the program where it ends); payload and
 * FIN that come with a SYN are left for the peer to repeat; CLOSE and SYNs before ESTABLISHED, see `state.ts`. Not here:
 * SACK (parsed, never offered), ECN, Fast Open, MD5, AO.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { seqAdd, seqDiff, seqGt, seqLe, seqLt } from '../../base/seq.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { MachineEvent } from '../../trace/event.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import { CONGESTION_CONTROLS } from './congestion.ts';
import { TcpEvents } from './events.ts';
import { Handshake } from './handshake.ts';
import { KeepAliveTimer } from './keep-alive.ts';
import { ICMP_MEANINGS, type IcmpError, type KeepAlive, type TcpError, type TcpOptions } from './options.ts';
import { PROFILES, type TcpProfile } from './profile.ts';
import { Receiver } from './receiver.ts';
import { Refusals } from './refusals.ts';
import { Segment } from './segment.ts';
import { Sender } from './sender.ts';
import {
  isSynchronized,
  MAY_SEND,
  nextState,
  RESETS_ON_ABORT,
  type TcpState,
  type Trigger,
} from './state.ts';
import { SegmentWriter } from './writer.ts';

export type { IcmpError, KeepAlive, TcpError, TcpOptions } from './options.ts';

export class TcpConnection {
  readonly localPort: number;
  readonly remotePort: number;
  readonly profile: TcpProfile;
  readonly #events: TcpEvents;
  readonly #segment = new Segment();
  readonly sender: Sender;
  readonly receiver: Receiver;
  readonly #writer: SegmentWriter;
  readonly #handshake: Handshake;
  readonly #refusals: Refusals;
  readonly #keepAlive: KeepAliveTimer;

  #state: TcpState = 'CLOSED';
  #error: TcpError | undefined;
  #passive = false;
  /** shutdown() before ESTABLISHED: done when that is reached. */
  #closeWanted = false;
  /** close(): nobody will read any more. */
  #detached = false;
  /** An ICMP error that ends nothing by itself but explains a time-out. */
  #softError: TcpError | undefined;

  #probeDue = false;

  /** TIME-WAIT, FIN-WAIT-2 after close(), or keep-alive: never two at once. */
  #idleDeadline: Nanoseconds = NEVER;

  constructor(options: TcpOptions) {
    const { profile = 'linux' } = options;
    this.profile = typeof profile === 'string' ? PROFILES[profile] : profile;
    this.localPort = options.localPort;
    this.remotePort = options.remotePort;
    this.#events = new TcpEvents(options.name);
    const { receiveBuffer, sendBuffer } = options;
    this.sender = new Sender(
      this.profile,
      (options.congestion ?? CONGESTION_CONTROLS[this.profile.congestion])(),
      this.#events,
      options.iss >>> 0,
      options.noDelay ?? false,
      sendBuffer ?? this.profile.sendBuffer,
      sendBuffer ?? this.profile.sendBufferLimit,
      options.mtuProbing ?? false,
    );
    this.receiver = new Receiver(
      this.profile,
      receiveBuffer ?? this.profile.receiveWindow,
      receiveBuffer ?? this.profile.receiveWindowFirstLimit,
      receiveBuffer ?? this.profile.receiveWindowLimit,
    );
    this.receiver.mss = options.mss ?? 1460;
    this.#writer = new SegmentWriter(
      [options.localPort, options.remotePort],
      options.timestampOffset ?? 0,
      options.timestamps ?? this.profile.timestamps,
      this.sender,
      this.receiver,
    );
    this.#handshake = new Handshake(
      options,
      this.profile,
      this.#events,
      this.sender,
      this.receiver,
      this.#writer,
    );
    this.#keepAlive = new KeepAliveTimer(options.keepAlive);
    this.#refusals = new Refusals(this.profile, this.#segment, this.receiver, this.#events);
  }

  get state(): TcpState {
    return this.#state;
  }

  /** Why the connection broke, when it did. */
  get error(): TcpError | undefined {
    return this.#error;
  }

  /** Bytes that {@link read} would give now. */
  get readable(): number {
    return this.receiver.readable;
  }

  /** Bytes that {@link write} would take now. */
  get writable(): number {
    return this.#closeWanted || !MAY_SEND.has(this.#state) ? 0 : this.sender.writable;
  }

  /** True once the peer's FIN was reached and everything before it was read. */
  get ended(): boolean {
    return this.receiver.finReceived && this.receiver.readable === 0;
  }

  /** True when the machine has nothing left to do: the host may forget it. */
  get finished(): boolean {
    return this.#state === 'CLOSED' && !this.#writer.resetDue;
  }

  get cwnd(): number {
    return this.sender.congestion.cwnd;
  }

  /** Infinity before the first loss. */
  get ssthresh(): number {
    return this.sender.congestion.ssthresh;
  }

  /** Nanoseconds; −1 before the first sample. */
  get srtt(): Nanoseconds {
    return this.sender.rtt.srtt;
  }

  get rttvar(): Nanoseconds {
    return this.sender.rtt.rttvar;
  }

  get rto(): Nanoseconds {
    return this.sender.rtt.rto;
  }

  get bytesInFlight(): number {
    return this.#state === 'CLOSED' ? 0 : this.sender.flight;
  }

  get retransmissions(): number {
    return this.sender.retransmissions;
  }

  /** Active open: a SYN will be due. */
  open(_now: Nanoseconds): void {
    this.#move('active open', 'the program connects');
    this.#handshake.synDue = true;
  }

  /** Passive open: waits for one SYN. */
  listen(): void {
    this.#move('passive open', 'the program listens');
    this.#passive = true;
  }

  /** Queues `bytes[from, to)`, returns how many were taken. 0 when the connection cannot send any more. */
  write(bytes: Bytes, from: number, to: number, _now: Nanoseconds): number {
    if (this.#closeWanted) throw new Misuse('write after shutdown');
    if (!MAY_SEND.has(this.#state)) {
      if (!this.#error) this.#fail('EPIPE', 'the program wrote to a connection that is gone');
      return 0;
    }
    return this.sender.write(bytes, from, to);
  }

  /** Copies at most `max` bytes of the stream to `into[from…]`, returns how many. May make a window update due. */
  read(into: Bytes, from: number, max: number, now: Nanoseconds): number {
    const count = this.receiver.read(into, from, max, this.srtt, now);
    if (count > 0 && isSynchronized(this.#state) && !this.receiver.finReceived && this.receiver.updateDue()) {
      this.receiver.ackNow = true;
    }
    return count;
  }

  /** Half-close: a FIN after what is queued. Reading goes on. A second call does nothing. */
  shutdown(_now: Nanoseconds): void {
    if (this.#closeWanted || this.#state === 'CLOSED') return;
    this.#closeWanted = true;
    if (this.#state === 'LISTEN' || (this.#state === 'SYN-SENT' && this.sender.queued === 0)) {
      this.#end('close', 'the program closed before there was a connection');
    } else if (isSynchronized(this.#state)) {
      this.#startClosing();
    }
  }

  /**
   * The program lets go of both directions. What it wrote is still delivered; unread or later data is answered with
   * a RST (RFC 9293 §3.6.1), and FIN-WAIT-2 ends by a timer where the profile has one.
   */
  close(now: Nanoseconds): void {
    if (this.#state === 'CLOSED') return;
    this.#detached = true;
    if (this.receiver.readable > 0) {
      this.abort(now);
      return;
    }
    this.shutdown(now);
    if (this.#state === 'FIN-WAIT-2') this.#armFinWait2(now);
  }

  /** Drops everything and resets the peer (RFC 9293 §3.10.5). */
  abort(_now: Nanoseconds): void {
    if (this.#state === 'CLOSED') return;
    if (RESETS_ON_ABORT.has(this.#state)) this.#writer.askReset(this.sender.max, true);
    this.#error ??= 'ECONNABORTED';
    this.#end('abort', 'the program aborted');
  }

  /** Switches keep-alive on, off, or to other times, at any moment (RFC 9293 §3.8.4: only where the program asks). */
  keepAlive(options: KeepAlive | undefined, now: Nanoseconds): void {
    const deadline = this.#keepAlive.set(options, now);
    if (MAY_SEND.has(this.#state) && isSynchronized(this.#state)) this.#idleDeadline = deadline;
  }

  /** Takes one segment of `length` bytes, header and payload, at `at`. Its checksum was verified. */
  handle(bytes: Bytes, at: number, length: number, now: Nanoseconds): void {
    const segment = this.#segment;
    if (!segment.read(bytes, at, length)) {
      this.#refusals.drop('malformed');
      return;
    }
    switch (this.#state) {
      case 'CLOSED':
        this.#refusals.drop('closed'); // the host answers for connections that do not exist: resetFor
        return;
      case 'LISTEN':
        this.#inListen(now);
        return;
      case 'SYN-SENT':
        this.#inSynSent(now);
        return;
      default:
        this.#inConnection(bytes, now);
    }
  }

  /** An ICMP error about a segment that this connection sent; the host checked that the sequence number is in flight. */
  handleIcmp(error: IcmpError, _now: Nanoseconds): void {
    const opening = this.#state === 'SYN-SENT' || this.#state === 'SYN-RECEIVED';
    if (this.#state === 'CLOSED' || this.#state === 'LISTEN') return;
    const { code, hard } = ICMP_MEANINGS[error];
    // RFC 5927 §5.2: once established, hard errors are taken as soft ones, for anyone can forge them.
    if (opening && (hard || this.profile.softErrorsAbortOpening)) {
      this.#fail(code, `ICMP: ${error}`);
      this.#end('give up', `ICMP: ${error}`);
    } else {
      this.#softError = code;
      this.#events.emit('tcp.icmp', { error });
    }
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.poll();
  }

  /**
   * Writes the next segment to `out[at…]` (up to 60 + MSS bytes; checksum zero) and returns its length, 0 when
   * nothing is due. Events may become pollable by it.
   */
  pollTransmit(now: Nanoseconds, out: Bytes, at: number): number {
    if (this.#writer.resetDue) return this.#writer.reset(out, at);
    const { receiver, sender } = this;
    switch (this.#state) {
      case 'CLOSED':
      case 'LISTEN':
        return 0;
      case 'SYN-SENT':
        return this.#handshake.synDue ? this.#handshake.write(now, out, at, false) : 0;
      case 'SYN-RECEIVED':
        if (this.#handshake.synDue) return this.#handshake.write(now, out, at, true);
        break;
      default:
        if (sender.choose(now))
          return this.#writer.segment(now, out, at, sender.sequence, sender.flags, sender.length);
    }
    if (this.#probeDue) {
      this.#probeDue = false;
      return this.#writer.segment(now, out, at, seqAdd(sender.una, -1), ACK, 0);
    }
    return receiver.ackNow ? this.#writer.segment(now, out, at, sender.max, ACK, 0) : 0;
  }

  /** When {@link handleTimeout} wants to be called next. */
  pollTimeout(): Nanoseconds {
    const { rtoDeadline, persistDeadline } = this.sender;
    return Math.min(rtoDeadline, persistDeadline, this.receiver.ackDeadline, this.#idleDeadline);
  }

  handleTimeout(now: Nanoseconds): void {
    const { sender, receiver } = this;
    if (receiver.ackDeadline <= now) {
      receiver.ackDeadline = NEVER;
      receiver.ackNow = true;
    }
    if (sender.rtoDeadline <= now) {
      if (this.#state === 'SYN-SENT' || this.#state === 'SYN-RECEIVED') this.#onSynTimeout(now);
      else if (!sender.onRetransmissionTimeout(now)) this.#giveUp('nobody acknowledged the retransmissions');
    }
    if (sender.persistDeadline <= now && !sender.onPersistTimeout(now))
      this.#giveUp('nobody answered the window probes');
    if (this.#idleDeadline <= now) this.#onIdleTimeout(now);
  }

  /**
   * Whether a SYN for this connection in TIME-WAIT may begin a new one at once (RFC 9293 §3.6.1, MAY-2; RFC 6191):
   * it must be newer than anything of the old one.
   */
  mayReopen(bytes: Bytes, at: number, length: number): boolean {
    const segment = this.#segment;
    if (this.#state !== 'TIME-WAIT' || !segment.read(bytes, at, length)) return false;
    if ((segment.flags & (SYN | ACK | RST)) !== SYN) return false;
    if (this.#writer.stamps && segment.hasStamps && segment.stamp !== this.receiver.recentStamp) {
      return seqGt(segment.stamp, this.receiver.recentStamp);
    }
    return seqGt(segment.sequence, this.receiver.next);
  }

  // ---- opening (RFC 9293 §3.10.7.2, §3.10.7.3)

  #inListen(now: Nanoseconds): void {
    const segment = this.#segment;
    if (segment.flags & RST) return;
    if (segment.flags & ACK) {
      this.#writer.askReset(segment.acknowledgment, false);
      this.#refusals.drop('ack-in-listen');
      return;
    }
    if (!(segment.flags & SYN)) {
      this.#refusals.drop('no-syn');
      return;
    }
    this.#handshake.takeSyn(segment, false, now);
    this.#move('rcv SYN', 'a SYN arrived');
    this.#handshake.synDue = true;
  }

  #inSynSent(now: Nanoseconds): void {
    const segment = this.#segment;
    const { sender } = this;
    const acks = (segment.flags & ACK) !== 0;
    if (acks && segment.acknowledgment !== sender.max) {
      if (!(segment.flags & RST)) this.#writer.askReset(segment.acknowledgment, false);
      this.#refusals.drop('unacceptable-ack');
      return;
    }
    if (segment.flags & RST) {
      if (acks) {
        this.#fail('ECONNREFUSED', 'the SYN was answered with a RST');
        this.#end('rcv RST', 'the SYN was answered with a RST');
      } else this.#refusals.drop('rst-without-ack');
      return;
    }
    if (!(segment.flags & SYN)) {
      this.#refusals.drop('no-syn');
      return;
    }
    this.#handshake.takeSyn(segment, true, now);
    if (!acks) {
      // Simultaneous open (Figure 7): the same SYN goes out again, with an ACK
      this.#move('rcv SYN', 'a SYN arrived: both sides open');
      this.#handshake.synDue = true;
      return;
    }
    this.receiver.ackNow = true;
    this.#establish('rcv SYN, ACK', 'the SYN-ACK arrived', segment.window, now);
  }

  /** The three-way handshake is complete for this side. `window` is in bytes. */
  #establish(trigger: Trigger, why: string, window: number, now: Nanoseconds): void {
    this.#handshake.complete(this.#segment, window, now);
    this.#keepAlive.heard(now);
    if (this.#keepAlive.enabled) this.#idleDeadline = this.#keepAlive.next(now);
    this.#move(trigger, why);
    if (this.#closeWanted) this.#startClosing();
  }

  #onSynTimeout(now: Nanoseconds): void {
    const active = this.#state === 'SYN-SENT';
    if (this.#handshake.onTimeout(active, now)) return;
    this.#giveUp(active ? 'nobody answered the SYN' : 'nobody acknowledged the SYN-ACK');
  }

  // ---- segments of a connection (RFC 9293 §3.10.7.4, in its order)

  #inConnection(bytes: Bytes, now: Nanoseconds): void {
    const segment = this.#segment;
    const { receiver } = this;
    this.#keepAlive.heard(now);
    if (this.#state === 'SYN-RECEIVED' && segment.flags & SYN && segment.sequence === receiver.initial) {
      if (!(segment.flags & ACK)) {
        this.#events.emit('tcp.drop', { reason: 'duplicate-syn', seq: segment.sequence });
        if (this.#writer.stamps && segment.hasStamps)
          receiver.noteStamp(segment.stamp, segment.sequence, now);
        this.#handshake.synDue = true; // the SYN-ACK was lost, or is late: say it again
        return;
      }
      // Simultaneous open: the other's SYN again, now with the ACK that counts (RFC 9293 appendix A.2)
      segment.flags &= ~SYN;
      segment.sequence = receiver.next;
    }
    const reset = (segment.flags & RST) !== 0;
    if (this.#writer.stamps && !reset) {
      if (!segment.hasStamps) {
        this.#refusals.drop('no-timestamp'); // RFC 7323 §3.2
        return;
      }
      if (receiver.isStale(segment.stamp, now)) {
        this.#refusals.refuse('paws', now);
        return;
      }
    }
    if (!receiver.covers(segment.sequence, segment.length)) {
      if (this.#state === 'TIME-WAIT' && segment.flags & FIN) this.#waitTwoLifetimes(now);
      if (reset) this.#refusals.drop('rst-out-of-window');
      else if (segment.sequence === receiver.next && (segment.flags & (ACK | SYN)) === ACK)
        this.#inClosedWindow(now);
      else this.#refusals.refuse('out-of-window', now);
      return;
    }
    if (reset) {
      this.#takeReset(now);
      return;
    }
    if (segment.flags & SYN) {
      this.#refusals.challenge('syn', now);
      return;
    }
    if (!(segment.flags & ACK)) {
      this.#refusals.drop('no-ack');
      return;
    }
    if (this.#writer.stamps) receiver.noteStamp(segment.stamp, segment.sequence, now);
    if (!this.#takeAck(now)) return;
    if (segment.dataLength > 0 || segment.flags & FIN) this.#takeText(bytes, now);
  }

  /** Data against a closed window: the text is refused, the acknowledgment taken (RFC 9293 §3.10.7.4). */
  #inClosedWindow(now: Nanoseconds): void {
    const segment = this.#segment;
    segment.dataLength = 0;
    segment.flags &= ~FIN;
    this.receiver.ackNow = true;
    this.#events.emit('tcp.drop', { reason: 'zero-window', seq: segment.sequence });
    this.#takeAck(now);
  }

  #takeReset(now: Nanoseconds): void {
    if (this.#segment.sequence !== this.receiver.next) {
      this.#refusals.challenge('rst', now); // RFC 5961 §3.2
      return;
    }
    if (this.#state === 'SYN-RECEIVED') {
      if (this.#passive) {
        this.#backToListen();
        return;
      }
      this.#fail('ECONNREFUSED', 'a RST arrived');
      this.#end('give up', 'a RST arrived');
      return;
    }
    const quiet = this.#state === 'CLOSING' || this.#state === 'LAST-ACK' || this.#state === 'TIME-WAIT';
    if (!quiet) this.#fail('ECONNRESET', 'a RST arrived');
    this.#end('rcv RST', 'a RST arrived');
  }

  /** As if nothing had come; the same machine can take the next SYN. */
  #backToListen(): void {
    this.#move('rcv RST', 'a RST arrived before the handshake was complete');
    this.#handshake.forget();
  }

  /** False when the segment must go no further. */
  #takeAck(now: Nanoseconds): boolean {
    const segment = this.#segment;
    const { sender } = this;
    const { acknowledgment } = segment;
    const window = segment.window << this.#handshake.peerScale;
    if (this.#state === 'SYN-RECEIVED') {
      if (!(seqLt(sender.una, acknowledgment) && seqLe(acknowledgment, sender.max))) {
        this.#writer.askReset(acknowledgment, false);
        this.#refusals.drop('unacceptable-ack');
        return false;
      }
      this.#establish('rcv ACK of SYN', 'the SYN-ACK was acknowledged', window, now);
    }
    const plain = segment.dataLength === 0 && (segment.flags & FIN) === 0;
    if (
      !sender.acknowledge(
        acknowledgment,
        segment.sequence,
        window,
        plain,
        this.#writer.echoedRtt(segment, now),
        now,
      )
    ) {
      this.#refusals.challenge(seqGt(acknowledgment, sender.max) ? 'ack-of-unsent' : 'old-ack', now);
      return false;
    }
    if (sender.finQueued && sender.finAcked) this.#onFinAcked(now);
    return this.#state !== 'CLOSED';
  }

  #onFinAcked(now: Nanoseconds): void {
    if (this.#state === 'FIN-WAIT-1') {
      this.#move('rcv ACK of FIN', 'our FIN was acknowledged');
      if (this.#detached) this.#armFinWait2(now);
    } else if (this.#state === 'CLOSING') {
      this.#move('rcv ACK of FIN', 'our FIN was acknowledged');
      this.#enterTimeWait(now);
    } else if (this.#state === 'LAST-ACK') {
      this.#end('rcv ACK of FIN', 'our FIN was acknowledged');
    }
  }

  /** Seventh and eighth of RFC 9293 §3.10.7.4: text and FIN. The part before and behind the window is cut off. */
  #takeText(bytes: Bytes, now: Nanoseconds): void {
    const segment = this.#segment;
    const { receiver } = this;
    if (receiver.finReceived) {
      receiver.ackNow = true;
      if (this.#state === 'TIME-WAIT') this.#waitTwoLifetimes(now);
      this.#refusals.drop('after-fin');
      return;
    }
    const room = seqDiff(receiver.edge, segment.sequence);
    const length = Math.min(segment.dataLength, room);
    if (length > 0) {
      if (this.#detached) {
        this.#writer.askReset(this.sender.max, true);
        this.#fail('ECONNRESET', 'data came after the program had closed');
        this.#end('abort', 'data came after the program had closed');
        return;
      }
      if (!receiver.accept(segment.sequence, bytes, segment.dataAt, segment.dataAt + length, now)) {
        this.#refusals.drop('too-many-holes');
        return;
      }
    }
    if (
      segment.flags & FIN &&
      length === segment.dataLength &&
      seqLt(seqAdd(segment.sequence, length), receiver.edge)
    ) {
      receiver.acceptFin(seqAdd(segment.sequence, length));
    }
    if (receiver.takeFin()) this.#onFin(now);
  }

  #onFin(now: Nanoseconds): void {
    if (this.#state === 'ESTABLISHED') this.#move('rcv FIN', 'the peer has no more to send');
    else if (this.#state === 'FIN-WAIT-1') this.#move('rcv FIN', 'both sides close at the same time');
    else if (this.#state === 'FIN-WAIT-2') {
      this.#move('rcv FIN', 'the peer has no more to send');
      this.#enterTimeWait(now);
    }
  }

  // ---- closing

  #startClosing(): void {
    this.sender.finQueued = true;
    this.#move('close', 'the program has no more to send');
  }

  #enterTimeWait(now: Nanoseconds): void {
    this.sender.stop();
    this.#waitTwoLifetimes(now);
    this.#events.emit('tcp.timer', { timer: 'time-wait', waits: this.profile.timeWait });
  }

  #waitTwoLifetimes(now: Nanoseconds): void {
    this.#idleDeadline = now + this.profile.timeWait;
  }

  #armFinWait2(now: Nanoseconds): void {
    if (this.profile.finWait2 > 0) this.#idleDeadline = now + this.profile.finWait2;
  }

  #onIdleTimeout(now: Nanoseconds): void {
    this.#idleDeadline = NEVER;
    if (this.#state === 'TIME-WAIT') this.#end('2 MSL over', 'two maximum segment lifetimes have passed');
    else if (this.#state === 'FIN-WAIT-2' && this.#detached) this.#end('give up', 'the peer never closed');
    else if (this.#keepAlive.enabled) this.#onKeepAlive(now);
  }

  /** RFC 9293 §3.8.4: a segment with an old sequence number makes the peer say where it is. */
  #onKeepAlive(now: Nanoseconds): void {
    const what = this.#keepAlive.fire(now, this.sender.flight === 0);
    if (what === 'give up') {
      this.#giveUp('nobody answered the keep-alive probes');
      return;
    }
    this.#idleDeadline = this.#keepAlive.next(now);
    if (what === 'wait') return;
    this.#events.emit('tcp.probe', { keepAlive: true, attempt: this.#keepAlive.tries });
    this.#probeDue = true;
  }

  #giveUp(why: string): void {
    this.#fail(this.#softError ?? 'ETIMEDOUT', why);
    this.#end('give up', why);
  }

  #fail(code: TcpError, why: string): void {
    this.#error ??= code;
    this.#events.emit('tcp.error', { code, why });
  }

  /**
   * To CLOSED, with every timer off. What was received before stays readable, unless the program itself dropped it:
   * RFC 9293 §3.10.7.4 would flush it at a reset, Linux does not, and nor does the contract of streams.
   */
  #end(trigger: Trigger, why: string): void {
    this.#move(trigger, why);
    this.sender.stop();
    this.#handshake.synDue = false;
    this.#probeDue = false;
    this.#idleDeadline = NEVER;
    this.receiver.ackNow = false;
    this.receiver.ackDeadline = NEVER;
    if (trigger === 'abort') this.receiver.discard();
  }

  #move(trigger: Trigger, why: string): void {
    const from = this.#state;
    const to = nextState(from, trigger);
    this.#state = to;
    this.#events.emit('tcp.state', {
      from,
      to,
      trigger,
      why,
      localPort: this.localPort,
      remotePort: this.remotePort,
    });
  }
}
