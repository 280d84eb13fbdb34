// Which values of an axis are marked, and which of the marks have room for their words.
import { type Face, textWidth } from '../player/textwidth.ts';
import type { Scale } from './scale.ts';

export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** Round values within the scale's domain, at most `most`: multiples of 1, 2 or 5 times a power of ten. */
export function roundTicks(scale: Scale, most: number, text: (value: number) => string): Tick[] {
  const [low, high] = ends(scale);
  const least = (high - low) / Math.max(1, most);
  let step = 10 ** Math.floor(Math.log10(least));
  for (const factor of [2, 5, 10]) {
    if (step >= least) break;
    step = factor * 10 ** Math.floor(Math.log10(least));
  }
  const found: Tick[] = [];
  for (let i = Math.ceil(low / step - 1e-9) + 0; i * step <= high * (1 + 1e-12) && found.length <= most; i++)
    found.push({ value: i * step, text: text(i * step) });
  return found;
}

/** Powers of ten within the scale's domain. */
export function decadeTicks(scale: Scale, text: (value: number) => string): Tick[] {
  const [low, high] = ends(scale);
  const found: Tick[] = [];
  for (let power = Math.ceil(Math.log10(low) - 1e-9); power <= Math.log10(high) + 1e-9; power++)
    found.push({ value: 10 ** power, text: text(10 ** power) });
  return found;
}

export interface RoomOptions {
  readonly size?: number;
  readonly face?: Face;
  /** Least space between two texts, in px. */
  readonly gap?: number;
  /** Texts stay between these, in px. */
  readonly within?: readonly [number, number];
}

/** The ticks of a lying axis whose texts, centred below them, do not touch; earlier ones in the list go first. */
export function roomyTicks(scale: Scale, ticks: readonly Tick[], options: RoomOptions = {}): Tick[] {
  const {
    size = 12.5,
    face = 'regular',
    gap = 10,
    within = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  } = options;
  const taken: [number, number][] = [];
  const kept = ticks.filter(({ value, text }) => {
    const half = textWidth(text, size, face) / 2;
    const [from, to] = [scale.at(value) - half, scale.at(value) + half];
    if (from < within[0] || to > within[1]) return false;
    if (taken.some((other) => from < other[1] + gap && other[0] < to + gap)) return false;
    taken.push([from, to]);
    return true;
  });
  return kept.sort((a, b) => a.value - b.value);
}

function ends({ domain }: Scale): readonly [number, number] {
  return domain[0] < domain[1] ? domain : [domain[1], domain[0]];
}
