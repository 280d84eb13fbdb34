/**
 * Random and mutated bytes against every format: nothing but Malformed comes out, every dissection partitions its
 * buffer, and the work grows no faster than the input.
 *
 * 20,000 inputs a format; `FUZZ=1000000` sets another number. The generator is the engine’s own, so a failure names a
 * seed and an index that repeat it.
 */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { Random } from '../../src/engine/base/random.ts';
import { arp } from '../../src/engine/wire/arp.ts';
import type { Node } from '../../src/engine/wire/bits.ts';
import { decodeDns } from '../../src/engine/wire/dns/fast.ts';
import { dnsMessage } from '../../src/engine/wire/dns/message.ts';
import { ethernet } from '../../src/engine/wire/ethernet.ts';
import { checksumFault, decodeFrame, dissectFrame, layersOf } from '../../src/engine/wire/frame.ts';
import { dissectHttp, readHttpHead, startsLikeHttp } from '../../src/engine/wire/http1-head.ts';
import { icmp, quotedDatagram } from '../../src/engine/wire/icmp.ts';
import { icmp6 } from '../../src/engine/wire/icmp6.ts';
import { ipv4, ipv4Fault } from '../../src/engine/wire/ipv4.ts';
import { ipv6, ipv6Fault } from '../../src/engine/wire/ipv6.ts';
import {
  fragmentHeader,
  hopByHop,
  hopByHopProblem,
  perFragmentHeaders,
  routing,
  upperLayer,
} from '../../src/engine/wire/ipv6-extension.ts';
import { readNd } from '../../src/engine/wire/nd.ts';
import { quotedDatagram6 } from '../../src/engine/wire/quotation6.ts';
import { summarise } from '../../src/engine/wire/summary.ts';
import { tcpHeader } from '../../src/engine/wire/tcp.ts';
import { udp } from '../../src/engine/wire/udp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';
import { partitionFault } from './partition.ts';

const RUNS = Number(process.env['FUZZ'] ?? 20_000);

interface Subject {
  readonly name: string;
  /** Good inputs, which mutation starts from. */
  readonly seeds: readonly Uint8Array[];
  /** May throw Malformed and nothing else. */
  read(bytes: Uint8Array): unknown;
  /** Must not throw. */
  dissect?(bytes: Uint8Array): Node;
}

const all = Object.values({ ...FRAMES, ...FRAMES6 }).map((hex) => fromHex(hex));
const ip6 = all.filter((frame) => frame[12] === 0x86).map((frame) => frame.subarray(14));
/** What stands behind the fixed header when the byte before it names `next`. */
const behind = (next: number): Uint8Array[] =>
  ip6.filter((packet) => packet[6] === next).map((packet) => packet.subarray(40));
const ip = all.filter((frame) => frame[12] === 8 && frame[13] === 0);
const above = (protocol: number): Uint8Array[] =>
  ip.filter((frame) => frame[23] === protocol && frame[14] === 0x45).map((frame) => frame.subarray(34));
const part = (format: { decode(bytes: Uint8Array): unknown; dissect(bytes: Uint8Array): Node }) => ({
  read: (bytes: Uint8Array) => format.decode(bytes),
  dissect: (bytes: Uint8Array) => format.dissect(bytes),
});

