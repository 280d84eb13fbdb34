// Marks an answer. Pure: the same answer gets the same mark, in whatever order its choices were shown.
import type {
  ChoiceItem,
  Given,
  Item,
  MatchItem,
  NumberItem,
  OrderItem,
  PointItem,
  Said,
  TextItem,
} from './item.ts';
import { parseQuantity } from './quantity.ts';

/** A row of the item that the mark speaks about: a choice, a step, a pair, a place in a picture. */
export interface RowMark {
  readonly at: number;
  readonly right: boolean;
  readonly said: Said | undefined;
}

export type Mark =
  /** Not an answer yet: what is missing. It does not count as a try. */
  | { readonly verdict: 'unready'; readonly why: string }
  | {
      readonly verdict: 'right' | 'wrong';
      readonly rows: readonly RowMark[];
      /** What is said about the whole. */
      readonly said: Said | undefined;
    };

export function mark(item: Item, given: Given): Mark {
  switch (item.kind) {
    case 'choice':
      return markChoice(item, given);
    case 'order':
      return markOrder(item, given);
    case 'match':
      return markMatch(item, given);
    case 'number':
      return markNumber(item, given);
    case 'text':
      return markText(item, given);
    case 'point':
      return markPoint(item, given);
  }
}

/** The answer that is right, as far as an item has one single form of it. */
export function solution(item: Item): Given {
  switch (item.kind) {
    case 'choice':
      return { by: 'picks', picks: item.choices.flatMap(({ right }, i) => (right ? [i] : [])) };
    case 'order':
      return { by: 'order', order: item.steps.map((_, i) => i) };
    case 'match':
      return { by: 'pairs', pairs: item.rows.map(({ right }) => right) };
    case 'number':
      return { by: 'typing', text: item.shown };
    case 'text':
      return { by: 'typing', text: item.accept[0]! };
    case 'point':
      return { by: 'picks', picks: item.right.slice(0, 1) };
  }
}

const unready = (why: string): Mark => ({ verdict: 'unready', why });

function picksOf(given: Given, count: number): readonly number[] {
  if (given.by !== 'picks') return [];
  return [...new Set(given.picks)].filter((at) => Number.isInteger(at) && at >= 0 && at < count);
}

function markChoice(item: ChoiceItem, given: Given): Mark {
  const picks = picksOf(given, item.choices.length);
  if (picks.length === 0)
    return unready(
      item.several ? 'Tick at least one.' : 'Choose one first. A wrong one teaches more than none.',
    );
  if (!item.several && picks.length > 1) return unready('Choose one.');
  const rows = picks.map((at) => {
    const { right, said } = item.choices[at]!;
    return { at, right, said };
  });
  const wanted = item.choices.filter(({ right }) => right).length;
  const hits = rows.filter(({ right }) => right).length;
  const misses = rows.length - hits;
  if (misses === 0 && hits === wanted)
    return { verdict: 'right', rows: item.several ? rows : rows.map(silent), said: item.because };
  // What is right among several says so, and no more: the reasons come with the answer.
  const left = wanted - hits;
  const more =
    left === 0
      ? undefined
      : { html: misses === 0 ? `Right so far, and ${some(left)} missing.` : `Also, ${some(left)} missing.` };
  return {
    verdict: 'wrong',
    rows: rows.map((row) => (row.right ? silent(row) : row)),
    said: item.several ? more : undefined,
  };
}

const silent = ({ at, right }: RowMark): RowMark => ({ at, right, said: undefined });
const some = (count: number): string => (count === 1 ? 'one is' : `${WORDS[count] ?? count} are`);
const WORDS = ['none', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];

/** Up to the first step that stands where another belongs, the order is right. */
function markOrder(item: OrderItem, given: Given): Mark {
  const order = given.by === 'order' ? given.order : [];
  const isWhole = item.steps.every((_, i) => order.includes(i)) && order.length === item.steps.length;
  if (!isWhole) return unready('Put all of them in order.');
  const first = order.findIndex((step, place) => step !== place);
  if (first < 0) return { verdict: 'right', rows: [], said: item.because };
  const rows = order.slice(0, first).map((at) => ({ at, right: true, said: undefined }));
  const at = order[first]!;
  return {
    verdict: 'wrong',
    rows: [...rows, { at, right: false, said: item.steps[at]!.said }],
    said: undefined,
  };
}

function markMatch(item: MatchItem, given: Given): Mark {
  const pairs = given.by === 'pairs' ? given.pairs : [];
  const isDone = item.rows.every((_, i) => item.options[pairs[i] ?? -1] !== undefined);
  if (!isDone) return unready('Choose one for each.');
  const rows = item.rows.map(({ right, said }, at) => {
    const isRight = pairs[at] === right;
    return { at, right: isRight, said: isRight ? undefined : said };
  });
  const isRight = rows.every(({ right }) => right);
  return { verdict: isRight ? 'right' : 'wrong', rows, said: isRight ? item.because : undefined };
}

function markNumber(item: NumberItem, given: Given): Mark {
  const text = given.by === 'typing' ? given.text : '';
  if (text.trim() === '') return unready('Write a number. A guess will do.');
  const read = parseQuantity(text, item.unit);
  if (!read.ok) return unready(read.why);
  const { value } = read;
  if (near(value, item.right, item.within)) return { verdict: 'right', rows: [], said: item.because };
  const slip = item.slips.find((one) => near(value, one.value, one.within));
  const size = value < item.right ? 'Too little.' : 'Too much.';
  const other = item.otherwise && { ...item.otherwise, html: `${size} ${item.otherwise.html}` };
  return { verdict: 'wrong', rows: [], said: slip?.said ?? other ?? { html: size, see: item.because.see } };
}

/** A little slack for what division by the unit leaves. */
const near = (value: number, wanted: number, within: number): boolean =>
  Math.abs(value - wanted) <= within + Math.abs(wanted) * 1e-9;

/** Case, quotes, a last dot and spaces say nothing, unless the item says so of case. */
export function normalise(text: string, exact: boolean): string {
  const plain = text
    .slice(0, 500)
    .normalize('NFKC')
    .replace(/[`"“”‘’']/g, '')
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  return exact ? plain : plain.toLowerCase();
}

function markText(item: TextItem, given: Given): Mark {
  const text = normalise(given.by === 'typing' ? given.text : '', item.exact);
  if (text === '') return unready('Write something. A guess will do.');
  const isOne = (forms: readonly string[]) => forms.some((form) => normalise(form, item.exact) === text);
  if (isOne(item.accept)) return { verdict: 'right', rows: [], said: item.because };
  const slip = item.slips.find(({ forms }) => isOne(forms));
  return {
    verdict: 'wrong',
    rows: [],
    said: slip?.said ?? item.otherwise ?? { html: '', see: item.because.see },
  };
}

/** How many places a picture has. */
export function placesOf({ picture }: PointItem): number {
  if (picture.of === 'byte') return picture.hex.length / 2;
  return picture.of === 'machine' ? picture.machines.length : picture.rows.length;
}

function markPoint(item: PointItem, given: Given): Mark {
  const [at] = picksOf(given, placesOf(item));
  if (at === undefined) return unready(`Point at one ${item.picture.of} first.`);
  if (item.right.includes(at))
    return { verdict: 'right', rows: [{ at, right: true, said: undefined }], said: item.because };
  const slip = item.slips.find(({ places }) => places.includes(at));
  return {
    verdict: 'wrong',
    rows: [{ at, right: false, said: undefined }],
    said: slip?.said ?? item.otherwise ?? { html: '', see: item.because.see },
  };
}
