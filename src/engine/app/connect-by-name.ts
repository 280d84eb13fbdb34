/**
 * Opens a TCP connection to a server that is known by name, as a browser does: looks the name up in each family on its
 * own, and lets the addresses race (policy/happy-eyeballs), or takes them one by one.
 *
 * With a browser cache, a host that it knows is not looked up. With `https`, the HTTPS record of the name is asked for
 * as well, and its AliasMode followed (RFC 9460 §2.4.2, §3): the addresses are then those of the target, and those of
 * the name itself only when these fail; attempts wait for that answer. Not here: the rest of what HTTPS records say
 * (ServiceMode: ports, protocols, hints), for there is no TLS.
 */
import { type Family, familyOf, type Ip } from '../base/ip.ts';
import type { Host } from '../net/host.ts';
import { inOrderToTry } from '../net/ip/destination-order.ts';
import type { TcpSocket } from '../net/transport/tcp-socket.ts';
import { type EyeballsOptions, HappyEyeballs } from '../policy/happy-eyeballs.ts';
import type { BrowserCache } from '../proto/dns/stub/browser-cache.ts';
import type { StubResult } from '../proto/dns/stub/stub.ts';
import { ProgramError, type Task, type Waker } from '../sim/task.ts';
import { Timer } from '../sim/timer.ts';
import { TYPE } from '../wire/dns/code.ts';
import { addressesOf, failure, type SystemResolver } from './system-resolver.ts';

export interface ConnectOptions
  extends Pick<EyeballsOptions, 'resolutionDelay' | 'attemptDelay' | 'firstFamilyCount'> {
  /** `race` is Happy Eyeballs; `one-by-one` is what programs with getaddrinfo and a loop do. */
  readonly connect?: 'race' | 'one-by-one';
  readonly cache?: BrowserCache;
  /** Ask for the HTTPS record, too. */
  readonly https?: boolean;
}

/** What the caller wants to know on the way. */
export interface ConnectNews {
  /** The first address is there, and an attempt begins. */
  onAddress(address: Ip): void;
}

/** Aliases of HTTPS records that are followed; RFC 9460 §2.4.2 asks for a limit. */
const MAX_HTTPS_ALIASES = 8;

/** The connection that won; all others are given up. Throws a ProgramError when there is none. */
export function* connectByName(
  host: Host,
  resolver: SystemResolver,
  name: string,
  port: number,
  options: ConnectOptions,
  news: ConnectNews,
): Task<TcpSocket> {
  const race = new Race(host, resolver, name, port, options, news);
  try {
    return yield* race.run();
  } catch (error) {
    if (!(error instanceof ProgramError) || !race.hasAlias) throw error;
    const reason = 'where its HTTPS record leads there is no connection; the name itself may have addresses';
    host.because({ kind: 'fetch.fallback', detail: { name, code: error.code, reason } });
  } finally {
    race.close();
  }
  // RFC 9460 §3: at last as if there were no HTTPS record
  const plain = new Race(host, resolver, name, port, { ...options, https: false }, news);
  try {
    return yield* plain.run();
  } finally {
    plain.close();
  }
}

class Race {
  /** The addresses are those of another name, to which an HTTPS record led. */
  hasAlias = false;
  readonly #host: Host;
  readonly #resolver: SystemResolver;
  readonly #name: string;
  readonly #port: number;
  readonly #options: ConnectOptions;
  readonly #news: ConnectNews;
  readonly #families: readonly Family[];
  readonly #machine: HappyEyeballs;
  readonly #timer: Timer;
  readonly #sockets = new Map<Ip, TcpSocket>();
  /** Lookups under way, by a number: what lets go of each. */
  readonly #lookups = new Map<number, () => void>();
  #nextLookup = 0;
  #waker: Waker | undefined;
  #problem: ProgramError | undefined;
  /** Of what was found so far: the shortest TTL, for the cache. */
  #ttl = Number.MAX_SAFE_INTEGER;
  #found: Ip[] = [];
  #isFirst = true;
  #isNews = false;

