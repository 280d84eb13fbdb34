/**
 * The fields of IPv6, its extension headers, ICMPv6 and Neighbour Discovery that a display filter may name. Names and
 * meanings are Wireshark's.
 */
import { type Bytes, writeU48 } from '../base/bytes.ts';
import type { Ip6 } from '../base/ip6.ts';
import { knownIp6 } from '../base/ip6-known.ts';
import type { DecodedFrame, LayerName } from '../wire/frame.ts';
import type { Icmp6 } from '../wire/icmp6.ts';
import { OPTION_ROUTER_ALERT } from '../wire/ipv6-extension.ts';
import { ND_MTU, ND_NAME_SERVERS, type NdOption } from '../wire/nd-option.ts';
import type { FieldType, FieldValue } from './filter-fields.ts';

type ReadOne = (part: DecodedFrame) => FieldValue | undefined;
type ReadSome = (part: DecodedFrame) => readonly FieldValue[] | undefined;

/** How a list of fields grows. */
export interface FieldList {
  /** A protocol: there when one of the layers is. */
  protocol(name: string, about: string, ...layers: readonly LayerName[]): void;
  inParts(name: string, type: FieldType, about: string, read: ReadOne): void;
  listed(name: string, type: FieldType, about: string, read: ReadSome): void;
}

export function addFields6(list: FieldList): void {
  addHeaders(list);
  addMessages(list);
  addDiscovery(list);
}

function addHeaders({ protocol, inParts, listed }: FieldList): void {
  protocol('ipv6', 'IPv6', 'ipv6');
  inParts('ipv6.version', 'number', 'always 6', ({ ipv6 }) => ipv6?.version);
  inParts('ipv6.tclass', 'number', 'traffic class', ({ ipv6 }) => ipv6 && ipv6.dscp * 4 + ipv6.ecn);
  inParts('ipv6.tclass.dscp', 'number', 'differentiated services', ({ ipv6 }) => ipv6?.dscp);
  inParts('ipv6.tclass.ecn', 'number', 'congestion notification', ({ ipv6 }) => ipv6?.ecn);
  inParts('ipv6.flow', 'number', 'flow label', ({ ipv6 }) => ipv6?.flowLabel);
  inParts('ipv6.plen', 'number', 'bytes behind the header', ({ ipv6 }) => ipv6?.payloadLength);
  inParts('ipv6.nxt', 'number', 'next header: 6 is TCP, 17 UDP, 58 ICMPv6', ({ ipv6 }) => ipv6?.nextHeader);
  inParts('ipv6.hlim', 'number', 'hop limit', ({ ipv6 }) => ipv6?.hopLimit);
  inParts('ipv6.src', 'ipv6', 'source address', ({ ipv6 }) => sixteen(ipv6?.source));
  inParts('ipv6.dst', 'ipv6', 'destination address', ({ ipv6 }) => sixteen(ipv6?.destination));
  listed(
    'ipv6.addr',
    'ipv6',
    'either address',
    ({ ipv6 }) => ipv6 && [sixteen(ipv6.source)!, sixteen(ipv6.destination)!],
  );
  protocol('ipv6.hopopts', 'options for every hop', 'hopByHop');
  protocol('ipv6.dstopts', 'options for the destination', 'destinationOptions');
  protocol('ipv6.routing', 'a route', 'routing');
  inParts('ipv6.routing.type', 'number', 'which kind of route', ({ routing }) => routing?.type);
  inParts(
    'ipv6.routing.segleft',
    'number',
    'nodes still to be visited',
    ({ routing }) => routing?.segmentsLeft,
  );
  protocol('ipv6.fraghdr', 'fragments', 'fragmentHeader');
  inParts(
    'ipv6.fraghdr.offset',
    'number',
    'place of a fragment, in units of eight bytes',
    ({ fragmentHeader }) => fragmentHeader?.offset,
  );
  inParts(
    'ipv6.fraghdr.more',
    'boolean',
    'more fragments follow',
    ({ fragmentHeader }) => fragmentHeader?.more,
  );
  inParts(
    'ipv6.fraghdr.ident',
    'number',
    'which fragments belong together',
    ({ fragmentHeader }) => fragmentHeader?.identification,
  );
  listed('ipv6.opt.type', 'number', 'an option', (part) => optionsOf(part).map(({ type }) => type));
  listed('ipv6.opt.router_alert', 'number', 'routers shall look at this', (part) =>
    optionsOf(part).flatMap(({ type, data }) =>
      type === OPTION_ROUTER_ALERT && data.length === 2 ? [data[0]! * 256 + data[1]!] : [],
    ),
  );
}

function addMessages({ protocol, inParts }: FieldList): void {
  protocol('icmpv6', 'control messages and Neighbour Discovery', 'icmp6');
  inParts(
    'icmpv6.type',
    'number',
    '128 asks, 129 answers, 1 unreachable, 2 too big, 3 time exceeded, 133 to 137 discover neighbours',
    ({ icmp6 }) => icmp6?.type,
  );
  inParts('icmpv6.code', 'number', 'which kind of the type', ({ icmp6 }) => icmp6?.code);
  inParts('icmpv6.checksum', 'number', 'checksum', ({ icmp6 }) => icmp6?.checksum);
  fromBody(inParts, 'icmpv6.mtu', 'number', 'what fits the next link, with type 2', (body) =>
    'mtu' in body ? body.mtu : undefined,
  );
  fromBody(inParts, 'icmpv6.pointer', 'number', 'which byte was wrong, with type 4', (body) =>
    'pointer' in body ? body.pointer : undefined,
  );
  fromBody(inParts, 'icmpv6.echo.identifier', 'number', 'identifier of an echo', (body) =>
    'identifier' in body ? body.identifier : undefined,
  );
  fromBody(inParts, 'icmpv6.echo.sequence_number', 'number', 'number of an echo', (body) =>
    'identifier' in body ? body.sequence : undefined,
  );
}

