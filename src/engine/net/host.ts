/**
 * A machine with an internet layer: UDP and TCP, ping sockets, one processor, and the programs that run on it. A router
 * is one that also forwards.
 */
import type { Nanoseconds } from '../base/units.ts';
import type { IcmpIntervals } from '../proto/ip/icmp-limit.ts';
import { type Running, spawn, type Task } from '../sim/task.ts';
import type { World } from '../sim/world.ts';
import type { Detail, MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/ipv4.ts';
import { HostFiles } from './host-files.ts';
import { IpStack } from './ip/ip-stack.ts';
import { IcmpStack } from './transport/icmp-stack.ts';
import { PortPool } from './transport/ports.ts';
import type { TcpTuning } from './transport/tcp-socket.ts';
import { TcpStack } from './transport/tcp-stack.ts';
import { UdpStack } from './transport/udp-stack.ts';

export interface HostOptions {
  readonly tcp?: TcpTuning;
  /** Passes on what is not for itself. */
  readonly forwards?: boolean;
  /** How often ICMP errors may go to one receiver; as on Linux, unless said otherwise. */
  readonly icmp?: IcmpIntervals;
}

export class Host {
  readonly name: string;
  readonly world: World;
  readonly ip: IpStack;
  readonly udp: UdpStack;
  readonly tcp: TcpStack;
  readonly icmp: IcmpStack;
  /** `/etc/hosts` and `/etc/resolv.conf`. */
  readonly files: HostFiles;
  /** Tables that programs keep, for whoever compares them with the trace: their living rows now, by a name of the table. */
  readonly programTables = new Map<string, () => readonly unknown[]>();
  #tasks: Running[] = [];
  #processorFree: Nanoseconds = 0;
  /** What programs do when the machine comes up again. */
  #boot: (() => void)[] = [];

  constructor(world: World, name: string, options: HostOptions = {}) {
    this.world = world;
    this.name = name;
    this.ip = new IpStack(world, name, options.forwards ?? false, options.icmp);
    const ports = new PortPool(world.random(`${name}/ports`));
    this.udp = new UdpStack(this.ip, ports);
    this.tcp = new TcpStack(this.ip, ports, options.tcp ?? {});
    this.icmp = new IcmpStack(this.ip);
    this.files = new HostFiles(name, (kind, detail) => this.because({ kind, detail }));
  }

  /** True when a program here uses the port, or the identifier of ICMP queries. */
  isBound(protocol: number, port: number): boolean {
    switch (protocol) {
      case PROTOCOL_UDP:
        return this.udp.isBound(port);
      case PROTOCOL_TCP:
        return this.tcp.isBound(port);
      case PROTOCOL_ICMP:
        return this.icmp.isBound(port);
      default:
        return false;
    }
  }

  /** Runs a program at start and again whenever the machine restarts. */
  onBoot(start: () => void): void {
    this.#boot.push(start);
    start();
  }

  /** Starts a task that ends with the machine. */
  run<T>(name: string, task: Task<T>): Running<T> {
    const running = spawn(this.world.kernel, `${this.name}/${name}`, task);
    this.#tasks = this.#tasks.filter((one) => one.state === 'running');
    this.#tasks.push(running as Running);
    return running;
  }

  /** Occupies the processor for `duration` of virtual time, after what it has to do already. */
  *compute(duration: Nanoseconds, what: string): Task {
    const { kernel, trace } = this.world;
    const start = Math.max(kernel.now, this.#processorFree);
    this.#processorFree = start + duration;
    const end = this.#processorFree;
    const id = this.record('host.compute', { what, start, duration });
    yield (waker) => {
      const before = trace.cause;
      if (id !== NONE) trace.cause = id;
      const handle = kernel.schedule(end, { onEvent: () => waker.wake() });
      trace.cause = before;
      return () => kernel.cancel(handle);
    };
  }

  /** Records what a program did or decided. */
  record(kind: string, detail: Detail): number {
    return this.ip.record({ kind, detail });
  }

  /** Records a machine's event, and makes it the cause of what follows in this callback. */
  because(event: MachineEvent): number {
    const id = this.ip.record(event);
    if (id !== NONE) this.world.trace.cause = id;
    return id;
  }

  /** Loses everything that was in memory; programs run their `finally`, then boot again if the machine is on. */
  crash(): void {
    for (const task of this.#tasks.splice(0)) task.cancel();
    this.udp.clear();
    this.tcp.clear();
    this.icmp.clear();
    this.ip.clear();
    this.#processorFree = this.world.now;
    const { kernel } = this.world;
    kernel.call(kernel.now, () => {
      if (this.ip.isOn) for (const start of this.#boot) start();
    });
  }
}

/** A machine that forwards. */
export class Router extends Host {
  constructor(world: World, name: string, options: HostOptions = {}) {
    super(world, name, { ...options, forwards: true });
  }
}
