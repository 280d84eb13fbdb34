/**
 * One line for each frame: what the packet list, the map and the ladder write.
 *
 * `info` names the facts in the words of the protocols, `title` says in a few words what the frame means. Numbers of
 * TCP are absolute unless a base is handed in. Not here: what led to the frame (the trace knows), and texts of whole
 * trees (frame.ts).
 */
import { formatIp4, formatMac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { seqDiff } from '../base/seq.ts';
import { formatNumber } from '../base/units.ts';
import { ARP_REPLY, arpMeaning } from './arp.ts';
import { RCODE, rcodeName, TYPE, typeName } from './dns/code.ts';
import type { DnsMessage, DnsRecord } from './dns/message.ts';
import { extendedRcode } from './dns/message.ts';
import { dataText } from './dns/text.ts';
import { etherTypeName } from './ethernet.ts';
import { type DecodedFrame, decodeFrame } from './frame.ts';
import type { HttpHead } from './http1-head.ts';
import { IPV4_MF, ipv4, protocolName } from './ipv4.ts';
import { ipv6Destination, ipv6Source } from './ipv6.ts';
import { checksumFault } from './layer-checksum.ts';
import { isFragment, type Layer, type LayerName } from './layers.ts';
import { describeIcmp, describeIcmp6, hex4, type Words } from './summary-icmp.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  OPTION_MSS,
  OPTION_SACK,
  OPTION_SACK_PERMITTED,
  OPTION_TIMESTAMPS,
  OPTION_WINDOW_SCALE,
  PSH,
  RST,
  SYN,
  type TcpOption,
  tcpHeader,
  URG,
} from './tcp.ts';
import { udp } from './udp.ts';

/** One frame in one line. */
export interface Summary {
  /** The innermost layer that was understood; it gives the colour. */
  readonly layer: 'link' | 'ip' | 'transport' | 'dns' | 'http';
  /** The letter in the shape that stands for the frame. */
  readonly letter: 'L' | 'I' | 'T' | 'U' | 'D' | 'H';
  readonly protocol:
    | 'Ethernet'
    | 'ARP'
    | 'IPv4'
    | 'IPv6'
    | 'ICMP'
    | 'ICMPv6'
    | 'TCP'
    | 'UDP'
    | 'DNS'
    | 'HTTP';
  /** Internet addresses as text; MAC addresses when there is no IP in the frame. */
  readonly from: string;
  readonly to: string;
  /** 0 when there are none. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Bytes of the frame. */
  readonly length: number;
  /** Bytes that UDP or TCP carries. */
  readonly payloadLength: number;
  readonly info: string;
  /** A few plain words for the map and the ladder. */
  readonly title: string;
  /** What is wrong with the bytes, when something is. */
  readonly problem: string | undefined;
}

/** What the numbers of one TCP segment are counted from: the initial sequence numbers of both sides. */
export interface TcpBase {
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Bits by which the window is shifted on this connection, in segments without SYN. */
  readonly windowShift?: number;
}

const ABSOLUTE: TcpBase = { sequence: 0, acknowledgment: 0 };

/** Describes the frame in `[at, end)`. Never throws on bad bytes. */
export function summarise(bytes: Bytes, at = 0, end = bytes.length, base: TcpBase = ABSOLUTE): Summary {
  const frame = decodeFrame(bytes, at, end);
  const broken = checksumFault(bytes, frame.layers);
  const problem = frame.problem ?? (broken && `wrong ${broken} checksum`);
  const line = lineOf(bytes, frame, base);
  const ip = ipOf(frame);
  const hasAddresses = ip !== undefined && ip.end - ip.at >= (ip.name === 'ipv4' ? 20 : 40);
  const ports = layerOf(frame, 'tcp') ?? layerOf(frame, 'udp');
  const hasPorts = ports !== undefined && ports.end - ports.at >= 4;
  return {
    ...line,
    from: hasAddresses ? addressText(bytes, ip, 'source') : macText(frame.ethernet?.source),
    to: hasAddresses ? addressText(bytes, ip, 'destination') : macText(frame.ethernet?.destination),
    sourcePort: hasPorts ? udp.get.sourcePort(bytes, ports.at) : 0,
    destinationPort: hasPorts ? udp.get.destinationPort(bytes, ports.at) : 0,
    length: end - at,
    payloadLength: payloadLength(frame),
    problem,
  };
}

type Line = Pick<Summary, 'layer' | 'letter' | 'protocol' | 'info' | 'title'>;

