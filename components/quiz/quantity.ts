// A number with its unit, as people type it: `202 ms`, `0.2 s`, `1,400 bytes`, `1.4 kB`, `0,2 s`. Reading never throws;
// what cannot be read comes back as a sentence for the reader. SI prefixes count in thousands, Ki and Mi in 1,024.

export type Dimension = 'time' | 'bytes' | 'bits' | 'rate' | 'distance' | 'share' | 'count';

/** Factor to the base of the dimension: nanosecond, byte, bit, bit a second, metre, one, one. */
const UNITS: Readonly<Record<string, readonly [dimension: Dimension, factor: number]>> = {
  ns: ['time', 1],
  µs: ['time', 1e3],
  ms: ['time', 1e6],
  s: ['time', 1e9],
  min: ['time', 60e9],
  h: ['time', 3600e9],
  bytes: ['bytes', 1],
  kB: ['bytes', 1e3],
  MB: ['bytes', 1e6],
  GB: ['bytes', 1e9],
  KiB: ['bytes', 1024],
  MiB: ['bytes', 1048576],
  GiB: ['bytes', 1073741824],
  bits: ['bits', 1],
  kbit: ['bits', 1e3],
  Mbit: ['bits', 1e6],
  'bit/s': ['rate', 1],
  'kbit/s': ['rate', 1e3],
  'Mbit/s': ['rate', 1e6],
  'Gbit/s': ['rate', 1e9],
  m: ['distance', 1],
  km: ['distance', 1e3],
  '%': ['share', 0.01],
};

/** What people write for a unit. `m` is a metre, `M` nobody's unit. Keys are lower case where case says nothing. */
const SPELLINGS: Readonly<Record<string, string>> = {
  nanosecond: 'ns',
  us: 'µs',
  μs: 'µs', // the Greek letter, which NFKC makes of the micro sign
  microsecond: 'µs',
  msec: 'ms',
  millisecond: 'ms',
  sec: 's',
  second: 's',
  minute: 'min',
  hr: 'h',
  hour: 'h',
  b: 'bytes',
  byte: 'bytes',
  octet: 'bytes',
  kb: 'kB',
  kilobyte: 'kB',
  mb: 'MB',
  megabyte: 'MB',
  gb: 'GB',
  gigabyte: 'GB',
  kib: 'KiB',
  mib: 'MiB',
  gib: 'GiB',
  bit: 'bits',
  bps: 'bit/s',
  kbps: 'kbit/s',
  mbps: 'Mbit/s',
  gbps: 'Gbit/s',
  metre: 'm',
  meter: 'm',
  kilometre: 'km',
  kilometer: 'km',
  percent: '%',
};

const NAMES: Readonly<Record<Dimension, string>> = {
  time: 'a time',
  bytes: 'a number of bytes',
  bits: 'a number of bits',
  rate: 'a rate',
  distance: 'a length',
  share: 'a share',
  count: 'a number',
};

const MAX_LENGTH = 80;

/** The unit's dimension and its factor. A word that is no unit counts things: `packets`. */
export function unitOf(unit: string): readonly [dimension: Dimension, factor: number] {
  return Object.hasOwn(UNITS, unit) ? UNITS[unit]! : ['count', 1];
}

export type Quantity =
  | { readonly ok: true /** In the base of the unit's dimension. */; readonly value: number }
  | { readonly ok: false; readonly why: string };

/** Reads `text` as a quantity of the same kind as `unit`; a bare number is one of `unit`. */
export function parseQuantity(text: string, unit: string): Quantity {
  const [dimension, factor] = unitOf(unit);
  const example = unit === '' ? 'such as 12' : `such as 12 ${unit}`;
  const refuse = (why: string): Quantity => ({ ok: false, why });
  if (text.length > MAX_LENGTH) return refuse(`That is too long. Write one number, ${example}.`);
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/^(about|around|ca\.?|~|≈)\s*/i, '');
  const found = /^([-+\u2212]?)([\d.,' _’]*\d|\.\d+)(?:e([+-]?\d{1,2})(?![\d\p{L}]))?\s*(.*)$/iu.exec(plain);
  const number = found ? readNumber(found[2]!) : undefined;
  if (!found || number === undefined) return refuse(`Write one number and its unit, ${example}.`);
  const sign = found[1] === '' || found[1] === '+' ? 1 : -1;
  const value = sign * number * 10 ** Number(found[3] ?? 0);
  const word = found[4]!.replace(/\.$/, '').trim();
  if (word === '') return { ok: true, value: value * factor };
  const known = spelled(word);
  if (known === undefined) {
    if (dimension === 'count' && sameNoun(word, unit)) return { ok: true, value };
    return refuse(
      dimension === 'count'
        ? `The answer is ${unit === '' ? 'a bare number' : `a number of ${unit}`}.`
        : `“${word.slice(0, 20)}” is no unit that is known here. Write it in ${unit}.`,
    );
  }
  const [theirs, times] = UNITS[known]!;
  if (theirs !== dimension)
    return refuse(`That is ${NAMES[theirs]}; the answer is ${NAMES[dimension]}, ${example}.`);
  return { ok: true, value: value * times };
}

function spelled(word: string): string | undefined {
  if (Object.hasOwn(UNITS, word)) return word;
  const low = word.toLowerCase();
  for (const candidate of [low, low.replace(/s$/, '')]) {
    if (Object.hasOwn(SPELLINGS, candidate)) return SPELLINGS[candidate];
    const same = Object.keys(UNITS).find((unit) => unit.toLowerCase() === candidate);
    if (same) return same;
  }
  return undefined;
}

const noun = (word: string): string =>
  word
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/(es|s)$/, '');
const sameNoun = (word: string, unit: string): boolean => unit !== '' && noun(word) === noun(unit);

/** `1,400` and `1.400.000` group thousands, `0,2` and `1,45` have a decimal comma; `1.400` is a bit more than one. */
function readNumber(text: string): number | undefined {
  const digits = text.replace(/(?<=\d)[ '_’](?=\d)/g, '');
  if (/^\d*\.?\d+$/.test(digits)) return Number(digits);
  if (/^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(digits)) return Number(digits.replaceAll(',', ''));
  if (/^[1-9]\d{0,2}(\.\d{3})+,\d+$/.test(digits) || /^[1-9]\d{0,2}(\.\d{3}){2,}$/.test(digits))
    return Number(digits.replaceAll('.', '').replace(',', '.'));
  if (/^\d+,\d+$/.test(digits)) return Number(digits.replace(',', '.'));
  return undefined;
}
