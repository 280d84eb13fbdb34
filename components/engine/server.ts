// The page's build: runs a figure's scenario in the frontmatter of the page, and packs what its moment needs.
import { Session } from '#engine/export/session.ts';
import type { MomentView, RunRequest, RunView } from '#engine/inspect/view.ts';
import { scenarios } from '#engine/scenario/all.ts';
import { keyOf } from './answers.ts';
import { leaveView, type Placed } from './handover.ts';
import { type PackedView, packView } from './pack.ts';
import type { PanelName } from './panel.ts';

/** At most so much JSON is written into a page for one figure. */
export const MAX_HANDOVER = 20_000;
/** At most so many rows of the transcript. */
export const MAX_TRANSCRIPT = 200;

export interface Prepared {
  /** The island's part. */
  readonly placed: Placed;
  /** What the element with the id `placed.run` holds. */
  readonly json: string;
  readonly view: RunView;
  readonly transcript: readonly MomentView[];
}

const PLAINEST = 'home-lan';

const sessions = new Map<string, Session>();

/** The run, once for all figures of a build that show it. */
export function sessionOf(request: RunRequest): Session {
  const key = keyOf(request);
  let session = sessions.get(key);
  if (!session) {
    session = Session.start(request).finish();
    sessions.set(key, session);
  }
  return session;
}

/** The worlds in which somebody sits at a terminal, but for labs, which have pages of their own; first the one that shows the most with the least. */
export function terminalWorlds(): readonly {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}[] {
  return scenarios
    .filter(({ terminals, goals }) => terminals !== undefined && goals === undefined)
    .sort((a, b) => Number(b.name === PLAINEST) - Number(a.name === PLAINEST))
    .map(({ name, title, summary }) => ({ name, title, summary }));
}

export interface Wanted {
  readonly id: string;
  readonly title?: string | undefined;
  readonly cursor: number;
  readonly panels: readonly PanelName[];
  /** A packet's number, a machine's name. */
  readonly packet?: number | undefined;
  readonly machine?: string | undefined;
  /** Whose terminal is open. */
  readonly prompt?: string | undefined;
  /** The figure draws no packets: the page carries none for it, and any moment of the run will do. */
  readonly isBare?: boolean;
}

/** Runs, packs and leaves the view for the island that is rendered next. Throws when a name is wrong: the build stops. */
export function prepare(request: RunRequest, wanted: Wanted): Prepared {
  const { id, title, cursor, panels } = wanted;
  const view = sessionOf(request).view();
  const indexOf = (name: string | undefined): number | undefined =>
    name === undefined ? undefined : view.machines.findIndex((one) => one.name === name);
  const machine = indexOf(wanted.machine);
  const prompt = indexOf(wanted.prompt);
  const packet =
    wanted.packet === undefined ? undefined : view.packets.findIndex((one) => one.number === wanted.packet);
  if (machine === -1) throw new Error(`figure ${id}: no machine is called ${wanted.machine}`);
  if (prompt !== undefined && !view.consoles.some((one) => one.machine === prompt))
    throw new Error(`figure ${id}: nobody sits at a terminal of ${wanted.prompt}`);
  if (wanted.panels.includes('terminal') && view.consoles.length === 0)
    throw new Error(`figure ${id}: nobody sits at a terminal in ${request.scenario}`);
  if (packet === -1) throw new Error(`figure ${id}: there is no packet ${wanted.packet}`);
  if (cursor > view.end) throw new Error(`figure ${id}: its moment is after the end of the run`);
  const { packed, complete, until } = wanted.isBare ? bare(view) : fitting(view);
  if (cursor > until)
    throw new Error(`figure ${id}: too much happens before its moment for a page; choose an earlier one`);
  const run = `rt-run-${view.digest}${wanted.isBare ? '-bare' : ''}`;
  leaveView(run, packed);
  return {
    placed: {
      id,
      ...(title !== undefined && { title }),
      cursor,
      panels,
      packet,
      machine,
      prompt,
      request,
      complete,
      run,
    },
    // `<` would end the element that carries it.
    json: JSON.stringify(packed).replaceAll('<', '\\u003c'),
    view,
    transcript: view.moments.slice(0, MAX_TRANSCRIPT),
  };
}

/** What of a run fits into a page, and up to when; the rest comes with the reader's first question. */
export function fitting(view: RunView): { packed: PackedView; complete: boolean; until: number } {
  const fits = (packed: PackedView): boolean => JSON.stringify(packed).length <= MAX_HANDOVER;
  const whole = packView(view);
  if (fits(whole)) return { packed: whole, complete: true, until: view.end };
  const light = lighter(view);
  let packed = packView(light);
  if (fits(packed)) return { packed, complete: false, until: view.end };
  // The most packets, from the first on, that leave it small enough.
  let most = 0;
  for (let above = view.packets.length; above - most > 1; ) {
    const middle = (most + above) >>> 1;
    if (fits(packView(beginning(light, middle)))) most = middle;
    else above = middle;
  }
  packed = packView(beginning(light, most));
  return { packed, complete: false, until: view.packets[most]!.time };
}

/** Knobs, claims, machines and when they were off. */
function bare(view: RunView): ReturnType<typeof fitting> {
  const { hops, spans } = view;
  const none = Object.fromEntries(Object.entries(hops).map(([name, column]) => [name, column.slice(0, 0)]));
  const kept: RunView = {
    ...view,
    packets: [],
    hops: none as unknown as RunView['hops'],
    moments: [],
    requests: [],
    spans: spans.filter(({ kind }) => kind === 'off'),
  };
  return { packed: packView(kept), complete: false, until: view.end };
}

/** What the map, the ladder and the timeline need. */
function lighter(view: RunView): RunView {
  return {
    ...view,
    packets: view.packets.map((packet) => ({ ...packet, info: packet.title, protocol: packet.layer })),
    claims: [],
    requests: [],
  };
}

/** What happens before the packet at `count` is sent. */
function beginning(view: RunView, count: number): RunView {
  const { packets, hops, moments, spans } = view;
  const until = packets[count]!.time;
  // Both are in order of time.
  let kept = hops.packet.findIndex((packet, i) => packet >= count || hops.sent[i]! >= until);
  if (kept < 0) kept = hops.packet.length;
  return {
    ...view,
    packets: packets.slice(0, count),
    hops: Object.fromEntries(
      Object.entries(hops).map(([name, column]) => [name, column.slice(0, kept)]),
    ) as unknown as RunView['hops'],
    moments: moments.filter(({ time }) => time < until),
    spans: spans.filter(({ start }) => start < until),
  };
}