function lineOf(bytes: Bytes, frame: DecodedFrame, base: TcpBase): Line {
  const piece = pieceOf(bytes, frame);
  if (!piece) return wholeLine(bytes, frame, base);
  const { id, from, to, isLast, protocol } = piece;
  const about = from === 0 ? `: ${wholeLine(bytes, frame, base).info}` : `, ${protocol}`;
  return {
    layer: 'ip',
    letter: 'I',
    protocol: frame.ipv4 ? 'IPv4' : 'IPv6',
    info: `${isLast ? 'Last fragment' : 'Fragment'} of ${id}, bytes ${from}–${to}${about}`,
    title: `fragment, ${formatNumber(from)}–${formatNumber(to)}`,
  };
}

function wholeLine(bytes: Bytes, frame: DecodedFrame, base: TcpBase): Line {
  if (frame.dns) return { layer: 'dns', letter: 'D', protocol: 'DNS', ...describeDns(frame.dns) };
  if (frame.http)
    return {
      layer: 'http',
      letter: 'H',
      protocol: 'HTTP',
      ...describeHttp(frame.http, frame.payload.length),
    };
  const tcp = layerOf(frame, 'tcp');
  if (tcp) {
    const isHttp = layerOf(frame, 'httpData') !== undefined;
    const text = describeTcp(bytes, tcp, frame, base);
    if (isHttp) return { layer: 'http', letter: 'H', protocol: 'HTTP', ...text };
    return { layer: 'transport', letter: 'T', protocol: 'TCP', ...text };
  }
  if (frame.udp) {
    const size = frame.payload.length;
    const info = `${frame.udp.sourcePort} → ${frame.udp.destinationPort}, ${byteCount(size)}`;
    const title = shortText(frame.payload) ?? byteTitle(size);
    return { layer: 'transport', letter: 'U', protocol: 'UDP', info, title };
  }
  const icmp = layerOf(frame, 'icmp');
  if (icmp) return { layer: 'ip', letter: 'I', protocol: 'ICMP', ...describeIcmp(bytes, icmp.at, icmp.end) };
  const icmp6 = layerOf(frame, 'icmp6');
  if (icmp6)
    return {
      layer: 'ip',
      letter: 'I',
      protocol: 'ICMPv6',
      ...describeIcmp6(bytes, icmp6, ipOf(frame)!, frame.icmp6),
    };
  if (frame.arp) {
    const { operation, senderIp, targetIp } = frame.arp;
    const isStatement = operation === ARP_REPLY || senderIp === targetIp;
    const title = isStatement ? `${formatIp4(senderIp)} is here` : `${formatIp4(targetIp)}?`;
    return { layer: 'link', letter: 'L', protocol: 'ARP', info: arpMeaning(frame.arp), title };
  }
  return otherLine(bytes, frame);
}

/** What carries nothing that is known here. */
function otherLine(bytes: Bytes, frame: DecodedFrame): Line {
  const ip = ipOf(frame);
  if (!ip) {
    const type = frame.ethernet ? etherTypeName(frame.ethernet.type) : (frame.problem ?? '');
    return { layer: 'link', letter: 'L', protocol: 'Ethernet', info: type, title: type };
  }
  const line = { layer: 'ip', letter: 'I', protocol: ip.name === 'ipv4' ? 'IPv4' : 'IPv6' } as const;
  if (!frame.ipv4 && !frame.ipv6) return { ...line, info: frame.problem ?? '', title: 'unreadable' };
  const protocol = protocolName(frame.ipv4 ? frame.ipv4.protocol : lastNextHeader(bytes, frame));
  return { ...line, info: `${protocol}, ${byteCount(frame.payload.length)}`, title: protocol };
}

function layerOf(frame: DecodedFrame, name: LayerName): Layer | undefined {
  return frame.layers.find((layer) => layer.name === name);
}

function ipOf(frame: DecodedFrame): Layer | undefined {
  return frame.layers.find(({ name }) => name === 'ipv4' || name === 'ipv6');
}

function addressText(bytes: Bytes, { name, at }: Layer, which: 'source' | 'destination'): string {
  if (name === 'ipv4') return formatIp4(ipv4.get[which](bytes, at));
  return which === 'source' ? ipv6Source(bytes, at) : ipv6Destination(bytes, at);
}

/** What the innermost header in front of the data names. */
function lastNextHeader(bytes: Bytes, frame: DecodedFrame): number {
  let next = frame.ipv6!.nextHeader;
  for (const { name, at, problem } of frame.layers)
    if (EXTENSIONS.includes(name) && problem === undefined) next = bytes[at]!;
  return next;
}

const EXTENSIONS: readonly LayerName[] = ['hopByHop', 'routing', 'fragmentHeader', 'destinationOptions'];

interface Piece {
  /** Which datagram it is a piece of. */
  readonly id: string;
  /** Its first and its last byte there. */
  readonly from: number;
  readonly to: number;
  readonly isLast: boolean;
  readonly protocol: string;
}

