/**
 * Network address and port translation on a home router (NAPT, RFC 3022 §2.2; behaviour after RFC 4787, 5382, 5508).
 *
 * Mapping is endpoint-independent: one inside address and port always gets the same outside port. Filtering is by
 * address and port: only whom the inside has written to may answer. Each flow has its state and time-out, the shortest
 * allowed: UDP 2 minutes (RFC 4787 REQ-5, which recommends 5), TCP 4 minutes while opening or closing and 2 hours 4
 * minutes when established (RFC 5382 REQ-5; here from the outside's answer on, there from both sides' ACKs), ICMP
 * queries 60 seconds (RFC 5508 REQ-2). ICMP errors are translated with what they quote, in both directions (RFC 5508
 * REQ-4, REQ-5), unless their checksum is wrong (REQ-3). The identifier of an ICMP query stands for the inside port; its
 * other side has none.
 * What nobody inside asked for is dropped in silence: the security policy that RFC 5382 REQ-4a allows for.
 * Left out: port forwarding, hairpinning, port preservation (a later chapter's).
 */
import { formatIp4, type Ip4 } from '../base/address.ts';
import { type Bytes, readU16, writeU16 } from '../base/bytes.ts';
import { adjustChecksum, checksum } from '../base/checksum.ts';
import { HOUR, MINUTE, type Nanoseconds, SECOND } from '../base/units.ts';
import type { World } from '../sim/world.ts';
import type { Projection } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { ICMP_ECHO, ICMP_ECHO_REPLY, isIcmpError } from '../wire/icmp.ts';
import { ipv4, ipv4HeaderLength, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import type { Nic } from './nic.ts';

export type NatState = 'unanswered' | 'answered' | 'opening' | 'established' | 'closing' | 'reset';

export const NAT_TIMEOUT: Readonly<Record<NatState, Nanoseconds>> = {
  unanswered: 2 * MINUTE,
  answered: 2 * MINUTE,
  opening: 4 * MINUTE,
  established: 2 * HOUR + 4 * MINUTE,
  closing: 4 * MINUTE,
  reset: 4 * MINUTE,
};
const ICMP_TIMEOUT: Nanoseconds = 60 * SECOND;
/** The first outside port handed out; one after the other from here. */
const FIRST_PORT = 40_001;
const LAST_PORT = 65_535;
const MAX_FLOWS = 16_384;

const FIN = 1;
const SYN = 2;
const RST = 4;
const SYN_ACK = 18;

interface Flow {
  readonly id: number;
  readonly protocol: number;
  readonly insideIp: Ip4;
  readonly insidePort: number;
  readonly outsidePort: number;
  readonly remoteIp: Ip4;
  readonly remotePort: number;
  state: NatState;
  finFromInside: boolean;
  finFromOutside: boolean;
  expires: Nanoseconds;
}

const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'ICMP',
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
};

export class Nat {
  readonly #world: World;
  readonly #node: number;
  readonly #outside: Nic;
  readonly #flows = new Map<string, Flow>();
  readonly #byOutside = new Map<string, Flow>();
  /** Outside port by protocol, inside address and port, for as long as some flow uses it. */
  readonly #mappings = new Map<string, { port: number; flows: number }>();
  readonly #portsInUse = new Set<string>();
  #nextPort = FIRST_PORT;
  #nextFlow = 1;
  readonly #kinds: { open: number; translate: number; state: number; close: number; refuse: number };

