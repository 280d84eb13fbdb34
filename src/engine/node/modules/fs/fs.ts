/**
 * `node:fs` over the files of a project (program-files.ts): whole files and folders. What there is none of (descriptors,
 * links, owners, watching) says so when it is called.
 *
 * A callback comes in a turn of its own; reading and writing take no time.
 */
import type { PathLike, ReadStreamOptions, WriteStreamOptions } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { checkFunction, invalidType } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { absent } from '../absent.ts';
import { packages } from '../packages.ts';
import { promisifiesAs } from '../util/promisify.ts';
import { FS_CONSTANTS } from './constants.ts';
import { fileDeeds } from './deeds.ts';
import type { AsPromise, AtOnce, Deeds, FileForms, WithCallback, WriteOptions } from './forms.ts';
import { fileStats } from './stats.ts';

type Deed = (...args: never[]) => unknown;

type View = NodeJS.ArrayBufferView;
/** What promises can write, too: what comes one after another. */
type Pieces = Iterable<string | View> | AsyncIterable<string | View>;

type CalledBack = { [N in keyof FileForms]: WithCallback<FileForms[N]> };
type Synchronous = { [N in Exclude<keyof FileForms, 'lstat'> as `${N}Sync`]: AtOnce<FileForms[N]> } & {
  lstatSync: AtOnce<FileForms['stat']>;
};
type Promised = { [N in keyof FileForms]: AsPromise<FileForms[N]> };

const NO_DESCRIPTORS = 'files are read and written as a whole here';
const NO_LINKS = 'there are no links here';
const NO_OWNERS = 'files have no owners and no rights here';

