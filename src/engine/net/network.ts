/**
 * The network of a world: machines by name, and the links between their interfaces.
 *
 * Also the inputs that break it: cutting a link, stopping and restarting a machine, dropping, delaying or damaging
 * one frame. Each is data that enters through `world.input`.
 */
import { type Mac, parseCidr4, parseIp4 } from '../base/address.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import { NEVER, SECOND } from '../base/units.ts';
import type { World } from '../sim/world.ts';
import type { Detail } from '../trace/event.ts';
import { MAX_FRAME } from '../trace/frames.ts';
import { cut, delayNth, dropNth, flipNth } from './fault.ts';
import { Host, type HostOptions } from './host.ts';
import { IpStack } from './ip-stack.ts';
import { Channel, type LinkOptions } from './link.ts';
import { Nat } from './nat.ts';
import { Nic } from './nic.ts';
import { Switch } from './switch.ts';

export type Machine = Host | Router | Switch;

/** A router: an internet layer that forwards, and answers pings. */
export class Router extends IpStack {
  constructor(world: World, name: string) {
    super(world, name, true);
  }
}

export interface Link {
  /** `laptop–switch`: the names of its ends. */
  readonly name: string;
  readonly a: Nic;
  readonly b: Nic;
  readonly forward: Channel;
  readonly backward: Channel;
}

/** One end of a link: which machine, what its interface is called, and its address (`192.168.1.23/24`), if any. */
export type End = readonly [machine: Machine, nic: string, address?: string];

/** Documentation MAC addresses (RFC 9542 §2.1.4): 00-00-5E-00-53-00 to -FF, unicast. */
const FIRST_MAC = 0x00_00_5e_00_53_01;
const MAX_NICS = 254;

export class Network {
  readonly world: World;
  readonly machines = new Map<string, Machine>();
  readonly links: Link[] = [];
  readonly channels: Channel[] = [];
  #nics = 0;

