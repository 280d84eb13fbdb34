// node:util beside the real Node: the same program, the same output.
import { test } from 'vitest';
import { expectSame } from './beside-node.ts';

test('values are shown as Node shows them', async () => {
  await expectSame(`
    const { inspect, format } = require('node:util');
    class Point { #hidden = 1; constructor() { this.x = 1; this.y = { z: [1, [2, [3, [4]]]] }; } get length() { return 5; } static s = 1; }
    class Empty {}
    class Named extends Map { get [Symbol.toStringTag]() { return 'mine'; } }
    const circular = { name: 'a' }; circular.self = circular; circular.list = [circular];
    const values = [
      0, -0, NaN, 1e21, 1.5, -Infinity, 10n, true, null, undefined, '', 'a', "it's", 'a"b\\'c', 'line\\nbreak', '\\u0000\\u007f\\ud800', Symbol('s'), Symbol(), Symbol.iterator,
      [], [1, , 3], [undefined, null], new Array(5), Array.from({ length: 120 }, (_, i) => i), Array.from({ length: 30 }, (_, i) => 'word' + i), Object.assign([1], { extra: 'x' }),
      {}, { a: 1 }, { 'a-b': 1, 2: 2, [Symbol('k')]: 3 }, { get g() { return 1; }, set s(v) {}, get b() { return 1; }, set b(v) {} }, Object.create(null), Object.create({}), Object.create(Point.prototype),
      new Point(), new Empty(), Point, Empty, class extends Point {}, class {}, new Named([[1, 2]]),
      () => {}, function named(a, b) {}, async () => {}, function* gen() {}, async function* agen() {}, Object.assign(() => {}, { x: 1 }), Math.max,
      new Map([[1, { a: 1 }], ['k', new Map([[1, 2]])]]), new Set([1, 'two', [3]]), [1, 2][Symbol.iterator](), new WeakMap(), new WeakSet(),
      new Date(0), new Date(NaN), /a+b/gi, Object.assign(/x/, { y: 1 }), new Number(3), new String('abc'), new Boolean(false), Object(Symbol('o')), Object(5n),
      new Uint8Array(3), new Uint8Array(200), new Float64Array([1.5, 2]), new ArrayBuffer(4), new DataView(new ArrayBuffer(2)), new BigInt64Array(2), Buffer.from('hello'), Buffer.alloc(60),
      new Promise(() => {}), (function () { return arguments; })(1, 2), JSON, Math, globalThis === undefined, Reflect,
      circular, { a: { b: { c: { d: 1 } } } }, [[[[[]]]]], { f() {}, g: async () => {}, h: class A {} }, 'x'.repeat(200), ['x'.repeat(100), 'y'.repeat(100)], { long: 'x'.repeat(90), other: 'y'.repeat(10) },
      Array.from({ length: 7 }, (_, i) => ({ i, name: 'n' + i })), Array.from({ length: 101 }, () => 'ab'), new Set(Array.from({ length: 120 }, (_, i) => i)), Object.fromEntries(Array.from({ length: 30 }, (_, i) => ['key' + i, i])),
      { [inspect.custom](depth, options, inner) { return 'custom ' + depth + ' ' + typeof options.stylize + ' ' + (inner === inspect); } }, { [inspect.custom]: 5 }, { toString() { return 'ts'; } }, { toJSON() { return 1; } },
      new URL('http://a.example:81/p?q#h'), new URLSearchParams('a=1&b=2'), new TextEncoder().encode('ä'), Object.freeze({ a: 1 }), new (class Foo extends Array {})(3), new (class Bar extends Set {})([1]), new (class extends Error { name = 'Q'; })('m').name,
      [1.5, -1, 100000], [true, false], ['a', 1, null], [[1, 2], [3, 4]], [{ a: 1 }, { b: 2 }], { a: [{ b: { c: {} } }] }, { a: undefined, b: null }, [,'sparse'], new Array(3).fill(null), { 'with space': 1, valid_id: 2, $dollar: 3, 1.5: 4 },
    ];
    for (const value of values) console.log(inspect(value));
    for (const options of [{ depth: 0 }, { depth: null }, { compact: false }, { compact: 1 }, { breakLength: 20 }, { showHidden: true }, { colors: true }, { sorted: true }, { getters: true }, { maxArrayLength: 2 }, { maxStringLength: 3 }, { numericSeparator: true }, { breakLength: Infinity }])
      for (const value of [new Point(), circular, [1234567.891, 'abcdef', [1, 2, 3]], { b: 2, a: 1, get c() { return { d: 1 }; } }, new Map([['k', { v: [1] }]]), new Set(['a']), /r/, () => 1, null, Symbol('q')])
        console.log(inspect(value, options));
    for (const args of [['%s %d %i %f %j %o %O %c %%', 'a', 1.5, 1.5, '1.5', { a: 1 }, [1], { b: { c: { d: {} } } }, 'css'], ['%s', null, undefined, 5n, Symbol('x'), -0, {}, () => {}, class A {}, [1, 'a']], ['%d', '0x10', 5n, {}, Symbol('a')], ['a', 'b', { c: 1 }], [1, 2, '3'], ['%x', 1], ['%s'], ['%', 1], ['%s', { toString() { return 'own'; } }], ['%s', new Date(0)], ['%i', 'abc'], ['%j', circular], ['100%', 5], ['%s', 'a', 'b', { a: 'b' }], [''], ['%o', { f() {} }]])
      console.log(format(...args));
  `);
});

