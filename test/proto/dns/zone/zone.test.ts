import { describe, expect, it } from 'vitest';
import { Malformed } from '../../../../src/engine/base/errors.ts';
import { enclosingZone, Zone, type ZoneLine } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import { chaicartZone, rootZone } from '../small-internet.ts';

const zone = new Zone(chaicartZone);

describe('what a zone says', () => {
  it.each([
    ['chaicart.example.', TYPE.A, 'answer'],
    ['CHAICART.example.', TYPE.A, 'answer'],
    ['www.chaicart.example.', TYPE.A, 'alias'],
    ['www.chaicart.example.', TYPE.CNAME, 'answer'],
    ['mail.chaicart.example.', TYPE.AAAA, 'nodata'],
    ['empty.chaicart.example.', TYPE.TXT, 'nodata'],
    ['nobody.chaicart.example.', TYPE.A, 'nxdomain'],
    ['below.www.chaicart.example.', TYPE.A, 'nxdomain'],
    ['sub.chaicart.example.', TYPE.NS, 'referral'],
    ['sub.chaicart.example.', TYPE.A, 'referral'],
    ['sub.chaicart.example.', TYPE.DS, 'nodata'],
    ['ns.sub.chaicart.example.', TYPE.A, 'referral'],
    ['ns.sub.chaicart.example.', TYPE.DS, 'referral'],
    ['x.y.sub.chaicart.example.', TYPE.A, 'referral'],
    ['chaicart.example.', TYPE.NS, 'answer'],
    ['mail.chaicart.example.', TYPE.ANY, 'answer'],
  ])('%s type %i: %s', (name, type, kind) => {
    expect(zone.lookup(name, type).kind).toBe(kind);
  });

  it('gives glue with a referral', () => {
    const found = zone.lookup('www.sub.chaicart.example.', TYPE.A);
    if (found.kind !== 'referral') throw new Error(found.kind);
    expect(found.cut).toBe('sub.chaicart.example.');
    expect(found.glue.map(recordText)).toEqual(['ns.sub.chaicart.example. 3600 IN A 203.0.113.9']);
  });

  it('names the closest encloser of what does not exist', () => {
    expect(zone.lookup('a.b.empty.chaicart.example.', TYPE.A)).toEqual({
      kind: 'nxdomain',
      encloser: 'empty.chaicart.example.',
    });
  });

  it('finds the zone that encloses a name, and for DS the one above', () => {
    const zones = new Map([
      ['chaicart.example.', zone],
      ['.', new Zone(rootZone)],
    ]);
    expect(enclosingZone(zones, 'a.b.CHAICART.example.')?.origin).toBe('chaicart.example.');
    expect(enclosingZone(zones, 'xchaicart.example.')?.origin).toBe('.');
    expect(enclosingZone(zones, 'chaicart.example.', TYPE.DS)?.origin).toBe('.');
    expect(enclosingZone(zones, 'a.chaicart.example.', TYPE.DS)?.origin).toBe('chaicart.example.');
    expect(enclosingZone(zones, '.', TYPE.DS)?.origin).toBe('.');
    expect(enclosingZone(new Map([['chaicart.example.', zone]]), 'chaicart.example.', TYPE.DS)).toBe(zone);
    expect(enclosingZone(new Map(), 'example.')).toBeUndefined();
  });
});

// The zone of RFC 4592 §2.2.1; its answers are listed there
const wild = new Zone({
  origin: 'example.',
  text: `$ORIGIN example.
example.                 3600 IN  SOA   ns.example.com. h.example. 1 7200 900 604800 60
example.                 3600     NS    ns.example.com.
example.                 3600     NS    ns.example.net.
*.example.               3600     TXT   "this is a wildcard"
*.example.               3600     MX    10 host1.example.
sub.*.example.           3600     TXT   "this is not a wildcard"
host1.example.           3600     A     192.0.2.1
_ssh._tcp.host1.example. 3600     SRV   0 0 22 host1.example.
_ssh._tcp.host2.example. 3600     SRV   0 0 22 host2.example.
subdel.example.          3600     NS    ns.example.com.
subdel.example.          3600     NS    ns.example.net.
`,
});

