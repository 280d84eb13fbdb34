/**
 * The header of the Transmission Control Protocol and its options (RFC 9293 §3.1 and §3.2; RFC 7323 for window
 * scale and timestamps; RFC 2018 for selective acknowledgments; RFC 3168 §6.1 for CWR and ECE).
 *
 * The struct is header and options: it ends where its data offset says, and the payload lies behind it. Not here:
 * what a flag or an option makes a connection do, and reading them fast (`proto/tcp/segment.ts` does both).
 */
import type { Bytes } from '../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader } from '../base/checksum.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import type { Ip6 } from '../base/ip6.ts';
import { seqDiff } from '../base/seq.ts';
import type { Cursor, Node } from './bits.ts';
import {
  bits,
  bytes,
  type Codec,
  type Decoded,
  derived,
  dissectWith,
  flags,
  hex,
  many,
  named,
  nothing,
  prefixed,
  struct,
  u8,
  u16,
  u32,
  until,
} from './codec.ts';
import { PROTOCOL_TCP } from './ipv4.ts';

/** Bytes of a header without options, and of the longest one: the data offset has four bits. */
export const TCP_HEADER = 20;
export const TCP_MAX_HEADER = 60;

/** Values of the `flags` field. */
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

/** Kinds of options. */
export const OPTION_EOL = 0;
export const OPTION_NOP = 1;
export const OPTION_MSS = 2;
export const OPTION_WINDOW_SCALE = 3;
export const OPTION_SACK_PERMITTED = 4;
export const OPTION_SACK = 5;
export const OPTION_TIMESTAMPS = 8;

const HEADER = 'RFC 9293 §3.1';
/** The two options of a single byte. What all options have in common stands in §3.1. */
const OPTIONS = 'RFC 9293 §3.2';
const SACK = 'RFC 2018 §3';
const SCALE = 'RFC 7323 §2.2';
const STAMPS = 'RFC 7323 §3.2';

const KINDS: Readonly<Record<number, string>> = {
  [OPTION_EOL]: 'end of option list',
  [OPTION_NOP]: 'no operation',
  [OPTION_MSS]: 'maximum segment size',
  [OPTION_WINDOW_SCALE]: 'window scale',
  [OPTION_SACK_PERMITTED]: 'SACK permitted',
  [OPTION_SACK]: 'SACK',
  [OPTION_TIMESTAMPS]: 'timestamps',
  28: 'user timeout',
  29: 'TCP-AO',
  30: 'Multipath TCP',
  34: 'Fast Open cookie',
};

const kind = u8('Kind', HEADER, 'Which option this is.', named(KINDS));
const optionLength = u8(
  'Length',
  HEADER,
  'Length of this option with its kind and itself, in bytes.',
  (value) => `${value} bytes`,
);

const endOfList = struct(
  'End of option list',
  OPTIONS,
  'No options follow; the rest of the header is padding.',
  { kind, padding: bytes('Padding', HEADER, 'Zeros that fill the header up to a multiple of four bytes.') },
);

const noOperation = struct(
  'No operation',
  OPTIONS,
  'A byte that only moves the next option to a good boundary.',
  {
    kind,
    body: nothing,
  },
);

const maximumSegmentSize = struct(
  'Maximum segment size',
  'RFC 9293 §3.7.1',
  'The largest payload that the sender of this option is ready to take in one segment.',
  {
    kind,
    value: prefixed(
      optionLength,
      u16('MSS', 'RFC 9293 §3.7.1', 'Bytes of payload, without any header.', (value) => `${value} bytes`),
      2,
    ),
  },
  (option) => `${option.value} bytes`,
);

const windowScale = struct(
  'Window scale',
  SCALE,
  'By how many bits the windows in later segments from this side are shifted to the left.',
  {
    kind,
    value: prefixed(
      optionLength,
      u8('Shift count', SCALE, 'At most 14.', (value) => `${value} bits, × ${1 << Math.min(value, 14)}`),
      2,
    ),
  },
  (option) => `× ${1 << Math.min(option.value, 14)}`,
);

const sackPermitted = struct(
  'SACK permitted',
  'RFC 2018 §2',
  'The sender understands selective acknowledgments.',
  { kind, value: prefixed(optionLength, nothing, 2) },
);

const sackBlock = struct(
  'Block',
  SACK,
  'A run of bytes that has arrived although something before it is missing.',
  {
    left: u32('Left edge', SACK, 'Sequence number of the first byte of the block.'),
    right: u32('Right edge', SACK, 'Sequence number just after the last byte of the block.'),
  },
  (block) => `${block.left}–${block.right} (${seqDiff(block.right, block.left)} bytes)`,
);

const selectiveAcknowledgment = struct(
  'Selective acknowledgment',
  SACK,
  'What has arrived beyond the acknowledgment number.',
  { kind, value: prefixed(optionLength, many(sackBlock), 2) },
  (option) => `${option.value.length} blocks`,
);

