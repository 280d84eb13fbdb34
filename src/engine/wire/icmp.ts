/**
 * The Internet Control Message Protocol (RFC 792; RFC 1191 §4 for the next-hop MTU; RFC 1122 §3.2.2 and RFC 1812
 * §5.2.7 for later codes; RFC 6633 against source quench).
 *
 * An error quotes the datagram that it is about: its header and at least eight bytes more. A dissection reads those;
 * decoding leaves them as bytes. Not here: extensions behind the quotation (RFC 4884), router discovery.
 */
import { formatIp4, type Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { checksum as internetChecksum } from '../base/checksum.ts';
import { Malformed } from '../base/errors.ts';
import type { Ip } from '../base/ip.ts';
import type { About, Cursor, Scope } from './bits.ts';
import {
  bits,
  bytes,
  type Codec,
  choose,
  type Decoded,
  derived,
  hex,
  named,
  struct,
  u8,
  u16,
  u24,
  u32,
} from './codec.ts';
import { ipv4, PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from './ipv4.ts';
import { UDP_HEADER, udp } from './udp.ts';

export const ICMP_ECHO_REPLY = 0;
export const ICMP_UNREACHABLE = 3;
export const ICMP_SOURCE_QUENCH = 4;
export const ICMP_REDIRECT = 5;
export const ICMP_ECHO = 8;
export const ICMP_TIME_EXCEEDED = 11;
export const ICMP_PARAMETER_PROBLEM = 12;
export const ICMP_TIMESTAMP = 13;
export const ICMP_TIMESTAMP_REPLY = 14;

/** Codes of {@link ICMP_UNREACHABLE} that hosts and routers of ours send. */
export const UNREACHABLE_NET = 0;
export const UNREACHABLE_HOST = 1;
export const UNREACHABLE_PROTOCOL = 2;
export const UNREACHABLE_PORT = 3;
export const UNREACHABLE_FRAGMENTATION_NEEDED = 4;
export const UNREACHABLE_PROHIBITED = 13;

/** Bytes before the body's variable part, the same for all types here but the timestamps. */
export const ICMP_HEADER = 8;
/** How many bytes of the datagram an error quotes at most, so that the error itself stays within 576 (RFC 1812 §4.3.2.3). */
export const ICMP_QUOTE_MAX = 576 - 20 - ICMP_HEADER;

const ECHO_SPEC = 'RFC 792 “Echo or Echo Reply Message”';
const UNREACHABLE_SPEC = 'RFC 792 “Destination Unreachable Message”';
const QUENCH_SPEC = 'RFC 792 “Source Quench Message”';
const TIME_SPEC = 'RFC 792 “Time Exceeded Message”';
const PROBLEM_SPEC = 'RFC 792 “Parameter Problem Message”';
const REDIRECT_SPEC = 'RFC 792 “Redirect Message”';
const STAMP_SPEC = 'RFC 792 “Timestamp or Timestamp Reply Message”';

const TYPES: Readonly<Record<number, string>> = {
  [ICMP_ECHO_REPLY]: 'echo reply',
  [ICMP_UNREACHABLE]: 'destination unreachable',
  [ICMP_SOURCE_QUENCH]: 'source quench, deprecated',
  [ICMP_REDIRECT]: 'redirect',
  [ICMP_ECHO]: 'echo request',
  [ICMP_TIME_EXCEEDED]: 'time exceeded',
  [ICMP_PARAMETER_PROBLEM]: 'parameter problem',
  [ICMP_TIMESTAMP]: 'timestamp request',
  [ICMP_TIMESTAMP_REPLY]: 'timestamp reply',
};

/** By type. Unreachable 0–5: RFC 792; 6–12: RFC 1122 §3.2.2.1; 13–15: RFC 1812 §5.2.7.1. Others: RFC 792, RFC 1122. */
const CODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ICMP_UNREACHABLE]: {
    0: 'network unreachable',
    1: 'host unreachable',
    2: 'protocol unreachable',
    3: 'port unreachable',
    4: 'fragmentation needed, but not allowed',
    5: 'source route failed',
    6: 'network unknown',
    7: 'host unknown',
    8: 'source host isolated',
    9: 'network prohibited by its administrator',
    10: 'host prohibited by its administrator',
    11: 'network unreachable for this type of service',
    12: 'host unreachable for this type of service',
    13: 'communication prohibited by an administrator',
    14: 'host precedence violation',
    15: 'precedence cut-off in effect',
  },
  [ICMP_REDIRECT]: {
    0: 'for the network',
    1: 'for the host',
    2: 'for the type of service and the network',
    3: 'for the type of service and the host',
  },
  [ICMP_TIME_EXCEEDED]: { 0: 'time to live exceeded on the way', 1: 'fragments did not all arrive in time' },
  [ICMP_PARAMETER_PROBLEM]: { 0: 'the pointer says where', 1: 'a required option is missing' },
};

