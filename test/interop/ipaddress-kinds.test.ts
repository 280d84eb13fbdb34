/**
 * Our special ranges against the properties of Python's `ipaddress`, on addresses at and around the edges of every
 * block and on random ones. Where the two differ by design stands below, with the reason.
 */
import { describe, expect, it } from 'vitest';
import { ALL_KINDS, kindOf } from '../../src/engine/base/address-kinds.ts';
import {
  firstOf,
  inCidr,
  ipFromBigInt,
  ipToBigInt,
  lastOf,
  parseCidr,
  widthOf,
} from '../../src/engine/base/cidr.ts';
import { type Family, familyOf, formatIp, type Ip } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { askPython, pythonFault } from './python.ts';

const fault = pythonFault();
if (fault !== undefined) console.log(`ipaddress kinds: skipped, ${fault}`);
const pythonIt = it.skipIf(fault !== undefined && !process.env['CI']);

const PROPERTIES = [
  'is_global',
  'is_private',
  'is_loopback',
  'is_link_local',
  'is_multicast',
  'is_unspecified',
  'is_site_local',
] as const;
type Property = (typeof PROPERTIES)[number];

const ASK = `
import ipaddress, json, sys
names = ${JSON.stringify(PROPERTIES)}
json.dump([[getattr(a, name, False) for name in names]
    for a in map(ipaddress.ip_address, json.load(sys.stdin))], sys.stdout)
`;

/** The same properties from our kinds. */
function ours(address: Ip): Record<Property, boolean> {
  const { id, globallyReachable, isSpecial, name } = kindOf(address);
  return {
    is_global: globallyReachable === true,
    // Python: listed as special, and not reachable from everywhere; shared space is neither private nor global
    is_private: isSpecial && globallyReachable !== true && id !== 'shared',
    is_loopback: id === 'loopback',
    is_link_local: id === 'link-local',
    is_multicast: id === 'multicast' || name.includes('MCAST'),
    is_unspecified: id === 'unspecified',
    is_site_local: name.startsWith('Site-local'),
  };
}

/** Where Python answers something else, at least in some of its releases, and why we do not follow. */
const BY_DESIGN: readonly { blocks: readonly string[]; properties: readonly Property[]; why: string }[] = [
  {
    blocks: ['224.0.0.0/4', 'ff00::/8'],
    properties: ['is_global', 'is_private'],
    why: 'multicast is no unicast address that is global or private: we answer by its scope (RFC 7346, RFC 5771)',
  },
  {
    blocks: ['::/0'],
    properties: ['is_global'],
    why: 'Python calls global what is not listed; outside 2000::/3 nobody has been given an address (only where ours is "Not given out")',
  },
  {
    blocks: ['::/96', 'fec0::/10'],
    properties: ['is_global', 'is_private'],
    why: 'deprecated blocks that the special-purpose registries do not list; nobody routes them',
  },
  {
    blocks: ['192.88.99.0/24', '2001:10::/28'],
    properties: ['is_global', 'is_private'],
    why: 'entries that have ended, whose columns are empty: we say that the registry does not say',
  },
  {
    blocks: ['2001::/32', '2002::/16'],
    properties: ['is_global', 'is_private'],
    why: 'the registry says "N/A" (RFC 8190 §2.3): Python calls Teredo private, and 6to4 global or private by release',
  },
  {
    blocks: ['::ffff:0.0.0.0/96'],
    properties: ['is_global', 'is_private', 'is_loopback', 'is_link_local', 'is_multicast', 'is_unspecified'],
    why: 'since 3.13 Python answers for the IPv4 address inside; the registry answers for the block',
  },
  {
    blocks: ['192.0.0.0/24', '2001::/23', '192.88.99.2/32', '64:ff9b:1::/48'],
    properties: ['is_global', 'is_private'],
    why: 'before 3.11.10 and 3.12.4 Python had no exceptions within protocol assignments, nor the local-use NAT64 prefix',
  },
  {
    blocks: ['3fff::/20', '5f00::/16', '100:0:0:1::/64'],
    properties: ['is_global', 'is_private'],
    why: 'registered in 2024 and 2025: releases of Python learn of such blocks late or not at all',
  },
];

const DESIGN = BY_DESIGN.map((each) => ({ ...each, blocks: each.blocks.map(parseCidr) }));

function isByDesign(address: Ip, property: Property): boolean {
  return DESIGN.some(
    ({ blocks, properties }) =>
      properties.includes(property) &&
      blocks.some(
        (block) =>
          inCidr(address, block) && (block.prefixLength > 0 || kindOf(address).name === 'Not given out'),
      ),
  );
}

describe("Python's ipaddress", () => {
  pythonIt('puts addresses into the same ranges', () => {
    expect(fault).toBeUndefined();
    const random = new Random(4);
    const addresses: Ip[] = [];
    const add = (family: Family, value: bigint): void => {
      if (value >= 0n && value >> BigInt(widthOf(family)) === 0n) addresses.push(ipFromBigInt(family, value));
    };
    for (const { block } of ALL_KINDS) {
      const family = familyOf(block.address);
      const [first, last] = [ipToBigInt(firstOf(block)), ipToBigInt(lastOf(block))];
      for (const edge of [first, last]) for (const by of [-1n, 0n, 1n]) add(family, edge + by);
      for (let n = 0; n < 200; n++)
        add(family, first + (BigInt(random.u32()) * (last - first)) / 0xffff_ffffn);
    }
    for (let n = 0; n < 10_000; n++) {
      add(4, BigInt(random.u32()));
      add(6, ((0x2000n + BigInt(random.below(0x2000))) << 112n) | BigInt(random.u32()));
    }
    const answers = askPython<boolean[][]>(ASK, addresses.map(formatIp));
    const faults = new Set<string>();
    let compared = 0;
    for (const [i, address] of addresses.entries()) {
      const mine = ours(address);
      for (const [k, property] of PROPERTIES.entries()) {
        if (isByDesign(address, property)) continue;
        compared++;
        if (mine[property] !== answers[i]![k])
          faults.add(`${formatIp(address)} ${property}: we say ${mine[property]}`);
      }
    }
    expect([...faults].slice(0, 20)).toEqual([]);
    expect(compared).toBeGreaterThan(addresses.length * 5);
  });
});
