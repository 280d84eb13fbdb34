/**
 * ICMP and ICMPv6 messages in the words of tcpdump 4.99, for text.ts.
 */
import { formatIp4 } from '../base/address.ts';
import { type Bytes, readU16, readU32 } from '../base/bytes.ts';
import {
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_PARAMETER_PROBLEM,
  ICMP_REDIRECT,
  ICMP_SOURCE_QUENCH,
  ICMP_TIME_EXCEEDED,
  ICMP_TIMESTAMP,
  ICMP_TIMESTAMP_REPLY,
  ICMP_UNREACHABLE,
  icmpField,
  UNREACHABLE_FRAGMENTATION_NEEDED,
  UNREACHABLE_PORT,
  UNREACHABLE_PROTOCOL,
} from '../wire/icmp.ts';
import { icmp6Field } from '../wire/icmp6.ts';
import {
  ICMP6_ECHO,
  ICMP6_ECHO_REPLY,
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TIME_EXCEEDED,
  ICMP6_TOO_BIG,
  ICMP6_UNREACHABLE,
  MLD_DONE,
  MLD_QUERY,
  MLD_REPORT,
  MLD2_REPORT,
  ND_NEIGHBOUR_ADVERTISEMENT,
  ND_NEIGHBOUR_SOLICITATION,
  ND_REDIRECT,
  ND_ROUTER_ADVERTISEMENT,
  ND_ROUTER_SOLICITATION,
  TIME6_HOP_LIMIT,
  TIME6_REASSEMBLY,
  UNREACHABLE6_PORT,
  UNREACHABLE6_SCOPE,
} from '../wire/icmp6-code.ts';
import { ipv4, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import { ip6At, ipv6, ipv6Destination, ipv6Source } from '../wire/ipv6.ts';
import { upperLayer } from '../wire/ipv6-extension.ts';
import { udp } from '../wire/udp.ts';

/** Unreachable codes: what stands in front of the address, and behind the word. */
const UNREACHABLE: Readonly<Record<number, readonly [before: string, behind: string]>> = {
  0: ['net ', ''],
  1: ['host ', ''],
  5: ['', ' - source route failed'],
  6: ['net ', ' - unknown'],
  7: ['host ', ' - unknown'],
  8: ['', ' - source host isolated'],
  9: ['net ', ' - admin prohibited'],
  10: ['host ', ' - admin prohibited'],
  11: ['net ', ' - tos prohibited'],
  12: ['host ', ' - tos prohibited'],
  13: ['host ', ' - admin prohibited filter'],
  14: ['host ', ' - host precedence violation'],
  15: ['host ', ' - precedence cutoff'],
};

const REDIRECTS: readonly (readonly [word: string, what: string])[] = [
  ['redirect', 'net '],
  ['redirect', 'host '],
  ['redirect-tos', 'net '],
  ['redirect-tos', 'host '],
];

/** The message in `[at, end)`, without its length. */
export function icmpText(bytes: Bytes, at: number, end: number): string {
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const ip = at + 8;
  if (type === ICMP_ECHO || type === ICMP_ECHO_REPLY) {
    const what = type === ICMP_ECHO ? 'request' : 'reply';
    return `echo ${what}, id ${icmpField.identifier(bytes, at)}, seq ${icmpField.sequence(bytes, at)}`;
  }
  if (type === ICMP_SOURCE_QUENCH) return 'source quench';
  if (type === ICMP_TIME_EXCEEDED) {
    if (code > 1) return `time exceeded-#${code}`;
    return code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
  }
  if (type === ICMP_PARAMETER_PROBLEM)
    return `parameter problem - ${code === 0 ? `octet ${icmpField.pointer(bytes, at)}` : `code ${code}`}`;
  if ((type === ICMP_TIMESTAMP || type === ICMP_TIMESTAMP_REPLY) && end - at >= 20)
    return stampText(bytes, at, type);
  if ((type !== ICMP_UNREACHABLE && type !== ICMP_REDIRECT) || end - ip < 20) return `type-#${type}`;
  const to = formatIp4(ipv4.get.destination(bytes, ip));
  if (type === ICMP_UNREACHABLE) return unreachableText(bytes, at, end, code, to);
  const [word, what] = REDIRECTS[code] ?? [`redirect-#${code}`, ''];
  return `${word} ${to} to ${what}${formatIp4(icmpField.gateway(bytes, at))}`;
}

function unreachableText(bytes: Bytes, at: number, end: number, code: number, to: string): string {
  const ip = at + 8;
  const protocol = ipv4.get.protocol(bytes, ip);
  if (code === UNREACHABLE_PROTOCOL) return `${to} protocol ${protocol} unreachable`;
  if (code === UNREACHABLE_FRAGMENTATION_NEEDED) {
    const mtu = icmpField.nextHopMtu(bytes, at);
    return `${to} unreachable - need to frag${mtu === 0 ? '' : ` (mtu ${mtu})`}`;
  }
  if (code === UNREACHABLE_PORT) {
    const transport = ip + (bytes[ip]! & 15) * 4;
    const port = transport + 4 <= end ? udp.get.destinationPort(bytes, transport) : 0;
    return `${to} ${transportName(protocol)} port ${port} unreachable`;
  }
  const [before, behind] = UNREACHABLE[code] ?? ['', ` - #${code}`];
  return `${before}${to} unreachable${behind}`;
}

function stampText(bytes: Bytes, at: number, type: number): string {
  const who = `id ${icmpField.identifier(bytes, at)} seq ${icmpField.sequence(bytes, at)}`;
  if (type === ICMP_TIMESTAMP) return `time stamp query ${who}`;
  const [org, recv, xmit] = [8, 12, 16].map((offset) => clockText(readU32(bytes, at + offset)));
  return `time stamp reply ${who}: org ${org}, recv ${recv}, xmit ${xmit}`;
}

/** Milliseconds since midnight. */
function clockText(stamp: number): string {
  const pad = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  const [hours, minutes, seconds] = [stamp / 3_600_000, (stamp / 60_000) % 60, (stamp / 1000) % 60];
  return `${pad(hours, 2)}:${pad(minutes, 2)}:${pad(seconds, 2)}.${pad(stamp % 1000, 3)}`;
}

function transportName(protocol: number): string {
  return protocol === PROTOCOL_UDP ? 'udp' : protocol === PROTOCOL_TCP ? 'tcp' : `protocol ${protocol}`;
}

const NAMES: Readonly<Record<number, string>> = {
  [ICMP6_UNREACHABLE]: 'destination unreachable',
  [ICMP6_TOO_BIG]: 'packet too big',
  [ICMP6_TIME_EXCEEDED]: 'time exceeded in-transit',
  [ICMP6_PARAMETER_PROBLEM]: 'parameter problem',
  [ICMP6_ECHO]: 'echo request',
  [ICMP6_ECHO_REPLY]: 'echo reply',
  [MLD_QUERY]: 'multicast listener query',
  [MLD_REPORT]: 'multicast listener report',
  [MLD_DONE]: 'multicast listener done',
  [ND_ROUTER_SOLICITATION]: 'router solicitation',
  [ND_ROUTER_ADVERTISEMENT]: 'router advertisement',
  [ND_NEIGHBOUR_SOLICITATION]: 'neighbor solicitation',
  [ND_NEIGHBOUR_ADVERTISEMENT]: 'neighbor advertisement',
  [ND_REDIRECT]: 'redirect',
  [MLD2_REPORT]: 'multicast listener report v2',
};

/** Which bytes of a message its words are made of: with fewer it is cut short. */
const NEEDED: Readonly<Record<number, number>> = {
  [ICMP6_UNREACHABLE]: 48,
  [ICMP6_TOO_BIG]: 8,
  [ICMP6_TIME_EXCEEDED]: 48,
  [ICMP6_PARAMETER_PROBLEM]: 48,
  [ICMP6_ECHO]: 8,
  [ICMP6_ECHO_REPLY]: 8,
  [ND_NEIGHBOUR_SOLICITATION]: 24,
  [ND_NEIGHBOUR_ADVERTISEMENT]: 24,
  [ND_REDIRECT]: 40,
  [MLD2_REPORT]: 8,
};

/** The message in `[at, end)` with its length. */
export function icmp6Text(bytes: Bytes, at: number, end: number): string {
  const type = bytes[at]!;
  const name = NAMES[type] ?? `unknown icmp6 type (${type})`;
  const code = bytes[at + 1]!;
  if (end - at < (NEEDED[type] ?? 4)) return `${name} [|icmp6]`;
  // Behind such a code tcpdump dumps the bytes instead of counting them.
  if (type === ICMP6_UNREACHABLE && UNREACHABLE6[code] === undefined)
    return `${name}, unknown unreach code (${code})`;
  const about = about6(bytes, at, end, type, code);
  return about.endsWith(CUT_SHORT) ? name + about : `${name}${about}, length ${end - at}`;
}

const CUT_SHORT = ' [|icmp6]';

function about6(bytes: Bytes, at: number, end: number, type: number, code: number): string {
  switch (type) {
    case ICMP6_ECHO:
    case ICMP6_ECHO_REPLY:
      return `, id ${icmp6Field.identifier(bytes, at)}, seq ${icmp6Field.sequence(bytes, at)}`;
    case ICMP6_UNREACHABLE:
      return unreachable6(bytes, at, end, code);
    case ICMP6_TOO_BIG:
      return `, mtu ${icmp6Field.mtu(bytes, at)}`;
    case ICMP6_TIME_EXCEEDED:
      if (code === TIME6_HOP_LIMIT) return ` for ${ipv6Destination(bytes, at + 8)}`;
      return code === TIME6_REASSEMBLY ? ' (reassembly)' : `, unknown code (${code})`;
    case ICMP6_PARAMETER_PROBLEM: {
      const problem = PROBLEMS[code];
      return problem === undefined
        ? `, code-#${code}`
        : `, ${problem} - octet ${icmp6Field.pointer(bytes, at)}`;
    }
    case ND_NEIGHBOUR_SOLICITATION:
      return `, who has ${ip6At(bytes, at + 8)}`;
    case ND_NEIGHBOUR_ADVERTISEMENT:
      return `, tgt is ${ip6At(bytes, at + 8)}`;
    case ND_REDIRECT:
      return `, ${ip6At(bytes, at + 24)} to ${ip6At(bytes, at + 8)}`;
    case MLD_QUERY:
    case MLD_REPORT:
    case MLD_DONE:
      return listenerText(bytes, at, end, type);
    case MLD2_REPORT:
      return `, ${readU16(bytes, at + 6)} group record(s)`;
    default:
      return '';
  }
}

/** MLD of version 1 has 24 bytes; a query with more is of version 2 (RFC 3810 §8.1). tcpdump joins the words so. */
function listenerText(bytes: Bytes, at: number, end: number, type: number): string {
  if (type === MLD_QUERY && end - at >= 28) {
    const sources = readU16(bytes, at + 26);
    return ` v2 [gaddr ${ip6At(bytes, at + 8)}${sources === 0 ? '' : `, ${sources} source(s)`}]`;
  }
  return end - at < 24 ? '' : `max resp delay: ${readU16(bytes, at + 4)} addr: ${ip6At(bytes, at + 8)}`;
}

const PROBLEMS: readonly string[] = ['erroneous', 'next header', 'option', 'incomplete header chain'];

/** The space in front of “unreachable prohibited” is tcpdump's. */
const UNREACHABLE6: readonly string[] = [
  'unreachable route',
  ' unreachable prohibited',
  'beyond scope',
  'unreachable address',
  'unreachable port',
];

function unreachable6(bytes: Bytes, at: number, end: number, code: number): string {
  const ip = at + 8;
  const what = UNREACHABLE6[code]!;
  const to = ipv6Destination(bytes, ip);
  if (code === UNREACHABLE6_SCOPE) return `, ${what} ${to}, source address ${ipv6Source(bytes, ip)}`;
  if (code !== UNREACHABLE6_PORT) return `, ${what} ${to}`;
  const upper = upperLayer(bytes, ip, end);
  const isKnown = upper.protocol === PROTOCOL_TCP || upper.protocol === PROTOCOL_UDP;
  const isLater = upper.fragment !== undefined && upper.fragment.offset > 0;
  if (!isKnown || isLater || upper.at + 4 > Math.min(end, ip + 40 + ipv6.get.payloadLength(bytes, ip)))
    return `, ${what}${CUT_SHORT}`;
  const port = udp.get.destinationPort(bytes, upper.at);
  return `, ${what}, ${to} ${transportName(upper.protocol)} port ${port}`;
}
