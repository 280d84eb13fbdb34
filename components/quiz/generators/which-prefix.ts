// Which route does a packet take? A routing table with nested prefixes, one that is near and does not match, and the
// default route. The longest prefix that holds the destination wins (RFC 1812 §5.2.4.3).
import {
  type Cidr,
  cidr,
  commonPrefixLength,
  formatCidr,
  formatIp,
  type Ip,
  inCidr,
  networkOf,
  parseCidr,
} from '../../engine/addresses.ts';
import type { Generator } from './generator.ts';

export const whichPrefix: Generator = async (random) => {
  const byte = () => random.below(256);
  // 10.0.0.0/8 is everybody's own (RFC 1918), so no address here is anybody's.
  const to = ((10 << 24) + (byte() << 16) + (byte() << 8) + 1 + random.below(254)) as Ip & number;
  const wide = 9 + random.below(6);
  const middle = wide + 2 + random.below(5);
  const long = middle + 1 + random.below(25 - middle);
  /** As long or longer than the longest that matches, but for one bit near its end. */
  const nearLength = long + 1 + random.below(3);
  const nearby = (((to >>> 0) ^ (1 << (32 - nearLength + random.below(2)))) >>> 0) as Ip & number;
  const routes = [
    parseCidr('0.0.0.0/0'),
    networkOf(cidr(to, wide)),
    networkOf(cidr(to, middle)),
    networkOf(cidr(to, long)),
    networkOf(cidr(nearby, nearLength)),
  ];
  const best = longest(routes, to);
  const order = routes.map((route) => ({ route, key: random.u32() })).sort((a, b) => a.key - b.key);
  const text = (route: Cidr) => `<code>${formatCidr(route)}</code>`;
  return {
    kind: 'choice',
    several: false,
    ask: `A router has these routes. Which one does a packet to <code>${formatIp(to)}</code> take?`,
    choices: order.map(({ route }) => ({
      html: text(route),
      right: route === best,
      said: route === best ? undefined : { html: whyNot(route, best, to) },
    })),
    because: {
      html: `Its first ${best.prefixLength} bits are those of the destination, and no other route that holds the destination is longer. Neither the order of the table nor the nearness of a number counts.`,
    },
  };
};

function longest(routes: readonly Cidr[], to: Ip): Cidr {
  let best: Cidr | undefined;
  for (const route of routes) {
    if (inCidr(to, route) && (!best || route.prefixLength > best.prefixLength)) best = route;
  }
  return best!;
}

function whyNot(route: Cidr, best: Cidr, to: Ip): string {
  const { prefixLength } = route;
  if (!inCidr(to, route)) {
    const same = commonPrefixLength(route.address, to)!;
    return `It does not hold the destination: the two agree in their first ${same} bits, and this prefix asks for ${prefixLength}.`;
  }
  if (prefixLength === 0)
    return 'The default route holds every address, and so it wins only where nothing else does.';
  return `It holds the destination, and so does <code>${formatCidr(best)}</code>, which is longer: ${best.prefixLength} bits against ${prefixLength}.`;
}
