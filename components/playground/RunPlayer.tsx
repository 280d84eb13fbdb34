// The Player on a run of a playground: the packets that the code caused, and all that can be asked about them.
import { useEffect, useState } from 'preact/hooks';
import type { RunRequest, RunView } from '#engine/inspect/view.ts';
import { leaveView, type Placed } from '../engine/handover.ts';
import { packView } from '../engine/pack.ts';
import { Player } from '../player/Player.tsx';

export interface RunPlayerProps {
  readonly id: string;
  readonly title: string;
  readonly request: RunRequest;
}

let made = 0;

export function RunPlayer({ id, title, request }: RunPlayerProps) {
  const [placed, setPlaced] = useState<Placed | undefined>(undefined);
  const [fault, setFault] = useState('');
  useEffect(() => {
    let isGone = false;
    import('../engine/client.ts')
      .then(({ answers }) => answers.run(request, id))
      .then((view) => isGone || setPlaced(place(id, title, request, view)))
      .catch((error: unknown) => isGone || setFault(error instanceof Error ? error.message : String(error)));
    return () => {
      isGone = true;
    };
  }, [request]);
  if (fault !== '') return <p class="pg-fault">The packets of this run cannot be shown: {fault}</p>;
  if (!placed) return <p class="pg-quiet pg-waiting">Reading the packets…</p>;
  return (
    <div class="pg-player" ref={(box) => void box?.scrollIntoView({ block: 'nearest' })}>
      <Player
        key={placed.run}
        placed={placed}
        offered={['map', 'ladder', 'packets', 'why', 'waterfall', 'transcript']}
        narrow="packets"
        width={1040}
      />
    </div>
  );
}

function place(id: string, title: string, request: RunRequest, view: RunView): Placed {
  const run = `${id}-${++made}`;
  leaveView(run, packView(view));
  // at its end, when all of it has happened
  return { id, title, run, request, complete: true, cursor: view.end, panels: ['packets'] };
}
