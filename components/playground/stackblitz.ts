// Opens a playground's project in StackBlitz: in a new tab, or in a frame in the page where the reader asks for that.
// Loaded, with the simulator that the project takes along, when somebody asks for it.
import sdk from '@stackblitz/sdk';
import type { Project, SourceFile } from './project.ts';
import { SIMULATOR, stackBlitzProject } from './stackblitz-payload.ts';

/** How long after a press a browser still lets us open a tab, with room to spare. Milliseconds. */
const MAY_OPEN = 3_000;
const HEIGHT = 640;

let simulator: Promise<string> | undefined;

/** The text of the simulator; `site` is the address under which the course lies. A failure is not kept. */
function loadSimulator(site: string): Promise<string> {
  simulator ??= fetch(new URL(SIMULATOR, new URL(site, location.href))).then((response) => {
    if (!response.ok) throw new Error(`${SIMULATOR}: ${response.status}`);
    return response.text();
  });
  simulator.catch(() => {
    simulator = undefined;
  });
  return simulator;
}

function optionsFor(files: readonly SourceFile[]) {
  // The first file is the one that is open here, too. Their site knows two themes.
  const theme = document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light';
  return { openFile: files[0]!.name, startScript: 'start', theme } as const;
}

/** Opens a new tab. Gives a sentence that says what happened. */
export async function openInStackBlitz(
  project: Project,
  files: readonly SourceFile[],
  site: string,
): Promise<string> {
  const pressed = performance.now();
  const text = await loadSimulator(site);
  if (performance.now() - pressed > MAY_OPEN)
    return 'The simulator is loaded now. Press again: so late after a press, browsers open no new tab.';
  sdk.openProject(stackBlitzProject(project, files, text), optionsFor(files));
  return 'Opened in a new tab, as stackblitz.com took it from there.';
}

/** Puts StackBlitz into the page in place of `place`. */
export async function embedInStackBlitz(
  place: HTMLElement,
  project: Project,
  files: readonly SourceFile[],
  site: string,
): Promise<void> {
  const text = await loadSimulator(site);
  const payload = stackBlitzProject(project, files, text);
  await sdk.embedProject(place, payload, { ...optionsFor(files), height: HEIGHT });
}
