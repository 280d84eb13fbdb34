/**
 * Segments that get no further: dropped in silence, answered with an acknowledgment (RFC 9293 §3.5.2, third group),
 * or challenged (RFC 5961 §3.2, §4.2, §5.2). Challenges are rationed (§7): segments that may be forged must not
 * make us talk at the forger's pace, nor two confused peers talk for ever.
 */
import { seqAdd } from '../../base/seq.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { FIN, SYN } from '../../wire/tcp.ts';
import type { TcpEvents } from './events.ts';
import type { TcpProfile } from './profile.ts';
import type { Receiver } from './receiver.ts';
import type { Segment } from './segment.ts';

export class Refusals {
  readonly #profile: TcpProfile;
  readonly #segment: Segment;
  readonly #receiver: Receiver;
  readonly #events: TcpEvents;
  #spent = 0;
  #from: Nanoseconds = -1;

  /** `segment` is the one object that every arriving segment is read into. */
  constructor(profile: TcpProfile, segment: Segment, receiver: Receiver, events: TcpEvents) {
    this.#profile = profile;
    this.#segment = segment;
    this.#receiver = receiver;
    this.#events = events;
  }

  drop(reason: string): void {
    const { sequence, acknowledgment, dataLength } = this.#segment;
    this.#events.emit('tcp.drop', { reason, seq: sequence, ack: acknowledgment, length: dataLength });
  }

  /** An unacceptable segment: dropped and answered. Without data it may be anyone's, so it is challenged instead. */
  refuse(reason: string, now: Nanoseconds): void {
    const { sequence, flags, dataLength } = this.#segment;
    const isProbe = sequence === seqAdd(this.#receiver.next, -1); // keep-alive and window probes deserve an answer
    if (flags & SYN || (dataLength === 0 && !(flags & FIN) && !isProbe)) {
      this.challenge(flags & SYN ? 'syn' : reason, now);
      return;
    }
    this.#receiver.ackNow = true;
    this.drop(reason);
  }

  /** Answers what may be forged with an ACK: a real peer will then reset rightly. */
  challenge(reason: string, now: Nanoseconds): void {
    const { sequence, acknowledgment } = this.#segment;
    const answered = this.#spend(now);
    this.#events.emit('tcp.challenge-ack', { reason, seq: sequence, ack: acknowledgment, answered });
    if (answered) this.#receiver.ackNow = true;
  }

  #spend(now: Nanoseconds): boolean {
    if (this.#from < 0 || now - this.#from >= this.#profile.challengeSpan) {
      this.#from = now;
      this.#spent = 0;
    }
    this.#spent += 1;
    return this.#spent <= this.#profile.challengeLimit;
  }
}
