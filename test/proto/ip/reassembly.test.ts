/**
 * Putting datagrams together: every order, duplicates, overlaps, giants, time, limits; and that nothing an attacker sends
 * makes the machine throw, deliver what was never sent, or keep more than it may.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bytes, concatBytes, toHex, writeU16 } from '../../../src/engine/base/bytes.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { Reassembler, type Reassembly } from '../../../src/engine/proto/ip/reassembly.ts';
import { fixIpv4Checksum, ipv4, ipv4ChecksumOk } from '../../../src/engine/wire/ipv4.ts';
import { ipv6 } from '../../../src/engine/wire/ipv6.ts';
import { writeFragmentHeader } from '../../../src/engine/wire/ipv6-extension.ts';
import { cut4, cut6, cutOnPath, datagram4, hand, handAll, packet6, payloadOf } from './datagrams.ts';

const kinds = (outcomes: readonly Reassembly[]) => outcomes.map(({ kind }) => kind);
const wholeOf = (outcomes: readonly Reassembly[]): Bytes => {
  const whole = outcomes.filter((outcome) => outcome.kind === 'whole');
  expect(whole.length).toBe(1);
  return whole[0]!.bytes;
};
const reasonOf = (outcome: Reassembly) => (outcome.kind === 'refused' ? outcome.reason : outcome.kind);
const events = (reassembler: Reassembler) => {
  const all = [];
  for (let event = reassembler.pollEvent(); event; event = reassembler.pollEvent()) all.push(event);
  return all;
};

/** A fragment of the family, made by hand: `start` and `data` in bytes, the last one unless `more`. */
function piece(family: 4 | 6, start: number, data: Bytes, more: boolean, identification = 7): Bytes {
  if (family === 4) {
    const datagram = datagram4(data, identification);
    ipv4.set.flags(datagram, 0, more ? 1 : 0);
    ipv4.set.fragmentOffset(datagram, 0, start / 8);
    fixIpv4Checksum(datagram, 0);
    return datagram;
  }
  const header = new Uint8Array(8);
  writeFragmentHeader(header, 0, 17, start, more, identification);
  return packet6(data, 44, header);
}

