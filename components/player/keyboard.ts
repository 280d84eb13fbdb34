// The Player's keys: Space plays, arrows step, Shift with an arrow stays in the conversation, Home and End, Escape goes
// back one step, `?` lists them. A key belongs to the figure that has the focus, and to what is focused in it first.
import type { Figure } from '../engine/figure.ts';

export function listenToKeys(figure: Figure, root: HTMLElement): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.target as HTMLElement;
    if (isTyping(target) && event.key !== 'Escape') return;
    if (act(figure, event, target)) event.preventDefault();
  };
  root.addEventListener('keydown', onKey);
  return () => root.removeEventListener('keydown', onKey);
}

function isTyping(target: HTMLElement): boolean {
  return target.matches('input, textarea, select, [contenteditable]');
}

function act(figure: Figure, event: KeyboardEvent, target: HTMLElement): boolean {
  switch (event.key) {
    case ' ':
      // A button that has the focus is pressed by Space, as everywhere.
      if (target.matches('button, a, summary, [role="button"]') && !target.matches('.rt-play')) return false;
      if (figure.$playing.get()) figure.pause();
      else figure.play();
      return true;
    case 'ArrowLeft':
    case 'ArrowRight': {
      const by = event.key === 'ArrowRight' ? 1 : -1;
      if (event.shiftKey) figure.stepConversation(by);
      else figure.stepMoment(by);
      return true;
    }
    case 'Home':
      figure.seek(0);
      return true;
    case 'End':
      figure.seek(figure.$view.get().end);
      return true;
    case '?':
      figure.toggleMenu('keys');
      return true;
    case 'Escape':
      return back(figure, target);
    default:
      return false;
  }
}

/** One step back: menu, comparison, selection; then the key is the page's again. */
function back(figure: Figure, target: HTMLElement): boolean {
  const menu = figure.$menu.get();
  if (menu) {
    figure.toggleMenu(undefined);
    // The focus goes back to the word that opened it, not to the top of the page.
    const root = target.closest('.rt-player');
    const words =
      root?.querySelectorAll<HTMLElement>(`[data-menu="${menu}"], .rt-more-button, .rt-play`) ?? [];
    [...words].find((word) => word.getClientRects().length > 0)?.focus();
    return true;
  }
  if (figure.$before.get()) figure.setCompare(false);
  else if (figure.$packet.get() !== undefined) figure.selectPacket(undefined);
  else if (figure.$machine.get() !== undefined) figure.selectMachine(undefined);
  else if (figure.$channel.get() !== undefined) figure.selectChannel(undefined);
  else return false;
  return true;
}
