/**
 * What sentences about events are made of.
 */
import { formatDuration } from '../base/units.ts';
import type { Detail } from '../trace/event.ts';
import type { Layer } from './view.ts';

export interface Sentence {
  readonly layer: Layer;
  /** Whose doing it is, when not the machine's: `Maya`, `A packet`. */
  readonly subject?: string;
  /** What follows the subject: `asks the root server for chaicart.example`. */
  readonly text: string;
  /** Why, as a sentence; empty when the event is a beginning. */
  readonly reason: string;
}

/** `called` gives the name that people use for a machine; `machine` is the event's. */
export type Teller = (
  detail: Detail,
  called: (machine: string) => string,
  machine: string,
) => Sentence | undefined;

export function say(layer: Layer, text: string, reason = '', subject?: string): Sentence {
  return {
    layer,
    text,
    reason: reason === '' ? '' : sentenceCase(reason),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** `chaicart.example.` as people write it; the top-level domain and the root keep a dot or a word that tells them. */
export function bare(name: unknown): string {
  const text = String(name);
  if (text === '.') return 'the root';
  return text === `${TLD}.` ? `.${TLD}` : text.replace(/\.$/, '');
}

/** The one that stands for all: alone, it is told from a word by its dot. */
const TLD = 'example';
const BARE_TLD = new RegExp(`(^|\\s)${TLD}\\.(?=[\\s,:;]|$)`, 'g');

export function span(value: unknown): string {
  return formatDuration(Number(value), 1);
}

/** A sentence for people: names without the dot that ends them in the protocol, a capital, a full stop. */
function sentenceCase(reason: string): string {
  const text = reason
    .replace(/(^|\s)\.(?=[ ,:;])/g, '$1the root')
    .replace(BARE_TLD, `$1.${TLD}`)
    .replace(/([a-z0-9-])\.(?=,|:|;| [a-z])/g, '$1');
  const start = /^[a-z]+(?= |’)/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(start) ? start : `${start}.`;
}
