/**
 * Whom to ask about a name: the servers of the nearest zone above it that the cache can name, or a forwarder, or the
 * root.
 *
 * RFC 1034 §5.3.3 step 2, RFC 9156 §3 step 1. Addresses from glue are good for asking, and for nothing else.
 */
import type { Family, Ip } from '../../../base/ip.ts';
import { familyOf, formatIp } from '../../../base/ip.ts';
import { formatIp6 } from '../../../base/ip6.ts';
import type { Nanoseconds } from '../../../base/units.ts';
import { TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import {
  isSubdomain,
  labelCount,
  nameKey,
  parentName,
  sameName,
  selfAndAncestors,
} from '../../../wire/dns/name.ts';
import type { DnsCache } from '../cache.ts';
import type { ForwardZone, ResolverConfig } from './config.ts';
import type { Delegation, Task } from './task.ts';

/** The servers for the name that a task looks for now; with `above`, those of a zone strictly above that one. */
export function serversFor(
  task: Task,
  cache: DnsCache,
  config: ResolverConfig,
  now: Nanoseconds,
  above?: string,
): Delegation {
  // RFC 9156 §3 (1a): the parent side alone knows about DS
  const from = task.type === TYPE.DS ? (parentName(task.current) ?? task.current) : task.current;
  const start = above === undefined ? from : (parentName(above) ?? '.');
  const forward = forwardZone(task, config);
  if (forward && (above === undefined || !isSubdomain(above, forward.zone))) {
    const { zone, servers } = forward;
    return {
      zone: nameKey(zone),
      servers: servers.map((address) => ({ name: formatIp(address), addresses: [address] })),
      forwarded: true,
      isCached: false,
      reason: zone === '.' ? 'it passes every question on' : `it passes questions about ${zone} on`,
    };
  }
  let missed = start;
  for (const zone of selfAndAncestors(start)) {
    const hit = zone === '.' && !config.primeRoot ? undefined : cache.peek(zone, TYPE.NS, now);
    const servers =
      hit?.kind === 'records'
        ? hit.records
            .slice(0, config.limits.servers)
            .map((record) => ({ name: record.data as string, addresses: [] }))
        : [];
    const isReachable = servers.some(
      ({ name }) => !isSubdomain(name, zone) || addressesOf(name, [], cache, config.families, now).length > 0,
    );
    if (!isReachable) {
      if (zone !== '.') missed = zone;
      continue;
    }
    const below = missed === zone || sameName(zone, start) ? '' : `, and none of ${missed}`;
    const reason = `its cache held the servers of ${zone}${below}`;
    return { zone, servers, forwarded: false, isCached: true, reason };
  }
  return {
    zone: '.',
    servers: config.hints,
    forwarded: false,
    isCached: false,
    reason: `its cache held nothing for ${missed}`,
  };
}

/** The addresses at which a server can be asked: what the cache has of any rank, else what was given. */
export function addressesOf(
  name: string,
  given: readonly Ip[],
  cache: DnsCache,
  families: readonly Family[],
  now: Nanoseconds,
): readonly Ip[] {
  return families.flatMap((family) => {
    const hit = cache.peek(name, family === 4 ? TYPE.A : TYPE.AAAA, now);
    const cached = hit?.kind === 'records' ? hit.records.flatMap((record) => ipOf(record) ?? []) : [];
    return cached.length > 0 ? cached : given.filter((address) => familyOf(address) === family);
  });
}

/** The address of an A or AAAA record. */
export function ipOf(record: DnsRecord): Ip | undefined {
  if (record.type === TYPE.A) return record.data;
  if (record.type === TYPE.AAAA && record.data.length === 16) return formatIp6(record.data);
  return undefined;
}

/** The most specific zone whose questions are passed on, unless its forwarders failed this task. */
function forwardZone(task: Task, config: ResolverConfig): ForwardZone | undefined {
  let best: ForwardZone | undefined;
  for (const one of config.forward) {
    if (!isSubdomain(task.current, one.zone) || task.unforwarded.has(nameKey(one.zone))) continue;
    if (!best || labelCount(one.zone) > labelCount(best.zone)) best = one;
  }
  return best;
}
