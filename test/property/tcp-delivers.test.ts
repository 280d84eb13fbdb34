/**
 * TCP delivers: over links that lose, reorder, double and damage, with tiny windows and closes at any moment, every byte
 * arrives once and in order, or whoever lacks bytes (or the acknowledgment of its own) gets an error. Nothing hangs, no
 * socket is left over.
 *
 * One damage is beyond TCP: two flipped bits can cancel in the checksum. One flipped bit cannot, so damage past the
 * frame check is one bit a packet.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/base/random.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { corrupt, corruptPastFcs, duplicate, randomLoss, reorder } from '../../src/engine/net/link/fault.ts';
import { changed, type TcpSocket } from '../../src/engine/net/transport/tcp-socket.ts';
import { ProgramError, sleep, type Task } from '../../src/engine/sim/task.ts';
import { RIGHT, type TwoHosts, twoHosts } from '../net/two-hosts.ts';

const WORLDS = Number(process.env['WORLDS'] ?? 2000);
/** Above every retry of both profiles: whatever still waits after it hangs. */
const PATIENCE = 3 * 3600 * SECOND;

interface Side {
  sent: Uint8Array;
  accepted: number;
  received: Uint8Array;
  error: string | undefined;
  /** Its own wish: it aborted, so its peer may lack bytes. */
  aborted: boolean;
  finished: boolean;
}

function describeWorld(seed: number): { world: TwoHosts; chance: Random } {
  const chance = new Random(seed);
  const profile = chance.chance(0.5) ? 'linux' : 'rfc';
  const world = twoHosts(
    {
      delay: chance.below(80) * MILLISECOND,
      rate: [64e3, 1e6, 10e6, 1e9][chance.below(4)]!,
      queuePackets: 2 + chance.below(60),
    },
    { seed },
    {
      profile,
      // a reset is sent once: when it is lost, only probing finds out that nobody is there any more (RFC 9293 §3.8.4)
      keepAlive: { idle: 60 * SECOND, interval: 10 * SECOND, probes: 9 },
      noDelay: chance.chance(0.3),
      ...(chance.chance(0.3) ? { receiveBuffer: 1 + chance.below(4000) } : {}),
      ...(chance.chance(0.3) ? { sendBuffer: 1 + chance.below(8000) } : {}),
      ...(chance.chance(0.2) ? { timestamps: false } : {}),
    },
  );
  for (const [i, channel] of [world.link.forward, world.link.backward].entries()) {
    const random = new Random(seed * 2 + i + 1_000_003);
    if (chance.chance(0.6)) channel.faults.push(randomLoss(chance.float() * 0.3, random));
    if (chance.chance(0.4))
      channel.faults.push(reorder(chance.float() * 0.5, chance.below(200) * MILLISECOND, random));
    if (chance.chance(0.3)) channel.faults.push(duplicate(chance.float() * 0.3, random));
    if (chance.chance(0.3)) channel.faults.push(corrupt(chance.float() * 0.2, random));
    if (chance.chance(0.3)) channel.faults.push(corruptPastFcs(chance.float() * 0.2, random));
  }
  return { world, chance };
}

function newSide(chance: Random): Side {
  const size = [0, 1, chance.below(200), chance.below(5000), chance.below(60_000)][chance.below(5)]!;
  const sent = Uint8Array.from({ length: size }, () => chance.below(256));
  return {
    sent,
    accepted: 0,
    received: new Uint8Array(0),
    error: undefined,
    aborted: false,
    finished: false,
  };
}

