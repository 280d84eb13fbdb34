/**
 * The names that a browser remembers, between its pages and the operating system.
 *
 * One entry is a host with its addresses of all families. It lives as long as its shortest TTL, but at least a minute:
 * so Chromium has it (`kMinimumTTLSeconds` beside `kCacheEntryTTLSeconds` in net/dns), which means that a shorter TTL is
 * not honoured. Failures are not kept, and 1,000 hosts are the most. It does not know what the hosts file says, and it
 * is there until the browser ends.
 *
 * Not here: that Chromium keeps answers without an address when it asked DNS itself, and forgets all when the network
 * changes.
 */
import { type Family, familyOf, type Ip } from '../../../base/ip.ts';
import { formatIp6 } from '../../../base/ip6.ts';
import type { Nanoseconds } from '../../../base/units.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { TYPE } from '../../../wire/dns/code.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import { type CacheRow, DnsCache } from '../cache.ts';
import { addressRecord } from './answer.ts';

export interface BrowserCacheOptions {
  /** Seconds that every entry lives at least. */
  readonly minTtl?: number;
  /** Hosts. */
  readonly capacity?: number;
}

export const BROWSER_MIN_TTL = 60;
const BROWSER_CAPACITY = 1_000;

export class BrowserCache {
  readonly #cache: DnsCache;
  readonly #minTtl: number;

  constructor(options: BrowserCacheOptions = {}) {
    this.#minTtl = options.minTtl ?? BROWSER_MIN_TTL;
    // a host is a row for each family
    this.#cache = new DnsCache({ label: 'browser', capacity: 2 * (options.capacity ?? BROWSER_CAPACITY) });
  }

  /** The addresses of a host, as the browser had them; undefined when it does not know it. */
  lookup(host: string, now: Nanoseconds): readonly Ip[] | undefined {
    const name = canonicalName(`${host}.`);
    const known = ([6, 4] as const).flatMap((family) => this.#recall(name, family, now));
    return known.length > 0 ? known : undefined;
  }

  /** Keeps what was found for a host. `ttl` is the shortest of all records that led there, in seconds. */
  store(host: string, addresses: readonly Ip[], ttl: number, now: Nanoseconds): void {
    const name = canonicalName(`${host}.`);
    for (const family of [6, 4] as const) {
      const records = addresses
        .filter((address) => familyOf(address) === family)
        .map((address) => ({ ...addressRecord(name, address), ttl: Math.max(ttl, this.#minTtl) }));
      if (records.length > 0) this.#cache.store(records, 'answer', now);
    }
  }

  /** Forgets everything: the browser was closed. */
  clear(now: Nanoseconds): void {
    this.#cache.flush(now);
  }

  rows(now: Nanoseconds): CacheRow[] {
    return this.#cache.rows(now);
  }

  pollEvent(): MachineEvent | undefined {
    return this.#cache.pollEvent();
  }

  #recall(name: string, family: Family, now: Nanoseconds): Ip[] {
    const hit = this.#cache.lookup(name, family === 4 ? TYPE.A : TYPE.AAAA, now);
    if (hit?.kind !== 'records') return [];
    return hit.records.flatMap((record): Ip[] => {
      if (record.type === TYPE.A) return [record.data];
      return record.type === TYPE.AAAA ? [formatIp6(record.data)] : [];
    });
  }
}
