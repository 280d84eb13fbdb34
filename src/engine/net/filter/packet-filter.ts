/**
 * A stateful packet filter for both families: rules that the first match decides, and the connections that are known.
 *
 * Every packet is looked at once, where it is for this machine (`input`), passes it (`forward`) or leaves it (`output`),
 * with inside addresses where NAT is in the way. A packet begins a connection, belongs to one, is an ICMP error about
 * one, or belongs to none though it should; rules may ask for that (policy/match.ts). A connection is remembered when
 * its first packet is accepted, and until its state's time-out after the last one, in either direction (RFC 6092 REC-14,
 * REC-16, REC-35). As on Linux, a lone ACK of an unknown TCP connection begins one: so connections survive a restart.
 * An ICMP error must quote something that its receiver has sent (RFC 4890 §4.1, RFC 6092 REC-10).
 *
 * What has expired is found by whoever asks for it: the filter never keeps a world going. Left out: limits on rates,
 * TCP windows, the error that RFC 6092 REC-34 wants sent after six seconds, its stateless filters (REC-1 to REC-9).
 */

import type { Bytes } from '../../base/bytes.ts';
import { type Family, formatEndpoint, formatIp } from '../../base/ip.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import { type Chain, type ConnectionState, firstMatch, type Rule } from '../../policy/match.ts';
import type { World } from '../../sim/world.ts';
import type { Detail, Projection } from '../../trace/event.ts';
import { NONE } from '../../trace/log.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { PROTOCOL_ICMP6 } from '../../wire/ipv6-extension.ts';
import { ACK, FIN, RST, SYN } from '../../wire/tcp.ts';
import {
  FLOW_TIMEOUTS,
  Flow,
  type FlowEnd,
  type FlowState,
  type FlowTimeouts,
  timeoutOf,
} from '../flow-state.ts';
import type { FilterHook } from './filter-hook.ts';
import { queryTypeOf, readTuple, type Tuple } from './packet-tuple.ts';

/** `reject` says so to the sender, `drop` says nothing. */
export type FilterAction = 'accept' | 'drop' | 'reject';

export interface FilterOptions {
  readonly rules: readonly Rule<FilterAction>[];
  /** What happens where no rule fits, and why. */
  readonly otherwise: { readonly action: FilterAction; readonly name: string };
  readonly timeouts?: Partial<FlowTimeouts>;
  readonly maxConnections?: number;
}

export type PacketVerdict =
  | { readonly action: 'accept' }
  | { readonly action: 'drop'; readonly reason: string; readonly rule: string }
  | {
      readonly action: 'reject';
      readonly reason: string;
      readonly rule: string;
      /** How to say no: a TCP reset, or ICMP “administratively prohibited” (type 3 code 13; ICMPv6 type 1 code 1). */
      readonly answer: 'reset' | 'prohibited';
    };

interface Connection {
  readonly id: number;
  readonly key: string;
  readonly first: Tuple;
  readonly flow: Flow;
  isAnswered: boolean;
}

const ACCEPT: PacketVerdict = { action: 'accept' };
const DEFAULT_CONNECTIONS = 65_536;
/** Second operand of `filter.pass`. */
const PASSED_BACK = 1;
const PASSED_REFRESH = 2;

export class PacketFilter implements FilterHook {
  readonly #world: World;
  readonly #node: number;
  readonly #options: FilterOptions;
  readonly #timeouts: FlowTimeouts;
  readonly #connections = new Map<string, Connection>();
  readonly #kinds: { open: number; pass: number; state: number; close: number; refuse: number };
  #nextId = 1;
  /** No connection ends before. */
  #nextEnd: Nanoseconds = NEVER;

