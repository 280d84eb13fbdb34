// The bytes of the selected packet: a tree of fields and a dump in hexadecimal, each leading to the other, and below
// them what the field in hand is, what it says here, and where that is written down. A packet that passed routers can
// be seen as each of them sent it on; what they changed is named.
import '../unseen.css';
import './bytes.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure, FrameView } from '../engine/figure.ts';
import { FieldTree } from './FieldTree.tsx';
import {
  bytesOf,
  type Change,
  changesSince,
  type Field,
  fieldsOf,
  leavesAt,
  letterOf,
  openAtFirst,
  placeText,
  rawText,
  shortLayer,
} from './fields.ts';
import { legsOf } from './flight.ts';
import { PacketGlyph } from './glyph.tsx';
import { HexDump } from './HexDump.tsx';
import { Mark, Words } from './marks.tsx';
import { Spec } from './Spec.tsx';
import { inSentence } from './time.ts';

export function Bytes({ figure }: { figure: Figure }) {
  const view = useStore(figure.$view);
  const packet = useStore(figure.$packet);
  const stages = useMemo(() => (packet === undefined ? [] : stagesOf(view, packet)), [view, packet]);
  const [chosen, setChosen] = useState(0);
  const stage = stages[Math.min(chosen, stages.length - 1)];
  const { frame, problem } = useFrame(figure, view, stage?.frame);
  const { frame: first } = useFrame(figure, view, chosen > 0 ? stages[0]?.frame : undefined);
  useEffect(() => setChosen(0), [packet]);

  if (packet === undefined) return <p class="rt-bytes-none">Choose a packet to see its bytes.</p>;
  if (problem !== undefined) return <p class="rt-bytes-none rt-bytes-problem">{problem}</p>;
  if (!stage || !frame) return <p class="rt-bytes-none">The bytes are on their way…</p>;
  return (
    <FrameBytes
      frame={frame}
      before={chosen > 0 ? first : undefined}
      stages={stages}
      stage={Math.min(chosen, stages.length - 1)}
      onStage={setChosen}
    />
  );
}

// ── which frame ──

/** One form of the packet: from the machine that wrote it, up to the next that changed it. */
interface Stage {
  readonly frame: number;
  readonly label: string;
}

/** The different frames that carried the packet, in the order of its way. */
function stagesOf(view: RunView, packet: number): Stage[] {
  const { hops, machines } = view;
  const frames: number[] = [];
  const ways: { from: number; to: number }[] = [];
  for (const { hop, from, to } of legsOf(view, packet)) {
    const known = frames.indexOf(hops.frame[hop]!);
    if (known >= 0) ways[known]!.to = to;
    else {
      frames.push(hops.frame[hop]!);
      ways.push({ from, to });
    }
  }
  const { to: end, outcome } = view.packets[packet]!;
  return frames.map((frame, i) => {
    const { from, to } = ways[i]!;
    const arrived =
      i === frames.length - 1 && i > 0 && to === end && outcome !== 'lost' && outcome !== 'travelling';
    if (arrived) return { frame, label: `As ${inSentence(machines[to]!.label)} received it` };
    return { frame, label: `As ${inSentence(machines[from]!.label)} sent it${i > 0 ? ' on' : ''}` };
  });
}

interface Loaded {
  readonly frame: FrameView | undefined;
  readonly problem: string | undefined;
}

/** Asks for a frame; until the answer comes, the one before stays. */
function useFrame(figure: Figure, view: RunView, number: number | undefined): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ frame: undefined, problem: undefined });
  useEffect(() => {
    if (number === undefined) {
      setLoaded({ frame: undefined, problem: undefined });
      return;
    }
    let current = true;
    figure.frame(number).then(
      (frame) => current && setLoaded({ frame, problem: undefined }),
      (error: unknown) =>
        current &&
        setLoaded({ frame: undefined, problem: error instanceof Error ? error.message : String(error) }),
    );
    return () => {
      current = false;
    };
  }, [figure, view, number]);
  return loaded;
}

// ── one frame ──

interface FrameBytesProps {
  readonly frame: FrameView;
  /** The same packet as it left its maker, when another stage is shown. */
  readonly before: FrameView | undefined;
  readonly stages: readonly Stage[];
  readonly stage: number;
  readonly onStage: (stage: number) => void;
}

