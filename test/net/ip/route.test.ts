/** The routing table beside a plain search through all routes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ip4 } from '../../../src/engine/base/address.ts';
import { inCidr, parseCidr } from '../../../src/engine/base/cidr.ts';
import { ip6, parseIp } from '../../../src/engine/base/ip.ts';
import {
  problemOf,
  type Route,
  type RouteSpec,
  RoutingTable,
  reasonOf,
  routeRow,
} from '../../../src/engine/net/ip/route.ts';
import type { Nic } from '../../../src/engine/net/link/nic.ts';

const nic = { name: 'eth0' } as Nic;

// few bits, so that prefixes cover each other
const bits = fc.nat(15);
const address = fc.oneof(
  bits.map((n) => ((n << 28) >>> 0) as Ip4),
  bits.map((n) => ip6(`${(n << 12).toString(16)}::`)),
);
const spec: fc.Arbitrary<RouteSpec> = fc
  .record({
    address,
    prefixLength: fc.nat(5),
    metric: fc.nat(3),
    kind: fc.constantFrom('unicast', 'blackhole', 'unreachable', 'prohibit'),
  })
  .map(({ address: to, prefixLength, metric, kind }) => ({
    network: { address: to, prefixLength } as RouteSpec['network'],
    metric,
    kind,
    nic: kind === 'unicast' ? nic : undefined,
  }));

describe('the table', () => {
  it('finds the longest prefix, of these the lowest metric, of these the first; both families apart', () => {
    fc.assert(
      fc.property(fc.array(spec, { maxLength: 30 }), fc.array(fc.nat(29)), address, (specs, removed, to) => {
        const table = new RoutingTable();
        const kept: Route[] = specs.map((one) => table.add(one));
        for (const index of removed) {
          const [gone] = kept.splice(index % Math.max(1, kept.length), 1);
          if (gone) table.remove(gone);
        }
        const fitting = kept.filter(({ network }) => inCidr(to, network));
        const order = [...fitting].sort(
          (a, b) => b.network.prefixLength - a.network.prefixLength || a.metric - b.metric,
        );
        expect(table.lookup(to)).toBe(order[0]);
        expect(table.candidates(to)).toEqual(order);
        expect(new Set(table.routes)).toEqual(new Set(kept));
      }),
    );
  });

  it('clears the bits of the host, and knows defaults', () => {
    const table = new RoutingTable();
    table.add({ network: parseCidr('2001:db8::77/32'), nic });
    table.add({ network: parseCidr('0.0.0.0/0'), nic, gateway: parseIp('192.0.2.1') });
    expect(table.routes.map((route) => [routeRow(route).family, routeRow(route).network])).toEqual([
      [4, 'default'],
      [6, '2001:db8::/32'],
    ]);
    expect(table.lookup(ip6('2001:db9::'))).toBeUndefined();
    expect(table.lookup(parseIp('255.255.255.255'))?.gateway).toBe(parseIp('192.0.2.1'));
  });

  it('refuses to grow without end', () => {
    const table = new RoutingTable();
    const add = (i: number): Route => table.add({ network: { address: i as Ip4, prefixLength: 32 }, nic });
    for (let i = 0; i < 4096; i++) add(i);
    expect(() => add(4096)).toThrow(/routes/);
    expect(table.routes.length).toBe(4096);
  });
});

it('routes that lead nowhere say so, each in its own way', () => {
  const kinds = ['unicast', 'blackhole', 'unreachable', 'prohibit'] as const;
  const none = kinds.map((kind) => ({ kind, nic: kind === 'unicast' ? nic : undefined }));
  expect(none.map(problemOf)).toEqual([undefined, 'EINVAL', 'EHOSTUNREACH', 'EACCES']);
  expect(problemOf(undefined)).toBe('ENETUNREACH');
  expect([undefined, ...none.slice(1)].map(reasonOf)).toEqual([
    'no route',
    'a blackhole route',
    'a route that says unreachable',
    'a route that says prohibit',
  ]);
});
