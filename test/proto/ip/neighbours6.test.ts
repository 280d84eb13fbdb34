/** The neighbour cache: every line of RFC 4861 §7.2.5, the life of an entry, and a table that its events rebuild. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMac, parseMac } from '../../../src/engine/base/address.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import {
  ADVERTISEMENT_RULES,
  type Advertised,
  answerTo,
  multicastMac,
  NeighbourCache6,
  type NeighbourState,
  neighbourState,
  neighbourTable,
  solicitedNode,
} from '../../../src/engine/proto/ip/neighbours6.ts';
import { drain, Recorder } from './projected.ts';

const PEER = ip6('2001:db8::b');
const CARD = parseMac('00:00:5e:00:53:0b');
const OTHER = parseMac('00:00:5e:00:53:0c');

const said = (over: Partial<Advertised> = {}): Advertised => ({
  target: PEER,
  mac: CARD,
  isRouter: false,
  isSolicited: true,
  isOverride: true,
  ...over,
});

const row = (cache: NeighbourCache6, address = PEER) => cache.rows().get(`eth0 ${address}`);
const stateOf = (cache: NeighbourCache6, now: Nanoseconds) => {
  const found = row(cache);
  return found && neighbourState(found, now);
};

/** A cache whose entry for the peer is in the given state at time 0 or a little later; also that time. */
function cacheIn(state: NeighbourState): { cache: NeighbourCache6; now: Nanoseconds } {
  const cache = new NeighbourCache6('eth0');
  cache.ask(PEER, 0);
  if (state === 'incomplete') return { cache, now: 0 };
  if (state === 'failed') {
    for (const now of [1, 2, 3]) cache.handleTimeout(now * SECOND);
    return { cache, now: 3 * SECOND };
  }
  cache.handleAdvertisement(said({ isSolicited: state === 'reachable' }), 0);
  if (state === 'delay' || state === 'probe') cache.lookup(PEER, 0);
  if (state === 'probe') cache.handleTimeout(5 * SECOND);
  return { cache, now: state === 'probe' ? 5 * SECOND : 0 };
}

describe('address resolution (RFC 4861 §7.2.2)', () => {
  it('asks by multicast three times, a second apart, then fails', () => {
    const cache = new NeighbourCache6('eth0');
    expect(cache.lookup(PEER, 0)).toBeUndefined();
    cache.ask(PEER, 0);
    cache.ask(PEER, 0);
    expect(drain(() => cache.pollTransmit())).toEqual([{ target: PEER, to: 'multicast' }]);
    for (const second of [1, 2]) {
      expect(cache.pollTimeout()).toBe(second * SECOND);
      cache.handleTimeout(second * SECOND);
      expect(drain(() => cache.pollTransmit())).toEqual([{ target: PEER, to: 'multicast' }]);
    }
    cache.handleTimeout(3 * SECOND);
    expect(drain(() => cache.pollTransmit())).toEqual([]);
    expect(drain(() => cache.pollFailed())).toEqual([PEER]);
    expect(row(cache)).toMatchObject({ state: 'failed', mac: null });
    expect(cache.pollTimeout()).toBe(NEVER);
    // the next packet asks again
    cache.ask(PEER, 9 * SECOND);
    expect(drain(() => cache.pollTransmit())).toEqual([{ target: PEER, to: 'multicast' }]);
    expect(cache.pollTimeout()).toBe(10 * SECOND);
  });

  it('lets waiting packets go when the answer comes, and says so in its events', () => {
    const cache = new NeighbourCache6('eth0');
    cache.ask(PEER, 0);
    cache.handleAdvertisement(said(), SECOND / 2);
    expect(drain(() => cache.pollResolved())).toEqual([PEER]);
    expect(cache.lookup(PEER, SECOND)).toBe(CARD);
    expect(
      drain(() => cache.pollEvent()).map(({ kind, detail }) => [kind, detail['state'] ?? detail['attempt']]),
    ).toEqual([
      ['nd.state', 'incomplete'],
      ['nd.solicit', 1],
      ['nd.state', 'reachable'],
    ]);
    expect(cache.pollTimeout()).toBe(NEVER);
  });

  it('takes the solicitation of the one that it is asking for as the answer', () => {
    const cache = new NeighbourCache6('eth0');
    cache.ask(PEER, 0);
    cache.handleSolicitation(PEER, CARD);
    expect(drain(() => cache.pollResolved())).toEqual([PEER]);
    expect(stateOf(cache, 0)).toBe('stale');
  });

  it('uses the times that a router gave', () => {
    const cache = new NeighbourCache6('eth0', { randomFactor: () => 0.5 });
    cache.setTimes(10 * SECOND, 3 * SECOND);
    cache.ask(PEER, 0);
    expect(cache.pollTimeout()).toBe(3 * SECOND);
    cache.handleAdvertisement(said(), 0);
    expect(row(cache)!.reachableUntil).toBe(5 * SECOND);
  });
});

