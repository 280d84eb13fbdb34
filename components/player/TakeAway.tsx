// What a reader can carry away: a link to exactly this state, the run as files, the command that repeats it.
import { useStore } from '@nanostores/preact';
import { useRef, useState } from 'preact/hooks';
import type { ExportKind, Figure } from '../engine/figure.ts';
import { MAX_LINK } from '../engine/link.ts';
import type { MarkName } from './marks.tsx';
import { Menu, MenuItem } from './menu.tsx';
import { counted } from './time.ts';

const FILES: readonly (readonly [kind: ExportKind, title: string, ending: string, mark: MarkName])[] = [
  ['pcapng', 'Capture for Wireshark', '.pcapng', 'download'],
  ['text', 'Packets, a line each', '.txt', 'lines'],
  ['transcript', 'Transcript', '.txt', 'lines'],
  ['json', 'Everything, as data', '.json', 'data'],
];

export function TakeAway({ figure }: { figure: Figure }) {
  // Read again when they change: link and command depend on all three.
  useStore(figure.$cursor);
  useStore(figure.$packet);
  useStore(figure.$request);
  const field = useRef<HTMLInputElement>(null);
  const { said, byHand, copy, save } = useHandingOut(figure, field);
  // a playground has links and commands of its own
  const state = figure.isFixed ? '' : figure.link();
  const isLong = state.length > MAX_LINK;
  const link = figure.live ? `${location.href.replace(/#.*$/, '')}${state}` : state;
  const command = figure.command();

  return (
    <Menu label="Take away">
      {!figure.isFixed && (
        <>
          <MenuItem
            mark="link"
            onPress={() => void copy(link, 'link')}
            below={
              isLong
                ? `it is ${counted(state.length, 'character')}, more than the ${counted(MAX_LINK, 'character')} that are read again: take something back`
                : `scenario, knobs, faults, what was typed, the moment and the selected packet: ${counted(link.length, 'character')}`
            }
          >
            Copy a link to exactly this
          </MenuItem>
          <hr />
        </>
      )}
      {FILES.map(([kind, title, ending, mark]) => (
        <MenuItem key={kind} mark={mark} onPress={() => void save(kind, ending)} end={ending}>
          {title}
        </MenuItem>
      ))}
      {!figure.isFixed && (
        <>
          <hr />
          <MenuItem
            mark="terminal"
            onPress={() => void copy(command, 'command')}
            end="copy"
            below={<code>{command}</code>}
          >
            Run it in the terminal
          </MenuItem>
        </>
      )}
      <p class="rt-choices-note" role="status">
        {said}
      </p>
      {byHand !== undefined && (
        <p class="rt-choices-note">
          <input ref={field} readOnly value={byHand} aria-label="To copy by hand" />
        </p>
      )}
    </Menu>
  );
}

/** Copies and saves, and says how it went. */
function useHandingOut(figure: Figure, field: { readonly current: HTMLInputElement | null }) {
  const [said, setSaid] = useState('');
  /** What could not be copied, for the reader to copy by hand. */
  const [byHand, setByHand] = useState<string | undefined>(undefined);
  const copy = async (text: string, what: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setByHand(undefined);
      setSaid(`The ${what} is on the clipboard.`);
    } catch {
      setByHand(text);
      setSaid(`The browser does not let us copy. Here is the ${what}:`);
      requestAnimationFrame(() => field.current?.select());
    }
  };
  const save = async (kind: ExportKind, ending: string): Promise<void> => {
    setSaid('Writing the file…');
    try {
      const blob = await figure.exportAs(kind);
      const name = fileName(figure.$view.get().scenario, kind, ending);
      const address = URL.createObjectURL(blob);
      const anchor = document.createElement('a');
      anchor.href = address;
      anchor.download = name;
      anchor.click();
      // The download has its own hold on the data by then.
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
      setSaid(`${name}, ${counted(blob.size, 'byte')}.`);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  return { said, byHand, copy, save };
}

/** Two of the files end alike: they say what they hold. */
function fileName(scenario: string, kind: ExportKind, ending: string): string {
  return `${scenario}${kind === 'text' ? '-packets' : kind === 'transcript' ? '-transcript' : ''}${ending}`;
}
