/**
 * The fields that a display filter may name, read from a frame's decoded headers.
 *
 * Names and meanings are Wireshark's. An ICMP error counts with what it quotes, as there: `udp` lets through the error
 * about a datagram. Those of IPv6 and ICMPv6 lie in filter-fields6.ts. Fields that need more than one frame (relative numbers, scaled windows, streams) come from
 * {@link Streams}, which is shown the frames in their order.
 */
import { type Bytes, fromLatin1 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { SECOND } from '../base/units.ts';
import { TYPE } from '../wire/dns/code.ts';
import type { DnsMessage, DnsRecord } from '../wire/dns/message.ts';
import { ETHERNET_HEADER, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ethernet } from '../wire/ethernet.ts';
import { type DecodedFrame, decodeFrame, type LayerName } from '../wire/frame.ts';
import {
  ICMP_HEADER,
  ICMP_UNREACHABLE,
  isIcmpError,
  UNREACHABLE_FRAGMENTATION_NEEDED,
} from '../wire/icmp.ts';
import type { Icmp6 } from '../wire/icmp6.ts';
import { isIcmp6Error, ND_REDIRECT } from '../wire/icmp6-code.ts';
import { IPV4_DF, IPV4_MF, ipv4 } from '../wire/ipv4.ts';
import { ND_REDIRECTED } from '../wire/nd-option.ts';
import {
  ACK,
  CWR,
  ECE,
  FIN,
  OPTION_MSS,
  OPTION_SACK,
  OPTION_TIMESTAMPS,
  OPTION_WINDOW_SCALE,
  PSH,
  RST,
  SYN,
  type TcpHeader,
  URG,
} from '../wire/tcp.ts';
import { udp } from '../wire/udp.ts';
import { addFields6 } from './filter-fields6.ts';

/** One frame of those that are filtered. */
export interface FilterFrame {
  /** The frame, or as much of it as was kept. */
  readonly bytes: Bytes;
  /** Bytes on the wire. */
  readonly length: number;
  /** Position in the list, from 1. */
  readonly number: number;
  /** Nanoseconds since the start of the list. */
  readonly time: number;
}

export type FieldType =
  | 'protocol'
  | 'number'
  | 'boolean'
  | 'seconds'
  | 'ipv4'
  | 'ipv6'
  | 'ethernet'
  | 'text'
  | 'bytes';
/** Numbers, booleans (0 and 1), seconds and short addresses are numbers; addresses of IPv6 are their sixteen bytes. */
export type FieldValue = number | string | Bytes;

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** What is asked with it, for lists. */
  readonly about: string;
  /** Whether it needs {@link Streams} to have seen the frames before. */
  readonly isRelative: boolean;
  /** All values in the frame; none when it has no such field. */
  read(frame: ReadFrame): readonly FieldValue[];
}

/** A frame as fields see it: decoded once, with what it quotes. */
export interface ReadFrame {
  readonly frame: FilterFrame;
  /** The frame’s own headers, and those of the datagram that an ICMP error quotes. */
  readonly parts: readonly DecodedFrame[];
  readonly stream: TcpPlace | undefined;
}

/** Where a segment stands in its connection. */
export interface TcpPlace {
  /** Connections are numbered from 0 in the order of their first frame. */
  readonly stream: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** Scaled, when the SYN that announced the factor was seen. */
  readonly window: number;
}

export function readFrame(frame: FilterFrame, streams: Streams | undefined): ReadFrame {
  const own = decodeWhatIsThere(frame.bytes);
  const quoted = quotedParts(frame.bytes, own);
  return { frame, parts: quoted ? [own, quoted] : [own], stream: streams?.see(own) };
}

/** Also the headers whose lengths reach beyond the bytes that are left of a frame or of a quotation. */
function decodeWhatIsThere(bytes: Bytes): DecodedFrame {
  const frame = decodeFrame(bytes);
  for (const { name, at, end, problem } of frame.layers) {
    if (problem === undefined) continue;
    try {
      if (name === 'ipv4') frame.ipv4 ??= ipv4.decode(bytes, at, end);
      else if (name === 'udp') frame.udp ??= udp.decode(bytes, at, end);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
    }
  }
  return frame;
}

