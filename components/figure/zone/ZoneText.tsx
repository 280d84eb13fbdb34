// The text of a zone: drawn with its colours until somebody wants to edit it, then an editor of the same look in its place.
import './zone-text.css';
import type { Ref } from 'preact';
import { useEffect, useImperativeHandle, useRef, useState } from 'preact/hooks';
import type { Finding, TextChange } from '../../engine/zones.ts';
import type { Mirror } from './zone-mirror.ts';
import { paint } from './zone-paint.ts';

export type PlacedFinding = Finding & { readonly from: number; readonly to: number };

/** What can be asked of the editor; it opens first, if it has not. */
export interface ZoneTextHandle {
  focus(): void;
  select(from: number, to: number): void;
  change(change: TextChange): void;
}

export interface ZoneTextProps {
  readonly text: string;
  /** Whether the text came from elsewhere and is to be put into the editor; what was typed there is not put back. */
  readonly isOutside: boolean;
  readonly label: string;
  readonly describedBy: string;
  readonly findings: readonly PlacedFinding[];
  readonly handle: Ref<ZoneTextHandle>;
  onText(text: string): void;
  /** Somebody edits: what the editor needs may be fetched. */
  onOpen(): void;
}

export function ZoneText(props: ZoneTextProps) {
  const { text, isOutside, label, describedBy, findings, handle, onText, onOpen } = props;
  const place = useRef<HTMLDivElement>(null);
  const mirror = useRef<Promise<Mirror>>();
  const [state, setState] = useState<'drawn' | 'open' | 'failed'>('drawn');
  const latest = useRef({ text, onText });
  latest.current = { text, onText };

  const open = (): Promise<Mirror> => {
    mirror.current ??= import('./zone-mirror.ts').then(({ openMirror }) => {
      const made = openMirror(place.current!, {
        text: latest.current.text,
        label,
        describedBy,
        onText: (typed) => latest.current.onText(typed),
      });
      setState('open');
      return made;
    });
    mirror.current.catch(() => {
      mirror.current = undefined;
      setState('failed');
    });
    onOpen();
    return mirror.current;
  };
  const withMirror = (act: (mirror: Mirror) => void): void => {
    open().then(act, () => undefined);
  };
  useImperativeHandle(handle, () => ({
    focus: () => withMirror((one) => one.focus()),
    select: (from, to) => withMirror((one) => one.select(from, to)),
    change: (change) => withMirror((one) => one.change(change)),
  }));
  useEffect(() => () => void mirror.current?.then((one) => one.destroy()), []);
  // What changed elsewhere: a link was followed, a load taken back.
  useEffect(() => {
    if (state === 'open' && isOutside) void mirror.current?.then((one) => one.replace(text));
  }, [isOutside ? text : undefined, state]);
  useEffect(() => {
    if (state === 'open') void mirror.current?.then((one) => one.mark(findings));
  }, [findings, state]);

  return (
    <div class="zone-text">
      {state === 'failed' && <p class="rt-message">The editor could not be loaded. Is the network there?</p>}
      {state !== 'open' && (
        <Drawn
          text={text}
          label={label}
          onPress={(x, y) =>
            withMirror((one) => {
              one.placeAt(x, y);
              one.focus();
            })
          }
        />
      )}
      {/* Empty until the editor is there. */}
      <div class="zone-mirror" ref={place} />
    </div>
  );
}

function Drawn(props: {
  readonly text: string;
  readonly label: string;
  onPress(x: number, y: number): void;
}) {
  const { text, label, onPress } = props;
  const lines = text.split('\n');
  return (
    // biome-ignore lint/a11y/useSemanticElements: no form fields stand in it
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <div class="zone-drawn" tabIndex={0} role="group" aria-label={label}>
      <span class="zone-lines" aria-hidden="true">
        {lines.map((_, i) => `${i + 1}\n`).join('')}
      </span>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: “Edit” below is for the keyboard */}
      <pre onClick={({ clientX, clientY }) => onPress(clientX, clientY)}>{coloured(text)}</pre>
    </div>
  );
}

function coloured(text: string) {
  const parts = [];
  let at = 0;
  for (const { from, to, kind } of paint(text)) {
    parts.push(text.slice(at, from));
    parts.push(
      <span key={from} class={`zone-${kind}`}>
        {text.slice(from, to)}
      </span>,
    );
    at = to;
  }
  parts.push(text.slice(at));
  return parts;
}
