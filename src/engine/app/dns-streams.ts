/**
 * The TCP connections of a DNS program on a host, under the numbers of their exchanges (proto/dns/packet).
 *
 * Connections that this host opens have the positive number that the machine chose; those that others open get negative
 * ones. What does not fit a socket's buffer waits here. RFC 7766: several queries on one connection (§6.2.1), the
 * answers in any order (§7), and who serves closes what is idle (§6.2.3).
 *
 * Not here: TCP Fast Open, the keepalive option of EDNS (RFC 7828).
 */
import type { Bytes } from '../base/bytes.ts';
import type { Ip } from '../base/ip.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { TcpListener, TcpSocket } from '../net/transport/tcp-socket.ts';
import { frameMessage, MessageReader } from '../proto/dns/framing.ts';
import type { DnsArrival, DnsFailure, DnsFailureReason } from '../proto/dns/packet.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import { Timer } from '../sim/timer.ts';

/** What a server waits for the next query; RFC 7766 §6.2.3 speaks of a few seconds. */
const IDLE: Nanoseconds = 10 * SECOND;
/** Connections that others may hold at once; RFC 7766 §10 asks for a limit. */
const MAX_ACCEPTED = 100;
/** Bytes that may wait for one connection, so that a peer that does not read costs no more. */
const MAX_WAITING = 1 << 20;

interface Connection {
  readonly exchange: number;
  readonly socket: TcpSocket;
  readonly reader: MessageReader;
  readonly idle: Timer | undefined;
  /** Port that was asked for: 53 here where others opened it. */
  readonly localPort: number;
  waiting: Bytes[];
  /** The other side has ended; it may still read. */
  isEnded: boolean;
  /** Queries that were handed on and not answered yet. */
  owed: number;
}

export interface StreamEvents {
  onMessage(arrival: DnsArrival): void;
  onFailure(failure: DnsFailure): void;
}

export class DnsStreams {
  readonly #host: Host;
  readonly #events: StreamEvents;
  readonly #connections = new Map<number, Connection>();
  #nextAccepted = -1;
  #listener: TcpListener | undefined;

  constructor(host: Host, events: StreamEvents) {
    this.#host = host;
    this.#events = events;
  }

  /** Accepts connections at `port` from now on, in a task of the host. */
  listen(port: number): void {
    const listener = this.#host.tcp.listen(port);
    this.#listener = listener;
    this.#host.run(`dns tcp ${port}`, this.#accept(listener));
  }

  /** Writes to the connection of `exchange`; a positive one that is not open is opened to `to`, and `from` there if that is said. */
  send(exchange: number, to: Ip, port: number, message: Bytes, from?: Ip): void {
    const connection =
      this.#connections.get(exchange) ?? (exchange > 0 ? this.#open(exchange, to, port, from) : undefined);
    if (!connection) return;
    const waits = connection.waiting.reduce((sum, bytes) => sum + bytes.length, 0);
    if (waits + message.length > MAX_WAITING) {
      this.#drop(connection);
      connection.socket.abort();
      return;
    }
    connection.waiting.push(frameMessage(message));
    connection.owed = Math.max(0, connection.owed - 1);
    this.#flush(connection);
    this.#closeWhenDone(connection);
  }

