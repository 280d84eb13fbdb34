/**
 * What a TCP may choose, as two sets of data: the letter of the RFCs, and Linux 6.x as measured and documented in
 * its ip-sysctl. Times are nanoseconds, sizes bytes.
 *
 * Not here: SACK, RACK, tail loss probes, PRR, F-RTO, pacing. Neither profile has them yet.
 */
import { MILLISECOND, MINUTE, type Nanoseconds, SECOND } from '../../base/units.ts';

export interface TcpProfile {
  readonly name: string;

  /** RTO before the first measurement (RFC 6298 §2.1). */
  readonly initialRto: Nanoseconds;
  /** Bounds of the RTO (RFC 6298 §2.4, §2.5). */
  readonly minRto: Nanoseconds;
  readonly maxRto: Nanoseconds;
  /**
   * `rto`: the minimum holds for the whole RTO (RFC 6298 §2.4). `variance`: it holds for the variance term, so that
   * RTO ≥ SRTT + minimum, and the term is the largest of each round trip (Linux).
   */
  readonly rtoFloor: 'rto' | 'variance';
  /** The RTO to go on with after a lost SYN when the first one was shorter (RFC 6298 §5.7); 0 for none. */
  readonly rtoAfterLostSyn: Nanoseconds;

  /** SYN retransmissions a full initial RTO apart before doubling begins. */
  readonly synLinear: number;
  /** Doubling SYN retransmissions after those. */
  readonly synRetries: number;
  readonly synAckRetries: number;
  /** Retransmissions of one segment, or unanswered probes, before giving up (R2 of RFC 9293 §3.8.3). */
  readonly dataRetries: number;
  /** Whether a host or network that cannot be reached ends an opening connection (RFC 9293 §3.9.2.2: it must not). */
  readonly softErrorsAbortOpening: boolean;

  /** Longest wait before an acknowledgment (RFC 9293 §3.8.6.3: below 500 ms). */
  readonly delayedAck: Nanoseconds;
  /** Acknowledgments sent at once at the start of a connection, so that slow start is not slowed. */
  readonly quickAcks: number;

  /** `classic`: RFC 9293 §3.7.4. `minshall`: a short segment waits only for another short one (appendix A.3). */
  readonly nagle: 'classic' | 'minshall';
  /** What asks a closed window whether it is open: one octet (RFC 9293 §3.8.6.1), or an old sequence number. */
  readonly windowProbe: 'octet' | 'old-sequence';
  /** Round trips are counted in acknowledged bytes (RFC 3465 without its limit) or in ACKs (RFC 5681 §3.1). */
  readonly congestion: 'reno-linux' | 'newreno';
  /** `ten`: ten segments. `rfc6928`: min(10 MSS, max(2 MSS, 14600)). */
  readonly initialWindow: 'ten' | 'rfc6928';

  readonly timestamps: boolean;
  /** Shift count offered; −1 offers none. */
  readonly windowScale: number;
  /** Receive window at the start, what it grows to at once, and the most it grows to while the program reads on. */
  readonly receiveWindow: number;
  readonly receiveWindowFirstLimit: number;
  readonly receiveWindowLimit: number;
  /** What may wait to be sent: twice the congestion window within these bounds. */
  readonly sendBuffer: number;
  readonly sendBufferLimit: number;

  /** The whole time in TIME-WAIT: two maximum segment lifetimes. */
  readonly timeWait: Nanoseconds;
  /** How long FIN-WAIT-2 lasts once the program has let go; 0 for ever. */
  readonly finWait2: Nanoseconds;
  /** Challenge ACKs allowed in each `challengeSpan` (RFC 5961 §7). */
  readonly challengeLimit: number;
  readonly challengeSpan: Nanoseconds;
}

/** The standards as written. Where they leave a choice, the value is the RFC's own example. */
export const RFC_PROFILE: TcpProfile = {
  name: 'rfc',
  initialRto: SECOND, // RFC 6298 §2.1
  minRto: SECOND, // RFC 6298 §2.4
  maxRto: 60 * SECOND, // RFC 6298 §2.5: at least 60 s
  rtoFloor: 'rto',
  rtoAfterLostSyn: 3 * SECOND, // RFC 6298 §5.7
  synLinear: 0,
  synRetries: 7, // 1+2+4+8+16+32+60+60 s ≥ the 3 minutes of RFC 9293 §3.8.3
  synAckRetries: 7,
  dataRetries: 6, // 1+2+4+8+16+32+60 s ≥ the 100 s of RFC 9293 §3.8.3
  softErrorsAbortOpening: false,
  delayedAck: 200 * MILLISECOND, // below the 500 ms of RFC 9293 §3.8.6.3
  quickAcks: 0,
  nagle: 'classic',
  windowProbe: 'octet',
  congestion: 'newreno',
  initialWindow: 'rfc6928',
  timestamps: true, // RFC 7323
  windowScale: 0,
  receiveWindow: 65_535,
  receiveWindowFirstLimit: 65_535,
  receiveWindowLimit: 65_535,
  sendBuffer: 65_536,
  sendBufferLimit: 1_048_576,
  timeWait: 4 * MINUTE, // RFC 9293 §3.4.2: MSL is 2 minutes
  finWait2: 0,
  challengeLimit: 10, // RFC 5961 §7
  challengeSpan: 5 * SECOND,
};

/** Linux 6.x with its default settings. */
export const LINUX_PROFILE: TcpProfile = {
  name: 'linux',
  initialRto: SECOND,
  minRto: 200 * MILLISECOND,
  maxRto: 120 * SECOND,
  rtoFloor: 'variance',
  rtoAfterLostSyn: 0,
  synLinear: 4, // tcp_syn_linear_timeouts, since 6.5
  synRetries: 6, // tcp_syn_retries
  synAckRetries: 5, // tcp_synack_retries
  dataRetries: 15, // tcp_retries2
  softErrorsAbortOpening: true,
  delayedAck: 40 * MILLISECOND,
  quickAcks: 16,
  nagle: 'minshall',
  windowProbe: 'old-sequence',
  congestion: 'reno-linux',
  initialWindow: 'ten',
  timestamps: true,
  windowScale: 7, // what tcp_rmem's default limit of 6 MiB gives
  receiveWindow: 65_535, // rounded down to whole segments: 64240 in a SYN, 65160 in a SYN-ACK
  receiveWindowFirstLimit: 80_896, // measured on 6.18: where the window stays until the program has read a while
  receiveWindowLimit: 3_145_728, // half of tcp_rmem's limit: the rest is overhead
  sendBuffer: 87_040,
  sendBufferLimit: 4_194_304, // tcp_wmem's limit
  timeWait: 60 * SECOND,
  finWait2: 60 * SECOND, // tcp_fin_timeout
  challengeLimit: 10,
  challengeSpan: 5 * SECOND,
};

export const PROFILES: Readonly<Record<'rfc' | 'linux', TcpProfile>> = {
  rfc: RFC_PROFILE,
  linux: LINUX_PROFILE,
};
