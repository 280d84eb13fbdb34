/**
 * Runs a DNS machine (resolver or stub) against scripted servers, in virtual time and without a network.
 *
 * A server is an address, a round-trip time and a function from query to response. It may also give bytes, `undefined`
 * (it stays silent), or the reason of a failure (`'refused'`: the query comes back as undeliverable). An `Authority`
 * serves as one. The script delivers what the machine sends, wakes it when it asks to be woken, and keeps what happened:
 * `events` with their times, and `sent`, one line for each query that reached a server. Over TCP the first message of an
 * exchange costs a round trip more, and the server is told `tcp`.
 *
 *     const script = new Script(new Resolver({ hints, random: new Random(1) }));
 *     script.server('198.51.100.1', 40 * MILLISECOND, new Authority([rootZone]));
 *     script.server('198.51.100.2', 20 * MILLISECOND, (query) => ({ ...query, response: true, rcode: 5 }));
 *     script.server('2001:db8::3', 0, () => undefined);
 *     const answer = script.client('www.chaicart.example.', TYPE.A);   // asks port 53, runs until it is answered
 *     expect(script.sent).toEqual(['0 198.51.100.1 www.chaicart.example. A', …]);
 *     expect(script.kinds()).toContain('dns.resolver.referral');
 *
 * `inject` hands the machine a message of its own at once: a forged one, say. `at` runs something at a moment.
 */
import { formatIp, type Ip, parseIp } from '../../../src/engine/base/ip.ts';
import { MILLISECOND, type Nanoseconds, NEVER } from '../../../src/engine/base/units.ts';
import { DNS_PORT, makeQuery } from '../../../src/engine/proto/dns/message.ts';
import type {
  DnsArrival,
  DnsFailureReason,
  DnsMachine,
  DnsTransmit,
  DnsTransport,
} from '../../../src/engine/proto/dns/packet.ts';
import type { Authority } from '../../../src/engine/proto/dns/server/authority.ts';
import type { MachineEvent, TraceEvent } from '../../../src/engine/trace/event.ts';
import { typeName } from '../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../src/engine/wire/dns/fast.ts';
import type { DnsMessage } from '../../../src/engine/wire/dns/message.ts';

export type Responder = (
  query: DnsMessage,
  now: Nanoseconds,
  sent: DnsTransmit,
) => DnsMessage | Uint8Array | DnsFailureReason | undefined;

/** An authority's response with something changed. */
export const twisted =
  (authority: Authority, change: (response: DnsMessage) => DnsMessage): Responder =>
  (_, now, sent) =>
    change(decodeDns(served(authority, sent, now)!));

/** What an authority answers to a query that a machine sent, as bytes. */
export function served(authority: Authority, sent: DnsTransmit, now: Nanoseconds): Uint8Array | undefined {
  const { transport, localPort, exchange, bytes, to } = sent;
  const at = { transport, from: HOST, port: localPort, to, localPort: DNS_PORT, bytes };
  return authority.answer(exchange === undefined ? at : { ...at, exchange }, now)?.response;
}

const CLIENT = parseIp('192.0.2.10');
/** Where the machine is, as servers see it. */
const HOST = parseIp('192.0.2.5');

export class Script<M extends DnsMachine> {
  readonly machine: M;
  now: Nanoseconds = 0;
  readonly events: TraceEvent[] = [];
  /** `<milliseconds> <server> <name> <type>`, and ` tcp` where it went over TCP. */
  readonly sent: string[] = [];
  /** Everything that the machine sent to clients. */
  readonly answers: DnsMessage[] = [];
  readonly #servers = new Map<Ip, { rtt: Nanoseconds; responder: Responder }>();
  #due: { time: Nanoseconds; run: () => void }[] = [];
  #nextPort = 40_000;
  #polled = new Set<MachineEvent>();
  #opened = new Set<number>();

  constructor(machine: M) {
    this.machine = machine;
  }

  server(address: string, rtt: Nanoseconds, responder: Responder | Authority): void {
    const respond: Responder =
      typeof responder === 'function' ? responder : (_, now, sent) => served(responder, sent, now);
    this.#servers.set(parseIp(address), { rtt, responder: respond });
  }

