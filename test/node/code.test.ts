// Modules of programs are found, linked and run as on Node: the same folders, run there and here.
import { describe, test } from 'vitest';
import { expectSameFolder, type Folder } from './project-folder.ts';

const MODULE = { 'package.json': '{ "type": "module" }' };

describe('ES modules', () => {
  const cases: Readonly<Record<string, Folder>> = {
    'named, default and whole imports': {
      ...MODULE,
      'main.js': `
        import def, { a, b as bee, inc } from './lib.js';
        import * as all from './lib.js';
        console.log(def(), a, bee, Object.keys(all), all.a === a);
        inc(); console.log(a, all.a, { a }, [a].map((a) => a * 2), ((x = a) => x)());
        console.log(typeof all, all[Symbol.toStringTag], 'zork' in all, Reflect.ownKeys(all));
      `,
      'lib.js': `export let a = 1; export function inc() { a += 1; } const b = 'bee'; export { b }; export default () => 'default';`,
    },
    'names of what has none': {
      ...MODULE,
      'main.js': `
        import one from './one.js'; import two from './two.js'; import three from './three.js'; import four from './four.js';
        console.log(one.name, two.name, three.name, four.name, new three() instanceof three);
      `,
      'one.js': 'export default function () {}',
      'two.js': 'export default () => {};',
      'three.js': 'export default class {}',
      'four.js': 'export default async function* named() {}',
    },
    'a circle: functions are there before, and the rest in time': {
      ...MODULE,
      'main.js': `import { b } from './b.js'; export function early() { return 'early ' + typeof late; } export var late = 1; console.log(b, early());`,
      'b.js': `import { early } from './main.js'; import * as main from './main.js';
        let why; try { main.missing; early(); } catch (error) { why = error.message; }
        export const b = early() + ' ' + why + ' ' + main.late;`,
    },
    'a name that is read too early': {
      ...MODULE,
      'main.js': `import './b.js'; export const x = 1;`,
      'b.js': `import { x } from './main.js'; try { x; } catch (error) { console.log(error.name, error.message); }`,
    },
    'modules that are exported again': {
      ...MODULE,
      'main.js': `import * as all from './again.js'; import { renamed, space } from './again.js'; console.log({ ...all }, renamed, space.x);`,
      'again.js': `export * from './x.js'; export * from './y.js'; export { x as renamed } from './x.js'; export * as space from './x.js'; import { y } from './y.js'; export { y as 'a name' };`,
      'x.js': `export const x = 'x'; export const both = 1; export default 'no';`,
      'y.js': `export const y = 'y'; export const both = 2;`,
    },
    'top-level await orders its importers': {
      ...MODULE,
      'main.js': `import './a.js'; import './b.js'; import './c.js'; console.log('main');`,
      'a.js': `console.log('a1'); await new Promise((resolve) => setTimeout(resolve, 5)); console.log('a2');`,
      'b.js': `import './d.js'; console.log('b');`,
      'c.js': `console.log('c');`,
      'd.js': `await null; console.log('d');`,
    },
    'promises come before ticks in an ES module, after them in CommonJS': {
      'main.mjs': `process.nextTick(() => console.log('tick')); Promise.resolve().then(() => console.log('promise')); setImmediate(() => console.log('immediate')); console.log('main');`,
      'main.js': `import('./main.mjs'); process.nextTick(() => console.log('tick of CommonJS')); Promise.resolve().then(() => console.log('promise of CommonJS'));`,
    },
    'import.meta': {
      ...MODULE,
      'main.js': `import './lib/other.js'; console.log(import.meta, import.meta.resolve('./nothing.js'), import.meta.resolve('node:fs'), import.meta.resolve('fs'));`,
      'lib/other.js': `console.log(import.meta.url, import.meta.filename, import.meta.dirname, import.meta.main);`,
    },
    'import()': {
      ...MODULE,
      'main.js': `
        const name = 'lib';
        const all = await import(\`./\${name}.js\`);
        console.log(all.default, await import('./lib.js') === all, await import('./lib.js?again') === all);
        await import('./nothing.js').catch((error) => console.log(error.code, error.message));
        const { default: data } = await import('./data.json', { with: { type: 'json' } });
        console.log(data);
        import('./throws.js').catch((error) => console.log('caught', error.message));
        console.log((await import('./common.cjs')).default.x);
      `,
      'lib.js': `console.log('runs', import.meta.url); export default 'lib';`,
      'throws.js': `throw new Error('inside');`,
      'data.json': '{ "x": [1] }',
      'common.cjs': 'exports.x = 1;',
    },
    'CommonJS from ES modules': {
      ...MODULE,
      'main.js': `
        import all, { a, b, c, fromOther } from './lib.cjs'; import fn, { extra } from './fn.cjs'; import * as space from './lib.cjs';
        console.log(all, a, b, c, fromOther, fn(), extra, Object.keys(space));
      `,
      'lib.cjs': `var a = 1, b = 'b'; module.exports = { a, b, ...require('./other.cjs'), hidden: 7 }; module.exports.c = 3;`,
      'other.cjs': `exports.fromOther = 'other'; Object.defineProperty(exports, '__esModule', { value: true });`,
      'fn.cjs': `module.exports = function () { return 'called'; }; module.exports.extra = true;`,
    },
    'built-in modules by name and as a whole': {
      ...MODULE,
      'main.js': `import events, { EventEmitter, once } from 'node:events'; import * as timers from 'timers'; import { setTimeout as wait } from 'node:timers/promises';
        console.log(events === EventEmitter, typeof once, typeof timers.setTimeout, timers.default.setTimeout === timers.setTimeout); await wait(1); console.log('waited');`,
    },
    'createRequire, and no require without it': {
      ...MODULE,
      'main.js': `import { createRequire } from 'node:module'; console.log(typeof require, typeof module, typeof __filename, this);
        const require_ = createRequire(import.meta.url); console.log(require_('./lib.cjs'), require_('./data.json'), require_.resolve('./lib.cjs'));`,
      'lib.cjs': 'module.exports = __filename;',
      'data.json': '[1]',
    },
    'what shadows an import': {
      ...MODULE,
      'main.js': `
        import { x, y, f } from './lib.js';
        { let x = 'inner'; console.log(x); }
        function g(x, { y } = { y: 'default' }) { return [x, y]; }
        console.log(g(1), x, ((y) => y)(2), { x, y: 3 }.x, class { static x = x; }.x);
        for (const x of [7]) console.log(x);
        try { throw 9; } catch (x) { console.log(x); }
        label: for (;;) { break label; }
        const o = { x() { return x; }, [y]: y, f }; console.log(o.x(), o[y], o.f());
        switch (1) { case 1: let y = 'switched'; console.log(y); }
        console.log(f\`tag\`, (() => { var x = 'var'; return x; })(), (function f() { return typeof f; })())
        f()
        console.log(\`\${x} \${f()}\`, [...[x]], typeof x, x ? y : f, new (class { #x = x; get() { return this.#x; } })().get())
        try { x = 1; } catch (error) { console.log(error.name, error.message); }
        try { x++; } catch (error) { console.log(error.name, error.message); }
        try { ({ x } = { x: 1 }); } catch (error) { console.log(error.name); }
        try { [x] = [1]; } catch (error) { console.log(error.name, error.message); }
      `,
      'lib.js': `export const x = 'x', y = 'y'; export function f() { return this === undefined; }`,
    },
    'statements without semicolons': {
      ...MODULE,
      'main.js': `
let a = 1
import { f } from './lib.js'
(a)
export { a }
f()
if (a) f()
else f()
export default a + 1
f()
const g = () => f()
g()
`,
      'lib.js': `export function f() { console.log('f') }`,
    },
    'strictness, and declarations by the names of globals': {
      ...MODULE,
      'main.js': `const fetch = 1, exports = 2, require = 3, process = globalThis.process; const console = globalThis.console;
        try { undeclared = 1; } catch (error) { console.log(error.message); } console.log(fetch, exports, require, process.argv.length, (function () { return this; })());
        globalThis.mine = 5; console.log(globalThis.mine, global === globalThis, typeof globalThis.setTimeout);`,
    },
    'syntax decides where the package does not': {
      'main.js': `import { a } from './lib.js'; console.log(a, typeof require); await 1; console.log(import.meta.filename);`,
      'lib.js': `export const a = 1;`,
    },
    TypeScript: {
      ...MODULE,
      'main.ts': `import type { Shape } from './types.ts'; import { type Other, area } from './shapes.ts'; import { inner } from './common.cts';
        const shape: Shape = { kind: 'square', side: 3 } satisfies Shape; function id<T>(value: T): T { return value; }
        class Box<T> { readonly value: T; private hidden?: number; constructor(value: T) { this.value = value; } get(): T { return this.value!; } }
        console.log(area(shape), id<number>(4), new Box('b' as string).get(), inner); export type { Other };`,
      'types.ts': `export interface Shape { kind: 'square'; side: number }`,
      'shapes.ts': `import type { Shape } from './types.ts'; export type Other = Shape; export const area = (shape: Shape): number => shape.side ** 2;`,
      'common.cts': `const inner: string = 'inner'; module.exports = { inner };`,
    },
  };
  test.each(Object.entries(cases))('%s', async (_, files) => {
    await expectSameFolder(files, 'main.ts' in files ? 'main.ts' : 'main.js');
  });
});

