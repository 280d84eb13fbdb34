/**
 * A real TCP port that stands for a port of a simulated machine.
 *
 * The real connection ends here, in Node; another one leads through the simulated world. Bytes, back-pressure, the end
 * of either direction and resets are passed on. A client is connected before the machine has agreed: a port that
 * refuses is seen as a connection that is reset.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Bytes } from '#engine/base/bytes.ts';
import { endpoint, type Mapping } from './mapping.ts';
import type { Pacer } from './pacer.ts';
import type { Traffic } from './traffic.ts';
import { whyNotListening } from './unavailable.ts';

const MOST_CONNECTIONS = 256;
const IDLE_MS = 120_000;
const PIECE = 32_768;
/** Bytes that may wait for the simulated TCP before the real one is asked to wait. */
const ENOUGH_WAITING = 65_536;

/** One real connection. */
interface Link {
  readonly id: number;
  readonly socket: Socket;
  readonly machine: string;
  isPaused: boolean;
}

/** The connections of all doors: their numbers are never used twice. */
export class LinkBook {
  readonly #pacer: Pacer;
  readonly #traffic: Traffic;
  readonly #links = new Map<number, Link>();
  #next = 0;

  constructor(pacer: Pacer, traffic: Traffic) {
    this.#pacer = pacer;
    this.#traffic = traffic;
  }

  get size(): number {
    return this.#links.size;
  }

  join(socket: Socket, { machine, machinePort }: Mapping): void {
    const id = this.#next++;
    const act = (what: 'outside.end' | 'outside.abort' | 'outside.pause' | 'outside.resume'): void => {
      if (this.#links.has(id)) this.#pacer.act({ what, machine, id }, true);
    };
    const link: Link = { id, socket, machine, isPaused: false };
    this.#links.set(id, link);
    this.#traffic.connections += 1;
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk) => this.#takeIn(link, chunk as Buffer));
    socket.on('drain', () => {
      if (!link.isPaused) return;
      link.isPaused = false;
      act('outside.resume');
    });
    socket.on('end', () => act('outside.end'));
    socket.on('error', () => {});
    socket.on('close', () => {
      act('outside.abort');
      this.#links.delete(id);
    });
    this.#pacer.act({ what: 'outside.connect', machine, port: machinePort, id }, true);
  }

  /** Lets clients send again whose bytes have found room; `backlog` says how many still wait. */
  resume(backlog: (machine: string, id: number) => number): void {
    if (!this.#pacer.isIdle) return;
    for (const { id, machine, socket } of this.#links.values())
      if (socket.isPaused() && backlog(machine, id) < ENOUGH_WAITING) socket.resume();
  }

  bytes(id: number, bytes: Bytes): void {
    const link = this.#links.get(id);
    if (!link) return;
    this.#traffic.bytesOut += bytes.length;
    if (link.socket.write(bytes) || link.isPaused) return;
    link.isPaused = true;
    this.#pacer.act({ what: 'outside.pause', machine: link.machine, id }, true);
  }

  ended(id: number): void {
    this.#links.get(id)?.socket.end();
  }

  closed(id: number, error: string | undefined): void {
    const link = this.#links.get(id);
    if (!link) return;
    this.#links.delete(id);
    if (error === undefined) return;
    if (error === 'ECONNREFUSED') this.#traffic.refusedConnections += 1;
    link.socket.resetAndDestroy();
  }

  close(): void {
    for (const { socket } of this.#links.values()) socket.destroy();
    this.#links.clear();
  }

  #takeIn({ id, machine, socket }: Link, chunk: Buffer): void {
    if (!this.#links.has(id)) return;
    this.#traffic.bytesIn += chunk.length;
    // until the world has looked at it: a client is no faster than the machine it speaks to
    socket.pause();
    for (let at = 0; at < chunk.length; at += PIECE) {
      const bytes = chunk.subarray(at, at + PIECE);
      this.#pacer.act({ what: 'outside.bytes', machine, id, bytes }, true);
    }
  }
}

export class TcpDoor {
  readonly mapping: Mapping;
  /** Where it listens: `tcp 127.0.0.1:5300`. */
  name: string;
  readonly #server: Server;
  readonly #book: LinkBook;

  constructor(mapping: Mapping, book: LinkBook, traffic: Traffic) {
    this.mapping = mapping;
    this.name = `tcp ${endpoint(mapping.address, mapping.port)}`;
    this.#book = book;
    this.#server = createServer({ allowHalfOpen: true });
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on('drop', () => traffic.drop(`more than ${MOST_CONNECTIONS} connections at once`));
  }

  async open(): Promise<void> {
    const { address, port } = this.mapping;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(whyNotListening(this.name, error)));
      this.#server.listen(port, address, resolve);
    });
    this.#server.removeAllListeners('error');
    this.#server.on('error', () => {});
    const bound = this.#server.address();
    if (bound && typeof bound === 'object') this.name = `tcp ${endpoint(address, bound.port)}`;
  }

  /** Takes what comes, once the world runs. */
  start(): void {
    this.#server.on('connection', (socket) => this.#book.join(socket, this.mapping));
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
