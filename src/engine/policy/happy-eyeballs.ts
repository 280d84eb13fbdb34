/**
 * Which address of a server to connect to, and when to try the next one: Happy Eyeballs version 2 (RFC 8305), as a
 * machine that is told what was resolved and how attempts went, and says what to begin and what to give up.
 *
 * §3 (an answer with IPv4 alone waits the Resolution Delay for IPv6), §4 (sorting, then the families in turn, First
 * Address Family Count), §5 (one attempt after the other, the Connection Attempt Delay apart; the first that succeeds
 * ends all others), §6 (addresses that come late join those not yet tried). §8 has the numbers.
 *
 * `one-by-one` is what programs did before, and what a loop over getaddrinfo(3) still does: all answers first, then one
 * address until it has failed for good, then the next.
 *
 * Not here: a history of round-trip times (§4), answers that are taken back (§6), NAT64 (§7).
 */
import { Misuse } from '../base/errors.ts';
import { type Family, familyOf, formatIp, type Ip } from '../base/ip.ts';
import { formatDuration, MILLISECOND, type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import type { Detail, MachineEvent } from '../trace/event.ts';

export interface EyeballsOptions {
  /** What was asked for; the preferred family first. */
  readonly families: readonly Family[];
  /** Destination address selection (RFC 6724 §6); it keeps the order of equals. */
  readonly order: (addresses: readonly Ip[]) => readonly Ip[];
  readonly mode?: 'race' | 'one-by-one';
  /** RFC 8305 §3: 50 ms recommended. */
  readonly resolutionDelay?: Nanoseconds;
  /** §5: 250 ms recommended, at least 10 ms; more than 2 s is taken as 2 s. */
  readonly attemptDelay?: Nanoseconds;
  /** §4: addresses of the first family before the other one has its turn. */
  readonly firstFamilyCount?: number;
}

/** What to do now. */
export interface EyeballsAction {
  readonly kind: 'connect' | 'cancel';
  readonly address: Ip;
  readonly because: MachineEvent;
}

export const RESOLUTION_DELAY: Nanoseconds = 50 * MILLISECOND;
export const CONNECTION_ATTEMPT_DELAY: Nanoseconds = 250 * MILLISECOND;
/** No attempt begins sooner after the one before (RFC 8305 §5). */
export const LEAST_ATTEMPT_DELAY: Nanoseconds = 10 * MILLISECOND;
const MOST_ATTEMPT_DELAY: Nanoseconds = 2 * SECOND;
/** Addresses that are tried for one connection. */
const MAX_ADDRESSES = 64;

export class HappyEyeballs {
  /** The address that was connected to. */
  winner: Ip | undefined;
  /** Why there will be no connection: the code of the last thing that failed. */
  problem: string | undefined;
  readonly #options: Required<EyeballsOptions>;
  readonly #awaited: Set<Family>;
  #phase: 'resolving' | 'delaying' | 'connecting' | 'over' = 'resolving';
  /** Not yet tried, in the order in which they will be. */
  #queue: Ip[] = [];
  readonly #inFlight = new Set<Ip>();
  readonly #known = new Set<Ip>();
  readonly #tried = new Set<Ip>();
  #lastProblem = 'ENOTFOUND';
  #attempts = 0;
  #lastAttemptAt: Nanoseconds = 0;
  #deadline: Nanoseconds = NEVER;
  #events: MachineEvent[] = [];
  #actions: EyeballsAction[] = [];

  constructor(options: EyeballsOptions) {
    const delay = options.attemptDelay ?? CONNECTION_ATTEMPT_DELAY;
    if (delay < LEAST_ATTEMPT_DELAY) throw new Misuse('attempts are at least 10 ms apart (RFC 8305 §5)');
    if (options.families.length === 0) throw new Misuse('no family is asked for');
    this.#options = {
      mode: 'race',
      resolutionDelay: RESOLUTION_DELAY,
      firstFamilyCount: 1,
      ...options,
      attemptDelay: Math.min(delay, MOST_ATTEMPT_DELAY),
    };
    this.#awaited = new Set(options.families);
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** The resolver is done with one family: its addresses, or none and the code of why. */
  handleAnswer(
    family: Family,
    addresses: readonly Ip[],
    problem: string | undefined,
    now: Nanoseconds,
  ): void {
    this.#awaited.delete(family);
    if (this.#phase === 'over') return;
    if (problem !== undefined && !(this.#known.size > 0)) this.#noteProblem(problem);
    const news = addresses
      .filter((address) => !this.#known.has(address))
      .slice(0, MAX_ADDRESSES - this.#known.size);
    for (const address of news) this.#known.add(address);
    this.#queue.push(...news);
    if (this.#phase === 'connecting') this.#join(family, news, now);
    else this.#resolve(family, now);
  }

  handleConnected(address: Ip, now: Nanoseconds): void {
    if (!this.#inFlight.delete(address) || this.#phase === 'over') return;
    this.winner = address;
    const others = [...this.#inFlight];
    const event = this.#emit('eyeballs.win', {
      address: formatIp(address),
      attempts: this.#attempts,
      cancelled: others.map(formatIp).join(', '),
      untried: this.#queue.map(formatIp).join(', '),
      took: now - this.#lastAttemptAt,
      reason:
        others.length > 0 ? 'it was the first to answer; the other attempts are given up' : 'it answered',
    });
    this.#end();
    for (const other of others) this.#actions.push({ kind: 'cancel', address: other, because: event });
  }

  handleFailed(address: Ip, problem: string, now: Nanoseconds): void {
    if (!this.#inFlight.delete(address) || this.#phase === 'over') return;
    this.#lastProblem = problem;
    this.#emit('eyeballs.failed', { address: formatIp(address), code: problem });
    const soonest = Math.max(now, this.#lastAttemptAt + LEAST_ATTEMPT_DELAY);
    if (this.#queue.length > 0) {
      if (this.#options.mode === 'one-by-one' && this.#inFlight.size > 0) return;
      if (soonest > now) this.#deadline = Math.min(this.#deadline, soonest);
      else this.#attempt(`${formatIp(address)} failed: ${problem}`, now);
    } else this.#giveUpIfDone();
  }

  handleTimeout(now: Nanoseconds): void {
    if (now < this.#deadline) return;
    this.#deadline = NEVER;
    if (this.#phase === 'delaying') {
      const { families, resolutionDelay } = this.#options;
      this.#start(`IPv${families[0]} did not come within ${formatDuration(resolutionDelay)}`, now);
    } else if (this.#phase === 'connecting' && this.#queue.length > 0) {
      const waited = formatDuration(now - this.#lastAttemptAt);
      const reason =
        this.#inFlight.size > 0
          ? `no answer within ${waited}; the attempts before go on`
          : 'the last attempt failed';
      this.#attempt(reason, now);
    }
  }

  pollEvent(): MachineEvent | undefined {
    return this.#events.shift();
  }

  pollAction(): EyeballsAction | undefined {
    return this.#actions.shift();
  }

  pollTimeout(): Nanoseconds {
    return this.#deadline;
  }

  /** Before the first attempt: enough is known, a while is waited, or there is nothing. */
  #resolve(family: Family, now: Nanoseconds): void {
    const { families, mode, resolutionDelay } = this.#options;
    const [preferred] = families;
    if (this.#awaited.size === 0) {
      if (this.#queue.length === 0) this.#giveUpIfDone();
      else
        this.#start(
          families.length > 1 ? 'the answers for both families are there' : 'the answer is there',
          now,
        );
    } else if (mode === 'race' && this.#queue.length > 0 && this.#phase === 'resolving') {
      if (family === preferred) this.#start(`IPv${family} is preferred, and its addresses are there`, now);
      else {
        this.#phase = 'delaying';
        this.#deadline = now + resolutionDelay;
        this.#emit('eyeballs.wait', {
          until: this.#deadline,
          reason: `IPv${preferred} is preferred, and its answer is still missing`,
        });
      }
    }
  }

  #start(reason: string, now: Nanoseconds): void {
    this.#phase = 'connecting';
    this.#sort(reason);
    this.#attempt('it is first in the list', now);
  }

  /** Addresses that came while attempts are under way. */
  #join(family: Family, news: readonly Ip[], now: Nanoseconds): void {
    if (news.length > 0) this.#sort(`addresses of IPv${family} came late`);
    if (this.#queue.length === 0) this.#giveUpIfDone();
    else if (this.#inFlight.size === 0) {
      const soonest = this.#lastAttemptAt + LEAST_ATTEMPT_DELAY;
      if (soonest > now) this.#deadline = soonest;
      else this.#attempt('nothing else is being tried', now);
    } else if (this.#options.mode === 'race')
      this.#deadline = Math.max(now, this.#lastAttemptAt + this.#options.attemptDelay);
  }

  /** Orders everything that is known, and leaves out what was tried: so a family that comes late has its turn at once. */
  #sort(reason: string): void {
    const { order, mode, firstFamilyCount } = this.#options;
    const sorted = order([...this.#known]);
    const list = mode === 'race' ? interleave(sorted, firstFamilyCount) : sorted;
    this.#queue = list.filter((address) => !this.#tried.has(address));
    if (this.#known.size > 1)
      this.#emit('eyeballs.order', { addresses: this.#queue.map(formatIp).join(', '), reason });
  }

  #attempt(reason: string, now: Nanoseconds): void {
    const address = this.#queue.shift()!;
    this.#attempts += 1;
    this.#lastAttemptAt = now;
    this.#inFlight.add(address);
    this.#tried.add(address);
    const because = this.#emit('eyeballs.attempt', {
      address: formatIp(address),
      attempt: this.#attempts,
      reason,
    });
    this.#actions.push({ kind: 'connect', address, because });
    const isRace = this.#options.mode === 'race' && this.#queue.length > 0;
    this.#deadline = isRace ? now + this.#options.attemptDelay : NEVER;
  }

  #giveUpIfDone(): void {
    if (this.#inFlight.size > 0 || this.#queue.length > 0 || this.#awaited.size > 0) return;
    this.problem = this.#lastProblem;
    this.#emit('eyeballs.fail', { attempts: this.#attempts, code: this.problem });
    this.#end();
  }

  /** Of two families without addresses: a failure that may pass says more than that there is nothing. */
  #noteProblem(problem: string): void {
    const isFirst = this.#awaited.size === this.#options.families.length - 1;
    if (isFirst || problem === 'EAI_AGAIN') this.#lastProblem = problem;
  }

  #end(): void {
    this.#phase = 'over';
    this.#deadline = NEVER;
    this.#inFlight.clear();
    this.#queue = [];
  }

  #emit(kind: string, detail: Detail): MachineEvent {
    const event = { kind, detail };
    this.#events.push(event);
    return event;
  }
}

/**
 * The families in turn (RFC 8305 §4): `first` addresses of the family that leads, then one of each. What is left of one
 * family follows at the end.
 */
export function interleave(sorted: readonly Ip[], first: number): Ip[] {
  const [lead] = sorted;
  if (lead === undefined) return [];
  const mine = sorted.filter((address) => familyOf(address) === familyOf(lead));
  const others = sorted.filter((address) => familyOf(address) !== familyOf(lead));
  const list = mine.splice(0, first);
  while (mine.length > 0 && others.length > 0) list.push(others.shift()!, mine.shift()!);
  return [...list, ...others, ...mine];
}
