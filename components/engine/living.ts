// The figures of the page that have come to life, by name, so that one drawing may follow another's run and cursor.
import { atom, type ReadableAtom } from 'nanostores';
import type { Figure } from './figure.ts';

const $living = atom<ReadonlyMap<string, Figure>>(new Map());
export const $figures: ReadableAtom<ReadonlyMap<string, Figure>> = $living;

/** Gives the function that takes it away again. */
export function announce(figure: Figure): () => void {
  $living.set(new Map($living.get()).set(figure.id, figure));
  return () => {
    const rest = new Map($living.get());
    if (rest.get(figure.id) === figure) rest.delete(figure.id);
    $living.set(rest);
  };
}
