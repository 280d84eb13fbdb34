/**
 * `dig`: asks name servers, and prints what they say, as BIND 9.18 does it (dig(1)). It speaks with servers itself, over
 * the machine's sockets: hosts file and caches of the machine are not asked, except for the names of servers.
 *
 * Left out: +nssearch, +yaml, +https, +tls, +dns64prefix, -f, -k, -y; whole zone transfers.
 */
import { formatIp, isV4 } from '../../base/ip.ts';
import { SECOND } from '../../base/units.ts';
import { RESOLV_CONF_PATH } from '../../net/host-files.ts';
import { parseResolvConf, type ResolvConf } from '../../proto/dns/stub/resolv-conf.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import { TYPE } from '../../wire/dns/code.ts';
import { isSubdomain, sameName } from '../../wire/dns/name.ts';
import type { Env } from '../program.ts';
import type { DigRefusal } from './dig-flags.ts';
import { addressProblem, DIG_USAGE, type DigCommand, readDig } from './dig-options.ts';
import { answerText, journeyText, sendingText } from './dig-print.ts';
import { type DigServer, type DigSettings, queryOf } from './dig-settings.ts';
import type { ServerAddress } from './exchange.ts';
import { type Answer, type LookupHooks, type LookupPlan, lookUp, type Outcome } from './lookup.ts';
import { namesToTry } from './names-to-try.ts';

const NO_REPLY = 9;
const INTERNAL = 10;
/** Of a walk from the root that cannot go on. */
const LOST = 1;
/** Where dig ends a chain of referrals. */
const MAX_ANSWERS = 33;

export function* dig(env: Env): Task<number> {
  const command = yield* readDig(env);
  if ('status' in command) return refuse(env, command);
  return yield* new Digging(env, command).run();
}

function refuse(env: Env, { out, err, status, isUsage }: DigRefusal): number {
  if (out) env.out(out);
  if (err) env.err(err);
  if (isUsage) env.err(DIG_USAGE);
  return status;
}

/** One run of the program. */
class Digging {
  readonly #env: Env;
  readonly #command: DigCommand;
  readonly #conf: ResolvConf;
  readonly #cookie: Uint8Array;
  #greeting: string;
  #status = 0;

  constructor(env: Env, command: DigCommand) {
    this.#env = env;
    this.#command = command;
    this.#greeting = command.greeting;
    this.#conf = parseResolvConf(env.host.files.read(RESOLV_CONF_PATH)).conf;
    const random = env.host.world.random(`${env.host.name}/dig`);
    this.#cookie = Uint8Array.from({ length: 8 }, () => random.below(256));
  }

  *run(): Task<number> {
    for (const settings of this.#command.lookups) {
      const fatal = settings.isTrace ? yield* this.#trace(settings) : yield* this.#one(settings);
      if (fatal !== undefined) return fatal;
    }
    return this.#status;
  }

