/**
 * The events of one connection, waiting to be polled. Each carries the connection's name when it was given one. Nothing is emitted for plain data and plain acknowledgments.
 */
import { Misuse } from '../../base/errors.ts';
import type { Detail, MachineEvent } from '../../trace/event.ts';

/** A host that lets this many gather has forgotten to poll. */
const LIMIT = 4096;

export class TcpEvents {
  readonly #connection: string | undefined;
  #queue: MachineEvent[] = [];
  #head = 0;

  constructor(connection: string | undefined) {
    this.#connection = connection;
  }

  emit(kind: `tcp.${string}`, detail: Detail): void {
    if (this.#queue.length >= LIMIT) throw new Misuse('TCP events are not being polled');
    const named = this.#connection === undefined ? detail : { connection: this.#connection, ...detail };
    this.#queue.push({ kind, detail: named });
  }

  poll(): MachineEvent | undefined {
    if (this.#head === this.#queue.length) return undefined;
    const event = this.#queue[this.#head]!;
    this.#head += 1;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    return event;
  }
}
