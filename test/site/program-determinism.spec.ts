// Programs of people print the same, at the same moments, and leave the same trace in Chromium as in Node: every
// playground, and one project of what engines tend to differ in.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { build, type Rollup } from 'vite';
import { shelf } from '../../src/cli/shelf.ts';

type Files = [name: string, text: string][];

interface Left {
  readonly digest: string;
  readonly printed: readonly string[];
}

const PLAYGROUNDS = new URL('../../content/playgrounds/', import.meta.url);
const entry = new URL('./program-digest.ts', import.meta.url).pathname;
const here = new URL('./program-here.ts', import.meta.url).pathname;
const texts = shelf();

const ODD: Files = [
  [
    'package.json',
    JSON.stringify({
      type: 'module',
      roundtrip: {
        scenario: 'workbench',
        processes: [
          { name: 'main', on: 'laptop', run: 'main.ts' },
          { name: 'common', on: 'app-1', run: 'common.cjs' },
          { name: 'syntax', on: 'app-2', run: 'syntax.js' },
        ],
      },
    }),
  ],
  [
    'lib.js',
    'export let n = 0; export function f(x) { n += 1; return x.y.z; } await null; export default [1];',
  ],
  [
    'main.ts',
    `import list, { f, n } from './lib.js';
import * as all from './lib.js';
import net from 'node:net';
import util from 'node:util';
try { f({} as never); } catch (error) { console.log((error as Error).stack, n); }
try { net.connect(99999); } catch (error) { console.log((error as Error).stack); }
console.log(all, list, Math.random(), new Date().toString(), Date.now(), performance.now(), Intl.DateTimeFormat().resolvedOptions().timeZone);
console.log(util.inspect(new Map([[{ a: 1n }, new Set([Symbol('x'), /r/g])]]), { depth: 4 }), [1.5, -0, , 3], new Error('shown', { cause: 'why' }));
setTimeout(() => console.log('timeout'), 3); setImmediate(() => console.log('immediate')); process.nextTick(() => console.log('tick'));
Promise.resolve().then(() => console.log('promise')); queueMicrotask(() => console.log('microtask'));
for await (const line of (async function* () { yield 'a'; yield 'b'; })()) console.log(line);
const { readable, writable } = new TransformStream(); const writer = writable.getWriter(); void writer.write('chunk'); void writer.close();
for await (const chunk of readable) console.log(chunk);
net.connect(9, 'app-1.chaicart.example').on('error', (error) => { console.log(error); throw new RangeError('at last'); });
`,
  ],
  [
    'common.cjs',
    `process.on('unhandledRejection', (reason) => { console.log('rejected', reason.message); setTimeout(() => null.x, 5); });
[3, 1, 2].sort((a, b) => { Promise.reject(new TypeError('in a callback')); return a - b; });
import('./none.js').catch((error) => console.log(error.code, error.message));
structuredClone(new Date(0)); console.log(typeof WeakRef, typeof WebSocket, Object.keys(globalThis).join());`,
  ],
  ['syntax.js', `console.log('never');\nconst a = {;\n`],
];

function playgrounds(): [name: string, files: Files][] {
  return readdirSync(PLAYGROUNDS, { withFileTypes: true })
    .filter((one) => one.isDirectory())
    .map(({ name }) => {
      const folder = new URL(`${name}/`, PLAYGROUNDS);
      return [
        name,
        readdirSync(folder)
          .sort()
          .map((file): [string, string] => [file, readFileSync(new URL(file, folder), 'utf8')]),
      ];
    });
}

function inNode(files: Files): Left {
  const out = execFileSync(process.execPath, [here], { input: JSON.stringify(files), encoding: 'utf8' });
  return JSON.parse(out) as Left;
}

async function bundle(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry, formats: ['iife'], name: 'roundtrip' },
      target: 'esnext',
    },
  })) as Rollup.RollupOutput[];
  return built[0]!.output[0].code;
}

let code = '';

test.beforeAll(async () => {
  code = await bundle();
});

for (const [name, files] of [...playgrounds(), ['what engines differ in', ODD] as const]) {
  test(name, async ({ page }) => {
    const inside = inNode(files as Files);
    expect(inside.printed.length).toBeGreaterThan(0);
    await page.goto('about:blank');
    const there = await page.evaluate(
      ([script, ...message]) =>
        new Promise<Left>((resolve) => {
          const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
          worker.onmessage = (event) => resolve(event.data as Left);
          worker.onerror = (event) => resolve({ digest: event.message, printed: [] });
          worker.postMessage({ shelf: message[0], files: message[1] });
        }),
      [code, [...texts], files] as const,
    );
    expect(there.printed).toEqual(inside.printed);
    expect(there.digest).toBe(inside.digest);
  });
}
