import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCidr } from '../../src/engine/base/cidr.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import {
  type Condition,
  conditionText,
  firstMatch,
  mismatch,
  type Rule,
  type Subject,
} from '../../src/engine/policy/match.ts';

const packet: Subject = {
  chain: 'forward',
  protocol: 6,
  source: parseIp('203.0.113.80'),
  destination: parseIp('192.168.1.25'),
  sourcePort: 50_000,
  destinationPort: 80,
  icmpType: undefined,
  in: 'wan',
  out: 'lan',
  state: 'new',
};
const ping: Subject = {
  ...packet,
  protocol: 58,
  source: parseIp('2001:db8::1'),
  destination: parseIp('2001:db8:1::2'),
  sourcePort: undefined,
  destinationPort: undefined,
  icmpType: 128,
};

/** For each field a condition that fits the packet, and one that does not, with the reason. */
const FIELDS: readonly (readonly [fits: Condition, fails: Condition, why: string])[] = [
  [{ chains: ['input', 'forward'] }, { chains: ['input'] }, 'the chain forward'],
  [{ family: 4 }, { family: 6 }, 'IPv4'],
  [{ protocols: [17, 6] }, { protocols: [17] }, 'protocol 6'],
  [
    { from: [parseCidr('203.0.113.0/24')] },
    { from: [parseCidr('198.51.100.0/24')] },
    'the source 203.0.113.80',
  ],
  [{ from: [parseCidr('0.0.0.0/0')] }, { from: [parseCidr('::/0')] }, 'the source 203.0.113.80'],
  [
    { to: [parseCidr('10.0.0.0/8'), parseCidr('192.168.1.25/32')] },
    { to: [] },
    'the destination 192.168.1.25',
  ],
  [{ fromPorts: [[1024, 65_535]] }, { fromPorts: [[0, 1023]] }, 'the source port 50000'],
  [
    {
      toPorts: [
        [443, 443],
        [80, 80],
      ],
    },
    {
      toPorts: [
        [81, 443],
        [1, 79],
      ],
    },
    'the destination port 80',
  ],
  [{}, { icmpTypes: [8] }, 'no ICMP'],
  [{ in: ['wan'] }, { in: ['lan'] }, 'coming in by wan'],
  [{ notIn: ['lan'] }, { notIn: ['wan'] }, 'coming in by wan'],
  [{ out: ['lan'] }, { out: ['wan'] }, 'going out by lan'],
  [{ notOut: ['wan'] }, { notOut: ['lan'] }, 'going out by lan'],
  [{ states: ['new', 'related'] }, { states: ['established'] }, 'the state new'],
];

describe('a condition', () => {
  it.each(FIELDS)('%j fits, %j does not: %s', (fits, fails, why) => {
    expect(mismatch(fits, packet)).toBeUndefined();
    expect(mismatch(fails, packet)).toBe(why);
  });

  it('asks for everything that it names, and for nothing else', () => {
    fc.assert(
      fc.property(
        fc.subarray([...FIELDS.keys()]),
        fc.subarray([...FIELDS.keys()], { maxLength: 3 }),
        (good, bad) => {
          const condition = Object.assign(
            {},
            ...good.map((i) => FIELDS[i]![0]),
            ...bad.map((i) => FIELDS[i]![1]),
          );
          // a later field may have replaced a bad one of the same name
          const isGood = FIELDS.every(([, fails]) =>
            Object.entries(fails).every(
              ([name, value]) => (condition as Record<string, unknown>)[name] !== value,
            ),
          );
          expect(mismatch(condition, packet) === undefined).toBe(isGood);
        },
      ),
    );
  });

  it('about ports fits nothing without ports; about interfaces, nothing that starts or ends here', () => {
    expect(mismatch({ toPorts: [[0, 65_535]] }, ping)).toBe('the destination port none');
    expect(mismatch({ icmpTypes: [128, 129] }, ping)).toBeUndefined();
    expect(mismatch({ icmpTypes: [129] }, ping)).toBe('ICMP type 128');
    const own: Subject = { ...packet, chain: 'output', in: undefined };
    expect(mismatch({ in: ['wan'] }, own)).toBe('coming in by no interface');
    expect(mismatch({ notIn: ['wan'] }, own)).toBeUndefined();
  });

  it('can be read', () => {
    expect(conditionText({})).toBe('anything');
    expect(
      conditionText({
        chains: ['forward'],
        family: 4,
        notIn: ['lan'],
        protocols: [6, 17],
        from: [parseCidr('203.0.113.0/24')],
        toPorts: [
          [80, 80],
          [8000, 8080],
        ],
        states: ['new'],
      }),
    ).toBe(
      'forward, IPv4, not in by lan, protocol 6 or 17, from 203.0.113.0/24, to port 80 or 8000–8080, new',
    );
  });
});

describe('rules in order', () => {
  const rules: readonly Rule<string>[] = [
    { name: 'no pings', when: { protocols: [1, 58] }, action: 'drop' },
    { name: 'the web', when: { toPorts: [[80, 80]] }, action: 'accept' },
    { name: 'nobody from there', when: { from: [parseCidr('203.0.113.0/24')] }, action: 'reject' },
  ];

  it('the first that fits decides', () => {
    expect(firstMatch(rules, packet)?.name).toBe('the web');
    expect(firstMatch([...rules].reverse(), packet)?.name).toBe('nobody from there');
    expect(firstMatch(rules, ping)?.action).toBe('drop');
    expect(
      firstMatch(rules, { ...packet, destinationPort: 81, source: parseIp('192.0.2.1') }),
    ).toBeUndefined();
  });
});
