/**
 * The numbers of ICMPv6 and what they mean: types and codes (RFC 4443; RFC 4861 for Neighbour Discovery; RFC 2710 and
 * RFC 3810 for multicast listeners).
 */

export const ICMP6_UNREACHABLE = 1;
export const ICMP6_TOO_BIG = 2;
export const ICMP6_TIME_EXCEEDED = 3;
export const ICMP6_PARAMETER_PROBLEM = 4;
export const ICMP6_ECHO = 128;
export const ICMP6_ECHO_REPLY = 129;
export const MLD_QUERY = 130;
export const MLD_REPORT = 131;
export const MLD_DONE = 132;
export const ND_ROUTER_SOLICITATION = 133;
export const ND_ROUTER_ADVERTISEMENT = 134;
export const ND_NEIGHBOUR_SOLICITATION = 135;
export const ND_NEIGHBOUR_ADVERTISEMENT = 136;
export const ND_REDIRECT = 137;
export const MLD2_REPORT = 143;

/** Codes of {@link ICMP6_UNREACHABLE} (RFC 4443 §3.1). */
export const UNREACHABLE6_NO_ROUTE = 0;
export const UNREACHABLE6_PROHIBITED = 1;
export const UNREACHABLE6_SCOPE = 2;
export const UNREACHABLE6_ADDRESS = 3;
export const UNREACHABLE6_PORT = 4;
export const UNREACHABLE6_POLICY = 5;
export const UNREACHABLE6_REJECT = 6;

/** Codes of {@link ICMP6_TIME_EXCEEDED} (RFC 4443 §3.3). */
export const TIME6_HOP_LIMIT = 0;
export const TIME6_REASSEMBLY = 1;

export const ICMP6_TYPES: Readonly<Record<number, string>> = {
  [ICMP6_UNREACHABLE]: 'destination unreachable',
  [ICMP6_TOO_BIG]: 'packet too big',
  [ICMP6_TIME_EXCEEDED]: 'time exceeded',
  [ICMP6_PARAMETER_PROBLEM]: 'parameter problem',
  [ICMP6_ECHO]: 'echo request',
  [ICMP6_ECHO_REPLY]: 'echo reply',
  [MLD_QUERY]: 'multicast listener query',
  [MLD_REPORT]: 'multicast listener report',
  [MLD_DONE]: 'multicast listener done',
  [ND_ROUTER_SOLICITATION]: 'router solicitation',
  [ND_ROUTER_ADVERTISEMENT]: 'router advertisement',
  [ND_NEIGHBOUR_SOLICITATION]: 'neighbour solicitation',
  [ND_NEIGHBOUR_ADVERTISEMENT]: 'neighbour advertisement',
  [ND_REDIRECT]: 'redirect',
  [MLD2_REPORT]: 'multicast listener report, version 2',
};

/** By type: RFC 4443 §3.1, §3.3, §3.4; RFC 7112 §5 for the incomplete chain. */
const CODES: Readonly<Record<number, Readonly<Record<number, string>>>> = {
  [ICMP6_UNREACHABLE]: {
    [UNREACHABLE6_NO_ROUTE]: 'no route to destination',
    [UNREACHABLE6_PROHIBITED]: 'communication prohibited by an administrator',
    [UNREACHABLE6_SCOPE]: 'beyond the scope of the source address',
    [UNREACHABLE6_ADDRESS]: 'address unreachable',
    [UNREACHABLE6_PORT]: 'port unreachable',
    [UNREACHABLE6_POLICY]: 'source address failed a policy',
    [UNREACHABLE6_REJECT]: 'route to destination rejects',
  },
  [ICMP6_TIME_EXCEEDED]: {
    [TIME6_HOP_LIMIT]: 'hop limit exceeded on the way',
    [TIME6_REASSEMBLY]: 'fragments did not all arrive in time',
  },
  [ICMP6_PARAMETER_PROBLEM]: {
    0: 'a header field is wrong',
    1: 'unknown next header',
    2: 'unknown option',
    3: 'first fragment without all headers',
  },
};

/** `port unreachable`, `echo request`: the code's name when it says more than the type's. */
export function icmp6Meaning(type: number, code: number): string {
  if (Object.hasOwn(CODES, type) && Object.hasOwn(CODES[type]!, code)) return CODES[type]![code]!;
  return Object.hasOwn(ICMP6_TYPES, type) ? ICMP6_TYPES[type]! : `type ${type}, code ${code}`;
}

/** `port unreachable (4)`; a code without a name is its number. */
export function icmp6CodeName(type: number, code: number): string {
  const names = Object.hasOwn(CODES, type) ? CODES[type]! : {};
  return Object.hasOwn(names, code) ? `${names[code]} (${code})` : String(code);
}

/** True for the types that quote a packet: the highest bit is clear (RFC 4443 §2.1). No error is sent about one. */
export function isIcmp6Error(type: number): boolean {
  return type < 128;
}

/** True for Neighbour Discovery, which only neighbours may send (RFC 4861 §6.1, §7.1, §8.1). */
export function isNd(type: number): boolean {
  return type >= ND_ROUTER_SOLICITATION && type <= ND_REDIRECT;
}
