// A file of a playground, drawn with its colours: what the page shows until somebody edits. A line has its number, and the
// number of its note where it has one.
import { useMemo } from 'preact/hooks';
import { linesOfRuns, PAINT_CLASS, paintCode, unpackPaint } from './paint.ts';
import type { PlacedNote, SourceFile } from './project.ts';

export interface CodeProps {
  readonly file: SourceFile;
  /** Colours that the page was built with; painted here where there are none. */
  readonly paint: string | undefined;
  readonly notes: readonly PlacedNote[];
  /** The line that something else points at. */
  readonly lit: number | undefined;
  readonly label: string;
  /** Pressed, in client pixels. */
  onPress(x: number, y: number): void;
}

export function Code({ file, paint, notes, lit, label, onPress }: CodeProps) {
  const lines = useMemo(
    () => linesOfRuns(paint === undefined ? paintCode(file.name, file.text) : unpackPaint(file.text, paint)),
    [file, paint],
  );
  // the last line end begins no line that anybody wrote
  const shown = lines.length > 1 && lines.at(-1)!.length === 0 ? lines.slice(0, -1) : lines;
  return (
    // biome-ignore lint/a11y/useSemanticElements: no form fields stand in it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <div class="pg-drawn" tabIndex={0} role="group" aria-label={label}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: “Edit” is for the keyboard */}
      <pre onClick={({ clientX, clientY }) => isSelecting() || onPress(clientX, clientY)}>
        {shown.map((runs, i) => {
          const note = notes.find(({ line }) => line === i + 1);
          return (
            <span key={i} class={lit === i + 1 ? 'pg-line pg-lit' : 'pg-line'}>
              {note && <span class="pg-mark" aria-hidden="true" data-note={note.number} />}
              {runs.map(({ text, paint }, k) =>
                paint === 'p' ? (
                  text
                ) : (
                  <span key={k} class={PAINT_CLASS[paint]}>
                    {text}
                  </span>
                ),
              )}
              {'\n'}
            </span>
          );
        })}
      </pre>
    </div>
  );
}

/** Somebody is marking text to copy it. */
const isSelecting = (): boolean => getSelection()?.isCollapsed === false;
