/**
 * Damaged messages with data of every type: nothing but Malformed comes out of the decoders, the tree partitions what it
 * shows and finds a problem exactly where they do, and what was read prints, is written and read again.
 *
 * 100,000 messages on CI, 12,000 elsewhere; `DNS_FUZZ=1000000` sets another number. A failure names seed, index and bytes.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../src/engine/base/bytes.ts';
import { Malformed } from '../../../src/engine/base/errors.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { decodeDns, encodeDns } from '../../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, decodeDeclared, dnsMessage } from '../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../src/engine/wire/dns/text.ts';
import { partitionFault } from '../partition.ts';
import { dnsMessageArbitrary, KNOWN_TYPES, recordOfType } from './arbitrary.ts';

const RUNS = Number(process.env['DNS_FUZZ'] ?? (process.env['CI'] ? 100_000 : 12_000));
const SEED = Number(process.env['SEED'] ?? 8);

/** Whole messages, and for each type some with one record of it alone, so that damage meets its data. */
function seeds(): Uint8Array[] {
  const [empty, ...messages] = fc.sample(dnsMessageArbitrary, { numRuns: 60, seed: SEED });
  const alone = KNOWN_TYPES.flatMap((type) =>
    fc
      .sample(recordOfType(type), { numRuns: 8, seed: SEED })
      .map((record) => ({ ...empty!, questions: [], answers: [record], authorities: [], additionals: [] })),
  );
  return [...messages, ...alone].map(encodeDns);
}

/** Values that formats treat in a way of their own: lengths, pointers, windows. */
const TELLING = [0, 1, 2, 4, 7, 16, 32, 33, 63, 64, 127, 128, 0xc0, 0xff];

function damage(random: Random, whole: Uint8Array): Uint8Array {
  let bytes = whole.slice();
  if (random.chance(0.15)) bytes = bytes.slice(0, random.below(bytes.length + 1));
  for (let n = random.below(4); n > 0 && bytes.length > 0; n--) {
    // Most of a message of one record is its data, and the header is damaged soon enough
    const at = random.chance(0.8)
      ? Math.min(12 + random.below(bytes.length), bytes.length - 1)
      : random.below(12);
    if (at < bytes.length)
      bytes[at] = random.chance(0.6) ? TELLING[random.below(TELLING.length)]! : random.below(256);
  }
  return bytes;
}

function attempt(decode: (bytes: Uint8Array) => DnsMessage, bytes: Uint8Array): DnsMessage | undefined {
  try {
    return decode(bytes);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/**
 * What went wrong with one input, or undefined; `counts` says whether it was read. `all` also compares the decoders, and
 * writes what was read: message.test.ts does that too, and it costs most.
 */
function faultOf(bytes: Uint8Array, counts: { read: number }, all: boolean): string | undefined {
  const fast = attempt(decodeDns, bytes);
  if (all && JSON.stringify(fast) !== JSON.stringify(attempt(decodeDeclared, bytes)))
    return 'the two decoders differ';
  const tree = dnsMessage.dissect(bytes);
  const gap = partitionFault(tree, bytes.length * 8);
  if (gap) return gap;
  if ((fast === undefined) !== (tree.problem !== undefined)) return `the tree says ${tree.problem}`;
  if (!fast) return undefined;
  counts.read += 1;
  const records = [...fast.answers, ...fast.authorities, ...fast.additionals];
  const bad = records.map(recordText).find((text) => /\p{Cc}/u.test(text));
  if (bad) return `unprintable text: ${bad}`;
  if (!all) return undefined;
  return JSON.stringify(decodeDns(encodeDns(fast))) === JSON.stringify(fast)
    ? undefined
    : 'written and read, it differs';
}

describe(`${RUNS} damaged messages (SEED=${SEED})`, () => {
  it('do no harm', () => {
    const whole = seeds();
    const random = new Random(SEED);
    const counts = { read: 0 };
    for (let i = 0; i < RUNS; i++) {
      const bytes = damage(random, whole[random.below(whole.length)]!);
      let fault: string | undefined;
      try {
        fault = faultOf(bytes, counts, i % 4 === 0);
      } catch (error) {
        fault = `threw ${(error as Error).stack}`;
      }
      if (fault) expect.fail(`input ${i} (${toHex(bytes)}): ${fault}`);
    }
    // Both sorts must be there, or the damage is too little or too much
    expect(counts.read / RUNS).toBeGreaterThan(0.2);
    expect(counts.read / RUNS).toBeLessThan(0.9);
  }, 120_000);
});