const timestamps = struct(
  'Timestamps',
  STAMPS,
  'Lets the round-trip time be measured with every segment, and old duplicates be told from new segments.',
  {
    kind,
    value: prefixed(
      optionLength,
      struct('Values', STAMPS, 'The two timestamps.', {
        value: u32('TSval', STAMPS, 'The clock of the sender of this segment.'),
        echo: u32('TSecr', STAMPS, 'A recent clock value of the other side, sent back.'),
      }),
      2,
    ),
  },
  (option) => `TSval ${option.value.value}, TSecr ${option.value.echo}`,
);

const unknownOption = struct(
  'Other option',
  HEADER,
  'An option that this engine only carries.',
  { kind, value: prefixed(optionLength, bytes('Data', HEADER, 'The option’s data.'), 2) },
  (option) => named(KINDS)(option.kind, { values: {}, start: 0, parent: undefined }),
);

/** One option. `kind` tells which: the others carry their data as `value`. */
export type TcpOption =
  | Decoded<typeof endOfList>
  | Decoded<typeof noOperation>
  | Decoded<typeof maximumSegmentSize>
  | Decoded<typeof windowScale>
  | Decoded<typeof sackPermitted>
  | Decoded<typeof selectiveAcknowledgment>
  | Decoded<typeof timestamps>
  | Decoded<typeof unknownOption>;

// biome-ignore lint/suspicious/noExplicitAny: each codec takes one member of the union; `pick` keeps them apart
const BY_KIND: Readonly<Record<number, Codec<any, any>>> = {
  [OPTION_EOL]: endOfList,
  [OPTION_NOP]: noOperation,
  [OPTION_MSS]: maximumSegmentSize,
  [OPTION_WINDOW_SCALE]: windowScale,
  [OPTION_SACK_PERMITTED]: sackPermitted,
  [OPTION_SACK]: selectiveAcknowledgment,
  [OPTION_TIMESTAMPS]: timestamps,
};

function pick(kindValue: number): Codec<TcpOption> {
  return (Object.hasOwn(BY_KIND, kindValue) ? BY_KIND[kindValue] : unknownOption) as Codec<TcpOption>;
}

const option: Codec<TcpOption> = {
  bits: undefined,
  // The kind decides which struct this is, label and all, so it is looked at before anything is read.
  read: (cursor, scope) => pick(cursor.bytes[cursor.bit >>> 3]!).read(cursor, scope),
  write: (sink, value, scope) => pick(value.kind).write(sink, value, scope),
};

function optionBytes(dataOffset: number): number {
  if (dataOffset < 5) throw new Malformed(`a data offset of ${dataOffset} words; the header alone has 5`);
  return dataOffset * 4 - TCP_HEADER;
}

const optionList = until((scope) => optionBytes(scope.values.dataOffset as number), many(option));
const OPTIONS_ABOUT = {
  label: 'Options',
  spec: HEADER,
  about: 'What this side can do or tells besides; most of it only with a SYN.',
};

/** The options under one node of their own; no node when there are none. */
const optionGroup: Codec<TcpOption[], readonly TcpOption[]> = {
  bits: undefined,
  read(cursor: Cursor, scope) {
    const some = (scope.values.dataOffset as number) > 5;
    return cursor.nodes && some
      ? cursor.group(OPTIONS_ABOUT, () => optionList.read(cursor, scope))
      : optionList.read(cursor, scope);
  },
  write: optionList.write,
};

