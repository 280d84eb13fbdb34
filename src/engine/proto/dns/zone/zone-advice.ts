/**
 * What is doubtful in how the records of a zone fit together: delegations and glue, servers, targets, aliases, wildcards.
 *
 * RFC 1034 §4.2.1 and RFC 9471 §2 (glue), RFC 2181 §10.3 (NS and MX name no alias), RFC 2182 §5 and RFC 10001 §4.1 (how
 * many servers), RFC 4592 (wildcards), RFC 6672 §2.3 (DNAME beside NS). BIND warns of most of it, and serves the zone.
 */
import { TYPE, typeName } from '../../../wire/dns/code.ts';
import { isSubdomain, nameKey, selfAndAncestors } from '../../../wire/dns/name.ts';
import { about, type Finding, type Inspected, type PlacedRecord, type PlacedSet } from './finding.ts';
import { targetsOf } from './record-advice.ts';
import { hostFault } from './zone-errors.ts';
import type { ZoneNode } from './zone-tree.ts';

export function* zoneAdvice(zone: Inspected): Generator<Finding> {
  yield* serverAdvice(zone);
  const servers = serverKeys(zone);
  for (const [key, sets] of zone.names) {
    yield* cutAdvice(zone, key, sets, servers);
    for (const set of sets.values()) for (const placed of set) yield* targetAdvice(zone, placed);
  }
  yield* wildcardAdvice(zone);
}

/** How many servers the zone names for itself, and over which families they are reached. */
function* serverAdvice({ tree, names }: Inspected): Generator<Finding> {
  const servers = names.get(tree.originKey)?.get(TYPE.NS);
  if (!servers) return;
  const targets = new Set(servers.flatMap(({ record }) => targetsOf(record)).map(nameKey));
  if (targets.size === 1)
    yield about(
      'warning',
      servers[0],
      'Only one name server: when it cannot be reached, nothing in the zone can be found.',
      'RFC 2182 §5',
    );
  // Addresses of servers outside the zone are not known here
  if (targets.size < 2 || [...targets].some((target) => !isSubdomain(target, tree.origin))) return;
  for (const [type, family] of [
    [TYPE.A, 'IPv4'],
    [TYPE.AAAA, 'IPv6'],
  ] as const) {
    const reached = [...targets].filter((target) => tree.set(target, type).length > 0).length;
    if (reached < 2)
      yield about(
        'note',
        servers[0],
        `${reached === 0 ? 'No name server is' : 'Only one name server is'} reached over ${family}; each family should have two.`,
        'RFC 10001 §4.1',
      );
  }
}

const AT_CUT: ReadonlySet<number> = new Set([TYPE.NS, TYPE.DS, TYPE.NSEC, TYPE.RRSIG]);

/** What stands at and below a cut, where this zone has no say. */
function* cutAdvice(
  { tree }: Inspected,
  key: string,
  sets: ReadonlyMap<number, PlacedSet>,
  servers: ReadonlySet<string>,
): Generator<Finding> {
  const cut = tree.cutAt(key);
  const [ds, ns, dname] = [sets.get(TYPE.DS), sets.get(TYPE.NS), sets.get(TYPE.DNAME)];
  if (ds && !ns && key !== tree.originKey)
    yield about(
      'warning',
      ds[0],
      `A DS record says what the child zone’s key is, but ${ds[0].record.name} is not handed to a child: there is no NS record.`,
      'RFC 4035 §2.4',
    );
  if (dname && ns && key !== tree.originKey)
    yield about(
      'warning',
      dname[0],
      `${dname[0].record.name} is handed to other servers by its NS records, so its DNAME belongs into their zone.`,
      'RFC 6672 §2.3',
    );
  if (!cut) return;
  const atCut = nameKey(cut.name) === key;
  for (const [type, [first]] of sets) {
    if (atCut && AT_CUT.has(type)) continue;
    const address = type === TYPE.A || type === TYPE.AAAA;
    if (!address)
      yield about(
        'warning',
        first,
        `${first.record.name} lies ${atCut ? 'at' : 'below'} the cut at ${cut.name}: the servers there answer for it, and this ${typeName(type)} record is never seen.`,
        'RFC 1034 §4.2.1',
      );
    else if (!servers.has(key))
      yield about(
        'note',
        first,
        `${first.record.name} lies ${atCut ? 'at' : 'below'} the cut at ${cut.name} and is no name server: this address is never seen.`,
        'RFC 1034 §4.2.1',
      );
  }
}

/** The keys of all names that some NS record names: their addresses are glue for somebody. */
function serverKeys({ names }: Inspected): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const sets of names.values())
    for (const { record } of sets.get(TYPE.NS) ?? [])
      for (const target of targetsOf(record)) keys.add(nameKey(target));
  return keys;
}

