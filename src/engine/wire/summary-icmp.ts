/**
 * ICMP and ICMPv6 messages in one line each, for summary.ts.
 *
 * An error names the datagram that it is about; Neighbour Discovery is told in the words of ARP.
 */
import { formatIp4, formatMac } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { formatEndpoint, formatIp } from '../base/ip.ts';
import { formatNumber } from '../base/units.ts';
import {
  ICMP_ECHO,
  ICMP_ECHO_REPLY,
  ICMP_REDIRECT,
  ICMP_UNREACHABLE,
  icmpField,
  icmpMeaning,
  isIcmpError,
  type Quoted,
  quotedDatagram,
  UNREACHABLE_FRAGMENTATION_NEEDED,
} from './icmp.ts';
import { type Icmp6, icmp6Field } from './icmp6.ts';
import {
  ICMP6_ECHO,
  ICMP6_ECHO_REPLY,
  ICMP6_PARAMETER_PROBLEM,
  ICMP6_TOO_BIG,
  icmp6Meaning,
  isIcmp6Error,
  isNd,
} from './icmp6-code.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP, protocolName } from './ipv4.ts';
import { ipv6Source } from './ipv6.ts';
import type { Layer } from './layers.ts';
import { IP6_ANY, type NdMessage, ndMessage } from './nd.ts';
import { quotedDatagram6 } from './quotation6.ts';

/** One message in the words of the protocols, and in a few plain ones. */
export interface Words {
  readonly info: string;
  readonly title: string;
}

const SHORT: Words = { info: 'cut short', title: 'unreadable' };

export function describeIcmp(bytes: Bytes, at: number, end: number): Words {
  if (end - at < 8) return SHORT;
  const type = bytes[at]!;
  const code = bytes[at + 1]!;
  const meaning = icmpMeaning(type, code);
  if (type === ICMP_ECHO || type === ICMP_ECHO_REPLY)
    return echo(meaning, icmpField.identifier(bytes, at), icmpField.sequence(bytes, at), end - at - 8);
  if (!isIcmpError(type)) return { info: capital(meaning), title: meaning };
  const about = aboutText(quotedDatagram(bytes, at, end));
  if (type === ICMP_UNREACHABLE && code === UNREACHABLE_FRAGMENTATION_NEEDED) {
    const mtu = icmpField.nextHopMtu(bytes, at);
    return { info: `${capital(meaning)}, at most ${mtu} bytes${about}`, title: tooBigTitle(mtu) };
  }
  const advice = type === ICMP_REDIRECT ? ` to ${formatIp4(icmpField.gateway(bytes, at))}` : '';
  return { info: `${capital(meaning)}${advice}${about}`, title: meaning };
}

/** `message` is what was read of it, if all of it could be. */
export function describeIcmp6(
  bytes: Bytes,
  { at, end }: Layer,
  ip: Layer,
  message: Icmp6 | undefined,
): Words {
  if (end - at < 8) return SHORT;
  const type = bytes[at]!;
  const meaning = icmp6Meaning(type, bytes[at + 1]!);
  if (type === ICMP6_ECHO || type === ICMP6_ECHO_REPLY)
    return echo(meaning, icmp6Field.identifier(bytes, at), icmp6Field.sequence(bytes, at), end - at - 8);
  if (isNd(type)) {
    const isProbe = ipv6Source(bytes, ip.at) === IP6_ANY;
    return message ? describeNd(ndMessage(message), capital(meaning), isProbe) : { ...SHORT, info: meaning };
  }
  if (!isIcmp6Error(type)) return { info: capital(meaning), title: meaning };
  const about = aboutText(quotedDatagram6(bytes, at, end));
  if (type === ICMP6_TOO_BIG) {
    const mtu = icmp6Field.mtu(bytes, at);
    return { info: `${capital(meaning)}, MTU ${mtu}${about}`, title: tooBigTitle(mtu) };
  }
  const where = type === ICMP6_PARAMETER_PROBLEM ? `, at byte ${icmp6Field.pointer(bytes, at)}` : '';
  return { info: `${capital(meaning)}${where}${about}`, title: meaning };
}

function describeNd(message: NdMessage, name: string, isProbe: boolean): Words {
  switch (message.kind) {
    case 'router solicitation':
      return { info: name, title: 'any routers?' };
    case 'router advertisement': {
      const prefixes = message.prefixes.map(({ prefix, prefixLength }) => `${prefix}/${prefixLength}`);
      const mtu = message.mtu === undefined ? [] : [`MTU ${message.mtu}`];
      const router = message.lifetime === 0 ? 'no default router' : `router for ${message.lifetime} s`;
      return {
        info: `${name}: ${[...prefixes, router, ...mtu].join(', ')}`,
        title: prefixes[0] === undefined ? 'router is here' : `this is ${prefixes[0]}`,
      };
    }
    case 'neighbour solicitation': {
      const asked = isProbe ? `is anyone ${message.target}? (probe)` : `who has ${message.target}?`;
      return { info: `${name}: ${asked}`, title: `${message.target}?` };
    }
    case 'neighbour advertisement': {
      const where = message.targetMac === undefined ? 'is here' : `is at ${formatMac(message.targetMac)}`;
      const role = message.router ? ', a router' : '';
      return { info: `${name}: ${message.target} ${where}${role}`, title: `${message.target} is here` };
    }
    case 'redirect':
      return { info: `${name}: to ${message.target} for ${message.destination}`, title: 'redirect' };
  }
}

function echo(meaning: string, identifier: number, sequence: number, size: number): Words {
  const bytes = size === 1 ? '1 byte' : `${size} bytes`;
  return { info: `${capital(meaning)} ${hex4(identifier)} seq ${sequence}, ${bytes}`, title: meaning };
}

function tooBigTitle(mtu: number): string {
  return `too big, at most ${formatNumber(mtu)} bytes`;
}

/** `, about UDP 192.168.1.23:49731 → 192.0.2.80:9`. */
function aboutText(quoted: Quoted | undefined): string {
  if (!quoted) return '';
  const { source, destination, protocol, sourcePort, destinationPort } = quoted;
  const hasPorts = protocol === PROTOCOL_TCP || protocol === PROTOCOL_UDP;
  const name = protocolName(protocol).split(' ')[0]!;
  const from = hasPorts ? formatEndpoint(source, sourcePort) : formatIp(source);
  const to = hasPorts ? formatEndpoint(destination, destinationPort) : formatIp(destination);
  return `, about ${name} ${from} → ${to}`;
}

export function hex4(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
