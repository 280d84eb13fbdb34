/**
 * How large a packet may be on its way to each destination, as routers have told (RFC 1191, RFC 8201), sans-IO.
 *
 * A message can only lower what is known; an estimate is forgotten after ten minutes (RFC 1191 §6.3, RFC 8201 §4;
 * Linux's `mtu_expires`), and the path is tried with full size again. A router of before RFC 1191 names no size: then
 * the next lower plateau of its table is taken (§5, §7).
 *
 * Lower limits: 552 bytes in IPv4, which is Linux's `min_pmtu` and not in the RFCs (the protocol's own is 68): who can
 * forge a message could have a host cut everything into crumbs. Below that limit the estimate stays there, is locked,
 * and datagrams go without Don’t Fragment, so that routers cut them. 1280 in IPv6, where a smaller report is
 * nobody's and ignored (RFC 8201 §4).
 *
 * Left out: whether a message is about something we really sent, which only the transport that sent it can know; and
 * finding the size without any messages (RFC 4821).
 */
import { formatIp, type Ip, isV4 } from '../../base/ip.ts';
import { MINUTE, type Nanoseconds, NEVER } from '../../base/units.ts';
import type { MachineEvent, Projection } from '../../trace/event.ts';

export const PATH_MTU_LIFETIME: Nanoseconds = 10 * MINUTE;
/** Linux's `net.ipv4.route.min_pmtu`: 512 bytes of data behind an IP and a TCP header (RFC 791 §3.2 goes down to 68). */
export const PATH_MTU_FLOOR_V4 = 552;
export const PATH_MTU_FLOOR_V6 = 1280;
const MAX_ENTRIES = 1024;

/** MTUs of common links, falling (RFC 1191 §7, Table 7-1). */
const PLATEAUS: readonly number[] = [65_535, 32_000, 17_914, 8166, 4352, 2002, 1492, 1006, 508, 296, 68];

/** The largest plateau below `length`, and 68 when there is none (RFC 1191 §5, §7; §3 for the 68). */
export function plateauBelow(length: number): number {
  return PLATEAUS.find((plateau) => plateau < length) ?? 68;
}

export interface PathMtuOptions {
  /** Lower limit in IPv4. Bytes; 552 when absent. */
  readonly floor?: number;
  readonly lifetime?: Nanoseconds;
}

interface Entry {
  readonly mtu: number;
  readonly expires: Nanoseconds;
  readonly isLocked: boolean;
}

export class PathMtuCache {
  readonly #floor: number;
  readonly #lifetime: Nanoseconds;
  readonly #entries = new Map<Ip, Entry>();
  readonly #events: MachineEvent[] = [];

  constructor(options: PathMtuOptions = {}) {
    this.#floor = options.floor ?? PATH_MTU_FLOOR_V4;
    this.#lifetime = options.lifetime ?? PATH_MTU_LIFETIME;
  }

  /** The largest packet for `destination` over a first link of `linkMtu` bytes. Changes nothing. */
  lookup(destination: Ip, linkMtu: number, now: Nanoseconds): number {
    // Most machines know of no narrow path at all, and ask for every packet
    if (this.#entries.size === 0) return linkMtu;
    const entry = this.#live(destination, now);
    return entry ? Math.min(entry.mtu, linkMtu) : linkMtu;
  }

  /** Whether datagrams for `destination` must go without Don’t Fragment, as its path is below our lower limit. */
  isLocked(destination: Ip, now: Nanoseconds): boolean {
    return this.#entries.size > 0 && (this.#live(destination, now)?.isLocked ?? false);
  }

  /**
   * Takes what an ICMP “fragmentation needed” or an ICMPv6 “packet too big” says about the way to `destination`.
   * `reported` is the next link's MTU, 0 from old routers; `length` the total length of the packet that was too long,
   * as the message quotes it; `linkMtu` that of our own first link. Returns the estimate when it was lowered by this, so
   * that transports cut their segments anew, and `undefined` when nothing changed.
   */
  learn(
    destination: Ip,
    reported: number,
    length: number,
    linkMtu: number,
    now: Nanoseconds,
  ): number | undefined {
    const isOld = isV4(destination) && reported === 0;
    const said = isOld ? plateauBelow(Math.min(length, linkMtu + 1)) : reported;
    const floor = isV4(destination) ? this.#floor : PATH_MTU_FLOOR_V6;
    if (!isV4(destination) && said < floor) return undefined;
    const before = this.lookup(destination, linkMtu, now);
    const isLocked = said < floor;
    const mtu = isLocked ? Math.min(before, floor) : said;
    if (mtu > before || (mtu === before && isLocked === this.isLocked(destination, now))) return undefined;
    this.#makeRoom(destination);
    this.#entries.delete(destination);
    this.#entries.set(destination, { mtu, expires: now + this.#lifetime, isLocked });
    this.#events.push({
      kind: 'pmtu.learn',
      detail: {
        destination: formatIp(destination),
        mtu,
        before,
        expires: now + this.#lifetime,
        locked: isLocked,
        reported,
      },
    });
    return mtu;
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  /**
   * When the next estimate ends. `lookup` minds that by itself: the timer serves only to record it, and a world that
   * wants to come to rest need not set it.
   */
  pollTimeout(): Nanoseconds {
    let earliest = NEVER;
    for (const { expires } of this.#entries.values()) earliest = Math.min(earliest, expires);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [destination, { expires }] of this.#entries)
      if (expires <= now) this.#forget(destination, 'expired');
  }

  /** Forgets everything, as when the machine restarts. */
  clear(): void {
    for (const destination of this.#entries.keys()) this.#forget(destination, 'cleared');
  }

  rows(): Map<string, PathMtuRow> {
    const rows = new Map<string, PathMtuRow>();
    for (const [destination, { mtu, expires, isLocked }] of this.#entries) {
      const text = formatIp(destination);
      rows.set(text, { destination: text, mtu, expires, locked: isLocked });
    }
    return rows;
  }

  #live(destination: Ip, now: Nanoseconds): Entry | undefined {
    const entry = this.#entries.get(destination);
    return entry && entry.expires > now ? entry : undefined;
  }

  /** Where the table is full, the oldest estimate goes. */
  #makeRoom(destination: Ip): void {
    if (this.#entries.size < MAX_ENTRIES || this.#entries.has(destination)) return;
    for (const oldest of this.#entries.keys()) {
      this.#forget(oldest, 'no room');
      return;
    }
  }

  #forget(destination: Ip, why: string): void {
    this.#entries.delete(destination);
    this.#events.push({ kind: 'pmtu.forget', detail: { destination: formatIp(destination), why } });
  }
}

export interface PathMtuRow {
  readonly destination: string;
  /** Bytes, the IP header included. */
  readonly mtu: number;
  /** Kernel time from which on the row is no longer used. */
  readonly expires: Nanoseconds;
  /** Datagrams go without Don’t Fragment. */
  readonly locked: boolean;
}

/** What a node knows of its paths, rebuilt from its events. */
export const pathMtuTable: Projection<PathMtuRow> = {
  kinds: ['pmtu.learn', 'pmtu.forget'],
  apply(rows, { kind, detail }) {
    const destination = String(detail!['destination']);
    rows.delete(destination);
    if (kind === 'pmtu.forget') return;
    rows.set(destination, {
      destination,
      mtu: Number(detail!['mtu']),
      expires: Number(detail!['expires']),
      locked: detail!['locked'] === true,
    });
  },
};
