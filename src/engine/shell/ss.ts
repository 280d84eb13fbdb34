/**
 * `ss`: the sockets of this machine, in columns as iproute2 6.1 prints them where its output is no terminal: as narrow
 * as the texts allow.
 *
 * A socket that takes both families is shown as `*`. Left out: sockets of other kinds, details of connections,
 * filters but `state`. `-p` names no programs, since they are other people's.
 */
import { IP4_ANY } from '../base/address.ts';
import { formatIp, type Ip, isV4 } from '../base/ip.ts';
import type { Host } from '../net/host.ts';
import { type Bound, IP6_ANY } from '../net/transport/bound.ts';
import type { TcpState } from '../proto/tcp/state.ts';
import { readFlags } from './flags.ts';
import { atOnce, type Env, type Family, type Program } from './program.ts';

interface Row {
  readonly netid: 'tcp' | 'udp';
  readonly state: string;
  /** Bytes that the program has not read, connections that wait to be accepted. */
  readonly received: number;
  /** Bytes that the peer has not acknowledged, or how many connections may wait. */
  readonly sent: number;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly family: Family;
}

interface Endpoint {
  /** Undefined for any. */
  readonly address: Ip | undefined;
  readonly port: number | undefined;
}

const STATES: Readonly<Record<TcpState, string>> = {
  CLOSED: 'UNCONN',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RECV',
  ESTABLISHED: 'ESTAB',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
};
/** Names that a `state` filter takes. */
const FILTERS: Readonly<Record<string, string>> = {
  established: 'ESTAB',
  'syn-sent': 'SYN-SENT',
  'syn-recv': 'SYN-RECV',
  'fin-wait-1': 'FIN-WAIT-1',
  'fin-wait-2': 'FIN-WAIT-2',
  'time-wait': 'TIME-WAIT',
  'close-wait': 'CLOSE-WAIT',
  'last-ack': 'LAST-ACK',
  closing: 'CLOSING',
  closed: 'UNCONN',
  listening: 'LISTEN',
};

/** Ports with a name of their own (IANA's registry, as Debian's /etc/services). */
const SERVICES: Readonly<Record<string, string>> = {
  'tcp 22': 'ssh',
  'tcp 25': 'smtp',
  'tcp 53': 'domain',
  'udp 53': 'domain',
  'udp 67': 'bootps',
  'udp 68': 'bootpc',
  'tcp 80': 'http',
  'udp 123': 'ntp',
  'tcp 443': 'https',
  'udp 443': 'https',
  'tcp 853': 'domain-s',
  'tcp 8080': 'http-alt',
};

const LETTERS = {
  h: 'alone',
  V: 'alone',
  n: 'alone',
  a: 'alone',
  l: 'alone',
  p: 'alone',
  O: 'alone',
  4: 'alone',
  6: 'alone',
  t: 'alone',
  u: 'alone',
  H: 'alone',
} as const;
const NAMES = {
  help: 'h',
  version: 'V',
  numeric: 'n',
  all: 'a',
  listening: 'l',
  processes: 'p',
  oneline: 'O',
  ipv4: '4',
  ipv6: '6',
  tcp: 't',
  udp: 'u',
  'no-header': 'H',
};
/** Of the real program, and not here. */
const LEFT_OUT = [...'roemTisbEZzN0MSdwxfKADF'];

const USAGE = `Usage: ss [ OPTIONS ]
       ss [ OPTIONS ] state STATE-FILTER
   -h, --help          this message
   -V, --version       output version information
   -n, --numeric       don't resolve service names
   -a, --all           display all sockets
   -l, --listening     display listening sockets
   -p, --processes     show process using socket
   -4, --ipv4          display only IP version 4 sockets
   -6, --ipv6          display only IP version 6 sockets
   -t, --tcp           display only TCP sockets
   -u, --udp           display only UDP sockets
   -H, --no-header     Suppress header line
`;

export const ss: Program = atOnce((env: Env): number => {
  const letters = { ...LETTERS, ...Object.fromEntries(LEFT_OUT.map((one) => [one, 'alone' as const])) };
  const { flags, words, fault } = readFlags(env.args, { letters, names: NAMES });
  if (fault) {
    const said = fault.typed.startsWith('--')
      ? `unrecognized option '${fault.typed}'`
      : `invalid option -- '${fault.typed.slice(1)}'`;
    env.err(`ss: ${said}\n${USAGE}`);
    return 255;
  }
  const has = (letter: string): boolean => flags.some((flag) => flag.letter === letter);
  const missing = flags.find(({ letter }) => LEFT_OUT.includes(letter));
  if (missing) {
    env.err(`ss: ${missing.typed} is not available in this terminal\n`);
    return 255;
  }
  if (has('h')) {
    env.out(USAGE);
    return 0;
  }
  if (has('V')) {
    env.out('ss utility, iproute2-6.1.0, retold\n');
    return 0;
  }
  let state: string | undefined;
  if (words.length > 0) {
    state = words.length === 2 && words[0]!.text === 'state' ? FILTERS[words[1]!.text] : undefined;
    if (state === undefined) {
      env.err('ss: of the filters, only "state" and the name of a state are available in this terminal\n');
      return 1;
    }
  }
  show(env, has, state);
  return 0;
});