  constructor(world: World, nodeName: string, outside: Nic) {
    this.#world = world;
    this.#node = world.trace.node(nodeName);
    this.#outside = outside;
    const { trace } = world;
    this.#kinds = {
      open: trace.kind('nat.open'),
      translate: trace.kind('nat.translate'),
      state: trace.kind('nat.state'),
      close: trace.kind('nat.close'),
      refuse: trace.kind('nat.refuse'),
    };
  }

  isOutside(nic: Nic): boolean {
    return nic === this.#outside;
  }

  /** Rewrites the source of a datagram that leaves. Returns why it may not leave, or undefined. */
  outbound(bytes: Bytes, at: number): string | undefined {
    const ports = readPorts(bytes, at);
    if (!ports) return this.#refuse('a protocol without ports', bytes, at);
    if (ports.isError) return this.#outboundError(bytes, at, ports.transportAt);
    const source = ipv4.get.source(bytes, at) as Ip4;
    const destination = ipv4.get.destination(bytes, at) as Ip4;
    const remotePort = ports.protocol === PROTOCOL_ICMP ? 0 : ports.destination;
    const key = flowKey(ports.protocol, source, ports.source, destination, remotePort);
    let flow = this.#live(this.#flows.get(key));
    if (!flow) {
      const opened = this.#open(key, ports.protocol, source, ports.source, destination, remotePort);
      if (typeof opened === 'string') return this.#refuse(opened, bytes, at);
      flow = opened;
    }
    this.#touch(flow, ports.flags, true);
    rewrite(bytes, at, ports, 'source', this.#outside.address!, flow.outsidePort);
    return undefined;
  }

  /** Rewrites the destination of a datagram that arrives outside. False when no flow asked for it. */
  inbound(bytes: Bytes, at: number): boolean {
    const ports = readPorts(bytes, at);
    if (!ports) return false;
    if (ports.isError) return this.#inboundError(bytes, at, ports.transportAt);
    const remote = ipv4.get.source(bytes, at) as Ip4;
    const remotePort = ports.protocol === PROTOCOL_ICMP ? 0 : ports.source;
    const flow = this.#live(
      this.#byOutside.get(outsideKey(ports.protocol, ports.destination, remote, remotePort)),
    );
    if (!flow) {
      this.#refuse('no flow from inside matches', bytes, at);
      return false;
    }
    this.#touch(flow, ports.flags, false);
    rewrite(bytes, at, ports, 'destination', flow.insideIp, flow.insidePort);
    return true;
  }

  /** An error from outside about a datagram that we sent out: the quotation is turned back as well (RFC 5508 §4.2.1). */
  #inboundError(bytes: Bytes, at: number, icmpAt: number): boolean {
    const inner = readQuoted(bytes, at, icmpAt);
    if (!inner) return false;
    const remote = ipv4.get.destination(bytes, icmpAt + 8) as Ip4;
    const remotePort = inner.protocol === PROTOCOL_ICMP ? 0 : inner.destination;
    const flow = this.#live(
      this.#byOutside.get(outsideKey(inner.protocol, inner.source, remote, remotePort)),
    );
    if (!flow) return false;
    rewriteQuoted(bytes, at, icmpAt, inner, 'source', flow.insideIp, flow.insidePort);
    rewriteAddress(bytes, at, 'destination', flow.insideIp);
    this.#world.trace.record(this.#world.now, this.#kinds.translate, this.#node, flow.id, 2);
    return true;
  }

  /** An error from inside about a datagram that we let in (RFC 5508 §4.2.2). Returns why it may not leave. */
  #outboundError(bytes: Bytes, at: number, icmpAt: number): string | undefined {
    const inner = readQuoted(bytes, at, icmpAt);
    if (!inner) return this.#refuse('an ICMP error that says nothing sound', bytes, at);
    const remote = ipv4.get.source(bytes, icmpAt + 8) as Ip4;
    const inside = ipv4.get.destination(bytes, icmpAt + 8) as Ip4;
    const remotePort = inner.protocol === PROTOCOL_ICMP ? 0 : inner.source;
    const flow = this.#live(
      this.#flows.get(flowKey(inner.protocol, inside, inner.destination, remote, remotePort)),
    );
    if (!flow) return this.#refuse('an ICMP error about no flow', bytes, at);
    const outside = this.#outside.address!;
    rewriteQuoted(bytes, at, icmpAt, inner, 'destination', outside, flow.outsidePort);
    rewriteAddress(bytes, at, 'source', outside);
    this.#world.trace.record(this.#world.now, this.#kinds.translate, this.#node, flow.id, 2);
    return undefined;
  }

  #open(
    key: string,
    protocol: number,
    source: Ip4,
    sourcePort: number,
    remote: Ip4,
    remotePort: number,
  ): Flow | string {
    if (this.#flows.size >= MAX_FLOWS) this.#expireAll();
    if (this.#flows.size >= MAX_FLOWS) return 'the table is full';
    const mappingKey = `${protocol} ${source} ${sourcePort}`;
    let mapping = this.#mappings.get(mappingKey);
    if (!mapping) {
      const port = this.#freePort(protocol);
      if (port === undefined) return 'no outside port is free';
      mapping = { port, flows: 0 };
      this.#mappings.set(mappingKey, mapping);
    }
    mapping.flows += 1;
    const flow: Flow = {
      id: this.#nextFlow++,
      protocol,
      insideIp: source,
      insidePort: sourcePort,
      outsidePort: mapping.port,
      remoteIp: remote,
      remotePort,
      state: protocol === PROTOCOL_TCP ? 'opening' : 'unanswered',
      finFromInside: false,
      finFromOutside: false,
      expires: 0,
    };
    this.#flows.set(key, flow);
    this.#byOutside.set(outsideKey(protocol, mapping.port, remote, remotePort), flow);
    this.#world.trace.recordDetail(
      this.#world.now,
      this.#kinds.open,
      this.#node,
      {
        protocol: PROTOCOL_NAMES[protocol]!,
        inside: `${formatIp4(source)}:${sourcePort}`,
        outside: `${formatIp4(this.#outside.address!)}:${mapping.port}`,
        remote: remoteText(protocol, remote, remotePort),
        state: flow.state,
      },
      flow.id,
    );
    return flow;
  }

  #freePort(protocol: number): number | undefined {
    for (let tries = 0; tries <= LAST_PORT - FIRST_PORT; tries++) {
      const port = this.#nextPort;
      this.#nextPort = port === LAST_PORT ? FIRST_PORT : port + 1;
      const key = `${protocol} ${port}`;
      if (this.#portsInUse.has(key)) continue;
      this.#portsInUse.add(key);
      return port;
    }
    return undefined;
  }

  #touch(flow: Flow, flags: number, isFromInside: boolean): void {
    const { trace, now } = this.#world;
    const state = nextState(flow, flags, isFromInside);
    flow.expires = now + (flow.protocol === PROTOCOL_ICMP ? ICMP_TIMEOUT : NAT_TIMEOUT[state]);
    if (state !== flow.state) {
      flow.state = state;
      trace.recordDetail(now, this.#kinds.state, this.#node, { state }, flow.id);
    }
    const id = trace.record(now, this.#kinds.translate, this.#node, flow.id, isFromInside ? 0 : 1);
    if (id !== NONE) trace.cause = id;
  }

  #live(flow: Flow | undefined): Flow | undefined {
    if (!flow || flow.expires > this.#world.now) return flow;
    this.#close(flow);
    return undefined;
  }

  #close(flow: Flow): void {
    this.#flows.delete(
      flowKey(flow.protocol, flow.insideIp, flow.insidePort, flow.remoteIp, flow.remotePort),
    );
    this.#byOutside.delete(outsideKey(flow.protocol, flow.outsidePort, flow.remoteIp, flow.remotePort));
    const mappingKey = `${flow.protocol} ${flow.insideIp} ${flow.insidePort}`;
    const mapping = this.#mappings.get(mappingKey)!;
    mapping.flows -= 1;
    if (mapping.flows === 0) {
      this.#mappings.delete(mappingKey);
      this.#portsInUse.delete(`${flow.protocol} ${flow.outsidePort}`);
    }
    this.#world.trace.record(this.#world.now, this.#kinds.close, this.#node, flow.id, 0);
  }

  #expireAll(): void {
    for (const flow of [...this.#flows.values()]) if (flow.expires <= this.#world.now) this.#close(flow);
  }

  /** Forgets all flows, as when the router restarts. */
  clear(): void {
    for (const flow of [...this.#flows.values()]) this.#close(flow);
  }

  #refuse(reason: string, bytes: Bytes, at: number): string {
    this.#world.trace.recordDetail(this.#world.now, this.#kinds.refuse, this.#node, {
      reason,
      from: formatIp4(ipv4.get.source(bytes, at)),
      to: formatIp4(ipv4.get.destination(bytes, at)),
    });
    return reason;
  }

  rows(): Map<string, NatRow> {
    const rows = new Map<string, NatRow>();
    for (const flow of this.#flows.values()) {
      rows.set(String(flow.id), {
        protocol: PROTOCOL_NAMES[flow.protocol]!,
        inside: `${formatIp4(flow.insideIp)}:${flow.insidePort}`,
        outside: `${formatIp4(this.#outside.address!)}:${flow.outsidePort}`,
        remote: remoteText(flow.protocol, flow.remoteIp, flow.remotePort),
        state: flow.state,
        expires: flow.expires,
      });
    }
    return rows;
  }
}

