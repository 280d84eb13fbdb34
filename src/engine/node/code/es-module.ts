/**
 * An ES module as the text of a function: what it imports and exports, and the edits that make it one.
 *
 * ECMAScript §16.2. Imported names become properties of objects that the loader fills (`net$.connect` for `connect`), so
 * bindings are live and cycles work; exported names are handed out as functions that read them, before anything else
 * runs. Whatever stays is where it was written: a stack's lines are right even without the way back.
 */
import type { AnyNode, AwaitExpression, ExportNamedDeclaration, ImportDeclaration, Program } from 'acorn';
import type { Edit } from './edited-text.ts';
import { childrenOf, namesOf, type Reference, referencesTo } from './references.ts';

export interface ModuleRequest {
  readonly specifier: string;
  /** `with { type: 'json' }`. */
  readonly type: string | undefined;
  /** The object that stands for it in the text. */
  readonly alias: string;
}

/** `name` undefined is the whole namespace. Offsets are where the name is written. */
export interface ImportedName {
  readonly local: string;
  readonly request: number;
  readonly name: string | undefined;
  readonly at: number;
}

export type ExportedName =
  | { readonly exported: string; readonly local: string }
  | {
      readonly exported: string;
      readonly request: number;
      readonly name: string | undefined;
      readonly at: number;
    };

export interface ModuleShape {
  readonly requests: readonly ModuleRequest[];
  readonly imports: readonly ImportedName[];
  readonly exports: readonly ExportedName[];
  /** Requests whose names are all exported again: `export * from`. */
  readonly stars: readonly number[];
  readonly hasTopLevelAwait: boolean;
  /** It awaits where no generator can: its function is an async one, and begins one microtask late. */
  readonly isAsync: boolean;
  /** Names of the function's parameters. */
  readonly words: Words;
  /** The exported default is a function without a name of its own. */
  readonly isDefaultNameless: boolean;
  readonly edits: readonly Edit[];
}

/** Names that the module's text does not use. */
export interface Words {
  readonly export: string;
  readonly import: string;
  readonly meta: string;
  readonly constant: string;
  readonly default: string;
  readonly start: string;
}

export function unusedWord(text: string, wanted: string): string {
  let word = wanted;
  while (text.includes(word)) word += '$';
  return word;
}

export function wordsFor(text: string): Words {
  return {
    export: unusedWord(text, '$export'),
    import: unusedWord(text, '$import'),
    meta: unusedWord(text, '$meta'),
    constant: unusedWord(text, '$constant'),
    default: unusedWord(text, '$default'),
    start: unusedWord(text, '$start'),
  };
}

/** What there is in a program besides statements: `import()`, `import.meta`, and `await` outside functions. */
export interface Found {
  readonly dynamic: readonly number[];
  readonly meta: readonly { readonly start: number; readonly end: number }[];
  readonly hasTopLevelAwait: boolean;
  /** Plain `await`s at the top level; undefined when there are other ways of awaiting. */
  readonly awaits: readonly AwaitExpression[] | undefined;
}

export function findIn(program: Program): Found {
  const dynamic: number[] = [];
  const meta: { start: number; end: number }[] = [];
  const awaits: AwaitExpression[] = [];
  let awaitsOtherwise = false;
  const visit = (node: AnyNode, isTop: boolean): void => {
    if (node.type === 'ImportExpression') dynamic.push(node.start);
    if (node.type === 'MetaProperty' && node.meta.name === 'import')
      meta.push({ start: node.start, end: node.end });
    if (isTop && node.type === 'AwaitExpression') awaits.push(node);
    if (isTop && isOtherAwait(node)) awaitsOtherwise = true;
    // keys and heritage of a class are evaluated outside, its fields and methods are functions
    const isFunction = /Function|StaticBlock/.test(node.type);
    for (const child of childrenOf(node)) visit(child, isTop && !isFunction);
  };
  visit(program, true);
  return {
    dynamic,
    meta,
    hasTopLevelAwait: awaits.length > 0 || awaitsOtherwise,
    awaits: awaitsOtherwise ? undefined : awaits,
  };
}

function isOtherAwait(node: AnyNode): boolean {
  return (
    (node.type === 'ForOfStatement' && node.await) ||
    (node.type === 'VariableDeclaration' && (node.kind as string) === 'await using')
  );
}

