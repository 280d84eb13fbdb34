/**
 * Which outside port a mapping gets (RFC 4787 §4.2, RFC 7857 §8 and §9).
 *
 * One outside address and port belongs to one inside endpoint at a time: ports are never overloaded (RFC 4787 REQ-3,
 * RFC 5382 REQ-7), and never shared by flows to different destinations either (which RFC 7857 §3 allows and Linux does).
 * A port that cannot be kept is replaced by one at random, of the same parity for UDP where one is free (RFC 4787 REQ-4)
 * and on the same side of 1024 (REQ-3a). Left out: holding a port back for two minutes after its use (RFC 6888 REQ-8,
 * which excepts filtering by address and tracked TCP).
 */
import type { Ip4 } from '../../base/address.ts';
import type { Random } from '../../base/random.ts';
import { PROTOCOL_ICMP, PROTOCOL_UDP } from '../../wire/ipv4.ts';

/** `preserve` keeps the inside port when it is free outside; the others never look at it. */
export type PortAssignment = 'preserve' | 'sequential' | 'random';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

const WELL_KNOWN: PortRange = { first: 1, last: 1023 };
const OTHERS: PortRange = { first: 1024, last: 65_535 };
const IDENTIFIERS: PortRange = { first: 0, last: 65_535 };

export interface PortChoice {
  readonly port: number;
  /** Why this one, as a sentence's end. */
  readonly reason: string;
}

export class NatPorts {
  /** Ports that the machine itself uses outside, which no mapping may get. Set by who knows them. */
  isOwn: (protocol: number, port: number) => boolean = () => false;
  readonly #assignment: PortAssignment;
  readonly #range: PortRange | undefined;
  readonly #random: Random;
  /** Ports in use, by protocol and outside address. */
  readonly #taken = new Map<string, Set<number>>();
  #next: number;

  /** Without a `range`: identifiers of ICMP queries from all there are, ports from their side of 1024. */
  constructor(assignment: PortAssignment, range: PortRange | undefined, random: Random) {
    this.#assignment = assignment;
    this.#range = range;
    this.#random = random;
    this.#next = (range ?? OTHERS).first;
  }

  /** Takes a port on `address` for an inside port; undefined when none is free. */
  take(protocol: number, address: Ip4, insidePort: number): PortChoice | undefined {
    const taken = this.#takenOn(protocol, address);
    const isFree = (port: number): boolean => !taken.has(port) && !this.isOwn(protocol, port);
    const range = this.#rangeFor(protocol, insidePort);
    const choice = this.#choose(protocol, insidePort, range, isFree);
    if (choice) taken.add(choice.port);
    return choice;
  }

  /** Takes this very port, as a port forward does; false when it is taken. */
  reserve(protocol: number, address: Ip4, port: number): boolean {
    const taken = this.#takenOn(protocol, address);
    if (taken.has(port)) return false;
    taken.add(port);
    return true;
  }

  release(protocol: number, address: Ip4, port: number): void {
    this.#takenOn(protocol, address).delete(port);
  }

  #choose(
    protocol: number,
    insidePort: number,
    range: PortRange,
    isFree: (port: number) => boolean,
  ): PortChoice | undefined {
    if (this.#assignment === 'sequential') {
      const port = search(range, Math.max(range.first, Math.min(this.#next, range.last)), undefined, isFree);
      if (port === undefined) return undefined;
      this.#next = port === range.last ? range.first : port + 1;
      return { port, reason: 'the next port in turn' };
    }
    const isInRange = insidePort >= range.first && insidePort <= range.last;
    if (this.#assignment === 'preserve' && isInRange && isFree(insidePort))
      return { port: insidePort, reason: 'its own port is free outside, too' };
    const start = range.first + this.#random.below(range.last - range.first + 1);
    const parity = protocol === PROTOCOL_UDP ? insidePort & 1 : undefined;
    const port =
      search(range, start, parity, isFree) ??
      (parity === undefined ? undefined : search(range, start, undefined, isFree));
    if (port === undefined) return undefined;
    if (this.#assignment === 'random') return { port, reason: 'a port at random' };
    const why = isInRange ? 'is taken outside' : 'is not among those to be had';
    return { port, reason: `its own port ${why}: another one at random` };
  }

  #rangeFor(protocol: number, insidePort: number): PortRange {
    if (this.#range) return this.#range;
    if (protocol === PROTOCOL_ICMP) return IDENTIFIERS;
    return this.#assignment !== 'sequential' && insidePort <= WELL_KNOWN.last ? WELL_KNOWN : OTHERS;
  }

  #takenOn(protocol: number, address: Ip4): Set<number> {
    const key = `${protocol} ${address}`;
    let taken = this.#taken.get(key);
    if (!taken) {
      taken = new Set();
      this.#taken.set(key, taken);
    }
    return taken;
  }
}

/** The first free port of the range from `start` on, around its end; of one parity only, if asked. */
function search(
  { first, last }: PortRange,
  start: number,
  parity: number | undefined,
  isFree: (port: number) => boolean,
): number | undefined {
  const count = last - first + 1;
  for (let i = 0; i < count; i++) {
    const port = first + ((start - first + i) % count);
    if ((parity === undefined || (port & 1) === parity) && isFree(port)) return port;
  }
  return undefined;
}
