// How names are completed and absences kept: the engine's own machines of the stub resolver, handed on to the page.
import { DnsCache } from '#engine/proto/dns/cache.ts';
import { type NameOutcome, SearchList } from '#engine/proto/dns/stub/search-list.ts';
import { keep } from '#engine/proto/dns/stub/stub-cache.ts';
import { RCODE, TYPE } from '#engine/wire/dns/code.ts';

/** The names that are asked for `name`, in order, without their last dot. `outcome` says what comes of each. */
export function namesAsked(
  name: string,
  search: readonly string[],
  ndots: number,
  outcome: (name: string) => NameOutcome,
): string[] {
  const list = new SearchList(name, { search, ndots, noTldQuery: false });
  const asked: string[] = [];
  for (let candidate = list.next(); candidate; candidate = list.next()) {
    const bare = candidate.name.replace(/\.$/, '');
    asked.push(bare);
    list.tell(outcome(bare));
  }
  return asked;
}

/** Nanoseconds for which a cache keeps “no such name” that came with such an SOA record. Both in seconds. */
export function absenceKept(soaTtl: number, minimum: number): number {
  const cache = new DnsCache({ label: 'os' });
  const owner = 'chaicart.example.';
  const data = {
    mname: `ns1.${owner}`,
    rname: `ops.${owner}`,
    serial: 1,
    refresh: 7200,
    retry: 900,
    expire: 1_209_600,
    minimum,
  };
  const soa = { name: owner, type: TYPE.SOA, class: 1, ttl: soaTtl, data } as const;
  keep(cache, `shop.${owner}`, { type: TYPE.A, rcode: RCODE.NXDOMAIN, records: [] }, [soa], 0);
  return cache.rows(0)[0]?.expires ?? 0;
}
