/**
 * Texts that are addresses, prefixes and hosts, or nearly so: good forms of every notation, and up to four mutations
 * on top. The generator is the engine's own, so an index and a seed repeat an input.
 */
import type { Random } from '../../src/engine/base/random.ts';

/** What parsers treat in a way of their own: separators, signs, spaces, digits of other scripts, other bases. */
const TELLING = [
  ...'0123456789abcdefABCDEFgxXzZ.:/%[]-+_ @#?\\"\'',
  ...['\t', '\n', '\r', '\0', '\v', '\u00a0', '\u2028', '\ufeff', '\u00ad', '\u200d'],
  ...['１', '２', '．', '。', '｡', '٣', '५', '²', '①', '𝟙', 'ａ', 'Ｆ', 'İ', 'ſ', 'K', 'ß', 'é', '⒈', '℀'],
  ...[
    '00',
    '0x',
    '0X',
    '::',
    ':::',
    '..',
    '%25',
    '%31',
    '%2e',
    '%00',
    '/0',
    '/-1',
    '/33',
    '/129',
    '256',
    '65536',
  ],
];

const NUMBERS = [
  0,
  1,
  7,
  8,
  9,
  10,
  99,
  100,
  127,
  128,
  192,
  198,
  199,
  200,
  249,
  250,
  255,
  256,
  260,
  300,
  999,
  1000,
  65535,
  65536,
  0xff_ffff,
  0x100_0000,
  2130706433,
  0xffff_ffff,
  0x1_0000_0000,
  1e21,
  2 ** 64,
  2 ** 128,
];

/** The zones that Python, Node and Linux tell apart. */
const ZONES = ['eth0', '0', 'en-1', 'a.b:c', 'x y', 'ü', '', 'eth_0', '%', '25eth0'];

export function addressText(random: Random): string {
  let text = seedText(random);
  for (let n = random.chance(0.4) ? 0 : 1 + random.below(4); n > 0; n--) text = mutate(random, text);
  return text;
}

/** The same with a prefix length, a netmask or something like it behind, four times out of five. */
export function prefixText(random: Random): string {
  let text = seedText(random);
  if (random.chance(0.8)) text += `/${maskText(random)}`;
  for (let n = random.chance(0.5) ? 0 : 1 + random.below(3); n > 0; n--) text = mutate(random, text);
  return text;
}

/** The same as a host in a URL, IPv6 mostly in brackets. */
export function hostText(random: Random): string {
  let text = random.chance(0.4) ? looseIp4(random) : seedText(random);
  if (text.includes(':') && random.chance(0.8)) text = `[${text}]`;
  if (random.chance(0.1))
    text = pick(random, ['a.example', 'xn--a', 'a-b_c', 'localhost', '1.example', 'a.1', 'a.0x1', '-']);
  for (let n = random.chance(0.4) ? 0 : 1 + random.below(3); n > 0; n--) text = mutate(random, text);
  return text;
}

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}

function seedText(random: Random): string {
  const kind = random.float();
  if (kind < 0.3) return dotted(random);
  if (kind < 0.4) return looseIp4(random);
  if (kind < 0.93) return groups(random) + (random.chance(0.12) ? `%${pick(random, ZONES)}` : '');
  if (kind < 0.97) return Array.from({ length: random.below(12) }, () => pick(random, TELLING)).join('');
  return pick(random, ['', ':', '::', '.', '%', '/', '::%', '[]', '[', '0', '1.2.3', '::/0', '0/0', '%eth0']);
}

const number = (random: Random): number =>
  random.chance(0.6)
    ? random.below(256)
    : random.chance(0.85)
      ? NUMBERS[random.below(22)]!
      : pick(random, NUMBERS);

/** Four decimal parts, now and then three or five, and now and then too large a number or a leading zero. */
function dotted(random: Random): string {
  const length = random.chance(0.9) ? 4 : 1 + random.below(6);
  return Array.from({ length }, () =>
    random.chance(0.93)
      ? String(random.below(256))
      : (random.chance(0.4) ? '0' : '') + number(random).toString(),
  ).join('.');
}

/** One to five parts in decimal, octal or hexadecimal. */
function looseIp4(random: Random): string {
  const length = 1 + random.below(random.chance(0.9) ? 4 : 5);
  const part = (): string => {
    const value = BigInt(Math.min(number(random), 2 ** 60));
    const base = random.below(5);
    const zeros = random.chance(0.1) ? '0'.repeat(random.below(4)) : '';
    if (base === 0) return `0${zeros}${value.toString(8)}`;
    if (base === 1) return `0${pick(random, ['x', 'X'])}${zeros}${value.toString(16)}`;
    return zeros + value.toString();
  };
  return Array.from({ length }, part).join('.') + (random.chance(0.1) ? '.' : '');
}

/** Eight groups, some left out for `::`, the last two now and then as dotted decimal. */
function groups(random: Random): string {
  const hex = (): string => {
    const text = (random.chance(0.35) ? 0 : random.below(0x10000)).toString(16);
    const padded = random.chance(0.2) ? text.padStart(random.chance(0.95) ? 4 : 5, '0') : text;
    return random.chance(0.2) ? padded.toUpperCase() : padded;
  };
  const parts = Array.from({ length: random.chance(0.92) ? 8 : random.below(11) }, hex);
  if (random.chance(0.25)) parts.splice(-2, 2, dotted(random));
  if (random.chance(0.15))
    parts.splice(0, 6, ...(random.chance(0.8) ? ['', '', 'ffff'] : ['0', '0', '0', '0', '0', 'FFFF']));
  if (random.chance(0.6)) {
    const at = random.below(parts.length + 1);
    const gone = random.chance(0.9) ? 1 + random.below(parts.length - at + 1) : 0;
    return `${parts.slice(0, at).join(':')}::${parts.slice(at + gone).join(':')}`;
  }
  return parts.join(':');
}

function maskText(random: Random): string {
  const kind = random.float();
  if (kind < 0.6) return String(random.below(random.chance(0.5) ? 33 : 131));
  const ones = random.below(33);
  const mask = ones === 0 ? 0 : (0xffff_ffff << (32 - ones)) >>> 0;
  const bits = random.chance(0.4) ? ~mask >>> 0 : mask;
  const text = [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.');
  if (kind < 0.85) return text;
  if (kind < 0.93) return String(random.below(40)).padStart(1 + random.below(5), '0');
  return pick(random, [
    '',
    '-1',
    '+8',
    ' 8',
    '8 ',
    '٣',
    '8.0',
    '255.0.255.0',
    '0x8',
    '1e1',
    '99999999999999999999',
  ]);
}

function mutate(random: Random, text: string): string {
  const characters = [...text];
  const at = random.below(characters.length + 1);
  const kind = random.below(8);
  if (kind === 0) characters.splice(at, 1);
  else if (kind === 1) characters.splice(at, 0, pick(random, TELLING));
  else if (kind === 2) characters.splice(at, 1, pick(random, TELLING));
  else if (kind === 3) characters.splice(at, 1 + random.below(4));
  else if (kind === 4) characters.splice(at, 0, ...characters.slice(at, at + 1 + random.below(6)));
  else if (kind === 5) characters.splice(at, 0, pick(random, ['0', '00', ':', '.', ' ']));
  else if (kind === 6)
    return random.chance(0.5) ? text.toUpperCase() : pick(random, [` ${text}`, `${text} `, `${text}\n`]);
  else return characters.reverse().join('');
  return characters.join('');
}