describe.each([4, 6] as const)('IPv%i', (family) => {
  const data = payloadOf(64);
  const at = (start: number, end: number, more = true, salt = 0) =>
    piece(family, start, salt ? payloadOf(end - start, salt) : data.slice(start, end), more);
  const complete = family === 4 ? datagram4(data, 7) : packet6(data);

  it('joins pieces whatever order they come in', () => {
    const pieces = [at(0, 24), at(24, 40), at(40, 64, false)];
    for (const order of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]) {
      const reassembler = new Reassembler();
      const outcomes = handAll(
        reassembler,
        order.map((i) => pieces[i]!),
      );
      expect(kinds(outcomes)).toEqual(['waiting', 'waiting', 'whole']);
      expect(toHex(wholeOf(outcomes))).toBe(toHex(complete));
      expect(events(reassembler)).toEqual([
        {
          kind: 'ip.reassemble',
          detail: {
            source: family === 4 ? '192.0.2.1' : '2001:db8::1',
            destination: family === 4 ? '198.51.100.2' : '2001:db8:1::2',
            protocol: 17,
            identification: 7,
            fragments: 3,
            size: complete.length,
          },
        },
      ]);
      expect([reassembler.datagrams, reassembler.bytes]).toEqual([0, 0]);
      expect(reassembler.pollTimeout()).toBe(NEVER);
    }
  });

  it('ignores a piece that came twice, also the first and the last', () => {
    const reassembler = new Reassembler();
    const outcomes = handAll(reassembler, [
      at(0, 24),
      at(0, 24),
      at(40, 64, false),
      at(40, 64, false),
      at(24, 40),
    ]);
    expect(kinds(outcomes)).toEqual(['waiting', 'waiting', 'waiting', 'waiting', 'whole']);
    expect(toHex(wholeOf(outcomes))).toBe(toHex(complete));
  });

  it.each([
    ['over the end of the one before', () => at(16, 40)],
    ['over the start of the one behind', () => at(32, 56)],
    ['inside another', () => at(8, 16)],
    ['around another', () => at(0, 32)],
    ['in the same place with other bytes', () => at(0, 24, true, 99)],
    ['in the place of the last, but saying that it is not', () => at(48, 64)],
  ])('gives up the datagram when a piece lies %s, and is silent about the rest', (_, bad) => {
    const reassembler = new Reassembler();
    expect(kinds(handAll(reassembler, [at(0, 24), at(48, 64, false)]))).toEqual(['waiting', 'waiting']);
    expect(hand(reassembler, bad()).kind).toBe('refused');
    expect(reassembler.bytes).toBe(0);
    const failed = events(reassembler);
    expect(failed.map(({ kind }) => kind)).toEqual(['ip.reassembly-fail']);
    expect(failed[0]!.detail).toMatchObject({ fragments: 2, have: 40, length: 64 });
    // also the pieces that would have completed it, and a new start of the same datagram
    for (const late of [at(24, 48), at(0, 24), at(24, 48), at(48, 64, false)]) {
      const outcome = hand(reassembler, late);
      expect(outcome).toEqual({ kind: 'refused', reason: 'a fragment of a datagram that was given up' });
    }
    expect(events(reassembler)).toEqual([]);
    // when its time is over nothing is said either, and then the name is free again
    reassembler.handleTimeout(reassembler.pollTimeout());
    expect([reassembler.pollExpired(), reassembler.pollEvent(), reassembler.datagrams]).toEqual([
      undefined,
      undefined,
      0,
    ]);
    expect(kinds(handAll(reassembler, [at(0, 40), at(40, 64, false)], 100 * SECOND))).toEqual([
      'waiting',
      'whole',
    ]);
  });

  it.each([
    ['two last fragments', [at(0, 24), at(40, 64, false)], () => at(64, 72, false, 1)],
    ['a fragment behind the last one', [at(0, 24), at(40, 56, false)], () => at(56, 64)],
    ['a fragment behind the last one', [at(48, 56), at(0, 8)], () => at(16, 40, false)],
  ])('gives up on %s', (reason, before, bad) => {
    const reassembler = new Reassembler();
    handAll(reassembler, before);
    expect(reasonOf(hand(reassembler, bad()))).toBe(reason);
    expect(events(reassembler)[0]!.detail['reason']).toBe(reason);
  });

  it('refuses pieces that cannot be right, and goes on with the others', () => {
    const reassembler = new Reassembler();
    handAll(reassembler, [at(0, 24)]);
    const none = hand(reassembler, piece(family, 24, new Uint8Array(0), true));
    const odd = hand(reassembler, piece(family, 24, payloadOf(15), true));
    const giant = hand(reassembler, piece(family, 65_528, payloadOf(8), false));
    const giantMore = hand(reassembler, piece(family, 65_528, payloadOf(16), true));
    expect(reasonOf(none)).toBe('a fragment without data');
    expect(reasonOf(odd)).toBe('15 bytes in a fragment that is not the last');
    expect(reasonOf(giant)).toBe('a fragment that ends beyond 65535 bytes');
    expect(reasonOf(giantMore)).toBe('a fragment that ends beyond 65535 bytes');
    // RFC 8200 §4.5: the sender is told which field is wrong; IPv4 has no such rule
    const problem = (pointer: number) => (family === 6 ? { problem: { code: 0, pointer } } : {});
    expect(odd).toEqual({ kind: 'refused', reason: reasonOf(odd), ...problem(4) });
    expect(giant).toEqual({ kind: 'refused', reason: reasonOf(giant), ...problem(42) });
    expect(events(reassembler)).toEqual([]);
    expect(kinds(handAll(reassembler, [at(24, 64, false)]))).toEqual(['whole']);
  });

  it('takes the largest datagram, and not one byte more', () => {
    const most = 65_535 - (family === 4 ? 20 : 0);
    const first = piece(family, 0, payloadOf(32_000), true);
    const fits = piece(family, 32_000, payloadOf(most - 32_000), false);
    const reassembler = new Reassembler();
    expect(wholeOf(handAll(reassembler, [fits, first])).length).toBe(most + (family === 4 ? 20 : 40));
    const tooLong = piece(family, 32_000, payloadOf(most - 32_000 + 1), false);
    expect(reasonOf(hand(reassembler, tooLong))).toBe('a fragment that ends beyond 65535 bytes');
  });

  it('waits for its time from the first piece on, then says what was there', () => {
    const limit = family === 4 ? 30 : 60;
    const reassembler = new Reassembler();
    const first = at(0, 24);
    hand(reassembler, at(24, 40), 5 * SECOND);
    hand(reassembler, first, 20 * SECOND);
    expect(reassembler.pollTimeout()).toBe((5 + limit) * SECOND);
    reassembler.handleTimeout((5 + limit) * SECOND - 1);
    expect(reassembler.datagrams).toBe(1);
    reassembler.handleTimeout((5 + limit) * SECOND);
    expect(reassembler.datagrams).toBe(0);
    expect(reassembler.bytes).toBe(0);
    const lost = reassembler.pollExpired()!;
    expect(toHex(lost.first!)).toBe(toHex(first));
    expect(events(reassembler)).toMatchObject([
      {
        kind: 'ip.reassembly-fail',
        detail: { reason: 'time ran out', fragments: 2, have: 40, length: null },
      },
    ]);
  });

  it('has nothing to quote when the first piece never came', () => {
    const reassembler = new Reassembler();
    hand(reassembler, at(24, 40));
    reassembler.handleTimeout(60 * SECOND);
    expect(reassembler.pollExpired()).toMatchObject({ first: undefined });
    expect(reassembler.pollExpired()).toBeUndefined();
  });

  it('does not join what comes after the time is over with what came before it', () => {
    const reassembler = new Reassembler();
    hand(reassembler, at(0, 40));
    // no timer ran in between: the piece itself finds that the datagram is too old
    expect(hand(reassembler, at(40, 64, false), 60 * SECOND).kind).toBe('waiting');
    expect(reassembler.pollExpired()).toBeDefined();
    expect(reassembler.datagrams).toBe(1);
  });

  it('keeps datagrams apart by sender, receiver and identification', () => {
    const reassembler = new Reassembler();
    const [first, last] = [at(0, 40), at(40, 64, false)];
    const other = (change: (bytes: Bytes) => void) => {
      const bytes = last.slice();
      change(bytes);
      if (family === 4) fixIpv4Checksum(bytes, 0);
      return bytes;
    };
    const [source, destination] = family === 4 ? [15, 19] : [23, 39];
    hand(reassembler, first);
    for (const strange of [
      other((bytes) => (bytes[source] = 99)),
      other((bytes) => (bytes[destination] = 99)),
      other((bytes) => (bytes[family === 4 ? 5 : 47] = 8)),
    ])
      expect(hand(reassembler, strange).kind).toBe('waiting');
    expect(reassembler.datagrams).toBe(4);
    expect(hand(reassembler, last).kind).toBe('whole');
  });

  it('marks the whole when a router marked a piece of a sender that knows such marks, and drops it otherwise', () => {
    const marked = (piece: Bytes, ecn: number): Bytes => {
      if (family === 4) {
        ipv4.set.ecn(piece, 0, ecn);
        fixIpv4Checksum(piece, 0);
      } else ipv6.set.ecn(piece, 0, ecn);
      return piece;
    };
    const pieces = (others: number): Bytes[] => [
      marked(at(0, 24), others),
      marked(at(24, 40), 3),
      marked(at(40, 64, false), others),
    ];
    for (const capable of [1, 2]) {
      const whole = wholeOf(handAll(new Reassembler(), pieces(capable)));
      expect(family === 4 ? ipv4.get.ecn(whole, 0) : ipv6.get.ecn(whole, 0)).toBe(3);
      if (family === 4) expect(ipv4ChecksumOk(whole, 0)).toBe(true);
    }
    // RFC 3168 §5.3
    expect(handAll(new Reassembler(), pieces(0)).at(-1)!.kind).toBe('refused');
  });

  it('forgets everything when the machine restarts', () => {
    const reassembler = new Reassembler();
    hand(reassembler, at(0, 40));
    reassembler.clear();
    expect([reassembler.datagrams, reassembler.bytes, reassembler.pollTimeout()]).toEqual([0, 0, NEVER]);
    expect(hand(reassembler, at(40, 64, false)).kind).toBe('waiting');
  });

  it('refuses beyond its limits, and has room again when time has passed', () => {
    const small = new Reassembler({ datagrams: 2, bytes: 400, pieces: 3 });
    const of = (identification: number, start: number, length: number) =>
      piece(family, start, payloadOf(length), true, identification);
    expect(kinds(handAll(small, [of(1, 0, 8), of(2, 0, 8)]))).toEqual(['waiting', 'waiting']);
    expect(reasonOf(hand(small, of(3, 0, 8)))).toBe('too many datagrams wait for fragments');
    expect(small.bytes).toBe(2 * (8 + 64));
    expect(reasonOf(hand(small, of(1, 8, 200)))).toBe('no memory for more fragments');
    expect(kinds(handAll(small, [of(1, 8, 8), of(1, 16, 8)]))).toEqual(['waiting', 'waiting']);
    expect(reasonOf(hand(small, of(1, 24, 8)))).toBe('too many fragments');
    // what was given up holds its place only until that is wanted
    expect(hand(small, of(3, 0, 8)).kind).toBe('waiting');
    expect(small.datagrams).toBe(2);
    small.handleTimeout(60 * SECOND);
    expect([small.datagrams, small.bytes]).toEqual([0, 0]);
  });
});