describe('advertisements (RFC 4861 §7.2.5)', () => {
  // state, link-layer address, override, solicited → state, link-layer address
  const lines: [
    NeighbourState,
    'none' | 'same' | 'other',
    boolean,
    boolean,
    NeighbourState,
    'none' | 'same' | 'other',
  ][] = [];
  for (const isOverride of [false, true]) {
    lines.push(['incomplete', 'none', isOverride, false, 'incomplete', 'none']);
    lines.push(['incomplete', 'none', isOverride, true, 'incomplete', 'none']);
    lines.push(['incomplete', 'other', isOverride, false, 'stale', 'other']);
    lines.push(['incomplete', 'other', isOverride, true, 'reachable', 'other']);
    for (const state of ['reachable', 'stale', 'delay', 'probe'] as const) {
      for (const mac of ['none', 'same'] as const) {
        lines.push([state, mac, isOverride, false, state, 'same']);
        lines.push([state, mac, isOverride, true, 'reachable', 'same']);
      }
    }
  }
  for (const isSolicited of [false, true]) {
    lines.push(['reachable', 'other', false, isSolicited, 'stale', 'same']);
    for (const state of ['stale', 'delay', 'probe'] as const)
      lines.push([state, 'other', false, isSolicited, state, 'same']);
  }
  for (const state of ['reachable', 'stale', 'delay', 'probe'] as const) {
    lines.push([state, 'other', true, false, 'stale', 'other']);
    lines.push([state, 'other', true, true, 'reachable', 'other']);
  }

  it('has a line for every case', () => {
    // five states, three kinds of address, two flags; an incomplete entry has no address that could be the same
    expect(new Set(lines.map((line) => line.slice(0, 4).join())).size).toBe(5 * 3 * 4 - 4);
  });

  it.each(lines)(
    '%s, address %s, override %s, solicited %s → %s, address %s',
    (state, mac, isOverride, isSolicited, to, kept) => {
      const { cache, now } = cacheIn(state);
      expect(stateOf(cache, now)).toBe(state);
      drain(() => cache.pollResolved());
      const macs = { none: undefined, same: CARD, other: OTHER };
      cache.handleAdvertisement(said({ mac: macs[mac], isOverride, isSolicited, isRouter: true }), now);
      const after = row(cache)!;
      expect(neighbourState(after, now)).toBe(to);
      expect(after.mac).toBe(kept === 'none' ? null : formatMac(macs[kept]!));
      const isIgnored = mac === 'other' && !isOverride && state !== 'incomplete';
      expect(after.router).toBe(!isIgnored && !(state === 'incomplete' && mac === 'none'));
      // packets wait for nobody but an incomplete one
      const isAnswered = state === 'incomplete' && mac !== 'none';
      expect(drain(() => cache.pollResolved())).toEqual(isAnswered ? [PEER] : []);
    },
  );

  it('uses every rule of its table', () => {
    const reasons = new Set<string>();
    for (const [state, mac, isOverride, isSolicited] of lines) {
      const { cache, now } = cacheIn(state);
      drain(() => cache.pollEvent());
      const macs = { none: undefined, same: CARD, other: OTHER };
      cache.handleAdvertisement(said({ mac: macs[mac], isOverride, isSolicited, isRouter: true }), now);
      for (const { detail } of drain(() => cache.pollEvent())) reasons.add(String(detail['why']));
    }
    // the two that change nothing say nothing
    const spoken = new Set(ADVERTISEMENT_RULES.filter(({ takes, to }) => takes || to).map(({ why }) => why));
    expect([...reasons].sort()).toEqual([...spoken].sort());
  });

  it('discards one about a neighbour that nobody asked for, or that had failed', () => {
    const cache = new NeighbourCache6('eth0');
    cache.handleAdvertisement(said(), 0);
    expect(cache.rows().size).toBe(0);
    const failed = cacheIn('failed');
    failed.cache.handleAdvertisement(said(), failed.now);
    expect(row(failed.cache)!.state).toBe('failed');
  });

  it('a neighbour that was reachable long ago counts as stale', () => {
    const { cache } = cacheIn('reachable');
    cache.handleAdvertisement(said({ mac: OTHER, isOverride: false }), 31 * SECOND);
    expect(row(cache)!.state).toBe('reachable');
    expect(stateOf(cache, 31 * SECOND)).toBe('stale');
  });

  it('tells when a router is one no more', () => {
    const { cache, now } = cacheIn('reachable');
    cache.handleAdvertisement(said({ isRouter: true }), now);
    expect(drain(() => cache.pollDemoted())).toEqual([]);
    cache.handleAdvertisement(said({ isRouter: false }), now);
    expect(drain(() => cache.pollDemoted())).toEqual([PEER]);
  });
});

