// The Player's head: its title, a word for each panel, and the words that open something.
import { useStore } from '@nanostores/preact';
import { useEffect, useState } from 'preact/hooks';
import { type Figure, type MenuName, type PanelName, panelNames } from '../engine/figure.ts';

const WORDS: Readonly<Record<PanelName, string>> = {
  terminal: 'Terminal',
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
  const menu = useStore(figure.$menu);
  const before = useStore(figure.$before);
  // A scenario has them or not, whatever its run.
  const hasKnobs = figure.$view.get().knobs.length > 0;
  const [hasMore, setMore] = useState(false);
  // What opens takes its place, whatever opened it.
  useEffect(() => {
    if (menu || before) setMore(false);
  }, [menu, before]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape closes what a button in it opened
    <div
      class={`rt-head${hasMore ? ' rt-head-more' : ''}`}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !hasMore) return;
        event.preventDefault();
        event.stopPropagation();
        setMore(false);
        event.currentTarget.querySelector<HTMLElement>('.rt-more-button')?.focus();
      }}
    >
      <strong class="rt-title">{figure.title}</strong>
      <Tabs figure={figure} offered={offered} narrow={narrow} />
      <div class="rt-words-right">
        <Busy figure={figure} />
        {hasKnobs && <Word figure={figure} name="knobs" text="Knobs" />}
        <button
          type="button"
          class="rt-word rt-more-button"
          aria-expanded={hasMore}
          aria-label="More"
          onClick={() => {
            if (!hasMore && menu) figure.toggleMenu(undefined);
            setMore(!hasMore);
          }}
        >
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
            <path d="M4 10 h.01 M10 10 h.01 M16 10 h.01" />
          </svg>
        </button>
        <div class="rt-more">
          {!figure.isFixed && (
            <>
              <Word figure={figure} name="faults" text="Faults" />
              <button
                type="button"
                class="rt-word"
                aria-pressed={before !== undefined}
                onClick={() => {
                  setMore(false);
                  figure.setCompare(before === undefined);
                }}
              >
                Compare
              </button>
            </>
          )}
          <Word figure={figure} name="takeaway" text="Take away" />
        </div>
      </div>
    </div>
  );
}

function Tabs({ figure, offered, narrow }: HeadProps) {
  const open = useStore(figure.$panels);
  const before = useStore(figure.$before);
  const tabs = [...offered, ...panelNames.filter((name) => open.includes(name) && !offered.includes(name))];
  const choose = (name: PanelName, event: MouseEvent) => {
    if (before && name !== 'ladder') figure.setCompare(false);
    // A terminal without the network beside it would be only half of it.
    const isPair = name === 'terminal' && !open.includes(name) && innerWidth >= 900;
    figure.open(name, isPair || event.shiftKey || event.ctrlKey || event.metaKey);
  };
  return (
    <nav class="rt-tabs" aria-label={`${figure.title}: panels`}>
      {tabs.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={open.includes(name)}
          class={tabClass(name, open, narrow, tabs[0] === 'terminal')}
          title={open.includes(name) ? undefined : `${WORDS[name]}. With Shift: beside what is open`}
          onClick={(event) => choose(name, event)}
        >
          {WORDS[name]}
        </button>
      ))}
    </nav>
  );
}

function Busy({ figure }: { figure: Figure }) {
  if (!useStore(figure.$busy)) return null;
  return (
    <span class="rt-busy" role="status">
      running
    </span>
  );
}

/** A word that opens a menu. */
function Word({ figure, name, text }: { figure: Figure; name: MenuName; text: string }) {
  const menu = useStore(figure.$menu);
  return (
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
}

/** Until the reader chooses, a narrow page may open another panel than a wide one: the style sheet decides. */
function tabClass(
  name: PanelName,
  open: readonly PanelName[],
  narrow: PanelName | undefined,
  isTerminal: boolean,
): string {
  const words = ['rt-tab'];
  if (open.includes(name)) words.push(narrow === undefined ? 'rt-open' : 'rt-open-wide');
  if (narrow === name) words.push('rt-open-narrow');
  if (name === 'ladder' && !isTerminal) words.push('rt-tab-ladder');
  return words.join(' ');
}

function Caret() {
  return (
    <svg class="rt-caret" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
      <path d="M1.5 3.2 L5 6.7 L8.5 3.2" />
    </svg>
  );
}
