// The answer with its reasons, for a page that is read without script.
import { textOf } from './inline.ts';
import type { Item } from './item.ts';
import { solution } from './mark.ts';
import { Html, Reason } from './said.tsx';
import { rowName } from './turn.ts';

export function Answer({ item }: { item: Item }) {
  return (
    <details class="quiz-reading">
      <summary>Show the answer</summary>
      <Right item={item} />
      <p>
        <Reason said={item.because} />
      </p>
      {item.kind === 'choice' && <Reasons item={item} />}
    </details>
  );
}

function Right({ item }: { item: Item }) {
  switch (item.kind) {
    case 'order':
      return (
        <ol>
          {item.steps.map(({ html }) => (
            <li key={html}>
              <Html of={html} />
            </li>
          ))}
        </ol>
      );
    case 'match':
      return (
        <ul>
          {item.rows.map(({ html, right }) => (
            <li key={html}>
              <Html of={html} />: {item.options[right]}
            </li>
          ))}
        </ul>
      );
    case 'number':
      return <RightText text={item.shown} />;
    case 'text':
      return <RightText text={item.accept.join(', or ')} />;
    case 'choice':
    case 'point': {
      const given = solution(item);
      const picks = given.by === 'picks' ? given.picks : [];
      return <RightText text={picks.map((at) => rowName(item, at)).join('; ')} />;
    }
  }
}

function RightText({ text }: { text: string }) {
  return (
    <p>
      <strong>
        {text}
        {/[.?!]$/.test(text) ? '' : '.'}
      </strong>
    </p>
  );
}

/** Why the others are wrong; of several right ones, also why each is right. */
function Reasons({ item }: { item: Extract<Item, { kind: 'choice' }> }) {
  const spoken = item.choices.filter(({ said, right }) => said && (item.several || !right));
  return (
    <ul>
      {spoken.map(({ html, right, said }) => (
        <li key={html}>
          <em>{textOf(html)}</em>: {right ? 'right' : 'no'}. {said && <Html of={said.html} />}
        </li>
      ))}
    </ul>
  );
}