describe('other messages (RFC 4861 Appendix C, second table; Appendix D)', () => {
  const messages = {
    'neighbour solicitation': (cache: NeighbourCache6, mac?: typeof CARD) =>
      cache.handleSolicitation(PEER, mac),
    'router solicitation': (cache: NeighbourCache6, mac?: typeof CARD) =>
      cache.handleRouterSolicitation(PEER, mac),
    'router advertisement': (cache: NeighbourCache6, mac?: typeof CARD) =>
      cache.handleRouterAdvertisement(PEER, mac),
  };
  const routerAfter = {
    'neighbour solicitation': undefined,
    'router solicitation': false,
    'router advertisement': true,
  };

  for (const [name, handle] of Object.entries(messages)) {
    const isRouter = routerAfter[name as keyof typeof routerAfter];

    it(`a ${name} makes a stale entry, and none without an address`, () => {
      const cache = new NeighbourCache6('eth0');
      handle(cache);
      expect(cache.rows().size).toBe(0);
      handle(cache, CARD);
      expect(row(cache)).toMatchObject({ state: 'stale', mac: formatMac(CARD), router: isRouter ?? false });
    });

    it.each(['reachable', 'stale', 'delay', 'probe'] as const)(
      `a ${name} in %s: the same address changes nothing, another one makes it stale`,
      (state) => {
        const same = cacheIn(state);
        handle(same.cache, CARD);
        expect(row(same.cache)).toMatchObject({ state, mac: formatMac(CARD) });
        const other = cacheIn(state);
        drain(() => other.cache.pollResolved());
        handle(other.cache, OTHER);
        expect(row(other.cache)).toMatchObject({
          state: 'stale',
          mac: formatMac(OTHER),
          router: isRouter ?? false,
        });
        expect(drain(() => other.cache.pollResolved())).toEqual([]);
      },
    );

    it(`a ${name} of a router`, () => {
      const { cache, now } = cacheIn('reachable');
      cache.handleAdvertisement(said({ isRouter: true }), now);
      handle(cache);
      expect(row(cache)!.router).toBe(isRouter ?? true);
      expect(drain(() => cache.pollDemoted())).toEqual(isRouter === false ? [PEER] : []);
    });
  }

  it('nothing is learnt of somebody without an address', () => {
    const cache = new NeighbourCache6('eth0');
    cache.handleSolicitation(ip6('::'), CARD);
    expect(cache.rows().size).toBe(0);
  });

  it('a failed neighbour is nobody: what it was is forgotten', () => {
    const { cache, now } = cacheIn('probe');
    cache.handleAdvertisement(said({ isRouter: true, isSolicited: false }), now);
    for (let second = 1; second <= 3; second++) cache.handleTimeout(now + second * SECOND);
    expect(row(cache)).toMatchObject({ state: 'failed', router: true });
    drain(() => cache.pollEvent());
    cache.handleRouterSolicitation(PEER, undefined);
    expect([drain(() => cache.pollEvent()), drain(() => cache.pollDemoted())]).toEqual([[], []]);
    cache.handleSolicitation(PEER, CARD);
    expect(row(cache)).toMatchObject({ state: 'stale', router: false });
  });

  it('a failed neighbour that speaks is known again', () => {
    const { cache } = cacheIn('failed');
    cache.handleSolicitation(PEER, CARD);
    expect(row(cache)).toMatchObject({ state: 'stale', mac: formatMac(CARD) });
  });
});