describe('wildcards', () => {
  it.each([
    ['host3.example.', TYPE.MX, 'answer', '*.example.'],
    ['host3.example.', TYPE.A, 'nodata', '*.example.'],
    ['foo.bar.example.', TYPE.TXT, 'answer', '*.example.'],
    ['host1.example.', TYPE.MX, 'nodata', undefined],
    ['sub.*.example.', TYPE.MX, 'nodata', undefined],
    ['_telnet._tcp.host1.example.', TYPE.SRV, 'nxdomain', undefined],
    ['host.subdel.example.', TYPE.A, 'referral', undefined],
    ['ghost.*.example.', TYPE.MX, 'nxdomain', undefined],
    ['*.example.', TYPE.TXT, 'answer', undefined],
    ['*.example.', TYPE.A, 'nodata', undefined],
    ['_tcp.host2.example.', TYPE.A, 'nodata', undefined],
  ])('%s type %i: %s from %s', (name, type, kind, source) => {
    const found = wild.lookup(name, type);
    expect(found.kind).toBe(kind);
    expect('wildcard' in found ? found.wildcard : undefined).toBe(source);
  });

  it('an answer is owned by the name as it was asked', () => {
    const found = wild.lookup('HOST3.example.', TYPE.MX);
    if (found.kind !== 'answer') throw new Error(found.kind);
    expect(found.records.map(recordText)).toEqual(['HOST3.example. 3600 IN MX 10 host1.example.']);
  });

  it('an alias at a wildcard is an alias for each name', () => {
    const aliases = new Zone({ origin: 'example.', records: [...apex, ['*.w.example.', 60, 'CNAME', 'x.']] });
    expect(aliases.lookup('a.b.w.example.', TYPE.A)).toMatchObject({
      kind: 'alias',
      wildcard: '*.w.example.',
      record: { name: 'a.b.w.example.', data: 'x.' },
    });
  });
});

const apex: ZoneLine[] = [
  ['example.', 60, 'SOA', 'ns.z. h.z. 1 1 1 1 1'],
  ['example.', 60, 'NS', 'ns.z.'],
];

describe('DNAME', () => {
  // The rows of RFC 6672 §2.2 that a zone can be asked: owner, target, name, what it becomes
  it.each([
    ['example.', 'net.', 'example.', undefined],
    ['example.', 'net.', 'a.example.', 'a.net.'],
    ['example.', 'net.', 'a.b.example.', 'a.b.net.'],
    ['b.example.', 'net.', 'ab.example.', undefined],
    ['x.example.', 'net.', 'a.x.example.', 'a.net.'],
    ['example.', 'y.net.', 'a.example.', 'a.y.net.'],
    ['example.', 'example.', 'cyc.example.', 'cyc.example.'],
    ['example.', 'c.example.', 'cyc.example.', 'cyc.c.example.'],
    ['x.example.', '.', 'shortloop.x.x.example.', 'shortloop.x.'],
    ['x.example.', '.', 'SHORTLOOP.X.example.', 'SHORTLOOP.'],
    ['x.example.', 'net.', 'a\\.b\\032.X.example.', 'a\\.b\\032.net.'],
  ])('%s to %s: %s is %s', (owner, target, name, becomes) => {
    const found = new Zone({
      origin: 'example.',
      records: [...apex, [owner, 77, 'DNAME', target]],
    }).lookup(name, TYPE.A);
    if (becomes === undefined) expect(found.kind).not.toBe('dname');
    else
      expect(found).toMatchObject({
        kind: 'dname',
        record: { name: owner, data: target },
        alias: { name, type: TYPE.CNAME, ttl: 77, data: becomes },
      });
  });

  it('a name that becomes too long is said to be', () => {
    const long = `${'a'.repeat(60)}.`.repeat(4); // 245 octets with the root
    const lines: ZoneLine[] = [...apex, ['d.example.', 60, 'DNAME', long]];
    const renaming = new Zone({ origin: 'example.', records: lines });
    expect(renaming.lookup(`${'b'.repeat(9)}.d.example.`, TYPE.A).kind).toBe('dname');
    expect(renaming.lookup(`${'b'.repeat(10)}.d.example.`, TYPE.A).kind).toBe('dname-overflow');
  });

  it('data at its owner are answered, and a cut above it comes first', () => {
    const lines: ZoneLine[] = [
      ...apex,
      ['d.example.', 60, 'DNAME', 'x.'],
      ['d.example.', 60, 'TXT', 'here'],
      ['c.example.', 60, 'NS', 'ns.z.'],
      ['d.c.example.', 60, 'DNAME', 'x.'],
    ];
    const renaming = new Zone({ origin: 'example.', records: lines });
    expect(renaming.lookup('d.example.', TYPE.TXT).kind).toBe('answer');
    expect(renaming.lookup('d.example.', TYPE.DNAME).kind).toBe('answer');
    expect(renaming.lookup('d.example.', TYPE.A).kind).toBe('nodata');
    expect(renaming.lookup('a.d.c.example.', TYPE.A).kind).toBe('referral');
  });
});

