// Changed files as a fragment of an address and back: `#code=tiny-server.1a2b3c4d.<base64url of a deflated list>`. What
// differs from the course's project goes in, and which files are gone. What comes in is data from a stranger: it is
// bounded before and while it is inflated, every name and text has a form, and nothing of it runs by being read.
import { deflateSync, Inflate } from 'fflate';
import { filesFault, MAX_PROJECT_TEXT, type Project, type SourceFile } from './project.ts';

/** Longer links are not made, and not read: beyond that a project belongs in a file. */
export const MAX_LINK = 8192;
const PREFIX = '#code=';
/** Bytes that a link may unfold to: characters may take three of them, and there are names. */
const MAX_UNFOLDED = 3 * MAX_PROJECT_TEXT;
/** Bytes inflated at a time; each can become a thousand. */
const SLICE = 64;

export const isShareLink = (fragment: string): boolean => fragment.startsWith(PREFIX);

/** `[name, text]`, or `[name]` for one of the course's files that is gone. */
type Entry = readonly [name: string, text?: string];

export function writeShareLink(project: Project, files: readonly SourceFile[]): string {
  const changed = files.filter(
    ({ name, text }) => project.files.find((one) => one.name === name)?.text !== text,
  );
  const gone = project.files.filter(({ name }) => !files.some((one) => one.name === name));
  const entries: Entry[] = [
    ...changed.map(({ name, text }): Entry => [name, text]),
    ...gone.map(({ name }): Entry => [name]),
  ];
  const packed = deflateSync(new TextEncoder().encode(JSON.stringify(entries)), { level: 9 });
  return `${PREFIX}${project.name}.${project.version}.${toBase64(packed)}`;
}

export type ReadShare =
  | { readonly kind: 'refused'; readonly sentence: string }
  | {
      readonly kind: 'read';
      readonly files: readonly SourceFile[];
      /** The course has changed its project since the link was made: the two may not fit together. */
      readonly isOld: boolean;
    };

/** What a link says about this project. */
export function readShareLink(project: Project, fragment: string): ReadShare {
  const refuse = (why: string): ReadShare => ({
    kind: 'refused',
    sentence: `The code in this link was not read: ${why} You see the course’s own.`,
  });
  if (fragment.length > MAX_LINK) return refuse(`the link is longer than ${MAX_LINK / 1024} kB.`);
  const found = /^#code=([\w-]{1,60})\.([\da-f]{8})\.([\w-]+)$/.exec(fragment);
  if (!found) return refuse('it is not well written, or a part of it is missing.');
  const [, name, version, packed] = found;
  if (name !== project.name) return refuse(`it belongs to another playground, ${name}.`);
  const text = unfold(fromBase64(packed!));
  if (text === undefined) return refuse('it is damaged, or unfolds to more than a project may hold.');
  const entries = entriesOf(text);
  if (typeof entries === 'string') return refuse(entries);
  const files = apply(project, entries);
  const fault = files.length === 0 ? 'It leaves no file over.' : filesFault(files);
  if (fault) return refuse(fault);
  return { kind: 'read', files, isOld: version !== project.version };
}

function entriesOf(text: string): readonly Entry[] | string {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return 'it is damaged.';
  }
  if (!Array.isArray(found) || found.length > 64) return 'it holds no list of files.';
  for (const entry of found) {
    const isEntry =
      Array.isArray(entry) &&
      (entry.length === 1 || entry.length === 2) &&
      entry.every((part) => typeof part === 'string');
    if (!isEntry) return 'it holds something that is no file.';
  }
  return found as Entry[];
}

/** The course's files with the changes, in their order; what is new comes last. */
function apply(project: Project, entries: readonly Entry[]): SourceFile[] {
  const changes = new Map(entries.map((entry) => [entry[0], entry] as const));
  const files = project.files.flatMap((file) => {
    const change = changes.get(file.name);
    if (!change) return [file];
    return change[1] === undefined ? [] : [{ name: file.name, text: change[1] }];
  });
  for (const [name, text] of changes.values())
    if (text !== undefined && !project.files.some((file) => file.name === name)) files.push({ name, text });
  return files;
}

// ── bytes ──

function unfold(packed: Uint8Array | undefined): string | undefined {
  if (!packed) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  let isWhole = false;
  const inflate = new Inflate((part, isLast) => {
    parts.push(part.slice());
    length += part.length;
    isWhole ||= isLast;
  });
  try {
    for (let at = 0; at < packed.length; at += SLICE) {
      inflate.push(packed.subarray(at, at + SLICE), at + SLICE >= packed.length);
      if (length > MAX_UNFOLDED) return undefined;
    }
    if (!isWhole) return undefined;
    const whole = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(whole);
  } catch {
    return undefined;
  }
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