/** What an ICMP error or a redirect quotes, decoded as if it had come in a frame of its own. */
function quotedParts(bytes: Bytes, own: DecodedFrame): DecodedFrame | undefined {
  const icmp = own.layers.find(({ name }) => name === 'icmp');
  if (icmp && icmp.end - icmp.at > ICMP_HEADER && isIcmpError(bytes[icmp.at]!))
    return decodeQuoted(bytes.subarray(icmp.at + ICMP_HEADER, icmp.end), ETHERTYPE_IPV4);
  const quoted = own.icmp6 && quotedBytes(own.icmp6);
  return quoted && quoted.length > 0 ? decodeQuoted(quoted, ETHERTYPE_IPV6) : undefined;
}

function quotedBytes({ type, body }: Icmp6): Bytes | undefined {
  if (isIcmp6Error(type)) return 'quoted' in body ? body.quoted : undefined;
  if (type !== ND_REDIRECT || !('options' in body)) return undefined;
  const option = body.options.find((one) => one.type === ND_REDIRECTED);
  return option && typeof option.value === 'object' && 'quoted' in option.value
    ? option.value.quoted
    : undefined;
}

function decodeQuoted(datagram: Bytes, type: number): DecodedFrame {
  const frame = new Uint8Array(ETHERNET_HEADER + datagram.length);
  ethernet.set.type(frame, 0, type);
  frame.set(datagram, ETHERNET_HEADER);
  const { ethernet: _, ...quoted } = decodeWhatIsThere(frame);
  return { ...quoted, layers: quoted.layers.filter(({ name }) => name !== 'ethernet') };
}

interface Side {
  /** The sequence number that counts as 0. */
  base: number | undefined;
  shift: number;
}

interface Connection {
  readonly stream: number;
  readonly low: Side;
  readonly high: Side;
}

const MAX_CONNECTIONS = 65_536;

/** Remembers where connections began, from the frames that it is shown. */
export class Streams {
  readonly #connections = new Map<string, Connection>();
  #next = 0;

