/**
 * The modules of one program: what `require` and `import` give, each module once.
 *
 * Node's documentation, "Modules". An ES module is loaded with everything that it imports, linked, and evaluated
 * (es-linker.ts); a CommonJS module runs when it is required, in both worlds.
 */
import { builtin, isNodeModule } from '../builtins.ts';
import { type ProgramGlobals, programGlobals } from '../global-object.ts';
import { globals } from '../globals.ts';
import type { NodeProcess } from '../node-process.ts';
import { folderOf, plainPath } from '../program-files.ts';
import { codedError } from '../system-error.ts';
import { type CommonModule, commonModules, type Require } from './common-modules.ts';
import {
  type AnyModule,
  type Body,
  EsModule,
  Evaluation,
  namespaceOf,
  SyntheticModule,
  unlinked,
  wholeOf,
} from './es-linker.ts';
import type { ExportedName, ModuleShape } from './es-module.ts';
import type { PreparedModule } from './prepare.ts';
import { Resolver, type Target, urlOf } from './resolve.ts';
import { type Script, Scripts } from './scripts.ts';
import { linkFault, sourceLine, syntaxError } from './stacks.ts';
import { SyntaxFault } from './syntax.ts';

export type Loader = ReturnType<typeof loader>;

export function loader(node: NodeProcess) {
  return new ProgramLoader(node);
}

class ProgramLoader {
  readonly node: NodeProcess;
  readonly resolver: Resolver;
  readonly globals: ProgramGlobals;
  readonly #scripts: Scripts;
  readonly #records = new Map<string, AnyModule>();
  readonly #texts = new Map<EsModule, Script>();
  readonly #unsettled = new Map<Script, number>();
  readonly #marked = new WeakMap<EsModule, object>();
  readonly #evaluation = new Evaluation();
  readonly #common: ReturnType<typeof commonModules>;
  /** What the program began with. */
  main: string | undefined;