/** Whether what a record points at is there, as far as this zone can tell. */
function* targetAdvice(zone: Inspected, placed: PlacedRecord): Generator<Finding> {
  const { tree } = zone;
  const { record } = placed;
  for (const target of targetsOf(record)) {
    if (!isSubdomain(target, tree.origin)) continue;
    switch (record.type) {
      case TYPE.NS:
        if (nameKey(record.name) !== tree.originKey) yield* delegationAdvice(zone, placed, target);
        break;
      case TYPE.MX:
      case TYPE.SRV: {
        const fault = hostFault(zone, target);
        const spec = record.type === TYPE.SRV ? 'RFC 2782' : fault?.[1];
        if (fault) yield about('warning', placed, fault[0], spec!);
        break;
      }
      case TYPE.CNAME:
      case TYPE.HTTPS:
      case TYPE.SVCB:
        yield* aliasAdvice(zone, placed, target);
    }
  }
}

function* delegationAdvice(zone: Inspected, placed: PlacedRecord, target: string): Generator<Finding> {
  const { tree } = zone;
  const cut = tree.cutAt(target);
  if (!cut) {
    const fault = hostFault(zone, target);
    if (fault) yield about('warning', placed, ...fault);
    return;
  }
  if (tree.addresses(target).length > 0) return;
  if (isSubdomain(target, placed.record.name))
    yield about(
      'warning',
      placed,
      `Nobody can find ${target}: only the servers of ${placed.record.name} know it, and it is one of them. It needs glue, an A or AAAA record here.`,
      'RFC 9471 §2.1',
    );
  else if (dependsOn(zone, cut, placed.record.name))
    yield about(
      'warning',
      placed,
      `${target} is known to the servers of ${cut.name} only, and those to the servers of ${placed.record.name}: neither can be found without glue here.`,
      'RFC 9471 §2.3',
    );
  else
    yield about(
      'note',
      placed,
      `${target} lies below the cut at ${cut.name}. With an address here it would be found without another question.`,
      'RFC 9471 §2.2',
    );
}

/** True when all servers of a cut lie below `name`, without an address here. */
function dependsOn({ tree }: Inspected, cut: ZoneNode, name: string): boolean {
  return cut.sets
    .get(TYPE.NS)!
    .flatMap(targetsOf)
    .every((target) => isSubdomain(target, name) && tree.addresses(target).length === 0);
}

/** An alias that leads to nothing in this zone, or in a circle. */
function* aliasAdvice({ tree }: Inspected, placed: PlacedRecord, first: string): Generator<Finding> {
  const seen = new Set([nameKey(placed.record.name)]);
  let target = first;
  while (isSubdomain(target, tree.origin)) {
    if (seen.has(nameKey(target)) && placed.record.type !== TYPE.CNAME) return; // an HTTPS record may point at its owner
    if (seen.has(nameKey(target))) {
      yield about(
        'warning',
        placed,
        `These aliases lead in a circle: ${[...seen].slice(0, 4).join(' → ')}.`,
        'RFC 1034 §3.6.2',
      );
      return;
    }
    seen.add(nameKey(target));
    if (seen.size > 32) return;
    const found = tree.lookup(target, TYPE.A);
    if (found.kind === 'nxdomain')
      yield about('warning', placed, `${target} does not exist in this zone.`, 'RFC 1034 §3.6.2');
    if (found.kind !== 'alias') return;
    target = found.record.data;
  }
}

/** Names that exist are not covered by a wildcard, whatever types they lack: what surprises most. */
function* wildcardAdvice({ tree, names }: Inspected): Generator<Finding> {
  const hidden = new Map<string, string[]>();
  for (const [key, sets] of names) {
    if (key.startsWith('*.') || key.startsWith('_') || key === tree.originKey) continue;
    if (sets.has(TYPE.CNAME) || tree.cutAt(key)) continue;
    for (const above of selfAndAncestors(key).slice(1)) {
      const wildcard = `*.${above === '.' ? '' : above}`;
      const missing = [...(names.get(wildcard)?.keys() ?? [])].filter(
        (type) => COVERED.has(type) && !sets.has(type),
      );
      if (missing.length > 0) hidden.set(wildcard, [...(hidden.get(wildcard) ?? []).slice(0, 3), key]);
      if (above === tree.originKey) break;
    }
  }
  for (const [wildcard, keys] of hidden) {
    const [[first]] = [...names.get(wildcard)!.values()] as [PlacedSet];
    const list = keys.slice(0, 3).join(', ');
    const more = keys.length > 3 ? ' and others' : '';
    yield about(
      'note',
      first,
      `The wildcard does not stand for ${list}${more}: a name that exists is not covered, not even for the types that it lacks.`,
      'RFC 4592 §2.2.1',
    );
  }
  for (const [key, sets] of names) {
    const dname = key.startsWith('*.') ? sets.get(TYPE.DNAME) : undefined;
    if (dname)
      yield about(
        'warning',
        dname[0],
        'What a DNAME at a wildcard means is not defined; servers differ.',
        'RFC 4592 §4.4',
      );
  }
}

const COVERED: ReadonlySet<number> = new Set([TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.CNAME]);