export interface NatRow {
  readonly protocol: string;
  readonly inside: string;
  readonly outside: string;
  readonly remote: string;
  readonly state: NatState;
  /** Kernel time from which on the flow is forgotten. */
  readonly expires: Nanoseconds;
}

/** The translation table, rebuilt from its events. */
export const natTable: Projection<NatRow> = {
  kinds: ['nat.open', 'nat.translate', 'nat.state', 'nat.close'],
  apply(rows, event) {
    const key = String(event.a);
    const { detail } = event;
    if (event.kind === 'nat.open') {
      rows.set(key, {
        protocol: String(detail!['protocol']),
        inside: String(detail!['inside']),
        outside: String(detail!['outside']),
        remote: String(detail!['remote']),
        state: detail!['state'] as NatState,
        expires: 0,
      });
      return;
    }
    const row = rows.get(key);
    if (!row) return;
    if (event.kind === 'nat.close') rows.delete(key);
    else if (event.kind === 'nat.state') rows.set(key, { ...row, state: detail!['state'] as NatState });
    else if (event.b !== 2) {
      const timeout = row.protocol === 'ICMP' ? ICMP_TIMEOUT : NAT_TIMEOUT[row.state];
      rows.set(key, { ...row, expires: event.time + timeout });
    }
  },
};

