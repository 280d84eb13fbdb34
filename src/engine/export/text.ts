/**
 * A run as lines of text, one a packet, that read like `tcpdump -n`.
 *
 * Followed after tcpdump 4.99: times, ARP, IPv4, ICMP, UDP, TCP with relative sequence numbers and options, DNS and
 * the first line of HTTP. What became of a packet that did not arrive stands behind `#`, which tcpdump cannot know.
 */
import { formatIp4, formatMac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { SECOND } from '../base/units.ts';
import type { Packet } from '../inspect/packets.ts';
import type { Trace } from '../trace/log.ts';
import { ARP_REPLY, ARP_REQUEST } from '../wire/arp.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns.ts';
import { extendedRcode } from '../wire/dns.ts';
import { CLASS, RCODE, TYPE, typeName } from '../wire/dns-code.ts';
import { dataText } from '../wire/dns-text.ts';
import { type DecodedFrame, decodeFrame, type Layer, type LayerName } from '../wire/frame.ts';
import {
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_TIME_EXCEEDED,
  ICMP_UNREACHABLE,
  icmpField,
  quotedDatagram,
} from '../wire/icmp.ts';
import { ipv4, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  OPTION_EOL,
  OPTION_MSS,
  OPTION_NOP,
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
} from '../wire/tcp.ts';
import { udp } from '../wire/udp.ts';
import { type Cable, capture, type Tap } from './capture.ts';

export interface TextOptions {
  /** Wall-clock time at kernel time 0, in seconds since 1970; without it times count from the start. */
  readonly epochSeconds?: number;
  readonly tap?: Tap;
}

export function text(
  trace: Trace,
  packets: readonly Packet[],
  links: readonly Cable[],
  options: TextOptions = {},
): string {
  const printer = new Printer();
  let lines = '';
  for (const { time, frame, comment } of capture(packets, links, options.tap ?? 'makers')) {
    const line = printer.line(trace.frames.read(frame), trace.frames.size(frame));
    lines += `${clock(time, options.epochSeconds)} ${line}${comment === undefined ? '' : `  # ${comment}`}\n`;
  }
  return lines;
}

/** `18:30:00.025000`, or `0.025000` from the start. tcpdump cuts to microseconds; so does this. */
function clock(time: number, epochSeconds: number | undefined): string {
  const micros = String(Math.floor((time % SECOND) / 1000)).padStart(6, '0');
  const seconds = Math.floor(time / SECOND);
  if (epochSeconds === undefined) return `${seconds}.${micros}`;
  const day = (epochSeconds + seconds) % 86_400;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${two(day / 3600)}:${two((day / 60) % 60)}:${two(day % 60)}.${micros}`;
}

/** Prints frames one after another: sequence numbers are relative to what it saw of the connection before. */
export class Printer {
  /** First sequence numbers by connection, seen from the side with the lower address and port. */
  readonly #bases = new Map<string, { low: number; high: number }>();

  /** `bytes` may be the first part of a frame of `size` bytes. */
  line(bytes: Bytes, size = bytes.length): string {
    const frame = decodeFrame(bytes);
    const at = (name: LayerName): Layer | undefined => frame.layers.find((layer) => layer.name === name);
    if (frame.arp) return arpLine(frame, size - 14);
    const ip = at('ipv4');
    if (!ip || ip.end - ip.at < 20) {
      const { ethernet } = frame;
      return ethernet
        ? `${formatMac(ethernet.source)} > ${formatMac(ethernet.destination)}, length ${size}`
        : `[|ether]`;
    }
    const from = formatIp4(ipv4.get.source(bytes, ip.at));
    const to = formatIp4(ipv4.get.destination(bytes, ip.at));
    const length = ipv4.get.totalLength(bytes, ip.at) - (ip.end - ip.at);
    const tcp = at('tcp');
    if (tcp) return this.#tcp(bytes, frame, tcp, from, to, length);
    const datagram = at('udp');
    if (datagram) return udpLine(bytes, frame, datagram, from, to);
    const icmp = at('icmp');
    if (icmp) return `IP ${from} > ${to}: ICMP ${icmpText(bytes, icmp)}, length ${length}`;
    return `IP ${from} > ${to}: ip-proto-${ipv4.get.protocol(bytes, ip.at)} ${length}`;
  }

  #tcp(bytes: Bytes, frame: DecodedFrame, layer: Layer, from: string, to: string, segment: number): string {
    const { at } = layer;
    const { get } = tcpHeader;
    if (layer.end - at < 20) return `IP ${from} > ${to}: [|tcp]`;
    const sourcePort = get.sourcePort(bytes, at);
    const destinationPort = get.destinationPort(bytes, at);
    const flags = get.flags(bytes, at);
    const isLow = from < to || (from === to && sourcePort < destinationPort);
    const own = `${from}.${sourcePort}`;
    const peer = `${to}.${destinationPort}`;
    const key = isLow ? `${own} ${peer}` : `${peer} ${own}`;
    let sequence = get.sequence(bytes, at);
    let acknowledgment = get.acknowledgment(bytes, at);
    const known = this.#bases.get(key);
    let ackBase = 0;
    if (!(flags & ACK)) {
      // like tcpdump: only a segment that says both numbers fixes what later ones are counted from
    } else if (!known || flags & SYN) {
      const other = (acknowledgment - 1) >>> 0;
      this.#bases.set(key, isLow ? { low: sequence, high: other } : { low: other, high: sequence });
      ackBase = other;
    } else {
      ackBase = isLow ? known.high : known.low;
      sequence = (sequence - (isLow ? known.low : known.high)) >>> 0;
      acknowledgment = (acknowledgment - ackBase) >>> 0;
    }
    const length = segment - get.dataOffset(bytes, at) * 4;
    const parts = [`Flags [${flagText(flags)}]`];
    if (length > 0 || flags & (SYN | FIN | RST)) {
      parts.push(length > 0 ? `seq ${sequence}:${(sequence + length) >>> 0}` : `seq ${sequence}`);
    }
    if (flags & ACK) parts.push(`ack ${acknowledgment}`);
    parts.push(`win ${get.window(bytes, at)}`);
    if (flags & URG) parts.push(`urg ${get.urgentPointer(bytes, at)}`);
    const options = frame.tcp?.options ?? [];
    if (options.length > 0)
      parts.push(`options [${options.map((option) => optionText(option, ackBase)).join(',')}]`);
    parts.push(`length ${length}`);
    return `IP ${own} > ${peer}: ${parts.join(', ')}${tcpPayload(frame)}`;
  }
}

function tcpPayload(frame: DecodedFrame): string {
  if (frame.dns) return ` ${dnsText(frame.dns, frame.payload.length)}`;
  if (frame.layers.some(({ name }) => name === 'httpData')) return ': HTTP';
  if (!frame.http) return '';
  const { request, response } = frame.http;
  if (request) return `: HTTP: ${request.method} ${request.target} HTTP/${request.version}`;
  return `: HTTP: HTTP/${response!.version} ${response!.status} ${response!.reason}`.trimEnd();
}

const FLAG_LETTERS: readonly (readonly [bit: number, letter: string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [PSH, 'P'],
  [ACK, '.'],
  [URG, 'U'],
  [ECE, 'E'],
  [CWR, 'W'],
];

function flagText(flags: number): string {
  return FLAG_LETTERS.map(([bit, letter]) => (flags & bit ? letter : '')).join('') || 'none';
}

function optionText(option: TcpOption, ackBase: number): string {
  const value = 'value' in option ? option.value : undefined;
  switch (option.kind) {
    case OPTION_EOL:
      return 'eol';
    case OPTION_NOP:
      return 'nop';
    case OPTION_MSS:
      return `mss ${value as number}`;
    case OPTION_WINDOW_SCALE:
      return `wscale ${value as number}`;
    case OPTION_SACK_PERMITTED:
      return 'sackOK';
    case OPTION_TIMESTAMPS: {
      const stamps = value as { value: number; echo: number };
      return `TS val ${stamps.value} ecr ${stamps.echo}`;
    }
    case OPTION_SACK: {
      const blocks = value as readonly { left: number; right: number }[];
      return `sack ${blocks.length} ${blocks.map(({ left, right }) => `{${(left - ackBase) >>> 0}:${(right - ackBase) >>> 0}}`).join('')}`;
    }
    default:
      return `unknown-${option.kind}`;
  }
}

function arpLine(frame: DecodedFrame, length: number): string {
  const { operation, senderIp, senderMac, targetIp, targetMac } = frame.arp!;
  const sender = formatIp4(senderIp);
  if (operation === ARP_REPLY) return `ARP, Reply ${sender} is-at ${formatMac(senderMac)}, length ${length}`;
  if (operation !== ARP_REQUEST) return `ARP, Unknown (${operation}), length ${length}`;
  const card = targetMac === 0 ? '' : ` (${formatMac(targetMac)})`;
  return `ARP, Request who-has ${formatIp4(targetIp)}${card} tell ${sender}, length ${length}`;
}

function udpLine(bytes: Bytes, frame: DecodedFrame, { at, end }: Layer, from: string, to: string): string {
  if (end - at < 8) return `IP ${from} > ${to}: [|udp]`;
  const head = `IP ${from}.${udp.get.sourcePort(bytes, at)} > ${to}.${udp.get.destinationPort(bytes, at)}:`;
  if (frame.dns) return `${head} ${dnsText(frame.dns, frame.payload.length)}`;
  return `${head} UDP, length ${udp.get.length(bytes, at) - 8}`;
}

const UNREACHABLE: readonly string[] = ['net', 'host'];

function icmpText(bytes: Bytes, { at, end }: Layer): string {
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  if (type === ICMP_ECHO || type === ICMP_ECHO_REPLY) {
    const what = type === ICMP_ECHO ? 'request' : 'reply';
    return `echo ${what}, id ${icmpField.identifier(bytes, at)}, seq ${icmpField.sequence(bytes, at)}`;
  }
  if (type === ICMP_TIME_EXCEEDED)
    return code === 0 ? 'time exceeded in-transit' : 'ip reassembly time exceeded';
  const quoted = quotedDatagram(bytes, at, end);
  if (type !== ICMP_UNREACHABLE || !quoted) return `type-${type}`;
  const to = formatIp4(quoted.destination);
  if (code < UNREACHABLE.length) return `${UNREACHABLE[code]} ${to} unreachable`;
  if (code === 2) return `${to} protocol ${quoted.protocol} unreachable`;
  if (code === 4) return `${to} unreachable - need to frag (mtu ${icmpField.nextHopMtu(bytes, at)})`;
  if (code !== 3) return `${to} unreachable - #${code}`;
  const name =
    quoted.protocol === PROTOCOL_UDP
      ? 'udp'
      : quoted.protocol === PROTOCOL_TCP
        ? 'tcp'
        : `protocol ${quoted.protocol}`;
  return `${to} ${name} port ${quoted.destinationPort} unreachable`;
}

const RCODES: Readonly<Record<number, string>> = {
  [RCODE.NOERROR]: '',
  [RCODE.FORMERR]: ' FormErr',
  [RCODE.SERVFAIL]: ' ServFail',
  [RCODE.NXDOMAIN]: ' NXDomain',
  [RCODE.NOTIMP]: ' NotImp',
  [RCODE.REFUSED]: ' Refused',
};

/** `7943+ A? www.chaicart.example. (38)`, `7943* 1/0/0 A 203.0.113.80 (54)`. */
function dnsText(message: DnsMessage, length: number): string {
  const { answers, authorities, additionals, questions } = message;
  if (!message.response) {
    const counts = [
      answers.length ? `${answers.length}a` : '',
      authorities.length ? `${authorities.length}n` : '',
      additionals.length ? `${additionals.length}au` : '',
    ];
    const marks = (message.recursionDesired ? '+' : '') + (message.checkingDisabled ? '%' : '');
    const asked = questions.map(
      ({ name, type, class: code }) =>
        ` ${typeWord(type)}${code === CLASS.IN ? '' : ` CLASS${code}`}? ${name}`,
    );
    return `${message.id}${marks}${counts
      .filter(Boolean)
      .map((count) => ` [${count}]`)
      .join('')}${asked.join('')} (${length})`;
  }
  const rcode = extendedRcode(message) & 15;
  const marks =
    (RCODES[rcode] ?? ` Resp${rcode}`) +
    (message.authoritative ? '*' : '') +
    (message.recursionAvailable ? '' : '-') +
    (message.truncated ? '|' : '') +
    (message.authenticData ? '$' : '');
  const asked = questions.length === 1 ? '' : ` [${questions.length}q]`;
  const told = answers.map((record) => ` ${typeWord(record.type)} ${answerText(record)}`.trimEnd());
  return `${message.id}${marks}${asked} ${answers.length}/${authorities.length}/${additionals.length}${told.join(',')} (${length})`;
}

/** tcpdump writes types that it does not know as `Type513`. */
function typeWord(type: number): string {
  return typeName(type).replace(/^TYPE/, 'Type');
}

/** tcpdump says the host of an MX before its preference, and leaves out what an SOA holds. */
function answerText(record: DnsRecord): string {
  if (record.type === TYPE.MX) return `${record.data.exchange} ${record.data.preference}`;
  return record.type === TYPE.SOA ? '' : dataText(record);
}