test('errors are shown with what they hold', async () => {
  await expectSame(`
    const { inspect } = require('node:util');
    const bare = (error) => { error.stack = error.stack.split('\\n')[0]; return error; };
    const withCause = bare(new Error('outer', { cause: bare(new TypeError('inner')) }));
    const coded = bare(Object.assign(new RangeError('coded'), { code: 'E_X', extra: { a: 1 } }));
    const many = bare(new AggregateError([bare(new Error('one')), bare(new Error('two'))], 'all'));
    for (const error of [bare(new Error('plain')), withCause, coded, many, bare(new (class MyError extends Error {})('mine')), bare(Object.assign(new Error('n'), { name: 'Other' }))]) {
      console.log(inspect(error));
      console.log(error);
      console.log([error], { error });
    }
  `);
});

test('functions in other forms: promises, callbacks, deprecated, inherited', async () => {
  await expectSame(`
    const util = require('node:util');
    const late = (value, done) => setTimeout(() => done(value === 0 ? new Error('zero') : null, value * 2), 1);
    const p = util.promisify(late);
    p(4).then(console.log); p(0).catch((e) => console.log(e.message));
    console.log(p.name, p.length, util.promisify(p) === p);
    const own = () => {}; own[util.promisify.custom] = async () => 'own';
    util.promisify(own)().then(console.log);
    for (const bad of [5, null, undefined, 'x', {}]) try { util.promisify(bad); } catch (e) { console.log(e.code, e.message); }
    try { const f = () => {}; f[util.promisify.custom] = 5; util.promisify(f); } catch (e) { console.log(e.code, e.message); }
    util.promisify(setTimeout)(20, 'timed').then(console.log).then(() => util.promisify(setImmediate)('soon')).then(console.log);
    const c = util.callbackify(async (x) => { if (x === null) throw null; if (x < 0) throw new Error('neg'); return x + 1; });
    console.log(c.name, c.length);
    c(1, (...args) => console.log(args)); c(-1, (e) => console.log(e.message)); c(null, (e) => console.log(e.code, e.message, e.reason));
    try { c(1); } catch (e) { console.log(e.code, e.message); }
    const old = util.deprecate(function twice(x) { return x * 2; }, 'use three times', 'DEP_X');
    process.removeAllListeners('warning'); process.on('warning', (w) => console.log(w.name, w.code, w.message));
    console.log(old(2), old(3), old.name, old.length);
    function A() {} function B() {} util.inherits(B, A); console.log(new B() instanceof A, B.super_ === A);
    try { util.inherits(null, A); } catch (e) { console.log(e.message); }
    console.log(util.getSystemErrorName(-111), util.getSystemErrorMessage(-111), util.getSystemErrorMap().get(-98));
    for (const bad of [5, 1.5, 'x']) try { util.getSystemErrorName(bad); } catch (e) { console.log(e.code, e.message); }
    console.log(util.stripVTControlCharacters('\\u001b[31mred\\u001b[39m'), util.toUSVString('a\\ud800'), util.inspect(util.styleText(['red', 'bold'], 'x', { validateStream: false })), util.styleText('red', 'plain'));
    console.log(util.inspect(util.styleText('bold', 'a' + util.styleText('dim', 'b', { validateStream: false }) + 'c', { validateStream: false })));
    try { util.styleText('nocolor', 'x'); } catch (e) { console.log(e.code, e.message.slice(0, 60)); }
    console.log(util.parseEnv('A=1\\n# no\\nB="two words" # c\\nexport C=\\'x\\'\\nD=a b  # c\\nE=\\nF="l1\\\\nl2"'));
  `);
});