const TYPE_OF_SCOPE = (scope: Scope): number => scope.values['type'] as number;

const identifier = u16(
  'Identifier',
  ECHO_SPEC,
  'Tells one run of ping from another on the same host.',
  hex(4),
);
const sequence = u16('Sequence number', ECHO_SPEC, 'Tells the echoes of one run apart.');
const unused = (spec: string) => u32('Unused', spec, 'Must be zero.', hex(8));

const echoBody = struct('Echo', ECHO_SPEC, 'What a reply must send back unchanged.', {
  identifier,
  sequence,
  data: bytes('Data', ECHO_SPEC, 'Any bytes; the reply carries the same ones.'),
});

const unreachableBody = struct('Unreachable', UNREACHABLE_SPEC, 'Which datagram could not be delivered.', {
  unused: u16('Unused', 'RFC 1191 §4', 'Must be zero.', hex(4)),
  nextHopMtu: u16(
    'Next-hop MTU',
    'RFC 1191 §4',
    'With code 4, the largest datagram that the next link takes without cutting it up; otherwise zero.',
    (value, scope) =>
      scope.parent?.values['code'] === UNREACHABLE_FRAGMENTATION_NEEDED ? `${value} bytes` : String(value),
  ),
  quoted: quotation(UNREACHABLE_SPEC),
});

const timeExceededBody = struct('Time exceeded', TIME_SPEC, 'Which datagram was on its way for too long.', {
  unused: unused(TIME_SPEC),
  quoted: quotation(TIME_SPEC),
});

const quenchBody = struct('Source quench', QUENCH_SPEC, 'Which datagram there was no room for.', {
  unused: unused(QUENCH_SPEC),
  quoted: quotation(QUENCH_SPEC),
});

const parameterBody = struct('Parameter problem', PROBLEM_SPEC, 'Which byte of which datagram was wrong.', {
  pointer: u8(
    'Pointer',
    PROBLEM_SPEC,
    'Which byte of the quoted header was wrong.',
    (value) => `byte ${value}`,
  ),
  unused: u24('Unused', PROBLEM_SPEC, 'Must be zero.', hex(6)),
  quoted: quotation(PROBLEM_SPEC),
});

const redirectBody = struct('Redirect', REDIRECT_SPEC, 'Which router is the shorter way.', {
  gateway: bits<Ip4>(
    32,
    'Gateway',
    REDIRECT_SPEC,
    'The router to send such datagrams to from now on.',
    formatIp4,
  ),
  quoted: quotation(REDIRECT_SPEC),
});

const sinceMidnight = (value: number): string => `${value} ms since midnight UT`;

const timestampBody = struct('Timestamp', STAMP_SPEC, 'The clocks of both hosts.', {
  identifier: u16('Identifier', STAMP_SPEC, 'Tells one asker from another.', hex(4)),
  sequence: u16('Sequence number', STAMP_SPEC, 'Tells the questions of one asker apart.'),
  originate: u32(
    'Originate timestamp',
    STAMP_SPEC,
    'When the asker last touched the message.',
    sinceMidnight,
  ),
  receive: u32('Receive timestamp', STAMP_SPEC, 'When the other host first saw it.', sinceMidnight),
  transmit: u32('Transmit timestamp', STAMP_SPEC, 'When the other host sent it back.', sinceMidnight),
});