describe('IPv4 alone', () => {
  it('repairs the header: length, flags, offset, checksum; options of the first piece', () => {
    const options = Uint8Array.of(7, 7, 4, 0, 0, 0, 0, 0);
    const datagram = datagram4(payloadOf(3000), 9, options);
    const outcomes = handAll(new Reassembler(), cut4(datagram, 576).reverse());
    expect(toHex(wholeOf(outcomes))).toBe(toHex(datagram));
  });

  it('tells protocols apart', () => {
    const reassembler = new Reassembler();
    hand(reassembler, piece(4, 0, payloadOf(8), true));
    const last = piece(4, 8, payloadOf(8), false);
    last[9] = 6;
    fixIpv4Checksum(last, 0);
    expect(hand(reassembler, last).kind).toBe('waiting');
  });

  it('refuses a giant that only the long header of its first piece makes one', () => {
    const options = new Uint8Array(40).fill(1);
    const first = datagram4(payloadOf(32_000), 7, options);
    ipv4.set.flags(first, 0, 1);
    fixIpv4Checksum(first, 0);
    const reassembler = new Reassembler();
    hand(reassembler, piece(4, 32_000, payloadOf(65_515 - 32_000), false));
    expect(reasonOf(hand(reassembler, first))).toBe('a datagram longer than 65535 bytes');
    expect(events(reassembler).map(({ kind }) => kind)).toEqual(['ip.reassembly-fail']);
    expect([reassembler.datagrams, reassembler.bytes]).toEqual([0, 0]);
  });

  it('hands back what is no fragment', () => {
    const datagram = datagram4(payloadOf(30));
    expect(hand(new Reassembler(), datagram)).toEqual({
      kind: 'whole',
      bytes: datagram,
      pieces: 1,
      largest: 50,
    });
  });
});

