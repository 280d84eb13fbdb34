/**
 * A cache of DNS answers, good and bad, and the projection that rebuilds its table from the trace.
 *
 * RFC 1035 §7.4 (caching), RFC 2181 §5.2 (one TTL a set), §5.4.1 (which data to trust more), §8 (TTL), RFC 2308 §5
 * (negative answers), RFC 9520 §3.2 (failures). Time is counted as servers count it: in whole seconds of the clock, so
 * a set stored at 0.9 s with TTL 1 is gone at 1 s.
 *
 * Nothing here runs on a timer. An expired row stays until somebody meets it or its room is needed; who reads the table
 * filters by `expires`, live and in replay alike, so both agree at every moment.
 *
 * Where asked to, it keeps what has expired for a while longer (RFC 8767) and takes the absence of a name for the
 * absence of everything below it (RFC 8020).
 */

import { Misuse } from '../../base/errors.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { SECOND } from '../../base/units.ts';
import type { MachineEvent, Projection } from '../../trace/event.ts';
import { TYPE, typeName } from '../../wire/dns/code.ts';
import type { DnsRecord } from '../../wire/dns/message.ts';
import { nameKey, selfAndAncestors } from '../../wire/dns/name.ts';
import { dataText, MAX_TTL } from '../../wire/dns/text.ts';

/**
 * How far data are trusted (RFC 2181 §5.4.1, four steps of its seven): a lower rank never replaces a higher one.
 * `referral` is what came with a referral or as additional data, and is never given to clients; `nonauthoritative` an
 * answer without AA; `authority` the authority section of an answer with AA; `answer` its answer section.
 */
export const RANK = { referral: 1, nonauthoritative: 2, authority: 3, answer: 4 } as const;
export type Rank = keyof typeof RANK;

/** What is known instead of records. `servfail`: nobody could tell. */
export type Absence = 'nxdomain' | 'nodata' | 'servfail';

/** `left` is what is left of the `ttl` seconds for which it was stored. */
export type CacheHit = { readonly left: number; readonly ttl: number } & (
  | { readonly kind: 'records'; readonly records: readonly DnsRecord[]; readonly rank: Rank }
  | { readonly kind: Absence; readonly soa: DnsRecord | undefined }
);

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
  /** Kernel time from which on the row is dead, or stale. */
  readonly expires: Nanoseconds;
  /** Kernel time until which it may still be served as stale data (RFC 8767), in caches that do so. */
  readonly staleUntil?: Nanoseconds;
}

/** A row as a figure shows it. */
export interface ShownRow extends CacheRow {
  readonly state: 'fresh' | 'stale' | 'negative' | 'stale negative';
  /** Seconds until it expires; negative since it has. */
  readonly left: number;
  /** In the last tenth of its time, in which popular names are asked for anew. */
  readonly isDue: boolean;
}

export interface CacheOptions {
  /** Name of the cache in its events. */
  readonly label: string;
  /** Rows kept; beyond it the one that was used longest ago goes. */
  readonly capacity?: number;
  /** Seconds. Unbound's default (`cache-max-ttl`) is a day. */
  readonly maxTtl?: number;
  /** Seconds. Unbound's `cache-min-ttl`; not for absences and failures. */
  readonly minTtl?: number;
  /** Seconds for which expired rows are kept, to be served as stale (RFC 8767 §5: one to three days). */
  readonly keepStale?: number;
  /** A name that does not exist has nothing below it (RFC 8020 §2). */
  readonly nxdomainCut?: boolean;
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
  readonly #minTtl: number;
  readonly #keepStale: number;
  readonly #nxdomainCut: boolean;
  readonly #maxNegativeTtl: number;
  /** In order of last use, the longest ago first. */
  readonly #entries = new Map<string, Entry>();
  #events: MachineEvent[] = [];