const SUBJECTS: readonly Subject[] = [
  { name: 'ethernet', seeds: all, ...part(ethernet) },
  {
    name: 'arp',
    seeds: all.filter((frame) => frame[13] === 6).map((frame) => frame.subarray(14)),
    ...part(arp),
  },
  { name: 'ipv4', seeds: ip.map((frame) => frame.subarray(14)), ...part(ipv4) },
  { name: 'icmp', seeds: above(1), ...part(icmp) },
  { name: 'ipv6', seeds: ip6, ...part(ipv6) },
  { name: 'icmp6', seeds: behind(58), ...part(icmp6) },
  { name: 'options header', seeds: [...behind(0), ...behind(60)], ...part(hopByHop) },
  { name: 'routing', seeds: behind(43), ...part(routing) },
  { name: 'fragment', seeds: behind(44), ...part(fragmentHeader) },
  {
    name: 'ipv6 headers',
    seeds: ip6,
    read: (bytes) => {
      if (bytes.length < 40) return undefined;
      return tolerant(() => [
        upperLayer(bytes, 0, bytes.length),
        hopByHopProblem(bytes, 0, bytes.length),
        perFragmentHeaders(bytes, 0, bytes.length),
        readNd(bytes, 0, 40, bytes.length),
      ]);
    },
  },
  { name: 'udp', seeds: above(17), ...part(udp) },
  { name: 'tcp', seeds: above(6), ...part(tcpHeader) },
  {
    name: 'dns',
    seeds: [fromHex(FRAMES.dnsQuery).subarray(42), fromHex(FRAMES.dnsAnswer).subarray(42)],
    ...part(dnsMessage),
  },
  {
    name: 'dns by hand',
    seeds: [fromHex(FRAMES.dnsQuery).subarray(42), fromHex(FRAMES.dnsAnswer).subarray(42)],
    read: (bytes) => decodeDns(bytes),
  },
  {
    name: 'http',
    seeds: [fromHex(FRAMES.get).subarray(66), fromHex(FRAMES.ok).subarray(66)],
    read: (bytes) => [startsLikeHttp(bytes, 0, bytes.length), readHttpHead(bytes, 0, bytes.length)],
    dissect: (bytes) => dissectHttp(bytes, 0, bytes.length),
  },
  {
    name: 'frame',
    seeds: all,
    // None of these may throw even Malformed: a frame is decoded as far as it goes.
    read: (bytes) =>
      tolerant(() => [
        decodeFrame(bytes),
        summarise(bytes),
        checksumFault(bytes, layersOf(bytes)),
        ipv4Fault(bytes, 14, bytes.length),
        quotedDatagram(bytes, 34, bytes.length),
        ipv6Fault(bytes, 14, bytes.length),
        quotedDatagram6(bytes, 54, bytes.length),
      ]),
    dissect: (bytes) => dissectFrame(bytes),
  },
];

function tolerant<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw new Error(`threw ${String(error)}, which tolerant readers never do`);
  }
}

/** Bytes that formats treat in a way of their own: limits, pointers, separators. */
const TELLING = [
  0, 1, 2, 3, 4, 5, 8, 0x0a, 0x0d, 0x20, 0x3a, 0x3f, 0x40, 0x45, 0x4f, 0x50, 0x7f, 0x80, 0xc0, 0xc1, 0xf0,
  0xfe, 0xff,
];

function makeInput(random: Random, seeds: readonly Uint8Array[]): Uint8Array {
  if (random.chance(0.25)) return Uint8Array.from({ length: random.below(90) }, () => random.below(256));
  const seed = seeds[random.below(seeds.length)]!;
  let bytes = seed.slice(0, 400);
  if (random.chance(0.3)) bytes = bytes.slice(0, random.below(bytes.length + 1));
  if (random.chance(0.2)) {
    // Repeat a piece: lists grow, pointers move.
    const at = random.below(bytes.length + 1);
    const piece = bytes.slice(at, at + random.below(40));
    const longer = new Uint8Array(bytes.length + piece.length);
    longer.set(bytes.subarray(0, at));
    longer.set(piece, at);
    longer.set(bytes.subarray(at), at + piece.length);
    bytes = longer;
  }
  for (let n = random.below(6); n > 0 && bytes.length > 0; n--) {
    bytes[random.below(bytes.length)] = random.chance(0.5)
      ? TELLING[random.below(TELLING.length)]!
      : random.below(256);
  }
  return bytes;
}

/** What went wrong with one input, or undefined. */
function faultOf(subject: Subject, bytes: Uint8Array): string | undefined {
  const before = bytes.slice();
  let isRead = true;
  try {
    subject.read(bytes);
  } catch (error) {
    isRead = false;
    if (!(error instanceof Malformed)) return `read threw ${String(error)}`;
  }
  if (subject.dissect) {
    let tree: Node;
    try {
      tree = subject.dissect(bytes);
    } catch (error) {
      return `dissect threw ${String(error)}`;
    }
    const fault = partitionFault(tree, bytes.length * 8);
    if (fault) return fault;
    // A struct that decodes dissects without a problem, and the other way round.
    if (subject.name !== 'frame' && subject.name !== 'http' && isRead === (tree.problem !== undefined)) {
      return `decode ${isRead ? 'took' : 'refused'} what dissect ${isRead ? 'refused' : 'took'}: ${tree.problem}`;
    }
  }
  return toHex(bytes) === toHex(before) ? undefined : 'the input was changed';
}

