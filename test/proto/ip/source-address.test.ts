/** Source and destination selection: the examples of RFC 6724 §10, each rule by itself, and that the order is one. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCidr6 } from '../../../src/engine/base/cidr.ts';
import { formatIp, type Ip, ip6, parseIp } from '../../../src/engine/base/ip.ts';
import {
  compareDestinations,
  compareSources,
  DEFAULT_POLICY,
  labelOf,
  orderDestinations,
  type Policy,
  precedenceOf,
  type SourceCandidate,
  scopeName,
  scopeOf,
  selectSource,
} from '../../../src/engine/proto/ip/source-address.ts';

/** `2001:db8:1::2 deprecated`: an address and what is special about it. */
function candidate(text: string): SourceCandidate {
  const [address, ...marks] = text.split(' ') as [string, ...string[]];
  const has = (mark: string) => (marks.includes(mark) ? true : undefined);
  const all = {
    isDeprecated: has('deprecated'),
    isTemporary: has('temporary'),
    isHome: has('home'),
    isCareOf: has('care-of'),
  };
  const marked = Object.fromEntries(Object.entries(all).filter(([, value]) => value));
  return {
    address: parseIp(address),
    prefixLength: address.includes(':') ? 64 : 24,
    interface: 'eth0',
    ...marked,
  };
}

const sourceOf = (destination: string, from: string[], policies?: readonly Policy[]) => {
  const chosen = selectSource(parseIp(destination), from.map(candidate), policies ? { policies } : {});
  return chosen && { from: formatIp(chosen.source.address), rule: chosen.rules.at(-1) };
};

/** Destinations in order, each with its source, and the rule that put the first before the second. */
function order(to: string[], from: string[], policies: readonly Policy[] = DEFAULT_POLICY) {
  const sources = from.map(candidate);
  const list = to.map((text) => {
    const address = parseIp(text);
    return { address, source: selectSource(address, sources, { policies })?.source };
  });
  const sorted = orderDestinations(list, policies);
  const pairs = sorted.map(({ address, source }) => [
    formatIp(address),
    source ? formatIp(source.address) : '–',
  ]);
  return { pairs, rule: compareDestinations(sorted[0]!, sorted[1]!, policies)?.rule };
}

const withRows = (...rows: [prefix: string, precedence: number, label: number][]): Policy[] => [
  ...rows.map(([prefix, precedence, label]) => ({ prefix: parseCidr6(prefix), precedence, label })),
  ...DEFAULT_POLICY.filter(
    ({ prefix }) => !rows.some(([text]) => text === `${prefix.address}/${prefix.prefixLength}`),
  ),
];

describe('RFC 6724 §10.1: sources', () => {
  it.each([
    ['2001:db8:1::1', ['2001:db8:3::1', 'fe80::1'], '2001:db8:3::1', '2: fitting scope'],
    ['ff05::1', ['2001:db8:3::1', 'fe80::1'], '2001:db8:3::1', '2: fitting scope'],
    [
      '2001:db8:1::1',
      ['2001:db8:1::1 deprecated', '2001:db8:2::1'],
      '2001:db8:1::1',
      '1: the destination itself',
    ],
    ['fe80::1', ['fe80::2 deprecated', '2001:db8:1::1'], 'fe80::2', '2: fitting scope'],
    ['2001:db8:1::1', ['2001:db8:1::2', '2001:db8:3::2'], '2001:db8:1::2', '8: longest common prefix'],
    ['2001:db8:1::1', ['2001:db8:1::2 care-of', '2001:db8:3::2 home'], '2001:db8:3::2', '4: home address'],
    [
      '2002:c633:6401::1',
      ['2002:c633:6401::d5e3:7953:13eb:22e8 temporary', '2001:db8:1::2'],
      '2002:c633:6401:0:d5e3:7953:13eb:22e8',
      '6: matching label',
    ],
    [
      '2001:db8:1::d5e3:0:0:1',
      ['2001:db8:1::2', '2001:db8:1::d5e3:7953:13eb:22e8 temporary'],
      '2001:db8:1:0:d5e3:7953:13eb:22e8',
      '7: temporary',
    ],
  ])('to %s from one of %j: %s', (destination, from, wanted, rule) => {
    expect(sourceOf(destination, from)).toEqual({ from: wanted, rule });
    expect(sourceOf(destination, [...from].reverse())).toEqual({ from: wanted, rule });
  });

  it('§10.6: a unique local address is not taken for a group only because it is longer the same', () => {
    const from = ['2001:db8:1::1', 'fd11:1111:1111:1::1'];
    expect(sourceOf('ff0e::1', from)).toEqual({ from: '2001:db8:1::1', rule: '6: matching label' });
  });
});

