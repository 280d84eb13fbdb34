/**
 * A cache of DNS answers, good and bad, and the projection that rebuilds its table from the trace.
 *
 * RFC 1035 §7.4 (caching), RFC 2181 §5.2 (one TTL a set), §5.4.1 (which data to trust more), §8 (TTL), RFC 2308 §5
 * (negative answers), RFC 9520 §3.2 (failures). Time is counted as servers count it: in whole seconds of the clock, so a
 * set stored at 0.9 s with TTL 1 is gone at 1 s.
 *
 * Nothing here runs on a timer. An expired row stays until somebody meets it or its room is needed; who reads the table
 * filters by `expires`, live and in replay alike, so both agree at every moment.
 *
 * Not here: serving stale data (RFC 8767), prefetch, NXDOMAIN of a name for the names below it (RFC 8020).
 */

import { Misuse } from '../../base/errors.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { SECOND } from '../../base/units.ts';
import type { MachineEvent, Projection } from '../../trace/event.ts';
import { TYPE, typeName } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { nameKey } from '../../wire/dns/name.ts';
import { dataText, MAX_TTL } from '../../wire/dns/text.ts';

/** How far data are trusted (RFC 2181 §5.4.1, three steps of its seven): a lower rank never replaces a higher one. */
export const RANK = { referral: 1, authority: 2, answer: 3 } as const;
export type Rank = keyof typeof RANK;

/** What is known instead of records. `servfail`: nobody could tell. */
export type Absence = 'nxdomain' | 'nodata' | 'servfail';

export type CacheHit =
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[]; readonly rank: Rank }
  | { readonly kind: Absence; readonly soa: DnsRecord | undefined };

/** One row of the table: a set of records, or an absence. */
export interface CacheRow {
  /** Which cache of the host: `resolver`, `os`. */
  readonly cache: string;
  readonly name: string;
  /** `A`, `NS`; `*` when the name does not exist at all. */
  readonly type: string;
  /** Seconds for which it was stored. */
  readonly ttl: number;
  /** Presentation text of the data, joined by commas; `NXDOMAIN`, `NODATA` or `SERVFAIL`. */
  readonly data: string;
  readonly rank: Rank;
  /** Kernel time from which on the row is dead. */
  readonly expires: Nanoseconds;
}

export interface CacheOptions {
  /** Name of the cache in its events. */
  readonly label: string;
  /** Rows kept; beyond it the one that was used longest ago goes. */
  readonly capacity?: number;
  /** Seconds. Unbound's default (`cache-max-ttl`) is a day. */
  readonly maxTtl?: number;
  /** Seconds. RFC 2308 §5: one to three hours work well; Unbound's default (`cache-max-negative-ttl`) is one. */
  readonly maxNegativeTtl?: number;
}

interface Entry {
  readonly row: CacheRow;
  readonly records: readonly DnsRecord[];
  readonly absence: Absence | undefined;
  readonly soa: DnsRecord | undefined;
}

/** The type under which the absence of a whole name is filed. */
const WHOLE_NAME = 0;
const MAX_EVENTS = 10_000;

export class DnsCache {
  readonly #label: string;
  readonly #capacity: number;
  readonly #maxTtl: number;
  readonly #maxNegativeTtl: number;
  /** In order of last use, the longest ago first. */
  readonly #entries = new Map<string, Entry>();
  #events: MachineEvent[] = [];

  constructor(options: CacheOptions) {
    this.#label = options.label;
    this.#capacity = options.capacity ?? 10_000;
    this.#maxTtl = options.maxTtl ?? 86_400;
    this.#maxNegativeTtl = options.maxNegativeTtl ?? 3_600;
    if (this.#capacity < 1) throw new Misuse('a cache holds at least one row');
  }

  /**
   * What the cache knows about a name and type: records of that type, an alias (records of type CNAME), or an absence.
   * Leaves one event, a hit or a miss. TTLs of what is returned are counted down.
   */
  lookup(name: string, type: number, now: Nanoseconds, least: Rank = 'answer'): CacheHit | undefined {
    const place = this.#find(nameKey(name), type, now, least);
    const asked = { cache: this.#label, name, type: typeName(type) };
    if (place === undefined) {
      this.#emit('dns.cache.miss', asked);
      return undefined;
    }
    const entry = this.#entries.get(place)!;
    const left = secondsLeft(entry.row.expires, now);
    this.#emit('dns.cache.hit', {
      ...asked,
      found: entry.row.type,
      data: entry.row.data,
      left,
      until: entry.row.expires,
    });
    this.#entries.delete(place);
    this.#entries.set(place, entry);
    return asHit(entry, left);
  }

  /** The same for the machine that owns the cache and only looks around: no event, and no sign of use. */
  peek(name: string, type: number, now: Nanoseconds, least: Rank = 'referral'): CacheHit | undefined {
    const entry = this.#entries.get(keyOf(nameKey(name), type));
    if (!entry || entry.row.expires <= now || RANK[entry.row.rank] < RANK[least]) return undefined;
    return asHit(entry, secondsLeft(entry.row.expires, now));
  }

