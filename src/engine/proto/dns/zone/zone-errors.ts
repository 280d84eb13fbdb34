/**
 * What makes a zone unservable: the rules under which BIND's named-checkzone refuses one, and one more.
 *
 * RFC 1034 §4.2.1 (SOA and NS at the origin), RFC 2181 §10.1 (an alias stands alone) with RFC 4035 §2.5 (but for its
 * signature and its NSEC), RFC 6672 §2.3 and §2.4 (DNAME), RFC 4592 §4.2 (NS at a wildcard has no meaning, though it is not
 * barred), RFC 4035 §2.4 (DS is the parent's). The one more is data below a DNAME, which RFC 6672 §2.4 lets a server refuse
 * and BIND hides instead. What is only doubtful is zone-advice.ts's.
 */
import { TYPE, typeName } from '../../../wire/dns/code.ts';
import { isSubdomain, nameKey, parentName } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { about, type Finding, type Inspected, type PlacedSet } from './finding.ts';
import { dataKey } from './zone-tree.ts';

/** KEY and SIG are the older forms of DNSKEY and RRSIG; both stood beside aliases (RFC 2535 §2.3.5). */
const BESIDE_ALIAS: ReadonlySet<number> = new Set([TYPE.RRSIG, TYPE.NSEC, 24, 25]);

/** All errors, in the order of names in the zone; the zone's own first. */
export function zoneErrors(zone: Inspected): Finding[] {
  const found = [...apexErrors(zone)];
  for (const [key, sets] of zone.names) found.push(...nameErrors(zone, key, sets));
  return found;
}

function* apexErrors({ tree, names }: Inspected): Generator<Finding> {
  const apex = names.get(tree.originKey);
  const missing = (message: string, type: string): Finding => ({
    severity: 'error',
    name: tree.origin,
    type,
    message,
    spec: 'RFC 1034 §4.2.1',
  });
  if (!apex?.has(TYPE.SOA))
    yield missing(`A zone begins with a SOA record at its origin, ${tree.origin}: it is missing.`, 'SOA');
  const servers = apex?.get(TYPE.NS);
  if (!servers)
    yield missing(
      `A zone names its own servers: an NS record at its origin, ${tree.origin}, is missing.`,
      'NS',
    );
  for (const placed of servers ?? []) {
    if (placed.record.type !== TYPE.NS || !isSubdomain(placed.record.data, tree.origin)) continue;
    const target = placed.record.data;
    const fault = hostFault({ tree }, target);
    if (fault) yield about('error', placed, ...fault);
  }
}

/** Why a name of this zone is no host that can be asked; undefined when it has an address, or others answer for it. */
export function hostFault(
  { tree }: Pick<Inspected, 'tree'>,
  target: string,
): [message: string, spec: string] | undefined {
  const found = tree.lookup(target, TYPE.A);
  switch (found.kind) {
    case 'alias':
      return [
        `${target} is an alias (CNAME), and a server is named by the name that has the address.`,
        'RFC 2181 §10.3',
      ];
    case 'dname':
    case 'dname-overflow':
      return [
        `${target} lies below the DNAME at ${found.record.name}, so it is renamed and has no address of its own.`,
        'RFC 6672 §5.1',
      ];
    case 'nodata':
    case 'nxdomain': {
      if (tree.lookup(target, TYPE.AAAA).kind === 'answer') return undefined;
      return [
        `${target} has no address in this zone: an A or AAAA record for it is missing.`,
        'RFC 1034 §4.2.1',
      ];
    }
    default:
      return undefined;
  }
}

function* nameErrors(zone: Inspected, key: string, sets: ReadonlyMap<number, PlacedSet>): Generator<Finding> {
  const atOrigin = key === zone.tree.originKey;
  yield* aliasErrors(zone, key, sets);
  yield* singleErrors(sets);
  const soa = sets.get(TYPE.SOA);
  if (soa && !atOrigin)
    yield about(
      'error',
      soa[0],
      `A SOA record stands at the origin of the zone only, which is ${zone.tree.origin}.`,
      'RFC 1034 §4.2.1',
    );
  const ds = sets.get(TYPE.DS);
  if (ds && atOrigin)
    yield about(
      'error',
      ds[0],
      'A DS record stands in the parent zone, where this zone is cut off from it.',
      'RFC 4035 §2.4',
    );
  const wild = key.startsWith('*.');
  const ns = sets.get(TYPE.NS);
  if (ns && wild)
    yield about('error', ns[0], 'A wildcard cannot hand over names to other servers.', 'RFC 4592 §4.2');
  const nsec3 = sets.get(TYPE.NSEC3);
  if (nsec3 && wild)
    yield about('error', nsec3[0], 'An NSEC3 record is owned by a hash, not by a wildcard.', 'RFC 5155 §3');
  yield* belowDname(zone, key, sets);
}

/** RFC 2181 §10.1; at the origin it can never be right, since SOA and NS are there. */
function* aliasErrors(
  { tree }: Inspected,
  key: string,
  sets: ReadonlyMap<number, PlacedSet>,
): Generator<Finding> {
  const alias = sets.get(TYPE.CNAME);
  if (!alias) return;
  const others = [...sets.keys()].filter((type) => type !== TYPE.CNAME && !BESIDE_ALIAS.has(type));
  if (key === tree.originKey) {
    yield about(
      'error',
      alias[0],
      `The origin of a zone cannot be an alias: it must have SOA and NS records, and a CNAME stands alone. Write A and ` +
        `AAAA records here, or an HTTPS record with priority 0: HTTPS 0 ${dataText(alias[0].record)}`,
      'RFC 9460 §2.4.2',
    );
  } else if (others.length > 0) {
    yield about(
      'error',
      alias[0],
      `A CNAME stands alone, but ${alias[0].record.name} has ${others.map(typeName).join(', ')} too.`,
      'RFC 2181 §10.1',
    );
  }
}

/** Types of which a name has at most one; the same record twice is one. */
function* singleErrors(sets: ReadonlyMap<number, PlacedSet>): Generator<Finding> {
  const single = [
    [TYPE.SOA, 'A zone has one SOA record.', 'RFC 1035 §5.2'],
    [TYPE.CNAME, 'A name is an alias of one other name.', 'RFC 2181 §10.1'],
    [TYPE.DNAME, 'A name has at most one DNAME record.', 'RFC 6672 §2.4'],
  ] as const;
  for (const [type, message, spec] of single) {
    const set = sets.get(type);
    const second = set?.find(({ record }) => dataKey(record) !== dataKey(set[0].record));
    if (second) yield about('error', second, `${message} Here is another: ${dataText(second.record)}`, spec);
  }
}

function* belowDname(
  { tree }: Inspected,
  key: string,
  sets: ReadonlyMap<number, PlacedSet>,
): Generator<Finding> {
  if (key === tree.originKey || parentName(key) === undefined) return;
  const above = tree.renamedAbove(key);
  if (!above) return;
  // Below a cut that stands higher, the data are glue or hidden already
  const cut = tree.cutAt(key);
  if (cut && isSubdomain(above.name, cut.name)) return;
  for (const [first] of sets.values()) {
    if (nameKey(first.record.name) === key)
      yield about(
        'error',
        first,
        `The DNAME at ${above.name} renames everything below it, so nobody will ever see this record.`,
        'RFC 6672 §2.4',
      );
    break;
  }
}
