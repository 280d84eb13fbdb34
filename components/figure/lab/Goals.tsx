// The goals of a lab as they stand in the run that is shown: met, not yet, or missed, each with the engine's reason
// behind a press, so that nobody reads a solution by accident; and the way to the moment that decided it.
import type { GoalView } from '#engine/inspect/view.ts';
import { formatSpan } from '../../engine/format.ts';

const STATES = { met: 'Met', open: 'Not yet', missed: 'Missed' } as const;

export function Goals({
  goals,
  onSeek,
}: {
  readonly goals: readonly GoalView[];
  /** Undefined until there is something to press. */
  readonly onSeek: ((time: number) => void) | undefined;
}) {
  return (
    <ol class="lab-goals">
      {goals.map(({ name, label, about, state, because, time }) => (
        <li key={name} class={`lab-${state}`}>
          <Sign state={state} />
          <p class="lab-goal">
            <b>{label}</b> <span class="lab-state">{STATES[state]}</span>
          </p>
          <p class="lab-about">{about}</p>
          <details>
            <summary>
              Why “{STATES[state].toLowerCase()}”<span class="unseen">: {label}</span>
            </summary>
            <p>
              {because}{' '}
              {onSeek && time !== undefined && (
                <button type="button" class="lab-link" onClick={() => onSeek(time)}>
                  Go to {formatSpan(time)}
                </button>
              )}
            </p>
          </details>
        </li>
      ))}
    </ol>
  );
}

/** A tick, a ring, a cross: the word beside it says the same. */
function Sign({ state }: { readonly state: GoalView['state'] }) {
  return (
    <svg class="lab-sign" width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      {state === 'met' && <path d="M4 10.5 8.2 15 16 5.5" />}
      {state === 'open' && <circle cx="10" cy="10" r="6" />}
      {state === 'missed' && <path d="M5 5 15 15M15 5 5 15" />}
    </svg>
  );
}
