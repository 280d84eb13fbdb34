// The playground without its drawing: projects and their notes, colours, output as lines, and what completion and find offer.
// What is kept, shared and run: playground-desk.test.ts.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modulesIn, offersAt, type Words } from '../../components/playground/completing.ts';
import { hitsOf } from '../../components/playground/find.ts';
import { spacesOf } from '../../components/playground/Notes.tsx';
import { type Chunk, MAX_LINE, MAX_LINES, OutputLog, piecesOf } from '../../components/playground/output.ts';
import { linesOfRuns, packPaint, paintCode, unpackPaint } from '../../components/playground/paint.ts';
import {
  filesFault,
  MAX_FILE_TEXT,
  MAX_FILES,
  nameFault,
  placeNotes,
  versionOf,
} from '../../components/playground/project.ts';
import { files, project, server } from './playground-project.ts';

describe('a project', () => {
  it('has notes at their lines, in order, wherever the lines have gone; a line that is gone takes its note along', () => {
    expect(placeNotes(project.notes, files[0]!).map(({ number, line }) => [number, line])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const moved = { name: 'server.js', text: `\n\n${server.replace("'node:http'", "'http'")}` };
    expect(placeNotes(project.notes, moved)).toEqual([{ number: 1, line: 4, text: 'Everywhere.' }]);
    expect(placeNotes(project.notes, files[1]!)).toEqual([]);
  });

  it('has a version that changes with a name, a text, and where one ends and the next begins', () => {
    const of = (...all: [string, string][]) => versionOf(all.map(([name, text]) => ({ name, text })));
    const versions = [
      of(['a', 'b']),
      of(['ab', '']),
      of(['a', 'c']),
      of(['b', 'a']),
      of(['a', ''], ['b', '']),
    ];
    expect(new Set(versions).size).toBe(versions.length);
    for (const version of versions) expect(version).toMatch(/^[\da-f]{8}$/);
  });

  it('takes no name that leaves its folder, hides, or is no file’s', () => {
    for (const name of ['server.js', 'lib/retry.mjs', 'a/b/c/d.ts', 'README', '.env'.slice(1), '__proto__'])
      expect(nameFault(name), name).toBeUndefined();
    for (const name of [
      '',
      '..',
      '../a',
      '/etc/passwd',
      'a//b',
      'a/',
      './a',
      '.env',
      'a b',
      'a\nb',
      'C:\\a',
      'é',
      'node_modules/x/index.js',
      'a/b/c/d/e.js',
      'x'.repeat(61),
    ])
      expect(nameFault(name), name).toMatch(/\.$/);
  });

  it('is bounded in files, in names and in texts', () => {
    expect(filesFault(files)).toBeUndefined();
    expect(filesFault([...files, files[0]!])).toContain('one name');
    expect(filesFault([{ name: 'a', text: 'x'.repeat(MAX_FILE_TEXT + 1) }])).toContain('longer');
    expect(filesFault([{ name: 'a', text: '\u0000' }])).toContain('characters');
    expect(filesFault([{ name: 'a', text: '\ud800' }])).toContain('characters');
    const many = (count: number, text = '') =>
      Array.from({ length: count }, (_, i) => ({ name: `${i}`, text }));
    expect(filesFault(many(MAX_FILES))).toBeUndefined();
    expect(filesFault(many(MAX_FILES + 1))).toContain('at most');
    expect(filesFault(many(5, 'x'.repeat(MAX_FILE_TEXT)))).toContain('longer');
  });
});

describe('notes beside code', () => {
  it('stand level with their lines, or below the one before', () => {
    const short = { line: 3, text: 'Short.' };
    expect(spacesOf([short])).toEqual([2]);
    const [, second] = spacesOf([short, { line: 4, text: 'Crowded.' }]);
    expect(second).toBeCloseTo(12 / 23);
    const [, far] = spacesOf([short, { line: 30, text: 'Far.' }]);
    expect(2 + 20 / 23 + far!).toBeCloseTo(29);
  });
});

describe('colours', () => {
  const anything = fc.string({ unit: fc.constantFrom(...`ab1 .'"\`/\\*\n{}()$[]=>:;,#-`), maxLength: 120 });

  it('paint every character of any text once, in order', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom('a.js', 'a.ts', 'a.json', 'a.md', 'LICENSE'), (text, name) => {
        const runs = paintCode(name, text);
        expect(runs.map((run) => run.text).join('')).toBe(text);
        const packed = packPaint(runs);
        const back = unpackPaint(text, packed);
        expect(back.map((run) => run.text).join('')).toBe(text);
        expect(packPaint(back)).toBe(packed);
        expect(linesOfRuns(runs).map((line) => line.map((run) => run.text).join(''))).toEqual(
          text.split('\n'),
        );
      }),
    );
  });

  it('are not led astray by what is packed', () => {
    expect(unpackPaint('abc', 'k1s1ZZ')).toEqual([
      { text: 'a', paint: 'k' },
      { text: 'bc', paint: 's' },
    ]);
    expect(unpackPaint('abc', 'nonsense')).toEqual([{ text: 'abc', paint: 'p' }]);
  });

  const painted = (name: string, text: string) =>
    paintCode(name, text)
      .filter(({ paint }) => paint !== 'p')
      .map(({ text, paint }) => `${paint}:${text}`);

  it('tell keywords, names, texts, numbers, comments and expressions apart', () => {
    expect(painted('a.js', "import { lookup as of } from 'node:http'; // x")).toEqual([
      'k:import',
      'k:as',
      'k:from',
      "s:'node:http'",
      'c:// x',
    ]);
    expect(painted('a.js', 'const of = { from: 1, get: a.delete() }; get(of)')).toEqual(['k:const', 'n:1']);
    expect(painted('a.js', 'a / 2 / b; x = /[/"]+/g.test(y)')).toEqual(['n:2', 's:/[/"]+/g']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what is painted
    expect(painted('a.js', 'const f = async (a) => `n ${a.if} ${`x`}`')).toEqual([
      'k:const',
      'k:async',
      'k:=>',
      's:`n ',
      's: ',
      's:`x`',
      's:`',
    ]);
    expect(painted('a.json', '{ "a": "b", "c": 1e3, "d": null }')).toEqual([
      'k:"a"',
      's:"b"',
      'k:"c"',
      'n:1e3',
      'k:"d"',
      'n:null',
    ]);
    expect(painted('a.md', '# Head\nsay `x` now\n')).toEqual(['k:# Head\n', 's:`x`']);
  });
});

