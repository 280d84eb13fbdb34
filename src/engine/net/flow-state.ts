/**
 * What a machine in the middle knows of a conversation: its state and until when it is remembered.
 *
 * NAT and the packet filter follow flows alike. TCP is the machine of RFC 7857 §2 (figure 1) with the phases of RFC 5382
 * §5: partially open until the other side has answered (RFC 5382 says: until both have sent an ACK), established,
 * closing when both have sent FIN; a reset leaves four minutes in which any other packet shows that it was none (RFC
 * 7857 §2.2). Everything else is asked or answered. Left out: sequence numbers and windows, so a forged reset is
 * believed; the probe that figure 1 has when an established connection times out.
 */
import { HOUR, MINUTE, type Nanoseconds, SECOND } from '../base/units.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import { PROTOCOL_ICMP6 } from '../wire/ipv6-extension.ts';
import { ACK, FIN, RST, SYN } from '../wire/tcp.ts';

export type FlowState = 'unanswered' | 'answered' | 'opening' | 'established' | 'closing' | 'reset';

/** How long a flow is remembered after its last packet. */
export interface FlowTimeouts {
  readonly udp: Nanoseconds;
  readonly icmp: Nanoseconds;
  readonly tcpOpening: Nanoseconds;
  readonly tcpEstablished: Nanoseconds;
  readonly tcpClosing: Nanoseconds;
  /** Counted from the first reset on. */
  readonly tcpReset: Nanoseconds;
  /** For protocols that nobody here looks into. */
  readonly other: Nanoseconds;
}

/**
 * UDP: RFC 4787 REQ-5c and RFC 6092 REC-14. ICMP queries: RFC 5508 REQ-2. TCP: RFC 5382 REQ-5 (its least values, the
 * transitory one by phase as RFC 7857 §2.1 wants), RFC 7857 §2.2. Others: RFC 6092 REC-12.
 */
export const FLOW_TIMEOUTS: FlowTimeouts = {
  udp: 5 * MINUTE,
  icmp: 60 * SECOND,
  tcpOpening: 4 * MINUTE,
  tcpEstablished: 2 * HOUR + 4 * MINUTE,
  tcpClosing: 4 * MINUTE,
  tcpReset: 4 * MINUTE,
  other: 5 * MINUTE,
};

const PROTOCOL_ICMP = 1;
const TCP_TIMEOUT = {
  unanswered: 'tcpOpening',
  answered: 'tcpEstablished',
  opening: 'tcpOpening',
  established: 'tcpEstablished',
  closing: 'tcpClosing',
  reset: 'tcpReset',
} as const satisfies Record<FlowState, keyof FlowTimeouts>;

export function timeoutOf(protocol: number, state: FlowState, timeouts: FlowTimeouts): Nanoseconds {
  if (protocol === PROTOCOL_TCP) return timeouts[TCP_TIMEOUT[state]];
  if (protocol === PROTOCOL_UDP) return timeouts.udp;
  return protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMP6 ? timeouts.icmp : timeouts.other;
}

/** Why a flow is forgotten. */
export type FlowEnd = 'time-out' | 'closed' | 'reset' | 'restart';

const FINS_OF_BOTH = 3;

export class Flow {
  readonly protocol: number;
  state: FlowState;
  /** Kernel time from which on it is forgotten; 0 before its first packet. */
  expires: Nanoseconds = 0;
  /** Which sides have sent FIN: 1 for the first side, 2 for the other. */
  #fins = 0;
  /** Whether the side that is called the first one began the connection that is going on now. */
  #isOpenedByFirst = true;
  /** What a reset came upon. */
  #beforeReset: FlowState = 'opening';

  constructor(protocol: number) {
    this.protocol = protocol;
    this.state = protocol === PROTOCOL_TCP ? 'opening' : 'unanswered';
  }

  /** Takes note of a packet with these TCP flags. "First" is the side that the flow began with. */
  advance(flags: number, isFromFirst: boolean): void {
    this.state =
      this.protocol === PROTOCOL_TCP
        ? this.#nextOfTcp(flags, isFromFirst)
        : isFromFirst
          ? this.state
          : 'answered';
  }

  /**
   * Puts the end off to a time-out from now; true when it did. A reset never lengthens a flow, nor does the next one
   * (RFC 7857 §7.1).
   */
  refresh(now: Nanoseconds, timeouts: FlowTimeouts): boolean {
    const expires = now + timeoutOf(this.protocol, this.state, timeouts);
    if (this.state === 'reset' && this.expires !== 0 && this.expires < expires) return false;
    this.expires = expires;
    return true;
  }

  /** Brings the end forward to a time-out from now, where the state's time-out has become shorter. */
  shorten(now: Nanoseconds, timeouts: FlowTimeouts): void {
    this.expires = Math.min(this.expires, now + timeoutOf(this.protocol, this.state, timeouts));
  }

  /** Why this flow ends, when its time has come. */
  get end(): FlowEnd {
    return this.state === 'closing' ? 'closed' : this.state === 'reset' ? 'reset' : 'time-out';
  }

  #nextOfTcp(flags: number, isFromFirst: boolean): FlowState {
    if (flags & RST) {
      if (this.state !== 'reset') this.#beforeReset = this.state;
      return 'reset';
    }
    const isOver = this.state === 'reset' || this.state === 'closing';
    const isFromOpener = isFromFirst === this.#isOpenedByFirst;
    // a new connection on the ports of an old one, whatever became of that; the other side waits until it is over
    if ((flags & (SYN | ACK)) === SYN && this.state !== 'opening' && (isFromOpener || isOver)) {
      this.#fins = 0;
      this.#isOpenedByFirst = isFromFirst;
      return 'opening';
    }
    const state = this.state === 'reset' ? this.#beforeReset : this.state;
    if (flags & FIN) this.#fins |= isFromFirst ? 1 : 2;
    if (this.#fins === FINS_OF_BOTH) return 'closing';
    // an ACK alone answers a SYN that was sent again after its answer had passed here
    if (state === 'opening') return !isFromOpener && flags & (SYN | ACK) ? 'established' : 'opening';
    return state;
  }
}
