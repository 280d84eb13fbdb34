/**
 * The moments of a run: events that have a sentence, with the packet that each is about.
 */

import type { Nanoseconds } from '../base/units.ts';
import type { Run } from '../scenario/run.ts';
import type { TraceEvent } from '../trace/event.ts';
import type { Trace } from '../trace/log.ts';
import type { Packet } from './packets.ts';
import { TOLD_KINDS, tell } from './sentence.ts';
import type { MomentView, WhyStep } from './view.ts';

/** Longest chain of causes that is walked. */
const MAX_CHAIN = 100_000;
/** Lines of the longest transcript. */
const MAX_MOMENTS = 200_000;
/** Steps of a "why": more would not be read. */
const MAX_STEPS = 16;

const TOLD = new Set(TOLD_KINDS);

/** All up to kernel time `end`. */
export function momentsOf(
  run: Run,
  packets: readonly Packet[],
  index: ReadonlyMap<string, number>,
  end: Nanoseconds,
): MomentView[] {
  const { trace } = run.world;
  const about = packetsOfMoments(trace, packets);
  const nameOf = (node: string): string => run.scenario.places[node]?.called ?? node;
  const moments: MomentView[] = [];
  /** The last refusal that was told: the machine that throws the packet away for it need not say so again. */
  let refusal: TraceEvent | undefined;
  let agreed = 0;
  for (const event of trace.events([...TOLD_KINDS, ...FRAME_KINDS, 'route.add'])) {
    if (moments.length >= MAX_MOMENTS || event.time > end) break;
    if (event.kind === 'route.add') {
      // one for all that routers tell each other at a time
      if (event.time === agreed || event.detail!['origin'] !== 'computed') continue;
      agreed = event.time;
      moments.push({ ...AGREEMENT, time: agreed, event: event.id, machine: index.get(event.node)! });
      continue;
    }
    if (event.kind === 'nat.refuse' || event.kind === 'filter.refuse') refusal = event;
    if (event.kind === 'frame.refused' && refusal?.time === event.time && refusal.node === event.node) {
      refusal = undefined;
      continue;
    }
    const machine = index.get(event.node) ?? index.get(run.scenario.near)!;
    const called = nameOf(event.node);
    if (event.kind.startsWith('frame.')) {
      const packet = about.get(event.id);
      const reason = event.kind === 'frame.corrupted' ? 'damaged on the way' : trace.textOf(event.b);
      if (packet === undefined || IGNORED.has(reason)) continue;
      const isLost = event.kind === 'frame.lost';
      const deed =
        reason === 'the machine is off' ? 'is off and hears nothing' : `throws a packet away: ${reason}`;
      moments.push({
        time: event.time,
        event: event.id,
        machine,
        layer: 'link',
        subject: isLost ? 'A packet' : called,
        text: isLost ? `is lost after ${called.replace(/^The /, 'the ')}: ${reason}` : deed,
        packet,
      });
      continue;
    }
    const sentence = tell(event, nameOf);
    if (!sentence) continue;
    moments.push({
      time: event.time,
      event: event.id,
      machine,
      layer: sentence.layer,
      subject: sentence.subject ?? called,
      text: sentence.text,
      packet: about.get(event.id),
    });
  }
  return moments;
}

const FRAME_KINDS = ['frame.lost', 'frame.refused', 'frame.corrupted'] as const;

const AGREEMENT = {
  layer: 'ip',
  subject: 'The routers',
  text: 'have agreed on other ways',
  packet: undefined,
} as const;

/** Flooding makes these ordinary. */
const IGNORED: ReadonlySet<string> = new Set(['not for this machine', 'it came from where it would go']);

