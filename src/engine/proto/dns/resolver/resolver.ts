/**
 * A recursive resolver as a machine: it answers clients by asking the servers that have authority, from the root down,
 * and keeps what it learns.
 *
 * RFC 1034 §5.3.3 (the algorithm), RFC 1035 §7, RFC 9499 §6 (the words). Here are the verbs and the clients. A question
 * is a {@link Task} (tasks.ts: joining, waiting, ends); walker.ts makes its next step, outgoing.ts sends, reader.ts
 * takes what comes back, response.ts says what it means and what of it to believe. servers.ts remembers servers,
 * failures.ts failures, stale.ts serves what has expired. Every decision is an event that says why, and what is sent
 * has that event as its cause. config.ts has every knob.
 *
 * Not here: DNSSEC validation (reader.ts marks its place), encrypted transports, client subnet (RFC 7871).
 */

import { Misuse } from '../../../base/errors.ts';
import { formatIp } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { type Nanoseconds, NEVER } from '../../../base/units.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { RCODE, rcodeName, typeName } from '../../../wire/dns/code.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { DnsCache } from '../cache.ts';
import { DNS_PORT } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsMachine, DnsTransmit } from '../packet.ts';
import { type Client, clientFault, isSameQuery, readClientQuery, writeClientAnswer } from './client.ts';
import { DEFAULTS, type ResolverConfig, type RootHint } from './config.ts';
import { FailureBook } from './failures.ts';
import { Journal } from './journal.ts';
import { Outgoing } from './outgoing.ts';
import { Reader } from './reader.ts';
import { ServerBook } from './servers.ts';
import { fromCacheAlone, StaleAnswers } from './stale.ts';
import type { Outcome, Task } from './task.ts';
import { Tasks } from './tasks.ts';
import { Walker } from './walker.ts';

export interface ResolverOptions extends Partial<ResolverConfig> {
  readonly hints: readonly RootHint[];
  /** IDs, ports, cookies and the choice among servers. */
  readonly random: Random;
  /** One made by {@link resolverCache} with the same options, if it is to outlive the resolver. */
  readonly cache?: DnsCache;
}

/** The end of a question that {@link Resolver.ask} began. */
export interface ResolverResult extends Outcome {
  readonly handle: number;
  readonly name: string;
  readonly type: number;
}

/** The cache that a resolver with these options would have. */
export function resolverCache(options: Partial<ResolverConfig> = {}): DnsCache {
  const { cacheRows, maxTtl, minTtl, maxNegativeTtl, nxdomainCut, serveStale } = { ...DEFAULTS, ...options };
  return new DnsCache({
    label: 'resolver',
    capacity: cacheRows,
    maxTtl,
    minTtl,
    maxNegativeTtl,
    nxdomainCut,
    keepStale: serveStale?.keep ?? 0,
  });
}

export class Resolver implements DnsMachine {
  readonly config: ResolverConfig;
  readonly cache: DnsCache;
  readonly servers: ServerBook;
  readonly #journal: Journal;
  readonly #outgoing: Outgoing;
  readonly #tasks: Tasks;
  readonly #walker: Walker;
  readonly #reader: Reader;
  readonly #stale: StaleAnswers;
  #results: ResolverResult[] = [];
  #nextHandle = 1;

