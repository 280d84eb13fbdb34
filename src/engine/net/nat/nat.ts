/**
 * Network address and port translation (NAPT, RFC 3022 §2.2) with the behaviours of RFC 4787 (UDP), 5382 (TCP), 5508
 * (ICMP), what RFC 7857 changed in them, and of RFC 6888 what a carrier needs (limits, pools).
 *
 * The default is a home router as most are: mapping independent of the remote endpoint, filtering by address and port,
 * ports kept where they are free, outbound packets alone keep UDP and ICMP alive (RFC 4787 REQ-6; whatever comes from
 * outside could keep a mapping alive for ever). Packets of an established TCP connection count in both directions: RFC
 * 5382 REQ-5 speaks of idle connections. What nobody inside asked for on a mapped port is dropped in silence (RFC 5382
 * REQ-4a); what nothing maps is for the machine itself, whose programs or packet filter decide.
 *
 * Datagrams must be whole: whoever calls puts fragments together first. ICMP errors are translated with what they quote,
 * in both directions and back inside (RFC 5508 REQ-4, REQ-5, REQ-7), unless a checksum in them is wrong (REQ-3).
 * Left out: protocols without ports, application gateways, ports shared by flows to different destinations (RFC 7857
 * §3), the error that RFC 5382 REQ-4 wants sent after six seconds, port control protocols, hairpinned pings.
 */
