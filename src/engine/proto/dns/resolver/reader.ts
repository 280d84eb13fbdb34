/**
 * What comes back from servers: what is kept of it, and how the question goes on.
 *
 * RFC 1034 §5.3.3 step 4, RFC 2181 §5.4.1 (trust), RFC 2308 §5 (negative answers), RFC 6891 §6.2.2 and §7 (servers
 * without EDNS), RFC 7873 §5.3 (BADCOOKIE), RFC 9156 §3 step 6 (answers to a part of the name), RFC 7766 §4 (TCP
 * after TC).
 */
import { formatIp, type Ip } from '../../../base/ip.ts';
import { formatDuration, type Nanoseconds } from '../../../base/units.ts';
import { RCODE, rcodeName, TYPE } from '../../../wire/dns/code.ts';
import type { DnsMessage, DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey, sameName } from '../../../wire/dns/name.ts';
import { dataText, MAX_TTL, recordText } from '../../../wire/dns/text.ts';
import type { DnsCache, Rank } from '../cache.ts';
import type { DnsFailureReason } from '../packet.ts';
import { keptAliases } from './aliases.ts';
import type { ResolverConfig } from './config.ts';
import { ipOf } from './delegation.ts';
import type { Journal } from './journal.ts';
import { aboutQuery, type Query } from './outgoing.ts';
import { type Reading, readResponse } from './response.ts';
import type { ServerBook } from './servers.ts';
import { type Again, type Step, sets } from './task.ts';
import type { Tasks } from './tasks.ts';
import type { Walker } from './walker.ts';

/** Events about records that were not believed, for one response. */
const MAX_SCRUBBED = 16;
export class Reader {
  readonly #config: ResolverConfig;
  readonly #cache: DnsCache;
  readonly #servers: ServerBook;
  readonly #journal: Journal;
  readonly #tasks: Tasks;
  readonly #walker: Walker;

  constructor(parts: {
    readonly config: ResolverConfig;
    readonly cache: DnsCache;
    readonly servers: ServerBook;
    readonly journal: Journal;
    readonly tasks: Tasks;
    readonly walker: Walker;
  }) {
    this.#config = parts.config;
    this.#cache = parts.cache;
    this.#servers = parts.servers;
    this.#journal = parts.journal;
    this.#tasks = parts.tasks;
    this.#walker = parts.walker;
  }

