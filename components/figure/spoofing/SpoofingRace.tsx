// A race between forged answers and the true one, as the engine ran it: a ladder in which each stroke is an answer and
// says why it was not believed, switches for each defence, and what all of that is worth in odds.
import '../../player/player.css';
import '../../player/knobs.css';
import '../../chart/chart.css';
import './spoofing-race.css';
import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks';
import type { KnobView } from '#engine/inspect/view.ts';
import type { SpoofingReading } from '#engine/scenario/dns/spoofing-claims.ts';
import { useWidth } from '../../player/width.ts';
import { Aloud } from '../Aloud.tsx';
import { Odds } from './Odds.tsx';
import { RaceDrawing } from './RaceDrawing.tsx';
import { takeReading } from './race-handover.ts';
import { layOut, strokeAt } from './race-layout.ts';
import { bare, FATES, fieldsOf, strokeText, verdictOf } from './race-words.ts';
import { Switches } from './Switches.tsx';

export interface SpoofingRaceProps {
  readonly id: string;
  readonly title: string;
  readonly scenario: string;
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly knobs: readonly KnobView[];
  /** Id of the element that carries the race of these settings. */
  readonly race: string;
}

/** What the build draws for; narrow pages show the second. */
const WIDE = 620;
const NARROW = 390;

interface Wanted {
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
}

export function SpoofingRace(props: SpoofingRaceProps) {
  const { id, title, knobs } = props;
  const built = useMemo(() => takeReading(props.race), [props.race]);
  const [wanted, want] = useState<Wanted>({ set: props.set, seed: props.seed });
  const { reading, problem, isBusy } = useRace(props, built, wanted);
  const [picked, pick] = useState<number | undefined>(undefined);
  const [isAlive, live] = useState(false);
  useEffect(() => live(true), []);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box, WIDE);
  const at = Math.min(picked ?? firstShown(reading), reading.race.strokes.length - 1);
  const verdict = verdictOf(reading);
  return (
    <section class="rt-player sp" id={id} aria-label={title}>
      <div class="rt-head sp-head">
        <span class="rt-title">{title}</span>
        <span class="sp-which">
          {isBusy && <span class="rt-busy">computing …</span>}
          {reading.races > 1 && `race ${reading.race.number} of ${reading.races}, `}
          {bare(reading.race.name.toLowerCase())}
        </span>
      </div>
      <Switches
        knobs={knobs}
        set={wanted.set}
        name={id}
        onTurn={(name, value) => want({ ...wanted, set: { ...wanted.set, [name]: value } })}
        onAgain={() => want({ ...wanted, seed: wanted.seed + 1 })}
      />
      {problem !== undefined && (
        <p class="rt-message" role="alert">
          {problem}
        </p>
      )}
      <p class="sp-verdict">
        <strong class={reading.isPoisoned ? 'sp-bad' : undefined}>{verdict.strong}</strong>
        {verdict.rest}
      </p>
      <div class="sp-body">
        <div class="sp-left">
          <Heads />
          <Surface reading={reading} width={width} isAlive={isAlive} box={box} at={at} onPick={pick} />
        </div>
        <div class="sp-right">
          <Chosen reading={reading} at={at} onPick={pick} />
          <Odds reading={reading} />
        </div>
      </div>
      <details class="sp-table">
        <summary>The answers as a table</summary>
        <Table reading={reading} />
      </details>
      <Aloud text={`${verdict.strong}${verdict.rest} Odds of one race: ${reading.odds}.`} />
    </section>
  );
}

/** The one that was believed, else one in the middle, where it can be seen. */
function firstShown({ race }: SpoofingReading): number {
  const won = race.strokes.findIndex(({ fate }) => fate === 'believed');
  return won >= 0 ? won : Math.floor(race.strokes.length / 2);
}

/** The race of the settings that are wanted; until it is there, the one before. */
function useRace(props: SpoofingRaceProps, built: SpoofingReading, wanted: Wanted) {
  const [state, setState] = useState<{ reading: SpoofingReading; problem: string | undefined; of: Wanted }>({
    reading: built,
    problem: undefined,
    of: wanted,
  });
  useEffect(() => {
    if (wanted === state.of) return;
    let isStale = false;
    const request = { scenario: props.scenario, set: wanted.set, seed: wanted.seed, inputs: [] };
    import('../../engine/client.ts')
      .then(({ answers }) => answers.forgery(request))
      .then(
        (reading) => {
          if (!isStale && reading) setState({ reading, problem: undefined, of: wanted });
        },
        (error: unknown) => {
          const problem = error instanceof Error ? error.message : String(error);
          if (!isStale) setState(({ reading }) => ({ reading, problem, of: wanted }));
        },
      );
    return () => {
      isStale = true;
    };
  }, [wanted]);
  return { ...state, isBusy: wanted !== state.of };
}

