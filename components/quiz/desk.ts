// The quiz's desk on a page: answers lie in the reader's progress, and the page's worker runs what generators ask for.
import type { ClaimView } from '#engine/inspect/view.ts';
import { $memory, $progress, answersOf, keepAnswer, store } from '../progress/store.ts';
import { generate, type ReadClaims } from './generators/generator.ts';
import type { Desk } from './Quiz.tsx';

/** The setting that holds the reader's own seed of all orders. */
const SEED = 'quiz-seed';
const MAX_READER_SEED = 1_000_000;
const setting = () => $progress.get().settings[SEED]?.value;

export function deskFor(chapter: string): Desk {
  const own = Math.floor(Math.random() * MAX_READER_SEED);
  const seed = () => {
    const kept = setting();
    return typeof kept === 'number' ? kept : own;
  };
  return {
    answers: () => answersOf(chapter),
    keep: (item, answer) => {
      // Looking at a page leaves nothing behind; the first answer does.
      if (setting() === undefined) store.keepSetting(SEED, own);
      keepAnswer(chapter, item, answer);
    },
    seed,
    problem: () => $memory.get().sentence,
    another: (item, made) =>
      generate(item.made!.by, made, { id: item.id, see: item.because.see, claims: readInWorker }),
  };
}

/** The engine, and its worker, load when the first question needs a run. */
const readInWorker: ReadClaims = async (request): Promise<readonly ClaimView[]> => {
  const { answers } = await import('../engine/client.ts');
  return (await answers.run(request, 'quiz')).claims;
};
