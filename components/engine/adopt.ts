// What ties a figure to its page: the state in the page's address, and forms of the page that start it.
import type { Figure } from './figure.ts';
import { readLink } from './link.ts';
import { announce } from './living.ts';

/** Makes the figure known to the page. Gives the function that lets it go. */
export function adopt(figure: Figure, root: HTMLElement): () => void {
  root.dataset.live = '';
  const retire = announce(figure);
  const follow = () => followLink(figure, root);
  follow();
  // `<form data-plays="id">`: submitting it starts the run instead of leaving the page. A form with `data-until`, a moment
  // of the run, hears `roundtrip:arrived` there, or when the reader stops the run before.
  const start = (form: HTMLElement) => {
    delete form.dataset.waits;
    figure.seek(0);
    figure.play();
    root.scrollIntoView({ block: 'nearest' });
    if (form.dataset.until === undefined) return;
    const until = Number(form.dataset.until);
    const leave = [figure.$cursor, figure.$playing].map((one) => one.listen(look));
    function look(): void {
      if (figure.$playing.get() && figure.$cursor.get() < until) return;
      for (const stop of leave) stop();
      form.dispatchEvent(new Event('roundtrip:arrived'));
    }
  };
  const onSubmit = (event: SubmitEvent) => {
    const form = event.target as HTMLElement;
    if (form.dataset.plays !== figure.id) return;
    event.preventDefault();
    start(form);
  };
  // One that was submitted while the figure slept.
  const waiting = document.querySelector<HTMLElement>(`form[data-plays="${figure.id}"][data-waits]`);
  if (waiting) start(waiting);
  // A command in the prose (components/author/Try.astro), pressed now or while the figure slept.
  const onTry = (): void => {
    const { line, machine } = root.dataset;
    if (line === undefined) return;
    delete root.dataset.line;
    delete root.dataset.machine;
    figure.offer({ line, machine });
  };
  onTry();
  root.addEventListener('roundtrip:try', onTry);
  window.addEventListener('hashchange', follow);
  document.addEventListener('submit', onSubmit);
  return () => {
    retire();
    root.removeEventListener('roundtrip:try', onTry);
    window.removeEventListener('hashchange', follow);
    document.removeEventListener('submit', onSubmit);
  };
}

function followLink(figure: Figure, root: HTMLElement): void {
  const found = readLink(location.hash);
  if (!found) return;
  const { state, problems } = found;
  // Without a name it is for the page's first figure.
  const isOther =
    state.figure !== undefined ? state.figure !== figure.id : document.querySelector('.rt-player') !== root;
  if (isOther) return;
  figure.follow(state, problems);
  root.scrollIntoView({ block: 'start' });
}
