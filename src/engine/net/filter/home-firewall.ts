/**
 * The packet filter of a home router: everything from inside goes out, from outside only answers come in.
 *
 * For IPv6 after RFC 6092 (blocked unless asked for; IPsec passes, REC-21, REC-22, REC-24) and RFC 4890 (what the link
 * needs, §4.4.1; echo requests pass, §4.3.1). In IPv4 the machine itself answers pings, nothing else. Port forwards are
 * opened by rules that the caller adds: NAT says where a packet goes, this says whether it may.
 */

import { cidr, widthOf } from '../../base/cidr.ts';
import type { Ip } from '../../base/ip.ts';
import { familyOf } from '../../base/ip.ts';
import type { PortSpan, Rule } from '../../policy/match.ts';
import { ICMP_ECHO } from '../../wire/icmp.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../../wire/ipv4.ts';
import { NEXT_AH, NEXT_ESP, PROTOCOL_ICMP6 } from '../../wire/ipv6-extension.ts';
import type { FilterAction, FilterOptions } from './packet-filter.ts';

/** Routers, neighbours (and their inverse), listeners, certificate paths, multicast routers: RFC 4890 §4.4.1. */
const LINK_TYPES: readonly number[] = [
  130, 131, 132, 133, 134, 135, 136, 141, 142, 143, 148, 149, 151, 152, 153,
];
const ECHO_REQUEST6 = 128;
const IKE: PortSpan = [500, 500];

export interface HomeFirewallOptions {
  /** Rules that open something from outside. They come before the default. */
  readonly open?: readonly Rule<FilterAction>[];
  /** Whether the machine answers pings to its IPv4 addresses from outside. */
  readonly answersPings?: boolean;
}

/** The rules of a router whose interface `outside` faces the internet. */
export function homeFirewall(outside: string, options: HomeFirewallOptions = {}): FilterOptions {
  const rules: Rule<FilterAction>[] = [
    {
      name: 'answers, and errors about what was sent',
      when: { states: ['established', 'related'] },
      action: 'accept',
    },
    { name: 'what this machine sends itself', when: { chains: ['output'] }, action: 'accept' },
    {
      name: 'belongs to no connection',
      when: { states: ['invalid'] },
      action: 'drop',
    },
    { name: 'everything from inside', when: { notIn: [outside] }, action: 'accept' },
    {
      name: 'what the link needs',
      when: {
        chains: ['input'],
        protocols: [PROTOCOL_ICMP6],
        icmpTypes: LINK_TYPES,
        states: ['untracked'],
      },
      action: 'accept',
    },
    {
      name: 'IPv6 pings',
      when: { protocols: [PROTOCOL_ICMP6], icmpTypes: [ECHO_REQUEST6] },
      action: 'accept',
    },
    { name: 'IPsec', when: { family: 6, protocols: [NEXT_AH, NEXT_ESP] }, action: 'accept' },
    {
      name: 'IPsec key exchange',
      when: { chains: ['forward'], family: 6, protocols: [PROTOCOL_UDP], toPorts: [IKE] },
      action: 'accept',
    },
    ...(options.open ?? []),
  ];
  if (options.answersPings !== false)
    rules.push({
      name: 'pings to this machine',
      when: { chains: ['input'], family: 4, protocols: [PROTOCOL_ICMP], icmpTypes: [ICMP_ECHO] },
      action: 'accept',
    });
  return { rules, otherwise: { action: 'drop', name: 'nobody inside has asked for it' } };
}

/** A rule that lets connections to a port of a machine inside in: what a port forward needs beside NAT. */
export function openPort(
  inside: Ip,
  port: number,
  protocol: 'TCP' | 'UDP' | 'both' = 'TCP',
): Rule<FilterAction> {
  const protocols =
    protocol === 'both' ? [PROTOCOL_TCP, PROTOCOL_UDP] : [protocol === 'TCP' ? PROTOCOL_TCP : PROTOCOL_UDP];
  return {
    name: `port ${port} is open`,
    when: {
      chains: ['forward'],
      protocols,
      to: [cidr(inside, widthOf(familyOf(inside)))],
      toPorts: [[port, port]],
    },
    action: 'accept',
  };
}
