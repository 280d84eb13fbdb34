/**
 * Programs that keep a name's addresses up to date: plans with numbers, somebody who holds the zone, and updaters who
 * bring it the newest plan and clean up behind them.
 *
 * The holder keeps the addresses of each plan under its number, and the name leads to one of them. An updater asks which
 * plan is applied (check), brings a newer one (apply), and then has the plans deleted that are much older than its own
 * (clean up). Between its check and its apply anything may happen, unless the holder is told what the updater had seen:
 * with `expecting`, it applies only if that is still so.
 *
 * Over UDP, one line each way: `which?`, `apply 5 192.0.2.80,192.0.2.180 expecting 4`, `delete below 5`. Events: `plan.check`,
 * `plan.apply`, `plan.clean`, `plan.refused`, each with its reason.
 */
import { fromUtf8, toUtf8 } from '../base/bytes.ts';
import type { Ip } from '../base/ip.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { sleep, type Task, type Waker } from '../sim/task.ts';

const PLAN_PORT = 7171;
const PATIENCE: Nanoseconds = 2 * SECOND;

/** Holds the plans of one name. `publish` is called with the addresses that the name has from now on; none when its plan is gone. */
export class PlanHolder {
  readonly #host: Host;
  readonly #publish: (addresses: readonly string[], number: number) => void;
  readonly #plans = new Map<number, readonly string[]>();
  #applied: number;

  constructor(
    host: Host,
    first: { readonly number: number; readonly addresses: readonly string[] },
    publish: (addresses: readonly string[], number: number) => void,
  ) {
    this.#host = host;
    this.#publish = publish;
    this.#plans.set(first.number, first.addresses);
    this.#applied = first.number;
    host.onBoot(() => {
      const socket = host.udp.bind(PLAN_PORT);
      socket.onReceive = ({ from, port, bytes }) =>
        socket.send(from, port, fromUtf8(this.#obey(toUtf8(bytes).slice(0, 200))));
    });
  }

  /** True when the plan that was applied has been deleted. */
  get isGone(): boolean {
    return !this.#plans.has(this.#applied);
  }

  /** Somebody sets it right by hand: this plan, whatever was applied. */
  repair(number: number, addresses: readonly string[]): void {
    this.#apply(number, addresses, 'repaired by hand');
  }

  #obey(line: string): string {
    const [word, number, list, , expected] = line.split(' ');
    if (word === 'which?') return this.isGone ? 'gone' : `plan ${this.#applied}`;
    if (word === 'apply') {
      if (expected !== undefined && Number(expected) !== this.#applied) {
        const reason = `plan ${this.#applied} is applied, and no longer plan ${expected}`;
        this.#host.because({ kind: 'plan.refused', detail: { plan: Number(number), reason } });
        return `refused: ${reason}`;
      }
      const isOlder = Number(number) < this.#applied;
      const reason = isOlder
        ? `it was asked to, and it does not look whether plan ${this.#applied} is newer`
        : `it is newer than plan ${this.#applied}`;
      this.#apply(Number(number), list!.split(','), reason);
      return 'applied';
    }
    this.#clean(Number(line.split(' ')[2]));
    return 'deleted';
  }

  #apply(plan: number, addresses: readonly string[], reason: string): void {
    const over = this.#applied;
    this.#plans.set(plan, addresses);
    this.#applied = plan;
    this.#host.because({
      kind: 'plan.apply',
      detail: { plan, over, addresses: addresses.join(', '), reason },
    });
    this.#publish(addresses, plan);
  }

  #clean(below: number): void {
    const gone = [...this.#plans.keys()].filter((number) => number < below);
    for (const number of gone) this.#plans.delete(number);
    const isInUse = gone.includes(this.#applied);
    const reason = isInUse
      ? `plan ${this.#applied} is among them, and it is the one that is applied`
      : gone.length === 0
        ? `none is older than plan ${below}`
        : `plan ${this.#applied}, which is applied, is not among them`;
    this.#host.because({ kind: 'plan.clean', detail: { plans: gone.join(', '), isInUse, reason } });
    if (isInUse) this.#publish([], this.#applied);
  }
}

export interface UpdaterOptions {
  readonly holder: Ip;
  /** The newest plan at a moment. */
  readonly newest: (now: Nanoseconds) => { readonly number: number; readonly addresses: readonly string[] };
  readonly every: Nanoseconds;
  readonly until: Nanoseconds;
  /** How long it takes from a check to the apply: retries, a slow disk. */
  readonly delay: () => Nanoseconds;
  /** From an apply until it looks for old plans to delete. */
  readonly cleansAfter: Nanoseconds;
  /** Plans that are so many numbers older than its own are cleaned up. */
  readonly keeps: number;
  /** Tell the holder what was seen at the check, so that it applies only if that is still so. */
  readonly compares: boolean;
}

/** Brings plans until the time is over. */
export function* updatePlans(host: Host, options: UpdaterOptions): Task {
  const { kernel } = host.world;
  while (kernel.now < options.until) {
    yield* bringOne(host, options);
    yield* sleep(kernel, options.every);
  }
}

function* bringOne(host: Host, options: UpdaterOptions): Task {
  const { kernel } = host.world;
  const { number, addresses } = options.newest(kernel.now);
  const told = yield* ask(host, options.holder, 'which?');
  const seen = told === undefined ? undefined : /^plan (\d+)$/.exec(told)?.[1];
  if (seen === undefined) {
    const reason =
      told === 'gone' ? 'the plan that is applied is gone: what it should replace is unknown' : 'no answer';
    host.because({ kind: 'plan.check', detail: { plan: number, goes: false, reason } });
    return;
  }
  const goes = number > Number(seen);
  const reason = goes ? `it is newer than plan ${seen}, which is applied` : `plan ${seen} is applied already`;
  host.because({ kind: 'plan.check', detail: { plan: number, goes, reason } });
  if (!goes) return;
  yield* sleep(kernel, options.delay());
  const condition = options.compares ? ` expecting ${seen}` : '';
  const done = yield* ask(host, options.holder, `apply ${number} ${addresses.join(',')}${condition}`);
  if (done !== 'applied') return;
  yield* sleep(kernel, options.cleansAfter);
  yield* ask(host, options.holder, `delete below ${number - options.keeps}`);
}

/** One line there and one back; undefined when nothing comes. */
function* ask(host: Host, holder: Ip, line: string): Task<string | undefined> {
  const socket = host.udp.bind();
  try {
    return (yield (waker: Waker) => {
      let isOver = false;
      const end = (answer: string | undefined): void => {
        if (isOver) return;
        isOver = true;
        waker.wake(answer);
      };
      socket.onReceive = ({ bytes }) => end(toUtf8(bytes));
      host.world.kernel.call(host.world.now + PATIENCE, () => end(undefined));
      socket.send(holder, PLAN_PORT, fromUtf8(line));
      return () => {
        isOver = true;
      };
    }) as string | undefined;
  } finally {
    socket.close();
  }
}
