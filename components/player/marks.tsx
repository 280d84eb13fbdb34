// Small line drawings of the panels and menus, and arrows inside words: the text face of the site has no arrows, so
// they are drawn.
import './marks.css';
import type { ComponentChildren } from 'preact';

const PATHS = {
  arrow: 'M2 8 H13.5 M9.5 4 L13.5 8 L9.5 12',
  caret: 'M4 6.5 L8 10.5 L12 6.5',
  clock: 'M8 2 A6 6 0 1 1 8 14 A6 6 0 1 1 8 2 M8 4.7 V8.3 L10.6 9.6',
  copy: 'M5.5 5.5 V3 H13 V10.5 H10.5 M3 5.5 H10.5 V13 H3 Z',
  cross: 'M3.2 3.2 L12.8 12.8 M12.8 3.2 L3.2 12.8',
  cut: 'M0.8 8 H5 M11 8 H15.2 M6 3.4 L10 12.6',
  data: 'M6 3 C3.8 3 5 7 2.6 8 C5 9 3.8 13 6 13 M10 3 C12.2 3 11 7 13.4 8 C11 9 12.2 13 10 13',
  download: 'M8 2 V10 M4.6 6.8 L8 10.2 L11.4 6.8 M2.6 13.4 H13.4',
  flip: 'M2 12 V5 H8 V12 H14 V5',
  lines: 'M2.5 3.5 H13.5 M2.5 8 H13.5 M2.5 12.5 H9',
  link: 'M6.7 9.3 L9.3 6.7 M7.2 4.6 L9 2.8 A3 3 0 0 1 13.2 7 L11.4 8.8 M8.8 11.4 L7 13.2 A3 3 0 0 1 2.8 9 L4.6 7.2',
  power: 'M8 1.8 V7.2 M4.9 3.9 A5.4 5.4 0 1 0 11.1 3.9',
  restart: 'M13.2 8.6 A5.3 5.3 0 1 1 11.4 4.2 M11.8 1.4 V4.6 H8.6',
  search: 'M6.8 2.2 A4.6 4.6 0 1 1 6.8 11.4 A4.6 4.6 0 1 1 6.8 2.2 M10.2 10.2 L14 14',
  terminal: 'M2 2.8 H14 V13.2 H2 Z M4.6 5.8 L6.8 8 L4.6 10.2 M8.2 10.2 H11.4',
  tick: 'M2.6 8.6 L6.2 12.2 L13.4 4',
} as const;

export type MarkName = keyof typeof PATHS;

/** Decoration: the word stands beside it. */
export function Mark({ name, size = 16 }: { name: MarkName; size?: number }) {
  return (
    <svg class={`rt-mark rt-mark-${name}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

const DRAWN = /(\s*[→←]\s*)/;

/** Words of the engine, with their arrows drawn and `code` between backticks set as code. */
export function Words({ text }: { text: string }): ComponentChildren {
  if (!/[→←`]/.test(text)) return text;
  return text.split(/(`[^`]*`)/).flatMap((part, i) => {
    if (part.length > 1 && part.startsWith('`')) return [<code key={`code${i}`}>{part.slice(1, -1)}</code>];
    return part.split(DRAWN).map((piece, k) => {
      if (!DRAWN.test(piece)) return piece;
      // The character stays in the text, for copying and for screen readers; only the drawing is seen.
      return (
        <span key={`${i}.${k}`} class={piece.includes('←') ? 'rt-arrow rt-arrow-back' : 'rt-arrow'}>
          <span>{piece}</span>
        </span>
      );
    });
  });
}