/** Header and options. `encode` wants options that fill whole words: see {@link padOptions}. */
export const tcpHeader = struct(
  'Transmission Control Protocol',
  'RFC 9293',
  'Makes two streams of bytes, one each way, out of packets that may be lost, doubled or overtaken.',
  {
    sourcePort: u16('Source port', HEADER, 'The program that sent this.'),
    destinationPort: u16('Destination port', HEADER, 'The program that this is for.'),
    sequence: u32(
      'Sequence number',
      HEADER,
      'Position of the first payload byte in the sender’s stream; with SYN, the number before the first byte.',
    ),
    acknowledgment: u32(
      'Acknowledgment number',
      HEADER,
      'The next sequence number that the sender of this segment expects, when ACK is set.',
    ),
    dataOffset: derived(
      bits(
        4,
        'Data offset',
        HEADER,
        'Length of the header with its options, in words of four bytes.',
        (value) => `${value * 4} bytes`,
      ),
      ({ start, end }) => {
        if ((end - start) % 32 !== 0) throw new Misuse('TCP options must fill whole words of four bytes');
        return (end - start) / 32;
      },
    ),
    reserved: bits(4, 'Reserved', HEADER, 'Zero until someone gives these bits a meaning.'),
    flags: flags('Control bits', HEADER, 'What this segment does besides carrying bytes.', [
      [
        'CWR',
        'Congestion window reduced',
        'The sender has slowed down after hearing of congestion (RFC 3168).',
      ],
      ['ECE', 'ECN echo', 'A router marked a packet on the way here instead of dropping it (RFC 3168).'],
      ['URG', 'Urgent', 'The urgent pointer means something.'],
      [
        'ACK',
        'Acknowledgment',
        'The acknowledgment number means something: so on every segment once a connection is open.',
      ],
      ['PSH', 'Push', 'The receiver should hand what it has to its program now.'],
      ['RST', 'Reset', 'The connection is over at once, or never was.'],
      ['SYN', 'Synchronize', 'Opens a direction: the sequence number is the start of its numbering.'],
      ['FIN', 'Finish', 'Ends a direction: the sender has no more bytes.'],
    ]),
    window: u16(
      'Window',
      HEADER,
      'How many bytes from the acknowledgment number on the sender can take, before scaling.',
    ),
    checksum: u16('Checksum', HEADER, 'Guards the addresses, this header and the payload.', hex(4)),
    urgentPointer: u16(
      'Urgent pointer',
      HEADER,
      'Distance from the sequence number to the end of urgent data, when URG is set.',
    ),
    options: optionGroup,
  },
  (value) => `${value.sourcePort} → ${value.destinationPort}`,
);

export type TcpHeader = Decoded<typeof tcpHeader>;

/** The options of an encoded header, padded to whole words: NOPs in front, as senders commonly do. */
export function padOptions(options: readonly TcpOption[]): TcpOption[] {
  let length = 0;
  for (const one of options) length += OPTION_LENGTHS[one.kind] ?? variableLength(one);
  const padded = [...options];
  for (let n = length; n % 4 !== 0; n++) padded.unshift({ kind: OPTION_NOP, body: undefined });
  return padded;
}

const OPTION_LENGTHS: Readonly<Record<number, number>> = {
  [OPTION_NOP]: 1,
  [OPTION_MSS]: 4,
  [OPTION_WINDOW_SCALE]: 3,
  [OPTION_SACK_PERMITTED]: 2,
  [OPTION_TIMESTAMPS]: 10,
};

function variableLength(one: TcpOption): number {
  if ('padding' in one) return 1 + one.padding.length;
  if ('value' in one && one.value instanceof Uint8Array) return 2 + one.value.length;
  return 'value' in one && Array.isArray(one.value) ? 2 + 8 * one.value.length : 0;
}

/** Where the payload starts, as an offset from `at`: the data offset, held between 20 and the bytes that are there. */
export function tcpHeaderLength(segment: Bytes, at: number, end: number): number {
  const said = end - at > 12 ? tcpHeader.get.dataOffset(segment, at) * 4 : TCP_HEADER;
  return Math.min(Math.max(said, TCP_HEADER), end - at);
}

/** Header, options and, unless `payload` is false, the payload as one leaf. Covers `[at, end)` exactly. */
export function dissectSegment(segment: Bytes, at = 0, end = segment.length, payload = true): Node {
  const headerEnd = at + tcpHeaderLength(segment, at, end);
  if (!payload || headerEnd === end) return tcpHeader.dissect(segment, at, headerEnd);
  const header = tcpHeader.dissect(segment, at, headerEnd);
  const whole = dissectWith({ ...tcpHeader.info, label: 'TCP segment' }, segment, at, end, (cursor) => {
    cursor.nodes?.push(header);
    cursor.bit += (headerEnd - at) * 8;
    payloadLeaf.read(cursor, { values: {}, start: cursor.bit, parent: undefined });
  });
  return whole;
}

const payloadLeaf = bytes('Payload', HEADER, 'The bytes of the stream that this segment carries.');

/**
 * The checksum that the segment of `length` bytes at `at` should carry between two addresses of one family, whatever stands
 * in its checksum field.
 */
export function tcpChecksum(
  segment: Bytes,
  at: number,
  length: number,
  source: number | Ip6,
  destination: number | Ip6,
): number {
  const stored = tcpHeader.get.checksum(segment, at);
  const sum = checksumAdd(pseudoHeader(source, destination, PROTOCOL_TCP, length), segment, at, length);
  // Ones' complement: taking the stored word out again is adding its complement.
  return checksumFinish(sum + (~stored & 0xffff));
}

/** True when the segment carries the right checksum: then the sum over all of it is zero. */
export function tcpChecksumOk(
  segment: Bytes,
  at: number,
  length: number,
  source: number | Ip6,
  destination: number | Ip6,
): boolean {
  return (
    checksumFinish(
      checksumAdd(pseudoHeader(source, destination, PROTOCOL_TCP, length), segment, at, length),
    ) === 0
  );
}