  see({ ipv4, ipv6, tcp }: DecodedFrame): TcpPlace | undefined {
    const ip = ipv4 ?? ipv6;
    if (!ip || !tcp) return undefined;
    const own = `${ip.source}:${tcp.sourcePort}`;
    const peer = `${ip.destination}:${tcp.destinationPort}`;
    const isLow = own < peer;
    const key = isLow ? `${own} ${peer}` : `${peer} ${own}`;
    let known = this.#connections.get(key);
    if (!known || (isOpening(tcp) && startsAnew(known, isLow, tcp))) {
      if (this.#connections.size >= MAX_CONNECTIONS) return undefined;
      known = {
        stream: this.#next++,
        low: { base: undefined, shift: 0 },
        high: { base: undefined, shift: 0 },
      };
      this.#connections.set(key, known);
    }
    const from = isLow ? known.low : known.high;
    const to = isLow ? known.high : known.low;
    learn(tcp, from, to);
    return {
      stream: known.stream,
      sequence: (tcp.sequence - from.base!) >>> 0,
      acknowledgment: tcp.flags & ACK ? (tcp.acknowledgment - to.base!) >>> 0 : 0,
      window: tcp.flags & SYN ? tcp.window : tcp.window * POWERS[from.shift]!,
    };
  }
}

const POWERS: readonly number[] = Array.from({ length: 15 }, (_, shift) => 1 << shift);

function isOpening({ flags }: TcpHeader): boolean {
  return (flags & (SYN | ACK)) === SYN;
}

function startsAnew(known: Connection, isLow: boolean, tcp: TcpHeader): boolean {
  const { base } = isLow ? known.low : known.high;
  return base !== undefined && base !== tcp.sequence;
}

function learn(tcp: TcpHeader, from: Side, to: Side): void {
  from.base ??= tcp.flags & SYN ? tcp.sequence : (tcp.sequence - 1) >>> 0;
  if (tcp.flags & ACK) to.base ??= (tcp.acknowledgment - 1) >>> 0;
  if (!(tcp.flags & SYN)) return;
  const scale = optionValue(tcp, OPTION_WINDOW_SCALE) as number | undefined;
  from.shift = Math.min(scale ?? 0, 14);
  // An answer without the option turns scaling off on both sides (RFC 7323 §2.2).
  if (scale === undefined && tcp.flags & ACK) to.shift = 0;
}

// — the list —

const FIELDS: Field[] = [];

type Read = (frame: ReadFrame) => readonly FieldValue[];

function add(name: string, type: FieldType, about: string, read: Read, isRelative = false): void {
  FIELDS.push({ name, type, about, read, isRelative });
}

/** A field of each part of the frame that has it. */
function inParts(
  name: string,
  type: FieldType,
  about: string,
  read: (part: DecodedFrame) => FieldValue | undefined,
): void {
  add(name, type, about, ({ parts }) => {
    const values: FieldValue[] = [];
    for (const part of parts) {
      const value = read(part);
      if (value !== undefined) values.push(value);
    }
    return values;
  });
}

/** A field that may stand several times in a part. */
function listed(
  name: string,
  type: FieldType,
  about: string,
  read: (part: DecodedFrame) => readonly FieldValue[] | undefined,
): void {
  add(name, type, about, ({ parts }) => parts.flatMap((part) => read(part) ?? []));
}

/** True when the layer is there; as bytes, from its first one to the end of the frame. */
function protocol(name: string, about: string, ...layers: readonly LayerName[]): void {
  add(name, 'protocol', about, ({ frame, parts }) => {
    const values: FieldValue[] = [];
    for (const [index, part] of parts.entries()) {
      const layer = part.layers.find((one) => layers.includes(one.name));
      if (layer) values.push(index === 0 ? frame.bytes.subarray(layer.at) : part.payload);
    }
    return values;
  });
}

add('frame', 'protocol', 'every frame', ({ frame }) => [frame.bytes]);
add('frame.number', 'number', 'position in the list, from 1', ({ frame }) => [frame.number]);
add('frame.len', 'number', 'bytes of the frame', ({ frame }) => [frame.length]);
add('frame.cap_len', 'number', 'bytes of it that were kept', ({ frame }) => [frame.bytes.length]);
add('frame.time_relative', 'seconds', 'seconds since the first frame', ({ frame }) => [frame.time / SECOND]);

protocol('eth', 'Ethernet frames', 'ethernet');
inParts('eth.src', 'ethernet', 'the card that sent it', ({ ethernet: layer }) => layer?.source);
inParts('eth.dst', 'ethernet', 'the card that it is for', ({ ethernet: layer }) => layer?.destination);
listed(
  'eth.addr',
  'ethernet',
  'either of the two',
  ({ ethernet: layer }) => layer && [layer.destination, layer.source],
);
inParts('eth.type', 'number', 'what it carries', ({ ethernet: layer }) => layer?.type);

protocol('arp', 'address resolution', 'arp');
inParts('arp.opcode', 'number', '1 asks, 2 answers', ({ arp }) => arp?.operation);
inParts('arp.src.proto_ipv4', 'ipv4', 'who says it', ({ arp }) => arp?.senderIp);
inParts('arp.dst.proto_ipv4', 'ipv4', 'who is looked for, or told', ({ arp }) => arp?.targetIp);
inParts('arp.src.hw_mac', 'ethernet', 'the card of who says it', ({ arp }) => arp?.senderMac);
inParts('arp.dst.hw_mac', 'ethernet', 'the card of who is told', ({ arp }) => arp?.targetMac);

protocol('ip', 'IPv4', 'ipv4');
inParts('ip.version', 'number', 'always 4', ({ ipv4 }) => ipv4?.version);
inParts('ip.hdr_len', 'number', 'bytes of the header', ({ ipv4 }) => ipv4 && ipv4.ihl * 4);
inParts('ip.len', 'number', 'bytes of the datagram', ({ ipv4 }) => ipv4?.totalLength);
inParts('ip.id', 'number', 'identification', ({ ipv4 }) => ipv4?.identification);
inParts(
  'ip.flags.df',
  'boolean',
  'may not be cut into fragments',
  ({ ipv4 }) => ipv4 && bit(ipv4.flags, IPV4_DF),
);
inParts('ip.flags.mf', 'boolean', 'more fragments follow', ({ ipv4 }) => ipv4 && bit(ipv4.flags, IPV4_MF));
inParts(
  'ip.frag_offset',
  'number',
  'place of a fragment, in units of eight bytes',
  ({ ipv4 }) => ipv4?.fragmentOffset,
);
inParts('ip.dsfield.dscp', 'number', 'differentiated services', ({ ipv4 }) => ipv4?.dscp);
inParts('ip.dsfield.ecn', 'number', 'congestion notification', ({ ipv4 }) => ipv4?.ecn);
inParts('ip.ttl', 'number', 'time to live', ({ ipv4 }) => ipv4?.ttl);
inParts('ip.proto', 'number', '1 is ICMP, 6 TCP, 17 UDP', ({ ipv4 }) => ipv4?.protocol);
inParts('ip.checksum', 'number', 'header checksum', ({ ipv4 }) => ipv4?.checksum);
inParts('ip.src', 'ipv4', 'source address', ({ ipv4 }) => ipv4?.source);
inParts('ip.dst', 'ipv4', 'destination address', ({ ipv4 }) => ipv4?.destination);
listed('ip.addr', 'ipv4', 'either address', ({ ipv4 }) => ipv4 && [ipv4.source, ipv4.destination]);

protocol('icmp', 'control messages', 'icmp');
inParts(
  'icmp.type',
  'number',
  '8 asks, 0 answers, 3 unreachable, 11 time exceeded',
  ({ icmp }) => icmp?.type,
);
inParts('icmp.code', 'number', 'which kind of the type', ({ icmp }) => icmp?.code);
inParts('icmp.ident', 'number', 'identifier of an echo', ({ icmp }) => echo(icmp)?.identifier);
inParts('icmp.seq', 'number', 'number of an echo', ({ icmp }) => echo(icmp)?.sequence);
inParts('icmp.mtu', 'number', 'what fits the next link, with type 3 and code 4', ({ icmp }) =>
  icmp?.type === ICMP_UNREACHABLE &&
  icmp.code === UNREACHABLE_FRAGMENTATION_NEEDED &&
  'nextHopMtu' in icmp.body
    ? icmp.body.nextHopMtu
    : undefined,
);
inParts('icmp.redir_gw', 'ipv4', 'the better router, with type 5', ({ icmp }) =>
  icmp && 'gateway' in icmp.body ? icmp.body.gateway : undefined,
);
inParts('icmp.checksum', 'number', 'checksum', ({ icmp }) => icmp?.checksum);

addFields6({ protocol, inParts, listed });

protocol('udp', 'UDP', 'udp');
inParts('udp.srcport', 'number', 'source port', ({ udp }) => udp?.sourcePort);
inParts('udp.dstport', 'number', 'destination port', ({ udp }) => udp?.destinationPort);
listed('udp.port', 'number', 'either port', ({ udp }) => udp && [udp.sourcePort, udp.destinationPort]);
inParts('udp.length', 'number', 'bytes of header and payload', ({ udp }) => udp?.length);
inParts('udp.payload', 'bytes', 'what it carries', ({ udp, payload }) =>
  udp && payload.length > 0 ? payload : undefined,
);

protocol('tcp', 'TCP', 'tcp');
inParts('tcp.srcport', 'number', 'source port', ({ tcp }) => tcp?.sourcePort);
inParts('tcp.dstport', 'number', 'destination port', ({ tcp }) => tcp?.destinationPort);
listed('tcp.port', 'number', 'either port', ({ tcp }) => tcp && [tcp.sourcePort, tcp.destinationPort]);
add(
  'tcp.stream',
  'number',
  'which connection, from 0',
  ({ stream }) => (stream ? [stream.stream] : []),
  true,
);
add(
  'tcp.seq',
  'number',
  'sequence number from the connection’s first',
  ({ stream }) => (stream ? [stream.sequence] : []),
  true,
);
add(
  'tcp.ack',
  'number',
  'acknowledgment number from the peer’s first',
  ({ stream }) => (stream ? [stream.acknowledgment] : []),
  true,
);
add(
  'tcp.window_size',
  'number',
  'window in bytes, scaled',
  ({ stream }) => (stream ? [stream.window] : []),
  true,
);
inParts('tcp.seq_raw', 'number', 'sequence number as it stands in the header', ({ tcp }) => tcp?.sequence);
inParts(
  'tcp.ack_raw',
  'number',
  'acknowledgment number as it stands there',
  ({ tcp }) => tcp?.acknowledgment,
);
inParts('tcp.window_size_value', 'number', 'window as it stands there', ({ tcp }) => tcp?.window);
inParts('tcp.hdr_len', 'number', 'bytes of the header', ({ tcp }) => tcp && tcp.dataOffset * 4);
// As in Wireshark: what an error quotes has no length, because all of it was not seen.
add('tcp.len', 'number', 'bytes of payload', ({ parts: [own] }) => {
  const length = own!.tcp && tcpLength(own!);
  return length === undefined ? [] : [length];
});
inParts('tcp.payload', 'bytes', 'what it carries', ({ tcp, payload }) =>
  tcp && payload.length > 0 ? payload : undefined,
);
inParts('tcp.checksum', 'number', 'checksum', ({ tcp }) => tcp?.checksum);
inParts('tcp.flags', 'number', 'all flags as one number: SYN is 0x02, ACK 0x10', ({ tcp }) => tcp?.flags);
for (const [name, mask] of [
  ['fin', FIN],
  ['syn', SYN],
  ['reset', RST],
  ['push', PSH],
  ['ack', ACK],
  ['urg', URG],
  ['ece', ECE],
  ['cwr', CWR],
] as const) {
  inParts(
    `tcp.flags.${name}`,
    'boolean',
    `the flag ${name.toUpperCase()}`,
    ({ tcp }) => tcp && bit(tcp.flags, mask),
  );
}
inParts(
  'tcp.options.mss_val',
  'number',
  'maximum segment size',
  ({ tcp }) => optionValue(tcp, OPTION_MSS) as number | undefined,
);
inParts(
  'tcp.options.wscale.shift',
  'number',
  'window scale',
  ({ tcp }) => optionValue(tcp, OPTION_WINDOW_SCALE) as number | undefined,
);
inParts('tcp.options.timestamp.tsval', 'number', 'timestamp', ({ tcp }) => stamps(tcp)?.value);
inParts('tcp.options.timestamp.tsecr', 'number', 'timestamp that comes back', ({ tcp }) => stamps(tcp)?.echo);
inParts(
  'tcp.options.sack.count',
  'number',
  'blocks of SACK',
  ({ tcp }) => (optionValue(tcp, OPTION_SACK) as unknown[] | undefined)?.length,
);

protocol('dns', 'names', 'dns');
inParts('dns.id', 'number', 'number of the question', ({ dns }) => dns?.id);
inParts('dns.flags.response', 'boolean', 'an answer', ({ dns }) => dns && Number(dns.response));
inParts('dns.flags.rcode', 'number', '0 is no error, 3 no such name', ({ dns }) =>
  dns?.response ? dns.rcode : undefined,
);
inParts('dns.flags.authoritative', 'boolean', 'from a server of the zone itself', ({ dns }) =>
  dns?.response ? Number(dns.authoritative) : undefined,
);
inParts('dns.flags.truncated', 'boolean', 'cut short', ({ dns }) => dns && Number(dns.truncated));
inParts(
  'dns.flags.recdesired',
  'boolean',
  'asks the server to ask on',
  ({ dns }) => dns && Number(dns.recursionDesired),
);
inParts('dns.flags.recavail', 'boolean', 'the server asks on', ({ dns }) =>
  dns?.response ? Number(dns.recursionAvailable) : undefined,
);
inParts('dns.count.queries', 'number', 'questions', ({ dns }) => dns?.questions.length);
inParts('dns.count.answers', 'number', 'answers', ({ dns }) => dns?.answers.length);
inParts('dns.count.auth_rr', 'number', 'records of authority', ({ dns }) => dns?.authorities.length);
inParts('dns.count.add_rr', 'number', 'additional records', ({ dns }) => dns?.additionals.length);
listed('dns.qry.name', 'text', 'the name that is asked for', ({ dns }) =>
  dns?.questions.map(({ name }) => plain(name)),
);
listed('dns.qry.type', 'number', '1 is A, 2 NS, 5 CNAME, 28 AAAA', ({ dns }) =>
  dns?.questions.map(({ type }) => type),
);
listed(
  'dns.resp.name',
  'text',
  'the name of a record',
  ({ dns }) => dns && records(dns).map(({ name }) => plain(name)),
);
listed(
  'dns.resp.type',
  'number',
  'the type of a record',
  ({ dns }) => dns && records(dns).map(({ type }) => type),
);
listed(
  'dns.resp.ttl',
  'number',
  'seconds for which a record holds',
  ({ dns }) => dns && records(dns).flatMap(({ type, ttl }) => (type === TYPE.OPT ? [] : [ttl])),
);
listed(
  'dns.a',
  'ipv4',
  'an address in a record',
  ({ dns }) => dns && records(dns).flatMap((one) => (one.type === TYPE.A ? [one.data] : [])),
);
listed(
  'dns.ns',
  'text',
  'a name server in a record',
  ({ dns }) => dns && records(dns).flatMap((one) => (one.type === TYPE.NS ? [plain(one.data)] : [])),
);
listed(
  'dns.cname',
  'text',
  'the other name in a record',
  ({ dns }) => dns && records(dns).flatMap((one) => (one.type === TYPE.CNAME ? [plain(one.data)] : [])),
);

protocol('http', 'HTTP, continued messages included', 'http', 'httpData');
inParts('http.request', 'boolean', 'starts a request', ({ http }) => (http?.request ? 1 : undefined));
inParts('http.response', 'boolean', 'starts a response', ({ http }) => (http?.response ? 1 : undefined));
inParts('http.request.method', 'text', 'GET, POST …', ({ http }) => http?.request?.method);
inParts('http.request.uri', 'text', 'what is asked for', ({ http }) => http?.request?.target);
inParts(
  'http.request.version',
  'text',
  'HTTP/1.1',
  ({ http }) => http?.request && `HTTP/${http.request.version}`,
);
inParts('http.response.code', 'number', 'status', ({ http }) => http?.response?.status);
inParts('http.response.phrase', 'text', 'what the status is called', ({ http }) => http?.response?.reason);
for (const [name, header] of [
  ['host', 'host'],
  ['user_agent', 'user-agent'],
  ['accept', 'accept'],
  ['connection', 'connection'],
  ['server', 'server'],
  ['content_type', 'content-type'],
  ['location', 'location'],
  ['cache_control', 'cache-control'],
] as const) {
  inParts(`http.${name}`, 'text', `the field ${header}`, ({ http }) => http?.fields.get(header));
}
inParts('http.content_length', 'number', 'length that the head announces', ({ http }) =>
  contentLength(http?.fields.get('content-length')),
);

/** By what the lengths say, whether all of it is there or not; nothing of a fragment, whose segment is elsewhere. */
function tcpLength({ ipv4: four, ipv6: six, fragmentHeader, tcp, layers }: DecodedFrame): number | undefined {
  if (four ? four.flags & IPV4_MF : fragmentHeader?.more) return undefined;
  const segment = layers.find(({ name }) => name === 'tcp')!;
  const packet = layers.find(({ name }) => name === 'ipv4' || name === 'ipv6')!;
  const end = four ? packet.at + four.totalLength : six ? packet.end + six.payloadLength : undefined;
  return end === undefined ? undefined : end - segment.at - tcp!.dataOffset * 4;
}

const BY_NAME: ReadonlyMap<string, Field> = new Map(FIELDS.map((field) => [field.name, field]));

export function findField(name: string): Field | undefined {
  return BY_NAME.get(name);
}

/** All fields in the order of the layers. */
export function allFields(): readonly Field[] {
  return FIELDS;
}

/** Bytes to look for and in: text one byte a character, as it is in the frames. */
export function bytesOf(value: FieldValue): Bytes {
  return typeof value === 'string' ? fromLatin1(value) : (value as Bytes);
}

function bit(flags: number, mask: number): number {
  return flags & mask ? 1 : 0;
}

function optionValue(tcp: TcpHeader | undefined, kind: number): unknown {
  const option = tcp?.options.find((one) => one.kind === kind);
  return option && 'value' in option ? option.value : undefined;
}

function stamps(tcp: TcpHeader | undefined): { readonly value: number; readonly echo: number } | undefined {
  return optionValue(tcp, OPTION_TIMESTAMPS) as { value: number; echo: number } | undefined;
}

function echo(
  icmp: DecodedFrame['icmp'],
): { readonly identifier: number; readonly sequence: number } | undefined {
  const body = icmp?.body;
  return body && 'identifier' in body ? body : undefined;
}

function records(dns: DnsMessage): DnsRecord[] {
  return [...dns.answers, ...dns.authorities, ...dns.additionals];
}

/** As Wireshark writes names: without the last dot. */
function plain(name: string): string {
  return name === '.' ? '<Root>' : name.slice(0, -1);
}

function contentLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
