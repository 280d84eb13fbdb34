// The playground projects of the course: each is a folder of content/playgrounds, an ordinary Node project whose
// package.json says in the field "roundtrip" what the page needs beside it. Read while the page is built; a fault in one
// ends the build with a sentence.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readProject } from '~components/engine/projects.ts';
import type { ProgramOf, Project, SourceFile } from '~components/playground/project.ts';
import { filesFault, placeNotes, versionOf } from '~components/playground/project.ts';
import { codePaint } from './code-paint.ts';
import { type Chapter, chapters } from './course.ts';
import { href } from './href.ts';

export interface Playground {
  readonly project: Project;
  /** By file, in their order: colours, as components/playground/paint.ts packs them. */
  readonly paint: readonly string[];
  readonly href: string;
  /** The chapter that it was written for, if that one is written. */
  readonly chapter: Chapter | undefined;
}

const FOLDER = resolve('content/playgrounds');
const sources = /\.(?:[cm]?[jt]s|json|md|txt|html|css)$|^[^.]+$/;

/** By chapter, then by name. */
export async function playgrounds(): Promise<Playground[]> {
  const all = await Promise.all(names().map(playground));
  const order = ({ chapter }: Playground) => chapter?.number ?? Number.POSITIVE_INFINITY;
  return all.sort((a, b) => order(a) - order(b) || (a.project.name < b.project.name ? -1 : 1));
}

const kept = new Map<string, Promise<Playground>>();

export function playground(name: string): Promise<Playground> {
  // while somebody writes one, every look at it reads it anew
  const known = import.meta.env.DEV ? undefined : kept.get(name);
  const found = known ?? prepare(name);
  kept.set(name, found);
  return found;
}

function names(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function prepare(name: string): Promise<Playground> {
  if (!names().includes(name))
    throw new Error(`content/playgrounds has no ${name}; it has ${names().join(', ')}`);
  const { project, chapter } = readFolder(name);
  const paint = await Promise.all(project.files.map((file) => codePaint(file.name, file.text)));
  const written = (await chapters()).find(({ id }) => id === `chapters/${chapter}`);
  return { project, paint, href: href(`/playgrounds/${name}/`), chapter: written };
}

interface Field {
  title?: string;
  summary?: string;
  chapter?: string;
  open?: string;
  processes?: ProgramOf[];
  notes?: { file: string; at: string; text: string }[];
}

function readFolder(name: string): { readonly project: Project; readonly chapter: string | undefined } {
  const refuse = (why: string): never => {
    throw new Error(`content/playgrounds/${name}: ${why}`);
  };
  const read = readdirSync(join(FOLDER, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(FOLDER.length + name.length + 2))
    .filter((file) => !file.includes('node_modules') && sources.test(file))
    .map((file) => ({ name: file, text: readFileSync(join(FOLDER, name, file), 'utf8') }));
  const manifest =
    read.find((file) => file.name === 'package.json') ?? refuse('a project has a package.json');
  const { roundtrip, ...rest } = JSON.parse(manifest.text) as { roundtrip?: Field };
  if (!roundtrip?.title || !roundtrip.summary || !roundtrip.processes)
    return refuse('its package.json has a field "roundtrip" with title, summary and processes');
  const { notes = [], open, ...field } = roundtrip;
  // Notes stand beside the code; in the reader's copy of the file they would stand twice.
  const shown = `${JSON.stringify({ ...rest, roundtrip: { ...field, ...(open && { open }) } }, null, 2)}\n`;
  const files = inOrder(
    read.map((file) => (file === manifest ? { ...file, text: shown } : file)),
    open,
  );
  const fault = filesFault(files);
  if (fault) refuse(fault);
  try {
    readProject(new Map(files.map((file) => [file.name, file.text])));
  } catch (error) {
    refuse((error as Error).message);
  }
  for (const note of notes) {
    const file = files.find((one) => one.name === note.file) ?? refuse(`a note is about ${note.file}`);
    if (placeNotes([note], file).length === 0) refuse(`no line of ${note.file} has “${note.at}”`);
  }
  const programs = roundtrip.processes.map(({ name, on, run }) => ({ name, on, run }));
  const project = { name, title: roundtrip.title, summary: roundtrip.summary, files, programs, notes };
  return { project: { ...project, version: versionOf(files) }, chapter: roundtrip.chapter };
}

/** The file that is open at first, the other sources, then what every project has. */
function inOrder(files: readonly SourceFile[], open: string | undefined): SourceFile[] {
  const rank = ({ name }: SourceFile) =>
    name === open ? 0 : name === 'package.json' ? 2 : name === 'README.md' ? 3 : 1;
  return [...files].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}
