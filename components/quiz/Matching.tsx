// Pairs: each row has a list to choose its partner from.
import type { MatchItem } from './item.ts';
import type { PartProps } from './parts.ts';
import { Html, Saying } from './said.tsx';
import { word } from './turn.ts';

export function Matching({ item, turn, order, live, onGive }: PartProps<MatchItem>) {
  const pairs = turn.given.by === 'pairs' ? turn.given.pairs : [];
  const over = turn.state === 'right' || turn.state === 'shown';
  const choose = (row: number, value: string) => {
    const option = value === '' ? undefined : Number(value);
    onGive({ by: 'pairs', pairs: pairs.map((one, i) => (i === row ? option : one)) });
  };
  return (
    <ul class="quiz-rows quiz-pairs">
      {item.rows.map(({ html }, at) => {
        const found = turn.rows.find((row) => row.at === at);
        const tone = found && (found.right ? 'right' : 'wrong');
        const id = `quiz-${item.id}-${at}`;
        return (
          <li key={at} class={tone && `quiz-row-${tone}`}>
            <div class="quiz-pair">
              <label for={id}>
                <Html of={html} />
              </label>
              <span class="quiz-select">
                <select
                  id={id}
                  value={live ? (pairs[at] ?? '') : undefined}
                  disabled={over}
                  aria-describedby={tone === 'wrong' ? `${id}-said` : undefined}
                  onChange={(event) => choose(at, event.currentTarget.value)}
                >
                  <option value="">choose</option>
                  {order.map((option) => (
                    <option key={option} value={option}>
                      {item.options[option]}
                    </option>
                  ))}
                </select>
                <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
                  <path d="M4 6.5 L8 10.5 L12 6.5" />
                </svg>
              </span>
            </div>
            {tone === 'wrong' && (
              <Saying tone="wrong" word={word(item, 'wrong', false)} said={found?.said} id={`${id}-said`} />
            )}
          </li>
        );
      })}
    </ul>
  );
}
