/**
 * The one-line summaries of a run's packets, with TCP's numbers counted from the start of each connection.
 */
import type { Trace } from '../trace/log.ts';
import { endpointsOf } from '../wire/endpoints.ts';
import { PROTOCOL_TCP } from '../wire/ipv4.ts';
import { type Summary, summarise, type TcpBase } from '../wire/summary.ts';
import { OPTION_WINDOW_SCALE, SYN, tcpHeader } from '../wire/tcp.ts';
import type { Packet } from './packets.ts';

export type PacketSummary = Summary;

/** What a SYN told: the first sequence number of its sender, and the shift of its window. */
interface Side {
  readonly initial: number;
  readonly shift: number;
}

/** One summary a packet, of the frame as its maker sent it. */
export function summariesOf(trace: Trace, packets: readonly Packet[]): PacketSummary[] {
  const sides = new Map<string, Side>();
  return packets.map((packet) => {
    const bytes = trace.frames.read(packet.frame);
    return summarise(bytes, 0, bytes.length, baseOf(bytes, packet.maker, sides));
  });
}

/**
 * Sequence numbers are looked up by the machine that made the packet and by the one that will get it: NAT changes
 * addresses on the way, but not a machine's own port, nor the server's.
 */
function baseOf(bytes: Uint8Array, maker: string, sides: Map<string, Side>): TcpBase | undefined {
  const ends = endpointsOf(bytes);
  // a later fragment has no numbers, and a first one may be too short for them
  if (!ends?.isFirst || ends.protocol !== PROTOCOL_TCP || ends.end - ends.transportAt < 20) return undefined;
  const at = ends.transportAt;
  const key = `${maker} ${ends.sourcePort} ${ends.destination} ${ends.destinationPort}`;
  const isSyn = (bytes[at + 13]! & SYN) !== 0;
  const sequence = tcpHeader.get.sequence(bytes, at);
  if (isSyn) sides.set(key, { initial: sequence, shift: shiftOf(bytes, at) });
  const own = sides.get(key);
  const initialOfPeer = peerInitial(bytes, at, isSyn, own, sides, key);
  return {
    sequence: own?.initial ?? 0,
    acknowledgment: initialOfPeer ?? 0,
    ...(own ? { windowShift: own.shift } : {}),
  };
}

const peerKey = (key: string): string => `peer of ${key}`;

/** The first acknowledgment of a side is one more than the peer's initial number: remembered for the rest. */
function peerInitial(
  bytes: Uint8Array,
  at: number,
  isSyn: boolean,
  own: Side | undefined,
  sides: Map<string, Side>,
  key: string,
): number | undefined {
  const known = sides.get(peerKey(key));
  if (known && !isSyn) return known.initial;
  const hasAck = (bytes[at + 13]! & 0x10) !== 0;
  if (!hasAck || !own) return undefined;
  const initial = (tcpHeader.get.acknowledgment(bytes, at) - 1) >>> 0;
  sides.set(peerKey(key), { initial, shift: 0 });
  return initial;
}

function shiftOf(bytes: Uint8Array, at: number): number {
  const end = at + (bytes[at + 12]! >> 4) * 4;
  for (let i = at + 20; i < end && i < bytes.length; ) {
    const kind = bytes[i]!;
    if (kind === 0) break;
    if (kind === OPTION_WINDOW_SCALE) return Math.min(14, bytes[i + 2] ?? 0);
    i += kind === 1 ? 1 : Math.max(2, bytes[i + 1] ?? 2);
  }
  return 0;
}
