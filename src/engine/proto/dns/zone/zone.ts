/**
 * A zone: its records, checked once, and what it says about a name (RFC 1034 §4.2, §4.3.2; RFC 2181 §5, §6, §10).
 *
 * Zones are data. A record is a value or a line `[name, ttl, type, data]` in presentation form. Everything that would
 * make a zone lie is refused when it is built, with the record in the message.
 *
 * Not here: wildcards (RFC 4592; a later issue adds them in `lookup`, until then such names are refused), DNSSEC, zone
 * transfer, dynamic update.
 */
import { Malformed, Unsupported } from '../../../base/errors.ts';
import { CLASS, TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord, RecordType } from '../../../wire/dns/message.ts';
import { canonicalName, isSubdomain, nameKey, parentName, selfAndAncestors } from '../../../wire/dns/name.ts';
import { dataText, parseRecord, recordText } from '../../../wire/dns/text.ts';

/** `['chaicart.example.', 300, 'A', '192.0.2.80']` */
export type ZoneLine = readonly [name: string, ttl: number, type: string, data: string];

/** A zone as a scenario writes it. */
export interface ZoneData {
  readonly origin: string;
  readonly records: readonly (ZoneLine | DnsRecord)[];
}

/** What a zone says about a name and a type. */
export type ZoneAnswer =
  | { readonly kind: 'answer'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'alias'; readonly record: RecordType<typeof TYPE.CNAME> }
  /** The name lies at or below a cut: other servers have authority (RFC 1034 §4.2.1). */
  | {
      readonly kind: 'referral';
      readonly cut: string;
      readonly servers: readonly DnsRecord[];
      readonly glue: readonly DnsRecord[];
    }
  /** The name exists, records of this type do not (RFC 2308 §2.2). */
  | { readonly kind: 'nodata' }
  /** Neither the name nor anything below it exists (RFC 2308 §2.1, RFC 8020 §2). */
  | { readonly kind: 'nxdomain' };

/** Records of one name by type. A name without records is an empty non-terminal (RFC 4592 §2.2.2). */
type Node = Map<number, DnsRecord[]>;

export class Zone {
  readonly origin: string;
  readonly soa: RecordType<typeof TYPE.SOA>;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #originKey: string;