test('values that are alike are told from those that are not', async () => {
  await expectSame(`
    const { isDeepStrictEqual: same } = require('node:util');
    const assert = require('node:assert');
    const circle = () => { const o = { a: 1 }; o.o = o; return o; };
    class P { constructor(x) { this.x = x; } }
    const values = [0, -0, NaN, 1, '1', null, undefined, true, 1n, [], [1], [1, 2], [, 1], [undefined, 1], {}, { a: 1 }, { a: 1, b: undefined }, { a: '1' }, { [Symbol.for('s')]: 1 }, Object.create(null), new P(1), new P(2), { x: 1 },
      new Date(0), new Date(1), /a/, /a/g, new Map([[1, 2]]), new Map([[1, 3]]), new Map([['1', 2]]), new Map([[{ a: 1 }, 2]]), new Set([1]), new Set([1, 2]), new Set([[1]]), new Set([{ a: 1 }]), new Set(['1']),
      new Error('a'), new Error('b'), new TypeError('a'), new Error('a', { cause: 1 }), Buffer.from('a'), new Uint8Array([97]), new Uint8Array([98]), new Float32Array([0]), new Float32Array([-0]), new ArrayBuffer(1), new Number(1), new Number(2), new String('1'), Object(Symbol.iterator), circle(), () => {}, Symbol.for('a'), new Boolean(true)];
    const lines = values.map((a) => values.map((b) => {
      const tried = (f) => { try { f(a, b); return 1; } catch { return 0; } };
      return Number(same(a, b)) + 2 * tried(assert.deepEqual) + 4 * tried(assert.deepStrictEqual) + 8 * tried(assert.partialDeepStrictEqual);
    }).join(' '));
    console.log(lines.join('\\n'));
    const copies = [[{ a: [1, { b: new Map([[1, new Set([2])]]) }] }, { a: [1, { b: new Map([[1, new Set([2])]]) }] }], [circle(), circle()], [[1, [2, [3]]], [1, [2, [3]]]], [new Set([[1], [2]]), new Set([[2], [1]])], [new Map([[[1], 'a']]), new Map([[[1], 'a']])]];
    for (const [a, b] of copies) console.log(same(a, b));
    console.log(same(values, values.slice()), same([1, 2], [2, 1]), same(new Date(5), new Date(5)));
  `);
});

test('what a value is, whatever it says', async () => {
  await expectSame(`
    const { types } = require('node:util');
    const values = { n: 1, nil: null, u: undefined, s: 'x', o: {}, a: [], f() {}, async af() {}, *g() {}, m: new Map(), st: new Set(), wm: new WeakMap(), ws: new WeakSet(), d: new Date(), r: /x/, e: new Error('x'), p: Promise.resolve(), ab: new ArrayBuffer(1), u8: new Uint8Array(1), f32: new Float32Array(1), b64: new BigInt64Array(1), dv: new DataView(new ArrayBuffer(1)), buf: Buffer.from('x'), no: new Number(1), so: new String('x'), bo: new Boolean(true), bio: Object(1n), sy: Object(Symbol()), mi: new Map().keys(), si: new Set().keys(), go: (function* () {})(), args: (function () { return arguments; })(), fake: { [Symbol.toStringTag]: 'Map' }, fakeDate: Object.create(Date.prototype), fakeError: Object.create(Error.prototype), thenable: { then() {} }, sub: new (class extends Map {})() };
    for (const [name, value] of Object.entries(values)) console.log(name, Object.keys(types).filter((is) => types[is](value)).join());
  `);
});

test('arguments of a command line are read as Node reads them', async () => {
  await expectSame(`
    const { parseArgs } = require('node:util');
    const options = { verbose: { type: 'boolean', short: 'v' }, name: { type: 'string', short: 'n' }, many: { type: 'string', multiple: true, short: 'm' }, color: { type: 'boolean', default: true }, level: { type: 'string', default: 'info' } };
    for (const [args, more = {}] of [[['-v', '--name', 'x', 'pos']], [['-v', '--name', 'x', 'pos'], { allowPositionals: true, tokens: true }], [['-vn', 'x', '-ma', '-m', 'b', '--many=c']], [['--name=']], [['--name']], [['-n', '-v']], [['--name', '-v']], [['--verbose=x']], [['--nope']], [['-q'], { allowPositionals: true }], [['--', '-v'], { allowPositionals: true }], [['--no-color'], { allowNegative: true }], [['--no-color']], [['--no-name'], { allowNegative: true }], [['--whatever', 'x', '-z=1'], { strict: false }], [['-vq'], { strict: false }], [['-', '--=x'], { strict: false }], [['-abc', '--__proto__=x'], { strict: false }], [['--nope=1=2'], { strict: false, tokens: true }]])
      try { console.log(parseArgs({ args, options, ...more })); } catch (e) { console.log(e.name, e.code, e.message); }
    for (const bad of [{ args: 5 }, { options: 5 }, { options: { a: { type: 'x' } } }, { options: { a: { type: 'string', short: 'ab' } } }, { options: { a: { type: 'string', default: 5 } } }, { options: { a: { type: 'boolean', multiple: true, default: [1] } } }, { strict: 1 }])
      try { console.log(parseArgs({ args: [], ...bad })); } catch (e) { console.log(e.name, e.code, e.message); }
    console.log(parseArgs());
  `);
});

test('deprecated functions and unknown errors', async () => {
  await expectSame(`
    const util = require('node:util');
    function Old() { this.made = true; }
    Old.prototype.x = 1;
    for (const options of [undefined, {}, { modifyPrototype: true }, { modifyPrototype: false }]) {
      const Late = util.deprecate(Old, 'Old is old', 'DEP_OLD', options);
      console.log(Late.prototype === Old.prototype, Object.getPrototypeOf(Late) === Old, new Late().made, Late.length);
    }
    console.log(util.getSystemErrorMessage(-111), util.getSystemErrorMessage(-99999), util.getSystemErrorName(-99999));
    console.log([...util.getSystemErrorMap()]);
    console.log(util.promisify.custom, util.inspect.custom, util.inspect.colors.bold, util.inspect.styles.regexp.colors, util.inspect.defaultOptions);
  `);
});
