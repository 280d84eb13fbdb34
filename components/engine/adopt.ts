// What ties a figure to its page: the state in the page's address, and forms of the page that start it.
import type { Figure } from './figure.ts';
import { readLink } from './link.ts';

/** Fired on the window with a figure's id and claims when it shows another run. Numbers in the text listen for it. */
const NEWS = 'roundtrip:run';

/** Makes the figure known to the page. Gives the function that lets it go. */
export function adopt(figure: Figure, root: HTMLElement): () => void {
  root.dataset.live = '';
  // Only a run that the reader made is news: the first one is what the page already says.
  const tellPage = figure.$view.listen(({ claims }) => {
    if (claims.length > 0) dispatchEvent(new CustomEvent(NEWS, { detail: { figure: figure.id, claims } }));
  });
  const follow = () => followLink(figure, root);
  follow();
  // `<form data-plays="id">`: submitting it starts the run instead of leaving the page.
  const onSubmit = (event: SubmitEvent) => {
    if ((event.target as HTMLElement).dataset.plays !== figure.id) return;
    event.preventDefault();
    figure.seek(0);
    figure.play();
    root.scrollIntoView({ block: 'nearest' });
  };
  window.addEventListener('hashchange', follow);
  document.addEventListener('submit', onSubmit);
  return () => {
    tellPage();
    window.removeEventListener('hashchange', follow);
    document.removeEventListener('submit', onSubmit);
  };
}

function followLink(figure: Figure, root: HTMLElement): void {
  const found = readLink(location.hash);
  if (!found) return;
  const { state, problems } = found;
  const isOther =
    state.figure !== undefined
      ? state.figure !== figure.id
      : state.request.scenario !== figure.$view.get().scenario;
  // Some other figure's; unless nobody can tell whose, then the first one says what is wrong.
  if (isOther && state.request.scenario !== '') return;
  figure.follow(state, problems);
  root.scrollIntoView({ block: 'start' });
}
