// Guesses: committing keeps one and starts the figure that follows; when the run has come to what was asked, the guess is
// set beside what it gave, and the answer unfolds under the figure. On the next visit, and in the other tab, the kept
// guess is shown with its day, and can be taken back. Kept are the words of the choice, so that they stay true when
// choices are written anew; `skipped` for a question that was passed over, nothing for a guess that was taken back.
import { $progress, keepGuess } from '../progress/store.ts';
import { judge, readGuess, type Verdict, writeGuess } from './guess-reading.ts';

const SKIPPED = 'skipped';
/** So long at most a reader waits for the run, in milliseconds: it may be a long one, or not start. */
const MAX_WAIT_MS = 6000;
const verdicts = { right: 'That is it.', wrong: 'Not quite.', low: 'Too low.', high: 'Too high.' };
const day = (at: number) =>
  new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });

for (const form of document.querySelectorAll<HTMLFormElement>('form.guess')) begin(form);

function begin(form: HTMLFormElement): void {
  const find = <T extends HTMLElement>(selector: string) => form.querySelector<T>(selector)!;
  const { chapter = '', question = '', right, truth, unit, within, plays } = form.dataset;
  const details = find<HTMLDetailsElement>('details');
  const said = find('.guess-said');
  const gave = find('.guess-gave');
  const bars = find('.guess-bars');
  const answer = find('.guess-answer');
  const end = find('.guess-end');
  const again = find<HTMLButtonElement>('.guess-again');
  const inputs = [...form.querySelectorAll('input')];
  const labels = inputs.map((input) => input.labels![0]!);
  const texts = labels.map((label) => label.textContent!.trim());
  const isTyped = unit !== undefined;
  /** The answer, under the figure that ran for it. */
  const told = document.createElement('div');
  told.className = 'guess-told bleed';
  /** The date of the guess that is shown. */
  let shown: number | undefined;
  /** The reader did it just now, here: it is said aloud, and the answer unfolds. */
  let isNow = false;
  let waiting = 0;

  // ── what the reader does ──

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const typed = isTyped ? readGuess(inputs[0]!.value, unit) : undefined;
    const chosen = isTyped ? -1 : inputs.findIndex(({ checked }) => checked);
    if (typed === undefined && chosen < 0) {
      // The figure that waits for this form shall not start.
      event.stopPropagation();
      const first = isTyped ? `Type a number first${unit && `, in ${unit}`}.` : 'Choose one first.';
      said.textContent = `${first} A wrong guess teaches more than none.`;
      inputs[0]!.focus();
      return;
    }
    // A figure that is not alive yet finds this when it wakes.
    if (plays) form.dataset.waits = '';
    if (typed !== undefined) keep(writeGuess(typed, unit!), verdictOn(typed) === 'right');
    else keep(texts[chosen]!, chosen === Number(right));
  });
  details.addEventListener('toggle', () => {
    if (details.open && form.dataset.done === undefined) keep(SKIPPED);
  });
  again.addEventListener('click', () => {
    keepGuess(chapter, question, '');
    inputs[0]!.focus();
  });

  function keep(choice: string, isRight?: boolean): void {
    isNow = true;
    keepGuess(chapter, question, choice, isRight);
    isNow = false;
  }

  // ── what is kept ──

  $progress.subscribe(({ chapters }) => {
    const guess = chapters[chapter]?.guesses[question];
    const at = guess && guess.choice !== '' ? guess.at : undefined;
    if (at === shown) return;
    if (shown !== undefined) reset();
    shown = at;
    if (at !== undefined) show(guess!.choice, isNow ? undefined : day(at));
  });

  /** `when` is the day of a guess that was kept; one that was made just now has none. */
  function show(choice: string, when: string | undefined): void {
    form.dataset.done = when === undefined ? 'now' : 'kept';
    for (const input of inputs) input.disabled = true;
    const chosen = isTyped ? 0 : texts.indexOf(choice);
    if (choice === SKIPPED) {
      said.textContent = when === undefined ? '' : `You skipped this one on ${when}.`;
      markRight();
    } else {
      const input = inputs[chosen];
      if (input && isTyped) input.value = choice.replace(/\u00a0.*$/, '');
      else if (input) {
        input.checked = true;
        labels[chosen]!.dataset.was = 'yours';
      }
      if (when === undefined && plays) {
        said.textContent = 'Now watch the run.';
        const tell = () => {
          clearTimeout(waiting);
          form.removeEventListener('roundtrip:arrived', tell);
          if (form.dataset.done !== 'now') return;
          confront(choice, chosen, when);
          unfoldUnder(plays);
        };
        form.addEventListener('roundtrip:arrived', tell);
        waiting = window.setTimeout(tell, MAX_WAIT_MS);
      } else confront(choice, chosen, when);
    }
    again.textContent = choice === SKIPPED ? 'Guess now' : 'Guess again';
    again.hidden = when === undefined;
    details.open = when === undefined && (choice === SKIPPED || !plays);
  }

  function unfoldUnder(id: string): void {
    const figure = document.getElementById(id)?.closest('figure');
    if (figure) {
      figure.after(told);
      told.append(bars, answer);
    } else details.open = true;
  }

  function confront(choice: string, chosen: number, when: string | undefined): void {
    markRight();
    const guess = document.createElement('strong');
    guess.textContent = choice;
    const number = isTyped ? readGuess(choice, unit) : Number(inputs[chosen]?.dataset.value ?? Number.NaN);
    const run = [...gave.childNodes].map((node) => node.cloneNode(true));
    const verdict = isTyped
      ? verdicts[verdictOn(number ?? 0)]
      : verdicts[chosen === Number(right) ? 'right' : 'wrong'];
    said.replaceChildren(
      'You guessed ',
      guess,
      when === undefined ? '. ' : ` on ${when}. `,
      ...run,
      ` ${verdict}`,
    );
    toScale(number, isTyped ? choice : inputs[chosen]?.dataset.text);
  }

  /** The guess and the run as two bars, where both are numbers. */
  function toScale(number: number | undefined, text = ''): void {
    const [mine, its] = bars.querySelectorAll('i');
    const value = Number(its!.dataset.value ?? Number.NaN);
    const most = Math.max(number ?? Number.NaN, value);
    if (!(most > 0)) return;
    mine!.nextElementSibling!.textContent = text;
    mine!.style.width = `${(number! / most) * 100}%`;
    its!.style.width = `${(value / most) * 100}%`;
    bars.hidden = false;
  }

  function markRight(): void {
    if (right !== undefined) labels[Number(right)]!.dataset.was = 'right';
  }

  function verdictOn(number: number): Verdict {
    return judge(number, Number(truth), Number(within));
  }

  function reset(): void {
    clearTimeout(waiting);
    delete form.dataset.done;
    delete form.dataset.waits;
    end.before(bars);
    details.append(answer);
    told.remove();
    said.textContent = '';
    bars.hidden = true;
    again.hidden = true;
    details.open = false;
    form.reset();
    for (const input of inputs) input.disabled = false;
    for (const label of labels) delete label.dataset.was;
  }
}
