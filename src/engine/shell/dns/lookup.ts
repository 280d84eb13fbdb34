/**
 * A lookup as BIND's tools do it: servers in turn, each asked several times, a search list, the change to TCP, cookies,
 * and remarks on what goes wrong. dig, host and nslookup differ in their defaults and in what they print.
 *
 * A server is asked again until its tries are used up; the servers after it get one try each. A datagram that does not
 * answer the question is told of and passed over.
 */
import { type Bytes, equalBytes, readU16 } from '../../base/bytes.ts';
import { formatIp } from '../../base/ip.ts';
import type { Nanoseconds } from '../../base/units.ts';
import { sameQuestion } from '../../proto/dns/message.ts';
import type { Task } from '../../sim/task.ts';
import { className, OPTION, RCODE, typeName } from '../../wire/dns/code.ts';
import { type DnsMessage, ednsOf, extendedRcode } from '../../wire/dns/message.ts';
import type { Env } from '../program.ts';
import { type Exchange, openTcp, openUdp, type ServerAddress } from './exchange.ts';
import type { CookieVerdict } from './opt-text.ts';
import { type QuerySettings, queryBytes } from './query.ts';
import { dumpText, type Reply, readReply } from './reply.ts';

export interface LookupPlan {
  /** Absolute names, in the order in which they are tried: the next one when a name does not exist. */
  readonly names: readonly string[];
  readonly query: QuerySettings;
  readonly servers: readonly ServerAddress[];
  readonly isTcp: boolean;
  readonly tries: number;
  readonly timeout: Nanoseconds;
  /** Takes a truncated response as it is. */
  readonly ignoresTruncation: boolean;
  /** SERVFAIL is an answer, not a reason to ask the next server. */
  readonly stopsAtServfail: boolean;
  /** Reads damaged messages as far as it can. */
  readonly isTolerant: boolean;
  /** A cookie to send: eight bytes of its own, perhaps more of the server's. */
  readonly cookie: Bytes | undefined;
  readonly retriesBadCookie: boolean;
  readonly negotiatesEdns: boolean;
  readonly showsSearch: boolean;
  readonly id: number | undefined;
}

export interface Answer {
  readonly reply: Reply;
  readonly server: ServerAddress;
  readonly isTcp: boolean;
  readonly took: Nanoseconds;
  readonly verdict: CookieVerdict | undefined;
  readonly hadEdns: boolean;
  /** The name that was asked, and whether it is the last of the plan. */
  readonly name: string;
  readonly isLast: boolean;
}

export interface LookupHooks {
  /** A query was made; `Trying`, `;; Sending`. */
  sending?(query: Reply, name: string): void;
  /** A remark of one line. */
  note(text: string): void;
  /** False keeps back that TCP comes next. */
  readonly tellsOfTruncation: boolean;
  /** Comes before `;; no servers could be reached`. */
  giveUp?(): void;
}

export type Outcome =
  | { readonly what: 'answer'; readonly answer: Answer }
  | { readonly what: 'no servers' }
  | { readonly what: 'bad packet' };

/** `shown` is called for answers that are printed although the search goes on. */
export function* lookUp(
  env: Env,
  plan: LookupPlan,
  hooks: LookupHooks,
  shown: (answer: Answer) => void = () => {},
): Task<Outcome> {
  let outcome: Outcome = { what: 'no servers' };
  for (const [i, name] of plan.names.entries()) {
    const isLast = i === plan.names.length - 1;
    outcome = yield* new Lookup(env, plan, hooks, name, isLast).run();
    if (outcome.what !== 'answer') break;
    if (isLast || extendedRcode(outcome.answer.reply.message) !== RCODE.NXDOMAIN) break;
    if (plan.showsSearch) shown(outcome.answer);
  }
  return outcome;
}

/** Changes of transport, of cookie and of EDNS version in one lookup; each happens once at most. */
const MAX_RESTARTS = 8;

class Lookup {
  readonly #env: Env;
  readonly #plan: LookupPlan;
  readonly #hooks: LookupHooks;
  readonly #name: string;
  readonly #isLast: boolean;
  #query: QuerySettings;
  #isTcp: boolean;
  #cookie: Bytes | undefined;
  #hasBadCookie = false;
  #tries: number;

