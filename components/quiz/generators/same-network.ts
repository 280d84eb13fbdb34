// Which addresses does a host reach without its router? Those that its own prefix holds; of the four that are offered
// some lie close to the border.
import {
  cidr,
  firstOf,
  formatCidr,
  formatIp,
  type Ip,
  inCidr,
  lastOf,
  networkOf,
} from '../../engine/addresses.ts';
import type { Generator } from './generator.ts';

export const sameNetwork: Generator = async (random) => {
  const length = 25 + random.below(4);
  const size = 1 << (32 - length);
  // A block of 192.168.0.0/16 with a neighbour on both sides.
  const block = 1 + random.below((1 << (length - 16)) - 2);
  const start = (192 * 16777216 + (168 << 16) + block * size) >>> 0;
  /** Neither the network's own address nor its broadcast address. */
  const inside = () => start + 1 + random.below(size - 2);
  const own = inside() as Ip & number;
  const network = networkOf(cidr(own, length));
  const candidates = new Set<number>();
  const before = start - 2 - random.below(Math.min(12, size - 3));
  const after = start + size + 1 + random.below(Math.min(12, size - 3));
  const outside = random.chance(0.5) ? [before, after] : [random.chance(0.5) ? before : after];
  for (const one of outside) candidates.add(one);
  for (let turn = 0; candidates.size < 4 && turn < 100; turn++) {
    const one = inside();
    if (one !== own) candidates.add(one);
  }
  const order = [...candidates].map((one) => ({ one: one as Ip & number, key: random.u32() }));
  order.sort((a, b) => a.key - b.key);
  const from = formatIp(firstOf(network));
  const to = formatIp(lastOf(network));
  const text = (address: Ip) => `<code>${formatIp(address)}</code>`;
  const range = `<code>${from}</code> to <code>${to}</code>`;
  return {
    kind: 'choice',
    several: true,
    ask: `A laptop has the address <code>${formatIp(own)}</code> with the prefix length ${length}. Which of these does it reach without its router?`,
    choices: order.map(({ one }) => {
      const right = inCidr(one, network);
      return {
        html: text(one),
        right,
        said: {
          html: right
            ? `It lies between ${range}.`
            : `Its network is <code>${formatCidr(networkOf(cidr(one, length)))}</code>. The laptop’s goes from ${range}.`,
        },
      };
    }),
    because: {
      html: `${length} bits name the network, so ${32 - length} are left for hosts: it goes from ${range}. What lies within is asked for on the cable itself; everything else goes to the router.`,
    },
  };
};
