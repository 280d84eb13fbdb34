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
