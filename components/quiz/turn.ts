// One turn at an item: from the question to its answer. What each kind of item starts with, what its marks are called,
// and what is kept of an answer.
import { textOf } from './inline.ts';
import type { Given, Item } from './item.ts';

import { type Mark, mark, type RowMark, solution } from './mark.ts';

export type Tone = 'right' | 'wrong';

export interface Turn {
  readonly given: Given;
  readonly state: 'asking' | 'wrong' | 'right' | 'shown';
  /** Of the answer that was checked last. */
  readonly rows: readonly RowMark[];
  readonly mark: Mark | undefined;
  readonly tries: number;
  /** What is missing before it can be checked. */
  readonly notice: string;
}

/** What stands there before anything is done. `order` is the one in which the steps of an order are shown at first. */
export function blank(item: Item, order: readonly number[]): Given {
  switch (item.kind) {
    case 'choice':
    case 'point':
      return { by: 'picks', picks: [] };
    case 'order':
      return { by: 'order', order };
    case 'match':
      return { by: 'pairs', pairs: item.rows.map(() => undefined) };
    case 'number':
    case 'text':
      return { by: 'typing', text: '' };
  }
}

export function startTurn(item: Item, order: readonly number[]): Turn {
  return { given: blank(item, order), state: 'asking', rows: [], mark: undefined, tries: 0, notice: '' };
}

/** A change of mind takes the marks away. */
export function give(turn: Turn, given: Given): Turn {
  return { ...turn, given, state: 'asking', rows: [], mark: undefined, notice: '' };
}

export function check(turn: Turn, item: Item): Turn {
  const found = mark(item, turn.given);
  if (found.verdict === 'unready') return { ...turn, notice: found.why };
  return { ...turn, state: found.verdict, rows: found.rows, mark: found, tries: turn.tries + 1, notice: '' };
}

/** The answer, shown on request. What was given and was wrong stays marked where both can stand. */
export function show(turn: Turn, item: Item): Turn {
  const given = solution(item);
  const wrong =
    item.kind === 'choice' || item.kind === 'point' ? turn.rows.filter(({ right }) => !right) : [];
  const right =
    given.by === 'picks' ? given.picks.map((at) => ({ at, right: true, said: saidOf(item, at) })) : [];
  const found = mark(item, given);
  return { ...turn, given, state: 'shown', rows: [...wrong, ...right], mark: found, notice: '' };
}

function saidOf(item: Item, at: number) {
  return item.kind === 'choice' && item.several ? item.choices[at]!.said : undefined;
}

/** The word that a row's mark begins with. */
export function rowWord(item: Item, tone: Tone, shown: boolean): string {
  if (item.kind === 'choice' && item.several) return tone === 'right' ? 'Yes.' : 'No.';
  return word(item, tone, shown);
}

/** The word about the whole. */
export function word(item: Item, tone: Tone, shown: boolean): string {
  if (tone === 'right') return shown ? SHOWN[item.kind](item) : 'Right.';
  return WRONG[item.kind];
}

const WRONG: Readonly<Record<Item['kind'], string>> = {
  choice: 'Not this one.',
  order: 'Too early.',
  match: 'Not this.',
  number: 'Not quite.',
  text: 'Not quite.',
  point: 'Not here.',
};
const SHOWN: Readonly<Record<Item['kind'], (item: Item) => string>> = {
  choice: (item) => (item.kind === 'choice' && item.several ? 'These are right.' : 'It is this.'),
  order: () => 'This is the order.',
  match: () => 'These belong together.',
  number: (item) => (item.kind === 'number' ? `The answer is ${item.shown}.` : ''),
  text: (item) => (item.kind === 'text' ? `The answer is ${item.accept[0]}.` : ''),
  point: () => 'It is here.',
};

/** Everything that the marks say, as one text for a screen reader. */
export function aloud(turn: Turn, item: Item): string {
  if (turn.notice !== '') return turn.notice;
  if (turn.state === 'asking' || turn.mark?.verdict === 'unready') return '';
  const parts: string[] = [];
  for (const row of turn.rows) {
    if (row.right && turn.state === 'wrong') continue;
    const name = rowName(item, row.at);
    const tone = row.right ? 'right' : 'wrong';
    const verdict = rowWord(item, tone, turn.state === 'shown');
    parts.push(`${name === '' ? '' : `${name}: `}${verdict} ${row.said ? textOf(row.said.html) : ''}`);
  }
  const isTold = turn.rows.length > 0 && !(item.kind === 'choice' && item.several && turn.state !== 'wrong');
  if (!isTold) parts.push(word(item, turn.state === 'wrong' ? 'wrong' : 'right', turn.state === 'shown'));
  const said = turn.mark?.said;
  if (said) parts.push(textOf(said.html));
  return parts.join(' ').replace(/\s+/g, ' ').trim();
}

/** What a row is called when it is spoken of. */
export function rowName(item: Item, at: number): string {
  switch (item.kind) {
    case 'choice':
      return textOf(item.choices[at]!.html);
    case 'order':
      return textOf(item.steps[at]!.html);
    case 'match':
      return textOf(item.rows[at]!.html);
    case 'point': {
      const { picture } = item;
      if (picture.of === 'packet') return `Packet ${picture.rows[at]!.number}`;
      if (picture.of === 'field') return picture.rows[at]!.label;
      if (picture.of === 'machine') return picture.machines[at]!.label;
      return `Byte ${picture.first + at}`;
    }
    default:
      return '';
  }
}

/** What was given, in at most 200 characters, to be kept. */
export function givenText(item: Item, given: Given): string {
  const text = () => {
    switch (given.by) {
      case 'typing':
        return given.text;
      case 'picks':
        return given.picks.map((at) => rowName(item, at)).join('; ');
      case 'order':
        return given.order.map((at) => at + 1).join(' ');
      case 'pairs':
        return given.pairs
          .map((at) => (item.kind === 'match' ? (item.options[at ?? -1] ?? '') : ''))
          .join('; ');
    }
  };
  return text().slice(0, 200);
}
