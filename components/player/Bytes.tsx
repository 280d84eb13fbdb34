// The bytes of the selected packet: a tree of fields and a dump in hexadecimal, each leading to the other, and below
// them what the field in hand is, what it says here, and where that is written down. A packet that passed routers can
// be seen as each of them sent it on; what they changed is named.
import './bytes.css';
import { useStore } from '@nanostores/preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { RunView } from '#engine/inspect/view.ts';
import type { Figure, FrameView } from '../engine/figure.ts';
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
  specParts,
  visible,
} from './fields.ts';
import { legsOf } from './flight.ts';
import { layerClass, PacketGlyph } from './glyph.tsx';
import { HexDump } from './HexDump.tsx';
import { Mark, Words } from './marks.tsx';
import { keepInSight } from './sight.ts';
import { counted, inSentence } from './time.ts';

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
  const [path, setPath] = useState<string | undefined>(undefined);
  const [hovered, setHovered] = useState<number | undefined>(undefined);
  /** What the reader opened (true) or closed (false), by path; all else is as one finds it. */
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [listed, setListed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const narrow = width < 680;

  // The same field of another packet stays in hand: so one can walk the packets and watch a number change.
  const selected =
    fields.find((field) => field.path === path) ?? fields.findLast((field) => field.level === 1);
  useEffect(() => setHovered(undefined), [fields]);
  const atFirst = useMemo(() => openAtFirst(fields), [fields]);
  const open = useMemo(() => openPaths(atFirst, turned, selected), [atFirst, turned, selected]);

  const select = (field: Field | undefined): void => {
    if (field) setPath(field.path);
  };
  const shown = (hovered === undefined ? undefined : fields[hovered]) ?? selected;
  if (!selected || !shown) return null;
  const crumbs: Field[] = [];
  for (let one: Field | undefined = shown; one; one = one.parent) crumbs.unshift(one);

  return (
    <div class={`rt-bytes${narrow ? ' rt-bytes-narrow' : ''}`} ref={box}>
      <div class="rt-crumbs">
        <PacketGlyph layer={crumbs[0]!.node.layer as 'link'} letter={letterOf(crumbs[0]!)} size={16} />
        <nav aria-label="Field">
          {crumbs.map((field, i) => (
            <span key={field.path}>
              {i > 0 && <span aria-hidden="true"> / </span>}
              {i < crumbs.length - 1 ? (
                <button type="button" onClick={() => select(field)}>
                  {i === 0 ? shortLayer(field.node.label) : field.node.label}
                </button>
              ) : (
                <strong>{i === 0 ? shortLayer(field.node.label) : field.node.label}</strong>
              )}
            </span>
          ))}
        </nav>
        <button type="button" class="rt-crumbs-all" aria-expanded={listed} onClick={() => setListed(!listed)}>
          All fields <Mark name="caret" />
        </button>
      </div>
      {(!narrow || listed) && (
        <FieldTree
          fields={fields}
          open={open}
          selected={selected}
          hovered={hovered}
          changes={changes}
          onSelect={select}
          onHover={setHovered}
          onOpen={(field, isOpen) => {
            setPath(field.path);
            setTurned((turned) => new Map(turned).set(field.path, isOpen));
          }}
        />
      )}
      <div class="rt-bytes-right">
        <div class="rt-bytes-top">
          <HexDump
            bytes={bytes}
            fields={fields}
            selected={selected}
            hovered={hovered === undefined ? undefined : fields[hovered]}
            changed={changes.map((change) => change.field)}
            perRow={narrow ? 8 : 16}
            onSelect={(byte, isAgain) => select(leafOf(fields, byte, isAgain ? selected : undefined))}
            onHover={(byte) =>
              setHovered(
                byte === undefined || isIn(selected, byte)
                  ? undefined
                  : leafOf(fields, byte, undefined)?.index,
              )
            }
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

// ── the tree ──

interface FieldTreeProps {
  readonly fields: readonly Field[];
  readonly open: ReadonlySet<string>;
  readonly selected: Field;
  readonly hovered: number | undefined;
  readonly changes: readonly Change[];
  readonly onSelect: (field: Field | undefined) => void;
  readonly onHover: (index: number | undefined) => void;
  readonly onOpen: (field: Field, isOpen: boolean) => void;
}

function FieldTree({ fields, open, selected, hovered, changes, onSelect, onHover, onOpen }: FieldTreeProps) {
  const box = useRef<HTMLDivElement>(null);
  const seen = visible(fields, open);
  const referred = selected.node.refers;
  const changed = new Set(changes.map((change) => change.field));

  useLayoutEffect(() => {
    const element = box.current;
    const row = element?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (element && row) keepInSight(element, row);
  }, [selected]);

  // The focus follows the keys, also when a row is taken from under it: a drawing later, hence after each of them.
  const lastKey = useRef(Number.NEGATIVE_INFINITY);
  useLayoutEffect(() => {
    if (performance.now() - lastKey.current > 1000) return;
    const { activeElement } = document;
    const row = box.current?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (activeElement === document.body || box.current?.contains(activeElement))
      row?.focus({ preventScroll: true });
  });
  const go = (field: Field | undefined): void => {
    if (field) onSelect(field);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const at = seen.indexOf(selected);
    const isGroup = selected.children.length > 0;
    const isOpen = open.has(selected.path);
    lastKey.current = performance.now();
    if (event.key === 'ArrowDown') go(seen[at + 1]);
    else if (event.key === 'ArrowUp') go(seen[at - 1]);
    else if (event.key === 'Home') go(seen[0]);
    else if (event.key === 'End') go(seen.at(-1));
    else if (event.key === 'ArrowRight')
      isGroup && !isOpen ? onOpen(selected, true) : go(selected.children[0]);
    else if (event.key === 'ArrowLeft') isGroup && isOpen ? onOpen(selected, false) : go(selected.parent);
    else if (event.key === 'Enter' || event.key === ' ') isGroup && onOpen(selected, !isOpen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div
      class="rt-fields"
      role="tree"
      aria-label="Fields of the frame"
      ref={box}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const row = (event.target as Element).closest<HTMLElement>('[data-field]');
        const field = row ? fields[Number(row.dataset.field)] : undefined;
        if (!field) return;
        const isOpen = open.has(field.path);
        if (field.children.length > 0 && (field === selected || !isOpen)) onOpen(field, !isOpen);
        else onSelect(field);
      }}
      onPointerLeave={() => onHover(undefined)}
    >
      {seen.map((field) => {
        const { node, level, children } = field;
        const isOpen = open.has(field.path);
        const isReferred =
          referred &&
          children.length > 0 &&
          node.bitStart === referred.bitStart &&
          node.bitLength === referred.bitLength;
        return (
          <div
            key={field.path}
            role="treeitem"
            class={fieldClass(field, selected, hovered, isReferred, changed.has(field))}
            style={{ '--level': level }}
            data-field={field.index}
            aria-level={level}
            aria-posinset={field.place}
            aria-setsize={field.siblings}
            aria-expanded={children.length > 0 ? isOpen : undefined}
            aria-selected={field === selected}
            tabIndex={field === selected ? 0 : -1}
            onPointerEnter={(event) => event.pointerType === 'mouse' && onHover(field.index)}
          >
            <span class="rt-field-caret" aria-hidden="true" />
            <span class="rt-field-label">{node.label}</span>
            {node.problem !== undefined && <Mark name="cross" size={10} />}
            <span class="rt-field-value">
              {level === 1 ? (
                counted(bytesOf(node)[1] - bytesOf(node)[0], 'byte')
              ) : (
                <Words text={node.text} />
              )}
            </span>
          </div>
        );
      })}
    </div>
  );
}

function fieldClass(
  field: Field,
  selected: Field,
  hovered: number | undefined,
  isReferred: boolean | undefined,
  isChanged: boolean,
): string {
  const names = ['rt-field', layerClass(field.layer)];
  if (field.level === 1) names.push('rt-field-layer');
  if (field === selected) names.push('rt-field-selected');
  else if (isReferred) names.push('rt-field-referred');
  if (field.index === hovered) names.push('rt-field-hovered');
  if (isChanged) names.push('rt-field-changed');
  if (field.node.problem !== undefined) names.push('rt-field-problem');
  return names.join(' ');
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
        <span class="rt-hidden">The packet on its way: </span>
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
          {specParts(node.spec).map(({ text, href }) =>
            href ? (
              <a key={text} class="link" href={href}>
                {text}
              </a>
            ) : (
              text
            ),
          )}
        </p>
      </div>
    </div>
  );
}
