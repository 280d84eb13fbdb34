/**
 * Opening: what the two SYNs offer and agree on, and repeating them (RFC 9293 §3.5 and §3.7.1; RFC 7323 §2.2 and
 * §3.2; RFC 6298 §5.7 and RFC 6928 §2 for what a lost SYN changes).
 */
import type { Bytes } from '../../base/bytes.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import type { TcpEvents } from './events.ts';
import type { TcpOptions } from './options.ts';
import type { TcpProfile } from './profile.ts';
import type { Receiver } from './receiver.ts';
import { type Segment, STAMPS_LENGTH } from './segment.ts';
import type { Sender } from './sender.ts';
import type { SegmentWriter } from './writer.ts';

/** RFC 9293 §3.7.1, MUST-15: what a peer without the option takes. Ours alone: an offer below 64 is taken for 64. */
const DEFAULT_MSS = 536;
const MIN_MSS = 64;

export class Handshake {
  readonly #options: TcpOptions;
  readonly #profile: TcpProfile;
  readonly #events: TcpEvents;
  readonly #sender: Sender;
  readonly #receiver: Receiver;
  readonly #writer: SegmentWriter;
  readonly #mss: number;
  /** A SYN, or a SYN-ACK, waits to go out. */
  synDue = false;
  #sentAt: Nanoseconds = -1;
  #tries = 0;
  /** Our shift count, −1 when not offered or not taken up. */
  #scale: number;
  /** Shift of the peer's window fields. */
  peerScale = 0;
  #peerMss = DEFAULT_MSS;

  constructor(
    options: TcpOptions,
    profile: TcpProfile,
    events: TcpEvents,
    sender: Sender,
    receiver: Receiver,
    writer: SegmentWriter,
  ) {
    this.#options = options;
    this.#profile = profile;
    this.#events = events;
    this.#sender = sender;
    this.#receiver = receiver;
    this.#writer = writer;
    this.#mss = options.mss ?? 1460;
    this.#scale = options.windowScale ?? profile.windowScale;
  }

  /** Takes sequence number and options of the peer's SYN. `told`: our own SYN has gone out before it. */
  takeSyn(segment: Segment, told: boolean, now: Nanoseconds): void {
    const receiver = this.#receiver;
    const writer = this.#writer;
    writer.stamps = writer.stamps && segment.hasStamps;
    if (segment.windowScale >= 0 && this.#scale >= 0) this.peerScale = segment.windowScale;
    else {
      this.#scale = -1;
      this.peerScale = 0;
    }
    this.#peerMss = segment.mss > 0 ? Math.max(segment.mss, MIN_MSS) : DEFAULT_MSS;
    // What our SYN said already stands; a SYN-ACK's window counts segments with timestamps (RFC 9293 §3.7.1).
    const said = receiver.windowAtStart();
    if (writer.stamps) receiver.mss = this.#mss - STAMPS_LENGTH;
    receiver.start(segment.sequence, told ? said : receiver.windowAtStart());
    this.#sender.setWindow(segment.window, segment.sequence, segment.acknowledgment);
    if (writer.stamps) receiver.noteStamp(segment.stamp, segment.sequence, now);
  }

  /** Both SYNs are through: the sender may start. `window` is in bytes. */
  complete(segment: Segment, window: number, now: Nanoseconds): void {
    const sender = this.#sender;
    const receiver = this.#receiver;
    this.synDue = false;
    this.#measure(segment, now);
    receiver.scale = Math.max(0, this.#scale);
    sender.optionBytes = this.#writer.stamps ? STAMPS_LENGTH : 0;
    const mss = Math.min(this.#peerMss, this.#mss) - sender.optionBytes;
    sender.start(mss, this.#initialWindow(mss), window, segment.sequence, segment.acknowledgment);
    this.#events.emit('tcp.option', {
      mss,
      peerMss: this.#peerMss,
      timestamps: this.#writer.stamps,
      windowScale: this.#scale,
      peerWindowScale: this.peerScale,
      congestion: sender.congestion.name,
      initialWindow: sender.congestion.cwnd,
    });
  }

  /** Karn: a SYN sent once is timed by its acknowledgment; sent more often, only by the echoed timestamp. */
  #measure(segment: Segment, now: Nanoseconds): void {
    const { rtt } = this.#sender;
    if (this.#tries === 0) {
      rtt.sample(now - this.#sentAt, true);
      return;
    }
    const echoed = this.#writer.echoedRtt(segment, now);
    if (echoed >= 0) rtt.sample(echoed, true);
    else rtt.restart();
    if (this.#profile.rtoAfterLostSyn > rtt.rto) rtt.set(this.#profile.rtoAfterLostSyn);
  }

  #initialWindow(mss: number): number {
    if (this.#tries > 1) return mss; // RFC 6928 §2: not for a single lost SYN
    if (this.#options.initialWindow !== undefined) return this.#options.initialWindow * mss;
    return this.#profile.initialWindow === 'ten' ? 10 * mss : Math.min(10 * mss, Math.max(2 * mss, 14_600));
  }

  /** Writes the SYN, or with `answer` the SYN-ACK, that is due. */
  write(now: Nanoseconds, out: Bytes, at: number, answer: boolean): number {
    const sender = this.#sender;
    this.synDue = false;
    if (this.#tries === 0) this.#sentAt = now;
    if (sender.rtoDeadline === NEVER) sender.rtoDeadline = now + sender.rtt.rto;
    sender.sentSyn();
    return this.#writer.syn(now, out, at, answer, this.#mss, this.#scale);
  }

  /** The timer has fired before the handshake was complete. False: no more tries. */
  onTimeout(active: boolean, now: Nanoseconds): boolean {
    const sender = this.#sender;
    const { rtt } = sender;
    const linear = active ? this.#profile.synLinear : 0;
    this.#tries += 1;
    sender.rtoDeadline = NEVER;
    if (this.#tries > (active ? linear + this.#profile.synRetries : this.#profile.synAckRetries))
      return false;
    this.#events.emit('tcp.timer', { timer: 'retransmission', waited: rtt.rto, attempt: this.#tries });
    if (this.#tries > linear) rtt.backOff();
    this.#events.emit('tcp.retransmit', {
      reason: 'timeout',
      what: active ? 'SYN' : 'SYN, ACK',
      seq: sender.initial,
      length: 0,
      attempt: this.#tries,
      rto: rtt.rto,
    });
    sender.retransmissions += 1;
    this.synDue = true;
    sender.rtoDeadline = now + rtt.rto;
    return true;
  }

  /** Back to LISTEN: as if no SYN had ever come. */
  forget(): void {
    this.synDue = false;
    this.#tries = 0;
    this.#scale = this.#options.windowScale ?? this.#profile.windowScale;
    this.#writer.stamps = this.#options.timestamps ?? this.#profile.timestamps;
    this.#receiver.mss = this.#mss;
    this.#receiver.ackNow = false;
    this.#sender.unsend();
  }
}