  /** A response that answers `query`. */
  handle(query: Query, message: DnsMessage, now: Nanoseconds): void {
    const { task } = query;
    const step = task.step!;
    const { zone, forwarded } = step.delegation;
    const { credulous } = this.#config;
    task.query = undefined;
    const asked = { name: query.name, type: query.type, zone, forwarded, credulous };
    const read = readResponse(message, asked);
    for (const record of read.scrubbed.slice(0, MAX_SCRUBBED)) {
      this.#journal.emit('dns.resolver.scrub', {
        server: formatIp(query.server),
        record: recordText(record),
        zone,
        reason: `a server of ${zone} is not believed about ${record.name}`,
      });
    }
    // A validator has its place here: between what was read, and what is kept and told (RFC 4035 §5)
    const rank: Rank = read.authoritative && !forwarded ? 'answer' : 'nonauthoritative';
    for (const set of sets(read.rest)) this.#cache.store(set, 'answer', now);
    for (const set of sets(read.apex.servers)) this.#cache.store(set, 'authority', now);
    for (const set of sets(read.apex.addresses)) this.#cache.store(set, 'referral', now);
    const isUseful = read.reading.kind !== 'failure' && read.reading.kind !== 'lame';
    if (isUseful) this.#noteWhatItCan(query, zone, now);
    if (!query.isPart || !this.#takePart(query, step, read.reading, rank, now))
      this.#take(query, step, read.reading, rank, now);
    // What they waited for is in the cache now, unless it may not be kept
    this.#wakeFollowers(query, (other) => {
      if (!step.useless.has(query.server)) return;
      other.useless.add(query.server);
      other.later.push(...step.later.filter(({ server }) => server === query.server));
      other.retry = step.retry;
    });
    if (!isUseful) return;
    for (const follower of query.followers) {
      // The absence of a part is not kept: each goes on with its own whole name, or they would all wait for one another
      if (query.isPart && read.reading.kind === 'nxdomain' && follower.step) this.#askWhole(follower.step);
      else follower.step = undefined;
    }
  }

  /** Nobody answered in time. */
  handleSilence(query: Query, now: Nanoseconds): void {
    const { task, server } = query;
    const step = task.step!;
    task.query = undefined;
    // Who answered in the wrong letters is not silent
    if (query.transport === 'udp' && query.doubt === undefined)
      this.#servers.timedOut(server, query.deadline - query.sentAt, now);
    const waited = formatDuration(now - query.sentAt);
    step.retry = `${formatIp(server)} did not answer within ${waited}`;
    this.#journal.emit('dns.resolver.timeout', {
      ...aboutQuery(query),
      waited: now - query.sentAt,
      next: this.#servers.rto(server, now),
    });
    step.onlyNetwork = false;
    if (query.transport === 'tcp') this.#servers.learnTcp(server, false, now);
    if (query.transport === 'tcp') step.useless.add(server);
    else if (query.doubt !== undefined) this.#overTcp(query, step, `${formatIp(server)}: ${query.doubt}`);
    this.#tasks.wake(task);
    this.#wakeFollowers(query, (other) => {
      other.retry = step.retry;
    });
  }

  /** A server that cannot be reached is as good as one that did not answer, only sooner. */
  handleFailure(query: Query, why: DnsFailureReason, now: Nanoseconds): void {
    query.task.query = undefined;
    if (query.transport === 'udp') this.#servers.timedOut(query.server, query.deadline - query.sentAt, now);
    else this.#servers.learnTcp(query.server, false, now);
    const reason = `${formatIp(query.server)}: ${why}`;
    this.#journal.emit('dns.resolver.unreachable', { ...aboutQuery(query), reason });
    this.#giveUpOn(query, query.task.step!, reason, true);
    this.#wakeFollowers(query, (step) => {
      step.useless.add(query.server);
      step.retry = reason;
    });
  }

  #wakeFollowers(query: Query, change: (step: Step) => void): void {
    for (const follower of query.followers) {
      follower.query = undefined;
      if (follower.step) change(follower.step);
      this.#tasks.wake(follower);
    }
  }

  #noteWhatItCan(query: Query, zone: string, now: Nanoseconds): void {
    this.#servers.serves(query.server, zone, now);
    if (!query.edns && this.#servers.edns(query.server, now) && query.about['plain'] === true)
      this.#servers.withoutEdns(query.server, now);
    if (query.transport === 'tcp') this.#servers.learnTcp(query.server, true, now);
    // Nobody can forge this one: it does give back other letters
    if (query.transport === 'tcp' && this.#config.caseRandom) this.#servers.changesCase(query.server, now);
  }

  // ---- parts of a name

  /** Takes the answer to a part of the name; false when it is to be read like any other. */
  #takePart(query: Query, step: Step, reading: Reading, rank: Rank, now: Nanoseconds): boolean {
    const { task } = query;
    switch (reading.kind) {
      case 'answer':
      case 'alias':
      case 'nodata': {
        const isKept = this.#keep(reading, rank, now);
        const hasDname = reading.aliases.some((alias) => (alias.type as number) === TYPE.DNAME);
        // (6b), and an alias of the name itself: it holds for every type. One with a TTL of 0 must be asked for again
        const isAlias =
          isKept && reading.aliases.length > 0 && (hasDname || sameName(query.name, task.current));
        if (isAlias && task.type !== TYPE.CNAME && !task.isRefresh) task.step = undefined;
        else this.#askNext(step);
        break;
      }
      case 'nxdomain': {
        if (this.#config.minimise === 'strict') {
          this.#keep(reading, rank, now);
          const { soa } = negative(reading, this.#config.maxNegativeTtl);
          const authorities = soa ? [soa] : [];
          const reason = `${query.name} does not exist, so nothing is below it`;
          const outcome = { rcode: RCODE.NXDOMAIN, answers: [...this.#tasks.chain(task, now)], authorities };
          this.#tasks.finish(task, outcome, formatIp(query.server), reason, now);
          return true;
        }
        this.#doubtPart(query, step, `${query.name} does not exist, says ${formatIp(query.server)}`);
        break;
      }
      case 'failure':
      case 'empty': {
        if (this.#config.minimise === 'strict' || this.#isOurFault(query, reading)) return false;
        const what = reading.kind === 'failure' ? rcodeName(reading.rcode) : 'nothing at all';
        this.#doubtPart(query, step, `${formatIp(query.server)} answered ${what} to a part of the name`);
        break;
      }
      default:
        return false;
    }
    this.#tasks.wake(task);
    return true;
  }

  /**
   * Some servers are wrong about names between zone and leaf: the whole name is asked, as Unbound does. RFC 9156 §3 knows
   * the next label after NXDOMAIN (6d), and another server after an error (6e).
   */
  #doubtPart(query: Query, step: Step, what: string): void {
    this.#askWhole(step);
    step.retry = `${what}; the whole name is asked to be sure`;
    this.#journal.emit('dns.resolver.whole-name', { ...aboutQuery(query), reason: step.retry });
  }

  #askNext(step: Step): void {
    const [shown] = step.toShow;
    step.toShow = step.toShow.slice(1);
    step.tries.clear();
    step.retry = `${shown} is no zone of its own, so ${step.delegation.zone} is asked further`;
  }

  #askWhole(step: Step): void {
    step.toShow = [];
    step.tries.clear();
  }

  // ---- answers

  #take(query: Query, step: Step, reading: Reading, rank: Rank, now: Nanoseconds): void {
    const { task } = query;
    const server = formatIp(query.server);
    const { zone, forwarded } = step.delegation;
    const authority = forwarded ? `${server} was asked to find out` : `${server} has authority`;
    switch (reading.kind) {
      case 'answer': {
        this.#keep(reading, rank, now);
        const found = this.#tasks.levelled([...reading.aliases, ...reading.records]);
        const answers = [...this.#tasks.chain(task, now), ...found];
        const outcome = { rcode: RCODE.NOERROR, answers, authorities: [] };
        this.#tasks.finish(task, outcome, server, authority, now);
        break;
      }
      case 'alias':
        this.#keep(reading, rank, now);
        if (this.#tasks.follow(task, reading.aliases, server, now)) this.#tasks.wake(task);
        break;
      case 'nxdomain':
      case 'nodata': {
        this.#keep(reading, rank, now);
        const rcode = reading.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
        const { soa } = negative(reading, this.#config.maxNegativeTtl);
        const answers = [...this.#tasks.chain(task, now), ...this.#tasks.levelled(reading.aliases)];
        this.#tasks.finish(task, { rcode, answers, authorities: soa ? [soa] : [] }, server, authority, now);
        break;
      }
      case 'referral':
        this.#refer(query, step, reading, now);
        break;
      case 'empty':
        step.sawEmpty = true;
        this.#complain('dns.resolver.lame', query, step, `${server} answered nothing`);
        break;
      case 'lame':
        this.#servers.lame(query.server, zone, now);
        this.#complain('dns.resolver.lame', query, step, reading.reason);
        break;
      case 'truncated':
        this.#truncated(query, step, now);
        break;
      case 'failure':
        this.#failure(query, step, reading, now);
    }
  }

  /** Stores what an answer said about names, aliases first. True when all aliases were kept. */
  #keep(
    reading: Reading & { kind: 'answer' | 'alias' | 'nxdomain' | 'nodata' },
    rank: Rank,
    now: Nanoseconds,
  ): boolean {
    const aliases = keptAliases(reading.aliases).map((alias) => this.#cache.store([alias], rank, now));
    const isKept = !aliases.includes(false);
    if (reading.kind === 'answer') for (const set of sets(reading.records)) this.#cache.store(set, rank, now);
    if (reading.kind !== 'nxdomain' && reading.kind !== 'nodata') return isKept;
    const { soa, ttl } = negative(reading, this.#config.maxNegativeTtl);
    // Without a SOA nobody said for how long: not kept (RFC 2308 §5)
    if (soa) this.#cache.storeAbsence(reading.name, reading.type, reading.kind, soa, ttl, now);
    return isKept;
  }

  #refer(query: Query, step: Step, referral: Reading & { kind: 'referral' }, now: Nanoseconds): void {
    const { zone } = step.delegation;
    this.#cache.store(referral.servers, 'referral', now);
    for (const set of sets(referral.glue)) this.#cache.store(set, 'referral', now);
    const from = formatIp(query.server);
    this.#journal.emit('dns.resolver.referral', {
      from,
      parent: zone,
      zone: referral.cut,
      servers: referral.servers.map(dataText).join(', '),
      glue: referral.glue.map((record) => `${record.name} ${dataText(record)}`).join(', '),
      reason: `${referral.cut} lies below a cut: its own servers have authority`,
    });
    const servers = referral.servers.slice(0, this.#config.limits.servers).map((record) => {
      const name = record.data as string;
      return { name, addresses: glueOf(referral.glue, name) };
    });
    const reason = `the referral from ${from} named the servers of ${referral.cut}`;
    const delegation = { zone: nameKey(referral.cut), servers, forwarded: false, isCached: false, reason };
    this.#walker.begin(query.task, delegation);
    this.#tasks.wake(query.task);
  }

  // ---- servers that do not do their work

  #truncated(query: Query, step: Step, now: Nanoseconds): void {
    const server = formatIp(query.server);
    if (query.transport === 'tcp') {
      this.#complain('dns.resolver.truncated', query, step, `${server} truncates even over TCP`);
      return;
    }
    const hasTcp = this.#servers.tcp(query.server, now);
    const reason = hasTcp
      ? `the answer of ${server} does not fit a datagram, so it is asked over TCP`
      : `the answer of ${server} does not fit a datagram, and over TCP it did not answer before: others come first`;
    this.#journal.emit('dns.resolver.truncated', {
      ...aboutQuery(query),
      zone: step.delegation.zone,
      reason,
    });
    if (hasTcp) {
      this.#overTcp(query, step, reason);
      this.#tasks.wake(query.task);
    } else {
      step.later.push(again(query, { transport: 'tcp', reason }));
      this.#giveUpOn(query, step, reason, false);
    }
  }

  /** A response code that is no answer: the next server, or the same one in another way. */
  #failure(query: Query, step: Step, reading: Reading & { kind: 'failure' }, now: Nanoseconds): void {
    const server = formatIp(query.server);
    const rcode = rcodeName(reading.rcode);
    const { task } = query;
    if (reading.rcode === RCODE.YXDOMAIN) {
      const outcome = { rcode: RCODE.YXDOMAIN, answers: [...this.#tasks.chain(task, now)], authorities: [] };
      this.#tasks.finish(task, outcome, server, reading.reason, now);
      return;
    }
    const plain = this.#mayLackEdns(query, reading);
    const reason = `${server} answered ${rcode}${plain ? ' to a query with EDNS' : ''}`;
    this.#journal.emit('dns.resolver.error', {
      ...aboutQuery(query),
      zone: step.delegation.zone,
      rcode,
      reason,
    });
    if (reading.rcode === RCODE.BADCOOKIE && query.cookie && query.transport === 'udp') {
      // The response brought the right cookie (RFC 7873 §5.3); if that is not right either, TCP needs none
      const isFirst = query.about['cookie'] !== 'again';
      if (isFirst) step.again = again(query, { cookie: true, reason: `${reason}, and a new cookie` });
      else this.#overTcp(query, step, `${reason} twice`);
      this.#tasks.wake(task);
      return;
    }
    if (plain) {
      step.again = again(query, { edns: false, reason: `${reason}, so the same goes without` });
      this.#tasks.wake(task);
      return;
    }
    if (reading.rcode === RCODE.REFUSED && !step.delegation.forwarded)
      this.#servers.lame(query.server, step.delegation.zone, now);
    this.#giveUpOn(query, step, reason, false);
  }

  /** FORMERR, NOTIMP or BADVERS to a query with EDNS: the server may not know EDNS (RFC 6891 §6.2.2, §7). */
  #mayLackEdns(query: Query, reading: Reading): boolean {
    if (reading.kind !== 'failure' || !query.edns) return false;
    const { rcode } = reading;
    return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP || rcode === RCODE.BADVERS;
  }

  /** The response is about EDNS or the cookie, not about the name. */
  #isOurFault(query: Query, reading: Reading): boolean {
    const isCookie = reading.kind === 'failure' && reading.rcode === RCODE.BADCOOKIE;
    return this.#mayLackEdns(query, reading) || (isCookie && query.cookie !== undefined);
  }

  #overTcp(query: Query, step: Step, reason: string): void {
    step.again = again(query, { transport: 'tcp', reason });
  }

  #complain(kind: string, query: Query, step: Step, reason: string): void {
    const { zone } = step.delegation;
    this.#journal.emit(kind, { ...aboutQuery(query), zone, reason });
    this.#giveUpOn(query, step, `${formatIp(query.server)} does not serve ${zone}: ${reason}`, false);
  }

  #giveUpOn(query: Query, step: Step, reason: string, isNetwork: boolean): void {
    step.useless.add(query.server);
    step.retry = reason;
    if (!isNetwork) step.onlyNetwork = false;
    this.#tasks.wake(query.task);
  }
}

function again(query: Query, change: Partial<Again> & { readonly reason: string }): Again {
  const { server, serverName, transport, edns } = query;
  return { server, serverName, transport, edns, ...change };
}

function glueOf(glue: readonly DnsRecord[], name: string): Ip[] {
  return glue.filter((one) => sameName(one.name, name)).flatMap((one) => ipOf(one) ?? []);
}

/** The SOA of an absence with the time for which it holds: the lesser of its TTL and its minimum (RFC 2308 §5). */
function negative(
  reading: Reading & { kind: 'nxdomain' | 'nodata' },
  most: number,
): { readonly soa: DnsRecord | undefined; readonly ttl: number } {
  if (!reading.soa) return { soa: undefined, ttl: 0 };
  const given = reading.soa.ttl > MAX_TTL ? 0 : reading.soa.ttl;
  const ttl = Math.min(given, reading.soa.data.minimum, most);
  return { soa: { ...reading.soa, ttl }, ttl };
}
