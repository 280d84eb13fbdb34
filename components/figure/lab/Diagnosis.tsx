// A diagnosis to make, once there is evidence: an answer at the cursor, which the run's goals judge.
import { useStore } from '@nanostores/preact';
import { useId, useState } from 'preact/hooks';
import type { Figure } from '../../engine/figure.ts';
import { formatSpan } from '../../engine/format.ts';
import { answered, type Diagnosis, say } from './lab-reading.ts';

export function DiagnosisForm({
  figure,
  diagnosis,
}: {
  readonly figure: Figure;
  readonly diagnosis: Diagnosis;
}) {
  const view = useStore(figure.$view);
  const cursor = useStore(figure.$cursor);
  const given = answered(view.inputs);
  const [chosen, choose] = useState<string>();
  const name = useId();
  const picked = chosen ?? given;
  const tell = () => {
    if (picked === undefined) return;
    // one diagnosis at a time: another one takes its place
    const others = figure.$request.get().inputs.filter(({ what }) => what !== 'diagnose');
    void figure.setInputs([...others, say(picked, figure.$cursor.get())]);
  };
  return (
    <form
      class="lab-part lab-diagnosis"
      onSubmit={(event) => {
        event.preventDefault();
        tell();
      }}
    >
      <fieldset disabled={!figure.live}>
        <legend class="lab-head">{diagnosis.ask}</legend>
        {diagnosis.choices.map(({ answer, text }) => (
          <label key={answer}>
            <input type="radio" name={name} checked={picked === answer} onChange={() => choose(answer)} />
            <span>{text}</span>
          </label>
        ))}
      </fieldset>
      <div class="rt-actions">
        <button type="submit" disabled={!figure.live || picked === undefined}>
          Say so at {cursor === 0 ? 'the start' : formatSpan(cursor)}
        </button>
      </div>
    </form>
  );
}