function FrameBytes({ frame, before, stages, stage, onStage }: FrameBytesProps) {
  const { tree, bytes, cut } = frame;
  const fields = useMemo(() => fieldsOf(tree), [tree]);
  const changes = useMemo(
    () => (before ? changesSince(fieldsOf(before.tree), fields) : []),
    [before, fields],
  );
  const hand = useFields(fields);
  const [isListed, setListed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const isNarrow = useWidth(box) < 680;

  const { selected, hovered, select, hover } = hand;
  const over = hovered === undefined ? undefined : fields[hovered];
  const shown = over ?? selected;
  if (!selected || !shown) return null;
  const crumbs: Field[] = [];
  for (let one: Field | undefined = shown; one; one = one.parent) crumbs.unshift(one);
  const hoverByte = (byte: number | undefined) =>
    hover(byte === undefined || isIn(selected, byte) ? undefined : leafOf(fields, byte, undefined)?.index);

  return (
    <div class={`rt-bytes${isNarrow ? ' rt-bytes-narrow' : ''}`} ref={box}>
      <Crumbs crumbs={crumbs} onSelect={select} isListed={isListed} onList={() => setListed(!isListed)} />
      {(!isNarrow || isListed) && (
        <FieldTree
          fields={fields}
          open={hand.open}
          selected={selected}
          hovered={hovered}
          changes={changes}
          onSelect={select}
          onHover={hover}
          onOpen={hand.turn}
        />
      )}
      <div class="rt-bytes-right">
        <div class="rt-bytes-top">
          <HexDump
            bytes={bytes}
            fields={fields}
            selected={selected}
            hovered={over}
            changed={changes.map((change) => change.field)}
            perRow={isNarrow ? 8 : 16}
            onSelect={(byte, isAgain) => select(leafOf(fields, byte, isAgain ? selected : undefined))}
            onHover={hoverByte}
          />
          <Legend fields={fields} selected={selected} onSelect={select}>
            <Stages stages={stages} stage={stage} onStage={onStage} changes={changes} onSelect={select} />
          </Legend>
        </div>
        {cut && (
          <p class="rt-bytes-cut">
            Only the headers of this frame were kept; what came after them is not shown.
          </p>
        )}
        <Explanation
          field={shown}
          crumbs={crumbs}
          bytes={bytes}
          was={changes.find((change) => change.field === shown)?.was}
        />
      </div>
    </div>
  );
}

interface Hand {
  readonly selected: Field | undefined;
  readonly hovered: number | undefined;
  /** Paths of what is open. */
  readonly open: ReadonlySet<string>;
  readonly select: (field: Field | undefined) => void;
  readonly hover: (index: number | undefined) => void;
  readonly turn: (field: Field, isOpen: boolean) => void;
}

/** Which field is in hand, and what the reader opened. */
function useFields(fields: readonly Field[]): Hand {
  const [path, setPath] = useState<string | undefined>(undefined);
  const [hovered, hover] = useState<number | undefined>(undefined);
  /** What the reader opened (true) or closed (false), by path; all else is as one finds it. */
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  // The same field of another packet stays in hand: so one can walk the packets and watch a number change.
  const selected =
    fields.find((field) => field.path === path) ?? fields.findLast((field) => field.level === 1);
  useEffect(() => hover(undefined), [fields]);
  const atFirst = useMemo(() => openAtFirst(fields), [fields]);
  const open = useMemo(() => openPaths(atFirst, turned, selected), [atFirst, turned, selected]);
  return {
    selected,
    hovered,
    open,
    select: (field) => field && setPath(field.path),
    hover,
    turn: (field, isOpen) => {
      setPath(field.path);
      setTurned((turned) => new Map(turned).set(field.path, isOpen));
    },
  };
}

interface CrumbsProps {
  /** From the frame's layer to the field that is shown. */
  readonly crumbs: readonly Field[];
  readonly onSelect: (field: Field) => void;
  /** On narrow pages: whether the tree is there. */
  readonly isListed: boolean;
  readonly onList: () => void;
}

function Crumbs({ crumbs, onSelect, isListed, onList }: CrumbsProps) {
  const nameOf = (field: Field, i: number) => (i === 0 ? shortLayer(field.node.label) : field.node.label);
  return (
    <div class="rt-crumbs">
      <PacketGlyph layer={crumbs[0]!.node.layer as 'link'} letter={letterOf(crumbs[0]!)} size={16} />
      <nav aria-label="Field">
        {crumbs.map((field, i) => (
          <span key={field.path}>
            {i > 0 && <span aria-hidden="true"> / </span>}
            {i < crumbs.length - 1 ? (
              <button type="button" onClick={() => onSelect(field)}>
                {nameOf(field, i)}
              </button>
            ) : (
              <strong>{nameOf(field, i)}</strong>
            )}
          </span>
        ))}
      </nav>
      <button type="button" class="rt-crumbs-all" aria-expanded={isListed} onClick={onList}>
        All fields <Mark name="caret" />
      </button>
    </div>
  );
}

/** The field that a byte belongs to; where several share it, the one after `last`, so that clicking again goes on. */
function leafOf(fields: readonly Field[], byte: number, last: Field | undefined): Field | undefined {
  const leaves = leavesAt(fields, byte);
  const at = last ? leaves.indexOf(last) : -1;
  return leaves[(at + 1) % Math.max(1, leaves.length)];
}

function isIn({ node, children }: Field, byte: number): boolean {
  const [from, to] = bytesOf(node);
  return children.length === 0 && byte >= from && byte < to;
}

/** What is selected is seen, so everything around it is open. */
function openPaths(
  atFirst: ReadonlySet<string>,
  turned: ReadonlyMap<string, boolean>,
  selected: Field | undefined,
): ReadonlySet<string> {
  const open = new Set(atFirst);
  for (const [path, isOpen] of turned) {
    if (isOpen) open.add(path);
    else open.delete(path);
  }
  for (let above = selected?.parent; above; above = above.parent) open.add(above.path);
  return open;
}

function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(1200);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    setWidth(element.clientWidth);
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

// ── beside and below ──

interface LegendProps {
  readonly fields: readonly Field[];
  readonly selected: Field;
  readonly onSelect: (field: Field) => void;
  // biome-ignore lint/suspicious/noExplicitAny: children of Preact
  readonly children: any;
}

function Legend({ fields, selected, onSelect, children }: LegendProps) {
  return (
    <div class="rt-legend">
      <ul>
        {fields
          .filter((field) => field.level === 1)
          .map((field) => {
            const [from, to] = bytesOf(field.node);
            return (
              <li key={field.path}>
                <button type="button" aria-pressed={field === selected} onClick={() => onSelect(field)}>
                  <PacketGlyph layer={field.layer as 'link'} letter={letterOf(field)} size={13} />
                  <span>{shortLayer(field.node.label)}</span>
                  <span class="rt-legend-range">{to - from === 1 ? from : `${from}–${to - 1}`}</span>
                </button>
              </li>
            );
          })}
      </ul>
      {children}
    </div>
  );
}

interface StagesProps {
  readonly stages: readonly Stage[];
  readonly stage: number;
  readonly onStage: (stage: number) => void;
  readonly changes: readonly Change[];
  readonly onSelect: (field: Field) => void;
}

function Stages({ stages, stage, onStage, changes, onSelect }: StagesProps) {
  if (stages.length < 2) return stages[0] ? <p class="rt-stages">{stages[0].label}.</p> : null;
  return (
    <div class="rt-stages">
      <label>
        <span class="unseen">The packet on its way: </span>
        <select value={stage} onChange={(event) => onStage(Number(event.currentTarget.value))}>
          {stages.map((one, i) => (
            <option key={one.frame} value={i}>
              {one.label}
            </option>
          ))}
        </select>
        <Mark name="caret" />
      </label>
      <div aria-live="polite">
        {stage > 0 && changes.length > 0 && (
          <>
            <p>Changed on the way:</p>
            <ul>
              {changes.map(({ field, was }) => (
                <li key={field.path}>
                  <button type="button" onClick={() => onSelect(field)}>
                    {field.node.label}
                  </button>{' '}
                  <span class="rt-was">was {bare(was)}</span>
                </li>
              ))}
            </ul>
          </>
        )}
        {stage > 0 && changes.length === 0 && <p>Nothing has changed on the way.</p>}
      </div>
    </div>
  );
}

/** A checksum's verdict is not part of its value. */
function bare(text: string): string {
  return text.replace(/, (correct|should be .*)$/, '');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

interface ExplanationProps {
  readonly field: Field;
  readonly crumbs: readonly Field[];
  readonly bytes: Uint8Array;
  readonly was: string | undefined;
}

function Explanation({ field, crumbs, bytes, was }: ExplanationProps) {
  const { node } = field;
  const above = crumbs.at(-2);
  const where = above ? (above.level === 1 ? shortLayer(above.node.label) : above.node.label) : undefined;
  return (
    <div class="rt-about" aria-live="polite">
      <div>
        <p class="rt-about-title">{node.label}</p>
        <p class="rt-about-place">
          {[where, placeText(node)].filter(Boolean).join(' · ')} ·{' '}
          <code>{rawText(bytes, node, field.children.length > 0 ? 6 : 16)}</code>
        </p>
        <p>
          <Words text={node.about} />
        </p>
      </div>
      <div>
        {node.problem !== undefined && (
          <p class="rt-bytes-problem">
            <Mark name="cross" size={12} /> <strong>Broken.</strong> {sentence(node.problem)}.
          </p>
        )}
        {node.text !== '' && (
          <p>
            <strong>Here</strong> it says{' '}
            <span class="rt-about-value">
              <Words text={node.text} />
            </span>
            {was !== undefined && <>; it was {bare(was)} when it was sent</>}.
          </p>
        )}
        {node.refers && <p>It points to {placeText(node.refers)} of the frame.</p>}
        <p>
          <Spec spec={node.spec} />
        </p>
      </div>
    </div>
  );
}
