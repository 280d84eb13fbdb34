/** Waiting for a stream with a deadline: whichever comes first, the other is forgotten. */
import { expect, it } from 'vitest';
import { fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND, SECOND } from '../../../src/engine/base/units.ts';
import { changedBefore, type TcpSocket } from '../../../src/engine/net/transport/tcp-socket.ts';
import { sleep, type Task } from '../../../src/engine/sim/task.ts';
import { RIGHT, twoHosts } from '../two-hosts.ts';

/** The moments, in ms, at which a task is past its wait and past the sleep of a second behind it; the peer writes at `writeAt`. */
function play(deadline: number, writeAt: number): [waited: number, slept: number] {
  const { world, left, right } = twoHosts({ delay: MILLISECOND });
  const listener = right.tcp.listen(80);
  const at: number[] = [];
  right.run(
    'waits',
    (function* (): Task {
      const socket: TcpSocket = yield* listener.accept();
      yield changedBefore(world.kernel, socket, deadline * MILLISECOND);
      at.push(world.now / MILLISECOND);
      yield* sleep(world.kernel, SECOND);
      at.push(world.now / MILLISECOND);
    })(),
  );
  left.run(
    'writes',
    (function* (): Task {
      const socket = yield* left.tcp.connect(RIGHT, 80);
      yield* sleep(world.kernel, writeAt * MILLISECOND - world.now);
      socket.write(fromLatin1('now'));
    })(),
  );
  world.kernel.run({ until: 10 * SECOND, maxEvents: 10_000 });
  return [at[0]!, at[1]!];
}

it('is woken by the deadline, and not again by what the stream does afterwards', () => {
  expect(play(100, 200)).toEqual([100, 1100]);
});

it('is woken by the stream, and not again by the deadline', () => {
  expect(play(400, 200)).toEqual([201, 1201]);
});
