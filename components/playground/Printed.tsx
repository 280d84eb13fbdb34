// What the programs print: each for itself, or all in the order of time. A line has its moment, says when it went to
// standard error, and leads to the places in the code that it names.
import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { Aloud } from '../figure/Aloud.tsx';
import { Mark } from '../player/marks.tsx';
import { readout } from '../player/readout.ts';
import { counted } from '../player/time.ts';
import type { RunView } from './desk.ts';
import { type OutputLine, type Place, piecesOf } from './output.ts';
import type { ProgramOf } from './project.ts';
import type { ProgramEnd } from './runner.ts';
import { needsSentence, spokenRun, stateText } from './words.ts';

export interface PrintedProps {
  /** The project's: a page may have several. */
  readonly title: string;
  readonly run: RunView;
  readonly programs: readonly ProgramOf[];
  readonly files: readonly string[];
  /** The Player on this run is open. */
  readonly hasPackets: boolean;
  onPlace(place: Place): void;
  onPackets(): void;
}

export function Printed({ title, run, programs, files, hasPackets, onPlace, onPackets }: PrintedProps) {
  const [isMerged, setMerged] = useState(false);
  const { outcome, phase } = run;
  const shown = useMemo(() => programsOf(programs, run), [programs, run]);
  const several = shown.length > 1;
  return (
    <section class="pg-out" aria-label={`Output: ${title}`}>
      <div class="pg-out-head">
        <strong>Output</strong>
        <span class="pg-out-state">{stateText(run)}</span>
        {several && phase !== 'none' && (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its frame and a legend
          <div class="pg-choose" role="group" aria-label="Arrange the output">
            <button type="button" aria-pressed={!isMerged} onClick={() => setMerged(false)}>
              by program
            </button>
            <button type="button" aria-pressed={isMerged} onClick={() => setMerged(true)}>
              in order
            </button>
          </div>
        )}
        {outcome?.request && outcome.packets > 0 && (
          <button type="button" class="pg-button" aria-expanded={hasPackets} onClick={onPackets}>
            Packets<span class="pg-count">{outcome.packets}</span>
          </button>
        )}
      </div>
      {phase === 'none' && (
        <>
          <p class="pg-quiet pg-needs">{needsSentence(programs)}</p>
          <p class="pg-quiet pg-needs-script">Running it needs JavaScript in this browser.</p>
        </>
      )}
      {outcome?.fault && <Fault text={outcome.fault} files={files} onPlace={onPlace} />}
      {outcome?.cut && <Fault text={outcome.cut} files={files} onPlace={onPlace} />}
      {phase !== 'none' &&
        (isMerged && several ? (
          <Merged run={run} files={files} onPlace={onPlace} />
        ) : (
          <div class="pg-programs" data-count={Math.min(shown.length, 4)}>
            {shown.map((program) => (
              <Program key={program.name} program={program} run={run} files={files} onPlace={onPlace} />
            ))}
          </div>
        ))}
      <Aloud text={spokenRun(run, counted)} />
    </section>
  );
}

function Fault(props: {
  readonly text: string;
  readonly files: readonly string[];
  onPlace(place: Place): void;
}) {
  return (
    <p class="pg-fault">
      <Mark name="cross" size={12} />
      <span>
        <Pieces {...props} />
      </span>
    </p>
  );
}

interface Shown {
  readonly name: string;
  readonly on: string | undefined;
  readonly lines: readonly OutputLine[];
  readonly left: number;
  readonly end: ProgramEnd | undefined;
}

/** The project's programs, and those that only the run knows: the reader may have changed package.json. */
function programsOf(programs: readonly ProgramOf[], { output, outcome }: RunView): Shown[] {
  const names = new Set<string>(
    outcome ? outcome.programs.map(({ name }) => name) : programs.map(({ name }) => name),
  );
  for (const { program } of output.lines) names.add(program);
  return [...names].map((name) => ({
    name,
    on: programs.find((one) => one.name === name)?.on,
    lines: output.lines.filter(({ program }) => program === name),
    left: output.left.get(name) ?? 0,
    end: outcome?.programs.find((one) => one.name === name),
  }));
}

