/**
 * A whole frame: which headers stand in it, their values, and one tree over all of its bytes.
 *
 * `layersOf` finds where each header lies and what breaks it; `decodeFrame` and `dissectFrame` read those places. A
 * malformed inner layer leaves the outer ones intact. Layers are found by type, protocol and the ports 53, 80 and 8080
 * only. Not here: reassembly of fragments and streams (inspect does that), TLS.
 */
import type { Bytes } from '../base/bytes.ts';
import { readU16 } from '../base/bytes.ts';
import { checksumAdd, checksumFinish } from '../base/checksum.ts';
import { Malformed } from '../base/errors.ts';
import { ARP_LENGTH, type Arp, arp, isArpForIpv4 } from './arp.ts';
import type { About, Node } from './bits.ts';
import { showBytes } from './codec.ts';
import { type DnsMessage, dnsMessage } from './dns.ts';
import { decodeDns } from './dns-fast.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ETHERTYPE_IPV4, type Ethernet, ethernet } from './ethernet.ts';
import { dissectHttp, type HttpHead, readHttpHead, startsLikeHttp } from './http1-head.ts';
import { type Icmp, icmp } from './icmp.ts';
import {
  IPV4_MF,
  type Ipv4,
  ipv4,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './ipv4.ts';
import { TCP_HEADER, type TcpHeader, tcpChecksum, tcpHeader } from './tcp.ts';
import { UDP_HEADER, type Udp, udp, udpChecksum } from './udp.ts';

export const PORT_DNS = 53;
export const PORT_HTTP = 80;
export const PORT_HTTP_ALT = 8080;

/** `httpData`: bytes on an HTTP port that do not start a message. `surplus`: behind the UDP length. `padding`: behind the datagram. */
export type LayerName =
  | 'ethernet'
  | 'arp'
  | 'ipv4'
  | 'icmp'
  | 'udp'
  | 'tcp'
  | 'dnsLength'
  | 'dns'
  | 'http'
  | 'httpData'
  | 'data'
  | 'fragment'
  | 'surplus'
  | 'padding';

/** One header, or the bytes of one kind, at `[at, end)` of the buffer. */
export interface Layer {
  readonly name: LayerName;
  readonly at: number;
  readonly end: number;
  /** Why the lengths in it cannot be believed; further faults show when it is decoded. */
  readonly problem: string | undefined;
}

/** The values of a frame's headers, as far as they could be read. */
export interface DecodedFrame {
  readonly layers: readonly Layer[];
  ethernet?: Ethernet;
  arp?: Arp;
  ipv4?: Ipv4;
  icmp?: Icmp;
  udp?: Udp;
  tcp?: TcpHeader;
  dns?: DnsMessage;
  http?: HttpHead;
  /** Bytes behind the innermost header that was found; what an application sent, or nothing. */
  payload: Bytes;
  /** The first fault, from outside in. Checksums are not looked at: see {@link checksumFault}. */
  problem?: string;
}

/** Where each layer of the frame in `[at, end)` lies, from outside in; they join without a gap. Never throws. */
export function layersOf(bytes: Bytes, at = 0, end = bytes.length): Layer[] {
  const layers: Layer[] = [];
  if (end - at < ETHERNET_HEADER) {
    push(layers, 'ethernet', at, end, `truncated: ${end - at} bytes of an Ethernet header`);
    return layers;
  }
  const inner = at + ETHERNET_HEADER;
  push(layers, 'ethernet', at, inner);
  const type = ethernet.get.type(bytes, at);
  if (type === ETHERTYPE_IPV4) addIpv4(layers, bytes, inner, end);
  else if (type === ETHERTYPE_ARP) addArp(layers, bytes, inner, end);
  else push(layers, 'data', inner, end);
  return layers;
}

/** Values of each header that can be read. Never throws on bad bytes. */
export function decodeFrame(bytes: Bytes, at = 0, end = bytes.length): DecodedFrame {
  const layers = layersOf(bytes, at, end);
  const frame: DecodedFrame = { layers, payload: bytes.subarray(end, end) };
  for (const layer of layers) {
    const fault = readLayer(frame, bytes, layer);
    const problem = layer.problem ?? fault;
    if (problem !== undefined) frame.problem ??= problem;
  }
  return frame;
}

/**
 * The tree of the frame: one child for each layer, whose `layer` says which colour it has, and whose leaves partition
 * the frame. Checksums are computed, and a wrong one is a `problem` of its leaf. Never throws on bad bytes.
 */
export function dissectFrame(bytes: Bytes, at = 0, end = bytes.length): Node {
  const layers = layersOf(bytes, at, end);
  const root: Node = {
    ...FRAME,
    bitStart: 0,
    bitLength: (end - at) * 8,
    value: undefined,
    text: `${end - at} bytes`,
    children: [],
  };
  for (const layer of layers) {
    const node = dissectLayer(bytes, layer);
    shift(node, (layer.at - at) * 8);
    node.layer = COLOURS[layer.name];
    if (layer.problem !== undefined) node.problem ??= layer.problem;
    judge(node, bytes, layers, layer);
    root.children.push(node);
  }
  return root;
}

/** Which checksum of the frame is wrong, `IPv4` or `TCP`, and `undefined` when all that can be checked are right. */
export function checksumFault(
  bytes: Bytes,
  layers: readonly Layer[],
): 'IPv4' | 'ICMP' | 'UDP' | 'TCP' | undefined {
  for (const layer of layers) {
    const verdict = verdictOf(bytes, layers, layer);
    if (verdict && verdict.expected !== undefined && verdict.stored !== verdict.expected) return verdict.of;
  }
  return undefined;
}

function push(layers: Layer[], name: LayerName, at: number, end: number, problem?: string): void {
  const outer = layers.at(-1);
  if (end > at || !outer) layers.push({ name, at, end, problem });
  // A layer of no bytes cannot be shown: what is missing is said of the header that announced it.
  else if (problem !== undefined) layers[layers.length - 1] = { ...outer, problem: outer.problem ?? problem };
}

function addArp(layers: Layer[], bytes: Bytes, at: number, end: number): void {
  if (!isArpForIpv4(bytes, at, end)) {
    push(layers, 'data', at, end, 'not a whole ARP packet for IPv4 over Ethernet');
    return;
  }
  push(layers, 'arp', at, at + ARP_LENGTH);
  push(layers, 'padding', at + ARP_LENGTH, end);
}

function addIpv4(layers: Layer[], bytes: Bytes, at: number, end: number): void {
  const problem = ipv4Fault(bytes, at, end);
  const header = end - at > 0 ? ipv4HeaderLength(bytes, at) : 0;
  if (end - at < 20 || header < 20 || header > end - at || bytes[at]! >> 4 !== 4) {
    push(layers, 'ipv4', at, end, problem);
    return;
  }
  const data = at + header;
  push(layers, 'ipv4', at, data, problem);
  const total = ipv4.get.totalLength(bytes, at);
  // A total length that makes no sense says nothing about where the data ends.
  const dataEnd = total >= header && total <= end - at ? at + total : end;
  const protocol = ipv4.get.protocol(bytes, at);
  const isCut = (ipv4.get.flags(bytes, at) & IPV4_MF) !== 0;
  if (ipv4.get.fragmentOffset(bytes, at) > 0) push(layers, 'fragment', data, dataEnd);
  else if (protocol === PROTOCOL_ICMP) push(layers, 'icmp', data, dataEnd);
  else if (protocol === PROTOCOL_UDP) addUdp(layers, bytes, data, dataEnd, isCut);
  else if (protocol === PROTOCOL_TCP) addTcp(layers, bytes, data, dataEnd, isCut);
  else push(layers, 'data', data, dataEnd);
  push(layers, 'padding', dataEnd, end);
}

/** `isCut`: this is the first fragment of more, so the lengths reach beyond it and no message is whole. */
function addUdp(layers: Layer[], bytes: Bytes, at: number, end: number, isCut: boolean): void {
  if (end - at < UDP_HEADER) {
    push(layers, 'udp', at, end, `truncated: ${end - at} bytes of a UDP header`);
    return;
  }
  const length = udp.get.length(bytes, at);
  const isSound = length >= UDP_HEADER && length <= end - at;
  push(
    layers,
    'udp',
    at,
    at + UDP_HEADER,
    isSound || isCut ? undefined : `a length of ${length} bytes where ${end - at} are there`,
  );
  const data = at + UDP_HEADER;
  const dataEnd = isSound ? at + length : end;
  push(layers, hasPort(bytes, at, PORT_DNS) && !isCut ? 'dns' : 'data', data, dataEnd);
  push(layers, 'surplus', dataEnd, end);
}

function addTcp(layers: Layer[], bytes: Bytes, at: number, end: number, isCut: boolean): void {
  if (end - at < TCP_HEADER) {
    push(layers, 'tcp', at, end, `truncated: ${end - at} bytes of a TCP header`);
    return;
  }
  const header = tcpHeader.get.dataOffset(bytes, at) * 4;
  if (header < TCP_HEADER || header > end - at) {
    push(layers, 'tcp', at, end, `a header of ${header} bytes where ${end - at} are there`);
    return;
  }
  push(layers, 'tcp', at, at + header);
  const data = at + header;
  if (data === end) return;
  if (hasPort(bytes, at, PORT_DNS) && !isCut) {
    addDnsOverTcp(layers, bytes, data, end);
    return;
  }
  const isHttp = hasPort(bytes, at, PORT_HTTP) || hasPort(bytes, at, PORT_HTTP_ALT);
  push(layers, !isHttp ? 'data' : startsLikeHttp(bytes, data, end) ? 'http' : 'httpData', data, end);
}

/** A message behind its length (RFC 1035 §4.2.2), read only when the segment holds exactly one. */
function addDnsOverTcp(layers: Layer[], bytes: Bytes, at: number, end: number): void {
  if (end - at < 2 || readU16(bytes, at) !== end - at - 2) {
    push(layers, 'data', at, end);
    return;
  }
  push(layers, 'dnsLength', at, at + 2);
  push(layers, 'dns', at + 2, end);
}

function hasPort(bytes: Bytes, at: number, port: number): boolean {
  return udp.get.sourcePort(bytes, at) === port || udp.get.destinationPort(bytes, at) === port;
}

/** Decodes one layer into `frame`; the fault as a sentence when it is malformed. */
function readLayer(frame: DecodedFrame, bytes: Bytes, layer: Layer): string | undefined {
  const { at, end } = layer;
  try {
    switch (layer.name) {
      case 'ethernet':
        frame.ethernet = ethernet.decode(bytes, at, end);
        break;
      case 'arp':
        frame.arp = arp.decode(bytes, at, end);
        break;
      case 'ipv4':
        frame.ipv4 = ipv4.decode(bytes, at, end);
        break;
      case 'icmp':
        frame.icmp = icmp.decode(bytes, at, end);
        break;
      case 'udp':
        frame.udp = udp.decode(bytes, at, end);
        break;
      case 'tcp':
        frame.tcp = tcpHeader.decode(bytes, at, end);
        break;
      case 'dns':
        frame.payload = bytes.subarray(at, end);
        frame.dns = decodeDns(bytes, at, end);
        break;
      case 'http':
        frame.payload = bytes.subarray(at, end);
        frame.http = readHttpHead(bytes, at, end);
        break;
      case 'httpData':
      case 'data':
      case 'fragment':
        frame.payload = bytes.subarray(at, end);
        break;
      case 'dnsLength':
      case 'surplus':
      case 'padding':
        break;
    }
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return error.message;
  }
  return undefined;
}

const FRAME: About = {
  label: 'Frame',
  spec: 'RFC 894',
  about: 'What went over one link, from one network card to another.',
};

const COLOURS: Readonly<Record<LayerName, string>> = {
  ethernet: 'link',
  arp: 'link',
  ipv4: 'ip',
  icmp: 'ip',
  udp: 'transport',
  tcp: 'transport',
  dnsLength: 'dns',
  dns: 'dns',
  http: 'http',
  httpData: 'http',
  data: 'app',
  fragment: 'ip',
  surplus: 'transport',
  padding: 'link',
};

const LEAVES: Readonly<
  Record<'dnsLength' | 'httpData' | 'data' | 'fragment' | 'surplus' | 'padding', About>
> = {
  dnsLength: {
    label: 'Length of the message',
    spec: 'RFC 1035 §4.2.2',
    about: 'Over TCP each message says first how long it is, because a stream has no borders.',
  },
  httpData: {
    label: 'HTTP, continued',
    spec: 'RFC 9112 §6',
    about: 'Bytes of a message that began in an earlier segment.',
  },
  data: {
    label: 'Data',
    spec: 'RFC 1122 §1.1.3',
    about: 'Bytes for a program; what they mean is its own affair.',
  },
  fragment: {
    label: 'Fragment',
    spec: 'RFC 791 §3.2',
    about: 'A later piece of a datagram; the headers above IP stand in the first one.',
  },
  surplus: {
    label: 'Surplus',
    spec: 'RFC 768 “Fields”',
    about: 'Stands in the datagram behind the length that UDP gives; no program sees it.',
  },
  padding: {
    label: 'Padding',
    spec: 'RFC 894',
    about: 'Fills the frame up to the shortest length that Ethernet allows; it belongs to no datagram.',
  },
};

function dissectLayer(bytes: Bytes, layer: Layer): Node {
  const { at, end } = layer;
  switch (layer.name) {
    case 'ethernet':
      return ethernet.dissect(bytes, at, end);
    case 'arp':
      return arp.dissect(bytes, at, end);
    case 'ipv4':
      return ipv4.dissect(bytes, at, end);
    case 'icmp':
      return icmp.dissect(bytes, at, end);
    case 'udp':
      return udp.dissect(bytes, at, end);
    case 'tcp':
      return tcpHeader.dissect(bytes, at, end);
    case 'dns': {
      const isAnswer = end - at > 2 && bytes[at + 2]! >= 0x80;
      return {
        ...dnsMessage.dissect(bytes, at, end),
        label: `Domain Name System, ${isAnswer ? 'answer' : 'query'}`,
      };
    }
    case 'http':
      return dissectHttp(bytes, at, end);
    default: {
      const value = layer.name === 'dnsLength' ? readU16(bytes, at) : undefined;
      const text =
        value === undefined ? `${end - at} bytes: ${showBytes(bytes.subarray(at, end))}` : `${value} bytes`;
      return { ...LEAVES[layer.name], bitStart: 0, bitLength: (end - at) * 8, value, text, children: [] };
    }
  }
}

/** Moves a subtree by `bits`. */
function shift(node: Node, bits: number): void {
  node.bitStart += bits;
  if (node.refers) node.refers = { bitStart: node.refers.bitStart + bits, bitLength: node.refers.bitLength };
  for (const child of node.children) shift(child, bits);
}

interface Verdict {
  readonly of: 'IPv4' | 'ICMP' | 'UDP' | 'TCP';
  /** Byte offset of the field from the start of its header. */
  readonly offset: number;
  readonly stored: number;
  /** `undefined` when the bytes that it covers are not all here. */
  readonly expected: number | undefined;
}

/** Compares the checksum of a layer with the bytes that it covers; `undefined` for layers that have none. */
function verdictOf(bytes: Bytes, layers: readonly Layer[], layer: Layer): Verdict | undefined {
  const { at, end } = layer;
  if (layer.name === 'ipv4') {
    if (end - at < 20 || ipv4HeaderLength(bytes, at) !== end - at) return undefined;
    const offset = ipv4.offset.checksum;
    return {
      of: 'IPv4',
      offset,
      stored: ipv4.get.checksum(bytes, at),
      expected: sumWithout(bytes, at, end, offset),
    };
  }
  if (layer.name !== 'icmp' && layer.name !== 'udp' && layer.name !== 'tcp') return undefined;
  const ip = layers[layers.indexOf(layer) - 1]!;
  const isWhole =
    ip.problem === undefined && layer.problem === undefined && (ipv4.get.flags(bytes, ip.at) & IPV4_MF) === 0;
  const dataEnd = isWhole ? ip.at + ipv4.get.totalLength(bytes, ip.at) : end;
  const source = ipv4.get.source(bytes, ip.at);
  const destination = ipv4.get.destination(bytes, ip.at);
  if (layer.name === 'icmp') {
    if (end - at < 4) return undefined;
    const offset = icmp.offset.checksum;
    return {
      of: 'ICMP',
      offset,
      stored: icmp.get.checksum(bytes, at),
      expected: isWhole ? sumWithout(bytes, at, dataEnd, offset) : undefined,
    };
  }
  if (layer.name === 'udp') {
    if (end - at < UDP_HEADER) return undefined;
    const stored = udp.get.checksum(bytes, at);
    const length = udp.get.length(bytes, at);
    const isChecked = isWhole && stored !== 0;
    return {
      of: 'UDP',
      offset: udp.offset.checksum,
      stored,
      expected: isChecked ? udpChecksum(bytes, at, length, source, destination) : undefined,
    };
  }
  if (end - at < TCP_HEADER) return undefined;
  return {
    of: 'TCP',
    offset: tcpHeader.offset.checksum,
    stored: tcpHeader.get.checksum(bytes, at),
    expected: isWhole ? tcpChecksum(bytes, at, dataEnd - at, source, destination) : undefined,
  };
}

/** The checksum over `[at, end)` with its own field, an even `offset` in, taken for zero. */
function sumWithout(bytes: Bytes, at: number, end: number, offset: number): number {
  const behind = at + offset + 2;
  return checksumFinish(checksumAdd(checksumAdd(0, bytes, at, offset), bytes, behind, end - behind));
}

/** Writes into the leaf of a checksum whether it is right. */
function judge(node: Node, bytes: Bytes, layers: readonly Layer[], layer: Layer): void {
  const verdict = verdictOf(bytes, layers, layer);
  const leaf =
    verdict && node.children.find((child) => child.bitStart === node.bitStart + verdict.offset * 8);
  if (!verdict || !leaf || leaf.bitLength !== 16) return;
  const { stored, expected } = verdict;
  if (expected === undefined)
    leaf.text =
      verdict.of === 'UDP' && stored === 0 ? 'none' : `${hex4(stored)}, not checked: a part is missing`;
  else if (stored === expected) leaf.text = `${hex4(stored)}, correct`;
  else {
    leaf.text = `${hex4(stored)}, should be ${hex4(expected)}`;
    leaf.problem = `the ${verdict.of} checksum is wrong: ${hex4(stored)}, should be ${hex4(expected)}`;
  }
}

function hex4(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
