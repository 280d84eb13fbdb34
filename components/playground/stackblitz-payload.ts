// A playground's project as StackBlitz takes it: the files as the reader has them, and what makes them run there. That is
// the simulator in one file, a start script, and a section of the README that says what differs.
//
// A browser opens no raw sockets and asks no name server, and StackBlitz runs Node in a browser: so programs run there as
// they do here, on the simulated network.
import type { Project as StackBlitzProject } from '@stackblitz/sdk';
import { asRecord, type Project, type SourceFile } from './project.ts';

/** Name of the simulator among the project's files, and of its address under the site's own. */
export const SIMULATOR = 'roundtrip.mjs';

const SECTION = `

## On StackBlitz

StackBlitz runs Node inside your browser, where there are no raw sockets and no name servers. So \`npm start\` runs these files on a simulated network: \`${SIMULATOR}\` brings Node’s modules and the machines that \`package.json\` names under \`roundtrip\`, and prints what each program prints, with the simulated time.

What differs from your own computer: the names are ChaiCart’s and lead nowhere else, time is simulated, and nothing listens for a real browser. The files themselves need none of this. Download the project, take \`${SIMULATOR}\` away, and start them with Node as described above.
`;

/** `simulator`: the text of the simulator. */
export function stackBlitzProject(
  project: Project,
  files: readonly SourceFile[],
  simulator: string,
): StackBlitzProject {
  const all: Record<string, string> = { ...asRecord(files), [SIMULATOR]: simulator };
  all['package.json'] = withStart(all['package.json'] ?? '{}');
  all['README.md'] = `${(all['README.md'] ?? `# ${project.title}\n`).trimEnd()}${SECTION}`;
  return { title: project.title, description: project.summary, template: 'node', files: all };
}

/** Adds the start script to a package.json. One that cannot be read stays as it is, and the simulator says what is wrong with it. */
function withStart(text: string): string {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return text;
  const { scripts, ...rest } = manifest as { scripts?: unknown };
  const own = typeof scripts === 'object' && scripts !== null ? scripts : {};
  const start = `node ${SIMULATOR} .`;
  return `${JSON.stringify({ ...rest, scripts: { ...own, start } }, null, 2)}\n`;
}
