// Marks in the frame of every page: which chapters and sections were read, and how many cards are due. Loads only when
// there is something to mark.
import { dueCount, nextDue } from '../review/due.ts';
import type { Progress } from './schema.ts';
import { $progress } from './store.ts';

/** A timer cannot wait longer. */
const MAX_WAIT = 2 ** 31 - 1;

function markChapters(progress: Progress): void {
  for (const link of document.querySelectorAll<HTMLElement>('a[data-chapter][data-sections]')) {
    const sections = link.dataset.sections!.split(' ').filter(Boolean);
    const known = progress.chapters[link.dataset.chapter!];
    const count = sections.filter((section) => known?.read[section]?.read).length;
    const begun = count > 0 || Object.keys(known?.answers ?? {}).length > 0;
    const isAll = count > 0 && count === sections.length;
    link.dataset.state = isAll ? 'all' : begun ? 'some' : 'none';
    const words = link.querySelector('.side-state');
    if (words) words.textContent = isAll ? ', read' : begun ? ', begun' : '';
  }
  for (const list of document.querySelectorAll<HTMLElement>('.side-sections[data-chapter]')) {
    const read = progress.chapters[list.dataset.chapter!]?.read ?? {};
    for (const item of list.children) {
      const link = item.querySelector('a')!;
      const isRead = read[decodeURIComponent(link.hash.slice(1))]?.read === true;
      item.classList.toggle('read', isRead);
      item.querySelector('.side-state')!.textContent = isRead ? ', read' : '';
    }
  }
}

let timer: ReturnType<typeof setTimeout> | undefined;

function markDue(): void {
  const now = Date.now();
  const count = dueCount($progress.get(), now);
  for (const place of document.querySelectorAll<HTMLElement>('[data-due]')) {
    place.textContent = count === 0 ? '' : `${count > 99 ? '99+' : count}`;
    place.nextElementSibling!.textContent =
      count === 0 ? '' : count === 1 ? ' card is due' : ' cards are due';
  }
  clearTimeout(timer);
  const next = nextDue($progress.get(), now);
  if (next !== undefined) timer = setTimeout(markDue, Math.min(next - now + 1, MAX_WAIT));
}

$progress.subscribe((progress) => {
  markChapters(progress);
  markDue();
});
document.addEventListener('visibilitychange', () => document.hidden || markDue());
