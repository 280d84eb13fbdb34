/**
 * One question that a resolver is answering, as data, and the limits on the work for it.
 */
import type { Ip } from '../../../base/ip.ts';
import type { Nanoseconds } from '../../../base/units.ts';
import type { DnsRecord } from '../../../wire/dns/message.ts';
import { nameKey, sameName } from '../../../wire/dns/name.ts';
import type { Client } from './client.ts';

/** So that no answer from outside makes the resolver work without end (RFC 9520 §3.1; RFC 1034 §5.3.3 asks for it, too). */
export const LIMITS = {
  /** Queries sent for one question, sub-questions included. */
  queries: 32,
  /** Queries to one server address for one step. */
  triesPerServer: 3,
  /** Aliases followed for one question. */
  aliases: 8,
  /** Questions about server addresses inside questions about server addresses. */
  depth: 4,
  /** Server names looked up for one delegation. */
  serverNames: 4,
  /** Questions worked on at once. */
  tasks: 1_000,
  /** Clients that wait for one question. */
  clients: 256,
} as const;

/** The servers of a zone, as far as a task knows them. */
export interface Delegation {
  readonly zone: string;
  readonly servers: readonly { readonly name: string; readonly addresses: readonly Ip[] }[];
  /** Why these servers, for the events. */
  readonly reason: string;
}

/** A query on its way. */
export interface Query {
  readonly id: number;
  readonly localPort: number;
  readonly server: Ip;
  readonly serverName: string;
  readonly edns: boolean;
  readonly sentAt: Nanoseconds;
  readonly deadline: Nanoseconds;
}

export interface Task {
  readonly key: string;
  readonly name: string;
  readonly type: number;
  /** Shared with the tasks that this one started. */
  readonly budget: { queries: number };
  readonly depth: number;
  readonly clients: Client[];
  readonly handles: number[];
  readonly startedAt: Nanoseconds;
  /** The name looked for now: `name`, or what its aliases lead to. */
  current: string;
  readonly aliases: DnsRecord[];
  delegation: Delegation | undefined;
  /** Queries sent to each address in this step, and addresses that are of no use in it. */
  tries: Map<Ip, number>;
  useless: Set<Ip>;
  /** Server names whose address was looked for in this step. */
  looked: Set<string>;
  /** Why the next query goes out, when that is no new delegation. */
  retry: string | undefined;
  query: Query | undefined;
  /** The task whose end this one waits for. */
  waitsFor: Task | undefined;
  readonly waiters: Task[];
  done: boolean;
}

export function taskKey(name: string, type: number): string {
  return `${nameKey(name)} ${type}`;
}

export function newTask(name: string, type: number, parent: Task | undefined, now: Nanoseconds): Task {
  return {
    key: taskKey(name, type),
    name,
    type,
    budget: parent ? parent.budget : { queries: 0 },
    depth: parent ? parent.depth + 1 : 0,
    clients: [],
    handles: [],
    startedAt: now,
    current: name,
    aliases: [],
    delegation: undefined,
    tries: new Map(),
    useless: new Set(),
    looked: new Set(),
    retry: undefined,
    query: undefined,
    waitsFor: undefined,
    waiters: [],
    done: false,
  };
}

/** Goes on with the servers of another zone: what was tried before no longer counts. */
export function redirect(task: Task, delegation: Delegation): void {
  task.delegation = delegation;
  task.tries = new Map();
  task.useless = new Set();
  task.looked = new Set();
  task.retry = undefined;
}

/** True when the end of `task` depends on the end of `other`. */
export function waitsOn(task: Task, other: Task): boolean {
  for (let at: Task | undefined = task; at; at = at.waitsFor) if (at === other) return true;
  return false;
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