export function fsModule(node: NodeProcess) {
  const { deeds, lstatSync } = node.load(fileDeeds);
  const { Stats, Dirent } = node.load(fileStats);
  const { Readable, Writable, finished } = node.load(packages).stream;
  const { Buffer } = node.load(packages).buffer;

  /** Calls back in a turn of its own, until which the program lives. */
  const later = (run: () => void): void => {
    node.ref();
    node.soon(() => {
      node.unref();
      run();
    });
  };

  /** A deed with a callback at its end. */
  const withCallback = (deed: Deed): ((...args: unknown[]) => void) =>
    function called(...args: unknown[]): void {
      const callback = args.length > 1 ? args.pop() : undefined;
      checkFunction(callback, 'cb');
      const result = attempt(deed, args);
      later(() => {
        if ('error' in result) callback(result.error);
        else if (result.value === undefined) callback(null);
        else callback(null, result.value);
      });
    };

  const forms: Record<string, unknown> = {};
  for (const name of Object.keys(deeds) as (keyof Deeds)[]) {
    const deed: Deed = deeds[name];
    forms[name] = named(name, withCallback(deed));
    forms[`${name}Sync`] = named(`${name}Sync`, (...args: never[]) => deed(...args));
  }
  forms['lstatSync'] = lstatSync;
  // made in a loop, with the types that follow from the forms of each deed
  const { realpath, realpathSync, ...plain } = forms as unknown as CalledBack & Synchronous;

  let isWarned = false;
  function exists(path: PathLike, callback: (exists: boolean) => void): void {
    checkFunction(callback, 'cb');
    later(() => callback(existsSync(path)));
  }
  promisifiesAs(exists, async (path: PathLike) => existsSync(path));
  function existsSync(path: PathLike): boolean {
    try {
      return 'value' in attempt(deeds.access, [path]);
    } catch {
      if (!isWarned)
        node.warn(
          'Passing invalid argument types to fs.existsSync is deprecated',
          'DeprecationWarning',
          'DEP0187',
        );
      isWarned = true;
      return false;
    }
  }

  class ReadStream extends Readable {
    path: string | Buffer;
    bytesRead = 0;
    #rest: Uint8Array | undefined;
    readonly #range: ReadStreamOptions;
    constructor(path: unknown, options?: BufferEncoding | ReadStreamOptions) {
      const given: ReadStreamOptions = typeof options === 'string' ? { encoding: options } : (options ?? {});
      super({
        highWaterMark: given.highWaterMark ?? 65_536,
        ...(given.encoding && { encoding: given.encoding }),
      });
      this.path = pathOf(path);
      this.#range = given;
    }
    /** Until the file is open. */
    get pending(): boolean {
      return this.#rest === undefined;
    }
    close(callback?: (error?: NodeJS.ErrnoException | null) => void): void {
      if (callback) finished(this, callback);
      this.destroy();
    }
    override _construct(done: (error?: Error | null) => void): void {
      const result = attempt(deeds.readFile, [this.path]);
      later(() => {
        if ('error' in result) {
          done(result.error as Error);
          return;
        }
        const { start = 0, end = Infinity } = this.#range;
        this.#rest = (result.value as Uint8Array).subarray(start, end + 1);
        this.emit('open', 3);
        this.emit('ready');
        done();
      });
    }
    override _read(size: number): void {
      later(() => {
        const piece = this.#rest!.subarray(0, size);
        this.#rest = this.#rest!.subarray(size);
        this.bytesRead += piece.length;
        this.push(piece.length === 0 ? null : Buffer.from(piece));
      });
    }
  }

  class WriteStream extends Writable {
    path: string | Buffer;
    bytesWritten = 0;
    #isOpen = false;
    readonly #flags: string;
    constructor(path: unknown, options?: BufferEncoding | WriteStreamOptions) {
      const given: WriteStreamOptions = typeof options === 'string' ? { encoding: options } : (options ?? {});
      super({ decodeStrings: true, ...(given.encoding && { defaultEncoding: given.encoding }) });
      this.path = pathOf(path);
      this.#flags = given.flags ?? 'w';
    }
    /** Until the file is open. */
    get pending(): boolean {
      return !this.#isOpen;
    }
    close(callback?: (error?: NodeJS.ErrnoException | null) => void): void {
      if (callback) {
        if (this.closed) {
          node.nextTick(() => callback());
          return;
        }
        this.on('close', callback);
      }
      this.end();
    }
    override _construct(done: (error?: Error | null) => void): void {
      const result = attempt(deeds.writeFile, [this.path, '', { flag: this.#flags }]);
      later(() => {
        if ('error' in result) {
          done(result.error as Error);
          return;
        }
        this.#isOpen = true;
        this.emit('open', 3);
        this.emit('ready');
        done();
      });
    }
    override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
      const result = attempt(deeds.appendFile, [this.path, chunk]);
      later(() => {
        if ('error' in result) done(result.error as Error);
        else {
          this.bytesWritten += chunk.length;
          done();
        }
      });
    }
  }

  return {
    ...plain,
    realpath: Object.assign(realpath, { native: named('', withCallback(deeds.realpath)) as typeof realpath }),
    realpathSync: Object.assign(realpathSync, { native: realpathSync }),
    exists,
    existsSync,
    createReadStream: (path: PathLike, options?: BufferEncoding | ReadStreamOptions) =>
      new ReadStream(path, options),
    createWriteStream: (path: PathLike, options?: BufferEncoding | WriteStreamOptions) =>
      new WriteStream(path, options),
    ReadStream,
    WriteStream,
    Stats,
    Dirent,
    constants: FS_CONSTANTS,
    get promises() {
      return node.load(fsPromises);
    },
    ...absent(
      'fs',
      [
        ...both(
          'close',
          'fdatasync',
          'fstat',
          'fsync',
          'ftruncate',
          'futimes',
          'open',
          'read',
          'readv',
          'write',
          'writev',
          'opendir',
        ),
      ],
      NO_DESCRIPTORS,
    ),
    ...absent('fs', [...both('link', 'lutimes', 'readlink', 'symlink')], NO_LINKS),
    ...absent(
      'fs',
      [...both('chmod', 'chown', 'fchmod', 'fchown', 'lchmod', 'lchown', 'utimes', 'statfs')],
      NO_OWNERS,
    ),
    ...absent('fs', ['watch', 'watchFile', 'unwatchFile'], 'nobody but the program changes its files'),
    ...absent(
      'fs',
      [...both('glob', 'cp', 'openAsBlob'), 'mkdtempDisposableSync'],
      'no program of the course needs it',
    ),
  };
}

/** `node:fs/promises`. */
export function fsPromises(node: NodeProcess) {
  const { deeds } = node.load(fileDeeds);
  const { Buffer } = node.load(packages).buffer;
  const forms: Record<string, unknown> = {};
  for (const [name, deed] of Object.entries(deeds)) {
    const called = (...args: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        // descriptors are for the other forms
        if (typeof args[0] === 'number') throw invalidType('path', ['string', 'Buffer', 'URL'], args[0]);
        const result = attempt(deed, args);
        node.ref();
        node.soon(() => {
          node.unref();
          if ('error' in result) reject(result.error);
          else resolve(result.value);
        });
      });
    forms[name] = named(name, called);
  }
  // made in a loop, with the types that follow from the forms of each deed
  const { writeFile, appendFile, ...plain } = forms as unknown as Promised;

  /** What comes piece by piece, as a whole. */
  async function gathered(data: Pieces, options: WriteOptions): Promise<Uint8Array> {
    const encoding = typeof options === 'string' ? options : options?.encoding;
    const pieces: Uint8Array[] = [];
    for await (const piece of data)
      pieces.push(
        ArrayBuffer.isView(piece)
          ? new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength)
          : Buffer.from(piece, encoding ?? 'utf8'),
      );
    return Buffer.concat(pieces);
  }
  const wholeOrPieces =
    (write: Promised['writeFile']) =>
    (path: PathLike | FileHandle, data: string | View | Pieces, options?: WriteOptions): Promise<void> =>
      isInPieces(data)
        ? gathered(data, options).then((whole) => write(path, whole, options))
        : write(path, data, options);

  return {
    ...plain,
    writeFile: named('writeFile', wholeOrPieces(writeFile)),
    appendFile: named('appendFile', wholeOrPieces(appendFile)),
    constants: FS_CONSTANTS,
    ...absent('fs/promises', ['open', 'opendir'], NO_DESCRIPTORS),
    ...absent('fs/promises', ['link', 'lutimes', 'readlink', 'symlink'], NO_LINKS),
    ...absent('fs/promises', ['chmod', 'chown', 'lchmod', 'lchown', 'utimes', 'statfs'], NO_OWNERS),
    ...absent(
      'fs/promises',
      ['watch', 'glob', 'cp', 'mkdtempDisposable'],
      'no program of the course needs it',
    ),
  };
}

function both<N extends string>(...names: readonly N[]): (N | `${N}Sync`)[] {
  return names.flatMap((name) => [name, `${name}Sync` as const]);
}

function isInPieces(data: string | View | Pieces): data is Pieces {
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data)) return false;
  return Symbol.iterator in data || Symbol.asyncIterator in data;
}

/** The path as a stream tells it. */
function pathOf(path: unknown): string | Buffer {
  return path instanceof URL ? decodeURIComponent(path.pathname) : (path as string | Buffer);
}

function named<F extends Deed>(name: string, run: F): F {
  return Object.defineProperty(run, 'name', { value: name });
}

/** What a deed came to; an argument that will not do is thrown at once. */
function attempt(
  deed: Deed,
  args: readonly unknown[],
): { readonly value: unknown } | { readonly error: unknown } {
  try {
    return { value: deed(...(args as never[])) };
  } catch (error) {
    if ((error as { syscall?: unknown }).syscall === undefined) throw error;
    return { error };
  }
}
