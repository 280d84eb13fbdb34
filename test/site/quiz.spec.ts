// Quizzes in a browser. First every kind of question by itself, over items made by hand (test/components/quiz-items.ts):
// keyboard, screen reader, phone. Then the quiz of a built chapter: without script, by keyboard from the first question
// to the last, on a second visit, in two tabs, with a storage that keeps nothing.
import { expect, type Page, test } from '@playwright/test';
import { axe } from './axe.ts';
import { type Bundled, bundlePage } from './bundle.ts';

let bundled: Bundled;

test.beforeAll(async () => {
  bundled = await bundlePage(new URL('../components/quiz-harness.tsx', import.meta.url), 'Quiz');
});

async function open(page: Page, query: string): Promise<void> {
  await bundled.serve(page.context());
  page.on('pageerror', (error) => expect(error.message).toBe(''));
  await page.goto(`${bundled.origin}?${query}`);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
}

const check = (page: Page) => page.getByRole('button', { name: 'Check' });
const status = (page: Page) =>
  page.locator('.quiz-buttons').locator('xpath=preceding-sibling::*[@role="status"]');
const kept = (page: Page) =>
  page.evaluate(() => (window as unknown as { answers: Record<string, unknown> }).answers);

test.describe('one kind at a time', () => {
  test('a choice: unready, wrong with its reason, right; a live line says it', async ({ page }) => {
    await open(page, 'only=choice,text');
    await expect(page.getByRole('group', { name: 'Which one?' })).toBeVisible();
    await check(page).click();
    await expect(page.getByText('Choose one first')).toHaveCount(2);
    expect(await kept(page)).toEqual({});
    await page.getByRole('radio', { name: 'Blue' }).check();
    await check(page).click();
    const blue = page.getByRole('radio', { name: 'Blue' });
    await expect(blue).toHaveAccessibleDescription(/Not this one\. Blue is wrong\. Read “Break it”/);
    await expect(status(page)).toHaveText('Blue: Not this one. Blue is wrong.');
    expect(await kept(page)).toEqual({ choice: { right: false, tries: 1, given: 'Blue' } });
    // A change of mind takes the mark away, and Try again empties the question.
    await page.getByRole('radio', { name: 'Red' }).check();
    await expect(page.getByText('Blue is wrong.')).toHaveCount(0);
    await check(page).click();
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
    await expect(page.getByRole('radio').first()).toBeFocused();
    await page.getByRole('radio', { name: 'Green' }).check();
    await check(page).click();
    await expect(status(page)).toHaveText('Green: Right. Because of choice.');
    // Missed at the first try, so it comes again.
    expect(await kept(page)).toEqual({ choice: { right: false, tries: 3, given: 'Green' } });
    await expect(page.getByRole('button', { name: 'Next question' })).toBeFocused();
  });

  test('several: what is right says no more than that before all are found', async ({ page }) => {
    await open(page, 'only=several');
    await page.getByRole('checkbox', { name: 'One' }).check();
    await page.getByRole('checkbox', { name: 'Four' }).check();
    await check(page).click();
    await expect(status(page)).toHaveText('Four: No. Four is wrong. Also, one is missing.');
    await expect(page.getByText('One is right.')).toHaveCount(0);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('checkbox', { name: 'Four' }).uncheck();
    await page.getByRole('checkbox', { name: 'Three' }).check();
    await check(page).click();
    await expect(page.getByText('One is right.').first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Finish' })).toBeFocused();
  });

  test('an order: arrow keys move a row, the focus goes with it, a live line says where', async ({
    page,
  }) => {
    await open(page, 'only=order');
    const rows = page.getByRole('listitem');
    const texts = async () => (await rows.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, '').trim());
    expect(await texts()).toEqual(['third', 'first', 'fourth', 'second']);
    await page.getByRole('button', { name: 'Move up: first' }).focus();
    await page.keyboard.press('ArrowUp');
    expect((await texts())[0]).toBe('first');
    await expect(page.getByRole('button', { name: 'Move up: first' })).toBeFocused();
    await expect(page.getByText('first: now 1 of 4.')).toHaveCount(1);
    await page.keyboard.press('ArrowUp');
    expect((await texts())[0]).toBe('first');
    await check(page).click();
    await expect(status(page)).toHaveText('third: Too early. third comes later.');
    await page.getByRole('button', { name: 'Move down: third' }).click();
    await page.getByRole('button', { name: 'Move up: second' }).press('ArrowUp');
    expect(await texts()).toEqual(['first', 'fourth', 'second', 'third']);
    await page.getByRole('button', { name: 'Move down: fourth' }).press('ArrowDown');
    await page.getByRole('button', { name: 'Move down: fourth' }).press('ArrowDown');
    expect(await texts()).toEqual(['first', 'second', 'third', 'fourth']);
    await check(page).click();
    await expect(status(page)).toHaveText('Right. Because of order.');
  });

  test('pairs are chosen from lists that have names', async ({ page }) => {
    await open(page, 'only=match');
    await check(page).click();
    await expect(status(page)).toHaveText('Choose one for each.');
    await page.getByRole('combobox', { name: 'cat' }).selectOption('purrs');
    await page.getByRole('combobox', { name: 'dog' }).selectOption('sings');
    await check(page).click();
    await expect(page.getByRole('combobox', { name: 'dog' })).toHaveAccessibleDescription(/A dog does not/);
    await page.getByRole('combobox', { name: 'dog' }).selectOption('barks');
    await check(page).click();
    await expect(status(page)).toContainText('Right. Because of match.');
  });

  test('a number: unreadable is no try, a slip is told, other units count', async ({ page }) => {
    await open(page, 'only=number');
    const field = page.getByRole('textbox', { name: 'Your answer, in ms' });
    await field.fill('3 kB');
    await field.press('Enter');
    await expect(status(page)).toContainText('That is a number of bytes');
    expect(await kept(page)).toEqual({});
    await field.fill('152');
    await field.press('Enter');
    await expect(status(page)).toHaveText('Not quite. One round trip short.');
    await field.fill('0.2 s');
    await field.press('Enter');
    await expect(status(page)).toHaveText('Right. Because of number.');
    await expect(page.getByRole('button', { name: 'Finish' })).toBeFocused();
  });

  test('a text, and its answer when it is asked for', async ({ page }) => {
    await open(page, 'only=text');
    await page.getByRole('textbox', { name: 'Your answer' }).fill('ping');
    await page.keyboard.press('Enter');
    await expect(status(page)).toHaveText('Not quite. That is a program.');
    await page.getByRole('button', { name: 'Show the answer' }).click();
    await expect(status(page)).toHaveText('The answer is Round trip. Because of text.');
    await expect(page.getByRole('textbox')).toHaveValue('Round trip');
  });

  test('a packet, a field, a byte and a machine are radio buttons with names', async ({ page }) => {
    await open(page, 'only=packet,field,byte,machine');
    await page.getByRole('radio', { name: /0\.0 milliseconds, TCP, Laptop to Server SYN$/ }).check();
    await check(page).click();
    await expect(status(page)).toHaveText('Packet 4: Not here. That one asks.');
    await page.getByRole('radio', { name: /SYN-ACK/ }).check();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Time to live 64 hops left' }).check();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'byte 14: 45' }).check();
    // Down one line, on a screen with sixteen bytes a line, then left.
    await page.keyboard.press('ArrowDown');
    await expect(page.getByRole('radio', { name: 'byte 30: c0' })).toBeChecked();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    await expect(page.getByRole('radio', { name: 'byte 22: 40' })).toBeChecked();
    await page.keyboard.press('Enter');
    await expect(status(page)).toHaveText('Byte 22: Right. Because of byte.');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Router' }).check();
    await page.keyboard.press('Enter');
    await expect(status(page)).toHaveText('Router: Right. Because of machine.');
  });

  test('another one of a generated item, by button and by link; without an engine it says so', async ({
    page,
  }) => {
    await open(page, 'only=choice,number&made=number#quiz/number/12');
    await expect(page.getByRole('group', { name: 'Another one, number 12?' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'no. 12' })).toHaveAttribute('href', '#quiz/number/12');
    await page.getByRole('textbox').fill('200 ms');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Another one' }).click();
    await expect(page.getByRole('group', { name: 'Another one, number 13?' })).toBeVisible();
    await page.goto(`${bundled.origin}?only=number&made=number&broken`);
    await page.getByRole('button', { name: 'Show the answer' }).click();
    await page.getByRole('button', { name: 'Another one' }).click();
    await expect(page.getByText('Another one could not be made.')).toBeVisible();
  });

  test('only what was missed comes again, at the end and on the next visit', async ({ page }) => {
    await open(page, 'only=choice,text,number');
    await page.getByRole('button', { name: 'Show the answer' }).click();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').fill('rtt');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').fill('202');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect(page.getByText('2 of 3 right at the first try.')).toBeFocused();
    await page.getByRole('button', { name: 'Ask it again' }).click();
    await expect(page.getByText('Missed before: 1 of 1')).toBeVisible();
    await page.getByRole('radio', { name: 'Green' }).check();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect(page.getByText('All 3 are right.')).toBeFocused();
    await page.getByRole('button', { name: 'Start over' }).click();
    await expect(page.getByText('Question 1 of 3')).toBeVisible();
    const was = {
      choice: { right: true, tries: 1 },
      text: { right: false, tries: 2 },
      number: { right: true, tries: 1 },
    };
    await page.goto(
      `${bundled.origin}?only=choice,text,number&kept=${encodeURIComponent(JSON.stringify(was))}`,
    );
    await expect(page.getByText('Missed before: 1 of 1')).toBeVisible();
    await expect(page.getByRole('group', { name: 'What is it called?' })).toBeVisible();
  });

  for (const theme of ['light', 'dark']) {
    for (const width of [320, 390, 700]) {
      test(`all kinds are accessible and fit at ${width}, ${theme}`, async ({ page }) => {
        test.slow();
        await page.setViewportSize({ width, height: 800 });
        await open(page, `theme=${theme}`);
        for (let i = 0; i < 10; i++) {
          for (const step of ['asking', 'shown']) {
            const { violations } = await axe(page).analyze();
            const said = violations.map(
              ({ id, nodes }) => `${step} ${id}: ${nodes.map(({ html }) => html).join(' ')}`,
            );
            expect(said).toEqual([]);
            expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
              width,
            );
            if (step === 'asking') await page.getByRole('button', { name: 'Show the answer' }).click();
          }
          await page.locator('button[type=submit]').click();
        }
        await expect(page.getByText('0 of 10 right at the first try.')).toBeVisible();
        expect((await axe(page).analyze()).violations).toEqual([]);
      });
    }
  }

  test('targets are large enough for a finger', async ({ browser }) => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 800 },
      hasTouch: true,
      isMobile: true,
    });
    const page = await context.newPage();
    await open(page, '');
    for (let i = 0; i < 10; i++) {
      const boxes = await page
        .locator('.quiz :is(button, select, input[type=text], label)')
        .evaluateAll((nodes) =>
          nodes.map((node) => {
            const { width, height } = node.getBoundingClientRect();
            return { what: node.outerHTML.slice(0, 80), width, height };
          }),
        );
      for (const { what, width, height } of boxes) {
        // Labels of lists are no targets of their own; bytes are as wide as eight of them fit.
        if (what.startsWith('<label for="quiz-match')) continue;
        expect(height, what).toBeGreaterThanOrEqual(43.9);
        expect(width, what).toBeGreaterThanOrEqual(what.includes('quiz-byte') ? 40 : 43.9);
      }
      await page.getByRole('button', { name: 'Show the answer' }).click();
      await page.locator('button[type=submit]').click();
    }
    await context.close();
  });
});

