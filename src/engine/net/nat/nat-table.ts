/**
 * What a translator remembers: mappings, and the sessions that keep them alive.
 *
 * A mapping ties an inside endpoint to an outside one; by the mapping behaviour (RFC 4787 §4.1) one inside endpoint has
 * one for everybody, one for each remote address, or one for each remote endpoint. A session is a remote endpoint on a
 * mapping, with its state and its end; the filtering behaviour (§5) asks the sessions who may answer. A mapping lives as
 * long as one of its sessions does; a port forward is a mapping that lives for ever.
 *
 * Nothing here wakes up by itself: what has expired is found by whoever asks for it, and is thrown out then. So a
 * translator never keeps a world going, and its end is told when it matters.
 */
import type { Ip4 } from '../../base/address.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import { Flow, type FlowEnd } from '../flow-state.ts';
import type { NatPorts } from './nat-ports.ts';

/** What a mapping or a filter depends on (RFC 4787 §4.1, §5; RFC 5382 §4.1, §4.3). */
export type Dependence = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

export interface Mapping {
  readonly protocol: number;
  readonly inside: Ip4;
  readonly insidePort: number;
  readonly outside: Ip4;
  readonly outsidePort: number;
  readonly isForward: boolean;
  /** Why it has this outside port. */
  readonly reason: string;
  readonly key: string;
  readonly sessions: Set<Session>;
}

export interface Session {
  readonly id: number;
  readonly mapping: Mapping;
  readonly remote: Ip4;
  readonly remotePort: number;
  /** Its first side is whoever began it. */
  readonly flow: Flow;
  readonly isFromOutside: boolean;
  /** Whether the inside has written to this remote endpoint: then it may answer. */
  hasInsideSpoken: boolean;
}

export interface NatLimits {
  readonly mapping: Dependence;
  readonly pooling: 'paired' | 'arbitrary';
  readonly mappingsPerInside: number;
  readonly maxSessions: number;
}

/** Why nothing new can be remembered. */
export const NO_PORT = 'no outside port is free';
export const TABLE_FULL = 'the table is full';

interface Subscriber {
  /** Its outside address, while it has mappings (RFC 4787 REQ-2). */
  readonly address: Ip4;
  mappings: number;
}

export class NatTable {
  readonly #limits: NatLimits;
  readonly #addresses: () => readonly Ip4[];
  readonly #ports: NatPorts;
  readonly #onClose: (session: Session, end: FlowEnd) => void;
  /** By inside endpoint and what the mapping behaviour adds to it. Forwards are among them. */
  readonly #mappings = new Map<string, Mapping>();
  readonly #byOutside = new Map<string, Mapping>();
  readonly #forwards: Mapping[] = [];
  readonly #sessions = new Map<string, Session>();
  /** By inside and remote endpoint. More than one where a stranger came by another mapping: the first is spoken in. */
  readonly #bySpeakers = new Map<string, Session[]>();
  readonly #subscribers = new Map<Ip4, Subscriber>();
  /** How many mappings each outside address has. */
  readonly #load = new Map<Ip4, number>();
  #nextId = 1;
  /** No session ends before. */
  #nextEnd: Nanoseconds = NEVER;

  constructor(
    limits: NatLimits,
    addresses: () => readonly Ip4[],
    ports: NatPorts,
    onClose: (session: Session, end: FlowEnd) => void,
  ) {
    this.#limits = limits;
    this.#addresses = addresses;
    this.#ports = ports;
    this.#onClose = onClose;
  }

  get sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  get forwards(): readonly Mapping[] {
    return this.#forwards;
  }

  /** The mapping that owns an outside endpoint now. */
  mappingAt(protocol: number, outside: Ip4, port: number, now: Nanoseconds): Mapping | undefined {
    return this.#live(this.#byOutside.get(`${protocol} ${outside} ${port}`), now);
  }

  /** The session of a remote endpoint on a mapping. */
  sessionOn(mapping: Mapping, remote: Ip4, remotePort: number, now: Nanoseconds): Session | undefined {
    return this.#current(this.#sessions.get(sessionKey(mapping, remote, remotePort)), now);
  }

