// What a reader carries away from a playground: a link to the files as they are, and the project as a file. Loaded when
// one of the two is asked for.
import { strToU8, zipSync } from 'fflate';
import { asRecord, type Project, type SourceFile } from './project.ts';
import { MAX_LINK, writeShareLink } from './share-link.ts';

export interface Copied {
  readonly sentence: string;
  /** What could not be put on the clipboard, for the reader to copy by hand. */
  readonly byHand?: string | undefined;
}

/** Puts the address of exactly these files on the clipboard; `page` is the playground's own page. */
export async function copyLink(
  project: Project,
  files: readonly SourceFile[],
  page: string,
): Promise<Copied> {
  const fragment = writeShareLink(project, files);
  if (fragment.length > MAX_LINK)
    return {
      sentence: `Your changes make a link of ${fragment.length.toLocaleString('en')} characters; more than ${MAX_LINK.toLocaleString('en')} are not read again. Download the project and send the file.`,
    };
  const link = new URL(page, location.href).href + fragment;
  try {
    await navigator.clipboard.writeText(link);
    return { sentence: `The link is on the clipboard, ${link.length.toLocaleString('en')} characters.` };
  } catch {
    return { sentence: 'The browser does not let us copy. Here is the link:', byHand: link };
  }
}

/** The project as a .zip, each file in a folder of its name. */
export function zipOf(project: Project, files: readonly SourceFile[]): Uint8Array {
  const folder = Object.fromEntries(
    Object.entries(asRecord(files)).map(([name, text]) => [`${project.name}/${name}`, strToU8(text)]),
  );
  // the same files make the same bytes
  return zipSync(folder, { level: 9, mtime: '2026-01-01T00:00:00' });
}

export function download(project: Project, files: readonly SourceFile[]): string {
  const bytes = zipOf(project, files);
  const address = URL.createObjectURL(
    new Blob([bytes as Uint8Array<ArrayBuffer>], { type: 'application/zip' }),
  );
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = `${project.name}.zip`;
  anchor.click();
  // The download has its own hold on the data by then.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
  return `${project.name}.zip, ${bytes.length.toLocaleString('en')} bytes.`;
}