describe('RFC 6724 §10.2 to §10.7: destinations', () => {
  const [a, b] = ['2001:db8:1::1', '198.51.100.121'];
  it.each([
    [
      [a, b],
      ['2001:db8:1::2', 'fe80::1', '169.254.13.78'],
      [
        [a, '2001:db8:1::2'],
        [b, '169.254.13.78'],
      ],
      '2: matching scope',
    ],
    [
      [a, b],
      ['fe80::1', '198.51.100.117'],
      [
        [b, '198.51.100.117'],
        [a, 'fe80::1'],
      ],
      '2: matching scope',
    ],
    [
      [a, '10.1.2.3'],
      ['2001:db8:1::2', 'fe80::1', '10.1.2.4'],
      [
        [a, '2001:db8:1::2'],
        ['10.1.2.3', '10.1.2.4'],
      ],
      '6: higher precedence',
    ],
    [
      [a, 'fe80::1'],
      ['2001:db8:1::2', 'fe80::2'],
      [
        ['fe80::1', 'fe80::2'],
        [a, '2001:db8:1::2'],
      ],
      '8: smaller scope',
    ],
    [
      [a, 'fe80::1'],
      ['2001:db8:1::2 care-of', '2001:db8:3::1 home', 'fe80::2 care-of'],
      [
        [a, '2001:db8:3::1'],
        ['fe80::1', 'fe80::2'],
      ],
      '4: home address',
    ],
    [
      [a, 'fe80::1'],
      ['2001:db8:1::2', 'fe80::2 deprecated'],
      [
        [a, '2001:db8:1::2'],
        ['fe80::1', 'fe80::2'],
      ],
      '3: source not deprecated',
    ],
    [
      [a, '2001:db8:3ffe::1'],
      ['2001:db8:1::2', '2001:db8:3f44::2', 'fe80::2'],
      [
        [a, '2001:db8:1::2'],
        ['2001:db8:3ffe::1', '2001:db8:3f44::2'],
      ],
      '9: longest common prefix',
    ],
    [
      ['2002:c633:6401::1', a],
      ['2002:c633:6401::2', 'fe80::2'],
      [
        ['2002:c633:6401::1', '2002:c633:6401::2'],
        [a, '2002:c633:6401::2'],
      ],
      '5: matching label',
    ],
    [
      ['2002:c633:6401::1', a],
      ['2002:c633:6401::2', '2001:db8:1::2', 'fe80::2'],
      [
        [a, '2001:db8:1::2'],
        ['2002:c633:6401::1', '2002:c633:6401::2'],
      ],
      '6: higher precedence',
    ],
    // §10.6 and §10.7, with the default table
    [
      ['2001:db8:2::2', 'fd22:2222:2222:2::2'],
      ['2001:db8:1::1', 'fd11:1111:1111:1::1'],
      [
        ['2001:db8:2::2', '2001:db8:1::1'],
        ['fd22:2222:2222:2::2', 'fd11:1111:1111:1::1'],
      ],
      '6: higher precedence',
    ],
    [
      [a, '203.0.113.1'],
      ['2002:c633:6401::2', '10.1.2.3'],
      [
        ['203.0.113.1', '10.1.2.3'],
        [a, '2002:c633:6401::2'],
      ],
      '5: matching label',
    ],
  ])('%j from %j', (to, from, pairs, rule) => {
    expect(order(to, from)).toEqual({ pairs, rule });
    expect(order([...to].reverse(), from)).toEqual({ pairs, rule });
  });

  it('§10.3: IPv4 first', () => {
    const first4 = withRows(['::ffff:0.0.0.0/96', 100, 4]);
    expect(order(['2001:db8::1', '10.1.2.3'], ['2001:db8::2', 'fe80::1', '10.1.2.4'], first4)).toEqual({
      pairs: [
        ['10.1.2.3', '10.1.2.4'],
        ['2001:db8::1', '2001:db8::2'],
      ],
      rule: '6: higher precedence',
    });
    expect(order(['2001:db8::1', b], ['2001:db8::2', 'fe80::1', '169.254.13.78'], first4).pairs[0]![0]).toBe(
      '2001:db8::1',
    );
  });

  it('§10.4: global before link-local', () => {
    const table = withRows(['fe80::/10', 33, 1]);
    const to = ['2001:db8::1', 'fe80::1'];
    expect(order(to, ['2001:db8::2', 'fe80::2'], table).pairs[0]).toEqual(['2001:db8::1', '2001:db8::2']);
    expect(order(to, ['2001:db8::2 deprecated', 'fe80::2'], table).pairs[0]).toEqual(['fe80::1', 'fe80::2']);
  });

  it('§10.5: a site with two providers', () => {
    const from = ['2001:db8:1aaa::a', '2001:db8:70aa::a', 'fe80::a'];
    const table = withRows(['2001:db8:1aaa::/48', 43, 6], ['2001:db8:1bbb::/48', 43, 6]);
    const toB = ['2001:db8:1bbb::b', '2001:db8:70bb::b'];
    const toC = ['2001:db8:1ccc::c', '2001:db8:6ccc::c'];
    expect(order(toB, from).pairs).toEqual([
      ['2001:db8:70bb::b', '2001:db8:70aa::a'],
      ['2001:db8:1bbb::b', '2001:db8:1aaa::a'],
    ]);
    expect(order(toC, from).pairs).toEqual([
      ['2001:db8:1ccc::c', '2001:db8:1aaa::a'],
      ['2001:db8:6ccc::c', '2001:db8:70aa::a'],
    ]);
    expect(order(toB, from, table).pairs).toEqual([
      ['2001:db8:1bbb::b', '2001:db8:1aaa::a'],
      ['2001:db8:70bb::b', '2001:db8:70aa::a'],
    ]);
    expect(order(toC, from, table).pairs).toEqual([
      ['2001:db8:6ccc::c', '2001:db8:70aa::a'],
      ['2001:db8:1ccc::c', '2001:db8:70aa::a'],
    ]);
  });

  it('§10.6, §10.7: rows of the site’s own', () => {
    const ula = withRows(['fd11:1111:1111::/48', 45, 14]);
    expect(
      order(['2001:db8:2::2', 'fd11:1111:1111:2::2'], ['2001:db8:1::1', 'fd11:1111:1111:1::1'], ula).pairs[0],
    ).toEqual(['fd11:1111:1111:2::2', 'fd11:1111:1111:1::1']);
    const tunnel = withRows(['2002:c633:6401::/48', 45, 14]);
    expect(
      order(['203.0.113.1', '2002:c633:6401:2::2'], ['2002:c633:6401:1::1', '10.1.2.3'], tunnel).pairs[0],
    ).toEqual(['2002:c633:6401:2::2', '2002:c633:6401:1::1']);
  });
});

