// The terminal's foot: what the screen shows at this moment, what can be done about it, and the keys.
import '../unseen.css';
import { useStore } from '@nanostores/preact';
import type { ComponentChildren, RefObject } from 'preact';
import type { ConsoleLine } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { Mark } from '../player/marks.tsx';
import { readout } from '../player/readout.ts';
import { withUnit } from '../player/time.ts';
import { runningAt } from './console.ts';
import type { Chosen } from './Terminal.tsx';
import type { Problem } from './typing.ts';

export interface FootProps {
  readonly figure: Figure;
  readonly lines: readonly ConsoleLine[];
  readonly isFuture: boolean;
  readonly chosen: Chosen | undefined;
  readonly question: string | undefined;
  readonly problem: Problem | undefined;
  readonly among: readonly string[];
  readonly field: RefObject<HTMLInputElement>;
  readonly onPickWord: (word: string) => void;
  readonly onTab: () => void;
  readonly onStop: () => void;
  readonly onStartOver: () => void;
}

/** More than that is not looked through. */
const MOST_WORDS = 40;

export function Foot(props: FootProps) {
  const { field } = props;
  const press = (key: string) => {
    field.current?.focus({ preventScroll: true });
    field.current?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  };
  return (
    <div class="rt-term-foot">
      <div class="rt-term-state">
        <State {...props} />
      </div>
      <p class="rt-term-keys">
        <span>
          <kbd>Tab</kbd> completes
        </span>
        <span>
          <Arrow up /> <Arrow /> earlier lines
        </span>
        <span>
          <kbd>Ctrl</kbd> <kbd>C</kbd> stops
        </span>
        <span>
          <kbd>Esc</kbd> leaves
        </span>
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields */}
      <div class="rt-term-touch" role="group" aria-label="Keys">
        <button type="button" onPointerDown={keep} onClick={props.onTab}>
          Tab
        </button>
        <button type="button" aria-label="Earlier line" onPointerDown={keep} onClick={() => press('ArrowUp')}>
          <Arrow up />
        </button>
        <button type="button" aria-label="Later line" onPointerDown={keep} onClick={() => press('ArrowDown')}>
          <Arrow />
        </button>
        <button type="button" onPointerDown={keep} onClick={props.onStop}>
          Ctrl-C
        </button>
      </div>
    </div>
  );
}

/** The keyboard of a phone stays open. */
const keep = (event: Event): void => event.preventDefault();

function Arrow({ up = false }: { up?: boolean }) {
  return (
    <kbd class={up ? 'rt-term-up' : 'rt-term-down'}>
      <Mark name="arrow" size={12} />
      <span class="unseen">{up ? 'up arrow' : 'down arrow'}</span>
    </kbd>
  );
}

function State(props: FootProps) {
  const { figure, lines, isFuture, chosen, question, problem, among, onPickWord, onStartOver } = props;
  const isPlaying = useStore(figure.$playing);
  const isBusy = useStore(figure.$busy);
  const cursor = useStore(figure.$cursor);
  if (problem)
    return (
      <p>
        {problem.text}{' '}
        {problem.isFull && (
          <button type="button" onClick={onStartOver}>
            Start over
          </button>
        )}
      </p>
    );
  if (among.length > 0)
    return (
      <ul class="rt-term-words" aria-label="Words that fit">
        {among.slice(0, MOST_WORDS).map((word) => (
          <li key={word}>
            <button type="button" onPointerDown={keep} onClick={() => onPickWord(word)}>
              {word}
            </button>
          </li>
        ))}
        {among.length > MOST_WORDS && <li>and {among.length - MOST_WORDS} more</li>}
      </ul>
    );
  if (isBusy) return <p>The world runs again, with your line in it.</p>;
  const running = runningAt(lines, cursor);
  if (running && isPlaying)
    return (
      <p>
        <strong>{nameOf(running.text)} is running.</strong> The run stands at {readout(cursor)}.
      </p>
    );
  if (chosen)
    return (
      <p>
        <strong>This came at {withUnit(chosen.piece.time, 1)}.</strong>{' '}
        {question && (
          <button type="button" onClick={() => figure.ask({ event: chosen.piece.event, text: question })}>
            Why?
          </button>
        )}
      </p>
    );
  if (isFuture)
    return (
      <p>
        <strong>Output in grey has not happened yet.</strong> The cursor stands at {readout(cursor)}.
        <Live>
          {' '}
          <span class="rt-term-fine">
            Press <kbd>Space</kbd> to let it run, or click a line to go to its moment.
          </span>
          <span class="rt-term-coarse">Play lets it run; pressing a line goes to its moment.</span>
        </Live>
      </p>
    );
  return (
    <p>
      <Live>
        <strong>Type a command.</strong> <code>help</code> lists them; what you type happens in this network.
      </Live>
    </p>
  );
}

/** What is true only where script runs. */
function Live({ children }: { children: ComponentChildren }) {
  return <span class="rt-term-live">{children}</span>;
}

const nameOf = (line: string): string => line.trim().split(/\s/)[0] ?? line;
