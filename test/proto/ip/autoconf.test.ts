/** Autoconfiguration: duplicate detection, router discovery, addresses and their lifetimes, and that it comes to rest. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMac } from '../../../src/engine/base/address.ts';
import { formatCidr } from '../../../src/engine/base/cidr.ts';
import { ip6 } from '../../../src/engine/base/ip.ts';
import type { Ip6 } from '../../../src/engine/base/ip6.ts';
import { HOUR, MILLISECOND, type Nanoseconds, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import {
  Autoconf,
  type AutoconfChange,
  type AutoconfOptions,
  eui64,
  joinAddress,
  twoHourRule,
} from '../../../src/engine/proto/ip/autoconf.ts';
import {
  type AdvertisedPrefix,
  INFINITE_LIFETIME,
  PLAIN_ADVERTISEMENT,
  plainPrefix,
  type RouterAdvertisement,
} from '../../../src/engine/proto/ip/router-advertiser.ts';
import { drain } from './projected.ts';

const MAC = parseMac('00:00:5e:00:53:0a');
const LINK_LOCAL = ip6('fe80::200:5eff:fe00:530a');
const GLOBAL = ip6('2001:db8:1::200:5eff:fe00:530a');
const PREFIX = ip6('2001:db8:1::');
const ROUTER = ip6('fe80::1');
const UNSPECIFIED = ip6('::');

const host = (options: Partial<AutoconfOptions> = {}) =>
  new Autoconf('eth0', { mac: MAC, linkMtu: 1500, ...options });
const says = (over: Partial<RouterAdvertisement> = {}): RouterAdvertisement => ({
  ...PLAIN_ADVERTISEMENT,
  ...over,
});
const prefix = (over: Partial<AdvertisedPrefix> = {}): AdvertisedPrefix => ({
  ...plainPrefix(PREFIX),
  ...over,
});

/** `preferred 2001:db8::1`, `+ ::/0 via fe80::1`: what the machine wants done, for people. */
function show(change: AutoconfChange): string {
  switch (change.kind) {
    case 'address':
      return `${change.address.state} ${change.address.address}`;
    case 'address gone':
      return `gone ${change.address}`;
    case 'route':
      return `+ ${formatCidr(change.network)}${change.gateway ? ` via ${change.gateway}` : ''}`;
    case 'route gone':
      return `− ${formatCidr(change.network)}${change.gateway ? ` via ${change.gateway}` : ''}`;
    case 'link':
      return `link ${JSON.stringify({ ...change, kind: undefined })}`;
    case 'resolvers':
      return `resolvers ${change.addresses.join(' ')}`;
  }
}

const changes = (machine: Autoconf) => drain(() => machine.pollChange()).map(show);
const messages = (machine: Autoconf) =>
  drain(() => machine.pollTransmit()).map((one) =>
    one.kind === 'neighbour solicitation' ? `who has ${one.target}?` : `routers? from ${one.source}`,
  );
const stateOf = (machine: Autoconf, address: Ip6) =>
  machine.addresses.find((one) => one.address === address)?.state;

/** A host whose addresses are all checked and whose router was heard, at the time that is returned. */
function settled(
  said: RouterAdvertisement,
  options: Partial<AutoconfOptions> = {},
): { machine: Autoconf; now: Nanoseconds } {
  const machine = host(options);
  machine.start(0);
  machine.handleTimeout(SECOND);
  machine.handleRouterAdvertisement(ROUTER, said, SECOND);
  machine.handleTimeout(2 * SECOND);
  drain(() => machine.pollChange());
  drain(() => machine.pollTransmit());
  return { machine, now: 2 * SECOND };
}