  /** Throws {@link Malformed} when a record or the whole breaks a rule, {@link Unsupported} for wildcards. */
  constructor(data: ZoneData) {
    this.origin = canonicalName(data.origin);
    this.#originKey = nameKey(this.origin);
    const nodes = new Map<string, Node>();
    for (const given of data.records) {
      const record = isLine(given) ? parseRecord(...given) : given;
      checkPlace(record, this.origin);
      add(nodes, record, this.#originKey);
    }
    this.#nodes = nodes;
    const [soa] = nodes.get(this.#originKey)?.get(TYPE.SOA) ?? [];
    if (soa?.type !== TYPE.SOA)
      throw new Malformed(`zone ${this.origin}: a SOA record at its origin is missing`);
    this.soa = soa;
    if (!nodes.get(this.#originKey)!.has(TYPE.NS))
      throw new Malformed(`zone ${this.origin}: an NS record at its origin is missing`);
    for (const [key, node] of nodes) this.#checkNode(key, node);
  }

  /** What the zone says. `name` must lie in the zone. */
  lookup(name: string, type: number): ZoneAnswer {
    const cut = this.#cutAbove(name);
    if (cut !== undefined) {
      const servers = this.#nodes.get(cut)!.get(TYPE.NS)!;
      return {
        kind: 'referral',
        cut: servers[0]!.name,
        servers,
        glue: servers.flatMap((server) => this.addresses(server.data as string)),
      };
    }
    const node = this.#nodes.get(nameKey(name));
    if (!node) return { kind: 'nxdomain' };
    const records = type === TYPE.ANY ? firstSet(node) : node.get(type);
    if (records) return { kind: 'answer', records };
    const alias = node.get(TYPE.CNAME)?.[0];
    if (alias?.type === TYPE.CNAME) return { kind: 'alias', record: alias };
    return { kind: 'nodata' };
  }

  /** A and AAAA records that the zone's data hold for a name, glue included. */
  addresses(name: string): readonly DnsRecord[] {
    const node = this.#nodes.get(nameKey(name));
    return node ? [...(node.get(TYPE.A) ?? []), ...(node.get(TYPE.AAAA) ?? [])] : [];
  }

  /** All records, in the order of their names' first appearance. */
  records(): DnsRecord[] {
    return [...this.#nodes.values()].flatMap((node) => [...node.values()].flat());
  }

  /** The key of the highest cut at or above `name` and below the origin. */
  #cutAbove(name: string): string | undefined {
    let found: string | undefined;
    for (const above of selfAndAncestors(nameKey(name))) {
      if (above === this.#originKey) break;
      if (this.#nodes.get(above)?.has(TYPE.NS)) found = above;
    }
    return found;
  }

  #checkNode(key: string, node: Node): void {
    const alias = node.get(TYPE.CNAME);
    if (alias && (alias.length > 1 || node.size > 1)) {
      // RFC 2181 §10.1: an alias has no other data
      throw this.#fault(
        alias[0]!,
        `a CNAME stands alone, but ${alias.length > 1 ? 'there are two' : `${otherTypes(node)} is there too`}`,
      );
    }
    if ((node.get(TYPE.SOA)?.length ?? 0) > 1)
      throw this.#fault(node.get(TYPE.SOA)![1]!, 'a zone has one SOA');
    const cut = this.#cutAbove(key);
    for (const [type, records] of node) {
      const [first] = records;
      if (type === TYPE.SOA && key !== this.#originKey)
        throw this.#fault(first!, 'a SOA stands at the origin only');
      if (records.some((record) => record.ttl !== first!.ttl)) {
        throw this.#fault(first!, 'records of one name and type have one TTL (RFC 2181 §5.2)');
      }
      const glue = type === TYPE.A || type === TYPE.AAAA;
      if (cut !== undefined && !glue && !(type === TYPE.NS && key === cut)) {
        throw this.#fault(
          first!,
          `it lies at or below the cut at ${cut}, where only addresses (glue) may stand`,
        );
      }
      if (type === TYPE.NS || type === TYPE.MX) for (const record of records) this.#checkTarget(record);
    }
  }

  /** NS and MX name hosts: inside the zone those must exist, with an address, and be no alias (RFC 2181 §10.3). */
  #checkTarget(record: DnsRecord): void {
    const target = record.type === TYPE.MX ? record.data.exchange : (record.data as string);
    if (record.type === TYPE.MX && target === '.') return; // RFC 7505 §3: accepts no mail
    if (!isSubdomain(target, this.origin)) return;
    const node = this.#nodes.get(nameKey(target));
    if (node?.has(TYPE.CNAME)) throw this.#fault(record, 'its target is an alias (RFC 2181 §10.3)');
    if (node?.has(TYPE.A) || node?.has(TYPE.AAAA)) return;
    const cut = this.#cutAbove(target);
    if (cut === undefined) throw this.#fault(record, 'its target has no address in this zone');
    // Below another cut the other zone answers for the name; below its own cut nobody can, without glue
    if (record.type === TYPE.NS && isSubdomain(target, record.name))
      throw this.#fault(record, 'its target lies below the cut and needs glue: an A or AAAA record here');
  }

  #fault(record: DnsRecord, what: string): Malformed {
    return new Malformed(`zone ${this.origin}: ${recordText(record)}: ${what}`);
  }
}

function isLine(given: ZoneLine | DnsRecord): given is ZoneLine {
  return Array.isArray(given);
}

function checkPlace(record: DnsRecord, origin: string): void {
  const where = `zone ${origin}: ${recordText(record)}`;
  if (!isSubdomain(record.name, origin)) throw new Malformed(`${where}: the name lies outside the zone`);
  if (record.class !== CLASS.IN) throw new Malformed(`${where}: only class IN is served`);
  if (record.type === TYPE.OPT) throw new Malformed(`${where}: OPT is no type of stored data`);
  if (/(?:^|\.)\*\./.test(record.name))
    throw new Unsupported(`${where}: wildcards are not implemented yet (RFC 4592)`);
}

/** Files a record under its name, and makes a node of every name between it and the origin. */
function add(nodes: Map<string, Node>, record: DnsRecord, originKey: string): void {
  for (const key of selfAndAncestors(nameKey(record.name))) {
    if (!nodes.has(key)) nodes.set(key, new Map());
    if (key === originKey) break;
  }
  const node = nodes.get(nameKey(record.name))!;
  const set = node.get(record.type);
  if (!set) node.set(record.type, [record]);
  else if (set.some((other) => dataText(other) === dataText(record)))
    throw new Malformed(`${recordText(record)}: written twice`);
  else set.push(record);
}

/** A query for ANY gets one set only, which RFC 8482 §4.1 allows: no amplification, no cache filled by accident. */
function firstSet(node: Node): readonly DnsRecord[] | undefined {
  for (const records of node.values()) return records;
  return undefined;
}

function otherTypes(node: Node): string {
  return [...node.keys()]
    .filter((type) => type !== TYPE.CNAME)
    .map(typeName)
    .join(', ');
}

/** The name itself when it is the origin of one of the zones, else the nearest above; undefined when none holds it. */
export function enclosingZone(zones: ReadonlyMap<string, Zone>, name: string): Zone | undefined {
  let at: string | undefined = nameKey(name);
  for (; at !== undefined; at = parentName(at)) {
    const zone = zones.get(at);
    if (zone) return zone;
  }
  return undefined;
}