describe('output', () => {
  const chunk = (text: string, more: Partial<Chunk> = {}): Chunk => ({
    program: 'a',
    stream: 'stdout',
    text,
    time: 0,
    ...more,
  });

  it('is the same lines however it was cut into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 8 })), (parts) => {
        const log = new OutputLog();
        for (const part of parts) log.add(chunk(part));
        const whole = new OutputLog();
        whole.add(chunk(parts.join('')));
        expect(log.shown().lines.map(({ text }) => text)).toEqual(
          whole.shown().lines.map(({ text }) => text),
        );
      }),
    );
  });

  it('keeps programs and streams apart, and each line the moment at which it began', () => {
    const log = new OutputLog();
    log.add(chunk('one ', { time: 1 }));
    log.add(chunk('oops\n', { stream: 'stderr', time: 2 }));
    log.add(chunk('other\n', { program: 'b', time: 3 }));
    log.add(chunk('line\nnext', { time: 4 }));
    expect(log.shown().lines.map(({ program, stream, time, text }) => [program, stream, time, text])).toEqual(
      [
        ['a', 'stdout', 1, 'one line'],
        ['a', 'stderr', 2, 'oops'],
        ['b', 'stdout', 3, 'other'],
        ['a', 'stdout', 4, 'next'],
      ],
    );
  });

  it('keeps the beginning of a flood, says how much was left out, and lets others speak', () => {
    const log = new OutputLog();
    log.add(chunk('x\n'.repeat(MAX_LINES + 7)));
    log.add(chunk('y'.repeat(MAX_LINE + 100), { program: 'b' }));
    const { lines, left } = log.shown();
    expect(lines.length).toBe(MAX_LINES + 1);
    expect(left.get('a')).toBe(7);
    expect(lines.at(-1)!.text.length).toBe(MAX_LINE);
  });

  it('has no terminal’s codes in it', () => {
    const log = new OutputLog();
    log.add(chunk('\u001b[31mred\u001b[0m\r\n\u0007bell\n'));
    expect(log.shown().lines.map(({ text }) => text)).toEqual(['red', 'bell']);
  });

  it('leads to the places that it names, in files that are there', () => {
    const names = ['server.js', 'lib/retry.ts'];
    expect(piecesOf('    at run (file:///app/lib/retry.ts:12:7)', names)).toEqual([
      '    at run (',
      { text: 'lib/retry.ts:12:7', place: { file: 'lib/retry.ts', line: 12, column: 7 } },
      ')',
    ]);
    expect(piecesOf('/app/server.js:3', names)).toEqual([
      { text: 'server.js:3', place: { file: 'server.js', line: 3, column: 1 } },
    ]);
    expect(piecesOf('at node:internal.js:1:1, other.js:2:2, 10:20:30', names)).toEqual([
      'at node:internal.js:1:1, other.js:2:2, 10:20:30',
    ]);
  });
});

