/**
 * `performance` (High Resolution Time, User Timing Level 3) in the world's time.
 *
 * There are marks and measures, and observers of them. Node's own measurements (garbage collection, requests, the event
 * loop's delay) are not here: a program's JavaScript takes no virtual time, and its start takes none.
 */
import type {
  EntryType,
  EventLoopUtilization,
  PerformanceMarkOptions,
  PerformanceMeasureOptions,
  UVMetrics,
} from 'node:perf_hooks';
import { MILLISECOND } from '../../base/units.ts';
import { checkFunction, checkNumber, invalidType, missingArguments } from '../arguments.ts';
import { unavailable } from '../modules/absent.ts';
import type { NodeProcess } from '../node-process.ts';
import { codedError } from '../system-error.ts';
import { domExceptions } from './dom-exception.ts';
import { eventTargets } from './event-target.ts';
import { described, finishInterface, INSPECT, type Inspect, illegalConstructor } from './idl.ts';

const MAKING = Symbol('making an entry');
/** Entries that are kept: a program that marks without end loses the oldest. */
const MAX_ENTRIES = 100_000;

export function performanceInterfaces(node: NodeProcess) {
  const { DOMException } = node.load(domExceptions);
  const { EventTarget, handlerAttribute } = node.load(eventTargets);
  const now = (): number => (node.drive.kernel.now - node.startedAt) / MILLISECOND;
  const timeOrigin = node.host.world.epochSeconds * 1000 + node.startedAt / MILLISECOND;
  let entries: PerformanceEntry[] = [];
  const observers = new Set<PerformanceObserver>();

  class PerformanceEntry<T extends EntryType = EntryType> {
    readonly #name: string;
    readonly #type: T;
    readonly #start: number;
    readonly #duration: number;
    constructor(making?: symbol, name = '', type = 'mark' as T, start = 0, duration = 0) {
      if (making !== MAKING) throw illegalConstructor();
      this.#name = name;
      this.#type = type;
      this.#start = start;
      this.#duration = duration;
    }
    get name(): string {
      return this.#name;
    }
    get entryType(): T {
      return this.#type;
    }
    get startTime(): number {
      return this.#start;
    }
    get duration(): number {
      return this.#duration;
    }
    toJSON(): object {
      const { name, entryType, startTime, duration } = this;
      return { name, entryType, startTime, duration };
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      return described(this.constructor.name, this.toJSON(), depth, options, inspect);
    }
  }
  finishInterface(PerformanceEntry, ['name', 'entryType', 'startTime', 'duration', 'toJSON']);
  // Node gives this one no name for `toString`
  Reflect.deleteProperty(PerformanceEntry.prototype, Symbol.toStringTag);

  class PerformanceMark extends PerformanceEntry<'mark'> {
    readonly #detail: unknown;
    constructor(name: unknown, options: PerformanceMarkOptions = {}) {
      if (arguments.length === 0) throw missingArguments('name');
      const start = options?.startTime ?? now();
      if (typeof start !== 'number') throw invalidType('startTime', 'number', start);
      if (start < 0)
        throw codedError(TypeError, 'ERR_PERFORMANCE_INVALID_TIMESTAMP', `${start} is not a valid timestamp`);
      super(MAKING, `${name as string}`, 'mark', start, 0);
      this.#detail = options?.detail ?? null;
    }
    get detail(): unknown {
      return this.#detail;
    }
    override toJSON(): object {
      return { ...super.toJSON(), detail: this.#detail };
    }
  }
  finishInterface(PerformanceMark, ['detail']);

  class PerformanceMeasure extends PerformanceEntry<'measure'> {
    readonly #detail: unknown;
    constructor(making?: symbol, name = '', start = 0, duration = 0, detail: unknown = null) {
      super(making, name, 'measure', start, duration);
      this.#detail = detail;
    }
    get detail(): unknown {
      return this.#detail;
    }
    override toJSON(): object {
      return { ...super.toJSON(), detail: this.#detail };
    }
  }
  finishInterface(PerformanceMeasure, ['detail']);

  /** When the parts of Node came up: all at once here. */
  class PerformanceNodeTiming extends PerformanceEntry<'node'> {
    readonly nodeStart = 0;
    readonly v8Start = 0;
    readonly environment = 0;
    readonly loopStart = 0;
    readonly loopExit = -1;
    readonly bootstrapComplete = 0;
    readonly idleTime = 0;
    readonly uvMetricsInfo: UVMetrics = { loopCount: 0, events: 0, eventsWaiting: 0 };
    constructor(making?: symbol) {
      super(making, 'node', 'node');
      Object.defineProperty(this, 'uvMetricsInfo', { enumerable: false });
    }
    override get duration(): number {
      return now();
    }
    override toJSON(): object {
      return { ...super.toJSON(), ...this };
    }
  }
  const nodeTiming = new PerformanceNodeTiming(MAKING);

  class EntryList {
    readonly #entries: readonly PerformanceEntry[];
    constructor(list: readonly PerformanceEntry[] = []) {
      this.#entries = list;
    }
    getEntries(): PerformanceEntry[] {
      return [...this.#entries];
    }
    getEntriesByType(type: string): PerformanceEntry[] {
      return this.#entries.filter((one) => one.entryType === type);
    }
    getEntriesByName(name: string, type?: string): PerformanceEntry[] {
      return this.#entries.filter(
        (one) => one.name === name && (type === undefined || one.entryType === type),
      );
    }
  }
  Object.defineProperty(EntryList, 'name', { value: 'PerformanceObserverEntryList' });
  finishInterface(EntryList, ['getEntries', 'getEntriesByType', 'getEntriesByName']);

  class PerformanceObserver {
    static readonly supportedEntryTypes: readonly EntryType[] = Object.freeze(['mark', 'measure'] as const);
    readonly #callback: (list: EntryList, observer: PerformanceObserver) => void;
    #types = new Set<string>();
    #buffer: PerformanceEntry[] = [];
    #isPending = false;

    constructor(callback: unknown) {
      checkFunction(callback, 'callback');
      this.#callback = callback;
    }
    observe(options: { entryTypes?: readonly string[]; type?: string; buffered?: boolean } = {}): void {
      const { entryTypes, type, buffered } = options;
      if (entryTypes === undefined && type === undefined)
        throw missingArguments(['options.entryTypes', 'options.type']);
      if (entryTypes) this.#types = new Set(entryTypes);
      else if (type !== undefined) this.#types.add(type);
      observers.add(this);
      if (type !== undefined && buffered) for (const entry of byStart()) this.take(entry);
    }
    disconnect(): void {
      observers.delete(this);
      this.#buffer = [];
      this.#types.clear();
    }
    takeRecords(): PerformanceEntry[] {
      return this.#buffer.splice(0);
    }
    /** An entry was made. */
    take(entry: PerformanceEntry): void {
      if (!this.#types.has(entry.entryType)) return;
      this.#buffer.push(entry);
      if (this.#isPending) return;
      this.#isPending = true;
      node.ref();
      node.soon(() => {
        node.unref();
        this.#isPending = false;
        const list = this.takeRecords();
        if (list.length > 0) this.#callback(new EntryList(list), this);
      });
    }
  }
  finishInterface(PerformanceObserver, ['observe', 'disconnect', 'takeRecords']);
  Object.defineProperty(PerformanceObserver.prototype, 'take', { enumerable: false });

  const byStart = (): PerformanceEntry[] => [...entries].sort((a, b) => a.startTime - b.startTime);

  function keep<E extends PerformanceEntry>(entry: E): E {
    entries.push(entry);
    if (entries.length > MAX_ENTRIES) entries.shift();
    for (const observer of observers) observer.take(entry);
    return entry;
  }

  /** The time of a mark, the latest of its name; or a time. */
  function timeOf(mark: string | number): number {
    if (typeof mark === 'number') return mark;
    const found = entries.findLast((one) => one.entryType === 'mark' && one.name === `${mark}`);
    if (!found) throw new DOMException(`The "${mark}" performance mark has not been set`, 'SyntaxError');
    return found.startTime;
  }

  class Performance extends EventTarget {
    declare onresourcetimingbufferfull: ((event: Event) => unknown) | null;
    constructor(making?: symbol) {
      if (making !== MAKING) throw illegalConstructor();
      super();
    }
    get nodeTiming(): PerformanceNodeTiming {
      return nodeTiming;
    }
    get timeOrigin(): number {
      return timeOrigin;
    }
    now(): number {
      return now();
    }
    mark(name?: unknown, options?: PerformanceMarkOptions): PerformanceMark {
      if (arguments.length === 0) throw missingArguments('name');
      return keep(new PerformanceMark(name, options));
    }
    measure(
      name: string,
      startOrOptions?: string | PerformanceMeasureOptions,
      endMark?: string,
    ): PerformanceMeasure {
      if (arguments.length === 0) throw missingArguments('name');
      const options: PerformanceMeasureOptions =
        typeof startOrOptions === 'object' && startOrOptions !== null
          ? startOrOptions
          : { start: startOrOptions, end: endMark };
      const { duration } = options;
      const end =
        options.end !== undefined
          ? timeOf(options.end)
          : options.start !== undefined && duration !== undefined
            ? timeOf(options.start) + duration
            : now();
      const start =
        options.start !== undefined ? timeOf(options.start) : duration !== undefined ? end - duration : 0;
      return keep(new PerformanceMeasure(MAKING, `${name}`, start, end - start, options.detail ?? null));
    }
    clearMarks(name?: string): void {
      entries = entries.filter(
        (one) => one.entryType !== 'mark' || (name !== undefined && one.name !== name),
      );
    }
    clearMeasures(name?: string): void {
      entries = entries.filter(
        (one) => one.entryType !== 'measure' || (name !== undefined && one.name !== name),
      );
    }
    getEntries(): PerformanceEntry[] {
      return byStart();
    }
    getEntriesByType(type: string): PerformanceEntry[] {
      return new EntryList(byStart()).getEntriesByType(type);
    }
    getEntriesByName(name: string, type?: string): PerformanceEntry[] {
      return new EntryList(byStart()).getEntriesByName(name, type);
    }
    // fetch leaves no entries
    clearResourceTimings(_name?: string): void {}
    setResourceTimingBufferSize(size: number): void {
      if (arguments.length === 0) throw missingArguments('maxSize');
      checkNumber(size, 'maxSize');
    }
    markResourceTiming(): never {
      throw unavailable('performance.markResourceTiming', 'fetch leaves no entries');
    }
    timerify<F>(run: F): F {
      checkFunction(run, 'fn');
      return run;
    }
    eventLoopUtilization(): EventLoopUtilization {
      return { idle: 0, active: 0, utilization: 0 };
    }
    toJSON(): object {
      return { nodeTiming, timeOrigin, eventLoopUtilization: this.eventLoopUtilization() };
    }
    override [INSPECT](depth: number, options: object, inspect: Inspect): string {
      return described('Performance', { nodeTiming, timeOrigin }, depth, options, inspect);
    }
  }
  finishInterface(Performance, [
    ...['timeOrigin', 'now', 'mark', 'measure', 'clearMarks', 'clearMeasures', 'getEntries'],
    ...['getEntriesByType', 'getEntriesByName', 'timerify', 'eventLoopUtilization', 'toJSON', 'nodeTiming'],
    ...['clearResourceTimings', 'setResourceTimingBufferSize', 'markResourceTiming'],
  ]);
  handlerAttribute(Performance, 'resourcetimingbufferfull');

  return {
    performance: new Performance(MAKING),
    Performance,
    PerformanceEntry,
    PerformanceMark,
    PerformanceMeasure,
    PerformanceObserver,
    PerformanceObserverEntryList: EntryList,
  };
}
