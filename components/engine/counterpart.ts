// What in one run corresponds to something in another, or at a moment: for a figure that goes from run to run.
import type { RunView } from '#engine/inspect/view.ts';
import type { NewInput } from './link.ts';

/** The last packet that was sent by `now`; before the first one, that. */
export function lastSent(packets: RunView['packets'], now: number): number | undefined {
  const index = packets.findLastIndex((packet) => packet.time <= now);
  return index >= 0 ? index : packets.length > 0 ? 0 : undefined;
}

/** The packet of another run that says the same between the same machines, counted alike. */
export function samePacket(old: RunView, now: RunView, index: number): number | undefined {
  const was = old.packets[index];
  if (!was) return undefined;
  const alike = (packet: RunView['packets'][number]) =>
    packet.title === was.title && packet.from === was.from && packet.protocol === was.protocol;
  const place = old.packets.slice(0, index).filter(alike).length;
  const found = now.packets.map((packet, i) => (alike(packet) ? i : -1)).filter((i) => i >= 0);
  return found[place] ?? found[0];
}

export function sameDetail(a: NewInput['detail'], b: NewInput['detail']): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
