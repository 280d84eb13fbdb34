// A desk for zones: the text of one of a run's zones in an editor that checks it as it is typed, and the loads. What is
// loaded becomes an input of the run at the cursor, and the world runs again; a zone that cannot be served is refused by
// the server, which goes on with the one it has. Used by the zone editor and by labs:
//   <ZoneDesk id="desk" figure={figure} />, with `zones` where not all of the run's may be edited
import './zone-desk.css';
import '../../player/map.css';
import '../../unseen.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { NameServerLog, OfferedZone } from '#engine/inspect/view.ts';
import type { Figure } from '../../engine/figure.ts';
import { MAX_LINES_TEXT } from '../../engine/link.ts';
import type { Finding } from '../../engine/zones.ts';
import { now } from '../../player/condition.ts';
import { readout } from '../../player/readout.ts';
import { Aloud } from '../Aloud.tsx';
import { useServerLog } from './server-log.ts';
import { findingsText, ZoneFindings } from './ZoneFindings.tsx';
import { type PlacedFinding, ZoneText, type ZoneTextHandle } from './ZoneText.tsx';
import {
  keyOfZone,
  loadInput,
  loadsOf,
  servedAt,
  withoutLoads,
  type ZoneLoad,
  type ZonePlace,
} from './zone-loads.ts';

export interface ZoneDeskProps {
  /** Begins the ids of what it draws. */
  readonly id: string;
  readonly figure: Figure;
  /** Which zones of the run may be edited, with labels of its own if wanted; all, unless said. */
  readonly zones?: readonly (ZonePlace & { readonly label?: string })[] | undefined;
  /** What is to be said of the zones at first, in their order: the page is drawn with it (components/engine/zones.ts). */
  readonly built?: readonly (readonly Finding[])[] | undefined;
}

/** After the last key, before the text is looked at. */
const CHECK_MS = 250;

export function ZoneDesk({ id, figure, zones, built }: ZoneDeskProps) {
  const view = useStore(figure.$view);
  const [chosen, choose] = useState(0);
  const offered = useMemo(() => offeredOf(view.zones, zones), [view.zones, zones]);
  const zone = offered[chosen] ?? offered[0];
  const log = useServerLog(figure);
  if (!zone) return <p class="rt-message">Nobody edits a zone in this run.</p>;
  return (
    <div class="zone-desk">
      {offered.length > 1 && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its frame and a legend
        <div class="zone-tabs" role="group" aria-label="Zone">
          {offered.map((one, i) => (
            <button key={keyOfZone(one)} type="button" aria-pressed={one === zone} onClick={() => choose(i)}>
              {one.label}
            </button>
          ))}
        </div>
      )}
      <Desk
        key={keyOfZone(zone)}
        id={id}
        figure={figure}
        zone={zone}
        all={offered}
        log={log}
        built={built?.[offered.indexOf(zone)]}
      />
    </div>
  );
}

function offeredOf(all: readonly OfferedZone[], wanted: ZoneDeskProps['zones']): readonly OfferedZone[] {
  if (!wanted) return all;
  return wanted.flatMap(({ label, ...place }) => {
    const found = all.find((one) => keyOfZone(one) === keyOfZone(place));
    return found ? [{ ...found, label: label ?? found.label }] : [];
  });
}

/** Texts that somebody has begun to change, by figure and zone: another tab, or another look, does not lose them. */
const drafts = new WeakMap<Figure, Map<string, string>>();

interface DeskProps {
  readonly id: string;
  readonly figure: Figure;
  readonly zone: OfferedZone;
  readonly all: readonly OfferedZone[];
  readonly log: NameServerLog | undefined;
  readonly built: readonly Finding[] | undefined;
}

