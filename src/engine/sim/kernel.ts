/**
 * One clock, one queue: events in the order of (time, sequence) and nothing else.
 *
 * The queue is a 4-ary heap over typed arrays; an entry is a target, an operation and an argument, so the hot path
 * makes no closure and no object. Cancelling marks an entry dead; it leaves the heap when its time comes. Each entry
 * remembers the event that caused it, and hands it to the trace when it runs.
 *
 * Not here: what the events mean; wall-clock time; priorities (they hide races).
 */
import { Misuse } from '../base/errors.ts';
import { type Nanoseconds, NEVER } from '../base/units.ts';
import { NONE, type Trace } from '../trace/log.ts';

/** Whoever can be called at a time. */
export interface Target {
  /** `op` and `arg` are those given to `schedule`. */
  onEvent(op: number, arg: number): void;
}

/** Names one scheduled entry until it has run. */
export type Handle = number;

export interface RunLimits {
  /** Stop before the first event later than this. */
  readonly until?: Nanoseconds;
  /** Stop after this many events. */
  readonly maxEvents?: number;
}

/** Why a run stopped: nothing left to do, the time limit, the event limit, or someone called `stop`. */
export type RunEnd = 'idle' | 'until' | 'events' | 'stopped';

const SLOT_BITS = 22;
const SLOT_LIMIT = 1 << SLOT_BITS;

export class Kernel {
  readonly trace: Trace;
  #now: Nanoseconds = 0;
  #sequence = 0;
  #processed = 0;
  #stopped = false;
  // the heap: a key and the slot it stands for, at the same index
  #time = new Float64Array(1024);
  #order = new Float64Array(1024);
  #slotAt = new Int32Array(1024);
  #size = 0;
  // the slots
  #targets: (Target | undefined)[] = [];
  #op = new Int32Array(1024);
  #arg = new Float64Array(1024);
  #cause = new Int32Array(1024);
  #generation = new Int32Array(1024);
  #free: Int32Array = new Int32Array(1024);
  #freeCount = 0;

  constructor(trace: Trace) {
    this.trace = trace;
  }

  get now(): Nanoseconds {
    return this.#now;
  }

  /** Events run so far. */
  get processed(): number {
    return this.#processed;
  }

  /** Entries in the queue, cancelled ones included until their time. */
  get pending(): number {
    return this.#size;
  }

  /** When the queue's first entry is due, a cancelled one perhaps; {@link NEVER} when it is empty. */
  get next(): Nanoseconds {
    return this.#size > 0 ? this.#time[0]! : NEVER;
  }

