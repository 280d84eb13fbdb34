// What is said about an answer: a sign, a word, the reason, and the place to read on.
import type { Said } from './item.ts';
import type { Tone } from './turn.ts';

export function Sign({ tone }: { tone: Tone }) {
  const path = tone === 'right' ? 'M2.6 8.6 L6.2 12.2 L13.4 4' : 'M3.6 3.6 L12.4 12.4 M12.4 3.6 L3.6 12.4';
  return (
    <svg class="quiz-sign" width="12" height="12" viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Saying({
  tone,
  word,
  said,
  id,
}: {
  tone: Tone;
  word: string;
  said: Said | undefined;
  id?: string;
}) {
  return (
    <p class={`quiz-said quiz-${tone}`} id={id}>
      <span class="quiz-word">
        <Sign tone={tone} />
        {word}
      </span>{' '}
      {said && <Reason said={said} />}
    </p>
  );
}

export function Reason({ said }: { said: Said }) {
  return (
    <>
      <Html of={said.html} />
      {said.see && (
        <>
          {' '}
          <a class="quiz-see" href={said.see.href}>
            {said.see.text}
          </a>
        </>
      )}
    </>
  );
}

/** Texts were made by the build from an author's file, and escaped there (inline.ts). */
export function Html({ of }: { of: string }) {
  return <span dangerouslySetInnerHTML={{ __html: of }} />;
}
