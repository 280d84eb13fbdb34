/**
 * The scripts of a realm: every text that was prepared and evaluated there, by the name that stacks call it.
 *
 * Programs of one project share scripts, because preparing costs more than running. What a process gives them, its
 * globals and modules, are arguments of the functions that the scripts are.
 */
import type { Shelf } from '../libraries.ts';
import type { Realm } from '../realm.ts';
import type { Place } from './edited-text.ts';
import { type Prepared, prepare } from './prepare.ts';
import { type Format, urlOf } from './resolve.ts';

/** Takes the globals, gives the function that takes what is the module's own. */
export type Outer = (...globals: unknown[]) => (this: unknown, ...own: unknown[]) => unknown;

export interface Script {
  /** `/app/server.js` for a CommonJS module, `file:///app/server.js` for an ES module, as Node calls them. */
  readonly name: string;
  readonly prepared: Prepared;
  evaluate(): Outer;
}

/** Texts that a realm keeps; more than a reader edits in an evening. */
const MAX_SCRIPTS = 4000;

export class Scripts {
  static readonly #all = new WeakMap<Shelf, Scripts>();
  readonly #realm: Realm;
  readonly #byText = new Map<string, Script>();
  readonly #byName = new Map<string, Script>();

  private constructor(realm: Realm) {
    this.#realm = realm;
  }

  static of(realm: Realm): Scripts {
    let scripts = Scripts.#all.get(realm.shelf);
    if (!scripts) {
      scripts = new Scripts(realm);
      Scripts.#all.set(realm.shelf, scripts);
    }
    return scripts;
  }

  /** Throws a SyntaxFault (syntax.ts). */
  script(path: string, source: string, format: Exclude<Format, 'json'>, globals: readonly string[]): Script {
    const key = `${path}\0${format}\0${globals.join()}\0${source}`;
    const known = this.#byText.get(key);
    if (known) return known;
    const prepared = prepare(path, source, format, globals);
    const name = prepared.kind === 'module' ? urlOf(path).href : path;
    // another text of the same name: an edit since the last run
    let called = name;
    for (let version = 2; this.#byName.has(called); version++) called = `${name}?${version}`;
    let outer: Outer | undefined;
    const script: Script = {
      name,
      prepared,
      evaluate: () => {
        outer ??= this.#realm.evaluate(`${prepared.script}\n//# sourceURL=${called}`) as Outer;
        return outer;
      },
    };
    if (this.#byText.size >= MAX_SCRIPTS) {
      this.#byText.clear();
      this.#byName.clear();
    }
    this.#byText.set(key, script);
    this.#byName.set(called, script);
    return script;
  }

  /** The script that a stack calls so. */
  named(called: string): Script | undefined {
    return this.#byName.get(called);
  }

  /** The newest script that people see under this name. */
  shown(name: string): Script | undefined {
    let found: Script | undefined;
    for (const script of this.#byName.values()) if (script.name === name) found = script;
    return found;
  }

  /** Where a place in a script of this name was written: `file:///app/server.js:12:7`. */
  written(called: string, place: Place): (Place & { readonly script: Script }) | undefined {
    const script = this.#byName.get(called);
    return script && { ...script.prepared.place(place), script };
  }
}
