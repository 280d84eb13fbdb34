/**
 * What a program holds of TCP: a connection as a byte stream, a listening port, and waiting for either.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { formatEndpoint, type Ip } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { ByteStream } from '../../proto/stream.ts';
import type { KeepAlive, TcpConnection, TcpOptions } from '../../proto/tcp/connection.ts';
import type { Kernel } from '../../sim/kernel.ts';
import type { Task, Wait, Waker } from '../../sim/task.ts';
import { Timer } from '../../sim/timer.ts';
import type { Bound } from './bound.ts';
import type { TcpStack } from './tcp-stack.ts';

/** What a program may choose for its connections; the rest follows from the host. */
export type TcpTuning = Partial<
  Omit<TcpOptions, 'localPort' | 'remotePort' | 'iss' | 'name' | 'mss' | 'timestampOffset'>
>;

export class TcpSocket implements ByteStream {
  readonly connection: TcpConnection;
  readonly local: Ip;
  readonly localPort: number;
  readonly remote: Ip;
  readonly remotePort: number;
  readonly protocol = undefined;
  onChange: (() => void) | undefined;
  /** Set when the machine has reached CLOSED and the stack has let go of it. */
  isClosed = false;
  /** Type of service, or traffic class, of what is sent from now on. */
  trafficClass = 0;
  #isAborted = false;
  readonly timer: Timer;
  readonly #stack: TcpStack;

  constructor(
    stack: TcpStack,
    connection: TcpConnection,
    local: Ip,
    localPort: number,
    remote: Ip,
    remotePort: number,
  ) {
    this.#stack = stack;
    this.connection = connection;
    this.local = local;
    this.localPort = localPort;
    this.remote = remote;
    this.remotePort = remotePort;
    this.timer = new Timer(stack.ip.world.kernel, () => stack.timeout(this));
  }

  get peer(): string {
    return formatEndpoint(this.remote, this.remotePort);
  }

  get readable(): number {
    return this.connection.readable;
  }

  get ended(): boolean {
    return this.connection.ended;
  }

  get writable(): number {
    return this.connection.writable;
  }

  get error(): string | undefined {
    return this.connection.error;
  }

  read(max = Number.MAX_SAFE_INTEGER): Bytes {
    const into = new Uint8Array(Math.min(max, this.connection.readable));
    this.readInto(into, 0, into.length);
    return into;
  }

  /** Copies at most `max` bytes to `into[from…]` and returns how many. */
  readInto(into: Bytes, from: number, max: number): number {
    const count = this.connection.read(into, from, max, this.#stack.ip.world.kernel.now);
    if (count > 0) this.#stack.service(this);
    return count;
  }

  write(bytes: Bytes): number {
    if (this.#isAborted) throw new Misuse('write after abort');
    const count = this.connection.write(bytes, 0, bytes.length, this.#stack.ip.world.kernel.now);
    if (count > 0) this.#stack.service(this);
    return count;
  }

  end(): void {
    this.connection.shutdown(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  /** Lets go of both directions: what was written is still delivered, what still comes is answered with a RST. */
  close(): void {
    this.connection.close(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  abort(): void {
    this.#isAborted = true;
    this.connection.abort(this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  /** Switches Nagle's rule off or on; what it held back goes at once. */
  setNoDelay(noDelay: boolean): void {
    this.connection.sender.noDelay = noDelay;
    this.#stack.service(this);
  }

  /** Switches keep-alive on with these times, or off. */
  setKeepAlive(options: KeepAlive | undefined): void {
    this.connection.keepAlive(options, this.#stack.ip.world.kernel.now);
    this.#stack.service(this);
  }

  get isEstablished(): boolean {
    return this.connection.state === 'ESTABLISHED' || this.connection.state === 'CLOSE-WAIT';
  }
}

/** A port that accepts connections, with the queue of those that wait for `accept`. */
export class TcpListener {
  readonly port: number;
  /** The address that it answers for; every one when undefined. */
  readonly address: Bound;
  readonly backlog: number;
  readonly tuning: TcpTuning;
  /** Connections that have begun and are not established yet. */
  pending = 0;
  readonly queue: TcpSocket[] = [];
  /** Called after a connection has joined the queue. */
  onConnection: (() => void) | undefined;
  readonly #stack: TcpStack;
  #takers: Waker[] = [];

  constructor(stack: TcpStack, address: Bound, port: number, backlog: number, tuning: TcpTuning) {
    this.#stack = stack;
    this.address = address;
    this.port = port;
    this.backlog = backlog;
    this.tuning = tuning;
  }

  established(socket: TcpSocket): void {
    this.queue.push(socket);
    this.#takers.shift()?.wake();
    this.onConnection?.();
  }

  /** The next established connection. */
  *accept(): Task<TcpSocket> {
    while (this.queue.length === 0) {
      yield (waker) => {
        this.#takers.push(waker);
        return () => {
          const isWoken = !this.#takers.includes(waker);
          this.#takers = this.#takers.filter((one) => one !== waker);
          // cancelled between its wake-up and its next step: the connection is for the next one who waits
          if (isWoken && this.queue.length > 0) this.#takers.shift()?.wake();
        };
      };
    }
    return this.queue.shift()!;
  }

  close(): void {
    this.#stack.unlisten(this);
  }
}

/** {@link changed}, or until `deadline`, whichever comes first. */
export function changedBefore(kernel: Kernel, stream: ByteStream, deadline: Nanoseconds): Wait {
  return (waker) => {
    const stopListening = changed(stream)({
      wake: () => {
        kernel.cancel(handle);
        waker.wake();
      },
      fail: (error) => waker.fail(error),
    });
    // whichever comes first takes the other away: a late one would wake the task out of its next wait
    const handle = kernel.schedule(Math.max(deadline, kernel.now), {
      onEvent: () => {
        stopListening();
        waker.wake();
      },
    });
    return () => {
      kernel.cancel(handle);
      stopListening();
    };
  };
}

/** Waits until something about the stream has changed. One waiter at a time. */
export function changed(stream: ByteStream): Wait {
  return (waker) => {
    stream.onChange = () => {
      stream.onChange = undefined;
      waker.wake();
    };
    return () => {
      stream.onChange = undefined;
    };
  };
}
