/**
 * What a figure needs of a run: plain data that crosses from the worker to the page, and into a page's HTML.
 *
 * Everything here was read from the trace by {@link file://./build-view.ts}; the page computes nothing about the
 * network, it only draws. Times are kernel nanoseconds. All of it survives `structuredClone` and JSON.
 */
import type { Nanoseconds } from '../base/units.ts';
import type { GoalState } from '../scenario/goal.ts';
import type { MachineKind, OfferedZone } from '../scenario/scenario.ts';

/** Which layer a packet or an event speaks for; the figures give each a colour, a letter and a shape. */
export type Layer = 'link' | 'ip' | 'transport' | 'dns' | 'tls' | 'http' | 'app';

export type { GoalState, MachineKind, OfferedZone };

export interface MachineView {
  /** Identifier, also what traces and links call it: `laptop`. */
  readonly name: string;
  /** `Maya’s laptop` */
  readonly label: string;
  /** What sentences call it: `The resolver`. */
  readonly called: string;
  /** Whom it stands for at an end of the timeline: `Maya`. */
  readonly owner: string | undefined;
  readonly kind: MachineKind;
  /** Index into {@link RunView.areas}. */
  readonly area: number;
  /** The addresses to print below the name, at most two: `192.168.1.23`, `in 192.168.1.1`. */
  readonly addresses: readonly string[];
  /** Place on the wide map (1200 × 350 units) and on the tall one (358 × 640 units). */
  readonly wide: readonly [x: number, y: number];
  readonly tall: readonly [x: number, y: number];
  /** Whether the ladder gives it a lane unless the reader asks otherwise, and the lane's short heading. */
  readonly lane: string | undefined;
}

export interface AreaView {
  readonly label: string;
  readonly wide: readonly [x: number, y: number, width: number, height: number];
  readonly tall: readonly [x: number, y: number, width: number, height: number];
}

/** One direction of a link. Directions `2k` and `2k + 1` are the two ways of one link. */
export interface ChannelView {
  /** Indices into {@link RunView.machines}. */
  readonly from: number;
  readonly to: number;
  readonly delay: Nanoseconds;
  /** Bits a second, when the line has a rate. */
  readonly rate: number | undefined;
}

export interface KnobView {
  readonly name: string;
  readonly label: string;
  readonly kind: 'duration' | 'rate' | 'ratio' | 'choice';
  /** As text that the scenario parses: `25ms`, `20Mbit/s`, `1%`, `cold`. */
  readonly value: string;
  readonly initial: string;
  /** What follows the value when it is printed: `one way`. */
  readonly note: string;
  /** For numbers: the steps of the slider, as texts in order. For choices: the choices. */
  readonly steps: readonly string[];
  /** The steps (or choices) as people read them: `25 ms`, `no address`. */
  readonly stepLabels: readonly string[];
}

export type Outcome = 'delivered' | 'lost' | 'refused' | 'travelling';

/** One packet from the machine that made it to where it ended, over all its hops. */
export interface PacketView {
  /** From 1, in order of sending. */
  readonly number: number;
  readonly time: Nanoseconds;
  /** When it reached its last machine or was lost; the end of the run while it travels. */
  readonly end: Nanoseconds;
  /** Machines: maker, and where it ended (the one it was lost on the way to, if lost). */
  readonly from: number;
  readonly to: number;
  /** Addresses as the maker wrote them. */
  readonly source: string;
  readonly destination: string;
  readonly layer: Layer;
  readonly letter: string;
  readonly protocol: string;
  readonly size: number;
  /** `SYN, seq 0` (short, for maps and ladders) and the packet list's summary. */
  readonly title: string;
  readonly info: string;
  readonly outcome: Outcome;
  /** Why it was lost or refused. */
  readonly reason: string | undefined;
  /** Same number = same conversation (TCP connection, DNS exchange, ARP exchange). */
  readonly conversation: number;
  /** The packet that this one answers or that caused it, if any. */
  readonly because: number | undefined;
  /** Event that sent it first, for why and tables. */
  readonly event: number;
}

