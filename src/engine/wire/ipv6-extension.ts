/**
 * What may stand between the IPv6 header and the data: options for every hop or for the destination, a route, the
 * place of a fragment (RFC 8200 §4).
 *
 * `upperLayer` steps over all of it, as hosts, routers and filters need it. Options and routes stay bytes; a dissection
 * names them, and what is unknown survives. Not here: AH and ESP, whose contents are opaque; what any option does.
 */
import { type Bytes, readU16, readU32 } from '../base/bytes.ts';
import { Misuse } from '../base/errors.ts';
import type { About, Cursor } from './bits.ts';
import {
  bits,
  bytes,
  type Codec,
  type Decoded,
  derived,
  flag,
  hex,
  named,
  showBytes,
  struct,
  u8,
  u32,
  until,
} from './codec.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP, protocolName } from './ipv4.ts';
import { IPV6_HEADER, ipv6 } from './ipv6.ts';

/** Values of a next-header field that name no upper layer (RFC 8200 §4, §4.7). */
export const NEXT_HOP_BY_HOP = 0;
export const NEXT_ROUTING = 43;
export const NEXT_FRAGMENT = 44;
export const NEXT_ESP = 50;
export const NEXT_AH = 51;
export const NEXT_NONE = 59;
export const NEXT_DESTINATION_OPTIONS = 60;
export const PROTOCOL_ICMP6 = 58;

/** Bytes of a fragment header. */
export const FRAGMENT_HEADER = 8;

export const OPTION_PAD1 = 0;
export const OPTION_PADN = 1;
export const OPTION_ROUTER_ALERT = 5;
export const OPTION_JUMBO = 0xc2;

/** Codes of a Parameter Problem: RFC 4443 §3.4, and RFC 7112 §5 for the last one. */
export const PROBLEM_FIELD = 0;
export const PROBLEM_NEXT_HEADER = 1;
export const PROBLEM_OPTION = 2;
export const PROBLEM_FIRST_FRAGMENT = 3;

/** Headers before the data that anyone here steps over; a packet with more is not believed. */
const MOST_HEADERS = 16;

// — options —

/** One option of a hop-by-hop or destination options header. The type {@link OPTION_PAD1} has no data, and no length. */
export interface Ipv6Option {
  readonly type: number;
  readonly data: Bytes;
}

const NO_BYTES = new Uint8Array(0);

/** RFC 2711 §2.1 for the first three; the registry calls the value that of the message which routers should look at. */
const ALERTS: readonly string[] = [
  'a multicast listener message',
  'an RSVP message',
  'an active network message',
];

interface KnownOption {
  readonly label: string;
  readonly spec: string;
  readonly show: (data: Bytes) => string;
}

const KNOWN_OPTIONS: Readonly<Record<number, KnownOption>> = {
  [OPTION_PAD1]: { label: 'Pad1', spec: 'RFC 8200 §4.2', show: () => 'a byte of padding' },
  [OPTION_PADN]: {
    label: 'PadN',
    spec: 'RFC 8200 §4.2',
    show: (data) => `${data.length + 2} bytes of padding`,
  },
  4: {
    label: 'Tunnel encapsulation limit',
    spec: 'RFC 2473 §4.1.1',
    show: (data) => (data.length === 1 ? `${data[0]} more tunnels` : showBytes(data)),
  },
  [OPTION_ROUTER_ALERT]: {
    label: 'Router alert',
    spec: 'RFC 2711 §2.1',
    show: (data) =>
      data.length === 2
        ? `routers, look at this: ${ALERTS[readU16(data, 0)] ?? readU16(data, 0)}`
        : showBytes(data),
  },
  [OPTION_JUMBO]: {
    label: 'Jumbo payload',
    spec: 'RFC 2675 §2',
    show: (data) => (data.length === 4 ? `${readU32(data, 0)} bytes` : showBytes(data)),
  },
};

/** What a node does with an option that it does not know: the two highest bits of the type (RFC 8200 §4.2). */
const ACTIONS: readonly string[] = [
  'pass over it',
  'drop the packet',
  'drop the packet and say so',
  'drop the packet and say so, unless it was for a group',
];

/** All options up to the end of the enclosing range. */
const optionList: Codec<Ipv6Option[], readonly Ipv6Option[]> = {
  bits: undefined,
  read(cursor) {
    const options: Ipv6Option[] = [];
    while (cursor.bytesLeft > 0) options.push(readOption(cursor));
    return options;
  },
  write(sink, value) {
    for (const { type, data } of value) {
      sink.put(8, type);
      if (type === OPTION_PAD1) continue;
      sink.put(8, data.length);
      sink.putBytes(data);
    }
  },
};

