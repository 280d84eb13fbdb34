// Any DNS message of a run, bit by bit: a list of them all, the message as RFC 1035 draws it, its bytes, and for the field
// in hand what it is, what it says here, and why. It follows a Player of the page, or has its own run. The build draws
// the first message; the others are fetched when they are chosen.
import '../unseen.css';
import '../player/bytes.css';
import './dns-message.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import { createFigure, type Figure } from '../engine/figure.ts';
import { type Placed, takeHandover } from '../engine/handover.ts';
import { $figures } from '../engine/living.ts';
import { DnsMessageFields } from './DnsMessageFields.tsx';
import { DnsMessageList } from './DnsMessageList.tsx';
import type { BuiltMessage } from './dns-message-build.ts';
import { type Entry, entriesOf, neededFor, type Shown, shownOf } from './dns-message-entries.ts';
import { type DnsMessageBytes, messageIn, unpackMessage } from './dns-message-tree.ts';

export interface DnsMessageProps {
  readonly id: string;
  /** What tells it from the other figures of the page. */
  readonly label: string;
  readonly built: BuiltMessage;
  /** The field in hand at first: its label, or labels from the message down: `Answer section / Record / TTL`. */
  readonly field?: string | undefined;
  /** The header is held against the question's at first. */
  readonly compare?: boolean | undefined;
  /** The Player whose run it shows … */
  readonly of?: string | undefined;
  /** … which was drawn from this, or a run of its own. */
  readonly placed: Placed;
}

const isLive = typeof document !== 'undefined';

export function DnsMessage(props: DnsMessageProps) {
  return props.of === undefined ? <WithItsOwn {...props} /> : <OfAnother {...props} of={props.of} />;
}

function WithItsOwn(props: DnsMessageProps) {
  const { placed } = props;
  const figure = useMemo(
    () =>
      createFigure({
        ...takeHandover(placed),
        live: isLive,
        answers: () => import('../engine/client.ts').then((module) => module.answers),
      }),
    [placed.id],
  );
  // Where the page carries a part of the run only, the rest is fetched when somebody looks for it.
  return (
    <Panel {...props} figure={figure} view={useStore(figure.$view)} onLook={() => figure.open('packets')} />
  );
}

function OfAnother(props: DnsMessageProps & { readonly of: string }) {
  const figure = useStore($figures).get(props.of);
  const { view } = useMemo(() => takeHandover(props.placed), [props.placed.id]);
  return figure ? (
    <Following {...props} figure={figure} />
  ) : (
    <Panel {...props} figure={undefined} view={view} />
  );
}

function Following(props: DnsMessageProps & { readonly figure: Figure }) {
  const packet = useStore(props.figure.$packet);
  return <Panel {...props} view={useStore(props.figure.$view)} followed={packet} />;
}

interface PanelProps extends DnsMessageProps {
  readonly figure: Figure | undefined;
  readonly view: RunView;
  /** The packet that is selected in the Player. */
  readonly followed?: number | undefined;
  /** Somebody turns to the list. */
  readonly onLook?: () => void;
}

function Panel({ id, label, built, field, compare = false, figure, view, followed, onLook }: PanelProps) {
  const first = useMemo((): Shown => ({ ...built, message: unpackMessage(built.packed) }), [built]);
  const entries = useMemo(
    () => withFirst(entriesOf(view), view.digest === built.digest ? first.entry : undefined),
    [view],
  );
  const [number, choose] = useState(first.entry.number);
  const entry = entries.find((one) => one.number === number) ?? entries[0];
  useEffect(() => {
    const selected = entries.find(({ packet }) => packet === followed);
    if (selected) choose(selected.number);
  }, [followed]);
  const { shown, problem } = useShown(
    figure,
    view,
    entries,
    entry,
    view.digest === built.digest ? first : undefined,
  );
  return (
    <section class="dm" id={id} aria-label={label}>
      <DnsMessageList id={`${id}-list`} entries={entries} chosen={entry} onChoose={choose} onLook={onLook} />
      {problem !== undefined && <p class="dm-problem">{problem}</p>}
      {shown && <DnsMessageFields id={id} shown={shown} initial={field} compares={compare} />}
      {entries.length === 0 && <p class="dm-problem">No DNS message was sent in this run.</p>}
    </section>
  );
}

/** The list, in which the first message is always found. */
function withFirst(entries: readonly Entry[], first: Entry | undefined): readonly Entry[] {
  if (!first || entries.some(({ packet }) => packet === first.packet)) return entries;
  return [...entries, first];
}

interface Loaded {
  readonly shown: Shown | undefined;
  readonly problem: string | undefined;
}

/** What is shown of a message: the built one at once, others when their bytes have come. Until then, the one before. */
function useShown(
  figure: Figure | undefined,
  view: RunView,
  entries: readonly Entry[],
  entry: Entry | undefined,
  first: Shown | undefined,
): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ shown: undefined, problem: undefined });
  const isFirst = entry !== undefined && entry.packet === first?.entry.packet;
  useEffect(() => {
    if (isFirst || !figure || !entry) return;
    let isCurrent = true;
    const take = (next: Loaded) => isCurrent && setLoaded(next);
    load(figure, entries, entry).then(
      (shown) =>
        take({
          shown,
          problem: shown ? undefined : `Packet ${entry.number} holds a part of a message only.`,
        }),
      (error: unknown) =>
        take({ shown: undefined, problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      isCurrent = false;
    };
  }, [figure, view, entry?.packet, isFirst]);
  if (isFirst) return { shown: first, problem: undefined };
  return loaded.shown || loaded.problem !== undefined ? loaded : { shown: first, problem: undefined };
}

async function load(figure: Figure, entries: readonly Entry[], entry: Entry): Promise<Shown | undefined> {
  const [steps, ...frames] = await Promise.all([
    figure.why(entry.event),
    ...neededFor(entries, entry).map(
      async (one) => [one.packet, messageIn(await figure.frame(one.frame))] as const,
    ),
  ]);
  const messages = new Map(frames.filter((one): one is [number, DnsMessageBytes] => one[1] !== undefined));
  return shownOf(entries, entry, messages, steps);
}
