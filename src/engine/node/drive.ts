/**
 * Runs a world in which people's own programs run: they use promises, so their turns end outside the kernel.
 *
 * An event that calls into a program ends the kernel's run; then the program's `nextTick`s and its microtasks run dry,
 * as after each callback of Node's loop; then the kernel goes on. Order is the same everywhere, because whatever a
 * program can wait for comes through here. What happens in those turns has the event that began them as its cause.
 *
 * A program that never ends a turn cannot be stopped from here: only by ending its realm.
 */
import { Misuse } from '../base/errors.ts';
import { type Nanoseconds, NEVER } from '../base/units.ts';
import type { Kernel, RunEnd } from '../sim/kernel.ts';
import type { World } from '../sim/world.ts';
import { NONE } from '../trace/log.ts';
import type { NodeProcess } from './node-process.ts';
import type { Realm } from './realm.ts';

export interface DriveLimits {
  readonly until?: Nanoseconds;
  readonly maxEvents?: number;
}

/** Turns of ticks and microtasks that one event may cause before its program is stopped. */
const MAX_TURNS = 10_000;

export class Drive {
  readonly world: World;
  readonly realm: Realm;
  readonly processes: NodeProcess[] = [];
  #current: NodeProcess | undefined;
  #cause = NONE;
  #stopped = false;
  #pids = 1000;

  constructor(world: World, realm: Realm) {
    this.world = world;
    this.realm = realm;
  }

  get kernel(): Kernel {
    return this.world.kernel;
  }

  /** The program whose turn it is. */
  get current(): NodeProcess | undefined {
    return this.#current;
  }

  newPid(): number {
    return ++this.#pids;
  }

  /** Ends the run after the turn that is running. */
  stop(): void {
    this.#stopped = true;
    this.kernel.stop();
  }

  /** Calls into a program, from an event of the kernel. For {@link NodeProcess.enter}. */
  enter(process: NodeProcess, body: () => void): void {
    if (this.#current) throw new Misuse(`${process.name} is called inside a turn of ${this.#current.name}`);
    this.#current = process;
    this.#cause = this.world.trace.cause;
    process.call(body);
    this.kernel.stop();
  }

  /** Runs until a limit, or until nothing is left to do. `onTurn` is called after each turn of a program. */
  async run(limits: DriveLimits = {}, onTurn: () => void = () => {}): Promise<RunEnd> {
    const { kernel } = this;
    const until = limits.until ?? NEVER;
    const last = kernel.processed + (limits.maxEvents ?? Number.MAX_SAFE_INTEGER);
    while (!this.#stopped) {
      const left = last - kernel.processed;
      if (left <= 0) return 'events';
      const end = kernel.run({ until, maxEvents: left });
      if (this.#current) {
        await this.#settle(this.#current);
        onTurn();
      } else if (end !== 'stopped') return end;
    }
    return 'stopped';
  }

  async #settle(process: NodeProcess): Promise<void> {
    const { trace } = this.world;
    trace.cause = this.#cause;
    for (let turns = 0; ; turns++) {
      process.drainTicks();
      await this.realm.turn();
      for (const rejection of this.realm.takeRejections()) process.rejected(rejection);
      if (!process.hasTicks) break;
      if (turns >= MAX_TURNS) {
        process.stop(
          `never lets go: ${MAX_TURNS} turns of nextTick and promises without an event between them`,
        );
        break;
      }
    }
    this.#current = undefined;
    process.lookForEnd();
    trace.cause = NONE;
  }
}