  constructor(node: NodeProcess) {
    this.node = node;
    this.resolver = new Resolver(node.files, isNodeModule);
    this.globals = programGlobals(globals(node), node.realm.evaluate('globalThis') as object);
    this.#scripts = Scripts.of(node.realm);
    this.#common = commonModules({
      resolver: this.resolver,
      files: node.files,
      builtin: (name) => this.builtin(name),
      run: (module, require) => this.#runCommon(module, require),
      requireEs: (path, from) => this.#requireEs(path, from),
      isEs: (path) => this.#isEs(path),
    });
  }

  /** `node:module` is the loader's own; the others have files of theirs. */
  builtin(name: string): unknown {
    if (/^(node:)?module$/.test(name)) return this.#common.Module;
    return builtin(this.node, name);
  }

  // ── how a program begins

  isEsEntry(path: string): boolean {
    this.main = path;
    return this.node.files.has(path) && this.#isEs(path);
  }

  runCommonMain(path: string): void {
    this.#common.runMain(path);
  }

  /** Resolves when the whole module has run; what goes wrong rejects. */
  async runEsMain(path: string): Promise<void> {
    await this.#evaluate(this.#ready({ kind: 'file', path, url: urlOf(path).href }, undefined));
  }

  // ── import()

  import(specifier: unknown, from: string, options?: unknown): Promise<object> {
    let target: Target;
    let type: string | undefined;
    try {
      type = typeIn(options);
      target = this.resolver.import(String(specifier), from);
      const known = target.kind === 'file' ? this.#records.get(keyOf(target, type)) : undefined;
      if (target.kind === 'builtin' || (known instanceof EsModule && known.status !== 'new'))
        return this.#evaluate(this.#ready(target, type)).then((module) => module.namespace);
    } catch (error) {
      return Promise.reject(error);
    }
    // files come from the disk: as an event of its own
    return new Promise((resolve, reject) => {
      this.node.ref();
      this.node.soon(() => {
        this.node.unref();
        // in a microtask, as Node's loader has it: promises of the module come before its ticks
        void Promise.resolve()
          .then(() => this.#evaluate(this.#ready(target, type)))
          .then((module) => resolve(module.namespace), reject);
      });
    });
  }

  #evaluate(module: AnyModule): Promise<AnyModule> {
    if (module instanceof EsModule) return this.#evaluation.evaluate(module).then(() => module);
    return new Promise((resolve) => {
      module.evaluate();
      resolve(module);
    });
  }

  // ── loading

  #isEs(path: string): boolean {
    const format = this.resolver.format(path);
    if (format === 'module') return true;
    if (format !== 'undecided' || !/\.[jt]s$/.test(path)) return false;
    return this.#script(path).prepared.kind === 'module';
  }

  /** Throws a SyntaxError with its place. */
  #script(path: string): Script {
    const source = (this.node.files.readText(path) ?? '').replace(/^\ufeff/, '');
    const format = this.resolver.format(path);
    try {
      return this.#scripts.script(path, source, format === 'json' ? 'commonjs' : format, this.globals.names);
    } catch (error) {
      if (error instanceof SyntaxFault)
        throw syntaxError(
          error,
          format === 'module' || error.code !== undefined ? urlOf(path).href : path,
          source,
        );
      throw error;
    }
  }

  /** Loaded and linked. */
  #ready(target: Target, type: string | undefined): AnyModule {
    const module = this.#load(target, type);
    if (module instanceof EsModule) this.#link(module);
    return module;
  }

  #load(target: Target, type: string | undefined): AnyModule {
    const key = keyOf(target, type);
    const known = this.#records.get(key);
    if (known) return known;
    if (target.kind === 'builtin') return this.#keep(key, this.#builtinRecord(target.name));
    const { path, url } = target;
    const isJson = this.resolver.format(path) === 'json';
    checkType(url, isJson, type);
    if (isJson) return this.#keep(key, this.#jsonRecord(path, url));
    if (!this.#isEs(path)) return this.#keep(key, this.#commonRecord(path, url));
    const script = this.#script(path);
    const { shape } = script.prepared as PreparedModule;
    const module = new EsModule(url, shape);
    this.#records.set(key, module);
    this.#texts.set(module, script);
    try {
      for (const request of shape.requests)
        module.requested.push(this.#load(this.resolver.import(request.specifier, path), request.type));
    } catch (error) {
      this.#records.delete(key);
      throw error;
    }
    return module;
  }

  #keep(key: string, module: AnyModule): AnyModule {
    this.#records.set(key, module);
    return module;
  }

  #builtinRecord(name: string): SyntheticModule {
    const value = this.builtin(name) as Readonly<Record<string, unknown>>;
    const names = new Set(['default', 'module.exports']);
    for (const key in value) names.add(key);
    return new SyntheticModule(
      name.startsWith('node:') ? name : `node:${name}`,
      names,
      () =>
        new Map([
          ['default', value],
          ['module.exports', value],
        ]),
      // what is not here says so when somebody asks for it
      (key) => value[key],
    );
  }

  #jsonRecord(path: string, url: string): SyntheticModule {
    return new SyntheticModule(
      url,
      ['default'],
      () => new Map([['default', this.#common.requirePath(path)]]),
    );
  }

  #commonRecord(path: string, url: string): SyntheticModule {
    const names = this.#commonNames(path, new Set());
    return new SyntheticModule(url, [...names, 'default', 'module.exports'], () => {
      const value = this.#common.requirePath(path);
      const values = new Map<string, unknown>();
      if ((typeof value === 'object' && value !== null) || typeof value === 'function')
        for (const name of names) if (name in value) values.set(name, Reflect.get(value, name));
      return values.set('default', value).set('module.exports', value);
    });
  }

  /** Names that a CommonJS module exports, with those of modules that it exports again. */
  #commonNames(path: string, seen: Set<string>): Set<string> {
    const names = new Set<string>();
    if (seen.has(path)) return names;
    seen.add(path);
    if (this.#isEs(path) || this.resolver.format(path) === 'json') return names;
    const { prepared } = this.#script(path);
    if (prepared.kind !== 'commonjs') return names;
    const own = prepared.names();
    for (const name of own.names) names.add(name);
    for (const specifier of own.again) {
      let target: Target;
      try {
        target = this.resolver.require(specifier, path, []);
      } catch {
        // it is said when the module runs
        continue;
      }
      if (target.kind === 'file')
        for (const name of this.#commonNames(target.path, seen)) if (name !== 'default') names.add(name);
    }
    names.delete('default');
    return names;
  }

  // ── linking

  #link(root: EsModule): void {
    const modules = unlinked(root);
    for (const module of modules) this.#checkNames(module);
    for (const module of modules) module.body = this.#enter(module);
    for (const module of modules) module.status = 'linked';
  }

  /** Every name that is imported is there, and means one thing. */
  #checkNames(module: EsModule): void {
    const { shape, requested } = module;
    const named: readonly (ExportedName | (typeof shape.imports)[number])[] = [
      ...shape.imports,
      ...shape.exports,
    ];
    for (const one of named) {
      if (!('request' in one) || one.name === undefined) continue;
      const target = requested[one.request]!;
      const found = target.resolve(one.name);
      if (found !== undefined && found !== 'ambiguous') continue;
      const { specifier } = shape.requests[one.request]!;
      throw linkFault(this.#texts.get(module)!, one.at, one.name, specifier, {
        isAmbiguous: found === 'ambiguous',
        isCommon: target instanceof SyntheticModule && /\.c?js$/.test(target.url),
      });
    }
  }

  /** Makes the module's function, and enters it as far as its functions are there. */
  #enter(module: EsModule): Body {
    const script = this.#texts.get(module)!;
    const { shape } = module;
    const { path } = script.prepared;
    let exports: Body['exports'] = {};
    const aliases = shape.requests.map((_, request) => this.#alias(module, request));
    const constant = new Proxy(Object.freeze(Object.create(null)) as object, {
      set: () => {
        throw new TypeError('Assignment to constant variable.');
      },
    });
    const inner = script.evaluate()(...this.globals.values) as (...own: unknown[]) => unknown;
    const enter = inner(
      (given: Body['exports']) => {
        exports = given;
      },
      (specifier: unknown, options?: unknown) => this.import(specifier, path, options),
      this.#meta(module.url, path),
      constant,
      ...aliases,
    );
    const body = bodyOf(enter, shape, (at) => this.#awaits(script, at));
    if (shape.isDefaultNameless)
      Object.defineProperty(exports['default']!() as object, 'name', {
        value: 'default',
        configurable: true,
      });
    return { exports, run: body };
  }

  /** What stands for a requested module in the text: its names as the importer uses them. */
  #alias(module: EsModule, request: number): object {
    const alias = Object.create(null) as object;
    const target = module.requested[request]!;
    for (const one of module.shape.imports) {
      if (one.request !== request) continue;
      const found = one.name === undefined ? wholeOf(target) : target.resolve(one.name);
      if (found === undefined || found === 'ambiguous') continue;
      Object.defineProperty(alias, one.name ?? '*', { get: found.read, configurable: true });
    }
    return alias;
  }

  /** Where the program waits at a top level; what is told last is what is said when it never comes. */
  #awaits(script: Script, at: number | undefined): void {
    this.#unsettled.delete(script);
    if (at !== undefined) this.#unsettled.set(script, at);
    this.node.unsettledAt = () => {
      for (const [one, offset] of this.#unsettled) return ` at ${sourceLine(one, offset)}`;
      return '';
    };
  }

  #meta(url: string, path: string): object {
    const meta = Object.create(null) as Record<string, unknown>;
    meta['dirname'] = folderOf(path);
    meta['filename'] = path;
    meta['main'] = path === this.main;
    const resolve = (specifier: unknown): string => this.#resolved(String(specifier), path);
    meta['resolve'] = resolve;
    meta['url'] = url;
    return meta;
  }

  /** `import.meta.resolve`: a file need not be there. */
  #resolved(specifier: string, from: string): string {
    try {
      const target = this.resolver.import(specifier, from);
      return target.kind === 'file' ? target.url : `node:${target.name.replace(/^node:/, '')}`;
    } catch (error) {
      const { code, url } = error as { code?: string; url?: string };
      if (code === 'ERR_MODULE_NOT_FOUND' && url !== undefined) return url;
      throw error;
    }
  }

  // ── CommonJS

  #runCommon(module: CommonModule, require: Require): void {
    const script = this.#script(module.filename);
    const outer = script.evaluate();
    const inner = outer(
      (specifier: unknown, options?: unknown) => this.import(specifier, module.filename, options),
      ...this.globals.values,
    ) as (...own: unknown[]) => unknown;
    inner.call(module.exports, module.exports, require, module, module.filename, folderOf(module.filename));
  }

  /** `require` of an ES module: possible when nothing in it awaits. */
  #requireEs(path: string, stack: readonly string[]): unknown {
    const module = this.#ready({ kind: 'file', path, url: urlOf(path).href }, undefined) as EsModule;
    if (module.awaits())
      throw codedError(
        Error,
        'ERR_REQUIRE_ASYNC_MODULE',
        'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the ' +
          'top-level await comes from, use --experimental-print-required-tla.\n' +
          `Required module: ${path}\nRequire stack:\n- ${stack.join('\n- ')}`,
      );
    if (module.status === 'evaluating')
      throw codedError(
        Error,
        'ERR_REQUIRE_CYCLE_MODULE',
        `Cannot require() ES Module ${path} in a cycle. A cycle involving require(esm) is not allowed to maintain ` +
          'invariants mandated by the ECMAScript specification. Try making at least part of the dependency in the ' +
          'graph lazily loaded.',
      );
    // it is over at once, and what went wrong is thrown here
    this.#evaluation.evaluate(module).catch(() => {});
    if (module.failure) throw module.failure.error;
    const { namespace } = module;
    if ('module.exports' in namespace) return namespace['module.exports'];
    if (!('default' in namespace) || '__esModule' in namespace) return namespace;
    let marked = this.#marked.get(module);
    if (!marked) {
      marked = namespaceOf(module, true);
      this.#marked.set(module, marked);
    }
    return marked;
  }

  /** The path of the program in its files; Node takes one without its extension, or a folder. */
  entry(path: string): string {
    const found = plainPath(path);
    if (this.node.files.has(found)) return found;
    const target = this.resolver.require(found, `${folderOf(found)}/.`, []);
    return target.kind === 'file' ? target.path : found;
  }
}

