// Opens a playground's project in StackBlitz: in a new tab, or in a frame in the page where the reader asks for that.
// Loaded, with the simulator that the project takes along, when somebody asks for it.
import sdk from '@stackblitz/sdk';
import type { Project, SourceFile } from './project.ts';
import { SIMULATOR, stackBlitzProject } from './stackblitz-payload.ts';

/** How long after a press a browser still lets us open a tab, with room to spare. Milliseconds. */
const MAY_OPEN = 3_000;
const HEIGHT = 640;

let simulator: Promise<string> | undefined;

/** The text of the simulator; `base` is the path under which the course lies. A failure is not kept. */
function loadSimulator(base: string): Promise<string> {
  simulator ??= fetch(`${base.replace(/\/$/, '')}/${SIMULATOR}`).then((response) => {
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
  base: string,
): Promise<string> {
  const pressed = performance.now();
  const text = await loadSimulator(base);
  if (performance.now() - pressed > MAY_OPEN)
    return 'The simulator is loaded now. Press again: so late after a press, browsers open no new tab.';
  sdk.openProject(stackBlitzProject(project, files, text), optionsFor(files));
  return 'It opens in a new tab, at stackblitz.com.';
}

/** Puts StackBlitz into `box`. */
export async function embedInStackBlitz(
  box: HTMLElement,
  project: Project,
  files: readonly SourceFile[],
  base: string,
): Promise<void> {
  const payload = stackBlitzProject(project, files, await loadSimulator(base));
  const place = document.createElement('div');
  box.replaceChildren(place);
  // Whether their page ever answers is their affair: what it says of itself stands in the frame.
  sdk.embedProject(place, payload, { ...optionsFor(files), height: HEIGHT }).catch(() => {});
  box.querySelector('iframe')!.title = `StackBlitz: ${project.title}`;
}
