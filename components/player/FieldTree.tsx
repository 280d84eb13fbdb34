// The fields of a frame as a tree, walked with the arrow keys.
import { useLayoutEffect, useRef } from 'preact/hooks';
import { bytesOf, type Change, type Field, visible } from './fields.ts';
import { layerClass } from './glyph.tsx';
import { Mark, Words } from './marks.tsx';
import { keepInSight } from './sight.ts';
import { counted } from './time.ts';

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

export function FieldTree(props: FieldTreeProps) {
  const { fields, open, selected, hovered, changes, onSelect, onHover, onOpen } = props;
  const box = useRef<HTMLDivElement>(null);
  const seen = visible(fields, open);
  const changed = new Set(changes.map((change) => change.field));
  const onKeyDown = useTreeKeys(box, seen, props);
  useLayoutEffect(() => {
    const element = box.current;
    const row = element?.querySelector<HTMLElement>('[aria-selected="true"]');
    if (element && row) keepInSight(element, row);
  }, [selected]);
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
      {seen.map((field) => (
        <FieldRow
          key={field.path}
          field={field}
          isOpen={open.has(field.path)}
          isSelected={field === selected}
          look={fieldClass(field, selected, hovered, changed.has(field))}
          onHover={onHover}
        />
      ))}
    </div>
  );
}

/** Arrows walk and open the tree. The focus follows, also when a row is taken from under it: a drawing later. */
function useTreeKeys(
  box: { readonly current: HTMLDivElement | null },
  seen: readonly Field[],
  { open, selected, onSelect, onOpen }: FieldTreeProps,
): (event: KeyboardEvent) => void {
  const lastKey = useRef(Number.NEGATIVE_INFINITY);
  // Hence after each drawing.
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
  return (event) => {
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
}

interface FieldRowProps {
  readonly field: Field;
  readonly isOpen: boolean;
  readonly isSelected: boolean;
  readonly look: string;
  readonly onHover: (index: number | undefined) => void;
}

function FieldRow({ field, isOpen, isSelected, look, onHover }: FieldRowProps) {
  const { node, level, children } = field;
  const [from, to] = bytesOf(node);
  return (
    <div
      role="treeitem"
      class={look}
      style={{ '--level': level }}
      data-field={field.index}
      aria-level={level}
      aria-posinset={field.place}
      aria-setsize={field.siblings}
      aria-expanded={children.length > 0 ? isOpen : undefined}
      aria-selected={isSelected}
      tabIndex={isSelected ? 0 : -1}
      onPointerEnter={(event) => event.pointerType === 'mouse' && onHover(field.index)}
    >
      <span class="rt-field-caret" aria-hidden="true" />
      <span class="rt-field-label">{node.label}</span>
      {node.problem !== undefined && <Mark name="cross" size={10} />}
      <span class="rt-field-value">
        {level === 1 ? counted(to - from, 'byte') : <Words text={node.text} />}
      </span>
    </div>
  );
}

function fieldClass(field: Field, selected: Field, hovered: number | undefined, isChanged: boolean): string {
  const { refers } = selected.node;
  const isReferred =
    refers &&
    field.children.length > 0 &&
    field.node.bitStart === refers.bitStart &&
    field.node.bitLength === refers.bitLength;
  const names = ['rt-field', layerClass(field.layer)];
  if (field.level === 1) names.push('rt-field-layer');
  if (field === selected) names.push('rt-field-selected');
  else if (isReferred) names.push('rt-field-referred');
  if (field.index === hovered) names.push('rt-field-hovered');
  if (isChanged) names.push('rt-field-changed');
  if (field.node.problem !== undefined) names.push('rt-field-problem');
  return names.join(' ');
}
