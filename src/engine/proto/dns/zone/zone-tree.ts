/**
 * The tree of names that a zone's records make, and what it says about a name and a type.
 *
 * RFC 1034 §4.3.2 (the algorithm), RFC 4592 (wildcards, empty non-terminals), RFC 6672 (DNAME), RFC 2181 §5 (sets),
 * RFC 4035 §2.5, §3.1.4.1 (DNSSEC types beside an alias, DS at a cut). It asks for no record to be there, so that a
 * half-written zone can be looked at too: what a zone must hold is zone-check.ts's.
 *
 * Not here: signing, and the proofs that DNSSEC wants with an answer; following aliases (the server does, across zones).
 */
import { CLASS, TYPE } from '../../../wire/dns/code.ts';
import type { DnsRecord, RecordType } from '../../../wire/dns/message.ts';
import {
  canonicalName,
  isSubdomain,
  MAX_NAME,
  nameKey,
  parentName,
  selfAndAncestors,
  wireLength,
} from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';

/** What a zone says about a name and a type. Records are the zone's own, but for names that a wildcard stands for. */
export type ZoneAnswer =
  /** One set of records, owned by the name that was asked. */
  | { readonly kind: 'answer'; readonly records: readonly DnsRecord[]; readonly wildcard?: string }
  /** The name is an alias and something else was asked (RFC 1034 §3.6.2): go on with `record.data`. */
  | { readonly kind: 'alias'; readonly record: RecordType<typeof TYPE.CNAME>; readonly wildcard?: string }
  /** A name above is renamed with all below it: go on with `alias.data`; both records are the answer (RFC 6672 §3.2). */
  | {
      readonly kind: 'dname';
      readonly record: RecordType<typeof TYPE.DNAME>;
      /** Made for this question, with the TTL of `record` (RFC 6672 §3.1). */
      readonly alias: RecordType<typeof TYPE.CNAME>;
    }
  /** The same, but the new name would be longer than names may be: YXDOMAIN (RFC 6672 §2.2, §3.2). */
  | { readonly kind: 'dname-overflow'; readonly record: RecordType<typeof TYPE.DNAME> }
  /** The name lies at or below a cut: other servers have authority (RFC 1034 §4.2.1). */
  | {
      readonly kind: 'referral';
      readonly cut: string;
      readonly servers: readonly DnsRecord[];
      /** All addresses that the zone's data hold for the servers; those at or below `cut` nobody else can give. */
      readonly glue: readonly DnsRecord[];
      /** What the parent says about the child's keys (RFC 4035 §3.1.4); empty in a zone that is not signed. */
      readonly signers: readonly DnsRecord[];
    }
  /** The name exists (or a wildcard stands for it), records of this type do not (RFC 2308 §2.2). */
  | { readonly kind: 'nodata'; readonly wildcard?: string }
  /** Neither the name nor anything below it exists (RFC 2308 §2.1, RFC 8020 §2). */
  | {
      readonly kind: 'nxdomain';
      /** The longest existing name above it (RFC 4592 §3.3.1): no wildcard stands right below that. */
      readonly encloser: string;
    };

/** Records of one name by type. A name without records is an empty non-terminal (RFC 4592 §2.2.2). */
export interface ZoneNode {
  /** As the zone writes it where it first appears. */
  readonly name: string;
  readonly sets: Map<number, DnsRecord[]>;
}

export class ZoneTree {
  /** Canonical. */
  readonly origin: string;
  readonly originKey: string;
  /** By {@link nameKey}. */
  readonly nodes: ReadonlyMap<string, ZoneNode>;
  readonly #nodes = new Map<string, ZoneNode>();

  /**
   * Takes the records that lie in the zone and are of class IN, and leaves the others. Equal records are one, and a set
   * has the TTL of its first record (RFC 2181 §5, §5.2): what zone-check.ts warns of, and every server does.
   */
  constructor(origin: string, records: Iterable<DnsRecord>) {
    this.origin = canonicalName(origin);
    this.originKey = nameKey(this.origin);
    this.nodes = this.#nodes;
    this.#node(this.origin);
    const known = new Map<DnsRecord[], Set<string>>();
    for (const record of records) {
      if (this.holds(record)) this.#add(record, known);
    }
  }

  /** True for records of class IN whose name lies in the zone: the others are left out. */
  holds(record: DnsRecord): boolean {
    return record.class === CLASS.IN && isSubdomain(record.name, this.origin);
  }

  /** What the zone says. `name` must lie in the zone. */
  lookup(name: string, type: number): ZoneAnswer {
    const key = nameKey(name);
    const way = this.#way(key);
    // From the origin down: the first cut or DNAME on the way decides
    let encloser = this.#nodes.get(this.originKey)!;
    for (let i = way.length - 1; i >= 0; i--) {
      const node = this.#nodes.get(way[i]!);
      if (!node) return this.#wildcard(name, type, encloser);
      encloser = node;
      const last = i === 0;
      const cut = i < way.length - 1 && node.sets.has(TYPE.NS);
      if (cut && !(last && type === TYPE.DS)) return this.#referral(node);
      const dname = node.sets.get(TYPE.DNAME)?.[0];
      if (!last && dname?.type === TYPE.DNAME) return rename(name, key, dname);
    }
    return answerFrom(encloser, type);
  }

  /** The records of a name and type, wildcards left aside. */
  set(name: string, type: number): readonly DnsRecord[] {
    return this.#nodes.get(nameKey(name))?.sets.get(type) ?? [];
  }