interface ProgramProps {
  readonly program: Shown;
  readonly run: RunView;
  readonly files: readonly string[];
  onPlace(place: Place): void;
}

function Program({ program, run, files, onPlace }: ProgramProps) {
  const { name, on, lines, left, end } = program;
  return (
    <section class="pg-program" aria-label={`Output of ${name}`}>
      <p class="pg-program-name">
        <b>{name}</b>
        {on && <span> on {on}</span>}
      </p>
      <Lines count={lines.length} label={`Lines of ${name}`}>
        {lines.map((line, i) => (
          <Line key={line.number} line={line} before={lines[i - 1]} files={files} onPlace={onPlace} />
        ))}
      </Lines>
      {left > 0 && <p class="pg-end">and {counted(left, 'line')} more, not shown</p>}
      {run.phase === 'ended' && end && <End end={end} />}
    </section>
  );
}

function End({ end }: { readonly end: ProgramEnd }) {
  const { code, time, stopped } = end;
  const isBad = code !== undefined && code !== 0;
  const after = time === undefined ? '' : `, after ${readout(time)} of virtual time`;
  return (
    <p class={isBad ? 'pg-end pg-bad' : 'pg-end'}>
      {isBad && <Mark name="cross" size={11} />}
      <span>
        {code === undefined ? 'still running at the end' : `exit ${code}${after}`}
        {stopped && `. ${stopped}`}
      </span>
    </p>
  );
}

/** In the order in which lines began. */
function Merged({ run, files, onPlace }: Pick<ProgramProps, 'run' | 'files' | 'onPlace'>) {
  return (
    <>
      <Lines count={run.output.lines.length} label="Lines of all programs" isMerged>
        {run.output.lines.map((line, i, all) => (
          <Line key={line.number} line={line} before={all[i - 1]} files={files} onPlace={onPlace} isNamed />
        ))}
      </Lines>
      <p class="pg-end">
        {run.outcome?.programs
          .map(({ name, code }) => `${name}: ${code === undefined ? 'still running' : `exit ${code}`}`)
          .join(', ')}
      </p>
    </>
  );
}

/** From so many lines on the box scrolls, and must be reachable by keyboard. */
const MANY = 18;

interface LinesProps {
  readonly count: number;
  readonly label: string;
  readonly isMerged?: boolean;
  readonly children: ComponentChildren;
}

function Lines({ count, label, isMerged, children }: LinesProps) {
  const scrolls = count > MANY ? { tabIndex: 0, 'aria-label': label } : {};
  return (
    <ol class={isMerged ? 'pg-lines pg-merged' : 'pg-lines'} {...scrolls}>
      {children}
    </ol>
  );
}

interface LineProps {
  readonly line: OutputLine;
  /** What is the same as there is not said again. */
  readonly before: OutputLine | undefined;
  readonly files: readonly string[];
  readonly isNamed?: boolean;
  onPlace(place: Place): void;
}

function Line({ line, before, files, isNamed, onPlace }: LineProps) {
  const isError = line.stream === 'stderr';
  const isOn = before?.program === line.program;
  const isFirst = !isOn || before.stream !== line.stream;
  const isNow = isOn && readout(before.time) === readout(line.time);
  return (
    <li class={isError ? 'pg-row pg-stderr' : 'pg-row'}>
      <span class="pg-time">{isNow ? '' : readout(line.time)}</span>
      {isNamed && <b class="pg-who">{isOn ? '' : line.program}</b>}
      <span class="pg-text">
        {isError && isFirst && (
          <span class="pg-err">
            err<span class="unseen">or output:</span>{' '}
          </span>
        )}
        <Pieces text={line.text} files={files} onPlace={onPlace} />
      </span>
    </li>
  );
}

function Pieces({
  text,
  files,
  onPlace,
}: {
  readonly text: string;
  readonly files: readonly string[];
  onPlace(place: Place): void;
}) {
  const pieces = useMemo(() => piecesOf(text, files), [text, files]);
  return (
    <>
      {pieces.map((piece, i) =>
        typeof piece === 'string' ? (
          piece
        ) : (
          <button key={i} type="button" class="pg-place" onClick={() => onPlace(piece.place)}>
            {piece.text}
          </button>
        ),
      )}
    </>
  );
}