/** One packet over one link, in the order of sending. Columns of equal length. */
export interface HopColumns {
  /** Index into {@link RunView.packets}. */
  readonly packet: Int32Array;
  /** Index into {@link RunView.channels}. */
  readonly channel: Int32Array;
  /** Frame number, to ask for its bytes. */
  readonly frame: Int32Array;
  /** Handed to the interface; on the line (after queueing); last bit at the other end, or when it was found lost. */
  readonly sent: Float64Array;
  readonly line: Float64Array;
  readonly arrived: Float64Array;
  /** 0 delivered, 1 lost on the way, 2 delivered and refused there, 3 still travelling at the end of the run. */
  readonly outcome: Uint8Array;
  /** 1 when the receiving router rewrote an address (a NAT ring on its lane). */
  readonly rewritten: Uint8Array;
}

/** Something worth a line in the transcript and a stop of the step button. */
export interface MomentView {
  readonly time: Nanoseconds;
  readonly event: number;
  readonly machine: number;
  readonly layer: Layer;
  /** Subject in bold and the rest of the sentence: `The resolver` + `asks the root server; its cache held nothing`. */
  readonly subject: string;
  readonly text: string;
  /** Index into packets when the moment is about one. */
  readonly packet: number | undefined;
}

export interface PhaseView {
  readonly name: string;
  readonly start: Nanoseconds;
  readonly end: Nanoseconds;
  /** `4 questions`, `1 round trip`, `1 round trip and 5 ms of work` */
  readonly cost: string;
}

/** A machine that waits for a timer, whose processor is busy, or that is switched off. */
export interface SpanView {
  readonly kind: 'waiting' | 'working' | 'off';
  /** Index into {@link RunView.machines}. */
  readonly machine: number;
  readonly start: Nanoseconds;
  readonly end: Nanoseconds;
  /** `retransmission timer`, `GET /`: what it waits for, or works on. */
  readonly what: string;
}

/** One step of a waterfall: a request with its parts. */
export interface RequestView {
  readonly target: string;
  readonly parts: readonly {
    readonly name: string;
    readonly layer: Layer;
    readonly start: Nanoseconds;
    readonly end: Nanoseconds;
  }[];
  readonly status: string;
  readonly bytes: number;
}

export interface ClaimView {
  readonly name: string;
  readonly label: string;
  readonly kind: 'time' | 'count' | 'bytes' | 'text';
  /** Undefined when it did not happen in this run (no first byte, say). */
  readonly value: number | string | undefined;
  /** As people read it: `202 ms`, `3`, `–`. */
  readonly text: string;
}

/** One goal of a lab, as it stands at the end of this run. */
export interface GoalView {
  readonly name: string;
  readonly label: string;
  /** What exactly is asked, and until when. */
  readonly about: string;
  readonly state: GoalState;
  /** A sentence with what decided it. */
  readonly because: string;
  /** When that happened, where it was at a moment. */
  readonly time: Nanoseconds | undefined;
}

/** One line of a terminal, or a part of one that came by itself. */
export interface ConsoleLine {
  readonly time: Nanoseconds;
  /** For why. */
  readonly event: number;
  /** `typed`: what the person entered, behind the prompt. `exit`: the command is over; `text` is its status. */
  readonly kind: 'typed' | 'out' | 'err' | 'exit';
  /** With its line ends, as the program wrote it. */
  readonly text: string;
}

/** What has happened at a machine's prompt. */
export interface ConsoleView {
  /** Index into {@link RunView.machines}. */
  readonly machine: number;
  readonly user: string;
  readonly lines: readonly ConsoleLine[];
}

/** A fault or other input in force, as the reader can undo it. */
export interface InputView {
  readonly time: Nanoseconds;
  readonly what: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  /** `SYN dropped at 101.5 ms`, for the list of faults. */
  readonly text: string;
}

export interface RunView {
  readonly scenario: string;
  readonly version: number;
  readonly title: string;
  readonly seed: number;
  readonly digest: string;
  /** End of the timeline: a little after the last packet. */
  readonly end: Nanoseconds;
  /** Undefined when the run came to rest; otherwise which limit cut it, as a sentence. */
  readonly cutShort: string | undefined;
  readonly areas: readonly AreaView[];
  readonly machines: readonly MachineView[];
  readonly channels: readonly ChannelView[];
  readonly knobs: readonly KnobView[];
  readonly inputs: readonly InputView[];
  readonly packets: readonly PacketView[];
  readonly hops: HopColumns;
  readonly moments: readonly MomentView[];
  /** How many moments came after the last of these: transcripts to take away have them. */
  readonly untold: number;
  readonly phases: readonly PhaseView[];
  /** In the order of their ends. Only waits that ended without what was waited for: a timer fired. */
  readonly spans: readonly SpanView[];
  readonly requests: readonly RequestView[];
  readonly claims: readonly ClaimView[];
  /** Empty unless the scenario is a lab. */
  readonly goals: readonly GoalView[];
  /** Machines that have a prompt, the one to open first before the others. */
  readonly consoles: readonly ConsoleView[];
  /** Zones that the reader may edit, as they are when the run begins. */
  readonly zones: readonly OfferedZone[];
  /** The machine at each end of the timeline's schedule drawing, and each machine's one-way distance from the first in nanoseconds. */
  readonly near: number;
  readonly far: number;
  readonly distance: readonly Nanoseconds[];
}