export const icmp = struct(
  'Internet Control Message Protocol',
  'RFC 792',
  'How routers and hosts tell each other what went wrong, and whether they are there.',
  {
    type: u8('Type', 'RFC 792 “Message Formats”', 'What kind of message this is.', named(TYPES)),
    code: u8('Code', 'RFC 792 “Message Formats”', 'Which case of that kind.', (value, scope) =>
      codeName(TYPE_OF_SCOPE(scope), value),
    ),
    checksum: derived(
      u16('Checksum', 'RFC 792 “Message Formats”', 'Guards the whole message.', hex(4)),
      ({ sink, start, end }) => internetChecksum(sink.bytes, start / 8, (end - start) / 8),
    ),
    body: choose(
      'type',
      {
        [ICMP_ECHO_REPLY]: echoBody,
        [ICMP_ECHO]: echoBody,
        [ICMP_UNREACHABLE]: unreachableBody,
        [ICMP_SOURCE_QUENCH]: quenchBody,
        [ICMP_TIME_EXCEEDED]: timeExceededBody,
        [ICMP_PARAMETER_PROBLEM]: parameterBody,
        [ICMP_REDIRECT]: redirectBody,
        [ICMP_TIMESTAMP]: timestampBody,
        [ICMP_TIMESTAMP_REPLY]: timestampBody,
      },
      struct('Body', 'RFC 792', 'The rest of a message of a type that is not known here.', {
        data: bytes('Data', 'RFC 792', 'Bytes whose meaning the type would give.'),
      }),
    ),
  },
  (value) => icmpMeaning(value.type, value.code),
);

export type Icmp = Decoded<typeof icmp>;

/** Accessors for the second word of a message, `at` being the offset of the ICMP header. */
export const icmpField = {
  identifier: (buffer: Bytes, at: number): number => echoBody.get.identifier(buffer, at + 4),
  sequence: (buffer: Bytes, at: number): number => echoBody.get.sequence(buffer, at + 4),
  nextHopMtu: (buffer: Bytes, at: number): number => unreachableBody.get.nextHopMtu(buffer, at + 4),
  gateway: (buffer: Bytes, at: number): Ip4 => redirectBody.get.gateway(buffer, at + 4),
  pointer: (buffer: Bytes, at: number): number => parameterBody.get.pointer(buffer, at + 4),
} as const;

/** True for the types that quote a datagram; no error is ever sent about one (RFC 1122 §3.2.2). */
export function isIcmpError(type: number): boolean {
  return (
    type === ICMP_UNREACHABLE ||
    type === ICMP_SOURCE_QUENCH ||
    type === ICMP_REDIRECT ||
    type === ICMP_TIME_EXCEEDED ||
    type === ICMP_PARAMETER_PROBLEM
  );
}

/** An echo request or its reply. */
export function encodeEcho(type: 0 | 8, echoIdentifier: number, echoSequence: number, data: Bytes): Bytes {
  return icmp.encode({ type, code: 0, body: { identifier: echoIdentifier, sequence: echoSequence, data } });
}

/**
 * An error about the datagram that starts at `at` of `buffer` and ends before `end`: quotes as much of it as fits
 * (RFC 1812 §4.3.2.3). `word` is the second word of the message: the next-hop MTU, the gateway, or zero.
 */
export function encodeIcmpError(
  type: number,
  code: number,
  word: number,
  buffer: Bytes,
  at: number,
  end: number,
): Bytes {
  const quoted = buffer.subarray(at, Math.min(end, at + ICMP_QUOTE_MAX));
  const message = new Uint8Array(ICMP_HEADER + quoted.length);
  message[0] = type;
  message[1] = code;
  redirectBody.set.gateway(message, 4, word);
  message.set(quoted, ICMP_HEADER);
  icmp.set.checksum(message, 0, internetChecksum(message));
  return message;
}

/** `port unreachable`, `echo request`: the code's name when it says more than the type's. */
export function icmpMeaning(type: number, code: number): string {
  if (type === ICMP_REDIRECT) return `redirect ${codeName(type, code)}`;
  if (Object.hasOwn(CODES, type) && Object.hasOwn(CODES[type]!, code)) return CODES[type]![code]!;
  return Object.hasOwn(TYPES, type) ? TYPES[type]! : `type ${type}, code ${code}`;
}

function codeName(type: number, code: number): string {
  const names = Object.hasOwn(CODES, type) ? CODES[type]! : {};
  return Object.hasOwn(names, code) ? `${names[code]} (${code})` : String(code);
}

