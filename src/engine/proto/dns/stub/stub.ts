/**
 * The stub resolver of a host as a machine: hosts file, the host's own cache, then the configured resolvers in turn.
 *
 * RFC 1034 §5.3.1 (stub resolvers), RFC 5452 §9. Retries are those of resolv.conf(5) on Linux: `timeout` 5 s and
 * `attempts` 2 unless told otherwise, servers in the order of the file; each attempt goes through the whole list. (glibc
 * shortens the wait for later servers; here every server gets the full time.)
 *
 * Not here: search lists and ndots, TCP (a truncated answer is reported and the next server tried), mDNS.
 */

import { Misuse } from '../../../base/errors.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { formatDuration, type Nanoseconds, NEVER, SECOND } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import { encodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, extendedRcode } from '../../../wire/dns/message.ts';
import { canonicalName, nameKey, sameName } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { DnsCache } from '../cache.ts';
import { matchResponse } from '../match.ts';
import { DNS_PORT, EDNS_SIZE, makeQuery } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsMachine, DnsTransmit } from '../packet.ts';
import { HostsFile } from './hosts.ts';

export interface StubOptions {
  /** Resolvers, in the order in which they are tried. */
  readonly servers: readonly Ip[];
  readonly random: Random;
  readonly hosts?: HostsFile;
  readonly cache?: DnsCache;
  /** False for a host that keeps nothing, as with glibc alone. */
  readonly caching?: boolean;
  /** Wait for one server, resolv.conf `timeout`. */
  readonly timeout?: Nanoseconds;
  /** Rounds through the servers, resolv.conf `attempts`. */
  readonly attempts?: number;
  /** Send EDNS, resolv.conf `edns0`: off there unless told. */
  readonly edns0?: boolean;
}

/** What getaddrinfo(3) would report when there is no address. */
export type StubError = 'EAI_AGAIN' | 'EAI_NONAME';

export interface StubResult {
  readonly handle: number;
  readonly name: string;
  readonly type: number;
  readonly rcode: number;
  /** Aliases first, then records of the type asked. */
  readonly answers: readonly DnsRecord[];
  /** Undefined when there is at least one record of the type asked. */
  readonly error: StubError | undefined;
  readonly source: 'hosts' | 'cache' | 'server';
}

interface Pending {
  readonly key: string;
  readonly name: string;
  readonly type: number;
  readonly handles: number[];
  readonly startedAt: Nanoseconds;
  /** Sends so far; server and round follow from it. */
  sends: number;
  id: number;
  localPort: number;
  server: Ip;
  sentAt: Nanoseconds;
  deadline: Nanoseconds;
}

const MAX_PENDING = 1_000;
const MAX_ALIASES = 16;

export class StubResolver implements DnsMachine {
  readonly cache: DnsCache;
  readonly #caching: boolean;
  readonly #servers: readonly Ip[];
  readonly #random: Random;
  readonly #hosts: HostsFile;
  readonly #timeout: Nanoseconds;
  readonly #attempts: number;
  readonly #edns0: boolean;
  readonly #byKey = new Map<string, Pending>();
  readonly #byPort = new Map<number, Pending>();
  #events: MachineEvent[] = [];
  #transmits: DnsTransmit[] = [];
  #results: StubResult[] = [];
  #nextHandle = 1;

  constructor(options: StubOptions) {
    this.#servers = options.servers.slice(0, 3); // resolv.conf(5): up to MAXNS (3) servers
    this.#random = options.random;
    this.#hosts = options.hosts ?? new HostsFile();
    this.cache = options.cache ?? new DnsCache({ label: 'os', capacity: 1_000 });
    this.#caching = options.caching ?? true;
    this.#timeout = options.timeout ?? 5 * SECOND;
    this.#attempts = options.attempts ?? 2;
    this.#edns0 = options.edns0 ?? false;
  }

