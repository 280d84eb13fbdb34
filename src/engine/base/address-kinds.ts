/**
 * What an address is for: the special-purpose registries of both families (RFC 6890 as updated by RFC 8190, with the
 * entries that IANA had on 9 October 2025, their latest change known to us in November 2026), and around them
 * multicast, global unicast and what nobody has been given.
 *
 * The most specific block decides. The registries' columns are kept as they are; `seenBy` says in plain words who may
 * see such an address, or why nobody should.
 */
import { type Cidr, containsCidr, inCidr, isNetwork, parseCidr } from './cidr.ts';
import { Misuse } from './errors.ts';
import { type Ip, ip6Bytes, isV4 } from './ip.ts';
import type { Ip6 } from './ip6.ts';

export type KindId =
  | 'global'
  | 'private'
  | 'shared'
  | 'unique-local'
  | 'link-local'
  | 'loopback'
  | 'unspecified'
  | 'this-network'
  | 'broadcast'
  | 'multicast'
  | 'documentation'
  | 'benchmarking'
  | 'transition'
  | 'protocol'
  | 'discard'
  | 'deprecated'
  | 'reserved';

export interface AddressKind {
  readonly id: KindId;
  readonly name: string;
  readonly block: Cidr;
  /** `RFC 1918`: the document that set the block aside, with its section where that is a part of a greater one. */
  readonly rfc: string;
  /** Whether the block stands in the special-purpose registries; else in the registry of all address space. */
  readonly isSpecial: boolean;
  /** RFC 6890 §2.2.1: may such an address be the source of a datagram that passes two devices? The destination? */
  readonly asSource: boolean | undefined;
  readonly asDestination: boolean | undefined;
  /** May a router forward a datagram to it from one interface to another? */
  readonly forwardable: boolean | undefined;
  /** May it be forwarded beyond one administration (RFC 8190 §2.1)? `undefined` where the registry does not say. */
  readonly globallyReachable: boolean | undefined;
  /** Who may see such an address. */
  readonly seenBy: string;
}

/** What an address is: the kind of the most specific block around it. */
export function kindOf(address: Ip): AddressKind {
  const block = isV4(address) ? BLOCKS4 : BLOCKS6;
  const kind = block.find((each) => inCidr(address, each.block));
  if (kind === undefined) throw new Misuse('the last block of a family is all of it');
  return kind.id === 'multicast' && !isV4(address) ? multicastKind6(kind, address) : kind;
}

/**
 * What a prefix is: the kind of the most specific block that holds all of it, and the special blocks that lie inside.
 * A prefix around 10.0.0.0/8 is no private network, but it has one.
 */
export function kindOfPrefix(prefix: Cidr): {
  readonly kind: AddressKind;
  readonly inside: readonly AddressKind[];
} {
  const blocks = typeof prefix.address === 'number' ? BLOCKS4 : BLOCKS6;
  const around = blocks.find((each) => containsCidr(each.block, prefix))!;
  const inside = blocks.filter((each) => each !== around && containsCidr(prefix, each.block));
  const scoped = around.id === 'multicast' && typeof prefix.address === 'string' && prefix.prefixLength >= 16;
  return { kind: scoped ? kindOf(prefix.address) : around, inside: inside.reverse() };
}

/** How far an IPv6 multicast address reaches (RFC 7346 §2), by the four bits that say so; `undefined`: unassigned. */
export function multicastScope6(address: Ip6): MulticastScope | undefined {
  return SCOPES.get(ip6Bytes(address)[1]! & 15);
}

export interface MulticastScope {
  readonly name: string;
  readonly seenBy: string;
  readonly forwardable: boolean;
  readonly globallyReachable: boolean;
}

const SCOPES: ReadonlyMap<number, MulticastScope> = new Map([
  [1, scope('Interface-local', 'the machine itself: it never leaves the interface', false)],
  [2, scope('Link-local', 'those on the same link who listen', false)],
  [3, scope('Realm-local', 'those of one realm, a mesh of one technology, who listen', true)],
  [4, scope('Admin-local', 'those within a border that someone has configured, who listen', true)],
  [5, scope('Site-local', 'those of one site who listen', true)],
  [8, scope('Organization-local', 'those of one organization, at all its sites, who listen', true)],
  [
    14,
    { ...scope('Global', 'whoever listens, wherever multicast is carried', true), globallyReachable: true },
  ],
]);

