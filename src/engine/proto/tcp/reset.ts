/**
 * The answer to a segment that no connection wants (RFC 9293 §3.10.7.1): what a host says for a closed port.
 */
import { type Bytes, readU16 } from '../../base/bytes.ts';
import { seqAdd } from '../../base/seq.ts';
import { ACK, RST, TCP_HEADER } from '../../wire/tcp.ts';
import { Segment, writeHeader } from './segment.ts';

const segment = new Segment();

/**
 * Writes a RST for the segment of `length` bytes at `at` to `out[outAt…]` and returns its length: 20, or 0 when
 * none is due (the segment is itself a RST, or none at all). The checksum field is zero.
 */
export function resetFor(bytes: Bytes, at: number, length: number, out: Bytes, outAt: number): number {
  if (!segment.read(bytes, at, length) || segment.flags & RST) return 0;
  const source = readU16(bytes, at + 2);
  const destination = readU16(bytes, at);
  if (segment.flags & ACK) {
    writeHeader(out, outAt, source, destination, segment.acknowledgment, 0, TCP_HEADER, RST, 0);
  } else {
    const acknowledgment = seqAdd(segment.sequence, segment.length);
    writeHeader(out, outAt, source, destination, 0, acknowledgment, TCP_HEADER, RST | ACK, 0);
  }
  return TCP_HEADER;
}
