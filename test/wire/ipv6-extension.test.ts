import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromHex } from '../../src/engine/base/bytes.ts';
import { Malformed, Misuse } from '../../src/engine/base/errors.ts';
import type { Ip6 } from '../../src/engine/base/ip6.ts';
import { IPV6_HEADER, writeIpv6 } from '../../src/engine/wire/ipv6.ts';
import {
  destinationOptions,
  fragmentHeader,
  hopByHop,
  hopByHopProblem,
  type Ipv6Option,
  NEXT_AH,
  NEXT_DESTINATION_OPTIONS,
  NEXT_ESP,
  NEXT_FRAGMENT,
  NEXT_HOP_BY_HOP,
  NEXT_NONE,
  NEXT_ROUTING,
  OPTION_PAD1,
  padIpv6Options,
  perFragmentHeaders,
  routing,
  upperLayer,
  writeFragmentHeader,
} from '../../src/engine/wire/ipv6-extension.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { expectAccessorsAgree, expectCanonical } from './laws.ts';
import { find } from './partition.ts';

const UDP = 17;
const CLIENT = '2001:db8::1' as Ip6;
const packetOf = (frame: string): Uint8Array => fromHex(frame).subarray(14);
const captured = Object.values(FRAMES6)
  .map(packetOf)
  .filter((packet) => packet[0]! >> 4 === 6);

/** A packet whose extension headers are these: `[next-header value, bytes without their first]`, then data. */
function packet(
  headers: readonly (readonly [kind: number, hex: string])[],
  last: number,
  data = '00'.repeat(8),
) {
  const kinds = [...headers.map(([kind]) => kind), last];
  const parts = headers.map(([, hex], index) =>
    concatBytes([Uint8Array.of(kinds[index + 1]!), fromHex(hex)]),
  );
  const payload = concatBytes([...parts, fromHex(data)]);
  const bytes = new Uint8Array(IPV6_HEADER + payload.length);
  writeIpv6(bytes, 0, payload.length, kinds[0]!, 64, CLIENT, CLIENT);
  bytes.set(payload, IPV6_HEADER);
  return bytes;
}

const walk = (bytes: Uint8Array) => upperLayer(bytes, 0, bytes.length);
const PADDED = '00010400000000';
const option = (type: string): string => `00${type}0400000000`;

