// Tab: what the candidates make of a line.
import type { Completion } from '../engine/answers.ts';

export interface Completed {
  /** The line up to the caret, as far as it is certain now. */
  readonly before: string;
  /** Candidates to choose from, when there are several. */
  readonly among: readonly string[];
}

/** As bash does it: one candidate is written out with a space behind it, several as far as they agree. */
export function completed(before: string, { from, candidates }: Completion): Completed {
  const [first] = candidates;
  if (first === undefined) return { before, among: [] };
  const start = before.slice(0, from);
  if (candidates.length === 1) return { before: `${start}${first} `, among: [] };
  return { before: start + commonStart(candidates), among: candidates };
}

function commonStart(words: readonly string[]): string {
  let common = words[0]!;
  for (const word of words) {
    let length = 0;
    while (length < common.length && common[length] === word[length]) length += 1;
    common = common.slice(0, length);
  }
  return common;
}