  constructor(options: CacheOptions) {
    this.#label = options.label;
    this.#capacity = options.capacity ?? 10_000;
    this.#maxTtl = options.maxTtl ?? 86_400;
    this.#maxNegativeTtl = options.maxNegativeTtl ?? 3_600;
    this.#minTtl = options.minTtl ?? 0;
    this.#keepStale = options.keepStale ?? 0;
    this.#nxdomainCut = options.nxdomainCut ?? false;
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

  /**
   * What has expired and may still be served (RFC 8767), or is still fresh; never a failure. Leaves one event for stale
   * data.
   */
  lookupStale(
    name: string,
    type: number,
    now: Nanoseconds,
  ): (CacheHit & { readonly isStale: boolean }) | undefined {
    const key = nameKey(name);
    for (const place of [keyOf(key, type), keyOf(key, TYPE.CNAME), keyOf(key, WHOLE_NAME)]) {
      const entry = this.#entries.get(place);
      if (!entry || entry.absence === 'servfail' || RANK[entry.row.rank] < RANK.nonauthoritative) continue;
      if (place !== keyOf(key, type) && entry.absence === 'nodata') continue;
      const { expires, staleUntil } = entry.row;
      if (now >= (staleUntil ?? expires)) continue;
      const isStale = now >= expires;
      if (isStale)
        this.#emit('dns.cache.stale', {
          cache: this.#label,
          name,
          type: typeName(type),
          data: entry.row.data,
          since: expires,
          reason: 'it has expired, and nothing better is to be had in time',
        });
      return { ...asHit(entry, isStale ? 0 : secondsLeft(expires, now)), isStale };
    }
    return undefined;
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
    const least = records.reduce((ttl, record) => Math.min(ttl, usableTtl(record.ttl)), this.#maxTtl);
    const ttl = Math.max(least, this.#minTtl);
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
    const isFiled = this.#file(keyOf(nameKey(name), whole ? WHOLE_NAME : type), entry, now);
    // RFC 8767 §4: the news that there is nothing takes the place of what was kept
    if (isFiled && whole && this.#keepStale > 0 && !this.#alive(keyOf(nameKey(name), type), now, 'referral'))
      this.#drop(keyOf(nameKey(name), type), now, 'the name exists no more');
    return isFiled;
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

  /** Empties the cache, as `resolvectl flush-caches` does, or drops the rows of some names. Gives how many went. */
  flush(now: Nanoseconds, isMeant: (name: string) => boolean = () => true): number {
    const meant = [...this.#entries].filter(([, { row }]) => isMeant(row.name));
    for (const [key] of meant) this.#drop(key, now, 'flushed');
    return meant.length;
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
    const row: CacheRow = { cache: this.#label, name, type, ttl, data, rank, expires };
    const isKept = this.#keepStale > 0 && absence !== 'servfail';
    return {
      row: isKept ? { ...row, staleUntil: expires + this.#keepStale * SECOND } : row,
      records,
      absence,
      soa,
    };
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
    // Stale data are worth more than the news that nobody could tell
    if (entry.absence === 'servfail' && now < (this.#entries.get(key)?.row.staleUntil ?? 0)) return false;
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
    if (this.#alive(whole, now, least)) return whole;
    if (!this.#nxdomainCut) return undefined;
    return selfAndAncestors(name)
      .slice(1)
      .map((above) => keyOf(above, WHOLE_NAME))
      .find((above) => this.#alive(above, now, least));
  }

  /** The entry when it lives and is trusted enough; a dead one is taken out. */
  #alive(key: string, now: Nanoseconds, least: Rank): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.row.expires > now) return RANK[entry.row.rank] >= RANK[least] ? entry : undefined;
    if (now >= (entry.row.staleUntil ?? 0)) this.#drop(key, now, '');
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
  return inOrder([...rows].filter((row) => row.expires > now));
}

/** All rows that a cache can still give at `now`, stale ones included, in the order of {@link livingRows}. */
export function shownRows(rows: Iterable<CacheRow>, now: Nanoseconds): ShownRow[] {
  return inOrder([...rows].filter((row) => (row.staleUntil ?? row.expires) > now)).map((row) => {
    const isNegative = /^(?:NXDOMAIN|NODATA|SERVFAIL)$/.test(row.data);
    const isStale = row.expires <= now;
    const left = secondsLeft(row.expires, now);
    return {
      ...row,
      state: isNegative ? (isStale ? 'stale negative' : 'negative') : isStale ? 'stale' : 'fresh',
      left,
      isDue: !isStale && left * 10 <= row.ttl,
    };
  });
}

function inOrder(rows: readonly CacheRow[]): CacheRow[] {
  const order = (row: CacheRow): string => `${row.cache} ${nameKey(row.name)} ${row.type}`;
  return rows
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

/** RFC 2181 §8: the most significant bit set means zero. To RFC 8767 §4 it is a large number, to be capped. */
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
  const { ttl } = entry.row;
  if (entry.absence)
    return {
      kind: entry.absence,
      left,
      ttl,
      soa: entry.soa && { ...entry.soa, ttl: Math.min(left, usableTtl(entry.soa.ttl)) },
    };
  return {
    kind: 'records',
    left,
    ttl,
    records: entry.records.map((record) => ({ ...record, ttl: left })),
    rank: entry.row.rank,
  };
}
