// Steps to put in order: by the buttons of each row, and by the arrow keys on them. The row that moves keeps the focus,
// and a live line says where it went.
import '../unseen.css';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { textOf } from './inline.ts';
import type { OrderItem } from './item.ts';
import type { PartProps } from './parts.ts';
import { Html, Saying } from './said.tsx';
import { word } from './turn.ts';

export function Ordering({ item, turn, live, onGive }: PartProps<OrderItem>) {
  const order = turn.given.by === 'order' ? turn.given.order : [];
  const over = turn.state === 'right' || turn.state === 'shown';
  const [moved, setMoved] = useState('');
  const list = useRef<HTMLOListElement>(null);
  const focus = useRef<{ step: number; by: -1 | 1 } | undefined>(undefined);
  useLayoutEffect(() => {
    if (!focus.current) return;
    const { step, by } = focus.current;
    focus.current = undefined;
    list.current?.querySelector<HTMLButtonElement>(`[data-step="${step}"][data-by="${by}"]`)?.focus();
  });

  const move = (step: number, by: -1 | 1) => {
    const from = order.indexOf(step);
    const to = from + by;
    if (over || to < 0 || to >= order.length) return;
    const now = [...order];
    [now[from], now[to]] = [now[to]!, now[from]!];
    focus.current = { step, by };
    setMoved(`${textOf(item.steps[step]!.html)}: now ${to + 1} of ${order.length}.`);
    onGive({ by: 'order', order: now });
  };
  const onKeyDown = (event: KeyboardEvent, step: number) => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : undefined;
    if (by === undefined) return;
    event.preventDefault();
    move(step, by);
  };

  return (
    <>
      <ol class="quiz-rows quiz-steps" ref={list}>
        {order.map((step, place) => {
          const found = turn.rows.find((row) => row.at === step);
          const tone = found && (found.right ? 'right' : 'wrong');
          const button = (by: -1 | 1) => {
            const stuck = by < 0 ? place === 0 : place === order.length - 1;
            return (
              <button
                type="button"
                class="quiz-move"
                data-step={step}
                data-by={by}
                // Not disabled at the ends: a step that arrives there would drop the focus.
                aria-disabled={stuck}
                disabled={!live}
                aria-label={`Move ${by < 0 ? 'up' : 'down'}: ${textOf(item.steps[step]!.html)}`}
                onClick={() => move(step, by)}
                onKeyDown={(event) => onKeyDown(event, step)}
              >
                <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                  <path d={by < 0 ? 'M3.5 10 L8 5.5 L12.5 10' : 'M3.5 6 L8 10.5 L12.5 6'} />
                </svg>
              </button>
            );
          };
          return (
            <li key={step} class={tone && `quiz-row-${tone}`}>
              <div class="quiz-row">
                <span class="quiz-place">{place + 1}</span>
                <Html of={item.steps[step]!.html} />
                {!over && (
                  <span class="quiz-moves">
                    {button(-1)}
                    {button(1)}
                  </span>
                )}
              </div>
              {tone === 'wrong' && (
                <Saying tone="wrong" word={word(item, 'wrong', false)} said={found?.said} />
              )}
            </li>
          );
        })}
      </ol>
      <p class="unseen" role="status">
        {moved}
      </p>
    </>
  );
}
