/**
 * A message as the programs that print it see it: decoded as far as it can be, with what its header says and how many
 * bytes are left over. A damaged message keeps the records before the damage, as with dig's `+besteffort`.
 */
import { type Bytes, readU16, writeU16 } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { decodeDns } from '../../wire/dns/fast.ts';
import type { DnsMessage } from '../../wire/dns/message.ts';

export interface Reply {
  readonly bytes: Bytes;
  readonly message: DnsMessage;
  /** Questions, answers, authorities and additionals that the header announces. */
  readonly counts: readonly [number, number, number, number];
  /** The reserved bit of the header (RFC 1035 §4.1.1). */
  readonly hasReserved: boolean;
  /** Bytes behind the last record that could be read. */
  readonly extra: number;
  /** What is wrong with it, when it is damaged. */
  readonly fault: string | undefined;
}

const HEADER = 12;

/** Needs the twelve bytes of a header; undefined when not even the questions can be read. */
export function readReply(bytes: Bytes): Reply | undefined {
  const counts = [4, 6, 8, 10].map((at) => readU16(bytes, at)) as [number, number, number, number];
  const hasReserved = (bytes[3]! & 0x40) !== 0;
  const wanted = counts.reduce((sum, count) => sum + count, 0);
  const ends = entryEnds(bytes, counts[0], wanted);
  let read = ends.length - 1;
  let fault: string | undefined = read < wanted ? 'unexpected end of input' : undefined;
  // the bytes of a record may be there and still make no sense: then it and what follows is left out
  for (; read >= counts[0]; read--) {
    try {
      const message = decodeDns(withCounts(bytes, counts, read), 0, ends[read]!);
      const end = fault === undefined ? ends[read]! : headEnd(bytes, ends[read]!);
      return { bytes, message, counts, hasReserved, extra: bytes.length - end, fault };
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      fault = 'FORMERR';
    }
  }
  return undefined;
}

/** Where the header, and each question and record in turn, ends, as far as they are complete. */
function entryEnds(bytes: Bytes, questions: number, wanted: number): readonly number[] {
  const ends = [HEADER];
  for (let n = 0; n < wanted; n++) {
    let at = nameEnd(bytes, ends[n]!);
    if (at === undefined) break;
    if (n < questions) at += 4;
    else if (at + 10 > bytes.length) break;
    else at += 10 + readU16(bytes, at + 8);
    if (at > bytes.length) break;
    ends.push(at);
  }
  return ends;
}

/** Behind name, type, class, TTL and length of the record at `from`: as far as BIND gets in one that is cut off. */
function headEnd(bytes: Bytes, from: number): number {
  const at = nameEnd(bytes, from);
  return at === undefined || at + 10 > bytes.length ? from : at + 10;
}

function nameEnd(bytes: Bytes, from: number): number | undefined {
  for (let at = from; at < bytes.length; at += bytes[at]! + 1) {
    if (bytes[at] === 0) return at + 1;
    if (bytes[at]! >= 0xc0) return at + 2 <= bytes.length ? at + 2 : undefined;
  }
  return undefined;
}

/** The same message, announcing only its first `entries` questions and records. */
function withCounts(bytes: Bytes, counts: readonly number[], entries: number): Bytes {
  const copy = bytes.slice();
  let left = entries;
  counts.forEach((count, section) => {
    const kept = Math.min(count, left);
    writeU16(copy, 4 + 2 * section, kept);
    left -= kept;
  });
  return copy;
}

/** Bytes in rows of sixteen, hexadecimal and as characters: what is shown of a packet that cannot be read. */
export function dumpText(bytes: Bytes): string {
  let text = `${bytes.length} bytes\n`;
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => `${byte.toString(16).padStart(2, '0')} `).join('');
    const characters = row
      .map((byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'))
      .join('');
    text += `${hex.padEnd(57)}${characters}\n`;
  }
  return text;
}
