// A prompt on a machine of the run. What is typed here is an input of the world: it runs again, and the figure plays on
// from that moment, so that packets move while the output appears.
import '../unseen.css';
import './terminal.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { ConsoleView, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { keepInSight } from '../player/sight.ts';
import { lastBefore, withUnit } from '../player/time.ts';
import { completed } from './completing.ts';
import { commandsOf, consoleOf, type Piece, promptOf, type Row, rowsOf, textOf } from './console.ts';
import { Foot } from './Foot.tsx';
import { TerminalHead } from './Head.tsx';
import { historyOf, keepTyped } from './history.ts';
import { Prompt, StillPrompt, write } from './Prompt.tsx';
import { lastReached, Rows } from './Screen.tsx';
import { Spoken } from './Spoken.tsx';
import { enter, interrupt, isTyped, linesOf, type Problem, startOver } from './typing.ts';

export function Terminal({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const request = useStore(figure.$request);
  const prompt = useStore(figure.$prompt);
  // A link may bring lines that were typed elsewhere: there it goes on.
  const elsewhere = request.inputs.findLast(isTyped)?.detail['machine'];
  useEffect(() => {
    const found = consoleOf(figure.$view.get(), String(elsewhere));
    if (found) figure.$prompt.set(found.machine);
    else if (figure.$prompt.get() === undefined) figure.$prompt.set(view.consoles[0]?.machine);
  }, [elsewhere]);
  const console = view.consoles.find(({ machine }) => machine === prompt) ?? view.consoles[0];
  if (!console) return <p class="rt-term-none">Nobody sits at a terminal in this run.</p>;
  return (
    <section class="rt-term" aria-label={`${figure.title}: terminal`}>
      <TerminalBody key={console.machine} figure={figure} view={view} console={console} />
    </section>
  );
}

export interface Chosen {
  readonly row: number;
  readonly piece: Piece;
}

interface BodyProps {
  readonly figure: Figure;
  readonly view: RunView;
  readonly console: ConsoleView;
}

function TerminalBody({ figure, view, console }: BodyProps) {
  const { lines } = console;
  const machine = view.machines[console.machine]!.name;
  const now = useNow(figure, lines);
  const words = promptOf(view, console);
  const rows = useMemo(() => rowsOf(console, words), [console]);
  const screen = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [from, setFrom] = useState(0);
  const [chosen, setChosen] = useState<Chosen>();
  const [problem, setProblem] = useState<Problem>();
  const [among, setAmong] = useState<readonly string[]>([]);
  const [said, setSaid] = useState('');
  const isFuture = now < lines.length - 1;
  const first = Math.min(from, rows.length);
  const say = (problem: Problem | undefined, among: readonly string[] = [], aloud = ''): void => {
    setProblem(problem);
    setAmong(among);
    setSaid(problem?.text ?? aloud);
  };

  useKeepInSight(screen, rows, now, first, isFuture);
  // What is being typed stays in sight when the foot takes more room.
  useLayoutEffect(() => {
    const box = screen.current;
    if (box && field.current && field.current.value !== '') box.scrollTop = box.scrollHeight;
  }, [among, problem]);
  useDraft(figure, machine, field);
  // Who moves the cursor elsewhere has left the row.
  useEffect(
    () =>
      figure.$cursor.listen((cursor) =>
        setChosen((one) => (one && Math.abs(cursor - one.piece.time) < 1 ? one : undefined)),
      ),
    [figure],
  );

  const run = async (typed: readonly string[]): Promise<void> => {
    say(undefined);
    const wanted = typed.map((line) => line.trim()).filter((line) => line !== '');
    if (wanted.length === 1 && wanted[0] === 'clear') {
      setFrom(rows.length);
      return;
    }
    if (wanted.length === 0) return;
    for (const line of wanted) keepTyped(words.who, line);
    const found = await enter(figure, machine, wanted);
    if (found) say(found);
    if (found?.isFull && field.current?.value === '') write(field.current, wanted.at(-1)!);
  };
  const stop = async (): Promise<void> => {
    if (field.current && field.current.value !== '') write(field.current, '');
    else if (!(await interrupt(figure, machine))) say(undefined, [], 'Nothing runs here now.');
    else say(undefined, [], 'Stopped.');
  };
  const complete = async (): Promise<void> => {
    const input = field.current!;
    const caret = input.selectionStart ?? input.value.length;
    const before = input.value.slice(0, caret);
    const after = input.value.slice(caret);
    const found = await figure.complete(machine, before).catch(() => ({ from: caret, candidates: [] }));
    // Something else was typed in the meantime.
    if (input.value !== before + after) return;
    const next = completed(before, found);
    write(input, next.before + after, next.before.length);
    if (next.among.length > 0)
      say(undefined, next.among, `${next.among.length} words fit: ${next.among.join(', ')}`);
    else if (next.before === before) say({ text: 'No word fits here. Esc leaves the prompt.' });
    else say(undefined, [], next.before.slice(found.from));
  };
  const paste = (text: string): void => {
    const input = field.current!;
    const at = input.selectionStart ?? input.value.length;
    const whole = input.value.slice(0, at) + text + input.value.slice(input.selectionEnd ?? at);
    const { lines: whole_lines, rest } = linesOf(whole);
    write(input, rest);
    if (whole_lines.length > 0) void run(whole_lines);
  };
  const pick = (row: number, piece: Piece): void => {
    figure.seek(piece.time);
    setChosen({ row, piece });
    say(undefined);
  };
  const leave = (): void => {
    say(undefined);
    screen.current?.closest('.rt-player')?.querySelector<HTMLElement>('.rt-play')?.focus();
  };
  const clear = (): void => {
    // With all of it put away, the same key brings it back.
    setFrom(first === rows.length ? 0 : rows.length);
    say(undefined, [], first === rows.length ? 'All lines are back.' : 'Cleared.');
  };

  return (
    <div
      class="rt-term-body"
      onFocusIn={({ target }) => {
        figure.$typing.set(true);
        if (target === field.current) screen.current!.scrollTop = screen.current!.scrollHeight;
      }}
      onFocusOut={() => figure.$typing.set(false)}
    >
      <TerminalHead
        figure={figure}
        view={view}
        machine={machine}
        text={() =>
          rows
            .slice(first)
            .map((row) => textOf(row, now))
            .join('\n')
            .trimEnd()
        }
        screen={screen}
        onSaid={setSaid}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: pressing beside the text is a way to the prompt, which keys have too */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the same */}
      <div
        class="rt-term-screen"
        ref={screen}
        onClick={() => getSelection()?.isCollapsed !== false && field.current?.focus({ preventScroll: true })}
      >
        <Rows
          rows={rows}
          now={now}
          from={first}
          chosen={chosen?.row}
          onPick={pick}
          onLeave={() => field.current?.focus()}
        />
        {figure.live ? (
          <Prompt
            words={words}
            isFuture={isFuture}
            field={field}
            history={() =>
              historyOf(
                words.who,
                commandsOf(lines).map(({ text }) => text),
              )
            }
            onEnter={(line) => void run([line])}
            onPaste={paste}
            onTab={() => void complete()}
            onChange={() => (problem || among.length > 0) && say(undefined)}
            onInterrupt={() => void stop()}
            onClear={clear}
            onPlay={() => (figure.$playing.get() ? figure.pause() : figure.play())}
            onLeave={leave}
          />
        ) : (
          <StillPrompt words={words} isFuture={isFuture} />
        )}
      </div>
      <Foot
        figure={figure}
        lines={lines}
        isFuture={isFuture}
        chosen={chosen}
        question={chosen && questionOf(rows[chosen.row]!, chosen.piece)}
        problem={problem}
        among={among}
        field={field}
        onPickWord={(word) => {
          const input = field.current!;
          const start = /[^\s;&|]*$/.exec(input.value)!.index;
          write(input, `${input.value.slice(0, start)}${word} `);
          input.focus();
          say(undefined);
        }}
        onTab={() => void complete()}
        onStop={() => void stop()}
        onStartOver={() => {
          setFrom(0);
          say(undefined, [], 'What was typed is taken back.');
          startOver(figure);
          field.current?.focus();
        }}
      />
      <p class="unseen" role="status">
        {said}
      </p>
      <Spoken figure={figure} lines={lines} now={now} />
    </div>
  );
}

