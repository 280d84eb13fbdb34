/**
 * Answers that need nobody else: special names, what the cache holds, aliases that lead on from there.
 *
 * RFC 1034 §5.3.3 step 1, RFC 6761 (special names), RFC 6672 §3.4 (a DNAME in the cache), and the prefetch of Unbound.
 */
import type { Nanoseconds } from '../../../base/units.ts';
import { EDE, RCODE, TYPE, typeName } from '../../../wire/dns/code.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { selfAndAncestors } from '../../../wire/dns/name.ts';
import type { DnsCache } from '../cache.ts';
import { synthesise } from './aliases.ts';
import type { ResolverConfig } from './config.ts';
import type { Journal } from './journal.ts';
import { specialAnswer } from './special.ts';
import type { Task } from './task.ts';
import type { Tasks } from './tasks.ts';

export class KnownAnswers {
  readonly #config: ResolverConfig;
  readonly #cache: DnsCache;
  readonly #journal: Journal;
  readonly #tasks: Tasks;

  constructor(parts: {
    readonly config: ResolverConfig;
    readonly cache: DnsCache;
    readonly journal: Journal;
    readonly tasks: Tasks;
  }) {
    this.#config = parts.config;
    this.#cache = parts.cache;
    this.#journal = parts.journal;
    this.#tasks = parts.tasks;
  }

  /** Ends the task, or follows aliases, with what is known here. True when the task needs no query now. */
  answer(task: Task, now: Nanoseconds): boolean {
    for (let i = 0; i <= this.#config.limits.aliases; i++) {
      const special = this.#config.specialNames ? specialAnswer(task.current, task.type) : undefined;
      if (special) {
        const answers = [...this.#tasks.chain(task, now), ...special.answers];
        this.#tasks.finish(task, { ...special, answers }, 'here', special.reason, now);
        return true;
      }
      if (task.isRefresh) return false;
      const aliases = this.#fromCache(task, now);
      if (aliases === 'ended') return true;
      if (aliases === undefined) return false;
      if (!this.#tasks.follow(task, aliases, 'cache', now)) return true;
    }
    return false;
  }

  /** Aliases to follow, the end of the task, or nothing. */
  #fromCache(task: Task, now: Nanoseconds): readonly DnsRecord[] | 'ended' | undefined {
    const hit = this.#cache.lookup(task.current, task.type, now, 'nonauthoritative');
    if (!hit) return this.#dnameAbove(task, now);
    if (hit.left * 10 <= hit.ttl && hit.kind !== 'servfail') this.#prefetch(task, hit.left, hit.ttl, now);
    const reason = 'its cache held the answer';
    switch (hit.kind) {
      case 'servfail': {
        const said = 'the cache says that this failed a moment ago';
        this.#tasks.giveUp(task, said, { code: EDE.CACHED_ERROR, text: said }, now);
        return 'ended';
      }
      case 'nxdomain':
      case 'nodata': {
        const rcode = hit.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
        const authorities = hit.soa ? [hit.soa] : [];
        this.#tasks.finish(
          task,
          { rcode, answers: [...this.#tasks.chain(task, now)], authorities },
          'cache',
          reason,
          now,
        );
        return 'ended';
      }
      case 'records': {
        const [alias] = hit.records;
        const isAlias = alias!.type === TYPE.CNAME && task.type !== TYPE.CNAME && task.type !== TYPE.ANY;
        if (isAlias) return [alias!];
        const answers = [...this.#tasks.chain(task, now), ...hit.records];
        this.#tasks.finish(task, { rcode: RCODE.NOERROR, answers, authorities: [] }, 'cache', reason, now);
        return 'ended';
      }
    }
  }

  /** The alias that a DNAME in the cache makes for the name (RFC 6672 §3.4.1 step 1). */
  #dnameAbove(task: Task, now: Nanoseconds): readonly DnsRecord[] | undefined {
    if (task.type === TYPE.CNAME) return undefined;
    for (const above of selfAndAncestors(task.current).slice(1)) {
      const hit = this.#cache.peek(above, TYPE.DNAME, now, 'nonauthoritative');
      if (hit?.kind !== 'records') continue;
      const cname = synthesise(hit.records[0]!, task.current);
      return cname && [hit.records[0]!, cname];
    }
    return undefined;
  }

  #prefetch(task: Task, left: number, ttl: number, now: Nanoseconds): void {
    if (!this.#config.prefetch || task.clients.length === 0) return;
    if (!this.#tasks.refresh(task.name, task.type, now)) return;
    this.#journal.emit('dns.resolver.prefetch', {
      name: task.name,
      type: typeName(task.type),
      left,
      reason: `somebody asked in the last tenth of its ${ttl} s, so it is asked for anew before it expires`,
    });
  }
}
