// What a reader changed in a project, kept in their own browser until they reset it: one key a project, with the version
// of the files that were changed. Safe on any state of the storage, never throws. Where nothing can be kept it says so in
// a sentence, and the edits live as long as the page. What another tab wrote is never written over unasked.
import { filesFault, type SourceFile } from './project.ts';

export interface KeptEdits {
  /** Of the project's files when they were changed. */
  readonly version: string;
  /** All files as the reader has them. */
  readonly files: readonly SourceFile[];
}

/** May throw, and so may everything it gives. */
export type Shelf = () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const sentences = {
  blocked:
    'This browser keeps nothing for this site: your changes are there until you close or leave the page. Download them to keep them.',
  full: 'This browser has no room left for this site: your changes are there until you close or leave the page. Download them to keep them.',
  other:
    'Another tab has changed this project too. What you type here is not kept until you have chosen which of the two to go on with.',
} as const;

export type KeepFault = keyof typeof sentences;
export const keepSentence = (fault: KeepFault | undefined): string => (fault ? sentences[fault] : '');

export const keyOf = (project: string): string => `roundtrip:playground:${project}`;
const FORM = 1;
const MAX_KEPT = 400_000;

export class EditKeeper {
  readonly #key: string;
  readonly #shelf: Shelf;
  /** What lies there as far as this tab knows. */
  #known: string | null = null;

  constructor(project: string, shelf: Shelf) {
    this.#key = keyOf(project);
    this.#shelf = shelf;
  }

  /** What was kept; undefined when nothing was, or nothing that can be read. */
  read(): KeptEdits | undefined {
    try {
      this.#known = this.#shelf().getItem(this.#key);
    } catch {
      return undefined;
    }
    return parse(this.#known);
  }

  /** What was kept as far as this tab knows. */
  known(): KeptEdits | undefined {
    return parse(this.#known);
  }

  /** True when another tab wrote since this one last looked. */
  isBehind(): boolean {
    try {
      return this.#shelf().getItem(this.#key) !== this.#known;
    } catch {
      return false;
    }
  }

  /** Undefined when it is kept; else why not. `isChosen`: whatever another tab wrote may go. */
  keep(edits: KeptEdits, isChosen = false): KeepFault | undefined {
    if (!isChosen && this.isBehind()) return 'other';
    const text = JSON.stringify({ form: FORM, version: edits.version, files: edits.files });
    if (text.length > MAX_KEPT) return 'full';
    try {
      this.#shelf().setItem(this.#key, text);
      this.#known = text;
      return undefined;
    } catch (error) {
      return isQuota(error) ? 'full' : 'blocked';
    }
  }

  forget(): void {
    try {
      this.#shelf().removeItem(this.#key);
      this.#known = null;
    } catch {
      // What cannot be written was not kept either.
    }
  }
}

/** What lies in a storage may have been put there by anybody. */
function parse(text: string | null): KeptEdits | undefined {
  if (text === null || text.length > MAX_KEPT) return undefined;
  try {
    const { form, version, files } = JSON.parse(text) as Record<string, unknown>;
    if (form !== FORM || typeof version !== 'string' || !/^[\da-f]{8}$/.test(version)) return undefined;
    const sound = soundFiles(files);
    return typeof sound === 'string' ? undefined : { version, files: sound };
  } catch {
    return undefined;
  }
}

/** Files out of anything; else what is wrong with it, as a sentence. */
export function soundFiles(found: unknown): readonly SourceFile[] | string {
  if (!Array.isArray(found) || found.length === 0) return 'It holds no files.';
  const files: SourceFile[] = [];
  for (const one of found.slice(0, 1000)) {
    if (typeof one !== 'object' || one === null) return 'It holds something that is no file.';
    const { name, text } = one as Record<string, unknown>;
    if (typeof name !== 'string' || typeof text !== 'string') return 'It holds something that is no file.';
    files.push({ name, text });
  }
  return found.length > files.length ? 'It holds too many files.' : (filesFault(files) ?? files);
}

/** By name, and by the number that older engines gave it. */
function isQuota(error: unknown): boolean {
  const { name, code } = (error ?? {}) as { name?: string; code?: number };
  return name === 'QuotaExceededError' || name === 'NS_ERROR_DOM_QUOTA_REACHED' || code === 22;
}
