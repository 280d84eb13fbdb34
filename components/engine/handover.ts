// How a figure's first view gets from the page's build into the browser: as one JSON text beside the island, read once.
// (Props would carry it too, at several times the size: every quote in an attribute is escaped.)
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import { type PackedView, unpackView } from './pack.ts';
import type { PanelName } from './panel.ts';

export interface Handover {
  readonly id: string;
  readonly title?: string;
  readonly view: RunView;
  readonly request: RunRequest;
  readonly complete: boolean;
  readonly cursor: number;
  readonly packet?: number | undefined;
  readonly machine?: number | undefined;
  /** The machine whose terminal is open. */
  readonly prompt?: number | undefined;
  readonly panels: readonly PanelName[];
}

/** A figure's own part: small enough for the island's props. Figures of a page that show the same run share `run`. */
export interface Placed extends Omit<Handover, 'view'> {
  /** Id of the element that holds the packed view. */
  readonly run: string;
}

/** On the server: the views that were prepared for this build, by key. */
const prepared = new Map<string, PackedView>();

export function leaveView(run: string, packed: PackedView): void {
  prepared.set(run, packed);
}

export function takeHandover({ run, ...placed }: Placed): Handover {
  return { ...placed, view: unpackView(prepared.get(run) ?? fromPage(run)) };
}

function fromPage(run: string): PackedView {
  const element = document.getElementById(run);
  if (!element) throw new Error(`the page carries no data for ${run}`);
  return JSON.parse(element.textContent!) as PackedView;
}
