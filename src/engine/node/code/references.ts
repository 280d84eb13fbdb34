/**
 * Which identifiers of an ES module mean what it imports: those of an imported name that nothing nearer declares.
 *
 * ECMAScript §8.2 (scopes of declarations): `var` and functions reach to the end of their function, `let`, `const`,
 * `class` to that of their block, parameters and a function expression's own name to that of the function.
 */
import type { AnyNode, Identifier, Pattern, Program } from 'acorn';

/** How an imported name is used. */
export type Use = 'read' | 'called' | 'shorthand' | 'written';

export interface Reference {
  readonly node: Identifier;
  readonly use: Use;
}

type Scope = Set<string>;

/** The references to `names`, which the module imports, in the order of the text. */
export function referencesTo(program: Program, names: ReadonlySet<string>): Reference[] {
  const found: Reference[] = [];
  // imports are the outermost scope, so what else the module declares at its top level has other names
  new Walk(names, found).list(program.body, []);
  return found;
}

/** Children of a node, whatever it is. */
export function* childrenOf(node: AnyNode): Generator<AnyNode> {
  for (const [key, value] of Object.entries(node)) {
    if (key === 'type' || key === 'start' || key === 'end' || typeof value !== 'object' || value === null)
      continue;
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) yield one;
    } else if (isNode(value)) yield value;
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof (value as { type?: unknown } | null)?.type === 'string';
}

/** The names that a pattern binds. */
export function namesOf(pattern: Pattern | null, into: Set<string> = new Set()): Set<string> {
  switch (pattern?.type) {
    case 'Identifier':
      into.add(pattern.name);
      break;
    case 'ObjectPattern':
      for (const one of pattern.properties)
        namesOf(one.type === 'RestElement' ? one.argument : one.value, into);
      break;
    case 'ArrayPattern':
      for (const one of pattern.elements) namesOf(one, into);
      break;
    case 'AssignmentPattern':
      namesOf(pattern.left, into);
      break;
    case 'RestElement':
      namesOf(pattern.argument, into);
      break;
  }
  return into;
}

class Walk {
  readonly #names: ReadonlySet<string>;
  readonly #found: Reference[];

  constructor(names: ReadonlySet<string>, found: Reference[]) {
    this.#names = names;
    this.#found = found;
  }

  list(nodes: readonly (AnyNode | null)[], scopes: readonly Scope[]): void {
    for (const node of nodes) if (node) this.#visit(node, scopes, 'read');
  }

