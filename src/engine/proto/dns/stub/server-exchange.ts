/**
 * One name, one or two types, asked of the configured servers in turn until one answers: what glibc's res_send does.
 *
 * A and AAAA leave from one port at once. Who gets only one of the two answers asks the same server again, one question
 * after the other, and then each from a port of its own, before it is content with the one. A server that fails,
 * refuses, does not know the operation, or sends an empty answer without having looked is passed over at once; so is
 * one of whom ICMP says that nobody listens. A truncated answer is asked for again over TCP, from the same server, and
 * from then on everything goes over TCP, to each server at most once; what comes over TCP counts, whatever it says.
 *
 * Waits as resolv.conf(5) has them: `timeout` for the first server, and for server i of n later ones
 * `timeout · 2^i / n` in whole seconds. RFC 5452 §9 (what an answer must repeat), RFC 7766 §4, §5 (TCP after truncation), §6.2.1 (two
 * questions on one connection have two IDs).
 *
 * Unlike glibc: every question has an ID and a port of its own, and over TCP the wait is limited as over UDP.
 */
import { formatIp, type Ip } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { formatDuration, type Nanoseconds, NEVER, SECOND } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { RCODE, rcodeName, typeName } from '../../../wire/dns/code.ts';
import { encodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, extendedRcode } from '../../../wire/dns/message.ts';
import { matchResponse } from '../match.ts';
import { DNS_PORT, EDNS_SIZE, makeQuery, messageId } from '../message.ts';
import type { DnsArrival, DnsFailure, DnsTransmit } from '../packet.ts';
import type { Pairing, ResolvConf } from './resolv-conf.ts';

/** What the machine lends to each of its exchanges. */
export interface ExchangeOwner {
  readonly random: Random;
  emit(kind: string, detail: Detail): MachineEvent;
  transmit(out: DnsTransmit): void;
  freePort(): number;
  freeExchange(): number;
}

export interface Reply {
  readonly type: number;
  readonly message: DnsMessage;
  /** Who answered. */
  readonly server: string;
}

/** Why no server gave an answer. */
export interface Exhausted {
  readonly kind: 'servfail' | 'failed' | 'no-server';
  readonly reason: string;
}

interface Question {
  readonly type: number;
  id: number;
  localPort: number;
  state: 'unsent' | 'asked' | 'answered' | 'rejected';
}

export class ServerExchange {
  readonly name: string;
  readonly startedAt: Nanoseconds;
  /** In the order in which they came. */
  replies: Reply[] = [];
  exhausted: Exhausted | undefined;
  isDone = false;
  sends = 0;
  deadline: Nanoseconds = NEVER;
  /** The connection in use. */
  exchange: number | undefined;
  readonly #owner: ExchangeOwner;
  readonly #conf: ResolvConf;
  readonly #servers: readonly Ip[];
  readonly #questions: Question[];
  #pairing: Pairing;
  #place = 0;
  #round = 0;
  #isTcp: boolean;
  #edns0: boolean;
  #sentAt: Nanoseconds = 0;
  /** Something came back from somebody, or nobody said that it could not: then the servers may be there. */
  #gotSomewhere = false;
  #firstRcode: number = RCODE.NOERROR;

  /** `servers` in the order to be asked, at least one. Sends at once. */
  constructor(
    owner: ExchangeOwner,
    name: string,
    types: readonly number[],
    conf: ResolvConf,
    servers: readonly Ip[],
    reason: string,
    now: Nanoseconds,
  ) {
    this.name = name;
    this.startedAt = now;
    this.#owner = owner;
    this.#conf = conf;
    this.#servers = servers;
    this.#pairing = conf.pairing;
    this.#isTcp = conf.useTcp;
    this.#edns0 = conf.edns0;
    this.#questions = types.map((type) => ({ type, id: 0, localPort: 0, state: 'unsent' }));
    this.#ask(reason, now);
  }

  get types(): string {
    return this.#questions.map(({ type }) => typeName(type)).join(', ');
  }

