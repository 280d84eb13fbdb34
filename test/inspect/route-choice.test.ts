import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ip4 } from '../../src/engine/base/address.ts';
import { formatCidr, parseCidr } from '../../src/engine/base/cidr.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { NEVER, SECOND } from '../../src/engine/base/units.ts';
import { Session } from '../../src/engine/export/session.ts';
import { chooseRoute } from '../../src/engine/inspect/route-choice.ts';
import { TableReader } from '../../src/engine/inspect/tables.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { type RouteRow, routeRow } from '../../src/engine/net/ip/route.ts';

const row = (network: string, more: Partial<RouteRow> = {}): RouteRow => ({
  family: network.includes(':') ? 6 : 4,
  network,
  kind: 'unicast',
  interface: 'eth0',
  gateway: '',
  origin: 'static',
  metric: 0,
  expires: NEVER,
  ...more,
});

describe('which route wins', () => {
  const rows = [
    row('default'),
    row('10.0.0.0/8'),
    row('10.20.30.0/24', { kind: 'blackhole' }),
    row('2001:db8::/32'),
  ];

  it('is the longest prefix that fits, and the others say how far they fit', () => {
    expect(chooseRoute(rows, parseIp('10.20.30.7'))).toEqual({
      chosen: 2,
      candidates: [
        { row: 2, prefixLength: 24, common: 24, fits: true },
        { row: 1, prefixLength: 8, common: 8, fits: true },
        { row: 0, prefixLength: 0, common: 0, fits: true },
      ],
    });
    // 10.20.28.1 is 10.20.00011100…, the route 10.20.00011110…: bit 22 is the first that differs
    const { chosen, candidates } = chooseRoute(rows, parseIp('10.20.28.1'));
    expect(chosen).toBe(1);
    expect(candidates[0]).toEqual({ row: 2, prefixLength: 24, common: 22, fits: false });
  });

  it('looks at routes of its own family only, and may find none', () => {
    expect(chooseRoute(rows, parseIp('2001:db9::1'))).toEqual({
      chosen: undefined,
      candidates: [{ row: 3, prefixLength: 32, common: 31, fits: false }],
    });
  });

  it('is the lower metric of equal prefixes', () => {
    const twins = [row('10.0.0.0/8', { metric: 200 }), row('10.0.0.0/8', { metric: 100 })];
    expect(chooseRoute(twins, parseIp('10.0.0.1')).chosen).toBe(1);
  });

  it('refuses a row whose network is none', () => {
    expect(() => chooseRoute([row('10.0.0.0/33')], parseIp('10.0.0.1'))).toThrow(Malformed);
  });

  it('agrees with the machine whose rows they are, for any destination', () => {
    const session = Session.start({ scenario: 'longest-prefix', set: {}, seed: 1, inputs: [] }).finish();
    const router = session.run.network.machine('router') as Host;
    const own = new TableReader(session.run.world.trace).living('routes', 'router', SECOND);
    expect(own.length).toBeGreaterThan(5);
    const near = fc.constantFrom(
      ...own.map(({ network }) => parseCidr(network === 'default' ? '0.0.0.0/0' : network)),
    );
    fc.assert(
      fc.property(near, fc.nat(32), fc.integer(), (prefix, keep, noise) => {
        // an address near one of the prefixes, so that the longer ones are met, too
        const mask = keep === 32 ? 0 : 0xffff_ffff >>> keep;
        const address = (((prefix.address as number) ^ (noise & mask)) >>> 0) as Ip4;
        const { chosen, candidates } = chooseRoute(own, address);
        const route = router.ip.routes.lookup(address);
        expect(chosen === undefined ? undefined : own[chosen]).toEqual(route && routeRow(route));
        expect(candidates.filter(({ fits }) => fits).map((one) => own[one.row])).toEqual(
          router.ip.routes.candidates(address).map(routeRow),
        );
        for (const { fits, common, prefixLength } of candidates) expect(fits).toBe(common === prefixLength);
      }),
    );
    expect(formatCidr(parseCidr('10.20.30.40/32'))).toBe('10.20.30.40/32');
  });
});
