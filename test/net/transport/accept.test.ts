import { expect, it } from 'vitest';
import { MILLISECOND } from '../../../src/engine/base/units.ts';
import { pair } from '../small-world.ts';

it('a connection goes to the next who waits when the first is cancelled between its wake-up and its step', () => {
  const { world, a, b } = pair({ delay: MILLISECOND });
  const listener = b.tcp.listen(80);
  const accepted: string[] = [];
  const taker = (name: string) =>
    b.run(
      name,
      (function* () {
        const socket = yield* listener.accept();
        accepted.push(`${name} ${socket.peer.split(':')[0]}`);
      })(),
    );
  const first = taker('first');
  taker('second');
  // the moment of the third segment of the handshake: ARP takes two crossings, the handshake three
  world.kernel.call(5 * MILLISECOND, () => first.cancel());
  a.run('connect', a.tcp.connect(b.ip.nics[0]!.address!, 80));
  world.kernel.run({ until: 20 * MILLISECOND });
  expect(accepted).toEqual(['second 192.0.2.1']);
});