/** Writes and reads at once; ends its half when all is written, or gives up at a random moment. */
function* talk(world: TwoHosts, socket: TcpSocket, side: Side, chance: Random): Task {
  const parts: Uint8Array[] = [];
  let ended = false;
  const giveUpAt = chance.chance(0.1) ? world.world.now + chance.below(3000) * MILLISECOND : Infinity;
  for (;;) {
    if (world.world.now >= giveUpAt) {
      side.aborted = true;
      socket.abort();
      break;
    }
    if (socket.error !== undefined) break;
    let moved = false;
    if (side.accepted < side.sent.length) {
      const chunk = side.sent.subarray(side.accepted, side.accepted + 1 + chance.below(3000));
      const count = socket.write(chunk);
      side.accepted += count;
      moved = count > 0;
    } else if (!ended) {
      socket.end();
      ended = true;
      moved = true;
    }
    if (socket.readable > 0) {
      parts.push(socket.read(1 + chance.below(5000)));
      moved = true;
    }
    if (socket.ended && ended && socket.readable === 0 && side.accepted === side.sent.length) break;
    if (chance.chance(0.02)) yield* sleep(world.world.kernel, chance.below(500) * MILLISECOND);
    else if (!moved) yield changed(socket);
  }
  while (socket.readable > 0) parts.push(socket.read());
  // an end that was not acknowledged may still turn into an error: wait until the connection is over
  while (!socket.isClosed && socket.error === undefined && socket.connection.state !== 'TIME-WAIT')
    yield changed(socket);
  side.error = socket.error;
  side.received = Uint8Array.from(parts.flatMap((part) => [...part]));
  side.finished = true;
}

function play(seed: number): { client: Side; server: Side | undefined; world: TwoHosts } {
  const { world, chance } = describeWorld(seed);
  const client = newSide(chance);
  let server: Side | undefined;
  const listener = world.right.tcp.listen(80);
  world.right.run(
    'server',
    (function* (): Task {
      const socket = yield* listener.accept();
      server = newSide(new Random(seed + 77));
      yield* talk(world, socket, server, new Random(seed + 78));
    })(),
  );
  world.left.run(
    'client',
    (function* (): Task {
      try {
        const socket = yield* world.left.tcp.connect(RIGHT, 80);
        yield* talk(world, socket, client, new Random(seed + 79));
      } catch (error) {
        if (!(error instanceof ProgramError)) throw error;
        client.error = error.code;
        client.finished = true;
      }
    })(),
  );
  const end = world.world.kernel.run({ until: PATIENCE, maxEvents: 3_000_000 });
  expect(end, `seed ${seed}: nothing may go on without end`).not.toBe('events');
  return { client, server, world };
}

function isPrefix(part: Uint8Array, whole: Uint8Array): boolean {
  return part.length <= whole.length && part.every((byte, i) => byte === whole[i]);
}

describe('TCP delivers', () => {
  it(`every byte once and in order, or an error for whoever lacks some, in ${WORLDS} worlds`, () => {
    let broken = 0;
    for (let seed = 1; seed <= WORLDS; seed++) {
      const { client, server, world } = play(seed);
      const hint = `seed ${seed}`;
      expect(client.finished, `${hint}: the client hangs`).toBe(true);
      if (!server) {
        expect(client.error, `${hint}: connected to nobody, and no error`).toBeDefined();
        continue;
      }
      expect(server.finished, `${hint}: the server hangs`).toBe(true);
      for (const [from, to] of [
        [client, server],
        [server, client],
      ] as const) {
        expect(isPrefix(to.received, from.sent), `${hint}: bytes out of order or altered`).toBe(true);
        const lacks = to.received.length < from.sent.length;
        if (lacks && to.finished)
          expect(to.error !== undefined || to.aborted, `${hint}: bytes are missing and nobody was told`).toBe(
            true,
          );
        if (to.error !== undefined) broken += 1;
      }
      for (const host of [world.left, world.right]) {
        const left = host.tcp.sockets().map(({ connection }) => connection.state);
        expect(left, `${hint}: a socket is left on ${host.name}`).toEqual([]);
      }
    }
    // a test in which nothing ever breaks, or everything does, would show nothing
    expect(broken).toBeGreaterThan(WORLDS / 100);
    expect(broken).toBeLessThan(WORLDS);
  }, 300_000);
});