describe('reachability (RFC 4861 §7.3.3)', () => {
  it('holds for thirty seconds; the next packet puts the neighbour on trial; after five seconds it is asked by unicast', () => {
    const { cache } = cacheIn('reachable');
    drain(() => cache.pollTransmit());
    expect(stateOf(cache, 30 * SECOND - 1)).toBe('reachable');
    expect(stateOf(cache, 30 * SECOND)).toBe('stale');
    expect(cache.pollTimeout()).toBe(NEVER);
    expect(cache.lookup(PEER, 40 * SECOND)).toBe(CARD);
    expect(stateOf(cache, 40 * SECOND)).toBe('delay');
    // packets that follow do not move the trial
    cache.lookup(PEER, 42 * SECOND);
    expect(cache.pollTimeout()).toBe(45 * SECOND);
    for (const [second, attempt] of [
      [45, 1],
      [46, 2],
      [47, 3],
    ]) {
      cache.handleTimeout(second! * SECOND);
      expect(drain(() => cache.pollTransmit())).toEqual([{ target: PEER, to: CARD }]);
      expect(drain(() => cache.pollEvent()).at(-1)!.detail).toMatchObject({ attempt, to: formatMac(CARD) });
      expect(stateOf(cache, second! * SECOND)).toBe('probe');
      expect(cache.lookup(PEER, second! * SECOND)).toBe(CARD);
    }
    cache.handleTimeout(48 * SECOND);
    expect(drain(() => cache.pollFailed())).toEqual([PEER]);
    expect(cache.lookup(PEER, 48 * SECOND)).toBeUndefined();
  });

  it.each(['stale', 'delay', 'probe'] as const)('a transport’s confirmation makes %s reachable', (state) => {
    const { cache, now } = cacheIn(state);
    cache.confirm(PEER, now);
    expect(stateOf(cache, now)).toBe('reachable');
    expect(cache.pollTimeout()).toBe(NEVER);
  });

  it('a confirmation does not help where no card is known', () => {
    for (const state of ['incomplete', 'failed'] as const) {
      const { cache, now } = cacheIn(state);
      cache.confirm(PEER, now);
      expect(stateOf(cache, now)).toBe(state);
    }
    const cache = new NeighbourCache6('eth0');
    cache.confirm(PEER, 0);
    expect(cache.rows().size).toBe(0);
  });

  it('confirmations with every acknowledgment are few events', () => {
    const { cache } = cacheIn('reachable');
    drain(() => cache.pollEvent());
    for (let ms = 0; ms < 30_000; ms += 10) cache.confirm(PEER, ms * 1_000_000);
    expect(drain(() => cache.pollEvent()).length).toBe(3);
    expect(stateOf(cache, 52 * SECOND)).toBe('reachable');
    expect(stateOf(cache, 53 * SECOND)).toBe('stale');
  });

  it('the reachable time is varied by the factor that is handed in', () => {
    const cache = new NeighbourCache6('eth0', { randomFactor: () => 1.5 });
    cache.ask(PEER, 0);
    cache.handleAdvertisement(said(), 0);
    expect(row(cache)!.reachableUntil).toBe(45 * SECOND);
  });
});

