/**
 * The few text files of a host that say how it finds names: `/etc/hosts` and `/etc/resolv.conf`.
 *
 * They are a table of the run. What a host begins with is part of its world; every change is an event with the whole
 * text, so that a file can be read at any moment of a trace, and whoever edits one from outside does it through the
 * input `hosts` {machine, text}. Files stay when the machine restarts.
 *
 * Not here: a file system. Other paths do not exist.
 */
import { Malformed, Misuse } from '../base/errors.ts';
import type { World } from '../sim/world.ts';
import type { Detail, Projection } from '../trace/event.ts';

export const HOSTS_PATH = '/etc/hosts';
export const RESOLV_CONF_PATH = '/etc/resolv.conf';
export type HostPath = typeof HOSTS_PATH | typeof RESOLV_CONF_PATH;

/** Characters of one file: a link that carries an edit has room for 8 kB. */
export const MAX_FILE = 4_000;

/** The kind of event that says that a file was written. */
const WRITTEN: Readonly<Record<HostPath, string>> = {
  [HOSTS_PATH]: 'hosts.write',
  [RESOLV_CONF_PATH]: 'resolv-conf.write',
};

/** A file that was changed in the run. */
export interface FileRow {
  readonly path: string;
  readonly text: string;
}

/** The files that were changed, by path; those that never were are not in it. */
export const fileTable: Projection<FileRow> = {
  kinds: Object.values(WRITTEN),
  apply(rows, { detail }) {
    const path = String(detail!['path']);
    rows.set(path, { path, text: String(detail!['text']) });
  },
};

export function isHostPath(path: string): path is HostPath {
  return Object.hasOwn(WRITTEN, path);
}

export class HostFiles {
  readonly #texts = new Map<HostPath, string>();
  readonly #changed = new Map<HostPath, string>();
  readonly #watchers: ((path: HostPath) => void)[] = [];
  readonly #record: (kind: string, detail: Detail) => void;

  /** Begins as Debian's installer leaves a machine: it knows itself, and has no resolver. `record` makes an event the cause of what follows. */
  constructor(hostName: string, record: (kind: string, detail: Detail) => void) {
    this.#record = record;
    this.#texts.set(HOSTS_PATH, defaultHosts(hostName));
    this.#texts.set(RESOLV_CONF_PATH, '');
  }

  read(path: HostPath): string {
    return this.#texts.get(path)!;
  }

  /** What a file holds when the world begins; no event. */
  install(path: HostPath, text: string): void {
    if (this.#changed.has(path)) throw new Misuse(`${path} has been written already`);
    this.#texts.set(path, text);
    for (const watcher of this.#watchers) watcher(path);
  }

  /** Somebody saves the file. Throws {@link Malformed} for a text that is too long. */
  write(path: HostPath, text: string): void {
    checkFile(text);
    this.#texts.set(path, text);
    this.#changed.set(path, text);
    this.#record(WRITTEN[path], { path, text });
    for (const watcher of this.#watchers) watcher(path);
  }

  /** Calls `watcher` after every change. */
  watch(watcher: (path: HostPath) => void): void {
    this.#watchers.push(watcher);
  }

  /** The live table that {@link fileTable} rebuilds. */
  rows(): ReadonlyMap<string, FileRow> {
    return new Map([...this.#changed].map(([path, text]) => [path, { path, text }]));
  }
}

/** `/etc/hosts` of a new machine (Debian Reference §5.1.1: its own name has 127.0.1.1). */
export function defaultHosts(hostName: string): string {
  return `127.0.0.1\tlocalhost\n127.0.1.1\t${hostName}\n::1\tlocalhost ip6-localhost ip6-loopback\n`;
}

/** Registers the input `hosts` {machine, text}: somebody edits the hosts file of a machine. `filesOf` throws for a machine that has none. */
export function acceptEdits(world: World, filesOf: (machine: string) => HostFiles): void {
  world.onInput(
    'hosts',
    (detail) => filesOf(String(detail['machine'])).write(HOSTS_PATH, String(detail['text'])),
    (detail) => {
      filesOf(String(detail['machine']));
      checkFile(detail['text']);
    },
  );
}

function checkFile(text: unknown): void {
  if (typeof text !== 'string' || text.length > MAX_FILE)
    throw new Malformed(`a file is a text of at most ${MAX_FILE} characters`);
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(text))
    throw new Malformed('a file has printable characters only');
}
