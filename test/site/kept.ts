// Progress as tests put it into a browser before a page looks.
import type { BrowserContext, Page } from '@playwright/test';

export const KEY = 'roundtrip';
export const chapter = '0-one-request';
const DAY = 86_400_000;

export const mark = (at = 1) => ({ at, read: true, by: 'view' });
export const card = (due: number) => ({
  at: 1,
  due,
  stability: 3,
  difficulty: 5,
  state: 2,
  reps: 2,
  lapses: 0,
  step: 0,
  days: 3,
  last: Math.max(0, due - 3 * DAY),
});

/** A reader in the middle of chapter 0: three cards due, one that comes tomorrow, the others in forty days. */
export function reader(now: number) {
  const others = [
    'faster-code',
    'stub-resolver',
    'off-the-path',
    'way-out',
    'answers-find-her',
    'far-or-big',
    'nobody-by-that-name',
    'three-prices',
  ];
  return {
    version: 2,
    chapters: {
      [chapter]: {
        read: { 'where-does-the-time-go': mark(), 'who-is-who': mark() },
        answers: { 'second-visit': { at: 1, right: true, tries: 1, given: 'a' } },
        guesses: { whom: { at: 1, choice: '1', right: true } },
        solved: {},
      },
    },
    cards: {
      [`${chapter}/three-waits`]: card(now - 3 * DAY),
      [`${chapter}/who-walks`]: card(now - 2 * DAY),
      [`${chapter}/silence`]: card(now - DAY),
      [`${chapter}/refused`]: card(now + DAY),
      ...Object.fromEntries(others.map((id) => [`${chapter}/${id}`, card(now + 40 * DAY)])),
    },
    settings: {},
  };
}

/** Lays a text into the storage, once: what the page writes afterwards stays. */
export async function lay(context: BrowserContext, text: string): Promise<void> {
  await context.addInitScript(
    ([key, value]) => {
      if (sessionStorage.getItem('laid')) return;
      sessionStorage.setItem('laid', '1');
      localStorage.setItem(key!, value!);
    },
    [KEY, text],
  );
}

export const kept = (page: Page) =>
  page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? 'null'), KEY);

/** What the page complains about. */
export function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  return heard;
}
