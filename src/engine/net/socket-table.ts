/**
 * The sockets of a host as a table, live and rebuilt from the trace.
 */
import { formatEndpoint } from '../base/ip.ts';
import type { Projection } from '../trace/event.ts';
import type { Host } from './host.ts';
import { boundText } from './transport/bound.ts';

export interface SocketRow {
  readonly protocol: string;
  readonly local: string;
  readonly remote: string;
  readonly state: string;
}

function keyOf(protocol: string, local: string, remote: string): string {
  return `${protocol} ${local} ${remote}`;
}

/** The live table. */
export function socketRows(host: Host): Map<string, SocketRow> {
  const rows = new Map<string, SocketRow>();
  const add = (protocol: string, local: string, remote: string, state: string): void => {
    rows.set(keyOf(protocol, local, remote), { protocol, local, remote, state });
  };
  for (const socket of host.udp.sockets()) add('UDP', socket.local, socket.peer, socket.state);
  for (const { address, port } of host.tcp.listeners()) add('TCP', boundText(address, port), '*', 'LISTEN');
  for (const socket of host.tcp.sockets()) {
    add('TCP', formatEndpoint(socket.local, socket.localPort), socket.peer, socket.connection.state);
  }
  return rows;
}

/** The same from events. */
export const socketTable: Projection<SocketRow> = {
  kinds: ['socket.open', 'socket.close', 'tcp.state'],
  apply(rows, { kind, detail }) {
    if (kind === 'tcp.state') {
      const [local, remote] = String(detail!['connection']).split(' ') as [string, string];
      const key = keyOf('TCP', local, remote);
      const row = rows.get(key);
      if (row) rows.set(key, { ...row, state: String(detail!['to']) });
      return;
    }
    const protocol = String(detail!['protocol']);
    const local = String(detail!['local']);
    const remote = String(detail!['remote']);
    const key = keyOf(protocol, local, remote);
    if (kind === 'socket.open') rows.set(key, { protocol, local, remote, state: String(detail!['state']) });
    else rows.delete(key);
  },
};
