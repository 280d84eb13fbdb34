import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIp4, formatMac, type Mac } from '../../src/engine/base/address.ts';
import { ip4Within, macWithin, reverseName, reverseZone } from '../../src/engine/base/address-within.ts';
import { parseCidr } from '../../src/engine/base/cidr.ts';
import { ip6, parseIp } from '../../src/engine/base/ip.ts';
import { formatIp6, type Ip6 } from '../../src/engine/base/ip6.ts';
import { eui64 } from '../../src/engine/proto/ip/autoconf.ts';

describe('an IPv4 address within', () => {
  it.each([
    ['::ffff:192.0.2.33', 'mapped', '192.0.2.33'],
    ['::192.0.2.33', 'compatible', '192.0.2.33'],
    ['64:ff9b::192.0.2.33', 'NAT64', '192.0.2.33'],
    ['2002:c000:221::1', '6to4', '192.0.2.33'],
    // RFC 4380 §4: server, flags, port and client, the last two with all bits turned around
    ['2001:0:c633:6401:0:63bf:3fff:fdde', 'Teredo', '192.0.2.33'],
  ])('%s: %s %s', (text, by, address) => {
    const found = ip4Within(ip6(text))!;
    expect([found.by, formatIp4(found.address)]).toEqual([by, address]);
  });

  it.each([
    '::',
    '::1',
    '2001:db8::c000:221',
    '64:ff9b:1::192.0.2.33',
    '2003:c000:221::1',
    'fe80::5efe:c000:221',
  ])('%s holds none that its prefix tells of', (text) => {
    expect(ip4Within(ip6(text))).toBeUndefined();
  });
});

describe('a MAC address within', () => {
  it('is the one from which the identifier was made', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (n) => {
        const mac = (n % 2 ** 48) as Mac;
        const bytes = new Uint8Array(16);
        bytes.set([0xfe, 0x80]);
        bytes.set(eui64(mac), 8);
        expect(macWithin(formatIp6(bytes))).toBe(mac);
      }),
    );
    expect(formatMac(macWithin(ip6('fe80::200:5eff:fe00:5301'))!)).toBe('00:00:5e:00:53:01');
    for (const none of ['fe80::1', 'fe80::200:5efe:ff00:5301', '::'] as Ip6[])
      expect(macWithin(none), none).toBeUndefined();
  });
});

describe('reverse names', () => {
  it.each([
    ['192.0.2.80', '80.2.0.192.in-addr.arpa.'],
    ['2001:db8::80', '0.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.'],
  ])('%s: %s', (text, name) => {
    expect(reverseName(parseIp(text))).toBe(name);
  });

  it.each([
    ['192.168.1.23/24', '1.168.192.in-addr.arpa.'],
    ['172.16.0.0/12', '172.in-addr.arpa.'],
    ['0.0.0.0/0', 'in-addr.arpa.'],
    ['192.0.2.80/32', '80.2.0.192.in-addr.arpa.'],
    ['2001:db8::/32', '8.b.d.0.1.0.0.2.ip6.arpa.'],
    ['2001:db8::/33', '8.b.d.0.1.0.0.2.ip6.arpa.'],
    ['fe80::/10', 'e.f.ip6.arpa.'],
  ])('those of %s lie in %s', (text, zone) => {
    expect(reverseZone(parseCidr(text))).toBe(zone);
  });
});
