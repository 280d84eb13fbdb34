/**
 * One query to one server over a host's own sockets, and what comes of it: datagrams, messages on a connection, or the
 * reason why nothing comes, in BIND's words.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Ip } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { Host } from '../../net/host.ts';
import type { TcpSocket } from '../../net/transport/tcp-socket.ts';
import type { UdpSocket } from '../../net/transport/udp-stack.ts';
import { frameMessage, MessageReader } from '../../proto/dns/framing.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import { Inbox } from '../program.ts';
import { connectProblem } from '../target.ts';

export interface ServerAddress {
  readonly address: Ip;
  readonly port: number;
  /** As the user called it. */
  readonly name: string;
}

export type Heard =
  | { readonly what: 'message'; readonly bytes: Bytes; readonly at: Nanoseconds }
  /** Nothing was sent, because the server cannot be reached at all. */
  | { readonly what: 'no way'; readonly reason: string }
  | { readonly what: 'failed'; readonly reason: string }
  | { readonly what: 'timed out' };

/** Waits for what is heard next, until a time. */
export interface Exchange {
  readonly sentAt: Nanoseconds;
  next(until: Nanoseconds): Task<Heard>;
  close(): void;
}

export function openUdp(host: Host, server: ServerAddress, query: Bytes): Exchange {
  return new UdpExchange(host, server, query);
}

/** The query leaves when the connection is there. */
export function openTcp(host: Host, server: ServerAddress, query: Bytes): Exchange {
  return new TcpExchange(host, server, query);
}

const TIMED_OUT: Heard = { what: 'timed out' };

/** isc_result_totext of the errors that sockets give. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
  EADDRNOTAVAIL: 'address not available',
  EACCES: 'permission denied',
  ETIMEDOUT: 'timed out',
  EINVAL: 'invalid file',
};

function reasonOf(code: string): string {
  return REASONS[code] ?? 'unexpected error';
}

class UdpExchange implements Exchange {
  readonly sentAt: Nanoseconds;
  readonly #socket: UdpSocket;
  readonly #inbox: Inbox<Heard>;

  constructor(host: Host, { address, port }: ServerAddress, query: Bytes) {
    const { world } = host;
    this.sentAt = world.now;
    this.#inbox = new Inbox<Heard>(world, 64);
    this.#socket = host.udp.bind();
    this.#socket.onReceive = (datagram) => {
      if (datagram.from === address && datagram.port === port)
        this.#inbox.put({ what: 'message', bytes: datagram.bytes, at: world.now });
    };
    this.#socket.onError = ({ code }) => {
      if (code !== undefined && code !== 'EMSGSIZE')
        this.#inbox.put({ what: 'failed', reason: reasonOf(code) });
    };
    const problem = connectProblem(host, address, undefined) ?? this.#socket.send(address, port, query);
    if (problem) this.#inbox.put({ what: 'no way', reason: reasonOf(problem) });
  }

  *next(until: Nanoseconds): Task<Heard> {
    return (yield* this.#inbox.next(until)) ?? TIMED_OUT;
  }

  close(): void {
    this.#socket.close();
  }
}

class TcpExchange implements Exchange {
  sentAt: Nanoseconds;
  readonly #host: Host;
  readonly #query: Bytes;
  readonly #socket: TcpSocket | undefined;
  readonly #inbox: Inbox<'changed'>;
  readonly #reader = new MessageReader();
  readonly #messages: Bytes[] = [];
  #problem: string | undefined;
  #isSent = false;

  constructor(host: Host, { address, port }: ServerAddress, query: Bytes) {
    this.#host = host;
    this.#query = query;
    this.sentAt = host.world.now;
    this.#inbox = new Inbox<'changed'>(host.world);
    try {
      const problem = connectProblem(host, address, undefined);
      if (problem) throw new ProgramError(problem);
      this.#socket = host.tcp.open(address, port);
      this.#socket.onChange = () => this.#inbox.put('changed');
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#problem = reasonOf(error.code);
    }
  }

  *next(until: Nanoseconds): Task<Heard> {
    const socket = this.#socket;
    if (!socket) return { what: 'no way', reason: this.#problem! };
    for (;;) {
      const heard = this.#look(socket);
      if (heard) return heard;
      const news = yield* this.#inbox.next(until);
      if (!news) return this.#isSent ? TIMED_OUT : { what: 'no way', reason: 'timed out' };
    }
  }

  close(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.onChange = undefined;
    if (socket.isEstablished) socket.close();
    else if (!socket.isClosed) socket.abort();
  }

  #look(socket: TcpSocket): Heard | undefined {
    if (!this.#isSent && socket.isEstablished) {
      this.#isSent = true;
      this.sentAt = this.#host.world.now;
      socket.write(frameMessage(this.#query));
    }
    if (socket.readable > 0) this.#messages.push(...this.#reader.push(socket.read()));
    const bytes = this.#messages.shift();
    if (bytes) return { what: 'message', bytes, at: this.#host.world.now };
    if (socket.error !== undefined) {
      const reason = reasonOf(socket.error);
      return this.#isSent ? { what: 'failed', reason } : { what: 'no way', reason };
    }
    return socket.ended ? { what: 'failed', reason: 'end of file' } : undefined;
  }
}