  constructor(world: World, nodeName: string, options: FilterOptions) {
    this.#world = world;
    this.#node = world.trace.node(nodeName);
    this.#options = options;
    this.#timeouts = { ...FLOW_TIMEOUTS, ...options.timeouts };
    const { trace } = world;
    this.#kinds = {
      open: trace.kind('filter.open'),
      pass: trace.kind('filter.pass'),
      state: trace.kind('filter.state'),
      close: trace.kind('filter.close'),
      refuse: trace.kind('filter.refuse'),
    };
  }

  get rules(): readonly Rule<FilterAction>[] {
    return this.#options.rules;
  }

  get otherwise(): FilterOptions['otherwise'] {
    return this.#options.otherwise;
  }

  /** Decides about the whole datagram at `at`. Interfaces are named; undefined where it starts or ends here. */
  judge(
    chain: Chain,
    inNic: string | undefined,
    outNic: string | undefined,
    bytes: Bytes,
    at: number,
    family: Family,
  ): PacketVerdict {
    const tuple = readTuple(bytes, at, family);
    const known = this.#find(tuple);
    const state = this.#stateOf(tuple, known);
    const { protocol, source, destination, sourcePort, destinationPort, icmpType } = tuple;
    const rule = firstMatch(this.#options.rules, {
      chain,
      protocol,
      source,
      destination,
      sourcePort,
      destinationPort,
      icmpType,
      in: inNic,
      out: outNic,
      state,
    });
    const { action, name } = rule ?? this.#options.otherwise;
    if (action !== 'accept') return this.#refuse(chain, action, name, tuple, state);
    if (known) this.#pass(known, tuple);
    else if (state === 'new' && !this.#open(tuple, name))
      return this.#refuse(chain, 'drop', 'the table of connections is full', tuple, state);
    return ACCEPT;
  }

  /** Forgets all connections, as when the machine restarts. */
  clear(): void {
    for (const connection of [...this.#connections.values()]) this.#close(connection, 'restart');
    this.#nextEnd = NEVER;
  }

  rows(): Map<string, FilterRow> {
    const rows = new Map<string, FilterRow>();
    for (const connection of this.#connections.values())
      rows.set(String(connection.id), this.#row(connection));
    return rows;
  }

  /** The connection of a packet, whoever of the two sends it. */
  #find(tuple: Tuple): Connection | undefined {
    const { kind } = tuple;
    if (kind === 'error' || kind === 'link' || kind === 'broken') return undefined;
    if (kind === 'answer') return this.#current(backwardKey(tuple));
    return (
      this.#current(forwardKey(tuple)) ?? (kind === 'data' ? this.#current(backwardKey(tuple)) : undefined)
    );
  }

  #current(key: string): Connection | undefined {
    const connection = this.#connections.get(key);
    if (!connection || connection.flow.expires > this.#world.now) return connection;
    this.#close(connection, connection.flow.end);
    return undefined;
  }

  #stateOf(tuple: Tuple, known: Connection | undefined): ConnectionState {
    switch (tuple.kind) {
      case 'broken':
        return 'invalid';
      case 'link':
        return 'untracked';
      case 'error':
        return tuple.quoted && tuple.quoted.source === tuple.destination && this.#find(tuple.quoted)
          ? 'related'
          : 'invalid';
      case 'answer':
        return known ? 'established' : 'invalid';
      case 'query':
      case 'data':
        if (known) return known.isAnswered || !isForward(known, tuple) ? 'established' : 'new';
        return tuple.protocol === PROTOCOL_TCP && !canBegin(tuple.flags) ? 'invalid' : 'new';
    }
  }

  #open(tuple: Tuple, rule: string): boolean {
    const { now, trace } = this.#world;
    const most = this.#options.maxConnections ?? DEFAULT_CONNECTIONS;
    if (this.#connections.size >= most) this.#expire();
    if (this.#connections.size >= most) return false;
    const connection: Connection = {
      id: this.#nextId++,
      key: forwardKey(tuple),
      first: tuple,
      flow: new Flow(tuple.protocol),
      isAnswered: false,
    };
    this.#connections.set(connection.key, connection);
    connection.flow.advance(tuple.flags, true);
    connection.flow.refresh(now, this.#timeouts);
    this.#noteEnd(connection);
    const detail = { ...this.#row(connection), rule };
    const id = trace.recordDetail(now, this.#kinds.open, this.#node, detail, connection.id);
    if (id !== NONE) trace.cause = id;
    return true;
  }

  /** One more packet of a connection. */
  #pass(connection: Connection, tuple: Tuple): void {
    const { now, trace } = this.#world;
    const { flow } = connection;
    const isFromFirst = isForward(connection, tuple);
    const before = flow.state;
    if (!isFromFirst) connection.isAnswered = true;
    flow.advance(tuple.flags, isFromFirst);
    const isRefreshed = flow.refresh(now, this.#timeouts);
    this.#noteEnd(connection);
    if (flow.state !== before) {
      const { state, timeout, expires } = this.#row(connection);
      trace.recordDetail(now, this.#kinds.state, this.#node, { state, timeout, expires }, connection.id);
    }
    const how = (isFromFirst ? 0 : PASSED_BACK) | (isRefreshed ? PASSED_REFRESH : 0);
    const id = trace.record(now, this.#kinds.pass, this.#node, connection.id, how);
    if (id !== NONE) trace.cause = id;
  }

  #noteEnd({ flow }: Connection): void {
    if (flow.expires < this.#nextEnd) this.#nextEnd = flow.expires;
  }

  #expire(): void {
    const { now } = this.#world;
    if (now < this.#nextEnd) return;
    let next = NEVER;
    for (const connection of [...this.#connections.values()]) {
      const { expires, end } = connection.flow;
      if (expires <= now) this.#close(connection, end);
      else if (expires < next) next = expires;
    }
    this.#nextEnd = next;
  }

  #close({ key, id }: Connection, reason: FlowEnd): void {
    this.#connections.delete(key);
    this.#world.trace.recordDetail(this.#world.now, this.#kinds.close, this.#node, { reason }, id);
  }

  #refuse(
    chain: Chain,
    action: 'drop' | 'reject',
    rule: string,
    tuple: Tuple,
    state: ConnectionState,
  ): PacketVerdict {
    const { trace, now } = this.#world;
    const [from, to] = endsOf(tuple);
    const protocol = nameOf(tuple.protocol);
    trace.recordDetail(now, this.#kinds.refuse, this.#node, {
      chain,
      action,
      reason: rule,
      protocol,
      from,
      to,
      state,
    });
    const reason = `packet filter: ${rule}`;
    const isTcp = tuple.protocol === PROTOCOL_TCP;
    // a reset is never answered with another (RFC 9293 §3.5.2)
    if (action === 'drop' || (isTcp && tuple.flags & RST)) return { action: 'drop', reason, rule };
    return { action, reason, rule, answer: isTcp ? 'reset' : 'prohibited' };
  }

  #row({ first, flow }: Connection): FilterRow {
    const [from, to] = endsOf(first);
    return {
      protocol: nameOf(first.protocol),
      from,
      to,
      state: flow.state,
      timeout: timeoutOf(first.protocol, flow.state, this.#timeouts),
      expires: flow.expires,
    };
  }
}

export interface FilterRow {
  readonly protocol: string;
  /** Who began. */
  readonly from: string;
  readonly to: string;
  readonly state: FlowState;
  readonly timeout: Nanoseconds;
  /** Kernel time from which on the connection is forgotten. */
  readonly expires: Nanoseconds;
}

/** The connections that a filter knows, rebuilt from its events. */
export const filterTable: Projection<FilterRow> = {
  kinds: ['filter.open', 'filter.pass', 'filter.state', 'filter.close'],
  apply(rows, { kind, a, b, time, detail }) {
    const key = String(a);
    if (kind === 'filter.open') {
      rows.set(key, {
        protocol: String(detail!['protocol']),
        from: String(detail!['from']),
        to: String(detail!['to']),
        ...changeOf(detail!),
      });
      return;
    }
    const row = rows.get(key);
    if (!row) return;
    if (kind === 'filter.close') rows.delete(key);
    else if (kind === 'filter.state') rows.set(key, { ...row, ...changeOf(detail!) });
    else if (b & PASSED_REFRESH) rows.set(key, { ...row, expires: time + row.timeout });
  },
};

function changeOf(detail: Detail): Pick<FilterRow, 'state' | 'timeout' | 'expires'> {
  return {
    state: detail['state'] as FlowState,
    timeout: Number(detail['timeout']),
    expires: Number(detail['expires']),
  };
}

/** Whether a TCP segment of no known connection may begin one: a SYN, or the middle of one that was forgotten. */
function canBegin(flags: number): boolean {
  return (flags & (SYN | ACK | FIN | RST)) === SYN || (flags & (SYN | ACK | FIN | RST)) === ACK;
}

function isForward(connection: Connection, tuple: Tuple): boolean {
  return tuple.kind !== 'answer' && connection.key === forwardKey(tuple);
}

/** The key of the connection that a packet began, seen from its sender; backward, from its receiver. */
function forwardKey(tuple: Tuple): string {
  const { protocol, source, destination, sourcePort, destinationPort, kind } = tuple;
  return `${protocol} ${source} ${sourcePort} ${destination} ${kind === 'data' ? destinationPort : `query ${queryTypeOf(tuple)}`}`;
}

function backwardKey(tuple: Tuple): string {
  const { protocol, source, destination, sourcePort, destinationPort, kind } = tuple;
  return `${protocol} ${destination} ${destinationPort} ${source} ${kind === 'data' ? sourcePort : `query ${queryTypeOf(tuple)}`}`;
}

const NAMES: Readonly<Record<number, string>> = {
  [PROTOCOL_ICMP]: 'ICMP',
  [PROTOCOL_ICMP6]: 'ICMPv6',
  [PROTOCOL_TCP]: 'TCP',
  [PROTOCOL_UDP]: 'UDP',
};

function nameOf(protocol: number): string {
  return NAMES[protocol] ?? `protocol ${protocol}`;
}

/** Both ends as texts; the identifier of an ICMP query stands on the side of who asks. */
function endsOf({ source, destination, sourcePort, destinationPort, kind }: Tuple): [string, string] {
  return [
    sourcePort === undefined || kind === 'answer' ? formatIp(source) : formatEndpoint(source, sourcePort),
    destinationPort === undefined || kind === 'query'
      ? formatIp(destination)
      : formatEndpoint(destination, destinationPort),
  ];
}
