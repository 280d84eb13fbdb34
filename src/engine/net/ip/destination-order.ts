/**
 * The order in which a host tries the addresses of another (RFC 6724 §6), given the addresses and routes that it has.
 *
 * Rule 9, the longest common prefix, counts for IPv4 on the host's own networks only, as glibc has it: beyond them shared
 * bits mean nothing, and whoever sorted by them would undo the round robin of name servers.
 */
import { commonPrefixLength } from '../../base/cidr.ts';
import { type Family, familyOf, type Ip } from '../../base/ip.ts';
import {
  type DestinationCandidate,
  orderDestinations,
  type SourceCandidate,
} from '../../proto/ip/source-address.ts';
import type { IpStack } from './ip-stack.ts';

/** Addresses in the order in which to try them; those without a way to them last. Equals stay as they are. */
export function inOrderToTry(ip: IpStack, addresses: readonly Ip[]): Ip[] {
  const candidates = addresses.map(
    (address): DestinationCandidate => ({
      address,
      source: sourceCandidate(ip, ip.sourceFor(address), address),
    }),
  );
  return orderDestinations(candidates).map(({ address }) => address);
}

/**
 * Families of which the host has an address that is not its loopback: what glibc goes by when it is told to ask only for
 * what can be used (AI_ADDRCONFIG, RFC 3493 §6.1). A link-local address counts.
 */
export function familiesOf(ip: IpStack): Family[] {
  const has4 = ip.nics.some(({ address }) => address !== undefined);
  const has6 = ip.nics.some(({ addresses6 }) => addresses6.some(({ state }) => state !== 'duplicate'));
  return [...(has4 ? [4 as const] : []), ...(has6 ? [6 as const] : [])];
}

function sourceCandidate(ip: IpStack, source: Ip | undefined, destination: Ip): SourceCandidate | undefined {
  if (source === undefined) return undefined;
  for (const nic of ip.nics) {
    if (nic.address === source) {
      const { prefixLength } = nic;
      const isNear = (commonPrefixLength(source, destination) ?? 0) >= prefixLength;
      return { address: source, prefixLength: isNear ? prefixLength : 0, interface: nic.name };
    }
    const own = nic.addresses6.find(({ address }) => address === source);
    if (!own) continue;
    const isDeprecated = own.state === 'deprecated';
    return { address: source, prefixLength: own.prefixLength, interface: nic.name, isDeprecated };
  }
  return { address: source, prefixLength: familyOf(source) === 4 ? 8 : 128, interface: 'lo' };
}
