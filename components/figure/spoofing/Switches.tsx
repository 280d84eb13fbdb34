// The scenario's parameters as switches, and a button for another race of the same kind.
import { useId } from 'preact/hooks';
import type { KnobView } from '#engine/inspect/view.ts';

interface SwitchesProps {
  readonly knobs: readonly KnobView[];
  readonly set: Readonly<Record<string, string>>;
  /** Tells the switches of one figure from those of another. */
  readonly name: string;
  readonly onTurn: (name: string, value: string) => void;
  readonly onAgain: () => void;
}

export function Switches({ knobs, set, name, onTurn, onAgain }: SwitchesProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: each switch is a field of its own; the row only names them
    <div class="rt-knobs sp-knobs" role="group" aria-label="The race">
      {knobs.map((knob) => (
        <Switch
          key={knob.name}
          knob={knob}
          value={set[knob.name] ?? knob.initial}
          group={name}
          onTurn={onTurn}
        />
      ))}
      <div class="rt-knobs-end">
        <button type="button" class="rt-button" onClick={onAgain}>
          Race again
        </button>
      </div>
    </div>
  );
}

interface SwitchProps {
  readonly knob: KnobView;
  readonly value: string;
  readonly group: string;
  readonly onTurn: (name: string, value: string) => void;
}

function Switch({ knob, value, group, onTurn }: SwitchProps) {
  const id = useId();
  return (
    <div class="rt-knob">
      <div class="rt-knob-head">
        <span id={id}>{knob.label}</span>
      </div>
      <div class="rt-choice" role="radiogroup" aria-labelledby={id}>
        {knob.steps.map((step, i) => (
          <label key={step}>
            <input
              type="radio"
              name={`${group}-${knob.name}`}
              value={step}
              checked={step === value}
              onChange={() => onTurn(knob.name, step)}
            />
            <span>{knob.stepLabels[i] ?? step}</span>
          </label>
        ))}
      </div>
    </div>
  );
}
