/**
 * Whether a message of neighbour discovery may be believed (RFC 4861 §6.1, §7.1.1, §7.1.2), as a pure function. Hop limit,
 * checksum and the lengths of options were looked at before.
 */
import type { Mac } from '../../base/address.ts';
import { isLinkLocal6, isMulticast6 } from '../../base/ip.ts';
import type { Ip6 } from '../../base/ip6.ts';
import type { Icmp6 } from '../../wire/icmp6.ts';
import {
  ND_NEIGHBOUR_ADVERTISEMENT,
  ND_NEIGHBOUR_SOLICITATION,
  ND_ROUTER_ADVERTISEMENT,
} from '../../wire/icmp6-code.ts';
import { ND_SOURCE_MAC, type NdOption } from '../../wire/nd-option.ts';

/** `ff02::1:ff00:0/104` (RFC 4291 §2.7.1). */
const SOLICITED_NODE = /^ff02::1:ff[0-9a-f]{2}:[0-9a-f]{1,4}$/;

/** Why the message is to be dropped in silence, if so. */
export function ndFault({ type, code, body }: Icmp6, source: Ip6, destination: Ip6): string | undefined {
  if (code !== 0) return `code ${code} in neighbour discovery`;
  const { target, options, solicited } = body as {
    target?: Ip6;
    options?: readonly NdOption[];
    solicited?: number;
  };
  const isFromNobody = source === '::';
  if (isFromNobody && options && macIn(options, ND_SOURCE_MAC) !== undefined)
    return 'a card of somebody without an address';
  if (target !== undefined && isMulticast6(target)) return 'neighbour discovery about a group';
  switch (type) {
    case ND_ROUTER_ADVERTISEMENT:
      return isLinkLocal6(source) ? undefined : 'a router that does not speak from its link-local address';
    case ND_NEIGHBOUR_SOLICITATION:
      return isFromNobody && !SOLICITED_NODE.test(destination)
        ? 'a question from nobody, and not to the group of the address'
        : undefined;
    case ND_NEIGHBOUR_ADVERTISEMENT:
      return solicited === 1 && isMulticast6(destination)
        ? 'an answer to a question, told to everybody'
        : undefined;
    default:
      return undefined;
  }
}

/** The card in the first option of a type, if there is one. */
export function macIn(options: readonly NdOption[], type: number): Mac | undefined {
  const found = options.find((option) => option.type === type);
  return typeof found?.value === 'number' ? (found.value as Mac) : undefined;
}
