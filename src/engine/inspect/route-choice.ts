/**
 * What a machine would do with a packet for some destination, asked of its own kind of routing table.
 *
 * The rows of a table that the trace gave are put back into a {@link RoutingTable}, which then decides: nothing here
 * matches a prefix by itself.
 */
import { commonPrefixLength, parseCidr } from '../base/cidr.ts';
import { familyOf, type Ip } from '../base/ip.ts';
import { type Route, type RouteRow, RoutingTable } from '../net/ip/route.ts';

export interface RouteChoice {
  /** The row that wins; undefined when none fits. */
  readonly chosen: number | undefined;
  /** One for each row of the destination's family, the longest prefixes first, as the table keeps them. */
  readonly candidates: readonly RouteCandidate[];
}

export interface RouteCandidate {
  /** Position in the rows. */
  readonly row: number;
  readonly prefixLength: number;
  /** How many of the prefix's bits the destination begins with. */
  readonly common: number;
  readonly fits: boolean;
}

/** Throws {@link Malformed} when a row's network is none. */
export function chooseRoute(rows: readonly RouteRow[], destination: Ip): RouteChoice {
  const table = new RoutingTable();
  const family = familyOf(destination);
  const rowOf = new Map<Route, number>();
  rows.forEach((row, i) => {
    if (row.family === family)
      rowOf.set(table.add({ network: networkOf(row), kind: row.kind, metric: row.metric }), i);
  });
  const fitting = new Set(table.candidates(destination));
  const chosen = table.lookup(destination);
  return {
    chosen: chosen && rowOf.get(chosen)!,
    candidates: table.routes.map((route) => {
      const { address, prefixLength } = route.network;
      const common = commonPrefixLength(destination, address) ?? 0;
      const fits = fitting.has(route);
      return { row: rowOf.get(route)!, prefixLength, common: Math.min(common, prefixLength), fits };
    }),
  };
}

/** `default` is the prefix of no bits. */
export function networkOf({ network, family }: Pick<RouteRow, 'network' | 'family'>) {
  return parseCidr(network === 'default' ? (family === 4 ? '0.0.0.0/0' : '::/0') : network);
}
