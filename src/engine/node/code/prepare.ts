/**
 * A file's text as a script that gives a function: what a realm evaluates, and the way back from its places.
 *
 * The script is `(function (globals…) { return function (the module's own names) { text } })`, in two functions because a
 * module may declare its own `fetch`. Its first line is the text's first line.
 */
import type { Program } from 'acorn';
import { type CommonNames, commonNames } from './cjs-exports.ts';
import { EditedText, type Place } from './edited-text.ts';
import { findIn, type ModuleShape, shapeOf, unusedWord } from './es-module.ts';
import type { Format } from './resolve.ts';
import { parseProgram, type SyntaxFault } from './syntax.ts';
import { stripTypes } from './type-strip.ts';

interface Common {
  readonly path: string;
  /** As it was written, types and all. */
  readonly source: string;
  readonly script: string;
  /** Where a place of the script stands in the source. */
  place(place: Place): Place;
  /** Where an offset of the JavaScript stands in the source. */
  offset(offset: number): Place;
}

export interface PreparedCommon extends Common {
  readonly kind: 'commonjs';
  names(): CommonNames;
}

export interface PreparedModule extends Common {
  readonly kind: 'module';
  readonly shape: ModuleShape;
}

export type Prepared = PreparedCommon | PreparedModule;

export function isTypeScript(path: string): boolean {
  return /\.[cm]?ts$/.test(path);
}

/**
 * `sourceName` is what stacks call the script. Throws {@link SyntaxFault} with its place in the source.
 */
export function prepare(
  path: string,
  source: string,
  format: Exclude<Format, 'json'>,
  globals: readonly string[],
): Prepared {
  const stripped = isTypeScript(path)
    ? stripTypes(source, path)
    : { text: source, place: (place: Place) => place };
  const { text } = stripped;
  try {
    const [kind, program] = read(text, format);
    if (kind === 'module') return asModule(path, source, stripped, program, globals);
    return asCommon(path, source, stripped, program, globals);
  } catch (error) {
    if (isFault(error)) Object.assign(error, { at: stripped.place(error.at) });
    throw error;
  }
}

function isFault(error: unknown): error is SyntaxFault & { at: Place } {
  return error instanceof Error && 'words' in error && 'at' in error;
}

/** Where the package does not say, a text that only makes sense as an ES module is one. */
function read(text: string, format: Exclude<Format, 'json'>): [kind: 'commonjs' | 'module', Program] {
  if (format === 'module') return ['module', parseProgram(text, 'module')];
  try {
    return ['commonjs', parseProgram(text, 'script')];
  } catch (error) {
    if (format === 'commonjs') throw error;
    let program: Program;
    try {
      program = parseProgram(text, 'module');
    } catch (other) {
      // the fault that is nearer to the end is the one that is meant
      throw isFault(error) && isFault(other) && later(other, error) ? other : error;
    }
    const { meta, hasTopLevelAwait } = findIn(program);
    const isModule =
      meta.length > 0 || hasTopLevelAwait || program.body.some(({ type }) => /^(Import|Export)/.test(type));
    if (!isModule) throw error;
    return ['module', program];
  }
}

function later(a: SyntaxFault, b: SyntaxFault): boolean {
  return a.at.line - b.at.line > 0 || (a.at.line === b.at.line && a.at.column > b.at.column);
}

interface Text {
  readonly text: string;
  place(place: Place): Place;
}

function asCommon(
  path: string,
  source: string,
  stripped: Text,
  program: Program,
  globals: readonly string[],
): PreparedCommon {
  const { text } = stripped;
  const word = unusedWord(text, '$import');
  const edits = findIn(program).dynamic.map((start) => ({ start, end: start + 'import'.length, text: word }));
  const head = `(function (${[word, ...globals].join(', ')}) { return function (exports, require, module, __filename, __dirname) { `;
  const edited = new EditedText(text, [...edits, ...hashbang(text)], head, '\n} })');
  let names: CommonNames | undefined;
  return {
    kind: 'commonjs',
    path,
    source,
    script: edited.text,
    ...placesOf(stripped, edited),
    names: () => {
      names ??= commonNames(program, text);
      return names;
    },
  };
}

function asModule(
  path: string,
  source: string,
  stripped: Text,
  program: Program,
  globals: readonly string[],
): PreparedModule {
  const { text } = stripped;
  const shape = shapeOf(program, text);
  const { words } = shape;
  const own = [
    words.export,
    words.import,
    words.meta,
    words.constant,
    ...shape.requests.map((one) => one.alias),
  ];
  const getters = shape.exports.flatMap((one) =>
    'local' in one ? [`${JSON.stringify(one.exported)}: () => ${one.local}`] : [],
  );
  // it is entered before it runs, so that its functions are there for modules in a circle with it
  const [begin, wait] = shape.isAsync
    ? [`async function (${words.start})`, `await ${words.start};`]
    : ['function* ()', 'yield;'];
  const head =
    `(function (${globals.join(', ')}) { return function (${own.join(', ')}) { 'use strict'; return ${begin} { ` +
    `${words.export}({ __proto__: null, ${getters.join(', ')} }); ${wait} `;
  const edited = new EditedText(text, [...shape.edits, ...hashbang(text)], head, '\n} } })');
  return { kind: 'module', path, source, shape, script: edited.text, ...placesOf(stripped, edited) };
}

function placesOf(stripped: Text, edited: EditedText): Pick<Common, 'place' | 'offset'> {
  return {
    place: (place) => stripped.place(edited.place(place)),
    offset: (offset) => stripped.place(edited.placeOfSource(offset)),
  };
}

/** `#!` may only stand at the very beginning. */
function hashbang(text: string): { start: number; end: number; text: string }[] {
  return text.startsWith('#!') ? [{ start: 0, end: 2, text: '//' }] : [];
}
