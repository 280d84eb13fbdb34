// The zone editor: a desk for the zone of a run, what the name servers were asked, and what every cache on the way still
// believes, all at the cursor. The checks run in the page; the loads are inputs of the run.
import '../unseen.css';
import '../player/player.css';
import '../player/map.css';
import './zone-editor.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CacheRowView, NameServerLog, OfferedZone } from '#engine/inspect/view.ts';
import { adopt } from '../engine/adopt.ts';
import { createFigure, type Figure } from '../engine/figure.ts';
import { MINUTE, SECOND } from '../engine/format.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import type { Finding, Standing } from '../engine/zones.ts';
import { listenToKeys } from '../player/keyboard.ts';
import { Lazy } from '../player/lazy.tsx';
import { readout } from '../player/readout.ts';
import { Timeline } from '../player/Timeline.tsx';
import { LetPass, type Spans } from './LetPass.tsx';
import { Caches, type CachesAt, useCaches } from './zone/Caches.tsx';
import { QueryLog } from './zone/QueryLog.tsx';
import { useServerLog } from './zone/server-log.ts';
import { ZoneDesk } from './zone/ZoneDesk.tsx';
import { keyOfZone, loadsOf, servedAt, type ZonePlace } from './zone/zone-loads.ts';

export interface ZoneEditorProps {
  readonly title: string;
  readonly label: string;
  readonly placed: Placed;
  readonly zone: ZonePlace;
  /** What the page is drawn with. */
  readonly findings: readonly Finding[];
  readonly log: NameServerLog;
  readonly caches: CachesAt;
  readonly width: number;
}

const isLive = typeof document !== 'undefined';
const SPANS: Spans = [
  [10 * SECOND, '10\u00a0s'],
  [MINUTE, '1\u00a0min'],
  [5 * MINUTE, '5\u00a0min'],
];
/** Where somebody sleeps when the run is over and time shall pass. */
const NEAR = 'laptop';

export function ZoneEditor({ title, label, placed, zone, findings, log, caches, width }: ZoneEditorProps) {
  const figure = useMemo(
    () =>
      createFigure({
        ...takeHandover(placed),
        live: isLive,
        answers: () => import('../engine/client.ts').then((module) => module.answers),
        ...(isLive && { reducedMotion: () => matchMedia('(prefers-reduced-motion: reduce)').matches }),
      }),
    [placed.id],
  );
  const root = useRef<HTMLElement>(null);
  useEffect(() => adopt(figure, root.current!), [figure]);
  useEffect(() => listenToKeys(figure, root.current!), [figure]);
  const zones = useMemo(() => [zone], [zone.machine, zone.origin]);
  const built = useMemo(() => [findings], [findings]);
  return (
    <section class="rt-player zone" id={figure.id} aria-label={label} ref={root}>
      <Head figure={figure} title={title} />
      <Menu figure={figure} />
      <Message figure={figure} />
      <ZoneDesk id={`${figure.id}-desk`} figure={figure} zones={zones} built={built} />
      <Watch figure={figure} zone={zone} log={log} caches={caches} />
      <LetPass figure={figure} spans={SPANS} near={NEAR} />
      <Timeline figure={figure} width={width - 108} />
    </section>
  );
}

function Head({ figure, title }: { readonly figure: Figure; readonly title: string }) {
  const time = useStore(figure.$cursor);
  const isBusy = useStore(figure.$busy);
  const menu = useStore(figure.$menu);
  return (
    <div class="rt-head zone-head">
      <strong class="rt-title">{title}</strong>
      <span class="zone-time">as of {readout(time)}</span>
      <div class="rt-words-right">
        {isBusy && (
          <span class="rt-busy" role="status">
            running
          </span>
        )}
        <button
          type="button"
          class="rt-word"
          data-menu="takeaway"
          aria-expanded={menu === 'takeaway'}
          onClick={() => figure.toggleMenu('takeaway')}
        >
          Take away
        </button>
      </div>
    </div>
  );
}

function Menu({ figure }: { readonly figure: Figure }) {
  const menu = useStore(figure.$menu);
  if (menu !== 'takeaway' && menu !== 'keys') return null;
  return (
    <div class={`rt-over rt-over-${menu}`}>
      <Lazy name={menu} figure={figure} />
    </div>
  );
}

function Message({ figure }: { readonly figure: Figure }) {
  const message = useStore(figure.$message);
  const { cutShort } = useStore(figure.$view);
  if (!message && !cutShort) return null;
  return (
    <p class="rt-message" role="status">
      {message ?? cutShort}
      {message && (
        <button type="button" onClick={() => figure.dismiss()}>
          Close
        </button>
      )}
    </p>
  );
}

interface WatchProps {
  readonly figure: Figure;
  readonly zone: ZonePlace;
  readonly log: NameServerLog;
  readonly caches: CachesAt;
}

function Watch({ figure, zone, log: built, caches }: WatchProps) {
  const view = useStore(figure.$view);
  const first = useRef(figure.$cursor.get());
  const time = useStore(figure.$cursor);
  // Until the reader moves, the page's own part of the log is enough.
  const log = useServerLog(figure, time !== first.current);
  const offered = view.zones.find((one) => keyOfZone(one) === keyOfZone(zone));
  const shown = useCaches(figure, caches);
  const judge = useJudge(figure, offered, log, time);
  return (
    <div class="zone-watch">
      <QueryLog figure={figure} log={log ?? built} />
      <Caches figure={figure} shown={shown} origin={zone.origin} judge={judge} />
    </div>
  );
}

/** Holds rows of caches against the zone that is served at the cursor; undefined while it is the one of the start. */
function useJudge(
  figure: Figure,
  zone: OfferedZone | undefined,
  log: NameServerLog | undefined,
  time: number,
): ((row: CacheRowView) => Standing) | undefined {
  const view = useStore(figure.$view);
  const served = useMemo(
    () => (zone ? servedAt(loadsOf(view, zone, log), zone.text, time) : ''),
    [view, zone, log, time],
  );
  const [found, setFound] = useState<{
    readonly served: string;
    readonly judge: (row: CacheRowView) => Standing;
  }>();
  useEffect(() => {
    if (!zone || served === zone.text) return;
    let isGone = false;
    void import('../engine/zones.ts').then(({ judge }) => {
      if (!isGone) setFound({ served, judge: judge(zone.origin, served, zone.text) });
    });
    return () => {
      isGone = true;
    };
  }, [zone, served]);
  return found?.served === served ? found.judge : undefined;
}
