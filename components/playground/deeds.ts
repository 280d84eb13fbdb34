// Share, Download, Open in StackBlitz: what each needs loads when it is pressed, and how it went is said in a sentence.
import { useState } from 'preact/hooks';
import type { Desk } from './desk.ts';

export interface Deeds {
  readonly said: string;
  readonly byHand: string | undefined;
  readonly busyWith: string | undefined;
  readonly share: () => void;
  readonly download: () => void;
  readonly elsewhere: () => void;
  /** Shows the project in StackBlitz in this page; undefined until it was opened there. */
  readonly here: ((box: HTMLElement) => void) | undefined;
}

/** `site`: address of the course's front page. */
export function useDeeds(desk: Desk, site: string): Deeds {
  const [said, say] = useState('');
  const [byHand, setByHand] = useState<string | undefined>(undefined);
  const [busyWith, setBusy] = useState<string | undefined>(undefined);
  const [hasOpened, setOpened] = useState(false);
  const perform = async (name: string, deed: () => Promise<string>): Promise<void> => {
    if (busyWith) return;
    setBusy(name);
    setByHand(undefined);
    try {
      say(await deed());
    } catch {
      say('What this needs could not be loaded. Is the network there?');
    }
    setBusy(undefined);
  };
  const share = async (): Promise<string> => {
    const { copyLink } = await import('./carry.ts');
    const { sentence, byHand: text } = await copyLink(
      desk.project,
      desk.$files.get(),
      `${site}playgrounds/${desk.project.name}/`,
    );
    setByHand(text);
    return sentence;
  };
  const save = async (): Promise<string> => {
    const { download } = await import('./carry.ts');
    return download(desk.project, desk.$files.get());
  };
  const elsewhere = async (): Promise<string> => {
    const { openInStackBlitz } = await import('./stackblitz.ts');
    const sentence = await openInStackBlitz(desk.project, desk.$files.get(), site);
    setOpened(true);
    return sentence;
  };
  const here = (box: HTMLElement) => async (): Promise<string> => {
    const { embedInStackBlitz } = await import('./stackblitz.ts');
    await embedInStackBlitz(box, desk.project, desk.$files.get(), site);
    return 'StackBlitz is below, in a frame of its own.';
  };
  return {
    said,
    byHand,
    busyWith,
    share: () => void perform('share', share),
    download: () => void perform('download', save),
    elsewhere: () => void perform('stackblitz', elsewhere),
    here: hasOpened ? (box) => void perform('stackblitz', here(box)) : undefined,
  };
}
