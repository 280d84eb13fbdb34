// A playground: a small Node project whose programs run on the machines of a simulated network. The page is built with its
// code drawn; what edits it, runs it, and shows its packets is fetched when it is used.
import '../unseen.css';
import '../player/marks.css';
import './playground.css';
import './code.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { CodePane, type CodePaneHandle } from './CodePane.tsx';
import { useDeeds } from './deeds.ts';
import { Desk } from './desk.ts';
import { Head } from './Head.tsx';
import { keyOf } from './kept-edits.ts';
import { Messages } from './Messages.tsx';
import type { Place } from './output.ts';
import { Part } from './Part.tsx';
import { Printed } from './Printed.tsx';
import type { Project } from './project.ts';
import type { Runner } from './runner.ts';

export interface PlaygroundProps {
  readonly id: string;
  readonly project: Project;
  /** Colours of its files, in their order. */
  readonly paint: readonly string[];
  /** Address of the course's front page: what loads later lies under it, and the playgrounds' own pages. */
  readonly site: string;
  /** This is its own page: a link with code in it is meant for it. */
  readonly isOwnPage?: boolean;
  /** What runs it, where that is not the page's sandbox. */
  readonly runner?: () => Promise<Runner>;
}

export function Playground(props: PlaygroundProps) {
  const { id, project, paint, site, isOwnPage = false, runner } = props;
  const desk = useMemo(
    () => new Desk({ project, shelf: () => localStorage, runner: runner ?? (() => sandboxOf(site)) }),
    [project],
  );
  useOutside(desk, isOwnPage);
  const files = useStore(desk.$files);
  const outside = useStore(desk.$outside);
  const open = useStore(desk.$open);
  const run = useStore(desk.$run);
  const origin = useStore(desk.$origin);
  const [isEditing, setEditing] = useState(false);
  const [hasKeys, setKeys] = useState(false);
  const [hasPackets, setPackets] = useState(false);
  const root = useRef<HTMLElement>(null);
  const code = useRef<CodePaneHandle>(null);
  const deeds = useDeeds(desk, site);
  const isRunning = run.phase === 'starting' || run.phase === 'running';
  const hasNotes = project.notes.length > 0;
  const names = useMemo(() => files.map(({ name }) => name), [files]);
  useEffect(() => {
    if (isRunning) setPackets(false);
  }, [isRunning]);

  const start = (): void => void desk.run();
  useEffect(() => {
    const { dataset } = root.current!;
    dataset.live = '';
    // Run was pressed before there was anybody to hear it (components/author/playground-press.ts)
    if (dataset.waits === undefined) return;
    delete dataset.waits;
    start();
  }, []);
  const show = (place: Place): void => {
    desk.$open.set(place.file);
    code.current!.select(place.file, place.line, place.column);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      if (desk.isRunning()) desk.stop();
      else start();
      event.preventDefault();
      return;
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    if (target.matches('input, textarea, [contenteditable]') || target.closest('.rt-player')) return;
    if (event.key === '?') setKeys(!hasKeys);
    else if (event.key === 'Escape' && hasKeys) {
      setKeys(false);
      root.current!.querySelector<HTMLElement>('[data-keys]')!.focus();
    } else return;
    event.preventDefault();
  };
  const printed = (
    <Printed
      title={project.title}
      run={run}
      programs={project.programs}
      files={names}
      hasPackets={hasPackets}
      onPlace={show}
      onPackets={() => setPackets(!hasPackets)}
    />
  );

  return (
    <section
      class={hasNotes ? 'pg pg-with-notes' : 'pg'}
      id={id}
      aria-label={`Playground: ${project.title}`}
      ref={root}
      onKeyDown={onKeyDown}
    >
      <Head
        id={id}
        title={project.title}
        files={files}
        open={open}
        isRunning={isRunning}
        isEditing={isEditing}
        isChanged={origin !== 'course'}
        hasKeys={hasKeys}
        busyWith={deeds.busyWith}
        canRemove={(name) => !desk.isOfCourse(name)}
        onOpen={(name) => desk.$open.set(name)}
        onAdd={(name) => {
          const fault = desk.add(name);
          if (fault === undefined) code.current!.focus();
          return fault;
        }}
        onRemove={(name) => desk.remove(name)}
        onRun={start}
        onStop={() => desk.stop()}
        onEdit={() => code.current!.focus()}
        onReset={() => {
          desk.reset();
          if (isOwnPage && location.hash !== '') history.replaceState(null, '', location.pathname);
        }}
        onShare={deeds.share}
        onDownload={deeds.download}
        onElsewhere={deeds.elsewhere}
        onKeys={() => setKeys(!hasKeys)}
      />
      {hasKeys && (
        <div class="pg-over">
          <div>
            <Part load={() => import('./HelpKeys.tsx').then(({ HelpKeys }) => HelpKeys)} props={{}} />
          </div>
        </div>
      )}
      <Messages desk={desk} said={deeds.said} byHand={deeds.byHand} onHere={deeds.here} />
      <div class="pg-main">
        <CodePane
          id={id}
          files={files}
          outside={outside}
          open={open}
          notes={project.notes}
          built={project.files}
          paint={paint}
          words={`${site}playgrounds/words.json`}
          handle={code}
          onText={(name, text) => desk.edit(name, text)}
          onOpen={() => setEditing(true)}
        />
        {!hasNotes && printed}
      </div>
      {hasNotes && printed}
      <p id={`${id}-keys`} class="unseen">
        Tab indents. Escape, then Tab, leaves the editor; so does Tab after Control M. Control Enter runs.
      </p>
      {hasPackets && run.outcome?.request && (
        <Part
          load={() => import('./RunPlayer.tsx').then(({ RunPlayer }) => RunPlayer)}
          props={{ id: `${id}-run`, title: project.title, request: run.outcome.request }}
        />
      )}
    </section>
  );
}

/** The page's sandbox, one for all its playgrounds; it loads at the first run. */
const sandboxOf = async (site: string): Promise<Runner> =>
  (await import('./sandbox-runner.ts')).sandboxRunner(site);

/** What the reader left here, what other tabs do, what a link brings. */
function useOutside(desk: Desk, isOwnPage: boolean): void {
  useEffect(() => {
    desk.remember();
    const key = keyOf(desk.project.name);
    const onStorage = (event: StorageEvent): void => {
      if (event.key === key || event.key === null) desk.hear();
    };
    const follow = (): void => {
      if (isOwnPage && location.hash.startsWith('#code=')) void desk.follow(location.hash);
    };
    follow();
    addEventListener('storage', onStorage);
    addEventListener('hashchange', follow);
    return () => {
      removeEventListener('storage', onStorage);
      removeEventListener('hashchange', follow);
      desk.stop();
    };
  }, [desk]);
}
