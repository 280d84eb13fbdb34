// The desk of a lab, under its Player: what may be done (zones to edit, machines to switch, a diagnosis to make) and the
// goals. Everything is an input of the run at the cursor; the world runs again to its end, and the engine says of each goal
// how it stands there. When all are met the lab is solved: that is kept, and the post-mortem unfolds.
import '../../unseen.css';
import './lab.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { GoalView } from '#engine/inspect/view.ts';
import { createFigure, type Figure } from '../../engine/figure.ts';
import { formatSpan, MINUTE } from '../../engine/format.ts';
import { type Placed, takeHandover } from '../../engine/handover.ts';
import { $figures } from '../../engine/living.ts';
import type { Finding } from '../../engine/zones.ts';
import { LetPass, type Spans } from '../LetPass.tsx';
import { ZoneDesk } from '../zone/ZoneDesk.tsx';
import { DiagnosisForm } from './Diagnosis.tsx';
import { Goals } from './Goals.tsx';
import {
  type Deed,
  type Diagnosis,
  deedsOf,
  isSolved,
  type Lever,
  news,
  pull,
  score,
} from './lab-reading.ts';

export interface LabDeskProps {
  readonly id: string;
  /** The Player that stands above, as the page was drawn. */
  readonly placed: Placed;
  /** Under which chapter and name a solution is kept. */
  readonly chapter: string;
  readonly name: string;
  readonly levers: readonly Lever[];
  readonly diagnosis: Diagnosis | undefined;
  /** Spans that can be let pass, in minutes. */
  readonly minutes: readonly number[];
  /** At whose prompt somebody waits. */
  readonly near: string;
  /** What is to be said of each zone at first. */
  readonly findings: readonly (readonly Finding[])[];
  /** Id of the post-mortem. */
  readonly after: string;
}

export function LabDesk(props: LabDeskProps) {
  const figures = useStore($figures);
  // Draws first what the page holds: it must find itself in there.
  const [isAwake, wake] = useState(false);
  useEffect(() => wake(true), []);
  const living = isAwake ? figures.get(props.placed.id) : undefined;
  const still = useMemo(
    () =>
      createFigure({
        ...takeHandover(props.placed),
        live: false,
        answers: () => Promise.reject(new Error('nothing is asked of a picture')),
      }),
    [props.placed],
  );
  return (
    <section
      class="rt-player lab"
      id={props.id}
      aria-label="The lab’s desk"
      data-alive={living ? '' : undefined}
    >
      <Desk key={living ? 'living' : 'still'} {...props} figure={living ?? still} />
    </section>
  );
}

function Desk(props: LabDeskProps & { readonly figure: Figure }) {
  const { figure, id, levers, diagnosis, minutes, near, findings } = props;
  const view = useStore(figure.$view);
  const busy = useStore(figure.$busy);
  const spans: Spans = minutes.map((one) => [one * MINUTE, wordsOf(one)]);
  return (
    <>
      {view.zones.length > 0 && (
        <div class="lab-part lab-zones">
          <h3 class="lab-head">Zones</h3>
          <ZoneDesk id={`${id}-zones`} figure={figure} built={findings} />
        </div>
      )}
      <LetPass figure={figure.live ? figure : undefined} spans={spans} near={near} />
      {levers.length > 0 && <Levers figure={figure} levers={levers} />}
      {diagnosis && <DiagnosisForm figure={figure} diagnosis={diagnosis} />}
      <Deeds figure={figure} deeds={deedsOf(view.inputs)} />
      <div class="lab-part lab-judged">
        <h3 class="lab-head">
          Goals <span class="lab-score">{busy ? 'the world runs again …' : score(view.goals)}</span>
        </h3>
        <p class="lab-about">
          {view.inputs.length === 0
            ? 'How it ends if you do nothing:'
            : 'How it ends if you do nothing more. You may go back in time and do something else.'}
        </p>
        <Goals goals={view.goals} onSeek={figure.live ? (time) => figure.seek(time) : undefined} />
        <Verdict {...props} goals={view.goals} hasActed={view.inputs.length > 0} />
      </div>
    </>
  );
}

const wordsOf = (minutes: number): string =>
  minutes % 60 === 0 ? `${minutes / 60}\u00a0h` : `${minutes}\u00a0min`;

/** What may be switched, at the cursor. */
function Levers({ figure, levers }: { readonly figure: Figure; readonly levers: readonly Lever[] }) {
  const cursor = useStore(figure.$cursor);
  return (
    <div class="lab-part rt-actions lab-levers">
      <span>At {cursor === 0 ? 'the start' : formatSpan(cursor)}:</span>
      {levers.map((lever) => (
        <button
          key={lever.label}
          type="button"
          disabled={!figure.live}
          onClick={() => figure.addInput(pull(lever, figure.$cursor.get()))}
        >
          {lever.label}
        </button>
      ))}
    </div>
  );
}

function Deeds({ figure, deeds }: { readonly figure: Figure; readonly deeds: readonly Deed[] }) {
  const head = useRef<HTMLHeadingElement>(null);
  if (deeds.length === 0) return null;
  return (
    <div class="lab-part">
      <h3 class="lab-head" tabIndex={-1} ref={head}>
        What you did
      </h3>
      <ul class="lab-deeds">
        {deeds.map(({ at, time, text }) => (
          <li key={at}>
            <button type="button" class="lab-link" onClick={() => figure.seek(time)}>
              {time === 0 ? 'at the start' : formatSpan(time)}
            </button>
            <span>{text}</span>
            <button
              type="button"
              class="lab-link"
              onClick={() => {
                figure.removeInput(at);
                head.current?.focus();
              }}
            >
              Take back<span class="unseen">: {text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Says what changed, keeps a solution, and unfolds the post-mortem. */
function Verdict({
  goals,
  hasActed,
  chapter,
  name,
  after,
}: LabDeskProps & { readonly goals: readonly GoalView[]; readonly hasActed: boolean }) {
  const before = useRef(goals);
  const [said, say] = useState('');
  const solved = isSolved(goals);
  useEffect(() => {
    if (before.current === goals) return;
    say(news(before.current, goals));
    before.current = goals;
  }, [goals]);
  useEffect(() => {
    if (!solved || !hasActed) return;
    // what has unfolded is kept: whoever leaves then finds it noted
    const unfold = (): void => {
      const mortem = document.getElementById(after);
      if (mortem instanceof HTMLDetailsElement) mortem.open = true;
    };
    void import('../../progress/store.ts')
      .then(({ keepSolved }) => keepSolved(chapter, name))
      .then(unfold, unfold);
  }, [solved, hasActed, chapter, name, after]);
  return (
    <>
      {solved && hasActed && (
        <p class="lab-solved">
          <b>Solved.</b> <a href={`#${after}`}>Read the post-mortem</a>, or take something back and find
          another way.
        </p>
      )}
      <p class="unseen" role="status">
        {said}
      </p>
    </>
  );
}
