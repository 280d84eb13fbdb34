// Pages as their authors wrote them, without what is not prose.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../content/', import.meta.url));

export interface Page {
  /** Path below content/. */
  readonly file: string;
  readonly text: string;
  readonly frontMatter: string;
  readonly body: string;
}

export function pages(): Page[] {
  return (
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      // a project's README is the project's
      .filter((file) => /\.mdx?$/.test(file) && !file.startsWith('playgrounds/'))
      .sort()
      .map((file) => {
        const text = readFileSync(root + file, 'utf8');
        const found = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text);
        if (!found) throw new Error(`${file} has no front matter`);
        return { file, text, frontMatter: found[1]!, body: found[2]! };
      })
  );
}

const blank = (text: string) => text.replace(/[^\n]/g, ' ');

/** Blanks `{…}` with everything in it, so that what stays keeps its place. */
function withoutExpressions(text: string): string {
  let depth = 0;
  let out = '';
  for (const char of text) {
    if (char === '{') depth++;
    out += depth > 0 && char !== '\n' ? ' ' : char;
    if (char === '}') depth--;
  }
  return out;
}

/** What a reader reads as running text: no imports, code, claims or tags. Attributes with texts stay. */
export function proseOf(body: string, { notes }: { notes: boolean }): string {
  let text = body
    .replace(/^import .*$/gm, blank)
    .replace(/^```[\s\S]*?^```/gm, blank)
    .replace(/`[^`\n]*`/g, blank)
    .replace(/<Claim\b[\s\S]*?\/>/g, blank)
    // a command is code, wherever it can be pressed
    .replace(/<Try\b[^>]*>[\s\S]*?<\/Try>/g, blank);
  if (!notes) text = text.replace(/<Note>[\s\S]*?<\/Note>/g, blank);
  return withoutExpressions(text)
    .replace(/\]\([^)]*\)/g, blank)
    .replace(/<\/?[A-Za-z][^<>]*>/g, (tag) =>
      tag.replace(
        /\b(id|class|slot|href|chapter|term|runs|in|of|initial|filter|scenario|machine|narrow)="[^"]*"/g,
        blank,
      ),
    );
}
