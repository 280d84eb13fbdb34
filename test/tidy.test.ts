// Holds the house to its floor plan. Each rule is first shown a planted fault that it must find.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  bannedCalls,
  codeLines,
  cycles,
  type Files,
  fileFaults,
  floorFaults,
  machinePaths,
  print,
  unreached,
} from './tools/tidy.ts';

const root = new URL('../', import.meta.url);
const textual = /\.(ts|tsx|mjs|astro|mdx?|json|css|svg|html|txt|ya?ml)$|^\.ci\/run$|^[^.]+$/;

/** Everything git would keep: committed files and new ones that no rule ignores. */
function house(): Files {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  const files: Files = new Map();
  for (const file of listed.split('\n')) {
    if (!textual.test(file) || file === '' || file === 'package-lock.json') continue;
    const path = new URL(file, root);
    // Listed and not there: deleted, and not yet committed so.
    const known = statSync(path, { throwIfNoEntry: false });
    if (known?.isFile() && known.size < 2_000_000) files.set(file, readFileSync(path, 'utf8'));
  }
  return files;
}

const files = house();
const virtual = (entries: Record<string, string>): Files => new Map(Object.entries(entries));
const why = (faults: { why: string }[]) => faults.map((fault) => fault.why).join('\n');

test('imports run downward', () => {
  expect(print(floorFaults(files))).toBe('');
});

test('no import leads back to its own file', () => {
  expect(print(cycles(files))).toBe('');
});

test('the engine calls nothing that differs between machines', () => {
  expect(print(bannedCalls(files))).toBe('');
});

test('files have names that say something, one subject, and tests that run', () => {
  expect(print(fileFaults(files))).toBe('');
});

test('every file is reached', () => {
  expect(print(unreached(files))).toBe('');
});

test('no file names a path of one machine', () => {
  expect(print(machinePaths(files))).toBe('');
});

// ── the rules themselves ──

test('an upward import is found', () => {
  const plant = (from: string, to: string) =>
    why(
      floorFaults(
        virtual({
          [from]: `import { x } from '#engine/${to}';`,
          [`src/engine/${to}`]: 'export const x = 1;',
        }),
      ),
    );
  expect(plant('src/engine/base/a.ts', 'wire/b.ts')).toContain('stands above');
  expect(plant('src/engine/trace/a.ts', 'wire/b.ts')).toContain('stands beside');
  expect(plant('src/engine/wire/a.ts', 'trace/b.ts')).toContain('stands beside');
  expect(plant('src/engine/proto/a.ts', 'net/b.ts')).toContain('stands above');
  expect(plant('src/engine/proto/a.ts', 'sim/b.ts')).toContain('no clock');
  expect(plant('src/engine/inspect/a.ts', 'export/b.ts')).toContain('stands beside');
  expect(plant('src/engine/export/a.ts', 'inspect/b.ts')).toBe('');
  expect(plant('src/engine/net/a.ts', 'proto/b.ts')).toBe('');
  expect(plant('src/engine/net/a.ts', 'net/b.ts')).toBe('');
  expect(plant('src/engine/loose.ts', 'base/b.ts')).toContain('no floor');
});

test('an upward import is found when it hides in a type, an export or a call', () => {
  const plant = (text: string) =>
    floorFaults(virtual({ 'src/engine/base/a.ts': text, 'src/engine/net/b.ts': '' })).length;
  expect(plant("import type { X } from '../net/b.ts';")).toBe(1);
  expect(plant("export * from '../net/b.ts';")).toBe(1);
  expect(plant("const b = import('../net/b.ts');")).toBe(1);
  expect(plant("type X = import('../net/b.ts').X;")).toBe(1);
  expect(plant("// import '../net/b.ts'")).toBe(0);
});

test('the course comes to the engine by one door', () => {
  const plant = (from: string, to: string, type = '') =>
    floorFaults(
      virtual({
        [from]: `import ${type}{ x } from '${to}';`,
        'src/engine/net/b.ts': '',
        'components/player/P.tsx': '',
        'components/author/N.astro': '',
        'content/playgrounds/one/b.ts': '',
      }),
    ).length;
  expect(plant('components/player/a.tsx', '#engine/net/b.ts')).toBe(1);
  expect(plant('components/player/a.tsx', '#engine/net/b.ts', 'type ')).toBe(0);
  expect(plant('components/engine/a.ts', '#engine/net/b.ts')).toBe(0);
  expect(plant('src/pages/a.astro', '#engine/net/b.ts')).toBe(1);
  expect(plant('content/chapters/a.mdx', '~components/player/P.tsx')).toBe(1);
  expect(plant('content/chapters/a.mdx', '~components/author/N.astro')).toBe(0);
  expect(plant('content/playgrounds/one/a.ts', './b.ts')).toBe(0);
  expect(plant('content/playgrounds/two/a.ts', '../one/b.ts')).toBe(1);
  expect(plant('content/playgrounds/one/a.ts', '#engine/net/b.ts')).toBe(1);
  expect(plant('src/engine/net/a.ts', '~components/player/P.tsx')).toBe(1);
  expect(plant('src/engine/net/a.ts', 'node:fs')).toBe(1);
});

