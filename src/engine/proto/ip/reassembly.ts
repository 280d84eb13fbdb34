/**
 * Putting the fragments of a datagram together again, for both families (RFC 791 §3.2 “An Example Reassembly
 * Procedure”, RFC 8200 §4.5), sans-IO. Cutting is in fragment.ts.
 *
 * Where the RFCs and Linux leave a choice:
 * - How long pieces wait: 30 seconds in IPv4, as Linux does (`ipfrag_time`; RFC 791 §3.2 began with 15, RFC 1122
 *   §3.3.2 wants 60 to 120); 60 seconds in IPv6 (RFC 8200 §4.5). The first piece to arrive starts the clock.
 * - Pieces that overlap: the whole datagram is given up, and what else comes of it is dropped in silence until its
 *   time is over (RFC 8200 §4.5, RFC 5722 §4). IPv4 is treated alike, deliberately and as Linux does, against RFC 791
 *   §3.2, which lets the later piece win: attacks on firewalls live on that. A piece that is the same byte for byte is a
 *   duplicate and ignored.
 * - Pieces that cannot be right (reach beyond 65,535 bytes, carry nothing, or are not whole units of eight bytes without
 *   being the last) are refused; those before and after them go on waiting.
 * - An IPv6 packet whose Fragment header says that it is whole stands for itself (RFC 6946 §4).
 * - Congestion marked on any piece is marked on the whole; but a whole of which another piece belongs to a sender that
 *   does not know of such marks is dropped, as a router would have done (RFC 3168 §5.3).
 *
 * Limits, beyond which new pieces are refused as in Linux (`ipfrag_high_thresh`, which is 4 MiB there as here): bytes in
 * all, datagrams at a time, pieces of one datagram.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Bytes, concatBytes, equalBytes } from '../../base/bytes.ts';
import { formatIp, type Ip } from '../../base/ip.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../base/units.ts';
import type { MachineEvent } from '../../trace/event.ts';
import {
  fixIpv4Checksum,
  IPV4_MF,
  ipv4,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from '../../wire/ipv4.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Source } from '../../wire/ipv6.ts';
import {
  FRAGMENT_HEADER,
  PROBLEM_FIELD,
  PROBLEM_FIRST_FRAGMENT,
  PROTOCOL_ICMP6,
  type UpperLayer,
} from '../../wire/ipv6-extension.ts';

export const REASSEMBLY_TIME_V4: Nanoseconds = 30 * SECOND;
export const REASSEMBLY_TIME_V6: Nanoseconds = 60 * SECOND;
/** The largest IPv4 datagram, and the largest payload of an IPv6 packet. */
export const MAX_DATAGRAM = 65_535;
/** What a piece costs beside its bytes, so that many small ones fill the memory too. */
const PIECE_COST = 64;

export interface ReassemblyLimits {
  /** Datagrams that wait at a time, those that were given up included. */
  readonly datagrams?: number;
  /** Bytes of all pieces together, 64 more for each. */
  readonly bytes?: number;
  /** Pieces of one datagram. At an MTU of 68 bytes the largest has 8,189. */
  readonly pieces?: number;
}

/** What a host tells the sender of an IPv6 fragment that cannot be right (RFC 8200 §4.5): an ICMPv6 Parameter Problem. */
export interface ParameterProblem {
  readonly code: number;
  /** Which byte, counted from the start of the packet. */
  readonly pointer: number;
}

/** What became of one fragment. */
export type Reassembly =
  /** Kept, or known already: other pieces are lacking. */
  | { readonly kind: 'waiting' }
  /** `bytes` is the whole datagram, header repaired, in a buffer of its own; `largest` the size of its largest fragment. */
  | { readonly kind: 'whole'; readonly bytes: Bytes; readonly pieces: number; readonly largest: number }
  /** Not kept. `problem` is there when the sender is to be told. */
  | { readonly kind: 'refused'; readonly reason: string; readonly problem?: ParameterProblem };