const HEADS = [
  { name: 'Eve', address: '198.51.100.200', at: 0.1 },
  { name: 'Resolver', address: '203.0.113.53', at: 0.52 },
  { name: 'ns1', address: '192.0.2.53', at: 0.88 },
] as const;

function Heads() {
  return (
    <div class="sp-heads" aria-hidden="true">
      {HEADS.map(({ name, address, at }) => (
        <p key={name} style={{ left: `calc(46px + (100% - 46px) * ${at})` }}>
          <b>{name}</b>
          <span>{address}</span>
        </p>
      ))}
    </div>
  );
}

interface SurfaceProps {
  readonly reading: SpoofingReading;
  readonly width: number;
  readonly isAlive: boolean;
  readonly box: { current: HTMLDivElement | null };
  readonly at: number;
  readonly onPick: (at: number) => void;
}

/** Strokes can be pointed at; the slider beside has them for the keyboard. */
function Surface({ reading, width, isAlive, box, at, onPick }: SurfaceProps) {
  const pickAt = (event: PointerEvent): void => {
    const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
    const found = strokeAt(layOut(reading.race, width), event.clientX - left, event.clientY - top);
    if (found !== undefined) onPick(found);
  };
  return (
    <div
      class="sp-surface"
      ref={box}
      onPointerDown={pickAt}
      onPointerMove={(event) => event.pointerType === 'mouse' && pickAt(event)}
    >
      {isAlive ? (
        <RaceDrawing reading={reading} width={width} at={at} name="" />
      ) : (
        <>
          <RaceDrawing reading={reading} width={WIDE} at={at} name="sp-wide" />
          <RaceDrawing reading={reading} width={NARROW} at={at} name="sp-narrow" />
        </>
      )}
    </div>
  );
}

interface ChosenProps {
  readonly reading: SpoofingReading;
  readonly at: number;
  readonly onPick: (at: number) => void;
}

/** One forged answer beside the question that it claims to answer. */
function Chosen({ reading, at, onPick }: ChosenProps) {
  const id = useId();
  const { strokes } = reading.race;
  const stroke = strokes[at];
  if (!stroke) return null;
  const last = Math.max(1, strokes.length - 1);
  return (
    <section class="sp-chosen-one" aria-label="One forged answer">
      <p class="sp-pick-head">
        <label for={id}>
          Forged answer <strong>{at + 1}</strong> of {strokes.length}
        </label>
        <span class={stroke.fate === 'believed' ? 'sp-fate sp-bad' : 'sp-fate'}>{FATES[stroke.fate]}</span>
      </p>
      <div class="rt-slider" style={{ '--at': at / last, '--home': at / last }}>
        <input
          id={id}
          type="range"
          min={0}
          max={strokes.length - 1}
          step={1}
          value={at}
          aria-valuetext={strokeText(reading, at)}
          onInput={(event) => onPick(Number(event.currentTarget.value))}
        />
      </div>
      <table class="sp-fields">
        <thead>
          <tr>
            <td />
            <th scope="col">The question</th>
            <th scope="col">The forgery</th>
          </tr>
        </thead>
        <tbody>
          {fieldsOf(reading, stroke).map(({ name, asked, forged, fits }) => (
            <tr key={name} class={fits ? undefined : 'sp-misfit'}>
              <th scope="row">{name}</th>
              <td>{asked}</td>
              <td>
                {forged}
                <span class="unseen">{fits ? ' fits' : ' does not fit'}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="sp-why">
        The resolver: <q>{stroke.why}</q>
      </p>
    </section>
  );
}

const ms = (time: number): string => (time / 1e6).toFixed(1);

function Table({ reading: { race } }: { readonly reading: SpoofingReading }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Answer</th>
          <th scope="col">Arrives, ms</th>
          <th scope="col">To port</th>
          <th scope="col">Id</th>
          <th scope="col">Name</th>
          <th scope="col">What becomes of it</th>
        </tr>
      </thead>
      <tbody>
        {race.strokes.map((stroke, i) => (
          <tr key={stroke.sent}>
            <th scope="row">{i + 1}</th>
            <td>{stroke.arrived === undefined ? '–' : ms(stroke.arrived - race.begun)}</td>
            <td>{stroke.port}</td>
            <td>{stroke.id}</td>
            <td>{bare(stroke.name)}</td>
            <td>{FATES[stroke.fate]}</td>
          </tr>
        ))}
        <tr>
          <th scope="row">the true one</th>
          <td>{race.truth === undefined ? '–' : ms(race.truth - race.begun)}</td>
          <td>{race.port}</td>
          <td>{race.id}</td>
          <td>{bare(race.name)}</td>
          <td>
            {race.isTruthBelieved ? 'believed' : race.truth === undefined ? 'lost on the way' : 'too late'}
          </td>
        </tr>
      </tbody>
    </table>
  );
}
