// A field for a number with its unit, or for a word.
import type { NumberItem, TextItem } from './item.ts';
import type { PartProps } from './parts.ts';

export function Typing({ item, turn, live, onGive }: PartProps<NumberItem | TextItem>) {
  const text = turn.given.by === 'typing' ? turn.given.text : '';
  const over = turn.state === 'right' || turn.state === 'shown';
  const unit = item.kind === 'number' ? item.unit : '';
  const tone = turn.state === 'wrong' ? ' quiz-field-wrong' : over ? ' quiz-field-right' : '';
  return (
    <div class={`quiz-field${tone}${item.kind === 'text' ? ' quiz-field-text' : ''}`}>
      <input
        type="text"
        inputMode={item.kind === 'number' ? 'decimal' : 'text'}
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        maxLength={item.kind === 'number' ? 80 : 200}
        aria-label={unit === '' ? 'Your answer' : `Your answer, in ${unit}`}
        value={live ? text : undefined}
        readOnly={over}
        onInput={(event) => onGive({ by: 'typing', text: event.currentTarget.value })}
      />
      {/* Who writes a unit has said it. */}
      {unit !== '' && !/[\p{L}%]/u.test(text) && <span class="quiz-unit">{unit}</span>}
    </div>
  );
}
