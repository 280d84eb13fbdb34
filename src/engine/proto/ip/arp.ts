/**
 * The Address Resolution Protocol of one interface (RFC 826), sans-IO: which network card answers for an address.
 *
 * A learned pair is trusted for a minute, the order of time that RFC 1122 §2.3.2.1 names where proxy ARP may be about,
 * and for a minute anew when its owner is heard. An unanswered request is repeated twice, a second apart (the same
 * section: no more than one a second), as Linux does. Left out: probes and announcements (RFC 5227), unicast polling
 * before expiry, proxy ARP.
 */
import { formatIp4, formatMac, type Ip4, type Mac, parseMac } from '../../base/address.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../base/units.ts';
import type { MachineEvent, Projection } from '../../trace/event.ts';

export const ARP_TRUST: Nanoseconds = 60 * SECOND;
export const ARP_RETRY: Nanoseconds = 1 * SECOND;
export const ARP_TRIES = 3;
const MAX_ENTRIES = 1024;

interface Entry {
  mac: Mac;
  /** Not to be used from this moment on. */
  expires: Nanoseconds;
}

interface Asking {
  tries: number;
  next: Nanoseconds;
}

export class ArpCache {
  readonly #name: string;
  #entries = new Map<Ip4, Entry>();
  #asking = new Map<Ip4, Asking>();
  #due: Ip4[] = [];
  #events: MachineEvent[] = [];
  #resolved: Ip4[] = [];
  #failed: Ip4[] = [];

  /** `name` is the interface whose cache this is, as its events call it. */
  constructor(name: string) {
    this.#name = name;
  }

  /** The card that answers for `address`, or undefined when that is not known now. */
  lookup(address: Ip4, now: Nanoseconds): Mac | undefined {
    const entry = this.#entries.get(address);
    return entry && entry.expires > now ? entry.mac : undefined;
  }

  /** Starts asking for `address`, unless it is being asked for already. */
  ask(address: Ip4, now: Nanoseconds): void {
    if (this.#asking.has(address)) return;
    if (this.#asking.size >= MAX_ENTRIES) {
      this.#failed.push(address);
      return;
    }
    this.#asking.set(address, { tries: 1, next: now + ARP_RETRY });
    this.#due.push(address);
    this.#events.push({
      kind: 'arp.ask',
      detail: { interface: this.#name, address: formatIp4(address), attempt: 1 },
    });
  }

  /**
   * A packet's sender introduces itself. The pair is merged when it is known or being asked for, and added when the
   * packet was meant for us (RFC 826, "Packet Reception").
   */
  handle(senderIp: Ip4, senderMac: Mac, isForUs: boolean, now: Nanoseconds): void {
    if (senderIp === 0) return;
    const known = this.#entries.get(senderIp);
    const asked = this.#asking.has(senderIp);
    if (!known && !asked && !isForUs) return;
    if (!known) this.#makeRoom();
    const expires = now + ARP_TRUST;
    this.#entries.set(senderIp, { mac: senderMac, expires });
    this.#events.push({
      kind: 'arp.learn',
      detail: {
        interface: this.#name,
        address: formatIp4(senderIp),
        mac: formatMac(senderMac),
        expires,
        asked,
      },
    });
    if (this.#asking.delete(senderIp)) this.#resolved.push(senderIp);
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  /** The next address to broadcast a request for. */
  pollTransmit(): Ip4 | undefined {
    return this.#due.shift();
  }

  /** An address whose waiting packets can go now. */
  pollResolved(): Ip4 | undefined {
    return this.#resolved.shift();
  }

  /** An address that nobody answered for. */
  pollFailed(): Ip4 | undefined {
    return this.#failed.shift();
  }

  pollTimeout(): Nanoseconds {
    let earliest = NEVER;
    for (const asking of this.#asking.values()) earliest = Math.min(earliest, asking.next);
    return earliest;
  }

  handleTimeout(now: Nanoseconds): void {
    for (const [address, asking] of this.#asking) {
      if (asking.next > now) continue;
      if (asking.tries >= ARP_TRIES) {
        this.#asking.delete(address);
        this.#failed.push(address);
        this.#events.push({
          kind: 'arp.fail',
          detail: { interface: this.#name, address: formatIp4(address), attempts: asking.tries },
        });
      } else {
        asking.tries += 1;
        asking.next = now + ARP_RETRY;
        this.#due.push(address);
        this.#events.push({
          kind: 'arp.ask',
          detail: { interface: this.#name, address: formatIp4(address), attempt: asking.tries },
        });
      }
    }
  }

  /** Puts a pair in by hand, as an administrator does; it holds until forgotten. */
  learn(address: Ip4, mac: Mac): void {
    if (!this.#entries.has(address)) this.#makeRoom();
    const wasAsked = this.#asking.delete(address);
    this.#entries.set(address, { mac, expires: NEVER });
    this.#events.push({
      kind: 'arp.learn',
      detail: {
        interface: this.#name,
        address: formatIp4(address),
        mac: formatMac(mac),
        expires: NEVER,
        asked: false,
      },
    });
    if (wasAsked) this.#resolved.push(address);
  }

  /** Forgets everything, as when the machine restarts. */
  clear(): void {
    this.#entries.clear();
    this.#asking.clear();
    for (const left of [this.#due, this.#resolved, this.#failed]) left.length = 0;
    this.#events.push({ kind: 'arp.clear', detail: { interface: this.#name } });
  }

  rows(): Map<string, ArpRow> {
    const rows = new Map<string, ArpRow>();
    for (const [address, { mac, expires }] of this.#entries) {
      const row = { interface: this.#name, address: formatIp4(address), mac: formatMac(mac), expires };
      rows.set(`${row.interface} ${row.address}`, row);
    }
    return rows;
  }

  /** Where the table is full, the pair goes that will be of no use first. */
  #makeRoom(): void {
    if (this.#entries.size < MAX_ENTRIES) return;
    let first: Ip4 | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const [address, { expires }] of this.#entries) {
      if (expires >= least) continue;
      first = address;
      least = expires;
    }
    this.#entries.delete(first!);
    this.#events.push({ kind: 'arp.forget', detail: { interface: this.#name, address: formatIp4(first!) } });
  }
}

export interface ArpRow {
  readonly interface: string;
  readonly address: string;
  readonly mac: string;
  /** Kernel time from which on the row is no longer used. */
  readonly expires: Nanoseconds;
}

/** The ARP tables of a node, rebuilt from its events. */
export const arpTable: Projection<ArpRow> = {
  kinds: ['arp.learn', 'arp.forget', 'arp.clear'],
  apply(rows, { kind, detail }) {
    const name = String(detail!['interface']);
    if (kind === 'arp.clear') {
      for (const [key, row] of rows) if (row.interface === name) rows.delete(key);
      return;
    }
    const address = String(detail!['address']);
    if (kind === 'arp.forget') {
      rows.delete(`${name} ${address}`);
      return;
    }
    const mac = formatMac(parseMac(String(detail!['mac'])));
    rows.set(`${name} ${address}`, { interface: name, address, mac, expires: Number(detail!['expires']) });
  },
};
