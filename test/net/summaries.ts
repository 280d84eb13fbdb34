/** A run's packets in one line each, as the packet list says them. */
import { readPackets } from '../../src/engine/inspect/packets.ts';
import type { Network } from '../../src/engine/net/network.ts';
import type { World } from '../../src/engine/sim/world.ts';
import { summarise } from '../../src/engine/wire/summary.ts';

export function packetSummary(world: World, network: Network): string[] {
  return readPackets(world.trace, network.channels).map(
    ({ frame }) => summarise(world.trace.frames.read(frame)).info,
  );
}
