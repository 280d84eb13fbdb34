/**
 * A run as lines of text, one a packet, that read like `tcpdump -n`.
 *
 * Followed after tcpdump 4.99: times, ARP, IPv4, IPv6 and its extension headers, ICMP of both, UDP, TCP with relative
 * sequence numbers and options, DNS and the first line of HTTP. Bytes that it does not know are not dumped here. What became of a packet that did not arrive stands behind `#`, which tcpdump cannot know.
 */
import { formatIp4, formatMac } from '../base/address.ts';
import { type Bytes, readU16 } from '../base/bytes.ts';
import { SECOND } from '../base/units.ts';
import type { Packet } from '../inspect/packets.ts';
import type { Trace } from '../trace/log.ts';
import { ARP_REPLY, ARP_REQUEST } from '../wire/arp.ts';
import { CLASS, RCODE, TYPE, typeName } from '../wire/dns/code.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns/message.ts';
import { extendedRcode } from '../wire/dns/message.ts';
import { dataText } from '../wire/dns/text.ts';
import { type DecodedFrame, decodeFrame, type Layer, type LayerName } from '../wire/frame.ts';
import { ipv4 } from '../wire/ipv4.ts';
import { ip6At, ipv6, ipv6Destination, ipv6Source } from '../wire/ipv6.ts';
import { fragmentHeader, isExtension, NEXT_NONE, routing } from '../wire/ipv6-extension.ts';
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
import { icmp6Text, icmpText } from './text-icmp.ts';

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
    const ip = at('ipv4') ?? at('ipv6');
    if (!ip || ip.end - ip.at < (ip.name === 'ipv4' ? 20 : 40)) {
      const { ethernet } = frame;
      return ethernet
        ? `${formatMac(ethernet.source)} > ${formatMac(ethernet.destination)}, length ${size}`
        : `[|ether]`;
    }
    return ip.name === 'ipv4' ? this.#ip(bytes, frame, ip) : this.#ip6(bytes, frame, ip);
  }

  #ip(bytes: Bytes, frame: DecodedFrame, ip: Layer): string {
    const from = formatIp4(ipv4.get.source(bytes, ip.at));
    const to = formatIp4(ipv4.get.destination(bytes, ip.at));
    const line = `IP ${from} > ${to}:`;
    const protocol = ipv4.get.protocol(bytes, ip.at);
    if (ipv4.get.fragmentOffset(bytes, ip.at) > 0) return `${line} ip-proto-${protocol}`;
    const length = ipv4.get.totalLength(bytes, ip.at) - (ip.end - ip.at);
    const inner = innermost(frame);
    switch (inner?.name) {
      case 'tcp':
        return `IP ${this.#tcp(bytes, frame, inner, { from, to }, length, '.')}`;
      case 'udp':
        return `IP ${udpText(bytes, frame, inner, `${from}.`, `${to}.`)}`;
      case 'icmp':
        return `${line} ICMP ${icmpText(bytes, inner.at, inner.end)}, length ${length}`;
      default:
        return `${line} ip-proto-${protocol} ${length}`;
    }
  }

  /** Ports stand with the addresses only where TCP or UDP follows at once. */
  #ip6(bytes: Bytes, frame: DecodedFrame, ip: Layer): string {
    const from = ipv6Source(bytes, ip.at);
    const to = ipv6Destination(bytes, ip.at);
    const end = ip.end + ipv6.get.payloadLength(bytes, ip.at);
    const headers = headerWords(bytes, frame, end);
    const inner = innermost(frame);
    if (endsInRoute(headers)) return `IP6 ${from} > ${to}: ${headers.join(' ')}`;
    // Behind a fragment header and nothing tcpdump ends, a space later.
    const last = lastHeader(frame);
    if (last?.name === 'fragmentHeader' && last.end === end)
      return `IP6 ${from} > ${to}: ${headers.join(' ')} `;
    const isPlain = headers.length === 0 && (inner?.name === 'tcp' || inner?.name === 'udp');
    const line = isPlain ? 'IP6' : [`IP6 ${from} > ${to}:`, ...headers].join(' ');
    const separator = isPlain ? '.' : '';
    const sides = isPlain ? [`${from}.`, `${to}.`] : ['', ''];
    switch (inner?.name) {
      case 'tcp':
        return `${line} ${this.#tcp(bytes, frame, inner, { from, to }, end - inner.at, separator)}`;
      case 'udp':
        return `${line} ${udpText(bytes, frame, inner, sides[0]!, sides[1]!)}`;
      case 'icmp6':
        return `${line} ICMP6, ${icmp6Text(bytes, inner.at, inner.end)}`;
      case 'fragment':
        return line;
      default: {
        const next = lastNextHeader(bytes, frame, ip);
        if (next === NEXT_NONE) return `${line} no next header`;
        const at = last?.end ?? ip.end;
        return isExtension(next) ? `${line}  [|${CUT[next]}]` : `${line}  ip-proto-${next} ${end - at}`;
      }
    }
  }

  /** `separator` stands between address and port; without it only the ports are written. */
  #tcp(
    bytes: Bytes,
    frame: DecodedFrame,
    layer: Layer,
    { from, to }: { readonly from: string; readonly to: string },
    segment: number,
    separator: '.' | '',
  ): string {
    const { at } = layer;
    const { get } = tcpHeader;
    if (layer.end - at < 20) return `${from} > ${to}: [|tcp]`;
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
    const sides = separator === '' ? `${sourcePort} > ${destinationPort}` : `${own} > ${peer}`;
    return `${sides}: ${parts.join(', ')}${tcpPayload(frame)}`;
  }
}

