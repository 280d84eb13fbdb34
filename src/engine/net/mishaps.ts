/**
 * The inputs that break a network: cutting a link, stopping and restarting a machine, dropping, delaying or damaging one
 * frame. Each is data that enters through `world.input`, perhaps from a link that somebody made up.
 */
import { Malformed } from '../base/errors.ts';
import { type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import type { World } from '../sim/world.ts';
import type { Detail } from '../trace/event.ts';
import { MAX_FRAME } from '../trace/frames.ts';
import { Host } from './host.ts';
import { cut, delayNth, dropNth, type Fault, flipNth } from './link/fault.ts';
import { Switch } from './link/switch.ts';
import type { Link, Machine, Network } from './network.ts';

const MAX_DELAY: Nanoseconds = 60 * SECOND;
const MAX_ORDINAL = 1_000_000;

export class Mishaps {
  readonly #world: World;
  readonly #network: Network;
  readonly #onChange: () => void;
  readonly #cutUntil = new Map<Link, Nanoseconds>();

  /** `onChange` is called when a link or a machine went down or came back. */
  constructor(world: World, network: Network, onChange: () => void) {
    this.#world = world;
    this.#network = network;
    this.#onChange = onChange;
    this.#on('cut', ['until'], (detail) => this.#cut(detail));
    this.#on('drop', ['ordinal'], (detail) => this.#fault(detail, dropNth([Number(detail['ordinal'])])));
    this.#on('delay', ['ordinal', 'extra'], (detail) =>
      this.#fault(detail, delayNth(Number(detail['ordinal']), Number(detail['extra']))),
    );
    this.#on('flip', ['ordinal', 'bit'], (detail) =>
      this.#fault(detail, flipNth(Number(detail['ordinal']), Number(detail['bit']), true)),
    );
    for (const what of ['off', 'restart'] as const) {
      const named = ({ machine }: Detail): Machine => network.machine(String(machine));
      world.onInput(
        what,
        (detail) => this.power(named(detail), what),
        (detail) => {
          named(detail);
        },
      );
    }
  }

  /** Whether a link leads anywhere, or a machine runs. */
  isUp(what: Link | Machine): boolean {
    if (what instanceof Host) return what.ip.isOn;
    if (what instanceof Switch) return what.isOn;
    return (this.#cutUntil.get(what) ?? -1) <= this.#world.now;
  }

  power(machine: Machine, what: 'off' | 'restart'): void {
    const { trace, now } = this.#world;
    trace.recordDetail(now, trace.kind('machine.power', 'requests'), trace.node(machine.name), { what });
    const isOn = what === 'restart';
    if (machine instanceof Host) {
      machine.ip.isOn = isOn;
      machine.crash();
    } else {
      machine.isOn = isOn;
      machine.clear();
    }
    this.#onChange();
  }

  /** An input about one direction of a link, with these numbers. */
  #on(what: string, numbers: readonly (keyof typeof MOST)[], run: (detail: Detail) => void): void {
    this.#world.onInput(what, run, (detail) => {
      this.#network.channelOf(String(detail['from']), String(detail['to']));
      for (const name of numbers) {
        const value = detail[name];
        if (name === 'until' && value === undefined) continue;
        if (!Number.isSafeInteger(value) || Number(value) < 0 || Number(value) > MOST[name])
          throw new Malformed(`${what}: ${name} is a whole number up to ${MOST[name]}`);
      }
    });
  }

  /** Both directions. */
  #cut({ from, to, until }: Detail): void {
    const { now, kernel } = this.#world;
    const network = this.#network;
    const end = typeof until === 'number' ? until : NEVER;
    if (end <= now) return;
    const there = network.channelOf(String(from), String(to));
    const link = network.links.find(({ forward, backward }) => forward === there || backward === there)!;
    for (const channel of [link.forward, link.backward]) channel.faults.push(cut(now, end));
    this.#cutUntil.set(link, Math.max(end, this.#cutUntil.get(link) ?? 0));
    this.#onChange();
    if (end < NEVER) kernel.call(end, this.#onChange);
  }

  #fault({ from, to }: Detail, fault: Fault): void {
    this.#network.channelOf(String(from), String(to)).faults.push(fault);
  }
}

/** The largest value of each number in a detail: a time, a frame's place, nanoseconds, a bit. */
const MOST = {
  until: NEVER,
  ordinal: MAX_ORDINAL,
  extra: MAX_DELAY,
  bit: MAX_FRAME * 8,
} as const;
