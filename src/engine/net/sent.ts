/**
 * The packets of a trace as their makers sent them: each once, whatever routers and switches did with it afterwards.
 */
import type { Trace } from '../trace/log.ts';

export interface SentPacket {
  /** The event of its first sending. */
  readonly event: number;
  readonly frame: number;
}

/** In order of sending. A router's copy has an origin, and a frame that a switch passes on was sent before. */
export function* packetsSent(trace: Trace): Generator<SentPacket> {
  const sent = trace.findKind('frame.sent');
  const seen = new Set<number>();
  for (let event = 0; event < trace.length; event++) {
    if (trace.kindOf(event) !== sent) continue;
    const frame = trace.aOf(event);
    if (trace.frames.origin(frame) !== -1 || seen.has(frame)) continue;
    seen.add(frame);
    yield { event, frame };
  }
}