function nextState(flow: Flow, flags: number, isFromInside: boolean): NatState {
  if (flow.protocol !== PROTOCOL_TCP) return isFromInside ? flow.state : 'answered';
  if (flags & RST) return 'reset';
  // a new connection on the ports of an old one, whatever became of that
  if (isFromInside && (flags & SYN_ACK) === SYN && flow.state !== 'opening') {
    flow.finFromInside = false;
    flow.finFromOutside = false;
    return 'opening';
  }
  if (flags & FIN) {
    if (isFromInside) flow.finFromInside = true;
    else flow.finFromOutside = true;
  }
  if (flow.finFromInside && flow.finFromOutside) return 'closing';
  // an ACK alone answers a SYN that was sent again after its answer had passed here
  if (flow.state === 'opening') return !isFromInside && flags & SYN_ACK ? 'established' : 'opening';
  return flow.state;
}

interface Ports {
  readonly protocol: number;
  readonly transportAt: number;
  readonly source: number;
  readonly destination: number;
  readonly sourceAt: number;
  readonly destinationAt: number;
  /** Where the checksum that covers the ports is. */
  readonly checksumAt: number;
  readonly coversAddresses: boolean;
  readonly flags: number;
  readonly isError: boolean;
}

/** What identifies the flow of the datagram at `at`; undefined when nothing does. An ICMP query's id is both its ports. */
function readPorts(bytes: Bytes, at: number): Ports | undefined {
  const protocol = ipv4.get.protocol(bytes, at);
  const transportAt = at + ipv4HeaderLength(bytes, at);
  if (protocol === PROTOCOL_ICMP) {
    const type = bytes[transportAt]!;
    const isQuery = type === ICMP_ECHO || type === ICMP_ECHO_REPLY;
    if (!isQuery && !isIcmpError(type)) return undefined;
    const id = (bytes[transportAt + 4]! << 8) | bytes[transportAt + 5]!;
    return {
      protocol,
      transportAt,
      source: id,
      destination: id,
      sourceAt: transportAt + 4,
      destinationAt: transportAt + 4,
      checksumAt: transportAt + 2,
      coversAddresses: false,
      flags: 0,
      isError: !isQuery,
    };
  }
  if (protocol !== PROTOCOL_TCP && protocol !== PROTOCOL_UDP) return undefined;
  return {
    protocol,
    transportAt,
    source: (bytes[transportAt]! << 8) | bytes[transportAt + 1]!,
    destination: (bytes[transportAt + 2]! << 8) | bytes[transportAt + 3]!,
    sourceAt: transportAt,
    destinationAt: transportAt + 2,
    checksumAt: transportAt + (protocol === PROTOCOL_TCP ? 16 : 6),
    coversAddresses: true,
    flags: protocol === PROTOCOL_TCP ? bytes[transportAt + 13]! : 0,
    isError: false,
  };
}

