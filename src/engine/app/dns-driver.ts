/**
 * Runs a DNS machine (resolver or stub) on a host: UDP sockets by port, TCP connections by exchange, a timer, and its
 * events in the trace.
 */
import type { Ip } from '../base/ip.ts';
import type { Host } from '../net/host.ts';
import type { UdpError, UdpSocket } from '../net/transport/udp-stack.ts';
import type { DnsArrival, DnsFailure, DnsMachine } from '../proto/dns/packet.ts';
import { Timer } from '../sim/timer.ts';
import type { MachineEvent } from '../trace/event.ts';
import { NONE } from '../trace/log.ts';
import { DnsStreams } from './dns-streams.ts';

export class DnsDriver {
  readonly host: Host;
  readonly #machine: DnsMachine;
  readonly #sockets = new Map<number, UdpSocket>();
  readonly #streams: DnsStreams;
  readonly #served = new Set<number>();
  readonly #timer: Timer;
  readonly #afterwards: () => void;
  /** What the network told while the machine was being drained: it is handed in afterwards. */
  #news: DnsFailure[] = [];
  #isDraining = false;

  /** `afterwards` is called when the machine has been driven: time to collect its results. */
  constructor(host: Host, machine: DnsMachine, afterwards: () => void = () => {}) {
    this.host = host;
    this.#machine = machine;
    this.#afterwards = afterwards;
    this.#streams = new DnsStreams(host, {
      onMessage: (arrival) => this.handle(arrival),
      onFailure: (failure) => this.#handleFailure(failure),
    });
    this.#timer = new Timer(host.world.kernel, () => {
      this.#machine.handleTimeout(host.world.now);
      this.drain();
    });
  }

  /** Opens `port` (a server's), over UDP and TCP, and keeps it. */
  serve(port: number): void {
    this.#served.add(port);
    this.#socket(port);
    this.#streams.listen(port);
  }

  /** Ends it: nothing more is heard or sent. */
  stop(): void {
    this.#timer.clear();
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    this.#streams.stop();
  }

  handle(arrival: DnsArrival): void {
    this.#machine.handle(arrival, this.host.world.now);
    this.drain();
  }

  /** Records the machine's events, sends what it wants sent, sets its timer. */
  drain(): void {
    const { trace } = this.host.world;
    const before = trace.cause;
    this.#isDraining = true;
    this.#flush();
    // A failure that is known at once (no route) may make the machine try another way, which may fail at once again;
    // the machine's own limits end that
    for (let failure = this.#news.shift(); failure; failure = this.#news.shift()) {
      this.#machine.handleFailure(failure, this.host.world.now);
      this.#flush();
    }
    this.#isDraining = false;
    this.#closeUnused();
    this.#afterwards();
    trace.cause = before;
    this.#timer.set(this.#machine.pollTimeout());
  }

  #flush(): void {
    const { trace, now } = this.host.world;
    const recorded = new Map<MachineEvent, number>();
    let last = trace.cause;
    for (let event = this.#machine.pollEvent(); event; event = this.#machine.pollEvent()) {
      const id = this.host.record(event.kind, event.detail);
      if (id !== NONE) {
        last = id;
        trace.cause = id;
        recorded.set(event, id);
      }
    }
    for (let out = this.#machine.pollTransmit(now); out; out = this.#machine.pollTransmit(now)) {
      trace.cause = (out.because && recorded.get(out.because)) ?? last;
      const { transport, to, port, localPort, from } = out;
      if (transport === 'tcp') {
        this.#streams.send(out.exchange!, to, port, out.bytes, from);
        continue;
      }
      const problem = this.#isOwn(from)
        ? this.#socket(localPort, from)?.send(to, port, out.bytes)
        : 'ENETUNREACH';
      if (problem === 'ENETUNREACH' && !this.#served.has(localPort))
        this.#handleFailure({ transport, to, port, localPort, reason: 'unreachable' });
    }
    trace.cause = last;
  }

  #handleFailure(failure: DnsFailure): void {
    if (this.#isDraining) {
      this.#news.push(failure);
      return;
    }
    this.#machine.handleFailure(failure, this.host.world.now);
    this.drain();
  }

  #isOwn(from: Ip | undefined): boolean {
    return from === undefined || this.host.ip.isLocal(from);
  }

  #socket(localPort: number, from?: Ip): UdpSocket | undefined {
    const open = this.#sockets.get(localPort);
    if (open) return open;
    if (this.host.udp.isBound(localPort)) {
      this.host.record('dns.port-taken', { port: localPort });
      return undefined;
    }
    const socket = this.host.udp.bind(localPort, from);
    this.#sockets.set(localPort, socket);
    socket.onReceive = ({ from, port, to, bytes }) =>
      this.handle({ transport: 'udp', from, port, to, localPort, bytes });
    socket.onError = (error) => this.#hearError(localPort, error);
    return socket;
  }

  /** Servers do not care who hung up; who asked does. */
  #hearError(localPort: number, { to, port, code }: UdpError): void {
    if (this.#served.has(localPort) || code === undefined || code === 'EMSGSIZE') return;
    const reason = code === 'ECONNREFUSED' ? 'refused' : 'unreachable';
    this.#handleFailure({ transport: 'udp', to, port, localPort, reason });
  }

  #closeUnused(): void {
    const awaited = new Set(this.#machine.ports());
    for (const [port, socket] of this.#sockets) {
      if (this.#served.has(port) || awaited.has(port)) continue;
      socket.close();
      this.#sockets.delete(port);
    }
    this.#streams.closeUnused(this.#machine.exchanges());
  }
}
