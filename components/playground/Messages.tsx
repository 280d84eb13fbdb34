// What a playground has to say to its reader: whose code this is, what is not kept, what was put away, a choice to make.
import { useStore } from '@nanostores/preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Desk } from './desk.ts';

export interface MessagesProps {
  readonly desk: Desk;
  /** How the last deed went. */
  readonly said: string;
  /** What the reader is to copy by hand. */
  readonly byHand: string | undefined;
  /** Shows StackBlitz in the page, in the box that is given. */
  readonly onHere: ((box: HTMLElement) => void) | undefined;
}

export function Messages({ desk, said, byHand, onHere }: MessagesProps) {
  const origin = useStore(desk.$origin);
  const memory = useStore(desk.$memory);
  const notice = useStore(desk.$notice);
  const choice = useStore(desk.$choice);
  const putAway = useStore(desk.$putAway);
  return (
    <>
      {origin === 'shared' && (
        <div class="pg-say pg-shared">
          <p>
            <strong>Somebody else’s code.</strong> It came with the link. Nothing of it has run, and nothing
            will before you press Run. {notice}
          </p>
          <div class="pg-say-deeds">
            <button type="button" class="pg-button" onClick={() => backToCourse(desk)}>
              {desk.hasOwn() ? 'Back to mine' : 'Reset to the course’s'}
            </button>
            <button type="button" class="pg-button" onClick={() => desk.adopt()}>
              {desk.hasOwn() ? 'Keep it in place of mine' : 'Keep it as mine'}
            </button>
          </div>
        </div>
      )}
      {origin !== 'shared' && notice !== '' && (
        <div class="pg-say">
          <p role="status">{notice}</p>
        </div>
      )}
      {choice && (
        <div class="pg-say">
          <p role="status">{choice.sentence}</p>
          <div class="pg-say-deeds">
            <button type="button" class="pg-button" onClick={() => desk.keepMine()}>
              {choice.kind === 'course-changed' ? 'Keep mine' : 'Keep what is here'}
            </button>
            <button type="button" class="pg-button" onClick={() => desk.takeTheirs()}>
              {choice.kind === 'course-changed' ? 'Take the course’s' : 'Take the other tab’s'}
            </button>
          </div>
        </div>
      )}
      {memory !== '' && (
        <div class="pg-say">
          <p role="status">{memory}</p>
        </div>
      )}
      {putAway && (
        <div class="pg-say">
          <p role="status">The course’s files are back.</p>
          <div class="pg-say-deeds">
            <button type="button" class="pg-button" onClick={() => desk.bringBack()}>
              Bring mine back
            </button>
          </div>
        </div>
      )}
      <p class={said === '' ? 'unseen' : 'pg-say pg-said'} role="status">
        {said}
      </p>
      {byHand !== undefined && <ByHand text={byHand} />}
      {onHere && <Here onHere={onHere} />}
    </>
  );
}

function backToCourse(desk: Desk): void {
  desk.reset();
  if (location.hash.startsWith('#code=')) history.replaceState(null, '', location.pathname);
}

/** The offer to have StackBlitz in this page, and the place where it then is. */
function Here({ onHere }: { readonly onHere: (box: HTMLElement) => void }) {
  const box = useRef<HTMLDivElement>(null);
  return (
    <>
      <div class="pg-say pg-say-deeds">
        <button type="button" class="pg-button" onClick={() => onHere(box.current!)}>
          Show StackBlitz in this page
        </button>
      </div>
      <div class="pg-elsewhere" ref={box} />
    </>
  );
}

function ByHand({ text }: { readonly text: string }) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), [text]);
  return (
    <p class="pg-say">
      <input class="pg-by-hand" ref={field} readOnly value={text} aria-label="To copy by hand" />
    </p>
  );
}
