// Choices, one or several, each with what is said about it right below.
import type { ChoiceItem, Said } from './item.ts';
import type { PartProps } from './parts.ts';
import { Html, Saying } from './said.tsx';
import { rowWord } from './turn.ts';

export function Choices({ item, turn, order, live, onGive }: PartProps<ChoiceItem>) {
  const picks = turn.given.by === 'picks' ? turn.given.picks : [];
  const over = turn.state === 'right' || turn.state === 'shown';
  const toggle = (at: number) => {
    const rest = picks.filter((one) => one !== at);
    const now = item.several ? (rest.length === picks.length ? [...picks, at] : rest) : [at];
    onGive({ by: 'picks', picks: now });
  };
  return (
    <ul class="quiz-rows">
      {order.map((at) => {
        const { html } = item.choices[at]!;
        const found = turn.rows.find((row) => row.at === at);
        const tone = found && (found.right ? 'right' : 'wrong');
        const whole =
          tone === 'right' && !item.several && turn.mark?.verdict === 'right' ? turn.mark.said : undefined;
        const said = trimmed(found?.said, item, over) ?? whole;
        const sayingId = `quiz-${item.id}-${at}-said`;
        const spoken = tone && (said !== undefined || tone === 'wrong' || over);
        return (
          <li key={at} class={tone && `quiz-row-${tone}`}>
            <label class="quiz-row">
              <input
                type={item.several ? 'checkbox' : 'radio'}
                name={`quiz-${item.id}`}
                value={at}
                checked={live ? picks.includes(at) : undefined}
                disabled={over}
                aria-describedby={spoken ? sayingId : undefined}
                onChange={() => toggle(at)}
              />
              <Html of={html} />
            </label>
            {spoken && (
              <Saying
                tone={tone}
                word={rowWord(item, tone, turn.state === 'shown')}
                said={said}
                id={sayingId}
              />
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The place that the whole leads to need not be named in every row above it. */
function trimmed(said: Said | undefined, item: ChoiceItem, over: boolean): Said | undefined {
  const isSame = item.several && over && said?.see?.href === item.because.see?.href;
  return said && isSame ? { html: said.html } : said;
}
