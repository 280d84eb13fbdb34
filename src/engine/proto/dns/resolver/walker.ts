/**
 * One step of a question: from the cache, or to a server of the nearest zone that is known.
 *
 * RFC 1034 §5.3.3 (the algorithm), RFC 9156 §3 (which part of the name is shown), RFC 9609 (priming), RFC 9520 §3.1
 * (bounded tries), RFC 8767 §5 (the delegation is asked for again at most once), RFC 9520 §3.3 (and not at all while the
 * zone is known to fail). Servers without glue are looked up by questions of their own, a bounded number of them, A before
 * AAAA: one after the other while answers come soon, side by side when they do not.
 */
import { familyOf, formatIp, type Ip } from '../../../base/ip.ts';
import { MILLISECOND, type Nanoseconds, NEVER } from '../../../base/units.ts';
import { EDE, RCODE, TYPE, typeName } from '../../../wire/dns/code.ts';
import { isSubdomain, nameKey, parentName } from '../../../wire/dns/name.ts';
import type { DnsCache } from '../cache.ts';
import type { ResolverConfig } from './config.ts';
import { addressesOf, serversFor } from './delegation.ts';
import type { FailureBook } from './failures.ts';
import type { Journal } from './journal.ts';
import { KnownAnswers } from './known-answers.ts';
import { HIDING_TYPE, namesToShow } from './minimise.ts';
import type { Outgoing } from './outgoing.ts';
import type { ServerBook } from './servers.ts';
import { type Delegation, newStep, type Step, type Task, waitsOn } from './task.ts';
import type { Tasks } from './tasks.ts';

/** A lookup of a server's address that takes longer gets company: about what an unknown server is given to answer. */
const PATIENCE: Nanoseconds = 400 * MILLISECOND;

export class Walker {
  readonly #config: ResolverConfig;
  readonly #cache: DnsCache;
  readonly #servers: ServerBook;
  readonly #outgoing: Outgoing;
  readonly #failures: FailureBook;
  readonly #journal: Journal;
  readonly #tasks: Tasks;
  readonly #known: KnownAnswers;

  constructor(parts: {
    readonly config: ResolverConfig;
    readonly cache: DnsCache;
    readonly servers: ServerBook;
    readonly outgoing: Outgoing;
    readonly failures: FailureBook;
    readonly journal: Journal;
    readonly tasks: Tasks;
  }) {
    this.#config = parts.config;
    this.#cache = parts.cache;
    this.#servers = parts.servers;
    this.#outgoing = parts.outgoing;
    this.#failures = parts.failures;
    this.#journal = parts.journal;
    this.#tasks = parts.tasks;
    this.#known = new KnownAnswers(parts);
  }

