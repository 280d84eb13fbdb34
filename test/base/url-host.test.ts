import { describe, expect, it } from 'vitest';
import { formatIp4 } from '../../src/engine/base/address.ts';
import { Malformed, Unsupported } from '../../src/engine/base/errors.ts';
import { formatIp } from '../../src/engine/base/ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { formatUrlHost, parseLooseIp4, parseUrlHost } from '../../src/engine/base/url-host.ts';
import { hostText } from './address-inputs.ts';

const RUNS = 100_000;

/** The host as our parser would put it into a URL; why not, otherwise. */
function ours(text: string): string | typeof Malformed | typeof Unsupported {
  try {
    return formatUrlHost(parseUrlHost(text));
  } catch (error) {
    if (error instanceof Malformed) return Malformed;
    if (error instanceof Unsupported) return Unsupported;
    throw error;
  }
}

/** The platform's answer. */
function model(text: string): string | typeof Malformed {
  try {
    return new URL(`http://${text}/`).hostname;
  } catch {
    return Malformed;
  }
}

/** Where we differ from the model by design: what we answer there, and why. */
const BY_DESIGN: readonly {
  readonly where: RegExp | ((text: string) => boolean);
  readonly answer: typeof Malformed | typeof Unsupported | 'any';
  readonly why: string;
}[] = [
  {
    where: (text) => /[^\0-\x7f]|%[89a-f]/i.test(text) && ours(text) === Unsupported,
    answer: Unsupported,
    why: 'international names need the tables of UTS 46, which the engine does not carry',
  },
  {
    where: /[/?#\\@]|^[^[]*:|\][^[]*:|^$/,
    answer: Malformed,
    why: 'in a URL these end the host, and then the model reads something shorter; we are handed the host alone',
  },
  {
    where: /[\t\n\r]/,
    answer: Malformed,
    why: 'the URL parser strips tabs and line ends from the whole URL before it looks for the host',
  },
  {
    where: /xn--/i,
    answer: 'any',
    why: 'Punycode is not decoded to check it, and releases of Node disagree about when to refuse it',
  },
];

const designOf = (text: string) =>
  BY_DESIGN.find(({ where }) => (typeof where === 'function' ? where(text) : where.test(text)));

describe('the host of a URL', () => {
  it(`is read as the platform's URL reads it, on ${RUNS} generated and mutated texts`, () => {
    const random = new Random(2);
    const counts = { address: 0, name: 0, refused: 0, design: 0 };
    for (let i = 0; i < RUNS; i++) {
      const text = hostText(random);
      const answer = ours(text);
      const design = designOf(text);
      const expected = design === undefined ? model(text) : design.answer;
      if (expected !== 'any' && answer !== expected)
        expect.fail(`input ${i}, ${JSON.stringify(text)}: ${String(answer)}, not ${String(expected)}`);
      if (design !== undefined) counts.design++;
      else if (typeof answer !== 'string') counts.refused++;
      else counts[/^\[|^[\d.]+$/.test(answer) ? 'address' : 'name']++;
    }
    expect(counts.address).toBeGreaterThan(RUNS / 5);
    expect(counts.name).toBeGreaterThan(RUNS / 50);
    expect(counts.refused).toBeGreaterThan(RUNS / 10);
    expect(counts.design).toBeLessThan(RUNS / 4);
  });

  it('maps every character that stands for ASCII as the platform does', () => {
    const differ: string[] = [];
    for (let point = 0x80; point <= 0x1_ffff; point++) {
      if (point >= 0xd800 && point <= 0xdfff) continue;
      const text = `a${String.fromCodePoint(point)}b`;
      const answer = ours(text);
      if (answer !== Unsupported && answer !== model(text)) differ.push(`U+${point.toString(16)}`);
    }
    expect(differ).toEqual([]);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0177.0.0.01', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['010.0.0.1', '8.0.0.1'],
    ['192.0.2.80.', '192.0.2.80'],
    ['%31%32%37.1', '127.0.0.1'],
    ['１２７。１', '127.0.0.1'],
    ['0x', '0.0.0.0'],
    ['[2001:DB8::1]', '[2001:db8::1]'],
    ['[::ffff:192.0.2.80]', '[::ffff:c000:250]'],
    ['ChaiCart.example', 'chaicart.example'],
    ['1.example', '1.example'],
    ['1..2.example', '1..2.example'],
  ])('%j is %s', (text, host) => {
    expect(ours(text)).toBe(host);
    expect(model(text)).toBe(host);
  });

  it.each([
    '',
    '09.0.0.1',
    '256.0.0.1',
    '127.0.0.1.1',
    '4294967296',
    '127.16777216',
    'a.1',
    'a.0x1',
    '1..2',
    '[::1',
    '::1',
    '[fe80::1%eth0]',
    '[fe80::1%25eth0]',
    '[127.0.0.1]',
    'a b',
    'a%20b',
    'a%00b',
    'a%',
    '%zz',
  ])('%j is refused', (text) => {
    expect(() => parseUrlHost(text)).toThrow(Malformed);
  });

  it('says what it cannot do', () => {
    for (const text of ['münchen.example', '١٢٧.1', '⒈2.3.4', 'a\u00adb'])
      expect(() => parseUrlHost(text), text).toThrow(Unsupported);
  });

  it('one number, in all its dress', () => {
    for (const text of ['3221226064', '0xc0000250', '030000001120', '192.592', '192.0.592', '0xC0.0.0x250'])
      expect(formatIp4(parseLooseIp4(text)), text).toBe('192.0.2.80');
    const host = parseUrlHost('[::FFFF:c000:250]');
    expect(host.kind === 'address' && formatIp(host.address)).toBe('::ffff:192.0.2.80');
  });
});
