/**
 * `node:fs` over the files of a project (program-files.ts): whole files and folders. What there is none of (descriptors,
 * links, owners, watching) says so when it is called.
 *
 * A callback comes in a turn of its own; reading and writing take no time.
 */
import { checkFunction } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { absent } from './absent.ts';
import { fileDeeds } from './fs-deeds.ts';
import { packages } from './packages.ts';
import { promisifiesAs } from './util/promisify.ts';

type Deed = (...args: never[]) => unknown;

const NO_DESCRIPTORS = 'files are read and written as a whole here';
const NO_LINKS = 'there are no links here';
const NO_OWNERS = 'files have no owners and no rights here';

export function fsModule(node: NodeProcess) {
  const { deeds, Stats, Dirent } = node.load(fileDeeds);
  const { Readable, Writable } = node.load(packages).stream;
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

  const names = Object.keys(deeds) as (keyof typeof deeds)[];
  const plain: Record<string, unknown> = {};
  for (const name of names) {
    const deed = deeds[name] as Deed;
    plain[name] = Object.defineProperty(withCallback(deed), 'name', { value: name });
    plain[`${name}Sync`] = Object.defineProperty((...args: never[]) => deed(...args), 'name', {
      value: `${name}Sync`,
    });
  }

  let isWarned = false;
  function exists(path: unknown, callback: unknown): void {
    checkFunction(callback, 'cb');
    later(() => callback(existsSync(path)));
  }
  promisifiesAs(exists, async (path: unknown) => existsSync(path));
  function existsSync(path: unknown): boolean {
    try {
      return 'value' in attempt(deeds.access as Deed, [path]);
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

  interface RangeOptions {
    readonly start?: number;
    readonly end?: number;
    readonly highWaterMark?: number;
    readonly encoding?: BufferEncoding;
    readonly flags?: string;
  }

  class ReadStream extends Readable {
    readonly path: unknown;
    bytesRead = 0;
    #rest: Uint8Array | undefined;
    readonly #range: RangeOptions;
    constructor(path: unknown, options?: BufferEncoding | RangeOptions) {
      const given: RangeOptions = typeof options === 'string' ? { encoding: options } : (options ?? {});
      super({
        highWaterMark: given.highWaterMark ?? 65_536,
        ...(given.encoding && { encoding: given.encoding }),
      });
      this.path = path;
      this.#range = given;
    }
    override _construct(done: (error?: Error | null) => void): void {
      const result = attempt(deeds.readFile as Deed, [this.path]);
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
    readonly path: unknown;
    bytesWritten = 0;
    readonly #flags: string;
    constructor(path: unknown, options?: BufferEncoding | RangeOptions) {
      const given: RangeOptions = typeof options === 'string' ? { encoding: options } : (options ?? {});
      super({ decodeStrings: true, ...(given.encoding && { defaultEncoding: given.encoding }) });
      this.path = path;
      this.#flags = given.flags ?? 'w';
    }
    override _construct(done: (error?: Error | null) => void): void {
      const result = attempt(deeds.writeFile as Deed, [this.path, '', { flag: this.#flags }]);
      later(() => {
        if ('error' in result) {
          done(result.error as Error);
          return;
        }
        this.emit('open', 3);
        this.emit('ready');
        done();
      });
    }
    override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
      const result = attempt(deeds.appendFile as Deed, [this.path, chunk]);
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
    exists,
    existsSync,
    createReadStream: (path: unknown, options?: BufferEncoding | RangeOptions) =>
      new ReadStream(path, options),
    createWriteStream: (path: unknown, options?: BufferEncoding | RangeOptions) =>
      new WriteStream(path, options),
    ReadStream,
    WriteStream,
    Stats,
    Dirent,
    constants: CONSTANTS,
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
  const promised: Record<string, unknown> = {};
  for (const [name, deed] of Object.entries(deeds)) {
    const called = (...args: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const result = attempt(deed as Deed, args);
        node.ref();
        node.soon(() => {
          node.unref();
          if ('error' in result) reject(result.error);
          else resolve(result.value);
        });
      });
    promised[name] = Object.defineProperty(called, 'name', { value: name });
  }
  return {
    ...promised,
    constants: CONSTANTS,
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

const CONSTANTS = {
  UV_FS_COPYFILE_EXCL: 1,
  COPYFILE_EXCL: 1,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_CREAT: 64,
  O_EXCL: 128,
  O_TRUNC: 512,
  O_APPEND: 1024,
  S_IFMT: 61_440,
  S_IFREG: 32_768,
  S_IFDIR: 16_384,
  F_OK: 0,
  R_OK: 4,
  W_OK: 2,
  X_OK: 1,
};

function both<N extends string>(...names: readonly N[]): (N | `${N}Sync`)[] {
  return names.flatMap((name) => [name, `${name}Sync` as const]);
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