  /** A and AAAA records that the zone's data hold for a name, glue included, wildcards left aside. */
  addresses(name: string): readonly DnsRecord[] {
    const sets = this.#nodes.get(nameKey(name))?.sets;
    return sets ? [...(sets.get(TYPE.A) ?? []), ...(sets.get(TYPE.AAAA) ?? [])] : [];
  }

  /** The highest cut at or above a name, without the origin; undefined where the zone has authority. */
  cutAt(name: string): ZoneNode | undefined {
    return this.#highest(name, TYPE.NS, false);
  }

  /** The highest name above `name` that has a DNAME, the origin included. */
  renamedAbove(name: string): ZoneNode | undefined {
    const key = nameKey(name);
    if (key === this.originKey) return undefined;
    return this.#highest(parentName(name)!, TYPE.DNAME, true);
  }

  #highest(name: string, type: number, origin: boolean): ZoneNode | undefined {
    const way = this.#way(nameKey(name));
    for (let i = way.length - (origin ? 1 : 2); i >= 0; i--) {
      const node = this.#nodes.get(way[i]!);
      if (node?.sets.has(type)) return node;
    }
    return undefined;
  }

  /** The keys from a name up to the origin, both included. At most 128. */
  #way(key: string): string[] {
    const way: string[] = [];
    for (let at: string | undefined = key; at !== undefined; at = parentName(at)) {
      way.push(at);
      if (at === this.originKey) break;
    }
    return way;
  }

  #referral(node: ZoneNode): ZoneAnswer {
    const servers = node.sets.get(TYPE.NS)!;
    const glue = servers.flatMap((server) => (server.type === TYPE.NS ? this.addresses(server.data) : []));
    return {
      kind: 'referral',
      cut: node.name,
      servers,
      glue,
      signers: node.sets.get(TYPE.DS) ?? [],
    };
  }

  /** RFC 4592 §3.3.1: only the wildcard right below the closest encloser may stand for a name. */
  #wildcard(name: string, type: number, encloser: ZoneNode): ZoneAnswer {
    const above = nameKey(encloser.name);
    const source = this.#nodes.get(above === '.' ? '*.' : `*.${above}`);
    if (!source) return { kind: 'nxdomain', encloser: encloser.name };
    const found = answerFrom(source, type);
    const wildcard = source.name;
    if (found.kind === 'answer')
      return { kind: 'answer', records: found.records.map((record) => ({ ...record, name })), wildcard };
    if (found.kind === 'alias') return { kind: 'alias', record: { ...found.record, name }, wildcard };
    return { kind: 'nodata', wildcard };
  }

  /** The node of a name; made, with all between it and the origin, when it is not there. */
  #node(name: string): ZoneNode {
    const known = this.#nodes.get(nameKey(name));
    if (known) return known;
    for (const above of selfAndAncestors(name)) {
      const key = nameKey(above);
      if (this.#nodes.has(key)) break;
      this.#nodes.set(key, { name: above, sets: new Map() });
      if (key === this.originKey) break;
    }
    return this.#nodes.get(nameKey(name))!;
  }

  /** `known` holds what each set has, so that ten thousand records of one name are no trouble. */
  #add(record: DnsRecord, known: Map<DnsRecord[], Set<string>>): void {
    const { sets } = this.#node(record.name);
    let set = sets.get(record.type);
    if (!set) sets.set(record.type, (set = []));
    let keys = known.get(set);
    if (!keys) known.set(set, (keys = new Set()));
    const key = dataKey(record);
    if (keys.has(key)) return;
    keys.add(key);
    const ttl = set[0]?.ttl ?? record.ttl;
    set.push(record.ttl === ttl ? record : { ...record, ttl });
  }
}

/**
 * Text that is equal for records of one type that say the same. Names in data are equal whatever their case (RFC 4343
 * §3).
 */
export function dataKey(record: DnsRecord): string {
  if (record.type === TYPE.A) return String(record.data);
  const text = dataText(record);
  return CASELESS.has(record.type) ? text.toLowerCase() : text;
}

/** Types whose data are names and numbers only, so that case says nothing. */
const CASELESS: ReadonlySet<number> = new Set([
  TYPE.NS,
  TYPE.CNAME,
  TYPE.DNAME,
  TYPE.PTR,
  TYPE.SOA,
  TYPE.MX,
  TYPE.SRV,
]);

function answerFrom(
  node: ZoneNode,
  type: number,
): Extract<ZoneAnswer, { kind: 'answer' | 'alias' | 'nodata' }> {
  const records = type === TYPE.ANY ? firstSet(node) : node.sets.get(type);
  if (records) return { kind: 'answer', records };
  const alias = node.sets.get(TYPE.CNAME)?.[0];
  return alias?.type === TYPE.CNAME ? { kind: 'alias', record: alias } : { kind: 'nodata' };
}

/** A query for ANY gets one set only, which RFC 8482 §4.1 allows: no amplification, no cache filled by accident. */
function firstSet(node: ZoneNode): readonly DnsRecord[] | undefined {
  for (const records of node.sets.values()) return records;
  return undefined;
}

/** RFC 6672 §2.2: the end of the name is replaced, what stands before it is kept. */
function rename(name: string, key: string, record: RecordType<typeof TYPE.DNAME>): ZoneAnswer {
  const text = name.length === key.length ? name : canonicalName(name); // then both are cut at the same place
  const owner = nameKey(record.name);
  const before = owner === '.' ? text : text.slice(0, text.length - owner.length);
  const target = record.data === '.' ? before : before + record.data;
  if (wireLength(before) + wireLength(record.data) - 1 > MAX_NAME) return { kind: 'dname-overflow', record };
  const alias = { name, type: TYPE.CNAME, class: record.class, ttl: record.ttl, data: target } as const;
  return { kind: 'dname', record, alias };
}
