// What the name servers have been asked up to the cursor, the latest first.
import { useStore } from '@nanostores/preact';
import { useState } from 'preact/hooks';
import type { MachineView, NameServerLog, QueryView } from '#engine/inspect/view.ts';
import type { Figure } from '../../engine/figure.ts';
import { readout } from '../../player/readout.ts';
import { lastBefore } from '../../player/time.ts';

/** Queries that are listed; the rest is counted. */
const MOST = 50;

interface Props {
  readonly figure: Figure;
  readonly log: NameServerLog | undefined;
}

export function QueryLog({ figure, log }: Props) {
  const { machines } = useStore(figure.$view);
  const time = useStore(figure.$cursor);
  const [server, setServer] = useState<number>();
  const queries = log?.queries ?? [];
  const servers = [...new Set(queries.map((query) => query.server))].sort((a, b) => a - b);
  const until = queries.slice(0, lastBefore(queries, time) + 1);
  const seen = server === undefined ? until : until.filter((query) => query.server === server);
  const shown = seen.slice(-MOST).reverse();
  const before = seen.length - shown.length;
  return (
    <section class="zone-log" aria-label="What the name servers were asked">
      <p class="zone-title">Asked</p>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its frame and a legend */}
      <div class="zone-servers" role="group" aria-label="Whom">
        {[undefined, ...servers].map((one) => (
          <button
            key={one ?? 'all'}
            type="button"
            aria-pressed={one === server}
            onClick={() => setServer(one)}
          >
            {one === undefined ? 'anybody' : machines[one]!.name}
          </button>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: no form fields stand in it */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <div class="zone-rows" tabIndex={0} role="group" aria-label="Queries, the latest first">
        <table>
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Whom</th>
              <th scope="col">By</th>
              <th scope="col">For</th>
              <th scope="col">Answer</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((query) => (
              <Row key={query.event} query={query} machines={machines} />
            ))}
            {shown.length === 0 && (
              <tr>
                <td class="rt-none" colSpan={5}>
                  {log ? 'Nothing so far.' : '…'}
                </td>
              </tr>
            )}
          </tbody>
        </table>
        {before > 0 && <p class="zone-quiet">and {before} before</p>}
        {log && log.more > 0 && time >= (queries.at(-1)?.time ?? 0) && (
          <p class="zone-quiet">{log.more} later ones are not listed.</p>
        )}
      </div>
    </section>
  );
}

function Row({ query, machines }: { readonly query: QueryView; readonly machines: readonly MachineView[] }) {
  const { time, server, from, client, name, type, answer, transport, reason } = query;
  return (
    <tr title={reason}>
      <td class="zone-when">{readout(time)}</td>
      <td>{machines[server]!.name}</td>
      <td>{from === undefined ? client : machines[from]!.name}</td>
      <td>
        <code>
          {name === undefined ? 'nothing' : bare(name)} {type}
        </code>
      </td>
      <td>
        {isData(answer) ? <code>{answer}</code> : answer}
        {transport === 'tcp' && ', over TCP'}
      </td>
    </tr>
  );
}

export const bare = (name: string): string => (name === '.' ? name : name.replace(/\.$/, ''));

/** Addresses are set as code; names of hosts and words are not. */
const isData = (text: string): boolean => /^[\d.,: a-f]+$/i.test(text) && /\d/.test(text);
