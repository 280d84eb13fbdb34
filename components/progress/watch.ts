// Watches a chapter's page while it is being read, once a second. Nothing is counted while the page is hidden, or when
// its reader has not moved, scrolled or typed for two minutes.
import { Attention, type InView } from './attention.ts';

const TICK_MS = 1000;
const IDLE_MS = 120_000;
/** This much of a part in view is enough: of its own height, or of the window's when it is taller. */
const ENOUGH_OF_PART = 0.6;
const ENOUGH_OF_WINDOW = 0.4;

interface Stretch {
  readonly section: string;
  readonly parts: readonly HTMLElement[];
}

/** Calls `onRead` with each section that has been read. `isDone`: those that need no watching. Gives the way to stop. */
export function watch(
  prose: HTMLElement,
  sections: readonly string[],
  isDone: (section: string) => boolean,
  onRead: (section: string) => void,
): () => void {
  const stretches = stretchesOf(prose, sections);
  const attention = new Attention(
    stretches.map(({ section, parts }) => ({
      section,
      words: parts.reduce((sum, part) => sum + (isFigure(part) ? 0 : wordsOf(part)), 0),
      figures: parts.filter(isFigure).length,
      parts: parts.length,
    })),
  );
  let active = Date.now();
  const awake = () => {
    active = Date.now();
  };
  const signs = ['scroll', 'pointermove', 'pointerdown', 'keydown', 'focus'] as const;
  for (const sign of signs) addEventListener(sign, awake, { passive: true });
  const timer = setInterval(() => {
    if (document.hidden || Date.now() - active > IDLE_MS) return;
    const seen = stretches.filter(({ section }) => !isDone(section)).map(inView);
    for (const section of attention.attend(
      seen.filter(({ height }) => height > 0),
      TICK_MS / 1000,
    ))
      onRead(section);
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    for (const sign of signs) removeEventListener(sign, awake);
  };
}

/** A section is what stands between its heading and the next. */
function stretchesOf(prose: HTMLElement, sections: readonly string[]): Stretch[] {
  const found: { section: string; parts: HTMLElement[] }[] = [];
  for (const child of prose.children) {
    if (!(child instanceof HTMLElement)) continue;
    const heading = child.matches('h2') ? child : child.querySelector(':scope > h2');
    if (heading && sections.includes(heading.id)) found.push({ section: heading.id, parts: [] });
    // Notes are read by who wants to.
    else if (!child.matches('style, script, link, template, .notes, [hidden]'))
      found.at(-1)?.parts.push(child);
  }
  return found;
}

const isFigure = (part: HTMLElement): boolean => part.matches('figure');
// biome-ignore lint/performance/useDomNodeTextContent: an answer that is folded away is not read
const wordsOf = (part: HTMLElement): number => part.innerText.match(/\S+/g)?.length ?? 0;

function inView({ section, parts }: Stretch): InView {
  const bottom = window.innerHeight;
  let height = 0;
  const seen: number[] = [];
  for (const [i, part] of parts.entries()) {
    const box = part.getBoundingClientRect();
    const shown = Math.min(box.bottom, bottom) - Math.max(box.top, 0);
    if (shown > 0) height += shown;
    // What takes no room (the cards of glossary terms) cannot be passed by either.
    if (shown >= Math.min(box.height * ENOUGH_OF_PART, bottom * ENOUGH_OF_WINDOW) || box.height === 0)
      seen.push(i);
  }
  return { section, height, parts: seen };
}