/** A datagram whose time ran out. */
export interface Expired<Origin = unknown> {
  readonly source: Ip;
  readonly destination: Ip;
  /** What the caller said of the first piece to arrive. */
  readonly origin: Origin | undefined;
  /**
   * The first fragment as it came, for an ICMP Time Exceeded, code 1, to quote; `undefined` when it never came, and then
   * no error is sent (RFC 792 “Time Exceeded Message”, RFC 8200 §4.5).
   */
  readonly first: Bytes | undefined;
}

/** What the machine needs to know of a fragment, read from its headers. `start` and `end` count the data. */
interface Fragment<Origin> {
  readonly key: string;
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly identification: number;
  readonly start: number;
  readonly end: number;
  readonly isLast: boolean;
  /** How long the whole would be if this were its end, in the count that {@link MAX_DATAGRAM} limits. */
  readonly reach: number;
  readonly ecn: number;
  readonly lifetime: Nanoseconds;
  readonly origin: Origin | undefined;
  /** Where length and offset stand, counted from the start of the packet, for errors about them; none in IPv4. */
  readonly lengthAt?: number;
  readonly offsetAt?: number;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  readonly isLast: boolean;
  readonly data: Bytes;
}

interface Waiting<Origin> {
  readonly fragment: Fragment<Origin>;
  readonly expires: Nanoseconds;
  /** In the order of their places, never overlapping. Empty when the datagram was given up. */
  pieces: Piece[];
  /** Bytes of data here, and how many there are in all once the last piece is known. */
  have: number;
  length: number | undefined;
  /** Everything before the data of the first piece, as it came. */
  headers: Bytes | undefined;
  isGivenUp: boolean;
  isCongested: boolean;
  /** A piece came with Not-ECT: its sender takes no notice of marks. */
  isDeaf: boolean;
  /** Bytes of the largest piece, headers included. */
  largest: number;
}

const WAITING: Reassembly = { kind: 'waiting' };
const ECN_NOT_ECT = 0;
const ECN_CE = 3;

/** `Origin` is whatever the caller wants to know again when a datagram is given up: where it came in, and why. */
export class Reassembler<Origin = unknown> {
  readonly #maxDatagrams: number;
  readonly #maxBytes: number;
  readonly #maxPieces: number;
  /** In the order of their first pieces. */
  readonly #waiting = new Map<string, Waiting<Origin>>();
  readonly #events: MachineEvent[] = [];
  readonly #expired: Expired<Origin>[] = [];
  #bytes = 0;

  constructor(limits: ReassemblyLimits = {}) {
    this.#maxDatagrams = limits.datagrams ?? 256;
    this.#maxBytes = limits.bytes ?? 4 * 1024 * 1024;
    this.#maxPieces = limits.pieces ?? 8192;
  }

  /** Datagrams that wait now, those that were given up included. */
  get datagrams(): number {
    return this.#waiting.size;
  }

  /** Bytes that wait now, as {@link ReassemblyLimits.bytes} counts them. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Takes the IPv4 fragment at `at`, whose header is sound (`ipv4Fault`). Copies what it keeps. */
  handleIpv4(bytes: Bytes, at: number, now: Nanoseconds, origin?: Origin): Reassembly {
    const header = ipv4HeaderLength(bytes, at);
    const start = ipv4.get.fragmentOffset(bytes, at) * 8;
    const end = start + ipv4.get.totalLength(bytes, at) - header;
    const isLast = (ipv4.get.flags(bytes, at) & IPV4_MF) === 0;
    const packet = bytes.subarray(at, at + header + end - start);
    if (start === 0 && isLast)
      return { kind: 'whole', bytes: packet.slice(), pieces: 1, largest: packet.length };
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const protocol = ipv4.get.protocol(bytes, at);
    const identification = ipv4.get.identification(bytes, at);
    const fragment: Fragment<Origin> = {
      key: `${source} ${destination} ${protocol} ${identification}`,
      source,
      destination,
      protocol,
      identification,
      start,
      end,
      isLast,
      reach: header + end,
      ecn: ipv4.get.ecn(bytes, at),
      lifetime: REASSEMBLY_TIME_V4,
      origin,
    };
    return this.#take(fragment, packet, header, now);
  }