/** The datagram that an error quotes. Decodes to its bytes; in a dissection its header and first fields are read. */
function quotation(spec: string): Codec<Bytes> {
  return quotationRead(spec, (cursor, scope) => {
    const header = ipv4.read(cursor, scope);
    const isFirst = header.fragmentOffset === 0 && cursor.bytesLeft >= 8;
    if (isFirst && header.protocol === PROTOCOL_TCP) quotedTcp.read(cursor, scope);
    else if (isFirst && header.protocol === PROTOCOL_UDP) udp.read(cursor, scope);
    else if (isFirst && header.protocol === PROTOCOL_ICMP) quotedIcmp.read(cursor, scope);
  });
}

/**
 * The start of a datagram in a message about it. Decodes to its bytes; in a dissection `readHeaders` reads what it
 * knows of them. Never throws, because a quotation may be cut anywhere.
 */
export function quotationRead(
  spec: string,
  readHeaders: (cursor: Cursor, scope: Scope) => void,
): Codec<Bytes> {
  const info: About = {
    label: 'Quoted datagram',
    spec,
    about: 'The start of the datagram that this message is about, so that its sender can tell which it was.',
  };
  const rest: About = { label: 'Quoted data', spec, about: 'What followed in the datagram.' };
  return {
    bits: undefined,
    read(cursor) {
      const at = cursor.bit >> 3;
      const length = cursor.bytesLeft;
      if (!cursor.nodes || length === 0) return cursor.takeBytes(length);
      cursor.group(info, () => readQuoted(cursor, readHeaders, rest));
      return cursor.bytes.subarray(at, at + length);
    },
    write: (sink, value) => sink.putBytes(value),
  };
}

function readQuoted(cursor: Cursor, readHeaders: (cursor: Cursor, scope: Scope) => void, rest: About): void {
  let problem: string | undefined;
  try {
    readHeaders(cursor, { values: {}, start: cursor.bit, parent: undefined });
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    problem = error.message;
  }
  const from = cursor.bit;
  if (from === cursor.endBit) return;
  // By bits: a header may have failed in the middle of a byte.
  cursor.bit = cursor.endBit;
  const node = cursor.leaf(from, rest, undefined, `${Math.ceil((cursor.bit - from) / 8)} bytes`);
  if (node && problem) node.problem = problem;
}

export const quotedTcp = struct(
  'Quoted TCP header',
  'RFC 9293 §3.1',
  'The first eight bytes of the segment.',
  {
    sourcePort: u16('Source port', 'RFC 9293 §3.1', 'The program that sent the quoted segment.'),
    destinationPort: u16('Destination port', 'RFC 9293 §3.1', 'The program that it was for.'),
    sequence: u32('Sequence number', 'RFC 9293 §3.1', 'Which byte of the stream it began with.'),
  },
);

const quotedIcmp = struct('Quoted ICMP header', 'RFC 792', 'The first eight bytes of the message.', {
  type: icmp.fields.type,
  code: icmp.fields.code,
  checksum: icmp.fields.checksum,
  identifier,
  sequence,
});

/**
 * What the quotation of an error says of the datagram that it is about, in either family. Ports are zero when there are
 * none, or when it was a later fragment.
 */
export interface Quoted {
  readonly source: Ip;
  readonly destination: Ip;
  readonly protocol: number;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Where in the buffer the quoted transport header begins. */
  readonly transportAt: number;
}

export interface QuotedDatagram extends Quoted {
  readonly source: Ip4;
  readonly destination: Ip4;
}

/** Reads the quotation of the error whose ICMP header is at `at`; `undefined` when it is too short to mean anything. */
export function quotedDatagram(buffer: Bytes, at: number, end: number): QuotedDatagram | undefined {
  const ip = at + ICMP_HEADER;
  if (end - ip < 20 || buffer[ip]! >> 4 !== 4) return undefined;
  const transportAt = ip + (buffer[ip]! & 15) * 4;
  if (transportAt < ip + 20 || end - transportAt < UDP_HEADER) return undefined;
  const protocol = ipv4.get.protocol(buffer, ip);
  const hasPorts =
    (protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP) && ipv4.get.fragmentOffset(buffer, ip) === 0;
  return {
    source: ipv4.get.source(buffer, ip),
    destination: ipv4.get.destination(buffer, ip),
    protocol,
    sourcePort: hasPorts ? udp.get.sourcePort(buffer, transportAt) : 0,
    destinationPort: hasPorts ? udp.get.destinationPort(buffer, transportAt) : 0,
    transportAt,
  };
}
