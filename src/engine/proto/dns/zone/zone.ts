/**
 * A zone: its records, checked once, and what it says about a name (RFC 1034 §4.2, §4.3.2).
 *
 * Zones are data: records as values, as lines `[name, ttl, type, data]` in presentation form, or the text of a master
 * file. What makes a zone unservable is refused when it is built, as BIND refuses to load it (zone-errors.ts); what is
 * only doubtful is served, and zone-check.ts tells about it. The lookup is zone-tree.ts's.
 *
 * Not here: signing and proofs of DNSSEC (its records are served as data), zone transfer, dynamic update.
 */
import { Malformed } from '../../../base/errors.ts';
import { CLASS, isMetaType, TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord, RecordType } from '../../../wire/dns/message.ts';
import { canonicalName, isSubdomain, nameKey, parentName } from '../../../wire/dns/name.ts';
import { parseRecord, recordText } from '../../../wire/dns/text.ts';
import { inspect, type PlacedRecord } from './finding.ts';
import { parseMasterFile } from './master-file.ts';
import { zoneErrors } from './zone-errors.ts';
import type { ZoneAnswer, ZoneTree } from './zone-tree.ts';

export type { ZoneAnswer } from './zone-tree.ts';

/** `['chaicart.example.', 300, 'A', '192.0.2.80']` */
export type ZoneLine = readonly [name: string, ttl: number, type: string, data: string];

/** A zone as a scenario writes it. */
export interface ZoneData {
  readonly origin: string;
  readonly records: readonly (ZoneLine | DnsRecord)[];
}

/** A zone as a person writes it: a master file (RFC 1035 §5). */
export interface ZoneText {
  readonly origin: string;
  readonly text: string;
}

export class Zone {
  readonly origin: string;
  readonly soa: RecordType<typeof TYPE.SOA>;
  readonly #tree: ZoneTree;

  /**
   * Throws {@link Malformed}, with the first three reasons, when the text cannot be read or the zone cannot be served.
   * Records outside the zone are left out of a text, as BIND does; given as data they are refused.
   */
  constructor(data: ZoneData | ZoneText) {
    this.origin = canonicalName(data.origin);
    const zone = inspect(this.origin, 'text' in data ? fromText(data) : fromData(data));
    const errors = zoneErrors(zone);
    if (errors.length > 0)
      throw refusal(
        this.origin,
        errors.map(({ line, name, type, message }) => `${at(line)}${name} ${type ?? ''}: ${message}`),
      );
    this.#tree = zone.tree;
    this.soa = zone.tree.set(this.origin, TYPE.SOA)[0] as RecordType<typeof TYPE.SOA>;
  }

  /** What the zone says. `name` must lie in the zone. */
  lookup(name: string, type: number): ZoneAnswer {
    return this.#tree.lookup(name, type);
  }

  /** A and AAAA records that the zone's data hold for a name, glue included, wildcards left aside. */
  addresses(name: string): readonly DnsRecord[] {
    return this.#tree.addresses(name);
  }

  /** The records of a name and type as the zone holds them, wildcards and cuts left aside. */
  set(name: string, type: number): readonly DnsRecord[] {
    return this.#tree.set(name, type);
  }

  /** Everything that the zone holds of a name, or of the wildcard that stands for it: what a query for ANY may get. */
  all(name: string, wildcard?: string): DnsRecord[] {
    const sets = this.#tree.nodes.get(nameKey(wildcard ?? name))?.sets;
    const records = sets ? [...sets.values()].flat() : [];
    return wildcard === undefined ? records : records.map((record) => ({ ...record, name }));
  }

  /** True when the zone holds data of its own for a name, or for one below it: wildcards and cuts left aside. */
  has(name: string): boolean {
    return this.#tree.nodes.has(nameKey(name));
  }

  /** All records, in the order of their names' first appearance. */
  records(): DnsRecord[] {
    return [...this.#tree.nodes.values()].flatMap(({ sets }) => [...sets.values()].flat());
  }
}

function fromText({ origin, text }: ZoneText): readonly PlacedRecord[] {
  const { records, faults } = parseMasterFile(text, origin);
  if (faults.length > 0)
    throw refusal(
      origin,
      faults.map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`),
    );
  return records;
}

function fromData(data: ZoneData): PlacedRecord[] {
  const origin = canonicalName(data.origin);
  const placed = data.records.map((given) => ({ record: isLine(given) ? parseRecord(...given) : given }));
  for (const { record } of placed) {
    const where = `zone ${origin}: ${recordText(record)}`;
    if (!isSubdomain(record.name, origin)) throw new Malformed(`${where}: the name lies outside the zone`);
    if (record.class !== CLASS.IN) throw new Malformed(`${where}: only class IN is served`);
    if (isMetaType(record.type))
      throw new Malformed(`${where}: ${typeName(record.type)} is no type of stored data`);
  }
  return placed;
}

function isLine(given: ZoneLine | DnsRecord): given is ZoneLine {
  return Array.isArray(given);
}

function at(line: number | undefined): string {
  return line === undefined ? '' : `line ${line}: `;
}

function refusal(origin: string, reasons: readonly string[]): Malformed {
  const more = reasons.length > 3 ? ` (and ${reasons.length - 3} more)` : '';
  return new Malformed(`zone ${origin}: ${reasons.slice(0, 3).join('; ')}${more}`);
}

/**
 * The name itself when it is the origin of one of the zones, else the nearest above; undefined when none holds it. DS
 * records belong to the parent's side of a cut: asked for with that type, the zone above comes first, where it is one of
 * ours (RFC 4035 §3.1.4.1).
 */
export function enclosingZone(
  zones: ReadonlyMap<string, Zone>,
  name: string,
  type?: number,
): Zone | undefined {
  const own = nearest(zones, nameKey(name));
  if (type !== TYPE.DS || own === undefined || nameKey(own.origin) !== nameKey(name)) return own;
  return nearest(zones, parentName(nameKey(name))) ?? own;
}

function nearest(zones: ReadonlyMap<string, Zone>, from: string | undefined): Zone | undefined {
  for (let at = from; at !== undefined; at = parentName(at)) {
    const zone = zones.get(at);
    if (zone) return zone;
  }
  return undefined;
}