  constructor(env: Env, plan: LookupPlan, hooks: LookupHooks, name: string, isLast: boolean) {
    this.#env = env;
    this.#plan = plan;
    this.#hooks = hooks;
    this.#name = name;
    this.#isLast = isLast;
    this.#query = plan.query;
    this.#isTcp = plan.isTcp;
    this.#cookie = plan.cookie;
    this.#tries = plan.tries;
  }

  *run(): Task<Outcome> {
    const { servers } = this.#plan;
    let isTold = false;
    for (let restarts = 0; restarts < MAX_RESTARTS + this.#plan.tries; restarts++) {
      const { bytes, id } = this.#make();
      for (let at = 0; at < servers.length; ) {
        const server = servers[at]!;
        const result = yield* this.#ask(server, bytes, id, at === servers.length - 1);
        if (result.what === 'again') break;
        if (result.what !== 'next') return result;
        isTold = result.isTold;
        if (this.#tries > 1) {
          this.#tries -= 1;
          if (!result.isNewStart) continue;
          this.#hooks.note(';; no servers could be reached');
          break;
        }
        at += 1;
        if (at < servers.length) continue;
        if (!isTold) this.#hooks.giveUp?.();
        this.#hooks.note(';; no servers could be reached');
        return { what: 'no servers' };
      }
    }
    return { what: 'no servers' };
  }

  #make(): { readonly bytes: Bytes; readonly id: number } {
    const { host } = this.#env;
    const id = this.#plan.id ?? host.world.random(`${host.name}/dig`).below(65_536);
    const bytes = queryBytes(id, this.#name, this.#query, this.#query.edns ? this.#cookie : undefined);
    this.#hooks.sending?.(readReply(bytes)!, this.#name);
    return { bytes, id };
  }