describe('extension headers', () => {
  it('give back those that were captured', () => {
    const all = packetOf(FRAMES6.everyHeader);
    for (const [format, at] of [
      [hopByHop, 40],
      [destinationOptions, 48],
      [routing, 56],
      [fragmentHeader, 64],
    ] as const) {
      expectCanonical(format, all.subarray(at, at + 8));
      expectAccessorsAgree(format, all.subarray(at, at + 8));
    }
    expectCanonical(hopByHop, packetOf(FRAMES6.listenerReport).subarray(40, 48));
    expectCanonical(routing, packetOf(FRAMES6.sourceRoute).subarray(40, 64));
    expectCanonical(destinationOptions, packetOf(FRAMES6.unknownOption).subarray(40, 48));
    expect(fragmentHeader.decode(packetOf(FRAMES6.echoFragment2), 40)).toMatchObject({
      nextHeader: 58,
      offset: 1232 / 8,
      more: 1,
      identification: 0x841edda3,
    });
  });

  it('name their options, and what who does not know one shall do', () => {
    const alert = hopByHop.dissect(packetOf(FRAMES6.listenerReport).subarray(40, 48));
    expect(find(alert, 'Router alert').text).toBe('routers, look at this: a multicast listener message');
    expect(find(alert, 'PadN').text).toBe('2 bytes of padding');
    const unknown = destinationOptions.dissect(packetOf(FRAMES6.unknownOption).subarray(40, 48));
    expect(find(unknown, 'Option 0x8f').about).toMatch(/shall drop the packet and say so\.$/);
    const jumbo = hopByHop.dissect(fromHex('1100c20400011170'));
    expect(find(jumbo, 'Jumbo payload').text).toBe('70000 bytes');
    expect(find(routing.dissect(packetOf(FRAMES6.sourceRoute), 40, 64), 'Routing type').text).toMatch(
      /deprecated/,
    );
  });

  it('give back any options, padded to whole units', () => {
    const one: fc.Arbitrary<Ipv6Option> = fc.record({
      type: fc.integer({ min: 1, max: 255 }),
      data: fc.uint8Array({ maxLength: 30 }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), fc.nat(255), (options, nextHeader) => {
        const padded = padIpv6Options(options);
        expect(padded.slice(0, options.length)).toEqual(options);
        const bytes = hopByHop.encode({ nextHeader, options: padded });
        expect(bytes.length % 8).toBe(0);
        expect(hopByHop.decode(bytes)).toEqual({ nextHeader, length: bytes.length / 8 - 1, options: padded });
        expectCanonical(destinationOptions, bytes);
      }),
    );
    expect(padIpv6Options([{ type: 5, data: new Uint8Array(3) }])).toEqual([
      { type: 5, data: new Uint8Array(3) },
      { type: OPTION_PAD1, data: new Uint8Array(0) },
    ]);
    expect(() =>
      hopByHop.encode({ nextHeader: 17, options: [{ type: 5, data: new Uint8Array(3) }] }),
    ).toThrow(Misuse);
  });

  it('refuse an option that is longer than its header', () => {
    expect(() => hopByHop.decode(fromHex('1100050500000000'))).toThrow(Malformed);
    expect(() => hopByHop.decode(fromHex('1100010300000005'))).toThrow(Malformed);
  });

  it('give back any fragment header, as the hot path writes it', () => {
    fc.assert(
      fc.property(
        fc.nat(255),
        fc.nat(8191),
        fc.boolean(),
        fc.nat(0xffff_ffff),
        (nextHeader, units, more, identification) => {
          const bytes = new Uint8Array(10).fill(0xa5);
          writeFragmentHeader(bytes, 1, nextHeader, units * 8, more, identification);
          expect([bytes[0], bytes[9]]).toEqual([0xa5, 0xa5]);
          const header = {
            nextHeader,
            reserved: 0,
            offset: units,
            unused: 0,
            more: Number(more),
            identification,
          };
          expect(fragmentHeader.decode(bytes, 1)).toEqual(header);
          expect(fragmentHeader.encode(header)).toEqual(bytes.subarray(1, 9));
        },
      ),
    );
  });
});

