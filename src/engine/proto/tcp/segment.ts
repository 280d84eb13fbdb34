/**
 * One segment as the machine reads and writes it: numbers in a reused object, no allocation (RFC 9293 §3.1,
 * RFC 7323 §2.2 and §3.2). `wire/tcp.ts` declares the same format for everyone who is not in a hurry; a test holds
 * the two together.
 */
import { type Bytes, readU16, readU32, writeU16, writeU32 } from '../../base/bytes.ts';
import {
  FIN,
  OPTION_EOL,
  OPTION_MSS,
  OPTION_NOP,
  OPTION_SACK_PERMITTED,
  OPTION_TIMESTAMPS,
  OPTION_WINDOW_SCALE,
  SYN,
  TCP_HEADER,
} from '../../wire/tcp.ts';

/** NOP, NOP, timestamps, length 10: how everyone lays the option out in a segment that has no other. */
const STAMPS_WORD = 0x0101080a;
/** Bytes that timestamps take in every segment. */
export const STAMPS_LENGTH = 12;

export class Segment {
  sequence = 0;
  acknowledgment = 0;
  flags = 0;
  window = 0;
  urgent = 0;
  /** Where the payload lies in the buffer that was read. */
  dataAt = 0;
  dataLength = 0;
  hasStamps = false;
  stamp = 0;
  echo = 0;
  /** −1 when the option is absent. */
  mss = -1;
  windowScale = -1;
  sackPermitted = false;

  /** Reads the segment of `length` bytes at `at`. False when it is no segment. Unreadable options are passed over. */
  read(bytes: Bytes, at: number, length: number): boolean {
    if (length < TCP_HEADER) return false;
    const headerLength = (bytes[at + 12]! >> 4) * 4;
    if (headerLength < TCP_HEADER || headerLength > length) return false;
    this.sequence = readU32(bytes, at + 4);
    this.acknowledgment = readU32(bytes, at + 8);
    this.flags = bytes[at + 13]!;
    this.window = readU16(bytes, at + 14);
    this.urgent = readU16(bytes, at + 18);
    this.dataAt = at + headerLength;
    this.dataLength = length - headerLength;
    this.hasStamps = false;
    this.mss = -1;
    this.windowScale = -1;
    this.sackPermitted = false;
    if (headerLength === TCP_HEADER + STAMPS_LENGTH && readU32(bytes, at + TCP_HEADER) === STAMPS_WORD) {
      this.hasStamps = true;
      this.stamp = readU32(bytes, at + TCP_HEADER + 4);
      this.echo = readU32(bytes, at + TCP_HEADER + 8);
    } else if (headerLength > TCP_HEADER) {
      this.#readOptions(bytes, at + TCP_HEADER, at + headerLength);
    }
    return true;
  }

  /** At most 40 bytes, so at most 40 turns. */
  #readOptions(bytes: Bytes, from: number, end: number): void {
    for (let i = from; i < end; ) {
      const kind = bytes[i]!;
      if (kind === OPTION_EOL) return;
      if (kind === OPTION_NOP) {
        i += 1;
        continue;
      }
      const length = i + 1 < end ? bytes[i + 1]! : 0;
      if (length < 2 || i + length > end) return; // RFC 9293 §3.1, MUST-7: be prepared for it
      if (kind === OPTION_MSS && length === 4) this.mss = readU16(bytes, i + 2);
      // RFC 7323 §2.3: a shift above 14 counts as 14
      else if (kind === OPTION_WINDOW_SCALE && length === 3) this.windowScale = Math.min(bytes[i + 2]!, 14);
      else if (kind === OPTION_SACK_PERMITTED && length === 2) this.sackPermitted = true;
      else if (kind === OPTION_TIMESTAMPS && length === 10) {
        this.hasStamps = true;
        this.stamp = readU32(bytes, i + 2);
        this.echo = readU32(bytes, i + 6);
      }
      i += length;
    }
  }

  /** What it takes of the sequence space: SEG.LEN of RFC 9293 §3.4. */
  get length(): number {
    return this.dataLength + (this.flags & SYN ? 1 : 0) + (this.flags & FIN ? 1 : 0);
  }
}

/** Writes the fixed part; `headerLength` includes the options, which the caller writes. Checksum and urgent are 0. */
export function writeHeader(
  out: Bytes,
  at: number,
  sourcePort: number,
  destinationPort: number,
  sequence: number,
  acknowledgment: number,
  headerLength: number,
  flags: number,
  window: number,
): void {
  writeU16(out, at, sourcePort);
  writeU16(out, at + 2, destinationPort);
  writeU32(out, at + 4, sequence);
  writeU32(out, at + 8, acknowledgment);
  out[at + 12] = headerLength << 2;
  out[at + 13] = flags;
  writeU16(out, at + 14, window);
  writeU32(out, at + 16, 0);
}

/** Timestamps as every segment but a SYN with more options carries them. Returns their length. */
export function writeStamps(out: Bytes, at: number, value: number, echo: number): number {
  writeU32(out, at, STAMPS_WORD);
  writeU32(out, at + 4, value);
  writeU32(out, at + 8, echo);
  return STAMPS_LENGTH;
}

/**
 * The options of a SYN in Linux's order with SACK switched off: MSS, timestamps, window scale, each filled to a
 * word by NOPs in front. `scale` −1 leaves the scale out. Returns their length.
 */
export function writeSynOptions(
  out: Bytes,
  at: number,
  mss: number,
  stamps: boolean,
  value: number,
  echo: number,
  scale: number,
): number {
  out[at] = OPTION_MSS;
  out[at + 1] = 4;
  writeU16(out, at + 2, mss);
  let length = 4;
  if (stamps) length += writeStamps(out, at + length, value, echo);
  if (scale >= 0) {
    out[at + length] = OPTION_NOP;
    out[at + length + 1] = OPTION_WINDOW_SCALE;
    out[at + length + 2] = 3;
    out[at + length + 3] = scale;
    length += 4;
  }
  return length;
}