describe('the life of an interface', () => {
  it('makes a link-local address, asks for it, then for routers, then makes what they advertise', () => {
    const machine = host();
    machine.start(0);
    expect(changes(machine)).toEqual([`tentative ${LINK_LOCAL}`]);
    expect(messages(machine)).toEqual([`who has ${LINK_LOCAL}?`]);
    expect(machine.pollTimeout()).toBe(SECOND);
    machine.handleTimeout(SECOND);
    expect(changes(machine)).toEqual([`preferred ${LINK_LOCAL}`]);
    expect(messages(machine)).toEqual([`routers? from ${LINK_LOCAL}`]);
    machine.handleRouterAdvertisement(
      ROUTER,
      says({ prefixes: [prefix()], mtu: 1400 }),
      SECOND + MILLISECOND,
    );
    expect(changes(machine)).toEqual([
      `+ ::/0 via ${ROUTER}`,
      'link {"mtu":1400,"hopLimit":64}',
      '+ 2001:db8:1::/64',
      `tentative ${GLOBAL}`,
    ]);
    expect(messages(machine)).toEqual([`who has ${GLOBAL}?`]);
    machine.handleTimeout(machine.pollTimeout());
    expect(changes(machine)).toEqual([`preferred ${GLOBAL}`]);
    expect(messages(machine)).toEqual([]);
    expect(machine.routers).toEqual([ROUTER]);
    // and then it rests: what was said without an end holds for ever
    expect(machine.pollTimeout()).toBe(NEVER);
  });

  it('asks for routers three times, four seconds apart, and then no more (RFC 4861 §6.3.7)', () => {
    const machine = host();
    machine.start(0);
    const asked: number[] = [];
    for (let i = 0; i < 20 && machine.pollTimeout() !== NEVER; i++) {
      const now = machine.pollTimeout();
      machine.handleTimeout(now);
      for (const message of messages(machine)) if (message.startsWith('routers')) asked.push(now / SECOND);
    }
    expect(asked).toEqual([1, 5, 9]);
    expect(machine.pollTimeout()).toBe(NEVER);
  });

  it('stops asking when a router answers; one that is no default router does not count', () => {
    const machine = host();
    machine.start(0);
    machine.handleTimeout(SECOND);
    machine.handleRouterAdvertisement(ROUTER, says({ routerLifetime: 0 }), SECOND);
    expect(machine.pollTimeout()).toBe(5 * SECOND);
    machine.handleRouterAdvertisement(ROUTER, says({ routerLifetime: 1800 }), 2 * SECOND);
    expect(machine.pollTimeout()).toBe(1802 * SECOND);
  });

  it('waits as long as it is told before it speaks', () => {
    const machine = host({ checkDelay: () => 300 * MILLISECOND, solicitDelay: () => 700 * MILLISECOND });
    machine.start(0);
    expect(messages(machine)).toEqual([]);
    machine.handleTimeout(300 * MILLISECOND);
    expect(messages(machine)).toEqual([`who has ${LINK_LOCAL}?`]);
    machine.handleTimeout(1300 * MILLISECOND);
    expect(messages(machine)).toEqual([]);
    machine.handleTimeout(2000 * MILLISECOND);
    expect(messages(machine)).toEqual([`routers? from ${LINK_LOCAL}`]);
  });

  it('may be told to ask more often or not at all', () => {
    const often = host({ duplicateChecks: 3 });
    often.start(0);
    for (let second = 1; second <= 2; second++) often.handleTimeout(second * SECOND);
    expect(messages(often).length).toBe(3);
    expect(stateOf(often, LINK_LOCAL)).toBe('tentative');
    often.handleTimeout(3 * SECOND);
    expect(stateOf(often, LINK_LOCAL)).toBe('preferred');
    const never = host({ duplicateChecks: 0 });
    never.start(0);
    expect(stateOf(never, LINK_LOCAL)).toBe('preferred');
    expect(messages(never)).toEqual([`routers? from ${LINK_LOCAL}`]);
  });

  it('a router’s interface looks after its own addresses only', () => {
    const router = host({ isRouter: true });
    router.start(0, ip6('fe80::1'));
    router.assign(ip6('2001:db8:1::1'), 64, 0);
    router.handleTimeout(SECOND);
    router.handleRouterAdvertisement(ip6('fe80::2'), says({ prefixes: [prefix()] }), SECOND);
    expect(router.addresses.map(({ address, state, origin }) => [address, state, origin])).toEqual([
      ['fe80::1', 'preferred', 'link-local'],
      ['2001:db8:1::1', 'preferred', 'static'],
    ]);
    expect(messages(router)).toEqual(['who has fe80::1?', 'who has 2001:db8:1::1?']);
    expect(router.pollTimeout()).toBe(NEVER);
  });

  it('forgets everything when the interface goes down, and can come up again', () => {
    const { machine } = settled(
      says({ prefixes: [prefix()], resolvers: [{ addresses: [ip6('2001:db8::53')], lifetime: 60 }] }),
    );
    machine.clear();
    expect(changes(machine)).toEqual([
      `gone ${LINK_LOCAL}`,
      `gone ${GLOBAL}`,
      `− ::/0 via ${ROUTER}`,
      '− 2001:db8:1::/64',
      'resolvers ',
    ]);
    expect([machine.pollTimeout(), machine.addresses]).toEqual([NEVER, []]);
    machine.start(9 * SECOND);
    expect(messages(machine)).toEqual([`who has ${LINK_LOCAL}?`]);
  });
});

