// Buttons that let time pass in a figure, and say so.
import './let-pass.css';
import '../unseen.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Figure } from '../engine/figure.ts';
import { formatSpan } from '../engine/format.ts';
import { readout } from '../player/readout.ts';
import { letPass } from './let-pass.ts';

const prefersLessMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Spans in nanoseconds, with their words. */
export type Spans = readonly (readonly [span: number, text: string])[];

export function LetPass(props: {
  readonly figure: Figure | undefined;
  readonly spans: Spans;
  /** The machine at whose prompt somebody sleeps when the run is over, if it has one. */
  readonly near: string;
}) {
  const { figure, spans, near } = props;
  const [span, setSpan] = useState<number>();
  const [said, say] = useState('');
  const stop = useRef<() => void>();
  useEffect(() => {
    // A press before the figure was alive waits for it.
    if (!figure || span === undefined) return;
    say('');
    stop.current = letPass(figure, span, { near, isAtOnce: prefersLessMotion() }, (arrived) => {
      // Unless another span was asked for meanwhile.
      setSpan((current) => (current === span ? undefined : current));
      if (arrived) say(`${formatSpan(span)} have passed: it is ${readout(figure.$cursor.get())} now.`);
    });
    return stop.current;
  }, [figure, span, near]);
  const press = (one: number) => {
    // At once: an effect would be a frame or two late.
    stop.current?.();
    setSpan(span === one ? undefined : one);
  };
  return (
    <div class="let-pass rt-actions">
      <span>Let time pass:</span>
      {spans.map(([one, text]) => (
        <button key={one} type="button" aria-pressed={span === one} onClick={() => press(one)}>
          {text}
        </button>
      ))}
      <span class="unseen" role="status">
        {said}
      </span>
    </div>
  );
}