describe('CommonJS', () => {
  const cases: Readonly<Record<string, Folder>> = {
    'files, folders and extensions': {
      'main.js': `console.log(require('./lib'), require('./lib.js') === require('./lib'), require('./folder'), require('./folder/'), require('./data'), require('.' + '/named'), require('./packaged'));`,
      'lib.js': 'module.exports = { lib: true };',
      'folder/index.js': 'exports.folder = require("..//lib");',
      'data.json': '{ "json": 1 }',
      'named/index.json': '["index"]',
      'packaged/package.json': '{ "main": "./lib/start" }',
      'packaged/lib/start.js': 'module.exports = "packaged";',
    },
    'the module object, and what require has': {
      'main.js': `console.log(require.main === module, module.id, module.filename, module.loaded, module.children.length, module.parent, __dirname, __filename, this === exports, arguments.length);
        const lib = require('./lib.js'); console.log(module.children.map((one) => one.id), Object.keys(require.cache), require.resolve('./lib'), require.resolve('fs'), require.resolve.paths('x')[0], module.paths.slice(0, 1));
        delete require.cache[require.resolve('./lib.js')]; console.log(require('./lib.js') === lib);`,
      'lib.js': `console.log('lib runs', module.id, module.parent.filename, require.main.filename, module.loaded); setImmediate(() => console.log(module.loaded));`,
    },
    'a circle gives what is there': {
      'main.js': `exports.early = 1; const b = require('./b.js'); exports.late = 2; console.log(b);`,
      'b.js': `const main = require('./main.js'); exports.seen = { ...main }; exports.early = main.early;`,
    },
    packages: {
      'package.json':
        '{ "name": "self", "exports": { "./inside": "./lib/inside.js" }, "imports": { "#own/*": "./lib/*.js", "#other": "conditional/sub" } }',
      'main.js': `console.log(require('plain'), require('plain/deep'), require('conditional'), require('conditional/sub'), require('@scope/it'), require('self/inside'), require('#own/inside'), require('#other'));
        import('conditional').then((all) => console.log(all.default)); import('#own/inside').then((all) => console.log(all.default, all.named));
        for (const name of ['conditional/hidden', 'nothing', '#nothing', './nothing', '@scope/none']) try { require(name); } catch (error) { console.log(error.code, error.message); }
        import('conditional/hidden').catch((error) => console.log(error.code, error.message)); import('plain/zork.js').catch((error) => console.log(error.code, error.message));`,
      'lib/inside.js': 'exports.named = "inside";',
      'node_modules/plain/index.js': 'module.exports = "plain";',
      'node_modules/plain/deep.js': 'module.exports = "deep";',
      'node_modules/conditional/package.json':
        '{ "exports": { ".": { "import": "./import.mjs", "require": "./require.cjs" }, "./sub": { "node": { "default": "./sub.cjs" } }, "./hidden": null } }',
      'node_modules/conditional/import.mjs': 'export default "imported";',
      'node_modules/conditional/require.cjs': 'module.exports = "required";',
      'node_modules/conditional/sub.cjs': 'module.exports = "sub";',
      'node_modules/@scope/it/package.json': '{ "main": "it.js" }',
      'node_modules/@scope/it/it.js': 'module.exports = "scoped";',
    },
    'require of ES modules': {
      'main.js': `const all = require('./lib.mjs'); console.log(all.a, all.default, all.__esModule, Object.keys(all)); console.log(require('./lib.mjs') === all, Object.keys(require('./plain.mjs')), require('./whole.mjs'));
        import('./lib.mjs').then((other) => console.log(other.a === all.a, '__esModule' in other));
        try { require('./waits.mjs'); } catch (error) { console.log(error.code, error.message); }`,
      'lib.mjs': 'export const a = {}; export default "default";',
      'plain.mjs': 'export const b = 1;',
      'whole.mjs': 'const value = "whole"; export { value as "module.exports" };',
      'waits.mjs': 'export const c = await 1;',
    },
    'globals may be declared anew, and assigned': {
      'main.js': `const fetch = () => 'own'; var setTimeout = 1; function URL() {} let Buffer = 'b'; console.log(fetch(), setTimeout, new URL() instanceof URL, Buffer, typeof globalThis.setTimeout);
        sloppy = 1; console.log(sloppy, typeof globalThis); delete globalThis.sloppy; return; console.log('never');`,
    },
    'JSON that is none': {
      'main.js': `try { require('./bad.json'); } catch (error) { console.log(error.name, error.message); } try { require('./none.json'); } catch (error) { console.log(error.requireStack); }`,
      'bad.json': '{ nope',
    },
    '#! and import() in CommonJS': {
      'main.js': `#!/usr/bin/env node\nimport('./lib.mjs').then(({ a }) => console.log(a)); console.log('first');`,
      'lib.mjs': 'export const a = 1;',
    },
  };
  test.each(Object.entries(cases))('%s', async (_, files) => {
    await expectSameFolder(files, 'main.js');
  });
});