/** The place of a fragment, of either family; `undefined` for whole datagrams. */
function pieceOf(bytes: Bytes, frame: DecodedFrame): Piece | undefined {
  if (!isFragment(bytes, frame.layers)) return undefined;
  const { ipv4: header, fragmentHeader } = frame;
  const before = header ? layerOf(frame, 'ipv4') : layerOf(frame, 'fragmentHeader');
  const data = frame.layers.filter(({ name, at }) => before && at >= before.end && name !== 'padding');
  const size = before ? (data.at(-1)?.end ?? before.end) - before.end : 0;
  if (size === 0) return undefined;
  if (header) {
    const from = header.fragmentOffset * 8;
    return {
      id: hex4(header.identification),
      from,
      to: from + size - 1,
      isLast: (header.flags & IPV4_MF) === 0,
      protocol: protocolName(header.protocol),
    };
  }
  if (!fragmentHeader) return undefined;
  const from = fragmentHeader.offset * 8;
  return {
    id: `0x${fragmentHeader.identification.toString(16).padStart(8, '0')}`,
    from,
    to: from + size - 1,
    isLast: fragmentHeader.more === 0,
    protocol: protocolName(fragmentHeader.nextHeader),
  };
}

function macText(mac: number | undefined): string {
  return mac === undefined ? '' : formatMac(mac);
}

function payloadLength(frame: DecodedFrame): number {
  let length = 0;
  for (const { name, at, end } of frame.layers) {
    if (name === 'dns' || name === 'dnsLength' || name === 'http' || name === 'httpData' || name === 'data')
      length += end - at;
  }
  return length;
}

// — TCP —

/** In the order in which people say them: what opens or closes first. */
const FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
  [URG, 'URG'],
  [ECE, 'ECE'],
  [CWR, 'CWR'],
];

/** `51544 → 80 SYN seq 0 win 64240 MSS 1460 WS 128 TS`. */
function describeTcp(bytes: Bytes, layer: Layer, frame: DecodedFrame, base: TcpBase): Words {
  const { at } = layer;
  if (layer.end - at < 20) return { info: frame.problem ?? 'cut short', title: 'unreadable' };
  const get = tcpHeader.get;
  const flagBits = get.flags(bytes, at);
  const names = FLAG_NAMES.filter(([bit]) => flagBits & bit).map(([, name]) => name);
  const sequence = (get.sequence(bytes, at) - base.sequence) >>> 0;
  const acknowledgment = (get.acknowledgment(bytes, at) - base.acknowledgment) >>> 0;
  const isSyn = (flagBits & SYN) !== 0;
  const window = get.window(bytes, at) * (isSyn ? 1 : POWERS[base.windowShift ?? 0]!);
  const size = payloadLength(frame);
  const parts = [
    `${get.sourcePort(bytes, at)} → ${get.destinationPort(bytes, at)}`,
    names.join(', ') || 'no flags',
    `seq ${sequence}`,
  ];
  if (flagBits & ACK) parts.push(`ack ${acknowledgment}`);
  if (!(flagBits & RST)) parts.push(`win ${window}`);
  const options = frame.tcp?.options ?? [];
  for (const kind of TOLD) {
    const option = options.find((one) => one.kind === kind);
    const text = option && optionWord(option, isSyn, base);
    if (text) parts.push(text);
  }
  return {
    info: parts.join(' ') + (size > 0 ? `, ${byteCount(size)}` : ''),
    title: tcpTitle(flagBits, size),
  };
}

/** 2^0 to 2^14: the shifts that RFC 7323 §2.2 allows. */
const POWERS: readonly number[] = Array.from({ length: 15 }, (_, shift) => 1 << shift);

/** The options that a line tells, in this order whatever the sender’s. */
const TOLD: readonly number[] = [
  OPTION_MSS,
  OPTION_WINDOW_SCALE,
  OPTION_SACK_PERMITTED,
  OPTION_TIMESTAMPS,
  OPTION_SACK,
];

/** Options that a SYN announces, and the blocks of SACK; timestamps on every other segment would be noise. */
function optionWord(option: TcpOption, isSyn: boolean, base: TcpBase): string | undefined {
  const value = 'value' in option ? option.value : undefined;
  switch (option.kind) {
    case OPTION_MSS:
      return `MSS ${value as number}`;
    case OPTION_WINDOW_SCALE:
      return `WS ${POWERS[Math.min(value as number, 14)]}`;
    case OPTION_SACK_PERMITTED:
      return 'SACK';
    case OPTION_TIMESTAMPS:
      return isSyn ? 'TS' : undefined;
    case OPTION_SACK: {
      const blocks = value as readonly { left: number; right: number }[];
      const text = blocks.map(({ left, right }) => {
        const from = (left - base.acknowledgment) >>> 0;
        return `${from}–${from + seqDiff(right, left)}`;
      });
      return `SACK ${text.join(', ')}`;
    }
    default:
      return undefined;
  }
}

