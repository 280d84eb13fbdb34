/**
 * What the trace says of one thing that happened, and how a table is rebuilt from such events.
 *
 * Payloads are primitives and ids: the trace knows no protocol.
 */

export type Detail = Readonly<Record<string, string | number | boolean | null>>;

/** What a sans-IO machine wants recorded. `kind` is dotted: `tcp.state`, `dns.cache.store`. */
export interface MachineEvent {
  readonly kind: string;
  readonly detail: Detail;
}

/** One event, as a view made when it is read. */
export interface TraceEvent {
  /** Position in the trace, from 0. */
  readonly id: number;
  /** Kernel time in nanoseconds. */
  readonly time: number;
  readonly kind: string;
  readonly node: string;
  /** The event without which this one would not have happened, −1 for none. */
  readonly cause: number;
  /** Two operands whose meaning the kind gives: a frame, a link, an interned text, a number. */
  readonly a: number;
  readonly b: number;
  readonly detail: Detail | undefined;
}

/** Rebuilds one table from events. Lies beside the machine that owns the table; `inspect` runs it. */
export interface Projection<Row> {
  readonly kinds: readonly string[];
  /** Rows are replaced, never changed in place, so that a copy of the map is a keyframe. */
  apply(rows: Map<string, Row>, event: TraceEvent): void;
}
