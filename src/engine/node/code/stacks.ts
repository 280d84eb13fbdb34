/**
 * Where in a program's own files an error came from: stacks that show them as they were written, and what Node prints of
 * an error that nobody took.
 *
 * Frames of the engine, of its packages and of whatever it runs in are left out, where Node would show its own
 * (`node:internal/…`). V8 asks for the text of a stack when it is first read, and that is answered here; stacks of other
 * engines are texts already, and are put right when they are printed.
 */
import type { NodeProcess } from '../node-process.ts';
import { NODE_VERSION } from '../node-version.ts';
import { codedError } from '../system-error.ts';
import type { Place } from './edited-text.ts';
import { type Script, Scripts } from './scripts.ts';
import type { SyntaxFault } from './syntax.ts';

/** A frame as V8 hands it out, as far as it is used. */
interface CallSite {
  getScriptNameOrSourceURL?(): string | null | undefined;
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
  toString(): string;
}

type Formatter = (error: unknown, sites: CallSite[]) => unknown;

interface ErrorClass {
  prepareStackTrace?: Formatter | undefined;
  stackTraceLimit?: number;
}

/** Frames that a stack shows, as many as Node does. */
const SHOWN = 10;
/** Frames that are looked at: between those of a program may be many of ours. */
const TAKEN = 60;

/** Where errors of the loader are, which have no frames: name of the script as Node shows it, and its text. */
const origins = new WeakMap<object, Origin>();

interface Origin {
  readonly name: string;
  readonly source: string;
  readonly place: Place;
  readonly width: number;
  /** A blank line stands before the error. */
  readonly isApart: boolean;
}

/** What stands for frames that are all the engine's, where Node's would be its own. */
const OURS = 'node:internal/simulated';

/** Whose scripts they are, and whether the realm asks for the texts of stacks. */
const installed = new WeakMap<Scripts, { isAsking: boolean; node: NodeProcess }>();

/** From now on stacks of the realm show where programs were written. */
export function installStacks(node: NodeProcess): void {
  const RealmError = node.realm.evaluate('Error') as ErrorClass & (new () => Error);
  const scripts = Scripts.of(node.realm);
  const known = installed.get(scripts);
  if (known && RealmError.prepareStackTrace !== undefined) {
    known.node = node;
    return;
  }
  const state = { isAsking: false, node };
  installed.set(scripts, state);
  const before = RealmError.prepareStackTrace;
  RealmError.stackTraceLimit = Math.max(RealmError.stackTraceLimit ?? SHOWN, TAKEN);
  RealmError.prepareStackTrace = (error, sites) => {
    state.isAsking = true;
    const frames = ownFrames(scripts, sites);
    if (frames.length > 0) showNames(scripts, error, sites);
    const head = headOf(error);
    if (frames.length > 0) return [head, ...frames.slice(0, SHOWN)].join('\n    at ');
    if (state.node.drive.current && sites.length > 0) return `${head}\n    at ${OURS}`;
    if (before) return before(error, sites);
    return [head, ...sites.slice(0, SHOWN)].join('\n    at ');
  };
  void new RealmError().stack;
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return '<error>';
  }
}

/** The frames of programs' files; of what is built in, those that such a file has called. */
function ownFrames(scripts: Scripts, sites: readonly CallSite[]): string[] {
  const texts = sites.map((site) => frameOf(scripts, site));
  return texts.flatMap((text, at) => {
    if (text !== undefined) return [text];
    const name = nameOf(sites[at]!);
    const isBuiltIn = name === null || name === undefined;
    return isBuiltIn && texts[at + 1] !== undefined ? [String(sites[at])] : [];
  });
}

function nameOf(site: CallSite): string | null | undefined {
  return site.getScriptNameOrSourceURL?.() ?? site.getFileName();
}

function frameOf(scripts: Scripts, site: CallSite): string | undefined {
  const called = nameOf(site);
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (!called || line === null || column === null) return undefined;
  const written = scripts.written(called, { line, column });
  if (!written) return undefined;
  const where = `${written.script.name}:${written.line}:${written.column}`;
  const text = String(site);
  const at = text.lastIndexOf(called);
  if (at < 0) return where;
  const end = text.endsWith(')') ? ')' : '';
  return `${withoutEval(text.slice(0, at))}${where}${end}`.replace(/^((?:async )?)\((.*)\)$/, '$1$2');
}

/** What is evaluated has `eval` for the name of functions that have none, where a file would have nothing. */
function withoutEval(text: string): string {
  return text.replace(
    /^((?:async )?)(new )?([^ ]+\.)?eval(?: \[as ([^\]]+)\])? \($/,
    (_, how: string, made = '', owner = '', method?: string) => {
      if (made) return `${how}new <anonymous> (`;
      return owner ? `${how}${owner}${method ?? '<anonymous>'} (` : `${how}(`;
    },
  );
}

/**
 * What an imported name was made of (`(0 , lib$.f) is not a function`) is written as it was. A program that reads the
 * message before the stack sees the other.
 */
function showNames(scripts: Scripts, error: unknown, sites: readonly CallSite[]): void {
  if (!(error instanceof Error) || !error.message.includes('$.')) return;
  const name = sites[0] && nameOf(sites[0]);
  const prepared = name ? scripts.named(name)?.prepared : undefined;
  if (prepared?.kind !== 'module') return;
  let { message } = error;
  for (const { alias } of prepared.shape.requests)
    message = message
      .replaceAll(`(0 , ${alias}.`, `(${alias}.`)
      .replace(new RegExp(`\\(${alias.replaceAll('$', '\\$')}\\.([\\w$]+)\\)`, 'g'), '$1')
      .replaceAll(`${alias}.`, '');
  if (message !== error.message)
    Object.defineProperty(error, 'message', {
      value: message,
      writable: true,
      configurable: true,
      enumerable: false,
    });
}