/**
 * Puts in another address and port, and corrects the checksums by the difference (RFC 3022 §4.2): a datagram that
 * was damaged on its way must still be found damaged at its end.
 */
function rewrite(
  bytes: Bytes,
  at: number,
  ports: Ports,
  side: 'source' | 'destination',
  address: Ip4,
  port: number,
): void {
  const before = ipv4.get[side](bytes, at);
  rewriteAddress(bytes, at, side, address);
  const portAt = side === 'source' ? ports.sourceAt : ports.destinationAt;
  const oldPort = readU16(bytes, portAt);
  writeU16(bytes, portAt, port);
  const { checksumAt } = ports;
  let sum = readU16(bytes, checksumAt);
  if (sum === 0 && ports.protocol === PROTOCOL_UDP) return;
  sum = adjustChecksum(sum, oldPort, port);
  if (ports.coversAddresses) sum = adjustAddress(sum, before, address);
  if (sum === 0 && ports.protocol === PROTOCOL_UDP) sum = 0xffff;
  writeU16(bytes, checksumAt, sum);
}

function rewriteAddress(bytes: Bytes, at: number, side: 'source' | 'destination', address: Ip4): void {
  const before = ipv4.get[side](bytes, at);
  ipv4.set[side](bytes, at, address);
  ipv4.set.checksum(bytes, at, adjustAddress(ipv4.get.checksum(bytes, at), before, address));
}

/** What the ICMP error at `icmpAt` quotes; undefined when it quotes too little, or its checksum is wrong (REQ-3). */
function readQuoted(bytes: Bytes, at: number, icmpAt: number): Ports | undefined {
  const end = at + ipv4.get.totalLength(bytes, at);
  const quoted = icmpAt + 8;
  if (end - quoted < 28 || checksum(bytes, icmpAt, end - icmpAt) !== 0) return undefined;
  if (
    end - quoted < ipv4HeaderLength(bytes, quoted) + 8 ||
    checksum(bytes, quoted, ipv4HeaderLength(bytes, quoted)) !== 0
  )
    return undefined;
  const inner = readPorts(bytes, quoted);
  return inner?.isError ? undefined : inner;
}

/** The same as {@link rewrite} for a quotation, whose transport checksum may be cut off; then the ICMP checksum. */
function rewriteQuoted(
  bytes: Bytes,
  at: number,
  icmpAt: number,
  inner: Ports,
  side: 'source' | 'destination',
  address: Ip4,
  port: number,
): void {
  const end = at + ipv4.get.totalLength(bytes, at);
  if (inner.checksumAt + 2 <= end) rewrite(bytes, icmpAt + 8, inner, side, address, port);
  else {
    rewriteAddress(bytes, icmpAt + 8, side, address);
    writeU16(bytes, side === 'source' ? inner.sourceAt : inner.destinationAt, port);
  }
  // its old value was right, so computing it anew hides no damage
  writeU16(bytes, icmpAt + 2, 0);
  writeU16(bytes, icmpAt + 2, checksum(bytes, icmpAt, end - icmpAt));
}

function adjustAddress(sum: number, before: number, after: number): number {
  return adjustChecksum(adjustChecksum(sum, before >>> 16, after >>> 16), before & 0xffff, after & 0xffff);
}

/** `203.0.113.80:80`; for ICMP the address alone. */
function remoteText(protocol: number, address: number, port: number): string {
  return protocol === PROTOCOL_ICMP ? formatIp4(address) : `${formatIp4(address)}:${port}`;
}

function flowKey(
  protocol: number,
  insideIp: number,
  insidePort: number,
  remoteIp: number,
  remotePort: number,
): string {
  return `${protocol} ${insideIp} ${insidePort} ${remoteIp} ${remotePort}`;
}

function outsideKey(protocol: number, outsidePort: number, remoteIp: number, remotePort: number): string {
  return `${protocol} ${outsidePort} ${remoteIp} ${remotePort}`;
}