function Desk({ id, figure, zone, all, log, built }: DeskProps) {
  const view = useStore(figure.$view);
  const loads = useMemo(() => loadsOf(view, zone, log), [view, zone, log]);
  const last = loads.at(-1)?.text ?? zone.text;
  const [draft, setDraft] = useDraft(figure, zone);
  const text = draft ?? last;
  const editor = useRef<ZoneTextHandle>(null);
  const [isOpen, setOpen] = useState(false);
  const served = servedAt(loads, zone.text, Number.POSITIVE_INFINITY);
  const { checked, engine } = useChecks({
    text,
    zone,
    served,
    isWanted: isOpen || text !== zone.text,
    built,
  });
  const placed = useMemo(
    () => (engine && checked ? checked.flatMap((finding) => placedIn(engine, text, finding)) : []),
    [engine, checked],
  );
  // Another text is loaded now, by a link or by taking back: who has nothing of their own in hand sees that one.
  const before = useRef({ last, isKept: false });
  useEffect(() => {
    const { last: old, isKept } = before.current;
    if (old === last) return;
    before.current = { last, isKept: false };
    if (!isKept && (draft === old || draft === last)) setDraft(undefined);
  }, [last]);
  const lead = (finding: Finding): void => {
    const { line, column = 1, length = 1 } = finding;
    if (line === undefined) return;
    void import('../../engine/zones.ts').then(({ offsetOf }) => {
      const from = offsetOf(text, line, column);
      editor.current?.select(from, Math.min(from + length, text.length));
    });
  };
  const raise = (): void => {
    void import('../../engine/zones.ts').then(({ raiseSerial }) => {
      const change = raiseSerial(text, served);
      if (change) editor.current?.change(change);
    });
  };
  const load = (): void => {
    figure.addInput(loadInput(zone, text, now(figure)));
  };
  /** What was loaded stays in the editor when it is taken back. */
  const keep = (): void => {
    before.current = { last, isKept: true };
    setDraft(text);
  };
  const reset = (): void => {
    drafts.delete(figure);
    setDraft(undefined);
    const { inputs } = figure.$request.get();
    void figure.setInputs(withoutLoads(inputs, all));
  };
  return (
    <>
      <div class="zone-left">
        <ZoneText
          text={text}
          isOutside={draft === undefined}
          label={`${zone.label}, as text`}
          describedBy={`${id}-keys`}
          findings={placed}
          handle={editor}
          onText={setDraft}
          onOpen={() => setOpen(true)}
        />
        <p id={`${id}-keys`} class={isOpen ? 'zone-keys' : 'unseen'}>
          Tab leaves the editor. F8 goes to the next thing that is wrong.
        </p>
        <Deeds
          figure={figure}
          isOpen={isOpen}
          length={text.length}
          isChanged={text !== zone.text || loads.length > 0}
          onEdit={() => editor.current?.focus()}
          onRaise={raise}
          onLoad={load}
          onReset={reset}
        />
      </div>
      <div class="zone-right">
        <section aria-label="What is wrong with it">
          <p class="zone-title">
            Found in it: <span>{checked ? findingsText(checked) : '…'}</span>
          </p>
          <ZoneFindings findings={checked} onPress={lead} />
        </section>
        <Loads figure={figure} loads={loads} onTakeBack={keep} />
        {isOpen && checked && <Aloud text={`Found in the zone: ${findingsText(checked)}.`} />}
      </div>
    </>
  );
}

function useDraft(
  figure: Figure,
  zone: OfferedZone,
): [string | undefined, (text: string | undefined) => void] {
  const key = keyOfZone(zone);
  const [draft, set] = useState(drafts.get(figure)?.get(key));
  const put = (text: string | undefined): void => {
    const known = drafts.get(figure) ?? new Map<string, string>();
    if (text === undefined) known.delete(key);
    else known.set(key, text);
    drafts.set(figure, known);
    set(text);
  };
  return [draft, put];
}

// ── looking the text over ──

type Engine = typeof import('../../engine/zones.ts');

