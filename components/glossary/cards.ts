// Cards of glossary terms. Where there is a margin: on hover and on focus, beside the line, covering nothing that is
// being read. Where there is none, and for fingers: on a press, under the block, and away with the next one.
// WCAG 1.4.13: Esc dismisses; a pointer on its way to the card keeps it; it stays until hover and focus are gone.
export {};

type Way = 'hover' | 'focus' | 'press';
const margin = matchMedia('(min-width: 900px)');
/** A pointer that only passes opens nothing. */
const REST_MS = 120;
/** A pointer that is neither on the term, on the card nor coming nearer has left. */
const GONE_MS = 400;

/** Pixels: under the sticky head of the page; between a card and what stands near it; from a card's edge to its words. */
const HEADER = 80;
const GAP = 12;
const FIRST_LINE = 10;
/** Farther from its line than this, a card no longer belongs to it. */
const FAR = 200;

interface Shown {
  readonly link: HTMLElement;
  readonly card: HTMLElement;
  readonly way: Way;
  /** Where the card lies while it is away. */
  readonly home: HTMLElement;
}
let shown: Shown | undefined;
/** Notes that the card has to cover: one that shows half would be worse. */
let covered: readonly HTMLElement[] = [];
let timer = 0;
let distance = 0;
let isFinger = false;
/** Focus comes back to the term whose card was put away: that does not ask for it again. */
let returning = false;

const cardOf = (link: HTMLElement) => document.getElementById(`gloss-${link.dataset.gloss}`);
const termAt = (target: EventTarget | null) =>
  target instanceof Element ? target.closest<HTMLElement>('a.gloss') : null;
const later = (run: () => void, ms: number) => {
  clearTimeout(timer);
  timer = window.setTimeout(run, ms);
};
const isWithin = (target: EventTarget | null) =>
  target instanceof Node &&
  shown !== undefined &&
  (shown.link.contains(target) || shown.card.contains(target));

function show(link: HTMLElement, way: Way): void {
  clearTimeout(timer);
  if (shown?.link === link) return;
  const card = cardOf(link);
  if (!card) return;
  const top = link.getBoundingClientRect().top;
  hide();
  shown = { link, card, way, home: card.parentElement! };
  link.setAttribute('aria-expanded', 'true');
  card.hidden = false;
  distance = Infinity;
  if (margin.matches) besideLine(link, card);
  else {
    (link.closest('p, li, dd, td, figcaption, legend') ?? link).after(card);
    // A card that closed above must not move the line under the finger.
    scrollBy(0, link.getBoundingClientRect().top - top);
  }
}

function hide(): void {
  clearTimeout(timer);
  if (!shown) return;
  const { link, card, home } = shown;
  shown = undefined;
  link.setAttribute('aria-expanded', 'false');
  card.hidden = true;
  home.append(card);
  for (const note of covered) note.style.visibility = '';
  covered = [];
}

function dismiss(): void {
  if (!shown) return;
  const { link, card } = shown;
  const isInside = card.contains(document.activeElement);
  hide();
  if (!isInside) return;
  returning = true;
  link.focus();
  returning = false;
}

/** Level with the term's line, or as near to it as the margin is free. */
function besideLine(link: HTMLElement, card: HTMLElement): void {
  const prose = link.closest('.prose')!;
  const height = card.offsetHeight;
  const level = link.getClientRects()[0]!.top - FIRST_LINE;
  const taken = [...prose.querySelectorAll<HTMLElement>(':scope > .notes, :scope > .wide')].map((one) => ({
    one,
    box: one.getBoundingClientRect(),
  }));
  const inTheWay = (top: number) => taken.filter(({ box }) => box.bottom > top && box.top < top + height);
  const isFree = (top: number) =>
    top >= HEADER && top + height <= innerHeight - GAP && inTheWay(top).length === 0;
  const tops = [level, ...taken.flatMap(({ box }) => [box.top - height - GAP, box.bottom + GAP])];
  const off = (top: number) => Math.abs(top - level);
  const nearest = tops.filter(isFree).sort((a, b) => off(a) - off(b))[0] ?? Infinity;
  const inWindow = Math.max(HEADER, Math.min(level, innerHeight - GAP - height));
  const top = off(nearest) <= FAR ? nearest : inWindow;
  card.style.top = `${top - prose.getBoundingClientRect().top}px`;
  covered = inTheWay(top).flatMap(({ one }) => (one.matches('.notes') ? one : []));
  for (const note of covered) note.style.visibility = 'hidden';
}

function reach({ clientX: x, clientY: y }: PointerEvent): number {
  const { left, right, top, bottom } = shown!.card.getBoundingClientRect();
  return Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
}

document.addEventListener('pointerover', (event) => {
  if (event.pointerType === 'touch' || !margin.matches) return;
  const link = termAt(event.target);
  if (link && link !== shown?.link) later(() => show(link, 'hover'), REST_MS);
  else if (!shown) clearTimeout(timer);
});
document.addEventListener('pointermove', (event) => {
  if (shown?.way !== 'hover') return;
  const now = isWithin(event.target) ? 0 : reach(event);
  if (isWithin(event.target)) clearTimeout(timer);
  else if (now < distance || distance === 0) later(() => isWithin(document.activeElement) || hide(), GONE_MS);
  distance = now;
});
document.addEventListener('focusin', ({ target }) => {
  const link = termAt(target);
  if (returning) return;
  if (link && margin.matches && link.matches(':focus-visible')) show(link, 'focus');
  else if (shown?.way === 'focus' && !isWithin(target)) hide();
});
document.addEventListener('pointerdown', ({ target, pointerType }) => {
  isFinger = pointerType === 'touch';
  if (margin.matches && !isWithin(target)) hide();
});
document.addEventListener('click', (event) => {
  const link = termAt(event.target);
  if (event.target instanceof Element && event.target.closest('.gloss-close')) dismiss();
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey || (margin.matches && !isFinger)) return;
  event.preventDefault();
  if (shown?.link === link) hide();
  else show(link, 'press');
});
document.addEventListener('keydown', (event) => {
  isFinger = false;
  if (!shown) return;
  const { link, card } = shown;
  if (event.key === 'Escape') dismiss();
  if (event.key !== 'Tab') return;
  // Wherever the card lies in the page, its links come right after the term.
  const stops = [...card.querySelectorAll<HTMLElement>('a, button')].filter((stop) => stop.offsetParent);
  const at = stops.indexOf(document.activeElement as HTMLElement);
  if (document.activeElement === link && !event.shiftKey && stops[0]) {
    event.preventDefault();
    stops[0].focus();
  } else if (at === 0 && event.shiftKey) {
    event.preventDefault();
    link.focus();
  } else if (at >= 0 && at === stops.length - 1 && !event.shiftKey) {
    // The browser goes on from the term.
    link.focus();
  }
});
margin.addEventListener('change', hide);

for (const link of document.querySelectorAll<HTMLElement>('a.gloss')) {
  link.setAttribute('aria-controls', `gloss-${link.dataset.gloss}`);
  link.setAttribute('aria-expanded', 'false');
}
