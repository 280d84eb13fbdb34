// What nobody takes ends a program as on Node, and is printed with its place in the file as it was written.
import { describe, expect, test } from 'vitest';
import { expectSameFolder, type Folder, simulated } from './project-folder.ts';

const cases: Readonly<Record<string, string>> = {
  'thrown at the top': `\n  throw new Error('x')`,
  'thrown in a function': `function f() {\n\tnull.foo;\n}\n f();`,
  'thrown later': `const made = new TypeError('made');\nsetTimeout(function later() { const x = 1; throw new Error('lost'); }, 1); setTimeout(() => {}, 1000);`,
  'of a class, with fields and a cause': `class Own extends Error { constructor(m, o) { super(m, o); this.code = 'OWN'; } }\n\nthrow new Own('mine', { cause: new Error('why') });`,
  'a reference': `console.log('before');\n  missing.thing();`,
  'a rejection': `async function f() {\n  await null;\n  throw new RangeError('later');\n}\nf();`,
  'a rejection of no error': `Promise.reject('text');`,
  'a rejection of an object': `Promise.reject({ a: 1 });`,
  'in a callback of an array': `[1, 2].map((n) => {\n  if (n === 2) throw new Error('two');\n});`,
  'in a method and a constructor': `const o = { m() { return new A(); } };\nclass A { constructor() { this.x.y; } }\no.m();`,
  syntax: `const a = 1;\nconst b = {;`,
  'syntax at its end': `function f() {\n  if (1) {\n}`,
  'a name twice': `let a = 1; let a = 2;`,
  'in an error handler': `process.on('uncaughtException', (error, origin) => { console.log(origin, error.message); });\nsetTimeout(() => console.log('goes on'), 1);\nthrow new Error('first');`,
  'an exit code': `process.exitCode = 3; process.on('exit', (code) => console.log('exit', code)); setTimeout(() => { throw new Error('end'); });`,
};

describe.each(['main.cjs', 'main.mjs'])('%s', (entry) => {
  test.each(Object.entries(cases))('%s', async (_, source) => {
    await expectSameFolder({ [entry]: source }, entry);
  });
});

const folders: Readonly<Record<string, Folder>> = {
  'an import that is not there': {
    'main.mjs': `import { a } from './lib.mjs';`,
    'lib.mjs': 'export const b = 1;',
  },
  'a name that CommonJS does not have': {
    'main.mjs': `import { a } from './lib.cjs';`,
    'lib.cjs': 'exports.b = 1;',
  },
  'a file that is not there': { 'main.mjs': `import './nothing.mjs';` },
  'a package that is not there': { 'main.mjs': `import 'nothing';` },
  'another scheme': { 'main.mjs': `import 'https://chaicart.example/x.js';` },
  'JSON without its type': { 'main.mjs': `import './data.json';`, 'data.json': '{}' },
  'a fault in an imported file': { 'main.mjs': `import './lib.mjs';`, 'lib.mjs': '\nexport const a = ;' },
  'thrown in an imported file': {
    'main.mjs': `import { f } from './lib.mjs'; f();`,
    'lib.mjs': `export function f() {\n  throw new Error('in lib');\n}`,
  },
  'an imported name that is no function': {
    'main.mjs': `import { f } from './lib.mjs';\n  f();`,
    'lib.mjs': 'export const f = 1;',
  },
  'an await that never ends': { 'main.mjs': `console.log('before');\nawait new Promise(() => {});` },
};

test.each(Object.entries(folders))('%s', async (_, files) => {
  await expectSameFolder(files, 'main.mjs');
});

test('TypeScript: lines and columns are those of the source', async () => {
  await expectSameFolder(
    {
      'main.ts': `interface Shape {\n  side: number;\n}\nfunction f(shape: Shape | undefined): number {\n  const twice: number = 2; const it = shape as Shape;\n  return twice * it.side;\n}\nf(undefined);\nexport {};\n`,
    },
    'main.ts',
  );
});

const UNERASABLE: Readonly<Record<string, string>> = {
  'an enum': 'enum A { B }',
  'a namespace with values': 'namespace N { export const x = 1 }',
  'a module': 'module M {}',
  'a parameter property': 'class K { constructor(private x: number, readonly y = 2) {} }',
  'one behind others': 'class K { constructor(a: { readonly b: 1 }, protected override x: number) {} }',
  'import =': `import fs = require('fs');`,
  'export =': 'export = 1;',
  'an assertion in angle brackets': 'const x = <any>1;',
};

test.each(Object.entries(UNERASABLE))('TypeScript that is more than types: %s', async (_, source) => {
  await expectSameFolder({ 'main.ts': source }, 'main.ts');
});

test('types of all kinds can be erased', async () => {
  await expectSameFolder(
    {
      'main.ts': `namespace Types { export type T = 1 }
declare enum Declared { A }
declare namespace Ambient { const x: number }
abstract class Shape<T extends object = {}> { private readonly secret = 1; protected static count: number; abstract area?(): number; constructor(readonly_: T, public_?: string) { void readonly_; void public_; } get s(): number { return this.secret; } }
class Square extends Shape<{ a: 1 }> { override area = (): number => 4; declare hidden: string; }
const generic = <T,>(value: T): T => value; function over(a: string): void; function over(a: unknown): void { console.log(a); }
interface Readonly2 { readonly enum: 1; namespace: 2; module: 3 }
const words = { enum: 1, namespace: 2, module: 3, public: 4 } satisfies Record<string, number>;
over(words.enum + words.namespace + generic<number>(1)); console.log(new Square({ a: 1 }, '').s, [1, 2].map((x: number): string => \`\${x}\`), 1 < 2, (words as unknown as Readonly2).module);
let definite!: number; definite = 1; console.log(definite!, words?.public);
type Mapped<T> = { readonly [K in keyof T]?: T[K] }; const tuple: [a: string, b?: number] = ['x']; console.log(tuple satisfies Mapped<unknown[]>);
export type { Types };`,
    },
    'main.ts',
  );
});

test('stacks that a program reads are its own', async () => {
  const { stdout } = await simulated(
    {
      'main.mjs': `import net from 'node:net';\nfunction f() { try { net.connect(99999); } catch (error) { console.log(error.stack); } }\nf();`,
    },
    'main.mjs',
  );
  expect(stdout.split('\n').slice(1)).toEqual([
    '    at f (file:///app/main.mjs:2:26)',
    '    at file:///app/main.mjs:3:1',
    '',
  ]);
});
