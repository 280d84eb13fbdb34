/**
 * `node:path`, POSIX only: the machines here have no drive letters.
 */
import type { FormatInputPathObject, ParsedPath } from 'node:path';
import { checkObject, checkString, invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { type Absent, absent } from './absent.ts';

/** What the module is made of; it is a member of itself, too. */
type Functions = ReturnType<typeof pathFunctions>;
interface Path extends Functions {
  readonly sep: '/';
  readonly delimiter: ':';
  readonly win32: Windows;
  readonly posix: Path;
}

/** Paths of Windows: its functions say that they are not here when they are called. */
interface Windows extends Record<keyof Functions, Absent> {
  readonly sep: '\\';
  readonly delimiter: ';';
  readonly win32: Windows;
  readonly posix: Path;
}

export function pathModule(node: NodeProcess): Path {
  const functions = pathFunctions(node);
  const names = Object.keys(functions) as (keyof Functions)[];
  const missing = absent('path.win32', names, 'the machines here run Linux');
  const { toNamespacedPath: _makeLong } = functions;
  const posix = { ...functions, sep: '/', delimiter: ':' } as const;
  const win32 = { ...missing, sep: '\\', delimiter: ';' } as const;
  // each is a member of both, which a type can say only when it is done
  const both = { win32: win32 as Windows, posix: posix as Path };
  Object.assign(win32, both, { _makeLong: missing.toNamespacedPath });
  return Object.assign(posix, both, { _makeLong });
}

function pathFunctions(node: NodeProcess) {
  function resolve(...paths: string[]): string {
    let found = '';
    for (let i = paths.length - 1; i >= -1 && !found.startsWith('/'); i--) {
      const path = i >= 0 ? paths[i]! : node.cwd;
      checkString(path, `paths[${i}]`);
      if (path !== '') found = found === '' ? path : `${path}/${found}`;
    }
    const clean = withoutDots(found, !found.startsWith('/')).replace(/\/$/, '');
    return found.startsWith('/') ? `/${clean}` : clean || '.';
  }

  function relative(from: string, to: string): string {
    checkString(from, 'from');
    checkString(to, 'to');
    const [start, end] = [resolve(from), resolve(to)].map((path) => path.split('/').filter(Boolean));
    let same = 0;
    while (same < start!.length && start![same] === end![same]) same += 1;
    return [...start!.slice(same).map(() => '..'), ...end!.slice(same)].join('/');
  }

  return {
    resolve,
    normalize,
    isAbsolute(path: string): boolean {
      checkString(path, 'path');
      return path.startsWith('/');
    },
    join(...paths: string[]): string {
      for (const path of paths) checkString(path, 'path');
      const joined = paths.filter((path) => path !== '').join('/');
      return joined === '' ? '.' : normalize(joined);
    },
    relative,
    toNamespacedPath: <T>(path: T): T => path,
    dirname,
    basename,
    extname,
    format(parts: FormatInputPathObject): string {
      checkObject(parts, 'pathObject');
      const folder = parts.dir || parts.root;
      const { ext = '' } = parts;
      const base = parts.base || `${parts.name || ''}${ext === '' || ext.startsWith('.') ? ext : `.${ext}`}`;
      if (!folder) return base;
      return folder === parts.root ? `${folder}${base}` : `${folder}/${base}`;
    },
    parse(path: string): ParsedPath {
      checkString(path, 'path');
      const root = path.startsWith('/') ? '/' : '';
      const base = basename(path);
      const ext = extname(path);
      const trimmed = path.replace(/\/+$/, '');
      const folder = dirname(path).replace(/^\/\/$/, '/');
      const isBare = !trimmed.includes('/') && root === '';
      // as Node has it, though `..` has no extension
      if (trimmed === '/..') return { root, dir: folder, base, ext: '.', name: '.' };
      return { root, dir: isBare ? '' : folder, base, ext, name: base.slice(0, base.length - ext.length) };
    },
    ...absent('path', ['matchesGlob'], 'there are no patterns of files here'),
  };
}

function normalize(path: string): string {
  checkString(path, 'path');
  if (path === '') return '.';
  const isAbsolute = path.startsWith('/');
  let clean = withoutDots(path, !isAbsolute);
  if (clean === '') {
    if (isAbsolute) return '/';
    return path.endsWith('/') ? './' : '.';
  }
  if (path.endsWith('/')) clean += '/';
  return isAbsolute ? `/${clean}` : clean;
}

/** Without `.`, `..` and empty steps; those that lead above the beginning stay when there is something above. */
function withoutDots(path: string, mayLeadAbove: boolean): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step !== '..') steps.push(step);
    else if (steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else if (mayLeadAbove) steps.push('..');
  }
  return steps.join('/');
}

function dirname(path: string): string {
  checkString(path, 'path');
  if (path === '') return '.';
  const trimmed = path.replace(/\/+$/, '');
  const at = trimmed.lastIndexOf('/');
  if (at < 0) return path.startsWith('/') ? '/' : '.';
  if (at === 0) return '/';
  // of `//a` the folder is `//`, as POSIX lets it be
  if (at === 1 && trimmed.startsWith('//')) return '//';
  return trimmed.slice(0, at);
}

function basename(path: string, suffix?: string): string {
  if (suffix !== undefined && typeof suffix !== 'string') throw invalidType('suffix', 'string', suffix);
  checkString(path, 'path');
  if (suffix !== undefined && suffix === path) return '';
  const trimmed = path.replace(/\/+$/, '');
  const base = trimmed.slice(trimmed.lastIndexOf('/') + 1);
  return suffix && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base;
}

/** From the last dot on, unless it is the first character. */
function extname(path: string): string {
  checkString(path, 'path');
  const base = basename(path);
  const at = base.lastIndexOf('.');
  return at <= 0 || base === '..' ? '' : base.slice(at);
}