  constructor(options: ResolverOptions) {
    const { random, cache = resolverCache(options), ...given } = options;
    const hints = options.hints.map((hint) => ({ ...hint, name: canonicalName(hint.name) }));
    const config: ResolverConfig = { ...DEFAULTS, ...given, hints };
    const passesOn = config.forward.some((one) => one.zone === '.' && !one.orWalk);
    if (hints.every((hint) => hint.addresses.length === 0) && !passesOn)
      throw new Misuse('a resolver needs the address of a root server');
    this.config = config;
    this.cache = cache;
    const journal = new Journal(cache);
    const failures = new FailureBook(config.failureTtl);
    const servers = new ServerBook(journal, random);
    const outgoing = new Outgoing(config, journal, servers, random);
    const tasks = new Tasks({ config, cache, failures, journal }, (...end) => this.#answer(...end));
    this.#walker = new Walker({ config, cache, servers, outgoing, failures, journal, tasks });
    this.#reader = new Reader({ config, cache, servers, journal, tasks, walker: this.#walker });
    this.#stale = new StaleAnswers(cache, config);
    this.#journal = journal;
    this.#outgoing = outgoing;
    this.#tasks = tasks;
    this.servers = servers;
  }

  /** A message to port 53 is a client's query; to any other port, a server's response. */
  handle(arrival: DnsArrival, now: Nanoseconds): void {
    if (arrival.localPort === DNS_PORT) this.#handleQuery(arrival, now);
    else {
      const answered = this.#outgoing.receive(arrival, now);
      if (answered) this.#reader.handle(answered.query, answered.message, now);
    }
    this.#run(now);
  }

  /** Asks on behalf of the host itself; the result comes from {@link pollResult} under the handle returned. */
  ask(name: string, type: number, now: Nanoseconds): number {
    const handle = this.#nextHandle++;
    const task = this.#tasks.join(canonicalName(name), type, undefined, now);
    if (task) task.handles.push(handle);
    else this.#results.push({ handle, name, type, rcode: RCODE.SERVFAIL, answers: [], authorities: [] });
    this.#run(now);
    return handle;
  }

  pollResult(): ResolverResult | undefined {
    return this.#results.shift();
  }

  pollEvent(): MachineEvent | undefined {
    return this.#journal.pollEvent();
  }

  pollTransmit(_now: Nanoseconds): DnsTransmit | undefined {
    return this.#journal.pollTransmit();
  }

  pollTimeout(): Nanoseconds {
    let next = Math.min(this.#outgoing.pollTimeout(), this.#tasks.pollTimeout());
    if (!this.config.serveStale) return next;
    for (const task of this.#tasks.all())
      for (const { staleAt } of task.clients) next = Math.min(next, staleAt);
    return next;
  }

  handleFailure(failure: DnsFailure, now: Nanoseconds): void {
    const query = this.#outgoing.failed(failure);
    if (!query) return;
    this.#reader.handleFailure(query, failure.reason, now);
    this.#run(now);
  }

  handleTimeout(now: Nanoseconds): void {
    for (const query of this.#outgoing.expired(now)) this.#reader.handleSilence(query, now);
    this.#tasks.handleTimeout(now);
    if (this.config.serveStale) this.#serveThoseWhoWait(now);
    this.#run(now);
  }

  /** Local ports on which a response is awaited. A host drops what comes to others. */
  ports(): number[] {
    return this.#outgoing.ports();
  }

  exchanges(): number[] {
    return this.#outgoing.exchanges();
  }

  #run(now: Nanoseconds): void {
    this.#tasks.run((task) => this.#walker.step(task, now));
  }

  // ---- clients

  #handleQuery(arrival: DnsArrival, now: Nanoseconds): void {
    const client = readClientQuery(arrival);
    if (!client) return;
    const fault = clientFault(client, this.config.allowSnoop);
    const question = client.query?.questions[0];
    if (fault || !question) {
      const { rcode, reason } = fault!;
      const event = this.#journal.emit('dns.resolver.refuse', {
        client: formatIp(arrival.from),
        rcode: rcodeName(rcode),
        reason,
      });
      this.#send(client, { rcode, answers: [], authorities: [] }, event);
      return;
    }
    const { name, type } = question;
    this.#journal.emit('dns.resolver.query', { client: formatIp(arrival.from), name, type: typeName(type) });
    if (!client.query?.recursionDesired) this.#answerFromCacheAlone(client, name, type, now);
    else if (!this.#answerStaleAtOnce(client, name, type, now)) this.#take(client, name, type, now);
  }

  #take(client: Client, name: string, type: number, now: Nanoseconds): void {
    const { limits, serveStale } = this.config;
    const task = this.#tasks.join(name, type, undefined, now);
    if (task?.clients.some((other) => isSameQuery(other.client, client))) return;
    if (task && task.clients.length < limits.clients) {
      task.clients.push({ client, staleAt: serveStale ? now + serveStale.clientTimer : NEVER });
      return;
    }
    const event = this.#journal.emit('dns.resolver.servfail', {
      name,
      type: typeName(type),
      queries: 0,
      reason: 'too many questions at once',
    });
    this.#send(client, { rcode: RCODE.SERVFAIL, answers: [], authorities: [] }, event);
  }

  #answerFromCacheAlone(client: Client, name: string, type: number, now: Nanoseconds): void {
    const outcome = fromCacheAlone(this.cache, name, type, now);
    const event = this.#journal.emit('dns.resolver.answer', {
      name,
      type: typeName(type),
      rcode: rcodeName(outcome.rcode),
      data: outcome.answers.map(dataText).join(', '),
      source: 'cache',
      queries: 0,
      took: 0,
      reason: 'the query wants no recursion: what the cache has, or the nearest servers that it knows',
    });
    this.#send(client, outcome, event);
  }

  /** RFC 8767 §5: within the failure recheck timer nobody waits. */
  #answerStaleAtOnce(client: Client, name: string, type: number, now: Nanoseconds): boolean {
    if (!this.#stale.hasJustFailed(name, type, now)) return false;
    const outcome = this.#stale.answer(name, type, now);
    if (!outcome) return false;
    const event = this.#tellStale(name, type, 'the servers failed a moment ago and are not asked again yet');
    this.#send(client, outcome, event);
    return true;
  }

  /**
   * RFC 8767 §5: clients that waited for the client response timer get stale data; the question goes on without them.
   */
  #serveThoseWhoWait(now: Nanoseconds): void {
    for (const task of this.#tasks.all()) {
      const late = task.clients.filter(({ staleAt }) => staleAt <= now);
      if (late.length === 0) continue;
      const outcome = this.#stale.answer(task.name, task.type, now);
      const stay = task.clients.filter(({ staleAt }) => staleAt > now);
      task.clients.length = 0;
      task.clients.push(...stay);
      if (outcome) {
        const event = this.#tellStale(task.name, task.type, 'the client would not wait much longer');
        for (const { client } of late) this.#send(client, outcome, event);
      } else for (const { client } of late) task.clients.push({ client, staleAt: NEVER });
    }
  }

  #tellStale(name: string, type: number, reason: string): MachineEvent {
    return this.#journal.emit('dns.resolver.stale', { name, type: typeName(type), reason });
  }

  /** A question came to its end: tells everybody who waits. */
  #answer(task: Task, outcome: Outcome, because: MachineEvent, now: Nanoseconds): void {
    const hasFailed = outcome.rcode === RCODE.SERVFAIL;
    const stale = hasFailed ? this.#stale.answer(task.name, task.type, now) : undefined;
    let told = outcome;
    let event = because;
    if (stale) {
      told = stale;
      this.#stale.failed(task.name, task.type, now);
      if (task.clients.length > 0)
        event = this.#tellStale(
          task.name,
          task.type,
          'nobody could be asked, and expired data are better than none',
        );
    }
    for (const { client } of task.clients) this.#send(client, told, event);
    for (const handle of task.handles)
      this.#results.push({ handle, name: task.name, type: task.type, ...told });
  }

  #send(client: Client, outcome: Outcome, because: MachineEvent): void {
    const { transmit, cut } = writeClientAnswer(client, outcome, because);
    if (cut) this.#journal.tell(cut);
    this.#journal.send(transmit);
  }
}