function readOption(cursor: Cursor): Ipv6Option {
  const from = cursor.bit;
  const at = from >>> 3;
  const type = cursor.bytes[at]!;
  // Looked at before anything is taken: an option that does not fit leaves no half of it behind.
  const length = type === OPTION_PAD1 ? 1 : cursor.bytesLeft < 2 ? 2 : 2 + cursor.bytes[at + 1]!;
  const data = length === 1 ? cursor.takeBytes(1).subarray(1) : cursor.takeBytes(length).subarray(2);
  if (cursor.nodes) {
    const known = Object.hasOwn(KNOWN_OPTIONS, type) ? KNOWN_OPTIONS[type]! : undefined;
    const about: About = {
      label: known?.label ?? `Option 0x${type.toString(16)}`,
      spec: known?.spec ?? 'RFC 8200 §4.2',
      about: `One option: its type, its length and its data. Who does not know it shall ${ACTIONS[type >> 6]}.`,
    };
    cursor.leaf(from, about, type, known ? known.show(data) : showBytes(data));
  }
  return { type, data };
}

/** The options with as much padding as makes the header they stand in a multiple of eight bytes (RFC 8200 §4.2). */
export function padIpv6Options(options: readonly Ipv6Option[]): Ipv6Option[] {
  let length = 2;
  for (const { type, data } of options) length += type === OPTION_PAD1 ? 1 : 2 + data.length;
  const missing = (8 - (length % 8)) % 8;
  if (missing === 0) return [...options];
  if (missing === 1) return [...options, { type: OPTION_PAD1, data: NO_BYTES }];
  return [...options, { type: OPTION_PADN, data: new Uint8Array(missing - 2) }];
}

// — headers —

const nextHeader = u8('Next header', 'RFC 8200 §4', 'What stands behind this header.', protocolName);

/** Bytes of a header of which eight are not counted. */
const lengthBehindEight = (spec: string) =>
  derived(
    u8(
      'Header length',
      spec,
      'Length of this header in units of eight bytes, the first eight not counted.',
      (value) => `${8 * value + 8} bytes`,
    ),
    ({ start, end }) => {
      if ((end - start) % 64 !== 0)
        throw new Misuse('an extension header must fill whole units of eight bytes');
      return (end - start) / 64 - 1;
    },
  );

function optionsHeader(label: string, spec: string, about: string) {
  return struct(label, spec, about, {
    nextHeader,
    length: lengthBehindEight(spec),
    options: until((scope) => 8 * (scope.values['length'] as number) + 6, optionList),
  });
}

export const hopByHop = optionsHeader(
  'Hop-by-hop options',
  'RFC 8200 §4.3',
  'What every router on the way may have to look at.',
);

export const destinationOptions = optionsHeader(
  'Destination options',
  'RFC 8200 §4.6',
  'What only the destination has to look at.',
);

const ROUTING_TYPES: Readonly<Record<number, string>> = {
  0: 'source route, deprecated by RFC 5095',
  2: 'mobile node’s home address',
  3: 'RPL source route',
  4: 'segment routing',
};

export const routing = struct(
  'Routing header',
  'RFC 8200 §4.4',
  'Which nodes the packet shall visit on its way.',
  {
    nextHeader,
    length: lengthBehindEight('RFC 8200 §4.4'),
    type: u8('Routing type', 'RFC 8200 §4.4', 'Which kind of route this is.', named(ROUTING_TYPES)),
    segmentsLeft: u8('Segments left', 'RFC 8200 §4.4', 'How many of the nodes are still to be visited.'),
    data: bytes(
      'Data',
      'RFC 8200 §4.4',
      'The route, in a form that the type gives.',
      (scope) => 8 * (scope.values['length'] as number) + 4,
    ),
  },
);

export const fragmentHeader = struct(
  'Fragment header',
  'RFC 8200 §4.5',
  'Says which piece of a larger packet this is. Only the source cuts; routers never do.',
  {
    nextHeader,
    reserved: u8('Reserved', 'RFC 8200 §4.5', 'Zero.', hex(2)),
    offset: bits(
      13,
      'Fragment offset',
      'RFC 8200 §4.5',
      'Where in the part that was cut this piece belongs, in units of eight bytes.',
      (value) => (value === 0 ? '0' : `${value * 8} bytes (${value} units)`),
    ),
    unused: bits(2, 'Reserved', 'RFC 8200 §4.5', 'Zero.'),
    more: flag('More fragments', 'RFC 8200 §4.5', 'When set, this is not the last fragment.'),
    identification: u32('Identification', 'RFC 8200 §4.5', 'Says which fragments belong together.', hex(8)),
  },
);

export type OptionsHeader = Decoded<typeof hopByHop>;
export type RoutingHeader = Decoded<typeof routing>;
export type FragmentHeader = Decoded<typeof fragmentHeader>;

