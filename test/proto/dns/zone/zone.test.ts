import { describe, expect, it } from 'vitest';
import { Malformed, Unsupported } from '../../../../src/engine/base/errors.ts';
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
    ['ns.sub.chaicart.example.', TYPE.A, 'referral'],
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

  it('finds the zone that encloses a name', () => {
    const zones = new Map([
      ['chaicart.example.', zone],
      ['.', new Zone(rootZone)],
    ]);
    expect(enclosingZone(zones, 'a.b.CHAICART.example.')?.origin).toBe('chaicart.example.');
    expect(enclosingZone(zones, 'xchaicart.example.')?.origin).toBe('.');
    expect(enclosingZone(new Map(), 'example.')).toBeUndefined();
  });
});

describe('a zone that would lie is refused', () => {
  const good: ZoneLine[] = [
    ['z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 1 1 1 1 1'],
    ['z.example.', 60, 'NS', 'ns.z.example.'],
    ['ns.z.example.', 60, 'A', '192.0.2.1'],
  ];
  const build = (...more: ZoneLine[]) => new Zone({ origin: 'z.example.', records: [...good, ...more] });

  it('takes the good one', () => {
    expect(build().records()).toHaveLength(3);
  });

  it.each<[string, ZoneLine[], RegExp]>([
    ['outside', [['other.example.', 60, 'A', '192.0.2.1']], /outside the zone/],
    [
      'alias with company',
      [
        ['a.z.example.', 60, 'A', '192.0.2.1'],
        ['a.z.example.', 60, 'CNAME', 'z.example.'],
      ],
      /stands alone.*A is there/,
    ],
    [
      'two aliases',
      [
        ['a.z.example.', 60, 'CNAME', 'b.example.'],
        ['a.z.example.', 60, 'CNAME', 'c.example.'],
      ],
      /there are two/,
    ],
    ['two SOA', [['z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 2 1 1 1 1']], /one SOA/],
    ['SOA below', [['b.z.example.', 60, 'SOA', 'ns.z.example. h.z.example. 2 1 1 1 1']], /origin only/],
    [
      'two TTLs',
      [
        ['a.z.example.', 60, 'A', '192.0.2.1'],
        ['a.z.example.', 61, 'A', '192.0.2.2'],
      ],
      /one TTL/,
    ],
    ['twice', [['ns.z.example.', 60, 'A', '192.0.2.1']], /written twice/],
    [
      'below a cut',
      [
        ['c.z.example.', 60, 'NS', 'ns.other.example.'],
        ['a.c.z.example.', 60, 'TXT', '"x"'],
      ],
      /only addresses \(glue\)/,
    ],
    ['no glue', [['c.z.example.', 60, 'NS', 'ns.c.z.example.']], /needs glue/],
    ['no such target', [['z.example.', 60, 'MX', '1 mail.z.example.']], /no address/],
    [
      'alias as target',
      [
        ['m.z.example.', 60, 'CNAME', 'z.example.'],
        ['z.example.', 60, 'MX', '1 m.z.example.'],
      ],
      /alias/,
    ],
    ['not absolute', [['www', 60, 'A', '192.0.2.1']], /final dot/],
  ])('%s', (_, lines, message) => {
    expect(() => build(...lines)).toThrow(Malformed);
    expect(() => build(...lines)).toThrow(message);
  });

  it('names what is missing', () => {
    expect(() => new Zone({ origin: 'z.example.', records: good.slice(1) })).toThrow(
      /SOA record at its origin is missing/,
    );
    expect(() => new Zone({ origin: 'z.example.', records: [good[0]!] })).toThrow(
      /NS record at its origin is missing/,
    );
    expect(() => build(['*.z.example.', 60, 'A', '192.0.2.1'])).toThrow(Unsupported);
  });
});
