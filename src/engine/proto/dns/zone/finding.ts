/** What is wrong or doubtful in a zone, and where it stands: the common words of zone-errors.ts and zone-advice.ts. */
import { typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey } from '../../../wire/dns/name.ts';
import { ZoneTree } from './zone-tree.ts';

/** A record, and where its text begins; both count from 1. Without a place when it was never text. */
export interface PlacedRecord {
  readonly record: DnsRecord;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Characters of the text on that line, from its first word to its last. */
  readonly length?: number | undefined;
}

export interface Finding {
  /** With an error no server takes the zone; with a warning somebody will miss something; a note is good to know. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly length?: number | undefined;
  /** The name that it is about. */
  readonly name: string;
  /** `A`, `CNAME`; absent when it is about the name or the zone. */
  readonly type?: string | undefined;
  /** One or two sentences in plain words. */
  readonly message: string;
  /** The section to read: `RFC 2181 §10.3`. */
  readonly spec: string;
}

/** All records of one name and type, as written: duplicates and different TTLs included. Never empty. */
export type PlacedSet = readonly [PlacedRecord, ...PlacedRecord[]];

/** A zone laid out for checking. */
export interface Inspected {
  readonly tree: ZoneTree;
  readonly all: readonly PlacedRecord[];
  /** The sets of each name by type; names by `nameKey`, in the order of their first appearance. */
  readonly names: ReadonlyMap<string, ReadonlyMap<number, PlacedSet>>;
}

/** Lays out records, those outside the zone too (they are in `all` only). Throws Malformed for a bad origin. */
export function inspect(origin: string, all: readonly PlacedRecord[]): Inspected {
  const tree = new ZoneTree(
    origin,
    all.map(({ record }) => record),
  );
  const names = new Map<string, Map<number, [PlacedRecord, ...PlacedRecord[]]>>();
  for (const placed of all) {
    const { record } = placed;
    if (!tree.holds(record)) continue;
    const key = nameKey(record.name);
    let sets = names.get(key);
    if (!sets) names.set(key, (sets = new Map()));
    const set = sets.get(record.type);
    if (set) set.push(placed);
    else sets.set(record.type, [placed]);
  }
  return { tree, all, names };
}

/** A finding about a record, at its place. */
export function about(
  severity: Finding['severity'],
  { record, line, column, length }: PlacedRecord,
  message: string,
  spec: string,
): Finding {
  return { severity, line, column, length, name: record.name, type: typeName(record.type), message, spec };
}