/** `onAwait` is told the offset of each `await` at the top level, and undefined when that is over. */
function bodyOf(
  entered: unknown,
  { hasTopLevelAwait, isAsync }: ModuleShape,
  onAwait: (at: number | undefined) => void,
): Body['run'] {
  if (!isAsync) {
    const steps = (entered as () => Steps).call(undefined);
    steps.next();
    if (hasTopLevelAwait)
      return () => new Promise((resolve, reject) => drive(steps, onAwait, resolve, reject));
    return () => {
      steps.next();
      return undefined;
    };
  }
  let start: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    start = resolve;
  });
  const over = (entered as (gate: Promise<void>) => Promise<void>).call(undefined, gate);
  // whoever evaluates it asks for its end
  over.catch(() => {});
  return () => {
    start();
    return over;
  };
}

type Steps = Generator<[at: number, value: unknown] | undefined, void>;

/** Awaits what the generator gives, as `await` does: in as many microtasks. */
function drive(
  steps: Steps,
  onAwait: (at: number | undefined) => void,
  resolve: () => void,
  reject: (error: unknown) => void,
): void {
  const go = (step: () => ReturnType<Steps['next']>): void => {
    try {
      onAwait(undefined);
      const { done, value } = step();
      if (done || !value) {
        resolve();
        return;
      }
      onAwait(value[0]);
      Promise.resolve(value[1]).then(
        (found) => go(() => steps.next(found)),
        (error: unknown) => go(() => steps.throw(error)),
      );
    } catch (error) {
      reject(error);
    }
  };
  go(() => steps.next());
}

function keyOf(target: Target, type: string | undefined): string {
  return target.kind === 'builtin'
    ? `node:${target.name.replace(/^node:/, '')}`
    : `${target.url} ${type ?? ''}`;
}

function typeIn(options: unknown): string | undefined {
  const attributes = (options as { with?: { type?: unknown } } | null | undefined)?.with;
  return typeof attributes?.type === 'string' ? attributes.type : undefined;
}

/** JSON is imported as such, and nothing else is (`with { type: 'json' }`). */
function checkType(url: string, isJson: boolean, type: string | undefined): void {
  if (type !== undefined && type !== 'json')
    throw codedError(
      TypeError,
      'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED',
      `Import attribute "type" with value "${type}" is not supported in ${url}`,
    );
  if (isJson && type === undefined)
    throw codedError(
      TypeError,
      'ERR_IMPORT_ATTRIBUTE_MISSING',
      `Module "${url}" needs an import attribute of "type: json"`,
    );
  if (!isJson && type === 'json')
    throw codedError(
      TypeError,
      'ERR_IMPORT_ATTRIBUTE_TYPE_INCOMPATIBLE',
      `Module "${url}" is not of type "json"`,
    );
}
