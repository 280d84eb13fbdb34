/**
 * An iterative ("recursive") resolver as a machine: it answers clients by asking the servers that have authority, from
 * the root down, and keeps what it learns.
 *
 * RFC 1034 §5.3.3 (the algorithm), RFC 1035 §7, RFC 2181 §5.4.1 (trust), RFC 2308 (negative answers), RFC 5452 §9
 * (random IDs and ports, what a response must match), RFC 6891 (EDNS), RFC 9520 §3 (bounded retries, cached failures).
 *
 * A question is a {@link Task}. Each task does one thing at a time: it waits for one server, or for another task that
 * finds the address of a server. Identical questions share a task. Every decision is an event that says why, and what is
 * sent has that event as its cause.
 *
 * Not here: TCP (a truncated response is reported and counts as a server that failed), DNSSEC, QNAME minimisation
 * (RFC 9156), priming of the root hints (RFC 9609), stale answers, IPv6 transport. AAAA glue is kept but not used.
 */

import { Misuse } from '../../../base/errors.ts';
import { formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { formatDuration, type Nanoseconds, NEVER } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import { encodeDns } from '../../../wire/dns/fast.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { canonicalName, isSubdomain, sameName, selfAndAncestors } from '../../../wire/dns/name.ts';
import { dataText, recordText } from '../../../wire/dns/text.ts';
import { type Absence, DnsCache } from '../cache.ts';
import { matchResponse } from '../match.ts';
import { DNS_PORT, EDNS_SIZE, makeQuery } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsMachine, DnsTransmit } from '../packet.ts';
import { clientFault, readClientQuery, writeClientAnswer } from './client.ts';
import { type Reading, readResponse } from './response.ts';
import { ServerBook } from './servers.ts';
import {
  type Delegation,
  LIMITS,
  newTask,
  type Query,
  redirect,
  sets,
  type Task,
  taskKey,
  waitsOn,
} from './task.ts';

/** A name server and its addresses, where the walk begins. */
export interface RootHint {
  readonly name: string;
  readonly addresses: readonly Ip[];
}

export interface ResolverOptions {
  readonly hints: readonly RootHint[];
  /** IDs, ports and the choice among servers. */
  readonly random: Random;
  readonly cache?: DnsCache;
}

/** The end of a question. `rcode` is NOERROR, NXDOMAIN or SERVFAIL. */
export interface Outcome {
  readonly rcode: number;
  readonly answers: readonly DnsRecord[];
  /** The SOA that comes with an absence. */
  readonly authorities: readonly DnsRecord[];
}

/** The end of a question that {@link Resolver.ask} began. */
export interface ResolverResult extends Outcome {
  readonly handle: number;
  readonly name: string;
  readonly type: number;
}

/** Seconds for which a failure is kept: RFC 9520 §3.2 asks for at least 1 and at most 300 (its growth with repetition is not here). */
const FAILURE_TTL = 5;

export class Resolver implements DnsMachine {
  readonly cache: DnsCache;
  readonly servers = new ServerBook();
  readonly #hints: readonly RootHint[];
  readonly #random: Random;
  readonly #tasks = new Map<string, Task>();
  /** Tasks that wait for a server, by the port they asked from. */
  readonly #byPort = new Map<number, Task>();
  /** Tasks that can go on. */
  #ready: Task[] = [];
  #events: MachineEvent[] = [];
  #transmits: DnsTransmit[] = [];
  #results: ResolverResult[] = [];
  #nextHandle = 1;

  constructor(options: ResolverOptions) {
    if (options.hints.every((hint) => hint.addresses.length === 0))
      throw new Misuse('a resolver needs the address of a root server');
    this.#hints = options.hints.map((hint) => ({ ...hint, name: canonicalName(hint.name) }));
    this.#random = options.random;
    this.cache = options.cache ?? new DnsCache({ label: 'resolver' });
  }

  /** A datagram to port 53 is a client's query; to any other port, a server's response. */
  handle(arrival: DnsArrival, now: Nanoseconds): void {
    if (arrival.localPort === DNS_PORT) this.#handleQuery(arrival, now);
    else this.#handleResponse(arrival, now);
    this.#run(now);
  }

