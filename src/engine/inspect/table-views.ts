/**
 * A machine's tables at a moment as texts ready to print.
 */
import {
  formatDuration,
  formatNumber,
  HOUR,
  MINUTE,
  type Nanoseconds,
  NEVER,
  SECOND,
} from '../base/units.ts';
import { Host } from '../net/host.ts';
import type { Network } from '../net/network.ts';
import { Switch } from '../net/switch.ts';
import type { TableReader } from './tables.ts';
import type { TableView } from './view.ts';

const STATES: Readonly<Record<string, string>> = {
  unanswered: 'asked, no answer yet',
  answered: 'answered',
  opening: 'opening: SYN seen',
  established: 'established',
  closing: 'closing: both sent FIN',
  reset: 'reset',
};

/** The tables that mean something on this machine, empty ones included. Throws Malformed for a name that is no machine's. */
export function tableViews(
  network: Network,
  reader: TableReader,
  name: string,
  time: Nanoseconds,
): TableView[] {
  const machine = network.machine(name);
  if (machine instanceof Switch) {
    const rows = reader.living('switch', name, time).map(({ mac, port }) => [mac, port]);
    return [{ name: 'Addresses', columns: ['MAC address', 'Behind port'], rows }];
  }
  const stack = machine instanceof Host ? machine.ip : machine;
  const arp = reader
    .living('arp', name, time)
    .map((row) => [row.address, row.mac, row.interface, left(row.expires, time)]);
  const routes = stack.routeRows().map((row) => [row.network, row.gateway, row.interface]);
  const views: TableView[] = [];
  if (machine instanceof Host) {
    const sockets = reader
      .living('sockets', name, time)
      .map((row) => [row.protocol, row.local, row.remote, row.state]);
    views.push({ name: 'Sockets', columns: ['Protocol', 'Here', 'There', 'State'], rows: sockets });
    const names = reader
      .living('dns', name, time)
      .map((row) => [row.name, row.type, row.data, left(row.expires, time)]);
    if (reader.tablesOf(name).includes('dns'))
      views.push({ name: 'Names', columns: ['Name', 'Type', 'Data', 'Forgotten in'], rows: names });
  } else if (machine.nat) {
    const nat = reader
      .living('nat', name, time)
      .map((row) => [
        `${row.protocol} ${row.inside}`,
        row.outside,
        row.remote,
        STATES[row.state] ?? row.state,
        left(row.expires, time),
      ]);
    views.push({
      name: 'NAT',
      columns: ['Inside', 'Outside', 'Talks to', 'State', 'Forgotten in'],
      rows: nat,
    });
  }
  views.push({ name: 'Routes', columns: ['To', 'Next router', 'Interface'], rows: routes });
  views.push({ name: 'ARP', columns: ['Address', 'MAC address', 'Interface', 'Forgotten in'], rows: arp });
  return views;
}

/** `119.8 s`, `4 min`, `2 h 4 min`; rows that an administrator put in are never forgotten. */
function left(expires: Nanoseconds, now: Nanoseconds): string {
  if (expires === NEVER) return 'never';
  const rest = expires - now;
  if (rest >= HOUR) return `${Math.floor(rest / HOUR)}\u00a0h ${Math.floor((rest % HOUR) / MINUTE)}\u00a0min`;
  if (rest >= 3 * MINUTE) return `${formatNumber(rest / MINUTE, 0)}\u00a0min`;
  return rest >= SECOND ? `${formatNumber(rest / SECOND, 1)}\u00a0s` : formatDuration(rest);
}
