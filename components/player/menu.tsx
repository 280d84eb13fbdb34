// What the menus of the Player's head share: a framed list of things to press. It is a group of plain buttons, not an
// application's menu: Tab goes through it, and the arrow keys do too.
import './menu.css';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { Mark, type MarkName } from './marks.tsx';

export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const buttons = [...(box.current?.querySelectorAll<HTMLElement>('button:not([disabled])') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[Math.max(0, Math.min(buttons.length - 1, at + (event.key === 'ArrowDown' ? 1 : -1)))]?.focus();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form fields
    <div class="rt-choices" role="group" aria-label={label} ref={box} onKeyDown={onKeyDown}>
      {children}
    </div>
  );
}

export interface MenuItemProps {
  readonly mark: MarkName;
  readonly children: ComponentChildren;
  /** At the end of the line, muted: `+ 50 ms`. */
  readonly end?: ComponentChildren;
  /** A second line, muted. */
  readonly below?: ComponentChildren;
  readonly shortcut?: string;
  readonly expanded?: boolean;
  readonly onPress: () => void;
}

export function MenuItem({ mark, children, end, below, shortcut, expanded, onPress }: MenuItemProps) {
  return (
    <button
      type="button"
      class="rt-choices-item"
      onClick={onPress}
      aria-expanded={expanded}
      aria-keyshortcuts={shortcut}
    >
      <Mark name={mark} />
      <span class="rt-choices-words">
        <span class="rt-choices-title">{children}</span>
        {below !== undefined && <span class="rt-choices-below">{below}</span>}
      </span>
      {end !== undefined && <span class="rt-choices-end">{end}</span>}
      {shortcut !== undefined && <kbd>{shortcut}</kbd>}
      {expanded !== undefined && <Mark name="caret" />}
    </button>
  );
}
