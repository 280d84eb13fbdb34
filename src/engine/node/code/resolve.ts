/**
 * From what a program writes in `import` or `require` to a file of its project or a module of Node.
 *
 * Node's documentation, "Modules: CommonJS modules" and "Modules: ECMAScript modules", resolution algorithms. Errors
 * have Node's codes and words. Not here: `data:` and `https:` modules, hooks, `NODE_PATH`, symbolic links.
 */
import { folderOf, type ProgramFiles, plainPath } from '../program-files.ts';
import { codedError } from '../system-error.ts';
import { exportsTarget, importsTarget } from './package-exports.ts';
import { PackageFiles } from './package-files.ts';

export type Format = 'commonjs' | 'module' | 'json' | 'undecided';

export type Target =
  | { readonly kind: 'builtin'; readonly name: string }
  /** `url` has the query with it, which makes another module of the same file. */
  | { readonly kind: 'file'; readonly path: string; readonly url: string };

const IMPORT_CONDITIONS: ReadonlySet<string> = new Set(['node', 'import', 'module-sync', 'node-addons']);
const REQUIRE_CONDITIONS: ReadonlySet<string> = new Set(['node', 'require', 'module-sync', 'node-addons']);

export class Resolver {
  readonly #files: ProgramFiles;
  readonly #isBuiltin: (name: string) => boolean;
  readonly packages: PackageFiles;

  constructor(files: ProgramFiles, isBuiltin: (name: string) => boolean) {
    this.#files = files;
    this.#isBuiltin = isBuiltin;
    this.packages = new PackageFiles(files);
  }

  /** How a file is to be read; `undecided` where its text says. */
  format(path: string): Format {
    const extension = /\.[^./]*$/.exec(path)?.[0];
    if (extension === '.mjs' || extension === '.mts') return 'module';
    if (extension === '.cjs' || extension === '.cts') return 'commonjs';
    if (extension === '.json') return 'json';
    return this.packages.above(path)?.type ?? 'undecided';
  }

  /** ESM_RESOLVE. `from` is the path of the importing file. */
  import(specifier: string, from: string): Target {
    const builtin = this.#builtin(specifier);
    if (builtin) return builtin;
    if (/^\.{0,2}\//.test(specifier) || /^\.{1,2}$/.test(specifier))
      return this.#fileOf(new URL(specifier, urlOf(from)), from);
    if (specifier.startsWith('#')) return this.#ownImport(specifier, from, IMPORT_CONDITIONS, true);
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*:)/.exec(specifier)?.[1];
    if (scheme === 'file:') return this.#fileOf(new URL(specifier), from);
    if (scheme === 'node:') return { kind: 'builtin', name: specifier };
    if (scheme)
      throw codedError(
        Error,
        'ERR_UNSUPPORTED_ESM_URL_SCHEME',
        `Only URLs with a scheme in: file and data are supported by the default ESM loader. Received protocol '${scheme}'`,
      );
    return this.#package(specifier, from);
  }

  /** The resolution of `require`. `stack` are the files that lead here, nearest first. */
  require(specifier: string, from: string, stack: readonly string[]): Target {
    const builtin = this.#builtin(specifier);
    if (builtin) return builtin;
    if (specifier.startsWith('node:'))
      throw codedError(Error, 'ERR_UNKNOWN_BUILTIN_MODULE', `No such built-in module: ${specifier}`);
    const found = this.#required(specifier, from);
    if (found !== undefined) return { kind: 'file', path: found, url: urlOf(found).href };
    const chain = stack.length > 0 ? `\nRequire stack:\n- ${stack.join('\n- ')}` : '';
    throw Object.assign(new Error(`Cannot find module '${specifier}'${chain}`), {
      code: 'MODULE_NOT_FOUND',
      requireStack: [...stack],
    });
  }

