/**
 * Answers from data that have expired, when nothing better is to be had (RFC 8767), and from the cache alone, for those
 * who ask without RD (RFC 1034 §4.3.1).
 *
 * RFC 8767 §4 (the TTL of stale data), §5 (client response timer, failure recheck timer), RFC 8914 §4.4 and §4.20 (how
 * it is said).
 */
import { type Nanoseconds, SECOND } from '../../../base/units.ts';
import { EDE, RCODE, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { selfAndAncestors } from '../../../wire/dns/name.ts';
import type { DnsCache } from '../cache.ts';
import { targetOf } from './aliases.ts';
import type { ResolverConfig } from './config.ts';
import { type Outcome, taskKey } from './task.ts';

const MAX_RECHECKS = 1_000;

export class StaleAnswers {
  readonly #cache: DnsCache;
  readonly #config: ResolverConfig;
  /** Until when a question that failed is answered from stale data at once. */
  readonly #recheck = new Map<string, Nanoseconds>();

  constructor(cache: DnsCache, config: ResolverConfig) {
    this.#cache = cache;
    this.#config = config;
  }

  /** The stale answer to a question, if there is one and something in it is stale. */
  answer(name: string, type: number, now: Nanoseconds): Outcome | undefined {
    const stale = this.#config.serveStale;
    if (!stale) return undefined;
    const answers: DnsRecord[] = [];
    let isStale = false;
    let at = name;
    for (let i = 0; i <= this.#config.limits.aliases; i++) {
      const hit = this.#cache.lookupStale(at, type, now);
      if (!hit) return undefined;
      isStale ||= hit.isStale;
      const ttl = (record: DnsRecord): DnsRecord => (hit.isStale ? { ...record, ttl: stale.ttl } : record);
      if (hit.kind !== 'records') {
        const rcode = hit.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
        const authorities = hit.soa ? [ttl(hit.soa)] : [];
        return isStale ? { rcode, answers, authorities, extended: said(rcode) } : undefined;
      }
      answers.push(...hit.records.map(ttl));
      const [alias] = hit.records;
      if (alias!.type !== TYPE.CNAME || type === TYPE.CNAME) {
        const outcome = { rcode: RCODE.NOERROR, answers, authorities: [], extended: said(RCODE.NOERROR) };
        return isStale ? outcome : undefined;
      }
      at = targetOf(alias!);
    }
    return undefined;
  }

  /** A question failed: for a while nobody needs to wait for that again. */
  failed(name: string, type: number, now: Nanoseconds): void {
    this.#recheck.delete(taskKey(name, type));
    this.#recheck.set(taskKey(name, type), now + (this.#config.serveStale?.recheck ?? 30 * SECOND));
    for (const oldest of this.#recheck.keys()) {
      if (this.#recheck.size <= MAX_RECHECKS) break;
      this.#recheck.delete(oldest);
    }
  }

  hasJustFailed(name: string, type: number, now: Nanoseconds): boolean {
    return now < (this.#recheck.get(taskKey(name, type)) ?? 0);
  }
}

/** What the cache alone has to say: an answer, or the servers of the nearest zone that it knows. */
export function fromCacheAlone(cache: DnsCache, name: string, type: number, now: Nanoseconds): Outcome {
  const hit = cache.lookup(name, type, now, 'nonauthoritative');
  if (hit?.kind === 'records') return { rcode: RCODE.NOERROR, answers: hit.records, authorities: [] };
  if (hit) {
    const rcode =
      hit.kind === 'nxdomain' ? RCODE.NXDOMAIN : hit.kind === 'nodata' ? RCODE.NOERROR : RCODE.SERVFAIL;
    return { rcode, answers: [], authorities: hit.soa ? [hit.soa] : [] };
  }
  for (const zone of selfAndAncestors(name)) {
    const servers = cache.peek(zone, TYPE.NS, now);
    if (servers?.kind !== 'records') continue;
    const additionals = servers.records.flatMap((server) =>
      [TYPE.A, TYPE.AAAA].flatMap((family) => {
        const glue = cache.peek(server.data as string, family, now);
        return glue?.kind === 'records' ? glue.records : [];
      }),
    );
    return { rcode: RCODE.NOERROR, answers: [], authorities: servers.records, additionals };
  }
  return { rcode: RCODE.REFUSED, answers: [], authorities: [] };
}

function said(rcode: number): { code: number; text: string } {
  return rcode === RCODE.NXDOMAIN
    ? { code: EDE.STALE_NXDOMAIN, text: 'the name did not exist when it was last asked for' }
    : { code: EDE.STALE_ANSWER, text: 'the data have expired, and nobody could be asked in time' };
}
