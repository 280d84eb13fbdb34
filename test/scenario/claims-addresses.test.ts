/** What the scenarios about addresses claim is what their knobs say, derived from the parameters and the links. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { DEFAULT_HOP_LIMIT } from '../../src/engine/net/ip/transport.ts';
import { findScenario } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';

type Value = number | string | undefined;

function runOf(scenario: string, set: Readonly<Record<string, string>> = {}): Run {
  const run = new Run({ scenario, set, seed: 1, inputs: [] }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  return run;
}

/** The values of all claims. */
function claimsOf(scenario: string, set: Readonly<Record<string, string>> = {}): Record<string, Value> {
  const claims = runOf(scenario, set).claims();
  return Object.fromEntries(Object.entries(claims).map(([name, { value }]) => [name, value]));
}

function choicesOf(scenario: string, name: string): string[] {
  const parameter = findScenario(scenario).parameters[name]!;
  return parameter.kind === 'choice' ? parameter.choices.map(({ value }) => value) : [];
}

/** How long the links between machines that stand beside each other take, one way. */
function delayOver(run: Run, ...machines: string[]): number {
  return machines.slice(1).reduce((sum, to, i) => sum + run.network.channelOf(machines[i]!, to).delay, 0);
}

const TO_CHAICART = ['laptop', 'switch', 'home-router', 'isp', 'transit-a', 'transit-b', 'chaicart'];

describe('home-lan', () => {
  it('an echo takes its way twice, and asking for the card once more', () => {
    const run = runOf('home-lan', { tables: 'filled' });
    const filled = claimsOf('home-lan', { tables: 'filled' });
    const empty = claimsOf('home-lan', { tables: 'empty' });
    const near = 2 * delayOver(run, 'laptop', 'switch', 'television');
    const far = 2 * delayOver(run, ...TO_CHAICART);
    // ping prints hundredths of a millisecond, and frames take time to be sent
    expect(Number(filled['near']) - near).toBeLessThan(MILLISECOND / 10);
    expect(Number(filled['far']) - far).toBeLessThan(MILLISECOND / 2);
    expect([filled['asking'], filled['questions'], filled['heard']]).toEqual([undefined, 0, undefined]);
    for (const name of ['near', 'far'])
      expect(Number(empty[name]) - Number(filled[name]) - Number(empty['asking'])).toBeLessThan(
        MILLISECOND / 10,
      );
    expect(empty['questions']).toBe(2);
    // phone, television, home router
    expect(empty['heard']).toBe(3);
    expect(empty['routers']).toBe(['home-router', 'isp', 'transit-a', 'transit-b'].length);
  });
});

describe('dual-stack', () => {
  it('has an address for the internet only where the router advertises one', () => {
    const both = claimsOf('dual-stack', { router: 'both' });
    const four = claimsOf('dual-stack', { router: 'four' });
    // one second of silence after the question whether somebody has the address, and what is drawn by lot before it
    expect(Number(both['linkLocal'])).toBeGreaterThanOrEqual(SECOND);
    expect(Number(both['linkLocal'])).toBeLessThanOrEqual(2 * SECOND);
    expect(Number(both['global'])).toBeGreaterThan(Number(both['linkLocal']) + SECOND);
    expect(both['six']).toBe(both['four']);
    expect(both['advertisements']).toBe(2);
    expect(four).toEqual({
      linkLocal: both['linkLocal'],
      global: undefined,
      advertisements: 0,
      four: both['four'],
      six: undefined,
    });
  });
});

describe('nat', () => {
  const reasons: Readonly<Record<string, Value>> = {
    'endpoint-independent on': 'nobody inside has asked for it',
    'endpoint-independent off': 'let in',
    'address-dependent on': 'nobody inside has written to this address',
    'address-dependent off': 'nobody inside has written to this address',
    'address-and-port-dependent on': 'nobody inside has written to this address and port',
    'address-and-port-dependent off': 'nobody inside has written to this address and port',
  };

  it.each(Object.entries(reasons))('%s: what became of the stranger, and why', (knobs, answer) => {
    const [filtering, firewall] = knobs.split(' ') as [string, string];
    const run = runOf('nat', { filtering, firewall });
    const { devices, rows, knock, udpTimeout } = claimsOf('nat', { filtering, firewall });
    expect(knock).toBe(answer);
    expect(devices).toBe(3);
    // laptop (page, and what it names), phone, television; and the stranger's own row when translation lets him through
    expect(rows).toBe(filtering === 'endpoint-independent' ? 5 : 4);
    expect(udpTimeout).toBe(300 * SECOND);
    // the reason is that of whoever refused, and nobody else refused anything of his
    const who = [...run.world.trace.events(['nat.refuse', 'filter.refuse'])]
      .filter(({ detail }) => String(detail!['from']).startsWith('198.51.100.200'))
      .map(({ kind }) => kind);
    const isLetIn = filtering === 'endpoint-independent';
    expect(who).toEqual(isLetIn ? (firewall === 'on' ? ['filter.refuse'] : []) : ['nat.refuse']);
  });
});

describe('nat-exhaustion', () => {
  for (const ports of choicesOf('nat-exhaustion', 'ports')) {
    it.each(choicesOf('nat-exhaustion', 'connections'))(`${ports} ports, %s connections`, (connections) => {
      const { connected, failed, refused, full } = claimsOf('nat-exhaustion', { ports, connections });
      const stand = Math.min(Number(ports), Number(connections));
      expect([connected, failed]).toEqual([stand, Number(connections) - stand]);
      // each of them asks as often as the others before its program gives up
      expect(Number(refused) % Math.max(1, Number(failed))).toBe(0);
      expect(Number(refused) > 0).toBe(Number(failed) > 0);
      if (failed === 0) expect(full).toBeUndefined();
      // one connection every 100 ms, and a millisecond to the router
      else expect(Math.round(Number(full) / MILLISECOND)).toBe(Number(ports) * 100 + 1);
    });
  }
});

