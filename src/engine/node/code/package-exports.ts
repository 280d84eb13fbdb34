/**
 * The fields "exports" and "imports" of a package.json: which file of a package a path stands for.
 *
 * Node's documentation, "Resolution and loading algorithm": PACKAGE_EXPORTS_RESOLVE, PACKAGE_IMPORTS_RESOLVE,
 * PACKAGE_TARGET_RESOLVE. What packages write is bounded by the size of their package.json.
 */
import { folderOf, plainPath } from '../program-files.ts';
import { codedError } from '../system-error.ts';
import type { PackageFile } from './package-files.ts';

type Conditions = ReadonlySet<string>;

/** A file in the package, or another package's name, which only "imports" may lead to. */
type Found = { readonly path: string } | { readonly specifier: string };

/** The path of the file. `subpath` is `.` or `./name`; `from` is who imports, unsaid for `require`. */
export function exportsTarget(
  own: PackageFile,
  subpath: string,
  conditions: Conditions,
  from: string | undefined,
): string {
  const by = from === undefined ? '' : ` imported from ${from}`;
  const table = isSugar(own.exports) ? { '.': own.exports } : (own.exports as Record<string, unknown>);
  const found = lookup(table, subpath, own, conditions, false);
  if (found && 'path' in found) return found.path;
  throw codedError(
    Error,
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
    subpath === '.'
      ? `No "exports" main defined in ${own.path}${by}`
      : `Package subpath '${subpath}' is not defined by "exports" in ${own.path}${by}`,
  );
}

/** What a `#name` stands for. */
export function importsTarget(
  own: PackageFile | undefined,
  specifier: string,
  conditions: Conditions,
  from: string,
): Found {
  if (specifier === '#')
    throw codedError(
      TypeError,
      'ERR_INVALID_MODULE_SPECIFIER',
      `Invalid module "#" is not a valid internal imports specifier name imported from ${from}`,
    );
  if (own && typeof own.imports === 'object' && own.imports !== null) {
    const found = lookup(own.imports as Record<string, unknown>, specifier, own, conditions, true);
    if (found) return found;
  }
  throw codedError(
    TypeError,
    'ERR_PACKAGE_IMPORT_NOT_DEFINED',
    `Package import specifier "${specifier}" is not defined${own ? ` in package ${own.path}` : ''} imported from ${from}`,
  );
}

/** "exports" without paths: what stands there is the package's main file. */
function isSugar(exports: unknown): boolean {
  if (typeof exports !== 'object' || exports === null || Array.isArray(exports)) return true;
  return !Object.keys(exports).some((key) => key.startsWith('.'));
}

function lookup(
  table: Readonly<Record<string, unknown>>,
  key: string,
  own: PackageFile,
  conditions: Conditions,
  isImports: boolean,
): Found | undefined {
  if (Object.hasOwn(table, key) && !key.includes('*'))
    return target(table[key], '', own, conditions, isImports);
  // the longest text before the star wins, then the longest key
  const patterns = Object.keys(table)
    .filter((one) => one.split('*').length === 2)
    .sort((a, b) => b.indexOf('*') - a.indexOf('*') || b.length - a.length);
  for (const pattern of patterns) {
    const [before = '', after = ''] = pattern.split('*');
    if (key.length < pattern.length || !key.startsWith(before) || !key.endsWith(after)) continue;
    const star = key.slice(before.length, key.length - after.length);
    return target(table[pattern], star, own, conditions, isImports);
  }
  return undefined;
}

function target(
  value: unknown,
  star: string,
  own: PackageFile,
  conditions: Conditions,
  isImports: boolean,
): Found | undefined {
  if (typeof value === 'string') return ofText(value, star, own, isImports);
  if (Array.isArray(value)) {
    for (const one of value) {
      const found = target(one, star, own, conditions, isImports);
      if (found) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [condition, one] of Object.entries(value)) {
    if (condition !== 'default' && !conditions.has(condition)) continue;
    const found = target(one, star, own, conditions, isImports);
    if (found) return found;
  }
  return undefined;
}

function ofText(value: string, star: string, own: PackageFile, isImports: boolean): Found {
  const text = value.replaceAll('*', () => star);
  const isOutside = text
    .slice(2)
    .split(/[/\\]/)
    .some((step) => /^(\.|%2e){1,2}$|^node_modules$/i.test(step));
  if (value.startsWith('./') && !isOutside) return { path: plainPath(`${folderOf(own.path)}/${text}`) };
  if (isImports && !/^(\.{0,2}\/|[A-Za-z]+:\/\/)/.test(value)) return { specifier: text };
  throw codedError(
    Error,
    'ERR_INVALID_PACKAGE_TARGET',
    `Invalid "${isImports ? 'imports' : 'exports'}" target ${JSON.stringify(value)} defined in the package config ${own.path}; targets must start with "./"`,
  );
}
