// What a routing table decides, bit by bit and in words. Which route wins is the engine's answer; this only tells it.
import { formatIp, type Ip, ipToBigInt, isV4 } from '../engine/addresses.ts';
import { networkOf, type RouteCandidate, type RouteChoice, type RouteRow } from '../engine/routes.ts';

/**
 * One digit of a prefix under the destination's: `match` agrees, `part` agrees as far as the prefix goes, `differs` is
 * the first that does not, `rest` is not looked at any more, `any` lies behind the prefix.
 */
export type DigitState = 'match' | 'part' | 'differs' | 'rest' | 'any';

export interface Digit {
  readonly text: string;
  readonly state: DigitState;
}

/** The digits that people compare: bits of IPv4, and of IPv6 the hexadecimal ones, four bits each. */
export function digitsOf(address: Ip): string[] {
  const [width, base] = isV4(address) ? [32, 2] : [32, 16];
  return [...ipToBigInt(address).toString(base).padStart(width, '0')];
}

/** Digits of a group that stand together: a byte, or four hexadecimal digits. */
export const groupOf = (address: Ip): 8 | 4 => (isV4(address) ? 8 : 4);

export function compareDigits(row: RouteRow, candidate: RouteCandidate): Digit[] {
  const { prefixLength, common, fits } = candidate;
  const { address } = networkOf(row);
  const each = isV4(address) ? 1 : 4;
  return digitsOf(address).map((text, i) => {
    const start = i * each;
    const end = start + each;
    if (start >= prefixLength) return { text: '·', state: 'any' };
    if (!fits && common >= start && common < end) return { text, state: 'differs' };
    if (common < start) return { text, state: 'rest' };
    return { text, state: end > prefixLength ? 'part' : 'match' };
  });
}

/** `wins: 32 bits`, `fits: 16 bits`, `bit 23 differs`. */
export function verdictOf(candidate: RouteCandidate, choice: RouteChoice, rows: readonly RouteRow[]): string {
  const { fits, prefixLength, common, row } = candidate;
  if (!fits) return `bit ${common + 1} differs`;
  if (row === choice.chosen) return `wins: ${bits(prefixLength)}`;
  const winner = choice.candidates.find((one) => one.row === choice.chosen);
  if (winner?.prefixLength !== prefixLength) return `fits: ${bits(prefixLength)}`;
  return `fits: ${bits(prefixLength)}, metric ${rows[row]!.metric}`;
}

export const bits = (count: number) => `${count}\u00a0${count === 1 ? 'bit' : 'bits'}`;

/** `by partner, to 172.16.2.2`, `by lan, straight to it`, `nowhere: a blackhole`. */
export function wayOf(
  { kind, interface: nic, gateway }: RouteRow,
  owners: Readonly<Record<string, string>>,
): string {
  if (kind !== 'unicast') return `nowhere: ${KINDS[kind]}`;
  if (gateway === '') return `by ${nic}, on the link`;
  const owner = owners[gateway];
  return `by ${nic}, to ${gateway}${owner === undefined ? '' : ` (${owner})`}`;
}

const KINDS = { blackhole: 'a blackhole', unreachable: 'unreachable', prohibit: 'prohibited' } as const;

/** What becomes of the packet, as two sentences: the deed, and why. */
export function outcomeOf(
  destination: Ip,
  choice: RouteChoice,
  rows: readonly RouteRow[],
  owners: Readonly<Record<string, string>>,
): { readonly deed: string; readonly why: string } {
  const to = formatIp(destination);
  if (choice.chosen === undefined) {
    const none = choice.candidates.length === 0;
    const family = isV4(destination) ? 'IPv4' : 'IPv6';
    return {
      deed: `No route for ${to}: the packet is dropped, and its sender told so.`,
      why: none
        ? `This table has no routes for ${family}.`
        : 'No prefix fits, and there is no default route.',
    };
  }
  const row = rows[choice.chosen]!;
  const fitting = choice.candidates.filter(({ fits }) => fits).length;
  const why =
    fitting === 1
      ? `Only ${nameOf(row)} fits.`
      : `${nameOf(row, true)} is the longest of ${fitting} prefixes that fit.`;
  if (row.kind === 'unicast') {
    const way = row.gateway === '' ? `by ${row.interface}, straight to ${to}` : wayOf(row, owners);
    return { deed: `The packet goes out ${way}.`, why };
  }
  return { deed: DEEDS[row.kind], why };
}

const DEEDS = {
  blackhole: 'The packet is dropped in silence: the route is a blackhole.',
  unreachable: 'The packet is dropped, and its sender told that nobody is there.',
  prohibit: 'The packet is dropped, and its sender told that this is prohibited.',
} as const;

function nameOf({ network }: RouteRow, isFirst = false): string {
  if (network !== 'default') return network;
  return isFirst ? 'The default route' : 'the default route';
}
