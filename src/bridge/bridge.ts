/**
 * Real programs and a simulated world, in real time: opens the doors, drives the world, keeps what is asked to be kept,
 * and closes everything again.
 *
 * A world that is only served keeps no trace, so that it may run for days. One that is recorded or captured keeps all,
 * and therefore ends when that becomes too much.
 */

import { kindOf } from '#engine/base/address-kinds.ts';
import { type Cidr, formatCidr } from '#engine/base/cidr.ts';
import { Malformed, Misuse } from '#engine/base/errors.ts';
import { formatIp } from '#engine/base/ip.ts';
import { Host } from '#engine/net/host.ts';
import { Network } from '#engine/net/network.ts';
import { Outside, type OutsideLayout } from '#engine/net/outside/outside.ts';
import type { OutsideListener } from '#engine/net/outside/outside-host.ts';
import { connectedNetworks } from '#engine/net/outside/outside-network.ts';
import { Run } from '#engine/scenario/run.ts';
import type { Input } from '#engine/sim/world.ts';
import { PROTOCOL_TCP, PROTOCOL_UDP } from '#engine/wire/ipv4.ts';
import type { Mapping } from './mapping.ts';
import { Pacer } from './pacer.ts';
import { queryLine } from './query-line.ts';
import { Recorder } from './recording.ts';
import { LinkBook, TcpDoor } from './tcp-door.ts';
import { Traffic } from './traffic.ts';
import { TunDoor } from './tun-door.ts';
import { FlowBook, UdpDoor } from './udp-door.ts';

export interface TunRequest {
  /** The device's name, or `auto`. */
  readonly name: string;
  /** The machine by which packets enter; the router with the most interfaces when it is not named. */
  readonly at?: string;
  /** More prefixes to route into the device, beside the world's public networks. */
  readonly routes: readonly string[];
}

/** A world by name. */
export interface NamedWorld {
  readonly scenario: string;
  readonly set: Readonly<Record<string, string>>;
  readonly seed: number;
}

export interface BridgeOptions {
  /** By name, or one that was built already: its world has a keeper for its inputs, and cannot be recorded. */
  readonly world: NamedWorld | Network;
  readonly mappings: readonly Mapping[];
  readonly tun?: TunRequest;
  /** Virtual seconds a real second. */
  readonly speed: number;
  /** Where to write what comes in. */
  readonly record?: string;
  /** Keeps the whole trace even when nothing is recorded: for a capture. */
  readonly keepTrace?: boolean;
  /** Takes a line for each datagram that was answered. */
  readonly log?: (line: string) => void;
}

/** Events of a trace that is kept: about half a gigabyte. */
const MOST_EVENTS = 4_000_000;

export class Bridge {
  /** Undefined for a world that was built already. */
  readonly run: Run | undefined;
  readonly network: Network;
  readonly traffic = new Traffic();
  readonly pacer: Pacer;
  /** One line a door, once it is open: `udp 127.0.0.1:5300 → resolver:53`. */
  readonly doors: string[] = [];
  /** What looks wrong with what was asked for, and is no reason not to begin. */
  readonly warnings: string[] = [];
  /** Called when the bridge cannot go on, with the reason; close() is left to whoever hears it. */
  onFull: ((reason: string) => void) | undefined;
  readonly #options: BridgeOptions;
  readonly #outside: Outside;
  #recorder: Recorder | undefined;
  readonly #flows = new Map<string, FlowBook>();
  readonly #links: LinkBook;
  readonly #udp: UdpDoor[] = [];
  readonly #tcp: TcpDoor[] = [];
  #tun: TunDoor | undefined;
  #isClosed = false;