function tcpTitle(flagBits: number, size: number): string {
  if (flagBits & RST) return 'RST';
  if (flagBits & SYN) return flagBits & ACK ? 'SYN-ACK' : 'SYN';
  if (flagBits & FIN) return 'FIN';
  if (size > 0) return byteTitle(size);
  return flagBits & ACK ? 'ACK' : 'no flags';
}

// — HTTP —

/** `GET / HTTP/1.1`; `200 OK, text/html, 1448 bytes`, which counts what this segment carries. */
function describeHttp(head: HttpHead, size: number): Words {
  if (head.request) {
    const { method, target, version } = head.request;
    return { info: `${method} ${target} HTTP/${version}`, title: `${method} ${target}` };
  }
  const { status, reason } = head.response!;
  const title = reason === '' ? String(status) : `${status} ${reason}`;
  const [type = ''] = (head.fields.get('content-type') ?? '').split(';');
  return { info: [title, type.trim(), byteCount(size)].filter(Boolean).join(', '), title };
}

// — DNS —

/** Records of the answer that the line names; the others are counted. */
const NAMED_RECORDS = 3;

function describeDns(message: DnsMessage): Words {
  const id = hex4(message.id);
  const question = message.questions[0];
  if (!question)
    return {
      info: `${message.response ? 'Response' : 'Query'} ${id} without a question`,
      title: 'no question',
    };
  const name = plainName(question.name);
  const type = typeName(question.type);
  const asked = `${id} ${type} ${name}`;
  if (!message.response)
    return { info: `Query ${asked}`, title: question.type === TYPE.A ? `${name}?` : `${name} ${type}?` };
  const rcode = extendedRcode(message);
  if (rcode === RCODE.NXDOMAIN) return { info: `No such name ${asked}`, title: 'no such name' };
  if (rcode !== RCODE.NOERROR) return { info: `${rcodeName(rcode)} ${asked}`, title: rcodeName(rcode) };
  if (message.truncated) return { info: `Truncated ${asked}`, title: 'too long, ask over TCP' };
  if (message.answers.length > 0) return describeAnswer(id, message.answers, question.type);
  const referral = message.authorities.find((record) => record.type === TYPE.NS);
  if (referral && !message.authoritative) return describeReferral(id, referral, message.additionals);
  return { info: `No ${type} record ${id} ${name}`, title: `no ${type} record` };
}

function describeAnswer(id: string, answers: readonly DnsRecord[], asked: number | undefined): Words {
  const texts = answers
    .slice(0, NAMED_RECORDS)
    .map((record) => `${typeName(record.type)} ${plainData(record)}`);
  if (answers.length > NAMED_RECORDS) texts.push(`${answers.length - NAMED_RECORDS} more`);
  const main = answers.find((record) => record.type === asked) ?? answers[0]!;
  return {
    info: `Answer ${id} ${texts.join(', ')}, TTL ${main.ttl}`,
    title: `${plainData(main)}, for ${main.ttl} s`,
  };
}

/** `Referral 0x1f07 example. NS a.nic.example, A 198.51.100.20`: the zone, its first server, and the glue for it. */
function describeReferral(id: string, referral: DnsRecord, additionals: readonly DnsRecord[]): Words {
  const server = plainData(referral);
  const glue = additionals.find(
    (record) => record.type === TYPE.A && plainName(record.name).toLowerCase() === server.toLowerCase(),
  );
  const info = `Referral ${id} ${referral.name} NS ${server}${glue ? `, A ${plainData(glue)}` : ''}`;
  return { info, title: `ask ${server}` };
}

/** Characters of data that is no name. */
const MOST_DATA = 48;

/** The data of a record: names without their final dot, others as far as a line has room. */
function plainData(record: DnsRecord): string {
  const text = dataText(record);
  return record.type === TYPE.NS ||
    record.type === TYPE.CNAME ||
    record.type === TYPE.PTR ||
    record.type === TYPE.MX
    ? plainName(text)
    : shortened(text);
}

function shortened(text: string): string {
  return text.length <= MOST_DATA ? text : `${text.slice(0, MOST_DATA - 1)}…`;
}

/** Without its final dot, as people write names; the root stays a dot. */
function plainName(name: string): string {
  return name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;
}

function byteCount(n: number): string {
  return n === 1 ? '1 byte' : `${n} bytes`;
}

/** The same as figures write it: `1,448 bytes`. */
function byteTitle(n: number): string {
  return n === 1 ? '1 byte' : `${formatNumber(n)} bytes`;
}

/** What a payload says, when it is a short line of plain text. */
function shortText(payload: Bytes): string | undefined {
  if (payload.length < 4 || payload.length > 40) return undefined;
  if (!payload.every((byte) => byte >= 0x20 && byte < 0x7f)) return undefined;
  return `“${String.fromCharCode(...payload)}”`;
}
