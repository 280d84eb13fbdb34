// The causes of what is selected, from the first to the last: each step is the recorded cause of the next one. Without
// a selected packet it explains the moment under the cursor.
import '../unseen.css';
import './why.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useId, useState } from 'preact/hooks';
import type { RunView, WhyStep } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { LAYER_LETTERS, PacketGlyph } from './glyph.tsx';
import { Words } from './marks.tsx';
import { inSentence, lastBefore, milliseconds, withUnit } from './time.ts';

export function Why({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const packet = useStore(figure.$packet);
  const moment = useMoment(figure, view);
  const question = useStore(figure.$question);
  const subject = question
    ? { event: question.event, question: question.text }
    : subjectOf(view, packet, moment);
  const { steps, problem } = useSteps(figure, view, subject?.event);
  const id = useId();

  if (!subject)
    return <p class="rt-why-none">Nothing has happened yet. Choose a packet, or move the cursor on.</p>;
  const pick = (step: WhyStep): void => {
    figure.seek(step.time);
    if (step.packet !== undefined) figure.selectPacket(step.packet);
  };
  return (
    <section class="rt-why" aria-labelledby={id}>
      <p class="rt-why-title" id={id}>
        <Words text={subject.question} />
      </p>
      {problem !== undefined && <p class="rt-why-none rt-why-problem">{problem}</p>}
      <ol>
        {steps.map((step, i) => {
          const letter = step.packet === undefined ? undefined : view.packets[step.packet]?.letter;
          const own = step.packet === undefined ? undefined : view.packets[step.packet]?.layer;
          return (
            <li key={step.event} class={i === steps.length - 1 ? 'rt-why-last' : undefined}>
              <span class="rt-why-time">{milliseconds(step.time, 1)}</span>
              <span class="rt-why-sign">
                <PacketGlyph
                  layer={step.layer}
                  letter={letter !== undefined && own === step.layer ? letter : LAYER_LETTERS[step.layer]}
                  size={16}
                />
              </span>
              <div>
                <button
                  type="button"
                  onClick={() => pick(step)}
                  aria-current={i === steps.length - 1 ? 'step' : undefined}
                >
                  <span class="unseen">{withUnit(step.time, 1)}: </span>
                  <Words text={step.title} />
                </button>
                {step.reason !== '' && (
                  <p>
                    <Words text={step.reason} />
                  </p>
                )}
              </div>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

interface Subject {
  readonly event: number;
  readonly question: string;
}

function subjectOf(view: RunView, packet: number | undefined, moment: number): Subject | undefined {
  const chosen = packet === undefined ? undefined : view.packets[packet];
  if (chosen) {
    const who = inSentence(view.machines[chosen.from]!.label);
    return {
      event: chosen.event,
      question: `Why did ${who} send ${quoted(chosen.title)} at ${withUnit(chosen.time, 1)}?`,
    };
  }
  const { event, time, subject, text } = view.moments[moment] ?? {};
  if (event === undefined || time === undefined) return undefined;
  return { event, question: `Why, at ${withUnit(time, 1)}: ${subject} ${text.replace(/\?$/, '')}?` };
}

/** `SYN` is a word; `192.0.2.80, for 300 s` is somebody's words. */
function quoted(title: string): string {
  return /[\s,?]/.test(title) ? `“${title}”` : title;
}

/** The moment under the cursor, as an index; changes only from moment to moment. */
function useMoment(figure: Figure, view: RunView): number {
  const [moment, setMoment] = useState(() => lastBefore(view.moments, figure.$cursor.get()));
  useEffect(
    () => figure.$cursor.subscribe((cursor) => setMoment(lastBefore(view.moments, cursor))),
    [figure, view],
  );
  return moment;
}

interface Steps {
  readonly steps: readonly WhyStep[];
  readonly problem: string | undefined;
}

function useSteps(figure: Figure, view: RunView, event: number | undefined): Steps {
  const [steps, setSteps] = useState<Steps>({ steps: [], problem: undefined });
  useEffect(() => {
    if (event === undefined || !figure.live) return;
    let current = true;
    figure.why(event).then(
      (steps) => current && setSteps({ steps, problem: undefined }),
      (error: unknown) =>
        current && setSteps({ steps: [], problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      current = false;
    };
  }, [figure, view, event]);
  return steps;
}