type Body = Icmp6['body'];

function fromBody(
  inParts: FieldList['inParts'],
  name: string,
  type: FieldType,
  about: string,
  read: (body: Body, type: number) => FieldValue | undefined,
): void {
  inParts(name, type, about, ({ icmp6 }) => icmp6 && read(icmp6.body, icmp6.type));
}

function addDiscovery({ inParts, listed }: FieldList): void {
  fromBody(inParts, 'icmpv6.nd.ns.target_address', 'ipv6', 'who is looked for', (body, type) =>
    type === 135 && 'target' in body ? sixteen(body.target) : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.na.target_address', 'ipv6', 'who is there', (body, type) =>
    type === 136 && 'target' in body ? sixteen(body.target) : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.na.flag.r', 'boolean', 'the neighbour is a router', (body) =>
    'solicited' in body ? body.router : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.na.flag.s', 'boolean', 'the neighbour was asked', (body) =>
    'solicited' in body ? body.solicited : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.na.flag.o', 'boolean', 'replaces what was known', (body) =>
    'solicited' in body ? body.override : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.ra.cur_hop_limit', 'number', 'hop limit for hosts', (body) =>
    'managed' in body ? body.hopLimit : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.ra.flag.m', 'boolean', 'addresses are to be had by DHCPv6', (body) =>
    'managed' in body ? body.managed : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.ra.flag.o', 'boolean', 'other things are to be had by DHCPv6', (body) =>
    'managed' in body ? body.other : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.ra.router_lifetime', 'number', 'seconds as a default router', (body) =>
    'managed' in body ? body.lifetime : undefined,
  );
  fromBody(inParts, 'icmpv6.nd.rd.target_address', 'ipv6', 'the better way', (body, type) =>
    type === 137 && 'target' in body ? sixteen(body.target) : undefined,
  );
  listed('icmpv6.opt.type', 'number', 'an option', (part) => ndOptions(part).map(({ type }) => type));
  listed('icmpv6.opt.linkaddr', 'bytes', 'a card’s address in an option', (part) =>
    ndOptions(part).flatMap(({ value }) => (typeof value === 'number' ? [card(value)] : [])),
  );
  listed('icmpv6.opt.prefix', 'ipv6', 'a prefix that is advertised, or a route', (part) =>
    ndOptions(part).flatMap(prefixOf),
  );
  listed('icmpv6.opt.prefix.flag.a', 'boolean', 'hosts may make addresses from it', (part) =>
    ndOptions(part).flatMap(({ value }) =>
      typeof value === 'object' && 'autonomous' in value ? [value.autonomous] : [],
    ),
  );
  listed('icmpv6.opt.prefix.flag.l', 'boolean', 'its addresses are on the link', (part) =>
    ndOptions(part).flatMap(({ value }) =>
      typeof value === 'object' && 'autonomous' in value ? [value.onLink] : [],
    ),
  );
  listed('icmpv6.opt.prefix.valid_lifetime', 'number', 'seconds for which it may be used', (part) =>
    ndOptions(part).flatMap(({ value }) =>
      typeof value === 'object' && 'autonomous' in value ? [value.validLifetime] : [],
    ),
  );
  listed('icmpv6.opt.prefix.preferred_lifetime', 'number', 'seconds for which it may be used anew', (part) =>
    ndOptions(part).flatMap(({ value }) =>
      typeof value === 'object' && 'autonomous' in value ? [value.preferredLifetime] : [],
    ),
  );
  listed('icmpv6.opt.mtu', 'number', 'the largest packet of the link', (part) =>
    ndOptions(part).flatMap(({ type, value }) =>
      type === ND_MTU && typeof value === 'object' && 'mtu' in value ? [value.mtu] : [],
    ),
  );
  listed('icmpv6.opt.rdnss', 'ipv6', 'a name server that is advertised', (part) =>
    ndOptions(part).flatMap(({ type, value }) =>
      type === ND_NAME_SERVERS && typeof value === 'object' && 'addresses' in value
        ? value.addresses.map((address) => sixteen(address)!)
        : [],
    ),
  );
}

function optionsOf({ hopByHop, destinationOptions }: DecodedFrame) {
  return [...(hopByHop ? [hopByHop] : []), ...(destinationOptions ?? [])].flatMap(({ options }) => options);
}

function ndOptions({ icmp6 }: DecodedFrame): readonly NdOption[] {
  return icmp6 && 'options' in icmp6.body ? icmp6.body.options : [];
}

function prefixOf({ value }: NdOption): Bytes[] {
  if (typeof value !== 'object' || !('prefix' in value)) return [];
  if (typeof value.prefix === 'string') return [sixteen(value.prefix)!];
  const whole = new Uint8Array(16);
  whole.set(value.prefix);
  return [whole];
}

function sixteen(address: Ip6 | undefined): Bytes | undefined {
  return address === undefined ? undefined : knownIp6(address).bytes;
}

function card(mac: number): Bytes {
  const bytes = new Uint8Array(6);
  writeU48(bytes, 0, mac);
  return bytes;
}
