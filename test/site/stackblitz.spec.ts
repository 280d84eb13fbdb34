// What StackBlitz is sent: the form is taken from the browser, its files are written to a folder, and its start script is
// run there as StackBlitz would. What it prints is what the simulated network prints here.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BrowserContext, expect, type Page, type Request, test } from '@playwright/test';
import { play } from '../../src/cli/play.ts';

const projects = fileURLToPath(new URL('../../content/playgrounds/', import.meta.url));
const names = readdirSync(projects).sort();
/** What a form may weigh: servers often refuse more than a megabyte. Bytes. */
const MOST_SENT = 1_000_000;

/** Nothing leaves for StackBlitz; what would have is given. */
async function intercept(context: BrowserContext): Promise<Request[]> {
  const sent: Request[] = [];
  context.on('page', (tab) => {
    tab.on('load', () => void (tab.url().startsWith('https://stackblitz.com/') && tab.close()));
  });
  await context.route('https://stackblitz.com/**', (route, request) => {
    sent.push(request);
    return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>StackBlitz</title>' });
  });
  return sent;
}

async function open(page: Page, name: string): Promise<void> {
  await page.goto(`/playgrounds/${name}/`);
  await page.locator('.pg').scrollIntoViewIfNeeded();
  await expect(page.locator('astro-island:has(.pg)')).not.toHaveAttribute('ssr');
}

const button = (page: Page) => page.getByRole('button', { name: 'Open in StackBlitz' });

/** Presses the button, and gives the form that the new tab was opened with. */
async function pressed(page: Page, sent: readonly Request[]): Promise<URLSearchParams> {
  const before = sent.length;
  await expect(async () => {
    // on a machine that is slow the first press only loads the simulator, and says so
    await button(page).click();
    await expect.poll(() => sent.length, { timeout: 5_000 }).toBeGreaterThan(before);
  }).toPass();
  return formOf(sent.at(-1)!);
}

function formOf(request: Request): URLSearchParams {
  expect(request.method()).toBe('POST');
  expect(request.postDataBuffer()!.length).toBeLessThan(MOST_SENT);
  return new URLSearchParams(request.postData()!);
}

function filesOf(form: URLSearchParams): Map<string, string> {
  const files = new Map<string, string>();
  for (const [key, text] of form) {
    const path = /^project\[files\]\[(.+)\]$/.exec(key)?.[1];
    // a form's lines end with CR LF
    if (path !== undefined) files.set(path, text.replaceAll('\r\n', '\n'));
  }
  return files;
}

const folders: string[] = [];
test.afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Writes the files, installs nothing, because they name nothing, and runs the start script. */
async function runThere(files: ReadonlyMap<string, string>): Promise<{ stdout: string; stderr: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'stackblitz-'));
  folders.push(folder);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const manifest = JSON.parse(files.get('package.json')!);
  expect(manifest.dependencies ?? {}).toEqual({});
  expect(manifest.devDependencies ?? {}).toEqual({});
  const [command, ...args] = manifest.scripts.start.split(' ');
  expect(command).toBe('node');
  const env = { PATH: process.env['PATH'], HOME: folder };
  return promisify(execFile)(process.execPath, args, { cwd: folder, env });
}

async function runHere(name: string): Promise<string> {
  let printed = '';
  await play([projects + name], (_, text) => {
    printed += text;
  });
  return printed;
}

test('every project: what is sent is the reader’s files and the simulator, and prints there what it prints here', async ({
  page,
  context,
}) => {
  test.setTimeout(300_000);
  const sent = await intercept(context);
  for (const name of names) {
    await open(page, name);
    const form = await pressed(page, sent);
    expect(form.get('project[template]')).toBe('node');
    const files = filesOf(form);
    for (const file of readdirSync(projects + name)) {
      if (file === 'package.json' || file === 'README.md') continue;
      expect(files.get(file), file).toBe(readFileSync(`${projects}${name}/${file}`, 'utf8'));
    }
    expect(files.get('README.md')).toContain('## On StackBlitz');
    const { stdout, stderr } = await runThere(files);
    expect(stderr, name).toBe('');
    expect(stdout, name).toBe(await runHere(name));
  }
});

test('what the reader has changed is what is sent', async ({ page, context }) => {
  const sent = await intercept(context);
  await open(page, 'tiny-server');
  await page.evaluate(() => localStorage.clear());
  await page.getByRole('button', { name: 'Edit' }).click();
  const editor = page.locator('.cm-content');
  await expect(editor).toBeFocused();
  await page.keyboard.press('Control+Home');
  await page.keyboard.type('// mine\n');
  const files = filesOf(await pressed(page, sent));
  expect(files.get('server.js')).toMatch(/^\/\/ mine\n/);
  expect((await runThere(files)).stdout).toContain('/health: 200');
});

test('on request it opens in the page, with the same form', async ({ page, context }) => {
  const sent = await intercept(context);
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) violations.push(message.text());
  });
  await open(page, 'tiny-server');
  await pressed(page, sent);
  await page.bringToFront();
  const before = sent.length;
  await page.getByRole('button', { name: 'Show StackBlitz in this page' }).click();
  await expect.poll(() => sent.length).toBeGreaterThan(before);
  const request = sent.at(-1)!;
  expect(new URL(request.url()).searchParams.get('embed')).toBe('1');
  expect(filesOf(formOf(request)).get('roundtrip.mjs')).toBeDefined();
  await expect(page.getByTitle(/^StackBlitz: /)).toBeVisible();
  expect(violations).toEqual([]);
});

test('nothing of it loads before somebody asks for it', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await open(page, 'tiny-server');
  await page.waitForLoadState('networkidle');
  expect(asked.filter((url) => /roundtrip\.mjs|stackblitz/.test(url))).toEqual([]);
});