  at(time: Nanoseconds, run: () => void): void {
    this.#due.push({ time, run });
  }

  inject(arrival: DnsArrival): void {
    this.machine.handle(arrival, this.now);
    this.drain();
  }

  /** Sends a query to port 53 as a client would; runs until the machine answered it. Undefined when it never did. */
  client(
    name: string,
    type: number,
    change: (query: DnsMessage) => DnsMessage = (query) => query,
    transport: DnsTransport = 'udp',
  ): DnsMessage | undefined {
    const before = this.answers.length;
    this.inject({
      transport,
      from: CLIENT,
      port: this.#nextPort++,
      localPort: DNS_PORT,
      ...(transport === 'tcp' && { exchange: -this.#nextPort }),
      bytes: encodeDns(change(makeQuery(7, name, type, true, 1232))),
    });
    this.run(() => this.answers.length > before);
    return this.answers[before];
  }

  /** Runs until `done`, or until nothing is left to happen. */
  run(done: () => boolean = () => false): void {
    for (let steps = 0; !done(); steps++) {
      if (steps > 10_000) throw new Error('the script does not end');
      this.#due.sort((a, b) => a.time - b.time);
      const timeout = this.machine.pollTimeout();
      const next = Math.min(timeout, this.#due[0]?.time ?? NEVER);
      if (next === NEVER) return;
      this.now = Math.max(this.now, next);
      if (timeout <= (this.#due[0]?.time ?? NEVER)) this.machine.handleTimeout(this.now);
      else this.#due.shift()!.run();
      this.drain();
    }
  }

  /** Lets time pass; nothing may be under way. */
  pass(duration: Nanoseconds): void {
    this.now += duration;
  }

  drain(): void {
    for (let event = this.machine.pollEvent(); event; event = this.machine.pollEvent()) {
      this.#polled.add(event);
      this.events.push({
        id: this.events.length,
        time: this.now,
        kind: event.kind,
        node: 'host',
        cause: -1,
        a: 0,
        b: 0,
        detail: event.detail,
      });
    }
    for (let out = this.machine.pollTransmit(this.now); out; out = this.machine.pollTransmit(this.now))
      this.#deliver(out);
  }

  kinds(): string[] {
    return this.events.map((event) => event.kind);
  }

  /** Details of the events of one kind. */
  all(kind: string): Readonly<Record<string, unknown>>[] {
    return this.events.filter((event) => event.kind === kind).map((event) => event.detail ?? {});
  }

  #deliver(out: DnsTransmit): void {
    if (out.because && !this.#polled.has(out.because))
      throw new Error('the cause of a transmission was not polled before it');
    const message = decodeDns(out.bytes);
    if (message.response) {
      this.answers.push(message);
      return;
    }
    const [question] = message.questions;
    const tcp = out.transport === 'tcp';
    this.sent.push(
      `${this.now / MILLISECOND} ${formatIp(out.to)} ${question!.name} ${typeName(question!.type)}${tcp ? ' tcp' : ''}`,
    );
    const server = this.#servers.get(out.to);
    const response = server?.responder(message, this.now, out);
    if (!server || !response) return;
    const { transport, port, localPort, exchange } = out;
    const isNew = exchange !== undefined && !this.#opened.has(exchange);
    if (isNew) this.#opened.add(exchange);
    const at = { transport, port, localPort, ...(exchange !== undefined && { exchange }) };
    this.at(this.now + server.rtt * (isNew ? 2 : 1), () => {
      // Over TCP nobody listens any more when the machine has let the exchange go
      if (exchange !== undefined && !this.machine.exchanges().includes(exchange)) return;
      if (typeof response === 'string')
        this.machine.handleFailure({ ...at, to: out.to, reason: response }, this.now);
      else
        this.machine.handle(
          { ...at, from: out.to, bytes: response instanceof Uint8Array ? response : encodeDns(response) },
          this.now,
        );
    });
  }
}

export { CLIENT };