  /** UDP ports on which an answer is awaited. */
  ports(): number[] {
    if (this.isDone || this.#isTcp) return [];
    const ports = this.#questions.filter(({ state }) => state === 'asked').map(({ localPort }) => localPort);
    return [...new Set(ports)];
  }

  hear(arrival: DnsArrival, now: Nanoseconds): void {
    const waiting = this.#questions.filter(({ state }) => state === 'asked');
    const isWhole = arrival.bytes.length >= 12;
    const question = (isWhole && waiting.find(({ id }) => id === messageId(arrival.bytes))) || waiting[0];
    const server = this.#servers[this.#place]!;
    const expected = question && { server, id: question.id, name: this.name, type: question.type };
    const message = matchResponse(arrival, expected);
    if (!question || typeof message === 'string') {
      const reason = typeof message === 'string' ? message : '';
      this.#owner.emit('dns.stub.ignore', {
        from: formatIp(arrival.from),
        port: arrival.port,
        localPort: arrival.localPort,
        reason,
      });
      return;
    }
    this.#gotSomewhere = true;
    if (!this.#questions.some(({ state }) => state === 'answered' || state === 'rejected'))
      this.#firstRcode = message.rcode;
    if (this.#isTcp) this.#accept(question, message, now);
    else this.#weigh(question, message, now);
  }

  /** The network says that a question did not get there. */
  fail(failure: DnsFailure, now: Nanoseconds): void {
    const server = this.#servers[this.#place]!;
    if (this.isDone || failure.to !== server) return;
    this.#useless(this.types, `${formatIp(server)}: ${failure.reason}`, now);
  }

  expire(now: Nanoseconds): void {
    const server = formatIp(this.#servers[this.#place]!);
    const waited = now - this.#sentAt;
    const missing = this.#questions
      .filter(({ state }) => state === 'asked')
      .map(({ type }) => typeName(type));
    this.#owner.emit('dns.stub.timeout', { name: this.name, type: missing.join(', '), server, waited });
    const hasOne = this.#questions.some(({ state }) => state === 'answered');
    if (hasOne && !this.#isTcp) this.#separate(server, missing.join(', '), now);
    else {
      this.#gotSomewhere = true;
      this.#next(`${server} did not answer within ${formatDuration(waited)}`, now);
    }
  }

  /** One answer of two: some servers cannot do two questions from one port. */
  #separate(server: string, missing: string, now: Nanoseconds): void {
    if (this.#pairing === 'single-request-reopen') {
      this.#owner.emit('dns.stub.partial', {
        name: this.name,
        missing,
        server,
        reason: `${server} never answers for ${missing}; the other answer has to do`,
      });
      this.#finish();
      return;
    }
    const isFirst = this.#pairing === 'parallel';
    this.#pairing = isFirst ? 'single-request' : 'single-request-reopen';
    const how = isFirst ? 'one question after the other' : 'each question from a port of its own';
    this.#ask(`${server} answered one of two questions: once more, ${how}`, now);
  }

