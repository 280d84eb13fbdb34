/**
 * What the name servers of a run were asked and given, and what its caches hold: for figures about names.
 */
import { formatIp } from '../base/ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import { shownRows } from '../proto/dns/cache.ts';
import type { Run } from '../scenario/run.ts';
import type { TableReader } from './tables.ts';
import type { CacheView, NameServerLog, QueryView, ZoneLoadView } from './view.ts';

/** Queries that a log holds; a figure shows far fewer at a time. */
export const MAX_QUERIES = 4_000;

const RESULTS: Readonly<Record<string, string>> = {
  answer: 'an answer',
  referral: 'a referral',
  nodata: 'no such record',
  nxdomain: 'no such name',
  yxdomain: 'the new name would be too long',
};

export function nameServerLog(run: Run): NameServerLog {
  const index = indexOf(run);
  const owners = ownersOf(run, index);
  const queries: QueryView[] = [];
  let more = 0;
  const { trace } = run.world;
  for (const { id, time, node, detail } of trace.events(['dns.authority.answer'])) {
    if (queries.length >= MAX_QUERIES) {
      more += 1;
      continue;
    }
    const { client, name, type, transport, result, rcode, truncated, data, reason } = detail!;
    const words = data ? String(data) : (RESULTS[String(result)] ?? String(rcode));
    queries.push({
      time,
      event: id,
      server: index.get(node)!,
      client: String(client),
      from: owners.get(String(client)),
      name: name === null ? undefined : String(name),
      type: type === null ? undefined : String(type),
      answer: truncated ? 'too long: come back over TCP' : words,
      reason: String(reason),
      transport: String(transport),
    });
  }
  return { queries, more, loads: loadsOf(run, index) };
}

function loadsOf(run: Run, index: ReadonlyMap<string, number>): ZoneLoadView[] {
  const loads: ZoneLoadView[] = [];
  for (const event of run.world.trace.events(['dns.authority.zone', 'dns.zone.refused', 'dns.zone.kept'])) {
    const { zone, origin, serialAfter, reason } = event.detail!;
    const isRefused = event.kind !== 'dns.authority.zone';
    // Taken away: nobody loaded anything
    if (!isRefused && serialAfter === null) continue;
    loads.push({
      time: event.time,
      event: event.id,
      server: index.get(event.node)!,
      origin: String(isRefused ? origin : zone),
      serial: isRefused ? undefined : Number(serialAfter),
      reason: isRefused ? String(reason) : '',
    });
  }
  return loads;
}

export type CacheName = Pick<CacheView, 'machine' | 'cache'>;

/** The caches that ever held anything, in the order of the machines. */
export function cachesOf(run: Run): CacheName[] {
  const index = indexOf(run);
  const found = new Map<string, CacheName>();
  for (const { node, detail } of run.world.trace.events(['dns.cache.store'])) {
    const cache = String(detail!['cache']);
    const key = `${node} ${cache}`;
    if (!found.has(key)) found.set(key, { machine: index.get(node)!, cache });
  }
  return [...found.values()].sort((a, b) => a.machine - b.machine || (a.cache < b.cache ? -1 : 1));
}

/** What those caches hold at `time`. */
export function cacheViews(
  run: Run,
  reader: TableReader,
  caches: readonly CacheName[],
  time: Nanoseconds,
): CacheView[] {
  const names = Object.keys(run.scenario.places);
  return caches.map(({ machine, cache }) => {
    const rows = [...reader.rows('dns', names[machine]!, time).values()].filter((row) => row.cache === cache);
    return {
      machine,
      cache,
      rows: shownRows(rows, time).map(({ name, type, data, ttl, expires }) => ({
        name,
        type,
        data,
        ttl,
        expires,
      })),
    };
  });
}

const indexOf = ({ scenario }: Run): Map<string, number> =>
  new Map(Object.keys(scenario.places).map((name, i) => [name, i]));

/** Who has an address; a translator's outer address is the translator's. */
function ownersOf(run: Run, index: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  for (const machine of run.network.machines.values()) {
    const at = index.get(machine.name);
    if (!('ip' in machine) || at === undefined) continue;
    for (const nic of machine.ip.nics) {
      if (nic.address !== undefined) owners.set(formatIp(nic.address), at);
      for (const { address } of nic.addresses6) owners.set(formatIp(address), at);
    }
  }
  return owners;
}