/** `preserveParens` is expected of the tree. */
export function shapeOf(program: Program, text: string): ModuleShape {
  return new Shaper(program, text).shape();
}

class Shaper {
  readonly #program: Program;
  readonly #text: string;
  readonly #words: Words;
  readonly #requests: ModuleRequest[] = [];
  readonly #imports: ImportedName[] = [];
  readonly #exports: ExportedName[] = [];
  readonly #stars: number[] = [];
  readonly #edits: Edit[] = [];
  #isDefaultNameless = false;

  constructor(program: Program, text: string) {
    this.#program = program;
    this.#text = text;
    this.#words = wordsFor(text);
  }

  shape(): ModuleShape {
    const { dynamic, meta, hasTopLevelAwait, awaits } = findIn(this.#program);
    // first, so that their ends stand before whatever else ends there
    for (const node of awaits ?? []) this.#await(node);
    for (const node of this.#program.body) this.#statement(node);
    for (const start of dynamic)
      this.#edits.push({ start, end: start + 'import'.length, text: this.#words.import });
    for (const { start, end } of meta) this.#edits.push({ start, end, text: this.#words.meta });
    const byName = new Map(this.#imports.map((one) => [one.local, one]));
    for (const reference of referencesTo(this.#program, new Set(byName.keys())))
      this.#reference(reference, byName.get(reference.node.name)!);
    return {
      requests: this.#requests,
      imports: this.#imports,
      exports: this.#exports.map((one) => this.#again(one, byName)),
      stars: this.#stars,
      hasTopLevelAwait,
      isAsync: awaits === undefined,
      words: this.#words,
      isDefaultNameless: this.#isDefaultNameless,
      edits: this.#edits,
    };
  }

  /** An imported name that is exported is the other module's binding (§16.2.1.6.1, step 11). */
  #again(one: ExportedName, imports: ReadonlyMap<string, ImportedName>): ExportedName {
    const imported = 'local' in one ? imports.get(one.local) : undefined;
    if (!imported) return one;
    return { exported: one.exported, request: imported.request, name: imported.name, at: imported.at };
  }

  #statement(node: Program['body'][number]): void {
    switch (node.type) {
      case 'ImportDeclaration':
        this.#import(node);
        return;
      case 'ExportAllDeclaration': {
        const request = this.#request(node);
        if (node.exported)
          this.#exports.push({ exported: nameOf(node.exported), request, name: undefined, at: node.start });
        else this.#stars.push(request);
        this.#remove(node);
        return;
      }
      case 'ExportNamedDeclaration':
        this.#exportNamed(node);
        return;
      case 'ExportDefaultDeclaration':
        this.#exportDefault(node.start, node.declaration);
        return;
    }
  }

  #import(node: ImportDeclaration): void {
    const request = this.#request(node);
    for (const one of node.specifiers) {
      const { name: local } = one.local;
      const at = one.start;
      if (one.type === 'ImportNamespaceSpecifier')
        this.#imports.push({ local, request, name: undefined, at });
      else if (one.type === 'ImportDefaultSpecifier')
        this.#imports.push({ local, request, name: 'default', at });
      else this.#imports.push({ local, request, name: nameOf(one.imported), at });
    }
    this.#remove(node);
  }

  #exportNamed(node: ExportNamedDeclaration): void {
    const { declaration } = node;
    if (declaration) {
      const names =
        declaration.type === 'VariableDeclaration'
          ? declaration.declarations.flatMap(({ id }) => [...namesOf(id)])
          : [declaration.id!.name];
      for (const local of names) this.#exports.push({ exported: local, local });
      this.#edits.push({ start: node.start, end: declaration.start, text: '' });
      return;
    }
    if (node.source) {
      const request = this.#request(node as ExportNamedDeclaration & Sourced);
      for (const { exported, local, start } of node.specifiers)
        this.#exports.push({ exported: nameOf(exported), request, name: nameOf(local), at: start });
    } else {
      for (const { exported, local } of node.specifiers)
        this.#exports.push({ exported: nameOf(exported), local: nameOf(local) });
    }
    this.#remove(node);
  }

  #exportDefault(start: number, declaration: AnyNode): void {
    const isDeclared = declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration';
    const id = isDeclared ? (declaration.id as { readonly name: string } | null) : null;
    if (id) {
      this.#exports.push({ exported: 'default', local: id.name });
      this.#edits.push({ start, end: declaration.start, text: '' });
      return;
    }
    const word = this.#words.default;
    this.#exports.push({ exported: 'default', local: word });
    if (declaration.type === 'FunctionDeclaration') {
      // it is there before the module runs, as a named one is
      const [keywords] = /^(async\s+)?function\s*\*?/.exec(this.#text.slice(declaration.start))!;
      const at = declaration.start + keywords.length;
      this.#edits.push({ start, end: declaration.start, text: '' }, { start: at, end: at, text: ` ${word}` });
      this.#isDefaultNameless = true;
      return;
    }
    // as a property's value, what has no name is called `default`
    this.#edits.push(
      { start, end: declaration.start, text: `const ${word} = { default: (` },
      { start: declaration.end, end: declaration.end, text: ') }.default' },
    );
  }

