/**
 * The files of a project: a small tree in memory that its programs read and write.
 *
 * Paths are absolute and plain (`/app/server.js`). There are no links, owners or devices.
 */
import { type Bytes, fromUtf8, toUtf8 } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';

/** Bounds on a project. Bytes of one file, of all, and how many. */
export const MAX_FILE_BYTES = 1_000_000;
export const MAX_ALL_BYTES = 8_000_000;
export const MAX_FILES = 1000;

export class ProgramFiles {
  readonly #files = new Map<string, Bytes>();
  readonly #folders = new Set<string>(['/']);
  #bytes = 0;

  /** Throws {@link Malformed} with a sentence when a path makes no sense or there is too much. */
  constructor(files: Iterable<readonly [path: string, content: string | Bytes]> = []) {
    for (const [path, content] of files) this.write(path, content);
  }

  read(path: string): Bytes | undefined {
    return this.#files.get(plainPath(path));
  }

  readText(path: string): string | undefined {
    const bytes = this.read(path);
    return bytes && toUtf8(bytes);
  }

  has(path: string): boolean {
    return this.#files.has(plainPath(path));
  }

  isFolder(path: string): boolean {
    return this.#folders.has(plainPath(path));
  }

  /** Writes a file and makes the folders above it. */
  write(path: string, content: string | Bytes): void {
    const at = plainPath(path);
    const bytes = typeof content === 'string' ? fromUtf8(content) : content.slice();
    if (at === '/' || this.#folders.has(at)) throw new Malformed(`${at} is a folder`);
    if (bytes.length > MAX_FILE_BYTES) throw new Malformed(`${at} is larger than ${MAX_FILE_BYTES} bytes`);
    const before = this.#files.get(at);
    if (!before && this.#files.size >= MAX_FILES) throw new Malformed(`more than ${MAX_FILES} files`);
    const total = this.#bytes + bytes.length - (before?.length ?? 0);
    if (total > MAX_ALL_BYTES) throw new Malformed(`more than ${MAX_ALL_BYTES} bytes of files`);
    this.#bytes = total;
    this.#files.set(at, bytes);
    this.makeFolder(folderOf(at));
  }

  makeFolder(path: string): void {
    for (let at = plainPath(path); !this.#folders.has(at); at = folderOf(at)) {
      if (this.#files.has(at)) throw new Malformed(`${at} is a file`);
      this.#folders.add(at);
    }
  }

  /** False when there was none. Folders go only when they are empty. */
  remove(path: string): boolean {
    const at = plainPath(path);
    const bytes = this.#files.get(at);
    if (bytes) {
      this.#bytes -= bytes.length;
      return this.#files.delete(at);
    }
    return this.list(at).length === 0 && at !== '/' && this.#folders.delete(at);
  }

  /** Names in a folder, in order. */
  list(path: string): string[] {
    const at = plainPath(path);
    const above = at === '/' ? '/' : `${at}/`;
    const names = new Set<string>();
    for (const other of [...this.#files.keys(), ...this.#folders])
      if (other !== '/' && other.startsWith(above)) names.add(other.slice(above.length).split('/')[0]!);
    names.delete('');
    return [...names].sort();
  }

  /** Every file, by its path, in the order in which they were written. */
  entries(): IterableIterator<[path: string, content: Bytes]> {
    return this.#files.entries();
  }
}

/** `/app/./a/../b.js` → `/app/b.js`. Throws {@link Malformed} for one that is not absolute. */
export function plainPath(path: string): string {
  if (!path.startsWith('/') || path.includes('\0'))
    throw new Malformed(`${path.slice(0, 80)} is no absolute path`);
  const parts: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..') parts.pop();
    else if (step !== '.' && step !== '') parts.push(step);
  }
  return `/${parts.join('/')}`;
}

export function folderOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at <= 0 ? '/' : path.slice(0, at);
}