/** Writes a fragment header; `offset` in bytes, a multiple of eight. Allocates nothing. */
export function writeFragmentHeader(
  buffer: Bytes,
  at: number,
  next: number,
  offset: number,
  more: boolean,
  identification: number,
): void {
  fragmentHeader.set.nextHeader(buffer, at, next);
  fragmentHeader.set.reserved(buffer, at, 0);
  buffer[at + 2] = offset >> 8;
  buffer[at + 3] = (offset & 0xf8) | (more ? 1 : 0);
  fragmentHeader.set.identification(buffer, at, identification);
}

// — stepping over them —

/** Why a packet must be dropped for what stands before its data. */
export interface HeaderProblem {
  readonly text: string;
  /** Code of the Parameter Problem (RFC 4443 §3.4, RFC 7112 §5) that its source is told, unless it is to be silent. */
  readonly code: number | undefined;
  /** Which byte is wrong, counted from the start of the IPv6 header. */
  readonly pointer: number;
  /** Whether the source is told even when the packet was for a group (RFC 8200 §4.2, action 10). */
  readonly evenToGroup: boolean;
}

/** The place of this packet in the one that was cut. With offset 0 and no more it is whole all the same (RFC 6946). */
export interface FragmentPlace {
  /** In bytes. */
  readonly offset: number;
  readonly more: boolean;
  readonly identification: number;
  readonly headerAt: number;
}

export interface UpperLayer {
  /** The next header that is not stepped over: an upper layer, ESP, AH, nothing (59), or what a fault hides. */
  readonly protocol: number;
  /** Where the data begins and where the packet ends. In a later fragment the data are the middle of something. */
  readonly at: number;
  readonly end: number;
  /** Offset of the byte that names the protocol: what a Parameter Problem of code 1 points at. */
  readonly nextHeaderAt: number;
  readonly fragment: FragmentPlace | undefined;
  /** The first problem that its destination has with it. */
  readonly problem: HeaderProblem | undefined;
}

/** Told of each header on the way: its next-header value and where it lies. */
export type OnHeader = (kind: number, at: number, end: number) => void;

/**
 * Steps over everything between the IPv6 header at `at` and the data. The fixed header must be whole (`ipv6Fault`).
 * Options that are not known are judged by their action bits, as the destination does; who only passes the packet on
 * looks at `hopByHopProblem` instead, and who only looks for ports at nothing.
 */
export function upperLayer(buffer: Bytes, at: number, limit: number, onHeader?: OnHeader): UpperLayer {
  const end = Math.min(limit, at + IPV6_HEADER + ipv6.get.payloadLength(buffer, at));
  let nextHeaderAt = at + 6;
  let place = at + IPV6_HEADER;
  let fragment: FragmentPlace | undefined;
  let isPiece = false;
  let problem: HeaderProblem | undefined;
  for (let count = 0; isExtension(buffer[nextHeaderAt]!); count++) {
    const kind = buffer[nextHeaderAt]!;
    const length = extensionLength(buffer, kind, place, end);
    const stop = stopBefore(kind, count, nextHeaderAt - at, end - place, length);
    if (stop) {
      problem ??= isPiece && place + length > end ? INCOMPLETE_CHAIN : stop;
      break;
    }
    onHeader?.(kind, place, place + length);
    // What stands behind a cut is judged when the packet is whole again (RFC 8200 §4.5).
    if (!isPiece) problem ??= contentsProblem(buffer, at, kind, place, place + length);
    if (kind === NEXT_FRAGMENT && !isPiece) {
      fragment = fragmentPlace(buffer, place);
      isPiece = fragment.more || fragment.offset > 0;
    }
    nextHeaderAt = place;
    place += length;
    if (fragment !== undefined && fragment.offset > 0) break;
  }
  const protocol = buffer[nextHeaderAt]!;
  if (isPiece && fragment!.offset === 0 && place + (LEAST_DATA[protocol] ?? 1) > end)
    problem ??= INCOMPLETE_CHAIN;
  return { protocol, at: place, end, nextHeaderAt, fragment, problem };
}

/** True for the headers that {@link upperLayer} steps over. */
export function isExtension(next: number): boolean {
  return (
    next === NEXT_HOP_BY_HOP ||
    next === NEXT_ROUTING ||
    next === NEXT_FRAGMENT ||
    next === NEXT_DESTINATION_OPTIONS
  );
}