describe('IPv6 alone', () => {
  it('takes the fragment header out of the chain', () => {
    const extensions = Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0);
    const packet = packet6(payloadOf(4000), 0, extensions);
    expect(toHex(wholeOf(handAll(new Reassembler(), cut6(packet, 1300))))).toBe(toHex(packet));
  });

  it('takes a packet whose fragment header says that it is whole by itself (RFC 6946)', () => {
    const reassembler = new Reassembler();
    const waiting = piece(6, 0, payloadOf(64), true);
    hand(reassembler, waiting);
    const atomic = piece(6, 0, payloadOf(16, 5), false);
    expect(hand(reassembler, atomic)).toEqual({
      kind: 'whole',
      bytes: packet6(payloadOf(16, 5)),
      pieces: 1,
      largest: 64,
    });
    // and the others of the same name go on
    expect(hand(reassembler, piece(6, 64, payloadOf(8), false)).kind).toBe('whole');
  });

  it('takes next header and hop limit from the first piece', () => {
    const reassembler = new Reassembler();
    const last = piece(6, 16, payloadOf(8), false);
    last[40] = 6;
    last[7] = 3;
    const whole = wholeOf(handAll(reassembler, [last, piece(6, 0, payloadOf(16), true)]));
    expect([whole[6], whole[7]]).toEqual([17, 61]);
  });

  it('refuses a first fragment without all headers (RFC 8200 §4.5, RFC 7112)', () => {
    const first = (next: number, data: Bytes) => {
      const packet = piece(6, 0, data, true);
      packet[40] = next;
      return packet;
    };
    const options = new Uint8Array(16);
    options.set([17, 7]);
    for (const [next, data] of [
      [6, payloadOf(16)],
      [60, options],
    ] as const) {
      const outcome = hand(new Reassembler(), first(next, data));
      expect(outcome).toMatchObject({ kind: 'refused', problem: { code: 3, pointer: 0 } });
    }
    expect(hand(new Reassembler(), first(6, payloadOf(24))).kind).toBe('waiting');
  });

  it('refuses what would be too long with its extension headers', () => {
    const extensions = Uint8Array.of(44, 0, 1, 4, 0, 0, 0, 0);
    const header = new Uint8Array(8);
    writeFragmentHeader(header, 0, 17, 65_520, false, 7);
    const giant = packet6(payloadOf(8), 0, concatBytes([extensions, header]));
    expect(hand(new Reassembler(), giant)).toMatchObject({
      kind: 'refused',
      problem: { code: 0, pointer: 50 },
    });
  });
});

