/**
 * `nslookup`: what a name server says of a name or an address, as BIND 9.18 does it (nslookup(1)); one question in the
 * command line. Without a type it asks for A and AAAA.
 *
 * Left out: interactive use, -all, -d2, lists of zones.
 */
import { formatIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';
import { SECOND } from '../../base/units.ts';
import type { Task } from '../../sim/task.ts';
import {
  CLASS,
  className,
  parseClass,
  parseType,
  RCODE,
  rcodeName,
  TYPE,
  typeName,
} from '../../wire/dns/code.ts';
import { type DnsRecord, extendedRcode } from '../../wire/dns/message.ts';
import type { Env } from '../program.ts';
import { bareName, nslookupData, readCode } from './bind-words.ts';
import { readNumber } from './dig-flags.ts';
import { DIG_VERSION } from './dig-options.ts';
import type { ServerAddress } from './exchange.ts';
import { endOfAliases } from './host.ts';
import { type Answer, lookUp, type Outcome } from './lookup.ts';
import { resolvConfOf, serversFor } from './lookup-servers.ts';
import { namesToTry } from './names-to-try.ts';
import { PLAIN_QUERY } from './query.ts';
import { PLAIN_DATA, styledData } from './rdata-style.ts';
import { reverseOf } from './reverse-name.ts';

interface Options {
  type: number | undefined;
  class: number;
  isDebug: boolean;
  isRecursive: boolean;
  isTcp: boolean;
  searches: boolean;
  domain: string | undefined;
  tries: number;
  /** Seconds. */
  timeout: number;
  port: number;
  stopsAtServfail: boolean;
}

const USAGE = `Usage:
   nslookup [-opt ...]             # interactive mode using default server
   nslookup [-opt ...] - server    # interactive mode using 'server'
   nslookup [-opt ...] host        # just look up 'host' using default server
   nslookup [-opt ...] host server # just look up 'host' using 'server'
`;

export function* nslookup(env: Env): Task<number> {
  const options: Options = {
    type: undefined,
    class: CLASS.IN,
    isDebug: false,
    isRecursive: true,
    isTcp: false,
    searches: true,
    domain: undefined,
    tries: 3,
    timeout: 5,
    port: 53,
    stopsAtServfail: false,
  };
  const words: string[] = [];
  for (const arg of env.args) {
    if (arg === '-version') {
      env.err(`nslookup ${DIG_VERSION}\n`);
      return 0;
    }
    if (arg.startsWith('-') && arg.length > 1) setOption(env, options, arg.slice(1));
    else words.push(arg);
  }
  const [name, server] = words;
  if (words.length > 2) {
    env.err(USAGE);
    return 1;
  }
  if (name === undefined || name === '-') {
    env.err('nslookup: interactive use is not available in this terminal\n');
    return 1;
  }
  const servers = yield* serversFor(env, server, options.port, undefined);
  if (typeof servers === 'number') return servers;
  return yield* new Asking(env, options, servers).run(name);
}

function setOption(env: Env, options: Options, text: string): void {
  const [name, value = ''] = text.split('=', 2) as [string, string?];
  const number = (what: string, set: (value: number) => void): void => {
    const read = readNumber(what, value, 0xffff);
    if (typeof read === 'number') set(read);
    else env.out(read.out ?? '');
  };
  switch (name) {
    case 'type':
    case 'ty':
    case 'querytype':
    case 'query':
    case 'qu':
    case 'q':
      options.type = readCode(parseType, value);
      if (options.type === undefined) env.out(`unknown query type: ${value}\n`);
      return;
    case 'class':
    case 'cl': {
      const code = readCode(parseClass, value);
      if (code === undefined) env.out(`unknown query class: ${value}\n`);
      else options.class = code;
      return;
    }
    case 'domain':
    case 'do':
      options.domain = value;
      return;
    case 'timeout':
    case 'ti':
      number('timeout', (seconds) => (options.timeout = Math.max(1, seconds)));
      return;
    case 'retry':
    case 'ret':
      number('tries', (tries) => (options.tries = Math.max(1, tries)));
      return;
    case 'port':
    case 'po':
      number('port', (port) => (options.port = port));
      return;
    default:
      setSwitch(env, options, name);
  }
}

function setSwitch(env: Env, options: Options, name: string): void {
  const isOn = !name.startsWith('no');
  const key = SWITCHES[isOn ? name : name.slice(2)];
  if (key === undefined) env.out(`*** Invalid option: ${name}\n`);
  else if (key !== 'none') options[key] = isOn;
}

type Switch = 'isDebug' | 'isTcp' | 'isRecursive' | 'searches' | 'stopsAtServfail' | 'none';
const SWITCHES: Readonly<Record<string, Switch>> = {
  debug: 'isDebug',
  deb: 'isDebug',
  vc: 'isTcp',
  recurse: 'isRecursive',
  rec: 'isRecursive',
  search: 'searches',
  sea: 'searches',
  fail: 'stopsAtServfail',
  defname: 'none',
  def: 'none',
  sil: 'none',
};

class Asking {
  readonly #env: Env;
  readonly #options: Options;
  readonly #servers: readonly ServerAddress[];
  #hasShownServer = false;
  #hasAnswered = false;
  #isCautious = false;
  #isTcp: boolean;

  constructor(env: Env, options: Options, servers: readonly ServerAddress[]) {
    this.#env = env;
    this.#options = options;
    this.#servers = servers;
    this.#isTcp = options.isTcp;
  }

  *run(typed: string): Task<number> {
    const { type } = this.#options;
    const isAddress = isIP(typed) !== 0;
    const name = isAddress ? reverseOf(typed) : typed;
    const status = isAddress
      ? yield* this.#ask(name, bareName(name), TYPE.PTR, true)
      : yield* this.#askBoth(name, type);
    if (status === 10) return status;
    this.#env.out('\n');
    return status;
  }

  *#askBoth(name: string, type: number | undefined): Task<number> {
    const first = yield* this.#ask(name, name, type ?? TYPE.A, type !== undefined);
    if (first !== 0 || type !== undefined || this.#end === undefined) return first;
    return yield* this.#ask(this.#end, bareName(this.#end), TYPE.AAAA, true);
  }

  /** Where the aliases of the last answer ended. */
  #end: string | undefined;

  *#ask(name: string, called: string, type: number, isLast: boolean): Task<number> {
    const { searches, domain } = this.#options;
    const { ndots, search } = resolvConfOf(this.#env);
    const names = namesToTry(name, {
      isUsed: searches,
      ndots,
      search: domain === undefined ? search : [domain],
    });
    if (typeof names === 'string') {
      this.#env.err(`nslookup: '${name}' is not a legal name (${names})\n`);
      return 10;
    }
    const outcome = yield* this.#lookUp(names, type);
    if (outcome.what !== 'answer') return 1;
    // what was too long for a datagram may be so for the next type
    this.#isTcp ||= outcome.answer.isTcp;
    return this.#print(outcome.answer, called, type, isLast);
  }

  #lookUp(names: readonly string[], type: number): Task<Outcome> {
    const { isRecursive, tries, timeout, stopsAtServfail } = this.#options;
    const plan = {
      names,
      query: { ...PLAIN_QUERY, type, class: this.#options.class, recursionDesired: isRecursive },
      servers: this.#servers,
      isTcp: this.#isTcp || type === TYPE.ANY,
      tries,
      timeout: timeout * SECOND,
      ignoresTruncation: false,
      stopsAtServfail,
      isTolerant: false,
      cookie: undefined,
      retriesBadCookie: false,
      negotiatesEdns: false,
      showsSearch: false,
      id: undefined,
    };
    return lookUp(this.#env, plan, {
      tellsOfTruncation: true,
      note: (text) => this.#env.out(`${text}\n`),
    });
  }

  #print(answer: Answer, called: string, type: number, isLast: boolean): number {
    const { message } = answer.reply;
    const { answers, authorities, additionals } = message;
    if (type !== TYPE.PTR || this.#options.type !== undefined) this.#showServer(answer.server);
    if (this.#options.isDebug) this.#env.out(debugText(answer));
    const rcode = extendedRcode(message);
    if (rcode !== RCODE.NOERROR) {
      const name = called.replace(/\.$/, '');
      this.#env.out(`** server can't find ${name}: ${rcodeName(rcode)}\n`);
      return 1;
    }
    this.#end = endOfAliases(answer);
    if (!message.authoritative && !this.#isCautious && (answers.length > 0 || isLast)) {
      this.#isCautious = true;
      this.#env.out('Non-authoritative answer:\n');
    }
    for (const record of answers) this.#env.out(recordText(record));
    this.#hasAnswered ||= answers.length > 0;
    if (!this.#hasAnswered && isLast)
      this.#env.out(`*** Can't find ${called.replace(/\.$/, '')}: No answer\n`);
    const isAboutOthers = !message.authoritative && this.#options.type !== undefined && type !== TYPE.A;
    if (isAboutOthers && authorities.length > 0) {
      const others = [...authorities, ...additionals].map(recordLine).join('');
      this.#env.out(`\nAuthoritative answers can be found from:\n${others}`);
    }
    return 0;
  }

  #showServer({ name, address, port }: ServerAddress): void {
    if (this.#hasShownServer) return;
    this.#hasShownServer = true;
    this.#env.out(`Server:\t\t${name}\nAddress:\t${formatIp(address)}#${port}\n\n`);
  }
}

/** Addresses stand under their name. */
function recordText(record: DnsRecord): string {
  if (record.type === TYPE.A || record.type === TYPE.AAAA)
    return `Name:\t${bareName(record.name)}\nAddress: ${styledData(record, PLAIN_DATA)}\n`;
  return recordLine(record);
}

function recordLine(record: DnsRecord): string {
  const data = nslookupData(record);
  return record.type === TYPE.SOA ? `${bareName(record.name)}\n${data}` : `${bareName(record.name)}${data}`;
}

/** What -debug shows of a message. */
function debugText({ reply: { message } }: Answer): string {
  const questions = message.questions.map(
    ({ name, type, class: code }) =>
      `\t${bareName(name)}, type = ${typeName(type)}, class = ${className(code)}\n`,
  );
  const section = (title: string, records: readonly DnsRecord[]): string =>
    `    ${title}:\n${records
      .map((record) => `    ->  ${bareName(record.name)}\n${nslookupData(record)}\tttl = ${record.ttl}\n`)
      .join('')}`;
  return `------------\n    QUESTIONS:\n${questions.join('')}${section('ANSWERS', message.answers)}${section('AUTHORITY RECORDS', message.authorities)}${section('ADDITIONAL RECORDS', message.additionals)}------------\n`;
}