import { formatIp4, type Ip4 } from '../../base/address.ts';
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { NEVER } from '../../base/units.ts';
import type { World } from '../../sim/world.ts';
import { NONE } from '../../trace/log.ts';
import { ipv4, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { FLOW_TIMEOUTS, type FlowTimeouts } from '../flow-state.ts';
import type { Nic } from '../link/nic.ts';
import { NatPorts, type PortAssignment, type PortRange } from './nat-ports.ts';
import {
  type Ports,
  readPorts,
  readQuoted,
  rewrite,
  rewriteAddress,
  rewriteQuoted,
  type Side,
} from './nat-rewrite.ts';
import {
  forwardKey,
  forwardRow,
  type NatRow,
  sessionRow,
  TRANSLATED_ERROR,
  TRANSLATED_INBOUND,
  TRANSLATED_REFRESH,
} from './nat-rows.ts';
import { type Dependence, type Mapping, NatTable, NO_PORT, type Session, TABLE_FULL } from './nat-table.ts';

/** A port of an outside address that leads to a machine inside. */
export interface PortForward {
  readonly protocol: 'TCP' | 'UDP' | 'both';
  readonly outsidePort: number;
  readonly inside: Ip4;
  readonly insidePort: number;
  /** The first outside address, when left out. */
  readonly outside?: Ip4;
}

export interface NatOptions {
  readonly mapping?: Dependence;
  readonly filtering?: Dependence;
  readonly assignment?: PortAssignment;
  /** The only ports (and identifiers of ICMP queries) that are handed out. */
  readonly ports?: PortRange;
  /** Outside addresses; the outside interface's, when left out. Datagrams to any of them must be routed here. */
  readonly addresses?: readonly Ip4[];
  /** Whether all mappings of an inside address get the same outside address (RFC 4787 REQ-2). */
  readonly pooling?: 'paired' | 'arbitrary';
  /** How many mappings one inside address may have (RFC 6888 REQ-4). */
  readonly mappingsPerInside?: number;
  /** How many sessions are remembered in all. */
  readonly maxSessions?: number;
  readonly timeouts?: Partial<FlowTimeouts>;
  /** Whether what comes from outside keeps UDP and ICMP alive, too (RFC 4787 REQ-6a): outsiders can then do so for ever. */
  readonly inboundRefresh?: boolean;
  /** Whether the inside reaches its own outside addresses (RFC 4787 REQ-9). */
  readonly hairpinning?: boolean;
  readonly forwards?: readonly PortForward[];
  /**
   * Whether a sender inside is told when there is no room for its flow (RFC 5508 REQ-8); it is, unless said otherwise.
   * Linux drops in silence.
   */
  readonly saysWhenFull?: boolean;
}

/** `mine`: nothing maps this, it is for the machine itself. Anything but these two is why it was refused. */
export type NatVerdict = 'translated' | 'mine' | (string & {});

const DEFAULT_SESSIONS = 16_384;
/** How a refusal that the filtering behaviour gives is worded. */
const NOT_ASKED: Readonly<Record<Dependence, string>> = {
  'endpoint-independent': 'never',
  'address-dependent': 'nobody inside has written to this address',
  'address-and-port-dependent': 'nobody inside has written to this address and port',
};

export class Nat {
  readonly #world: World;
  readonly #node: number;
  readonly #outside: Nic;
  readonly #options: NatOptions;
  readonly #filtering: Dependence;
  readonly #timeouts: FlowTimeouts;
  readonly #ports: NatPorts;
  readonly #table: NatTable;
  readonly #kinds: { open: number; translate: number; state: number; close: number; refuse: number };

  constructor(world: World, nodeName: string, outside: Nic, options: NatOptions = {}) {
    check(options);
    this.#world = world;
    this.#node = world.trace.node(nodeName);
    this.#outside = outside;
    this.#options = options;
    this.#filtering = options.filtering ?? 'address-and-port-dependent';
    this.#timeouts = { ...FLOW_TIMEOUTS, ...options.timeouts };
    const random = world.random(`${nodeName}/nat-ports`);
    this.#ports = new NatPorts(options.assignment ?? 'preserve', options.ports, random);
    const { trace } = world;
    this.#kinds = {
      open: trace.kind('nat.open'),
      translate: trace.kind('nat.translate'),
      state: trace.kind('nat.state'),
      close: trace.kind('nat.close'),
      refuse: trace.kind('nat.refuse'),
    };
    this.#table = new NatTable(
      {
        mapping: options.mapping ?? 'endpoint-independent',
        pooling: options.pooling ?? 'paired',
        mappingsPerInside: options.mappingsPerInside ?? NEVER,
        maxSessions: options.maxSessions ?? DEFAULT_SESSIONS,
      },
      () => this.addresses,
      this.#ports,
      ({ id }, reason) => {
        trace.recordDetail(world.now, this.#kinds.close, this.#node, { reason }, id);
      },
    );
    for (const forward of options.forwards ?? []) this.#forward(forward);
  }

  /** The outside addresses, the interface's own or the pool. */
  get addresses(): readonly Ip4[] {
    const { addresses } = this.#options;
    if (addresses) return addresses;
    return this.#outside.address === undefined ? [] : [this.#outside.address];
  }

  /** How many ports of each outside address are handed out, to each protocol; undefined where nobody has limited them. */
  get portsToGive(): number | undefined {
    const { ports } = this.#options;
    return ports && ports.last - ports.first + 1;
  }

  get saysWhenFull(): boolean {
    return this.#options.saysWhenFull ?? true;
  }

  isOutside(nic: Nic): boolean {
    return nic === this.#outside;
  }

  /** Whether datagrams to `address` are to be shown to {@link inbound} or {@link hairpin}. */
  owns(address: Ip4): boolean {
    return this.addresses.includes(address);
  }

  /** Whether a mapping or a port forward has this outside port now: then no program of the machine may take it. */
  isMapped(protocol: number, address: Ip4, port: number): boolean {
    return this.#table.mappingAt(protocol, address, port, this.#world.now) !== undefined;
  }

  /** Says which ports programs of the machine itself use, so that no mapping gets them. */
  keepOff(isOwn: (protocol: number, port: number) => boolean): void {
    this.#ports.isOwn = isOwn;
  }

  /** Rewrites the source of a datagram that leaves. Returns why it may not leave, or undefined. */
  outbound(bytes: Bytes, at: number): string | undefined {
    const ports = readPorts(bytes, at);
    if (typeof ports === 'string') return this.#refuse(ports, bytes, at);
    if (ports.message === 'error') return this.#errorOut(bytes, at, ports.transportAt);
    const session = this.#speak(ports, bytes, at);
    if (typeof session === 'string') return this.#refuse(session, bytes, at);
    this.#pass(session, ports.flags, true);
    rewrite(bytes, at, ports, 'source', session.mapping.outside, session.mapping.outsidePort);
    return undefined;
  }

  /** Rewrites the destination of a datagram that came in outside to one of our addresses. */
  inbound(bytes: Bytes, at: number): NatVerdict {
    const ports = readPorts(bytes, at);
    if (typeof ports === 'string') return 'mine';
    if (ports.message === 'error') return this.#errorIn(bytes, at, ports.transportAt);
    const mapping = this.#mappingOf(ports, bytes, at);
    if (!mapping) return 'mine';
    return this.#listen(mapping, ports, bytes, at, ipv4.get.source(bytes, at) as Ip4, ports.source);
  }

  /**
   * Rewrites both ends of a datagram from inside to one of our outside addresses: it goes out and comes back in, so
   * that who gets it sees an outside endpoint (RFC 4787 REQ-9a).
   */
  hairpin(bytes: Bytes, at: number): NatVerdict {
    const ports = readPorts(bytes, at);
    if (typeof ports === 'string') return 'mine';
    if (ports.message === 'error') return this.#errorBack(bytes, at, ports.transportAt);
    const mapping = this.#mappingOf(ports, bytes, at);
    if (!mapping) return 'mine';
    if (this.#options.hairpinning === false)
      return this.#refuse('the inside may not use its outside address here', bytes, at);
    const session = this.#speak(ports, bytes, at);
    if (typeof session === 'string') return this.#refuse(session, bytes, at);
    this.#pass(session, ports.flags, true);
    const { outside, outsidePort } = session.mapping;
    const verdict = this.#listen(mapping, ports, bytes, at, outside, outsidePort);
    if (verdict === 'translated') rewrite(bytes, at, ports, 'source', outside, outsidePort);
    return verdict;
  }

  /** Forgets all sessions, as when the router restarts. Port forwards are settings, and stay. */
  clear(): void {
    this.#table.clear();
  }

  rows(): Map<string, NatRow> {
    const rows = new Map<string, NatRow>();
    this.#table.forwards.forEach((mapping, index) => {
      rows.set(forwardKey(index), forwardRow(mapping));
    });
    for (const session of this.#table.sessions)
      rows.set(String(session.id), sessionRow(session, this.#timeouts));
    return rows;
  }

  // ── flows ──

  /** The mapping that a datagram to one of our addresses is for; questions of ICMP are for the machine itself. */
  #mappingOf(ports: Ports, bytes: Bytes, at: number): Mapping | undefined {
    if (ports.message === 'query') return undefined;
    const to = ipv4.get.destination(bytes, at) as Ip4;
    return this.#table.mappingAt(ports.protocol, to, ports.destination, this.#world.now);
  }

  /** The session that a datagram from inside belongs to, a new one if need be; or why it may not leave. */
  #speak(ports: Ports, bytes: Bytes, at: number): Session | string {
    const { now } = this.#world;
    const { protocol } = ports;
    if (ports.message === 'answer') return 'an answer that nobody outside has asked for';
    const inside = ipv4.get.source(bytes, at) as Ip4;
    const remote = ipv4.get.destination(bytes, at) as Ip4;
    const remotePort = protocol === PROTOCOL_ICMP ? 0 : ports.destination;
    const known = this.#table.sessionOf(protocol, inside, ports.source, remote, remotePort, now);
    if (known) {
      known.hasInsideSpoken = true;
      return known;
    }
    const mapping = this.#table.mappingFor(protocol, inside, ports.source, remote, remotePort, now);
    if (typeof mapping === 'string') return mapping;
    const isNew = mapping.sessions.size === 0 && !mapping.isForward;
    const reason = isNew || mapping.isForward ? mapping.reason : 'it has a mapping already';
    return this.#open(mapping, remote, remotePort, false, ports.flags, reason);
  }

  /** Lets a datagram from `remote` in through a mapping, if its filtering behaviour does. */
  #listen(mapping: Mapping, ports: Ports, bytes: Bytes, at: number, remote: Ip4, port: number): NatVerdict {
    const { now } = this.#world;
    const remotePort = ports.protocol === PROTOCOL_ICMP ? 0 : port;
    if (!this.#isWelcome(mapping, remote, remotePort))
      return this.#refuse(NOT_ASKED[this.#filtering], bytes, at);
    const session =
      this.#table.sessionOn(mapping, remote, remotePort, now) ??
      this.#open(
        mapping,
        remote,
        remotePort,
        true,
        ports.flags,
        mapping.isForward ? mapping.reason : 'the filtering behaviour lets it in',
      );
    if (typeof session === 'string') return this.#refuse(session, bytes, at);
    this.#pass(session, ports.flags, false);
    rewrite(bytes, at, ports, 'destination', mapping.inside, mapping.insidePort);
    return 'translated';
  }

  #isWelcome(mapping: Mapping, remote: Ip4, remotePort: number): boolean {
    if (mapping.isForward || this.#filtering === 'endpoint-independent') return true;
    const anyPort = this.#filtering === 'address-dependent';
    return this.#table.hasWritten(mapping, remote, remotePort, anyPort, this.#world.now);
  }

  #open(
    mapping: Mapping,
    remote: Ip4,
    remotePort: number,
    isFromOutside: boolean,
    flags: number,
    reason: string,
  ): Session | string {
    const { now, trace } = this.#world;
    // nobody outside makes a mapping live longer by knocking
    const end = isFromOutside && !this.#options.inboundRefresh ? this.#table.endOf(mapping) : NEVER;
    const session = this.#table.open(mapping, remote, remotePort, isFromOutside, now);
    if (typeof session === 'string') return session;
    session.flow.advance(flags, true);
    session.flow.refresh(now, this.#timeouts);
    if (end < session.flow.expires) session.flow.expires = end;
    this.#table.noteEnd(session);
    const row = sessionRow(session, this.#timeouts);
    const by = isFromOutside ? 'outside' : 'inside';
    trace.recordDetail(now, this.#kinds.open, this.#node, { ...row, by, reason }, session.id);
    return session;
  }

  /** A datagram of a session passes. */
  #pass(session: Session, flags: number, isFromInside: boolean): void {
    const { trace, now } = this.#world;
    const { flow } = session;
    const before = flow.state;
    flow.advance(flags, isFromInside !== session.isFromOutside);
    const counts =
      isFromInside ||
      this.#options.inboundRefresh === true ||
      (flow.protocol === PROTOCOL_TCP && flow.state !== 'opening');
    const isRefreshed = counts && flow.refresh(now, this.#timeouts);
    if (!counts) flow.shorten(now, this.#timeouts);
    this.#table.noteEnd(session);
    if (flow.state !== before) {
      const { state, timeout, expires } = sessionRow(session, this.#timeouts);
      trace.recordDetail(now, this.#kinds.state, this.#node, { state, timeout, expires }, session.id);
    }
    const how = (isFromInside ? 0 : TRANSLATED_INBOUND) | (isRefreshed ? TRANSLATED_REFRESH : 0);
    const id = trace.record(now, this.#kinds.translate, this.#node, session.id, how);
    if (id !== NONE) trace.cause = id;
  }

  // ── ICMP errors ──

  /** From inside, about a datagram that we let in (RFC 5508 §4.2.2). Returns why it may not leave. */
  #errorOut(bytes: Bytes, at: number, icmpAt: number): string | undefined {
    const inner = readQuoted(bytes, at, icmpAt);
    if (typeof inner === 'string') return this.#refuse(inner, bytes, at);
    const session = this.#quotedSession(inner, bytes, icmpAt, 'destination');
    if (!session) return this.#refuse('an ICMP error about no flow', bytes, at);
    const { outside, outsidePort } = session.mapping;
    rewriteQuoted(bytes, at, icmpAt, inner, 'destination', outside, outsidePort);
    rewriteAddress(bytes, at, 'source', outside);
    this.#reported(session, false);
    return undefined;
  }

  /** From outside, about a datagram that we sent out (RFC 5508 §4.2.1). */
  #errorIn(bytes: Bytes, at: number, icmpAt: number): NatVerdict {
    const inner = readQuoted(bytes, at, icmpAt);
    if (typeof inner === 'string') return 'mine';
    const session = this.#quotedSession(inner, bytes, icmpAt, 'source');
    if (!session) return 'mine';
    const { inside, insidePort } = session.mapping;
    rewriteQuoted(bytes, at, icmpAt, inner, 'source', inside, insidePort);
    rewriteAddress(bytes, at, 'destination', inside);
    this.#reported(session, true);
    return 'translated';
  }

  /** From inside, about a datagram that went out and came back in (RFC 5508 REQ-7a). */
  #errorBack(bytes: Bytes, at: number, icmpAt: number): NatVerdict {
    const inner = readQuoted(bytes, at, icmpAt);
    if (typeof inner === 'string') return 'mine';
    const heard = this.#quotedSession(inner, bytes, icmpAt, 'destination');
    if (!heard) return 'mine';
    const { now } = this.#world;
    const quotedSource = ipv4.get.source(bytes, icmpAt + 8) as Ip4;
    const { outside, outsidePort } = heard.mapping;
    const speaker = this.#table.mappingAt(inner.protocol, quotedSource, inner.source, now);
    const said = speaker && this.#table.sessionOn(speaker, outside, outsidePort, now);
    if (!said) return 'mine';
    rewriteQuoted(bytes, at, icmpAt, inner, 'destination', outside, outsidePort);
    rewriteQuoted(bytes, at, icmpAt, inner, 'source', said.mapping.inside, said.mapping.insidePort);
    rewriteAddress(bytes, at, 'source', outside);
    rewriteAddress(bytes, at, 'destination', said.mapping.inside);
    this.#reported(heard, false);
    return 'translated';
  }

  /**
   * The session of the datagram that an error quotes: as it left us when `ours` is its source, as it came to the inside
   * when it is its destination.
   */
  #quotedSession(inner: Ports, bytes: Bytes, icmpAt: number, ours: Side): Session | undefined {
    const { now } = this.#world;
    const source = ipv4.get.source(bytes, icmpAt + 8) as Ip4;
    const destination = ipv4.get.destination(bytes, icmpAt + 8) as Ip4;
    const { protocol } = inner;
    const isIcmp = protocol === PROTOCOL_ICMP;
    if (ours === 'source') {
      const mapping = this.#table.mappingAt(protocol, source, inner.source, now);
      return mapping && this.#table.sessionOn(mapping, destination, isIcmp ? 0 : inner.destination, now);
    }
    const remotePort = isIcmp ? 0 : inner.source;
    return this.#table.sessionOf(protocol, destination, inner.destination, source, remotePort, now);
  }

  #reported({ id }: Session, isInbound: boolean): void {
    const { trace, now } = this.#world;
    const how = TRANSLATED_ERROR | (isInbound ? TRANSLATED_INBOUND : 0);
    const event = trace.record(now, this.#kinds.translate, this.#node, id, how);
    if (event !== NONE) trace.cause = event;
  }

  // ── settings, refusals ──

  #forward({ protocol, outsidePort, inside, insidePort, outside }: PortForward): void {
    const { trace, now } = this.#world;
    const address = outside ?? this.addresses[0];
    if (address === undefined || !this.owns(address))
      throw new Misuse(`port ${outsidePort} of an address that this machine does not translate to`);
    const kind = trace.kind('nat.forward');
    const protocols = protocol === 'both' ? [PROTOCOL_TCP, PROTOCOL_UDP] : [NUMBERS[protocol]];
    for (const number of protocols) {
      const index = this.#table.forwards.length;
      if (!this.#table.forward(number, address, outsidePort, inside, insidePort))
        throw new Misuse(`port ${outsidePort} is forwarded twice`);
      trace.recordDetail(now, kind, this.#node, { ...forwardRow(this.#table.forwards[index]!) }, index);
    }
  }

  #refuse(reason: string, bytes: Bytes, at: number): string {
    this.#world.trace.recordDetail(this.#world.now, this.#kinds.refuse, this.#node, {
      reason,
      from: formatIp4(ipv4.get.source(bytes, at)),
      to: formatIp4(ipv4.get.destination(bytes, at)),
    });
    return reason;
  }
}