// ── properties ──

/** The same list in another order, some twice. */
function shuffled<T>(items: readonly T[], seed: number, doubles: boolean): T[] {
  const random = new Random(seed);
  const all = [...items, ...(doubles ? items.filter(() => random.chance(0.3)) : [])];
  for (let i = all.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    [all[i], all[other]] = [all[other]!, all[i]!];
  }
  return all;
}

describe('whatever happens', () => {
  const seed = fc.nat(1_000_000);

  it('any IPv4 datagram over any path arrives as it was sent, in any order and with duplicates', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 65_515 })),
        fc.array(fc.integer({ min: 68, max: 1500 }), { minLength: 1, maxLength: 4 }),
        seed,
        (length, mtus, order) => {
          const datagram = datagram4(payloadOf(length, order), order & 0xffff);
          const pieces = shuffled(cutOnPath(datagram, mtus), order, false);
          const reassembler = new Reassembler();
          expect(toHex(wholeOf(handAll(reassembler, pieces)))).toBe(toHex(datagram));
          expect([reassembler.datagrams, reassembler.bytes]).toEqual([0, 0]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('duplicates change nothing before the datagram is whole', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4000 }),
        fc.integer({ min: 68, max: 600 }),
        seed,
        (length, mtu, order) => {
          const datagram = datagram4(payloadOf(length), 1);
          const outcomes = handAll(new Reassembler(), shuffled(cut4(datagram, mtu), order, true));
          const first = outcomes.find((outcome) => outcome.kind === 'whole')!;
          expect(toHex(first.kind === 'whole' ? first.bytes : new Uint8Array(0))).toBe(toHex(datagram));
          expect(outcomes.some(({ kind }) => kind === 'refused')).toBe(false);
        },
      ),
    );
  });

  it('any IPv6 packet arrives as it was sent', () => {
    const extensions = fc.constantFrom(
      new Uint8Array(0),
      Uint8Array.of(17, 0, 1, 4, 0, 0, 0, 0),
      Uint8Array.of(43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 4, 0, 0, 0, 0, 0),
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1500, max: 65_500 }),
        fc.integer({ min: 1280, max: 1500 }),
        extensions,
        seed,
        (length, mtu, before, order) => {
          const packet = packet6(payloadOf(length, order), before.length > 0 ? 0 : 17, before);
          const pieces = shuffled(cut6(packet, mtu, order), order, false);
          expect(toHex(wholeOf(handAll(new Reassembler(), pieces)))).toBe(toHex(packet));
        },
      ),
      { numRuns: 60 },
    );
  });

  /** A few datagrams whose fragments fit together now and then, and a moment for each. */
  const attack = fc.array(
    fc.record({
      family: fc.constantFrom(4 as const, 6 as const),
      identification: fc.constantFrom(1, 2, 3),
      unit: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(8000, 8190, 8191)),
      length: fc.oneof(fc.constantFrom(0, 8, 16, 24), fc.integer({ min: 0, max: 70 })),
      more: fc.boolean(),
      salt: fc.constantFrom(0, 0, 0, 1),
      wait: fc.constantFrom(0, 0, 0, SECOND, 20 * SECOND),
    }),
    { maxLength: 60 },
  );

  it('what is accepted never overlaps: each byte of a whole is the one byte that came for its place', () => {
    fc.assert(
      fc.property(attack, (steps) => {
        const limits = { datagrams: 4, bytes: 1000, pieces: 5 };
        const reassembler = new Reassembler(limits);
        const came = new Map<string, { start: number; data: Bytes }[]>();
        let now = 0;
        for (const { family, identification, unit, length, more, salt, wait } of steps) {
          now += wait;
          const start = unit * 8;
          const data = payloadOf(start + length, salt).slice(start);
          const name = `${family} ${identification}`;
          const all = came.get(name) ?? [];
          came.set(name, [...all, { start, data }]);
          const outcome = hand(reassembler, piece(family, start, data, more, identification), now);
          expect(reassembler.datagrams).toBeLessThanOrEqual(limits.datagrams);
          expect(reassembler.bytes).toBeLessThanOrEqual(limits.bytes);
          if (outcome.kind !== 'whole') continue;
          const whole = outcome.bytes.subarray(family === 4 ? 20 : 40);
          expect(outcome.bytes.length).toBeLessThanOrEqual(65_535 + 40);
          for (let i = 0; i < whole.length; i += 8)
            expect(
              came
                .get(name)!
                .some(
                  (one) =>
                    one.start <= i && i < one.start + one.data.length && one.data[i - one.start] === whole[i],
                ),
            ).toBe(true);
          if (family === 4) expect(ipv4ChecksumOk(outcome.bytes, 0)).toBe(true);
        }
        reassembler.handleTimeout(now + 60 * SECOND);
        expect([reassembler.datagrams, reassembler.bytes]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  it('an overlap anywhere means that nothing comes of the datagram', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 6 as const),
        fc.integer({ min: 3, max: 20 }),
        seed,
        (family, units, order) => {
          const random = new Random(order);
          const data = payloadOf(units * 8);
          const pieces = Array.from({ length: units }, (_, i) =>
            piece(family, i * 8, data.slice(i * 8, i * 8 + 8), i < units - 1),
          );
          const from = random.below(units - 1);
          const intruder = piece(family, from * 8, payloadOf(16, 77), true);
          // a piece that it lies over is there already, and at least one is still to come
          const others = shuffled(
            pieces.filter((_, i) => i !== from),
            order,
            false,
          );
          const cut = random.below(units - 1);
          const outcomes = handAll(new Reassembler(), [
            pieces[from]!,
            ...others.slice(0, cut),
            intruder,
            ...others.slice(cut),
            ...shuffled(pieces, order + 1, true),
          ]);
          expect(kinds(outcomes)).not.toContain('whole');
        },
      ),
    );
  });

  it('bytes without any sense are taken or refused, never thrown over', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 48, maxLength: 120 }), { maxLength: 20 }),
        fc.constantFrom(4 as const, 6 as const),
        (packets, family) => {
          const reassembler = new Reassembler({ bytes: 2000 });
          packets.forEach((bytes, i) => {
            // as much order as the checks before the machine ask for
            bytes[0] = family === 4 ? 0x45 + (bytes[0]! % 7) : 0x60 | (bytes[0]! & 15);
            writeU16(bytes, family === 4 ? 2 : 4, bytes.length - (family === 4 ? 0 : 40));
            if (family === 4) {
              bytes[6]! |= 0x20;
              fixIpv4Checksum(bytes, 0);
            } else bytes[6] = 44;
            hand(reassembler, bytes, i * SECOND);
          });
          expect(reassembler.bytes).toBeLessThanOrEqual(2000);
          for (let end = 0; end < 100 && reassembler.datagrams > 0; end++)
            reassembler.handleTimeout(reassembler.pollTimeout());
          expect(reassembler.bytes).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