  constructor(
    host: Host,
    resolver: SystemResolver,
    name: string,
    port: number,
    options: ConnectOptions,
    news: ConnectNews,
  ) {
    this.#host = host;
    this.#resolver = resolver;
    this.#name = name;
    this.#port = port;
    this.#options = options;
    this.#news = news;
    // RFC 8305 §3: AAAA is asked first, immediately followed by A
    this.#families = resolver.families().reverse();
    const { connect: mode = 'race', resolutionDelay, attemptDelay, firstFamilyCount } = options;
    this.#machine = new HappyEyeballs({
      families: this.#families,
      order: (addresses) => inOrderToTry(host.ip, addresses),
      mode,
      ...(resolutionDelay !== undefined && { resolutionDelay }),
      ...(attemptDelay !== undefined && { attemptDelay }),
      ...(firstFamilyCount !== undefined && { firstFamilyCount }),
    });
    this.#timer = new Timer(host.world.kernel, () => this.#wake());
  }

  *run(): Task<TcpSocket> {
    this.#resolve();
    for (;;) {
      this.#drain();
      const { winner, isOver, problem } = this.#machine;
      if (winner !== undefined) return this.#win(winner);
      if (isOver)
        throw this.#problem ?? new ProgramError(problem ?? 'ENOTFOUND', `${this.#name}: no connection`);
      // what happened while the task was at work needs no waiting
      if (!this.#isNews)
        yield (waker) => {
          this.#waker = waker;
          this.#timer.set(this.#machine.pollTimeout());
          return () => {
            this.#waker = undefined;
          };
        };
      this.#isNews = false;
      this.#observe();
    }
  }

  /** Gives up what is still under way. */
  close(): void {
    this.#timer.clear();
    for (const letGo of this.#lookups.values()) letGo();
    for (const socket of this.#sockets.values()) {
      socket.onChange = undefined;
      if (!socket.isClosed && socket.error === undefined) socket.abort();
    }
    this.#sockets.clear();
  }

  #resolve(): void {
    const { now } = this.#host.world;
    const known = this.#options.cache?.lookup(this.#name, now);
    this.#drainCache();
    if (known) {
      for (const family of this.#families) {
        const mine = known.filter((address) => familyOf(address) === family);
        this.#machine.handleAnswer(family, mine, mine.length > 0 ? undefined : 'ENODATA', now);
      }
    } else if (this.#options.https) this.#askHttps(this.#name, 0);
    else this.#askAddresses(this.#name);
  }

  /** HTTPS, and the addresses beside it; what comes of them waits until it is known that the name is no alias. */
  #askHttps(name: string, aliases: number): void {
    const early: [Family, StubResult][] = [];
    let isAlias: boolean | undefined;
    const letGo = this.#eachFamily(name, (family, result) => {
      if (isAlias === false) this.#answer(family, result);
      else early.push([family, result]);
    });
    this.#begin(
      (done) => this.#resolver.startQuery(name, TYPE.HTTPS, done),
      (result) => {
        const target = aliasTarget(result);
        isAlias = target !== undefined;
        if (target === undefined)
          for (const [family, answer] of early.splice(0)) this.#answer(family, answer);
        else this.#follow(name, target, aliases + 1, result, letGo);
        this.#wake();
      },
    );
  }

  /** RFC 9460 §3.1: past the limit it is as if there were no such record. */
  #follow(
    name: string,
    target: string,
    aliases: number,
    result: StubResult,
    letGo: readonly (() => void)[],
  ): void {
    for (const stop of letGo) stop();
    const isTooLong = aliases > MAX_HTTPS_ALIASES;
    const reason = isTooLong
      ? `its HTTPS record is alias number ${aliases}, which is too many`
      : `its HTTPS record is an alias of ${target}`;
    this.#host.because({
      kind: 'fetch.alias',
      detail: { name, target: isTooLong ? this.#name : target, reason },
    });
    this.hasAlias = !isTooLong;
    this.#noteTtl(result);
    if (isTooLong) this.#askAddresses(this.#name);
    else this.#askHttps(target, aliases);
  }

  #askAddresses(name: string): void {
    if (this.#options.connect === 'one-by-one' && this.#families.length > 1) {
      this.#begin(
        (done) => this.#resolver.start(name, [4, 6], done),
        (result) => {
          for (const family of this.#families) this.#answer(family, result);
        },
      );
    } else this.#eachFamily(name, (family, result) => this.#answer(family, result));
  }

  /** Asks for each family on its own, so that one does not wait for the other. */
  #eachFamily(name: string, done: (family: Family, result: StubResult) => void): (() => void)[] {
    return this.#families.map((family) =>
      this.#begin(
        (found) => this.#resolver.start(name, [family], found),
        (result) => done(family, result),
      ),
    );
  }

  #begin(
    start: (done: (result: StubResult) => void) => () => void,
    done: (result: StubResult) => void,
  ): () => void {
    const id = this.#nextLookup++;
    let isDone = false;
    const letGo = start((result) => {
      isDone = true;
      this.#lookups.delete(id);
      done(result);
    });
    if (!isDone) this.#lookups.set(id, letGo);
    return () => {
      letGo();
      this.#lookups.delete(id);
    };
  }

  #answer(family: Family, result: StubResult): void {
    const { now } = this.#host.world;
    const addresses = addressesOf(result).filter((address) => familyOf(address) === family);
    let problem: ProgramError | undefined;
    if (addresses.length > 0) {
      this.#noteTtl(result);
      this.#found.push(...addresses);
      if (result.source === 'server' || result.source === 'cache')
        this.#options.cache?.store(this.#name, this.#found, this.#ttl, now);
      this.#drainCache();
    } else {
      problem = failure(result.name.replace(/\.$/, ''), result.error ?? 'EAI_NODATA');
      if (this.#found.length === 0 && (this.#problem?.code ?? problem.code) !== 'EAI_AGAIN')
        this.#problem = problem;
    }
    this.#machine.handleAnswer(family, addresses, problem?.code, now);
    this.#wake();
  }

  #noteTtl(result: StubResult): void {
    for (const record of result.answers) this.#ttl = Math.min(this.#ttl, record.ttl);
  }

  /** Records what the machine decided where there was something to decide, and does it. */
  #drain(): void {
    const machine = this.#machine;
    for (let rounds = 0; rounds < 1_000; rounds++) {
      for (let event = machine.pollEvent(); event; event = machine.pollEvent())
        if (this.#families.length > 1 || this.#found.length > 1 || event.kind === 'eyeballs.order')
          this.#host.because(event);
      const action = machine.pollAction();
      if (!action) return;
      if (action.kind === 'connect') this.#connect(action.address);
      else this.#cancel(action.address);
    }
  }

  #connect(address: Ip): void {
    if (this.#isFirst) this.#news.onAddress(address);
    this.#isFirst = false;
    try {
      const socket = this.#host.tcp.open(address, this.#port);
      this.#sockets.set(address, socket);
      socket.onChange = () => this.#wake();
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#problem = error;
      this.#machine.handleFailed(address, error.code, this.#host.world.now);
    }
  }

  #cancel(address: Ip): void {
    const socket = this.#sockets.get(address);
    this.#sockets.delete(address);
    if (!socket) return;
    socket.onChange = undefined;
    socket.abort();
  }

  /** Looks at what has happened since the task slept. */
  #observe(): void {
    const { now } = this.#host.world;
    for (const [address, socket] of [...this.#sockets]) {
      if (socket.isEstablished) this.#machine.handleConnected(address, now);
      else if (socket.error !== undefined || socket.isClosed) {
        this.#sockets.delete(address);
        const code = socket.error ?? 'ECONNABORTED';
        this.#problem = new ProgramError(code, `${socket.peer}: ${code}`);
        this.#machine.handleFailed(address, code, now);
      }
      if (this.#machine.winner !== undefined) return;
    }
    if (now >= this.#machine.pollTimeout()) this.#machine.handleTimeout(now);
  }

  #win(address: Ip): TcpSocket {
    const socket = this.#sockets.get(address)!;
    this.#sockets.delete(address);
    socket.onChange = undefined;
    return socket;
  }

  #drainCache(): void {
    const { cache } = this.#options;
    for (let event = cache?.pollEvent(); event; event = cache?.pollEvent()) this.#host.because(event);
  }

  #wake(): void {
    this.#isNews = true;
    this.#waker?.wake();
    this.#waker = undefined;
  }
}

/** The name that an HTTPS record in AliasMode points to; undefined when there is none (RFC 9460 §2.4.2). */
function aliasTarget(result: StubResult): string | undefined {
  for (const record of result.answers) {
    if (record.type !== TYPE.HTTPS || record.data.priority !== 0) continue;
    return record.data.target === '.' ? undefined : record.data.target;
  }
  return undefined;
}
