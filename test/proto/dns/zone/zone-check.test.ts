import { describe, expect, it } from 'vitest';
import { parseMasterFile } from '../../../../src/engine/proto/dns/zone/master-file.ts';
import {
  checkSerial,
  checkZoneText,
  compareSerials,
} from '../../../../src/engine/proto/dns/zone/zone-check.ts';

const ORIGIN = 'chai.example.';
const GOOD = `$TTL 3600
@ SOA ns1 hostmaster 1 7200 900 1209600 60
@ NS ns1
@ NS ns2
ns1 A 192.0.2.1
ns1 AAAA 2001:db8::1
ns2 A 192.0.2.2
ns2 AAAA 2001:db8::2
`;
const LINES = GOOD.split('\n').length - 1;

/** Findings about the lines behind the good zone: `line severity section: message`. */
function findings(more: string, before = GOOD): string[] {
  return checkZoneText(before + more, ORIGIN).findings.map(
    ({ line, severity, spec, message }) =>
      `${line === undefined ? '-' : line - LINES} ${severity} ${spec}: ${message}`,
  );
}

describe('what is said about a zone', () => {
  it('nothing, when nothing is wrong', () => {
    expect(findings('')).toEqual([]);
    expect(
      findings(`@ A 192.0.2.80
www CNAME @
@ MX 10 mail
mail A 192.0.2.25
@ TXT "v=spf1 mx -all"
@ CAA 0 issue "ca.example; account=230123"
@ CAA 0 issuewild ";"
@ CAA 0 iodef "mailto:security@chai.example"
@ HTTPS 1 . alpn=h2
*.dyn A 192.0.2.81
_sip._tcp SRV 0 0 5060 mail
child NS ns.child
child NS ns.other.example.
ns.child A 192.0.2.99
old DNAME new.example.
`),
    ).toEqual([]);
  });

  it.each([
    // errors
    ['a CNAME b.example.\na A 192.0.2.1', '1 error RFC 2181 §10.1: A CNAME stands alone'],
    ['a CNAME b.example.\na CNAME c.example.', '2 error RFC 2181 §10.1: A name is an alias of one'],
    ['@ CNAME cdn.example.net.', '1 error RFC 9460 §2.4.2: The origin of a zone cannot be an alias'],
    ['@ SOA ns1 hostmaster 2 7200 900 1209600 60', '1 error RFC 1035 §5.2: A zone has one SOA'],
    [
      'b SOA ns1 hostmaster 1 7200 900 1209600 60',
      '1 error RFC 1034 §4.2.1: A SOA record stands at the origin',
    ],
    ['@ NS nope', '1 error RFC 1034 §4.2.1: nope.chai.example. has no address'],
    ['@ NS www\nwww CNAME ns1', '1 error RFC 2181 §10.3: www.chai.example. is an alias'],
    ['@ NS a.d\nd DNAME x.example.', '1 error RFC 6672 §5.1: a.d.chai.example. lies below the DNAME'],
    ['d DNAME x.example.\na.d A 192.0.2.1', '2 error RFC 6672 §2.4: The DNAME at d.chai.example. renames'],
    ['*.w NS ns1', '1 error RFC 4592 §4.2: A wildcard cannot hand over'],
    [`@ DS 1 13 2 ${'00'.repeat(32)}`, '1 error RFC 4035 §2.4: A DS record stands in the parent'],
    ['a FOO x', '1 error RFC 1035 §5.1: “FOO” is no record type. Expected: a type'],
    // delegations
    ['c NS ns.c', '1 warning RFC 9471 §2.1: Nobody can find ns.c.chai.example.'],
    ['c NS ns.d\nd NS ns.other.example.', '1 note RFC 9471 §2.2: ns.d.chai.example. lies below the cut at d'],
    ['c NS ns.d\nd NS ns.c', '2 warning RFC 9471 §2.3: ns.c.chai.example. is known to the servers of c'],
    ['c NS nope', '1 warning RFC 1034 §4.2.1: nope.chai.example. has no address'],
    ['c NS m\nm CNAME ns1', '1 warning RFC 2181 §10.3: m.chai.example. is an alias'],
    ['c NS ns.other.example.\na.c TXT x', '2 warning RFC 1034 §4.2.1: a.c.chai.example. lies below the cut'],
    ['c NS ns.other.example.\nc TXT x', '2 warning RFC 1034 §4.2.1: c.chai.example. lies at the cut'],
    [
      'c NS ns.other.example.\na.c A 192.0.2.1',
      '2 note RFC 1034 §4.2.1: a.c.chai.example. lies below the cut',
    ],
    [`a DS 1 13 2 ${'00'.repeat(32)}`, '1 warning RFC 4035 §2.4: A DS record says'],
    ['d DNAME x.example.\nd NS ns.other.example.', '1 warning RFC 6672 §2.3: d.chai.example. is handed'],
    // targets
    ['@ MX 1 nope', '1 warning RFC 1034 §4.2.1: nope.chai.example. has no address'],
    ['@ MX 1 m\nm CNAME ns1', '1 warning RFC 2181 §10.3: m.chai.example. is an alias'],
    ['_a._tcp SRV 1 1 1 m\nm CNAME ns1', '1 warning RFC 2782: m.chai.example. is an alias'],
    ['@ MX 1 192.0.2.25.', '1 warning RFC 1035 §3.3.9: MX says a name, and 192.0.2.25 is an address'],
    ['a CNAME nope', '1 warning RFC 1034 §3.6.2: nope.chai.example. does not exist'],
    ['a CNAME b\nb CNAME a', '1 warning RFC 1034 §3.6.2: These aliases lead in a circle'],
    // names
    ['other.example. A 192.0.2.1', '1 warning RFC 1035 §5.2: other.example. does not lie in the zone'],
    [
      'www.chai.example A 192.0.2.1',
      '1 warning RFC 1035 §5.1: www.chai.example.chai.example. looks as if a dot',
    ],
    ['www CNAME cdn.other.example', '1 warning RFC 1035 §5.1: cdn.other.example.chai.example. looks as if'],
    ['a_b A 192.0.2.1', '1 warning RFC 1123 §2.1: a_b.chai.example. is no name for a host'],
    ['x.*.w TXT y', '1 note RFC 4592 §2.1.1: Only a * in the first place'],
    [
      '*.w A 192.0.2.1\na.w TXT x',
      '1 note RFC 4592 §2.2.1: The wildcard does not stand for a.w.chai.example.',
    ],
    ['*.w DNAME x.example.', '1 warning RFC 4592 §4.4: What a DNAME at a wildcard means'],
    // sets and data
    ['a 60 A 192.0.2.1\na 61 A 192.0.2.2', '2 warning RFC 2181 §5.2: All A records of a.chai.example.'],
    ['a MX 1 b.example.\na MX 1 B.example.', '2 note RFC 2181 §5: This record is written twice'],
    ['@ TXT "v=spf1 -all"\n@ TXT "v=spf1 ~all"', '2 warning RFC 7208 §3.2: Two SPF records'],
    [
      '@ TXT "v=spf1 include:a.example" "include:b.example"',
      '1 warning RFC 7208 §3.3: The strings of an SPF',
    ],
    ['a TXT "one" "two"', '1 note RFC 1035 §3.3.14: Several strings'],
    ['@ CAA 0 issue "not a name"', '1 warning RFC 8659 §4.2: “not a name” names no authority'],
    [
      '@ CAA 0 iodef "security@chai.example"',
      '1 warning RFC 8659 §4.4: “security@chai.example” is no address',
    ],
    ['@ CAA 0 issuer "ca.example"', '1 note RFC 8659 §4.1: “issuer” is no property'],
    [
      '@ CAA 128 issuer "ca.example"',
      '1 warning RFC 8659 §4.1: “issuer” is no property that authorities know: marked',
    ],
    ['@ CAA 1 issue "ca.example"', '1 note RFC 8659 §4.1: Of the flags only 128'],
    // the text
    ['a 2147483648 TXT x', '1 warning RFC 2181 §8: A TTL of 2147483648 seconds'],
    ['a TXT x\n$ORIGIN b\n TXT y', '3 warning RFC 1035 §5.1: This line goes on with a.chai.example.'],
  ])('%j', (more, expected) => {
    const said = findings(more);
    expect(
      said.filter((finding) => finding.startsWith(expected)),
      said.join('\n'),
    ).toHaveLength(1);
  });

  it.each([
    ['0 7200 900 1209600 60', 'note RFC 1912 §2.2: A serial of 0'],
    ['1 900 900 1209600 60', 'warning RFC 1912 §2.2: Retry (15m) should be shorter than refresh (15m)'],
    ['1 7200 900 8100 60', 'warning RFC 1912 §2.2: Expire (2h15m) should be much longer'],
    ['1 7200 900 86400 60', 'note RFC 1912 §2.2: Expire is 1d'],
    ['1 7200 900 1209600 86401', 'warning RFC 2308 §5: That a name does not exist is remembered for 1d1s'],
  ])('SOA %s', (numbers, expected) => {
    const text = GOOD.replace('1 7200 900 1209600 60', numbers).replace('$TTL 3600', '$TTL 1w');
    expect(findings('', text)).toEqual([expect.stringContaining(expected)]);
  });

  it('a mailbox with an @, and too few servers', () => {
    expect(findings('', GOOD.replace('hostmaster', 'host@chai.example.'))).toEqual([
      expect.stringContaining('RFC 1035 §8: The mailbox'),
    ]);
    expect(findings('', GOOD.replace('@ NS ns2\n', ''))).toEqual([
      expect.stringContaining('RFC 2182 §5: Only one name server'),
    ]);
    expect(findings('', GOOD.replace('ns2 AAAA 2001:db8::2\n', ''))).toEqual([
      expect.stringContaining('RFC 10001 §4.1: Only one name server is reached over IPv6'),
    ]);
  });

  it('that the zone’s own records are missing is not said while lines cannot be read', () => {
    expect(findings('', '@ SOA x\n')).toHaveLength(1);
    expect(findings('', '; nothing\n').map((finding) => finding.slice(0, 26))).toEqual([
      '- error RFC 1034 §4.2.1: A',
      '- error RFC 1034 §4.2.1: A',
    ]);
  });

  it('at most 500 things', () => {
    const noisy = Array.from({ length: 1200 }, (_, i) => `a_${i} A 192.0.2.1\n`).join('');
    expect(findings(noisy)).toHaveLength(500);
  });
});

