// Two runs beside each other on one vertical axis with the same folds, and what changed between them.
import '../unseen.css';
import './compare.css';
import { useStore } from '@nanostores/preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { ClaimView, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../engine/figure.ts';
import { formatDuration, formatNumber } from '../engine/format.ts';
import { legsOf } from './flight.ts';
import { LadderDrawing, Lanes, useFollowing, useInSight, useSight } from './Ladder.tsx';
import { layOutLadder } from './ladder-layout.ts';
import { foldsOf } from './scale.ts';
import { useWidth } from './width.ts';

export function Compare({ figure }: { figure: Figure }) {
  const now = useStore(figure.$view);
  const before = useStore(figure.$before) ?? now;
  const isSame = before.digest === now.digest;
  return (
    <div class="rt-compare">
      <Ladders figure={figure} before={before} now={now} />
      <section class="rt-changed" aria-label="What changed">
        <p class="rt-changed-head">What changed</p>
        {isSame ? (
          <p>
            Nothing yet: both runs are the same. Move a knob, or drop a packet, and the run that was stays on
            the left.
          </p>
        ) : (
          <Changes before={before} now={now} />
        )}
        <p class="rt-changed-buttons">
          <button type="button" class="rt-plain" onClick={() => figure.setCompare(false)}>
            Keep “now”
          </button>
          {!isSame && (
            <button type="button" class="rt-plain" onClick={() => figure.undo()}>
              Undo
            </button>
          )}
        </p>
      </section>
    </div>
  );
}

function Ladders({ figure, before, now }: { figure: Figure; before: RunView; now: RunView }) {
  const box = useRef<HTMLDivElement>(null);
  const room = useWidth(box, 836);
  const isStacked = room < 560;
  const width = isStacked ? room : (room - 16) / 2;
  const { wholes } = useMemo(() => {
    const folds = foldsOf([before, now]);
    const start = Math.max(0, divergence(before, now) - 12e6);
    const end = Math.max(before.end, now.end);
    const machines = lanesOf(before, now, start, width < 480 ? 3 : 4);
    const lay = (view: RunView) => layOutLadder(view, { width, folds, start, end, machines, isBare: true });
    return { wholes: [lay(before), lay(now)] as const };
  }, [before, now, width]);
  const sight = useSight(box);
  const layouts = [useInSight(wholes[0], sight), useInSight(wholes[1], sight)];
  useFollowing(figure, layouts[1]!, box);
  const [side, setSide] = useState(1);
  const views = [before, now] as const;
  const shown = isStacked ? [side] : [0, 1];
  return (
    <section
      class={`rt-compare-ladders${isStacked ? ' rt-one' : ''}`}
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="Before and now, time running down"
    >
      {shown.map((i) => (
        <div key={i === 0 ? 'before' : 'now'} class="rt-compare-side">
          <p class="rt-compare-name">
            {isStacked ? (
              ['Before', 'Now'].map((name, at) => (
                <button
                  key={name}
                  type="button"
                  class="rt-tab rt-compare-tab"
                  aria-pressed={at === side}
                  onClick={() => setSide(at)}
                >
                  {name}
                </button>
              ))
            ) : (
              <b>{i === 0 ? 'Before' : 'Now'}</b>
            )}{' '}
            <Told view={views[i]!} other={views[1 - i]!} />
          </p>
          <Lanes layout={layouts[i]!} view={views[i]!} />
          <LadderDrawing
            figure={figure}
            view={views[i]!}
            layout={layouts[i]!}
            id={`${figure.id}-${i}`}
            isPast={i === 0}
          />
        </div>
      ))}
    </section>
  );
}

/** In a few words, what sets this run apart from the other. */
function Told({ view, other }: { view: RunView; other: RunView }) {
  const faults = view.inputs.filter(({ text }) => !other.inputs.some((input) => input.text === text));
  const knobs = view.knobs.filter(
    (knob) => other.knobs.find(({ name }) => name === knob.name)?.value !== knob.value,
  );
  const words = knobs.map(
    (knob) => `${knob.label.toLowerCase()} ${knob.stepLabels[knob.steps.indexOf(knob.value)] ?? knob.value}`,
  );
  if (faults.length > 0) {
    return <span class="rt-told-fault">× {[...faults.map(({ text }) => text), ...words].join(', ')}</span>;
  }
  return <span>{words.join(', ') || 'as it was'}</span>;
}

