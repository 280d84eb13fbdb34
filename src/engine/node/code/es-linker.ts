/**
 * ES modules and what stands for modules among them: names are found, modules instantiated and evaluated in order.
 *
 * ECMAScript §16.2.1.6 (cyclic module records) and §16.2.1.7 (source text): the algorithms have its names. Loading came
 * before (program.ts): here every request has its record.
 */
import type { ModuleShape } from './es-module.ts';

/** A name of a module, wherever it is declared: two ways to the same one are no conflict. */
export interface Binding {
  readonly owner: EsModule | SyntheticModule;
  readonly name: string | undefined;
  read(): unknown;
}

export type Resolution = Binding | undefined | 'ambiguous';

export type AnyModule = EsModule | SyntheticModule;

/** What is no ES module: a CommonJS one, JSON, a module of Node's. */
export class SyntheticModule {
  readonly url: string;
  readonly names: ReadonlySet<string>;
  readonly #evaluate: () => ReadonlyMap<string, unknown>;
  #values: ReadonlyMap<string, unknown> | undefined;
  #namespace: object | undefined;

  readonly #read: (name: string) => unknown;

  /** `evaluate` gives the values of names, once; those that it leaves out are read when they are used. */
  constructor(
    url: string,
    names: Iterable<string>,
    evaluate: () => ReadonlyMap<string, unknown>,
    read: (name: string) => unknown = () => undefined,
  ) {
    this.url = url;
    this.names = new Set(names);
    this.#evaluate = evaluate;
    this.#read = read;
  }

  exportedNames(): ReadonlySet<string> {
    return this.names;
  }

  resolve(name: string): Resolution {
    if (!this.names.has(name)) return undefined;
    return {
      owner: this,
      name,
      read: () => (this.#values?.has(name) ? this.#values.get(name) : this.#read(name)),
    };
  }

  get namespace(): object {
    this.#namespace ??= namespaceOf(this);
    return this.#namespace;
  }

  evaluate(): void {
    this.#values ??= this.#evaluate();
  }
}

/** The running text: entered, and then run. */
export interface Body {
  readonly exports: Readonly<Record<string, () => unknown>>;
  /** Gives a promise when the text awaits at its top level. */
  run(): Promise<void> | undefined;
}

type Status = 'new' | 'linked' | 'evaluating' | 'evaluating-async' | 'evaluated';

export class EsModule {
  readonly url: string;
  readonly shape: ModuleShape;
  /** By the numbers of the shape's requests. Filled by the loader. */
  readonly requested: AnyModule[] = [];
  body: Body | undefined;
  status: Status = 'new';
  failure: { readonly error: unknown } | undefined;
  done:
    | { readonly promise: Promise<void>; readonly settle: (failure?: { error: unknown }) => void }
    | undefined;
  index = 0;
  lowest = 0;
  cycleRoot: EsModule = this;
  pending = 0;
  /** In which order its turn came; undefined unless it, or what it needs, still awaits. */
  order: number | undefined;
  readonly parents: EsModule[] = [];
  #namespace: object | undefined;

  constructor(url: string, shape: ModuleShape) {
    this.url = url;
    this.shape = shape;
  }

  get namespace(): object {
    this.#namespace ??= namespaceOf(this);
    return this.#namespace;
  }

  exportedNames(seen: Set<EsModule> = new Set()): ReadonlySet<string> {
    const names = new Set<string>();
    if (seen.has(this)) return names;
    seen.add(this);
    for (const { exported } of this.shape.exports) names.add(exported);
    for (const star of this.shape.stars)
      for (const name of this.requested[star]!.exportedNames(seen)) if (name !== 'default') names.add(name);
    return names;
  }

  resolve(name: string, seen: { module: EsModule; name: string }[] = []): Resolution {
    if (seen.some((one) => one.module === this && one.name === name)) return undefined;
    seen.push({ module: this, name });
    const own = this.shape.exports.find(({ exported }) => exported === name);
    if (own) {
      if ('local' in own) return { owner: this, name, read: () => this.body!.exports[name]!() };
      const target = this.requested[own.request]!;
      if (own.name === undefined) return wholeOf(target);
      return target.resolve(own.name, seen);
    }
    if (name === 'default') return undefined;
    let found: Binding | undefined;
    for (const star of this.shape.stars) {
      const other = this.requested[star]!.resolve(name, seen);
      if (other === 'ambiguous') return other;
      if (!other) continue;
      if (found && (found.owner !== other.owner || found.name !== other.name)) return 'ambiguous';
      found = other;
    }
    return found;
  }