describe('records of DNSSEC are data', () => {
  const signed = new Zone({
    origin: 'example.',
    records: [
      ...apex,
      ['c.example.', 60, 'NS', 'ns.z.'],
      ['c.example.', 60, 'DS', `1 13 2 ${'00'.repeat(32)}`],
      ['a.example.', 60, 'CNAME', 'b.example.'],
      ['a.example.', 60, 'NSEC', 'c.example. CNAME NSEC'],
    ],
  });

  it('DS stands on this side of a cut, and goes with the referral', () => {
    expect(signed.lookup('c.example.', TYPE.DS).kind).toBe('answer');
    const found = signed.lookup('c.example.', TYPE.A);
    expect(found.kind === 'referral' && found.signers).toHaveLength(1);
  });

  it('NSEC stands beside an alias', () => {
    expect(signed.lookup('a.example.', TYPE.NSEC).kind).toBe('answer');
    expect(signed.lookup('a.example.', TYPE.A).kind).toBe('alias');
  });
});

describe('a zone that cannot be served is refused', () => {
  const good: ZoneLine[] = [
    ['z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 1 1 1 1 1'],
    ['z.example.', 60, 'NS', 'ns.z.example.'],
    ['ns.z.example.', 60, 'A', '192.0.2.1'],
  ];
  const build = (...more: ZoneLine[]) => new Zone({ origin: 'z.example.', records: [...good, ...more] });

  it('takes the good one, whatever is written twice, and one TTL for a set', () => {
    expect(build().records()).toHaveLength(3);
    expect(build(['NS.z.example.', 60, 'A', '192.0.2.1']).records()).toHaveLength(3);
    expect(
      build(['ns.z.example.', 61, 'A', '192.0.2.2'])
        .addresses('ns.z.example.')
        .map(({ ttl }) => ttl),
    ).toEqual([60, 60]);
  });

  it.each<[string, ZoneLine[], RegExp]>([
    ['outside', [['other.example.', 60, 'A', '192.0.2.1']], /outside the zone/],
    [
      'alias with company',
      [
        ['a.z.example.', 60, 'A', '192.0.2.1'],
        ['a.z.example.', 60, 'CNAME', 'z.example.'],
      ],
      /stands alone.*has A too/,
    ],
    [
      'two aliases',
      [
        ['a.z.example.', 60, 'CNAME', 'b.example.'],
        ['a.z.example.', 60, 'CNAME', 'c.example.'],
      ],
      /alias of one other name.*c\.example/,
    ],
    ['alias at the origin', [['z.example.', 60, 'CNAME', 'b.example.']], /HTTPS 0 b\.example\./],
    ['two SOA', [['z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 2 1 1 1 1']], /one SOA/],
    [
      'SOA below',
      [['b.z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 2 1 1 1 1']],
      /origin of the zone/,
    ],
    ['NS at a wildcard', [['*.z.example.', 60, 'NS', 'ns.z.example.']], /wildcard cannot/],
    [
      'below a DNAME',
      [
        ['d.z.example.', 60, 'DNAME', 'x.'],
        ['a.d.z.example.', 60, 'TXT', 'x'],
      ],
      /renames everything below/,
    ],
    [
      'two DNAME',
      [
        ['d.z.example.', 60, 'DNAME', 'x.'],
        ['d.z.example.', 60, 'DNAME', 'y.'],
      ],
      /at most one DNAME/,
    ],
    ['own server without address', [['z.example.', 60, 'NS', 'a.z.example.']], /has no address/],
    [
      'own server an alias',
      [
        ['z.example.', 60, 'NS', 'a.z.example.'],
        ['a.z.example.', 60, 'CNAME', 'z.example.'],
      ],
      /is an alias/,
    ],
    ['not absolute', [['www', 60, 'A', '192.0.2.1']], /final dot/],
  ])('%s', (_, lines, message) => {
    expect(() => build(...lines)).toThrow(Malformed);
    expect(() => build(...lines)).toThrow(message);
  });

  it('names what is missing, and where a text is wrong', () => {
    expect(() => new Zone({ origin: 'z.example.', records: good.slice(1) })).toThrow(
      /SOA record.*is missing/,
    );
    expect(() => new Zone({ origin: 'z.example.', records: [good[0]!] })).toThrow(/NS record.*is missing/);
    expect(() => new Zone({ origin: 'z.example.', text: 'a FOO x\n' })).toThrow(/line 1, column 3.*FOO/);
  });
});