function show(env: Env, has: (letter: string) => boolean, state: string | undefined): void {
  const kinds = (['udp', 'tcp'] as const).filter((kind) => has(kind[0]!) || (!has('t') && !has('u')));
  const family = flagFamily(has);
  const isResting = (row: Row): boolean => row.state === 'LISTEN' || row.state === 'UNCONN';
  const rows = socketsOf(env.host).filter(
    (row) =>
      kinds.includes(row.netid) &&
      (family === undefined || row.family === family) &&
      (state !== undefined ? row.state === state : has('a') || isResting(row) === has('l')),
  );
  // a column that would say the same in each row is left out
  const withNetid = !(has('t') !== has('u'));
  const isOneState =
    state !== undefined || (kinds.length === 1 && kinds[0] === 'udp' && !has('a') && !has('l'));
  env.out(table(rows, { withNetid, withState: !isOneState, isNumeric: has('n'), withHeader: !has('H') }));
}

function flagFamily(has: (letter: string) => boolean): Family | undefined {
  if (has('4') === has('6')) return undefined;
  return has('4') ? 4 : 6;
}

/** UDP first; of each family those that listen, then connections; IPv4 before IPv6. */
function socketsOf(host: Host): readonly Row[] {
  const datagrams = host.udp.sockets().map(({ address, port, remote }): Row => {
    const own = remote?.source ?? address;
    return {
      netid: 'udp',
      state: remote ? 'ESTAB' : 'UNCONN',
      received: 0,
      sent: 0,
      local: { address: own, port },
      peer: remote ?? anybody(own),
      family: familyShown(own),
    };
  });
  const listeners = host.tcp.listeners().map(
    ({ address, port, queue, backlog }): Row => ({
      netid: 'tcp',
      state: 'LISTEN',
      received: queue.length,
      sent: backlog,
      local: { address, port },
      peer: anybody(address),
      family: familyShown(address),
    }),
  );
  const connections = host.tcp.sockets().map((socket): Row => {
    const { connection, local, localPort, remote, remotePort } = socket;
    return {
      netid: 'tcp',
      state: STATES[connection.state],
      received: connection.readable,
      sent: connection.bytesInFlight,
      local: { address: local, port: localPort },
      peer: { address: remote, port: remotePort },
      family: isV4(local) ? 4 : 6,
    };
  });
  const of = (wanted: Family, rows: readonly Row[]): Row[] => rows.filter(({ family }) => family === wanted);
  return [datagrams, [...listeners, ...connections]].flatMap((rows) => [...of(4, rows), ...of(6, rows)]);
}

/** Whom a socket without a peer hears: anybody of its family. */
function anybody(own: Bound): Endpoint {
  if (own === undefined) return { address: undefined, port: undefined };
  return { address: isV4(own) ? IP4_ANY : IP6_ANY, port: undefined };
}

/** What takes both families is one of IPv6 to Linux. */
function familyShown(address: Bound): Family {
  return address !== undefined && isV4(address) ? 4 : 6;
}

interface Look {
  readonly withNetid: boolean;
  readonly withState: boolean;
  readonly isNumeric: boolean;
  readonly withHeader: boolean;
}

/** What stands before a column's cells, and on which side they are filled up. */
interface Column {
  readonly title: string;
  readonly before: string;
  readonly isRight?: boolean;
  readonly least?: number;
  cell(row: Row): string;
}

function table(rows: readonly Row[], look: Look): string {
  const addressOf = ({ address }: Endpoint): string =>
    address === undefined ? '*' : isV4(address) ? formatIp(address) : `[${formatIp(address)}]`;
  const portOf = ({ netid }: Row, { port }: Endpoint): string =>
    port === undefined ? '*' : ((look.isNumeric ? undefined : SERVICES[`${netid} ${port}`]) ?? String(port));
  const columns: Column[] = [
    ...(look.withNetid ? [{ title: 'Netid', before: ' ', cell: (row: Row) => row.netid }] : []),
    ...(look.withState ? [{ title: 'State', before: ' ', cell: (row: Row) => row.state }] : []),
    { title: 'Recv-Q', before: ' ', least: 6, cell: (row) => String(row.received) },
    { title: 'Send-Q', before: ' ', least: 6, cell: (row) => String(row.sent) },
    { title: 'Local Address', before: ' ', isRight: true, cell: (row) => addressOf(row.local) },
    { title: 'Port', before: ':', cell: (row) => portOf(row, row.local) },
    { title: 'Peer Address', before: ' ', isRight: true, cell: (row) => addressOf(row.peer) },
    { title: 'Port', before: ':', cell: (row) => portOf(row, row.peer) },
    { title: 'Process', before: '', cell: () => '' },
  ];
  const titles = look.withHeader ? [columns.map(({ title }) => title)] : [];
  const lines = [...titles, ...rows.map((row) => columns.map((column) => column.cell(row)))];
  const widths = columns.map(({ least = 0 }, i) => Math.max(least, ...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) => {
      const cells = line.map((cell, i) => {
        const { before, isRight } = columns[i]!;
        const filled = isRight ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!);
        return i === 0 ? filled : before + filled;
      });
      return `${cells.join('')}\n`;
    })
    .join('');
}
