/**
 * Two machines over a channel that loses, delays, reorders and doubles, in virtual time, with programs that write,
 * read and close. Chance comes from a seed.
 */
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { TcpConnection, type TcpOptions } from '../../../src/engine/proto/tcp/connection.ts';
import { resetFor } from '../../../src/engine/proto/tcp/reset.ts';
import type { MachineEvent } from '../../../src/engine/trace/event.ts';

export interface Channel {
  readonly seed: number;
  /** Chances for each segment. */
  readonly loss: number;
  readonly double: number;
  /** Delay one way, and how much it varies: more than the gap between segments reorders. */
  readonly delay: number;
  readonly jitter: number;
  /** The channel dies at this time: nothing arrives any more. */
  readonly diesAt?: number;
}

export interface Plan {
  /** How many bytes this side sends before it closes its direction. */
  readonly bytes: number;
  /** How much the program writes and reads at a time. */
  readonly chunk: number;
  /** The program resets after having read this much. */
  readonly abortsAfter?: number;
}

export class End {
  readonly connection: TcpConnection;
  readonly plan: Plan;
  readonly events: MachineEvent[] = [];
  written = 0;
  received = 0;
  /** The first byte that came out wrong. */
  wrongAt = -1;
  /** When everything written was acknowledged. */
  ackedAt = -1;
  readonly #salt: number;
  readonly #buffer: Uint8Array;

  constructor(options: TcpOptions, plan: Plan, salt: number) {
    this.connection = new TcpConnection(options);
    this.plan = plan;
    this.#salt = salt;
    this.#buffer = new Uint8Array(plan.chunk);
  }

  /** Lets the program do what it can. `salt` is the other end's. */
  work(now: number, salt: number): void {
    const { connection, plan } = this;
    for (let i = 0; i < 1000; i++) {
      const count = connection.read(this.#buffer, 0, plan.chunk, now);
      if (count === 0) break;
      for (let k = 0; k < count; k++) {
        if (this.#buffer[k] !== byteAt(this.received + k, salt) && this.wrongAt < 0)
          this.wrongAt = this.received + k;
      }
      this.received += count;
    }
    if (plan.abortsAfter !== undefined && this.received >= plan.abortsAfter) connection.abort(now);
    for (let i = 0; i < 1000 && this.written < plan.bytes && connection.writable > 0; i++) {
      const size = Math.min(plan.chunk, plan.bytes - this.written);
      for (let k = 0; k < size; k++) this.#buffer[k] = byteAt(this.written + k, this.#salt);
      const taken = connection.write(this.#buffer, 0, size, now);
      this.written += taken;
      if (taken < size) break;
    }
    const open =
      connection.state !== 'CLOSED' && connection.state !== 'LISTEN' && connection.state !== 'SYN-SENT';
    if (this.written === plan.bytes && open) {
      if (this.ackedAt < 0 && connection.sender.queued === 0) this.ackedAt = now;
      connection.shutdown(now);
    }
  }

  poll(): void {
    for (let event = this.connection.pollEvent(); event; event = this.connection.pollEvent())
      this.events.push(event);
  }
}

function byteAt(position: number, salt: number): number {
  return (Math.imul(position + salt, 0x9e3779b1) >>> 13) & 0xff;
}

interface Flying {
  readonly at: number;
  readonly order: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

/** Runs both ends until nothing is left to do or `limit` of virtual time is over. Returns [client, server, time]. */
export function converse(
  channel: Channel,
  plans: readonly [Plan, Plan],
  options: Partial<TcpOptions>,
  limit = 86_400 * SECOND,
): [End, End, number] {
  const random = new Random(channel.seed);
  const ends: [End, End] = [
    new End(
      { localPort: 1000, remotePort: 80, iss: random.u32(), timestampOffset: random.u32(), ...options },
      plans[0],
      1,
    ),
    new End(
      { localPort: 80, remotePort: 1000, iss: random.u32(), timestampOffset: random.u32(), ...options },
      plans[1],
      2,
    ),
  ];
  ends[1].connection.listen();
  ends[0].connection.open(0);
  const flying: Flying[] = [];
  const out = new Uint8Array(2000);
  let now = 0;
  let order = 0;
  /** Puts the `length` bytes of `out` on the channel. */
  const launch = (from: number, length: number): void => {
    if (length === 0) return;
    const bytes = out.slice(0, length);
    const copies = random.chance(channel.loss) ? 0 : random.chance(channel.double) ? 2 : 1;
    for (let c = 0; c < copies; c++) {
      const at = now + Math.round(channel.delay + random.float() * channel.jitter);
      if (channel.diesAt === undefined || at < channel.diesAt)
        flying.push({ at, order: order++, to: 1 - from, bytes });
    }
  };
  const send = (from: number): void => {
    const { connection } = ends[from]!;
    for (let i = 0; i < 10_000; i++) {
      ends[from]!.poll();
      const length = connection.pollTransmit(now, out, 0);
      if (length === 0) break;
      launch(from, length);
    }
    ends[from]!.poll();
  };
  for (let step = 0; step < 400_000; step++) {
    for (const [i, end] of ends.entries()) {
      end.work(now, 2 - i);
      send(i);
    }
    flying.sort((a, b) => b.at - a.at || b.order - a.order);
    const next = flying.at(-1);
    const due = Math.min(
      next?.at ?? NEVER,
      ends[0].connection.pollTimeout(),
      ends[1].connection.pollTimeout(),
    );
    if (due === NEVER || due > limit) break;
    now = due;
    if (next && next.at === due) {
      flying.pop();
      const { connection } = ends[next.to]!;
      // A connection that is over is one that the host has forgotten: the host answers.
      if (connection.finished) launch(next.to, resetFor(next.bytes, 0, next.bytes.length, out, 0));
      else connection.handle(next.bytes, 0, next.bytes.length, now);
    } else {
      for (const end of ends) if (end.connection.pollTimeout() <= now) end.connection.handleTimeout(now);
    }
  }
  return [...ends, now];
}

export const STEADY: Channel = { seed: 1, loss: 0, double: 0, delay: 25 * MILLISECOND, jitter: 0 };
