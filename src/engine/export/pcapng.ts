/**
 * A run as a capture file that Wireshark and tcpdump read: pcapng (draft-ietf-opsawg-pcapng), little-endian, one
 * section, an interface for every network card that is listened to, times in nanoseconds.
 *
 * Frames that were lost, damaged or refused carry a comment that says so. Frames of which only the first bytes were
 * kept are written as captures with a short snapshot length. Not here: decryption secrets, name resolution blocks.
 */
import { type Bytes, fromUtf8 } from '../base/bytes.ts';
import { SECOND } from '../base/units.ts';
import type { Packet } from '../inspect/packets.ts';
import { MAX_FRAME } from '../trace/frames.ts';
import type { Trace } from '../trace/log.ts';
import { type Cable, type Captured, capture, interfacesOf, type Tap } from './capture.ts';

export interface PcapngOptions {
  /** Wall-clock time at kernel time 0, in seconds since 1970. */
  readonly epochSeconds: number;
  /** Where to listen; `makers` by default. */
  readonly tap?: Tap;
  /** A comment on the whole file: which scenario, which seed. */
  readonly comment?: string;
}

const SECTION_HEADER = 0x0a0d0d0a;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const LINKTYPE_ETHERNET = 1;

// Option codes (sections 3.5, 4.1, 4.2 and 4.3 of the draft).
const OPT_END = 0;
const OPT_COMMENT = 1;
const SHB_USERAPPL = 4;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const INBOUND = 1;
const OUTBOUND = 2;

export function pcapng(
  trace: Trace,
  packets: readonly Packet[],
  links: readonly Cable[],
  options: PcapngOptions,
): Bytes {
  const tap = options.tap ?? 'makers';
  const captures = capture(packets, links, tap);
  const names = interfacesOf(captures, links, tap);
  const file = new Blocks();
  file.begin(SECTION_HEADER);
  file.u32(BYTE_ORDER_MAGIC);
  file.u16(1);
  file.u16(0);
  file.u32(0xffff_ffff); // the length of the section, 64 bits: not given
  file.u32(0xffff_ffff);
  if (options.comment !== undefined) file.option(OPT_COMMENT, fromUtf8(options.comment));
  file.option(SHB_USERAPPL, fromUtf8('Roundtrip'));
  file.option(OPT_END, NOTHING);
  file.end();
  for (const name of names) {
    file.begin(INTERFACE_DESCRIPTION);
    file.u16(LINKTYPE_ETHERNET);
    file.u16(0);
    file.u32(MAX_FRAME);
    file.option(IF_NAME, fromUtf8(name));
    file.option(IF_TSRESOL, NANOSECONDS);
    file.option(OPT_END, NOTHING);
    file.end();
  }
  const numbers = new Map(names.map((name, index) => [name, index]));
  const epoch = BigInt(options.epochSeconds) * BigInt(SECOND);
  for (const captured of captures) {
    writePacket(file, trace, captured, numbers.get(captured.interface)!, epoch);
  }
  return file.finish();
}

const NOTHING = new Uint8Array(0);
/** A power of ten, negated: 10^−9 s. */
const NANOSECONDS = Uint8Array.of(9);

function writePacket(file: Blocks, trace: Trace, captured: Captured, index: number, epoch: bigint): void {
  const { frames } = trace;
  const bytes = frames.read(captured.frame);
  const time = epoch + BigInt(captured.time);
  file.begin(ENHANCED_PACKET);
  file.u32(index);
  file.u32(Number(time >> 32n));
  file.u32(Number(time & 0xffff_ffffn));
  file.u32(bytes.length);
  file.u32(frames.size(captured.frame));
  file.bytes(bytes);
  if (captured.comment !== undefined) file.option(OPT_COMMENT, fromUtf8(captured.comment));
  file.option(EPB_FLAGS, Uint8Array.of(captured.isSent ? OUTBOUND : INBOUND, 0, 0, 0));
  file.option(OPT_END, NOTHING);
  file.end();
}

/** Blocks one after another, each with its length before and behind it, in little-endian words. */
class Blocks {
  #bytes: Bytes = new Uint8Array(65_536);
  #at = 0;
  #start = 0;

  begin(type: number): void {
    this.#start = this.#at;
    this.u32(type);
    this.u32(0);
  }

  end(): void {
    const length = this.#at + 4 - this.#start;
    this.u32(length);
    this.#put32(this.#start + 4, length);
  }

  u16(value: number): void {
    this.#room(2);
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
  }

  u32(value: number): void {
    this.#room(4);
    this.#put32(this.#at, value);
    this.#at += 4;
  }

  /** Padded with zeros to whole words. */
  bytes(value: Bytes): void {
    const padded = (value.length + 3) & ~3;
    this.#room(padded);
    this.#bytes.set(value, this.#at);
    this.#bytes.fill(0, this.#at + value.length, this.#at + padded);
    this.#at += padded;
  }

  option(code: number, value: Bytes): void {
    this.u16(code);
    this.u16(value.length);
    this.bytes(value);
  }

  finish(): Bytes {
    return this.#bytes.slice(0, this.#at);
  }

  #put32(at: number, value: number): void {
    this.#bytes[at] = value;
    this.#bytes[at + 1] = value >>> 8;
    this.#bytes[at + 2] = value >>> 16;
    this.#bytes[at + 3] = value >>> 24;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
  }
}