describe('duplicate address detection (RFC 4862 §5.4)', () => {
  it('somebody who asks for the same address, or has it, takes it from us', () => {
    const asked = host();
    asked.start(0);
    expect(asked.handleSolicitation(UNSPECIFIED, LINK_LOCAL, 0)).toBe(true);
    const answered = host();
    answered.start(0);
    expect(answered.handleAdvertisement(LINK_LOCAL, 0)).toBe(true);
    for (const machine of [asked, answered]) {
      messages(machine);
      expect(changes(machine)).toEqual([`tentative ${LINK_LOCAL}`, `duplicate ${LINK_LOCAL}`]);
      expect(machine.pollTimeout()).toBe(NEVER);
      expect(messages(machine)).toEqual([]);
      // and it stays silent about an address that is not its own
      expect(machine.handleSolicitation(ip6('fe80::9'), LINK_LOCAL, 0)).toBe(true);
    }
  });

  it('is not disturbed by somebody who only looks for the address', () => {
    const machine = host();
    machine.start(0);
    expect(machine.handleSolicitation(ip6('fe80::9'), LINK_LOCAL, 0)).toBe(true);
    machine.handleTimeout(SECOND);
    expect(stateOf(machine, LINK_LOCAL)).toBe('preferred');
    // then the address is ours, and the caller answers
    expect(machine.handleSolicitation(ip6('fe80::9'), LINK_LOCAL, SECOND)).toBe(false);
    expect(machine.handleSolicitation(UNSPECIFIED, LINK_LOCAL, SECOND)).toBe(false);
    expect(machine.handleAdvertisement(LINK_LOCAL, SECOND)).toBe(false);
    expect(stateOf(machine, LINK_LOCAL)).toBe('preferred');
    expect(machine.handleSolicitation(UNSPECIFIED, ip6('fe80::9'), SECOND)).toBe(false);
  });

  it('tries other identifiers when they are made by a function, three more times (RFC 7217 §6)', () => {
    const asked: [string, number][] = [];
    const machine = host({
      identifier: (network, collisions) => {
        asked.push([network, collisions]);
        return Uint8Array.of(2, 0, 0, 0, 0, 0, 0, collisions + 1);
      },
    });
    machine.start(0);
    for (let i = 1; i <= 4; i++) machine.handleAdvertisement(ip6(`fe80::200:0:0:${i}`), 0);
    expect(asked).toEqual([
      ['fe80::', 0],
      ['fe80::', 1],
      ['fe80::', 2],
      ['fe80::', 3],
    ]);
    expect(changes(machine).slice(-3)).toEqual([
      'gone fe80::200:0:0:3',
      'tentative fe80::200:0:0:4',
      'duplicate fe80::200:0:0:4',
    ]);
    expect(machine.pollTimeout()).toBe(NEVER);
  });

  it('an address given by hand is never exchanged for another', () => {
    const machine = host({ identifier: () => new Uint8Array(8) });
    machine.assign(GLOBAL, 64, 0);
    machine.handleAdvertisement(GLOBAL, 0);
    expect(machine.addresses.map(({ state }) => state)).toEqual(['duplicate']);
    machine.remove(GLOBAL);
    expect(machine.addresses).toEqual([]);
  });
});

