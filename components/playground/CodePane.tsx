// The code of a playground: each file drawn with its notes, of which one is seen; then, once somebody edits, an editor of
// the same look in the place of the open one. The editor, which is large, is fetched by then and not before.
import type { Ref } from 'preact';
import { useEffect, useImperativeHandle, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Code } from './Code.tsx';
import type { Editor } from './editor.ts';
import { Notes } from './Notes.tsx';
import { type CodeNote, type PlacedNote, placeNotes, type SourceFile } from './project.ts';

/** What can be asked of the editor; it opens first, if it has not. */
export interface CodePaneHandle {
  focus(): void;
  /** From 1; beyond the text it is the text's end. */
  select(file: string, line: number, column: number): void;
}

export interface CodePaneProps {
  /** Begins the ids of what it draws. */
  readonly id: string;
  readonly files: readonly SourceFile[];
  /** Changes when they were not changed in the editor. */
  readonly outside: number;
  readonly open: string;
  readonly notes: readonly CodeNote[];
  /** The page's own texts and their colours. */
  readonly built: readonly SourceFile[];
  readonly paint: readonly string[];
  readonly words: string;
  readonly handle: Ref<CodePaneHandle>;
  onText(name: string, text: string): void;
  onOpen(): void;
}

export function CodePane(props: CodePaneProps) {
  const { id, files, outside, open, notes, built, paint, handle } = props;
  const panes = useRef<HTMLDivElement>(null);
  const place = useMemo(() => (typeof document === 'undefined' ? undefined : hostOf()), []);
  /** The line that a note points at, and the one whose note was pressed. */
  const [pointed, point] = useState<number | undefined>(undefined);
  const [pressed, press] = useState<number | undefined>(undefined);
  const lit = pointed ?? pressed;
  const opening = useRef<Promise<Editor>>();
  const [state, setState] = useState<'drawn' | 'open' | 'failed'>('drawn');
  /** What waits for another file to be open. */
  const pending = useRef<() => void>();
  /** What came from elsewhere up to here is in the editor. */
  const filled = useRef(outside);
  const latest = useRef(props);
  latest.current = props;

  const withEditor = (act: (editor: Editor) => void): void => {
    opening.current ??= import('./editor.ts').then(({ openEditor }) => {
      filled.current = latest.current.outside;
      const editor = openEditor(place!, {
        files: latest.current.files,
        open: latest.current.open,
        describedBy: `${id}-keys`,
        words: latest.current.words,
        onText: (name, text) => latest.current.onText(name, text),
      });
      setState('open');
      latest.current.onOpen();
      return editor;
    });
    opening.current.then(act, () => {
      opening.current = undefined;
      setState('failed');
    });
  };
  useImperativeHandle(handle, () => ({
    focus: () => withEditor((editor) => editor.focus()),
    select: (file, line, column) =>
      withEditor((editor) => {
        const act = (): void => {
          editor.show(latest.current.files, file);
          editor.select(line, column);
        };
        if (latest.current.open === file) act();
        else pending.current = act;
      }),
  }));
  useEffect(() => () => void opening.current?.then((editor) => editor.destroy()), []);
  useEffect(() => press(undefined), [open]);
  // Before anything is asked of it: what is not on the page cannot have the focus.
  useLayoutEffect(() => {
    if (state !== 'open') return;
    panes.current!.querySelector('.pg-file:not(.pg-shut) > .pg-code')!.append(place!);
    pending.current?.();
    pending.current = undefined;
  }, [open, state]);
  useEffect(() => {
    if (state === 'open') void opening.current?.then((editor) => editor.show(latest.current.files, open));
  }, [open, state]);
  // What was typed is in the editor already, and may be older by the time it comes back here: only what came from
  // elsewhere since the editor was filled goes in.
  useEffect(() => {
    if (state !== 'open' || outside === filled.current) return;
    filled.current = outside;
    void opening.current?.then((editor) => editor.replace(latest.current.files));
  }, [outside, state]);
  const placed = useMemo(() => files.map((file) => placeNotes(notes, file)), [files, notes]);
  const here = placed[files.findIndex(({ name }) => name === open)];
  useEffect(() => {
    if (state === 'open')
      void opening.current?.then((editor) => editor.mark(here?.map(({ line }) => line) ?? [], lit));
  }, [here, lit, state]);

  const lead = ({ line }: PlacedNote): void => {
    press(line);
    if (state === 'open') withEditor((editor) => editor.reveal(line));
    else reveal(panes.current!.querySelectorAll(`.pg-file:not(.pg-shut) .pg-line`)[line - 1]);
  };

  return (
    <div class="pg-files" ref={panes}>
      {state === 'failed' && (
        <p class="pg-fault">
          The editor could not be loaded. Is the network there? The code can be run as it is.
        </p>
      )}
      {files.map((file, i) => {
        const at = built.findIndex(({ name, text }) => name === file.name && text === file.text);
        const isOpen = file.name === open;
        return (
          <div
            key={file.name}
            id={`${id}-${i}`}
            class={isOpen ? 'pg-file' : 'pg-file pg-shut'}
            role="tabpanel"
            aria-labelledby={`${id}-tab-${i}`}
          >
            <p class="pg-file-name" aria-hidden="true">
              {file.name}
            </p>
            <div class="pg-code">
              {!(isOpen && state === 'open') && (
                <Code
                  file={file}
                  paint={at < 0 ? undefined : paint[at]}
                  notes={placed[i]!}
                  lit={isOpen ? lit : undefined}
                  label={`${file.name}, code`}
                  onPress={(x, y) =>
                    withEditor((editor) => {
                      editor.placeAt(x, y);
                      editor.focus();
                    })
                  }
                />
              )}
            </div>
            {placed[i]!.length > 0 && (
              <Notes notes={placed[i]!} file={file.name} onPress={lead} onPoint={point} />
            )}
          </div>
        );
      })}
    </div>
  );
}

/** Where the editor lives: it goes from file to file with the reader. */
function hostOf(): HTMLElement {
  const host = document.createElement('div');
  host.className = 'pg-editor';
  return host;
}

const reveal = (line: Element | undefined): void => line?.scrollIntoView({ block: 'nearest' });