  /** A datagram with an answer: good, or a reason to go on. */
  #weigh(question: Question, message: DnsMessage, now: Nanoseconds): void {
    const server = formatIp(this.#servers[this.#place]!);
    const rcode = message.rcode;
    const type = typeName(question.type);
    if (this.#edns0 && rcode === RCODE.FORMERR) {
      this.#edns0 = false;
      this.#emitUseless(type, `${server} answered FORMERR: perhaps it does not know EDNS`);
      this.#ask('once more without EDNS', now);
      return;
    }
    if (rcode === RCODE.SERVFAIL || rcode === RCODE.NOTIMP || rcode === RCODE.REFUSED) {
      question.state = 'rejected';
      const reason = `${server} answered ${rcodeName(extendedRcode(message))}`;
      if (this.#questions.some(({ state }) => state === 'answered')) {
        this.#emitUseless(type, reason);
        this.#finish();
      } else if (this.#questions.some(({ state }) => state === 'asked')) this.#emitUseless(type, reason);
      else this.#useless(type, reason, now);
      return;
    }
    const isEmpty = message.answers.length === 0 && message.additionals.length === 0;
    if (rcode === RCODE.NOERROR && isEmpty && !message.authoritative && !message.recursionAvailable) {
      this.#useless(type, `${server} refers elsewhere and does not look itself`, now);
      return;
    }
    if (message.truncated) {
      this.#isTcp = true;
      this.#ask(`the answer of ${server} does not fit a datagram`, now);
      return;
    }
    this.#accept(question, message, now);
  }

  #accept(question: Question, message: DnsMessage, now: Nanoseconds): void {
    question.state = 'answered';
    const server = formatIp(this.#servers[this.#place]!);
    this.replies.push({ type: question.type, message, server });
    const rest = this.#questions.filter(({ state }) => state === 'asked' || state === 'unsent');
    if (rest.length === 0) {
      this.#finish();
      return;
    }
    const unsent = rest.find(({ state }) => state === 'unsent');
    if (!unsent) return;
    if (this.#pairing === 'single-request-reopen') unsent.localPort = this.#owner.freePort();
    this.#send(unsent, 'the first question is answered');
    this.deadline = now + this.#wait();
  }

  #useless(type: string, reason: string, now: Nanoseconds): void {
    this.#emitUseless(type, reason);
    this.#next(reason, now);
  }

  #emitUseless(type: string, reason: string): void {
    const server = formatIp(this.#servers[this.#place]!);
    this.#owner.emit('dns.stub.useless', { name: this.name, type, server, reason });
  }

  /** The next server, or the next round; over TCP there is only one. */
  #next(reason: string, now: Nanoseconds): void {
    this.#place += 1;
    if (this.#place === this.#servers.length) {
      this.#place = 0;
      this.#round += 1;
      if (this.#isTcp || this.#round >= this.#conf.attempts) {
        const servfail = this.#firstRcode === RCODE.SERVFAIL;
        const unheard = !this.#isTcp && !this.#gotSomewhere;
        const kind = servfail ? 'servfail' : unheard ? 'no-server' : 'failed';
        this.exhausted = { kind, reason };
        this.#finish();
        return;
      }
    }
    this.#ask(reason, now);
  }

  /** Asks the server in hand everything anew. */
  #ask(reason: string, now: Nanoseconds): void {
    this.replies = [];
    this.exchange = this.#isTcp ? this.#owner.freeExchange() : undefined;
    const isSerial = !this.#isTcp && this.#pairing !== 'parallel';
    for (const [i, question] of this.#questions.entries()) {
      question.id = this.#freshId(i);
      question.localPort = this.#isTcp ? 0 : i === 0 ? this.#owner.freePort() : this.#questions[0]!.localPort;
      question.state = 'unsent';
    }
    for (const [i, question] of this.#questions.entries())
      if (i === 0 || !isSerial) this.#send(question, reason);
    this.#sentAt = now;
    this.deadline = now + this.#wait();
  }

  /** An ID that the question before does not have: by it the answers are told apart. */
  #freshId(place: number): number {
    const id = this.#owner.random.below(0x1_0000);
    return place > 0 && this.#questions[place - 1]!.id === id ? id ^ 1 : id;
  }

  #send(question: Question, reason: string): void {
    question.state = 'asked';
    this.sends += 1;
    const to = this.#servers[this.#place]!;
    const { id, type, localPort } = question;
    const because = this.#owner.emit('dns.stub.ask', {
      name: this.name,
      type: typeName(type),
      server: formatIp(to),
      attempt: this.#round + 1,
      id,
      localPort,
      ...(this.#isTcp && { transport: 'tcp' }),
      reason,
    });
    this.#owner.transmit({
      transport: this.#isTcp ? 'tcp' : 'udp',
      to,
      port: DNS_PORT,
      localPort,
      ...(this.exchange !== undefined && { exchange: this.exchange }),
      bytes: encodeDns(makeQuery(id, this.name, type, true, this.#edns0 ? EDNS_SIZE : undefined)),
      because,
    });
  }

  #wait(): Nanoseconds {
    const { timeout } = this.#conf;
    if (this.#place === 0) return timeout;
    const seconds = Math.floor((timeout * (1 << this.#place)) / this.#servers.length / SECOND);
    return Math.max(1, seconds) * SECOND;
  }

  #finish(): void {
    this.isDone = true;
    this.deadline = NEVER;
    this.exchange = undefined;
  }
}
