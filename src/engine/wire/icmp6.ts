/**
 * The Internet Control Message Protocol for IPv6 (RFC 4443), with the messages of Neighbour Discovery (RFC 4861 §4).
 *
 * The checksum covers addresses that stand outside the message, so `encode` writes what it is handed and
 * `fixIcmp6Checksum` computes it. Multicast listener messages (RFC 3810) are recognised and their bodies kept as bytes.
 * What a node does with Neighbour Discovery begins in nd.ts. Not here: extensions behind the quotation (RFC 4884).
 */
import type { Bytes } from '../base/bytes.ts';
import { writeU32 } from '../base/bytes.ts';
import { checksumAdd, checksumFinish, pseudoHeader6, pseudoHeader6At } from '../base/checksum.ts';
import type { Ip6 } from '../base/ip6.ts';
import { bits, bytes, choose, type Decoded, flag, hex, many, named, struct, u8, u16, u32 } from './codec.ts';
import {
  ICMP6_ECHO,
  ICMP6_ECHO_REPLY,
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TIME_EXCEEDED,
  ICMP6_TOO_BIG,
  ICMP6_TYPES,
  ICMP6_UNREACHABLE,
  icmp6CodeName,
  icmp6Meaning,
  MLD_DONE,
  MLD_QUERY,
  MLD_REPORT,
  MLD2_REPORT,
  ND_NEIGHBOUR_ADVERTISEMENT,
  ND_NEIGHBOUR_SOLICITATION,
  ND_REDIRECT,
  ND_ROUTER_ADVERTISEMENT,
  ND_ROUTER_SOLICITATION,
} from './icmp6-code.ts';
import { address6, IPV6_HEADER, IPV6_MIN_MTU, IPV6_SOURCE } from './ipv6.ts';
import { PROTOCOL_ICMP6 } from './ipv6-extension.ts';
import { ndOption, preferenceName } from './nd-option.ts';
import { quotation6 } from './quotation6.ts';

/** Bytes before the variable part of an error or an echo. */
export const ICMP6_HEADER = 8;
/** How many bytes of the packet an error quotes at most, so that the error itself fits every link (RFC 4443 §2.4 (c)). */
export const ICMP6_QUOTE_MAX = IPV6_MIN_MTU - IPV6_HEADER - ICMP6_HEADER;

const unused = (spec: string) => u32('Unused', spec, 'Must be zero.', hex(8));

const echoBody = struct('Echo', 'RFC 4443 §4.1', 'What a reply must send back unchanged.', {
  identifier: u16(
    'Identifier',
    'RFC 4443 §4.1',
    'Tells one run of ping from another on the same host.',
    hex(4),
  ),
  sequence: u16('Sequence number', 'RFC 4443 §4.1', 'Tells the echoes of one run apart.'),
  data: bytes('Data', 'RFC 4443 §4.1', 'Any bytes; the reply carries the same ones.'),
});

const unreachableBody = struct('Unreachable', 'RFC 4443 §3.1', 'Which packet could not be delivered.', {
  unused: unused('RFC 4443 §3.1'),
  quoted: quotation6('RFC 4443 §3.1'),
});

const tooBigBody = struct('Packet too big', 'RFC 4443 §3.2', 'Which packet did not fit the next link.', {
  mtu: u32(
    'MTU',
    'RFC 4443 §3.2',
    'The largest packet that the next link takes.',
    (value) => `${value} bytes`,
  ),
  quoted: quotation6('RFC 4443 §3.2'),
});

const timeExceededBody = struct(
  'Time exceeded',
  'RFC 4443 §3.3',
  'Which packet was on its way for too long.',
  {
    unused: unused('RFC 4443 §3.3'),
    quoted: quotation6('RFC 4443 §3.3'),
  },
);

const parameterBody = struct('Parameter problem', 'RFC 4443 §3.4', 'Which byte of which packet was wrong.', {
  pointer: u32('Pointer', 'RFC 4443 §3.4', 'Which byte of the packet was wrong.', (value) => `byte ${value}`),
  quoted: quotation6('RFC 4443 §3.4'),
});