describe('router advertisements (RFC 4861 §6.3.4, RFC 4862 §5.5.3)', () => {
  it('are believed from link-local addresses only', () => {
    const { machine, now } = settled(says());
    machine.handleRouterAdvertisement(ip6('2001:db8::1'), says({ prefixes: [prefix()] }), now);
    expect(changes(machine)).toEqual([]);
  });

  it.each([
    ['not autonomous', { isAutonomous: false }, ['+ 2001:db8:1::/64']],
    ['not on the link', { isOnLink: false }, [`tentative ${GLOBAL}`]],
    ['neither', { isAutonomous: false, isOnLink: false }, []],
    ['link-local', { prefix: ip6('fe80::') }, []],
    [
      'preferred for longer than valid',
      { validLifetime: 100, preferredLifetime: 101 },
      ['+ 2001:db8:1::/64'],
    ],
    ['of a length that leaves no room', { prefixLength: 80 }, ['+ 2001:db8:1::/80']],
    ['over at once', { validLifetime: 0, preferredLifetime: 0 }, []],
    ['with host bits', { prefix: ip6('2001:db8:1::77') }, ['+ 2001:db8:1::/64', `tentative ${GLOBAL}`]],
  ])('a prefix that is %s', (_, over, wanted) => {
    const { machine, now } = settled(says());
    machine.handleRouterAdvertisement(ROUTER, says({ prefixes: [prefix(over)], hopLimit: 0 }), now);
    expect(changes(machine).filter((change) => !change.includes('::/0'))).toEqual(wanted);
  });

  it('an address is deprecated and then removed when its lifetimes end', () => {
    const { machine, now } = settled(
      says({ prefixes: [prefix({ preferredLifetime: 100, validLifetime: 200 })] }),
    );
    expect(stateOf(machine, GLOBAL)).toBe('preferred');
    expect(machine.pollTimeout()).toBe(101 * SECOND);
    machine.handleTimeout(101 * SECOND);
    expect(changes(machine)).toEqual([`deprecated ${GLOBAL}`]);
    machine.handleTimeout(201 * SECOND);
    expect(changes(machine)).toEqual([`gone ${GLOBAL}`, '− 2001:db8:1::/64']);
    expect(now).toBe(2 * SECOND);
  });

  it('an advertisement renews them, and makes a deprecated address preferred again', () => {
    const said = says({ prefixes: [prefix({ preferredLifetime: 100, validLifetime: 200 })], hopLimit: 0 });
    const { machine } = settled(said);
    machine.handleTimeout(150 * SECOND);
    changes(machine);
    machine.handleRouterAdvertisement(ROUTER, said, 150 * SECOND);
    expect(changes(machine)).toEqual(['+ 2001:db8:1::/64', `preferred ${GLOBAL}`]);
    expect(machine.pollTimeout()).toBe(250 * SECOND);
    // said again at the same moment it changes nothing
    machine.handleRouterAdvertisement(ROUTER, said, 150 * SECOND);
    expect(changes(machine)).toEqual([]);
  });

  it('an address that is not preferred from the start never is', () => {
    const { machine } = settled(says({ prefixes: [prefix({ preferredLifetime: 0, validLifetime: 200 })] }));
    expect(stateOf(machine, GLOBAL)).toBe('deprecated');
  });

  it('an advertisement may deprecate at once, but not end an address within two hours', () => {
    const { machine, now } = settled(says({ prefixes: [prefix()] }));
    machine.handleRouterAdvertisement(
      ROUTER,
      says({ prefixes: [prefix({ preferredLifetime: 0, validLifetime: 0 })] }),
      now,
    );
    const own = machine.addresses.find(({ address }) => address === GLOBAL)!;
    expect(own.state).toBe('deprecated');
    expect(own.validUntil).toBe(now + 2 * HOUR);
    // the route has no such rule
    expect(changes(machine)).toContain('− 2001:db8:1::/64');
  });

  it.each([
    // what is left, what is said, what holds: hours
    [5, 3, 3],
    [5, 8, 8],
    [5, 1, 2],
    [5, 0, 2],
    [1, 0.5, 1],
    [1, 0, 1],
    [1, 1.5, 1.5],
    [1, 3, 3],
    [2, 1, 2],
  ])('of %d hours left and %d advertised, %d hold (§5.5.3 e)', (left, saidHours, wanted) => {
    const now = 7 * HOUR;
    expect(twoHourRule(now + left * HOUR, now + saidHours * HOUR, now)).toBe(now + wanted * HOUR);
  });

  it('a lifetime without end is one', () => {
    expect(twoHourRule(NEVER, NEVER, 0)).toBe(NEVER);
    const { machine } = settled(
      says({ prefixes: [prefix({ validLifetime: INFINITE_LIFETIME, preferredLifetime: 7 * 86_400 })] }),
    );
    const own = machine.addresses.find(({ address }) => address === GLOBAL)!;
    expect([own.validUntil, own.preferredUntil]).toEqual([NEVER, SECOND + 7 * 86_400 * SECOND]);
  });

  it('default routers come and go: by lifetime, by a last word, by turning into hosts', () => {
    const { machine, now } = settled(says({ routerLifetime: 1800 }));
    const second = ip6('fe80::2');
    machine.handleRouterAdvertisement(
      second,
      says({ routerLifetime: 600, preference: 'low', hopLimit: 0 }),
      now,
    );
    expect(drain(() => machine.pollChange())).toEqual([
      {
        kind: 'route',
        network: { address: '::', prefixLength: 0 },
        gateway: second,
        expires: now + 600 * SECOND,
        preference: 'low',
      },
    ]);
    machine.handleTimeout(now + 600 * SECOND);
    expect(changes(machine)).toEqual(['− ::/0 via fe80::2']);
    machine.handleRouterAdvertisement(ROUTER, says({ routerLifetime: 0, hopLimit: 0 }), now);
    expect(changes(machine)).toEqual([`− ::/0 via ${ROUTER}`]);
    machine.handleRouterAdvertisement(ROUTER, says({ routerLifetime: 1800, hopLimit: 0 }), now);
    machine.forgetRouter(ROUTER);
    machine.forgetRouter(ROUTER);
    expect(changes(machine)).toEqual([`+ ::/0 via ${ROUTER}`, `− ::/0 via ${ROUTER}`]);
  });

  it('settings of the link: only sizes that the link has and IPv6 allows', () => {
    const link = (over: Partial<RouterAdvertisement>) => {
      const { machine, now } = settled(says({ hopLimit: 0 }));
      machine.handleRouterAdvertisement(ROUTER, says({ hopLimit: 0, ...over }), now);
      return drain(() => machine.pollChange()).filter(({ kind }) => kind === 'link');
    };
    expect(link({ mtu: 1279 })).toEqual([]);
    expect(link({ mtu: 1501 })).toEqual([]);
    expect(link({ mtu: 1280 })).toEqual([{ kind: 'link', mtu: 1280 }]);
    expect(link({ hopLimit: 32, reachableTime: 10_000, retransTimer: 2000 })).toEqual([
      { kind: 'link', hopLimit: 32, reachableTime: 10 * SECOND, retransTimer: 2 * SECOND },
    ]);
  });

  it('waits for answers about its addresses as long as a router says', () => {
    const { machine, now } = settled(says({ retransTimer: 3000 }));
    machine.assign(ip6('2001:db8:1::5'), 64, now);
    machine.handleTimeout(now + 2 * SECOND);
    expect(stateOf(machine, ip6('2001:db8:1::5'))).toBe('tentative');
    machine.handleTimeout(now + 3 * SECOND);
    expect(stateOf(machine, ip6('2001:db8:1::5'))).toBe('preferred');
  });

  it('remembers name servers for their lifetime (RFC 8106)', () => {
    const [one, two] = ['2001:db8::53', '2001:db8::54'].map(ip6) as [Ip6, Ip6];
    const { machine, now } = settled(says());
    const tell = (addresses: Ip6[], lifetime: number) => {
      machine.handleRouterAdvertisement(
        ROUTER,
        says({ hopLimit: 0, resolvers: [{ addresses, lifetime }] }),
        now,
      );
      return changes(machine).filter((change) => change.startsWith('resolvers'));
    };
    expect(tell([one, two], 60)).toEqual([`resolvers ${one} ${two}`]);
    expect(tell([one], 120)).toEqual([]);
    machine.handleTimeout(now + 60 * SECOND);
    expect(changes(machine)).toEqual([`resolvers ${one}`]);
    expect(tell([one], 0)).toEqual(['resolvers ']);
  });
});