  /** Asks on behalf of the host itself; the result comes from {@link pollResult} under the handle returned. */
  ask(name: string, type: number, now: Nanoseconds): number {
    const handle = this.#nextHandle++;
    const task = this.#join(canonicalName(name), type, undefined, now);
    if (task) task.handles.push(handle);
    else this.#results.push({ handle, name, type, rcode: RCODE.SERVFAIL, answers: [], authorities: [] });
    this.#run(now);
    return handle;
  }

  pollResult(): ResolverResult | undefined {
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
    for (const task of this.#byPort.values()) next = Math.min(next, task.query!.deadline);
    return next;
  }

  /** A server that cannot be reached is as good as one that did not answer, only sooner. */
  handleFailure(failure: DnsFailure, now: Nanoseconds): void {
    const task = this.#byPort.get(failure.localPort);
    const query = task?.query;
    if (!task || query?.server !== failure.to) return;
    this.#endQuery(task);
    this.servers.timedOut(query.server);
    const reason = `${formatIp(query.server)}: ${failure.reason}`;
    this.#emit('dns.resolver.unreachable', { ...aboutQuery(task, query), reason });
    this.#giveUpOn(task, query.server, reason);
    this.#run(now);
  }

  handleTimeout(now: Nanoseconds): void {
    for (const task of [...this.#byPort.values()]) {
      const query = task.query!;
      if (query.deadline > now) continue;
      this.#endQuery(task);
      this.servers.timedOut(query.server);
      const waited = formatDuration(now - query.sentAt);
      task.retry = `${formatIp(query.server)} did not answer within ${waited}`;
      this.#emit('dns.resolver.timeout', {
        ...aboutQuery(task, query),
        waited: now - query.sentAt,
        next: this.servers.rto(query.server),
      });
      this.#ready.push(task);
    }
    this.#run(now);
  }

