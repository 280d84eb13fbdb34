/**
 * The names that a CommonJS module will have, found without running it: what an ES module may import from it by name.
 *
 * As Node's lexer does: `exports.a =`, `module.exports.a =`, `Object.defineProperty(exports, 'a', …)`,
 * `module.exports = { a, b: …, ...require('./c') }`, `module.exports = require('./c')`. What is assigned in other ways is
 * only in the default.
 */
import type { AnyNode, Expression, Program } from 'acorn';
import { childrenOf } from './references.ts';

export interface CommonNames {
  readonly names: ReadonlySet<string>;
  /** Modules whose names these are as well. */
  readonly again: ReadonlySet<string>;
}

export function commonNames(program: Program, text: string): CommonNames {
  const names = new Set<string>();
  let again = new Set<string>();
  const visit = (node: AnyNode): void => {
    if (node.type === 'AssignmentExpression' && node.operator === '=') {
      const member = node.left.type === 'MemberExpression' ? node.left : undefined;
      if (member && isExports(member.object as AnyNode)) {
        const name = keyOf(member.property, member.computed);
        if (name !== undefined) names.add(name);
      } else if (member && isModuleExports(member)) {
        // the last one counts for what is exported again
        again = new Set();
        whole(node.right, text, names, again);
      }
    }
    if (node.type === 'CallExpression') {
      const name = definedName(node);
      if (name !== undefined) names.add(name);
    }
    for (const child of childrenOf(node)) visit(child);
  };
  visit(program);
  return { names, again };
}

/** `module.exports = …`. Of an object, what stands before the first property whose value takes more than a word. */
function whole(value: Expression, text: string, names: Set<string>, again: Set<string>): void {
  const required = requiredIn(value);
  if (required !== undefined) again.add(required);
  if (value.type !== 'ObjectExpression') return;
  for (const property of value.properties) {
    if (property.type === 'SpreadElement') {
      const spread = requiredIn(property.argument);
      if (spread !== undefined) again.add(spread);
      else if (property.argument.type !== 'Identifier') return;
      continue;
    }
    const name = keyOf(property.key, property.computed);
    if (name === undefined || property.kind !== 'init') return;
    if (property.method && text.slice(property.start, property.key.start).trim() !== '') return;
    const written = text.slice(property.value.start, property.value.end);
    if (!property.method && !/^[\p{ID_Start}$_]/u.test(written)) return;
    names.add(name);
    const inside = requiredIn(property.value);
    if (inside !== undefined) again.add(inside);
    if (property.method || !/^[\p{ID_Continue}$]+$/u.test(written)) return;
  }
}

function isModuleExports(node: AnyNode): boolean {
  return (
    node.type === 'MemberExpression' &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    keyOf(node.property, node.computed) === 'exports'
  );
}

function isExports(node: AnyNode): boolean {
  return (node.type === 'Identifier' && node.name === 'exports') || isModuleExports(node);
}

function keyOf(node: AnyNode, isComputed: boolean): string | undefined {
  if (node.type === 'Literal' && typeof node.value === 'string') return node.value;
  return node.type === 'Identifier' && !isComputed ? node.name : undefined;
}

function requiredIn(node: AnyNode): string | undefined {
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'require')
    return undefined;
  const [first] = node.arguments;
  return first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined;
}

/** `Object.defineProperty(exports, 'a', { value: … })`, or with a getter that only returns a name. */
function definedName(node: Extract<AnyNode, { type: 'CallExpression' }>): string | undefined {
  const { callee } = node;
  const [target, key, how] = node.arguments;
  if (callee.type !== 'MemberExpression' || !target || !key || how?.type !== 'ObjectExpression')
    return undefined;
  const isDefine =
    callee.object.type === 'Identifier' &&
    callee.object.name === 'Object' &&
    keyOf(callee.property, callee.computed) === 'defineProperty';
  if (!isDefine || !isExports(target)) return undefined;
  const isRead = how.properties.some((one) => {
    if (one.type !== 'Property') return false;
    const name = keyOf(one.key, one.computed);
    return name === 'value' || (name === 'get' && onlyReturns(one.value));
  });
  return isRead ? keyOf(key, true) : undefined;
}

function onlyReturns(node: AnyNode): boolean {
  if (node.type !== 'FunctionExpression' || node.body.body.length !== 1) return false;
  const [first] = node.body.body;
  const type = first?.type === 'ReturnStatement' ? first.argument?.type : undefined;
  return type === 'Identifier' || type === 'MemberExpression';
}