const options = many(ndOption);

const routerSolicitation = struct('Router solicitation', 'RFC 4861 §4.1', 'Asks which routers there are.', {
  reserved: unused('RFC 4861 §4.1'),
  options,
});

const ROUTER = 'RFC 4861 §4.2';
const milliseconds = (value: number): string => (value === 0 ? 'not said' : `${value} ms`);

const routerAdvertisement = struct(
  'Router advertisement',
  ROUTER,
  'A router says what hosts on its link need.',
  {
    hopLimit: u8('Hop limit', ROUTER, 'What hosts should put into the packets that they send.', (value) =>
      value === 0 ? 'not said' : `${value} hops`,
    ),
    managed: flag('Managed addresses', ROUTER, 'Addresses are to be had by DHCPv6.'),
    other: flag(
      'Other configuration',
      ROUTER,
      'Other things, such as name servers, are to be had by DHCPv6.',
    ),
    homeAgent: flag('Home agent', 'RFC 6275 §7.1', 'The router stands in for hosts that are away.'),
    preference: bits(
      2,
      'Preference',
      'RFC 4191 §2.2',
      'Which router to take when there are several.',
      preferenceName,
    ),
    proxy: flag('Proxy', 'RFC 4389 §4.1.3.3', 'The message was passed on between links.'),
    reserved: bits(2, 'Reserved', ROUTER, 'Zero.'),
    lifetime: u16('Router lifetime', ROUTER, 'For how long this is a default router.', (value) =>
      value === 0 ? 'no default router' : `${value} s`,
    ),
    reachableTime: u32(
      'Reachable time',
      ROUTER,
      'For how long a neighbour that was heard counts as reachable.',
      milliseconds,
    ),
    retransTimer: u32('Retransmission timer', ROUTER, 'How long to wait before asking again.', milliseconds),
    options,
  },
);

const neighbourSolicitation = struct(
  'Neighbour solicitation',
  'RFC 4861 §4.3',
  'Asks which network card has an address.',
  {
    reserved: unused('RFC 4861 §4.3'),
    target: address6('Target', 'RFC 4861 §4.3', 'The address that is looked for.'),
    options,
  },
);

const NEIGHBOUR = 'RFC 4861 §4.4';

const neighbourAdvertisement = struct(
  'Neighbour advertisement',
  NEIGHBOUR,
  'Answers which network card has an address.',
  {
    router: flag('Router', NEIGHBOUR, 'The sender is a router.'),
    solicited: flag('Solicited', NEIGHBOUR, 'This answers a question.'),
    override: flag('Override', NEIGHBOUR, 'Replaces what the receiver had in its cache.'),
    reserved: bits(29, 'Reserved', NEIGHBOUR, 'Zero.'),
    target: address6('Target', NEIGHBOUR, 'The address that this is about.'),
    options,
  },
);

const redirectBody = struct('Redirect', 'RFC 4861 §4.5', 'Which neighbour is the shorter way.', {
  reserved: unused('RFC 4861 §4.5'),
  target: address6('Target', 'RFC 4861 §4.5', 'The neighbour to send such packets to from now on.'),
  destination: address6('Destination', 'RFC 4861 §4.5', 'Where those packets are going.'),
  options,
});

const listenerBody = struct('Multicast listener', 'RFC 3810 §5', 'Which groups someone listens to.', {
  data: bytes('Data', 'RFC 3810 §5', 'The groups, and what became of them.'),
});

