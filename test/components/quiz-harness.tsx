// Mounts the quiz over the hand-made items of quiz-items.ts, for the browser tests: `?only=order,match`. Answers lie in
// the window, `?kept={…}` gives those of an earlier visit, and another question is the same one with another number.
import '../../src/site/tokens.css';
import '../../src/site/base.css';
import { render } from 'preact';
import type { Item } from '../../components/quiz/item.ts';
import '../../components/quiz/quiz.css';
import { type Desk, Quiz } from '../../components/quiz/Quiz.tsx';
import { items } from './quiz-items.ts';

const query = new URLSearchParams(location.search);
const only = query.get('only')?.split(',');
const shown = only ? only.map((id) => items.find((item) => item.id === id)!) : items;
const answers: Record<string, { right: boolean; tries: number; given: string }> = JSON.parse(
  query.get('kept') ?? '{}',
);
const desk: Desk = {
  answers: () => answers,
  keep: (item, answer) => {
    answers[item] = answer;
  },
  seed: () => 7,
  problem: () => query.get('problem') ?? '',
  another: (item: Item, seed) =>
    query.has('broken')
      ? Promise.reject(new Error('no engine'))
      : Promise.resolve({ ...item, ask: `Another one, number ${seed}?`, made: { by: 'x', seed } }),
};
const made = query.get('made');
const data = {
  chapter: 'test',
  items: shown.map((item) => (item.id === made ? { ...item, made: { by: 'x', seed: 1 } } : item)),
};

const main = document.querySelector('main')!;
// The column of a chapter.
Object.assign(main.style, { maxWidth: '664px', padding: '16px' });
document.documentElement.dataset.theme = query.get('theme') ?? 'light';
// What the quiz kept, for the tests to read.
Object.assign(window, { answers });
render(
  <>
    <h1>Quiz</h1>
    <div class="quiz" id="break-it">
      <Quiz data={data} desk={desk} />
    </div>
  </>,
  main,
);