  /** Starts a lookup of an absolute name; the result comes from {@link pollResult}, at once when nobody has to be asked. */
  ask(given: string, type: number, now: Nanoseconds): number {
    const name = canonicalName(given);
    const handle = this.#nextHandle++;
    if (this.#answerAtHome(handle, name, type, now)) return handle;
    const key = `${nameKey(name)} ${type}`;
    const running = this.#byKey.get(key);
    if (running) {
      this.#emit('dns.stub.join', { name, type: typeName(type), reason: 'the same question is on its way' });
      running.handles.push(handle);
      return handle;
    }
    const pending: Pending = {
      key,
      name,
      type,
      handles: [handle],
      startedAt: now,
      sends: 0,
      id: 0,
      localPort: 0,
      server: 0 as Ip,
      sentAt: now,
      deadline: now,
    };
    this.#byKey.set(key, pending);
    if (this.#servers.length === 0) this.#fail(pending, 'no resolver is configured', now);
    else if (this.#byKey.size > MAX_PENDING) this.#fail(pending, 'too many questions at once', now);
    else
      this.#send(
        pending,
        this.#caching ? 'neither the hosts file nor the cache knows it' : 'the hosts file does not know it',
        now,
      );
    return handle;
  }

  handle(arrival: DnsArrival, now: Nanoseconds): void {
    const pending = this.#byPort.get(arrival.localPort);
    const message = matchResponse(arrival, pending);
    if (!pending || typeof message === 'string') {
      const from = formatIp(arrival.from);
      const reason = typeof message === 'string' ? message : '';
      this.#emit('dns.stub.ignore', { from, port: arrival.port, localPort: arrival.localPort, reason });
      return;
    }
    this.#byPort.delete(pending.localPort);
    const rcode = extendedRcode(message);
    const server = formatIp(pending.server);
    const useless = message.truncated
      ? `the answer of ${server} does not fit a arrival, and this resolver does not speak TCP`
      : rcode !== RCODE.NOERROR && rcode !== RCODE.NXDOMAIN
        ? `${server} answered ${rcodeName(rcode)}`
        : undefined;
    if (useless) {
      this.#emit('dns.stub.useless', {
        name: pending.name,
        type: typeName(pending.type),
        server,
        reason: useless,
      });
      this.#next(pending, useless, now);
      return;
    }
    const answers = chain(message.answers, pending.name, pending.type);
    this.#keep(message, pending, answers, now);
    this.#emit('dns.stub.answer', {
      name: pending.name,
      type: typeName(pending.type),
      rcode: rcodeName(rcode),
      data: answers.map(dataText).join(', '),
      server,
      took: now - pending.startedAt,
    });
    this.#end(pending, rcode, answers);
  }

  pollResult(): StubResult | undefined {
    return this.#results.shift();
  }

  pollEvent(): MachineEvent | undefined {
    this.#drainCache(); // somebody may have used the cache directly
    return this.#events.shift();
  }

  pollTransmit(_now: Nanoseconds): DnsTransmit | undefined {
    return this.#transmits.shift();
  }

  pollTimeout(): Nanoseconds {
    let next = NEVER;
    for (const pending of this.#byPort.values()) next = Math.min(next, pending.deadline);
    return next;
  }

  handleFailure(failure: DnsFailure, now: Nanoseconds): void {
    const pending = this.#byPort.get(failure.localPort);
    if (!pending || pending.server !== failure.to) return;
    this.#byPort.delete(pending.localPort);
    const server = formatIp(pending.server);
    const reason = `${server}: ${failure.reason}`;
    this.#emit('dns.stub.useless', { name: pending.name, type: typeName(pending.type), server, reason });
    this.#next(pending, reason, now);
  }

  handleTimeout(now: Nanoseconds): void {
    for (const pending of [...this.#byPort.values()]) {
      if (pending.deadline > now) continue;
      this.#byPort.delete(pending.localPort);
      const server = formatIp(pending.server);
      const waited = now - pending.sentAt;
      this.#emit('dns.stub.timeout', { name: pending.name, type: typeName(pending.type), server, waited });
      this.#next(pending, `${server} did not answer within ${formatDuration(waited)}`, now);
    }
  }

  /** Local ports on which a response is awaited. */
  ports(): number[] {
    return [...this.#byPort.keys()];
  }

  exchanges(): number[] {
    return [];
  }

  /** Hosts file, then cache. True when either had the answer. */
  #answerAtHome(handle: number, name: string, type: number, now: Nanoseconds): boolean {
    const known = this.#hosts.lookup(name, type);
    if (known) {
      this.#emit('dns.stub.hosts', {
        name,
        type: typeName(type),
        data: known.map(dataText).join(', '),
        reason: 'the hosts file has the name, so nobody is asked',
      });
      this.#deliver([handle], name, type, RCODE.NOERROR, known, 'hosts');
      return true;
    }
    const answers: DnsRecord[] = [];
    let current = name;
    for (let i = 0; this.#caching && i < MAX_ALIASES; i++) {
      const hit = this.cache.lookup(current, type, now);
      this.#drainCache();
      if (!hit || hit.kind === 'servfail') return false;
      if (hit.kind !== 'records') {
        this.#deliver(
          [handle],
          name,
          type,
          hit.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR,
          answers,
          'cache',
        );
        return true;
      }
      answers.push(...hit.records);
      const [first] = hit.records;
      if (first?.type !== TYPE.CNAME || type === TYPE.CNAME) {
        this.#deliver([handle], name, type, RCODE.NOERROR, answers, 'cache');
        return true;
      }
      current = first.data;
    }
    return false;
  }

  #send(pending: Pending, reason: string, now: Nanoseconds): void {
    pending.server = this.#servers[pending.sends % this.#servers.length]!;
    pending.sends += 1;
    pending.id = this.#random.below(0x1_0000);
    pending.localPort = this.#freePort();
    pending.sentAt = now;
    pending.deadline = now + this.#timeout;
    this.#byPort.set(pending.localPort, pending);
    const because = this.#emit('dns.stub.ask', {
      name: pending.name,
      type: typeName(pending.type),
      server: formatIp(pending.server),
      attempt: Math.ceil(pending.sends / this.#servers.length),
      id: pending.id,
      localPort: pending.localPort,
      reason,
    });
    const bytes = encodeDns(
      makeQuery(pending.id, pending.name, pending.type, true, this.#edns0 ? EDNS_SIZE : undefined),
    );
    this.#transmits.push({
      transport: 'udp',
      to: pending.server,
      port: DNS_PORT,
      localPort: pending.localPort,
      bytes,
      because,
    });
  }

  #next(pending: Pending, reason: string, now: Nanoseconds): void {
    if (pending.sends < this.#servers.length * this.#attempts) this.#send(pending, reason, now);
    else this.#fail(pending, reason, now);
  }

  #fail(pending: Pending, reason: string, now: Nanoseconds): void {
    this.#emit('dns.stub.fail', {
      name: pending.name,
      type: typeName(pending.type),
      sends: pending.sends,
      took: now - pending.startedAt,
      reason,
    });
    this.#end(pending, RCODE.SERVFAIL, []);
  }

  #end(pending: Pending, rcode: number, answers: readonly DnsRecord[]): void {
    this.#byKey.delete(pending.key);
    this.#deliver(pending.handles, pending.name, pending.type, rcode, answers, 'server');
  }

  #deliver(
    handles: readonly number[],
    name: string,
    type: number,
    rcode: number,
    answers: readonly DnsRecord[],
    source: StubResult['source'],
  ): void {
    const found = answers.some((record) => record.type === type);
    const error = found ? undefined : rcode === RCODE.SERVFAIL ? 'EAI_AGAIN' : 'EAI_NONAME';
    for (const handle of handles) this.#results.push({ handle, name, type, rcode, answers, error, source });
  }

  /** Stores what the resolver said. It is trusted, so there is no bailiwick to check; only the chain asked for is kept. */
  #keep(message: DnsMessage, pending: Pending, answers: readonly DnsRecord[], now: Nanoseconds): void {
    if (!this.#caching) return;
    for (const alias of answers) if (alias.type === TYPE.CNAME) this.cache.store([alias], 'answer', now);
    const records = answers.filter((record) => record.type === pending.type);
    if (pending.type !== TYPE.CNAME && records.length > 0) this.cache.store(records, 'answer', now);
    const soa = message.authorities.find((record) => record.type === TYPE.SOA);
    if (records.length === 0 && soa?.type === TYPE.SOA) {
      const last = answers.at(-1);
      const end = last?.type === TYPE.CNAME ? last.data : pending.name;
      const ttl = Math.min(soa.ttl, soa.data.minimum);
      this.cache.storeAbsence(
        end,
        pending.type,
        message.rcode === RCODE.NXDOMAIN ? 'nxdomain' : 'nodata',
        soa,
        ttl,
        now,
      );
    }
    this.#drainCache();
  }

  #freePort(): number {
    for (let i = 0; i < 100; i++) {
      const port = 32_768 + this.#random.below(28_232); // Linux: net.ipv4.ip_local_port_range is 32768 to 60999
      if (!this.#byPort.has(port)) return port;
    }
    throw new Misuse('no free port in 100 draws');
  }

  #emit(kind: string, detail: Detail): MachineEvent {
    const event: MachineEvent = { kind, detail };
    this.#events.push(event);
    return event;
  }

  #drainCache(): void {
    for (let event = this.cache.pollEvent(); event; event = this.cache.pollEvent()) this.#events.push(event);
  }
}

/** The aliases from `name` on and the records they lead to, in that order; everything else is left out. */
function chain(answers: readonly DnsRecord[], name: string, type: number): DnsRecord[] {
  const found: DnsRecord[] = [];
  let end = name;
  for (let i = 0; type !== TYPE.CNAME && i < MAX_ALIASES; i++) {
    const alias = answers.find((record) => record.type === TYPE.CNAME && sameName(record.name, end));
    if (alias?.type !== TYPE.CNAME || found.includes(alias)) break;
    found.push(alias);
    end = alias.data;
  }
  return [...found, ...answers.filter((record) => record.type === type && sameName(record.name, end))];
}
