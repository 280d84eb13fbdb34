// One sitting: a question, its answer, four grades; undo, and an end that says what was done. Space turns the card, 1 to
// 4 grade it, U takes the last grade back, Escape ends. The focus goes where the reader has to read.
import '../unseen.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../progress/course.ts';
import { useKept } from '../progress/kept.ts';
import type { CardState } from '../progress/schema.ts';
import { $progress, store } from '../progress/store.ts';
import { nextDue, waitText } from './due.ts';
import type { Grade } from './schedule.ts';
import { answer, begin, type Limit, next, type Session, undo } from './session.ts';

type Scheduler = typeof import('./schedule.ts');

export interface SittingProps {
  /** The course's cards in the order of its pages. */
  readonly ids: readonly string[];
  readonly limit: Limit;
  readonly onEnd: () => void;
}

const names: Readonly<Record<Grade, string>> = { again: 'Again', hard: 'Hard', good: 'Good', easy: 'Easy' };

export function Sitting({ ids, limit, onEnd }: SittingProps) {
  const progress = useKept($progress) ?? $progress.get();
  const [scheduler, arrive] = useState<Scheduler | 'failed' | undefined>(undefined);
  const [session, set] = useState<Session>(() => begin(Date.now(), limit));
  /** The card on the table stays there, whatever the clock or another tab says. */
  const [shown, show] = useState(() => next(session, progress.cards, ids, Date.now()));
  const [isTurned, turn] = useState(false);
  const [said, say] = useState('');

  useEffect(() => {
    import('./schedule.ts').then(arrive, () => arrive('failed'));
  }, []);

  const card = shown.kind === 'card' ? progress.cards[shown.id] : undefined;
  const isReady = scheduler !== undefined && scheduler !== 'failed';
  const results = isReady && card ? scheduler.outcomes(card, Date.now()) : undefined;

  const moveOn = (then: Session) => {
    set(then);
    turn(false);
    show(next(then, $progress.get().cards, ids, Date.now()));
  };
  const grade = (by: Grade) => {
    if (shown.kind !== 'card' || !card || !results || !isTurned) return;
    const now = Date.now();
    // The buttons were drawn a moment ago; what counts is when one is pressed.
    const after = (scheduler as Scheduler).outcomes(card, now)[by];
    store.keepCards({ [shown.id]: after });
    say(`${names[by]}: again in ${waitText(after.due - now)}.`);
    moveOn(answer(session, shown.id, by, card));
  };
  const takeBack = () => {
    const found = undo(session);
    if (!found) return;
    store.keepCards({ [found.last.id]: found.last.before });
    say('The last grade was taken back.');
    set(found.session);
    show({ kind: 'card', id: found.last.id, left: 1 });
    turn(false);
  };
  useKeys({ turn: () => shown.kind === 'card' && turn(true), grade, takeBack, onEnd });

  const canUndo = session.answered.length > 0;
  const then = next(session, progress.cards, ids, Date.now());
  const left = then.kind === 'card' ? then.left : 1;
  return (
    <section class="sitting" aria-label="A sitting">
      <div class="sitting-head">
        <p>
          {session.answered.length} done{shown.kind === 'card' && `, ${left} to go`}
        </p>
        <p class="sitting-said" role="status">
          {said}
        </p>
        <button type="button" class="as-link" disabled={!canUndo} onClick={takeBack}>
          Undo{' '}
          <span class="key" aria-hidden="true">
            U
          </span>
        </button>
        <button type="button" class="as-link" onClick={onEnd}>
          End{' '}
          <span class="key" aria-hidden="true">
            Esc
          </span>
        </button>
      </div>
      {scheduler === 'failed' && (
        <p class="memory-said">A part of the review could not be loaded. Is the network there?</p>
      )}
      {shown.kind === 'card' ? (
        <>
          <Face key={`${shown.id}-${session.answered.length}`} id={shown.id} isTurned={isTurned} />
          <div class="sitting-keys">
            {isTurned ? (
              <Grades results={results} onGrade={grade} />
            ) : (
              <button type="button" class="button" onClick={() => turn(true)}>
                Show the answer{' '}
                <span class="key" aria-hidden="true">
                  Space
                </span>
              </button>
            )}
          </div>
        </>
      ) : (
        <Done session={session} why={shown.why} onEnd={onEnd} />
      )}
    </section>
  );
}

interface Keys {
  readonly turn: () => void;
  readonly grade: (by: Grade) => void;
  readonly takeBack: () => void;
  readonly onEnd: () => void;
}