/** For each told event the packet it sent, or else the packet whose arrival brought it about. Linear in the trace. */
function packetsOfMoments(trace: Trace, packets: readonly Packet[]): Map<number, number> {
  const about = new Map<number, number>();
  const delivered = trace.findKind('frame.delivered');
  packets.forEach((packet, i) => {
    for (const hop of packet.hops) if (hop.arrivedEvent >= 0) about.set(hop.arrivedEvent, i);
  });
  // what an arrival leads to is about the packet that arrived …
  const arrivalOf = new Int32Array(trace.length).fill(-1);
  for (let id = 0; id < trace.length; id++) {
    const cause = trace.causeOf(id);
    arrivalOf[id] =
      trace.kindOf(id) === delivered ? (about.get(id) ?? -1) : cause >= 0 ? arrivalOf[cause]! : -1;
  }
  for (let id = 0; id < trace.length; id++)
    if (arrivalOf[id]! >= 0 && !about.has(id)) about.set(id, arrivalOf[id]!);
  // … unless it sent one itself
  packets.forEach((packet, i) => {
    let id = trace.causeOf(packet.event);
    for (let steps = 0; id >= 0 && steps < MAX_CHAIN; steps++) {
      if (trace.kindOf(id) === delivered) break;
      if (TOLD.has(trace.kindName(trace.kindOf(id)))) {
        about.set(id, i);
        break;
      }
      id = trace.causeOf(id);
    }
  });
  return about;
}

/** The chain of recorded causes that leads to `event`, as sentences, the earliest first. */
export function whyOf(
  run: Run,
  packets: readonly Packet[],
  titles: readonly { readonly title: string; readonly layer: WhyStep['layer'] }[],
  event: number,
): WhyStep[] {
  const { trace } = run.world;
  const about = packetsOfMoments(trace, packets);
  const called = (node: string): string => run.scenario.places[node]?.called ?? node;
  const steps: WhyStep[] = [];
  let id = event;
  for (let count = 0; id >= 0 && count < MAX_CHAIN; count++) {
    const one = trace.event(id);
    const sentence = tell(one, called);
    if (sentence) {
      const title = `${sentence.subject ?? called(one.node)} ${sentence.text}`;
      steps.push({
        time: one.time,
        event: id,
        layer: sentence.layer,
        title,
        reason: sentence.reason,
        packet: about.get(id),
      });
    }
    id = trace.causeOf(id);
  }
  steps.reverse();
  const sent = packets.findIndex((packet) => packet.event === event);
  if (sent >= 0) {
    const { title, layer } = titles[sent]!;
    const packet = packets[sent]!;
    const because =
      packet.because === undefined
        ? ''
        : `It follows from packet ${packet.because}, ${titles[packet.because - 1]!.title}.`;
    steps.push({
      time: packet.time,
      event,
      layer,
      title: `${called(packet.maker)} sent ${title}`,
      reason: because,
      packet: sent,
    });
  }
  const printed = printing(run, packets, titles, event, about.get(event));
  if (printed) steps.push(printed);
  return shorten(steps);
}

/** What a program wrote has no moment of its own, but a reader may ask for its reason. */
function printing(
  run: Run,
  packets: readonly Packet[],
  titles: readonly { readonly title: string }[],
  event: number,
  packet: number | undefined,
): WhyStep | undefined {
  const { time, kind, node, detail } = run.world.trace.event(event);
  if (kind !== 'shell.output') return undefined;
  const line = String(detail!['text']).trim().split('\n')[0]!;
  return {
    time,
    event,
    layer: 'app',
    title: `${run.scenario.places[node]?.called ?? node} prints: ${line}`,
    reason:
      packet === undefined ? '' : `Packet ${packets[packet]!.number} has arrived: ${titles[packet]!.title}.`,
    packet,
  };
}

/** Keeps the beginning and the end of a long chain. */
function shorten(steps: WhyStep[]): WhyStep[] {
  if (steps.length <= MAX_STEPS) return steps;
  const head = steps.slice(0, 4);
  const tail = steps.slice(steps.length - (MAX_STEPS - 5));
  const left = steps.length - head.length - tail.length;
  const gap = steps[4]!;
  return [...head, { ...gap, title: `… ${left} steps between …`, reason: '', packet: undefined }, ...tail];
}