  step(task: Task, now: Nanoseconds): void {
    if (!task.step) {
      stopWaiting(task);
      if (this.#known.answer(task, now) || this.#prime(task, now)) return;
      this.begin(task, serversFor(task, this.#cache, this.#config, now));
    }
    const step = task.step!;
    this.#skipWhatIsKnown(step, now);
    const known = this.#knownAddresses(step, now);
    const choice = step.again ?? this.#choose(step, known, now);
    // A server that nobody has asked yet promises more than one that was silent before, and so does an address from
    // those who have authority where that one came as glue, which may be old
    const isSecondTry = choice && !step.again && step.tries.has(choice.server);
    if (isSecondTry && this.#lookForServer(task, step, known, now, true)) return;
    if (choice) {
      const reason = this.#limit(task, step, now);
      if (reason === undefined) {
        if (!this.#share(task, step)) this.#send(task, step, choice, now);
      } else this.#tasks.fail(task, reason, now, EDE.NO_REACHABLE_AUTHORITY);
      return;
    }
    if (this.#lookForServer(task, step, known, now)) return;
    step.again = step.later.shift();
    if (step.again) this.#tasks.wake(task);
    if (step.again || this.#lastResort(task, step, now)) return;
    const reason = step.retry ?? `no server of ${step.delegation.zone} has an address that can be found`;
    const isNetwork = step.sent > 0 && step.onlyNetwork;
    this.#tasks.fail(task, reason, now, isNetwork ? EDE.NETWORK_ERROR : EDE.NO_REACHABLE_AUTHORITY);
  }

  /** Goes on with the servers of another zone. */
  begin(task: Task, delegation: Delegation): void {
    stopWaiting(task);
    const { minimise } = this.#config;
    const hides = minimise !== 'off' && !delegation.forwarded;
    const names = hides ? namesToShow(task.current, delegation.zone) : [];
    // RFC 9156 §3 (3): DS lies at the parent; and where the true type is the one that hides, the last part is the question
    if (task.type === TYPE.DS || task.type === HIDING_TYPE) names.pop();
    task.step = newStep(delegation, names);
  }

  /** Asks the root for its servers first (RFC 9609 §3). True when the task now waits for that. */
  #prime(task: Task, now: Nanoseconds): boolean {
    if (!this.#config.primeRoot || (task.name === '.' && task.type === TYPE.NS)) return false;
    if (this.#cache.peek('.', TYPE.NS, now) || this.#failures.isFresh('. priming', now)) return false;
    this.#failures.failed('. priming', now); // not again at once, whatever comes of it
    const prime = this.#tasks.join('.', TYPE.NS, task, now);
    if (!prime || waitsOn(prime, task)) return false;
    this.#journal.emit('dns.resolver.prime', {
      for: task.current,
      reason: 'the hints may be old: the root itself tells who its servers are',
    });
    task.waitsFor.add(prime);
    prime.waiters.push(task);
    return true;
  }

  /** Parts of the name about which the cache knows need not be asked for (RFC 9156 §3 step 5, there by the true type). */
  #skipWhatIsKnown(step: Step, now: Nanoseconds): void {
    while (step.toShow.length > 0) {
      const hit = this.#cache.peek(step.toShow[0]!, HIDING_TYPE, now, 'nonauthoritative');
      const alias = this.#cache.peek(step.toShow[0]!, TYPE.CNAME, now, 'nonauthoritative');
      const exists = hit?.kind === 'records' || hit?.kind === 'nodata' || alias?.kind === 'records';
      if (!exists) return;
      step.toShow = step.toShow.slice(1);
    }
  }

  #knownAddresses(step: Step, now: Nanoseconds): Map<Ip, string> {
    const known = new Map<Ip, string>();
    for (const { name, addresses } of step.delegation.servers) {
      const given = [...addresses, ...(step.found.get(nameKey(name)) ?? [])];
      for (const address of addressesOf(name, given, this.#cache, this.#config.families, now))
        if (!known.has(address)) known.set(address, name);
    }
    return known;
  }

  /**
   * The server to ask: who works, who was asked least, who is fast; at last those that are down or do not serve the
   * zone.
   */
  #choose(step: Step, known: ReadonlyMap<Ip, string>, now: Nanoseconds): Choice | undefined {
    const tries = (address: Ip): number => step.tries.get(address) ?? 0;
    const { triesPerServer } = this.#config.limits;
    const usable = [...known.keys()].filter(
      (address) => !step.useless.has(address) && tries(address) < triesPerServer,
    );
    const isLame = (address: Ip): boolean => this.#servers.isLame(address, step.delegation.zone, now);
    const isDown = (address: Ip): boolean => this.#servers.isDown(address, now);
    const working = usable.filter((address) => !isLame(address) && !isDown(address));
    // One question at a time finds out whether a server that was down is there again
    const probes = usable.filter(
      (address) => isDown(address) && tries(address) === 0 && !this.#outgoing.isAsking(address),
    );
    const group = [working, probes, usable.filter((address) => isLame(address) && !isDown(address))].find(
      (one) => one.length > 0,
    );
    if (!group) return undefined;
    const fewest = Math.min(...group.map(tries));
    const { server, among } = this.#servers.choose(
      group.filter((address) => tries(address) === fewest),
      now,
    );
    const note =
      group === probes
        ? 'it was down: a probe'
        : group !== working
          ? 'it is said not to serve the zone, but nobody else is left'
          : among > 1
            ? `drawn from ${among} within 400 ms of the fastest`
            : '';
    return { server, serverName: known.get(server)!, note };
  }

  /** Which limit has been reached, if any. */
  #limit(task: Task, step: Step, now: Nanoseconds): string | undefined {
    const { queries, queriesPerZone, time } = this.#config.limits;
    if (task.budget.queries >= queries) {
      task.isCircumstantial = task.depth > 0;
      return `${queries} queries were not enough`;
    }
    if (step.sent >= queriesPerZone)
      return `${queriesPerZone} queries to servers of ${step.delegation.zone} were not enough`;
    if (now - task.budget.startedAt < time) return undefined;
    task.isCircumstantial = task.depth > 0;
    return `${time / 1e9} s were not enough`;
  }

  /** Waits for a query of another task that is the same one (RFC 5452 §5). True when there is one. */
  #share(task: Task, step: Step): boolean {
    if (!this.#config.joinQuestions || step.again || task.isRefresh || task.renewed.size > 0) return false;
    const [part] = step.toShow;
    const { zone } = step.delegation;
    const query = this.#outgoing.alike(
      part ?? task.current,
      part === undefined ? task.type : HIDING_TYPE,
      zone,
    );
    if (!query || query.task.renewed.size > 0 || step.useless.has(query.server)) return false;
    query.followers.push(task);
    task.query = query;
    step.tries.set(query.server, (step.tries.get(query.server) ?? 0) + 1);
    this.#journal.emit('dns.resolver.share', {
      name: query.name,
      type: typeName(query.type),
      server: formatIp(query.server),
      for: task.name,
      reason: 'the same query is on its way already',
    });
    return true;
  }

