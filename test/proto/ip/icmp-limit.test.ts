import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { IcmpLimit, UNLIMITED } from '../../../src/engine/proto/ip/icmp-limit.ts';

const ONE = parseIp('192.0.2.1');
const SIX = parseIp('2001:db8::1');

/** How many of `count` errors may go now. */
function allowed(limit: IcmpLimit, to: typeof ONE, now: number, count = 20): number {
  return Array.from({ length: count }, () => limit.allows(to, now)).filter(Boolean).length;
}

describe('errors to one receiver', () => {
  it('six at once, then one for each interval, and never more than six saved up', () => {
    const limit = new IcmpLimit();
    expect(allowed(limit, ONE, 0)).toBe(6);
    expect(allowed(limit, ONE, SECOND - 1)).toBe(0);
    expect(allowed(limit, ONE, SECOND)).toBe(1);
    // time that was not enough for an error is not lost
    expect([1.5, 2, 2.5, 3].map((seconds) => allowed(limit, ONE, seconds * SECOND))).toEqual([0, 1, 0, 1]);
    expect(allowed(limit, ONE, 3600 * SECOND)).toBe(6);
  });

  it('IPv6 saves ten times as fast, as measured on Linux', () => {
    const limit = new IcmpLimit();
    expect(allowed(limit, SIX, 0)).toBe(6);
    expect(allowed(limit, SIX, 300 * MILLISECOND)).toBe(3);
  });

  it('receivers are apart; beyond a thousand the first one is new again', () => {
    const limit = new IcmpLimit();
    for (let i = 0; i < 1024; i++) expect(allowed(limit, ((ONE as number) + i) as typeof ONE, 0)).toBe(6);
    expect(allowed(limit, ONE, 0)).toBe(0);
    expect(allowed(limit, SIX, 0)).toBe(6);
    expect(allowed(limit, ONE, 0)).toBe(6);
  });

  it('none is a limit, too, and a restart forgets', () => {
    expect(allowed(new IcmpLimit(UNLIMITED), ONE, 0, 1000)).toBe(1000);
    const limit = new IcmpLimit();
    allowed(limit, ONE, 0);
    limit.clear();
    expect(allowed(limit, ONE, 0)).toBe(6);
  });
});