test('a circle is found, and a circle of types is none', () => {
  const plant = (type: string) =>
    cycles(
      virtual({
        'src/engine/net/a.ts': "import { b } from './b.ts';",
        'src/engine/net/b.ts': `import ${type}{ a } from './a.ts';`,
      }),
    ).length;
  expect(plant('')).toBe(1);
  expect(plant('type ')).toBe(0);
});

test('banned calls are found, and the replacement is named', () => {
  const plant = (text: string, file = 'src/engine/net/a.ts') => why(bannedCalls(virtual({ [file]: text })));
  expect(plant('export const x = Math.random();')).toContain('base/random');
  for (const call of ['Math.log(2)', 'Math.exp(x)', 'Math.sin(1)', 'Math.hypot(3, 4)', 'Math.pow(2, 3)'])
    expect(plant(`f(${call})`), call).toContain('base/math');
  for (const call of ['Date.now()', 'new Date(0)', 'performance.now()'])
    expect(plant(`f(${call})`), call).toContain('now');
  for (const call of ['setTimeout(f, 1)', 'queueMicrotask(f)', 'Promise.resolve()', 'async () => 1'])
    expect(plant(`f(${call})`), call).toContain('(sim)');
  for (const call of [
    'a.localeCompare(b)',
    'n.toLocaleString()',
    'new Intl.NumberFormat()',
    'console.log(1)',
    'new Function("")',
    'eval("")',
    'document.title',
    'fetch("")',
    '2 ** n',
    'n ** 2',
  ])
    expect(plant(`f(${call})`), call).toContain('banned');
  expect(plant('new Promise(f)', 'src/engine/node/timers.ts')).toBe('');
});

test('what only looks like a banned call is left alone', () => {
  const plant = (text: string) => why(bannedCalls(virtual({ 'src/engine/net/a.ts': text })));
  expect(plant('f(Math.floor(x), Math.sqrt(x), 2 ** 32, 2n ** 64n, JSON.stringify(x))')).toBe('');
  expect(plant('host.fetch(a); const process = 1; f(process); const o = { location: 1 }; o.location;')).toBe(
    '',
  );
  expect(plant('// Math.random()\nconst text = "Date.now()";')).toBe('');
});

test('nameless files, overlong files and tests that do not run are found', () => {
  expect(why(fileFaults(virtual({ 'src/engine/net/types.ts': '' })))).toContain('says nothing');
  expect(why(fileFaults(virtual({ 'src/engine/net/index.ts': '' })))).toContain('says nothing');
  const long = (line: string) => why(fileFaults(virtual({ 'src/engine/net/a.ts': `${line}\n`.repeat(601) })));
  expect(long('f();')).toContain('601 lines');
  expect(long('// a reason')).toBe('');
  for (const mark of ['only', 'skip', 'todo'])
    expect(why(fileFaults(virtual({ 'test/a.test.ts': `test.${mark}('x', f)` })))).toContain(`.${mark}`);
  expect(codeLines('/* a\n b */\nf(\n  1,\n);\n\n// c\nconst s = `x\n\ny`;')).toBe(6);
});

test('a file that nobody reaches is found', () => {
  const faults = unreached(
    virtual({
      'test/a.test.ts': "import '../src/engine/net/b.ts';",
      'src/engine/net/b.ts': "import './c.ts';",
      'src/engine/net/c.ts': '',
      'src/engine/net/lost.ts': '',
    }),
  );
  expect(faults.map((fault) => fault.file)).toEqual(['src/engine/net/lost.ts']);
});

test('a machine path is found', () => {
  expect(machinePaths(virtual({ 'a.md': `see ${'/wo'}rk/x/y` })).length).toBe(1);
  expect(machinePaths(virtual({ 'a.md': 'networks/work/life' })).length).toBe(0);
});
