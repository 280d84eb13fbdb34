// What readers may do with their progress: save it as a file, take one in, erase it; and what could not be read.
import { useRef, useState } from 'preact/hooks';
import { count } from './course.ts';
import { changeSentence, fileName, MAX_FILE, type Plan, planImport, writeFile } from './exchange.ts';
import { useKept } from './kept.ts';
import type { Progress } from './schema.ts';
import { $progress, store } from './store.ts';

type Step =
  | { readonly kind: 'idle'; readonly said?: string; readonly undo?: () => void }
  | { readonly kind: 'import'; readonly plan: Plan; readonly name: string }
  | { readonly kind: 'erase' };

export function Belongings({ progress }: { progress: Progress }) {
  const [step, go] = useState<Step>({ kind: 'idle' });
  const isEmpty = Object.keys(progress.chapters).length + Object.keys(progress.cards).length === 0;
  const back = (said?: string, undo?: () => void) =>
    go({ kind: 'idle', ...(said !== undefined && { said }), ...(undo && { undo }) });
  return (
    <section class="you-belongings" aria-labelledby="yours">
      <h2 id="yours">It is yours</h2>
      <p>
        All this lies in this browser and nowhere else. Save it as a file to keep it, or to take it to another
        browser; the file is plain text that you can read.
      </p>
      <SetAside />
      <div class="you-buttons">
        <button type="button" class="button-plain" disabled={isEmpty} onClick={() => saveFile(progress)}>
          Save as a file
        </button>
        <Import onPlan={(plan, name) => go({ kind: 'import', plan, name })} />
        <button type="button" class="button-plain" disabled={isEmpty} onClick={() => go({ kind: 'erase' })}>
          Erase
        </button>
      </div>
      {step.kind === 'import' && <Preview {...step} onDone={back} />}
      {step.kind === 'erase' && <Erase progress={progress} onDone={back} />}
      <p class="you-said" role="status">
        {step.kind === 'idle' && step.said && `${step.said} `}
        {step.kind === 'idle' && step.undo && (
          <button
            type="button"
            class="as-link"
            onClick={() => {
              step.undo!();
              back('Everything is back.');
            }}
          >
            Undo
          </button>
        )}
      </p>
    </section>
  );
}

function saveFile(progress: Progress): void {
  const now = Date.now();
  download(writeFile(progress, now), fileName(now));
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function Import({ onPlan }: { onPlan: (plan: Plan, name: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (file: File) => {
    const sentence = `This file cannot be read by this browser. Nothing was changed.`;
    // A character takes at most four bytes; what is longer need not be read at all.
    const text =
      file.size > 4 * MAX_FILE ? ' '.repeat(MAX_FILE + 1) : await file.text().catch(() => undefined);
    const plan: Plan =
      text === undefined ? { kind: 'refused', sentence } : planImport($progress.get(), text, Date.now());
    onPlan(plan, file.name.slice(0, 80));
  };
  return (
    <>
      <button type="button" class="button-plain" onClick={() => input.current!.click()}>
        Import a file
      </button>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="Progress file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          // The same file may be chosen again.
          if (file) void read(file).finally(() => (input.current!.value = ''));
        }}
      />
    </>
  );
}

const focus = (element: HTMLElement | null): void => element?.focus();

function Preview({ plan, name, onDone }: { plan: Plan; name: string; onDone: (said?: string) => void }) {
  if (plan.kind === 'refused') {
    return (
      <section class="you-ask" tabIndex={-1} ref={focus} aria-label="Import">
        <p>
          <strong>{name}</strong>
        </p>
        <p>{plan.sentence}</p>
        <div class="you-buttons">
          <button type="button" class="button-plain" onClick={() => onDone()}>
            Close
          </button>
        </div>
      </section>
    );
  }
  const { changes, faults, file } = plan;
  const isNews = changes.some(({ added, changed }) => added + changed > 0);
  return (
    <section class="you-ask" tabIndex={-1} ref={focus} aria-label="Import">
      <p>
        <strong>{isNews ? `Import ${name}?` : `${name} holds nothing that is not here.`}</strong>
      </p>
      <ul>
        {changes.map((change) => (
          <li key={change.many}>{changeSentence(change)}</li>
        ))}
        {faults.length > 0 && (
          <li>
            {count(faults.length, 'place')} of the file {faults.length === 1 ? 'does' : 'do'} not fit and{' '}
            {faults.length === 1 ? 'is' : 'are'} left out, the first at <code>{faults[0]}</code>.
          </li>
        )}
      </ul>
      {isNews && <p>Nothing that is here gets lost.</p>}
      <div class="you-buttons">
        {isNews && (
          <button
            type="button"
            class="button"
            onClick={() => {
              store.restore(file);
              onDone('Imported.');
            }}
          >
            Import
          </button>
        )}
        <button type="button" class="button-plain" onClick={() => onDone()}>
          {isNews ? 'Leave it' : 'Close'}
        </button>
      </div>
    </section>
  );
}

function Erase({
  progress,
  onDone,
}: {
  progress: Progress;
  onDone: (said?: string, undo?: () => void) => void;
}) {
  const chapters = Object.values(progress.chapters);
  const marks = (kind: 'read' | 'answers' | 'guesses' | 'solved') =>
    chapters.reduce((sum, chapter) => sum + Object.keys(chapter[kind]).length, 0);
  const parts = [
    [marks('read'), 'section mark'],
    [marks('answers'), 'answer'],
    [marks('guesses'), 'guess', 'guesses'],
    [marks('solved'), 'solved lab'],
    [Object.keys(progress.cards).length, 'card'],
  ] as const;
  const texts = parts.filter(([number]) => number > 0).map(([number, one, many]) => count(number, one, many));
  return (
    <section class="you-ask" tabIndex={-1} ref={focus} aria-label="Erase">
      <p>
        <strong>Erase everything that is remembered here?</strong>
      </p>
      <p>{texts.join(', ')}. Other open tabs forget it too. Until you leave this page, it can be undone.</p>
      <div class="you-buttons">
        <button type="button" class="button" onClick={() => onDone('Erased.', store.erase())}>
          Erase everything
        </button>
        <button type="button" class="button-plain" onClick={() => onDone()}>
          Keep it
        </button>
      </div>
    </section>
  );
}

function SetAside() {
  const aside = useKept(store.$aside) ?? [];
  if (aside.length === 0) return null;
  return (
    <div class="you-aside">
      <p>
        {aside.length === 1 ? 'Something that was' : `${aside.length} things that were`} kept here could not
        be read, in whole or in part. It was set aside as it was found, and you can save it as a file.
      </p>
      <ul>
        {aside.map(({ key, text }, i) => (
          <li key={key}>
            Copy {i + 1}, {count(text.length, 'character')}:{' '}
            <button
              type="button"
              class="as-link"
              onClick={() => download(text, `roundtrip-set-aside-${i + 1}.txt`)}
            >
              save it
            </button>{' '}
            or{' '}
            <button type="button" class="as-link" onClick={() => store.dropAside(key)}>
              delete it
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
