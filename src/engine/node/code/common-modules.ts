/**
 * CommonJS of one program: `require`, its cache, and the modules as programs see them.
 *
 * Node's documentation, "Modules: CommonJS modules". Not here: compile hooks (`require.extensions` is empty), `NODE_PATH`.
 */

import { invalidType } from '../arguments.ts';
import { isNodeModule, NODE_MODULES } from '../builtins.ts';
import { folderOf, type ProgramFiles, plainPath } from '../program-files.ts';
import { codedError } from '../system-error.ts';
import { type Resolver, urlOf } from './resolve.ts';

export interface Require {
  (specifier: string): unknown;
  resolve: {
    (specifier: string, options?: { readonly paths?: readonly string[] }): string;
    paths(specifier: string): string[] | null;
  };
  main: CommonModule | undefined;
  cache: Record<string, CommonModule>;
  extensions: Record<string, unknown>;
}

export interface CommonModule {
  id: string;
  path: string;
  exports: unknown;
  filename: string;
  loaded: boolean;
  children: CommonModule[];
  paths: string[];
  readonly parent?: CommonModule | null | undefined;
  require(specifier: string): unknown;
}

/** What the loader lends. */
interface Lent {
  readonly resolver: Resolver;
  readonly files: ProgramFiles;
  builtin(name: string): unknown;
  run(module: CommonModule, require: Require): void;
  requireEs(path: string, stack: readonly string[]): unknown;
  isEs(path: string): boolean;
}

export function commonModules(lent: Lent) {
  const cache = Object.create(null) as Record<string, CommonModule>;
  const parents = new WeakMap<CommonModule, CommonModule>();
  let main: CommonModule | undefined;

  class Module implements CommonModule {
    id: string;
    path: string;
    exports: unknown = {};
    filename: string;
    loaded = false;
    children: CommonModule[] = [];
    paths: string[];

    constructor(id = '', parent?: CommonModule) {
      this.id = id;
      this.path = folderOf(id.startsWith('/') ? id : '/');
      this.filename = id;
      this.paths = lent.resolver.lookupPaths('a', this.filename || '/') ?? [];
      if (parent) {
        parents.set(this, parent);
        parent.children.push(this);
      }
    }

    get parent(): CommonModule | null | undefined {
      return this === main ? null : parents.get(this);
    }

    get isPreloading(): boolean {
      return false;
    }

    require(specifier: string): unknown {
      return requireFrom(specifier, this);
    }

    static builtinModules: readonly string[] = NODE_MODULES;
    static _cache = cache;
    static isBuiltin = (name: unknown): boolean => typeof name === 'string' && isNodeModule(name);
    static createRequire = createRequire;
    static findPackageJSON = undefined;
    static syncBuiltinESMExports = (): void => {};
    static Module: unknown;
  }
  Module.Module = Module;

  function stackOf(module: CommonModule | undefined): string[] {
    const stack: string[] = [];
    for (let at = module; at; at = parents.get(at)) stack.push(at.filename || at.id);
    return stack;
  }

  function checked(specifier: unknown): asserts specifier is string {
    if (typeof specifier !== 'string') throw invalidType('id', 'string', specifier);
    if (specifier === '')
      throw codedError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        "The argument 'id' must be a non-empty string. Received ''",
      );
  }

  function requireFrom(specifier: unknown, from: Module): unknown {
    checked(specifier);
    const target = lent.resolver.require(specifier, from.filename, stackOf(from));
    if (target.kind === 'builtin') return lent.builtin(target.name);
    return requirePath(target.path, from);
  }

  /** The exports of a file, which runs when it has not yet. */
  function requirePath(path: string, parent?: CommonModule, isMain = false): unknown {
    const known = cache[path];
    if (known) {
      if (parent && !parent.children.includes(known)) parent.children.push(known);
      return known.exports;
    }
    if (!path.endsWith('.json') && lent.isEs(path)) return lent.requireEs(path, stackOf(parent));
    const module = new Module(path, parent);
    if (isMain) {
      module.id = '.';
      main = module;
    }
    cache[path] = module;
    let isDone = false;
    try {
      if (path.endsWith('.json')) module.exports = readJson(path);
      else lent.run(module, requireOf(module));
      isDone = true;
    } finally {
      if (!isDone) {
        delete cache[path];
        const at = parent?.children.indexOf(module) ?? -1;
        if (at >= 0) parent!.children.splice(at, 1);
      }
    }
    module.loaded = true;
    return module.exports;
  }

  function readJson(path: string): unknown {
    try {
      return JSON.parse((lent.files.readText(path) ?? '').replace(/^\ufeff/, ''));
    } catch (error) {
      (error as Error).message = `${path}: ${(error as Error).message}`;
      throw error;
    }
  }

  function requireOf(module: Module): Require {
    const resolve = (specifier: string, options?: { readonly paths?: readonly string[] }): string => {
      checked(specifier);
      const froms = options?.paths?.map((folder) => `${plainPath(folder)}/.`) ?? [module.filename];
      for (const [at, from] of froms.entries()) {
        try {
          const target = lent.resolver.require(specifier, from, stackOf(module));
          return target.kind === 'builtin' ? target.name : target.path;
        } catch (error) {
          if (at === froms.length - 1) throw error;
        }
      }
      throw codedError(Error, 'MODULE_NOT_FOUND', `Cannot find module '${specifier}'`);
    };
    return Object.assign(
      function require(specifier: string): unknown {
        return requireFrom(specifier, module);
      },
      {
        resolve: Object.assign(resolve, {
          paths: (specifier: string) => lent.resolver.lookupPaths(specifier, module.filename),
        }),
        main,
        extensions: Object.create(null) as Record<string, unknown>,
        cache,
      },
    );
  }

  function createRequire(from: unknown): Require {
    let path: string | undefined;
    if (typeof from === 'string' && from.startsWith('/')) path = plainPath(from);
    else if (from instanceof URL || (typeof from === 'string' && from.startsWith('file:'))) {
      const url = new URL(String(from));
      if (url.protocol === 'file:') path = decodeURIComponent(url.pathname);
    }
    if (path === undefined)
      throw codedError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        "The argument 'filename' must be a file URL object, file URL string, or absolute path string. Received " +
          (typeof from === 'string' ? `'${from}'` : String(from)),
      );
    const module = new Module(path.endsWith('/') ? `${path}noop.js` : path);
    return requireOf(module);
  }

  return {
    Module,
    requirePath,
    runMain(path: string): void {
      requirePath(path, undefined, true);
    },
    /** For messages: `file:///app/main.js`. */
    urlOf,
  };
}
