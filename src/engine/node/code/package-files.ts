/**
 * The package.json files of a project, as far as finding modules goes by them.
 */
import { folderOf, type ProgramFiles } from '../program-files.ts';
import { codedError } from '../system-error.ts';

export interface PackageFile {
  /** Of the package.json itself. */
  readonly path: string;
  readonly name: string | undefined;
  readonly type: 'module' | 'commonjs' | undefined;
  readonly main: string | undefined;
  readonly exports: unknown;
  readonly imports: unknown;
}

export class PackageFiles {
  readonly #files: ProgramFiles;
  readonly #known = new Map<string, PackageFile | undefined>();

  constructor(files: ProgramFiles) {
    this.#files = files;
  }

  /** The nearest one above a file; none beyond a `node_modules`. */
  above(path: string): PackageFile | undefined {
    for (let at = folderOf(path); ; at = folderOf(at)) {
      if (at.endsWith('/node_modules')) return undefined;
      const found = this.in(at);
      if (found || at === '/') return found;
    }
  }

  /** That of a folder. Throws as Node does when it is no JSON. */
  in(folder: string): PackageFile | undefined {
    const path = `${folder === '/' ? '' : folder}/package.json`;
    if (!this.#known.has(path)) this.#known.set(path, this.#read(path));
    return this.#known.get(path);
  }

  #read(path: string): PackageFile | undefined {
    const text = this.#files.readText(path);
    if (text === undefined) return undefined;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch (error) {
      throw codedError(
        Error,
        'ERR_INVALID_PACKAGE_CONFIG',
        `Invalid package config ${path}. ${(error as Error).message}`,
      );
    }
    const field = (name: string): unknown =>
      typeof json === 'object' && json !== null && Object.hasOwn(json, name)
        ? (json as Record<string, unknown>)[name]
        : undefined;
    const textOf = (name: string): string | undefined => {
      const value = field(name);
      return typeof value === 'string' ? value : undefined;
    };
    const type = field('type');
    return {
      path,
      name: textOf('name'),
      main: textOf('main'),
      type: type === 'module' || type === 'commonjs' ? type : undefined,
      exports: field('exports') ?? undefined,
      imports: field('imports') ?? undefined,
    };
  }
}
