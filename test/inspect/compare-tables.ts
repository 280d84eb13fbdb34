/**
 * The contract between machines and the trace: a table that is rebuilt from events is the table that the machine has.
 */
import type { Nanoseconds } from '../../src/engine/base/units.ts';
import { type TableName, TableReader } from '../../src/engine/inspect/tables.ts';
import { Host } from '../../src/engine/net/host.ts';
import type { Network } from '../../src/engine/net/network.ts';
import { socketRows } from '../../src/engine/net/socket-table.ts';
import { Switch } from '../../src/engine/net/switch.ts';
import { type CacheRow, livingRows } from '../../src/engine/proto/dns/cache.ts';
import type { Trace } from '../../src/engine/trace/log.ts';

/** A cache of a host; the network does not know of it. */
export interface LiveCache {
  readonly machine: string;
  readonly cache: { rows(now: Nanoseconds): readonly CacheRow[] };
}

/** What differs between the live tables and the replayed ones now, a sentence for each; nothing when the contract holds. */
export function compareTables(
  network: Network,
  trace: Trace,
  caches: readonly LiveCache[] = [],
  tables = new TableReader(trace),
): string[] {
  const { now } = network.world;
  const faults: string[] = [];
  const compare = (machine: string, table: TableName, live: ReadonlyMap<string, unknown>): void => {
    const replayed = tables.rows(table, machine, now);
    for (const key of new Set([...live.keys(), ...replayed.keys()])) {
      const a = JSON.stringify(live.get(key));
      const b = JSON.stringify(replayed.get(key));
      if (a !== b)
        faults.push(`${machine}, ${table}, ${key} at ${now} ns: the machine has ${a}, the trace says ${b}`);
    }
  };
  for (const [name, machine] of network.machines) {
    if (machine instanceof Switch) compare(name, 'switch', machine.rows());
    else if (machine instanceof Host) {
      compare(name, 'sockets', socketRows(machine));
      compare(name, 'arp', machine.ip.arpRows());
    } else {
      compare(name, 'arp', machine.arpRows());
      if (machine.nat) compare(name, 'nat', machine.nat.rows());
    }
  }
  const byMachine = new Map<string, CacheRow[]>();
  for (const { machine, cache } of caches)
    byMachine.set(machine, [...(byMachine.get(machine) ?? []), ...cache.rows(now)]);
  for (const [machine, rows] of byMachine) {
    const a = JSON.stringify(livingRows(rows, now));
    const b = JSON.stringify(livingRows(tables.rows('dns', machine, now).values(), now));
    if (a !== b) faults.push(`${machine}, dns at ${now} ns: the machine has ${a}, the trace says ${b}`);
  }
  return faults;
}
