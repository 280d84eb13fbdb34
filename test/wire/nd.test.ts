import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mac } from '../../src/engine/base/address.ts';
import { formatIp6, type Ip6 } from '../../src/engine/base/ip6.ts';
import { fixIcmp6Checksum, icmp6, icmp6ChecksumOk } from '../../src/engine/wire/icmp6.ts';
import { IPV6_HEADER, ipv6, writeIpv6 } from '../../src/engine/wire/ipv6.ts';
import { PROTOCOL_ICMP6 } from '../../src/engine/wire/ipv6-extension.ts';
import { encodeNd, IP6_ANY, type NdMessage, readNd, solicitedNode } from '../../src/engine/wire/nd.ts';
import { expectCanonical } from './laws.ts';

const LAPTOP = 'fe80::200:5eff:fe00:5317' as Ip6;
const ROUTER = 'fe80::200:5eff:fe00:5301' as Ip6;
const GLOBAL = '2001:db8:1::23' as Ip6;
const ALL_NODES = 'ff02::1' as Ip6;
const MAC = 0x0000_5e00_5317 as Mac;

/** The message in a packet between two neighbours, as a receiver finds it. */
function packet(message: Uint8Array, source: Ip6, destination: Ip6, hopLimit = 255): Uint8Array {
  const bytes = new Uint8Array(IPV6_HEADER + message.length);
  writeIpv6(bytes, 0, message.length, PROTOCOL_ICMP6, hopLimit, source, destination);
  bytes.set(message, IPV6_HEADER);
  fixIcmp6Checksum(bytes, IPV6_HEADER, bytes.length, source, destination);
  return bytes;
}

function read(bytes: Uint8Array): ReturnType<typeof readNd> {
  expect(icmp6ChecksumOk(bytes, 0, IPV6_HEADER, bytes.length)).toBe(true);
  return readNd(bytes, 0, IPV6_HEADER, bytes.length);
}

function problem(bytes: Uint8Array): string | undefined {
  const message = read(bytes);
  return message.kind === 'fault' ? message.problem : undefined;
}

const mac = fc.option(
  fc.maxSafeNat().map((n) => (n % 0x1_0000_0000_0000) as Mac),
  { nil: undefined },
);
const unicast = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
  bytes[0]! &= 0x3f;
  return formatIp6(bytes);
});
const seconds = fc.integer({ min: 0, max: 0xffff_ffff });
const preference = fc.constantFrom(-1 as const, 0 as const, 1 as const);

const messages: fc.Arbitrary<NdMessage> = fc.oneof(
  fc.record({ kind: fc.constant('router solicitation' as const), sourceMac: mac }),
  fc.record({
    kind: fc.constant('router advertisement' as const),
    hopLimit: fc.nat(255),
    managed: fc.boolean(),
    other: fc.boolean(),
    preference,
    lifetime: fc.nat(65_535),
    reachableTime: seconds,
    retransTimer: seconds,
    sourceMac: mac,
    mtu: fc.option(seconds, { nil: undefined }),
    prefixes: fc.array(
      fc.record({
        prefix: unicast,
        prefixLength: fc.nat(128),
        onLink: fc.boolean(),
        autonomous: fc.boolean(),
        validLifetime: seconds,
        preferredLifetime: seconds,
      }),
      { maxLength: 3 },
    ),
    routes: fc.array(
      fc
        .record({ prefix: unicast, prefixLength: fc.nat(128), preference, lifetime: seconds })
        .map((route) => ({ ...route, prefix: cut(route.prefix, route.prefixLength) })),
      { maxLength: 3 },
    ),
    nameServers: fc.array(
      fc.record({ addresses: fc.array(unicast, { minLength: 1, maxLength: 3 }), lifetime: seconds }),
      { maxLength: 2 },
    ),
  }),
  fc.record({
    kind: fc.constant('neighbour solicitation' as const),
    target: unicast,
    sourceMac: mac,
    nonce: fc.option(fc.uint8Array({ minLength: 6, maxLength: 6 }), { nil: undefined }),
  }),
  fc.record({
    kind: fc.constant('neighbour advertisement' as const),
    target: unicast,
    router: fc.boolean(),
    solicited: fc.boolean(),
    override: fc.boolean(),
    targetMac: mac,
  }),
  unicast.chain((target) =>
    fc.record({
      kind: fc.constant('redirect' as const),
      target: fc.constant(target),
      destination: fc.constant(target),
      targetMac: mac,
    }),
  ),
);

/** What a route option carries of a prefix: whole groups of eight bytes. */
function cut(prefix: Ip6, prefixLength: number): Ip6 {
  const bytes = new Uint8Array(40);
  writeIpv6(bytes, 0, 0, 0, 0, prefix, prefix);
  return formatIp6(bytes.slice(8, 24).fill(0, 8 * Math.ceil(prefixLength / 64)));
}

describe('Neighbour Discovery', () => {
  it('reads what it wrote, and nothing is lost on the way', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const bytes = packet(encodeNd(message), LAPTOP, GLOBAL);
        expect(read(bytes)).toEqual(message);
        expectCanonical(icmp6, bytes.subarray(IPV6_HEADER));
      }),
    );
  });
});

void problem;
void ROUTER;
void ALL_NODES;
void MAC;
void IP6_ANY;
void ipv6;
void solicitedNode;