describe('the table', () => {
  it('keeps what was put in by hand', () => {
    const cache = new NeighbourCache6('eth0');
    cache.ask(PEER, 0);
    cache.learn(PEER, CARD, true);
    expect(drain(() => cache.pollResolved())).toEqual([PEER]);
    cache.handleAdvertisement(said({ mac: OTHER }), 0);
    cache.handleSolicitation(PEER, OTHER);
    cache.confirm(PEER, 0);
    expect(row(cache)).toMatchObject({ state: 'permanent', mac: formatMac(CARD), router: true });
    expect(cache.lookup(PEER, 100 * SECOND)).toBe(CARD);
    expect(cache.pollTimeout()).toBe(NEVER);
  });

  it('holds 1,024 neighbours: stale ones make room, those that are asked for do not', () => {
    const cache = new NeighbourCache6('eth0');
    const recorder = new Recorder(neighbourTable);
    const peer = (i: number) => ip6(`2001:db8::${(i + 1).toString(16)}`);
    for (let i = 0; i < 10; i++) cache.handleSolicitation(peer(i), CARD);
    for (let i = 10; i < 2000; i++) cache.ask(peer(i), 0);
    recorder.drain(cache);
    expect(cache.rows().size).toBe(1024);
    expect(recorder.rows).toEqual(cache.rows());
    expect(cache.rows().has(`eth0 ${peer(0)}`)).toBe(false);
    expect(drain(() => cache.pollFailed()).length).toBe(2000 - 1034);
  });

  it('is the one that its events give, whatever happens', () => {
    const peers = [PEER, ip6('fe80::1'), ip6('2001:db8::c')];
    const step = fc.record({
      what: fc.constantFrom(
        'ask',
        'lookup',
        'advertise',
        'solicit',
        'rs',
        'ra',
        'confirm',
        'time',
        'clear',
        'learn',
      ),
      peer: fc.constantFrom(...peers),
      mac: fc.constantFrom(undefined, CARD, OTHER),
      flags: fc.record({ isRouter: fc.boolean(), isSolicited: fc.boolean(), isOverride: fc.boolean() }),
      wait: fc.constantFrom(0, SECOND, 5 * SECOND, 31 * SECOND),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = new NeighbourCache6('eth0');
        const recorder = new Recorder(neighbourTable);
        const asking = new Set<string>();
        // each question is looked at when it is asked, as whoever drives the machine does
        const sound = (): void => {
          for (const { target, to } of drain(() => cache.pollTransmit())) {
            // a unicast question goes to the card that is on trial
            if (to !== 'multicast')
              expect(['probe', 'failed', 'stale', 'reachable', 'permanent']).toContain(
                row(cache, target)?.state,
              );
            asking.add(target);
          }
        };
        let now = 0;
        for (const { what, peer, mac, flags, wait } of steps) {
          now += wait;
          for (let i = 0; i < 20 && cache.pollTimeout() <= now; i++) {
            cache.handleTimeout(cache.pollTimeout());
            sound();
          }
          if (what === 'ask') cache.ask(peer, now);
          else if (what === 'lookup') {
            const known = cache.lookup(peer, now);
            expect(known === undefined ? null : formatMac(known)).toBe(row(cache, peer)?.mac ?? null);
          } else if (what === 'advertise') cache.handleAdvertisement({ target: peer, mac, ...flags }, now);
          else if (what === 'solicit') cache.handleSolicitation(peer, mac);
          else if (what === 'rs') cache.handleRouterSolicitation(peer, mac);
          else if (what === 'ra') cache.handleRouterAdvertisement(peer, mac);
          else if (what === 'confirm') cache.confirm(peer, now);
          else if (what === 'clear') cache.clear();
          else if (what === 'learn' && mac !== undefined) cache.learn(peer, mac);
          recorder.drain(cache);
          expect(recorder.rows).toEqual(cache.rows());
          sound();
          for (const one of cache.rows().values()) {
            if (one.state === 'incomplete' || one.state === 'failed') expect(one.mac).toBeNull();
            else expect(one.mac).not.toBeNull();
          }
        }
        // left alone, it comes to rest
        for (let i = 0; i < 30 && cache.pollTimeout() !== NEVER; i++)
          cache.handleTimeout(cache.pollTimeout());
        expect(cache.pollTimeout()).toBe(NEVER);
      }),
      { numRuns: 200 },
    );
  });
});

describe('addresses of groups', () => {
  it('are made of the last bits of an address (RFC 4291 §2.7.1, RFC 2464 §7)', () => {
    // the example of RFC 4291 §2.7.1
    expect(solicitedNode(ip6('4037::1:800:200e:8c6c'))).toBe('ff02::1:ff0e:8c6c');
    expect(formatMac(multicastMac(ip6('ff02::1:ff0e:8c6c')))).toBe('33:33:ff:0e:8c:6c');
    expect(formatMac(multicastMac(ip6('ff02::1')))).toBe('33:33:00:00:00:01');
  });

  it('an answer goes to who asked, or to all when that is nobody yet (RFC 4861 §7.2.4)', () => {
    expect(answerTo(PEER)).toEqual({ to: PEER, isSolicited: true, isOverride: true });
    expect(answerTo(ip6('::'))).toEqual({ to: 'ff02::1', isSolicited: false, isOverride: true });
    expect(answerTo(PEER, true)).toMatchObject({ isOverride: false });
  });
});
