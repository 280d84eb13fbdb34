// A playground project as a page carries it: its files, who runs which of them where, and the notes beside the lines. Its
// name on disk is its folder under content/playgrounds; what is checked here holds for files from anywhere, as those in a
// link or in the browser's storage.

export interface SourceFile {
  /** Path from the project's folder: `lib/retry.js`. */
  readonly name: string;
  readonly text: string;
}

/** One program of a project. */
export interface ProgramOf {
  readonly name: string;
  /** The machine that it runs on. */
  readonly on: string;
  /** The file that it starts with. */
  readonly run: string;
}

/** A note beside a line. */
export interface CodeNote {
  readonly file: string;
  /** Occurs in the line that the note is about. */
  readonly at: string;
  readonly text: string;
}

export interface Project {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** In the order of the tabs; the one that is open at first is first. */
  readonly files: readonly SourceFile[];
  readonly programs: readonly ProgramOf[];
  readonly notes: readonly CodeNote[];
  /** Fingerprint of the files: what a reader changed was changed in these. */
  readonly version: string;
}

export const MAX_FILES = 24;
/** Characters of one file, and of all. */
export const MAX_FILE_TEXT = 64_000;
export const MAX_PROJECT_TEXT = 256_000;
const MAX_NAME = 60;
const NAME = /^(?:[\w-][\w.-]*\/){0,3}[\w-][\w.-]*$/;
/** What an editor has no key for: a text with these is no source. */
const UNTYPABLE = /[^\P{Cc}\n\r\t]|\p{Cs}/u;

/** What is wrong with a file's name, as a sentence; undefined when nothing is. */
export function nameFault(name: string): string | undefined {
  if (name === '') return 'A file needs a name.';
  if (name.length > MAX_NAME) return `A file’s name has at most ${MAX_NAME} characters.`;
  if (!NAME.test(name))
    return 'A file’s name is made of letters, digits, dots, dashes and underscores, with slashes between folders.';
  if (name.split('/').includes('node_modules')) return 'The folder node_modules is not for your own files.';
  return undefined;
}

/** What is wrong with a text, as a sentence; undefined when nothing is. */
export function textFault(text: string): string | undefined {
  if (text.length > MAX_FILE_TEXT) return `It is longer than ${MAX_FILE_TEXT / 1000},000 characters.`;
  return UNTYPABLE.test(text) ? 'It holds characters that no source has.' : undefined;
}

/** Files of which each is sound, and all together too; else a sentence. */
export function filesFault(files: readonly SourceFile[]): string | undefined {
  if (files.length > MAX_FILES) return `A project has at most ${MAX_FILES} files.`;
  if (new Set(files.map(({ name }) => name)).size < files.length) return 'Two of its files have one name.';
  let all = 0;
  for (const { name, text } of files) {
    const fault = nameFault(name) ?? textFault(text);
    if (fault) return `${name.slice(0, MAX_NAME)}: ${fault}`;
    all += text.length;
  }
  return all > MAX_PROJECT_TEXT
    ? `Its files are longer than ${MAX_PROJECT_TEXT / 1000},000 characters.`
    : undefined;
}

export const sameFiles = (a: readonly SourceFile[], b: readonly SourceFile[]): boolean =>
  a.length === b.length &&
  a.every(({ name, text }) => b.some((one) => one.name === name && one.text === text));

/** Eight hex digits (FNV-1a over names and texts): enough to tell one state of a project from the next. */
export function versionOf(files: readonly SourceFile[]): string {
  let hash = 0x811c9dc5;
  for (const { name, text } of files) {
    for (const part of [name, text]) {
      for (let i = 0; i < part.length; i++) hash = Math.imul(hash ^ part.charCodeAt(i), 0x01000193);
      hash = Math.imul(hash ^ 0xffff, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** A note at its line, counted from 1, in the text as it is now. */
export interface PlacedNote {
  readonly number: number;
  readonly line: number;
  readonly text: string;
}

/** Notes of one file in the order of their lines; one whose line is gone is left out. */
export function placeNotes(notes: readonly CodeNote[], { name, text }: SourceFile): PlacedNote[] {
  const lines = text.split('\n');
  return notes
    .filter(({ file }) => file === name)
    .map(({ at, text }) => ({ line: lines.findIndex((line) => line.includes(at)) + 1, text }))
    .filter(({ line }) => line > 0)
    .sort((a, b) => a.line - b.line)
    .map((note, i) => ({ ...note, number: i + 1 }));
}

/** What may be run, downloaded or opened elsewhere. */
export const asRecord = (files: readonly SourceFile[]): Readonly<Record<string, string>> =>
  Object.fromEntries(files.map(({ name, text }) => [name, text]));
