/**
 * Runs a DNS machine (resolver or stub) on a host: UDP sockets by port, a timer, and its events in the trace.
 */
import type { Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { UdpSocket } from '../net/transport/udp-stack.ts';
import type { DnsDatagram, DnsTransmit } from '../proto/dns/message.ts';
import { Timer } from '../sim/timer.ts';
import type { MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';

/** The verbs that resolver and stub have in common. */
export interface DnsMachine {
  handle(datagram: DnsDatagram, now: Nanoseconds): void;
  handleTimeout(now: Nanoseconds): void;
  pollEvent(): MachineEvent | undefined;
  pollTransmit(now: Nanoseconds): DnsTransmit | undefined;
  pollTimeout(): Nanoseconds;
  /** Ephemeral ports on which something is awaited: the others are closed. */
  ports(): readonly number[];
}

export class DnsDriver {
  readonly host: Host;
  readonly #machine: DnsMachine;
  readonly #sockets = new Map<number, UdpSocket>();
  readonly #served = new Set<number>();
  readonly #timer: Timer;
  readonly #afterwards: () => void;

  /** `afterwards` is called when the machine has been driven: time to collect its results. */
  constructor(host: Host, machine: DnsMachine, afterwards: () => void = () => {}) {
    this.host = host;
    this.#machine = machine;
    this.#afterwards = afterwards;
    this.#timer = new Timer(host.world.kernel, () => {
      this.#machine.handleTimeout(host.world.now);
      this.drain();
    });
  }

  /** Opens `port` (a server's) and keeps it. */
  serve(port: number): void {
    this.#served.add(port);
    this.#socket(port);
  }

  /** Ends it: nothing more is heard or sent. */
  stop(): void {
    this.#timer.clear();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
  }

  handle(from: Ip4, port: number, localPort: number, bytes: Bytes): void {
    this.#machine.handle({ from, port, localPort, bytes }, this.host.world.now);
    this.drain();
  }

  /** Records the machine's events, sends what it wants sent, sets its timer. */
  drain(): void {
    const { trace } = this.host.world;
    const before = trace.cause;
    const recorded = new Map<MachineEvent, number>();
    let last = before;
    for (let event = this.#machine.pollEvent(); event; event = this.#machine.pollEvent()) {
      const id = this.host.record(event.kind, event.detail);
      if (id !== NONE) {
        last = id;
        trace.cause = id;
        recorded.set(event, id);
      }
    }
    for (
      let out = this.#machine.pollTransmit(this.host.world.now);
      out;
      out = this.#machine.pollTransmit(this.host.world.now)
    ) {
      trace.cause = (out.because && recorded.get(out.because)) ?? last;
      this.#socket(out.localPort)?.send(out.to, out.port, out.bytes);
    }
    trace.cause = last;
    this.#closeUnused();
    this.#afterwards();
    trace.cause = before;
    this.#timer.set(this.#machine.pollTimeout());
  }

  #socket(port: number): UdpSocket | undefined {
    const open = this.#sockets.get(port);
    if (open) return open;
    if (this.host.udp.isBound(port)) {
      this.host.record('dns.port-taken', { port });
      return undefined;
    }
    const socket = this.host.udp.bind(port);
    this.#sockets.set(port, socket);
    // the machines speak over IPv4 only, so far
    socket.onReceive = ({ from, port: remotePort, bytes }) => {
      if (typeof from === 'number') this.handle(from, remotePort, port, bytes);
    };
    return socket;
  }

  #closeUnused(): void {
    const awaited = new Set(this.#machine.ports());
    for (const [port, socket] of this.#sockets) {
      if (this.#served.has(port) || awaited.has(port)) continue;
      socket.close();
      this.#sockets.delete(port);
    }
  }
}