/** Lines of a stack that is text already, as of engines other than V8. */
export function tidyStack(node: NodeProcess, stack: string): string {
  const scripts = Scripts.of(node.realm);
  if (installed.get(scripts)?.isAsking) return stack;
  const lines = stack.split('\n').map((line) => {
    const [, before = '', called, number, column, after = ''] =
      /^(.*?)((?:file:\/\/)?\/[^\s()@]+?(?:\?\d+)?):(\d+):(\d+)(\)?)$/.exec(line) ?? [];
    const written =
      called === undefined
        ? undefined
        : scripts.written(called, { line: Number(number), column: Number(column) });
    return written ? `${before}${written.script.name}:${written.line}:${written.column}${after}` : line;
  });
  return lines.join('\n');
}

// ── errors of loading

/** What is no JavaScript, as Node says it. */
export function syntaxError(fault: SyntaxFault, name: string, source: string): SyntaxError {
  const error =
    fault.code === undefined
      ? new SyntaxError(fault.words)
      : codedError(SyntaxError, fault.code, fault.words);
  return withOrigin(error, { name, source, place: fault.at, width: fault.width, isApart: true });
}

/** A name that is imported and not there, or there twice. */
export function linkFault(
  script: Script,
  offset: number,
  name: string,
  specifier: string,
  { isAmbiguous, isCommon }: { readonly isAmbiguous: boolean; readonly isCommon: boolean },
): SyntaxError {
  const message = isAmbiguous
    ? `The requested module '${specifier}' contains conflicting star exports for name '${name}'`
    : isCommon
      ? `Named export '${name}' not found. The requested module '${specifier}' is a CommonJS module, which may not ` +
        'support all module.exports as named exports.\nCommonJS modules can always be imported via the default ' +
        `export, for example using:\n\nimport pkg from '${specifier}';\nconst { ${name} } = pkg;\n`
      : `The requested module '${specifier}' does not provide an export named '${name}'`;
  const { prepared } = script;
  return withOrigin(new SyntaxError(message), {
    name: script.name,
    source: prepared.source,
    place: prepared.offset(offset),
    width: name.length,
    isApart: false,
  });
}

function withOrigin(error: SyntaxError, origin: Origin): SyntaxError {
  origins.set(error, origin);
  Object.defineProperty(error, 'stack', {
    value: `${'code' in error ? `SyntaxError [${String(error.code)}]: ${error.message}` : headOf(error)}\n    at ${OURS}`,
    writable: true,
    configurable: true,
  });
  return error;
}

// ── errors that nobody took

/** `file:///app/server.js:12`, the line, a caret: empty for an error that leads to no file of the program. */
function excerptOf(node: NodeProcess, error: unknown, how: Origins): string {
  const origin = originOf(node, error, how);
  if (!origin) return '';
  return `${excerpt(origin)}${origin.isApart ? '\n' : ''}`;
}

/** At the end of a text there is nothing to mark. */
function excerpt({ name, source, place, width }: Omit<Origin, 'isApart'>): string {
  const line = source.split(/\r?\n|\r|\u2028|\u2029/)[place.line - 1] ?? '';
  const lead = line.slice(0, place.column - 1).replace(/[^\t]/g, ' ');
  return `${name}:${place.line}\n${line}\n${lead}${'^'.repeat(width)}\n`;
}

/** The line of an offset of a script's JavaScript, with its name before and a caret below. */
export function sourceLine({ name, prepared }: Script, offset: number): string {
  return excerpt({ name, source: prepared.source, place: prepared.offset(offset), width: 1 });
}

/** All that Node prints of what went past the program. `inspected` is what `util.inspect` says of it. */
export function describeUncaught(
  node: NodeProcess,
  error: unknown,
  origin: Origins,
  inspected: string,
): string {
  const end = `\n\nNode.js ${NODE_VERSION}`;
  if (error instanceof Error) return `${excerptOf(node, error, origin)}${tidyStack(node, inspected)}${end}`;
  const hint = '(Use `node --trace-uncaught ...` to show where the exception was thrown)';
  return origin === 'unhandledRejection' ? `${inspected}${end}` : `Uncaught:\n${inspected}\n${hint}${end}`;
}

type Origins = 'uncaughtException' | 'unhandledRejection';

function originOf(node: NodeProcess, error: unknown, how: Origins): Origin | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const known = origins.get(error);
  if (known) return known;
  const stack = (error as { stack?: unknown }).stack;
  if (typeof stack !== 'string') return undefined;
  const scripts = Scripts.of(node.realm);
  for (const line of stack.split('\n')) {
    const [, name, number, column] = /((?:file:\/\/)?\/[^\s()]+?):(\d+):(\d+)\)?$/.exec(line) ?? [];
    const script = name === undefined ? undefined : scripts.shown(name);
    if (!script) continue;
    const made = { line: Number(number), column: Number(column) };
    // of a rejection Node knows where its error was made, and no more
    const place = how === 'uncaughtException' ? thrownAt(script.prepared.source, made) : made;
    return { name: script.name, source: script.prepared.source, place, width: 1, isApart: true };
  }
  return undefined;
}

/** An error is made where it is thrown, nearly always: then the caret stands under `throw`, as Node's does. */
function thrownAt(source: string, place: Place): Place {
  const line = source.split(/\r?\n|\r|\u2028|\u2029/)[place.line - 1] ?? '';
  const before = /\bthrow\s+$/.exec(line.slice(0, place.column - 1));
  return before ? { line: place.line, column: before.index + 1 } : place;
}
