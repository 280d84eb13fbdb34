// Finds a Chromium for the browser tests, so that `npm test` needs nothing installed beforehand.
// Order: what the caller names; one on the machine; Playwright's own; the packed one from npm; and if nothing answers,
// one that an installer can bring.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Flags for a machine where tests run as root and the network may be closed. */
export const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const names = ['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'];
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function works(file: string | undefined): file is string {
  if (!file || !existsSync(file)) return false;
  try {
    execFileSync(file, ['--version', '--no-sandbox'], { stdio: 'ignore', timeout: 20_000 });
    return true;
  } catch {
    return false; // present but not startable (a missing library): look on
  }
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return (
    names.flatMap((name) => folders.map((folder) => join(folder, name))).find(works) ?? places.find(works)
  );
}

async function playwrights(): Promise<string | undefined> {
  const { chromium } = await import('@playwright/test');
  const file = chromium.executablePath();
  return works(file) ? file : undefined;
}

async function packed(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  // The package unpacks the libraries that a bare machine lacks only where it believes to be on its cloud.
  process.env.AWS_LAMBDA_JS_RUNTIME ??= 'nodejs22.x';
  const { default: chromium } = await import('@sparticuz/chromium');
  const file = await chromium.executablePath();
  return works(file) ? file : undefined;
}

function attempt(command: string, ...args: string[]): void {
  try {
    execFileSync(command, args, {
      stdio: 'ignore',
      timeout: 300_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  } catch {
    // The next way, or the error at the end, says what is missing.
  }
}

export async function findChromium(): Promise<string> {
  const named = process.env.CHROMIUM ?? process.env.CHROME_PATH;
  if (works(named)) return named;
  const present = onPath() ?? (await playwrights()) ?? (await packed());
  if (present) return present;
  attempt('npx', 'playwright', 'install', 'chromium');
  const fetched = await playwrights();
  if (fetched) return fetched;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    attempt('apt-get', 'update');
    attempt('apt-get', 'install', '-y', '--no-install-recommends', 'chromium');
    const installed = onPath();
    if (installed) return installed;
  }
  throw new Error('No Chromium found. Name one with CHROMIUM=/path/to/chromium.');
}
