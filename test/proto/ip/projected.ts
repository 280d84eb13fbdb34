/** A machine's table rebuilt from the events that it gives, as the trace does it. */
import type { MachineEvent, Projection } from '../../../src/engine/trace/event.ts';

/** Collects a machine's events and replays those that its projection listens to. */
export class Recorder<Row> {
  readonly all: MachineEvent[] = [];
  readonly rows = new Map<string, Row>();
  readonly #table: Projection<Row>;

  constructor(table: Projection<Row>) {
    this.#table = table;
  }

  /** Takes all events that wait in the machine, and returns them. */
  drain(machine: { pollEvent(): MachineEvent | undefined }): MachineEvent[] {
    const taken: MachineEvent[] = [];
    for (let event = machine.pollEvent(); event; event = machine.pollEvent()) {
      taken.push(event);
      if (this.#table.kinds.includes(event.kind))
        this.#table.apply(this.rows, {
          ...event,
          id: this.all.length,
          time: 0,
          node: 'host',
          cause: -1,
          a: 0,
          b: 0,
        });
      this.all.push(event);
    }
    return taken;
  }
}

/** Everything that a poll function has to give. */
export function drain<T>(poll: () => T | undefined): T[] {
  const all: T[] = [];
  for (let one = poll(); one !== undefined; one = poll()) all.push(one);
  return all;
}
