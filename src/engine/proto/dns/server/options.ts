/**
 * The EDNS options that a server reads in a query, and those that it answers with.
 *
 * NSID (RFC 5001 §2), client subnet (RFC 7871 §7.2.1; only where some answer depends on it), extended errors (RFC 8914
 * §2). Others are passed over (RFC 6891 §6.1.2); cookies are cookies.ts's.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { type Cidr, cidr } from '../../../base/cidr.ts';
import { Malformed } from '../../../base/errors.ts';
import { OPTION, TYPE } from '../../../wire/dns/code.ts';
import { type EdnsOption, findOption, readClientSubnet, subnetAddress } from '../../../wire/dns/edns.ts';
import { type DnsMessage, type DnsRecord, ednsOf } from '../../../wire/dns/message.ts';

/** The network of the client behind a resolver, as the resolver told it. */
export interface ToldSubnet {
  /** Undefined where the resolver asks not to look at its client's address (RFC 7871 §7.1.2: no bits of it). */
  readonly network: Cidr | undefined;
  /** As it stood in the query: the response repeats it. */
  readonly data: Bytes;
}

/**
 * The client subnet of a query; undefined when there is none. Throws {@link Malformed} for one that RFC 7871 §6 or §7.2.1
 * forbids.
 */
export function readSubnet(query: DnsMessage): ToldSubnet | undefined {
  const data = findOption(ednsOf(query)?.options, OPTION.ECS);
  if (!data) return undefined;
  const subnet = readClientSubnet(data);
  if (subnet.scopePrefix !== 0)
    throw new Malformed(`a query whose client subnet has a scope, ${subnet.scopePrefix}`);
  const address = subnetAddress(subnet);
  const isTold = address !== undefined && subnet.sourcePrefix > 0;
  return { network: isTold ? cidr(address, subnet.sourcePrefix) : undefined, data };
}

/** The option of the answer: the query's, with the bits that decided (RFC 7871 §7.2.1). */
export function answeredSubnet({ network, data }: ToldSubnet, scope = 0): EdnsOption {
  const copy = data.slice();
  copy[3] = network ? scope : 0;
  return { code: OPTION.ECS, data: copy };
}

export function asksForIdentifier(query: DnsMessage): boolean {
  return findOption(ednsOf(query)?.options, OPTION.NSID) !== undefined;
}

/** The OPT record of a response to a query that had one: the DO bit comes back as it was (RFC 3225 §3). */
export function responseOpt(
  query: DnsMessage,
  udpSize: number,
  rcode: number,
  options: readonly EdnsOption[],
): DnsRecord[] {
  const edns = ednsOf(query);
  if (!edns) return [];
  const ttl = (rcode >> 4) * 0x100_0000 + (edns.dnssecOk ? 0x8000 : 0);
  return [{ name: '.', type: TYPE.OPT, class: udpSize, ttl, data: options }];
}