  constructor(world: World) {
    this.world = world;
    world.onInput('cut', (detail) => this.#cut(detail));
    world.onInput('drop', (detail) => this.#fault(detail, 'drop'));
    world.onInput('delay', (detail) => this.#fault(detail, 'delay'));
    world.onInput('flip', (detail) => this.#fault(detail, 'flip'));
    world.onInput('off', (detail) => this.#power(detail, 'off'));
    world.onInput('restart', (detail) => this.#power(detail, 'restart'));
  }

  host(name: string, options: HostOptions = {}): Host {
    return this.#add(new Host(this.world, name, options));
  }

  router(name: string): Router {
    return this.#add(new Router(this.world, name));
  }

  switch(name: string): Switch {
    return this.#add(new Switch(this.world, name));
  }

  /** Lays a cable. `options` hold for both directions, `back` overrides them for the way from `b` to `a`. */
  link(a: End, b: End, options: LinkOptions, back: Partial<LinkOptions> = {}): Link {
    const nicA = this.#nic(a);
    const nicB = this.#nic(b);
    const forward = this.#channel(a[0].name, nicB, options);
    const backward = this.#channel(b[0].name, nicA, { ...options, ...back });
    nicA.attach(forward);
    nicB.attach(backward);
    const link: Link = { name: `${a[0].name}–${b[0].name}`, a: nicA, b: nicB, forward, backward };
    this.links.push(link);
    return link;
  }

  /** Adds `to via gateway` to a machine's table; the interface is the one on the gateway's network. */
  route(machine: Host | Router, to: string, gateway: string): void {
    const via = parseIp4(gateway);
    const stack = machine instanceof Host ? machine.ip : machine;
    const direct = stack.routes.lookup(via);
    if (!direct || direct.gateway !== undefined)
      throw new Misuse(`${machine.name} is not on the network of ${gateway}`);
    stack.routes.add({
      network: parseCidr4(to === 'default' ? '0.0.0.0/0' : to),
      nic: direct.nic,
      gateway: via,
    });
  }

  /** Puts address translation on a router, `nic` being its outside. */
  nat(router: Router, nic: string): Nat {
    const outside = router.nics.find((one) => one.name === nic);
    if (!outside) throw new Misuse(`${router.name} has no interface ${nic}`);
    router.nat = new Nat(this.world, router.name, outside);
    return router.nat;
  }

  machine(name: string): Machine {
    const found = this.machines.get(name);
    if (!found)
      throw new Malformed(
        `no machine is called ${name.slice(0, 40)}; there are ${[...this.machines.keys()].join(', ')}`,
      );
    return found;
  }

  channelOf(from: string, to: string): Channel {
    const found = this.channels.find((channel) => channel.from === from && channel.to === to);
    if (!found) throw new Malformed(`no link goes from ${from.slice(0, 40)} to ${to.slice(0, 40)}`);
    return found;
  }

  /** Throws {@link Malformed} when the detail of an input makes no sense here: inputs may come from a link. */
  checkInput(what: string, detail: Detail): void {
    const whole = (name: string, max: number): void => {
      const value = detail[name];
      if (!Number.isSafeInteger(value) || Number(value) < 0 || Number(value) > max)
        throw new Malformed(`${what}: ${name} is a whole number up to ${max}`);
    };
    if (what === 'off' || what === 'restart') this.machine(String(detail['machine']));
    else if (what === 'cut' || what === 'drop' || what === 'delay' || what === 'flip') {
      this.channelOf(String(detail['from']), String(detail['to']));
      if (what !== 'cut') whole('ordinal', 1_000_000);
      if (what === 'cut' && detail['until'] !== undefined) whole('until', NEVER);
      if (what === 'delay') whole('extra', 60 * SECOND);
      if (what === 'flip') whole('bit', MAX_FRAME * 8);
    }
  }

  #add<T extends Machine>(machine: T): T {
    if (this.machines.has(machine.name)) throw new Misuse(`two machines are called ${machine.name}`);
    this.machines.set(machine.name, machine);
    return machine;
  }

  #nic([machine, name, address]: End): Nic {
    if (this.#nics >= MAX_NICS) throw new Misuse(`more than ${MAX_NICS} interfaces`);
    const mac = (FIRST_MAC + this.#nics++) as Mac;
    const stack = machine instanceof Host ? machine.ip : machine;
    const nic = new Nic(this.world, stack, name, mac);
    if (stack instanceof Switch) stack.ports.push(nic);
    else {
      const cidr = parseCidr4(address ?? '');
      stack.addNic(nic, cidr.address, cidr.prefixLength);
    }
    return nic;
  }

  #channel(from: string, receiver: Nic, options: LinkOptions): Channel {
    const channel = new Channel(this.world, this.channels.length, from, receiver, options);
    this.channels.push(channel);
    return channel;
  }

  #cut(detail: Detail): void {
    const from = String(detail['from']);
    const to = String(detail['to']);
    const until = typeof detail['until'] === 'number' ? detail['until'] : NEVER;
    for (const channel of [this.channelOf(from, to), this.channelOf(to, from)])
      channel.faults.push(cut(this.world.now, until));
  }

  #fault(detail: Detail, what: 'drop' | 'delay' | 'flip'): void {
    const channel = this.channelOf(String(detail['from']), String(detail['to']));
    const ordinal = Number(detail['ordinal']);
    if (what === 'drop') channel.faults.push(dropNth([ordinal]));
    else if (what === 'delay') channel.faults.push(delayNth(ordinal, Number(detail['extra'])));
    else channel.faults.push(flipNth(ordinal, Number(detail['bit']), true));
  }

  /** Switches a machine off, as the input `off` does: for worlds that begin so. */
  switchOff(machine: Machine): void {
    this.#power({ machine: machine.name }, 'off');
  }

  #power(detail: Detail, what: 'off' | 'restart'): void {
    const machine = this.machine(String(detail['machine']));
    const { trace } = this.world;
    trace.recordDetail(this.world.now, trace.kind('machine.power', 'requests'), trace.node(machine.name), {
      what,
    });
    if (machine instanceof Host) machine.ip.isOn = what === 'restart';
    else machine.isOn = what === 'restart';
    if (machine instanceof Host) machine.crash();
    else machine.clear();
  }
}
