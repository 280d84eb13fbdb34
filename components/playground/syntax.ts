// Where the code cannot be read: the first place at which the editor's own parser had to skip or to guess. It knows where,
// and not what was meant; what Node says of it comes with the run.
import { syntaxTree } from '@codemirror/language';
import type { Diagnostic } from '@codemirror/lint';
import type { EditorState } from '@codemirror/state';

/** One is enough: what follows the first is mostly its echo. */
export function syntaxFaults(state: EditorState): Diagnostic[] {
  let found: Diagnostic | undefined;
  const { length } = state.doc;
  syntaxTree(state).iterate({
    enter: ({ type, from, to }) => {
      if (found) return false;
      if (!type.isError) return true;
      const isMissing = from === to;
      found = {
        from: isMissing ? Math.max(0, from - 1) : from,
        to: Math.min(length, to),
        severity: 'error',
        message: isMissing ? 'Something is missing here.' : 'This does not fit here.',
      };
      return false;
    },
  });
  return found ? [found] : [];
}
