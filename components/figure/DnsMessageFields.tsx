// One message: its fields in rows of sixteen bits, its bytes, and the field in hand explained. Cells and bytes lead to
// each other; a compression pointer leads to the bytes that it points to.
import { useMemo, useState } from 'preact/hooks';
import { type Field, leavesAt, placeText, rawText } from '../player/fields.ts';
import { HexDump } from '../player/HexDump.tsx';
import { Words } from '../player/marks.tsx';
import { Spec } from '../player/Spec.tsx';
import { DnsMessageGrid } from './DnsMessageGrid.tsx';
import { type Layout, layoutOf } from './dns-message-cells.ts';
import { fieldsOfMessage, type Shown } from './dns-message-entries.ts';

interface Props {
  readonly id: string;
  readonly shown: Shown;
  readonly initial: string | undefined;
  readonly compares: boolean;
}

export function DnsMessageFields({ id, shown, initial, compares }: Props) {
  const { message, changes, why, reasons } = shown;
  const fields = useMemo(() => fieldsOfMessage(message), [message]);
  const layout = useMemo(() => layoutOf(fields, message.bytes), [fields]);
  const [path, setPath] = useState(() => inHand(fields, layout, initial)?.path);
  const [hovered, hover] = useState<Field>();
  const [isCompared, compare] = useState(compares);
  // The same field of another message stays in hand.
  const selected = fields.find((field) => field.path === path) ?? layout.fields[0];
  const over = hovered && fields.includes(hovered) ? hovered : undefined;
  const field = over ?? selected;
  if (!selected || !field) return null;
  const target = targetOf(fields, field);
  const select = (next: Field | undefined): void => {
    hover(undefined);
    if (next) setPath(next.path);
  };
  const changed = isCompared && changes ? changes : NONE;
  return (
    <>
      {why && (
        <p class="dm-why">
          <strong>
            <Words text={why.title} />.
          </strong>{' '}
          <Words text={why.reason} />
        </p>
      )}
      <div class="dm-body">
        <div class="dm-left">
          <div class="dm-tools">
            <span>{message.bytes.length} bytes: sixteen bits a row, and names sixteen bytes</span>
            {changes && (
              <button
                type="button"
                class="dm-compare"
                aria-pressed={isCompared}
                onClick={() => compare(!isCompared)}
              >
                Compare with the question
              </button>
            )}
          </div>
          <DnsMessageGrid
            layout={layout}
            bytes={message.bytes}
            selected={selected}
            hovered={over}
            target={target}
            changed={changed}
            describedBy={`${id}-about`}
            onSelect={select}
            onHover={hover}
          />
        </div>
        <div class="dm-right">
          <About
            id={`${id}-about`}
            field={field}
            bytes={message.bytes}
            reasons={reasons[field.path] ?? []}
            was={changed[field.path]}
            target={target}
            onSelect={select}
          />
          <HexDump
            bytes={message.bytes}
            fields={fields}
            selected={selected}
            hovered={over}
            changed={[]}
            perRow={8}
            onSelect={(byte, isAgain) => select(leafOf(fields, byte, isAgain ? selected : undefined))}
            onHover={(byte) => hover(byte === undefined ? undefined : leafOf(fields, byte, undefined))}
          />
          {message.cut && <p class="dm-problem">Only a part of this message was kept.</p>}
        </div>
      </div>
      <Table layout={layout} />
    </>
  );
}

const NONE: Readonly<Record<string, string>> = {};

/** The field that is named, or the first compression pointer, or the first field. */
function inHand(fields: readonly Field[], layout: Layout, initial: string | undefined): Field | undefined {
  if (initial !== undefined) {
    const end = `/${initial.split(/\s*\/\s*/).join('/')}`;
    const named = fields.find(({ path }) => path.endsWith(end));
    if (named)
      return layout.fields.includes(named)
        ? named
        : layout.fields.find((leaf) => leaf.path.startsWith(`${named.path}/`));
  }
  return layout.fields.find(({ node }) => node.refers) ?? layout.fields[0];
}

/** What a pointer points to: the outermost field that begins there, short of a whole record. */
function targetOf(fields: readonly Field[], { node: { refers } }: Field): Field | undefined {
  if (!refers) return undefined;
  const there = fields.filter(
    ({ node, level }) => node.bitStart === refers.bitStart && level > 3 && node.bitLength > 0,
  );
  return there[0] ?? fields.find(({ node, level }) => node.bitStart === refers.bitStart && level > 1);
}

/** The plain field that a byte belongs to; where several share it, the one after `last`. */
function leafOf(fields: readonly Field[], byte: number, last: Field | undefined): Field | undefined {
  const leaves = leavesAt(fields, byte);
  const at = last ? leaves.indexOf(last) : -1;
  return leaves[(at + 1) % Math.max(1, leaves.length)];
}

interface AboutProps {
  readonly id: string;
  readonly field: Field;
  readonly bytes: Uint8Array;
  readonly reasons: readonly string[];
  readonly was: string | undefined;
  readonly target: Field | undefined;
  readonly onSelect: (field: Field | undefined) => void;
}

function About({ id, field, bytes, reasons, was, target, onSelect }: AboutProps) {
  const { node, parent } = field;
  const where = parent && parent.level > 1 ? parent.node.label : 'Header';
  return (
    <div class="dm-about" id={id}>
      <p class="dm-title">
        <b>{node.label}</b>{' '}
        <span>
          {where} · {placeText(node)} · <code>{rawText(bytes, node, 8)}</code>
        </span>
      </p>
      <p>
        <Words text={node.about} /> <Spec spec={node.spec} />
      </p>
      <p>
        <strong>Here</strong> it says{' '}
        <span class="dm-value">
          <Words text={node.text} />
        </span>
        {was !== undefined && (
          <>
            ; in the question it was <span class="dm-value">{was}</span>
          </>
        )}
        . {reasons.join(' ')}
      </p>
      {node.problem !== undefined && <p class="dm-problem">Broken: {node.problem}.</p>}
      {target && (
        <p>
          <button type="button" class="dm-go" onClick={() => onSelect(firstLeaf(target))}>
            Go to {placeText({ bitStart: target.node.bitStart, bitLength: 8 })}
          </button>
        </p>
      )}
    </div>
  );
}

function firstLeaf(field: Field): Field {
  let leaf = field;
  for (let depth = 0; depth < 8 && leaf.children[0]; depth++) leaf = leaf.children[0];
  return leaf;
}

function Table({ layout }: { readonly layout: Layout }) {
  return (
    <details class="dm-table">
      <summary>The same as a table</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Where</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {layout.fields.map(({ node, path }) => (
            <tr key={path}>
              <th scope="row">{node.label}</th>
              <td>{placeText(node)}</td>
              <td>
                <Words text={node.text} />
              </td>
              <td>
                <Words text={node.about} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
