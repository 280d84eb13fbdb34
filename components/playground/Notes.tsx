// The notes of a file: beside the code where there is room, level with their lines as far as they fit above each other;
// under it on a narrow page. A note's number stands at its line, and pressing it leads there.
import type { JSX } from 'preact';
import type { PlacedNote } from './project.ts';

export interface NotesProps {
  readonly notes: readonly PlacedNote[];
  readonly file: string;
  onPress(note: PlacedNote): void;
  /** The line of the note that is pointed at; undefined when none is. */
  onPoint(line: number | undefined): void;
}

/** Characters of a line of a note, at the width that it has beside the code: a guess on the safe side. */
const CHARACTERS = 38;
/** Lines of code that one line of a note is high, and what stands between two notes. */
const LINE = 20 / 23;
const GAP = 12 / 23;

export function Notes({ notes, file, onPress, onPoint }: NotesProps) {
  const spaces = spacesOf(notes);
  return (
    <ol class="pg-notes" aria-label={`Notes on ${file}`}>
      {notes.map((note, i) => (
        <li
          key={note.number}
          style={{ '--pg-space': spaces[i]!.toFixed(2) } as JSX.CSSProperties}
          onPointerEnter={() => onPoint(note.line)}
          onPointerLeave={() => onPoint(undefined)}
          onFocusIn={() => onPoint(note.line)}
          onFocusOut={() => onPoint(undefined)}
        >
          <button type="button" class="pg-note-number" onClick={() => onPress(note)}>
            {note.number}
            <span class="unseen">, show line {note.line}</span>
          </button>
          <p>{note.text}</p>
        </li>
      ))}
    </ol>
  );
}

/** Room above each note, in lines of code, so that it stands level with its own where the one before leaves room. */
export function spacesOf(notes: readonly Pick<PlacedNote, 'line' | 'text'>[]): number[] {
  let bottom = 0;
  return notes.map(({ line, text }, i) => {
    const space = Math.max(i === 0 ? 0 : GAP, line - 1 - bottom);
    bottom += space + Math.ceil(text.length / CHARACTERS) * LINE;
    return space;
  });
}
