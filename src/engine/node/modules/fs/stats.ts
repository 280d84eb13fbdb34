/**
 * What is known of a file: `Stats` and `Dirent`. There are files and folders; all else is said to be none.
 */
import type { NodeProcess } from '../../node-process.ts';
import { wallClockMs } from '../../wall-clock.ts';
import { clock } from '../../web/clock.ts';
import { unavailable } from '../absent.ts';

const NANOSECONDS = 1_000_000n;

export function fileStats(node: NodeProcess) {
  const ProgramDate = node.load(clock).Date;
  // a program's dates are dates, of a class of their own
  const dateAt = (ms: number): InstanceType<DateConstructor> =>
    new ProgramDate(ms) as InstanceType<DateConstructor>;
  const noInstants = (): Error => unavailable('fs.Stats', 'not every browser has Temporal');

  class Kind {
    readonly #isFolder: boolean;
    constructor(isFolder: boolean) {
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

  /** Of files and folders, whose numbers are of one type or the other. */
  class AnyStats<T extends number | bigint> extends Kind {
    dev: T;
    mode: T;
    nlink: T;
    uid: T;
    gid: T;
    rdev: T;
    blksize: T;
    ino: T;
    size: T;
    blocks: T;
    atimeMs: T;
    mtimeMs: T;
    ctimeMs: T;
    birthtimeMs: T;
    constructor(size: number, isFolder: boolean, as: (value: number) => T) {
      super(isFolder);
      this.dev = as(1);
      this.mode = as(isFolder ? 0o40_755 : 0o100_644);
      this.nlink = as(1);
      this.uid = as(1000);
      this.gid = as(1000);
      this.rdev = as(0);
      this.blksize = as(4096);
      this.ino = as(1);
      this.size = as(size);
      this.blocks = as(Math.ceil(size / 512));
      // files here do not know when they were written
      const began = wallClockMs(node) - node.drive.kernel.now / 1e6;
      this.atimeMs = this.mtimeMs = this.ctimeMs = this.birthtimeMs = as(began);
    }
    get atime() {
      return dateAt(Number(this.atimeMs));
    }
    get mtime() {
      return dateAt(Number(this.mtimeMs));
    }
    get ctime() {
      return dateAt(Number(this.ctimeMs));
    }
    get birthtime() {
      return dateAt(Number(this.birthtimeMs));
    }
    get atimeInstant(): never {
      throw noInstants();
    }
    get mtimeInstant(): never {
      throw noInstants();
    }
    get ctimeInstant(): never {
      throw noInstants();
    }
    get birthtimeInstant(): never {
      throw noInstants();
    }
  }

  class Stats extends AnyStats<number> {
    constructor(size = 0, isFolder = false) {
      super(size, isFolder, (value) => value);
    }
  }

  class BigIntStats extends AnyStats<bigint> {
    atimeNs = this.atimeMs * NANOSECONDS;
    mtimeNs = this.mtimeMs * NANOSECONDS;
    ctimeNs = this.ctimeMs * NANOSECONDS;
    birthtimeNs = this.birthtimeMs * NANOSECONDS;
    constructor(size = 0, isFolder = false) {
      super(size, isFolder, (value) => BigInt(Math.floor(value)));
    }
  }

  class Dirent<Name extends string | Buffer = string> extends Kind {
    readonly name: Name;
    readonly parentPath: string;
    constructor(name = '' as Name, parentPath = '', isFolder = false) {
      super(isFolder);
      this.name = name;
      this.parentPath = parentPath;
    }
  }

  return { Stats, BigIntStats, Dirent };
}
