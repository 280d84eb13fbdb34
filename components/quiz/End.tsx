// The end of a round: how it went, what comes again, and where that is explained.
import type { Item } from './item.ts';
import { type Kept, mastered, missed } from './round.ts';
import { Html } from './said.tsx';

export function End({
  items,
  answers,
  problem,
  onMissed,
  onOver,
}: {
  items: readonly Item[];
  answers: Readonly<Record<string, Kept>>;
  problem: string;
  onMissed: (ids: readonly string[]) => void;
  onOver: () => void;
}) {
  const ids = items.map(({ id }) => id);
  const again = missed(ids, answers);
  const right = mastered(ids, answers).length;
  const isAll = right === items.length;
  return (
    <div class="quiz-item">
      <p class="quiz-number">End of the quiz</p>
      <p class="quiz-end" tabIndex={-1}>
        {isAll ? `All ${items.length} are right.` : `${right} of ${items.length} right at the first try.`}
      </p>
      {again.length > 0 && (
        <>
          <p class="quiz-rest">
            {again.length === 1 ? 'This one comes' : 'These come'} again, now or on your next visit:
          </p>
          <ul class="quiz-missed">
            {items
              .filter(({ id }) => again.includes(id))
              .map(({ id, ask, because: { see } }) => (
                <li key={id}>
                  <Html of={ask} />{' '}
                  {see && (
                    <a class="quiz-see" href={see.href}>
                      {see.text}
                    </a>
                  )}
                </li>
              ))}
          </ul>
        </>
      )}
      {isAll && (
        <p class="quiz-rest">
          Nothing comes again on its own. Ask a generated question for as many as you like.
        </p>
      )}
      {problem !== '' && <p class="quiz-rest">{problem}</p>}
      <div class="quiz-buttons">
        {again.length > 0 && (
          <button class="button" type="button" onClick={() => onMissed(again)}>
            {again.length === 1 ? 'Ask it again' : `Ask the ${again.length} again`}
          </button>
        )}
        <button class="quiz-button" type="button" onClick={onOver}>
          Start over
        </button>
      </div>
    </div>
  );
}
