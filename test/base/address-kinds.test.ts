import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AddressKind,
  ALL_KINDS,
  kindOf,
  kindOfPrefix,
  multicastScope6,
} from '../../src/engine/base/address-kinds.ts';
import {
  cidr,
  containsCidr,
  firstOf,
  formatCidr,
  inCidr,
  ipFromBigInt,
  lastOf,
  parseCidr,
  subtractAll,
  widthOf,
} from '../../src/engine/base/cidr.ts';
import { type Family, familyOf, ip6, parseIp } from '../../src/engine/base/ip.ts';
import { SPECIAL_PURPOSE } from '../vectors/special-purpose.ts';

const columnsOf = (kind: AddressKind) =>
  [kind.asSource, kind.asDestination, kind.forwardable, kind.globallyReachable]
    .map((value) => (value === undefined ? '?' : value ? 'T' : 'F'))
    .join('');

describe('the registries', () => {
  it.each(SPECIAL_PURPOSE)('%s has IANA’s columns', (text, columns) => {
    const { kind } = kindOfPrefix(parseCidr(text));
    expect(kind.isSpecial).toBe(true);
    expect(columnsOf(kind)).toBe(columns.slice(0, 4).replace(/[N.]/g, '?'));
    expect(containsCidr(kind.block, parseCidr(text))).toBe(true);
    expect(kind.block.prefixLength).toBeGreaterThanOrEqual(parseCidr(text).prefixLength - 1);
  });

  it('have no block that IANA does not list', () => {
    const listed = new Set(SPECIAL_PURPOSE.map(([text]) => formatCidr(parseCidr(text))));
    // Two entries of one row, which are one block to us
    listed.add('192.0.0.170/31');
    const ours = ALL_KINDS.filter((kind) => kind.isSpecial).map((kind) => formatCidr(kind.block));
    expect(ours.filter((text) => !listed.has(text))).toEqual([]);
    expect(new Set(ALL_KINDS.map((kind) => formatCidr(kind.block))).size).toBe(ALL_KINDS.length);
  });

  it('keep RFC 8190 §2.1: where there is no destination, there is no forwarding and no reach', () => {
    for (const kind of ALL_KINDS) {
      if (kind.asDestination === false)
        expect([kind.forwardable, kind.globallyReachable]).toEqual([false, false]);
      if (kind.globallyReachable) expect(kind.forwardable, kind.name).toBe(true);
    }
  });

  it('say something of each block, and where it is written', () => {
    for (const kind of ALL_KINDS) {
      expect(kind.rfc).toMatch(/^RFC \d+( §[\d.]+)?(, RFC \d+)?$/);
      expect(kind.seenBy.length).toBeGreaterThan(10);
      expect(kind.seenBy).not.toMatch(/\.$/);
    }
  });
});