  /**
   * Takes the IPv6 packet at `at`, of which `layer` was read (`upperLayer`); it has a fragment header. Copies what it
   * keeps.
   */
  handleIpv6(bytes: Bytes, at: number, layer: UpperLayer, now: Nanoseconds, origin?: Origin): Reassembly {
    const place = layer.fragment!;
    const data = place.headerAt + FRAGMENT_HEADER;
    const start = place.offset;
    const end = start + layer.end - data;
    const packet = bytes.subarray(at, layer.end);
    if (start === 0 && !place.more) {
      const whole = joinIpv6(packet, place.headerAt - at, [packet.subarray(data - at)], end);
      return { kind: 'whole', bytes: whole, pieces: 1, largest: packet.length };
    }
    const source = ipv6Source(bytes, at);
    const destination = ipv6Destination(bytes, at);
    const fragment: Fragment<Origin> = {
      key: `${source} ${destination} ${place.identification}`,
      source,
      destination,
      protocol: bytes[place.headerAt]!,
      identification: place.identification,
      start,
      end,
      isLast: !place.more,
      reach: place.headerAt - at - IPV6_HEADER + end,
      ecn: ipv6.get.ecn(bytes, at),
      lifetime: REASSEMBLY_TIME_V6,
      origin,
      lengthAt: 4,
      offsetAt: place.headerAt - at + 2,
    };
    if (start === 0 && lacksHeaders(layer))
      return refuse('its headers do not fit the first fragment', 0, PROBLEM_FIRST_FRAGMENT);
    return this.#take(fragment, packet, data - at, now);
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  /** A datagram that was not completed in time; its event is among those polled. */
  pollExpired(): Expired<Origin> | undefined {
    return this.#expired.shift();
  }

  pollTimeout(): Nanoseconds {
    let earliest = NEVER;
    for (const { expires } of this.#waiting.values()) earliest = Math.min(earliest, expires);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.expires > now) continue;
      this.#drop(key, waiting);
      if (waiting.isGivenUp) continue;
      this.#fail(waiting, 'time ran out');
      const { fragment, headers, pieces } = waiting;
      const first = headers && concatBytes([headers, pieces[0]!.data]);
      const { source, destination, origin } = fragment;
      this.#expired.push({ source, destination, origin, first });
    }
  }

  /** Forgets everything, as when the machine restarts. */
  clear(): void {
    this.#waiting.clear();
    this.#bytes = 0;
  }

  /** The part that both families share. The data of `packet` begin at `dataAt`. */
  #take(fragment: Fragment<Origin>, packet: Bytes, dataAt: number, now: Nanoseconds): Reassembly {
    const { key, start, end, isLast, lengthAt, offsetAt } = fragment;
    const data = packet.subarray(dataAt);
    if (data.length === 0) return refuse('a fragment without data');
    if (!isLast && data.length % 8 !== 0)
      return refuse(`${data.length} bytes in a fragment that is not the last`, lengthAt);
    if (fragment.reach > MAX_DATAGRAM)
      return refuse(`a fragment that ends beyond ${MAX_DATAGRAM} bytes`, offsetAt);
    const old = this.#waiting.get(key);
    if (old && old.expires <= now) this.handleTimeout(now);
    const known = this.#waiting.get(key);
    if (known?.isGivenUp) return refuse('a fragment of a datagram that was given up');
    const index = known ? placeOf(known.pieces, start) : 0;
    if (known) {
      const there = known.pieces[index];
      if (
        there?.start === start &&
        there.end === end &&
        there.isLast === isLast &&
        equalBytes(there.data, data)
      )
        return WAITING;
      const fault = conflict(known, fragment, index);
      if (fault !== undefined) return this.#giveUp(known, fault);
      if (known.pieces.length >= this.#maxPieces) return this.#giveUp(known, 'too many fragments');
    }
    if (this.#bytes + data.length + PIECE_COST > this.#maxBytes)
      return refuse('no memory for more fragments');
    const waiting = known ?? this.#open(fragment, now);
    if (!waiting) return refuse('too many datagrams wait for fragments');
    this.#bytes += data.length + PIECE_COST;
    waiting.pieces.splice(index, 0, { start, end, isLast, data: data.slice() });
    waiting.have += data.length;
    waiting.largest = Math.max(waiting.largest, packet.length);
    waiting.isCongested ||= fragment.ecn === ECN_CE;
    waiting.isDeaf ||= fragment.ecn === ECN_NOT_ECT;
    if (isLast) waiting.length = end;
    if (start === 0) waiting.headers = packet.slice(0, dataAt);
    return waiting.have === waiting.length ? this.#complete(waiting) : WAITING;
  }

  #open(fragment: Fragment<Origin>, now: Nanoseconds): Waiting<Origin> | undefined {
    if (this.#waiting.size >= this.#maxDatagrams && !this.#forgetGivenUp()) return undefined;
    const waiting: Waiting<Origin> = {
      fragment,
      expires: now + fragment.lifetime,
      pieces: [],
      have: 0,
      length: undefined,
      headers: undefined,
      isGivenUp: false,
      isCongested: false,
      isDeaf: false,
      largest: 0,
    };
    this.#waiting.set(fragment.key, waiting);
    return waiting;
  }

  #complete(waiting: Waiting<Origin>): Reassembly {
    const { fragment, pieces, headers: first, isCongested } = waiting;
    this.#drop(fragment.key, waiting);
    const parts = pieces.map(({ data }) => data);
    const isV4 = typeof fragment.source === 'number';
    // The first piece's own headers may be longer than those of the piece that was measured
    const kept = first!.length - (isV4 ? 0 : FRAGMENT_HEADER);
    if (kept - (isV4 ? 0 : IPV6_HEADER) + waiting.have > MAX_DATAGRAM) {
      this.#fail(waiting, `longer than ${MAX_DATAGRAM} bytes`);
      return refuse(`a datagram longer than ${MAX_DATAGRAM} bytes`);
    }
    if (isCongested && waiting.isDeaf) {
      this.#fail(waiting, 'congestion marked on one piece, and others whose sender knows no marks');
      return refuse('a datagram whose pieces disagree about congestion marks');
    }
    const whole = isV4
      ? joinIpv4(first!, kept, parts, waiting.have)
      : joinIpv6(first!, kept, parts, waiting.have);
    if (isCongested) markCongestion(whole, isV4);
    this.#events.push({
      kind: 'ip.reassemble',
      detail: { ...about(fragment), fragments: pieces.length, size: whole.length },
    });
    return { kind: 'whole', bytes: whole, pieces: pieces.length, largest: waiting.largest };
  }

  /** Keeps the place of a datagram that is refused, so that nothing comes of its other fragments either. */
  #giveUp(waiting: Waiting<Origin>, reason: string): Reassembly {
    this.#fail(waiting, reason);
    this.#bytes -= cost(waiting);
    waiting.pieces = [];
    waiting.have = 0;
    waiting.headers = undefined;
    waiting.isGivenUp = true;
    return refuse(reason);
  }

  /** Makes room at the cost of what only serves to be silent. */
  #forgetGivenUp(): boolean {
    for (const [key, waiting] of this.#waiting) {
      if (waiting.isGivenUp) return this.#waiting.delete(key);
    }
    return false;
  }

  #drop(key: string, waiting: Waiting<Origin>): void {
    this.#waiting.delete(key);
    this.#bytes -= cost(waiting);
  }

  #fail(waiting: Waiting<Origin>, reason: string): void {
    this.#events.push({
      kind: 'ip.reassembly-fail',
      detail: {
        ...about(waiting.fragment),
        reason,
        fragments: waiting.pieces.length,
        have: waiting.have,
        length: waiting.length ?? null,
      },
    });
  }
}

