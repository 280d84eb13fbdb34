/**
 * Runs a scenario: the same function for a page's build, its worker, the command line and the tests.
 */
import { Malformed } from '../base/errors.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Channel } from '../net/link/link.ts';
import type { Network } from '../net/network.ts';
import type { RunEnd } from '../sim/kernel.ts';
import { type Input, World } from '../sim/world.ts';
import type { Detail } from '../trace/event.ts';
import { SENT, type Trace, type TraceLevel } from '../trace/log.ts';
import { findScenario } from './all.ts';
import type { Goal } from './goal.ts';
import { type Parameters, readValues, type Values } from './parameter.ts';
import type { AnyScenario, Claim, FinishedRun } from './scenario.ts';

/** An input that the reader adds to the script. */
export interface ExtraInput {
  readonly time: Nanoseconds;
  readonly what: string;
  readonly detail: Detail;
}

/** Scenario, parameters, seed and inputs: the whole state of a run. */
export interface RunSpec {
  readonly scenario: string;
  /** Parameter texts that differ from the defaults. */
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly inputs: readonly ExtraInput[];
}

export interface RunOptions {
  readonly level?: TraceLevel;
  /** Cuts the run at this kernel time. */
  readonly until?: Nanoseconds;
  /** Takes the inputs of a run that has more of them than a reader makes. */
  readonly keeper?: (input: Input) => void;
}

/** What became of a run that took place in another realm: learners' programs run in a sandbox. */
export interface Happened {
  readonly trace: Trace;
  readonly until: Nanoseconds;
  readonly end: RunEnd;
}

const MAX_INPUTS = 64;

export class Run implements FinishedRun {
  readonly spec: RunSpec;
  readonly scenario: AnyScenario;
  readonly values: Readonly<Record<string, number | string>>;
  readonly world: World;
  readonly network: Network;
  readonly until: Nanoseconds;
  end: RunEnd | undefined;
  /** True when its trace came from another realm: nobody here saw it happen. */
  isForeign = false;

  /** Builds the world and schedules the inputs. Throws {@link Malformed} with a sentence for people. */
  constructor(spec: RunSpec, options: RunOptions = {}) {
    this.spec = spec;
    this.scenario = findScenario(spec.scenario);
    this.values = readValues(this.scenario.parameters, spec.set);
    if (!Number.isSafeInteger(spec.seed) || spec.seed < 0)
      throw new Malformed(`a seed is a whole number from 0, not ${spec.seed}`);
    if (spec.inputs.length > MAX_INPUTS) throw new Malformed(`more than ${MAX_INPUTS} inputs`);
    this.until = Math.min(options.until ?? this.scenario.until, this.scenario.until);
    const { level = 'full', keeper } = options;
    this.world = new World({ seed: spec.seed, level, ...(keeper ? { keeper } : {}) });
    this.network = this.scenario.build(this.world, this.values as Values<Parameters>);
    for (const input of spec.inputs) this.#input(input);
  }

  /**
   * A run that took place elsewhere, in the world that the request describes. Throws {@link Malformed} when its trace
   * speaks of machines or links that this world does not have.
   */
  static elsewhere(spec: RunSpec, { trace, until, end }: Happened): Run {
    const run = new Run(spec, { level: 'off', until });
    checkPlaces(trace, run.world.trace.nodeNames, run.network.channels);
    run.world.remember(trace);
    run.isForeign = true;
    run.end = end;
    return run;
  }

  /** Runs on for at most `maxEvents` events; true when the run is over. */
  advance(maxEvents: number): boolean {
    if (this.end !== undefined) return true;
    const { kernel } = this.world;
    const left = this.scenario.maxEvents - kernel.processed;
    const end = kernel.run({ until: this.until, maxEvents: Math.min(maxEvents, left) });
    if (end !== 'events' || kernel.processed >= this.scenario.maxEvents) this.end = end;
    return this.end !== undefined;
  }

  finish(): this {
    this.advance(this.scenario.maxEvents);
    return this;
  }

  /** Which limit cut the run, as a sentence; undefined when it came to rest. */
  get cutShort(): string | undefined {
    if (this.end === 'events') return `The run was cut after ${this.scenario.maxEvents} events.`;
    if (this.end === 'until') return `The run was cut at ${this.until / 1e9} s.`;
    return undefined;
  }

  claims(): Record<string, Claim> {
    return Object.fromEntries(
      Object.entries(this.scenario.claims).map(([name, spec]) => [name, spec.read(this)]),
    );
  }

  /** How the goals of a lab stand when this run ends; empty for other scenarios. */
  goals(): Record<string, Goal> {
    return Object.fromEntries(
      Object.entries(this.scenario.goals ?? {}).map(([name, spec]) => [name, spec.read(this)]),
    );
  }

  #input({ time, what, detail }: ExtraInput): void {
    if (!Number.isSafeInteger(time) || time < 0 || time > this.scenario.until)
      throw new Malformed(`an input at ${time} ns is outside the run`);
    this.world.checkInput(what, detail);
    this.world.input(time, what, detail);
  }
}

/** Every event must be at a machine of the world, and every frame on a link that begins or ends there. */
function checkPlaces(trace: Trace, machines: readonly string[], channels: readonly Channel[]): void {
  for (const name of trace.nodeNames)
    if (!machines.includes(name))
      throw new Malformed(`the run speaks of ${name}, which is not in this world`);
  const sent = trace.findKind(SENT);
  const arrived = [trace.findKind('frame.delivered'), trace.findKind('frame.corrupted')];
  for (let id = 0; id < trace.length; id++) {
    const kind = trace.kindOf(id);
    const isSent = kind === sent;
    if (!isSent && !arrived.includes(kind)) continue;
    const channel = channels[trace.bOf(id)];
    if ((isSent ? channel?.from : channel?.to) !== trace.nodeName(trace.nodeOf(id)))
      throw new Malformed(`event ${id} is on a link that is not there`);
  }
}