// ── the editor’s helpers ──

describe('completion', () => {
  const words: Words = {
    '': ['fetch', 'setTimeout'],
    http: ['createServer', 'get'],
    'dns/promises': ['lookup'],
    '.process': ['argv', 'env'],
  };
  const offered = (marked: string, isAsked = false) => {
    const at = marked.indexOf('|');
    const offer = offersAt(marked.replace('|', ''), at, words, isAsked);
    return offer && { part: marked.slice(offer.from, at), labels: offer.options.map(({ label }) => label) };
  };

  it('names modules where one is imported or required', () => {
    const labels = ['node:http', 'node:dns/promises'];
    for (const text of [
      "import x from 'node:h|'",
      "import 'node:h|",
      "await import('node:h|",
      'require("node:h|")',
    ])
      expect(offered(text), text).toEqual({ part: 'node:h', labels });
  });

  it('names what a module exports, between the braces and after its name', () => {
    expect(offered("import { cre| } from 'node:http'")).toEqual({ part: 'cre', labels: words['http'] });
    expect(offered("import http, { get, | } from 'http'")).toEqual({ part: '', labels: words['http'] });
    for (const first of [
      "import http from 'node:http';",
      "import * as http from 'http';",
      "const http = require('node:http');",
    ])
      expect(offered(`${first} http.c|`), first).toEqual({ part: 'c', labels: words['http'] });
    expect([...modulesIn("import a, { b } from 'node:dns/promises'")]).toEqual([['a', 'dns/promises']]);
  });

  it('names globals where a name begins, their members after the dot, and nothing after other dots or in texts', () => {
    expect(offered('fet|')).toEqual({ part: 'fet', labels: words[''] });
    expect(offered('f|')).toBeUndefined();
    expect(offered('|', true)).toEqual({ part: '', labels: words[''] });
    expect(offered('process.e|')).toEqual({ part: 'e', labels: words['.process'] });
    expect(offered('socket.wri|')?.labels).toEqual([]);
    expect(offered("say('fet|')")).toBeUndefined();
    expect(offered('// fet|')).toBeUndefined();
  });
});

describe('find', () => {
  it('finds all, without regard to case, and nothing for nothing', () => {
    expect(hitsOf('aAbaa', 'A')).toEqual([0, 1, 3, 4]);
    expect(hitsOf('aaaa', 'aa')).toEqual([0, 2]);
    expect(hitsOf('abc', '')).toEqual([]);
  });
});
