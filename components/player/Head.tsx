// The Player's head: its title, a word for each panel, and the words that open something.
import { useStore } from '@nanostores/preact';
import { useState } from 'preact/hooks';
import { type Figure, type MenuName, type PanelName, panelNames } from '../engine/figure.ts';

const WORDS: Readonly<Record<PanelName, string>> = {
  map: 'Map',
  ladder: 'Ladder',
  packets: 'Packets',
  why: 'Why',
  waterfall: 'Waterfall',
  transcript: 'Transcript',
};

export interface HeadProps {
  readonly figure: Figure;
  /** Which panels the chapter offers. */
  readonly offered: readonly PanelName[];
  /** What a narrow page opens until the reader chooses. */
  readonly narrow: PanelName | undefined;
}

export function Head({ figure, offered, narrow }: HeadProps) {
  const open = useStore(figure.$panels);
  const menu = useStore(figure.$menu);
  const before = useStore(figure.$before);
  const isBusy = useStore(figure.$busy);
  const [hasMore, setMore] = useState(false);
  const tabs = panelNames.filter((name) => offered.includes(name) || open.includes(name));
  const choose = (name: PanelName, event: MouseEvent) => {
    if (before && name !== 'ladder') figure.setCompare(false);
    figure.open(name, event.shiftKey || event.ctrlKey || event.metaKey);
  };
  const word = (name: MenuName, text: string) => (
    <button
      type="button"
      class="rt-word"
      aria-expanded={menu === name}
      data-menu={name}
      onClick={() => figure.toggleMenu(name)}
    >
      {text}
      <Caret />
    </button>
  );
  return (
    <div class={`rt-head${hasMore ? ' rt-head-more' : ''}`}>
      <strong class="rt-title">{figure.title}</strong>
      <nav class="rt-tabs" aria-label={`${figure.title}: panels`}>
        {tabs.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={open.includes(name)}
            class={tabClass(name, open, narrow)}
            title={open.includes(name) ? undefined : `${WORDS[name]}. With Shift: beside what is open`}
            onClick={(event) => choose(name, event)}
          >
            {WORDS[name]}
          </button>
        ))}
      </nav>
      <div class="rt-words-right">
        {isBusy && (
          <span class="rt-busy" role="status">
            running
          </span>
        )}
        {word('knobs', 'Knobs')}
        <button
          type="button"
          class="rt-word rt-more-button"
          aria-expanded={hasMore}
          aria-label="More"
          onClick={() => setMore(!hasMore)}
        >
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M4 10 h.01 M10 10 h.01 M16 10 h.01" />
          </svg>
        </button>
        {/* biome-ignore lint/a11y/noStaticElementInteractions: closes after the button that was pressed */}
        {/* biome-ignore lint/a11y/useKeyWithClickEvents: pressing a button by key is a click, too */}
        <div class="rt-more" onClick={() => setMore(false)}>
          {word('faults', 'Faults')}
          <button
            type="button"
            class="rt-word"
            aria-pressed={before !== undefined}
            onClick={() => figure.setCompare(before === undefined)}
          >
            Compare
          </button>
          {word('takeaway', 'Take away')}
        </div>
      </div>
    </div>
  );
}

/** Until the reader chooses, a narrow page may open another panel than a wide one: the style sheet decides. */
function tabClass(name: PanelName, open: readonly PanelName[], narrow: PanelName | undefined): string {
  const words = ['rt-tab'];
  if (open.includes(name)) words.push(narrow === undefined ? 'rt-open' : 'rt-open-wide');
  if (narrow === name) words.push('rt-open-narrow');
  if (name === 'ladder') words.push('rt-tab-ladder');
  return words.join(' ');
}

function Caret() {
  return (
    <svg class="rt-caret" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M1.5 3.2 L5 6.7 L8.5 3.2" />
    </svg>
  );
}
