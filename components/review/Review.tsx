// The review: what is due, a sitting of a few minutes, what the next two weeks bring. The texts of the cards stand in
// the page already (Cards.astro), where they can be read without script; a sitting shows copies of them. While the page
// is built it is as for a new reader, unseen: its room is kept (../progress/you.css).
import './review.css';
import { useEffect, useState } from 'preact/hooks';
import { count } from '../progress/course.ts';
import { useKept } from '../progress/kept.ts';
import { nothing, type Progress } from '../progress/schema.ts';
import { $memory, $progress, store } from '../progress/store.ts';
import { dueCount, nextDue, waitText } from './due.ts';
import { Forecast } from './Forecast.tsx';
import { joining } from './join.ts';
import { Sitting } from './Sitting.tsx';
import { type Limit, limits, queue } from './session.ts';

export interface DeckOfCourse {
  readonly chapter: string;
  readonly number: number;
  readonly title: string;
  readonly ids: readonly string[];
}

export interface ReviewProps {
  readonly decks: readonly DeckOfCourse[];
}

const SETTING = 'review-minutes';

export function Review({ decks }: ReviewProps) {
  const progress = useKept($progress);
  const memory = useKept($memory);
  const [limit, sit] = useState<Limit | undefined>(undefined);
  useEffect(() => tidy(decks), [decks]);
  useTick(progress);
  const shown = progress ?? nothing;
  const ids = decks.flatMap((deck) => deck.ids);
  return (
    <div class="review" data-live={progress ? '' : undefined}>
      <p class="memory-said" role="status">
        {memory?.sentence}
      </p>
      {limit ? (
        <Sitting ids={ids} limit={limit} onEnd={() => sit(undefined)} />
      ) : (
        <Start progress={shown} ids={ids} onSit={sit} />
      )}
      {!limit && <Decks decks={decks} progress={shown} />}
    </div>
  );
}

/** Cards that join by themselves, and cards that the course no longer has. */
function tidy(decks: readonly DeckOfCourse[]): void {
  const ids = new Set(decks.flatMap((deck) => deck.ids));
  store.addCards(joining($progress.get(), decks));
  const { cards } = $progress.get();
  const gone = Object.keys(cards).filter((id) => !ids.has(id) && cards[id]!.out === undefined);
  const back = Object.keys(cards).filter((id) => ids.has(id) && cards[id]!.out === 'gone');
  store.setCardsOut(gone, 'gone');
  store.setCardsOut(back, undefined);
}

const MAX_WAIT = 2 ** 31 - 1;

/** Draws again when the next card falls due. */
function useTick(progress: Progress | undefined): void {
  const [, tick] = useState(0);
  useEffect(() => {
    const next = progress && nextDue(progress, Date.now());
    if (next === undefined) return;
    const timer = setTimeout(() => tick((n) => n + 1), Math.min(next - Date.now() + 1, MAX_WAIT));
    return () => clearTimeout(timer);
  });
}

interface StartProps {
  readonly progress: Progress;
  readonly ids: readonly string[];
  readonly onSit: (limit: Limit) => void;
}

function Start({ progress, ids, onSit }: StartProps) {
  const now = Date.now();
  const due = queue(progress.cards, ids, now).filter((id) => progress.cards[id]!.due <= now).length;
  const isEmpty = !ids.some((id) => progress.cards[id] && !progress.cards[id].out);
  if (isEmpty) {
    return (
      <p class="review-now">
        No cards are in your review yet. A chapter’s cards join when you have read its quiz, or when you add
        them here.
      </p>
    );
  }
  const minutes = progress.settings[SETTING]?.value;
  const limit = limits.find((one) => one.minutes === minutes) ?? limits[1]!;
  const next = nextDue(progress, now);
  return (
    <>
      <div class="review-start">
        <p class="review-now">
          {due > 0 ? (
            <>
              <strong>{count(due, 'card')}</strong> {due === 1 ? 'is' : 'are'} due.
            </>
          ) : (
            <>
              Nothing is due.{' '}
              {next !== undefined && <span>The next card comes in {waitText(next - now)}.</span>}
            </>
          )}
        </p>
        {due > 0 && (
          <div class="review-go">
            <button type="button" class="button" onClick={() => onSit(limit)}>
              Begin
            </button>
            <label>
              a sitting of{' '}
              <select
                value={String(limit.minutes)}
                onChange={(event) => store.keepSetting(SETTING, Number(event.currentTarget.value))}
              >
                {limits.map((one) => (
                  <option key={one.minutes} value={String(one.minutes)}>
                    {`${one.minutes} minutes, ${one.cards} cards at most`}
                  </option>
                ))}
              </select>
            </label>
          </div>
        )}
      </div>
      <Forecast progress={progress} now={now} />
    </>
  );
}

function Decks({ decks, progress }: { decks: readonly DeckOfCourse[]; progress: Progress }) {
  const now = Date.now();
  return (
    <section class="review-decks" aria-labelledby="decks">
      <h2 id="decks">What is in your review</h2>
      <ul class="review-deck-list">
        {decks.map((deck) => {
          const known = deck.ids.filter((id) => progress.cards[id] !== undefined);
          const here = known.filter((id) => progress.cards[id]!.out === undefined);
          const due = dueCount(
            { ...progress, cards: Object.fromEntries(here.map((id) => [id, progress.cards[id]!])) },
            now,
          );
          const isIn = here.length > 0;
          const press = () => {
            if (isIn) store.setCardsOut(here, 'hand');
            else {
              store.setCardsOut(known, undefined);
              store.addCards(deck.ids);
            }
          };
          return (
            <li key={deck.chapter}>
              <span class="you-number">{deck.number}</span>
              <span class="review-deck-title">{deck.title}</span>
              <span class="review-deck-state">
                {isIn
                  ? `${count(here.length, 'card')}, ${due === 0 ? 'none' : due} due`
                  : `${count(deck.ids.length, 'card')}, not in the review`}
              </span>
              <button
                type="button"
                class="as-link"
                aria-label={`${isIn ? 'Take them out' : 'Add them'}: ${deck.title}`}
                onClick={press}
              >
                {isIn ? 'Take them out' : 'Add them'}
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
