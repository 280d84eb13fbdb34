// How a figure's first view gets from the page's build into the browser: as one JSON text beside the island, read once.
// (Props would carry it too, at several times the size: every quote in an attribute is escaped.)
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import type { PanelName } from './figure.ts';
import { type PackedView, unpackView } from './pack.ts';

export interface Handover {
  readonly id: string;
  readonly title?: string;
  readonly view: RunView;
  readonly request: RunRequest;
  readonly complete: boolean;
  readonly cursor: number;
  readonly packet?: number | undefined;
  readonly machine?: number | undefined;
  readonly panels: readonly PanelName[];
}

/** The same with the view packed. */
export interface Packed extends Omit<Handover, 'view'> {
  readonly view: PackedView;
}

/** On the server: what was prepared for this build, by key. */
const prepared = new Map<string, Packed>();

export function leaveHandover(key: string, packed: Packed): void {
  prepared.set(key, packed);
}

export function takeHandover(key: string): Handover {
  const packed = prepared.get(key) ?? fromPage(key);
  return { ...packed, view: unpackView(packed.view) };
}

function fromPage(key: string): Packed {
  const element = document.getElementById(key);
  if (!element) throw new Error(`the page carries no data for the figure ${key}`);
  return JSON.parse(element.textContent!) as Packed;
}