  /** Stores records of one name and type. A TTL of 0 is not stored (RFC 1035 §3.2.1). Returns whether they were. */
  store(records: readonly DnsRecord[], rank: Rank, now: Nanoseconds): boolean {
    const [first] = records;
    if (!first) throw new Misuse('an empty set of records');
    const ttl = records.reduce((least, record) => Math.min(least, usableTtl(record.ttl)), this.#maxTtl);
    const data = records.map(dataText).join(', ');
    const entry = this.#entry(
      first.name,
      typeName(first.type),
      ttl,
      data,
      rank,
      now,
      records,
      undefined,
      undefined,
    );
    if (!this.#file(keyOf(nameKey(first.name), first.type), entry, now)) return false;
    this.#drop(keyOf(nameKey(first.name), WHOLE_NAME), now, 'the name exists');
    return true;
  }

  /**
   * Stores an absence. With a SOA, for the lesser of its TTL and its minimum (RFC 2308 §5); a failure has none and is
   * stored for `ttl` seconds.
   */
  storeAbsence(
    name: string,
    type: number,
    absence: Absence,
    soa: DnsRecord | undefined,
    ttl: number,
    now: Nanoseconds,
  ): boolean {
    const whole = absence === 'nxdomain';
    const lived = Math.min(usableTtl(ttl), this.#maxNegativeTtl);
    const entry = this.#entry(
      name,
      whole ? '*' : typeName(type),
      lived,
      absence.toUpperCase(),
      'answer',
      now,
      [],
      absence,
      soa,
    );
    return this.#file(keyOf(nameKey(name), whole ? WHOLE_NAME : type), entry, now);
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  /** The living rows, in the order of {@link livingRows}. */
  rows(now: Nanoseconds): CacheRow[] {
    return livingRows(
      [...this.#entries.values()].map((entry) => entry.row),
      now,
    );
  }

  /** Empties the cache, as `resolvectl flush-caches` does. */
  flush(now: Nanoseconds): void {
    for (const key of [...this.#entries.keys()]) this.#drop(key, now, 'flushed');
  }

  #entry(
    name: string,
    type: string,
    ttl: number,
    data: string,
    rank: Rank,
    now: Nanoseconds,
    records: readonly DnsRecord[],
    absence: Absence | undefined,
    soa: DnsRecord | undefined,
  ): Entry {
    const expires = (Math.floor(now / SECOND) + ttl) * SECOND;
    return { row: { cache: this.#label, name, type, ttl, data, rank, expires }, records, absence, soa };
  }

  #file(key: string, entry: Entry, now: Nanoseconds): boolean {
    const old = this.#alive(key, now, 'referral');
    // A failure to ask says nothing about what was learnt before
    if (
      old &&
      (RANK[old.row.rank] > RANK[entry.row.rank] ||
        (entry.absence === 'servfail' && old.absence !== 'servfail'))
    )
      return false;
    if (entry.row.expires <= now) return false;
    this.#entries.delete(key);
    for (const longestAgo of this.#entries.keys()) {
      if (this.#entries.size < this.#capacity) break;
      this.#drop(longestAgo, now, 'the cache is full and it was used longest ago');
    }
    this.#entries.set(key, entry);
    this.#emit('dns.cache.store', { ...entry.row });
    return true;
  }

  /** The key of the row that answers: the type itself, an alias, or that there is no such name. */
  #find(name: string, type: number, now: Nanoseconds, least: Rank): string | undefined {
    const direct = keyOf(name, type);
    if (this.#alive(direct, now, least)) return direct;
    const alias = keyOf(name, TYPE.CNAME);
    const chain = type === TYPE.CNAME ? undefined : this.#alive(alias, now, least);
    if (chain && chain.absence === undefined) return alias;
    const whole = keyOf(name, WHOLE_NAME);
    return this.#alive(whole, now, least) ? whole : undefined;
  }

  /** The entry when it lives and is trusted enough; a dead one is taken out. */
  #alive(key: string, now: Nanoseconds, least: Rank): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.row.expires > now) return RANK[entry.row.rank] >= RANK[least] ? entry : undefined;
    this.#drop(key, now, '');
    return undefined;
  }

  #drop(key: string, now: Nanoseconds, reason: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    const { cache, name, type, data } = entry.row;
    if (entry.row.expires <= now)
      this.#emit('dns.cache.expire', { cache, name, type, data, until: entry.row.expires });
    else this.#emit('dns.cache.evict', { cache, name, type, data, reason });
  }

  #emit(kind: string, detail: MachineEvent['detail']): void {
    if (this.#events.length >= MAX_EVENTS) throw new Misuse('events of a DNS cache are not being polled');
    this.#events.push({ kind, detail });
  }
}

/** Rows that live at `now`, by cache, name and type. */
export function livingRows(rows: Iterable<CacheRow>, now: Nanoseconds): CacheRow[] {
  const order = (row: CacheRow): string => `${row.cache} ${nameKey(row.name)} ${row.type}`;
  return [...rows]
    .filter((row) => row.expires > now)
    .map((row) => [order(row), row] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
}

/** Rebuilds the tables of all caches; keys begin with the node and a space. Filter with {@link livingRows}. */
export const cacheTable: Projection<CacheRow> = {
  kinds: ['dns.cache.store', 'dns.cache.expire', 'dns.cache.evict'],
  apply(rows, event) {
    const detail = event.detail as unknown as CacheRow;
    const key = `${event.node} ${detail.cache} ${nameKey(detail.name)} ${detail.type}`;
    if (event.kind === 'dns.cache.store') rows.set(key, detail);
    else rows.delete(key);
  },
};

/** RFC 2181 §8: the most significant bit set means zero. */
function usableTtl(ttl: number): number {
  return ttl > MAX_TTL ? 0 : ttl;
}

function keyOf(name: string, type: number): string {
  return `${name} ${type}`;
}

function secondsLeft(expires: Nanoseconds, now: Nanoseconds): number {
  return expires / SECOND - Math.floor(now / SECOND);
}

function asHit(entry: Entry, left: number): CacheHit {
  if (entry.absence)
    return {
      kind: entry.absence,
      soa: entry.soa && { ...entry.soa, ttl: Math.min(left, usableTtl(entry.soa.ttl)) },
    };
  return {
    kind: 'records',
    records: entry.records.map((record) => ({ ...record, ttl: left })),
    rank: entry.row.rank,
  };
}
