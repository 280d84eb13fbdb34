// One item: its question, what to answer with, what is said about the answer, and the buttons.
import '../unseen.css';
import type { ComponentChildren } from 'preact';
import { Answer } from './Answer.tsx';
import { Choices } from './Choices.tsx';
import type { Given, Item } from './item.ts';
import { Matching } from './Matching.tsx';
import { Ordering } from './Ordering.tsx';
import { Pointing } from './Pointing.tsx';
import { Html, Saying } from './said.tsx';
import { Typing } from './Typing.tsx';
import { aloud, type Turn, word } from './turn.ts';

export interface QuestionProps {
  readonly item: Item;
  readonly heading: string;
  readonly turn: Turn;
  readonly order: readonly number[];
  readonly live: boolean;
  readonly isLast: boolean;
  readonly onGive: (given: Given) => void;
  readonly onCheck: () => void;
  readonly onRetry: () => void;
  readonly onShow: () => void;
  readonly onNext: () => void;
  /** Another one of a generated item. */
  readonly onAnother?: (() => void) | undefined;
  /** While the engine makes another one, and when it could not. */
  readonly message?: string | undefined;
}

export function Question(props: QuestionProps) {
  const { item, heading, turn, live, isLast, onCheck, onRetry, onShow, onNext, onAnother, message } = props;
  const over = turn.state === 'right' || turn.state === 'shown';
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (over) onNext();
    else if (turn.state === 'wrong') onRetry();
    else onCheck();
  };
  const said = aloud(turn, item);
  return (
    <form class="quiz-item" id={`quiz-${item.id}`} onSubmit={submit} noValidate>
      <p class="quiz-number">
        {heading}
        {live && item.made && item.made.seed > 1 && <Made made={item.made.seed} id={item.id} />}
      </p>
      <fieldset>
        <legend tabIndex={-1}>
          <Html of={item.ask} />
        </legend>
        <Part {...props} />
      </fieldset>
      <Verdict item={item} turn={turn} />
      {turn.notice !== '' && <p class="quiz-notice">{turn.notice}</p>}
      {message !== undefined && <p class="quiz-notice">{message}</p>}
      <p class="unseen" role="status">
        {said}
      </p>
      <div class="quiz-buttons">
        <button class="button" type="submit" disabled={!live}>
          {over ? (isLast ? 'Finish' : 'Next question') : turn.state === 'wrong' ? 'Try again' : 'Check'}
        </button>
        {!over && (
          <button class="quiz-button" type="button" disabled={!live} onClick={onShow}>
            Show the answer
          </button>
        )}
        {over && onAnother && (
          <button class="quiz-button" type="button" onClick={onAnother}>
            Another one
          </button>
        )}
      </div>
      {!live && <Answer item={item} />}
    </form>
  );
}

/** The address of exactly this one. */
function Made({ made, id }: { made: number; id: string }) {
  return (
    <a class="quiz-made" href={`#quiz/${id}/${made}`}>
      no. {made}
    </a>
  );
}

function Part({ item, turn, order, live, onGive }: QuestionProps): ComponentChildren {
  const rest = { turn, order, live, onGive };
  switch (item.kind) {
    case 'choice':
      return <Choices item={item} {...rest} />;
    case 'order':
      return <Ordering item={item} {...rest} />;
    case 'match':
      return <Matching item={item} {...rest} />;
    case 'number':
    case 'text':
      return <Typing item={item} {...rest} />;
    case 'point':
      return <Pointing item={item} {...rest} />;
  }
}

/** What is said about the whole, where no row has said it. */
function Verdict({ item, turn }: { item: Item; turn: Turn }) {
  const { state, mark } = turn;
  if (state === 'asking' || !mark || mark.verdict === 'unready') return null;
  if (item.kind === 'choice' && !item.several) return null;
  const tone = state === 'wrong' ? 'wrong' : 'right';
  // The row that was wrong has said why.
  const isTold = state === 'wrong' && (item.kind === 'order' || item.kind === 'match');
  if (isTold) return null;
  if (item.kind === 'choice' && state === 'wrong') {
    return mark.said ? <p class="quiz-rest">{mark.said.html}</p> : null;
  }
  return (
    <div class={`quiz-verdict quiz-row-${tone}`}>
      <Saying tone={tone} word={word(item, tone, state === 'shown')} said={mark.said} />
    </div>
  );
}