  #send(task: Task, step: Step, choice: Choice, now: Nanoseconds): void {
    const { server, serverName } = choice;
    const { again, delegation } = step;
    step.again = undefined;
    const [part] = step.toShow;
    const tries = (step.tries.get(server) ?? 0) + 1;
    if (again?.transport !== 'tcp') step.tries.set(server, tries);
    step.sent += 1;
    task.budget.queries += 1;
    const silent = this.#config.ednsFallbackOnSilence && tries === this.#config.limits.triesPerServer;
    const name = part ?? task.current;
    task.query = this.#outgoing.send(
      {
        task,
        name,
        type: part === undefined ? task.type : HIDING_TYPE,
        isPart: part !== undefined,
        server,
        serverName,
        transport: again?.transport ?? 'udp',
        edns: again ? again.edns : this.#servers.edns(server, now) && !silent,
        recursionDesired: delegation.forwarded,
        about: {
          zone: delegation.zone,
          attempt: tries,
          reason: again?.reason ?? step.retry ?? delegation.reason,
          ...(part !== undefined && { for: task.current }),
          ...(choice.note && { choice: choice.note }),
          ...(again && !again.edns && { plain: true }),
          ...(again?.cookie && { cookie: 'again' }),
        },
      },
      now,
    );
  }

  /**
   * Looks for the address of a server that came without one, and for another when the first takes long. True when the
   * task now waits. With `isEarly`, while there are addresses left to ask, only for names that have none and for what is
   * known from glue alone.
   */
  #lookForServer(
    task: Task,
    step: Step,
    known: ReadonlyMap<Ip, string>,
    now: Nanoseconds,
    isEarly = false,
  ): boolean {
    if (task.waitsFor.size > 0 && now < task.impatientAt) return true;
    if (this.#startLookup(task, step, known, now, isEarly)) {
      task.impatientAt = now + PATIENCE;
      return true;
    }
    if (isEarly || task.waitsFor.size === 0) return false;
    task.impatientAt = NEVER; // there is nothing else to look for
    return true;
  }

  #startLookup(
    task: Task,
    step: Step,
    known: ReadonlyMap<Ip, string>,
    now: Nanoseconds,
    isEarly: boolean,
  ): boolean {
    const { zone } = step.delegation;
    const { lookups, vainLookups, depth } = this.#config.limits;
    for (const [name, type] of this.#missing(step, known, now)) {
      const key = `${nameKey(name)} ${type}`;
      const families = [...known]
        .filter(([, server]) => server === name)
        .map(([address]) => familyOf(address));
      const isNew = families.length === 0;
      // Below the zone only the zone's own servers could tell, whose addresses are what is missing
      if (step.looked.has(key) || isSubdomain(name, zone)) continue;
      if (isEarly && !isNew && !families.includes(type === TYPE.A ? 4 : 6)) continue;
      if (step.looked.size >= lookups || step.vain >= vainLookups) return false;
      if (task.depth >= depth) {
        task.isCircumstantial = true;
        return false;
      }
      step.looked.add(key);
      const reason = isNew
        ? `the address of ${name}, a server of ${zone}, is not known`
        : `the addresses of ${name} that are known are of no use`;
      this.#journal.emit('dns.resolver.server-address', { name, zone, for: task.current, reason });
      const other = this.#tasks.join(name, type, task, now);
      if (!other || waitsOn(other, task)) {
        task.isCircumstantial = true;
        continue;
      }
      task.waitsFor.add(other);
      other.waiters.push(task);
      return true;
    }
    return false;
  }

  /** Server names and types to look for, the most promising first. */
  #missing(step: Step, known: ReadonlyMap<Ip, string>, now: Nanoseconds): [name: string, type: number][] {
    const { families } = this.#config;
    const { servers, forwarded, zone } = step.delegation;
    if (forwarded || (zone === '.' && !step.delegation.isCached)) return [];
    const types = families.map((family) => (family === 4 ? TYPE.A : TYPE.AAAA));
    const has = new Set(known.values());
    const unknown = servers.filter(({ name }) => !has.has(name));
    const first = unknown.map(({ name }): [string, number] => [name, types[0]!]);
    // The other family: of names that have no address of the first
    const second = types
      .slice(1)
      .flatMap((type) =>
        unknown
          .filter(
            ({ name }) => this.#cache.peek(name, types[0]!, now, 'nonauthoritative')?.kind !== 'servfail',
          )
          .map(({ name }): [string, number] => [name, type]),
      );
    // What came as glue and was of no use may be known better by those who have authority
    const glue = servers.flatMap(({ name }) =>
      types
        .filter((type) => has.has(name) && !this.#cache.peek(name, type, now, 'nonauthoritative'))
        .map((type): [string, number] => [name, type]),
    );
    return [...first, ...second, ...glue];
  }

  /** What is left when all servers of the zone failed. True when the task goes on. */
  #lastResort(task: Task, step: Step, now: Nanoseconds): boolean {
    const { delegation } = step;
    if (step.sawEmpty) {
      const reason = 'a server of the zone gave an empty answer, and none says more';
      const outcome = { rcode: RCODE.NOERROR, answers: [...this.#tasks.chain(task, now)], authorities: [] };
      this.#tasks.finish(task, outcome, 'servers', reason, now);
      return true;
    }
    if (delegation.forwarded) {
      const given = this.#config.forward.find((one) => nameKey(one.zone) === nameKey(delegation.zone));
      if (!given?.orWalk) return false;
      task.unforwarded.add(nameKey(delegation.zone));
      task.step = undefined;
      this.#tasks.wake(task);
      return true;
    }
    // The child's own NS records may be wrong or old where those of the parent are right
    const key = nameKey(delegation.zone);
    const canRenew = delegation.isCached && parentName(delegation.zone) !== undefined;
    if (!canRenew || task.renewed.has(key) || this.#failures.isFresh(`zone ${key}`, now)) return false;
    task.renewed.add(key);
    this.#failures.failed(`zone ${key}`, now);
    const above = serversFor(task, this.#cache, this.#config, now, delegation.zone);
    const reason = `none of the known servers of ${delegation.zone} was of use: ${above.zone} is asked who they are now`;
    this.#journal.emit('dns.resolver.renew', { zone: delegation.zone, parent: above.zone, reason });
    this.begin(task, { ...above, reason });
    this.#tasks.wake(task);
    return true;
  }
}

interface Choice {
  readonly server: Ip;
  readonly serverName: string;
  readonly note?: string;
}

/** What it waited for may go on, and helps another time. */
function stopWaiting(task: Task): void {
  task.waitsFor.clear();
  task.impatientAt = NEVER;
}