describe('rules that no example shows', () => {
  it('1: what has no source comes last', () => {
    const list = [
      { address: parseIp('2001:db8::1'), source: undefined },
      { address: parseIp('192.0.2.1'), source: candidate('10.0.0.1') },
    ];
    expect(orderDestinations(list).map(({ address }) => formatIp(address))).toEqual([
      '192.0.2.1',
      '2001:db8::1',
    ]);
  });

  it('5: the outgoing interface’s own address, before one with a matching label', () => {
    const on = (text: string, name: string) => ({ ...candidate(text), interface: name });
    const both = [on('2001:db8:1::2', 'eth0'), on('fd00::2', 'wlan0')];
    expect(selectSource(parseIp('2001:db8:9::1'), both, { interface: 'wlan0' })?.source.interface).toBe(
      'wlan0',
    );
    expect(selectSource(parseIp('2001:db8:9::1'), both)?.source.interface).toBe('eth0');
  });

  it('5.5: an address of the prefix that the next hop advertised', () => {
    const by = (text: string, router: string) => ({ ...candidate(text), advertisedBy: ip6(router) });
    const both = [by('2001:db8:1::2', 'fe80::a'), by('2001:db8:2::2', 'fe80::b')];
    const chosen = selectSource(parseIp('2001:db8:1::1'), both, { nextHop: ip6('fe80::b') });
    expect(chosen?.source.address).toBe('2001:db8:2::2');
    expect(chosen?.rules).toEqual(['5.5: advertised by the next hop']);
  });

  it('7: not through a tunnel', () => {
    const source = candidate('2001:db8::9');
    const a = { address: ip6('2001:db8:0:1::1'), source, isEncapsulated: true };
    expect(compareDestinations(a, { ...a, isEncapsulated: false })).toEqual({
      better: 'b',
      rule: '7: native transport',
    });
  });

  it('9 does not compare families, and the host part does not count', () => {
    const v4 = withRows(['::ffff:0.0.0.0/96', 40, 1]);
    expect(order(['192.0.2.1', '2001:db8::1'], ['192.0.2.2', '2001:db8::2'], v4)).toMatchObject({
      rule: undefined,
    });
    const [near, far] = [candidate('2001:db8::2'), candidate('2001:db8::1:0:0:2')];
    expect(compareSources(ip6('2001:db8::3'), near, far)).toBeUndefined();
  });

  it('never mixes families', () => {
    expect(selectSource(parseIp('192.0.2.1'), [candidate('2001:db8::1')])).toBeUndefined();
  });
});

