// The quiz of a chapter: one question at a time, then a round of what was missed. The page is built with all questions
// and their answers in it, for reading; once alive, it shows the one that comes next.
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { End } from './End.tsx';
import { MAX_SEED } from './generators/generator.ts';
import type { Given, Item, QuizData } from './item.ts';
import { Question } from './Question.tsx';
import { begin, current, heading, type Kept, next, type Round } from './round.ts';
import { disordered, shuffled } from './shuffle.ts';
import { check, give, givenText, show, startTurn, type Turn } from './turn.ts';

/** Where answers are kept, and what makes another question. */
export interface Desk {
  answers(): Readonly<Record<string, Kept>>;
  keep(item: string, answer: { right: boolean; tries: number; given: string }): void;
  /** Orders are this reader's own. */
  seed(): number;
  /** Why nothing can be kept; empty when it can. */
  problem(): string;
  another(item: Item, seed: number): Promise<Item>;
}

/** Where the reader is. */
interface Position {
  readonly round: Round;
  /** Rounds since the page came to life: the first question of the first one stands as the page was built. */
  readonly rounds: number;
  /** Generated items that took the place of the page's. */
  readonly made: Readonly<Record<string, Item>>;
  /** Answered in this round. */
  readonly fresh: ReadonlySet<string>;
}

interface State extends Position {
  readonly turn: Turn;
  readonly order: readonly number[];
}

export interface QuizProps {
  readonly data: QuizData;
  /** None while the page is built. */
  readonly desk?: Desk;
  /** What the reader has put into the first question before it came to life. */
  readonly given?: Given | undefined;
  /** Called once the questions can be answered. */
  readonly onLive?: () => void;
}

export function Quiz({ data, desk, given, onLive }: QuizProps) {
  const [state, setState] = useState<State | undefined>(undefined);
  const [message, setMessage] = useState<string | undefined>(undefined);
  const root = useRef<HTMLDivElement>(null);
  /** Where the focus goes after the next drawing. */
  const focus = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (desk) setState(opened(data, desk, given));
  }, []);
  const isLive = state !== undefined;
  useLayoutEffect(() => {
    if (isLive) onLive?.();
  }, [isLive]);
  // Before the next key is pressed.
  useLayoutEffect(() => {
    if (!focus.current) return;
    root.current?.querySelector<HTMLElement>(focus.current)?.focus();
    focus.current = undefined;
  });

  const go = (change: Partial<Position>) => {
    focus.current = 'legend, .quiz-end';
    setMessage(undefined);
    setState((was) => was && desk && openAt(data, desk, { ...was, ...change }));
  };
  const another = async (which: Item, seed: number) => {
    if (!desk || !state) return;
    setMessage('The engine runs another one …');
    try {
      const found = await desk.another(which, seed);
      const isAsked = current(state.round) === which.id;
      const round: Round = isAsked ? state.round : { kind: 'one', ids: [which.id], at: 0 };
      go({ round, made: { ...state.made, [which.id]: found } });
    } catch {
      setMessage('Another one could not be made. Is the network there?');
    }
  };
  useLinks(data, isLive, another);
  const change = (now: State, to?: string) => {
    focus.current = to;
    setState(now);
  };

  // One box with its questions by key, so that the first one stays the very element that the page was built with.
  return (
    <div class="quiz-all" ref={root}>
      {desk && state ? [now({ data, desk, state, message, go, another, change })] : asBuilt(data)}
    </div>
  );
}

const keyOf = (item: Item, rounds: number): string => `${item.id}.${rounds}.${item.made?.seed ?? 0}`;
const nothing = () => {};

/** The page as it was built: all questions, none of them alive. */
function asBuilt({ items }: QuizData) {
  return items.map((item, i) => {
    const order = pageOrder(item);
    return (
      <Question
        key={keyOf(item, 0)}
        item={item}
        heading={`Question ${i + 1} of ${items.length}`}
        turn={startTurn(item, order)}
        order={order}
        live={false}
        isLast={false}
        onGive={nothing}
        onCheck={nothing}
        onRetry={nothing}
        onShow={nothing}
        onNext={nothing}
      />
    );
  });
}

interface Live {
  readonly data: QuizData;
  readonly desk: Desk;
  readonly state: State;
  readonly message: string | undefined;
  /** On to another question. */
  readonly go: (change: Partial<Position>) => void;
  readonly another: (item: Item, seed: number) => Promise<void>;
  /** Another state of this one; `to` takes the focus. */
  readonly change: (now: State, to?: string) => void;
}

