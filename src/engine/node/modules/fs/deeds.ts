/**
 * What programs do with files, at once: the Sync functions of `node:fs`, which the others are made of.
 */

import type {
  BigIntStats,
  BufferEncodingOption,
  EncodingOption,
  MakeDirectoryOptions,
  Mode,
  StatOptions,
  Stats,
} from 'node:fs';
import { Malformed } from '../../../base/errors.ts';
import { checkInteger, checkString, invalidType, invalidValue } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { folderOf, plainPath } from '../../program-files.ts';
import { wordyError } from '../../system-error.ts';
import { packages } from '../packages.ts';
import { FS_CONSTANTS } from './constants.ts';
import type { Deeds, WriteOptions } from './forms.ts';
import { fileStats } from './stats.ts';

type Bytes = Buffer<ArrayBuffer>;

/** All that options of one deed or another say. */
interface AnyOptions {
  readonly encoding?: BufferEncoding | 'buffer' | null | undefined;
  readonly flag?: string | number | undefined;
  readonly buffer?: unknown;
  readonly withFileTypes?: boolean | undefined;
  readonly recursive?: boolean | undefined;
}

export function fileDeeds(node: NodeProcess) {
  const { files } = node;
  const { Buffer } = node.load(packages).buffer;
  const known = node.load(fileStats);

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

  const optionsOf = (options: object | string | null | undefined): AnyOptions =>
    typeof options === 'string' ? { encoding: options as BufferEncoding } : (options ?? {});

  /** A name in the encoding that was asked for. */
  function told(name: string, options: EncodingOption | BufferEncodingOption): string | Bytes {
    const { encoding } = optionsOf(options);
    if (encoding === 'buffer') return Buffer.from(name);
    return encoding ? Buffer.from(name).toString(encoding) : name;
  }

  function statOf(
    syscall: 'stat' | 'lstat',
    path: unknown,
    options: StatOptions | undefined,
  ): Stats | BigIntStats | undefined {
    const where = at(path);
    if (options?.throwIfNoEntry === false && !files.has(where) && !files.isFolder(where)) return undefined;
    found(path, syscall);
    const Known = options?.bigint ? known.BigIntStats : known.Stats;
    return new Known(files.read(where)?.length ?? 4096, files.isFolder(where));
  }

  /** Undefined for what is no descriptor. No file has one, but for the three that every program begins with. */
  function descriptorOf(path: unknown): number | undefined {
    if (!Number.isInteger(path)) return undefined;
    checkInteger(path, 'fd', 0, 2_147_483_647);
    return path;
  }

  function badDescriptor(syscall: string): Error {
    const error = wordyError('EBADF', syscall);
    const message = `${error.message.replace(`${syscall} `, '')}, ${syscall}`;
    return Object.assign(new Error(message), { errno: error.errno, code: 'EBADF', syscall });
  }

  /** All that is in a file. */
  function wholeOf(path: unknown): Bytes {
    const descriptor = descriptorOf(path);
    if (descriptor === 0) return Buffer.alloc(0);
    if (descriptor !== undefined) throw badDescriptor('fstat');
    const where = at(path);
    if (files.isFolder(where))
      throw Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {
        errno: -21,
        code: 'EISDIR',
        syscall: 'read',
      });
    found(path, 'open');
    return Buffer.from(files.read(where)!);
  }

  /** Bytes in memory of the program’s own. */
  function putInto(buffer: unknown, bytes: Bytes): Bytes {
    if (typeof buffer !== 'function' && !ArrayBuffer.isView(buffer))
      throw invalidType('options.buffer', ['function', 'Buffer', 'TypedArray', 'DataView'], buffer);
    const view: unknown = typeof buffer === 'function' ? buffer(bytes.length) : buffer;
    if (!ArrayBuffer.isView(view))
      throw invalidType('options.buffer', ['Buffer', 'TypedArray', 'DataView'], view);
    if (view.byteLength < bytes.length)
      throw invalidValue(
        'options.buffer.byteLength',
        view.byteLength,
        `is smaller than the file size of ${bytes.length} bytes`,
      );
    const into = Buffer.from(view.buffer as ArrayBuffer, view.byteOffset, bytes.length);
    into.set(bytes);
    return into;
  }

  function write(path: unknown, data: unknown, options: WriteOptions, flag: string): void {
    const { encoding, flag: asked = flag } = optionsOf(options);
    const own = typeof asked === 'number' ? lettersOf(asked) : asked;
    const bytes = bytesOf(data, encoding === 'buffer' ? undefined : encoding);
    const descriptor = descriptorOf(path);
    if (descriptor !== undefined) {
      if (bytes.length === 0) return;
      if (descriptor !== 1 && descriptor !== 2) throw badDescriptor('write');
      node.print(descriptor === 1 ? 'stdout' : 'stderr', Buffer.from(bytes).toString());
      return;
    }
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

  function makeFolder(path: unknown, options?: Mode | MakeDirectoryOptions | null): string | undefined {
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

  /** What is in a folder, in its order: path, name as it is told, and whether it is a folder. */
  function* within(
    path: unknown,
    isDeep: boolean,
  ): Generator<{ name: string; label: string; parent: string; isFolder: boolean }> {
    const where = found(path, 'scandir');
    if (files.has(where)) throw failed('ENOTDIR', 'scandir', path);
    const shown = typeof path === 'string' ? path.replace(/(.)\/$/, '$1') : where;
    function* walk(folder: string, label: string): ReturnType<typeof within> {
      for (const name of files.list(folder)) {
        const inner = folder === '/' ? `/${name}` : `${folder}/${name}`;
        const parent = label === '' ? shown : `${shown}/${label}`;
        const isFolder = files.isFolder(inner);
        const own = label === '' ? name : `${label}/${name}`;
        yield { name, label: own, parent, isFolder };
        if (isDeep && isFolder) yield* walk(inner, own);
      }
    }
    yield* walk(where, '');
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
  const deeds: Deeds = {
    access(path): void {
      found(path, 'access');
    },
    appendFile: (path, data, options): void => write(path, data, options, 'a'),
    copyFile(from, to, mode = 0): void {
      const where = at(from, 'src');
      const bytes = files.read(where);
      if (!bytes) throw failed(files.isFolder(where) ? 'EISDIR' : 'ENOENT', 'copyfile', from, to);
      if (mode === 1 && files.has(at(to, 'dest'))) throw failed('EEXIST', 'copyfile', from, to);
      put(to, bytes, 'copyfile');
    },
    // never without an answer: only stat may be asked for less
    lstat: (path, options) => statOf('lstat', path, { bigint: options?.bigint })!,
    mkdir: makeFolder,
    mkdtemp(prefix, options) {
      checkString(prefix, 'prefix');
      const letters = (madeFolders++).toString(36).padStart(6, '0');
      makeFolder(`${prefix}${letters}`);
      return told(`${prefix}${letters}`, options);
    },
    readFile(path, options) {
      const { encoding, buffer } = optionsOf(options);
      const whole = wholeOf(path);
      const bytes = buffer === undefined ? whole : putInto(buffer, whole);
      return encoding && encoding !== 'buffer' ? bytes.toString(encoding) : bytes;
    },
    readdir(path, options) {
      const { withFileTypes = false, recursive = false, encoding } = optionsOf(options);
      const inside = [...within(path, recursive)];
      const inBytes = encoding === 'buffer';
      if (withFileTypes)
        return inBytes
          ? inside.map((one) => new known.Dirent(Buffer.from(one.name), one.parent, one.isFolder))
          : inside.map((one) => new known.Dirent(one.name, one.parent, one.isFolder));
      return inBytes
        ? inside.map(({ label }) => Buffer.from(label))
        : inside.map(({ label }) => (encoding ? Buffer.from(label).toString(encoding) : label));
    },
    realpath: (path, options) => told(found(path, 'lstat'), options),
    rename(from, to): void {
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
    rm(path, options = {}): void {
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
    rmdir(path): void {
      const where = found(path, 'rmdir');
      if (files.has(where)) throw failed('ENOTDIR', 'rmdir', path);
      if (!files.remove(where)) throw failed('ENOTEMPTY', 'rmdir', path);
    },
    stat: (path, options) => statOf('stat', path, options),
    truncate(path, length = 0): void {
      const bytes = files.read(found(path, 'open'));
      if (!bytes) throw failed('EISDIR', 'open', path);
      const cut = new Uint8Array(length);
      cut.set(bytes.subarray(0, length));
      put(path, cut, 'open');
    },
    unlink(path): void {
      const where = found(path, 'unlink');
      if (files.isFolder(where)) throw failed('EISDIR', 'unlink', path);
      files.remove(where);
    },
    writeFile: (path, data, options): void => write(path, data, options, 'w'),
  };
  /** `fs.lstatSync`, which may be asked for less, unlike the other forms of lstat. */
  const lstatSync = (...[path, options]: Parameters<Deeds['stat']>): ReturnType<Deeds['stat']> =>
    statOf('lstat', path, options);
  return { deeds, lstatSync };
}

/** `a` for O_APPEND, `x` for O_EXCL, and so on. */
function lettersOf(flags: number): string {
  const { O_APPEND, O_CREAT, O_EXCL } = FS_CONSTANTS;
  const mode = flags & O_APPEND ? 'a' : flags & O_CREAT ? 'w' : 'r+';
  return flags & O_EXCL ? `${mode}x` : mode;
}