  /** Closes the connections that this host opened and that are not among `needed`. */
  closeUnused(needed: readonly number[]): void {
    for (const connection of [...this.#connections.values()]) {
      if (connection.exchange < 0 || needed.includes(connection.exchange)) continue;
      this.#drop(connection);
      if (connection.socket.isEstablished) connection.socket.close();
      else connection.socket.abort();
    }
  }

  stop(): void {
    this.#listener?.close();
    this.#listener = undefined;
    for (const connection of [...this.#connections.values()]) {
      this.#drop(connection);
      connection.socket.abort();
    }
  }

  *#accept(listener: TcpListener): Task {
    try {
      for (;;) {
        const socket = yield* listener.accept();
        const accepted = [...this.#connections.keys()].filter((exchange) => exchange < 0);
        if (accepted.length >= MAX_ACCEPTED) {
          this.#host.record('dns.overload', { waiting: accepted.length });
          socket.abort();
          continue;
        }
        this.#hold(this.#nextAccepted--, socket, listener.port);
      }
    } finally {
      listener.close();
    }
  }

  #open(exchange: number, to: Ip, port: number, from: Ip | undefined): Connection | undefined {
    try {
      return this.#hold(exchange, this.#host.tcp.open(to, port, {}, undefined, from), 0);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#events.onFailure({ transport: 'tcp', to, port, localPort: 0, exchange, reason: 'unreachable' });
      return undefined;
    }
  }

  #hold(exchange: number, socket: TcpSocket, localPort: number): Connection {
    const { kernel } = this.#host.world;
    const connection: Connection = {
      exchange,
      socket,
      reader: new MessageReader(),
      idle: exchange < 0 ? new Timer(kernel, () => this.#tooIdle(connection)) : undefined,
      localPort,
      waiting: [],
      isEnded: false,
      owed: 0,
    };
    this.#connections.set(exchange, connection);
    connection.idle?.set(kernel.now + IDLE);
    socket.onChange = () => this.#changed(connection);
    if (socket.readable > 0) this.#changed(connection);
    return connection;
  }

  #changed(connection: Connection): void {
    const { socket, exchange, localPort } = connection;
    const at = { from: socket.remote, port: socket.remotePort, to: socket.local, localPort, exchange };
    const messages = connection.reader.push(socket.read());
    if (messages.length > 0) connection.idle?.set(this.#host.world.now + IDLE);
    for (const bytes of messages) {
      if (this.#connections.get(exchange) !== connection) return; // closed by whom the last one was handed to
      connection.owed += 1;
      this.#events.onMessage({ transport: 'tcp', ...at, bytes });
    }
    if (this.#connections.get(exchange) !== connection) return;
    if (socket.error !== undefined || (exchange > 0 && socket.ended)) {
      this.#drop(connection);
      if (socket.error === undefined) socket.close();
      if (exchange > 0) this.#fail(connection);
      return;
    }
    this.#flush(connection);
    // The other side asks no more; answers that are being found still go out until it is idle for too long
    if (socket.ended && !connection.isEnded) {
      connection.isEnded = true;
      connection.idle?.set(this.#host.world.now + IDLE);
    }
    this.#closeWhenDone(connection);
  }

  /** Who has ended and has all its answers (RFC 1035 §4.2.2) is kept no longer: others want the place. */
  #closeWhenDone(connection: Connection): void {
    const { exchange, isEnded, owed, waiting } = connection;
    if (exchange < 0 && isEnded && owed === 0 && waiting.length === 0) this.#tooIdle(connection);
  }

  #flush(connection: Connection): void {
    const { socket } = connection;
    while (connection.waiting.length > 0 && socket.isEstablished) {
      const [first] = connection.waiting;
      const count = socket.write(first!);
      if (count < first!.length) {
        connection.waiting[0] = first!.subarray(count);
        return;
      }
      connection.waiting.shift();
    }
  }

  #fail({ socket, exchange }: Connection): void {
    const reason: DnsFailureReason =
      socket.error === undefined
        ? 'closed'
        : socket.error === 'ECONNREFUSED'
          ? 'refused'
          : /UNREACH/.test(socket.error)
            ? 'unreachable'
            : 'broken';
    const { remote: to, remotePort: port } = socket;
    this.#events.onFailure({ transport: 'tcp', to, port, localPort: 0, exchange, reason });
  }

  #tooIdle(connection: Connection): void {
    this.#drop(connection);
    connection.socket.close();
  }

  #drop(connection: Connection): void {
    connection.idle?.clear();
    connection.socket.onChange = undefined;
    this.#connections.delete(connection.exchange);
  }
}
