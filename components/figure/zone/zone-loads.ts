// The zones that a reader loaded into a run: which inputs they are, what became of them, and what is served at a moment.
import type { InputView, NameServerLog, OfferedZone, RunView } from '#engine/inspect/view.ts';
import type { NewInput } from '../../engine/figure.ts';

/** Whose zone, and which. */
export type ZonePlace = Pick<OfferedZone, 'machine' | 'origin'>;

export interface ZoneLoad {
  /** Position in the view's inputs, to take it back. */
  readonly input: number;
  readonly time: number;
  readonly text: string;
  /** What the server made of it; undefined while the log is not there. */
  readonly outcome: NameServerLog['loads'][number] | undefined;
  /** What became of it at servers that take their zones from this one, until the next load. */
  readonly followers: readonly NameServerLog['loads'][number][];
}

export const keyOfZone = ({ machine, origin }: ZonePlace): string => `${machine} ${origin}`;

const sameName = (a: string, b: string): boolean =>
  a.replace(/\.$/, '').toLowerCase() === b.replace(/\.$/, '').toLowerCase();

const isLoadOf = (
  { machine, origin }: ZonePlace,
  { what, detail }: Pick<InputView, 'what' | 'detail'>,
): boolean => what === 'zone' && detail['machine'] === machine && sameName(String(detail['origin']), origin);

/** The reader's loads of a zone, in the order in which the server got them. */
export function loadsOf(view: RunView, zone: ZonePlace, log: NameServerLog | undefined): ZoneLoad[] {
  const server = view.machines.findIndex(({ name }) => name === zone.machine);
  const all = (log?.loads ?? []).filter((load) => sameName(load.origin, zone.origin));
  const left = all.filter((load) => load.server === server);
  return view.inputs
    .map((input, at) => ({ input, at }))
    .filter(({ input }) => isLoadOf(zone, input))
    .sort((a, b) => a.input.time - b.input.time || a.at - b.at)
    .map(({ input, at }, i, inputs) => {
      const next = inputs[i + 1]?.input.time ?? Number.POSITIVE_INFINITY;
      const found = left.findIndex(({ time }) => time === input.time);
      const [outcome] = found < 0 ? [] : left.splice(found, 1);
      const followers = all.filter(
        (load) => load.server !== server && load.time > input.time && load.time <= next,
      );
      return { input: at, time: input.time, text: String(input.detail['text']), outcome, followers };
    });
}

/** What the server holds at `time`: the last text before that it took. */
export function servedAt(loads: readonly ZoneLoad[], first: string, time: number): string {
  return loads.findLast((load) => load.time <= time && load.outcome?.serial !== undefined)?.text ?? first;
}

export const loadInput = (zone: ZonePlace, text: string, time: number): NewInput => ({
  time,
  what: 'zone',
  detail: { machine: zone.machine, origin: zone.origin, text },
});

/** The inputs without the loads of these zones. */
export function withoutLoads(inputs: readonly NewInput[], zones: readonly ZonePlace[]): readonly NewInput[] {
  return inputs.filter((input) => !zones.some((zone) => isLoadOf(zone, input)));
}
