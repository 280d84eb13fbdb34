import { describe, expect, it } from 'vitest';
import { parseIp } from '../../components/engine/addresses.ts';
import { chooseRoute, type RouteRow } from '../../components/engine/routes.ts';
import { compareDigits, digitsOf, outcomeOf, verdictOf, wayOf } from '../../components/figure/route-words.ts';

const row = (network: string, more: Partial<RouteRow> = {}): RouteRow => ({
  family: network.includes(':') ? 6 : 4,
  network,
  kind: 'unicast',
  interface: 'eth0',
  gateway: '172.16.0.1',
  origin: 'static',
  metric: 0,
  expires: Number.MAX_SAFE_INTEGER,
  ...more,
});
const rows = [
  row('default'),
  row('10.20.0.0/16', { gateway: '', interface: 'lan' }),
  row('10.20.30.0/24', { kind: 'blackhole' }),
  row('2001:db8:70::/45'),
];
const owners = { '172.16.0.1': 'The office' };

/** `match:24 any:8`: the digits of a route in runs. */
function runs(network: number, destination: string): string {
  const choice = chooseRoute(rows, parseIp(destination));
  const candidate = choice.candidates.find((one) => one.row === network)!;
  const found: [string, number][] = [];
  for (const { state } of compareDigits(rows[network]!, candidate)) {
    if (found.at(-1)?.[0] === state) found.at(-1)![1] += 1;
    else found.push([state, 1]);
  }
  return found.map(([state, count]) => `${state}:${count}`).join(' ');
}

describe('digits under a destination', () => {
  it('are bits of IPv4 and hexadecimal digits of IPv6', () => {
    expect(digitsOf(parseIp('10.0.0.1')).join('')).toBe('00001010000000000000000000000001');
    expect(digitsOf(parseIp('2001:db8::1')).join('')).toBe('20010db8000000000000000000000001');
    expect(digitsOf(parseIp('0.0.0.0'))).toHaveLength(32);
  });

  it('agree up to the prefix’s end, and mean nothing behind it', () => {
    expect(runs(2, '10.20.30.7')).toBe('match:24 any:8');
    expect(runs(0, '10.20.30.7')).toBe('any:32');
  });

  it('are compared to the first that differs', () => {
    // 30 is 00011110, 28 is 00011100: bit 23
    expect(runs(2, '10.20.28.7')).toBe('match:22 differs:1 rest:1 any:8');
    expect(runs(2, '138.20.30.7')).toBe('differs:1 rest:23 any:8');
  });

  it('count a hexadecimal digit in part where the prefix ends inside it', () => {
    // 45 bits are eleven digits and one bit
    expect(runs(3, '2001:db8:77::1')).toBe('match:11 part:1 any:20');
    expect(runs(3, '2001:db8:78::1')).toBe('match:11 differs:1 any:20');
    expect(runs(3, '2001:db9:70::1')).toBe('match:7 differs:1 rest:4 any:20');
  });
});

describe('words for routes', () => {
  const verdicts = (destination: string) => {
    const choice = chooseRoute(rows, parseIp(destination));
    return choice.candidates.map((one) => verdictOf(one, choice, rows).replaceAll('\u00a0', ' '));
  };

  it('say who wins, who fits too, and where the others differ', () => {
    expect(verdicts('10.20.30.7')).toEqual(['wins: 24 bits', 'fits: 16 bits', 'fits: 0 bits']);
    expect(verdicts('10.20.28.7')).toEqual(['bit 23 differs', 'wins: 16 bits', 'fits: 0 bits']);
  });

  it('say what decides between equals', () => {
    const twins = [row('10.0.0.0/8', { metric: 20 }), row('10.0.0.0/8', { metric: 10 })];
    const choice = chooseRoute(twins, parseIp('10.1.1.1'));
    expect(choice.candidates.map((one) => verdictOf(one, choice, twins).replaceAll('\u00a0', ' '))).toEqual([
      'wins: 8 bits',
      'fits: 8 bits, metric 20',
    ]);
  });

  it('say where it goes', () => {
    expect(rows.slice(0, 3).map((one) => wayOf(one, owners))).toEqual([
      'by eth0, to 172.16.0.1 (The office)',
      'by lan, on the link',
      'nowhere: a blackhole',
    ]);
  });

  it('tell the outcome and its reason', () => {
    const outcome = (destination: string, table = rows) => {
      const address = parseIp(destination);
      const { deed, why } = outcomeOf(address, chooseRoute(table, address), table, owners);
      return `${deed} ${why}`;
    };
    expect(outcome('10.20.30.7')).toBe(
      'The packet is dropped in silence: the route is a blackhole. 10.20.30.0/24 is the longest of 3 prefixes that fit.',
    );
    expect(outcome('10.20.1.1')).toBe(
      'The packet goes out by lan, straight to 10.20.1.1. 10.20.0.0/16 is the longest of 2 prefixes that fit.',
    );
    expect(outcome('192.0.2.1')).toBe(
      'The packet goes out by eth0, to 172.16.0.1 (The office). Only the default route fits.',
    );
    expect(outcome('2001:db9::1')).toBe(
      'No route for 2001:db9::1: the packet is dropped, and its sender told so. No prefix fits, and there is no default route.',
    );
    expect(outcome('2001:db8::1', rows.slice(0, 3))).toContain('This table has no routes for IPv6.');
  });
});
