/**
 * A world: its clock and queue, its chance, its trace, and the only way in.
 *
 * No globals: a page may hold many worlds. Whatever people and outsiders do enters through {@link World.input} and
 * is recorded, so that scenario + parameters + seed + inputs is the whole state of a run.
 */
import { Malformed, Misuse } from '../base/errors.ts';
import { namedRandom, type Random } from '../base/random.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Detail } from '../trace/event.ts';
import { Trace, type TraceLevel } from '../trace/log.ts';
import { Kernel } from './kernel.ts';

/** Something done from outside at a time. `what` selects the handler. */
export interface Input {
  readonly time: Nanoseconds;
  readonly what: string;
  readonly detail: Detail;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly level?: TraceLevel;
  /** Wall-clock time at kernel time 0, in seconds since 1970-01-01T00:00:00Z. */
  readonly epochSeconds?: number;
  /** Bytes of frames that the trace keeps whole. */
  readonly keepFrameBytes?: number;
  /** Takes each input instead of {@link World.inputs}, and bounds them: for runs that last as long as people want. */
  readonly keeper?: (input: Input) => void;
}

/** 20 November 2026, 18:30:00 UTC: the evening of the story. */
export const STORY_EPOCH_SECONDS = 1_795_199_400;

const MAX_INPUTS = 1000;

interface Handler {
  readonly run: (detail: Detail) => void;
  readonly check: (detail: Detail) => void;
}

export class World {
  readonly seed: number;
  readonly epochSeconds: number;
  trace: Trace;
  readonly kernel: Kernel;
  readonly inputs: Input[] = [];
  readonly #streams = new Map<string, Random>();
  readonly #handlers = new Map<string, Handler>();
  readonly #inputKind: number;
  readonly #outside: number;
  readonly #keeper: ((input: Input) => void) | undefined;

  constructor(options: WorldOptions = {}) {
    this.seed = options.seed ?? 1;
    this.epochSeconds = options.epochSeconds ?? STORY_EPOCH_SECONDS;
    this.trace = new Trace(options.level ?? 'full', options.keepFrameBytes);
    this.kernel = new Kernel(this.trace);
    this.#inputKind = this.trace.kind('input', 'requests');
    this.#outside = this.trace.node('outside');
    this.#keeper = options.keeper;
  }

  get now(): Nanoseconds {
    return this.kernel.now;
  }

  /**
   * Takes what happened in a world like this one, elsewhere, for what happened here. For reading: nothing can happen in
   * this world from then on.
   */
  remember(trace: Trace): void {
    if (this.kernel.processed > 0) throw new Misuse('something happened here already');
    this.trace = trace;
  }

  /** Wall-clock time in whole seconds since 1970. */
  get seconds(): number {
    return this.epochSeconds + Math.floor(this.kernel.now / SECOND);
  }

  /** The stream of chance called `name`: its draws depend on the seed and the name alone. */
  random(name: string): Random {
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = namedRandom(this.seed, name);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  /**
   * Says what an input called `what` does. `check` throws {@link Malformed} with a sentence for people when a detail
   * makes no sense: inputs may come from a link.
   */
  onInput(what: string, handler: (detail: Detail) => void, check: (detail: Detail) => void = () => {}): void {
    this.#handlers.set(what, { run: handler, check });
  }

  /** Throws {@link Malformed} when no input is called so, or its detail makes no sense here. */
  checkInput(what: string, detail: Detail): void {
    const handler = this.#handlers.get(what);
    if (!handler) {
      throw new Malformed(
        `no input is called “${what.slice(0, 40)}”; there are ${[...this.#handlers.keys()].join(', ')}`,
      );
    }
    handler.check(detail);
  }

  /** Schedules an input. Throws {@link Misuse} when its kind is unknown, its time is past, or there are too many. */
  input(time: Nanoseconds, what: string, detail: Detail): void {
    const handler = this.#handlers.get(what);
    if (!handler) throw new Misuse(`no input is called ${what}`);
    if (this.#keeper) this.#keeper({ time, what, detail });
    else {
      if (this.inputs.length >= MAX_INPUTS) throw new Misuse(`more than ${MAX_INPUTS} inputs`);
      this.inputs.push({ time, what, detail });
    }
    this.kernel.call(time, () => {
      const id = this.trace.recordDetail(this.now, this.#inputKind, this.#outside, { what, ...detail });
      this.trace.because(id, () => handler.run(detail));
    });
  }
}