  private constructor(options: BridgeOptions) {
    this.#options = options;
    const { world, mappings, tun, record } = options;
    if (world instanceof Network) this.network = world;
    else {
      const level = record !== undefined || options.keepTrace ? 'full' : 'off';
      const keeper = (input: Input): void => {
        if (this.#recorder?.add(input) === false) this.onFull?.('the recording is as long as it may be');
      };
      this.run = new Run({ ...world, inputs: [] }, { level, keeper });
      this.network = this.run.network;
    }
    const { network } = this;
    const layout: OutsideLayout = {
      machines: [...new Set(mappings.map(({ machine }) => machine))],
      ...(tun ? { door: tun.at ?? mainRouter(network) } : {}),
    };
    this.#outside = new Outside(network, layout, this.#listener());
    if (record !== undefined) {
      if (world instanceof Network) throw new Misuse('a world without a name cannot be recorded');
      this.#recorder = new Recorder(record, { ...world, layout });
    }
    this.pacer = new Pacer(network.world, this.#outside, options.speed);
    this.#links = new LinkBook(this.pacer, this.traffic);
    for (const machine of layout.machines) this.#flows.set(machine, new FlowBook(machine, this.pacer));
  }

  /**
   * Opens all doors and starts the world. Throws {@link Malformed} for what was asked wrongly, Unavailable for what
   * this computer does not give; nothing stays open then.
   */
  static async open(options: BridgeOptions): Promise<Bridge> {
    const bridge = new Bridge(options);
    try {
      await bridge.#open();
    } catch (error) {
      await bridge.close();
      throw error;
    }
    return bridge;
  }

  /** Closes the doors, stops the world and finishes the recording. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.pacer.stop();
    this.#links.close();
    for (const book of this.#flows.values()) book.close();
    await Promise.all([...this.#udp, ...this.#tcp].map((door) => door.close()));
    await this.#tun?.close();
    const { world } = this.network;
    if (this.run) this.run.end = 'until';
    this.traffic.drop('more waited to come in than may', this.pacer.dropped);
    this.#recorder?.finish(world.now, world.trace.digest);
  }

  async #open(): Promise<void> {
    const { mappings, tun } = this.#options;
    // what the scenario's programs do at once: they listen
    this.network.world.kernel.run({ until: 0 });
    for (const mapping of mappings) {
      const { protocol, machine, machinePort } = mapping;
      let door: UdpDoor | TcpDoor;
      if (protocol === 'udp') {
        door = new UdpDoor(mapping, this.#flows.get(machine)!, this.pacer, this.traffic);
        await door.open();
        this.#udp.push(door);
      } else {
        door = new TcpDoor(mapping, this.#links, this.traffic);
        await door.open();
        this.#tcp.push(door);
      }
      this.doors.push(`${door.name} → ${machine}:${machinePort}`);
      this.#warn(mapping);
    }
    if (tun) await this.#openTun(tun);
    this.pacer.onTurn = () => this.#afterTurn();
    for (const door of [...this.#udp, ...this.#tcp]) door.start();
    this.#tun?.start(this.pacer);
    this.pacer.start();
  }

  async #openTun({ name, routes }: TunRequest): Promise<void> {
    const { network, far } = this.#outside.doorNetwork!;
    const own = formatCidr(network);
    const found = connectedNetworks(this.network).filter(isPublic).map(formatCidr);
    const all = [...new Set([...found, ...routes])].filter((one) => one !== own);
    const tun = await TunDoor.open({ name, address: `${formatIp(far)}/30`, routes: all }, this.traffic);
    this.#tun = tun;
    this.#outside.door!.onPacket = (packet) => tun.leave(packet);
    tun.onLost = () => this.onFull?.(`the device ${tun.name} is gone`);
    this.doors.push(`tun ${tun.name} ${formatIp(far)} → ${all.join(' ')}`);
  }

  #warn({ protocol, machine, machinePort }: Mapping): void {
    const host = this.network.machine(machine) as Host;
    if (host.isBound(protocol === 'udp' ? PROTOCOL_UDP : PROTOCOL_TCP, machinePort)) return;
    this.warnings.push(`no program of ${machine} listens on ${protocol} port ${machinePort} yet`);
  }

  #afterTurn(): void {
    this.#links.resume((machine, id) => this.#outside.host(machine).backlog(id));
    if (this.network.world.trace.length > MOST_EVENTS) this.onFull?.('the trace is as long as it may be');
  }

  #listener(): OutsideListener {
    return {
      datagram: (machine, port, to, bytes) => {
        const flow = this.#flows.get(machine)?.at(to);
        if (!flow || flow.door.mapping.machinePort !== port) {
          this.traffic.drop('an answer that nobody waits for');
          return;
        }
        const taken = performance.now() - flow.heardMs;
        const virtual = (this.network.world.now - flow.heardAt) / 1e6;
        this.traffic.added.add(Math.max(0, taken - virtual / this.pacer.speed));
        this.#options.log?.(
          `${(this.network.world.now / 1e9).toFixed(3)} s  ${flow.key} → ${machine}:${port}  ` +
            `${queryLine(flow.question, bytes)}, ${virtual.toFixed(1)} ms`,
        );
        flow.door.answer(flow, bytes);
      },
      bytes: (id, bytes) => this.#links.bytes(id, bytes),
      ended: (id) => this.#links.ended(id),
      closed: (id, error) => this.#links.closed(id, error),
    };
  }
}

/** What this computer's own network can hardly have: private networks are left where they are. */
function isPublic({ address }: Cidr): boolean {
  return !['private', 'shared', 'link-local', 'loopback'].includes(kindOf(address).id);
}

/** The router that most cables lead to, of those that do not translate. Throws {@link Malformed} when there is none. */
function mainRouter(network: Network): string {
  let main: Host | undefined;
  for (const one of network.machines.values()) {
    if (!(one instanceof Host) || !one.ip.isForwarding || one.ip.nat) continue;
    if (!main || one.ip.nics.length > main.ip.nics.length) main = one;
  }
  if (!main)
    throw new Malformed('this world has no router for packets to enter by: name a machine (--tun-at)');
  return main.name;
}
