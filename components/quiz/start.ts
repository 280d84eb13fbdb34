// Waits until a quiz is nearly in sight, or used, and then loads what makes it live. Without that it can be read.
import type { QuizData } from './item.ts';

for (const root of document.querySelectorAll<HTMLElement>('[data-quiz]')) {
  const load = async () => {
    for (const name of uses) root.removeEventListener(name, load);
    near.disconnect();
    if (root.dataset.state !== undefined) return;
    root.dataset.state = 'coming';
    try {
      const { bringToLife } = await import('./live.tsx');
      const data = document.getElementById(root.dataset.quiz!)!.textContent!;
      await bringToLife(root, JSON.parse(data) as QuizData);
      root.dataset.state = 'live';
    } catch {
      // All questions, with their answers to unfold, as for readers without script.
      root.dataset.state = 'failed';
    }
  };
  const uses = ['focusin', 'pointerdown'];
  for (const name of uses) root.addEventListener(name, load);
  const near = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && load(), {
    rootMargin: '600px',
  });
  near.observe(root);
  const follow = () => {
    if (!location.hash.startsWith('#quiz/')) return;
    root.scrollIntoView();
    void load();
  };
  follow();
  addEventListener('hashchange', follow);
}
