// What a chapter's page does with progress: it watches what is read, and its end says so and can be told otherwise.
import './marks.ts';
import { type Deck, joining } from '../review/join.ts';
import { $memory, $progress, markRead, setRead, store } from './store.ts';
import { watch } from './watch.ts';

export function followChapter(end: HTMLElement): void {
  const prose = document.querySelector<HTMLElement>('.prose');
  const { chapter, sections: listed, cards } = end.dataset as Record<string, string>;
  const sections = listed!.split(' ').filter(Boolean);
  const deck: Deck = { chapter: chapter!, ids: cards!.split(' ').filter(Boolean) };
  const known = () => $progress.get().chapters[chapter!]?.read ?? {};
  if (prose) {
    watch(
      prose,
      sections,
      // What was marked by hand is settled, either way.
      (section) => known()[section] !== undefined,
      (section) => markRead(chapter!, section),
    );
  }

  const part = (name: string) => end.querySelector<HTMLElement>(`[data-${name}]`)!;
  part('mark').addEventListener('click', () => {
    const read = !sections.every((section) => known()[section]?.read);
    for (const section of sections)
      if ((known()[section]?.read ?? false) !== read) setRead(chapter!, section, read);
  });
  part('add').addEventListener('click', () => {
    store.addCards(deck.ids);
    part('review').focus();
  });

  // Each card joins once for each visit: in a memory that is full it may be gone again at once.
  const joined = new Set<string>();
  $progress.subscribe((progress) => {
    const fresh = joining(progress, [deck]).filter((id) => !joined.has(id));
    if (fresh.length > 0) {
      for (const id of fresh) joined.add(id);
      store.addCards(fresh);
      return;
    }
    const count = sections.filter((section) => known()[section]?.read).length;
    const isAll = count === sections.length;
    part('read').textContent =
      count === 0
        ? 'Sections are marked as read in the list of chapters while you read.'
        : isAll
          ? 'You have read this chapter.'
          : `You have read ${count} of ${sections.length} sections.`;
    part('mark').textContent = isAll ? 'Mark it as not read' : 'Mark all as read';
    const isIn = deck.ids.some((id) => progress.cards[id] !== undefined);
    part('add').hidden = isIn;
    part('waiting').hidden = isIn;
    part('in').hidden = !isIn;
    end.hidden = false;
  });
  $memory.subscribe(({ sentence }) => {
    part('memory').textContent = sentence;
  });
}
