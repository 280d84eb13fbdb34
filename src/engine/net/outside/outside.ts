/**
 * What is outside a world, and the inputs by which it acts: real programs that the bridge lets in, or a recording of
 * them. Inputs are the only way in, so a run that a real program took part in can be had again from what is recorded.
 *
 * Where the outside stands is fixed before the run: cables to single machines (sockets), a wire to one of them (whole
 * packets), or both. Details come from files, too, and are checked.
 */
import { type Bytes, fromHex, toHex } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import type { Nanoseconds } from '../../base/units.ts';
import type { Input } from '../../sim/world.ts';
import type { Detail } from '../../trace/event.ts';
import { Host } from '../host.ts';
import type { Network } from '../network.ts';
import { OutsideHost, type OutsideListener } from './outside-host.ts';
import { freeNetwork, type OutsideNetwork, routeToOutside } from './outside-network.ts';
import { PacketDoor } from './packet-door.ts';

/** Which machines the outside has a cable to, and which one its packets enter by. */
export interface OutsideLayout {
  readonly machines: readonly string[];
  readonly door?: string;
}

/** What the outside does. `from` is its port, `port` the machine's; `id` names a connection, and is never used again. */
export type OutsideAct =
  | { readonly what: 'outside.datagram'; machine: string; port: number; from: number; bytes: Bytes }
  | { readonly what: 'outside.close'; machine: string; from: number }
  | { readonly what: 'outside.connect'; machine: string; port: number; id: number }
  | { readonly what: 'outside.bytes'; machine: string; id: number; bytes: Bytes }
  | {
      readonly what: 'outside.end' | 'outside.abort' | 'outside.pause' | 'outside.resume';
      machine: string;
      id: number;
    }
  | { readonly what: 'outside.packet'; bytes: Bytes };

/** The largest payload of a UDP datagram over IPv4, and of what one act may bring. */
export const MOST_BYTES = 65_507;
const LARGEST_PACKET = 1500;
const SMALLEST_PACKET = 20;

const SILENT: OutsideListener = { datagram() {}, bytes() {}, ended() {}, closed() {} };

export class Outside {
  readonly door: PacketDoor | undefined;
  readonly doorNetwork: OutsideNetwork | undefined;
  readonly #network: Network;
  readonly #hosts = new Map<string, OutsideHost>();

  /** Throws {@link Malformed} when a machine is not there, or is none that has addresses. */
  constructor(network: Network, layout: OutsideLayout, listener: OutsideListener = SILENT) {
    this.#network = network;
    for (const name of new Set(layout.machines))
      this.#hosts.set(name, new OutsideHost(network, hostOf(network, name), listener));
    if (layout.door !== undefined) {
      const machine = hostOf(network, layout.door);
      this.doorNetwork = freeNetwork(network);
      this.door = new PacketDoor(network, machine, this.doorNetwork);
      routeToOutside(network, machine, this.doorNetwork);
    }
    this.#take();
  }

  host(machine: string): OutsideHost {
    const found = this.#hosts.get(machine);
    if (!found) throw new Malformed(`the outside has no cable to ${machine.slice(0, 40)}`);
    return found;
  }

  /** Lets the outside act, at a time that is not past. */
  act(time: Nanoseconds, { what, ...rest }: OutsideAct): void {
    const detail = 'bytes' in rest ? { ...rest, bytes: toHex(rest.bytes) } : rest;
    this.#network.world.input(time, what, detail);
  }

  #take(): void {
    const on = (what: OutsideAct['what'], run: (detail: Detail) => void, ...checks: Check[]): void =>
      this.#network.world.onInput(what, run, (detail) => {
        for (const check of checks) check.call(this, what, detail);
      });
    const host = (detail: Detail): OutsideHost => this.host(String(detail['machine']));
    const id = (detail: Detail): number => Number(detail['id']);
    const bytes = (detail: Detail): Bytes => fromHex(String(detail['bytes']));
    on(
      'outside.datagram',
      (one) => void host(one).send(Number(one['from']), Number(one['port']), bytes(one)),
      isHost,
      isPort('port'),
      isPort('from'),
      areBytes(0, MOST_BYTES),
    );
    on('outside.close', (one) => host(one).close(Number(one['from'])), isHost, isPort('from'));
    on(
      'outside.connect',
      (one) => host(one).connect(id(one), Number(one['port'])),
      isHost,
      isPort('port'),
      isId,
    );
    on('outside.bytes', (one) => host(one).write(id(one), bytes(one)), isHost, isId, areBytes(1, MOST_BYTES));
    on('outside.end', (one) => host(one).end(id(one)), isHost, isId);
    on('outside.abort', (one) => host(one).abort(id(one)), isHost, isId);
    on('outside.pause', (one) => host(one).pause(id(one), true), isHost, isId);
    on('outside.resume', (one) => host(one).pause(id(one), false), isHost, isId);
    on(
      'outside.packet',
      (one) => this.door!.enter(bytes(one)),
      hasDoor,
      areBytes(SMALLEST_PACKET, LARGEST_PACKET),
    );
  }
}

type Check = (this: Outside, what: string, detail: Detail) => void;

function isHost(this: Outside, _what: string, detail: Detail): void {
  this.host(String(detail['machine']));
}

function hasDoor(this: Outside, what: string): void {
  if (!this.door) throw new Malformed(`${what}: no packet can enter this world`);
}

function isPort(name: 'port' | 'from'): Check {
  return (what, detail) => {
    const port = detail[name];
    if (!Number.isInteger(port) || Number(port) < 1 || Number(port) > 0xffff)
      throw new Malformed(`${what}: ${name} is a whole number from 1 to 65535`);
  };
}

function isId(what: string, detail: Detail): void {
  if (!Number.isSafeInteger(detail['id']) || Number(detail['id']) < 0)
    throw new Malformed(`${what}: id is a whole number`);
}

function areBytes(least: number, most: number): Check {
  return (what, detail) => {
    const text = detail['bytes'];
    const isHex = typeof text === 'string' && /^(?:[0-9a-f]{2})*$/.test(text);
    if (!isHex || text.length < 2 * least || text.length > 2 * most)
      throw new Malformed(`${what}: bytes are ${least} to ${most} of them, in hexadecimal`);
  };
}

/** Runs the world to each input's time and lets it in, exactly as it was while it was recorded. */
export function replay(network: Network, inputs: Iterable<Input>, end: Nanoseconds): void {
  const { world } = network;
  for (const { time, what, detail } of inputs) {
    if (time < world.now) throw new Malformed(`an input at ${time} ns comes after ${world.now} ns`);
    world.checkInput(what, detail);
    world.kernel.run({ until: time });
    world.input(time, what, detail);
  }
  world.kernel.run({ until: Math.max(end, world.now) });
}

function hostOf(network: Network, name: string): Host {
  const machine = network.machine(name);
  if (!(machine instanceof Host)) throw new Malformed(`${name} has no addresses: it is a switch`);
  return machine;
}
