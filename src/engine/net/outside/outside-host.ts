/**
 * The outside as a machine: one cable from a machine of the world, behind which all its real clients stand, with UDP
 * sockets and TCP connections on their behalf.
 *
 * Bytes of a connection wait here until TCP takes them; what TCP has is handed on unless the other side is paused, so
 * that back-pressure works in both directions. A call here is made by an input, and nothing here knows a clock.
 */

import type { Bytes } from '../../base/bytes.ts';
import { formatCidr } from '../../base/cidr.ts';
import { formatIp } from '../../base/ip.ts';
import { MICROSECOND } from '../../base/units.ts';
import { ProgramError } from '../../sim/task.ts';
import type { Host } from '../host.ts';
import type { LinkOptions } from '../link/link.ts';
import type { Network } from '../network.ts';
import type { TcpSocket } from '../transport/tcp-socket.ts';
import type { UdpSocket } from '../transport/udp-stack.ts';
import { freeNetwork, type OutsideNetwork } from './outside-network.ts';
import { OUTSIDE_NIC } from './packet-door.ts';

/** What the world says to the outside. The bytes may be kept. */
export interface OutsideListener {
  /** A datagram from `machine`'s `port` to the outside's `to`. */
  datagram(machine: string, port: number, to: number, bytes: Bytes): void;
  /** Bytes of connection `id`, in order. */
  bytes(id: number, bytes: Bytes): void;
  /** The machine will send no more on connection `id`. */
  ended(id: number): void;
  /** The connection is over: whole when `error` is undefined, else broken (`ECONNREFUSED`, `ECONNRESET`, …). */
  closed(id: number, error: string | undefined): void;
}

/** Next to no time, and yet some: what takes none cannot be stopped in between. */
const CABLE: LinkOptions = { delay: 10 * MICROSECOND, rate: 1_000_000_000 };

interface Connection {
  readonly id: number;
  readonly socket: TcpSocket;
  /** What TCP has not taken yet. */
  readonly waiting: Bytes[];
  waitingBytes: number;
  isEnding: boolean;
  isPaused: boolean;
  hasEnded: boolean;
}

export class OutsideHost {
  readonly network: OutsideNetwork;
  readonly #machine: string;
  readonly #host: Host;
  readonly #listener: OutsideListener;
  readonly #sockets = new Map<number, UdpSocket>();
  readonly #connections = new Map<number, Connection>();

  constructor(network: Network, machine: Host, listener: OutsideListener) {
    const free = freeNetwork(network);
    const length = formatCidr(free.network).replace(/^.*\//, '');
    this.network = free;
    this.#machine = machine.name;
    this.#listener = listener;
    this.#host = network.host(`outside-${machine.name}`);
    network.link(
      [this.#host, 'eth0', `${formatIp(free.far)}/${length}`],
      [machine, OUTSIDE_NIC, `${formatIp(free.near)}/${length}`],
      CABLE,
    );
  }

  /** Sends a datagram from the outside's port `from`, which stays open for answers. Says why it did not leave, if so. */
  send(from: number, port: number, bytes: Bytes): string | undefined {
    let socket = this.#sockets.get(from);
    if (!socket) {
      socket = this.#host.udp.bind(from);
      socket.onReceive = (datagram) =>
        this.#listener.datagram(this.#machine, datagram.port, from, datagram.bytes);
      this.#sockets.set(from, socket);
    }
    return socket.send(this.network.near, port, bytes);
  }

  /** Nobody waits for answers at this port any more. */
  close(from: number): void {
    this.#sockets.get(from)?.close();
    this.#sockets.delete(from);
  }

  connect(id: number, port: number): void {
    let socket: TcpSocket;
    try {
      socket = this.#host.tcp.open(this.network.near, port);
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#listener.closed(id, error.code);
      return;
    }
    const connection: Connection = {
      id,
      socket,
      waiting: [],
      waitingBytes: 0,
      isEnding: false,
      isPaused: false,
      hasEnded: false,
    };
    this.#connections.set(id, connection);
    socket.onChange = () => this.#serve(connection);
  }

  /** Bytes that connection `id` has for TCP and TCP has not taken. */
  backlog(id: number): number {
    return this.#connections.get(id)?.waitingBytes ?? 0;
  }

  write(id: number, bytes: Bytes): void {
    this.#with(id, (one) => {
      if (one.isEnding) return;
      one.waiting.push(bytes);
      one.waitingBytes += bytes.length;
    });
  }

  end(id: number): void {
    this.#with(id, (one) => {
      one.isEnding = true;
    });
  }

  /** The client cannot take more for now, or can again. */
  pause(id: number, isPaused: boolean): void {
    this.#with(id, (one) => {
      one.isPaused = isPaused;
    });
  }

  abort(id: number): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    this.#forget(connection);
    connection.socket.abort();
  }

  /** Does nothing about a connection that is over: who speaks of it may not have heard. */
  #with(id: number, change: (connection: Connection) => void): void {
    const connection = this.#connections.get(id);
    if (!connection) return;
    change(connection);
    this.#serve(connection);
  }

  #serve(connection: Connection): void {
    const { id, socket } = connection;
    this.#flush(connection);
    const isBroken = socket.error !== undefined;
    if (socket.readable > 0 && (!connection.isPaused || isBroken)) this.#listener.bytes(id, socket.read());
    if (socket.ended && !connection.hasEnded) {
      connection.hasEnded = true;
      this.#listener.ended(id);
    }
    const isOver = connection.hasEnded && connection.isEnding && connection.waiting.length === 0;
    if (!isBroken && !isOver && !socket.isClosed) return;
    this.#forget(connection);
    this.#listener.closed(id, socket.error);
  }

  #flush(connection: Connection): void {
    const { socket, waiting } = connection;
    while (waiting.length > 0 && socket.error === undefined && !socket.isClosed) {
      const next = waiting[0]!;
      const taken = socket.write(next);
      connection.waitingBytes -= taken;
      if (taken < next.length) {
        waiting[0] = next.subarray(taken);
        return;
      }
      waiting.shift();
    }
    if (connection.isEnding && waiting.length === 0) socket.end();
  }

  #forget({ id, socket }: Connection): void {
    socket.onChange = undefined;
    this.#connections.delete(id);
  }
}
