// What learners' programs find by name: the modules of Node that the simulated one has, what each exports, and the globals.
// Read from the Node that builds the page, which has the version that is simulated; it is data for the editor.
import { builtinModules, createRequire } from 'node:module';
import { isBuiltin } from '#engine/node/builtins.ts';

const GLOBALS =
  'AbortController AbortSignal Blob Buffer FormData Headers ReadableStream Request Response TextDecoder TextEncoder TransformStream URL URLSearchParams WritableStream atob btoa clearImmediate clearInterval clearTimeout console crypto fetch performance process queueMicrotask setImmediate setInterval setTimeout structuredClone'.split(
    ' ',
  );
/** Globals whose members are offered. */
const WITH_MEMBERS = ['process', 'console', 'Buffer', 'performance', 'AbortSignal', 'Response', 'URL'];
const require = createRequire(import.meta.url);

/** By module; under `` the globals, under `.process` what a global has. */
export function nodeWords(): Record<string, string[]> {
  const words: Record<string, string[]> = { '': GLOBALS };
  for (const name of builtinModules) {
    if (/^(?:_|node:)/.test(name) || !isBuiltin(name)) continue;
    words[name] = namesOf(require(`node:${name}`));
  }
  for (const name of WITH_MEMBERS)
    words[`.${name}`] = namesOf((globalThis as unknown as Record<string, unknown>)[name]);
  return words;
}

function namesOf(value: unknown): string[] {
  const own = new Set<string>();
  const isFunction = typeof value === 'function';
  for (
    let at = value;
    at && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at)
  )
    for (const name of Object.getOwnPropertyNames(at)) own.add(name);
  return [...own]
    .filter(
      (name) =>
        /^[A-Za-z]\w*$/.test(name) &&
        !(isFunction && /^(?:length|name|prototype|arguments|caller)$/.test(name)),
    )
    .filter((name) => name !== 'constructor')
    .sort();
}
