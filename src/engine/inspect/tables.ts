/**
 * The tables of every machine at any moment, rebuilt from the trace.
 *
 * What an event does to a table is said by the projection that lies beside the machine that owns the table. Here the
 * events of each table are found once, and every so many of them the rows are copied, so that any moment is at most
 * {@link STEP} events away from a copy. Rows whose time has come are still in a table until its owner looks at them;
 * {@link TableReader.living} leaves them out.
 */
import type { Nanoseconds } from '../base/units.ts';
import { type FilterRow, filterTable } from '../net/filter/packet-filter.ts';
import { type FileRow, fileTable } from '../net/host-files.ts';
import { type AddressRow, addressTable } from '../net/ip/address-table.ts';
import { type RouteRow, routeTable } from '../net/ip/route.ts';
import { type SwitchRow, switchTable } from '../net/link/switch.ts';
import { type NatRow, natTable } from '../net/nat/nat-rows.ts';
import { type SocketRow, socketTable } from '../net/socket-table.ts';
import { type CacheRow, cacheTable } from '../proto/dns/cache.ts';
import { type ServerRow, serverTable } from '../proto/dns/resolver/servers.ts';
import { type ArpRow, arpTable } from '../proto/ip/arp.ts';
import { type NeighbourRow, neighbourTable } from '../proto/ip/neighbours6.ts';
import { type PathMtuRow, pathMtuTable } from '../proto/ip/path-mtu.ts';
import type { Projection } from '../trace/event.ts';
import { NONE, type Trace } from '../trace/log.ts';

export interface RowOf {
  readonly arp: ArpRow;
  readonly nat: NatRow;
  readonly filter: FilterRow;
  readonly switch: SwitchRow;
  readonly sockets: SocketRow;
  readonly dns: CacheRow;
  readonly 'dns-servers': ServerRow;
  readonly addresses: AddressRow;
  readonly routes: RouteRow;
  readonly neighbours: NeighbourRow;
  readonly 'path-mtu': PathMtuRow;
  readonly files: FileRow;
}
export type TableName = keyof RowOf;

const PROJECTIONS: { readonly [T in TableName]: Projection<RowOf[T]> } = {
  sockets: socketTable,
  dns: cacheTable,
  'dns-servers': serverTable,
  nat: natTable,
  filter: filterTable,
  arp: arpTable,
  switch: switchTable,
  addresses: addressTable,
  routes: routeTable,
  neighbours: neighbourTable,
  'path-mtu': pathMtuTable,
  files: fileTable,
};
const NAMES = Object.keys(PROJECTIONS) as TableName[];

/** Events of one table between two copies of its rows. */
const STEP = 128;

type Rows = ReadonlyMap<string, RowOf[TableName]>;

/** One table of one machine: the events that concern it, and its rows after every {@link STEP} of them. */
interface History {
  readonly events: number[];
  readonly copies: Rows[];
  /** The rows after all events so far. */
  readonly latest: Map<string, RowOf[TableName]>;
}

/** Reads the tables of a run. The run may go on: what it adds is taken in at the next question. */
export class TableReader {
  readonly #trace: Trace;
  readonly #histories = new Map<string, History>();
  #read = 0;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** All rows of a machine's table after the events at `time`, in the order of their making, those past their time included. */
  rows<T extends TableName>(table: T, machine: string, time: Nanoseconds): ReadonlyMap<string, RowOf[T]> {
    this.#catchUp();
    const history = this.#histories.get(historyKey(table, machine));
    const rows = history ? this.#rowsAt(table, history, this.#trace.countUntil(time)) : NO_ROWS;
    return rows as ReadonlyMap<string, RowOf[T]>;
  }

  /** The rows that hold at `time`. */
  living<T extends TableName>(table: T, machine: string, time: Nanoseconds): RowOf[T][] {
    return [...this.rows(table, machine, time).values()].filter(
      (row) => !('expires' in row) || row.expires > time,
    );
  }

  /** The tables that a machine has had rows in. */
  tablesOf(machine: string): TableName[] {
    this.#catchUp();
    return NAMES.filter((name) => this.#histories.has(historyKey(name, machine)));
  }

  #rowsAt(table: TableName, { events, copies }: History, before: number): Rows {
    const count = countBelow(events, before);
    const copy = Math.floor(count / STEP);
    const rows = new Map(copy === 0 ? NO_ROWS : copies[copy - 1]!);
    const projection = PROJECTIONS[table] as Projection<RowOf[TableName]>;
    for (let i = copy * STEP; i < count; i++) projection.apply(rows, this.#trace.event(events[i]!));
    return rows;
  }

  /** Takes in the events that were recorded since. */
  #catchUp(): void {
    const trace = this.#trace;
    if (this.#read === trace.length) return;
    const tableOf = new Map<number, TableName>();
    for (const name of NAMES) {
      for (const kind of PROJECTIONS[name].kinds) tableOf.set(trace.findKind(kind), name);
    }
    tableOf.delete(NONE);
    for (; this.#read < trace.length; this.#read++) {
      const table = tableOf.get(trace.kindOf(this.#read));
      if (table !== undefined) this.#take(table, this.#read);
    }
  }

  #take(table: TableName, id: number): void {
    const event = this.#trace.event(id);
    const key = historyKey(table, event.node);
    let history = this.#histories.get(key);
    if (!history) {
      history = { events: [], copies: [], latest: new Map() };
      this.#histories.set(key, history);
    }
    (PROJECTIONS[table] as Projection<RowOf[TableName]>).apply(history.latest, event);
    history.events.push(id);
    if (history.events.length % STEP === 0) history.copies.push(new Map(history.latest));
  }
}

const NO_ROWS: Rows = new Map();

function historyKey(table: TableName, machine: string): string {
  return `${table} ${machine}`;
}

/** How many of the ascending `ids` are below `bound`. */
function countBelow(ids: readonly number[], bound: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
