/**
 * Zones that have in them what makes servers differ, as master files: the same text for ours, NSD and BIND.
 *
 * `example.` is the zone of RFC 4592 §2.2.1 (its SOA and SRV data are ours); `names.test.` has the renamings of RFC 6672
 * §2.2; the referrals of `test.` are those of RFC 9471 §2.
 */
import type { ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';

const soa = (minimum: number, ttl = 3600): string =>
  `$TTL 3600\n@ ${ttl} IN SOA ns1.chaicart.test. hostmaster.chaicart.test. 2026112101 7200 900 1209600 ${minimum}\n`;

const wildcards = `${soa(300)}
@ NS ns.example.com.
@ NS ns.example.net.
* TXT "this is a wildcard"
* MX 10 host1.example.
sub.* TXT "this is not a wildcard"
host1 A 192.0.2.1
_ssh._tcp.host1 SRV 10 5 22 host1
_ssh._tcp.host2 SRV 10 5 22 host2
subdel NS ns.example.com.
subdel NS ns.example.net.
; beyond the RFC: wildcards of other kinds
*.alias CNAME host1
*.away CNAME www.chaicart.test.
*.gone CNAME nothing.names.test.
*.deep.er A 192.0.2.2
x.y.deep.er TXT "makes y.deep.er an empty non-terminal"
*.addresses A 192.0.2.3
*.addresses AAAA 2001:db8::3
mail MX 10 any.addresses
mail MX 20 under.subdel
*.circle CNAME more.circle
\\*.escaped TXT "an escaped star is the same star"
star\\.dot TXT "a dot inside a label"
`;

const tld = `${soa(900)}
@ 172800 NS a.nic
@ 172800 NS b.nic
a.nic A 198.51.100.1
a.nic AAAA 2001:db8:1::1
b.nic A 198.51.100.2
; RFC 9471 §2.1: servers inside the child
foo 86400 NS ns1.foo
foo 86400 NS ns2.foo
ns1.foo 86400 A 192.0.2.1
ns2.foo 86400 AAAA 2001:db8::2:2
foo DS 12345 13 2 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
; §2.2: inside a sibling
sibling 86400 NS ns1.foo
sibling 86400 NS ns2.foo
; §2.3: in a circle
ping 86400 NS ns.pong
pong 86400 NS ns.ping
ns.ping 86400 A 192.0.2.11
ns.pong 86400 A 192.0.2.12
; elsewhere, with no glue to give
lonely 86400 NS ns.chai.example.
mixed 86400 NS ns.mixed
mixed 86400 NS ns.lonely
mixed 86400 NS a.nic
ns.mixed 86400 A 192.0.2.13
; zones that are served here as well
chaicart 86400 NS ns1.chaicart
chaicart 86400 NS ns2.chaicart
ns1.chaicart 86400 A 192.0.2.53
ns2.chaicart 86400 A 192.0.2.54
names 86400 NS ns1.chaicart
big 86400 NS ns1.chaicart
other 86400 NS ns1.chaicart
; a cut below an empty non-terminal, and names at its side
deep.down 86400 NS ns.deep.down
ns.deep.down 86400 A 192.0.2.14
beside.down TXT "beside a cut"
points.to.glue MX 10 ns1.foo
points.to.glue MX 20 a.nic
into.cut CNAME www.foo
`;

const kinds = `${soa(60)}
@ 86400 NS ns1
@ 86400 NS ns2
@ 300 A 192.0.2.80
@ 300 AAAA 2001:db8::80
@ 300 MX 10 mail
@ 300 MX 20 mail.other.test.
@ 300 MX 30 backup.elsewhere.example.net.
@ 300 TXT "v=spf1 mx -all"
@ 300 TXT "two" "strings" "and a \\"quote\\""
@ 300 CAA 0 issue "ca.example.net"
@ 300 HTTPS 1 . alpn=h2,h3 ipv4hint=192.0.2.80
ns1 86400 A 192.0.2.53
ns2 86400 A 192.0.2.54
ns2 86400 AAAA 2001:db8::54
mail 300 A 192.0.2.25
www 300 CNAME chaicart.test.
shop 300 CNAME www
far 120 CNAME edge.other.test.
back 120 CNAME forth.other.test.
away 120 CNAME www.example.org.
gone 120 CNAME nobody
void 120 CNAME mail
loop-a 120 CNAME loop-b
loop-b 120 CNAME loop-a
self 120 CNAME self
to-cut 120 CNAME www.cut
to-wild 120 CNAME anything.example.
to-renamed 120 CNAME a.b.frob.names.test.
empty.non.terminal 300 TXT "three names, one record"
cut 3600 NS ns.cut
cut 3600 NS ns.other.test.
ns.cut 3600 A 203.0.113.9
_http._tcp 300 SRV 10 60 80 mail
_http._tcp 300 SRV 10 20 8080 mail.other.test.
_http._tcp 300 SRV 20 0 80 nowhere
svc 300 SVCB 1 mail alpn=h2 port=8443
svc 300 SVCB 2 www.cut alpn=h3
alias-mode 300 HTTPS 0 svc-target
svc-target 300 A 192.0.2.81
svc-target 300 HTTPS 1 . alpn=h3
80 PTR www.chaicart.test.
info HINFO "ARM64" "ROUNDTRIP"
old TYPE17 \\# 20 0a686f73746d6173746572000670656f706c6500 ; RP, which ours keeps as bytes
unknown TYPE65280 \\# 4 c0000201
empty-unknown TYPE65281 \\# 0
key DNSKEY 257 3 13 AwEAAag=
nsec NSEC info A NSEC
short 0 A 192.0.2.82
UPPER.Case 300 A 192.0.2.83
UPPER.Case 300 MX 10 Mail.ChaiCart.TEST.
*.w 300 A 192.0.2.84
*.w 300 CAA 0 issue ";"
host.w 300 TXT "hides the wildcard"
`;

const names = `${soa(120)}
@ NS ns1.chaicart.test.
@ A 192.0.2.90
; RFC 6672 §2.2
frob DNAME frob.other.test.
frob A 192.0.2.91
inner DNAME target
x.target A 192.0.2.92
*.target TXT "below the new name"
target TXT "the new name itself"
self DNAME deeper.self
root DNAME .
short 60 DNAME chaicart.test.
long DNAME ${'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.'.repeat(3)}other.test.
chain1 DNAME chain2
chain2 DNAME chain3
end.chain3 A 192.0.2.93
circle1 DNAME circle2
circle2 DNAME circle1
to-dname CNAME x.inner
hop.target CNAME y.inner
y.target TXT "renamed twice by one record, and no circle"
gone DNAME nobody.example.org.
cut NS ns1.chaicart.test.
`;

const hosts = Array.from({ length: 60 }, (_, i) => i);
const big = `${soa(30)}
@ NS ns1.chaicart.test.
${hosts.map((i) => `many A 192.0.2.${i}`).join('\n')}
${hosts
  .slice(0, 25)
  .map((i) => `some A 192.0.2.${i}`)
  .join('\n')}
${hosts
  .slice(0, 30)
  .map((i) => `wide AAAA 2001:db8::${i}`)
  .join('\n')}
long TXT ${hosts
  .slice(0, 8)
  .map(() => `"${'x'.repeat(200)}"`)
  .join(' ')}
half TXT "${'y'.repeat(250)}" "${'z'.repeat(240)}"
alias CNAME many
${hosts
  .slice(0, 20)
  .map((i) => `mail MX ${i} host-${i}`)
  .join('\n')}
${hosts
  .slice(0, 20)
  .map((i) => `host-${i} A 198.51.100.${i}\nhost-${i} AAAA 2001:db8:2::${i}`)
  .join('\n')}
${hosts
  .slice(0, 13)
  .map(
    (i) =>
      `crowd NS a-server-with-a-name-${i}.crowd\na-server-with-a-name-${i}.crowd A 203.0.113.${i}\na-server-with-a-name-${i}.crowd AAAA 2001:db8:3::${i}`,
  )
  .join('\n')}
${hosts
  .slice(0, 13)
  .map((i) => `strangers NS a-server-with-a-name-${i}.crowd`)
  .join('\n')}
`;

const other = `${soa(300)}
@ NS ns
@ NS ns1.chaicart.test.
ns A 203.0.113.1
mail A 203.0.113.25
edge 60 A 203.0.113.80
edge 60 AAAA 2001:db8:4::80
forth CNAME to.chaicart.test.
nobody-there CNAME missing.chaicart.test.
x.frob TXT "renamed to here"
*.frob A 203.0.113.81
a.b.c.d.e.f.g TXT "seven labels down"
`;

const root = `${soa(86400, 86400)}
@ 518400 NS a.root-servers.org.
@ 518400 NS b.root-servers.org.
a.root-servers.org. 518400 A 198.51.100.41
b.root-servers.org. 518400 A 198.51.100.42
b.root-servers.org. 518400 AAAA 2001:db8:5::42
test. 172800 NS a.nic.test.
test. 172800 NS b.nic.test.
a.nic.test. 172800 A 198.51.100.1
b.nic.test. 172800 A 198.51.100.2
org. 172800 NS a.org-servers.org.
org. 172800 NS a.nic.test.
a.org-servers.org. 172800 A 198.51.100.3
net. 172800 NS a.org-servers.org.
example. 172800 NS a.org-servers.org.
text. TXT "a name in the root"
`;

/** Six zones, without the root: what lies outside of them is refused. */
export const ZONES: readonly ZoneText[] = [
  { origin: 'example.', text: wildcards },
  { origin: 'test.', text: tld },
  { origin: 'chaicart.test.', text: kinds },
  { origin: 'names.test.', text: names },
  { origin: 'big.test.', text: big },
  { origin: 'other.test.', text: other },
];

/** The root besides: nothing lies outside. */
export const ZONES_AND_ROOT: readonly ZoneText[] = [{ origin: '.', text: root }, ...ZONES];
