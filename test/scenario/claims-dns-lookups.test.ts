/** Lookups, answers that do not fit, "no" that is kept, resolvers that are down: claims reckoned from links and RFCs. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../src/engine/base/units.ts';
import { STALE } from '../../src/engine/proto/dns/resolver/config.ts';
import type { Run } from '../../src/engine/scenario/run.ts';
import {
  choicesOf,
  claimed,
  expectNear,
  type Knobs,
  messageOf,
  recordOf,
  wayOf,
  waysOf,
} from './reckoning.ts';

/** The way to the one of ChaiCart's servers that was asked. */
function owner(run: Run): 'ns1' | 'ns2' {
  const asked = [...run.world.trace.events(['dns.authority.answer'])].map(({ node }) => node);
  return asked.includes('ns1') ? 'ns1' : 'ns2';
}

describe('lookup', () => {
  it.each([1, 2, 3, 4])('is a walk of three when nobody knows (seed %i)', (seed) => {
    const { run, claims } = claimed('lookup', {}, seed);
    const walk = waysOf(run, 'root', 'tld', owner(run));
    expectNear(claims['walk'], walk);
    expectNear(claims['found'], walk + waysOf(run, 'resolver'));
    const { asked, answeredBy, copies, rootHears, outcome } = claims;
    expect([asked, answeredBy, outcome]).toEqual([3, 'ChaiCart’s name server', '192.0.2.80']);
    // resolver, router, system
    expect(copies).toBe(3);
    // RFC 9156 §2: one label more than the zone that is known
    expect(rootHears).toBe('example.');
  });

  it('costs the way to who knows', () => {
    const nearest = [
      ['resolver', 'the resolver', ['resolver'], 3],
      ['router', 'the router at home', ['home'], 2],
      ['system', 'the system', [], 1],
      ['browser', 'the browser', [], 1],
      ['hosts', 'the hosts file', [], 0],
    ] as const;
    for (const [known, who, ways, kept] of nearest) {
      const { run, claims } = claimed('lookup', { known });
      expectNear(claims['found'], waysOf(run, ...ways), 1);
      const { asked, answeredBy, copies, outcome } = claims;
      expect([asked, answeredBy, copies, outcome], known).toEqual([0, who, kept, '192.0.2.80']);
    }
    expect(choicesOf('lookup', 'known')).toEqual(['nobody', ...nearest.map(([known]) => known)]);
  });

  it('tells the root the whole name without minimisation, and is no slower', () => {
    const { run, claims } = claimed('lookup', { minimise: 'off' });
    expect([claims['rootHears'], claims['asked']]).toEqual(['chaicart.example.', 3]);
    expectNear(claims['found'], waysOf(run, 'resolver', 'root', 'tld', owner(run)));
  });

  it('needs no more for an alias in the same zone, and ends at the parent for a name that nobody has', () => {
    const alias = claimed('lookup', { ask: 'alias' });
    expectNear(alias.claims['found'], waysOf(alias.run, 'resolver', 'root', 'tld', owner(alias.run)));
    expect([alias.claims['asked'], alias.claims['outcome']]).toEqual([3, '192.0.2.80']);
    const mistyped = claimed('lookup', { ask: 'mistyped' });
    expectNear(mistyped.claims['found'], waysOf(mistyped.run, 'resolver', 'root', 'tld'));
    expect([mistyped.claims['asked'], mistyped.claims['outcome']]).toEqual([2, 'ENOTFOUND']);
    const none = claimed('lookup', { ask: 'no-address' });
    expectNear(none.claims['found'], waysOf(none.run, 'resolver', 'root', 'tld', owner(none.run)));
    expect([none.claims['asked'], none.claims['copies'], none.claims['answeredBy']]).toEqual([
      3,
      0,
      undefined,
    ]);
  });
});

describe('truncation', () => {
  const NAME = 'about.chaicart.example';
  const text = (i: number, chais: number): number => `proof-of-ownership-${i}=`.length + 4 * chais;
  // a character string has its length in front (RFC 1035 §3.3)
  const size = (texts: readonly number[]): number =>
    messageOf(NAME) + texts.reduce((sum, length) => sum + recordOf(1 + length), 0);

  it('is one question more than to the zone, for the cut that might be there', () => {
    const { run, claims } = claimed('truncation', { answer: 'small' });
    // RFC 9156 §2.1: whether about.chaicart.example is a zone of its own is asked with another type first
    expectNear(claims['found'], waysOf(run, 'resolver', 'root', 'tld', 'ns1', 'ns1'), 6);
    expect(claims).toMatchObject({ outcome: 'NOERROR', cut: 0, connections: 0, size: size([text(1, 5)]) });
  });

  it('costs a handshake and the question again, at each of the two places', () => {
    const { run, claims } = claimed('truncation');
    const again = waysOf(run, 'ns1', 'ns1', 'resolver', 'resolver');
    expectNear(claims['found'], waysOf(run, 'resolver', 'root', 'tld', 'ns1', 'ns1') + again, 8);
    const texts = Array.from({ length: 12 }, (_, i) => text(i + 1, 30));
    expect(claims).toMatchObject({ outcome: 'NOERROR', cut: 1, connections: 2, size: size(texts) });
  });

  it('does not come where TCP does not pass; what fits does', () => {
    const { run, claims } = claimed('truncation', { tcp: 'blocked' });
    // unbound, too, waits three seconds for an answer over TCP
    expectNear(claims['found'], waysOf(run, 'resolver', 'root', 'tld', 'ns1', 'ns1') + 3 * SECOND, 6);
    expect(claims).toMatchObject({ outcome: 'SERVFAIL', cut: 1, connections: 1 });
    const small = claimed('truncation', { tcp: 'blocked', answer: 'small' }).claims;
    expect(small).toEqual(claimed('truncation', { answer: 'small' }).claims);
  });
});

