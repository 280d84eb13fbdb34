// The progress page's living part: every chapter with what was done of it, marks to set by hand, and what a reader may
// do with the whole. While the page is built, and without script, it is the plan of the course; what only a reader's own
// progress can fill keeps its room until it is known (you.css), so that nothing moves then.
import './you.css';
import { useState } from 'preact/hooks';
import { Belongings } from './Belongings.tsx';
import { type CourseChapter, type CourseSection, count } from './course.ts';
import { useKept } from './kept.ts';
import { type Progress as Kept, noChapter, nothing } from './schema.ts';
import { $memory, $progress, setRead } from './store.ts';
import { type Tally, tally, together } from './tally.ts';

export interface ProgressProps {
  readonly chapters: readonly CourseChapter[];
  readonly reviewHref: string;
}

export function Progress({ chapters, reviewHref }: ProgressProps) {
  const progress = useKept($progress);
  const memory = useKept($memory);
  const now = Date.now();
  const shown = progress ?? nothing;
  const tallies = chapters.map((chapter) => tally(shown, chapter, now));
  return (
    <div class="you" data-live={progress ? '' : undefined}>
      <p class="memory-said" role="status">
        {memory?.sentence}
      </p>
      <Sums chapters={chapters} sum={together(tallies)} reviewHref={reviewHref} />
      <ol class="you-chapters">
        {chapters.map((chapter, i) => (
          <Chapter key={chapter.slug} chapter={chapter} progress={shown} done={progress && tallies[i]} />
        ))}
      </ol>
      <Belongings progress={shown} />
    </div>
  );
}

function Sums({
  chapters,
  sum,
  reviewHref,
}: {
  chapters: readonly CourseChapter[];
  sum: Tally;
  reviewHref: string;
}) {
  const all = (pick: (chapter: CourseChapter) => number) =>
    chapters.reduce((total, one) => total + pick(one), 0);
  const guessed = sum.guessedRight + sum.guessedWrong;
  return (
    <dl class="you-sums">
      <div>
        <dt>Sections read</dt>
        <dd>
          {sum.read} <span>of {all(({ sections }) => sections.length)}</span>
        </dd>
      </div>
      <div>
        <dt>Quiz answers right</dt>
        <dd>
          {sum.right} <span>of {all(({ quiz }) => quiz.length)}</span>
        </dd>
      </div>
      <div>
        <dt>Guesses right</dt>
        <dd>
          {sum.guessedRight} <span>of {guessed} made</span>
        </dd>
      </div>
      <div>
        <dt>Cards due</dt>
        <dd>
          {sum.due > 0 ? <a href={reviewHref}>{sum.due}</a> : sum.due} <span>of {sum.cards}</span>
        </dd>
      </div>
    </dl>
  );
}

function Chapter({
  chapter,
  progress,
  done,
}: {
  chapter: CourseChapter;
  progress: Kept;
  done: Tally | undefined;
}) {
  const read = (progress.chapters[chapter.slug] ?? noChapter).read;
  const isRead = ({ slug }: CourseSection) => read[slug]?.read === true;
  return (
    <li class="you-chapter">
      <h2>
        <span class="you-number">{chapter.number}</span> <a href={chapter.href}>{chapter.title}</a>
      </h2>
      <Lane sections={chapter.sections} isRead={isRead} />
      <p class="you-facts">{facts(chapter, done)}</p>
      <details>
        <summary>Sections, to mark by hand</summary>
        <ul class="you-sections">
          {chapter.sections.map((section) => (
            <li key={section.slug}>
              <label>
                <input
                  type="checkbox"
                  checked={isRead(section)}
                  onChange={(event) => setRead(chapter.slug, section.slug, event.currentTarget.checked)}
                />
                <span>{section.text}</span>
              </label>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** Short facts with hairlines between; before anything is known, what there is. */
function facts(chapter: CourseChapter, done: Tally | undefined) {
  const { sections, quiz, guesses, cards, labs } = chapter;
  const texts: string[] = [];
  if (done === undefined) {
    texts.push(count(sections.length, 'section'));
    if (guesses.length > 0) texts.push(count(guesses.length, 'guess', 'guesses'));
    if (quiz.length > 0) texts.push(count(quiz.length, 'quiz question'));
    if (cards.length > 0) texts.push(count(cards.length, 'card'));
    if (labs.length > 0) texts.push(count(labs.length, 'lab'));
  } else {
    texts.push(`${done.read} of ${count(sections.length, 'section')} read`);
    const guessed = done.guessedRight + done.guessedWrong;
    if (guesses.length > 0)
      texts.push(
        guessed === 0
          ? `${count(guesses.length, 'guess', 'guesses')} to make`
          : `guesses: ${done.guessedRight} right, ${done.guessedWrong} wrong`,
      );
    if (quiz.length > 0)
      texts.push(
        done.answered === 0
          ? `quiz of ${count(quiz.length, 'question')} not begun`
          : `quiz: ${done.right} of ${quiz.length} right`,
      );
    if (cards.length > 0)
      texts.push(
        done.cards === 0
          ? `${count(cards.length, 'card')} not in the review yet`
          : `${count(done.cards, 'card')}, ${done.due === 0 ? 'none due' : `${done.due} due`}`,
      );
    if (labs.length > 0) texts.push(`${done.solved} of ${count(labs.length, 'lab')} solved`);
  }
  return texts.map((text) => <span key={text}>{text}</span>);
}

/** A lane to scale: each section is as long as its text, in ink when it was read. */
function Lane({
  sections,
  isRead,
}: {
  sections: readonly CourseSection[];
  isRead: (section: CourseSection) => boolean;
}) {
  const [named, name] = useState<CourseSection | undefined>(undefined);
  // A section of few words has a figure to look at.
  const lengths = sections.map(({ words }) => Math.max(words, 40));
  const whole = lengths.reduce((sum, one) => sum + one, 0);
  let at = 0;
  const read = sections.filter(isRead).length;
  return (
    <div class="you-lane">
      <svg width="100%" height="16" role="img" aria-label={`${read} of ${sections.length} sections read`}>
        {sections.map((section, i) => {
          const from = (at / whole) * 100;
          at += lengths[i]!;
          const to = (at / whole) * 100;
          return (
            <g key={section.slug} class={isRead(section) ? 'read' : undefined}>
              <rect
                class="you-lane-hit"
                x={`${from}%`}
                y="0"
                width={`${to - from}%`}
                height="16"
                onPointerEnter={() => name(section)}
                onPointerLeave={() => name(undefined)}
              />
              <line x1={`${from}%`} x2={`${to}%`} y1="8" y2="8" />
              <line class="you-stop" x1={`${from}%`} x2={`${from}%`} y1="4" y2="12" />
            </g>
          );
        })}
        <line class="you-stop" x1="100%" x2="100%" y1="4" y2="12" />
      </svg>
      <span class="you-lane-name" aria-hidden="true">
        {named && `${named.text}${isRead(named) ? ', read' : ''}`}
      </span>
    </div>
  );
}