/** The header that a line is about: behind everything that IP adds. */
function innermost(frame: DecodedFrame): Layer | undefined {
  return frame.layers.find(({ name }) => INNER.includes(name));
}

const INNER: readonly LayerName[] = ['tcp', 'udp', 'icmp', 'icmp6', 'fragment'];

const WORDS: Readonly<Partial<Record<LayerName, string>>> = {
  hopByHop: 'HBH',
  destinationOptions: 'DSTOPT',
  routing: 'RT6',
  fragmentHeader: 'frag',
};

/** What stands in brackets for a header that is cut short. */
const CUT: Readonly<Record<number, string>> = { 0: 'hbhopt', 43: 'rthdr', 44: 'frag', 60: 'dstopt' };

/** `HBH`, `DSTOPT`, `frag (0|1448)`; `end` is where the packet ends by its payload length. */
function headerWords(bytes: Bytes, frame: DecodedFrame, end: number): string[] {
  const words: string[] = [];
  for (const layer of frame.layers) {
    const word = WORDS[layer.name];
    if (word === undefined || layer.problem !== undefined) continue;
    if (layer.name === 'fragmentHeader') {
      const offset = fragmentHeader.get.offset(bytes, layer.at) * 8;
      words.push(`${word} (${offset}|${end - layer.end})`);
    } else if (layer.name === 'routing') words.push(`${word} ${routeText(bytes, layer)}`);
    else words.push(word);
    if (endsInRoute(words)) break;
  }
  return words;
}

/** The kinds of routes that list addresses: the first two one after the other, the last behind words of its own. */
const LISTED_ROUTES: readonly number[] = [0, 2, 4];

/** tcpdump reads no further behind a kind of route that it does not know. */
function routeText(bytes: Bytes, { at, end }: Layer): string {
  const type = routing.get.type(bytes, at);
  const left = routing.get.segmentsLeft(bytes, at);
  const head = `(len=${bytes[at + 1]!}, type=${type}${type === 0 ? ' [Deprecated]' : ''}, segleft=${left}`;
  if (!LISTED_ROUTES.includes(type)) return `${head} (unknown type) (invalid)`;
  const words: string[] = [];
  if (type === 4) {
    words.push(`last-entry=${bytes[at + 4]!}`);
    if (bytes[at + 5] !== 0) words.push(`flags=0x${bytes[at + 5]!.toString(16)}`);
    words.push(`tag=${readU16(bytes, at + 6).toString(16)}`);
  }
  for (let node = at + 8, n = 0; node + 16 <= end; node += 16, n++) words.push(`[${n}]${ip6At(bytes, node)}`);
  return `${[head, ...words].join(', ')})`;
}

/** Whether the words end in a route of a kind that is not known. */
function endsInRoute(words: readonly string[]): boolean {
  return words.some((word) => word.endsWith('(invalid)'));
}

/** The last extension header that is whole. */
function lastHeader(frame: DecodedFrame): Layer | undefined {
  return frame.layers.findLast(({ name, problem }) => WORDS[name] !== undefined && problem === undefined);
}

function lastNextHeader(bytes: Bytes, frame: DecodedFrame, ip: Layer): number {
  const last = lastHeader(frame);
  return last ? bytes[last.at]! : ipv6.get.nextHeader(bytes, ip.at);
}

function tcpPayload(frame: DecodedFrame): string {
  if (frame.dns) return ` ${dnsText(frame.dns, frame.payload.length)}`;
  if (frame.layers.some(({ name }) => name === 'httpData')) return ': HTTP';
  const { tcp, payload } = frame;
  // A piece of a longer message: tcpdump takes its first bytes for a length, and finds that it is none.
  if (tcp && (tcp.sourcePort === 53 || tcp.destinationPort === 53) && payload.length > 2) {
    const prefix = (payload[0]! << 8) | payload[1]!;
    return ` [prefix length(${prefix}) != length(${payload.length - 2})] (invalid)`;
  }
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

/** `from` and `to` stand in front of the ports. */
function udpText(bytes: Bytes, frame: DecodedFrame, { at, end }: Layer, from: string, to: string): string {
  if (end - at < 8) return from === '' ? ' [|udp]' : `${from.slice(0, -1)} > ${to.slice(0, -1)}:  [|udp]`;
  const head = `${from}${udp.get.sourcePort(bytes, at)} > ${to}${udp.get.destinationPort(bytes, at)}:`;
  if (frame.dns) return `${head} ${dnsText(frame.dns, frame.payload.length)}`;
  return `${head} UDP, length ${udp.get.length(bytes, at) - 8}`;
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

/** tcpdump 4.99 has names for types up to DNSKEY and for few later ones; others it writes as `Type65`. */
function typeWord(type: number): string {
  if (type === 23) return 'NSAP_PTR';
  if (type === 104) return 'UNSPECA';
  const isNameless = (type > TYPE.DNSKEY && type < 99) || (type > 104 && type < 249) || type > 256;
  return isNameless ? `Type${type}` : typeName(type).replace(/^TYPE/, 'Type');
}

/** tcpdump says the host of an MX and of an SRV first, and what other types hold only if they are old. */
function answerText(record: DnsRecord): string {
  switch (record.type) {
    case TYPE.MX:
      return `${record.data.exchange} ${record.data.preference}`;
    case TYPE.SRV: {
      const { target, port, priority, weight } = record.data;
      return `${target}:${port} ${priority} ${weight}`;
    }
    case TYPE.A:
    case TYPE.AAAA:
    case TYPE.NS:
    case TYPE.CNAME:
    case TYPE.PTR:
    case TYPE.DNAME:
    case TYPE.TXT:
      return dataText(record);
    default:
      return '';
  }
}