const chapter = '/chapters/0-one-request/';
const quizOf = (page: Page) => page.locator('.quiz');
const total = 8;

async function visit(page: Page): Promise<void> {
  await page.goto(chapter);
  await quizOf(page).scrollIntoViewIfNeeded();
  await expect(quizOf(page)).toHaveAttribute('data-state', 'live');
}

/** The number of the question that is asked; nothing at the end. */
async function asked(page: Page): Promise<string> {
  return ((await quizOf(page).locator('.quiz-number').first().textContent()) ?? '').trim();
}

test.describe('the quiz of a chapter', () => {
  test('without script all questions stand there, and their answers unfold', async ({ browser }) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(chapter);
    const quiz = quizOf(page);
    await expect(quiz.locator('form')).toHaveCount(total);
    for (const form of await quiz.locator('form').all()) {
      await expect(form.locator('fieldset')).toBeVisible();
      const answer = form.locator('details');
      await expect(answer).toBeVisible();
      await answer.locator('summary').click();
      // biome-ignore lint/performance/useDomNodeTextContent: what is seen is the question
      const words = (await answer.innerText()).replace('Show the answer', '').trim();
      expect(words.length, words).toBeGreaterThan(60);
      await expect(answer.getByRole('link').first()).toHaveAttribute('href', /^#/);
    }
    // Nothing to press that does nothing.
    await expect(quiz.getByRole('button')).toHaveCount(0);
    await context.close();
  });

  test('coming to life changes nothing that is seen', async ({ browser }) => {
    const context = await browser.newContext({
      viewport: { width: 1440, height: 900 },
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    // Without what makes it live, it stays as the build wrote it.
    await page.route(/\/live\.[\w-]+\.js$/, () => {});
    await page.goto(chapter);
    await quizOf(page).scrollIntoViewIfNeeded();
    await page.evaluate(() => document.fonts.ready);
    const look = async () => ({
      // biome-ignore lint/performance/useDomNodeTextContent: what is seen is the question
      text: await quizOf(page).innerText(),
      box: await quizOf(page).evaluate((node) => node.getBoundingClientRect().height),
      picture: (await quizOf(page).screenshot()).toString('base64'),
    });
    const before = await look();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await visit(page);
    expect(await look()).toEqual(before);
    expect(before.text).toContain('Question 1 of');
    expect(before.text).not.toContain('Question 2 of');
    await context.close();
  });

  test('what was ticked before it came to life stays ticked', async ({ page }) => {
    let release = () => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    await page.route(/\/live\.[\w-]+\.js$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(chapter);
    const radio = quizOf(page).getByRole('radio').nth(2);
    await radio.check();
    release();
    await expect(quizOf(page)).toHaveAttribute('data-state', 'live');
    await expect(quizOf(page).getByRole('button', { name: 'Check' })).toBeEnabled();
    await expect(quizOf(page).getByRole('radio').nth(2)).toBeChecked();
    await expect(quizOf(page).getByRole('radio').nth(2)).toBeFocused();
  });

  test('when it cannot come to life, it can be read', async ({ page }) => {
    await page.route(/\/live\.[\w-]+\.js$/, (route) => route.abort());
    await page.goto(chapter);
    await quizOf(page).scrollIntoViewIfNeeded();
    await expect(quizOf(page)).toHaveAttribute('data-state', 'failed');
    await expect(quizOf(page).locator('details')).toHaveCount(total);
    await expect(quizOf(page).locator('details').last()).toBeVisible();
  });

  test('with the keyboard alone, from the first question to the end', async ({ page }) => {
    await visit(page);
    await quizOf(page).locator('legend').focus();
    const seen: string[] = [];
    for (let turn = 0; turn < total * 2; turn++) {
      const now = await asked(page);
      if (!now.startsWith('Question')) break;
      seen.push(now);
      await page.keyboard.press('Tab');
      const control = await page.evaluate(() => {
        const { tagName, type } = document.activeElement as HTMLInputElement;
        return `${tagName} ${type}`;
      });
      if (control === 'INPUT radio' || control === 'INPUT checkbox') await page.keyboard.press('Space');
      else if (control === 'INPUT text') await page.keyboard.type('197 ms');
      else if (control.startsWith('SELECT')) {
        for (const select of await quizOf(page).locator('select').all()) {
          await expect(select).toBeFocused();
          await page.keyboard.press('ArrowDown');
          await page.keyboard.press('Tab');
        }
      } else await page.keyboard.press('ArrowDown');
      // On to Check, then to Show the answer if it was not right, then on.
      const to = async (name: RegExp) => {
        for (let i = 0; i < 20; i++) {
          const text = await page.evaluate(() => document.activeElement?.textContent ?? '');
          if (name.test(text)) return;
          await page.keyboard.press('Tab');
        }
        throw new Error(`no ${name} within 20 tabs of ${now}`);
      };
      await to(/^Check$/);
      await page.keyboard.press('Enter');
      await to(/^(Try again|Next question|Finish)$/);
      if (await quizOf(page).getByRole('button', { name: 'Try again' }).isVisible()) {
        await to(/^Show the answer$/);
        await page.keyboard.press('Enter');
      }
      await to(/^(Next question|Finish)$/);
      await page.keyboard.press('Enter');
    }
    expect(seen).toEqual(Array.from({ length: total }, (_, i) => `Question ${i + 1} of ${total}`));
    expect(await asked(page)).toBe('End of the quiz');
    await expect(quizOf(page).locator('.quiz-end')).toBeFocused();
  });

  test('a second visit asks what is open, then what was missed, in an order of the reader’s own', async ({
    page,
  }) => {
    await visit(page);
    const quiz = quizOf(page);
    await quiz.getByRole('button', { name: 'Show the answer' }).click();
    await quiz.locator('button[type=submit]').click();
    await visit(page);
    expect(await asked(page)).toBe(`Question 2 of ${total}`);
    for (let i = 1; i < total; i++) {
      await quiz.getByRole('button', { name: 'Show the answer' }).click();
      await quiz.locator('button[type=submit]').click();
    }
    await expect(quiz.getByText(`0 of ${total} right`)).toBeVisible();
    await visit(page);
    expect(await asked(page)).toBe(`Missed before: 1 of ${total}`);
  });

  test('two tabs keep each other’s answers', async ({ context }) => {
    const one = await context.newPage();
    const two = await context.newPage();
    await visit(one);
    await visit(two);
    const show = (page: Page) => quizOf(page).getByRole('button', { name: 'Show the answer' }).click();
    const next = (page: Page) => quizOf(page).locator('button[type=submit]').click();
    await show(one);
    await next(one);
    await show(one);
    // The other tab answers the first one as well, and does not ask what is answered already.
    await show(two);
    await next(two);
    expect(await asked(two)).toBe(`Question 3 of ${total}`);
    await show(two);
    await visit(one);
    expect(await asked(one)).toBe(`Question 4 of ${total}`);
  });

  test('with a storage that keeps nothing it works for the visit, and says so', async ({ page }) => {
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    });
    await visit(page);
    const quiz = quizOf(page);
    for (let i = 0; i < total; i++) {
      await quiz.getByRole('button', { name: 'Show the answer' }).click();
      await quiz.locator('button[type=submit]').click();
    }
    await expect(quiz.getByText(`0 of ${total} right`)).toBeVisible();
    await expect(quiz.locator('.quiz-rest').last()).toContainText(/visit|leave|full|keep/);
  });

  test('another generated question is run in the page, and a link to it opens it', async ({ page }) => {
    await page.goto(`${chapter}#quiz/any-visit/12`);
    const group = quizOf(page).getByRole('group').first();
    await expect(group).toContainText('Maya opens a page of ChaiCart');
    await expect(quizOf(page).getByRole('link', { name: 'no. 12' })).toBeVisible();
    const asking = (await quizOf(page).locator('legend').textContent()) ?? '';
    const times = [...asking.matchAll(/([\d,]+)\sms/g)].map(([, text]) => Number(text!.replace(',', '')));
    const [trip, work, name = 0] = times as [number, number, number?];
    await quizOf(page)
      .getByRole('textbox')
      .fill(`${name + 2 * trip + work} ms`);
    await page.keyboard.press('Enter');
    await expect(quizOf(page).locator('.quiz-verdict')).toContainText('Right.');
    await page.reload();
    // Until the quiz is taken over from the page, all its questions stand in it as plain reading.
    await expect(quizOf(page).getByRole('link', { name: 'no. 12' })).toBeVisible();
    await expect(quizOf(page).locator('legend')).toHaveText(asking.replace(/\s+/g, ' '));
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`is accessible from the first question to the end, ${colorScheme}`, async ({ browser }) => {
      test.slow();
      const context = await browser.newContext({
        colorScheme,
        reducedMotion: 'reduce',
        viewport: { width: 390, height: 844 },
      });
      const page = await context.newPage();
      await visit(page);
      // Each kind as it is asked is tried above; here it is what stands below the answer, and the end.
      for (let i = 0; i <= total; i++) {
        if (i < total) await quizOf(page).getByRole('button', { name: 'Show the answer' }).click();
        const { violations } = await axe(page).include('.quiz').analyze();
        expect(violations.map(({ id, nodes }) => `${i} ${id} ${nodes[0]?.html}`)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
        if (i < total) await quizOf(page).locator('button[type=submit]').click();
      }
      await context.close();
    });
  }
});