describe('the way to the data', () => {
  it('is short without extension headers', () => {
    const echo = packetOf(FRAMES6.echoRequest6);
    expect(walk(echo)).toEqual({
      protocol: 58,
      at: 40,
      end: 64,
      nextHeaderAt: 6,
      fragment: undefined,
      problem: undefined,
    });
    const padded = concatBytes([new Uint8Array(3), echo, new Uint8Array(7)]);
    expect(upperLayer(padded, 3, padded.length)).toMatchObject({ at: 43, end: 67, nextHeaderAt: 9 });
  });

  it('leads over all kinds of headers', () => {
    const seen: number[][] = [];
    const all = packetOf(FRAMES6.everyHeader);
    const upper = upperLayer(all, 0, all.length, (...header) => seen.push(header));
    expect(seen).toEqual([
      [NEXT_HOP_BY_HOP, 40, 48],
      [NEXT_DESTINATION_OPTIONS, 48, 56],
      [NEXT_ROUTING, 56, 64],
      [NEXT_FRAGMENT, 64, 72],
    ]);
    // Linux took this packet: it answered that the port was closed
    expect(upper).toEqual({
      protocol: UDP,
      at: 72,
      end: 88,
      nextHeaderAt: 64,
      fragment: { offset: 0, more: false, identification: 7, headerAt: 64 },
      problem: undefined,
    });
  });

  it('ends at what is opaque, and at nothing', () => {
    for (const kind of [NEXT_ESP, NEXT_AH, NEXT_NONE, 135, 253])
      expect(walk(packet([[NEXT_HOP_BY_HOP, PADDED]], kind))).toMatchObject({
        protocol: kind,
        at: 48,
        problem: undefined,
      });
    expect(walk(packetOf(FRAMES6.nothing))).toMatchObject({ protocol: NEXT_NONE, at: 40, end: 40 });
  });

  it('finds the place of every captured fragment', () => {
    const places = [FRAMES6.echoFragment1, FRAMES6.echoFragment2, FRAMES6.echoFragment3].map((frame) =>
      walk(packetOf(frame)),
    );
    expect(places.map(({ fragment }) => [fragment!.offset, fragment!.more])).toEqual([
      [0, true],
      [1232, true],
      [2464, false],
    ]);
    expect(places.map(({ at, end }) => end - at)).toEqual([1232, 1232, 544]);
    expect(new Set(places.map(({ fragment }) => fragment!.identification)).size).toBe(1);
  });

  it('has no problem with what Linux had none with', () => {
    const unhappy = [FRAMES6.unknownOption, FRAMES6.sourceRoute, FRAMES6.cutHeaders].map((frame) =>
      packetOf(frame).join(),
    );
    for (const one of captured) {
      const isHappy = !unhappy.includes(one.join());
      expect(walk(one).problem === undefined, one.join()).toBe(isHappy);
    }
  });

  it('has the problem that Linux told of, with the same code at the same byte', () => {
    const pairs = [
      [FRAMES6.unknownOption, FRAMES6.optionProblem],
      [FRAMES6.sourceRoute, FRAMES6.sourceRouteProblem],
      [FRAMES6.cutHeaders, FRAMES6.cutHeadersProblem],
    ] as const;
    for (const [cause, answer] of pairs) {
      const message = packetOf(answer).subarray(40);
      expect(message[0]).toBe(4);
      const { problem } = walk(packetOf(cause));
      expect([problem?.code, problem?.pointer]).toEqual([message[1], message[7]]);
    }
    // an upper layer that nobody knows is the host's own to find; it is told where it was named
    const message = packetOf(FRAMES6.protocolProblem).subarray(40);
    expect([message[1], message[7]]).toEqual([1, walk(packetOf(FRAMES6.unknownProtocol)).nextHeaderAt]);
  });

  it.each([
    ['an unknown option to pass over', '1e', undefined],
    ['one to drop the packet for', '5e', [undefined, false]],
    ['one to drop it for and say so', '9e', [2, true]],
    ['one to say so unless it was for a group', 'de', [2, false]],
  ] as const)('obeys %s (RFC 8200 §4.2)', (_, type, expected) => {
    for (const kind of [NEXT_HOP_BY_HOP, NEXT_DESTINATION_OPTIONS]) {
      const bytes = packet([[kind, option(type)]], UDP);
      const { problem } = walk(bytes);
      expect(problem && [problem.code, problem.evenToGroup]).toEqual(expected);
      if (problem) expect(problem.pointer).toBe(42);
      // a router looks at the options for every hop only
      const ofRouter = hopByHopProblem(bytes, 0, bytes.length);
      expect(ofRouter).toEqual(kind === NEXT_HOP_BY_HOP ? problem : undefined);
    }
  });

  it('goes on behind a problem, for who only wants the ports', () => {
    const bytes = packet(
      [
        [NEXT_HOP_BY_HOP, option('9e')],
        [NEXT_DESTINATION_OPTIONS, option('5e')],
      ],
      UDP,
    );
    expect(walk(bytes)).toMatchObject({ protocol: UDP, at: 56, problem: { code: 2, pointer: 42 } });
  });

  it('refuses hop-by-hop options anywhere but first, as an unknown header', () => {
    const bytes = packet(
      [
        [NEXT_DESTINATION_OPTIONS, PADDED],
        [NEXT_HOP_BY_HOP, PADDED],
      ],
      UDP,
    );
    expect(walk(bytes)).toMatchObject({
      protocol: NEXT_HOP_BY_HOP,
      at: 48,
      problem: { code: 1, pointer: 40, evenToGroup: false },
    });
  });

  it('passes over a route that is used up, of any kind, and refuses one that is not', () => {
    for (const type of ['00', '04', 'fd']) {
      expect(walk(packet([[NEXT_ROUTING, `00${type}0000000000`]], UDP)).problem).toBeUndefined();
      expect(walk(packet([[NEXT_ROUTING, `00${type}0100000000`]], UDP)).problem).toMatchObject({
        code: 0,
        pointer: 42,
      });
    }
  });

  it('says nothing about a header that is cut short', () => {
    const bytes = packet([[NEXT_DESTINATION_OPTIONS, PADDED]], UDP, '');
    bytes[41] = 1;
    expect(walk(bytes)).toMatchObject({
      protocol: NEXT_DESTINATION_OPTIONS,
      at: 40,
      problem: { code: undefined },
    });
    const whole = packet(
      [
        [NEXT_HOP_BY_HOP, PADDED],
        [NEXT_ROUTING, '00040000000000'],
      ],
      UDP,
    );
    for (let end = IPV6_HEADER; end < 56; end++) {
      const cut = whole.slice(0, end);
      cut[5] = end - IPV6_HEADER;
      expect(walk(cut), `${end}`).toMatchObject({
        problem: { code: undefined, text: expect.stringMatching(/^truncated/) },
      });
    }
  });

  it('names a first fragment that does not hold all headers (RFC 8200 §4.5)', () => {
    const first = '00000100000007';
    for (const [next, size] of [
      [6, 20],
      [UDP, 8],
      [58, 8],
      [132, 1],
    ] as const) {
      const data = (n: number): string => '00'.repeat(n);
      expect(walk(packet([[NEXT_FRAGMENT, first]], next, data(size - 1))).problem).toMatchObject({
        code: 3,
        pointer: 0,
      });
      expect(walk(packet([[NEXT_FRAGMENT, first]], next, data(size))).problem).toBeUndefined();
      // not of a later piece, nor of a packet that only looks like one
      expect(walk(packet([[NEXT_FRAGMENT, '00010100000007']], next, data(size - 1))).problem).toBeUndefined();
      expect(walk(packet([[NEXT_FRAGMENT, '00000000000007']], next, data(size - 1))).problem).toBeUndefined();
    }
    expect(
      walk(packet([[NEXT_FRAGMENT, first]], NEXT_DESTINATION_OPTIONS, '1101010c')).problem,
    ).toMatchObject({ code: 3 });
  });

  it('judges options behind a cut only when the packet is whole again', () => {
    const first = packet(
      [
        [NEXT_FRAGMENT, '00000100000007'],
        [NEXT_DESTINATION_OPTIONS, option('9e')],
      ],
      UDP,
    );
    expect(walk(first)).toMatchObject({ protocol: UDP, problem: undefined });
    const atomic = packet(
      [
        [NEXT_FRAGMENT, '00000000000007'],
        [NEXT_DESTINATION_OPTIONS, option('9e')],
      ],
      UDP,
    );
    expect(walk(atomic)).toMatchObject({ protocol: UDP, problem: { code: 2, pointer: 50 } });
  });

  it('has an end', () => {
    const headers = (n: number) =>
      packet(
        Array.from({ length: n }, () => [NEXT_DESTINATION_OPTIONS, PADDED] as const),
        UDP,
      );
    expect(walk(headers(16))).toMatchObject({ protocol: UDP, problem: undefined });
    expect(walk(headers(17))).toMatchObject({
      protocol: NEXT_DESTINATION_OPTIONS,
      problem: { text: 'more than 16 headers', code: undefined },
    });
  });

  it('never leaves the packet, whatever stands in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 200 }), fc.nat(255), (payload, next) => {
        const bytes = new Uint8Array(IPV6_HEADER + payload.length);
        writeIpv6(bytes, 0, payload.length, next, 64, CLIENT, CLIENT);
        bytes.set(payload, IPV6_HEADER);
        let last = IPV6_HEADER;
        const upper = upperLayer(bytes, 0, bytes.length, (_, at, end) => {
          expect(at).toBe(last);
          expect(end).toBeGreaterThan(at);
          last = end;
        });
        expect(upper.at).toBe(last);
        expect(upper.end).toBe(bytes.length);
        expect(upper.at).toBeLessThanOrEqual(upper.end);
        expect(bytes[upper.nextHeaderAt]).toBe(upper.protocol);
      }),
    );
  });
});

describe('what every fragment repeats', () => {
  it.each([
    ['the IPv6 header alone', [], 40, 6],
    ['not options for the destination', [[NEXT_DESTINATION_OPTIONS, PADDED]], 40, 6],
    ['options for every hop', [[NEXT_HOP_BY_HOP, PADDED]], 48, 40],
    [
      'everything up to a route, options for its nodes too',
      [
        [NEXT_HOP_BY_HOP, PADDED],
        [NEXT_DESTINATION_OPTIONS, PADDED],
        [NEXT_ROUTING, '00040000000000'],
        [NEXT_DESTINATION_OPTIONS, PADDED],
      ],
      64,
      56,
    ],
  ] as const)('%s', (_, headers, end, nextHeaderAt) => {
    const bytes = packet(headers, UDP);
    expect(perFragmentHeaders(bytes, 0, bytes.length)).toEqual({ end, nextHeaderAt });
  });
});
