/**
 * What a scenario is: a named, seeded world as data, a script of what people do in it, and the claims that hold.
 */
import type { Nanoseconds } from '../base/units.ts';
import type { Network } from '../net/network.ts';
import type { HostsTable } from '../shell/names.ts';
import type { World } from '../sim/world.ts';
import type { GoalSpec } from './goal.ts';
import type { Parameters, Values } from './parameter.ts';

/** A value read from the trace of a finished run. `undefined` when it did not happen. */
export interface Claim {
  readonly kind: 'time' | 'count' | 'bytes' | 'text';
  readonly value: number | string | undefined;
  /** What the value is made of, when that is worth telling: bytes by layer. */
  readonly parts?: Readonly<Record<string, number>>;
}

export interface ClaimSpec {
  readonly label: string;
  /** What exactly is counted, from when to when. */
  readonly about: string;
  read(run: FinishedRun): Claim;
}

export interface FinishedRun {
  readonly world: World;
  readonly network: Network;
}

export type MachineKind =
  | 'laptop'
  | 'phone'
  | 'television'
  | 'switch'
  | 'home-router'
  | 'router'
  | 'name-server'
  | 'server';

/** Where a machine is drawn: on the wide map (1200 × 350) and on the tall one (358 × 640). */
export interface Place {
  readonly label: string;
  /** What sentences call it: `The resolver`. */
  readonly called: string;
  /** Whom it stands for at an end of the timeline: `Maya`. */
  readonly owner?: string;
  readonly kind: MachineKind;
  readonly area: number;
  readonly addresses: readonly string[];
  readonly wide: readonly [x: number, y: number];
  readonly tall: readonly [x: number, y: number];
  /** Heading of its lane in the ladder; none for machines that only pass frames on. */
  readonly lane?: string;
}

export interface Area {
  readonly label: string;
  readonly wide: readonly [x: number, y: number, width: number, height: number];
  readonly tall: readonly [x: number, y: number, width: number, height: number];
}

/** Named spans of a run for the timeline, read from its trace. */
export interface Phase {
  readonly name: string;
  readonly start: Nanoseconds;
  readonly end: Nanoseconds;
  readonly cost: string;
}

/** A zone that a reader may edit, by the input `zone` (dns/zone-input.ts). */
export interface OfferedZone {
  /** Whose name server takes it. */
  readonly machine: string;
  /** Absolute: `chaicart.example.` */
  readonly origin: string;
  /** What people call it: `ChaiCart’s zone`. */
  readonly label: string;
  /** The master file that is served when the run begins. */
  readonly text: string;
}

export interface Scenario<P extends Parameters = Parameters> {
  readonly name: string;
  /** Raised whenever the same request would give another run: links carry it. */
  readonly version: number;
  readonly title: string;
  readonly summary: string;
  readonly parameters: P;
  /** Events after which a run is cut. */
  readonly maxEvents: number;
  /** Kernel time after which a run is cut. */
  readonly until: Nanoseconds;
  readonly areas: readonly Area[];
  readonly places: Readonly<Record<string, Place>>;
  /** The two machines between which the timeline draws its schedule. */
  readonly near: string;
  readonly far: string;
  /** Who sits at which machine's prompt: `{ laptop: 'maya' }`. The first is the one that a terminal opens at. */
  readonly terminals?: Readonly<Record<string, string>>;
  /** The names that everybody's hosts file holds, for what a terminal can complete. */
  readonly hosts?: HostsTable;
  /** Zones to edit, as they are at the start with these parameters; the first is the one that an editor opens. */
  zones?(values: Values<P>): readonly OfferedZone[];
  /** Makes the machines, links and programs, and starts the script. */
  build(world: World, values: Values<P>): Network;
  readonly claims: Readonly<Record<string, ClaimSpec>>;
  /** What a reader should bring about, where the scenario is a lab. */
  readonly goals?: Readonly<Record<string, GoalSpec>>;
  phases(run: FinishedRun): readonly Phase[];
}

/** A scenario of any parameters, for lists. */
export type AnyScenario = Scenario<Parameters>;

export function scenario<P extends Parameters>(definition: Scenario<P>): AnyScenario {
  return definition as unknown as AnyScenario;
}
