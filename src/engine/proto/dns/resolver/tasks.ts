/**
 * The questions that a resolver works on: who joins which, who waits for whom, and how each ends.
 *
 * RFC 5452 §5 (one walk for all who ask the same), RFC 9520 §3.2 (failures are remembered), RFC 1034 §3.6.2 (chains of
 * aliases are followed, circles are errors).
 */
import { Misuse } from '../../../base/errors.ts';
import { type Nanoseconds, NEVER, SECOND } from '../../../base/units.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { EDE, RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey, sameName } from '../../../wire/dns/name.ts';
import { dataText, MAX_TTL } from '../../../wire/dns/text.ts';
import type { DnsCache } from '../cache.ts';
import { targetOf } from './aliases.ts';
import type { ResolverConfig } from './config.ts';
import { ipOf } from './delegation.ts';
import type { FailureBook } from './failures.ts';
import type { Journal } from './journal.ts';
import { type Extended, newTask, type Outcome, sets, type Task, taskKey } from './task.ts';

export class Tasks {
  readonly #config: ResolverConfig;
  readonly #cache: DnsCache;
  readonly #failures: FailureBook;
  readonly #journal: Journal;
  readonly #onEnd: (task: Task, outcome: Outcome, because: MachineEvent, now: Nanoseconds) => void;
  readonly #tasks = new Map<string, Task>();
  #ready: Task[] = [];
  #count = 0;

  constructor(
    parts: {
      readonly config: ResolverConfig;
      readonly cache: DnsCache;
      readonly failures: FailureBook;
      readonly journal: Journal;
    },
    onEnd: (task: Task, outcome: Outcome, because: MachineEvent, now: Nanoseconds) => void,
  ) {
    this.#config = parts.config;
    this.#cache = parts.cache;
    this.#failures = parts.failures;
    this.#journal = parts.journal;
    this.#onEnd = onEnd;
  }

  all(): IterableIterator<Task> {
    return this.#tasks.values();
  }