describe('serial numbers', () => {
  // The examples of RFC 1982 §5.2 have 8 bits: the same places on the circle of 32
  it.each([
    [0, 1],
    [0, 44],
    [0, 100],
    [44, 100],
    [100, 200],
    [200, 255],
    [255, 0],
    [255, 100],
    [200, 0],
    [200, 44],
  ])('%i of 256 comes before %i', (from, to) => {
    const step = 2 ** 24;
    expect(compareSerials(from * step, to * step)).toBe('later');
    expect(compareSerials(to * step, from * step)).toBe('earlier');
  });

  it.each([
    [1, 0, 'earlier'],
    [0, 1, 'later'],
    [44, 44, 'same'],
    [0, 0x7fff_ffff, 'later'],
    [0, 0x8000_0000, 'undefined'],
    [0, 0x8000_0001, 'earlier'],
    [0xffff_ffff, 0, 'later'],
    [0xffff_ff00, 100, 'later'],
    [2_026_040_101, 1, 'earlier'],
    [2_147_483_648, 0, 'undefined'],
  ])('from %i to %i: %s', (from, to, expected) => {
    expect(compareSerials(from, to)).toBe(expected);
  });

  const version = (serial: number, more = '') =>
    parseMasterFile(GOOD.replace(' 1 7200', ` ${serial} 7200`) + more, ORIGIN).records;
  const change = (from: number, to: number, more: string) =>
    checkSerial(
      version(from).map(({ record }) => record),
      version(to, more),
    );

  it('a change without a new serial is not taken by secondaries', () => {
    expect(change(7, 7, 'a A 192.0.2.1\n')).toMatchObject({
      severity: 'warning',
      line: 2,
      message: expect.stringContaining('secondaries will not take it. Write 8 or more'),
    });
    expect(change(7, 6, 'a A 192.0.2.1\n')?.spec).toBe('RFC 1982 §3.2');
    expect(change(0, 0x8000_0000, '')?.message).toContain('half the circle');
    expect(change(7, 8, 'a A 192.0.2.1\n')).toBeUndefined();
    expect(change(7, 7, '')).toBeUndefined();
    expect(change(0xffff_ffff, 0xffff_ffff, 'a A 192.0.2.1\n')?.message).toContain('Write 0 or more');
  });
});
