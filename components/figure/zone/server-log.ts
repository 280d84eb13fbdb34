// What the name servers of a figure's run were asked and given: fetched when a run is shown that the reader made.
import { useStore } from '@nanostores/preact';
import { useEffect, useState } from 'preact/hooks';
import type { NameServerLog, RunView } from '#engine/inspect/view.ts';
import type { Figure } from '../../engine/figure.ts';

/** Undefined until it is there; `isWanted` when it is needed before the reader did anything. */
export function useServerLog(figure: Figure, isWanted = false): NameServerLog | undefined {
  const view = useStore(figure.$view);
  const [found, setFound] = useState<{ readonly view: RunView; readonly log: NameServerLog }>();
  const hasLoads = view.inputs.some(({ what }) => what === 'zone');
  useEffect(() => {
    if (!isWanted && !hasLoads) return;
    let isGone = false;
    figure.nameServerLog().then(
      (log) => isGone || setFound({ view, log }),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [figure, view, isWanted, hasLoads]);
  return found?.view === view ? found.log : undefined;
}