describe(`${RUNS} random and mutated inputs`, () => {
  it.each(SUBJECTS)(
    '$name: only Malformed comes out, and trees partition',
    (subject) => {
      const random = new Random(2026);
      for (let i = 0; i < RUNS; i++) {
        const bytes = makeInput(random, subject.seeds);
        const fault = faultOf(subject, bytes);
        if (fault) expect.fail(`input ${i} (${toHex(bytes)}): ${fault}`);
      }
    },
    Math.max(60_000, RUNS * 10),
  );

  it('would notice a reader that throws something else, and a tree with a gap', () => {
    const dissect = (bytes: Uint8Array): Node => {
      const tree = ethernet.dissect(bytes);
      tree.children.shift();
      return tree;
    };
    expect(
      faultOf(
        { name: 'x', seeds: [], read: () => (undefined as unknown as { x: number }).x },
        new Uint8Array(14),
      ),
    ).toMatch(/TypeError/);
    expect(faultOf({ name: 'x', seeds: [], read: () => 0, dissect }, new Uint8Array(14))).toMatch(
      /starts at bit 48/,
    );
  });
});

/** The same bytes behind a counter of every access to them. */
function counting(bytes: Uint8Array): { bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const wrap = (target: Uint8Array): Uint8Array =>
    new Proxy(target, {
      get(inner, key) {
        reads += 1;
        const value = Reflect.get(inner, key, inner);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          const result = (value as (...all: unknown[]) => unknown).apply(inner, args);
          return result instanceof Uint8Array ? wrap(result) : result;
        };
      },
    });
  return { bytes: wrap(bytes), reads: () => reads };
}

/** Inputs of about `size` bytes that would hurt a careless reader most. */
const HARD: Readonly<Record<string, (size: number) => Uint8Array>> = {
  zeros: (size) => new Uint8Array(size),
  ones: (size) => new Uint8Array(size).fill(0xff),
  'no operation': (size) => new Uint8Array(size).fill(1),
  'empty records': (size) => {
    // 65,535 answers of eleven bytes, each owned by the root.
    const bytes = new Uint8Array(size);
    bytes.set([0, 0, 0x80, 0, 0, 0, 0xff, 0xff]);
    for (let at = 12; at + 11 <= size; at += 11) bytes[at + 2] = 99;
    return bytes;
  },
  'pointers to pointers': (size) => {
    // Each record’s name points at the name before it.
    const bytes = new Uint8Array(size);
    bytes.set([0, 0, 0x80, 0, 0, 0, 0xff, 0xff]);
    bytes.set([1, 0x61, 0, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0], 12);
    let before = 12;
    for (let at = 25; at + 12 <= size; at += 12) {
      bytes.set([0xc0 | ((before >> 8) & 0x3f), before & 0xff, 0, 99], at);
      if (at < 0x3fff - 12) before = at;
    }
    return bytes;
  },
  'many short lines': (size) => {
    const bytes = new Uint8Array(size);
    bytes.set([...'GET / HTTP/1.1\r\n'].map((c) => c.charCodeAt(0)));
    for (let at = 16; at + 5 <= size; at += 5) bytes.set([0x61, 0x3a, 0x62, 0x0d, 0x0a], at);
    return bytes;
  },
  'a DNS answer in a frame': (size) => {
    const bytes = new Uint8Array(size);
    bytes.set(fromHex(FRAMES.dnsAnswer).subarray(0, 42));
    ipv4.set.totalLength(bytes, 14, size - 14);
    udp.set.length(bytes, 34, size - 34);
    bytes.set(HARD['pointers to pointers']!(size - 42), 42);
    return bytes;
  },
};

describe('work', () => {
  const SIZE = 8192;
  const cases = SUBJECTS.flatMap((subject) =>
    Object.keys(HARD).map((input) => [subject.name, input, subject] as const),
  );

  it.each(cases)('of %s grows with the size of %s, not faster', (_, input, subject) => {
    const costOf = (size: number, run: (bytes: Uint8Array) => unknown): number => {
      const counted = counting(HARD[input]!(size));
      try {
        run(counted.bytes);
      } catch (error) {
        if (!(error instanceof Malformed)) throw error;
      }
      return counted.reads();
    };
    for (const run of [subject.read, subject.dissect]) {
      if (!run) continue;
      const small = costOf(SIZE, run);
      const large = costOf(2 * SIZE, run);
      // Linear is 2; what hardly depends on the size may still differ by some constant.
      expect(large, `${small} reads of ${SIZE} bytes, ${large} of twice as many`).toBeLessThanOrEqual(
        2.6 * small + 500,
      );
    }
  });
});
