/**
 * Drives a machine that finds neighbours' cards (proto/ip/arp, proto/ip/neighbours6): records its events, has its questions
 * sent, lets go what waited, and sets its timer.
 *
 * One timer serves all neighbours of an interface, so the event that set it last says little: each event, question and
 * failure has for its cause what happened last about the same neighbour.
 */
import { formatIp, type Ip } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { NEVER } from '../../base/units.ts';
import { Timer } from '../../sim/timer.ts';
import type { MachineEvent } from '../../trace/event.ts';
import { NONE } from '../../trace/log.ts';
import type { Nic } from '../link/nic.ts';
import type { IpStack } from './ip-stack.ts';

/** What both machines have in common. Events about a neighbour name it as `address`. */
export interface NeighbourMachine<Question> {
  pollEvent(): MachineEvent | undefined;
  pollTransmit(): Question | undefined;
  pollResolved(): Ip | undefined;
  pollFailed(): Ip | undefined;
  pollTimeout(): Nanoseconds;
  handleTimeout(now: Nanoseconds): void;
}

export interface Asker<Question> {
  /** Sends a question; `about` is whom it is about. */
  readonly about: (question: Question) => Ip;
  readonly ask: (question: Question) => void;
}

export class NeighbourDriver<Question> {
  readonly #stack: IpStack;
  readonly #nic: Nic;
  readonly #machine: NeighbourMachine<Question>;
  readonly #asker: Asker<Question>;
  readonly #timer: Timer;
  /** By neighbour: the last event about it, while something about it is open. */
  readonly #causes = new Map<string, number>();

  constructor(stack: IpStack, nic: Nic, machine: NeighbourMachine<Question>, asker: Asker<Question>) {
    this.#stack = stack;
    this.#nic = nic;
    this.#machine = machine;
    this.#asker = asker;
    this.#timer = new Timer(stack.world.kernel, () => {
      machine.handleTimeout(stack.world.now);
      this.#drain(true);
    });
  }

  /** Does what the machine asks for after something has happened to it. */
  drain(): void {
    this.#drain(false);
  }

  #drain(isTimeout: boolean): void {
    const machine = this.#machine;
    const { neighbours, world } = this.#stack;
    const { trace } = world;
    const before = trace.cause;
    this.#record(isTimeout);
    for (let question = machine.pollTransmit(); question; question = machine.pollTransmit()) {
      trace.cause = this.#causeFor(this.#asker.about(question), before);
      this.#asker.ask(question);
    }
    for (let address = machine.pollResolved(); address !== undefined; address = machine.pollResolved()) {
      trace.cause = this.#causeFor(address, before);
      neighbours.resolved(this.#nic, address);
    }
    for (let address = machine.pollFailed(); address !== undefined; address = machine.pollFailed()) {
      trace.cause = this.#causeFor(address, before);
      neighbours.failed(this.#nic, address);
    }
    trace.cause = before;
    const next = machine.pollTimeout();
    if (next === NEVER) this.#causes.clear();
    this.#timer.set(next);
  }

  #record(isTimeout: boolean): void {
    const { trace } = this.#stack.world;
    const before = trace.cause;
    const causes = this.#causes;
    let last = '';
    for (let event = this.#machine.pollEvent(); event; event = this.#machine.pollEvent()) {
      const about = String(event.detail['address']);
      if (about !== last) trace.cause = (isTimeout ? causes.get(about) : undefined) ?? before;
      last = about;
      const id = this.#stack.because(event);
      if (id !== NONE) causes.set(about, id);
    }
    trace.cause = before;
  }

  #causeFor(address: Ip, otherwise: number): number {
    return this.#causes.get(formatIp(address)) ?? otherwise;
  }
}