  /** Where `require` looks for a package, nearest first: `require.resolve.paths`. */
  lookupPaths(specifier: string, from: string): string[] | null {
    if (this.#builtin(specifier)) return null;
    if (/^\.{0,2}\//.test(specifier)) return [folderOf(from)];
    return nodeModulesAbove(from);
  }

  #builtin(specifier: string): Target | undefined {
    return this.#isBuiltin(specifier) ? { kind: 'builtin', name: specifier } : undefined;
  }

  // ── require

  #required(specifier: string, from: string): string | undefined {
    if (/^(\.{0,2}\/|\.{1,2}$)/.test(specifier)) {
      const target = plainPath(specifier.startsWith('/') ? specifier : `${folderOf(from)}/${specifier}`);
      const isFolder = /(^|\/)\.{0,2}$/.test(specifier);
      return (isFolder ? undefined : this.#asFile(target)) ?? this.#asFolder(target);
    }
    if (specifier.startsWith('#')) {
      const target = this.#ownImport(specifier, from, REQUIRE_CONDITIONS, false);
      return target.kind === 'file' ? target.path : undefined;
    }
    const { name, subpath } = packageName(specifier);
    const own = this.packages.above(from);
    if (own?.name === name && own.exports !== undefined)
      return exportsTarget(own, subpath, REQUIRE_CONDITIONS, undefined);
    for (const folder of nodeModulesAbove(from)) {
      const at = `${folder}/${name}`;
      const described = this.packages.in(at);
      if (described?.exports !== undefined)
        return exportsTarget(described, subpath, REQUIRE_CONDITIONS, undefined);
      const target = plainPath(`${folder}/${specifier}`);
      const found = this.#asFile(target) ?? this.#asFolder(target);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #asFile(path: string): string | undefined {
    return ['', '.js', '.json'].map((extension) => path + extension).find((one) => this.#files.has(one));
  }

  #asFolder(path: string): string | undefined {
    if (!this.#files.isFolder(path)) return undefined;
    const main = this.packages.in(path)?.main;
    if (main !== undefined) {
      const target = plainPath(`${path}/${main}`);
      const found = this.#asFile(target) ?? this.#asFile(`${target}/index`);
      if (found !== undefined) return found;
    }
    return this.#asFile(`${path}/index`);
  }

  // ── import

  #fileOf(url: URL, from: string): Target {
    if (/%2f|%5c/i.test(url.pathname))
      throw codedError(
        TypeError,
        'ERR_INVALID_MODULE_SPECIFIER',
        `Invalid module "${url.pathname}" must not include encoded "/" or "\\" characters imported from ${from}`,
      );
    const path = plainPath(decodeURIComponent(url.pathname));
    if (this.#files.isFolder(path))
      throw Object.assign(
        codedError(
          Error,
          'ERR_UNSUPPORTED_DIR_IMPORT',
          `Directory import '${path}' is not supported resolving ES modules imported from ${from}`,
        ),
        { url: url.href },
      );
    if (!this.#files.has(path))
      throw Object.assign(
        codedError(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find module '${path}' imported from ${from}`),
        { url: url.href },
      );
    return { kind: 'file', path, url: url.href };
  }

  #package(specifier: string, from: string): Target {
    const { name, subpath } = packageName(specifier);
    if (!/^(@[^/@\\]+\/)?[^@/.%\\][^/%\\]*$/.test(name))
      throw codedError(
        TypeError,
        'ERR_INVALID_MODULE_SPECIFIER',
        `Invalid module "${specifier}" is not a valid package name imported from ${from}`,
      );
    const own = this.packages.above(from);
    if (own?.name === name && own.exports !== undefined)
      return this.#checked(exportsTarget(own, subpath, IMPORT_CONDITIONS, from), from);
    for (const folder of nodeModulesAbove(from)) {
      const at = `${folder}/${name}`;
      if (!this.#files.isFolder(at)) continue;
      const described = this.packages.in(at);
      if (described?.exports !== undefined)
        return this.#checked(exportsTarget(described, subpath, IMPORT_CONDITIONS, from), from);
      if (subpath !== '.') return this.#checked(plainPath(`${at}/${subpath}`), from);
      const main = described?.main ?? 'index.js';
      const found = [main, `${main}.js`, `${main}.json`, `${main}/index.js`, 'index.js', 'index.json']
        .map((one) => plainPath(`${at}/${one}`))
        .find((one) => this.#files.has(one));
      if (found !== undefined) return { kind: 'file', path: found, url: urlOf(found).href };
      throw codedError(
        Error,
        'ERR_MODULE_NOT_FOUND',
        `Cannot find package '${at}/${described?.main ?? 'package.json'}' imported from ${from}`,
      );
    }
    throw codedError(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find package '${name}' imported from ${from}`);
  }

  #checked(path: string, from: string): Target {
    return this.#fileOf(urlOf(path), from);
  }

  /** A `#name` of the "imports" of the project's package.json. */
  #ownImport(specifier: string, from: string, conditions: ReadonlySet<string>, isImport: boolean): Target {
    const own = this.packages.above(from);
    const target = importsTarget(own, specifier, conditions, from);
    if ('path' in target) {
      if (isImport || this.#files.has(target.path)) return this.#checked(target.path, from);
      throw Object.assign(new Error(`Cannot find module '${target.path}'`), { code: 'MODULE_NOT_FOUND' });
    }
    // it leads to another package
    const inside = `${folderOf(own!.path)}/package.json`;
    if (isImport) return this.import(target.specifier, inside);
    return this.require(target.specifier, inside, [from]);
  }
}

export function urlOf(path: string): URL {
  return new URL(`file://${path.split('/').map(encodeURIComponent).join('/')}`);
}

function packageName(specifier: string): { readonly name: string; readonly subpath: string } {
  const parts = specifier.split('/');
  const name = parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  return { name, subpath: `.${specifier.slice(name.length)}` };
}

function nodeModulesAbove(from: string): string[] {
  const folders: string[] = [];
  for (let at = folderOf(from); ; at = folderOf(at)) {
    if (!at.endsWith('/node_modules')) folders.push(`${at === '/' ? '' : at}/node_modules`);
    if (at === '/') return folders;
  }
}
