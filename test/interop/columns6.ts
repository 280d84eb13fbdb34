/** The fields of IPv6 and ICMPv6 that our decoding is held against: tshark's name, and our values as it writes them. */
import { formatMac, type Mac } from '../../src/engine/base/address.ts';
import { formatIp6 } from '../../src/engine/base/ip6.ts';
import type { DecodedFrame } from '../../src/engine/wire/frame.ts';
import type { Icmp6 } from '../../src/engine/wire/icmp6.ts';
import type { NdOption } from '../../src/engine/wire/nd-option.ts';
import type { Ours } from './tshark.ts';

/** A number or a text of the body, when it has one of that name and the message is of one of the types. */
function body(name: string, ...types: readonly number[]): Ours {
  return ({ icmp6 }) => {
    const value = icmp6 && types.includes(icmp6.type) && (icmp6.body as Record<string, unknown>)[name];
    return typeof value === 'number' || typeof value === 'string' ? [value] : undefined;
  };
}

function options(read: (option: NdOption) => readonly (string | number)[]): Ours {
  return ({ icmp6 }) => (icmp6 && 'options' in icmp6.body ? icmp6.body.options.flatMap(read) : undefined);
}

/** A number or a text of the value of an option, in options of one type whose length is usual. */
function option(type: number, name: string): Ours {
  return options((one) => {
    const value = typeof one.value === 'object' && (one.value as Record<string, unknown>)[name];
    const isIt = one.type === type && (typeof value === 'number' || typeof value === 'string');
    return isIt ? [value as string] : [];
  });
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`;

function hopOptions({ hopByHop, destinationOptions }: DecodedFrame) {
  return [...(hopByHop ? [hopByHop] : []), ...(destinationOptions ?? [])].flatMap((header) => header.options);
}

const ERRORS: readonly number[] = [1, 2, 3, 4];
const echo = (icmp6: Icmp6 | undefined) => (icmp6 && 'identifier' in icmp6.body ? icmp6.body : undefined);

export const COLUMNS6: Readonly<Record<string, Ours>> = {
  'ipv6.version': ({ ipv6 }) => ipv6 && [ipv6.version],
  'ipv6.tclass.dscp': ({ ipv6 }) => ipv6 && [ipv6.dscp],
  'ipv6.tclass.ecn': ({ ipv6 }) => ipv6 && [ipv6.ecn],
  'ipv6.flow': ({ ipv6 }) => ipv6 && [hex(ipv6.flowLabel, 6)],
  'ipv6.plen': ({ ipv6 }) => ipv6 && [ipv6.payloadLength],
  'ipv6.nxt': ({ ipv6 }) => ipv6 && [ipv6.nextHeader],
  'ipv6.hlim': ({ ipv6 }) => ipv6 && [ipv6.hopLimit],
  'ipv6.src': ({ ipv6 }) => ipv6 && [ipv6.source],
  'ipv6.dst': ({ ipv6 }) => ipv6 && [ipv6.destination],
  'ipv6.opt.type': (frame) => hopOptions(frame).map(({ type }) => hex(type, 2)),
  'ipv6.routing.type': ({ routing }) => routing && [routing.type],
  'ipv6.routing.segleft': ({ routing }) => routing && [routing.segmentsLeft],
  'ipv6.fraghdr.offset': ({ fragmentHeader }) => fragmentHeader && [fragmentHeader.offset],
  'ipv6.fraghdr.more': ({ fragmentHeader }) => fragmentHeader && [fragmentHeader.more],
  'ipv6.fraghdr.ident': ({ fragmentHeader }) => fragmentHeader && [hex(fragmentHeader.identification, 8)],
  'icmpv6.type': ({ icmp6 }) => icmp6 && [icmp6.type],
  'icmpv6.code': ({ icmp6 }) => icmp6 && [icmp6.code],
  'icmpv6.checksum': ({ icmp6 }) => icmp6 && [hex(icmp6.checksum, 4)],
  'icmpv6.mtu': body('mtu', ...ERRORS),
  'icmpv6.pointer': body('pointer', ...ERRORS),
  'icmpv6.echo.identifier': ({ icmp6 }) => echo(icmp6) && [hex(echo(icmp6)!.identifier, 4)],
  'icmpv6.echo.sequence_number': ({ icmp6 }) => echo(icmp6) && [echo(icmp6)!.sequence],
  'icmpv6.nd.ns.target_address': body('target', 135),
  'icmpv6.nd.na.target_address': body('target', 136),
  'icmpv6.nd.na.flag.r': body('router', 136),
  'icmpv6.nd.na.flag.s': body('solicited', 136),
  'icmpv6.nd.na.flag.o': body('override', 136),
  'icmpv6.nd.ra.cur_hop_limit': body('hopLimit', 134),
  'icmpv6.nd.ra.flag.m': body('managed', 134),
  'icmpv6.nd.ra.flag.o': body('other', 134),
  'icmpv6.nd.ra.flag.prf': body('preference', 134),
  'icmpv6.nd.ra.router_lifetime': body('lifetime', 134),
  'icmpv6.nd.ra.reachable_time': body('reachableTime', 134),
  'icmpv6.nd.ra.retrans_timer': body('retransTimer', 134),
  'icmpv6.nd.rd.target_address': body('target', 137),
  'icmpv6.rd.na.destination_address': body('destination', 137),
  'icmpv6.opt.type': options(({ type }) => [type]),
  'icmpv6.opt.linkaddr': options(({ type, value }) =>
    type <= 2 && typeof value === 'number' ? [formatMac(value as Mac)] : [],
  ),
  'icmpv6.opt.prefix.valid_lifetime': option(3, 'validLifetime'),
  'icmpv6.opt.prefix.preferred_lifetime': option(3, 'preferredLifetime'),
  'icmpv6.opt.prefix.flag.l': option(3, 'onLink'),
  'icmpv6.opt.prefix.flag.a': option(3, 'autonomous'),
  'icmpv6.opt.mtu': option(5, 'mtu'),
  'icmpv6.opt.rdnss': options(({ value }) =>
    typeof value === 'object' && 'addresses' in value ? value.addresses : [],
  ),
  'icmpv6.opt.route_lifetime': option(24, 'lifetime'),
  // prefixes of routers and of routes share a field
  'icmpv6.opt.prefix': options(({ type, value }) => {
    if (typeof value !== 'object' || value instanceof Uint8Array || !('prefix' in value)) return [];
    if (type === 3) return [value.prefix as string];
    const whole = new Uint8Array(16);
    whole.set(value.prefix as Uint8Array);
    return [formatIp6(whole)];
  }),
  'icmpv6.opt.prefix.length': options(({ type, value }) =>
    (type === 3 || type === 24) && typeof value === 'object' && 'prefixLength' in value
      ? [value.prefixLength]
      : [],
  ),
};
