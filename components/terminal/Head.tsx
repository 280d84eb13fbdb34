// The terminal's head: whose machine it is, and what can be done with what stands on the screen.

import { useStore } from '@nanostores/preact';
import type { RefObject } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { isTyped, startOver } from './typing.ts';

export interface TerminalHeadProps {
  readonly figure: Figure;
  readonly view: RunView;
  readonly machine: string;
  /** What stands on the screen now. */
  readonly text: () => string;
  readonly screen: RefObject<HTMLElement>;
  readonly onSaid: (text: string) => void;
}

export function TerminalHead({ figure, view, machine, text, screen, onSaid }: TerminalHeadProps) {
  const id = useId();
  const { inputs } = useStore(figure.$request);
  const [copied, setCopied] = useState('');
  const place = view.machines.findIndex(({ name }) => name === machine);
  const { label, addresses } = view.machines[place]!;
  const copy = async (): Promise<void> => {
    let how = 'Copied';
    try {
      await navigator.clipboard.writeText(text());
    } catch {
      // The browser keeps the clipboard to itself: the text is selected, and one key is left to press.
      getSelection()?.selectAllChildren(screen.current!.querySelector('.rt-term-rows')!);
      how = 'Selected';
    }
    setCopied(how);
    onSaid(how === 'Copied' ? 'The output is on the clipboard.' : 'The output is selected: copy it now.');
    setTimeout(() => setCopied(''), 2000);
  };
  return (
    <div class="rt-term-head">
      {view.consoles.length > 1 ? (
        <span class="rt-term-where">
          <label for={id} class="rt-term-on">
            <strong>Terminal</strong> on
          </label>
          <select
            id={id}
            value={place}
            onChange={(event) => figure.$prompt.set(Number(event.currentTarget.value))}
          >
            {view.consoles.map(({ machine: index, user }) => {
              const { name, label } = view.machines[index]!;
              return (
                <option key={name} value={index}>
                  {user === 'root' ? `${label}, as root` : label}
                </option>
              );
            })}
          </select>
        </span>
      ) : (
        <span class="rt-term-where">
          <strong>Terminal</strong> on {label}
        </span>
      )}
      <span class="rt-term-address">{addresses.join(', ')}</span>
      <span class="rt-term-deeds">
        {inputs.some(isTyped) && (
          <button type="button" onClick={() => startOver(figure)}>
            Start over
          </button>
        )}
        <button type="button" onClick={() => void copy()}>
          {copied || 'Copy'}
        </button>
      </span>
    </div>
  );
}
