/**
 * Reads a finished run into the plain data that figures draw from.
 */
import { formatDuration, formatNumber, MILLISECOND, type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import type { Channel } from '../net/link/link.ts';
import {
  type Parameter,
  type Parameters,
  showValue,
  type Values,
  writeValue,
} from '../scenario/parameter.ts';
import type { Run } from '../scenario/run.ts';
import type { Claim } from '../scenario/scenario.ts';
import type { Trace } from '../trace/log.ts';
import { consolesOf } from './consoles.ts';
import { conversationsOf } from './conversations.ts';
import { momentsOf } from './moments.ts';
import type { Packet } from './packets.ts';
import { requestsOf } from './requests.ts';
import { spansOf } from './spans.ts';
import { type PacketSummary, summariesOf } from './summaries.ts';
import type {
  ChannelView,
  ClaimView,
  GoalView,
  HopColumns,
  InputView,
  KnobView,
  MachineView,
  MomentView,
  Outcome,
  PacketView,
  RunView,
} from './view.ts';

/** Most packets a figure shows; a run has more than that only when it was asked for. */
export const MAX_PACKETS = 5_000;
/** Most moments a figure tells. */
const MAX_MOMENTS = 2_000;

export function buildView(run: Run, packets: readonly Packet[]): RunView {
  const shown = packets.slice(0, MAX_PACKETS);
  const machines = machinesOf(run);
  const index = new Map(machines.map(({ name }, i) => [name, i]));
  const summaries = summariesOf(run.world.trace, shown);
  const end = endOf(run, shown);
  const { channels } = run.network;
  const moments = momentsOf(run, shown, index, end);
  return {
    scenario: run.scenario.name,
    version: run.scenario.version,
    title: run.scenario.title,
    seed: run.spec.seed,
    digest: run.world.trace.digest,
    end,
    cutShort:
      packets.length > shown.length
        ? `Only the first ${formatNumber(MAX_PACKETS)} packets are shown.`
        : run.cutShort,
    areas: run.scenario.areas,
    machines,
    channels: channels.map((channel) => channelView(channel, index)),
    ...(run.isForeign ? NOTHING_TO_CHANGE : whatCanChange(run, index)),
    inputs: inputsOf(run, shown, summaries),
    packets: packetViews(run.world.trace, shown, summaries, index),
    hops: hopColumns(shown, run),
    moments: moments.slice(0, MAX_MOMENTS),
    untold: Math.max(moments.length - MAX_MOMENTS, 0),
    spans: spansOf(run.world.trace, index, end).filter(({ start }) => start <= end),
    requests: requestsOf(run.world.trace),
    near: index.get(run.scenario.near)!,
    far: index.get(run.scenario.far)!,
    distance: distancesOf(machines, channels, run.scenario.near),
  };
}

/** Every moment, for those who take the whole story away. */
export function wholeStory(run: Run, packets: readonly Packet[]): readonly MomentView[] {
  const index = new Map(machinesOf(run).map(({ name }, i) => [name, i]));
  return momentsOf(run, packets, index, endOf(run, packets));
}

type Changeable = Pick<RunView, 'knobs' | 'phases' | 'claims' | 'goals' | 'consoles' | 'zones'>;

/** What a reader can set or type, so that it runs anew, and what the scenario's own story says of the run. */
function whatCanChange(run: Run, index: ReadonlyMap<string, number>): Changeable {
  return {
    knobs: knobsOf(run),
    phases: run.scenario.phases(run),
    claims: claimsOf(run),
    goals: goalsOf(run),
    consoles: consolesOf(run.world.trace, run.scenario.terminals ?? {}, index),
    zones: run.scenario.zones?.(run.values as Values<Parameters>) ?? [],
  };
}

/** A run from a sandbox has another story, and can only be run again there. */
const NOTHING_TO_CHANGE: Changeable = {
  knobs: [],
  phases: [],
  claims: [],
  goals: [],
  consoles: [],
  zones: [],
};

/** A run goes on for this part of it after its last packet, but no longer than that. */
const AFTERWARDS = 0.02;
const LONGEST_AFTERWARDS = 40 * MILLISECOND;

/** A little after the last packet, or after the visit ended, whichever is later. */
function endOf(run: Run, packets: readonly Packet[]): Nanoseconds {
  const lastArrival = packets.reduce((latest, { end }) => Math.max(latest, end), 0);
  let last = lastArrival;
  for (const { time } of run.world.trace.events([
    'fetch.failed',
    'fetch.loaded',
    'program.exit',
    'program.output',
    'shell.exit',
    'shell.output',
    'shell.refused',
  ]))
    last = Math.max(last, time);
  return Math.ceil(last + Math.min(last * AFTERWARDS, LONGEST_AFTERWARDS)) + 1;
}

function machinesOf(run: Run): MachineView[] {
  return Object.entries(run.scenario.places).map(
    ([name, { label, called, owner, kind, area, addresses, wide, tall, lane }]) => ({
      name,
      label,
      called,
      owner,
      kind,
      area,
      addresses,
      wide,
      tall,
      lane,
    }),
  );
}

function channelView(channel: Channel, index: ReadonlyMap<string, number>): ChannelView {
  return {
    from: index.get(channel.from)!,
    to: index.get(channel.to)!,
    delay: channel.delay,
    rate: channel.rate,
  };
}

function knobsOf(run: Run): KnobView[] {
  return Object.entries(run.scenario.parameters).map(([name, parameter]) => ({
    name,
    label: parameter.label,
    kind: parameter.kind,
    value: writeValue(parameter, run.values[name]!),
    initial: writeValue(parameter, parameter.initial),
    note: parameter.note ?? '',
    ...stepsOf(parameter, run.values[name]!),
  }));
}

/** The slider's stops; a value between them (from a link or the command line) gets a stop of its own. */
function stepsOf(parameter: Parameter, value: number | string): Pick<KnobView, 'steps' | 'stepLabels'> {
  if (parameter.kind === 'choice') {
    return {
      steps: parameter.choices.map((one) => one.value),
      stepLabels: parameter.choices.map(({ label }) => label),
    };
  }
  const stops = parameter.steps.includes(Number(value))
    ? parameter.steps
    : [...parameter.steps, Number(value)].sort((a, b) => a - b);
  return {
    steps: stops.map((stop) => writeValue(parameter, stop)),
    stepLabels: stops.map((stop) => showValue(parameter, stop)),
  };
}

function inputsOf(run: Run, packets: readonly Packet[], summaries: readonly PacketSummary[]): InputView[] {
  return run.spec.inputs.map(({ time, what, detail }) => ({
    time,
    what,
    detail,
    text: inputText(run, what, detail, time, packets, summaries),
  }));
}

function inputText(
  run: Run,
  what: string,
  detail: InputView['detail'],
  time: Nanoseconds,
  packets: readonly Packet[],
  summaries: readonly PacketSummary[],
): string {
  const label = (name: unknown): string => run.scenario.places[String(name)]?.label ?? String(name);
  const at = formatDuration(time, 1);
  if (what === 'off') return `${label(detail['machine'])} switched off at ${at}`;
  if (what === 'type') return `“${String(detail['line'])}” typed on ${label(detail['machine'])} at ${at}`;
  if (what === 'interrupt') return `Ctrl-C on ${label(detail['machine'])} at ${at}`;
  if (what === 'zone')
    return `${String(detail['origin']).replace(/\.$/, '')} loaded on ${label(detail['machine'])} at ${at}`;
  if (what === 'diagnose') return `Said what is wrong, at ${at}`;
  if (what === 'restart') return `${label(detail['machine'])} restarted at ${at}`;
  const way = `${label(detail['from'])} – ${label(detail['to'])}`;
  if (what === 'cut') return `${way} cut at ${at}`;
  const channel = run.network.channels.findIndex(
    ({ from, to }) => from === detail['from'] && to === detail['to'],
  );
  let ordinal = 0;
  for (const [i, { hops }] of packets.entries()) {
    for (const hop of hops) {
      if (hop.channel !== channel || hop.isDouble || ++ordinal !== detail['ordinal']) continue;
      const deed =
        what === 'drop'
          ? 'dropped'
          : what === 'delay'
            ? `held back by ${formatDuration(Number(detail['extra']), 1)}`
            : 'damaged';
      return `${summaries[i]!.title} ${deed} at ${formatDuration(hop.sent, 1)}`;
    }
  }
  return `packet ${String(detail['ordinal'])} on ${way} (${what})`;
}

const OUTCOMES = {
  delivered: 'delivered',
  lost: 'lost',
  corrupted: 'refused',
  refused: 'refused',
  travelling: 'travelling',
} as const;

function packetViews(
  trace: Trace,
  packets: readonly Packet[],
  summaries: readonly PacketSummary[],
  index: ReadonlyMap<string, number>,
): PacketView[] {
  const conversations = conversationsOf(trace, packets);
  return packets.map((packet, i) => {
    const { layer, letter, protocol, from, to, length, title, info } = summaries[i]!;
    return {
      number: packet.number,
      time: packet.time,
      end: packet.end,
      from: index.get(packet.maker)!,
      to: index.get(packet.last)!,
      source: from,
      destination: to,
      layer,
      letter,
      protocol,
      size: length,
      title,
      info,
      outcome: OUTCOMES[packet.outcome] satisfies Outcome,
      reason: packet.outcome === 'corrupted' ? 'damaged: its frame check sequence is wrong' : packet.reason,
      conversation: conversations[i]!,
      because: packet.because === undefined ? undefined : packet.because - 1,
      event: packet.event,
    };
  });
}

const HOP_OUTCOMES = { delivered: 0, lost: 1, corrupted: 2, refused: 2, travelling: 3 } as const;

function hopColumns(packets: readonly Packet[], run: Run): HopColumns {
  const all = packets
    .flatMap(({ hops }, packet) => hops.filter((hop) => !hop.isDouble).map((hop) => ({ packet, hop })))
    .sort((a, b) => a.hop.sent - b.hop.sent || a.hop.sentEvent - b.hop.sentEvent);
  const rewriters = new Set(
    [...run.network.machines.values()].flatMap((machine) =>
      'ip' in machine && machine.ip.nat ? [machine.name] : [],
    ),
  );
  return {
    packet: Int32Array.from(all, ({ packet }) => packet),
    channel: Int32Array.from(all, ({ hop }) => hop.channel),
    frame: Int32Array.from(all, ({ hop }) => hop.frame),
    sent: Float64Array.from(all, ({ hop }) => hop.sent),
    line: Float64Array.from(all, ({ hop }) => hop.line),
    arrived: Float64Array.from(all, ({ hop }) => hop.arrived),
    outcome: Uint8Array.from(all, ({ hop }) => HOP_OUTCOMES[hop.outcome]),
    rewritten: Uint8Array.from(all, ({ packet, hop }) =>
      rewriters.has(hop.to) && packets[packet]!.last !== hop.to ? 1 : 0,
    ),
  };
}

function claimsOf(run: Run): ClaimView[] {
  const claims = run.claims();
  return Object.entries(run.scenario.claims).map(([name, { label }]) => {
    const { kind, value } = claims[name]!;
    return { name, label, kind, value, text: claimText(claims[name]!) };
  });
}

function goalsOf(run: Run): GoalView[] {
  const goals = run.goals();
  return Object.entries(run.scenario.goals ?? {}).map(([name, { label, about }]) => {
    const { state, because, time } = goals[name]!;
    return { name, label, about, state, because, time };
  });
}

/** The value as people read it; a dash for what did not happen. */
export function claimText({ kind, value }: Claim): string {
  if (value === undefined) return '–';
  if (kind === 'time') return formatDuration(Number(value), Number(value) < 10 * 1e6 ? 1 : 0);
  return kind === 'text' ? String(value) : formatNumber(Number(value));
}

/** One-way delay from `start` to each machine over the fastest way; machines that nothing leads to are as far as a second. */
function distancesOf(
  machines: readonly MachineView[],
  channels: readonly Channel[],
  start: string,
): Nanoseconds[] {
  const best = new Map<string, number>([[start, 0]]);
  const open = new Set([start]);
  while (open.size > 0) {
    let nearest = '';
    for (const name of open) if (nearest === '' || best.get(name)! < best.get(nearest)!) nearest = name;
    open.delete(nearest);
    for (const { from, to, delay } of channels) {
      if (from !== nearest) continue;
      const total = best.get(nearest)! + delay;
      if (total >= (best.get(to) ?? NEVER)) continue;
      best.set(to, total);
      open.add(to);
    }
  }
  return machines.map(({ name }) => best.get(name) ?? SECOND);
}