  /** `await x` is `(yield [where, (x)])` of a generator; whoever drives it awaits `x`, and knows where it stands. */
  #await({ start, argument, end }: AwaitExpression): void {
    const risk = this.#beginsLine(start) ? ';' : '';
    this.#edits.push(
      { start, end: start + 'await'.length, text: `${risk}(yield` },
      { start: argument.start, end: argument.start, text: `[${start}, (` },
      { start: end, end, text: ')])' },
    );
  }

  #reference({ node, use }: Reference, { request, name, local }: ImportedName): void {
    const { alias } = this.#requests[request]!;
    const value =
      name === undefined
        ? `${alias}["*"]`
        : /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
          ? `${alias}.${name}`
          : `${alias}[${JSON.stringify(name)}]`;
    const text = {
      read: value,
      called: `(0, ${value})`,
      shorthand: `${local}: ${value}`,
      written: `${this.#words.constant}.${local}`,
    }[use];
    // `(` at the beginning of a line would call what stands before
    const isRisky = use === 'called' && this.#beginsLine(node.start);
    this.#edits.push({
      start: node.start,
      end: node.end,
      text: isRisky ? `;${text}` : text,
      isCalled: use === 'called',
    });
  }

  /** True where a statement begins after one that has no semicolon. */
  #beginsLine(start: number): boolean {
    return this.#program.body.some((one) => one.start === start) || this.#innerStarts.has(start);
  }

  #innerStatements: Set<number> | undefined;

  get #innerStarts(): ReadonlySet<number> {
    if (!this.#innerStatements) {
      const starts = new Set<number>();
      const visit = (node: AnyNode): void => {
        if (node.type === 'BlockStatement' || node.type === 'StaticBlock')
          for (const one of node.body) starts.add(one.start);
        else if (node.type === 'SwitchCase') for (const one of node.consequent) starts.add(one.start);
        for (const child of childrenOf(node)) visit(child);
      };
      visit(this.#program);
      this.#innerStatements = starts;
    }
    return this.#innerStatements;
  }

  #request({ source, attributes }: Sourced): number {
    const specifier = String(source.value);
    const type = attributes.find(({ key }) => nameOf(key) === 'type')?.value.value;
    const known = this.#requests.findIndex((one) => one.specifier === specifier && one.type === type);
    if (known >= 0) return known;
    // called after the module, because messages of the realm show it
    const stem =
      specifier
        .replace(/^.*[/:]/, '')
        .replace(/\.\w+$/, '')
        .replace(/[^A-Za-z0-9]/g, '_') || 'module';
    const plain = `${/^\d/.test(stem) ? '_' : ''}${stem}$`;
    let alias = unusedWord(this.#text, plain);
    while (this.#requests.some((one) => one.alias === alias)) alias = unusedWord(this.#text, `${alias}$`);
    return this.#requests.push({ specifier, type: type === undefined ? undefined : String(type), alias }) - 1;
  }

  /** Its lines stay, and it ends whatever stands before it. */
  #remove({ start, end }: { readonly start: number; readonly end: number }): void {
    const lines = this.#text.slice(start, end).replace(/[^\n\r\u2028\u2029]/g, '');
    this.#edits.push({ start, end, text: `;${lines}` });
  }
}

type Sourced = Pick<ImportDeclaration, 'source' | 'attributes'>;

function nameOf(
  node: { readonly type: 'Identifier'; name: string } | { readonly type: 'Literal'; value?: unknown },
): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}
