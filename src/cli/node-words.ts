/**
 * Makes what the editor of a playground offers: the modules of the simulated Node, what each exports, and the globals.
 * A program in the simulation names them. The site keeps the list as a file, which the editor fetches at its first
 * completion.
 */
import { BUILTINS } from '#engine/node/builtins.ts';
import { ABSENT, type Omission } from '#engine/node/omissions.ts';
import { readProject } from '#engine/node/project.ts';
import { Programs } from '#engine/scenario/programs.ts';
import { nodeRealm } from './node-realm.ts';
import { shelf } from './shelf.ts';

const GLOBALS =
  'AbortController AbortSignal Blob Buffer FormData Headers ReadableStream Request Response TextDecoder TextEncoder TransformStream URL URLSearchParams WritableStream atob btoa clearImmediate clearInterval clearTimeout console crypto fetch performance process queueMicrotask setImmediate setInterval setTimeout structuredClone'.split(
    ' ',
  );
/** Globals whose members are offered. */
const WITH_MEMBERS = ['process', 'console', 'Buffer', 'performance', 'AbortSignal', 'Response', 'URL'];

/** Prints the names of everything that `values` has, by its name there. */
const ASKING = `
  const OF_EVERY_FUNCTION = ['length', 'name', 'prototype', 'arguments', 'caller'];
  function namesOf(value) {
    const names = new Set();
    for (let at = value; at && at !== Object.prototype && at !== Function.prototype; at = Object.getPrototypeOf(at))
      for (const name of Object.getOwnPropertyNames(at)) names.add(name);
    names.delete('constructor');
    if (typeof value === 'function') for (const name of OF_EVERY_FUNCTION) names.delete(name);
    return [...names].filter((name) => /^[A-Za-z]\\w*$/.test(name)).sort();
  }
  const words = {};
  for (const name of MODULES) words[name] = namesOf(require('node:' + name));
  for (const name of WITH_MEMBERS) words['.' + name] = namesOf(globalThis[name]);
  console.log(JSON.stringify(words));
`;

/** By module; under `` the globals, under `.process` what a global has. */
export async function nodeWords(): Promise<Readonly<Record<string, readonly string[]>>> {
  const modules = Object.keys(BUILTINS);
  const files = {
    'package.json': JSON.stringify({
      name: 'words',
      roundtrip: {
        title: 'Words',
        summary: 'What a program finds.',
        scenario: 'workbench',
        processes: [{ name: 'asking', on: 'laptop', run: 'asking.js' }],
      },
    }),
    'asking.js': `const MODULES = ${JSON.stringify(modules)}, WITH_MEMBERS = ${JSON.stringify(WITH_MEMBERS)};${ASKING}`,
  };
  const realm = nodeRealm(shelf());
  let printed = '';
  try {
    const programs = new Programs(readProject(new Map(Object.entries(files))), realm, {
      onOutput: ({ text }) => {
        printed += text;
      },
    });
    await programs.finish();
  } finally {
    realm.end();
  }
  const found = JSON.parse(printed) as Readonly<Record<string, readonly string[]>>;
  return Object.fromEntries([
    ['', GLOBALS],
    ...Object.entries(found).map(([where, names]) => [where, without(where, names)]),
  ]) as Readonly<Record<string, readonly string[]>>;
}

/** What a module leaves out may still be there, to say why. */
function without(name: string, names: readonly string[]): readonly string[] {
  const omissions: readonly Omission[] =
    (ABSENT as Readonly<Record<string, readonly Omission[]>>)[name] ?? [];
  const absent = new Set(omissions.flatMap((omission) => omission.names));
  return names.filter((one) => !absent.has(one));
}
