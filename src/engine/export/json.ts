/**
 * A run as JSON, for programs: `roundtrip run SCENARIO --json`.
 *
 * The shape is {@link RunJson}, and is kept: new fields may be added, those that are there keep their meaning.
 * `format` grows when that is not possible. Times are nanoseconds from the start of the run.
 */
import type { Nanoseconds } from '../base/units.ts';
import type { HopOutcome, Line, Packet } from '../inspect/packets.ts';
import type { Detail } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import { summarise } from '../wire/summary.ts';

/** What the caller knows of the run. */
export interface RunAbout {
  readonly scenario: string;
  readonly version: number;
  readonly seed: number;
  /** Parameter texts, all of them. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Claims by name; `null` for what did not happen. */
  readonly claims: Readonly<Record<string, number | string | null>>;
  readonly epochSeconds: number;
  readonly end: Nanoseconds;
}

export interface RunJson extends RunAbout {
  readonly format: 1;
  /** Fingerprint of the run: equal runs have equal digests. */
  readonly digest: string;
  /** The directions of links, which hops refer to by position. `rate` in bits a second, `null` for no limit. */
  readonly channels: readonly {
    readonly from: string;
    readonly to: string;
    readonly delay: number;
    readonly rate: number | null;
  }[];
  readonly packets: readonly PacketJson[];
  /** All that happened besides frames, in order. `cause` is the id of an event, −1 for none; frames count as events. */
  readonly events: readonly {
    readonly id: number;
    readonly time: number;
    readonly kind: string;
    readonly node: string;
    readonly cause: number;
    /** Two numbers whose meaning the kind gives: a flow of a translator, a window in bytes. */
    readonly a: number;
    readonly b: number;
    readonly detail: Detail | null;
  }[];
}

export interface PacketJson {
  /** From 1, in the order of sending. */
  readonly number: number;
  readonly time: number;
  readonly end: number;
  /** The machine that made it, and the one where it ended. */
  readonly from: string;
  readonly to: string;
  /** Addresses as its maker wrote them; ports are 0 when there are none. */
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  readonly protocol: string;
  /** Bytes of the frame. */
  readonly size: number;
  readonly info: string;
  readonly outcome: HopOutcome;
  readonly reason: string | null;
  /** Number of the packet whose arrival led to this one. */
  readonly because: number | null;
  readonly hops: readonly {
    readonly channel: number;
    readonly frame: number;
    readonly sent: number;
    readonly line: number;
    readonly arrived: number;
    readonly outcome: HopOutcome;
    readonly reason: string | null;
  }[];
}

/** The run as a value; {@link json} prints it. */
export function runJson(
  about: RunAbout,
  trace: Trace,
  channels: readonly Line[],
  packets: readonly Packet[],
): RunJson {
  return {
    format: 1,
    scenario: about.scenario,
    version: about.version,
    seed: about.seed,
    parameters: about.parameters,
    claims: about.claims,
    epochSeconds: about.epochSeconds,
    end: about.end,
    digest: trace.digest,
    channels: channels.map(({ from, to, delay, rate }) => ({ from, to, delay, rate: rate ?? null })),
    packets: packets.map((packet) => packetJson(trace, packet)),
    events: eventsJson(trace),
  };
}

/** One line for each packet and event, so that runs can be compared with a line-wise diff. */
export function json(
  about: RunAbout,
  trace: Trace,
  channels: readonly Line[],
  packets: readonly Packet[],
): string {
  const run = runJson(about, trace, channels, packets);
  const fields = Object.entries(run).map(([name, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((item) => `    ${JSON.stringify(item)}`).join(',\n')}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(name)}: ${text}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

function packetJson(trace: Trace, packet: Packet): PacketJson {
  const line = summarise(trace.frames.read(packet.frame));
  return {
    number: packet.number,
    time: packet.time,
    end: packet.end,
    from: packet.maker,
    to: packet.last,
    source: line.from,
    sourcePort: line.sourcePort,
    destination: line.to,
    destinationPort: line.destinationPort,
    protocol: line.protocol,
    size: trace.frames.size(packet.frame),
    info: line.info,
    outcome: packet.outcome,
    reason: packet.reason ?? null,
    because: packet.because ?? null,
    hops: packet.hops.map(({ channel, frame, sent, line: onLine, arrived, outcome, reason }) => ({
      channel,
      frame,
      sent,
      line: onLine,
      arrived,
      outcome,
      reason: reason ?? null,
    })),
  };
}

function eventsJson(trace: Trace): RunJson['events'] {
  const frames = new Set(
    ['frame.sent', 'frame.delivered', 'frame.lost', 'frame.corrupted', 'frame.refused'].map((kind) =>
      trace.findKind(kind),
    ),
  );
  const events: RunJson['events'][number][] = [];
  for (let id = 0; id < trace.length; id++) {
    if (frames.has(trace.kindOf(id))) continue;
    const { time, kind, node, cause, a, b, detail } = trace.event(id);
    events.push({ id, time, kind, node, cause, a, b, detail: detail ?? null });
  }
  return events;
}
