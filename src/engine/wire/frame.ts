/**
 * A whole frame: the values of its headers, and one tree over all of its bytes.
 *
 * layers.ts finds where each header lies and what breaks it; `decodeFrame` and `dissectFrame` read those places. A
 * malformed inner layer leaves the outer ones intact. Not here: reassembly of fragments and streams (inspect does that).
 */
import type { Bytes } from '../base/bytes.ts';
import { readU16 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import { type Arp, arp } from './arp.ts';
import type { About, Node } from './bits.ts';
import { showBytes } from './codec.ts';
import { decodeDns } from './dns/fast.ts';
import { type DnsMessage, dnsMessage } from './dns/message.ts';
import { type Ethernet, ethernet } from './ethernet.ts';
import { dissectHttp, type HttpHead, readHttpHead } from './http1-head.ts';
import { type Icmp, icmp } from './icmp.ts';
import { type Icmp6, icmp6 } from './icmp6.ts';
import { type Ipv4, ipv4 } from './ipv4.ts';
import { type Ipv6, ipv6 } from './ipv6.ts';
import {
  destinationOptions,
  type FragmentHeader,
  fragmentHeader,
  hopByHop,
  type OptionsHeader,
  type RoutingHeader,
  routing,
} from './ipv6-extension.ts';
import { verdictOf } from './layer-checksum.ts';
import { type Layer, type LayerName, layersOf } from './layers.ts';
import { type TcpHeader, tcpHeader } from './tcp.ts';
import { type Udp, udp } from './udp.ts';

export { checksumFault } from './layer-checksum.ts';
export { type Layer, type LayerName, layersOf } from './layers.ts';

/** The values of a frame's headers, as far as they could be read. */
export interface DecodedFrame {
  readonly layers: readonly Layer[];
  ethernet?: Ethernet;
  arp?: Arp;
  ipv4?: Ipv4;
  ipv6?: Ipv6;
  hopByHop?: OptionsHeader;
  /** There may be two: in front of a route, and in front of the data. */
  destinationOptions?: OptionsHeader[];
  /** The first of each, when there are several. */
  routing?: RoutingHeader;
  fragmentHeader?: FragmentHeader;
  icmp?: Icmp;
  icmp6?: Icmp6;
  udp?: Udp;
  tcp?: TcpHeader;
  dns?: DnsMessage;
  http?: HttpHead;
  /** Bytes behind the innermost header that was found; what an application sent, or nothing. */
  payload: Bytes;
  /** The first fault, from outside in. Checksums are not looked at: see {@link checksumFault}. */
  problem?: string;
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
      case 'ipv6':
        frame.ipv6 = ipv6.decode(bytes, at, end);
        break;
      case 'hopByHop':
        frame.hopByHop = hopByHop.decode(bytes, at, end);
        break;
      case 'destinationOptions':
        frame.destinationOptions ??= [];
        frame.destinationOptions.push(destinationOptions.decode(bytes, at, end));
        break;
      case 'routing':
        frame.routing ??= routing.decode(bytes, at, end);
        break;
      case 'fragmentHeader':
        frame.fragmentHeader ??= fragmentHeader.decode(bytes, at, end);
        break;
      case 'icmp':
        frame.icmp = icmp.decode(bytes, at, end);
        break;
      case 'icmp6':
        frame.icmp6 = icmp6.decode(bytes, at, end);
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
  ipv6: 'ip',
  hopByHop: 'ip',
  routing: 'ip',
  fragmentHeader: 'ip',
  destinationOptions: 'ip',
  icmp: 'ip',
  icmp6: 'ip',
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
    spec: 'RFC 791 §3.2, RFC 8200 §4.5',
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
    case 'ipv6':
      return ipv6.dissect(bytes, at, end);
    case 'hopByHop':
      return hopByHop.dissect(bytes, at, end);
    case 'destinationOptions':
      return destinationOptions.dissect(bytes, at, end);
    case 'routing':
      return routing.dissect(bytes, at, end);
    case 'fragmentHeader':
      return fragmentHeader.dissect(bytes, at, end);
    case 'icmp':
      return icmp.dissect(bytes, at, end);
    case 'icmp6':
      return icmp6.dissect(bytes, at, end);
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

/** Writes into the leaf of a checksum whether it is right. */
function judge(node: Node, bytes: Bytes, layers: readonly Layer[], layer: Layer): void {
  const verdict = verdictOf(bytes, layers, layer);
  const leaf =
    verdict && node.children.find((child) => child.bitStart === node.bitStart + verdict.offset * 8);
  if (!verdict || !leaf || leaf.bitLength !== 16) return;
  const { stored, expected } = verdict;
  if (expected === 'there is none') leaf.text = 'none';
  else if (typeof expected === 'string') leaf.text = `${hex4(stored)}, not checked: ${expected}`;
  else if (stored === expected) leaf.text = `${hex4(stored)}, correct`;
  else {
    leaf.text = `${hex4(stored)}, should be ${hex4(expected)}`;
    leaf.problem = `the ${verdict.of} checksum is wrong: ${hex4(stored)}, should be ${hex4(expected)}`;
  }
}

function hex4(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
