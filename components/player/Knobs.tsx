// The scenario's parameters as sliders and choices. A change runs the world again, at most once a frame; a tick marks
// the default, and once moved a bar runs from there to the thumb.
import './knobs.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { KnobView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';

export function Knobs({ figure }: { figure: Figure }) {
  const { knobs } = useStore(figure.$view);
  const { set, inputs } = useStore(figure.$request);
  const turn = useOncePerFrame((name: string, text: string) => figure.setKnob(name, text));
  // What was asked for, not what the last finished run had: the thumb never jumps back under the finger.
  const texts = knobs.map((knob) => set[knob.name] ?? knob.initial);
  const isMoved = inputs.length > 0 || knobs.some((knob, i) => texts[i] !== knob.initial);
  return (
    // biome-ignore lint/a11y/useSemanticElements: each knob is a field of its own; the row only names them
    <div class="rt-knobs" role="group" aria-label="Knobs">
      {knobs.map((knob, i) =>
        knob.kind === 'choice' ? (
          <Choice key={knob.name} knob={knob} text={texts[i]!} figure={figure.id} onTurn={turn} />
        ) : (
          <Slider key={knob.name} knob={knob} text={texts[i]!} onTurn={turn} />
        ),
      )}
      <div class="rt-knobs-end">
        <button type="button" class="rt-button" disabled={!isMoved} onClick={() => figure.reset()}>
          Reset
        </button>
      </div>
    </div>
  );
}

interface KnobProps {
  readonly knob: KnobView;
  readonly text: string;
  readonly onTurn: (name: string, text: string) => void;
}

function Slider({ knob, text, onTurn }: KnobProps) {
  const id = useId();
  const { name, label, note, steps, stepLabels, initial } = knob;
  const at = Math.max(0, steps.indexOf(text) >= 0 ? steps.indexOf(text) : steps.indexOf(knob.value));
  const home = steps.indexOf(initial);
  const last = Math.max(1, steps.length - 1);
  const value = stepLabels[at] ?? text;
  const isMoved = home >= 0 && at !== home;
  const said = [note && ` ${note}`, isMoved && `, was ${withoutUnit(stepLabels[home]!, value)}`]
    .filter(Boolean)
    .join('');
  return (
    <div class="rt-knob" style={{ '--at': at / last, '--home': home < 0 ? 0 : home / last }}>
      <div class="rt-knob-head">
        <label for={id}>{label}</label>
        <output for={id}>
          <strong>{value}</strong>
          {said}
        </output>
      </div>
      <div class={`rt-slider${isMoved ? ' rt-slider-moved' : ''}`}>
        <input
          id={id}
          type="range"
          min={0}
          max={steps.length - 1}
          step={1}
          value={at}
          aria-valuetext={`${value}${said}`}
          onInput={(event) => onTurn(name, steps[Number(event.currentTarget.value)]!)}
          // The Player's own keys must not move the cursor as well.
          onKeyDown={(event) => /^(Arrow|Home|End|Page)/.test(event.key) && event.stopPropagation()}
        />
      </div>
    </div>
  );
}

function Choice({ knob, text, figure, onTurn }: KnobProps & { readonly figure: string }) {
  const id = useId();
  const { name, label, steps, stepLabels, initial } = knob;
  const isMoved = text !== initial;
  return (
    <div class="rt-knob">
      <div class="rt-knob-head">
        <span id={id}>{label}</span>
        {isMoved && <span>default: {stepLabels[steps.indexOf(initial)] ?? initial}</span>}
      </div>
      <div class="rt-choice" role="radiogroup" aria-labelledby={id}>
        {steps.map((step, i) => (
          <label key={step}>
            <input
              type="radio"
              name={`${figure}-${name}`}
              value={step}
              checked={step === text}
              onChange={() => onTurn(name, step)}
              onKeyDown={(event) => /^Arrow/.test(event.key) && event.stopPropagation()}
            />
            <span>{stepLabels[i] ?? step}</span>
          </label>
        ))}
      </div>
    </div>
  );
}

/** `25` of `25 ms` where the number beside it has the same unit. */
function withoutUnit(text: string, beside: string): string {
  const unit = /[\s\u00a0]\D*$/.exec(text)?.[0];
  return unit !== undefined && beside.endsWith(unit) ? text.slice(0, -unit.length) : text;
}

/** Calls `act` with the newest arguments, at most once a frame. */
function useOncePerFrame(act: (name: string, text: string) => void): (name: string, text: string) => void {
  const waiting = useRef(new Map<string, string>());
  const frame = useRef(0);
  const newest = useRef(act);
  newest.current = act;
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  return (name, text) => {
    waiting.current.set(name, text);
    if (frame.current !== 0) return;
    frame.current = requestAnimationFrame(() => {
      frame.current = 0;
      for (const [name, text] of waiting.current) newest.current(name, text);
      waiting.current.clear();
    });
  };
}
