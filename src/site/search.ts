// The search dialog. Results come from the index that Pagefind wrote at build time; nothing of it loads before the
// dialog opens.

interface Found {
  url: string;
  excerpt: string;
  meta: { title?: string };
  sub_results: { title: string; url: string; excerpt: string }[];
}
interface Index {
  init(): Promise<void>;
  debouncedSearch(term: string): Promise<{ results: { data(): Promise<Found> }[] } | null>;
}

const shownPages = 8;

function entry(url: string, title: string, excerpt?: string): HTMLLIElement {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = url;
  link.textContent = title;
  item.append(link);
  if (excerpt !== undefined) {
    const text = document.createElement('p');
    // Pagefind escapes the page's own text; the only markup in an excerpt is its <mark>.
    text.innerHTML = excerpt;
    item.append(text);
  }
  return item;
}

export function connectSearch(): void {
  const host = document.querySelector<HTMLElement>('site-search')!;
  const open = host.querySelector<HTMLButtonElement>('[data-open-modal]')!;
  const dialog = host.querySelector('dialog')!;
  const input = host.querySelector('input')!;
  const state = host.querySelector<HTMLElement>('.search-state')!;
  const list = host.querySelector<HTMLElement>('.search-results')!;
  let index: Promise<Index> | undefined;
  let asked = 0;

  const load = () =>
    (index ??= (import(/* @vite-ignore */ host.dataset.index!) as Promise<Index>).then(async (module) => {
      await module.init();
      return module;
    }));

  const show = () => {
    if (dialog.open) return;
    dialog.showModal();
    input.select();
    load().catch(() => {
      index = undefined;
      state.textContent = 'The search index did not load. It is written when the course is built.';
    });
  };

  const search = async () => {
    const term = input.value.trim();
    const mine = ++asked;
    if (term === '') {
      list.replaceChildren();
      state.textContent = '';
      return;
    }
    const found = await (await load()).debouncedSearch(term);
    if (found === null || mine !== asked) return; // a later key press took over
    const pages = await Promise.all(found.results.slice(0, shownPages).map((result) => result.data()));
    if (mine !== asked) return;
    const count = found.results.length;
    state.textContent =
      count === 0 ? `Nothing about “${term}” yet.` : `${count} ${count === 1 ? 'page' : 'pages'}`;
    list.replaceChildren(
      ...pages.map((page) => {
        const parts = page.sub_results.filter((part) => part.url !== page.url).slice(0, 3);
        // The page's own excerpt would only repeat that of its best section.
        const item = entry(
          page.url,
          page.meta.title ?? page.url,
          parts.length > 0 ? undefined : page.excerpt,
        );
        if (parts.length > 0) {
          const inner = document.createElement('ol');
          inner.append(...parts.map((part) => entry(part.url, part.title, part.excerpt)));
          item.append(inner);
        }
        return item;
      }),
    );
  };

  open.addEventListener('click', show);
  input.addEventListener('input', () => void search().catch(() => {}));
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close(); // the backdrop
  });
  list.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('a')) dialog.close();
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && event.target === input) event.preventDefault();
    if (event.key === 'Escape') {
      // A search field would take the first Escape to empty itself.
      event.preventDefault();
      dialog.close();
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const stops: HTMLElement[] = [input, ...list.querySelectorAll<HTMLElement>('a')];
    const at = stops.indexOf(document.activeElement as HTMLElement);
    const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)];
    if (at >= 0 && next) {
      event.preventDefault();
      next.focus();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || dialog.open) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    event.preventDefault();
    show();
  });
  open.disabled = false;
}
