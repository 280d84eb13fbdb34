/**
 * What a TTL costs and what it buys: queries at the authoritative server against the time until visitors see a change.
 *
 * Many resolvers, each with a cache, are asked for one name; resolver i by its users at random moments (a Poisson
 * process) λᵢ times a second. A copy lives for exactly T seconds (RFC 1035 §3.2.1), and the next visit after its end
 * fetches the next one.
 *
 * *Load.* From one fetch to the next pass T seconds, in which the copy answers, and then 1/λ on average until somebody
 * asks. Fetches therefore renew the process, one every T + 1/λ, and the server is asked λ/(1 + λT) times a second. Of the
 * 1 + λT visits of such a cycle λT are answered from the cache: the hit ratio h is λT/(1 + λT).
 *
 * *Change.* The record changes at a moment that the caches know nothing of. Then a cache holds a copy for the part
 * T/(T + 1/λ) = h of all time, and its copy, if there is one, is of any age between 0 and T with equal odds. A visit t
 * seconds after the change is sent to the old address exactly if the copy that was there at the change has more than t
 * to live: what expires in between is fetched anew, and is new. Visits come independently of what the cache holds, so
 * that has the odds h(1 − t/T) up to T and none from there on. Over all resolvers, weighted by their visits, the share is
 * H(1 − t/T) with H the hit ratio of all: a straight line that ends at T, whatever the popularity. Half of the visits see
 * the change when H(1 − t/T) is ½: at t = T(1 − 1/2H), and at once where H is below ½. The last one sees it at T.
 *
 * Not here: caches that count in whole seconds (proto/dns/cache.ts does; at most half a second on average), limits
 * that resolvers set to TTLs, prefetch, stale answers, and caches behind the resolver: they add their TTLs up only if
 * they store what they were given without counting down.
 */
import { Misuse } from '../base/errors.ts';

/** Resolvers that are asked equally often. */
export interface ResolverGroup {
  readonly count: number;
  /** Visits a second, at each. */
  readonly rate: number;
}

/** `even`: all resolvers have as many visits. `zipf`: the k-th largest has 1/k of the largest's. */
export type Split = 'even' | 'zipf';

/** Ranks from here on are taken together, in groups no wider than a hundredth of their rank. */
const SINGLE_RANKS = 100;

/** `visits` a second over all `resolvers` together. For `zipf` each group's total is exact, its members are alike. */
export function resolverGroups(resolvers: number, visits: number, split: Split): readonly ResolverGroup[] {
  if (!Number.isInteger(resolvers) || resolvers < 1) throw new Misuse('at least one resolver asks');
  if (!(visits > 0 && visits < Number.POSITIVE_INFINITY)) throw new Misuse('visits happen at a rate');
  if (split === 'even') return [{ count: resolvers, rate: visits / resolvers }];
  const groups: { count: number; weight: number }[] = [];
  let sum = 0;
  for (let first = 1; first <= resolvers; ) {
    const width = first <= SINGLE_RANKS ? 1 : Math.floor(first / SINGLE_RANKS);
    const end = Math.min(resolvers + 1, first + width);
    let weight = 0;
    for (let rank = first; rank < end; rank++) weight += 1 / rank;
    groups.push({ count: end - first, weight });
    sum += weight;
    first = end;
  }
  return groups.map(({ count, weight }) => ({ count, rate: ((weight / sum) * visits) / count }));
}

/** Queries a second at the authoritative server. `ttl` in seconds; without one every visit is a query. */
export function authorityLoad(groups: readonly ResolverGroup[], ttl: number): number {
  return groups.reduce((sum, { count, rate }) => sum + (count * rate) / (1 + rate * ttl), 0);
}

/** The share of visits that a cache answers. */
export function hitRatio(groups: readonly ResolverGroup[], ttl: number): number {
  let hits = 0;
  let visits = 0;
  for (const { count, rate } of groups) {
    hits += (count * rate * rate * ttl) / (1 + rate * ttl);
    visits += count * rate;
  }
  return hits / visits;
}

/** The share of the visits `after` seconds after a change that still go to the old address. */
export function staleShare(groups: readonly ResolverGroup[], ttl: number, after: number): number {
  return after >= ttl ? 0 : hitRatio(groups, ttl) * (1 - after / ttl);
}

/** Seconds after a change from which on at least `share` of the visits go to the new address. */
export function timeUntilSeen(groups: readonly ResolverGroup[], ttl: number, share: number): number {
  const hits = hitRatio(groups, ttl);
  return hits <= 1 - share ? 0 : ttl * (1 - (1 - share) / hits);
}