function scope(name: string, seenBy: string, forwardable: boolean): MulticastScope {
  return { name, seenBy, forwardable, globallyReachable: false };
}

function multicastKind6(kind: AddressKind, address: Ip6): AddressKind {
  const reach = multicastScope6(address);
  if (reach === undefined) return { ...kind, seenBy: 'nobody: its scope is not assigned' };
  const { seenBy, forwardable, globallyReachable } = reach;
  return { ...kind, name: `Multicast, ${reach.name.toLowerCase()}`, seenBy, forwardable, globallyReachable };
}

// ── the tables ──

/**
 * One row: block, kind, name, source, and the columns Source, Destination, Forwardable, Globally Reachable as `y`, `n`
 * or, where the registry has nothing to say, `-`. A fifth letter `*` marks a block that the registries do not list.
 */
type Row = readonly [block: string, id: KindId, name: string, rfc: string, columns: string, seenBy: string];

const NOBODY_DOCS = 'nobody: it stands in texts like this one, and networks drop it';
const IN_PRIVATE =
  'machines of the same private network; the internet sees its router’s public address instead';
const LAB = 'a test laboratory, cut off from the internet';
const EVERYONE = 'anyone on the internet, if a firewall lets them';
const ANYCAST = 'anyone; the nearest server that offers the service answers';
const PROTOCOL = 'nobody, unless a more specific block says so';

const ROWS4: readonly Row[] = [
  [
    '0.0.0.0/32',
    'unspecified',
    'This host',
    'RFC 1122 §3.2.1.3',
    'ynnn',
    'nobody: a machine says it while it has no address yet; a server that listens on it listens on all of its own',
  ],
  [
    '0.0.0.0/8',
    'this-network',
    'This network',
    'RFC 791 §3.2',
    'ynnn',
    'nobody: it once meant a host on this network',
  ],
  ['10.0.0.0/8', 'private', 'Private', 'RFC 1918 §3', 'yyyn', IN_PRIVATE],
  [
    '100.64.0.0/10',
    'shared',
    'Shared address space',
    'RFC 6598 §7',
    'yyyn',
    'your provider’s own network, between its customers and its carrier-grade NAT',
  ],
  [
    '127.0.0.0/8',
    'loopback',
    'Loopback',
    'RFC 1122 §3.2.1.3',
    'nnnn',
    'the machine itself: such a packet never leaves it',
  ],
  ['169.254.0.0/16', 'link-local', 'Link-local', 'RFC 3927 §2.1', 'yynn', 'machines on the same link'],
  ['172.16.0.0/12', 'private', 'Private', 'RFC 1918 §3', 'yyyn', IN_PRIVATE],
  [
    '192.0.0.0/29',
    'transition',
    'IPv4 service continuity',
    'RFC 7335',
    'yyyn',
    'a machine and its translator, which carries IPv4 over an IPv6 network',
  ],
  [
    '192.0.0.8/32',
    'transition',
    'IPv4 dummy address',
    'RFC 7600',
    'ynnn',
    'whoever gets an ICMP error from a router that has no IPv4 address of its own',
  ],
  ['192.0.0.9/32', 'protocol', 'Port Control Protocol anycast', 'RFC 7723', 'yyyy', ANYCAST],
  ['192.0.0.10/32', 'protocol', 'TURN anycast', 'RFC 8155', 'yyyy', ANYCAST],
  [
    '192.0.0.170/31',
    'transition',
    'NAT64/DNS64 discovery',
    'RFC 7050 §2.2, RFC 8880',
    'nnnn',
    'nobody: it is the answer to a question, by which a machine finds out that it is behind NAT64',
  ],
  ['192.0.0.0/24', 'protocol', 'IETF protocol assignments', 'RFC 6890 §2.1', 'nnnn', PROTOCOL],
  ['192.0.2.0/24', 'documentation', 'Documentation (TEST-NET-1)', 'RFC 5737 §3', 'nnnn', NOBODY_DOCS],
  [
    '192.31.196.0/24',
    'protocol',
    'AS112',
    'RFC 7535',
    'yyyy',
    'anyone; name servers that answer questions about private addresses',
  ],
  ['192.52.193.0/24', 'protocol', 'Automatic multicast tunneling', 'RFC 7450', 'yyyy', ANYCAST],
  [
    '192.88.99.2/32',
    'transition',
    '6a44 relay anycast',
    'RFC 6751',
    'yyyn',
    'customers of one provider, whose relay it is',
  ],
  [
    '192.88.99.0/24',
    'deprecated',
    '6to4 relay anycast (deprecated)',
    'RFC 7526',
    '----',
    'nobody any more: relays were there until 2015',
  ],
  ['192.168.0.0/16', 'private', 'Private', 'RFC 1918 §3', 'yyyn', IN_PRIVATE],
  [
    '192.175.48.0/24',
    'protocol',
    'AS112, delegated directly',
    'RFC 7534',
    'yyyy',
    'anyone; name servers that answer questions about private addresses',
  ],
  ['198.18.0.0/15', 'benchmarking', 'Benchmarking', 'RFC 2544', 'yyyn', LAB],
  ['198.51.100.0/24', 'documentation', 'Documentation (TEST-NET-2)', 'RFC 5737 §3', 'nnnn', NOBODY_DOCS],
  ['203.0.113.0/24', 'documentation', 'Documentation (TEST-NET-3)', 'RFC 5737 §3', 'nnnn', NOBODY_DOCS],
  [
    '224.0.0.0/24',
    'multicast',
    'Multicast, local network',
    'RFC 5771 §4',
    'nynn*',
    'those on the same link who listen',
  ],
  ['233.252.0.0/24', 'documentation', 'Documentation (MCAST-TEST-NET)', 'RFC 6676', 'nynn*', NOBODY_DOCS],
  [
    '239.0.0.0/8',
    'multicast',
    'Multicast, administratively scoped',
    'RFC 2365',
    'nyyn*',
    'those within a border that someone has configured, who listen',
  ],
  [
    '224.0.0.0/4',
    'multicast',
    'Multicast',
    'RFC 1112 §4',
    'nyyy*',
    'whoever listens, wherever multicast is carried; never a source',
  ],
  [
    '255.255.255.255/32',
    'broadcast',
    'Limited broadcast',
    'RFC 919 §7',
    'nynn',
    'every machine on the same link',
  ],
  [
    '240.0.0.0/4',
    'reserved',
    'Reserved',
    'RFC 1112 §4',
    'nnnn',
    'nobody: it was kept for the future, and most systems refuse it',
  ],
  ['0.0.0.0/0', 'global', 'Global unicast', 'RFC 791 §3.2', 'yyyy*', EVERYONE],
];