describe('cgnat', () => {
  for (const limit of choicesOf('cgnat', 'limit')) {
    it.each(choicesOf('cgnat', 'connections'))(`${limit} ports each, %s connections`, (connections) => {
      const claims = claimsOf('cgnat', { limit, connections });
      expect(claims['connected']).toBe(Math.min(Number(limit), Number(connections)));
      expect(Number(claims['refused']) > 0).toBe(Number(connections) > Number(limit));
      expect([claims['translators'], claims['customers'], claims['address']]).toEqual([2, 2, '203.0.113.77']);
    });
  }
});

describe('hairpin', () => {
  it('has no answer from inside unless packets are turned round; from outside it makes no difference', () => {
    const claims = (from: string, hairpinning: string) => claimsOf('hairpin', { from, hairpinning });
    const outside = claims('outside', 'off');
    expect(claims('inside', 'off')).toEqual({ page: undefined, outcome: 'no answer', translations: 0 });
    expect(outside['outcome']).toBe('200');
    expect(claims('outside', 'on')).toEqual(outside);
    const turned = claims('inside', 'on');
    expect(turned['outcome']).toBe('200');
    // each packet out and in again
    expect(turned['translations']).toBe(2 * Number(outside['translations']));
    expect(Number(turned['page'])).toBeLessThan(Number(outside['page']));
  });
});

describe('longest-prefix', () => {
  const answers = [
    ['192.0.2.80', 'internet'],
    ['10.9.9.9', 'vpn'],
    ['10.20.1.1', 'partner'],
    ['10.20.30.7', 'nobody'],
    ['10.20.30.40', 'machine'],
  ] as const;

  it.each(answers)('%s is answered by %s', (destination, arrived) => {
    const routes = answers.findIndex(([one]) => one === destination) + 1;
    expect(claimsOf('longest-prefix', { destination })).toEqual({ routes, arrived });
  });

  it('has no other choices', () => {
    expect(choicesOf('longest-prefix', 'destination')).toEqual(answers.map(([one]) => one));
  });
});

describe('anycast', () => {
  it('a ping is lost while the routers have not told each other', () => {
    const stays = claimsOf('anycast', { frankfurt: 'stays' });
    const run = runOf('anycast', { frankfurt: 'stays' });
    expect(stays['lena']).toBe(2 * delayOver(run, 'lena', 'berlin', 'frankfurt', 'service-frankfurt'));
    expect(stays['wei']).toBe(2 * delayOver(run, 'wei', 'singapore', 'service-singapore'));
    expect([stays['lenaAfter'], stays['lost']]).toEqual([stays['lena'], 0]);
    const far = 2 * delayOver(run, 'lena', 'berlin', 'mumbai', 'singapore', 'service-singapore');
    for (const seconds of [0, 0.2, 1, 2, 3.2, 5, 10]) {
      const { lenaAfter, lost } = claimsOf('anycast', {
        frankfurt: 'lost',
        convergence: `${seconds * 1000}ms`,
      });
      // pings leave each second; the line is cut after three and a half
      const inVain = [4, 5, 6, 7].filter((sent) => sent < 3.5 + seconds).length;
      expect([lost, lenaAfter], `${seconds} s`).toEqual([inVain, inVain === 4 ? undefined : far]);
    }
  });
});

describe('mtu-black-hole', () => {
  const combinations = choicesOf('mtu-black-hole', 'icmp').flatMap((icmp) =>
    choicesOf('mtu-black-hole', 'clamping').flatMap((clamping) =>
      choicesOf('mtu-black-hole', 'probing').map((probing) => ({ icmp, clamping, probing })),
    ),
  );

  it.each(combinations)('$icmp, clamping $clamping, probing $probing', (knobs) => {
    const { icmp, clamping, probing } = knobs;
    const { connected, page, patience, swallowed, told } = claimsOf('mtu-black-hole', knobs);
    expect(connected).toBeLessThan(60 * MILLISECOND);
    expect(patience).toBe(20 * SECOND);
    const isNeverTooBig = clamping === 'on';
    const isTold = !isNeverTooBig && icmp === 'spoken';
    expect(told).toBe(isTold ? 1 : 0);
    if (isNeverTooBig) expect(swallowed).toBe(0);
    else if (isTold) expect(swallowed).toBe(1);
    else expect(Number(swallowed)).toBeGreaterThan(1);
    if (isNeverTooBig || isTold) expect(Number(page)).toBeLessThan(200 * MILLISECOND);
    else if (probing === 'on') expect(Number(page)).toBeGreaterThan(3 * SECOND);
    else expect(page).toBeUndefined();
  });
});

describe('routing-loop', () => {
  it('a packet crosses until its time to live has run out, or once', () => {
    const run = runOf('routing-loop');
    const { crossings, told } = claimsOf('routing-loop', { loop: 'default' });
    const before = ['home-router', 'isp'].length;
    expect(crossings).toBe(DEFAULT_HOP_LIMIT - before);
    const home = delayOver(run, 'laptop', 'switch', 'home-router', 'isp');
    const loop = run.network.channelOf('isp', 'transit-a').delay;
    // an even number of crossings ends at the ISP
    const travelled = 2 * home + Number(crossings) * loop;
    expect(Number(told) - travelled).toBeGreaterThan(0);
    expect(Number(told) - travelled).toBeLessThan(5 * MILLISECOND);
    const none = claimsOf('routing-loop', { loop: 'none' });
    expect(none['crossings']).toBe(1);
    expect(Number(none['told']) - 2 * home - 2 * loop).toBeLessThan(5 * MILLISECOND);
  });
});