  /** True when it, or what it needs, awaits at its top level. */
  awaits(seen: Set<EsModule> = new Set()): boolean {
    if (seen.has(this)) return false;
    seen.add(this);
    return (
      this.shape.hasTopLevelAwait || this.requested.some((one) => one instanceof EsModule && one.awaits(seen))
    );
  }
}

export function wholeOf(module: AnyModule): Binding {
  return { owner: module, name: undefined, read: () => module.namespace };
}

const namespaces = new WeakSet<object>();

/** As `util.types.isModuleNamespaceObject`. */
export function isNamespace(value: unknown): boolean {
  return typeof value === 'object' && value !== null && namespaces.has(value);
}

/** `import * as`: the names in order, live, and nobody's to change (§10.4.6). With `marked`, as `require` gives it. */
export function namespaceOf(module: AnyModule, marked = false): object {
  const bindings = new Map<string, () => unknown>();
  for (const name of module.exportedNames()) {
    const found = module.resolve(name);
    if (found && found !== 'ambiguous') bindings.set(name, found.read);
  }
  if (marked) bindings.set('__esModule', () => true);
  const target = Object.create(null) as Record<string, unknown>;
  for (const name of [...bindings.keys()].sort())
    Object.defineProperty(target, name, { value: undefined, writable: true, enumerable: true });
  Object.defineProperty(target, Symbol.toStringTag, { value: 'Module' });
  Object.preventExtensions(target);
  const read = (key: string | symbol): unknown =>
    typeof key === 'symbol' ? Reflect.get(target, key) : bindings.get(key)?.();
  const namespace = new Proxy(target, {
    get: (_, key) => read(key),
    getOwnPropertyDescriptor: (_, key) => {
      const own = Reflect.getOwnPropertyDescriptor(target, key);
      return own && typeof key === 'string' ? { ...own, value: read(key) } : own;
    },
    set: (_, key) => {
      throw new TypeError(`Cannot assign to property '${String(key)}' of [object Module]`);
    },
    defineProperty: () => false,
    deleteProperty: (_, key) => {
      if (!(key in target)) return true;
      throw new TypeError(`Cannot delete property '${String(key)}' of [object Module]`);
    },
  });
  namespaces.add(namespace);
  return namespace;
}

/** Every ES module that this one needs and that is not linked yet, those first that need no other; itself last. */
export function unlinked(module: EsModule): EsModule[] {
  const found: EsModule[] = [];
  const seen = new Set<EsModule>();
  const visit = (one: EsModule): void => {
    if (seen.has(one) || one.status !== 'new') return;
    seen.add(one);
    for (const other of one.requested) if (other instanceof EsModule) visit(other);
    found.push(one);
  };
  visit(module);
  return found;
}

/** Evaluates modules of one process. */
export class Evaluation {
  #orders = 0;

  /** Evaluate(): the promise is over with the module; an error of one without `await` rejects it at once. */
  evaluate(from: EsModule): Promise<void> {
    const module = from.status === 'evaluating-async' || from.status === 'evaluated' ? from.cycleRoot : from;
    if (module.done) return module.done.promise;
    let settle: (failure?: { error: unknown }) => void = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      settle = (failure) => (failure ? reject(failure.error) : resolve());
    });
    module.done = { promise, settle };
    const stack: EsModule[] = [];
    try {
      this.#inner(module, stack, 0);
      if (module.order === undefined) settle();
    } catch (error) {
      for (const one of stack) {
        one.status = 'evaluated';
        one.failure = { error };
      }
      module.failure ??= { error };
      settle(module.failure);
    }
    return promise;
  }

  #inner(module: AnyModule, stack: EsModule[], start: number): number {
    if (!(module instanceof EsModule)) {
      module.evaluate();
      return start;
    }
    if (module.status === 'evaluated' || module.status === 'evaluating-async') {
      if (module.failure) throw module.failure.error;
      return start;
    }
    if (module.status === 'evaluating') return start;
    module.status = 'evaluating';
    module.index = start;
    module.lowest = start;
    module.pending = 0;
    stack.push(module);
    let index = start + 1;
    for (const needed of module.requested) {
      index = this.#inner(needed, stack, index);
      if (!(needed instanceof EsModule)) continue;
      let other = needed;
      if (other.status === 'evaluating') module.lowest = Math.min(module.lowest, other.lowest);
      else {
        other = other.cycleRoot;
        if (other.failure) throw other.failure.error;
      }
      if (other.order !== undefined) {
        module.pending += 1;
        other.parents.push(module);
      }
    }
    if (module.pending > 0 || module.shape.hasTopLevelAwait) {
      module.order = this.#orders++;
      if (module.pending === 0) this.#execute(module);
    } else void module.body!.run();
    if (module.lowest === module.index) {
      for (let other: EsModule | undefined; other !== module; ) {
        other = stack.pop()!;
        other.status = other.order === undefined ? 'evaluated' : 'evaluating-async';
        other.cycleRoot = module;
      }
    }
    return index;
  }

  /** ExecuteAsyncModule */
  #execute(module: EsModule): void {
    module.body!.run()!.then(
      () => this.#fulfilled(module),
      (error: unknown) => this.#rejected(module, error),
    );
  }

  #fulfilled(module: EsModule): void {
    if (module.status === 'evaluated') return;
    this.#finish(module);
    const ready: EsModule[] = [];
    this.#gather(module, ready);
    for (const one of ready.sort((a, b) => a.order! - b.order!)) {
      if (one.status === 'evaluated') continue;
      if (one.shape.hasTopLevelAwait) {
        this.#execute(one);
        continue;
      }
      try {
        void one.body!.run();
      } catch (error) {
        this.#rejected(one, error);
        continue;
      }
      this.#finish(one);
    }
  }

  /** GatherAvailableAncestors: who waited for this one alone. */
  #gather(module: EsModule, ready: EsModule[]): void {
    for (const parent of module.parents) {
      if (ready.includes(parent) || parent.cycleRoot.failure) continue;
      parent.pending -= 1;
      if (parent.pending > 0) continue;
      ready.push(parent);
      if (!parent.shape.hasTopLevelAwait) this.#gather(parent, ready);
    }
  }

  #rejected(module: EsModule, error: unknown): void {
    if (module.status === 'evaluated') return;
    module.failure = { error };
    module.status = 'evaluated';
    module.order = undefined;
    for (const parent of module.parents) this.#rejected(parent, error);
    module.done?.settle(module.failure);
  }

  #finish(module: EsModule): void {
    module.order = undefined;
    module.status = 'evaluated';
    module.done?.settle();
  }
}
