import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';

const session = (scenario: string, set: Record<string, string> = {}) =>
  Session.start({ scenario, set, seed: 1, inputs: [] }).finish();

/** The moments of a machine whose text begins so, as `subject text`. */
function said(of: Session, begin: RegExp): string[] {
  return of
    .view()
    .moments.map(({ subject, text }) => `${subject} ${text}`)
    .filter((text) => begin.test(text));
}

function reasons(of: Session, kind: string): Set<string> {
  const { trace } = of.run.world;
  const found = [...trace.events([kind])].map(({ id }) => of.why(id).at(-1)?.reason ?? '');
  return new Set(found.filter((text) => text !== ''));
}

describe('sentences about addresses and neighbours', () => {
  const six = session('dual-stack');

  it('tell how a laptop comes by its addresses, in order', () => {
    expect(said(six, /^Maya’s laptop (makes|may|asks whether|hears)/)).toEqual([
      'Maya’s laptop makes itself an address for its link: fe80::200:5eff:fe00:5301',
      'Maya’s laptop may use fe80::200:5eff:fe00:5301 now',
      'Maya’s laptop asks whether there are routers',
      'Maya’s laptop hears of the router fe80::200:5eff:fe00:5306 and the prefix 2001:db8:77:1::/64',
      'Maya’s laptop makes itself an address: 2001:db8:77:1:200:5eff:fe00:5301',
      'Maya’s laptop may use 2001:db8:77:1:200:5eff:fe00:5301 now',
    ]);
    expect(reasons(six, 'address.state')).toEqual(new Set(['Nobody else has it.']));
  });

  it('tell of neighbours only what became of a question', () => {
    expect(said(six, /^The home router (asks a few|knows)/).slice(0, 2)).toEqual([
      'The home router asks a few: who has 2001:db8:77:1:200:5eff:fe00:5301?',
      'The home router knows that 2001:db8:77:1:200:5eff:fe00:5301 is at 00:00:5e:00:53:01',
    ]);
    const { trace } = six.run.world;
    const states = [...trace.events(['nd.state'])];
    expect(states.length).toBeGreaterThan(said(six, / knows that /).length);
  });

  it('say nothing of addresses that were there before the run', () => {
    expect(said(session('home-lan'), /address/)).toEqual([]);
  });
});

describe('sentences about sizes', () => {
  it('tell of a path that was learnt, and what TCP makes of it', () => {
    const spoken = session('mtu-black-hole', { icmp: 'spoken' });
    expect(said(spoken, / learns that only /)).toEqual([
      'ChaiCart’s server learns that only 1,400 bytes at a time get to 203.0.113.77',
    ]);
    expect(said(spoken, / makes its segments /)).toEqual([
      'ChaiCart’s server makes its segments shorter: 1,348 bytes instead of 1,448',
    ]);
    expect(reasons(spoken, 'tcp.mss')).toEqual(new Set(['A router says that they are too long.']));
  });

  it('tell of a page that is closed', () => {
    expect(said(session('mtu-black-hole'), /^Maya closes/)).toEqual([
      'Maya closes the page: http://192.0.2.80/',
    ]);
  });

  it('tell of packets that are cut, and put together again', () => {
    const cut = Session.start({
      scenario: 'home-lan',
      set: {},
      seed: 1,
      inputs: [
        {
          time: 1e9,
          what: 'type',
          detail: { machine: 'laptop', line: 'ping -c 1 -s 2000 -M dont 192.168.1.25' },
        },
      ],
    }).finish();
    expect(said(cut, / cuts /)[0]).toBe('Maya’s laptop cuts a packet of 2,028 bytes into 2');
    expect(said(cut, / pieces together /)[0]).toBe('The television puts 2 pieces together to 2,028 bytes');
  });
});

describe('sentences about programs that order, plan and follow', () => {
  it('tell what became of each order, and why', () => {
    const moved = session('migration', { lowered: 'late' });
    expect(said(moved, / sends order 1 /)).toHaveLength(6);
    expect(reasons(moved, 'order.sent')).toEqual(
      new Set(['That is the address which it was given for chaicart.example.']),
    );
    expect(reasons(moved, 'order.lost')).toEqual(new Set(['No confirmation came.']));
    // the zone follows from what somebody saved, and from nothing else
    for (const { id } of moved.run.world.trace.events(['dns.authority.zone']))
      expect(moved.why(id).map(({ title }) => title)[0]).toBe(
        'Somebody saves the zone chaicart.example on ChaiCart’s name server',
      );
    expect(reasons(moved, 'dns.authority.zone')).toEqual(
      new Set(['Until now it had serial 2026112001.', 'Until now it had serial 2026112002.']),
    );
  });

  it('tell how a plan was applied too late, and what the clean-up took away', () => {
    const race = session('racing-updaters');
    expect(said(race, / applies plan 1 in place of plan 5: /)).toHaveLength(1);
    expect(said(race, /the name has no address any more$/)).toEqual([
      'ChaiCart’s name server deletes plan 1, and the name has no address any more',
    ]);
    expect(reasons(race, 'plan.apply')).toContain(
      'It was asked to, and it does not look whether plan 5 is newer.',
    );
    expect(reasons(race, 'plan.clean')).toContain('Plan 1 is among them, and it is the one that is applied.');
    expect(reasons(race, 'plan.check')).toContain('It is newer than plan 0, which is applied.');
    const compared = session('racing-updaters', { apply: 'compared' });
    expect(said(compared, / does not apply plan 1$/)).toHaveLength(1);
    expect(reasons(compared, 'plan.refused')).toContain('Plan 5 is applied, and no longer plan 0.');
  });

  it('tell of health that is looked after', () => {
    const checked = session('steering', { policy: 'one', health: 'checked' });
    expect(said(checked, / that it is there$/).length).toBeGreaterThan(3);
    expect(said(checked, / hears that 192\.0\.2\.80 is down$/)).toHaveLength(1);
  });

  it('tell what an ALIAS publishes', () => {
    const alias = session('apex', { apex: 'alias' });
    expect(said(alias, / as its own$/)).toEqual([
      'ChaiCart’s first name server publishes 192.0.2.180 as its own',
      'ChaiCart’s first name server publishes 192.0.2.80 as its own',
    ]);
    expect(reasons(alias, 'alias.follow')).toEqual(
      new Set(['It has looked up where its ALIAS leads: edge.hoster.example.']),
    );
  });
});

describe('every scenario', () => {
  it.each(scenarios.map(({ name }) => name))(
    '%s: sentences are whole and name things as people do',
    (name) => {
      const of = session(name);
      const { moments } = of.view();
      expect(moments.length).toBeGreaterThan(0);
      for (const { subject, text, event } of moments) {
        expect(`${subject} ${text}`).toMatch(/^\S.*\S$/);
        expect(`${subject} ${text}`).not.toMatch(/undefined|null|NaN|\[object| {2}/);
        // a name that begins with “The” does so at the beginning only
        expect(text).not.toMatch(/\b(?:after|to|from|of) The\b/);
        for (const { reason } of of.why(event))
          expect(reason).toMatch(/^(?:(?:[A-Z“0-9]|[a-z-]*\.).*[.!?…])?$/s);
      }
    },
  );
});