it('scopes, labels and precedences', () => {
  const about = (text: string) => {
    const address = parseIp(text);
    return [scopeOf(address), scopeName(address), labelOf(address), precedenceOf(address)];
  };
  expect(about('::1')).toEqual([2, 'host', 0, 50]);
  expect(about('fe80::1')).toEqual([2, 'link', 1, 40]);
  expect(about('febf::1')).toEqual([2, 'link', 1, 40]);
  expect(about('fec0::1')).toEqual([5, 'site', 11, 1]);
  expect(about('fd00::1')).toEqual([14, 'global', 13, 3]);
  expect(about('2001:db8::1')).toEqual([14, 'global', 1, 40]);
  expect(about('2001::1')).toEqual([14, 'global', 5, 5]);
  expect(about('2002::1')).toEqual([14, 'global', 2, 30]);
  expect(about('3ffe::1')).toEqual([14, 'global', 12, 1]);
  expect(about('ff02::1')).toEqual([2, 'link', 1, 40]);
  expect(about('ff05::1')).toEqual([5, 'site', 1, 40]);
  expect(about('::192.0.2.1')).toEqual([14, 'global', 3, 1]);
  expect(about('::ffff:169.254.1.1')).toEqual([2, 'link', 4, 35]);
  expect(about('169.254.1.1')).toEqual([2, 'link', 4, 35]);
  expect(about('127.0.0.1')).toEqual([2, 'host', 4, 35]);
  expect(about('10.0.0.1')).toEqual([14, 'global', 4, 35]);
});

describe('the order is an order', () => {
  const pool: Ip[] = [
    'fe80::1',
    'fe80::2',
    '2001:db8:1::1',
    '2001:db8:1:1::2',
    '2001:db8:2::1',
    'fd00::1',
    'fd00:1::2',
    '2002:c633:6401::1',
    '192.0.2.1',
    '10.0.0.1',
    '169.254.9.9',
    '::1',
    'ff02::5',
    'ff0e::5',
    '2001::7',
  ].map(parseIp);
  const address = fc.constantFrom(...pool);
  const source = fc.record({
    address,
    prefixLength: fc.constantFrom(24, 48, 64),
    interface: fc.constantFrom('eth0', 'eth1'),
    isDeprecated: fc.boolean(),
    isTemporary: fc.boolean(),
  });

  it('the better source of two stays the better one when they change places', () => {
    fc.assert(
      fc.property(address, source, source, (to, a, b) => {
        const one = compareSources(to, a, b, { interface: 'eth0' });
        const other = compareSources(to, b, a, { interface: 'eth0' });
        expect(other?.rule).toBe(one?.rule);
        expect(other && (other.better === 'a' ? 'b' : 'a')).toBe(one?.better);
      }),
    );
  });

  it('sorting a sorted list changes nothing, whatever order the names came in', () => {
    fc.assert(
      fc.property(fc.array(address, { maxLength: 8 }), fc.array(source, { maxLength: 5 }), (to, from) => {
        const list = to.map((one) => ({ address: one, source: selectSource(one, from)?.source }));
        const sorted = orderDestinations(list);
        expect(orderDestinations(sorted)).toEqual(sorted);
        for (let i = 0; i + 1 < sorted.length; i++)
          expect(compareDestinations(sorted[i]!, sorted[i + 1]!)?.better).not.toBe('b');
      }),
    );
  });
});