function refuse(reason: string, pointer?: number, code = PROBLEM_FIELD): Reassembly {
  if (pointer === undefined) return { kind: 'refused', reason };
  return { kind: 'refused', reason, problem: { code, pointer } };
}

function about({ source, destination, protocol, identification }: Fragment<unknown>) {
  return { source: formatIp(source), destination: formatIp(destination), protocol, identification };
}

function cost({ have, pieces }: Waiting<unknown>): number {
  return have + pieces.length * PIECE_COST;
}

/** Index of the first piece that starts at `start` or later. */
function placeOf(pieces: readonly Piece[], start: number): number {
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (pieces[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Why a fragment contradicts those that are here already. */
function conflict(
  waiting: Waiting<unknown>,
  { start, end, isLast }: Fragment<unknown>,
  index: number,
): string | undefined {
  const { pieces, length } = waiting;
  const before = pieces[index - 1];
  const after = pieces[index];
  if ((before && before.end > start) || (after && after.start < end)) return 'fragments overlap';
  if (isLast && length !== undefined) return 'two last fragments';
  if (isLast && after) return 'a fragment behind the last one';
  if (length !== undefined && end > length) return 'a fragment behind the last one';
  return undefined;
}

function joinIpv4(first: Bytes, header: number, parts: readonly Bytes[], length: number): Bytes {
  const whole = new Uint8Array(header + length);
  whole.set(first.subarray(0, header));
  ipv4.set.totalLength(whole, 0, whole.length);
  ipv4.set.flags(whole, 0, 0);
  ipv4.set.fragmentOffset(whole, 0, 0);
  fixIpv4Checksum(whole, 0);
  putParts(whole, header, parts);
  return whole;
}

/** `headers` is the length of what stands before the fragment header, which is left out. */
function joinIpv6(first: Bytes, headers: number, parts: readonly Bytes[], length: number): Bytes {
  const whole = new Uint8Array(headers + length);
  whole.set(first.subarray(0, headers));
  ipv6.set.payloadLength(whole, 0, whole.length - IPV6_HEADER);
  whole[nextHeaderBefore(first, headers)] = first[headers]!;
  putParts(whole, headers, parts);
  return whole;
}

/** The byte that names the header at `end`. Headers before a fragment header all count in units of eight (RFC 8200 §4). */
function nextHeaderBefore(packet: Bytes, end: number): number {
  let before = 6;
  for (let at = IPV6_HEADER; at < end; at += 8 * packet[at + 1]! + 8) before = at;
  return before;
}

function putParts(whole: Bytes, at: number, parts: readonly Bytes[]): void {
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
}

function markCongestion(whole: Bytes, isV4: boolean): void {
  if (isV4) {
    ipv4.set.ecn(whole, 0, ECN_CE);
    fixIpv4Checksum(whole, 0);
  } else ipv6.set.ecn(whole, 0, ECN_CE);
}

/** Bytes that a transport’s header has at least. */
const LEAST_HEADER: Readonly<Record<number, number>> = {
  [PROTOCOL_TCP]: 20,
  [PROTOCOL_UDP]: 8,
  [PROTOCOL_ICMP]: 8,
  [PROTOCOL_ICMP6]: 4,
};

/** RFC 8200 §4.5: the first fragment holds all headers, the transport’s included. */
function lacksHeaders({ problem, protocol, at, end }: UpperLayer): boolean {
  return problem?.code === PROBLEM_FIRST_FRAGMENT || end - at < (LEAST_HEADER[protocol] ?? 0);
}
