// The page's build: one packet of a run on every link of its way, found by its number or by a display filter.
import { type JourneyView, journeyOf } from '#engine/inspect/journey.ts';
import type { RunRequest } from '#engine/inspect/view.ts';
import { sessionOf } from './server.ts';

export type {
  JourneyCell,
  JourneyField,
  JourneyHeader,
  JourneyLink,
  JourneyView,
} from '#engine/inspect/journey.ts';

/** A packet's number; or a filter, and which of the packets that it lets through, from 1. */
export type WhichPacket = number | { readonly filter: string; readonly ordinal?: number | undefined };

/** Throws when there is no such packet: the build stops. */
export function prepareJourney(request: RunRequest, which: WhichPacket): JourneyView {
  const session = sessionOf(request);
  const { packets, run } = session;
  if (typeof which === 'number') {
    const packet = packets[which - 1];
    if (!packet) throw new Error(`${request.scenario} has no packet ${which}; it has ${packets.length}`);
    return journeyOf(run, packet);
  }
  const { filter, ordinal = 1 } = which;
  const found = session.filter(filter);
  const packet = packets[found[ordinal - 1] ?? -1];
  if (!packet)
    throw new Error(`${request.scenario}: “${filter}” lets ${found.length} packets through, not ${ordinal}`);
  return journeyOf(run, packet);
}