  /** A status when the whole command ends. */
  *#one(settings: DigSettings): Task<number | undefined> {
    const servers = this.#servers(settings);
    const names = this.#names(settings);
    if (names === undefined) return INTERNAL;
    if (servers.length === 0) return undefined;
    const print = (answer: Answer): void => {
      this.#print(answer, settings);
      this.#printJourney(answer, settings);
    };
    const outcome = yield* this.#ask(settings, names, servers, print);
    if (outcome.what === 'answer') {
      print(outcome.answer);
      if (settings.type === TYPE.AXFR) this.#env.out('; Transfer failed.\n');
    }
    return undefined;
  }

  /** From the root servers that the resolver names, down; each answer's name servers are asked next. */
  *#trace(settings: DigSettings): Task<number | undefined> {
    if (this.#names(settings) === undefined) return INTERNAL;
    let servers = this.#servers(settings);
    let zone: string | undefined;
    for (let answers = 1; servers.length > 0; answers++) {
      const isRoot = zone === undefined;
      const step = isRoot ? { ...settings, name: '.', type: TYPE.NS } : { ...settings, rd: false };
      const outcome = yield* this.#ask(step, this.#names(step)!, servers, () => {});
      if (outcome.what !== 'answer') return undefined;
      const { answer } = outcome;
      this.#print(answer, step);
      const next = yield* this.#follow(answer, zone);
      if (next === 'nobody') return LOST;
      if (next && answers >= MAX_ANSWERS) {
        this.#env.err('dig: too many lookups\n');
        return LOST;
      }
      this.#printJourney(answer, step);
      if (!next) return undefined;
      zone = next.zone;
      servers = next.servers;
    }
    return undefined;
  }

  /** The servers to ask after this answer; undefined when it was the last. */
  *#follow(
    { reply: { message }, name }: Answer,
    zone: string | undefined,
  ): Task<{ readonly zone: string; readonly servers: readonly ServerAddress[] } | 'nobody' | undefined> {
    const isRoot = zone === undefined;
    if (!isRoot && (message.rcode !== 0 || message.answers.length > 0)) return undefined;
    const section = isRoot && message.answers.length > 0 ? message.answers : message.authorities;
    const found: ServerAddress[] = [];
    let owner: string | undefined;
    let first: string | undefined;
    let isRemarked = false;
    for (const record of section) {
      if (record.type !== TYPE.NS) continue;
      const isBelow = isRoot || isSubdomain(record.name, zone);
      if (!isBelow || !isSubdomain(name, record.name)) {
        this.#env.out(';; BAD REFERRAL\n');
        return undefined;
      }
      if (!isRoot && !isRemarked && sameName(record.name, zone)) {
        isRemarked = true;
        this.#env.out(';; BAD (HORIZONTAL) REFERRAL\n');
      }
      owner = record.name;
      first ??= record.data;
      found.push(...(yield* this.#addressesOf(record.data)));
    }
    if (owner === undefined) return undefined;
    if (found.length === 0) {
      this.#env.err(`dig: couldn't get address for '${bare(first!)}': no more\n`);
      return 'nobody';
    }
    return { zone: owner, servers: this.#shuffled(found) };
  }

  *#addressesOf(server: string): Task<readonly ServerAddress[]> {
    const name = bare(server);
    const { family, port } = this.#command.globals;
    try {
      const addresses = yield* this.#env.resolve(name, family);
      return addresses.map((address) => ({ address, port, name }));
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      this.#env.out(`couldn't get address for '${name}': ${addressProblem(error)}\n`);
      return [];
    }
  }

  #shuffled(servers: readonly ServerAddress[]): readonly ServerAddress[] {
    const { host } = this.#env;
    const random = host.world.random(`${host.name}/dig`);
    const left = [...servers];
    return servers.map(() => left.splice(random.below(left.length), 1)[0]!);
  }

  #ask(
    settings: DigSettings,
    names: readonly string[],
    servers: readonly ServerAddress[],
    shown: (answer: Answer) => void,
  ): Task<Outcome> {
    const plan: LookupPlan = {
      names,
      servers,
      query: queryOf(settings),
      isTcp: settings.isTcp,
      tries: settings.tries,
      timeout: settings.timeout * SECOND,
      ignoresTruncation: settings.ignoresTruncation,
      stopsAtServfail: settings.stopsAtServfail,
      isTolerant: settings.isTolerant,
      cookie: settings.hasCookie ? (settings.cookie ?? this.#cookie) : undefined,
      retriesBadCookie: settings.retriesBadCookie,
      negotiatesEdns: settings.negotiatesEdns,
      showsSearch: settings.showsSearch,
      id: settings.id,
    };
    return this.#counted(lookUp(this.#env, plan, this.#hooks(settings), shown));
  }

  *#counted(task: Task<Outcome>): Task<Outcome> {
    const outcome = yield* task;
    this.#status = outcome.what === 'no servers' ? NO_REPLY : 0;
    return outcome;
  }

  #hooks(settings: DigSettings): LookupHooks {
    return {
      tellsOfTruncation: !this.#command.globals.isShort,
      note: (text) => this.#env.out(`${text}\n`),
      giveUp: () => this.#greet(true),
      sending: (query) => {
        if (!settings.showsQuery || this.#command.globals.isShort || settings.isTrace) return;
        this.#greet();
        this.#env.out(sendingText(query, settings));
      },
    };
  }

  /** Once; `anyway`, also where it was switched off after the name. */
  #greet(anyway = false): void {
    const { isShort, printsCommand } = this.#command.globals;
    if (anyway || (printsCommand && !isShort)) this.#env.out(this.#greeting);
    this.#greeting = '';
  }

  #print(answer: Answer, settings: DigSettings): void {
    this.#greet();
    const shown = settings.type === TYPE.AXFR ? { ...settings, ...TRANSFER } : settings;
    this.#env.out(answerText(answer, shown, this.#command.globals));
  }

  #printJourney(answer: Answer, settings: DigSettings): void {
    if (settings.type === TYPE.AXFR) return;
    this.#env.out(journeyText(answer, settings, this.#command.globals, this.#env.host.world.seconds));
  }

  /** Those of the lookup, of the right family; remarks on the others. */
  #servers(settings: DigSettings): readonly ServerAddress[] {
    const { family, port } = this.#command.globals;
    const given: readonly DigServer[] =
      settings.servers ?? this.#conf.servers.map((address) => ({ address, name: formatIp(address) }));
    const fitting = given.filter(({ address }) => {
      if (family === undefined || isV4(address) === (family === 4)) return true;
      if (family === 6) this.#env.out(`;; Skipping mapped address '::ffff:${formatIp(address)}'\n`);
      return false;
    });
    if (fitting.length === 0) this.#env.out(';; No acceptable nameservers\n');
    return fitting.map(({ address, name }) => ({ address, name, port }));
  }

  #names(settings: DigSettings): readonly string[] | undefined {
    const { ndots, domain } = this.#command.globals;
    const names = namesToTry(settings.name, {
      isUsed: settings.usesSearch || settings.showsSearch,
      ndots: ndots ?? this.#conf.ndots,
      search: domain === undefined ? this.#conf.search : [domain],
    });
    if (typeof names !== 'string') return names;
    this.#env.err(`dig: '${settings.name}' is not a legal name (${names})\n`);
    return undefined;
  }
}

/** A transfer shows records and nothing else. */
const TRANSFER = {
  comments: false,
  question: false,
  answer: true,
  authority: true,
  additional: true,
} as const;

function bare(name: string): string {
  return name === '.' ? name : name.slice(0, -1);
}