const NUMBERS = { TCP: PROTOCOL_TCP, UDP: PROTOCOL_UDP } as const;

/**
 * Whether an outbound datagram was refused for lack of room: then its sender should be told so, with ICMP code 13 (RFC
 * 5508 REQ-8).
 */
export function isScarcity(reason: string): boolean {
  return reason === NO_PORT || reason === TABLE_FULL || reason.startsWith('this subscriber has its ');
}

function check({
  ports,
  mappingsPerInside = 1,
  maxSessions = 1,
  timeouts = {},
  forwards = [],
}: NatOptions): void {
  const isPort = (port: number): boolean => Number.isInteger(port) && port >= 0 && port <= 65_535;
  if (ports && !(isPort(ports.first) && isPort(ports.last) && ports.first <= ports.last))
    throw new Misuse(`ports from ${ports.first} to ${ports.last}`);
  if (!(mappingsPerInside >= 1 && maxSessions >= 1)) throw new Misuse('a translator without room');
  for (const [name, timeout] of Object.entries(timeouts))
    if (!(timeout > 0)) throw new Misuse(`a time-out ${name} of ${timeout} ns`);
  for (const { outsidePort, insidePort } of forwards)
    if (!isPort(outsidePort) || !isPort(insidePort)) throw new Misuse(`port ${outsidePort} to ${insidePort}`);
}