  *#ask(server: ServerAddress, bytes: Bytes, id: number, isLastServer: boolean): Task<Step> {
    const { host } = this.#env;
    const { timeout } = this.#plan;
    const exchange: Exchange = this.#isTcp ? openTcp(host, server, bytes) : openUdp(host, server, bytes);
    let isConnected = false;
    let until = host.world.now + timeout;
    try {
      for (;;) {
        const heard = yield* exchange.next(until);
        if (this.#isTcp && !isConnected && exchange.sentAt > until - timeout) {
          // the time to connect is not counted against the answer
          isConnected = true;
          until = exchange.sentAt + timeout;
          if (heard.what === 'timed out' && host.world.now < until) continue;
        }
        if (heard.what === 'no way') return this.#noWay(server, heard.reason);
        if (heard.what !== 'message') {
          const reason = heard.what === 'failed' ? heard.reason : 'timed out';
          this.#hooks.note(`;; communications error to ${endpoint(server)}: ${reason}`);
          return { what: 'next', isNewStart: false, isTold: false };
        }
        const step = this.#read(heard.bytes, id, server, heard.at - exchange.sentAt, isLastServer);
        if (step) return step;
      }
    } finally {
      exchange.close();
    }
  }

  #noWay(server: ServerAddress, reason: string): Step {
    const what = this.#isTcp ? 'Connection to' : 'UDP setup with';
    const name = this.#name === '.' ? '.' : this.#name.slice(0, -1);
    this.#hooks.note(`;; ${what} ${endpoint(server)}(${server.name}) for ${name} failed: ${reason}.`);
    return { what: 'next', isNewStart: true, isTold: true };
  }

  /** Undefined when the message is none to wait for. */
  #read(
    bytes: Bytes,
    id: number,
    server: ServerAddress,
    took: Nanoseconds,
    isLastServer: boolean,
  ): Step | undefined {
    const { note } = this.#hooks;
    if (bytes.length < 12) {
      note(';; Warning: short (< header size) message received');
      return undefined;
    }
    if (readU16(bytes, 0) !== id) {
      note(`;; Warning: ID mismatch: expected ID ${id}, got ${readU16(bytes, 0)}`);
      return undefined;
    }
    if ((bytes[2]! & 0x80) === 0) note(';; Warning: query response not set');
    const reply = readReply(bytes);
    if (!reply || (reply.fault !== undefined && !this.#plan.isTolerant)) {
      note(`;; Got bad packet: ${reply?.fault ?? 'FORMERR'}\n${dumpText(bytes).trimEnd()}`);
      return { what: 'bad packet' };
    }
    if (reply.fault !== undefined) note(';; Warning: Message parser reports malformed message packet.');
    return this.#judge(reply, server, took, isLastServer);
  }

  #judge(reply: Reply, server: ServerAddress, took: Nanoseconds, isLastServer: boolean): Step | undefined {
    const { message } = reply;
    const { note } = this.#hooks;
    const foreign = this.#foreignQuestion(message);
    if (foreign) {
      note(`;; ;; Question section mismatch: got ${foreign}`);
      return undefined;
    }
    const sent = this.#query.edns ? this.#cookie : undefined;
    const verdict = sent && this.#checkCookie(message, sent);
    const restart = this.#restart(message);
    if (restart !== undefined) {
      if (restart !== '') note(restart);
      return { what: 'again' };
    }
    if (message.rcode === RCODE.SERVFAIL && !this.#plan.stopsAtServfail) {
      if (!isLastServer) {
        note(`;; Got SERVFAIL reply from ${formatIp(server.address)}, trying next server`);
        this.#tries = 1;
        return { what: 'next', isNewStart: false, isTold: true };
      }
      note(`;; Got SERVFAIL reply from ${formatIp(server.address)}`);
    }
    const hadEdns = this.#query.edns !== undefined;
    const [isTcp, name, isLast] = [this.#isTcp, this.#name, this.#isLast];
    return { what: 'answer', answer: { reply, server, isTcp, took, verdict, hadEdns, name, isLast } };
  }

  /** Why the question has to be asked anew: a remark, empty when it is kept back. */
  #restart(message: DnsMessage): string | undefined {
    const { edns } = this.#query;
    const rcode = extendedRcode(message);
    const { negotiatesEdns, retriesBadCookie, ignoresTruncation } = this.#plan;
    if (rcode === RCODE.BADVERS && edns && negotiatesEdns) {
      const version = ednsOf(message)?.version ?? 0;
      if (version < edns.version) {
        this.#query = { ...this.#query, edns: { ...edns, version } };
        return `;; BADVERS, retrying with EDNS version ${version}.`;
      }
    }
    if (rcode === RCODE.BADCOOKIE && this.#cookie && edns && retriesBadCookie && !this.#isTcp) {
      this.#isTcp = this.#hasBadCookie;
      this.#hasBadCookie = true;
      return `;; BADCOOKIE, retrying${this.#isTcp ? ' in TCP mode' : ''}.`;
    }
    if (message.truncated && !ignoresTruncation && !this.#isTcp) {
      this.#isTcp = true;
      return this.#hooks.tellsOfTruncation ? ';; Truncated, retrying in TCP mode.' : '';
    }
    return undefined;
  }

  /** `x.test/A/IN` of a question that was not ours. */
  #foreignQuestion({ questions }: DnsMessage): string | undefined {
    const asked = { name: this.#name, type: this.#query.type, class: this.#query.class };
    const foreign = questions.find((question) => !sameQuestion(question, asked));
    if (!foreign) return undefined;
    const name = foreign.name === '.' ? '.' : foreign.name.slice(0, -1);
    return `${name}/${typeName(foreign.type)}/${className(foreign.class)}`;
  }

  #checkCookie(message: DnsMessage, sent: Bytes): CookieVerdict | undefined {
    const got = ednsOf(message)?.options.find(({ code }) => code === OPTION.COOKIE)?.data;
    if (!got || got.length < 8) return undefined;
    if (equalBytes(got, sent)) return got.length === 8 ? 'echoed' : 'good';
    if (!equalBytes(got.subarray(0, 8), sent.subarray(0, 8))) {
      this.#hooks.note(';; Warning: Client COOKIE mismatch');
      return 'bad';
    }
    this.#cookie = got;
    return 'good';
  }
}

type Step =
  | Outcome
  /** The next try; a new start is told of and makes a new query. */
  | { readonly what: 'next'; readonly isNewStart: boolean; readonly isTold: boolean }
  | { readonly what: 'again' };

function endpoint({ address, port }: ServerAddress): string {
  return `${formatIp(address)}#${port}`;
}