describe('negative-cache', () => {
  const ADDED = 30 * SECOND;
  const EVERY = 30 * SECOND;

  /** TTLs are whole seconds of the clock. */
  const second = (time: Nanoseconds): Nanoseconds => Math.floor(time / SECOND) * SECOND;

  /** The laptop's tries: every cache on its way forgets before its own does. */
  function reckon(walk: Nanoseconds, again: Nanoseconds, kept: Nanoseconds) {
    let now = walk;
    let forgets = second(now) + kept;
    let tries = 1;
    let questions = 1;
    for (; tries < 1000; tries++) {
      now += EVERY;
      if (now < forgets) continue;
      const arrives = now + again / 2;
      now += again;
      questions++;
      if (arrives >= ADDED) return { seen: now - ADDED, tries: tries + 1, questions };
      forgets = second(now) + kept;
    }
    throw new Error('she never sees it');
  }

  const SECONDS = [10, 30, 60, 300, 900, 3600];
  const pairs = SECONDS.flatMap((minimum) => SECONDS.map((soaTtl) => [minimum, soaTtl] as const));

  it('keeps “no” for the smaller of the two (RFC 2308 §5), and the laptop sees the record after that', () => {
    for (const [minimum, soaTtl] of pairs) {
      const set: Knobs = { minimum: `${minimum}s`, soaTtl: `${soaTtl}s` };
      const { run, claims } = claimed('negative-cache', set);
      const kept = Math.min(minimum, soaTtl) * SECOND;
      const again = waysOf(run, 'resolver', 'ns1');
      const expected = reckon(waysOf(run, 'resolver', 'root', 'tld', 'ns1'), again, kept);
      expect(claims['kept'], JSON.stringify(set)).toBe(kept);
      expectNear(claims['seen'], expected.seen, 8);
      // the phone's is one more
      expect([claims['tries'], claims['questions']]).toEqual([expected.tries, expected.questions + 1]);
    }
  });

  it('is nobody’s but those who had asked: the phone waits for a walk', () => {
    const { run, claims } = claimed('negative-cache');
    const way = wayOf(run, 'phone', 'home-router', 'isp', 'transit-a', 'public');
    const walk =
      wayOf(run, 'public', 'transit-a', 'root') +
      wayOf(run, 'public', 'transit-a', 'tld') +
      wayOf(run, 'public', 'transit-a', 'transit-b', 'ns1');
    expectNear(claims['other'], way + walk);
  });
});

describe('stale', () => {
  const LATER = 60 * SECOND;

  it('ends in an error without, when all tries at the one server have run out', () => {
    const { run, claims } = claimed('stale', { serveStale: 'off' });
    // RFC 6298 §2.2: a first sample gives three times itself, which doubles; three tries (RFC 9520 §3.1), and three more
    // at what the parent, asked again, names
    const waits = 3 * waysOf(run, 'ns1') * (2 ** 6 - 1);
    const expected = waits + waysOf(run, 'resolver', 'tld');
    expect(claims['outcome']).toBe('EAI_AGAIN');
    expect(Number(claims['found'])).toBeGreaterThanOrEqual(expected);
    expect(Number(claims['found'])).toBeLessThan(1.003 * expected);
    expect(claims['age']).toBeUndefined();
  });

  it('gives what has expired after 1.8 seconds with it (RFC 8767 §5)', () => {
    const { run, claims } = claimed('stale', { serveStale: 'on' });
    expect(STALE.clientTimer).toBe(1800 * MILLISECOND);
    expectNear(claims['found'], waysOf(run, 'resolver') + 1.8 * SECOND, 1);
    expect(claims['outcome']).toBe('the page');
    // TTLs are whole seconds of the clock: the first answer came in the first one
    const given = LATER + waysOf(run, 'resolver') / 2 + 1.8 * SECOND;
    expectNear(claims['age'], given - 30 * SECOND, 1);
  });
});

describe('resolver-down', () => {
  // resolv.conf(5): five seconds, two attempts
  const hows = ['silent', 'off', 'closed'] as const;

  it.each(hows)('is over after two attempts (%s)', (how) => {
    const { run, claims } = claimed('resolver-down', { how });
    const expected = how === 'closed' ? 2 * waysOf(run, 'resolver') : 10 * SECOND;
    expectNear(claims['ended'], expected, 2);
    expect(claims).toMatchObject({ outcome: 'EAI_AGAIN', tries: 2, found: undefined });
  });

  it.each(hows)('is a wait for the first in the list when there is a second (%s)', (how) => {
    const { run, claims } = claimed('resolver-down', { how, second: 'there' });
    const first = how === 'closed' ? waysOf(run, 'resolver') : 5 * SECOND;
    const walk =
      wayOf(run, 'public', 'transit-a', 'root') +
      wayOf(run, 'public', 'transit-a', 'tld') +
      wayOf(run, 'public', 'transit-a', 'transit-b', 'ns1');
    expectNear(claims['found'], first + waysOf(run, 'public') + walk, 6);
    expect(claims).toMatchObject({ outcome: '192.0.2.80', tries: 2, ended: claims['found'] });
  });

  it('has no other ways to be down', () => {
    expect(choicesOf('resolver-down', 'how')).toEqual(hows);
  });
});
