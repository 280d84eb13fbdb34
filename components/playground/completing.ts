// Completion for what Node offers: names of its modules in an import or a require, what a module exports between the
// braces of its import and after the name that it was given, and the globals. The list is a file of the site, made from
// the modules themselves, and fetched at the first completion.
import type { CompletionContext, CompletionResult, CompletionSource } from '@codemirror/autocomplete';

/** Names that exist, by module (`http`, `dns/promises`); under `` the globals, under `process` what that one has. */
export type Words = Readonly<Record<string, readonly string[]>>;

export interface Offer {
  /** Where what stands there begins. */
  readonly from: number;
  readonly options: readonly { readonly label: string; readonly detail?: string }[];
}

const IMPORT =
  /\bimport\s+(?:(\w+)\s*,?\s*)?(?:\*\s*as\s+(\w+)\s*)?(?:\{[^}]*\}\s*)?from\s*['"](?:node:)?([\w/]+)['"]/g;
const REQUIRE = /\b(?:const|let|var)\s+(\w+)\s*=\s*require\(\s*['"](?:node:)?([\w/]+)['"]\s*\)/g;

/** Names in this text that stand for modules. */
export function modulesIn(text: string): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [, byDefault, all, module] of text.matchAll(IMPORT)) {
    if (byDefault) names.set(byDefault, module!);
    if (all) names.set(all, module!);
  }
  for (const [, name, module] of text.matchAll(REQUIRE)) names.set(name!, module!);
  return names;
}

/** What may stand at a position of a text; undefined where nothing is offered. */
export function offersAt(text: string, position: number, words: Words, isAsked: boolean): Offer | undefined {
  const before = text.slice(Math.max(0, position - 400), position);
  return (
    moduleNames(before, position, words) ??
    namedImports(text, before, position, words) ??
    members(text, before, position, words) ??
    globals(before, position, words, isAsked)
  );
}

function moduleNames(before: string, position: number, words: Words): Offer | undefined {
  const found = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)['"]((?:node:)?[\w/]*)$/.exec(before);
  if (!found) return undefined;
  const options = Object.keys(words)
    .filter((name) => name !== '' && !name.startsWith('.'))
    .map((name) => ({ label: `node:${name}` }));
  return { from: position - found[1]!.length, options };
}

function namedImports(text: string, before: string, position: number, words: Words): Offer | undefined {
  const found = /\bimport\s*(?:\w+\s*,\s*)?\{(?:[^{}]*[,{\s])?(\w*)$/.exec(before);
  if (!found) return undefined;
  const after = /^[^{}]*\}\s*from\s*['"](?:node:)?([\w/]+)['"]/.exec(text.slice(position, position + 400));
  const names = after && words[after[1]!];
  if (!names) return undefined;
  return { from: position - found[1]!.length, options: names.map((label) => ({ label, detail: after[1]! })) };
}

function members(text: string, before: string, position: number, words: Words): Offer | undefined {
  const found = /(?<![\w$.])([A-Za-z_$][\w$]*)\.([\w$]*)$/.exec(before);
  if (!found) return undefined;
  const [, name, part] = found;
  const module = modulesIn(text).get(name!) ?? (Object.hasOwn(words, `.${name}`) ? `.${name}` : undefined);
  const names = module === undefined ? undefined : words[module];
  // After a dot that we know nothing of, the globals would be wrong.
  return { from: position - part!.length, options: (names ?? []).map((label) => ({ label })) };
}

function globals(before: string, position: number, words: Words, isAsked: boolean): Offer | undefined {
  const found = /(?<![\w$.'"`])([A-Za-z_$][\w$]*)?$/.exec(before);
  const part = found?.[1] ?? '';
  if (!found || (!isAsked && part.length < 2) || /(?:\/\/|^\s*\*)[^\n]*$/.test(before)) return undefined;
  if (inString(before)) return undefined;
  return {
    from: position - part.length,
    options: (words[''] ?? []).map((label) => ({ label, detail: 'global' })),
  };
}

/** An odd number of quotes on the line: a guess, and a wrong one offers too little. */
function inString(before: string): boolean {
  const line = before.slice(before.lastIndexOf('\n') + 1).replaceAll(/\\./g, '');
  return ["'", '"', '`'].some((quote) => line.split(quote).length % 2 === 0);
}

let fetched: Promise<Words> | undefined;

/** As the editor asks for it. `address`: where the list lies. */
export function completeNode(address: string): CompletionSource {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    fetched ??= fetch(address).then((response) => response.json() as Promise<Words>);
    fetched.catch(() => {
      fetched = undefined;
    });
    const words = await fetched.catch((): Words => ({}));
    if (context.aborted) return null;
    const offer = offersAt(context.state.doc.toString(), context.pos, words, context.explicit);
    if (!offer || offer.options.length === 0) return null;
    return { from: offer.from, options: [...offer.options], validFor: /^[\w$:/]*$/ };
  };
}
