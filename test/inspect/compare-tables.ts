/**
 * The contract between machines and the trace: a table that is rebuilt from events is the table that the machine has.
 */
import { type TableName, TableReader } from '../../src/engine/inspect/tables.ts';
import { PacketFilter } from '../../src/engine/net/filter/packet-filter.ts';
import { addressRows } from '../../src/engine/net/ip/address-table.ts';
import { routeKey, routeRow } from '../../src/engine/net/ip/route.ts';
import { Switch } from '../../src/engine/net/link/switch.ts';
import type { Network } from '../../src/engine/net/network.ts';
import { socketRows } from '../../src/engine/net/socket-table.ts';
import { livingRows } from '../../src/engine/proto/dns/cache.ts';
import { serverRows } from '../../src/engine/proto/dns/resolver/servers.ts';
import type { Trace } from '../../src/engine/trace/log.ts';

/** What differs between the live tables and the replayed ones now, a sentence for each; nothing when the contract holds. */
export function compareTables(network: Network, trace: Trace, tables = new TableReader(trace)): string[] {
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
    else {
      const { ip } = machine;
      compare(name, 'sockets', socketRows(machine));
      compare(name, 'arp', ip.neighbours.arpRows());
      compare(name, 'neighbours', new Map([...ip.v6.links()].flatMap((link) => [...link.rows()])));
      compare(name, 'routes', new Map(ip.routes.routes.map(routeRow).map((row) => [routeKey(row), row])));
      compare(name, 'addresses', addressRows(ip));
      compare(name, 'path-mtu', ip.pathMtu.rows());
      compare(name, 'files', machine.files.rows());
      if (ip.nat) compare(name, 'nat', ip.nat.rows());
      if (ip.filter instanceof PacketFilter) compare(name, 'filter', ip.filter.rows());
      const names = machine.programTables.get('dns')?.();
      const a = JSON.stringify(names ?? []);
      const b = JSON.stringify(livingRows(tables.rows('dns', name, now).values(), now));
      const servers = JSON.stringify(machine.programTables.get('dns-servers')?.() ?? []);
      const told = JSON.stringify(serverRows(tables.rows('dns-servers', name, now).values(), now));
      if (servers !== told)
        faults.push(`${name}, dns-servers at ${now} ns: the machine has ${servers}, the trace says ${told}`);
      if (a !== b) faults.push(`${name}, dns at ${now} ns: the machine has ${a}, the trace says ${b}`);
    }
  }
  return faults;
}