const order: readonly Grade[] = ['again', 'hard', 'good', 'easy'];

function useKeys(keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (target.matches('input, select, textarea')) return;
      const { turn, grade, takeBack, onEnd } = latest.current;
      if (event.key === ' ') {
        // On a button or a link, Space is theirs.
        if (target.closest('button, a, summary')) return;
        turn();
      } else if (/^[1-4]$/.test(event.key)) grade(order[Number(event.key) - 1]!);
      else if (event.key === 'u' || event.key === 'U') takeBack();
      else if (event.key === 'Escape') onEnd();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

/** Copies of the card's parts as they stand in the page. */
function Face({ id, isTurned }: { id: string; isTurned: boolean }) {
  const front = useRef<HTMLDivElement>(null);
  const back = useRef<HTMLDivElement>(null);
  const source = document.getElementById(`card-${id.replace('/', '-')}`);
  const figure = source?.querySelector<HTMLElement>('.card-figure');
  const isFigureOnFront = figure?.dataset.on === 'front';
  useEffect(() => {
    front.current!.replaceChildren(
      ...copies(source, '.card-front', isFigureOnFront ? '.card-figure' : undefined),
    );
    front.current!.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, []);
  useEffect(() => {
    if (!isTurned) return;
    back.current!.replaceChildren(
      ...copies(source, '.card-back', isFigureOnFront ? undefined : '.card-figure'),
    );
    back.current!.focus({ preventScroll: true });
    back.current!.scrollIntoView({ block: 'nearest' });
  }, [isTurned]);
  return (
    <div class="sitting-card">
      <div class="sitting-front" ref={front} tabIndex={-1} />
      {isTurned && <div class="sitting-back" ref={back} tabIndex={-1} />}
    </div>
  );
}

function copies(source: HTMLElement | null, ...selectors: (string | undefined)[]): Node[] {
  return selectors.flatMap((selector) => {
    const part = selector && source?.querySelector(selector);
    if (!part) return [];
    const copy = document.createElement('div');
    copy.className = part.className;
    copy.append(...[...part.childNodes].map((node) => node.cloneNode(true)));
    rename(copy);
    return [copy];
  });
}

/** Ids of a copy, and what refers to them, get names of their own. */
function rename(copy: HTMLElement): void {
  for (const node of copy.querySelectorAll('[id]')) node.id += '-copy';
  for (const node of copy.querySelectorAll('[clip-path], use')) {
    for (const name of ['clip-path', 'href']) {
      const value = node.getAttribute(name);
      if (value?.includes('#')) node.setAttribute(name, value.replace(/(#[\w-]+)/, '$1-copy'));
    }
  }
}

function Grades({
  results,
  onGrade,
}: {
  results: Readonly<Record<Grade, CardState>> | undefined;
  onGrade: (by: Grade) => void;
}) {
  const now = Date.now();
  return (
    <div class="sitting-grades">
      {order.map((by, i) => {
        const wait = results && waitText(results[by].due - now);
        return (
          <button
            key={by}
            type="button"
            class="button-plain"
            aria-keyshortcuts={`${i + 1}`}
            disabled={!results}
            onClick={() => onGrade(by)}
          >
            <span>
              <span class="key" aria-hidden="true">
                {i + 1}
              </span>{' '}
              {names[by]}
            </span>
            <small>
              <span class="unseen">in </span>
              {wait ?? '\u00a0'}
            </small>
          </button>
        );
      })}
    </div>
  );
}

const ends = {
  done: 'Nothing more is due.',
  time: 'The time of this sitting is over. What is left can wait, or take another sitting.',
  cards: 'That is enough for one sitting. What is left can wait, or take another one.',
};

function Done({ session, why, onEnd }: { session: Session; why: keyof typeof ends; onEnd: () => void }) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => end.current!.focus({ preventScroll: true }), []);
  const now = Date.now();
  const again = session.answered.filter(({ grade }) => grade === 'again').length;
  const coming = nextDue($progress.get(), now);
  return (
    <div class="sitting-end" ref={end} tabIndex={-1}>
      <p class="review-now">
        <strong>{count(session.answered.length, 'card')}</strong> in {waitText(now - session.started)}
        {again > 0 && `, ${again} of them to see again soon`}.
      </p>
      <p>
        {ends[why]}{' '}
        {why === 'done' && coming !== undefined && `The next card comes in ${waitText(coming - now)}.`}
      </p>
      <button type="button" class="button" onClick={onEnd}>
        Close
      </button>
    </div>
  );
}