  /** The session in which an inside endpoint speaks to a remote one. */
  sessionOf(
    protocol: number,
    inside: Ip4,
    insidePort: number,
    remote: Ip4,
    remotePort: number,
    now: Nanoseconds,
  ): Session | undefined {
    const key = `${protocol} ${inside} ${insidePort} ${remote} ${remotePort}`;
    // at most one for each mapping: the closed ones leave the list
    for (let list = this.#bySpeakers.get(key); list !== undefined; list = this.#bySpeakers.get(key)) {
      const session = this.#current(list[0], now);
      if (session) return session;
    }
    return undefined;
  }

  /** Whether the inside has written to this remote endpoint, or (`anyPort`) to its address, through the mapping. */
  hasWritten(mapping: Mapping, remote: Ip4, remotePort: number, anyPort: boolean, now: Nanoseconds): boolean {
    if (this.sessionOn(mapping, remote, remotePort, now)?.hasInsideSpoken) return true;
    if (!anyPort) return false;
    for (const session of mapping.sessions)
      if (session.remote === remote && session.hasInsideSpoken && session.flow.expires > now) return true;
    return false;
  }

  /** The mapping through which an inside endpoint speaks to a remote one, a new one if need be; or why there is none. */
  mappingFor(
    protocol: number,
    inside: Ip4,
    insidePort: number,
    remote: Ip4,
    remotePort: number,
    now: Nanoseconds,
  ): Mapping | string {
    const endpoint = `${protocol} ${inside} ${insidePort}`;
    const forward = this.#mappings.get(endpoint);
    if (forward?.isForward) return forward;
    const { mapping: dependence } = this.#limits;
    const key =
      dependence === 'endpoint-independent'
        ? endpoint
        : dependence === 'address-dependent'
          ? `${endpoint} ${remote}`
          : `${endpoint} ${remote} ${remotePort}`;
    const known = this.#live(this.#mappings.get(key), now);
    if (known) return known;
    const made = this.#make(key, protocol, inside, insidePort);
    // what expired unseen may be in the way
    return typeof made === 'string' && this.expire(now)
      ? this.#make(key, protocol, inside, insidePort)
      : made;
  }

