import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mac, parseMac } from '../../src/engine/base/address.ts';
import { fromHex } from '../../src/engine/base/bytes.ts';
import { formatIp6, type Ip6 } from '../../src/engine/base/ip6.ts';
import { fixIcmp6Checksum, icmp6, icmp6ChecksumOk } from '../../src/engine/wire/icmp6.ts';
import { IPV6_HEADER, ipv6, ipv6Destination, ipv6Source, writeIpv6 } from '../../src/engine/wire/ipv6.ts';
import { PROTOCOL_ICMP6 } from '../../src/engine/wire/ipv6-extension.ts';
import { encodeNd, IP6_ANY, type NdMessage, readNd, solicitedNode } from '../../src/engine/wire/nd.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { expectCanonical } from './laws.ts';
import { find } from './partition.ts';

const LAPTOP = 'fe80::200:5eff:fe00:5317' as Ip6;
const ROUTER = 'fe80::200:5eff:fe00:5301' as Ip6;
const GLOBAL = '2001:db8:1::23' as Ip6;
const ALL_NODES = 'ff02::1' as Ip6;
const MAC = parseMac('00:00:5e:00:53:17');

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

/** What the captured frame says, and the frame written from that. */
function captured(name: keyof typeof FRAMES6): {
  said: ReturnType<typeof readNd>;
  rewritten: Uint8Array;
  seen: Uint8Array;
} {
  const seen = fromHex(FRAMES6[name]).subarray(14);
  const said = read(seen);
  if (said.kind === 'fault') throw new Error(said.problem);
  return { said, rewritten: packet(encodeNd(said), ipv6Source(seen, 0), ipv6Destination(seen, 0)), seen };
}

describe('Neighbour Discovery as Linux speaks it', () => {
  it.each([
    [
      'duplicateProbe',
      { kind: 'neighbour solicitation', target: LAPTOP, sourceMac: undefined, nonce: expect.any(Uint8Array) },
    ],
    ['routerSolicitation', { kind: 'router solicitation', sourceMac: MAC }],
    [
      'neighbourSolicitation',
      { kind: 'neighbour solicitation', target: '2001:db8:1::1', sourceMac: MAC, nonce: undefined },
    ],
    [
      'neighbourAdvertisement',
      {
        kind: 'neighbour advertisement',
        target: '2001:db8:1::1',
        router: true,
        solicited: true,
        override: true,
        targetMac: 0x5e005301,
      },
    ],
    [
      'reachabilityAnswer',
      {
        kind: 'neighbour advertisement',
        router: false,
        solicited: true,
        override: false,
        targetMac: undefined,
      },
    ],
  ] as const)('reads and writes %s', (name, expected) => {
    const { said, rewritten, seen } = captured(name);
    expect(said).toMatchObject(expected);
    expect(rewritten).toEqual(seen);
  });

  it('reads all that a router advertises', () => {
    const { said } = captured('routerAdvertisement');
    expect(said).toEqual({
      kind: 'router advertisement',
      hopLimit: 64,
      managed: false,
      other: false,
      preference: 1,
      lifetime: 1800,
      reachableTime: 30_000,
      retransTimer: 1000,
      sourceMac: 0x5e005301,
      mtu: 1500,
      prefixes: [
        {
          prefix: '2001:db8:1::',
          prefixLength: 64,
          onLink: true,
          autonomous: true,
          validLifetime: 86_400,
          preferredLifetime: 14_400,
        },
      ],
      routes: [{ prefix: 'fd00:1:2::', prefixLength: 48, preference: 1, lifetime: 1800 }],
      nameServers: [{ addresses: ['2001:db8:2::53'], lifetime: 600 }],
    });
    const tree = icmp6.dissect(fromHex(FRAMES6.routerAdvertisement).subarray(54));
    expect(find(tree, 'Prefix information').text).toBe('2001:db8:1::/64');
    expect(find(tree, 'Valid lifetime').text).toBe('86400 s');
    expect(find(tree, 'Router lifetime').text).toBe('1800 s');
    expect(find(tree, 'Recursive DNS servers').text).toBe('2001:db8:2::53');
    expect(find(tree, 'Source link-layer address').text).toBe('00:00:5e:00:53:01');
  });

  it('reads a redirect and the packet that it quotes', () => {
    const { said } = captured('redirect6');
    expect(said).toEqual({
      kind: 'redirect',
      target: 'fe80::7',
      destination: '3fff::9',
      targetMac: 0x5e005307,
    });
    const tree = icmp6.dissect(fromHex(FRAMES6.redirect6).subarray(54));
    expect(find(find(tree, 'Redirected header'), 'Hop limit').text).toMatch(/ left$/);
  });

  it('asks the group that the captured frames ask', () => {
    for (const name of ['duplicateProbe', 'neighbourSolicitation'] as const) {
      const seen = fromHex(FRAMES6[name]).subarray(14);
      const message = readNd(seen, 0, IPV6_HEADER, seen.length) as { target: Ip6 };
      expect(solicitedNode(message.target)).toBe(ipv6Destination(seen, 0));
    }
  });
});

