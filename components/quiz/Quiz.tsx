// The quiz of a chapter: one question at a time, then a round of what was missed. The page is built with all questions
// and their answers in it, for reading; once alive, it shows the one that comes next.
import './quiz.css';
import { useEffect, useRef, useState } from 'preact/hooks';
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

interface State {
  readonly round: Round;
  /** Rounds since the page came to life: the first question of the first one stands as the page was built. */
  readonly rounds: number;
  readonly turn: Turn;
  readonly order: readonly number[];
  /** Generated items that took the place of the page's. */
  readonly made: Readonly<Record<string, Item>>;
  /** Answered in this round. */
  readonly fresh: ReadonlySet<string>;
}

export function Quiz({ data, desk, given }: { data: QuizData; desk?: Desk; given?: Given | undefined }) {
  const [state, setState] = useState<State | undefined>(undefined);
  if (!desk || !state) return <Reading data={data} desk={desk} given={given} onStart={setState} />;
  return <Asking data={data} desk={desk} state={state} onState={setState} />;
}

/** The page as it was built. Coming to life changes nothing on it unless something is remembered. */
function Reading({
  data,
  desk,
  given,
  onStart,
}: {
  data: QuizData;
  desk: Desk | undefined;
  given: Given | undefined;
  onStart: (state: State) => void;
}) {
  useEffect(() => {
    if (!desk) return;
    const ids = data.items.map(({ id }) => id);
    const round = begin(ids, desk.answers());
    const state = openAt(data, desk, { round, rounds: 0, made: {}, fresh: new Set() });
    const first = data.items[0]!;
    const isUntouched = current(round) === first.id && round.kind === 'all';
    onStart(isUntouched && given ? { ...state, turn: give(state.turn, given) } : state);
  }, []);
  const nothing = () => {};
  return (
    <div class="quiz-all">
      {data.items.map((item, i) => {
        const order = pageOrder(item);
        return (
          <Question
            key={item.id}
            item={item}
            heading={`Question ${i + 1} of ${data.items.length}`}
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
      })}
    </div>
  );
}

function Asking({
  data,
  desk,
  state,
  onState,
}: {
  data: QuizData;
  desk: Desk;
  state: State;
  onState: (state: State) => void;
}) {
  const { round, turn, order, made } = state;
  const ids = data.items.map(({ id }) => id);
  const id = current(round);
  const root = useRef<HTMLDivElement>(null);
  /** Where the focus goes after the next drawing. */
  const focus = useRef<string | undefined>(undefined);
  const [message, setMessage] = useState<string | undefined>(undefined);
  useEffect(() => {
    if (!focus.current) return;
    root.current?.querySelector<HTMLElement>(focus.current)?.focus();
    focus.current = undefined;
  });

  const item = id === undefined ? undefined : (made[id] ?? data.items.find((one) => one.id === id)!);
  const go = (
    change: Partial<Pick<State, 'round' | 'rounds' | 'made' | 'fresh'>>,
    to = 'legend, .quiz-end',
  ) => {
    focus.current = to;
    setMessage(undefined);
    onState(openAt(data, desk, { ...state, ...change }));
  };
  const start = (fresh: Round) => go({ round: fresh, rounds: state.rounds + 1, fresh: new Set(), made: {} });

  const another = async (which: Item, seed: number) => {
    setMessage('The engine runs another one …');
    try {
      const found = await desk.another(which, seed);
      const place: Round = id === which.id ? round : { kind: 'one', ids: [which.id], at: 0 };
      go({ round: place, made: { ...made, [which.id]: found } });
    } catch {
      setMessage('Another one could not be made. Is the network there?');
    }
  };
  useLinks(data, another);

  if (item === undefined) {
    return (
      <div ref={root}>
        <End
          items={data.items}
          answers={desk.answers()}
          problem={desk.problem()}
          onMissed={(again) => start({ kind: 'missed', ids: again, at: 0 })}
          onOver={() => start({ kind: 'all', ids, at: 0 })}
        />
      </div>
    );
  }

  const decide = (now: Turn) => {
    const fresh = new Set(state.fresh);
    const isFirst = turn.tries === 0 && turn.state === 'asking' && now.state !== 'asking';
    // What counts is the first try; later tries are counted, and change nothing.
    const right = isFirst ? now.state === 'right' : (desk.answers()[item.id]?.right ?? false);
    if (now.state !== 'asking') {
      fresh.add(item.id);
      desk.keep(item.id, { right, tries: now.tries, given: givenText(item, turn.given) });
    }
    if (now.state === 'right' || now.state === 'shown') focus.current = 'button[type=submit]';
    onState({ ...state, turn: now, fresh });
  };
  const retry = () => {
    focus.current = 'fieldset :is(input, select, button)';
    const keeps = item.kind !== 'point' && !(item.kind === 'choice' && !item.several);
    const empty = startTurn(item, order).given;
    onState({ ...state, turn: give(turn, keeps ? turn.given : empty) });
  };
  const after = next(round, desk.answers(), state.fresh);
  return (
    <div ref={root}>
      <Question
        key={`${item.id}.${state.rounds}.${item.made?.seed ?? 0}`}
        item={item}
        heading={heading(round, ids)}
        turn={turn}
        order={order}
        live
        isLast={current(after) === undefined}
        message={message}
        onGive={(given) => onState({ ...state, turn: give(turn, given) })}
        onCheck={() => decide(check(turn, item))}
        onRetry={retry}
        onShow={() => decide(show(turn, item))}
        onNext={() => go({ round: round.kind === 'one' ? begin(ids, desk.answers()) : after })}
        onAnother={item.made && (() => void another(item, (item.made!.seed % MAX_SEED) + 1))}
      />
    </div>
  );
}

/** `#quiz/any-visit/7` opens the seventh of a generated item. */
function useLinks(data: QuizData, another: (item: Item, seed: number) => Promise<void>): void {
  const latest = useRef(another);
  latest.current = another;
  useEffect(() => {
    const follow = () => {
      const found = /^#quiz\/([a-z0-9-]{1,40})\/(\d{1,6})$/.exec(location.hash);
      const item = data.items.find(({ id, made }) => made && id === found?.[1]);
      const seed = Number(found?.[2]);
      if (item && seed >= 1 && seed <= MAX_SEED) void latest.current(item, seed);
    };
    follow();
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, [data]);
}

function openAt(
  data: QuizData,
  desk: Desk,
  state: Pick<State, 'round' | 'rounds' | 'made' | 'fresh'>,
): State {
  const id = current(state.round);
  const item = id === undefined ? undefined : (state.made[id] ?? data.items.find((one) => one.id === id)!);
  if (!item) return { ...state, order: [], turn: startTurn(data.items[0]!, []) };
  const isAsBuilt = state.rounds === 0 && item.id === data.items[0]!.id;
  const order = isAsBuilt ? pageOrder(item) : readersOrder(item, desk.seed() + state.rounds);
  return { ...state, order, turn: startTurn(item, order) };
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