/** What is asked now, or how it went. */
function now({ data, desk, state, message, go, another, change }: Live) {
  const { round, rounds, turn, order } = state;
  const ids = data.items.map(({ id }) => id);
  const item = itemAt(data, state);
  if (!item) {
    const start = (fresh: Round) => go({ round: fresh, rounds: rounds + 1, fresh: new Set(), made: {} });
    return (
      <End
        key="end"
        items={data.items}
        answers={desk.answers()}
        problem={desk.problem()}
        onMissed={(again) => start({ kind: 'missed', ids: again, at: 0 })}
        onOver={() => start({ kind: 'all', ids, at: 0 })}
      />
    );
  }
  const decide = (after: Turn) => {
    if (after.state === 'asking') return change({ ...state, turn: after });
    // What counts is the first try; later ones are counted, and change nothing.
    const isFirst = turn.tries === 0 && turn.state === 'asking';
    const right = isFirst ? after.state === 'right' : (desk.answers()[item.id]?.right ?? false);
    desk.keep(item.id, { right, tries: after.tries, given: givenText(item, turn.given) });
    const fresh = new Set([...state.fresh, item.id]);
    change({ ...state, turn: after, fresh }, after.state === 'wrong' ? undefined : 'button[type=submit]');
  };
  const retry = () => {
    const keeps = item.kind !== 'point' && !(item.kind === 'choice' && !item.several);
    const given = keeps ? turn.given : startTurn(item, order).given;
    change({ ...state, turn: give(turn, given) }, 'fieldset :is(input, select, button)');
  };
  const after = next(round, desk.answers(), state.fresh);
  return (
    <Question
      key={keyOf(item, rounds)}
      item={item}
      heading={heading(round, ids)}
      turn={turn}
      order={order}
      live
      isLast={current(after) === undefined}
      message={message}
      onGive={(given) => change({ ...state, turn: give(turn, given) })}
      onCheck={() => decide(check(turn, item))}
      onRetry={retry}
      onShow={() => decide(show(turn, item))}
      onNext={() => go({ round: round.kind === 'one' ? begin(ids, desk.answers()) : after })}
      onAnother={item.made && (() => void another(item, (item.made!.seed % MAX_SEED) + 1))}
    />
  );
}

function itemAt(data: QuizData, { round, made }: Pick<Position, 'round' | 'made'>): Item | undefined {
  const id = current(round);
  return id === undefined ? undefined : (made[id] ?? data.items.find((one) => one.id === id)!);
}

/** Coming to life changes nothing on the page unless something is remembered. */
function opened(data: QuizData, desk: Desk, given: Given | undefined): State {
  const ids = data.items.map(({ id }) => id);
  const round = begin(ids, desk.answers());
  const state = openAt(data, desk, { round, rounds: 0, made: {}, fresh: new Set() });
  const isUntouched = round.kind === 'all' && round.at === 0;
  return isUntouched && given ? { ...state, turn: give(state.turn, given) } : state;
}

/** `#quiz/any-visit/7` opens the seventh of a generated item. */
function useLinks(data: QuizData, isLive: boolean, another: Live['another']): void {
  const latest = useRef(another);
  latest.current = another;
  useEffect(() => {
    if (!isLive) return;
    const follow = () => {
      const found = /^#quiz\/([a-z0-9-]{1,40})\/(\d{1,6})$/.exec(location.hash);
      const item = data.items.find(({ id, made }) => made && id === found?.[1]);
      const seed = Number(found?.[2]);
      if (item && seed >= 1 && seed <= MAX_SEED) void latest.current(item, seed);
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [data, isLive]);
}

function openAt(data: QuizData, desk: Desk, { round, rounds, made, fresh }: Position): State {
  const position = { round, rounds, made, fresh };
  const item = itemAt(data, position);
  if (!item) return { ...position, order: [], turn: startTurn(data.items[0]!, []) };
  const isAsBuilt = rounds === 0 && item.id === data.items[0]!.id;
  const order = isAsBuilt ? pageOrder(item) : readersOrder(item, desk.seed() + rounds);
  return { ...position, order, turn: startTurn(item, order) };
}

/** The order that the build chose; it is in the data itself. */
function pageOrder(item: Item): readonly number[] {
  return item.kind === 'order' ? item.start : Array.from({ length: sizeOf(item) }, (_, i) => i);
}

function readersOrder(item: Item, seed: number): readonly number[] {
  return item.kind === 'order'
    ? disordered(item.steps.length, seed, item.id)
    : shuffled(sizeOf(item), seed, item.id);
}

/** How many things of the item may stand in any order. */
function sizeOf(item: Item): number {
  if (item.kind === 'choice') return item.choices.length;
  return item.kind === 'match' ? item.options.length : 0;
}