/** A machine's tables at a moment. */
export interface TableView {
  readonly name: string;
  readonly columns: readonly string[];
  /** Cells are texts ready to print. */
  readonly rows: readonly (readonly string[])[];
  /** For tables that forget: the life of each row, undefined for one that stays. The last column says it in words. */
  readonly lives?: readonly (RowLife | undefined)[];
  /** For tables that may fill up: how much of what is taken, `TCP` ports say. */
  readonly room?: TableRoom;
}

export interface TableRoom {
  readonly what: string;
  readonly used: number;
  readonly all: number;
}

export interface RowLife {
  /** Kernel time from which on the row is forgotten. */
  readonly expires: Nanoseconds;
  /** How long it lives after what last renewed it. */
  readonly timeout: Nanoseconds;
}

/** A query that reached an authoritative name server, and what became of it. */
export interface QueryView {
  readonly time: Nanoseconds;
  readonly event: number;
  /** Index into {@link RunView.machines}: who was asked. */
  readonly server: number;
  /** Who asked, as the server saw it: an address, and whose it is in {@link RunView.machines} if anybody's. */
  readonly client: string;
  readonly from: number | undefined;
  /** Undefined when there was no question. */
  readonly name: string | undefined;
  readonly type: string | undefined;
  /** In words: `192.0.2.80`, `no such name`, `REFUSED`. */
  readonly answer: string;
  /** Why that. */
  readonly reason: string;
  readonly transport: string;
}

/** A zone that somebody loaded into a name server, or tried to; or that a server took from another, or did not. */
export interface ZoneLoadView {
  readonly time: Nanoseconds;
  readonly event: number;
  readonly server: number;
  /** Absolute. */
  readonly origin: string;
  /** Of what is served from then on; undefined when it was refused, and what there was goes on. */
  readonly serial: number | undefined;
  /** Why it was refused, or left where it is. */
  readonly reason: string;
}

export interface NameServerLog {
  /** In order of time. */
  readonly queries: readonly QueryView[];
  /** Later queries than fit. */
  readonly more: number;
  readonly loads: readonly ZoneLoadView[];
}

/** What the caches of a machine hold at a moment: stale rows included, where they may still be served. */
export interface CacheView {
  /** Index into {@link RunView.machines}. */
  readonly machine: number;
  /** `browser`, `os`, `resolver`. */
  readonly cache: string;
  readonly rows: readonly CacheRowView[];
}

export interface CacheRowView {
  readonly name: string;
  /** `*`: the name does not exist at all. */
  readonly type: string;
  /** Presentation text of the data, joined by commas; or `NXDOMAIN`, `NODATA`, `SERVFAIL`. */
  readonly data: string;
  /** Seconds for which it was stored. */
  readonly ttl: number;
  /** Kernel time; in the past for stale rows. */
  readonly expires: Nanoseconds;
}

/** One step of "why": what happened, and the reason it happened then. */
export interface WhyStep {
  readonly time: Nanoseconds;
  readonly event: number;
  readonly layer: Layer;
  readonly title: string;
  readonly reason: string;
  readonly packet: number | undefined;
}

/** What a run is made from; also what a link says. All validated when it comes from one. */
export interface RunRequest {
  readonly scenario: string;
  /** Parameter texts that differ from the defaults. */
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly inputs: readonly {
    readonly time: Nanoseconds;
    readonly what: string;
    readonly detail: Readonly<Record<string, string | number | boolean | null>>;
  }[];
  /** A run of people's own programs: it took place in a sandbox, and is known here by its name alone. */
  readonly playground?: PlaygroundRun;
}

export interface PlaygroundRun {
  /** Made by the page; one for each press of Run. */
  readonly id: string;
  /** Of its trace. */
  readonly digest: string;
}
