/**
 * Times in master files: seconds, or numbers with units as BIND takes them (`1h30m`, `2W`, `86400`).
 *
 * RFC 1035 §5.1 knows decimal seconds only; the units are BIND's, and every other server took them over. RFC 2181 §8
 * bounds a TTL to 31 bits.
 */
import { Malformed } from '../../../base/errors.ts';
import { MAX_TTL } from '../../../wire/dns/text.ts';

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const MOST = 0xffff_ffff;

/** Seconds, at most 32 bits of them; undefined when the word is no time. */
export function parseSeconds(word: string): number | undefined {
  if (!/^(?:\d+[smhdw])*\d*$/i.test(word) || word === '') return undefined;
  let total = 0;
  for (const [, digits, unit] of word.matchAll(/(\d+)([smhdw]?)/gi)) {
    const count = Number(digits);
    if (count > MOST) return undefined;
    // A plain number stands alone: 1h30 may have meant minutes
    if (unit === '' && total > 0) return undefined;
    total += count * (unit === '' ? 1 : SECONDS[unit!.toLowerCase()]!);
  }
  return total > MOST ? undefined : total;
}

/** Seconds of a TTL: {@link parseSeconds} up to {@link MAX_TTL}. Throws {@link Malformed}. */
export function parseTtl(word: string): number {
  const seconds = parseSeconds(word);
  if (seconds === undefined) throw new Malformed(`not a time: ${word.slice(0, 20)}`);
  if (seconds > MAX_TTL) throw new Malformed(`a TTL is at most ${MAX_TTL} seconds, not ${seconds}`);
  return seconds;
}

/** `3600` in words that a person sets: `1h`, `1h30m`, `1d`; plain seconds where units do not come out short. */
export function ttlText(seconds: number): string {
  let rest = seconds;
  let text = '';
  for (const unit of ['w', 'd', 'h', 'm', 's']) {
    const count = Math.floor(rest / SECONDS[unit]!);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * SECONDS[unit]!;
  }
  return text === '' ? '0' : text;
}
