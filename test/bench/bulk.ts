/**
 * A bulk transfer over TCP between two hosts on one link of 1 Gbit/s and 10 ms: real headers, checksums and payload.
 * Counted are all packets on the link, data and acknowledgments.
 */
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { randomLoss } from '../../src/engine/net/link/fault.ts';
import { Network } from '../../src/engine/net/network.ts';
import { changed } from '../../src/engine/net/transport/tcp-socket.ts';
import { World } from '../../src/engine/sim/world.ts';
import type { TraceLevel } from '../../src/engine/trace/log.ts';
import { againstRate, pairRow, type Row } from './measure.ts';
import { findNs3 } from './ns3.ts';

const BYTES = 30_000_000;
const chunk = new Uint8Array(65_536).map((_, i) => (i * 7) & 255);

function transfer(level: TraceLevel, loss: number): World {
  const world = new World({ level, seed: 1 });
  const network = new Network(world);
  const a = network.host('a');
  const b = network.host('b');
  const { forward } = network.link([a, 'eth0', '192.0.2.1/24'], [b, 'eth0', '192.0.2.2/24'], {
    delay: 5 * MILLISECOND,
    rate: 1e9,
    queueBytes: 4e6,
  });
  if (loss > 0) forward.faults.push(randomLoss(loss, world.random('loss'), 200));
  const listener = b.tcp.listen(5001);
  const into = new Uint8Array(1 << 20);
  let received = 0;
  b.run(
    'sink',
    (function* () {
      const socket = yield* listener.accept();
      while (!socket.ended) {
        if (socket.readable === 0) yield changed(socket);
        received += socket.readInto(into, 0, into.length);
      }
    })(),
  );
  a.run(
    'source',
    (function* () {
      const socket = yield* a.tcp.connect(b.ip.nics[0]!.address!, 5001);
      for (let sent = 0; sent < BYTES; ) {
        sent += socket.write(sent + chunk.length <= BYTES ? chunk : chunk.subarray(0, BYTES - sent));
        if (sent < BYTES) yield changed(socket);
      }
      socket.end();
    })(),
  );
  world.kernel.run({ maxEvents: 20_000_000 });
  if (received !== BYTES) throw new Error(`${received} of ${BYTES} bytes arrived`);
  return world;
}

/** Packets on the link: the same in every run of the same world, traced or not. */
function packetsOf(loss: number): number {
  const { trace } = transfer('full', loss);
  const sent = trace.findKind('frame.sent');
  let count = 0;
  for (let id = 0; id < trace.length; id++) if (trace.kindOf(id) === sent) count += 1;
  return count;
}

export async function rows(): Promise<Row[]> {
  const ns3 = findNs3();
  const compare = (name: string, level: TraceLevel, loss: number, target?: number): Row => {
    const packets = packetsOf(loss);
    const ours = (): number => {
      transfer(level, loss);
      return packets;
    };
    return pairRow(
      name,
      'packets/s',
      againstRate(ours, ns3 && (() => ns3.transfer(BYTES, loss))),
      'ns-3',
      target,
    );
  };
  try {
    return [
      compare('TCP bulk, untraced', 'off', 0, 6),
      compare('TCP bulk, fully traced', 'full', 0, 2),
      compare('TCP bulk at 0.1 % loss, untraced', 'off', 0.001),
    ];
  } finally {
    ns3?.close();
  }
}