describe('the kind of an address', () => {
  it.each([
    ['192.168.1.23', 'private'],
    ['172.15.255.255', 'global'],
    ['172.16.0.0', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.0', 'global'],
    ['100.63.255.255', 'global'],
    ['100.127.255.255', 'shared'],
    ['127.0.0.53', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'this-network'],
    ['203.0.113.7', 'documentation'],
    ['224.0.0.251', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['192.0.0.9', 'protocol'],
    ['192.88.99.1', 'deprecated'],
    ['192.88.99.2', 'transition'],
    ['2001:db8::1', 'documentation'],
    ['3fff:fff::1', 'documentation'],
    ['3fff:1000::1', 'global'],
    ['fd12:3456:789a::1', 'unique-local'],
    ['fe80::1', 'link-local'],
    ['febf:ffff::', 'link-local'],
    ['fec0::1', 'deprecated'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::2', 'deprecated'],
    ['::ffff:192.168.1.23', 'transition'],
    ['64:ff9b::c000:221', 'transition'],
    ['100::1', 'discard'],
    ['100:0:0:1::1', 'protocol'],
    ['2001::1', 'transition'],
    ['2001:5::1', 'protocol'],
    ['2001:200::1', 'global'],
    ['2002:c000:221::1', 'transition'],
    ['5f00::1', 'protocol'],
    ['4000::1', 'reserved'],
    ['ff02::1', 'multicast'],
  ])('%s: %s', (text, id) => {
    expect(kindOf(parseIp(text)).id).toBe(id);
  });

  it('is that of the longest block around it', () => {
    const address = fc
      .constantFrom<Family[]>(4, 6)
      .chain((family) =>
        fc
          .bigInt({ min: 0n, max: (1n << BigInt(widthOf(family))) - 1n })
          .map((value) => ipFromBigInt(family, value)),
      );
    const edges = fc
      .constantFrom(...ALL_KINDS)
      .chain((kind) => fc.constantFrom(firstOf(kind.block), lastOf(kind.block)));
    fc.assert(
      fc.property(fc.oneof(address, edges), (each) => {
        const around = ALL_KINDS.filter((kind) => inCidr(each, kind.block));
        const longest = Math.max(...around.map((kind) => kind.block.prefixLength));
        expect(kindOf(each).block.prefixLength).toBe(longest);
      }),
      { numRuns: 1000 },
    );
  });

  it('of a multicast address tells how far it reaches (RFC 7346 §2)', () => {
    const scope = (text: string) => multicastScope6(ip6(text))?.name;
    expect(['ff01::1', 'ff02::1', 'ff15::1', 'ff38::1', 'ff0e::1', 'ff06::1'].map(scope)).toEqual([
      'Interface-local',
      'Link-local',
      'Site-local',
      'Organization-local',
      'Global',
      undefined,
    ]);
    expect(kindOf(parseIp('ff02::1'))).toMatchObject({ name: 'Multicast, link-local', forwardable: false });
    expect(kindOf(parseIp('ff3e::1'))).toMatchObject({ forwardable: true, globallyReachable: true });
    expect(kindOf(parseIp('ff0f::1')).seenBy).toContain('not assigned');
  });
});

describe('the kind of a prefix', () => {
  const told = (text: string) => {
    const { kind, inside } = kindOfPrefix(parseCidr(text));
    return [kind.id, ...inside.map((each) => formatCidr(each.block))];
  };

  it('is that of the block around all of it, with the special blocks inside', () => {
    expect(told('192.168.1.0/24')).toEqual(['private']);
    expect(told('192.168.0.0/15')).toEqual(['global', '192.168.0.0/16']);
    expect(told('10.0.0.0/7')).toEqual(['global', '10.0.0.0/8']);
    expect(told('198.51.100.0/25')).toEqual(['documentation']);
    expect(told('255.255.255.0/24')).toEqual(['reserved', '255.255.255.255/32']);
    expect(told('2001:db8::/32')).toEqual(['documentation']);
    expect(told('ff02::/16')).toEqual(['multicast']);
    expect(told('fe00::/7')).toEqual(['reserved', 'ff00::/8', 'fec0::/10', 'fe80::/10']);
    expect(told('0.0.0.0/0').length).toBe(
      ALL_KINDS.filter((kind) => familyOf(kind.block.address) === 4).length,
    );
  });

  it('agrees with the kinds of the addresses in it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ALL_KINDS),
        fc.nat(128),
        fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
        (near, length, low) => {
          const family = familyOf(near.block.address);
          const prefix = cidr(near.block.address, Math.min(length, widthOf(family)));
          const { kind, inside } = kindOfPrefix(prefix);
          const left = subtractAll(
            [prefix],
            inside.map((each) => each.block),
          );
          if (left.length === 0) return;
          // What no inner block covers is of the outer kind
          const some = firstOf(left[Number(low % BigInt(left.length))]!);
          expect(kindOf(some).block).toEqual(kind.block);
        },
      ),
      { numRuns: 500 },
    );
  });
});