describe('a message that must be dropped (RFC 4861 §6.1, §7.1, §8.1)', () => {
  const advertisement: NdMessage = {
    kind: 'router advertisement',
    hopLimit: 64,
    managed: false,
    other: false,
    preference: 0,
    lifetime: 1800,
    reachableTime: 0,
    retransTimer: 0,
    sourceMac: MAC,
    mtu: undefined,
    prefixes: [],
    routes: [],
    nameServers: [],
  };
  const solicitation: NdMessage = {
    kind: 'neighbour solicitation',
    target: GLOBAL,
    sourceMac: undefined,
    nonce: undefined,
  };
  const answer: NdMessage = {
    kind: 'neighbour advertisement',
    target: GLOBAL,
    router: false,
    solicited: true,
    override: true,
    targetMac: MAC,
  };
  const redirect: NdMessage = { kind: 'redirect', target: ROUTER, destination: GLOBAL, targetMac: undefined };
  const group = 'ff02::5' as Ip6;

  it.each([
    ['that a router passed on', packet(encodeNd(solicitation), LAPTOP, GLOBAL, 254), /hop limit of 254/],
    [
      'of a router without a link-local address',
      packet(encodeNd(advertisement), GLOBAL, ALL_NODES),
      /link-local/,
    ],
    ['that redirects without one', packet(encodeNd(redirect), GLOBAL, LAPTOP), /link-local/],
    [
      'that asks for a group',
      packet(encodeNd({ ...solicitation, target: group }), LAPTOP, GLOBAL),
      /a group/,
    ],
    ['that answers for a group', packet(encodeNd({ ...answer, target: group }), LAPTOP, GLOBAL), /a group/],
    [
      'that redirects a group',
      packet(encodeNd({ ...redirect, destination: group }), ROUTER, LAPTOP),
      /a group/,
    ],
    ['that answers everyone, as if asked', packet(encodeNd(answer), LAPTOP, ALL_NODES), /asked for/],
    [
      'that asks without an address, not the right group',
      packet(encodeNd(solicitation), IP6_ANY, ALL_NODES),
      /not the group/,
    ],
    [
      'that has a card and no address',
      packet(encodeNd({ ...solicitation, sourceMac: MAC }), IP6_ANY, solicitedNode(GLOBAL)),
      /without an internet address/,
    ],
    [
      'of a host that has a card and no address',
      packet(encodeNd({ kind: 'router solicitation', sourceMac: MAC }), IP6_ANY, ALL_NODES),
      /without an internet address/,
    ],
    [
      'that redirects to a router by a global address',
      packet(encodeNd({ ...redirect, target: '2001:db8::7' as Ip6 }), ROUTER, LAPTOP),
      /neither the destination/,
    ],
  ] as const)('one %s', (_, bytes, expected) => {
    expect(problem(bytes)).toMatch(expected);
  });

  it('and none of their like that may be believed', () => {
    for (const bytes of [
      packet(encodeNd(solicitation), LAPTOP, GLOBAL),
      packet(encodeNd(solicitation), IP6_ANY, solicitedNode(GLOBAL)),
      packet(encodeNd(advertisement), ROUTER, ALL_NODES),
      packet(encodeNd({ kind: 'router solicitation', sourceMac: undefined }), IP6_ANY, ALL_NODES),
      packet(encodeNd(answer), LAPTOP, GLOBAL),
      packet(encodeNd({ ...answer, solicited: false }), LAPTOP, ALL_NODES),
      packet(encodeNd(redirect), ROUTER, LAPTOP),
      packet(encodeNd({ ...redirect, target: GLOBAL }), ROUTER, LAPTOP),
    ])
      expect(problem(bytes)).toBeUndefined();
  });

  it('one with another code, an option of no length, or cut short', () => {
    const good = packet(encodeNd({ ...solicitation, sourceMac: MAC }), LAPTOP, GLOBAL);
    const mended = (change: (bytes: Uint8Array) => void): Uint8Array => {
      const bytes = good.slice();
      change(bytes);
      fixIcmp6Checksum(bytes, IPV6_HEADER, bytes.length, LAPTOP, GLOBAL);
      return bytes;
    };
    expect(problem(good)).toBeUndefined();
    expect(problem(mended((bytes) => (bytes[41] = 1)))).toBe('code 1');
    expect(problem(mended((bytes) => (bytes[65] = 0)))).toBe('an option of no length');
    expect(problem(mended((bytes) => (bytes[65] = 2)))).toMatch(/truncated/);
    expect(readNd(good, 0, IPV6_HEADER, IPV6_HEADER + 23)).toMatchObject({ kind: 'fault' });
    expect(readNd(good, 0, IPV6_HEADER, IPV6_HEADER + 24)).toMatchObject({ kind: 'neighbour solicitation' });
    // an option that nobody knows is passed over, and so is a card's address of another length
    expect(read(mended((bytes) => (bytes[64] = 99)))).toMatchObject({ sourceMac: undefined });
    expect(problem(mended((bytes) => (bytes[40] = 140)))).toMatch(/not Neighbour Discovery/);
  });
});

describe('options of unusual lengths', () => {
  it('are bytes, and come back as they were', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.integer({ min: 1, max: 8 }),
        fc.infiniteStream(fc.nat(255)),
        (type, units, stream) => {
          const option = Uint8Array.from({ length: 8 * units }, (_, at) =>
            at === 0 ? type : at === 1 ? units : (stream.next().value as number),
          );
          const bytes = new Uint8Array(8 + option.length);
          bytes[0] = 133;
          bytes.set(option, 8);
          expectCanonical(icmp6, bytes);
        },
      ),
    );
    const routers = packet(fromHex('8500000000000000' + '0102' + '00'.repeat(14)), LAPTOP, GLOBAL);
    expect(read(routers)).toEqual({ kind: 'router solicitation', sourceMac: undefined });
    expect(ipv6.get.nextHeader(routers, 0)).toBe(PROTOCOL_ICMP6);
  });
});
