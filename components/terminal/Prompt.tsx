// The line that is being typed: Enter, Tab, the arrow keys, Ctrl-C, Ctrl-L, Escape, and pastes of several lines.
import type { RefObject } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { MAX_TEXT } from '../engine/link.ts';
import type { PromptWords } from './console.ts';
import { PromptText } from './Screen.tsx';

export interface PromptProps {
  readonly words: PromptWords;
  readonly isFuture: boolean;
  readonly field: RefObject<HTMLInputElement>;
  readonly history: () => readonly string[];
  readonly onEnter: (line: string) => void;
  readonly onPaste: (text: string) => void;
  readonly onTab: () => void;
  /** The line has changed, so what was said about it is over. */
  readonly onChange: () => void;
  readonly onInterrupt: () => void;
  readonly onClear: () => void;
  readonly onPlay: () => void;
  readonly onLeave: () => void;
}

export function Prompt(props: PromptProps) {
  const { words, isFuture, field, onEnter } = props;
  const id = useId();
  /** How far back in the history, and what had been typed before going there. */
  const back = useRef({ steps: 0, draft: '' });

  // As an attribute: the property wants a boolean, and Preact would hand it a text.
  useEffect(() => field.current?.setAttribute('autocorrect', 'off'), []);

  const recall = (by: 1 | -1): void => {
    const lines = props.history();
    const steps = Math.min(Math.max(0, back.current.steps + by), lines.length);
    if (steps === back.current.steps) return;
    if (back.current.steps === 0) back.current.draft = field.current!.value;
    back.current.steps = steps;
    write(field.current!, steps === 0 ? back.current.draft : lines[lines.length - steps]!);
    props.onChange();
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const input = field.current!;
    if (event.isComposing) return;
    const isControl = event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (isControl && event.key === 'c') {
      // Selected text is copied, as everywhere.
      if (input.selectionStart !== input.selectionEnd || getSelection()?.isCollapsed === false) return;
      back.current.steps = 0;
      props.onInterrupt();
    } else if (isControl && event.key === 'l') props.onClear();
    else if (event.altKey || event.ctrlKey || event.metaKey) return;
    else if (event.key === 'ArrowUp') recall(1);
    else if (event.key === 'ArrowDown') recall(-1);
    // With nothing to complete, Tab goes on to what comes next on the page.
    else if (event.key === 'Tab' && !event.shiftKey && input.value.trim() !== '') props.onTab();
    else if (event.key === ' ' && input.value === '') props.onPlay();
    else if (event.key === 'Escape') props.onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <form
      class={`rt-term-line${isFuture ? ' rt-term-later' : ''}`}
      autocomplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        const line = field.current!.value;
        write(field.current!, '');
        back.current.steps = 0;
        onEnter(line);
      }}
    >
      <label class="rt-term-prompt" for={id}>
        <PromptText text={words.who + words.rest} />
      </label>
      <span class="rt-term-field">
        <input
          id={id}
          ref={field}
          class="rt-term-input"
          aria-label={`Command for ${words.who}`}
          placeholder=" "
          maxLength={MAX_TEXT}
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          onKeyDown={onKeyDown}
          onInput={() => props.onChange()}
          onPaste={(event) => {
            const text = event.clipboardData?.getData('text/plain') ?? '';
            if (!/[\r\n\t]/.test(text)) return;
            event.preventDefault();
            props.onPaste(text);
          }}
        />
        <span class="rt-term-block" aria-hidden="true" />
      </span>
    </form>
  );
}

/** The page was drawn without script: a prompt, and nowhere to type. */
export function StillPrompt({ words, isFuture }: { words: PromptWords; isFuture: boolean }) {
  return (
    <p class={`rt-term-line${isFuture ? ' rt-term-later' : ''}`}>
      <span class="rt-term-prompt">
        <PromptText text={words.who + words.rest} />
      </span>
      <span class="rt-term-block" />
    </p>
  );
}

/** With the caret at the end. */
export function write(input: HTMLInputElement, text: string, caret = text.length): void {
  input.value = text;
  input.setSelectionRange(caret, caret);
}
