/**
 * Our own authoritative server behind the tests that put dig beside BIND's: what it answers for `chaicart.example.`, and
 * the command lines that ask it.
 */
import { parseIp } from '../../src/engine/base/ip.ts';
import { Authority } from '../../src/engine/proto/dns/server/authority.ts';

const NUMBERS = Array.from(
  { length: 40 },
  (_, i) => `big IN TXT "string number ${i} ${'-'.repeat(40)}"`,
).join('\n');

const ZONE = `
$TTL 300
@        3600 IN SOA ns1 hostmaster 2026112001 7200 3600 1209600 300
@       86400 IN NS  ns1
@       86400 IN NS  ns2
ns1           IN A   192.0.2.53
ns2           IN A   192.0.2.54
ns2           IN AAAA 2001:db8::54
@             IN A   192.0.2.80
@             IN AAAA 2001:db8:80::80
@             IN MX  10 mail
@             IN MX  20 backup.else.example.
mail          IN A   192.0.2.25
@             IN TXT "v=spf1 mx -all"
@             IN CAA 0 issue "ca.example"
@             IN HTTPS 1 . alpn="h2,h3" ipv4hint=192.0.2.80
www           IN CNAME @
shop          IN CNAME shops.else.example.
loop-a        IN CNAME loop-b
loop-b        IN CNAME loop-a
*.tables      IN A   192.0.2.90
*.tables      IN TXT "any table"
deep.empty    IN A   192.0.2.91
old           IN DNAME tables
_https._tcp   IN SRV 0 5 443 www
team          IN NS  ns.team
ns.team       IN A   192.0.2.60
secure        IN DS  38696 13 2 00070E151C232A31383F464D545B626970777E858C939AA1A8AFB6BDC4CBD2D9
secure        IN NS  ns1
many          IN A   192.0.2.101
many          IN A   192.0.2.102
many          IN A   192.0.2.103
unknown       IN TYPE65280 \\# 4 01020304
${NUMBERS}
`;

const authority = new Authority([{ origin: 'chaicart.example.', text: ZONE }], {
  identifier: 'ns1.chaicart.example',
});
const CLIENT = parseIp('127.0.0.1');

/** The answer of our server; without a limit over TCP. */
export function authorityAnswer(bytes: Uint8Array, isTcp: boolean): Uint8Array | undefined {
  const arrival = { from: CLIENT, port: 40_000, localPort: 53, bytes };
  return isTcp
    ? authority.answer({ ...arrival, transport: 'tcp', exchange: -1 }, 0)?.response
    : authority.answer({ ...arrival, transport: 'udp' }, 0)?.response;
}

const APEX = 'chaicart.example';

/** After `dig @127.0.0.1 -p PORT +time=1 +tries=1`. */
export const AUTHORITY_LINES: readonly string[] = [
  ...['a', 'aaaa', 'ns', 'soa', 'mx', 'txt', 'caa', 'https', 'srv', 'ds', 'any'].flatMap((type) => [
    `${APEX} ${type}`,
    `+norecurse +multiline ${APEX} ${type}`,
    `+short ${APEX} ${type}`,
  ]),
  ...[
    'www',
    'shop',
    'loop-a',
    'one.tables',
    'empty',
    'a.old',
    'old',
    'nope',
    'a.team',
    'team',
    'secure',
    'many',
    'big',
  ].flatMap((label) => [
    `${label}.${APEX}`,
    `+noall +answer +authority +additional ${label}.${APEX}`,
    `+dnssec +norecurse ${label}.${APEX} txt`,
  ]),
  `_https._tcp.${APEX} srv`,
  `secure.${APEX} ds +multiline`,
  `unknown.${APEX} TYPE65280`,
  `big.${APEX} txt`,
  `big.${APEX} txt +ignore`,
  `big.${APEX} txt +noedns +ignore`,
  `big.${APEX} txt +bufsize=4096`,
  `+tcp ${APEX}`,
  `+nsid ${APEX}`,
  `+edns=1 ${APEX}`,
  `+edns=1 +noednsneg ${APEX}`,
  `+noedns ${APEX}`,
  `+subnet=192.0.2.0/24 ${APEX}`,
  `+opcode=status ${APEX}`,
  `+opcode=notify ${APEX}`,
  `CHAICART.eXample`,
  `+noall +answer many.${APEX} mail.${APEX} www.${APEX} aaaa`,
  'else.example',
  '-x 192.0.2.80',
];
