/** The router's half of discovery: three advertisements, answers, a last word, and then silence. */
import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/engine/base/address.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { Autoconf } from '../../../src/engine/proto/ip/autoconf.ts';
import {
  PLAIN_ADVERTISEMENT,
  plainPrefix,
  RouterAdvertiser,
} from '../../../src/engine/proto/ip/router-advertiser.ts';
import { drain } from './projected.ts';

const SAYS = { ...PLAIN_ADVERTISEMENT, prefixes: [plainPrefix(ip6('2001:db8:1::'))] };
const HOST = ip6('fe80::a');
const NOBODY = ip6('::');

const sent = (router: RouterAdvertiser) => drain(() => router.pollTransmit()).map(({ to }) => to);

/** When it speaks unasked, in seconds, until it rests. */
function timesOf(router: RouterAdvertiser): [number, string][] {
  const times: [number, string][] = [];
  for (let i = 0; i < 20 && router.pollTimeout() !== NEVER; i++) {
    const now = router.pollTimeout();
    router.handleTimeout(now);
    for (const to of sent(router)) times.push([now / SECOND, to]);
  }
  return times;
}

describe('a router', () => {
  it('advertises three times, sixteen seconds apart, and then rests', () => {
    const router = new RouterAdvertiser('lan0', SAYS);
    router.start(0);
    router.start(0);
    expect(drain(() => router.pollTransmit())).toEqual([{ to: 'ff02::1', advertisement: SAYS }]);
    expect(timesOf(router)).toEqual([
      [16, 'ff02::1'],
      [32, 'ff02::1'],
    ]);
    expect(router.pollTimeout()).toBe(NEVER);
    expect(drain(() => router.pollEvent()).map(({ kind }) => kind)).toEqual([
      'nd.advertise',
      'nd.advertise',
      'nd.advertise',
    ]);
  });

  it('that has been there for long speaks only when it is asked', () => {
    const router = new RouterAdvertiser('lan0', SAYS, { initial: 0 });
    router.start(0);
    expect([router.pollTimeout(), sent(router)]).toEqual([NEVER, []]);
    router.handleSolicitation(HOST, SECOND);
    expect(sent(router)).toEqual([HOST]);
  });

  it('answers who has an address alone, after the delay that is drawn', () => {
    const router = new RouterAdvertiser('lan0', SAYS, { delay: () => 200 * MILLISECOND });
    router.start(0);
    timesOf(router);
    router.handleSolicitation(HOST, 100 * SECOND);
    router.handleSolicitation(HOST, 100 * SECOND);
    expect(sent(router)).toEqual([]);
    expect(timesOf(router)).toEqual([[100.2, HOST]]);
  });

  it('answers who has none by telling all, but not within three seconds of the last time (§6.2.6)', () => {
    const router = new RouterAdvertiser('lan0', SAYS);
    router.start(0);
    timesOf(router);
    router.handleSolicitation(NOBODY, 33 * SECOND);
    router.handleSolicitation(NOBODY, 34 * SECOND);
    expect(sent(router)).toEqual([]);
    expect(timesOf(router)).toEqual([[35, 'ff02::1']]);
    router.handleSolicitation(NOBODY, 100 * SECOND);
    expect(sent(router)).toEqual(['ff02::1']);
    expect(router.pollTimeout()).toBe(NEVER);
  });

  it('an answer to all that is due anyway is not said twice', () => {
    const router = new RouterAdvertiser('lan0', SAYS);
    router.start(0);
    sent(router);
    router.handleSolicitation(NOBODY, 15 * SECOND);
    // the answer came at once and counts as the second of the three; sixteen seconds later comes the last
    expect(sent(router)).toEqual(['ff02::1']);
    expect(timesOf(router)).toEqual([[31, 'ff02::1']]);
  });

  it('keeps at most 64 answers waiting', () => {
    const router = new RouterAdvertiser('lan0', SAYS, { delay: () => SECOND });
    router.start(0);
    sent(router);
    for (let i = 1; i <= 100; i++) router.handleSolicitation(ip6(`fe80::${i.toString(16)}`), 0);
    router.handleTimeout(SECOND);
    expect(sent(router).length).toBe(64);
  });

  it('says goodbye with a lifetime of zero, and is silent after it', () => {
    const router = new RouterAdvertiser('lan0', SAYS);
    router.stop();
    expect(sent(router)).toEqual([]);
    router.start(0);
    sent(router);
    router.stop();
    expect(drain(() => router.pollTransmit())).toEqual([
      { to: 'ff02::1', advertisement: { ...SAYS, routerLifetime: 0 } },
    ]);
    router.handleSolicitation(HOST, SECOND);
    expect([router.pollTimeout(), sent(router)]).toEqual([NEVER, []]);
    router.start(60 * SECOND);
    expect(sent(router)).toEqual(['ff02::1']);
    router.clear();
    expect([router.pollTimeout(), sent(router)]).toEqual([NEVER, []]);
  });
});

it('a host and a router find each other, whoever is there first', () => {
  for (const [hostAt, routerAt] of [
    [0, 5 * SECOND],
    [5 * SECOND, 0],
    [100 * SECOND, 0],
  ] as const) {
    const host = new Autoconf('eth0', { mac: parseMac('00:00:5e:00:53:0a'), linkMtu: 1500 });
    const router = new RouterAdvertiser('lan0', SAYS);
    const starts = [
      { at: hostAt, run: () => host.start(hostAt) },
      { at: routerAt, run: () => router.start(routerAt) },
    ];
    let now = 0;
    let last = 0;
    for (let i = 0; i < 100; i++) {
      now = Math.min(host.pollTimeout(), router.pollTimeout(), ...starts.map(({ at }) => at));
      if (now > 1000 * SECOND) break;
      last = now;
      const due = starts.find(({ at }) => at <= now);
      if (due) {
        due.run();
        due.at = NEVER;
      }
      host.handleTimeout(now);
      router.handleTimeout(now);
      for (const message of drain(() => host.pollTransmit()))
        if (message.kind === 'router solicitation') router.handleSolicitation(message.source, now);
      // who is not up yet hears nothing
      for (const { advertisement } of drain(() => router.pollTransmit()))
        if (host.addresses.length > 0) host.handleRouterAdvertisement(ip6('fe80::1'), advertisement, now);
    }
    expect(host.routers).toEqual(['fe80::1']);
    expect(host.addresses.map(({ address, state }) => `${state} ${address}`)).toEqual([
      'preferred fe80::200:5eff:fe00:530a',
      'preferred 2001:db8:1:0:200:5eff:fe00:530a',
    ]);
    expect(last).toBeLessThan(140 * SECOND);
  }
});
