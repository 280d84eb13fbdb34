/**
 * A real UDP port that stands for a port of a simulated machine.
 *
 * Each real client (address and port) is one port of the outside, its own number where that is free, so that answers
 * find back. Clients are forgotten after a minute of silence, or when there are too many, the quietest first.
 */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { Bytes } from '#engine/base/bytes.ts';
import { endpoint, type Mapping } from './mapping.ts';
import type { Pacer } from './pacer.ts';
import type { Traffic } from './traffic.ts';
import { whyNotListening } from './unavailable.ts';

const MOST_FLOWS = 2_048;
const IDLE_MS = 60_000;
const SWEEP_MS = 10_000;
const FIRST_FREE = 1_024;

/** A real client of one door, and what it was last heard with. */
export interface Flow {
  readonly door: UdpDoor;
  readonly key: string;
  readonly address: string;
  readonly port: number;
  readonly from: number;
  /** Real time of its latest datagram in ms, and the world's clock then in ns. */
  heardMs: number;
  heardAt: number;
  question: Bytes;
}

/** The clients of all doors to one machine: they share the outside's ports. */
export class FlowBook {
  readonly #machine: string;
  readonly #pacer: Pacer;
  /** By door and client, the quietest first. */
  readonly #flows = new Map<string, Flow>();
  readonly #byPort = new Map<number, Flow>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(machine: string, pacer: Pacer) {
    this.#machine = machine;
    this.#pacer = pacer;
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  get size(): number {
    return this.#flows.size;
  }

  at(from: number): Flow | undefined {
    return this.#byPort.get(from);
  }

  /** The flow of a client that was heard now. */
  heard(door: UdpDoor, address: string, port: number, question: Bytes): Flow {
    const key = `${door.name} ${endpoint(address, port)}`;
    let flow = this.#flows.get(key);
    if (flow) this.#flows.delete(key);
    else {
      if (this.#flows.size >= MOST_FLOWS) this.#forget(this.#flows.values().next().value!);
      flow = { door, key, address, port, from: this.#freePort(port), heardMs: 0, heardAt: 0, question };
      this.#byPort.set(flow.from, flow);
    }
    this.#flows.set(key, flow);
    flow.heardMs = performance.now();
    flow.heardAt = this.#pacer.clock;
    flow.question = question;
    return flow;
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #freePort(wanted: number): number {
    if (!this.#byPort.has(wanted)) return wanted;
    // fewer flows than ports: one is free
    for (let port = FIRST_FREE; ; port++) if (!this.#byPort.has(port)) return port;
  }

  #sweep(): void {
    const since = performance.now() - IDLE_MS;
    for (const flow of [...this.#flows.values()]) {
      if (flow.heardMs > since) return;
      this.#forget(flow);
    }
  }

  #forget(flow: Flow): void {
    this.#flows.delete(flow.key);
    this.#byPort.delete(flow.from);
    this.#pacer.act({ what: 'outside.close', machine: this.#machine, from: flow.from }, true);
  }
}

export class UdpDoor {
  readonly mapping: Mapping;
  /** Where it listens: `udp 127.0.0.1:5300`. */
  name: string;
  readonly #socket: Socket;
  readonly #book: FlowBook;
  readonly #pacer: Pacer;
  readonly #traffic: Traffic;

  constructor(mapping: Mapping, book: FlowBook, pacer: Pacer, traffic: Traffic) {
    this.mapping = mapping;
    this.name = `udp ${endpoint(mapping.address, mapping.port)}`;
    this.#book = book;
    this.#pacer = pacer;
    this.#traffic = traffic;
    this.#socket = createSocket({ type: isIPv6(mapping.address) ? 'udp6' : 'udp4' });
  }

  async open(): Promise<void> {
    const { address, port } = this.mapping;
    await new Promise<void>((resolve, reject) => {
      this.#socket.once('error', (error) => {
        this.#socket.close();
        reject(whyNotListening(this.name, error));
      });
      this.#socket.bind(port, address, resolve);
    });
    this.#socket.removeAllListeners('error');
    // an ICMP error about an answer: its client is gone, and the next ones are not
    this.#socket.on('error', () => this.#traffic.drop('the client did not take the answer'));
    this.name = `udp ${endpoint(address, this.#socket.address().port)}`;
  }

  /** Takes what comes, once the world runs. */
  start(): void {
    const { machine, machinePort } = this.mapping;
    this.#socket.on('message', (bytes, { address, port }) => {
      this.#traffic.datagramsIn += 1;
      if (port === 0) {
        this.#traffic.drop('it came from port 0, where no answer can go');
        return;
      }
      const { from } = this.#book.heard(this, address, port, bytes);
      const act = { what: 'outside.datagram', machine, port: machinePort, from, bytes } as const;
      this.#pacer.act(act);
    });
  }

  answer(flow: Flow, bytes: Bytes): void {
    this.#traffic.datagramsOut += 1;
    this.#socket.send(bytes, flow.port, flow.address, (error) => {
      if (error) this.#traffic.drop('the client did not take the answer');
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
