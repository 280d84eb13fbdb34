/**
 * `host`: what a name server says of a name or an address, in sentences, as BIND 9.18 does it (host(1)). Without a type
 * it asks for A, AAAA and MX.
 *
 * Left out: -C (compare SOA records), -l (list a zone), interactive use.
 */
import { formatIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../base/units.ts';
import type { Task } from '../../sim/task.ts';
import { CLASS, parseClass, parseType, RCODE, rcodeName, TYPE, typeName } from '../../wire/dns/code.ts';
import { extendedRcode } from '../../wire/dns/message.ts';
import { type GivenFlag, readFlags } from '../flags.ts';
import type { Env, Family } from '../program.ts';
import { bareName, hostLine, readCode } from './bind-words.ts';
import { PLAIN_LINE } from './columns.ts';
import { DIG_VERSION } from './dig-options.ts';
import type { ServerAddress } from './exchange.ts';
import { type Answer, lookUp, type Outcome } from './lookup.ts';
import { resolvConfOf, serversFor } from './lookup-servers.ts';
import { headerLines, questionSection, recordSection } from './message-text.ts';
import { namesToTry } from './names-to-try.ts';
import { PLAIN_QUERY } from './query.ts';
import { reverseOf } from './reverse-name.ts';

const LETTERS = {
  a: 'alone',
  A: 'alone',
  c: 'value',
  C: 'alone',
  d: 'alone',
  D: 'alone',
  i: 'alone',
  l: 'alone',
  m: 'value',
  n: 'alone',
  N: 'value',
  p: 'value',
  r: 'alone',
  R: 'value',
  s: 'alone',
  t: 'value',
  T: 'alone',
  U: 'alone',
  v: 'alone',
  V: 'alone',
  w: 'alone',
  W: 'value',
  '4': 'alone',
  '6': 'alone',
} as const;

const USAGE = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
       -a is equivalent to -v -t ANY
       -A is like -a but omits RRSIG, NSEC, NSEC3
       -c specifies query class for non-IN data
       -C compares SOA records on authoritative nameservers
       -d is equivalent to -v
       -l lists all hosts in a domain, using AXFR
       -m set memory debugging flag (trace|record|usage)
       -N changes the number of dots allowed before root lookup is done
       -p specifies the port on the server to query
       -r disables recursive processing
       -R specifies number of retries for UDP packets
       -s a SERVFAIL response should stop query
       -t specifies the query type
       -T enables TCP/IP mode
       -U enables UDP mode
       -v enables verbose output
       -V print version number and exit
       -w specifies to wait forever for a reply
       -W specifies how long to wait for a reply
       -4 use IPv4 query transport only
       -6 use IPv6 query transport only
`;

interface HostOptions {
  type: number | undefined;
  class: number;
  isVerbose: boolean;
  isRecursive: boolean;
  isTcp: boolean;
  tries: number;
  timeout: Nanoseconds;
  port: number;
  family: Family | undefined;
  ndots: number | undefined;
}

/** -w waits for ever: nobody here waits longer. */
const FOR_EVER = 86_400 * SECOND;

export function* host(env: Env): Task<number> {
  const { flags, words, fault } = readFlags(env.args, { letters: LETTERS });
  if (fault) {
    const what = fault.what === 'no value' ? 'option requires an argument' : 'illegal option';
    env.err(`host: ${what} -- ${fault.typed.replace(/^-+/, '')}\n${USAGE}`);
    return 1;
  }
  if (flags.some(({ letter }) => letter === 'V')) {
    env.err(`host ${DIG_VERSION}\n`);
    return 0;
  }
  const options = readOptions(env, flags);
  if (typeof options === 'number') return options;
  const [name, server] = words.map(({ text }) => text);
  if (name === undefined) {
    env.err(USAGE);
    return 1;
  }
  const servers = yield* serversFor(env, server, options.port, options.family);
  if (typeof servers === 'number') return servers;
  return yield* new Asking(env, options, servers, server).run(name);
}

function readOptions(env: Env, flags: readonly GivenFlag[]): HostOptions | number {
  const options: HostOptions = {
    type: undefined,
    class: CLASS.IN,
    isVerbose: false,
    isRecursive: true,
    isTcp: false,
    tries: 2,
    timeout: 5 * SECOND,
    port: 53,
    family: undefined,
    ndots: undefined,
  };
  for (const { letter, value } of flags) {
    if (letter === 'C' || letter === 'l') {
      env.err(`host: -${letter} is not available in this terminal\n`);
      return 1;
    }
    const fault = setOption(options, letter, value);
    if (fault === undefined) continue;
    env.err(`host: ${fault}\n\n`);
    return 2;
  }
  return options;
}

/** What is wrong with the value. */
function setOption(options: HostOptions, letter: string, value: string): string | undefined {
  const count = Math.max(1, Number.parseInt(value, 10) || 0);
  switch (letter) {
    case 'a':
    case 'A':
      options.type = TYPE.ANY;
      options.isVerbose = true;
      break;
    case 'd':
    case 'v':
      options.isVerbose = true;
      break;
    case 't':
      options.type = readCode(parseType, value);
      return options.type === undefined ? `invalid type: ${value}` : undefined;
    case 'c':
      options.class = readCode(parseClass, value) ?? -1;
      return options.class < 0 ? `invalid class: ${value}` : undefined;
    case 'r':
      options.isRecursive = false;
      break;
    case 'T':
    case 'U':
      options.isTcp = letter === 'T';
      break;
    case 'R':
      options.tries = count + 1;
      break;
    case 'W':
      options.timeout = count * SECOND;
      break;
    case 'w':
      options.timeout = FOR_EVER;
      break;
    case 'p':
      options.port = count;
      break;
    case 'N':
      options.ndots = count;
      break;
    case '4':
    case '6':
      options.family = letter === '4' ? 4 : 6;
      break;
  }
  return undefined;
}

class Asking {
  readonly #env: Env;
  readonly #options: HostOptions;
  readonly #servers: readonly ServerAddress[];
  /** Said once, when the user chose the server. */
  #mentions: string | undefined;
  #status = 0;

  constructor(env: Env, options: HostOptions, servers: readonly ServerAddress[], given: string | undefined) {
    this.#env = env;
    this.#options = options;
    this.#servers = servers;
    this.#mentions = given;
  }

  *run(typed: string): Task<number> {
    const { type } = this.#options;
    const isAddress = isIP(typed) !== 0;
    const name = isAddress ? reverseOf(typed) : typed;
    // BIND leaves the last dot of an IPv6 address's name away
    const called = isIP(typed) === 6 ? bareName(name) : name;
    const first = yield* this.#ask(name, called, type ?? (isAddress ? TYPE.PTR : TYPE.A), !isAddress);
    if (first === undefined || type !== undefined || isAddress) return this.#status;
    for (const next of [TYPE.AAAA, TYPE.MX]) yield* this.#ask(first, bareName(first), next, false);
    return this.#status;
  }

  /** The name at the end of the aliases; undefined when there is no answer. */
  *#ask(name: string, called: string, type: number, searches: boolean): Task<string | undefined> {
    const { ndots, search } = resolvConfOf(this.#env);
    const rules = { isUsed: searches, ndots: this.#options.ndots ?? ndots, search };
    const names = namesToTry(name, rules);
    if (typeof names === 'string') {
      this.#env.err(`host: '${name}' is not a legal name (${names})\n`);
      this.#status = 1;
      return undefined;
    }
    const outcome = yield* this.#lookUp(names, type);
    if (outcome.what !== 'answer') {
      this.#status = 1;
      return undefined;
    }
    const { answer } = outcome;
    const isFound = this.#print(answer, called, type);
    if (this.#options.isVerbose) {
      const tail = this.#journey(answer);
      // when the name as it is was tried first and is all there is, BIND says so twice
      const isTwice =
        !isFound && searches && dotsOf(name) >= rules.ndots && rcodeOf(answer) === RCODE.NXDOMAIN;
      this.#env.out(isTwice ? tail + tail : tail);
    }
    return isFound ? endOfAliases(answer) : undefined;
  }

  #lookUp(names: readonly string[], type: number): Task<Outcome> {
    const { isRecursive, isTcp, tries, timeout, isVerbose } = this.#options;
    const plan = {
      names,
      query: { ...PLAIN_QUERY, type, class: this.#options.class, recursionDesired: isRecursive },
      servers: this.#servers,
      isTcp: isTcp || type === TYPE.ANY,
      tries,
      timeout,
      ignoresTruncation: false,
      stopsAtServfail: true,
      isTolerant: false,
      cookie: undefined,
      retriesBadCookie: false,
      negotiatesEdns: false,
      showsSearch: false,
      id: undefined,
    };
    return lookUp(this.#env, plan, {
      tellsOfTruncation: false,
      note: (text) => this.#env.out(`${text}\n`),
      sending: (_, name) => {
        if (isVerbose) this.#env.out(`Trying "${bareName(name)}"\n`);
      },
    });
  }

  /** False when the answer is that there is none. */
  #print(answer: Answer, called: string, type: number): boolean {
    this.#mentionServer(answer.server);
    const { message } = answer.reply;
    const rcode = rcodeOf(answer);
    if (rcode !== RCODE.NOERROR) {
      this.#env.out(`Host ${called} not found: ${rcode}(${rcodeName(rcode)})\n`);
      this.#status = 1;
      return false;
    }
    if (this.#options.isVerbose) this.#printWhole(answer);
    else {
      for (const record of message.answers) this.#env.out(hostLine(record));
      if (message.answers.length === 0 && this.#options.type !== undefined)
        this.#env.out(`${called.replace(/\.$/, '')} has no ${typeName(type)} record\n`);
    }
    return true;
  }

  #printWhole({ reply }: Answer): void {
    const { questions, answers, authorities, additionals } = reply.message;
    this.#env.out(
      `${headerLines(reply)}\n${questionSection(questions, PLAIN_LINE, true)}${recordSection('ANSWER', answers, PLAIN_LINE, true)}${recordSection('AUTHORITY', authorities, PLAIN_LINE, true)}${recordSection('ADDITIONAL', additionals, PLAIN_LINE, true)}`,
    );
  }

  #mentionServer({ address, port }: ServerAddress): void {
    if (this.#mentions === undefined) return;
    this.#env.out(
      `Using domain server:\nName: ${this.#mentions}\nAddress: ${formatIp(address)}#${port}\nAliases: \n\n`,
    );
    this.#mentions = undefined;
  }

  #journey({ reply, server, took }: Answer): string {
    const at = `${formatIp(server.address)}#${server.port}`;
    return `Received ${reply.bytes.length} bytes from ${at} in ${Math.floor(took / MILLISECOND)} ms\n`;
  }
}

function rcodeOf({ reply }: Answer): number {
  return extendedRcode(reply.message);
}

function dotsOf(name: string): number {
  return name.split('.').length - 1;
}

/** Where the aliases of an answer lead, in their order. */
export function endOfAliases({ reply, name }: Answer): string {
  let end = name;
  for (const record of reply.message.answers)
    if (record.type === TYPE.CNAME && record.name.toLowerCase() === end.toLowerCase()) end = record.data;
  return end;
}
