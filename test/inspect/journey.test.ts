import { describe, expect, it } from 'vitest';
import { Session } from '../../src/engine/export/session.ts';
import { type JourneyView, journeyOf } from '../../src/engine/inspect/journey.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';

function session(scenario: string, set: Record<string, string> = {}): Session {
  return Session.start({ scenario, set, seed: 1, inputs: [] }).finish();
}

function journey(of: Session, expression: string, ordinal = 0): JourneyView {
  return journeyOf(of.run, of.packets[of.filter(expression)[ordinal]!]!);
}

/** The values of a field on each link, `*` before those that changed. */
function row(view: JourneyView, header: string, label: string): string[] {
  const field = view.headers
    .find((one) => one.label.startsWith(header))!
    .fields.find((one) => one.label === label)!;
  return field.cells.map((cell) => (cell ? `${cell.isChanged ? '*' : ''}${cell.text}` : '–'));
}

describe('a packet on every link of its way', () => {
  const home = session('home-lan');
  const out = journey(home, 'icmp.type == 8 && ip.dst == 192.0.2.80');

  it('has one link for each cable, in order', () => {
    expect(out.links.map(({ from, to }) => `${from.label} > ${to.label}`)).toEqual([
      'Maya’s laptop > Switch',
      'Switch > Home router',
      'Home router > ISP router',
      'ISP router > Transit A',
      'Transit A > Transit B',
      'Transit B > chaicart.example',
    ]);
    for (const { size, sent, arrived } of out.links) {
      expect(size).toBe(98);
      expect(arrived).toBeGreaterThan(sent);
    }
    expect(out.headers.map(({ label, length }) => `${label}, ${length}`)).toEqual([
      'Ethernet II, 14',
      'Internet Protocol, version 4, 20',
      'Internet Control Message Protocol, 64',
    ]);
  });

  it('marks what changed, and only that', () => {
    const cards = row(out, 'Ethernet', 'Destination');
    expect(cards[0]).toBe('00:00:5e:00:53:08');
    expect(cards.map((text) => text.startsWith('*'))).toEqual([false, false, true, true, true, true]);
    expect(row(out, 'Internet Protocol', 'Time to live')).toEqual([
      '64 hops left',
      '64 hops left',
      '*63 hops left',
      '*62 hops left',
      '*61 hops left',
      '*60 hops left',
    ]);
    expect(row(out, 'Internet Protocol', 'Source')).toEqual([
      '192.168.1.23',
      '192.168.1.23',
      '*203.0.113.77',
      '203.0.113.77',
      '203.0.113.77',
      '203.0.113.77',
    ]);
    expect(row(out, 'Internet Protocol', 'Destination').filter((text) => text.startsWith('*'))).toEqual([]);
    // the query's identifier stands for a port, and the checksum of ICMP covers it
    expect(row(out, 'Internet Control', 'Identifier')[2]).toBe('*0x9c41');
    expect(row(out, 'Internet Control', 'Checksum').map((text) => text.startsWith('*'))).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('says whose address a value is', () => {
    const owners = (header: string, label: string) =>
      out.headers
        .find((one) => one.label.startsWith(header))!
        .fields.find((one) => one.label === label)!
        .cells.map((cell) => cell?.owner);
    expect(owners('Ethernet', 'Destination').slice(0, 3)).toEqual([
      'Home router, lan',
      'Home router, lan',
      'ISP router, access',
    ]);
    expect(owners('Internet Protocol', 'Source')[2]).toBe('Home router');
    expect(owners('Internet Protocol', 'Time to live')[0]).toBeUndefined();
  });

  it('says why, from what the trace recorded', () => {
    expect(out.links.map(({ why }) => why.join(' '))).toEqual([
      'Not on this link: the packet is for chaicart.example, its frame for the home router.',
      'Changes nothing: a switch reads a frame and passes it on.',
      'New link, new cards. One router less to live. NAT: its own address and identifier 0x9c41 (40001) in place of Maya’s laptop’s. The checksums follow.',
      'New link, new cards. One router less to live. Its checksum follows.',
      'New link, new cards. One router less to live. Its checksum follows.',
      'New link, new cards. One router less to live. Its checksum follows.',
    ]);
    const back = journey(home, 'icmp.type == 0 && ip.src == 192.0.2.80');
    expect(back.links.at(-2)!.why[2]).toBe(
      'NAT: finds the row, and puts back Maya’s laptop’s address and identifier 0xc2df (49887).',
    );
    const near = journey(home, 'icmp.type == 8 && ip.dst == 192.168.1.25');
    expect(near.links[0]!.why).toEqual(['On this link: packet and frame are both for the television.']);
  });

  it('shows IPv6, where there is no checksum to follow and no address to translate', () => {
    const six = journey(session('dual-stack'), 'icmpv6.type == 128');
    expect(
      six.links
        .slice(2)
        .every(({ why }) => why.join(' ') === 'New link, new cards. One router less to live.'),
    ).toBe(true);
    expect(new Set(row(six, 'Internet Protocol', 'Source')).size).toBe(1);
    expect(row(six, 'Internet Protocol', 'Hop limit').at(-1)).toBe('*60 hops left');
  });

  it('keeps what is printed of data short, and compares all of it', () => {
    expect(row(out, 'Internet Control', 'Data')[0]).toMatch(/^56\u00a0bytes: ([0-9a-f]{2} ){2}…$/u);
  });

  it.each(scenarios.map(({ name }) => name))(
    '%s: every packet has a journey that names every change',
    (name) => {
      const all = session(name);
      for (const packet of all.packets) {
        const view = journeyOf(all.run, packet);
        expect(view.links.length).toBeGreaterThan(0);
        for (const { fields } of view.headers) {
          for (const { cells } of fields) {
            expect(cells.length).toBe(view.links.length);
            cells.forEach((cell, i) => {
              if (cell?.isChanged) expect(view.links[i]!.why.length).toBeGreaterThan(0);
              // what differs is marked, what is marked differs (data is printed in part)
              if (i > 0 && cell && cells[i - 1] && cell.text !== cells[i - 1]!.text)
                expect(cell.isChanged).toBe(true);
            });
          }
        }
        for (const { why } of view.links) for (const text of why) expect(text).toMatch(/^[A-Z].*\.$/);
      }
    },
  );
});
