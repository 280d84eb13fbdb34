// Share, Download, Open in StackBlitz: what each needs loads when it is pressed, and how it went is said in a sentence.
import { useState } from 'preact/hooks';
import type { Desk } from './desk.ts';

export interface Deeds {
  readonly said: string;
  readonly byHand: string | undefined;
  readonly busyWith: string | undefined;
  readonly share: () => void;
  readonly download: () => void;
  readonly elsewhere: (() => void) | undefined;
}

export function useDeeds(desk: Desk, page: string): Deeds {
  const [said, say] = useState('');
  const [byHand, setByHand] = useState<string | undefined>(undefined);
  const [busyWith, setBusy] = useState<string | undefined>(undefined);
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
    const { sentence, byHand: text } = await copyLink(desk.project, desk.$files.get(), page);
    setByHand(text);
    return sentence;
  };
  const save = async (): Promise<string> => {
    const { download } = await import('./carry.ts');
    return download(desk.project, desk.$files.get());
  };
  return {
    said,
    byHand,
    busyWith,
    share: () => void perform('share', share),
    download: () => void perform('download', save),
    elsewhere: undefined,
  };
}
