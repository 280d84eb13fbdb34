/**
 * Where each header of a frame lies, from outside in, and what breaks it.
 *
 * Layers are found by type, protocol and the ports 53, 80 and 8080 only. A malformed inner layer leaves the outer ones
 * intact. Not here: what stands in them (frame.ts), reassembly of fragments and streams (inspect does that), TLS.
 */
import type { Bytes } from '../base/bytes.ts';
import { readU16 } from '../base/bytes.ts';
import { ARP_LENGTH, isArpForIpv4 } from './arp.ts';
import { ETHERNET_HEADER, ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, ethernet } from './ethernet.ts';
import { startsLikeHttp } from './http1-head.ts';
import {
  IPV4_MF,
  ipv4,
  ipv4Fault,
  ipv4HeaderLength,
  PROTOCOL_ICMP,
  PROTOCOL_TCP,
  PROTOCOL_UDP,
} from './ipv4.ts';
import { IPV6_HEADER, ipv6Fault } from './ipv6.ts';
import {
  isExtension,
  NEXT_DESTINATION_OPTIONS,
  NEXT_FRAGMENT,
  NEXT_HOP_BY_HOP,
  NEXT_ROUTING,
  PROTOCOL_ICMP6,
  upperLayer,
} from './ipv6-extension.ts';
import { TCP_HEADER, tcpHeader } from './tcp.ts';
import { UDP_HEADER, udp } from './udp.ts';

export const PORT_DNS = 53;
export const PORT_HTTP = 80;
export const PORT_HTTP_ALT = 8080;

/**
 * `fragment`: a later piece of a datagram. `httpData`: bytes on an HTTP port that do not start a message. `surplus`:
 * behind the UDP length. `padding`: behind the datagram.
 */
export type LayerName =
  | 'ethernet'
  | 'arp'
  | 'ipv4'
  | 'ipv6'
  | 'hopByHop'
  | 'routing'
  | 'fragmentHeader'
  | 'destinationOptions'
  | 'icmp'
  | 'icmp6'
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
  else if (type === ETHERTYPE_IPV6) addIpv6(layers, bytes, inner, end);
  else if (type === ETHERTYPE_ARP) addArp(layers, bytes, inner, end);
  else push(layers, 'data', inner, end);
  return layers;
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
  else addTransport(layers, bytes, protocol, data, dataEnd, isCut);
  push(layers, 'padding', dataEnd, end);
}

const EXTENSIONS: Readonly<Record<number, LayerName>> = {
  [NEXT_HOP_BY_HOP]: 'hopByHop',
  [NEXT_ROUTING]: 'routing',
  [NEXT_FRAGMENT]: 'fragmentHeader',
  [NEXT_DESTINATION_OPTIONS]: 'destinationOptions',
};

function addIpv6(layers: Layer[], bytes: Bytes, at: number, end: number): void {
  const problem = ipv6Fault(bytes, at, end);
  if (end - at < IPV6_HEADER || bytes[at]! >> 4 !== 6) {
    push(layers, 'ipv6', at, end, problem);
    return;
  }
  push(layers, 'ipv6', at, at + IPV6_HEADER, problem);
  const upper = upperLayer(bytes, at, end, (kind, from, to) => push(layers, EXTENSIONS[kind]!, from, to));
  const { protocol, fragment } = upper;
  const isCut = fragment?.more === true;
  if (fragment !== undefined && fragment.offset > 0) push(layers, 'fragment', upper.at, upper.end);
  // Where the walk could not go on: a header that is cut short keeps its name. What an option asks for is no fault.
  else if (isExtension(protocol)) {
    const name = isCutShort(bytes, protocol, upper.at, upper.end) ? EXTENSIONS[protocol]! : 'data';
    push(layers, name, upper.at, upper.end, upper.problem?.text);
  } else if (protocol === PROTOCOL_ICMP6) push(layers, 'icmp6', upper.at, upper.end);
  else addTransport(layers, bytes, protocol, upper.at, upper.end, isCut);
  push(layers, 'padding', upper.end, end);
}

function isCutShort(bytes: Bytes, kind: number, at: number, end: number): boolean {
  return end - at < 8 || (kind !== NEXT_FRAGMENT && 8 * bytes[at + 1]! + 8 > end - at);
}

function addTransport(
  layers: Layer[],
  bytes: Bytes,
  protocol: number,
  at: number,
  end: number,
  isCut: boolean,
): void {
  if (protocol === PROTOCOL_UDP) addUdp(layers, bytes, at, end, isCut);
  else if (protocol === PROTOCOL_TCP) addTcp(layers, bytes, at, end, isCut);
  else push(layers, 'data', at, end);
}

/** Whether the datagram is a piece of a larger one, of either family. */
export function isFragment(bytes: Bytes, layers: readonly Layer[]): boolean {
  for (const { name, at } of layers) {
    if (name === 'ipv4') return (readU16(bytes, at + 6) & 0x3fff) !== 0;
    // With offset zero and no more to come it is whole all the same (RFC 6946).
    if (name === 'fragmentHeader') return (readU16(bytes, at + 2) & 0xfff9) !== 0;
  }
  return false;
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