/** Findings of the text, a moment after it has changed; at first those that the page was drawn with. */
function useChecks(props: {
  readonly text: string;
  readonly zone: OfferedZone;
  readonly served: string;
  readonly isWanted: boolean;
  readonly built: readonly Finding[] | undefined;
}): { readonly checked: readonly Finding[] | undefined; readonly engine: Engine | undefined } {
  const { text, zone, served, isWanted, built } = props;
  const [found, setFound] = useState<{ readonly engine: Engine; readonly checked: readonly Finding[] }>();
  useEffect(() => {
    if (!isWanted && found === undefined) return;
    let isGone = false;
    const timer = setTimeout(
      () => {
        void import('../../engine/zones.ts').then((engine) => {
          if (isGone) return;
          setFound({ engine, checked: engine.checkZone(text, zone.origin, served).findings });
        });
      },
      found ? CHECK_MS : 0,
    );
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [text, zone.origin, served, isWanted]);
  return { checked: found?.checked ?? built, engine: found?.engine };
}

function placedIn(engine: Engine, text: string, finding: Finding): PlacedFinding[] {
  const { line, column = 1, length = 1 } = finding;
  if (line === undefined) return [];
  const from = engine.offsetOf(text, line, column);
  return [{ ...finding, from, to: Math.min(from + length, text.length) }];
}

// ── what can be done ──

interface DeedsProps {
  readonly figure: Figure;
  readonly isOpen: boolean;
  readonly length: number;
  readonly isChanged: boolean;
  onEdit(): void;
  onRaise(): void;
  onLoad(): void;
  onReset(): void;
}

/** From here on it is said how long the text is. */
const ALMAX_LINES_TEXT = 3_000;

function Deeds({ figure, isOpen, length, isChanged, onEdit, onRaise, onLoad, onReset }: DeedsProps) {
  const time = useStore(figure.$cursor);
  const isBusy = useStore(figure.$busy);
  return (
    <div class="zone-deeds rt-actions">
      {!isOpen && (
        <button type="button" onClick={onEdit}>
          Edit it
        </button>
      )}
      <button type="button" onClick={onRaise}>
        Raise the serial
      </button>
      <button
        type="button"
        class="zone-load"
        aria-disabled={isBusy || length > MAX_LINES_TEXT}
        onClick={() => isBusy || length > MAX_LINES_TEXT || onLoad()}
      >
        Load it at {readout(time)}
      </button>
      {isChanged && (
        <button type="button" onClick={onReset}>
          Start over
        </button>
      )}
      {length > ALMAX_LINES_TEXT && (
        <span class={length > MAX_LINES_TEXT ? 'zone-too-long' : undefined}>
          {length} of {MAX_LINES_TEXT} characters
        </span>
      )}
    </div>
  );
}

function Loads(props: { readonly figure: Figure; readonly loads: readonly ZoneLoad[]; onTakeBack(): void }) {
  const { figure, loads, onTakeBack } = props;
  const { machines } = useStore(figure.$view);
  return (
    <section aria-label="Loaded">
      <p class="zone-title">Loaded</p>
      {loads.length === 0 ? (
        <p class="zone-quiet">
          The zone as it was at the start. Load another one at the moment of the cursor.
        </p>
      ) : (
        <ol class="zone-loads">
          {loads.map((load) => (
            <li key={`${load.time}.${load.input}`}>
              <span class="zone-when">{readout(load.time)}</span>
              <span>
                {outcomeText(load)}
                {load.followers.map(({ event, server, serial, reason }) => (
                  <span key={event} class="zone-follower">
                    {machines[server]!.name}{' '}
                    {serial === undefined ? `does not follow. ${reason}.` : 'follows.'}
                  </span>
                ))}
              </span>
              <button
                type="button"
                onClick={() => {
                  onTakeBack();
                  figure.removeInput(load.input);
                }}
              >
                Take back<span class="unseen"> the load at {readout(load.time)}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      <Aloud text={loads.map((load) => `At ${readout(load.time)}: ${plainOutcome(load)}.`).at(-1) ?? ''} />
    </section>
  );
}

/** Without the name of the zone, which stands above. */
const reasonText = (reason: string): string => reason.replace(/^zone \S+: /, '');

const plainOutcome = ({ outcome }: ZoneLoad): string => {
  if (!outcome) return 'on its way';
  if (outcome.serial !== undefined) return `served, serial ${outcome.serial}`;
  return `refused: ${reasonText(outcome.reason)}. The server goes on with the zone that it has`;
};

function outcomeText(load: ZoneLoad) {
  const { outcome } = load;
  if (!outcome || outcome.serial !== undefined) return plainOutcome(load);
  return (
    <>
      <b>refused</b>: {reasonText(outcome.reason)}. The server goes on with the zone that it has.
    </>
  );
}
