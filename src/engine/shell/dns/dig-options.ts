/**
 * dig's command line: `@server`, names, types, classes, `-flags` and `+flags`, several lookups in one command. What
 * stands before the first name holds for all of them, what follows a name for its lookup alone.
 */
import { parseIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import { parseClass, parseType, TYPE } from '../../wire/dns/code.ts';
import type { Env } from '../program.ts';
import { readCode } from './bind-words.ts';
import { applyFlag, type DigRefusal, readNumber } from './dig-flags.ts';
import { DIG_DEFAULTS, type DigGlobals, type DigServer, type DigSettings } from './dig-settings.ts';
import { reverseOf } from './reverse-name.ts';

export interface DigCommand {
  readonly globals: DigGlobals;
  readonly lookups: readonly DigSettings[];
  /** The lines that begin the output; empty when they are not wanted. */
  readonly greeting: string;
}

/** As dig names itself. */
export const DIG_VERSION = '9.18.49-1~deb12u3-Debian';

export const DIG_USAGE = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

const MAX_LOOKUPS = 64;

/** Looks the names of servers up on the way. */
export function* readDig(env: Env): Task<DigCommand | DigRefusal> {
  return yield* new CommandLine(env).read();
}

class CommandLine {
  readonly #env: Env;
  readonly #globals: DigGlobals = {
    port: 53,
    family: undefined,
    isShort: false,
    printsCommand: true,
    isFine: false,
    ndots: undefined,
    domain: undefined,
  };
  readonly #defaults: DigSettings = { ...DIG_DEFAULTS };
  readonly #lookups: DigSettings[] = [];
  #greeting = '';
  /** Addresses of the last @server so far. */
  #found = 0;

  constructor(env: Env) {
    this.#env = env;
  }

  *read(): Task<DigCommand | DigRefusal> {
    const { args } = this.#env;
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      let refusal: DigRefusal | undefined;
      if (arg.startsWith('@')) refusal = yield* this.#server(arg.slice(1));
      else if (arg.startsWith('+')) refusal = this.#plus(arg.slice(1));
      else if (arg.startsWith('-') && arg.length > 1) {
        const next = args[i + 1];
        const used = this.#dash(arg, next);
        if (typeof used === 'number') i += used;
        else refusal = used;
      } else refusal = this.#word(arg);
      if (refusal) return refusal;
    }
    if (this.#lookups.length === 0) {
      this.#defaults.type = TYPE.NS;
      this.#defaults.isTypeSet = true;
      this.#add('.');
    }
    for (const lookup of this.#lookups) if (lookup.type === TYPE.ANY && !lookup.isTcpSet) lookup.isTcp = true;
    return { globals: this.#globals, lookups: this.#lookups, greeting: this.#greeting };
  }

  /** What flags change now: the last lookup, or what all of them begin with. */
  get #current(): DigSettings {
    return this.#lookups.at(-1) ?? this.#defaults;
  }

  #add(name: string): DigRefusal | undefined {
    if (this.#lookups.length >= MAX_LOOKUPS) return { err: 'dig: too many lookups\n', status: 10 };
    if (this.#lookups.length === 0 && this.#globals.printsCommand) this.#greeting = this.#greet();
    this.#lookups.push({ ...this.#defaults, name });
    return undefined;
  }

  #greet(): string {
    const servers =
      this.#found === 0 ? '' : `; (${this.#found} server${this.#found === 1 ? '' : 's'} found)\n`;
    const args = this.#env.args.map((arg) => ` ${arg}`).join('');
    return `\n; <<>> DiG ${DIG_VERSION} <<>>${args}\n${servers};; global options: +cmd\n`;
  }

  *#server(text: string): Task<DigRefusal | undefined> {
    const { family } = this.#globals;
    // a mapped address is no address of its own family: it is passed over when the lookup begins
    if (family === 6 && isIP(text) === 4) {
      this.#current.servers = [{ address: parseIp(text), name: text }];
      return undefined;
    }
    try {
      const addresses = yield* this.#env.resolve(text, family);
      this.#current.servers = addresses.map((address): DigServer => ({ address, name: text }));
      this.#found = addresses.length;
      return undefined;
    } catch (error) {
      if (!(error instanceof ProgramError)) throw error;
      return { err: `dig: couldn't get address for '${text}': ${addressProblem(error)}\n`, status: 1 };
    }
  }

  #plus(text: string): DigRefusal | undefined {
    return applyFlag(text, {
      lookup: this.#current,
      globals: this.#globals,
      warn: (line) => this.#env.err(line),
    });
  }

  /** How many more words were used up. */
  #dash(arg: string, next: string | undefined): number | DigRefusal {
    const letter = arg[1]!;
    const globals = this.#globals;
    if ('46mruhvi'.includes(letter)) {
      for (const one of arg.slice(1)) {
        if (one === 'h') return { out: DIG_HELP, status: 0 };
        if (one === 'v') return { err: `DiG ${DIG_VERSION}\n`, status: 0 };
        if (one === 'u') globals.isFine = true;
        else if (one === '4' || one === '6') {
          const family = one === '4' ? 4 : 6;
          if (globals.family !== undefined && globals.family !== family)
            return { err: 'dig: only one of -4 and -6 allowed\n', status: 1 };
          globals.family = family;
        } else if (!'mri'.includes(one)) return invalid(`-${one}`);
      }
      return 0;
    }
    const value = arg.length > 2 ? arg.slice(2) : next;
    if (value === undefined || !'bcfkpqtxy'.includes(letter)) return invalid(arg);
    const refusal = this.#valued(letter, value);
    return refusal ?? (arg.length > 2 ? 0 : 1);
  }

  #valued(letter: string, value: string): DigRefusal | undefined {
    switch (letter) {
      case 'p': {
        const port = readNumber('port number', value, 65_535);
        if (typeof port !== 'number') return { ...port, status: 1 };
        this.#globals.port = port;
        return undefined;
      }
      case 'q':
        return this.#add(value);
      case 'x': {
        const refusal = this.#add(reverseOf(value));
        const lookup = this.#current;
        if (!lookup.isTypeSet) lookup.type = TYPE.PTR;
        lookup.isTypeSet = true;
        return refusal;
      }
      case 't':
        return this.#type(value) || readCode(parseType, value) !== undefined
          ? undefined
          : this.#ignore('type', value);
      case 'c':
        return this.#class(value) ? undefined : this.#ignore('class', value);
      case 'b':
        return isIP(value.split('#')[0]!) === 0
          ? { err: `dig: invalid address ${value}\n`, status: 1 }
          : undefined;
      default:
        return { err: `dig: -${letter} is not available in this terminal\n`, status: 1 };
    }
  }

  #ignore(what: string, value: string): undefined {
    this.#env.err(`;; Warning, ignoring invalid ${what} ${value}\n`);
  }

  #word(word: string): DigRefusal | undefined {
    if (this.#type(word) || this.#class(word)) return undefined;
    return this.#add(word);
  }

  #type(text: string): boolean {
    const type = readCode(parseType, text);
    if (type === undefined || type === TYPE.OPT) return false;
    const current = this.#current;
    if (current.isTypeSet) this.#env.err(';; Warning, extra type option\n');
    current.type = type;
    current.isTypeSet = true;
    if (type === TYPE.AXFR) current.isTcp = true;
    return true;
  }

  #class(text: string): boolean {
    const code = /^class/i.test(text) && !/^class\d+$/i.test(text) ? undefined : readCode(parseClass, text);
    if (code === undefined || /^any$/i.test(text)) return false;
    const current = this.#current;
    if (current.isClassSet) this.#env.err(';; Warning, extra class option\n');
    current.class = code;
    current.isClassSet = true;
    return true;
  }
}