  /** Local ports on which a response is awaited. A host drops what comes to others. */
  ports(): number[] {
    return [...this.#byPort.keys()];
  }

  exchanges(): number[] {
    return [];
  }

  // ---- clients

  #handleQuery(arrival: DnsArrival, now: Nanoseconds): void {
    const client = readClientQuery(arrival);
    if (!client) return;
    const fault = clientFault(client);
    const question = client.query?.questions[0];
    if (fault || !question) {
      const event = this.#emit('dns.resolver.refuse', {
        client: formatIp(arrival.from),
        rcode: rcodeName(fault!.rcode),
        reason: fault!.reason,
      });
      this.#transmits.push(
        writeClientAnswer(client, { rcode: fault!.rcode, answers: [], authorities: [] }, event).transmit,
      );
      return;
    }
    this.#emit('dns.resolver.query', {
      client: formatIp(arrival.from),
      name: question.name,
      type: typeName(question.type),
    });
    const task = this.#join(question.name, question.type, undefined, now);
    const again = task?.clients.some(
      (other) =>
        other.from === client.from && other.port === client.port && other.query?.id === client.query?.id,
    );
    if (again) return;
    if (task && task.clients.length < LIMITS.clients) {
      task.clients.push(client);
      return;
    }
    const event = this.#emit('dns.resolver.servfail', {
      name: question.name,
      type: typeName(question.type),
      queries: 0,
      reason: 'too many questions at once',
    });
    this.#transmits.push(
      writeClientAnswer(client, { rcode: RCODE.SERVFAIL, answers: [], authorities: [] }, event).transmit,
    );
  }

  // ---- tasks

  /** The task for a question, joined when it is being worked on; undefined when there are too many. */
  #join(name: string, type: number, parent: Task | undefined, now: Nanoseconds): Task | undefined {
    const key = taskKey(name, type);
    const running = this.#tasks.get(key);
    if (running) {
      this.#emit('dns.resolver.join', {
        name,
        type: typeName(type),
        reason: 'the same question is being worked on',
      });
      return running;
    }
    if (this.#tasks.size >= LIMITS.tasks) return undefined;
    const task = newTask(name, type, parent, now);
    this.#tasks.set(key, task);
    this.#ready.push(task);
    return task;
  }

  /** Goes on with every task that can. Ends because each step sends a query, waits, ends the task or shortens its way. */
  #run(now: Nanoseconds): void {
    for (let steps = 0; this.#ready.length > 0; steps++) {
      if (steps > LIMITS.tasks * 64) throw new Misuse('the resolver runs in a circle');
      const task = this.#ready.shift()!;
      if (!task.done && !task.query && !task.waitsFor) this.#step(task, now);
    }
  }

  #step(task: Task, now: Nanoseconds): void {
    if (!task.delegation) {
      if (this.#answerFromCache(task, now)) return;
      redirect(task, this.#nearestServers(task.current, now));
    }
    const delegation = task.delegation!;
    const known = new Map<Ip, string>();
    const unknown: string[] = [];
    for (const server of delegation.servers) {
      const addresses = this.#addresses(server.name, server.addresses, now);
      for (const address of addresses) if (!known.has(address)) known.set(address, server.name);
      if (addresses.length === 0) unknown.push(server.name);
    }
    const usable = [...known.keys()].filter(
      (address) => !task.useless.has(address) && (task.tries.get(address) ?? 0) < LIMITS.triesPerServer,
    );
    if (usable.length > 0 && task.budget.queries >= LIMITS.queries) {
      this.#fail(task, `${LIMITS.queries} queries were not enough`, now);
      return;
    }
    if (usable.length > 0) {
      const fewest = Math.min(...usable.map((address) => task.tries.get(address) ?? 0));
      const freshest = usable.filter((address) => (task.tries.get(address) ?? 0) === fewest);
      const server = this.servers.choose(freshest, this.#random);
      this.#send(task, delegation, server, known.get(server)!, now);
      return;
    }
    if (this.#lookForServer(task, delegation, unknown, now)) return;
    this.#fail(task, task.retry ?? `no server of ${delegation.zone} has an address that can be found`, now);
  }

  /** Ends the task, or follows an alias, with what the cache has. True when the task needs no query now. */
  #answerFromCache(task: Task, now: Nanoseconds): boolean {
    for (let i = 0; i <= LIMITS.aliases; i++) {
      const hit = this.cache.lookup(task.current, task.type, now);
      this.#drainCache();
      if (!hit) return false;
      if (hit.kind !== 'records') {
        if (hit.kind === 'servfail') this.#giveUp(task, 'the cache says that this failed a moment ago');
        else this.#absent(task, hit.kind, hit.soa, 'cache', now);
        return true;
      }
      const [alias] = hit.records;
      if (alias?.type !== TYPE.CNAME || task.type === TYPE.CNAME) {
        this.#finish(
          task,
          { rcode: RCODE.NOERROR, answers: [...task.aliases, ...hit.records], authorities: [] },
          'cache',
          now,
        );
        return true;
      }
      if (!this.#follow(task, [alias], 'cache', now)) return true;
    }
    return false;
  }

  /** Goes on with the target of the last alias; false when the task had to end. */
  #follow(task: Task, aliases: readonly DnsRecord[], source: string, now: Nanoseconds): boolean {
    task.aliases.push(...aliases);
    const last = task.aliases.at(-1)!;
    if (last.type !== TYPE.CNAME) throw new Misuse('an alias is a CNAME record');
    const circle = task.aliases.some((alias) => sameName(alias.name, last.data));
    if (circle || task.aliases.length > LIMITS.aliases) {
      this.#fail(
        task,
        circle ? `the aliases lead back to ${last.data}` : `more than ${LIMITS.aliases} aliases`,
        now,
      );
      return false;
    }
    this.#emit('dns.resolver.alias', {
      name: last.name,
      target: last.data,
      source,
      reason: `${last.name} is an alias, so the question goes on with ${last.data}`,
    });
    task.current = last.data;
    task.delegation = undefined;
    return true;
  }

  /** The servers of the nearest zone above `name` that the cache can name; the hints when it has none. */
  #nearestServers(name: string, now: Nanoseconds): Delegation {
    let missed = name;
    for (const zone of selfAndAncestors(name)) {
      const hit = zone === '.' ? undefined : this.cache.peek(zone, TYPE.NS, now);
      if (hit?.kind !== 'records') {
        if (zone !== '.') missed = zone;
        continue;
      }
      const servers = hit.records.map((record) => ({ name: record.data as string, addresses: [] }));
      const reachable = servers.some(
        (server) => !isSubdomain(server.name, zone) || this.#addresses(server.name, [], now).length > 0,
      );
      if (!reachable) {
        missed = zone;
        continue;
      }
      const below = missed === zone || sameName(zone, name) ? '' : `, and none of ${missed}`;
      return { zone, servers, reason: `its cache held the servers of ${zone}${below}` };
    }
    return { zone: '.', servers: this.#hints, reason: `its cache held nothing for ${missed}` };
  }

  #addresses(name: string, given: readonly Ip[], now: Nanoseconds): readonly Ip[] {
    const hit = this.cache.peek(name, TYPE.A, now);
    const cached = hit?.kind === 'records' ? hit.records.map((record) => record.data as Ip) : [];
    return cached.length > 0 ? cached : given;
  }

  /** Starts a task for the address of a server that came without glue. True when the task now waits. */
  #lookForServer(task: Task, delegation: Delegation, unknown: readonly string[], now: Nanoseconds): boolean {
    for (const name of unknown) {
      // Below the zone only the zone's own servers could tell, whose addresses are what is missing
      if (task.looked.has(name) || isSubdomain(name, delegation.zone)) continue;
      if (task.looked.size >= LIMITS.serverNames || task.depth >= LIMITS.depth) return false;
      task.looked.add(name);
      const reason = `the address of ${name}, a server of ${delegation.zone}, is not known`;
      this.#emit('dns.resolver.server-address', { name, zone: delegation.zone, for: task.current, reason });
      const other = this.#join(name, TYPE.A, task, now);
      if (!other || waitsOn(other, task)) continue;
      task.waitsFor = other;
      other.waiters.push(task);
      return true;
    }
    return false;
  }

  // ---- asking

  #send(task: Task, delegation: Delegation, server: Ip, serverName: string, now: Nanoseconds): void {
    const edns = this.servers.edns(server);
    const rto = this.servers.rto(server);
    const id = this.#random.below(0x1_0000);
    const query: Query = {
      id,
      localPort: this.#freePort(),
      server,
      serverName,
      edns,
      sentAt: now,
      deadline: now + rto,
    };
    const tries = (task.tries.get(server) ?? 0) + 1;
    task.tries.set(server, tries);
    task.budget.queries += 1;
    task.query = query;
    this.#byPort.set(query.localPort, task);
    const reason = task.retry ?? delegation.reason;
    const because = this.#emit('dns.resolver.ask', {
      ...aboutQuery(task, query),
      zone: delegation.zone,
      attempt: tries,
      timeout: rto,
      reason,
    });
    const bytes = encodeDns(makeQuery(id, task.current, task.type, false, edns ? EDNS_SIZE : undefined));
    this.#transmits.push({
      transport: 'udp',
      to: server,
      port: DNS_PORT,
      localPort: query.localPort,
      bytes,
      because,
    });
  }

  /** A random port that nothing waits on. With as many ports as tasks at most, the bound is never met. */
  #freePort(): number {
    for (let i = 0; i < 100; i++) {
      const port = 1024 + this.#random.below(0x1_0000 - 1024);
      if (!this.#byPort.has(port)) return port;
    }
    throw new Misuse('no free port in 100 draws');
  }

  #endQuery(task: Task): void {
    this.#byPort.delete(task.query!.localPort);
    task.query = undefined;
  }

  #handleResponse(arrival: DnsArrival, now: Nanoseconds): void {
    const task = this.#byPort.get(arrival.localPort);
    const query = task?.query;
    const message = matchResponse(arrival, query && { ...query, name: task!.current, type: task!.type });
    if (!task || !query || typeof message === 'string') {
      const from = formatIp(arrival.from);
      const reason = typeof message === 'string' ? message : '';
      this.#emit('dns.resolver.ignore', { from, port: arrival.port, localPort: arrival.localPort, reason });
      return;
    }
    const delegation = task.delegation!;
    this.#endQuery(task);
    this.servers.answered(query.server, now - query.sentAt);
    const { reading, scrubbed, apex } = readResponse(message, task.current, task.type, delegation.zone);
    for (const record of scrubbed.slice(0, 16)) {
      this.#emit('dns.resolver.scrub', {
        server: formatIp(query.server),
        record: recordText(record),
        zone: delegation.zone,
        reason: `a server of ${delegation.zone} is not believed about ${record.name}`,
      });
    }
    if (apex.servers.length > 0) this.#store(apex.servers, 'authority', now);
    for (const set of sets(apex.addresses)) this.#store(set, 'referral', now);
    this.#act(task, query, delegation, reading, now);
  }

  #act(task: Task, query: Query, delegation: Delegation, reading: Reading, now: Nanoseconds): void {
    const server = formatIp(query.server);
    switch (reading.kind) {
      case 'answer': {
        this.#storeAliases(reading.aliases, now);
        this.#store(reading.records, 'answer', now);
        const answers = [...task.aliases, ...reading.aliases, ...reading.records];
        this.#finish(task, { rcode: RCODE.NOERROR, answers, authorities: [] }, server, now);
        break;
      }
      case 'alias':
        this.#storeAliases(reading.aliases, now);
        if (this.#follow(task, reading.aliases, server, now)) this.#ready.push(task);
        break;
      case 'nxdomain':
      case 'nodata':
        this.#learnAbsence(task, reading, server, now);
        break;
      case 'referral':
        this.#refer(task, query, delegation, reading, now);
        break;
      case 'truncated': {
        const reason = `the answer of ${server} does not fit a arrival, and this resolver does not speak TCP`;
        this.#emit('dns.resolver.truncated', { ...aboutQuery(task, query), zone: delegation.zone, reason });
        this.#giveUpOn(task, query.server, reason);
        break;
      }
      case 'lame': {
        const { reason } = reading;
        this.#emit('dns.resolver.lame', { ...aboutQuery(task, query), zone: delegation.zone, reason });
        this.#giveUpOn(task, query.server, `${server} is lame for ${delegation.zone}: ${reason}`);
        break;
      }
      case 'failure':
        this.#handleFailure(task, query, delegation, reading.rcode, now);
    }
  }

  /** A response code that is no answer: the next server, or the same one without EDNS (RFC 6891 §6.2.2). */
  #handleFailure(task: Task, query: Query, delegation: Delegation, code: number, now: Nanoseconds): void {
    const server = formatIp(query.server);
    const rcode = rcodeName(code);
    const plain = query.edns && (code === RCODE.FORMERR || code === RCODE.NOTIMP);
    const reason = `${server} answered ${rcode}${plain ? ' to a query with EDNS' : ''}`;
    this.#emit('dns.resolver.error', { ...aboutQuery(task, query), zone: delegation.zone, rcode, reason });
    if (!plain || task.budget.queries >= LIMITS.queries) {
      this.#giveUpOn(task, query.server, reason);
      return;
    }
    this.servers.withoutEdns(query.server);
    task.retry = `${reason}, so the same goes without`;
    this.#send(task, delegation, query.server, query.serverName, now);
  }

  #learnAbsence(
    task: Task,
    reading: Reading & { kind: 'nxdomain' | 'nodata' },
    server: string,
    now: Nanoseconds,
  ): void {
    this.#storeAliases(reading.aliases, now);
    task.aliases.push(...reading.aliases);
    // Without a SOA nobody said for how long: not kept (RFC 2308 §5)
    const ttl = reading.soa ? Math.min(reading.soa.ttl, reading.soa.data.minimum) : 0;
    const soa = reading.soa && { ...reading.soa, ttl };
    if (soa) this.cache.storeAbsence(reading.name, task.type, reading.kind, soa, ttl, now);
    this.#drainCache();
    this.#absent(task, reading.kind, soa, server, now);
  }

  #storeAliases(aliases: readonly DnsRecord[], now: Nanoseconds): void {
    for (const alias of aliases) this.#store([alias], 'answer', now);
  }

  #refer(
    task: Task,
    query: Query,
    delegation: Delegation,
    referral: Reading & { kind: 'referral' },
    now: Nanoseconds,
  ): void {
    this.#store(referral.servers, 'referral', now);
    for (const set of sets(referral.glue)) this.#store(set, 'referral', now);
    const from = formatIp(query.server);
    const glue = referral.glue.filter((record) => record.type === TYPE.A);
    this.#emit('dns.resolver.referral', {
      from,
      parent: delegation.zone,
      zone: referral.cut,
      servers: referral.servers.map(dataText).join(', '),
      glue: referral.glue.map((record) => `${record.name} ${dataText(record)}`).join(', '),
      reason: `${referral.cut} lies below a cut: its own servers have authority`,
    });
    const servers = referral.servers.map((record) => {
      const name = record.data as string;
      return {
        name,
        addresses: glue.filter((one) => sameName(one.name, name)).map((one) => one.data as Ip),
      };
    });
    const reason = `the referral from ${from} named the servers of ${referral.cut}`;
    redirect(task, { zone: referral.cut, servers, reason });
    this.#ready.push(task);
  }

  #giveUpOn(task: Task, server: Ip, reason: string): void {
    task.useless.add(server);
    task.retry = reason;
    this.#ready.push(task);
  }

  #store(records: readonly DnsRecord[], rank: 'referral' | 'authority' | 'answer', now: Nanoseconds): void {
    this.cache.store(records, rank, now);
    this.#drainCache();
  }

  // ---- ends

  #absent(task: Task, absence: Absence, soa: DnsRecord | undefined, source: string, now: Nanoseconds): void {
    const rcode = absence === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
    this.#finish(task, { rcode, answers: [...task.aliases], authorities: soa ? [soa] : [] }, source, now);
  }

  #fail(task: Task, reason: string, now: Nanoseconds): void {
    this.cache.storeAbsence(task.name, task.type, 'servfail', undefined, FAILURE_TTL, now);
    this.#drainCache();
    this.#giveUp(task, reason);
  }

  /** Fails without another entry in the cache: a failure that came from there must not prolong itself. */
  #giveUp(task: Task, reason: string): void {
    const event = this.#emit('dns.resolver.servfail', {
      name: task.name,
      type: typeName(task.type),
      queries: task.budget.queries,
      reason,
    });
    this.#end(task, { rcode: RCODE.SERVFAIL, answers: [], authorities: [] }, event);
  }

  #finish(task: Task, outcome: Outcome, source: string, now: Nanoseconds): void {
    const event = this.#emit('dns.resolver.answer', {
      name: task.name,
      type: typeName(task.type),
      rcode: rcodeName(outcome.rcode),
      data: outcome.answers.map(dataText).join(', '),
      source,
      queries: task.budget.queries,
      took: now - task.startedAt,
      reason: source === 'cache' ? 'its cache held the answer' : `${source} has authority`,
    });
    this.#end(task, outcome, event);
  }

  #end(task: Task, outcome: Outcome, because: MachineEvent): void {
    task.done = true;
    this.#tasks.delete(task.key);
    for (const client of task.clients)
      this.#transmits.push(writeClientAnswer(client, outcome, because).transmit);
    for (const handle of task.handles)
      this.#results.push({ handle, name: task.name, type: task.type, ...outcome });
    for (const waiter of task.waiters) {
      waiter.waitsFor = undefined;
      this.#ready.push(waiter);
    }
  }

  #emit(kind: string, detail: Detail): MachineEvent {
    const event: MachineEvent = { kind, detail };
    this.#events.push(event);
    return event;
  }

  /** Keeps the cache's events in their place among ours. */
  #drainCache(): void {
    for (let event = this.cache.pollEvent(); event; event = this.cache.pollEvent()) this.#events.push(event);
  }
}

function aboutQuery(task: Task, query: Query): Detail {
  return {
    server: formatIp(query.server),
    serverName: query.serverName,
    name: task.current,
    type: typeName(task.type),
    id: query.id,
    localPort: query.localPort,
  };
}
