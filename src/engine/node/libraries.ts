/**
 * The packages that Node's modules without networking come from, evaluated once for every program.
 *
 * Each program has its own streams, buffers and emitters, as each process of an operating system has: what one changes
 * about them, no other sees, and their `process.nextTick` is their program's own. Packages are CommonJS texts on a shelf;
 * whoever runs programs says where the texts are (files, a bundle) and how a text is evaluated, because a page's policy
 * forbids that and a sandbox's allows it.
 */
import { Misuse } from '../base/errors.ts';

/** Texts of packages by path: `readable-stream/lib/ours/index.js`. */
export type Shelf = ReadonlyMap<string, string>;

/** Evaluates a script in the realm of the programs, and gives the value of its last expression: an indirect `eval`. */
export type Evaluate = (source: string) => unknown;

/** What stands on a {@link Shelf}: the packages, and the files of each that are needed. */
export const SHELVED = {
  'base64-js': ['index.js'],
  buffer: ['index.js'],
  ieee754: ['index.js'],
  'readable-stream': ['lib/'],
  'safe-buffer': ['index.js'],
  string_decoder: ['lib/string_decoder.js'],
  'web-streams-polyfill': ['dist/ponyfill.js'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Where a package begins when its name alone is required. */
const ENTRY: Readonly<Record<string, string>> = {
  'base64-js': 'base64-js/index.js',
  buffer: 'buffer/index.js',
  ieee754: 'ieee754/index.js',
  // the browser's entry: the other one hands out the streams of the Node underneath
  'readable-stream': 'readable-stream/lib/ours/browser.js',
  'safe-buffer': 'safe-buffer/index.js',
  string_decoder: 'string_decoder/lib/string_decoder.js',
  'web-streams-polyfill': 'web-streams-polyfill/dist/ponyfill.js',
};

/**
 * Small differences from Node that are mended in the text: the members of what a reader reads, in Node's order; errors
 * that are of the class they say, and print their code, in place of ones of a class of the package's own; `write` that
 * answers when `_write` has been called, because what was taken at once leaves room again; `finished` of a stream that
 * is closed already waits for no event.
 */
const MENDED: Readonly<Record<string, readonly [from: RegExp, to: string]>> = {
  'readable-stream/lib/ours/errors.js': [
    /codes\[code\] = NodeError/,
    "codes[code] = function (...args) { return require('coded-error')(Base, code, getMessage(code, message, args)) }",
  ],
  'readable-stream/lib/internal/streams/end-of-stream.js': [
    /stream\.on\('error', onerror\)\n {2}\}\n {2}stream\.on\('close', onclose\)/,
    "stream.on('error', closed ? nop : onerror)\n  }\n  if (!closed) stream.on('close', onclose)",
  ],
  'readable-stream/lib/internal/streams/writable.js': [
    /( {2}const ret = state\.length < state\.highWaterMark\n[^\n]*\n {2}if \(!ret\) state\.needDrain = true\n)([\s\S]*?)(?= {2}\/\/ Return false if errored)/,
    '$2$1',
  ],
  'web-streams-polyfill/dist/ponyfill.js': [/\{value:([^{}]*),done:([^{}]*)\}/g, '{done:$2,value:$1}'],
};

/** A text of a package as it goes onto the shelf. Throws {@link Misuse} when a newer one is not what was to be mended. */
export function mended(path: string, text: string): string {
  const mend = MENDED[path];
  if (!mend) return text;
  const whole = text.replace(...mend);
  if (whole === text) throw new Misuse(`nothing to mend in ${path}`);
  return whole;
}

/** What packages find without asking for it, and must find in `globals`: a program's own. */
const FOUND = ['AbortController', 'AbortSignal', 'Blob', 'DOMException'];

type ModuleBody = (
  globals: unknown,
  process: unknown,
) => (module: { exports: unknown }, exports: unknown, require: (name: string) => unknown) => void;

/** Bodies that were compiled already: compiling costs more than running. */
const compiled = new WeakMap<Shelf, Map<string, ModuleBody>>();

/** One program's copies. */
export class Libraries {
  readonly #shelf: Shelf;
  readonly #evaluate: Evaluate;
  readonly #given: ReadonlyMap<string, unknown>;
  readonly #globals: unknown;
  readonly #modules = new Map<string, { exports: unknown }>();

  /** `given`: values that stand for packages (`process/`, `stream`); `globals`: what they find as `globalThis`. */
  constructor(shelf: Shelf, evaluate: Evaluate, given: ReadonlyMap<string, unknown>, globals: unknown) {
    this.#shelf = shelf;
    this.#evaluate = evaluate;
    this.#given = given;
    this.#globals = globals;
  }

  /** Throws {@link Misuse} when nothing on the shelf is called so. */
  require(name: string): unknown {
    return this.#require(name, '');
  }

  #require(name: string, from: string): unknown {
    if (this.#given.has(name)) return this.#given.get(name);
    const path = name.startsWith('.') ? this.#relative(name, from) : ENTRY[name.replace(/\/$/, '')];
    if (path === undefined)
      throw new Misuse(`${from || 'a program'} wants ${name}, which is not on the shelf`);
    const known = this.#modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} as unknown };
    this.#modules.set(path, module);
    const require = (other: string): unknown => this.#require(other, path);
    this.#body(path)(this.#globals, this.#given.get('process/'))(module, module.exports, require);
    return module.exports;
  }

  #relative(name: string, from: string): string | undefined {
    const parts = from.split('/').slice(0, -1);
    for (const step of name.split('/')) {
      if (step === '..') parts.pop();
      else if (step !== '.' && step !== '') parts.push(step);
    }
    const path = parts.join('/');
    return [path, `${path}.js`, `${path}/index.js`].find((candidate) => this.#shelf.has(candidate));
  }

  #body(path: string): ModuleBody {
    let bodies = compiled.get(this.#shelf);
    if (!bodies) {
      bodies = new Map();
      compiled.set(this.#shelf, bodies);
    }
    let body = bodies.get(path);
    if (!body) {
      const source = this.#shelf.get(path);
      if (source === undefined) throw new Misuse(`${path} is not on the shelf`);
      // in two functions, because a module may declare its own `process`
      const head = `(function (globalThis, process) { const { ${FOUND.join(', ')} } = globalThis; return function (module, exports, require) {`;
      body = this.#evaluate(`${head}${source}\n}})\n//# sourceURL=node:internal/${path}`) as ModuleBody;
      bodies.set(path, body);
    }
    return body;
  }
}