function invalid(flag: string): DigRefusal {
  return { err: `Invalid option: ${flag}\n`, status: 1, isUsage: true };
}

/** Why a server's name has no address, in BIND's words. */
export function addressProblem({ code }: ProgramError): string {
  if (code === 'EAI_ADDRFAMILY') return 'address family not supported';
  return code === 'EAI_AGAIN' ? 'failure' : 'not found';
}

const DIG_HELP = `${DIG_USAGE.split('\n\n')[0]}
Where:  domain is a name, and its end may be left out
        q-type is one of a, aaaa, any, caa, cname, ds, https, mx, ns, soa, srv, txt, …
        q-opt is one of -4 -6 -b -c -p -q -t -u -v -x
        d-opt is one of +[no]aaflag +[no]additional +[no]adflag +[no]all +[no]answer +[no]authority
                +[no]badcookie +[no]besteffort +bufsize=N +[no]cdflag +[no]class +[no]cmd +[no]coflag
                +[no]comments +[no]cookie[=HEX] +[no]crypto +[no]dnssec +[no]edns[=N] +ednsflags=N
                +[no]ednsnegotiation +ednsopt=N[:HEX] +[no]expandaaaa +[no]expire +[no]fail
                +[no]header-only +[no]identify +[no]ignore +[no]keepalive +[no]multiline +ndots=N
                +[no]nsid +opcode=N +padding=N +qid=N +[no]qr +[no]question +[no]raflag +[no]recurse
                +retry=N +[no]rrcomments +[no]search +[no]short +[no]showsearch +split=N +[no]stats
                +subnet=ADDRESS/LENGTH +[no]tcflag +[no]tcp +timeout=N +[no]trace +tries=N +[no]ttlid
                +[no]ttlunits +[no]unknownformat +[no]vc +[no]zflag
        What stands before the first name holds for all, what follows a name for it alone.
`;