/** `Why, at 152.1 ms: “64 bytes from …”?`; what a person typed has no reason in the network. */
function questionOf(row: Row, { kind, time }: Piece): string | undefined {
  if (kind !== 'out' && kind !== 'err') return undefined;
  const text = textOf(row).trim();
  return `Why, at ${withUnit(time, 1)}: “${text.length > 60 ? `${text.slice(0, 59)}…` : text}”?`;
}

/** The last line that has happened; changes only from line to line. */
function useNow(figure: Figure, lines: ConsoleView['lines']): number {
  const [now, setNow] = useState(() => lastBefore(lines, figure.$cursor.get()));
  useEffect(() => figure.$cursor.subscribe((cursor) => setNow(lastBefore(lines, cursor))), [figure, lines]);
  return Math.min(now, lines.length - 1);
}

/** What happens now stays in sight; when all has happened, that is the prompt. */
function useKeepInSight(
  screen: { readonly current: HTMLElement | null },
  rows: readonly Row[],
  now: number,
  from: number,
  isFuture: boolean,
): void {
  useLayoutEffect(() => {
    const box = screen.current;
    if (!box) return;
    const at = lastReached(rows, now, from);
    const row = isFuture ? box.querySelector<HTMLElement>(`[data-row="${at}"]`) : null;
    if (row) keepInSight(box, row, 8, 2);
    else if (!isFuture) box.scrollTop = box.scrollHeight;
  }, [rows, now, from, isFuture]);
}

/** A command that the prose offers is put behind the prompt, for the reader's own Enter. */
function useDraft(
  figure: Figure,
  machine: string,
  field: { readonly current: HTMLInputElement | null },
): void {
  const draft = useStore(figure.$draft);
  useEffect(() => {
    if (!draft || !field.current) return;
    const there = draft.machine === undefined ? undefined : consoleOf(figure.$view.get(), draft.machine);
    if (there && draft.machine !== machine) {
      figure.$prompt.set(there.machine);
      return;
    }
    figure.offer(undefined);
    write(field.current, draft.line);
    field.current.focus({ preventScroll: true });
  }, [draft, machine]);
}