/** The first moment at which the two runs differ. */
function divergence(a: RunView, b: RunView): number {
  const count = Math.min(a.packets.length, b.packets.length);
  for (let i = 0; i < count; i++) {
    const one = a.packets[i]!;
    const two = b.packets[i]!;
    if (one.time !== two.time || one.title !== two.title || one.from !== two.from)
      return Math.min(one.time, two.time);
    if (one.end !== two.end || one.outcome !== two.outcome) return one.time;
  }
  const rest = a.packets[count] ?? b.packets[count];
  return rest ? rest.time : 0;
}

/** Both ends, and the machines of what happens from there on, as many as fit. */
function lanesOf(before: RunView, now: RunView, start: number, most: number): number[] {
  const score = new Map<number, number>([
    [now.near, Number.POSITIVE_INFINITY],
    [now.far, Number.POSITIVE_INFINITY],
  ]);
  const add = (machine: number, weight: number) => score.set(machine, (score.get(machine) ?? 0) + weight);
  for (const view of [before, now]) {
    view.packets.forEach((packet, i) => {
      if (packet.time < start) return;
      for (const machine of [packet.from, packet.to]) {
        if (view.machines[machine]!.lane !== undefined) add(machine, 1);
      }
      // A loss is told best beside the machine before it, a refusal at the machine itself.
      const last = legsOf(view, i).at(-1);
      if (last?.lost) add(last.from, 50);
      else if (last?.refused) add(last.to, 50);
    });
  }
  const best = [...score].sort((a, b) => b[1] - a[1]).slice(0, most);
  return best.map(([machine]) => machine).sort((a, b) => a - b);
}

/** Of what stayed the same, so many are named. */
const MOST_SAME = 8;

function Changes({ before, now }: { before: RunView; now: RunView }) {
  const pairs = now.claims
    .map((claim) => ({ claim, was: before.claims.find(({ name }) => name === claim.name) }))
    .filter((pair): pair is { claim: ClaimView; was: ClaimView } => pair.was !== undefined);
  const changed = pairs.filter(({ claim, was }) => claim.text !== was.text);
  const same = pairs.filter(({ claim, was }) => claim.text === was.text && claim.value !== undefined);
  return (
    <>
      {changed.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">
                <span class="unseen">Claim</span>
              </th>
              <th scope="col">Before</th>
              <th scope="col">Now</th>
              <th scope="col">
                <span class="unseen">Difference</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {changed.map(({ claim, was }) => (
              <tr key={claim.name}>
                <th scope="row">{claim.label}</th>
                <td>{bare(was)}</td>
                <td>{bare(claim)}</td>
                <td>
                  <b>{difference(was, claim)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {changed.length === 0 && <p>No claim of this run changed; the packets did.</p>}
      {same.length > 0 && (
        <>
          <p class="rt-changed-same">Unchanged</p>
          <p class="rt-changed-list">
            {same
              .slice(0, MOST_SAME)
              .map(({ claim }) => `${claim.label}, ${claim.text}`)
              .join(' · ')}
            {same.length > MOST_SAME && ` · and ${same.length - MOST_SAME} more`}
          </p>
        </>
      )}
    </>
  );
}

/** Without its unit: the column of differences carries it. */
function bare(claim: ClaimView): string {
  if (claim.kind !== 'time' || typeof claim.value !== 'number') return claim.text;
  return formatNumber(claim.value / 1e6, claim.value < 10e6 ? 1 : 0);
}

function difference(was: ClaimView, claim: ClaimView): string {
  if (typeof was.value !== 'number' || typeof claim.value !== 'number') return '';
  const by = claim.value - was.value;
  const sign = by > 0 ? '+' : '−';
  const size = Math.abs(by);
  if (claim.kind === 'time') return `${sign}${formatDuration(size, size < 10e6 ? 1 : 0)}`;
  return `${sign}${formatNumber(size)}${claim.kind === 'bytes' ? '\u00a0B' : ''}`;
}