  #visit(node: AnyNode, scopes: readonly Scope[], use: Use): void {
    switch (node.type) {
      case 'Identifier':
        if (this.#names.has(node.name) && !scopes.some((scope) => scope.has(node.name)))
          this.#found.push({ node, use });
        return;
      case 'ImportDeclaration':
      case 'ExportAllDeclaration':
      case 'MetaProperty':
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      case 'ExportNamedDeclaration':
        if (node.declaration) this.#visit(node.declaration, scopes, 'read');
        return;
      case 'LabeledStatement':
        this.#visit(node.body, scopes, 'read');
        return;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        this.#function(node, scopes);
        return;
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = node.id ? [...scopes, new Set([node.id.name])] : scopes;
        if (node.superClass) this.#visit(node.superClass, inner, 'read');
        this.#visit(node.body, inner, 'read');
        return;
      }
      case 'StaticBlock': {
        const scope: Scope = new Set();
        for (const one of node.body) hoist(one, scope);
        lexical(node.body, scope);
        this.list(node.body, [...scopes, scope]);
        return;
      }
      case 'BlockStatement': {
        this.list(node.body, [...scopes, lexical(node.body, new Set())]);
        return;
      }
      case 'SwitchStatement': {
        this.#visit(node.discriminant, scopes, 'read');
        const inner = [
          ...scopes,
          lexical(
            node.cases.flatMap(({ consequent }) => consequent),
            new Set(),
          ),
        ];
        this.list(node.cases, inner);
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const declared = node.type === 'ForStatement' ? node.init : node.left;
        const scope: Scope = new Set();
        if (declared?.type === 'VariableDeclaration') lexical([declared], scope);
        const inner = [...scopes, scope];
        if (node.type === 'ForStatement')
          this.list([node.init ?? null, node.test ?? null, node.update ?? null], inner);
        else {
          this.#target(node.left, inner);
          this.#visit(node.right, inner, 'read');
        }
        this.#visit(node.body, inner, 'read');
        return;
      }
      case 'CatchClause':
        this.list([node.param ?? null, node.body], [...scopes, namesOf(node.param ?? null)]);
        return;
      case 'MemberExpression':
        this.#visit(node.object, scopes, 'read');
        if (node.computed) this.#visit(node.property, scopes, 'read');
        return;
      case 'Property':
        if (node.shorthand) {
          // `{ x }` of an expression, `{ x }` and `{ x = 1 }` of a pattern
          this.#visit(node.value, scopes, 'shorthand');
          return;
        }
        if (node.computed) this.#visit(node.key, scopes, 'read');
        this.#visit(node.value, scopes, 'read');
        return;
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) this.#visit(node.key, scopes, 'read');
        if (node.value) this.#visit(node.value, scopes, 'read');
        return;
      case 'CallExpression':
        this.#visit(node.callee, scopes, 'called');
        this.list(node.arguments, scopes);
        return;
      case 'TaggedTemplateExpression':
        this.#visit(node.tag, scopes, 'called');
        this.#visit(node.quasi, scopes, 'read');
        return;
      case 'AssignmentExpression':
        this.#target(node.left, scopes);
        this.#visit(node.right, scopes, 'read');
        return;
      case 'UpdateExpression':
        this.#target(node.argument, scopes);
        return;
      default:
        for (const child of childrenOf(node)) this.#visit(child, scopes, 'read');
    }
  }

  /** What is assigned to: a name in it is written. */
  #target(node: AnyNode, scopes: readonly Scope[]): void {
    switch (node.type) {
      case 'Identifier':
        this.#visit(node, scopes, 'written');
        return;
      case 'ParenthesizedExpression':
        this.#target(node.expression, scopes);
        return;
      case 'ObjectPattern':
        for (const one of node.properties) {
          if (one.type === 'RestElement') this.#target(one.argument, scopes);
          else if (one.shorthand) this.#visit(one.value, scopes, 'shorthand');
          else {
            if (one.computed) this.#visit(one.key, scopes, 'read');
            this.#target(one.value, scopes);
          }
        }
        return;
      case 'ArrayPattern':
        for (const one of node.elements) if (one) this.#target(one, scopes);
        return;
      case 'AssignmentPattern':
        this.#target(node.left, scopes);
        this.#visit(node.right, scopes, 'read');
        return;
      case 'RestElement':
        this.#target(node.argument, scopes);
        return;
      default:
        this.#visit(node, scopes, 'read');
    }
  }

  #function(
    node: Extract<
      AnyNode,
      { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
    >,
    scopes: readonly Scope[],
  ): void {
    const scope: Scope = new Set();
    if (node.type === 'FunctionExpression' && node.id) scope.add(node.id.name);
    for (const one of node.params) namesOf(one, scope);
    if (node.type !== 'ArrowFunctionExpression') scope.add('arguments');
    const inner = [...scopes, scope];
    if (node.body.type !== 'BlockStatement') {
      this.list([...node.params, node.body], inner);
      return;
    }
    const { body } = node.body;
    const own: Scope = new Set();
    for (const one of body) hoist(one, own);
    this.list(node.params, inner);
    this.list(body, [...inner, lexical(body, own)]);
  }
}

/** Adds what is declared for the block that these statements are. */
function lexical(body: readonly AnyNode[], scope: Scope): Scope {
  for (const one of body) {
    const node = one.type === 'ExportNamedDeclaration' ? (one.declaration ?? one) : one;
    if (node.type === 'VariableDeclaration' && node.kind !== 'var')
      for (const { id } of node.declarations) namesOf(id, scope);
    else if ((node.type === 'ClassDeclaration' || node.type === 'FunctionDeclaration') && node.id)
      scope.add(node.id.name);
  }
  return scope;
}

/** Adds the `var`s in a statement, but for those of functions in it. */
function hoist(node: AnyNode, scope: Scope): void {
  if (/Function|Class|Expression/.test(node.type)) return;
  if (node.type === 'VariableDeclaration' && node.kind === 'var')
    for (const { id } of node.declarations) namesOf(id, scope);
  for (const child of childrenOf(node)) hoist(child, scope);
}