  /** The task for a question, joined when it is being worked on; undefined when there are too many. */
  join(name: string, type: number, parent: Task | undefined, now: Nanoseconds): Task | undefined {
    const common = taskKey(name, type);
    const running = this.#config.joinQuestions || parent ? this.#tasks.get(common) : undefined;
    if (running) {
      this.#journal.emit('dns.resolver.join', {
        name,
        type: typeName(type),
        reason: 'the same question is being worked on',
      });
      return running;
    }
    const key = this.#tasks.has(common) ? `${common} #${++this.#count}` : common;
    return this.#add(newTask({ key, name, type }, parent, now));
  }

  /** Begins to look for what the cache has and will soon have no more (as Unbound's `prefetch`). */
  refresh(name: string, type: number, now: Nanoseconds): Task | undefined {
    const key = `refresh ${taskKey(name, type)}`;
    return this.#tasks.has(key)
      ? undefined
      : this.#add(newTask({ key, name, type, isRefresh: true }, undefined, now));
  }

  #add(task: Task): Task | undefined {
    if (this.#tasks.size >= this.#config.limits.tasks) return undefined;
    this.#tasks.set(task.key, task);
    this.#ready.push(task);
    return task;
  }

  /** It can go on. */
  wake(task: Task): void {
    this.#ready.push(task);
  }

  /** When the next task has waited long enough for others. */
  pollTimeout(): Nanoseconds {
    let next = NEVER;
    for (const task of this.#tasks.values()) if (isWaiting(task)) next = Math.min(next, task.impatientAt);
    return next;
  }

  /** Wakes those who have. */
  handleTimeout(now: Nanoseconds): void {
    for (const task of this.#tasks.values()) if (isWaiting(task) && task.impatientAt <= now) this.wake(task);
  }

  /**
   * Goes on with every task that can. Ends because each step sends a query, waits, ends the task or shortens its way.
   */
  run(step: (task: Task) => void): void {
    for (let steps = 0; this.#ready.length > 0; steps++) {
      if (steps > this.#config.limits.tasks * 256) throw new Misuse('the resolver runs in a circle');
      const task = this.#ready.shift()!;
      if (!task.done && !task.query) step(task);
    }
  }

  /** Goes on with the target of the last alias; false when the task had to end. */
  follow(task: Task, aliases: readonly DnsRecord[], source: string, now: Nanoseconds): boolean {
    task.aliases.push(...this.levelled(aliases).map((record) => ({ record, at: now })));
    const names = task.aliases.map(({ record }) => record).filter(({ type }) => type === TYPE.CNAME);
    const last = names.at(-1)!;
    const target = targetOf(last);
    const isCircle = names.some((alias) => sameName(alias.name, target));
    const { aliases: most } = this.#config.limits;
    if (isCircle || names.length > most) {
      this.fail(task, isCircle ? `the aliases lead back to ${target}` : `more than ${most} aliases`, now);
      return false;
    }
    this.#journal.emit('dns.resolver.alias', {
      name: last.name,
      target,
      source,
      reason: `${last.name} is an alias, so the question goes on with ${target}`,
    });
    task.current = target;
    task.step = undefined;
    return true;
  }

  /** The aliases so far, with what is left of their TTLs: a long walk takes its time. */
  chain(task: Task, now: Nanoseconds): DnsRecord[] {
    return task.aliases.map(({ record, at }) => {
      const passed = Math.floor(now / SECOND) - Math.floor(at / SECOND);
      return { ...record, ttl: Math.max(0, record.ttl - passed) };
    });
  }

  /** Records with one TTL for each set (RFC 2181 §5.2), within the limits of the cache. */
  levelled(records: readonly DnsRecord[]): DnsRecord[] {
    const { minTtl, maxTtl } = this.#config;
    return sets(records).flatMap((set) => {
      const least = set.reduce((ttl, one) => Math.min(ttl, one.ttl > MAX_TTL ? 0 : one.ttl), maxTtl);
      return set.map((one) => ({ ...one, ttl: Math.max(least, minTtl) }));
    });
  }

  // ---- ends

  finish(task: Task, found: Outcome, source: string, reason: string, now: Nanoseconds): void {
    const outcome = { ...found, answers: onceEach(found.answers) };
    this.#failures.succeeded(task.key);
    const event = this.#journal.emit('dns.resolver.answer', {
      name: task.name,
      type: typeName(task.type),
      rcode: rcodeName(outcome.rcode),
      data: outcome.answers.map(dataText).join(', '),
      source,
      queries: task.budget.queries,
      took: now - task.startedAt,
      reason,
    });
    this.#end(task, outcome, event, now);
  }

  /** Nobody could tell. The failure is remembered, unless only what else was going on is to blame. */
  fail(task: Task, reason: string, now: Nanoseconds, code: number = EDE.OTHER): void {
    if (task.depth === 0 || !task.isCircumstantial) {
      const ttl = this.#failures.failed(task.key, now);
      this.#cache.storeAbsence(task.name, task.type, 'servfail', undefined, ttl, now);
    }
    this.giveUp(task, reason, { code, text: reason }, now);
  }

  /** Fails without another entry in the cache: a failure that came from there must not prolong itself. */
  giveUp(task: Task, reason: string, extended: Extended, now: Nanoseconds): void {
    const event = this.#journal.emit('dns.resolver.servfail', {
      name: task.name,
      type: typeName(task.type),
      queries: task.budget.queries,
      reason,
    });
    this.#end(task, { rcode: RCODE.SERVFAIL, answers: [], authorities: [], extended }, event, now);
  }

  #end(task: Task, outcome: Outcome, because: MachineEvent, now: Nanoseconds): void {
    task.done = true;
    this.#tasks.delete(task.key);
    this.#onEnd(task, outcome, because, now);
    const addresses = outcome.answers.flatMap((record) => ipOf(record) ?? []);
    for (const waiter of task.waiters) {
      if (!waiter.waitsFor.delete(task)) continue; // it has gone on by another way
      if (waiter.step) {
        const known = waiter.step.found.get(nameKey(task.name)) ?? [];
        if (addresses.length === 0) waiter.step.vain += 1;
        else waiter.step.found.set(nameKey(task.name), [...known, ...addresses]);
      }
      if (outcome.rcode === RCODE.SERVFAIL && task.isCircumstantial) waiter.isCircumstantial = true;
      this.#ready.push(waiter);
    }
  }
}

function isWaiting(task: Task): boolean {
  return !task.query && task.waitsFor.size > 0;
}

/** A DNAME that was used twice is one record (RFC 2181 §5: duplicates should be suppressed). */
function onceEach(records: readonly DnsRecord[]): DnsRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const key = `${nameKey(record.name)} ${record.type} ${dataText(record)}`;
    return !seen.has(key) && seen.add(key);
  });
}
