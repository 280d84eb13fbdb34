import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import type { TcpSocket } from '../../../src/engine/net/transport/tcp-socket.ts';
import { streamContract } from '../../contract/stream.ts';
import { RIGHT, twoHosts } from '../two-hosts.ts';

streamContract('TCP socket', () => {
  const { world, left, right } = twoHosts({ delay: 5 * MILLISECOND, rate: 100e6 });
  const listener = right.tcp.listen(80);
  let second: TcpSocket | undefined;
  right.run(
    'accept',
    (function* () {
      second = yield* listener.accept();
    })(),
  );
  const first = left.tcp.open(RIGHT, 80);
  const settle = (): void => {
    world.kernel.run({ until: world.now + 2 * SECOND, maxEvents: 1_000_000 });
  };
  settle();
  return { first, second: second!, settle };
});