export const icmp6 = struct(
  'Internet Control Message Protocol, version 6',
  'RFC 4443',
  'How routers and hosts tell each other what went wrong, who is there, and what a link is like.',
  {
    type: u8('Type', 'RFC 4443 §2.1', 'What kind of message this is.', named(ICMP6_TYPES)),
    code: u8('Code', 'RFC 4443 §2.1', 'Which case of that kind.', (value, scope) =>
      icmp6CodeName(scope.values['type'] as number, value),
    ),
    checksum: u16('Checksum', 'RFC 4443 §2.3', 'Guards the addresses and the whole message.', hex(4)),
    body: choose(
      'type',
      {
        [ICMP6_UNREACHABLE]: unreachableBody,
        [ICMP6_TOO_BIG]: tooBigBody,
        [ICMP6_TIME_EXCEEDED]: timeExceededBody,
        [ICMP6_PARAMETER_PROBLEM]: parameterBody,
        [ICMP6_ECHO]: echoBody,
        [ICMP6_ECHO_REPLY]: echoBody,
        [ND_ROUTER_SOLICITATION]: routerSolicitation,
        [ND_ROUTER_ADVERTISEMENT]: routerAdvertisement,
        [ND_NEIGHBOUR_SOLICITATION]: neighbourSolicitation,
        [ND_NEIGHBOUR_ADVERTISEMENT]: neighbourAdvertisement,
        [ND_REDIRECT]: redirectBody,
        [MLD_QUERY]: listenerBody,
        [MLD_REPORT]: listenerBody,
        [MLD_DONE]: listenerBody,
        [MLD2_REPORT]: listenerBody,
      },
      struct('Body', 'RFC 4443 §2.1', 'The rest of a message of a type that is not known here.', {
        data: bytes('Data', 'RFC 4443 §2.1', 'Bytes whose meaning the type would give.'),
      }),
    ),
  },
  (value) => icmp6Meaning(value.type, value.code),
);

export type Icmp6 = Decoded<typeof icmp6>;

/** Accessors for what stands behind the first word, `at` being the offset of the ICMPv6 header. */
export const icmp6Field = {
  identifier: (buffer: Bytes, at: number): number => echoBody.get.identifier(buffer, at + 4),
  sequence: (buffer: Bytes, at: number): number => echoBody.get.sequence(buffer, at + 4),
  mtu: (buffer: Bytes, at: number): number => tooBigBody.get.mtu(buffer, at + 4),
  pointer: (buffer: Bytes, at: number): number => parameterBody.get.pointer(buffer, at + 4),
} as const;

/** An echo request or its reply, its checksum still to be computed. */
export function encodeEcho6(type: 128 | 129, identifier: number, sequence: number, data: Bytes): Bytes {
  return icmp6.encode({ type, code: 0, checksum: 0, body: { identifier, sequence, data } });
}

/**
 * An error about the packet whose IPv6 header is at `at` of `buffer` and that ends before `end`: quotes as much of it
 * as fits. `word` is the second word of the message: the MTU, the pointer, or zero. Its checksum is still to be
 * computed, because it covers the addresses of the error's own header.
 */
export function encodeIcmp6Error(
  type: number,
  code: number,
  word: number,
  buffer: Bytes,
  at: number,
  end: number,
): Bytes {
  const quoted = buffer.subarray(at, Math.min(end, at + ICMP6_QUOTE_MAX));
  const message = new Uint8Array(ICMP6_HEADER + quoted.length);
  message[0] = type;
  message[1] = code;
  writeU32(message, 4, word);
  message.set(quoted, ICMP6_HEADER);
  return message;
}

/** Computes the checksum of the message in `[at, end)` between two addresses, and writes it. */
export function fixIcmp6Checksum(
  buffer: Bytes,
  at: number,
  end: number,
  source: Ip6,
  destination: Ip6,
): void {
  icmp6.set.checksum(buffer, at, 0);
  const start = pseudoHeader6(source, destination, PROTOCOL_ICMP6, end - at);
  icmp6.set.checksum(buffer, at, checksumFinish(checksumAdd(start, buffer, at, end - at)));
}

/** Whether the message in `[at, end)` behind the IPv6 header at `ipAt` carries the right checksum. */
export function icmp6ChecksumOk(buffer: Bytes, ipAt: number, at: number, end: number): boolean {
  const start = pseudoHeader6At(buffer, ipAt + IPV6_SOURCE, PROTOCOL_ICMP6, end - at);
  return checksumFinish(checksumAdd(start, buffer, at, end - at)) === 0;
}
