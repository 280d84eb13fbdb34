/**
 * A machine's tables at a moment as texts ready to print.
 */
import { formatDuration, formatSpan, HOUR, MINUTE, type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import { PacketFilter } from '../net/filter/packet-filter.ts';
import { Switch } from '../net/link/switch.ts';
import type { Nat } from '../net/nat/nat.ts';
import type { NatRow } from '../net/nat/nat-rows.ts';
import type { Network } from '../net/network.ts';
import { conditionText } from '../policy/match.ts';
import type { ServerRow } from '../proto/dns/resolver/servers.ts';
import { neighbourState } from '../proto/ip/neighbours6.ts';
import type { TableReader } from './tables.ts';
import type { RowLife, TableView } from './view.ts';

/** Refusals of a translator that are listed, the latest first. */
const MOST_REFUSALS = 40;

const STATES: Readonly<Record<string, string>> = {
  unanswered: 'asked, no answer yet',
  answered: 'answered',
  opening: 'opening: SYN seen',
  established: 'established',
  closing: 'closing: both sent FIN',
  reset: 'reset',
  forward: 'always, a port forward',
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
  const views: TableView[] = [];
  const put = (
    name: string,
    columns: readonly string[],
    rows: TableView['rows'],
    always = true,
    more: Pick<TableView, 'lives' | 'room'> = {},
  ): void => {
    if (always || rows.length > 0) views.push({ name, columns, rows, ...more });
  };
  const has = new Set(reader.tablesOf(name));
  if (machine.ip.nat) {
    const living = reader.living('nat', name, time);
    const columns = ['Inside', 'Outside', 'Talks to', 'State', 'Forgotten in'];
    put('NAT', columns, nat(living, time), true, {
      lives: livesOf(living),
      ...natRoom(machine.ip.nat, living),
    });
    put('Refused', ['When', 'From', 'To', 'Why'], refusals(network, name, time), false);
  }
  const { filter } = machine.ip;
  if (filter instanceof PacketFilter) {
    const lives = livesOf(reader.living('filter', name, time));
    put('Connections', ['Began', 'With', 'State', 'Forgotten in'], connections(reader, name, time), true, {
      lives,
    });
    put('Packet filter', ['Rule', 'Fits', 'Then'], rules(filter));
  }
  const sockets = reader
    .living('sockets', name, time)
    .map((row) => [row.protocol, row.local, row.remote, row.state]);
  put('Sockets', ['Protocol', 'Here', 'There', 'State'], sockets, !machine.ip.isForwarding);
  const names = reader
    .living('dns', name, time)
    .map((row) => [row.name, row.type, row.data, left(row.expires, time)]);
  put('Names', ['Name', 'Type', 'Data', 'Forgotten in'], names, has.has('dns'));
  const servers = reader
    .living('dns-servers', name, time)
    .map((row) => [
      row.server,
      formatSpan(row.srtt),
      formatSpan(row.rto),
      serverNotes(row),
      left(row.expires, time),
    ]);
  put(
    'Name servers',
    ['Server', 'Answers in', 'Is given', 'Notes', 'Forgotten in'],
    servers,
    has.has('dns-servers'),
  );
  put('Routes', ['To', 'Next router', 'Interface'], routes(reader, name, time));
  const arp = reader
    .living('arp', name, time)
    .map((row) => [row.address, row.mac, row.interface, left(row.expires, time)]);
  put('ARP', ['Address', 'MAC address', 'Interface', 'Forgotten in'], arp);
  const neighbours = reader
    .living('neighbours', name, time)
    .map((row) => [row.address, row.mac ?? 'asked for', row.interface, neighbourState(row, time)]);
  put('Neighbours', ['Address', 'MAC address', 'Interface', 'State'], neighbours, has.has('neighbours'));
  const paths = reader
    .living('path-mtu', name, time)
    .map((row) => [row.destination, `${row.mtu}\u00a0bytes`, left(row.expires, time)]);
  put('Path MTU', ['To', 'Largest packet', 'Forgotten in'], paths, has.has('path-mtu'));
  const addresses = reader
    .living('addresses', name, time)
    .filter(({ address }) => address.includes(':'))
    .map((row) => [`${row.address}/${row.prefixLength}`, row.interface, row.origin, row.state]);
  for (const { path, text } of reader.living('files', name, time)) {
    const lines = text.split('\n').filter((line) => line !== '');
    put(
      path,
      ['Line'],
      lines.map((line) => [line]),
    );
  }
  put('IPv6 addresses', ['Address', 'Interface', 'Made by', 'State'], addresses, false);
  return views;
}

/** What a resolver holds against a name server. */
function serverNotes({ timeouts, edns, cookie, lame }: ServerRow): string {
  const notes = [
    timeouts > 0 ? `silent ${timeouts}×` : '',
    edns ? '' : 'no EDNS',
    cookie ? 'cookie' : '',
    lame === '' ? '' : `does not serve ${lame.replaceAll(' ', ', ')}`,
  ];
  return notes.filter((note) => note !== '').join('; ');
}

function nat(rows: readonly NatRow[], time: Nanoseconds): TableView['rows'] {
  return rows.map((row) => [
    `${row.protocol} ${row.inside}`,
    row.outside,
    row.remote,
    STATES[row.state] ?? row.state,
    left(row.expires, time),
  ]);
}

function livesOf(
  rows: readonly { readonly expires: Nanoseconds; readonly timeout: Nanoseconds }[],
): (RowLife | undefined)[] {
  return rows.map(({ expires, timeout }) => (expires === NEVER ? undefined : { expires, timeout }));
}

/** How many of the ports are taken, where there are few enough to count: of the protocol that has most of them. */
function natRoom({ portsToGive, addresses }: Nat, rows: readonly NatRow[]): Pick<TableView, 'room'> {
  if (portsToGive === undefined || portsToGive > MOST_COUNTED) return {};
  const taken = new Map<string, Set<string>>();
  for (const { protocol, outside } of rows)
    taken.set(protocol, (taken.get(protocol) ?? new Set()).add(outside));
  const all = portsToGive * addresses.length;
  let most = { what: 'TCP ports', used: 0, all };
  for (const [protocol, { size }] of taken)
    if (size > most.used)
      most = { what: protocol === 'ICMP' ? 'ICMP identifiers' : `${protocol} ports`, used: size, all };
  return { room: most };
}

/** More ports than this are not worth a count: nobody runs out of them in a figure. */
const MOST_COUNTED = 1024;

/** What the translator turned away until `time`, the latest first. */
function refusals(network: Network, name: string, time: Nanoseconds): TableView['rows'] {
  const { trace } = network.world;
  const rows: string[][] = [];
  for (const event of trace.events(['nat.refuse'], 0, trace.countUntil(time))) {
    if (event.node !== name) continue;
    const { from, to, reason } = event.detail!;
    rows.unshift([formatDuration(event.time, 1), String(from), String(to), String(reason)]);
    if (rows.length > MOST_REFUSALS) rows.pop();
  }
  return rows;
}

function connections(reader: TableReader, name: string, time: Nanoseconds): TableView['rows'] {
  return reader
    .living('filter', name, time)
    .map((row) => [
      `${row.protocol} ${row.from}`,
      row.to,
      STATES[row.state] ?? row.state,
      left(row.expires, time),
    ]);
}

/** The first rule that fits decides; the last line is for what none fits. */
function rules({ rules, otherwise }: PacketFilter): TableView['rows'] {
  return [
    ...rules.map((rule) => [rule.name, conditionText(rule.when), rule.action]),
    [otherwise.name, 'anything else', otherwise.action],
  ];
}

function routes(reader: TableReader, name: string, time: Nanoseconds): TableView['rows'] {
  return reader
    .living('routes', name, time)
    .map((row) => [
      row.network,
      row.kind === 'unicast' ? row.gateway || 'on the link' : row.kind,
      row.interface,
    ]);
}

/** `12.8 s`, `4 min 58 s`, `2 h 4 min`; rows that an administrator put in are never forgotten. */
export function left(expires: Nanoseconds, now: Nanoseconds): string {
  if (expires === NEVER) return 'never';
  const rest = expires - now;
  // a countdown begins with what it counts from, and in its last hour has its seconds
  if (rest >= HOUR) return formatSpan(Math.ceil(rest / MINUTE) * MINUTE);
  if (rest < MINUTE) return formatSpan(rest);
  const seconds = Math.ceil(rest / SECOND);
  return `${Math.floor(seconds / 60)}\u00a0min${seconds % 60 === 0 ? '' : ` ${seconds % 60}\u00a0s`}`;
}
