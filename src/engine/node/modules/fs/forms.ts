/**
 * What the functions of `node:fs` take and give: said once for each deed, from which the types of its three forms follow
 * (at once, with a callback, as a promise).
 */
import type {
  BigIntStats,
  BufferEncodingOption,
  Dirent,
  EncodingOption,
  MakeDirectoryOptions,
  Mode,
  ObjectEncodingOptions,
  PathLike,
  PathOrFileDescriptor,
  ReadFileOptions,
  ReadFileOptionsWithBuffer,
  ReadFileOptionsWithBufferEncoding,
  ReadFileOptionsWithStringEncoding,
  RmOptions,
  StatOptions,
  Stats,
} from 'node:fs';
import type { FileHandle, writeFile } from 'node:fs/promises';

/** One way to call a deed: its arguments, and what then comes of it. */
interface Form<A extends readonly unknown[], R> {
  readonly args: A;
  readonly result: R;
}

type Bytes = Buffer<ArrayBuffer>;
type View = NodeJS.ArrayBufferView;
/** A file that is read or written as a whole. */
type Place = PathOrFileDescriptor | FileHandle;

/** Of promises, which take most: flags that are numbers, too. */
export type WriteOptions = Parameters<typeof writeFile>[2];

/** A path, which is told in the encoding that was asked for. */
type Told<P> =
  | Form<[path: P, options?: EncodingOption], string>
  | Form<[path: P, options: BufferEncodingOption], Bytes>
  | Form<[path: P, options?: EncodingOption], string | Bytes>;

type StatForm<Bigint, Throws, R> = Form<
  [path: PathLike, options?: StatOptions & { bigint?: Bigint; throwIfNoEntry?: Throws }],
  R
>;
type AlwaysThere =
  | StatForm<false | undefined, true | undefined, Stats>
  | StatForm<true, true | undefined, BigIntStats>
  | StatForm<boolean | undefined, true | undefined, Stats | BigIntStats>;
type LinkStat =
  | StatForm<false | undefined, boolean | undefined, Stats>
  | StatForm<true, boolean | undefined, BigIntStats>
  | StatForm<boolean | undefined, boolean | undefined, Stats | BigIntStats>;
type Stat =
  | AlwaysThere
  | StatForm<false | undefined, false, Stats | undefined>
  | StatForm<true, false, BigIntStats | undefined>
  | StatForm<boolean | undefined, boolean | undefined, Stats | BigIntStats | undefined>;

interface Listing {
  recursive?: boolean | undefined;
}
interface InBytes extends Listing {
  encoding: 'buffer';
}
interface InText extends Listing, ObjectEncodingOptions {}
interface Untyped {
  withFileTypes?: false | undefined;
}
interface Typed {
  withFileTypes: true;
}
type ReadFolder =
  | Form<[path: PathLike, options?: (InText & Untyped) | BufferEncoding | null], string[]>
  | Form<[path: PathLike, options: (InBytes & Untyped) | 'buffer'], Bytes[]>
  | Form<[path: PathLike, options: InText & Typed], Dirent[]>
  | Form<[path: PathLike, options: InBytes & Typed], Dirent<Bytes>[]>;

type MakeFolder =
  | Form<[path: PathLike, options: MakeDirectoryOptions & { recursive: true }], string | undefined>
  | Form<
      [path: PathLike, options?: Mode | (MakeDirectoryOptions & { recursive?: false | undefined }) | null],
      void
    >
  | Form<[path: PathLike, options?: Mode | MakeDirectoryOptions | null], string | undefined>;

type ReadWhole =
  | Form<[path: Place, options: ReadFileOptionsWithBuffer<View>], Bytes>
  | Form<[path: Place, options?: ReadFileOptionsWithBufferEncoding | null], Bytes>
  | Form<[path: Place, options: ReadFileOptionsWithStringEncoding | BufferEncoding], string>
  | Form<[path: Place, options?: ReadFileOptions | BufferEncoding | null], string | Bytes>;

/** Every deed by its name. */
export interface FileForms {
  access: Form<[path: PathLike, mode?: number], void>;
  appendFile: Form<[path: Place, data: string | View, options?: WriteOptions], void>;
  copyFile: Form<[from: PathLike, to: PathLike, mode?: number], void>;
  lstat: LinkStat;
  mkdir: MakeFolder;
  mkdtemp: Told<string>;
  readFile: ReadWhole;
  readdir: ReadFolder;
  realpath: Told<PathLike>;
  rename: Form<[from: PathLike, to: PathLike], void>;
  rm: Form<[path: PathLike, options?: RmOptions], void>;
  rmdir: Form<[path: PathLike], void>;
  stat: Stat;
  truncate: Form<[path: PathLike, length?: number], void>;
  unlink: Form<[path: PathLike], void>;
  writeFile: Form<[path: Place, data: string | View, options?: WriteOptions], void>;
}

/** What does the deed: it takes every form, and the compiler does not follow which result comes of which. */
export type Deeds = {
  readonly [N in keyof FileForms]: (...args: Every<FileForms[N]['args']>) => FileForms[N]['result'];
};
type Every<A extends readonly unknown[]> = [A] extends [readonly [infer P, (infer O)?]]
  ? [path: P, options?: O]
  : A;

/** The overloads of all the forms. */
type Together<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

export type AtOnce<F> = Together<F extends Form<infer A, infer R> ? (...args: A) => R : never>;

export type AsPromise<F> = Together<F extends Form<infer A, infer R> ? (...args: A) => Promise<R> : never>;

/** With a callback, in front of which what may be left out is there or not. */
export type WithCallback<F> = Together<
  F extends Form<infer A, infer R>
    ? ((...args: [...Least<A>, callback: Done<R>]) => void) & ((...args: [...A, callback: Done<R>]) => void)
    : never
>;

type Done<R> = [R] extends [void]
  ? (error: NodeJS.ErrnoException | null) => void
  : (error: NodeJS.ErrnoException | null, value: R) => void;
type Least<A extends readonly unknown[]> = A extends readonly [infer First, ...infer Rest]
  ? [First, ...Least<Rest>]
  : [];
