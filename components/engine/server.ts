// The page's build: runs a figure's scenario in the frontmatter of the page, and packs what its moment needs.
import { Session } from '#engine/export/session.ts';
import type { MomentView, RunRequest, RunView } from '#engine/inspect/view.ts';
import { keyOf } from './answers.ts';
import { type Handover, leaveHandover, type Packed } from './handover.ts';
import { packView } from './pack.ts';

/** At most so much JSON is written into a page for one figure. */
export const MAX_HANDOVER = 20_000;
/** At most so many rows of the transcript. */
export const MAX_TRANSCRIPT = 200;

export interface Prepared {
  /** Key of the handover, and id of the element that carries it. */
  readonly key: string;
  /** What the element holds. */
  readonly json: string;
  readonly view: RunView;
  readonly transcript: readonly MomentView[];
}

const sessions = new Map<string, Session>();

/** The run, once for all figures of a build that show it. */
function sessionOf(request: RunRequest): Session {
  const key = keyOf(request);
  let session = sessions.get(key);
  if (!session) {
    session = Session.start(request).finish();
    sessions.set(key, session);
  }
  return session;
}

export type Placed = Omit<Handover, 'view' | 'complete' | 'packet' | 'machine' | 'request'> & {
  /** A packet's number, a machine's name. */
  readonly packet?: number | undefined;
  readonly machine?: string | undefined;
};

/** Runs, packs and leaves the handover for the island that is rendered next. Throws when a name is wrong: the build stops. */
export function prepare(request: RunRequest, placed: Placed): Prepared {
  const view = sessionOf(request).view();
  const machine =
    placed.machine === undefined ? undefined : view.machines.findIndex(({ name }) => name === placed.machine);
  const packet =
    placed.packet === undefined
      ? undefined
      : view.packets.findIndex(({ number }) => number === placed.packet);
  if (machine === -1) throw new Error(`figure ${placed.id}: no machine is called ${placed.machine}`);
  if (packet === -1) throw new Error(`figure ${placed.id}: there is no packet ${placed.packet}`);
  if (placed.cursor > view.end)
    throw new Error(`figure ${placed.id}: ${placed.cursor} ns is after the end of the run`);
  const base = { ...placed, request, machine, packet };
  let packed: Packed = { ...base, view: packView(view), complete: true };
  if (JSON.stringify(packed).length > MAX_HANDOVER)
    packed = { ...base, view: packView(lighter(view)), complete: false };
  const key = `rt-data-${placed.id}`;
  leaveHandover(key, packed);
  return {
    key,
    // `<` would end the element that carries it.
    json: JSON.stringify(packed).replaceAll('<', '\\u003c'),
    view,
    transcript: view.moments.slice(0, MAX_TRANSCRIPT),
  };
}

/** What the map, the ladder and the timeline need; the rest comes with the reader's first question. */
function lighter(view: RunView): RunView {
  return {
    ...view,
    packets: view.packets.map((packet) => ({ ...packet, info: packet.title, protocol: packet.layer })),
    claims: [],
    requests: [],
  };
}