/** The problem that a router has with the hop-by-hop options of the packet at `at`, if it has any (RFC 8200 §4.3). */
export function hopByHopProblem(buffer: Bytes, at: number, limit: number): HeaderProblem | undefined {
  if (ipv6.get.nextHeader(buffer, at) !== NEXT_HOP_BY_HOP) return undefined;
  const end = Math.min(limit, at + IPV6_HEADER + ipv6.get.payloadLength(buffer, at));
  const place = at + IPV6_HEADER;
  const length = extensionLength(buffer, NEXT_HOP_BY_HOP, place, end);
  if (place + length > end) return stopBefore(NEXT_HOP_BY_HOP, 0, 6, end - place, length);
  return optionsProblem(buffer, at, place + 2, place + length);
}

/**
 * Where the headers end that every fragment must repeat: the IPv6 header and what routers look at on the way (RFC 8200
 * §4.5, “Per-Fragment headers”). The byte at `nextHeaderAt` then names the fragment header.
 */
export function perFragmentHeaders(
  buffer: Bytes,
  at: number,
  end: number,
): { readonly end: number; readonly nextHeaderAt: number } {
  let upTo = { end: at + IPV6_HEADER, nextHeaderAt: at + 6 };
  upperLayer(buffer, at, end, (kind, from, to) => {
    // Destination options count only when a routing header follows, so they are taken along by that one.
    if (kind === NEXT_HOP_BY_HOP || kind === NEXT_ROUTING) upTo = { end: to, nextHeaderAt: from };
  });
  return upTo;
}

/** Bytes that the header at `place` says it has; the least it can have when not even that is there to be read. */
function extensionLength(buffer: Bytes, kind: number, place: number, end: number): number {
  return kind === NEXT_FRAGMENT || end - place < 8 ? 8 : 8 * buffer[place + 1]! + 8;
}

function fragmentPlace(buffer: Bytes, headerAt: number): FragmentPlace {
  return {
    offset: readU16(buffer, headerAt + 2) & 0xfff8,
    more: (buffer[headerAt + 3]! & 1) === 1,
    identification: fragmentHeader.get.identification(buffer, headerAt),
    headerAt,
  };
}

/** How many bytes of the upper layer the first fragment must hold; of any other protocol one (RFC 8200 §4.5). */
const LEAST_DATA: Readonly<Record<number, number>> = {
  [PROTOCOL_TCP]: 20,
  [PROTOCOL_UDP]: 8,
  [PROTOCOL_ICMP6]: 8,
  [NEXT_NONE]: 0,
};

const INCOMPLETE_CHAIN = drop('the first fragment does not hold all headers', PROBLEM_FIRST_FRAGMENT, 0);

function drop(text: string, code: number | undefined, pointer: number, evenToGroup = false): HeaderProblem {
  return { text, code, pointer, evenToGroup };
}

/** Why the walk ends before a header; `named` is where it is named, `left` what is left of the packet there. */
function stopBefore(
  kind: number,
  count: number,
  named: number,
  left: number,
  length: number,
): HeaderProblem | undefined {
  if (count >= MOST_HEADERS) return drop(`more than ${MOST_HEADERS} headers`, undefined, 0);
  // RFC 8200 §4: a zero anywhere but in the IPv6 header itself is treated as unknown.
  if (kind === NEXT_HOP_BY_HOP && count > 0)
    return drop('hop-by-hop options that are not the first header', PROBLEM_NEXT_HEADER, named);
  if (left < length) return drop(`truncated: ${left} bytes of a header of ${length}`, undefined, named);
  return undefined;
}

function contentsProblem(
  buffer: Bytes,
  at: number,
  kind: number,
  from: number,
  to: number,
): HeaderProblem | undefined {
  if (kind === NEXT_HOP_BY_HOP || kind === NEXT_DESTINATION_OPTIONS)
    return optionsProblem(buffer, at, from + 2, to);
  // No kind of route is followed here; one that is used up is passed over (RFC 8200 §4.4, RFC 5095 §3).
  if (kind === NEXT_ROUTING && buffer[from + 3]! > 0)
    return drop(
      `a route of type ${buffer[from + 2]!} with ${buffer[from + 3]!} nodes left`,
      PROBLEM_FIELD,
      from + 2 - at,
    );
  return undefined;
}

/** Walks the options in `[from, to)`; the first that is unknown and may not be passed over, or that does not fit. */
function optionsProblem(buffer: Bytes, at: number, from: number, to: number): HeaderProblem | undefined {
  for (let place = from; place < to; ) {
    const type = buffer[place]!;
    if (type === OPTION_PAD1) {
      place += 1;
      continue;
    }
    const length = place + 1 < to ? 2 + buffer[place + 1]! : 2;
    if (place + length > to)
      return drop(`an option of ${length} bytes where ${to - place} are left`, PROBLEM_FIELD, place - at);
    const action = type >> 6;
    if (action !== 0)
      return drop(
        `unknown option 0x${type.toString(16)}`,
        action === 1 ? undefined : PROBLEM_OPTION,
        place - at,
        action === 2,
      );
    place += length;
  }
  return undefined;
}