const ROWS6: readonly Row[] = [
  [
    '::1/128',
    'loopback',
    'Loopback',
    'RFC 4291 §2.5.3',
    'nnnn',
    'the machine itself: such a packet never leaves it',
  ],
  [
    '::/128',
    'unspecified',
    'Unspecified',
    'RFC 4291 §2.5.2',
    'ynnn',
    'nobody: a machine says it while it has no address yet; a server that listens on it listens on all of its own',
  ],
  [
    '::ffff:0.0.0.0/96',
    'transition',
    'IPv4-mapped',
    'RFC 4291 §2.5.5.2',
    'nnnn',
    'programs on one machine, which speak IPv4 through an IPv6 socket; it never stands in a packet',
  ],
  [
    '::/96',
    'deprecated',
    'IPv4-compatible (deprecated)',
    'RFC 4291 §2.5.5.1',
    'nnnn*',
    'nobody any more: tunnels used it once',
  ],
  [
    '64:ff9b::/96',
    'transition',
    'NAT64 well-known prefix',
    'RFC 6052 §2.1',
    'yyyy',
    'the IPv4 address at its end, through a translator',
  ],
  ['64:ff9b:1::/48', 'transition', 'NAT64, local use', 'RFC 8215', 'yyyn', 'one network and its translators'],
  [
    '100::/64',
    'discard',
    'Discard-only',
    'RFC 6666',
    'yyyn',
    'nobody: routers drop it on purpose, to swallow an attack',
  ],
  [
    '100:0:0:1::/64',
    'protocol',
    'Dummy prefix',
    'RFC 9780 §7.1',
    'ynnn',
    'nobody: it fills the destination where routers test their own paths',
  ],
  [
    '2001::/32',
    'transition',
    'Teredo',
    'RFC 4380 §4',
    'yyy-',
    'anyone with a Teredo relay; the tunnel runs through the IPv4 addresses inside',
  ],
  ['2001:1::1/128', 'protocol', 'Port Control Protocol anycast', 'RFC 7723', 'yyyy', ANYCAST],
  ['2001:1::2/128', 'protocol', 'TURN anycast', 'RFC 8155', 'yyyy', ANYCAST],
  ['2001:1::3/128', 'protocol', 'DNS-SD registration anycast', 'RFC 9665', 'yyyy', ANYCAST],
  ['2001:2::/48', 'benchmarking', 'Benchmarking', 'RFC 5180', 'yyyn', LAB],
  ['2001:3::/32', 'protocol', 'Automatic multicast tunneling', 'RFC 7450', 'yyyy', ANYCAST],
  [
    '2001:4:112::/48',
    'protocol',
    'AS112',
    'RFC 7535',
    'yyyy',
    'anyone; name servers that answer questions about private addresses',
  ],
  [
    '2001:10::/28',
    'deprecated',
    'ORCHID (deprecated)',
    'RFC 4843',
    '----',
    'nobody any more: an experiment that ended in 2014',
  ],
  [
    '2001:20::/28',
    'protocol',
    'ORCHIDv2',
    'RFC 7343',
    'yyyy',
    'programs only: it names a host by its key, and no router leads there',
  ],
  [
    '2001:30::/28',
    'protocol',
    'Drone remote id',
    'RFC 9374',
    'yyyy',
    'programs only: it names a drone by its key',
  ],
  ['2001::/23', 'protocol', 'IETF protocol assignments', 'RFC 2928', 'nnnn', PROTOCOL],
  ['2001:db8::/32', 'documentation', 'Documentation', 'RFC 3849', 'nnnn', NOBODY_DOCS],
  [
    '2002::/16',
    'transition',
    '6to4',
    'RFC 3056 §2',
    'yyy-',
    'anyone with a 6to4 relay; the tunnel ends at the IPv4 address inside',
  ],
  [
    '2620:4f:8000::/48',
    'protocol',
    'AS112, delegated directly',
    'RFC 7534',
    'yyyy',
    'anyone; name servers that answer questions about private addresses',
  ],
  ['3fff::/20', 'documentation', 'Documentation', 'RFC 9637', 'nnnn', NOBODY_DOCS],
  [
    '5f00::/16',
    'protocol',
    'Segment routing (SRv6)',
    'RFC 9602',
    'yyyn',
    'routers of one network, to which it is an instruction rather than a machine',
  ],
  [
    'fc00::/7',
    'unique-local',
    'Unique local',
    'RFC 4193 §3.1',
    'yyyn',
    'machines of the same site, and of sites joined to it; the internet does not carry it',
  ],
  ['fe80::/10', 'link-local', 'Link-local', 'RFC 4291 §2.5.6', 'yynn', 'machines on the same link'],
  [
    'fec0::/10',
    'deprecated',
    'Site-local (deprecated)',
    'RFC 3879',
    'yyyn*',
    'machines of one site, where old equipment still uses it',
  ],
  [
    'ff00::/8',
    'multicast',
    'Multicast',
    'RFC 4291 §2.7',
    'nynn*',
    'those who listen, as far as its scope reaches',
  ],
  ['2000::/3', 'global', 'Global unicast', 'RFC 4291 §2.4', 'yyyy*', EVERYONE],
  ['::/0', 'reserved', 'Not given out', 'RFC 4147 §2', 'nnnn*', 'nobody: the IETF keeps it for later'],
];

function read([text, id, name, rfc, columns, seenBy]: Row): AddressKind {
  const block = parseCidr(text);
  if (!isNetwork(block)) throw new Misuse(`${text} has host bits`);
  const [asSource, asDestination, forwardable, globallyReachable] = [...columns.slice(0, 4)].map((letter) =>
    letter === '-' ? undefined : letter === 'y',
  );
  const isSpecial = !columns.endsWith('*');
  return { id, name, block, rfc, isSpecial, asSource, asDestination, forwardable, globallyReachable, seenBy };
}

/** The longest prefix first, so that the first match is the most specific. */
function byLength(rows: readonly Row[]): readonly AddressKind[] {
  return rows.map(read).sort((a, b) => b.block.prefixLength - a.block.prefixLength);
}

const BLOCKS4 = byLength(ROWS4);
const BLOCKS6 = byLength(ROWS6);

/** All blocks of both families, the most specific first. */
export const ALL_KINDS: readonly AddressKind[] = [...BLOCKS4, ...BLOCKS6];