  /**
   * Calls `target.onEvent(op, arg)` at `time` (not before now; {@link NEVER} and later is refused).
   * The event that is running becomes its cause.
   */
  schedule(time: Nanoseconds, target: Target, op = 0, arg = 0): Handle {
    if (!(time >= this.#now && time < NEVER))
      throw new Misuse(`cannot schedule at ${time}, now is ${this.#now}`);
    const slot = this.#freeCount > 0 ? this.#free[--this.#freeCount]! : this.#newSlot();
    this.#targets[slot] = target;
    this.#op[slot] = op;
    this.#arg[slot] = arg;
    this.#cause[slot] = this.trace.cause;
    if (this.#size === this.#time.length) this.#growHeap();
    this.#siftUp(time, this.#sequence++, slot);
    return this.#generation[slot]! * SLOT_LIMIT + slot;
  }

  /** {@link schedule} with a function, for what happens rarely. */
  call(time: Nanoseconds, body: () => void): Handle {
    return this.schedule(time, { onEvent: body });
  }

  /** Forgets a scheduled entry. False when it has run or was cancelled already. */
  cancel(handle: Handle): boolean {
    const slot = handle % SLOT_LIMIT;
    if (this.#generation[slot] !== Math.floor(handle / SLOT_LIMIT) || !this.#targets[slot]) return false;
    this.#targets[slot] = undefined;
    return true;
  }

  /** Ends the current run after the event that is running. */
  stop(): void {
    this.#stopped = true;
  }

  /** Runs events in order until a limit. Time stands at the last event, or at `until` when nothing was left before it. */
  run(limits: RunLimits = {}): RunEnd {
    const end = this.#run(limits);
    // what is scheduled between runs comes from outside: the last event is not its cause
    this.trace.cause = NONE;
    return end;
  }

  #run(limits: RunLimits): RunEnd {
    const until = limits.until ?? NEVER;
    const last = this.#processed + (limits.maxEvents ?? Number.MAX_SAFE_INTEGER);
    const { trace } = this;
    this.#stopped = false;
    while (this.#size > 0) {
      const time = this.#time[0]!;
      if (time > until) {
        // a limit that lies in the past does not turn the clock back
        this.#now = Math.max(this.#now, until);
        return 'until';
      }
      if (this.#processed >= last) return 'events';
      const slot = this.#slotAt[0]!;
      this.#removeTop();
      const target = this.#targets[slot];
      const op = this.#op[slot]!;
      const arg = this.#arg[slot]!;
      this.#targets[slot] = undefined;
      this.#generation[slot] = (this.#generation[slot]! + 1) & 0x3fffffff;
      this.#free[this.#freeCount++] = slot;
      if (!target) continue;
      this.#now = time;
      this.#processed += 1;
      trace.cause = this.#cause[slot]!;
      target.onEvent(op, arg);
      if (this.#stopped) return 'stopped';
    }
    if (until !== NEVER) this.#now = Math.max(this.#now, until);
    return 'idle';
  }

  #siftUp(time: number, order: number, slot: number): void {
    const times = this.#time;
    const orders = this.#order;
    const slots = this.#slotAt;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      // a new entry has the highest sequence: it goes below its parent on equal times
      if (times[parent]! <= time) break;
      times[hole] = times[parent]!;
      orders[hole] = orders[parent]!;
      slots[hole] = slots[parent]!;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    slots[hole] = slot;
  }

  #removeTop(): void {
    const size = --this.#size;
    if (size === 0) return;
    const times = this.#time;
    const orders = this.#order;
    const slots = this.#slotAt;
    const time = times[size]!;
    const order = orders[size]!;
    const slot = slots[size]!;
    let hole = 0;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= size) break;
      const end = first + 4 < size ? first + 4 : size;
      let least = first;
      let leastTime = times[first]!;
      for (let child = first + 1; child < end; child++) {
        const t = times[child]!;
        if (t < leastTime || (t === leastTime && orders[child]! < orders[least]!)) {
          least = child;
          leastTime = t;
        }
      }
      if (leastTime > time || (leastTime === time && orders[least]! > order)) break;
      times[hole] = leastTime;
      orders[hole] = orders[least]!;
      slots[hole] = slots[least]!;
      hole = least;
    }
    times[hole] = time;
    orders[hole] = order;
    slots[hole] = slot;
  }

  #newSlot(): number {
    const slot = this.#targets.length;
    if (slot >= SLOT_LIMIT) throw new Misuse(`more than ${SLOT_LIMIT} events are pending`);
    this.#targets.push(undefined);
    if (slot >= this.#op.length) {
      const length = this.#op.length * 2;
      this.#op = grown(this.#op, new Int32Array(length));
      this.#arg = grown(this.#arg, new Float64Array(length));
      this.#cause = grown(this.#cause, new Int32Array(length));
      this.#generation = grown(this.#generation, new Int32Array(length));
      this.#free = grown(this.#free, new Int32Array(length));
    }
    return slot;
  }

  #growHeap(): void {
    const length = this.#time.length * 2;
    this.#time = grown(this.#time, new Float64Array(length));
    this.#order = grown(this.#order, new Float64Array(length));
    this.#slotAt = grown(this.#slotAt, new Int32Array(length));
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
