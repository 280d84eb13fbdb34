// Brings a quiz to life: over the very markup that the build wrote, with what the reader has put in already.
import { hydrate } from 'preact';
import { deskFor } from './desk.ts';
import type { Given, Item, QuizData } from './item.ts';
import { Quiz } from './Quiz.tsx';

export function bringToLife(root: HTMLElement, data: QuizData): Promise<void> {
  const first = data.items[0]!;
  const given = givenSoFar(root, first);
  return new Promise((done) => {
    hydrate(<Quiz data={data} desk={deskFor(data.chapter)} given={given} onLive={done} />, root);
  });
}

/** Ticked, chosen or typed before any script was there. */
function givenSoFar(root: HTMLElement, item: Item): Given | undefined {
  const form = root.querySelector('form');
  if (!form) return undefined;
  if (item.kind === 'number' || item.kind === 'text') {
    const text = form.querySelector<HTMLInputElement>('input')?.value ?? '';
    return text === '' ? undefined : { by: 'typing', text };
  }
  if (item.kind === 'match') {
    const pairs = [...form.querySelectorAll('select')].map(({ value }) =>
      value === '' ? undefined : Number(value),
    );
    return pairs.some((one) => one !== undefined) ? { by: 'pairs', pairs } : undefined;
  }
  const picks = [...form.querySelectorAll<HTMLInputElement>('input:checked')].map(({ value }) =>
    Number(value),
  );
  return picks.length > 0 ? { by: 'picks', picks } : undefined;
}
