/**
 * One question that a resolver is answering, as data.
 */
import type { Ip } from '../../../base/ip.ts';
import { type Nanoseconds, NEVER } from '../../../base/units.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey, sameName } from '../../../wire/dns/name.ts';
import type { DnsTransport } from '../packet.ts';
import type { Client } from './client.ts';
import type { Query } from './outgoing.ts';

/** Why there was no answer, as an extended error says it (RFC 8914 §4). */
export interface Extended {
  readonly code: number;
  readonly text: string;
}

/** The end of a question. `rcode` is NOERROR, NXDOMAIN, SERVFAIL or YXDOMAIN. */
export interface Outcome {
  readonly rcode: number;
  readonly answers: readonly DnsRecord[];
  /** The SOA that comes with an absence. */
  readonly authorities: readonly DnsRecord[];
  readonly additionals?: readonly DnsRecord[];
  readonly extended?: Extended;
}

/** The servers of a zone, as far as a task knows them. */
export interface Delegation {
  readonly zone: string;
  readonly servers: readonly { readonly name: string; readonly addresses: readonly Ip[] }[];
  /** Resolvers that do the work, not servers of the zone. */
  readonly forwarded: boolean;
  /** It came from the cache and not from a referral just now. */
  readonly isCached: boolean;
  /** Why these servers, for the events. */
  readonly reason: string;
}

/** The same server once more, in another way. */
export interface Again {
  readonly server: Ip;
  readonly serverName: string;
  readonly transport: DnsTransport;
  readonly edns: boolean;
  /** With the cookie that the server has just given. */
  readonly cookie?: boolean;
  readonly reason: string;
}

/** Work with the servers of one zone. */
export interface Step {
  readonly delegation: Delegation;
  /** Names still to be shown to these servers (RFC 9156), the next one first; empty: the question itself. */
  toShow: readonly string[];
  /** Queries sent to each address, and addresses that are of no use. */
  readonly tries: Map<Ip, number>;
  readonly useless: Set<Ip>;
  /** `<name> <type>` of server addresses that were looked for; how many lookups found nothing. */
  readonly looked: Set<string>;
  vain: number;
  /** Addresses that lookups brought, by server name: a TTL of 0 keeps them out of the cache. */
  readonly found: Map<string, readonly Ip[]>;
  sent: number;
  /** Why the next query goes out, when that is no new delegation. */
  retry: string | undefined;
  again: Again | undefined;
  /** What is left to try when all else failed. */
  readonly later: Again[];
  /** A server answered with nothing at all: taken for an absence when no other says more. */
  sawEmpty: boolean;
  /** The network itself told of every failure so far. */
  onlyNetwork: boolean;
}

/** A client, and when it gets stale data if there is nothing better by then. */
export interface Waiting {
  readonly client: Client;
  readonly staleAt: Nanoseconds;
}

export interface Task {
  readonly key: string;
  readonly name: string;
  readonly type: number;
  /** Shared with the tasks that this one started. */
  readonly budget: { queries: number; readonly startedAt: Nanoseconds };
  readonly depth: number;
  readonly clients: Waiting[];
  readonly handles: number[];
  readonly startedAt: Nanoseconds;
  /** Nothing in the cache is good enough: it is to be refreshed. */
  readonly isRefresh: boolean;
  /** The name looked for now: `name`, or what its aliases lead to. */
  current: string;
  /** The chain so far, and when each record of it was learned. */
  readonly aliases: { readonly record: DnsRecord; readonly at: Nanoseconds }[];
  step: Step | undefined;
  query: Query | undefined;
  /** Tasks whose ends this one waits for: the first that helps is enough. */
  readonly waitsFor: Set<Task>;
  /** When to look for another server's address as well, since those that are looked for take long. */
  impatientAt: Nanoseconds;
  readonly waiters: Task[];
  /** Zones whose parent was asked again, because none of the servers that were known helped. */
  readonly renewed: Set<string>;
  /** Zones whose forwarders failed. */
  readonly unforwarded: Set<string>;
  /** It failed because of what else was going on (a circle, a limit of its parent): nothing to remember. */
  isCircumstantial: boolean;
  done: boolean;
}

export function taskKey(name: string, type: number): string {
  return `${nameKey(name)} ${type}`;
}

export function newTask(
  question: {
    readonly key: string;
    readonly name: string;
    readonly type: number;
    readonly isRefresh?: boolean;
  },
  parent: Task | undefined,
  now: Nanoseconds,
): Task {
  return {
    key: question.key,
    name: question.name,
    type: question.type,
    budget: parent ? parent.budget : { queries: 0, startedAt: now },
    depth: parent ? parent.depth + 1 : 0,
    clients: [],
    handles: [],
    startedAt: now,
    isRefresh: question.isRefresh ?? false,
    current: question.name,
    aliases: [],
    step: undefined,
    query: undefined,
    waitsFor: new Set(),
    impatientAt: NEVER,
    waiters: [],
    renewed: new Set(),
    unforwarded: new Set(),
    isCircumstantial: false,
    done: false,
  };
}

/** Work with the servers of another zone: what was tried before no longer counts. */
export function newStep(delegation: Delegation, toShow: readonly string[]): Step {
  return {
    delegation,
    toShow,
    tries: new Map(),
    useless: new Set(),
    looked: new Set(),
    vain: 0,
    found: new Map(),
    sent: 0,
    retry: undefined,
    again: undefined,
    later: [],
    sawEmpty: false,
    onlyNetwork: true,
  };
}

/** True when the end of `task` depends on the end of `other`. */
export function waitsOn(task: Task, other: Task): boolean {
  return task === other || [...task.waitsFor].some((next) => waitsOn(next, other));
}

/** Records by name and type, in order of appearance. */
export function sets(records: readonly DnsRecord[]): DnsRecord[][] {
  const found: DnsRecord[][] = [];
  for (const record of records) {
    const set = found.find(([first]) => first!.type === record.type && sameName(first!.name, record.name));
    if (set) set.push(record);
    else found.push([record]);
  }
  return found;
}
