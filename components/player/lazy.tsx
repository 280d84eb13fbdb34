// Panels and menus that load when they are opened. On the server all of them may be there already (`preload`); a page
// that was drawn with one open keeps that drawing until its code has come.
import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Figure } from '../engine/figure.ts';

type Part = ComponentType<{ figure: Figure }>;

const loaders = {
  terminal: () => import('../terminal/Terminal.tsx').then((module) => module.Terminal),
  packets: () => import('./Packets.tsx').then((module) => module.Packets),
  why: () => import('./Why.tsx').then((module) => module.Why),
  waterfall: () => import('./Waterfall.tsx').then((module) => module.Waterfall),
  transcript: () => import('./Transcript.tsx').then((module) => module.Transcript),
  compare: () => import('./Compare.tsx').then((module) => module.Compare),
  knobs: () => import('./Knobs.tsx').then((module) => module.Knobs),
  faults: () => import('./Faults.tsx').then((module) => module.Faults),
  takeaway: () => import('./TakeAway.tsx').then((module) => module.TakeAway),
  keys: () => import('./Keys.tsx').then((module) => module.Keys as Part),
};

export type PartName = keyof typeof loaders;
const loaded = new Map<PartName, Part>();

export async function preload(names: readonly PartName[]): Promise<void> {
  for (const name of names) loaded.set(name, await loaders[name]());
}

export function Lazy({ name, figure }: { name: PartName; figure: Figure }) {
  const [, again] = useState(0);
  const [problem, setProblem] = useState(false);
  const Found = loaded.get(name);
  useEffect(() => {
    if (Found) return;
    let isGone = false;
    preload([name]).then(
      () => isGone || again((count) => count + 1),
      () => isGone || setProblem(true),
    );
    return () => {
      isGone = true;
    };
  }, [name, Found]);
  if (Found) {
    return (
      <div key="there" class="rt-part">
        <Found figure={figure} />
      </div>
    );
  }
  if (problem) return <p class="rt-message">This part could not be loaded. Is the network there?</p>;
  // While hydrating, Preact leaves what the server put inside alone.
  return <div key="coming" class="rt-part rt-coming" dangerouslySetInnerHTML={{ __html: '' }} />;
}
