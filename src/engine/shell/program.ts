/**
 * What a program of the shell is, and what it has to do with: its machine, its arguments, two streams of text, names,
 * and the person who may press Ctrl-C.
 */
import type { Ip } from '../base/ip.ts';
import { type Nanoseconds, NEVER } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import type { Handle } from '../sim/kernel.ts';
import type { Task, Waker } from '../sim/task.ts';
import type { World } from '../sim/world.ts';

export type Family = 4 | 6;

/** What the C library says of a name or an address. */
export interface HostAnswer {
  /** In the order in which to try them; at least one. */
  readonly addresses: readonly Ip[];
  /** What the name leads to in the end, without its last dot. */
  readonly canonicalName: string;
  readonly aliases: readonly string[];
}

/** What a program of this machine keeps of DNS, for those who empty it; its rows are the host's table `dns`. */
export interface NameCache {
  /** Forgets everything, or the rows of names that are meant. Gives how many went. */
  flush(isMeant?: (name: string) => boolean): number;
}

export interface Env {
  readonly host: Host;
  /** The name that the program was called by. */
  readonly name: string;
  readonly args: readonly string[];
  /** Who is at the prompt. */
  readonly user: string;
  /** What the command before a `|` printed. */
  readonly input: string | undefined;
  out(text: string): void;
  err(text: string): void;
  /**
   * Addresses of a name, or the address that the text is; in the order in which they should be tried. Throws a
   * ProgramError whose message is what `getaddrinfo` would say.
   */
  resolve(name: string, family: Family | undefined): Task<readonly Ip[]>;
  /** The same with what else `getaddrinfo` tells. */
  lookUp(name: string, family: Family | undefined): Task<HostAnswer>;
  /** The name that the hosts file has for an address. */
  nameOf(address: Ip): string | undefined;
  /** What `gethostbyaddr` says of an address: the hosts file, else a PTR record; undefined when it has no name. */
  reverse(address: Ip): Task<HostAnswer | undefined>;
  /** What the machine's own name resolution keeps, and what the resolver keeps that it is for others. */
  readonly systemCache: NameCache | undefined;
  readonly resolverCache: NameCache | undefined;
  /** What Ctrl-C does instead of ending the program at once. */
  onInterrupt: (() => void) | undefined;
}

/** Returns the exit status. */
export type Program = (env: Env) => Task<number>;

/** A program that needs no time and waits for nothing. */
export function atOnce(body: (env: Env) => number): Program {
  // biome-ignore lint/correctness/useYield: a program is a task even when it never waits
  return function* (env) {
    return body(env);
  };
}

/** True for the one person who may do everything. */
export function isRoot({ user }: Env): boolean {
  return user === 'root';
}

/** Status of a program that Ctrl-C ended: 128 and the number of SIGINT. */
export const INTERRUPTED = 130;

/**
 * What a program waits for: callbacks put things in, the program takes them out one by one, each with the event that
 * brought it as its cause; or it goes on when its time has come.
 */
export class Inbox<T> {
  readonly #world: World;
  readonly #items: { readonly value: T; readonly cause: number }[] = [];
  readonly #capacity: number;
  #waker: Waker | undefined;

  constructor(world: World, capacity = 1024) {
    this.#world = world;
    this.#capacity = capacity;
  }

  /** What does not fit is lost, as in a socket's buffer. */
  put(value: T): void {
    if (this.#items.length < this.#capacity) this.#items.push({ value, cause: this.#world.trace.cause });
    this.#waker?.wake();
  }

  /** The next thing, or undefined at the time `until`. */
  *next(until: Nanoseconds): Task<T | undefined> {
    const { kernel } = this.#world;
    if (this.#items.length === 0 && kernel.now < until) {
      let timer: Handle | undefined;
      yield (waker) => {
        this.#waker = waker;
        if (until < NEVER) timer = kernel.schedule(until, { onEvent: () => waker.wake() });
        return () => {
          this.#waker = undefined;
          if (timer !== undefined) kernel.cancel(timer);
        };
      };
      this.#waker = undefined;
      // a deadline that has not come may not wake a later wait
      if (timer !== undefined) kernel.cancel(timer);
    }
    return this.poll();
  }

  /** What is there already. */
  poll(): T | undefined {
    const item = this.#items.shift();
    if (item) this.#world.trace.cause = item.cause;
    return item?.value;
  }
}
