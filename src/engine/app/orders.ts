/**
 * Orders for chai, as small as they can be: one datagram that says what is wanted, and one that confirms it.
 *
 * They stand for the requests of many people, each of whom looks the shop's name up anew. An order is lost when no
 * confirmation comes: nobody tries again, and nobody tries another address. Events: `order.sent` {number, name, to},
 * `order.confirmed`, `order.lost` {number, name, to, reason}, at the host that takes them `order.taken`.
 */
import { fromUtf8, toUtf8 } from '../base/bytes.ts';
import { formatIp, type Ip } from '../base/ip.ts';
import type { Random } from '../base/random.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { ProgramError, sleep, type Task } from '../sim/task.ts';
import type { SystemResolver } from './system-resolver.ts';

const ORDER_PORT = 7070;
const PROBE = 'are you there?';
/** How long somebody waits for the confirmation. */
const PATIENCE: Nanoseconds = 3 * SECOND;

/** Takes orders, and confirms each. */
export function takeOrders(host: Host): void {
  host.onBoot(() => {
    const socket = host.udp.bind(ORDER_PORT);
    socket.onReceive = ({ from, port, bytes }) => {
      host.because({
        kind: 'order.taken',
        detail: { from: formatIp(from), order: toUtf8(bytes).slice(0, 40) },
      });
      socket.send(from, port, fromUtf8(`confirmed: ${toUtf8(bytes).slice(0, 40)}`));
    };
  });
}

export interface HealthCheck {
  /** Addresses of servers that take orders. */
  readonly targets: readonly Ip[];
  readonly every: Nanoseconds;
  /** Probes in a row that must fail before a server is called down. */
  readonly failures: number;
  readonly until: Nanoseconds;
  /** Told of each change. */
  readonly tell: (target: string, up: boolean) => void;
}

/** Asks each server again and again whether it confirms anything; an answer calls it up again at once. */
export function* checkHealth(host: Host, check: HealthCheck): Task {
  const { kernel } = host.world;
  const failed = new Map(check.targets.map((target) => [formatIp(target), 0]));
  while (kernel.now < check.until) {
    const answered = new Set<string>();
    const socket = host.udp.bind();
    socket.onReceive = ({ from }) => answered.add(formatIp(from));
    for (const target of check.targets) socket.send(target, ORDER_PORT, fromUtf8(PROBE));
    yield* sleep(kernel, check.every);
    socket.close();
    for (const [target, before] of failed) {
      const now = answered.has(target) ? 0 : before + 1;
      failed.set(target, now);
      if (now === check.failures) check.tell(target, false);
      else if (now === 0 && before >= check.failures) check.tell(target, true);
    }
  }
}

export interface Customers {
  /** The shop's name, absolute. */
  readonly name: string;
  /** Mean time between two orders; they come at random, independent of one another. */
  readonly every: Nanoseconds;
  /** Nobody orders after this. */
  readonly until: Nanoseconds;
  /** Orders at most. */
  readonly most: number;
}

/** The people of one place, who order one after the other. */
export function* orderChai(host: Host, resolver: SystemResolver, random: Random, who: Customers): Task {
  const { kernel } = host.world;
  for (let number = 1; number <= who.most; number++) {
    yield* sleep(kernel, Math.max(1, Math.round(random.exponential(who.every))));
    if (kernel.now >= who.until) return;
    host.run(`order ${number}`, orderOnce(host, resolver, who.name, number));
  }
}

function* orderOnce(host: Host, resolver: SystemResolver, name: string, number: number): Task {
  let to: Ip;
  try {
    [to] = (yield* resolver.lookup(name)) as readonly [Ip];
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    host.because({ kind: 'order.lost', detail: { number, name, to: null, reason: error.code } });
    return;
  }
  const order = { number, name, to: formatIp(to) };
  host.because({ kind: 'order.sent', detail: order });
  const socket = host.udp.bind();
  let isConfirmed = false;
  socket.onReceive = () => {
    isConfirmed = true;
    host.because({ kind: 'order.confirmed', detail: order });
    socket.close();
  };
  socket.send(to, ORDER_PORT, fromUtf8(`${host.name} ${number}: one masala chai`));
  yield* sleep(host.world.kernel, PATIENCE);
  if (isConfirmed) return;
  socket.close();
  host.because({ kind: 'order.lost', detail: { ...order, reason: 'no confirmation came' } });
}