describe('limits', () => {
  it('what routers may fill is bounded', () => {
    const { machine, now } = settled(says());
    for (let i = 0; i < 100; i++) {
      machine.handleRouterAdvertisement(
        ip6(`fe80::${(i + 16).toString(16)}`),
        says({
          prefixes: Array.from({ length: 40 }, (_, k) =>
            plainPrefix(ip6(`2001:db8:${(i * 40 + k).toString(16)}::`)),
          ),
          resolvers: [{ addresses: [ip6(`2001:db8::${(i + 1).toString(16)}`)], lifetime: 60 }],
        }),
        now,
      );
    }
    const all = drain(() => machine.pollChange());
    const routes = all.filter((change) => change.kind === 'route');
    expect(routes.filter(({ gateway }) => gateway).length).toBe(15);
    expect(routes.filter(({ gateway }) => !gateway).length).toBe(32);
    expect(machine.addresses.length).toBe(17);
    expect(
      all.flatMap((change) => (change.kind === 'resolvers' ? [change.addresses.length] : [])).at(-1),
    ).toBe(8);
  });

  it('any course of things keeps the lists of the caller and of the machine equal, and comes to rest', () => {
    const step = fc.record({
      what: fc.constantFrom(
        'ra',
        'ra',
        'time',
        'time',
        'ns',
        'na',
        'assign',
        'remove',
        'forget',
        'clear',
        'start',
      ),
      router: fc.constantFrom(ROUTER, ip6('fe80::2')),
      address: fc.constantFrom(LINK_LOCAL, GLOBAL, ip6('2001:db8:2::9')),
      source: fc.constantFrom(UNSPECIFIED, ip6('fe80::9')),
      lifetime: fc.constantFrom(0, 10, 1800),
      valid: fc.constantFrom(0, 30, 4000, 9000, INFINITE_LIFETIME),
      preferred: fc.constantFrom(0, 20, 3000, INFINITE_LIFETIME),
      network: fc.constantFrom(PREFIX, ip6('2001:db8:2::')),
      wait: fc.constantFrom(0, SECOND, 30 * SECOND, HOUR),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), fc.boolean(), (steps, opaque) => {
        const identifier = (_: Ip6, collisions: number) => Uint8Array.of(2, 0, 0, 0, 0, 0, 0, collisions);
        const machine = host(opaque ? { identifier } : {});
        const addresses = new Map<string, { state: string; validUntil: number }>();
        const routes = new Set<string>();
        let now = 0;
        const check = () => {
          for (const change of drain(() => machine.pollChange())) {
            if (change.kind === 'address') addresses.set(change.address.address, change.address);
            else if (change.kind === 'address gone') expect(addresses.delete(change.address)).toBe(true);
            else if (change.kind === 'route') routes.add(show(change).slice(2));
            else if (change.kind === 'route gone') expect(routes.delete(show(change).slice(2))).toBe(true);
          }
          drain(() => machine.pollTransmit());
          expect([...addresses.values()]).toEqual(machine.addresses);
          expect([...routes].filter((route) => route.startsWith('::/0')).length).toBe(machine.routers.length);
        };
        for (const { what, router, address, source, lifetime, valid, preferred, network, wait } of steps) {
          now += wait;
          for (let i = 0; i < 50 && machine.pollTimeout() <= now; i++)
            machine.handleTimeout(machine.pollTimeout());
          expect(machine.pollTimeout()).toBeGreaterThan(now);
          const said = prefix({ prefix: network, validLifetime: valid, preferredLifetime: preferred });
          if (what === 'ra')
            machine.handleRouterAdvertisement(
              router,
              says({ routerLifetime: lifetime, prefixes: [said] }),
              now,
            );
          else if (what === 'ns') machine.handleSolicitation(source, address, now);
          else if (what === 'na') machine.handleAdvertisement(address, now);
          else if (what === 'assign') machine.assign(address, 64, now);
          else if (what === 'remove') machine.remove(address);
          else if (what === 'forget') machine.forgetRouter(router);
          else if (what === 'clear') machine.clear();
          else if (what === 'start') machine.start(now);
          check();
          for (const own of machine.addresses) {
            expect(own.validUntil).toBeGreaterThan(now);
            if (own.state === 'preferred') expect(own.preferredUntil).toBeGreaterThan(now);
            if (own.state === 'deprecated') expect(own.preferredUntil).toBeLessThanOrEqual(now);
          }
        }
        for (let i = 0; i < 100 && machine.pollTimeout() !== NEVER; i++)
          machine.handleTimeout(machine.pollTimeout());
        expect(machine.pollTimeout()).toBe(NEVER);
        check();
      }),
      { numRuns: 200 },
    );
  });
});

describe('addresses', () => {
  it('identifiers are made of the card’s number with one bit turned (RFC 4291 Appendix A)', () => {
    // the example of RFC 2464 §4
    expect([...eui64(parseMac('34:56:78:9a:bc:de'))]).toEqual([
      0x36, 0x56, 0x78, 0xff, 0xfe, 0x9a, 0xbc, 0xde,
    ]);
    expect(joinAddress(ip6('2001:db8::'), eui64(parseMac('34:56:78:9a:bc:de')))).toBe(
      '2001:db8::3656:78ff:fe9a:bcde',
    );
    expect(() => joinAddress(PREFIX, new Uint8Array(7))).toThrow();
  });
});
