/**
 * What programs do with files, at once: the Sync functions of `node:fs`, which the others are made of.
 */
import { Malformed } from '../../base/errors.ts';
import { checkString, invalidType, invalidValue } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { folderOf, plainPath } from '../program-files.ts';
import { wordyError } from '../system-error.ts';
import { wallClockMs } from '../wall-clock.ts';
import { clock } from '../web/clock.ts';
import { packages } from './packages.ts';

interface ReadOptions {
  readonly encoding?: BufferEncoding | null;
  readonly flag?: string;
}

interface FolderOptions {
  readonly withFileTypes?: boolean;
  readonly recursive?: boolean;
}

interface RemoveOptions {
  readonly recursive?: boolean;
  readonly force?: boolean;
}

export function fileDeeds(node: NodeProcess) {
  const { files } = node;
  const { Buffer } = node.load(packages).buffer;
  const ProgramDate = node.load(clock).Date;

  /** The absolute path that a text, a URL or bytes name. */
  function at(path: unknown, name = 'path'): string {
    const text =
      path instanceof URL
        ? decodeURIComponent(path.pathname)
        : path instanceof Uint8Array
          ? Buffer.from(path).toString()
          : path;
    if (typeof text !== 'string') throw invalidType(name, ['string', 'Buffer', 'URL'], path);
    if (text.includes('\0'))
      throw invalidValue(name, text, 'must be a string, Uint8Array, or URL without null bytes');
    return plainPath(text.startsWith('/') ? text : `${node.cwd}/${text}`);
  }

  function failed(code: string, syscall: string, path: unknown, dest?: unknown): Error {
    const error = wordyError(code, syscall);
    const where = dest === undefined ? `'${String(path)}'` : `'${String(path)}' -> '${String(dest)}'`;
    const words = error.message.replace(`${syscall} `, '');
    const made = new Error(`${words}, ${syscall} ${where}`);
    return Object.assign(made, {
      errno: error.errno,
      code,
      syscall,
      path: String(path),
      ...(dest !== undefined && { dest: String(dest) }),
    });
  }

  /** Throws when there is nothing there. */
  function found(path: unknown, syscall: string): string {
    const where = at(path);
    if (!files.has(where) && !files.isFolder(where))
      throw failed(files.has(folderOf(where)) ? 'ENOTDIR' : 'ENOENT', syscall, path);
    return where;
  }

  function put(path: unknown, bytes: Uint8Array, syscall: string): void {
    const where = at(path);
    if (files.isFolder(where)) throw failed('EISDIR', syscall, path);
    if (!files.isFolder(folderOf(where)))
      throw failed(files.has(folderOf(where)) ? 'ENOTDIR' : 'ENOENT', syscall, path);
    try {
      files.write(where, bytes);
    } catch (error) {
      if (error instanceof Malformed) throw failed('ENOSPC', 'write', path);
      throw error;
    }
  }

  function bytesOf(data: unknown, encoding: BufferEncoding | null | undefined): Uint8Array {
    if (typeof data === 'string') return Buffer.from(data, encoding ?? 'utf8');
    if (ArrayBuffer.isView(data))
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
    throw invalidType('data', ['string', 'Buffer', 'TypedArray', 'DataView'], data);
  }

  class Stats {
    readonly #isFolder: boolean;
    dev = 1;
    mode: number;
    nlink = 1;
    uid = 1000;
    gid = 1000;
    rdev = 0;
    blksize = 4096;
    ino = 1;
    size: number;
    blocks: number;
    atimeMs: number;
    mtimeMs: number;
    ctimeMs: number;
    birthtimeMs: number;
    constructor(size: number, isFolder: boolean) {
      this.#isFolder = isFolder;
      this.mode = isFolder ? 0o40_755 : 0o100_644;
      this.size = size;
      this.blocks = Math.ceil(size / 512);
      // files here do not know when they were written
      const began = wallClockMs(node) - node.drive.kernel.now / 1e6;
      this.atimeMs = this.mtimeMs = this.ctimeMs = this.birthtimeMs = began;
    }
    get atime(): InstanceType<typeof ProgramDate> {
      return new ProgramDate(this.atimeMs);
    }
    get mtime(): InstanceType<typeof ProgramDate> {
      return new ProgramDate(this.mtimeMs);
    }
    get ctime(): InstanceType<typeof ProgramDate> {
      return new ProgramDate(this.ctimeMs);
    }
    get birthtime(): InstanceType<typeof ProgramDate> {
      return new ProgramDate(this.birthtimeMs);
    }
    isFile(): boolean {
      return !this.#isFolder;
    }
    isDirectory(): boolean {
      return this.#isFolder;
    }
    isBlockDevice(): boolean {
      return false;
    }
    isCharacterDevice(): boolean {
      return false;
    }
    isSymbolicLink(): boolean {
      return false;
    }
    isFIFO(): boolean {
      return false;
    }
    isSocket(): boolean {
      return false;
    }
  }
  class Dirent {
    readonly name: string;
    readonly parentPath: string;
    readonly #isFolder: boolean;
    constructor(name: string, parentPath: string, isFolder: boolean) {
      this.name = name;
      this.parentPath = parentPath;
      this.#isFolder = isFolder;
    }
    isFile(): boolean {
      return !this.#isFolder;
    }
    isDirectory(): boolean {
      return this.#isFolder;
    }
    isBlockDevice(): boolean {
      return false;
    }
    isCharacterDevice(): boolean {
      return false;
    }
    isSymbolicLink(): boolean {
      return false;
    }
    isFIFO(): boolean {
      return false;
    }
    isSocket(): boolean {
      return false;
    }
  }

  const optionsOf = <O extends object>(options: O | string | null | undefined): Partial<O> & ReadOptions =>
    typeof options === 'string'
      ? ({ encoding: options as BufferEncoding } as never)
      : (options ?? ({} as never));

  function stat(path: unknown, options?: { throwIfNoEntry?: boolean }): Stats | undefined {
    const where = at(path);
    if (options?.throwIfNoEntry === false && !files.has(where) && !files.isFolder(where)) return undefined;
    found(path, 'stat');
    return new Stats(files.read(where)?.length ?? 4096, files.isFolder(where));
  }

  function write(path: unknown, data: unknown, options: unknown, flag: string): void {
    const { encoding, flag: own = flag } = optionsOf(options as ReadOptions);
    const bytes = bytesOf(data, encoding);
    const where = at(path);
    if (own.includes('x') && (files.has(where) || files.isFolder(where)))
      throw failed('EEXIST', 'open', path);
    if (own.startsWith('r') && !files.has(where)) throw failed('ENOENT', 'open', path);
    const before = own.startsWith('a') ? (files.read(where) ?? new Uint8Array(0)) : new Uint8Array(0);
    const all = new Uint8Array(before.length + bytes.length);
    all.set(before);
    all.set(bytes, before.length);
    put(path, all, 'open');
  }

  function makeFolder(path: unknown, options?: { recursive?: boolean } | number): string | undefined {
    const where = at(path);
    const isRecursive = typeof options === 'object' && options?.recursive === true;
    if (files.has(where) || (files.isFolder(where) && !isRecursive)) throw failed('EEXIST', 'mkdir', path);
    if (files.isFolder(where)) return undefined;
    if (!isRecursive && !files.isFolder(folderOf(where))) throw failed('ENOENT', 'mkdir', path);
    let first = where;
    while (!files.isFolder(folderOf(first))) first = folderOf(first);
    if (files.has(folderOf(first))) throw failed('ENOTDIR', 'mkdir', path);
    files.makeFolder(where);
    return isRecursive ? first : undefined;
  }

  function list(path: unknown, options?: FolderOptions | string): (string | Dirent)[] {
    const { withFileTypes = false, recursive = false } = optionsOf<FolderOptions>(options);
    const where = found(path, 'scandir');
    if (files.has(where)) throw failed('ENOTDIR', 'scandir', path);
    const shown = typeof path === 'string' ? path.replace(/(.)\/$/, '$1') : where;
    const listed: (string | Dirent)[] = [];
    const walk = (folder: string, label: string): void => {
      for (const name of files.list(folder)) {
        const inner = folder === '/' ? `/${name}` : `${folder}/${name}`;
        const parent = label === '' ? shown : `${shown}/${label}`;
        const isFolder = files.isFolder(inner);
        listed.push(
          withFileTypes ? new Dirent(name, parent, isFolder) : label === '' ? name : `${label}/${name}`,
        );
        if (recursive && isFolder) walk(inner, label === '' ? name : `${label}/${name}`);
      }
    };
    walk(where, '');
    return listed;
  }

  function moveTree(source: string, target: string): void {
    const bytes = files.read(source);
    if (bytes) files.write(target, bytes);
    else {
      files.makeFolder(target);
      for (const name of files.list(source)) moveTree(`${source}/${name}`, `${target}/${name}`);
    }
  }

  function removeTree(where: string): void {
    for (const name of files.list(where)) removeTree(where === '/' ? `/${name}` : `${where}/${name}`);
    files.remove(where);
  }

  let madeFolders = 0;
  const deeds = {
    access(path: unknown, _mode?: number): void {
      found(path, 'access');
    },
    appendFile: (path: unknown, data: unknown, options?: unknown): void => write(path, data, options, 'a'),
    copyFile(from: unknown, to: unknown, mode = 0): void {
      const where = at(from, 'src');
      const bytes = files.read(where);
      if (!bytes) throw failed(files.isFolder(where) ? 'EISDIR' : 'ENOENT', 'copyfile', from, to);
      if (mode === 1 && files.has(at(to, 'dest'))) throw failed('EEXIST', 'copyfile', from, to);
      put(to, bytes, 'copyfile');
    },
    lstat: stat,
    mkdir: makeFolder,
    mkdtemp(prefix: unknown): string {
      checkString(prefix, 'prefix');
      const letters = (madeFolders++).toString(36).padStart(6, '0');
      makeFolder(`${prefix}${letters}`);
      return `${prefix}${letters}`;
    },
    readFile(path: unknown, options?: ReadOptions | string): unknown {
      const { encoding } = optionsOf<ReadOptions>(options);
      const where = at(path);
      if (files.isFolder(where))
        throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {
          errno: -21,
          code: 'EISDIR',
          syscall: 'read',
        });
      found(path, 'open');
      const bytes = Buffer.from(files.read(where)!);
      return encoding ? bytes.toString(encoding) : bytes;
    },
    readdir: list,
    realpath: (path: unknown): string => found(path, 'lstat'),
    rename(from: unknown, to: unknown): void {
      const [source, target] = [at(from, 'oldPath'), at(to, 'newPath')];
      const bytes = files.read(source);
      if (!bytes && !files.isFolder(source)) throw failed('ENOENT', 'rename', from, to);
      if (!files.isFolder(folderOf(target))) throw failed('ENOENT', 'rename', from, to);
      if (bytes) {
        put(to, bytes, 'rename');
        if (source !== target) files.remove(source);
        return;
      }
      if (files.has(target)) throw failed('ENOTDIR', 'rename', from, to);
      if (files.list(target).length > 0) throw failed('ENOTEMPTY', 'rename', from, to);
      if (`${target}/`.startsWith(`${source}/`)) throw failed('EINVAL', 'rename', from, to);
      moveTree(source, target);
      removeTree(source);
    },
    rm(path: unknown, options: RemoveOptions = {}): void {
      const where = at(path);
      if (!files.has(where) && !files.isFolder(where)) {
        if (options.force) return;
        throw failed('ENOENT', 'lstat', path);
      }
      if (files.isFolder(where) && !options.recursive) {
        const message = `Path is a directory: rm returned EISDIR (is a directory) ${String(path)}`;
        throw Object.assign(new Error(message), {
          code: 'ERR_FS_EISDIR',
          errno: 21,
          syscall: 'rm',
          path: String(path),
          name: 'SystemError',
        });
      }
      removeTree(where);
    },
    rmdir(path: unknown): void {
      const where = found(path, 'rmdir');
      if (files.has(where)) throw failed('ENOTDIR', 'rmdir', path);
      if (!files.remove(where)) throw failed('ENOTEMPTY', 'rmdir', path);
    },
    stat,
    truncate(path: unknown, length = 0): void {
      const bytes = files.read(found(path, 'open'));
      if (!bytes) throw failed('EISDIR', 'open', path);
      const cut = new Uint8Array(length);
      cut.set(bytes.subarray(0, length));
      put(path, cut, 'open');
    },
    unlink(path: unknown): void {
      const where = found(path, 'unlink');
      if (files.isFolder(where)) throw failed('EISDIR', 'unlink', path);
      files.remove(where);
    },
    writeFile: (path: unknown, data: unknown, options?: unknown): void => write(path, data, options, 'w'),
  };
  return { deeds, Stats, Dirent };
}