  /** Ties an inside endpoint to an outside one for ever; false when the outside one is taken. */
  forward(protocol: number, outside: Ip4, outsidePort: number, inside: Ip4, insidePort: number): boolean {
    if (!this.#ports.reserve(protocol, outside, outsidePort)) return false;
    const key = `${protocol} ${inside} ${insidePort}`;
    const mapping: Mapping = {
      protocol,
      inside,
      insidePort,
      outside,
      outsidePort,
      isForward: true,
      reason: 'a port forward',
      key,
      sessions: new Set(),
    };
    // of two ports that lead to one endpoint the first is the one that it speaks from
    if (!this.#mappings.has(key)) this.#mappings.set(key, mapping);
    this.#byOutside.set(outsideKey(mapping), mapping);
    this.#forwards.push(mapping);
    return true;
  }

  /** Starts a session, whose end the caller sets at once. Why not, if not. */
  open(
    mapping: Mapping,
    remote: Ip4,
    remotePort: number,
    isFromOutside: boolean,
    now: Nanoseconds,
  ): Session | string {
    const { maxSessions } = this.#limits;
    if (this.#sessions.size >= maxSessions) this.expire(now);
    if (this.#sessions.size >= maxSessions) {
      if (mapping.sessions.size === 0) this.#forget(mapping);
      return TABLE_FULL;
    }
    const session: Session = {
      id: this.#nextId++,
      mapping,
      remote,
      remotePort,
      flow: new Flow(mapping.protocol),
      isFromOutside,
      hasInsideSpoken: !isFromOutside,
    };
    mapping.sessions.add(session);
    this.#sessions.set(sessionKey(mapping, remote, remotePort), session);
    const speakers = speakersKey(session);
    const others = this.#bySpeakers.get(speakers);
    if (others) others.push(session);
    else this.#bySpeakers.set(speakers, [session]);
    return session;
  }

  /** To be called when the end of a session has been set. */
  noteEnd(session: Session): void {
    if (session.flow.expires < this.#nextEnd) this.#nextEnd = session.flow.expires;
  }

  /** Until when a mapping lives, if nothing more passes. */
  endOf(mapping: Mapping): Nanoseconds {
    if (mapping.isForward) return NEVER;
    let end = 0;
    for (const { flow } of mapping.sessions) if (flow.expires > end) end = flow.expires;
    return end;
  }

  /** Throws out all that has expired; true when there was something. */
  expire(now: Nanoseconds): boolean {
    if (now < this.#nextEnd) return false;
    const before = this.#sessions.size;
    let next = NEVER;
    for (const session of [...this.#sessions.values()]) {
      if (session.flow.expires <= now) this.#close(session, session.flow.end);
      else if (session.flow.expires < next) next = session.flow.expires;
    }
    this.#nextEnd = next;
    return this.#sessions.size < before;
  }

  /** Forgets all sessions, and all mappings that are no port forwards. */
  clear(): void {
    for (const session of [...this.#sessions.values()]) this.#close(session, 'restart');
    this.#nextEnd = NEVER;
  }

  /** A mapping that has a session left. Those that have expired are thrown out on the way. */
  #live(mapping: Mapping | undefined, now: Nanoseconds): Mapping | undefined {
    if (!mapping || mapping.isForward) return mapping;
    for (const session of mapping.sessions) if (this.#current(session, now)) return mapping;
    return undefined;
  }

  #current(session: Session | undefined, now: Nanoseconds): Session | undefined {
    if (!session || session.flow.expires > now) return session;
    this.#close(session, session.flow.end);
    return undefined;
  }

  #close(session: Session, end: FlowEnd): void {
    const { mapping } = session;
    this.#sessions.delete(sessionKey(mapping, session.remote, session.remotePort));
    const speakers = speakersKey(session);
    const left = this.#bySpeakers.get(speakers)!.filter((other) => other !== session);
    if (left.length > 0) this.#bySpeakers.set(speakers, left);
    else this.#bySpeakers.delete(speakers);
    mapping.sessions.delete(session);
    if (mapping.sessions.size === 0) this.#forget(mapping);
    this.#onClose(session, end);
  }

  #forget(mapping: Mapping): void {
    if (mapping.isForward) return;
    this.#mappings.delete(mapping.key);
    this.#byOutside.delete(outsideKey(mapping));
    this.#ports.release(mapping.protocol, mapping.outside, mapping.outsidePort);
    this.#load.set(mapping.outside, this.#load.get(mapping.outside)! - 1);
    const subscriber = this.#subscribers.get(mapping.inside)!;
    subscriber.mappings -= 1;
    if (subscriber.mappings === 0) this.#subscribers.delete(mapping.inside);
  }

  #make(key: string, protocol: number, inside: Ip4, insidePort: number): Mapping | string {
    const { mappingsPerInside, pooling } = this.#limits;
    let subscriber = this.#subscribers.get(inside);
    if (subscriber && subscriber.mappings >= mappingsPerInside)
      return `this subscriber has its ${mappingsPerInside} mappings`;
    const pool = subscriber && pooling === 'paired' ? [subscriber.address] : this.#leastLoaded();
    for (const outside of pool) {
      const choice = this.#ports.take(protocol, outside, insidePort);
      if (!choice) continue;
      if (!subscriber) {
        subscriber = { address: outside, mappings: 0 };
        this.#subscribers.set(inside, subscriber);
      }
      subscriber.mappings += 1;
      this.#load.set(outside, (this.#load.get(outside) ?? 0) + 1);
      const mapping: Mapping = {
        protocol,
        inside,
        insidePort,
        outside,
        outsidePort: choice.port,
        isForward: false,
        reason: choice.reason,
        key,
        sessions: new Set(),
      };
      this.#mappings.set(key, mapping);
      this.#byOutside.set(outsideKey(mapping), mapping);
      return mapping;
    }
    return NO_PORT;
  }

  /** The outside addresses, those with the fewest mappings first. */
  #leastLoaded(): readonly Ip4[] {
    const addresses = this.#addresses();
    if (addresses.length < 2) return addresses;
    const load = (address: Ip4): number => this.#load.get(address) ?? 0;
    return [...addresses].sort((a, b) => load(a) - load(b));
  }
}

function outsideKey({ protocol, outside, outsidePort }: Mapping): string {
  return `${protocol} ${outside} ${outsidePort}`;
}

function sessionKey(mapping: Mapping, remote: Ip4, remotePort: number): string {
  return `${mapping.protocol} ${mapping.outside} ${mapping.outsidePort} ${remote} ${remotePort}`;
}

function speakersKey({ mapping, remote, remotePort }: Session): string {
  return `${mapping.protocol} ${mapping.inside} ${mapping.insidePort} ${remote} ${remotePort}`;
}
