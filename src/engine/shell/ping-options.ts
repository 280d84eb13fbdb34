/**
 * What `ping` is asked for: its flags with their limits, and what it says about wrong ones (iputils 20221126).
 */
import { type Nanoseconds, SECOND } from '../base/units.ts';
import { type FlagFault, readFlags } from './flags.ts';
import type { Family } from './program.ts';

export interface PingOptions {
  readonly target: string;
  readonly family: Family | undefined;
  /** 0 for no end. */
  readonly count: number;
  readonly interval: Nanoseconds;
  readonly size: number;
  readonly ttl: number | undefined;
  readonly fragment: 'do' | 'want' | 'dont';
  /** How long to wait for an answer after the last request, when there was none so far. */
  readonly linger: Nanoseconds;
  /** When to end in any case, after the start; 0 for never. */
  readonly deadline: Nanoseconds;
  readonly preload: number;
  /** An interface or an address of ours. */
  readonly from: string | undefined;
  readonly trafficClass: number | undefined;
  readonly pattern: readonly number[] | undefined;
  readonly isNumeric: boolean;
  readonly isQuiet: boolean;
  readonly isTimed: boolean;
  readonly tellsOutstanding: boolean;
  readonly isAudible: boolean;
  /** Complaints that do not stop it. */
  readonly warnings: readonly string[];
}

/** Why a program does not start: what it says, on which stream, and its status. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly stream?: 'out' | 'err';
}

const LETTERS = {
  4: 'alone',
  6: 'alone',
  a: 'alone',
  c: 'value',
  D: 'alone',
  f: 'alone',
  h: 'alone',
  i: 'value',
  I: 'value',
  l: 'value',
  M: 'value',
  n: 'alone',
  O: 'alone',
  p: 'value',
  q: 'alone',
  Q: 'value',
  s: 'value',
  t: 'value',
  U: 'alone',
  V: 'alone',
  w: 'value',
  W: 'value',
} as const;
/** Flags of the real program that this one lacks; those in capitals of the second group take a value. */
const LEFT_OUT = {
  ...Object.fromEntries([...'AbBCdLRrv'].map((letter) => [letter, 'alone'] as const)),
  ...Object.fromEntries([...'eFmNST'].map((letter) => [letter, 'value'] as const)),
};

const USAGE = `
Usage
  ping [options] <destination>

Options:
  <destination>      dns name or ip address
  -a                 use audible ping
  -c <count>         stop after <count> replies
  -D                 print timestamps
  -h                 print help and exit
  -I <interface>     either interface name or address
  -i <interval>      seconds between sending each packet
  -l <preload>       send <preload> number of packages while waiting replies
  -M <pmtud opt>     define mtu discovery, can be one of <do|dont|want>
  -n                 no dns name resolution
  -O                 report outstanding replies
  -p <pattern>       contents of padding byte
  -q                 quiet output
  -Q <tclass>        use quality of service <tclass> bits
  -s <size>          use <size> as number of data bytes to be sent
  -t <ttl>           define time to live
  -V                 print version and exit
  -w <deadline>      reply wait <deadline> in seconds
  -W <timeout>       time to wait for response
  -4                 use IPv4
  -6                 use IPv6
`;

const MAX_INT = 2_147_483_647;
const MAX_COUNT = '9223372036854775807';
/** Answers that may be under way at the start, for people who are not root. */
const MAX_PRELOAD = 3;
const MAX_WAIT: Nanoseconds = 10 * SECOND;
/** Longest pause: what the real program's milliseconds hold. */
const MAX_SECONDS = 2_147_483;

class Refused extends Error {
  readonly refusal: Refusal;
  constructor(status: number, text: string) {
    super(text);
    this.refusal = { status, text: `ping: ${text}\n` };
  }
}

export function readPing(args: readonly string[]): PingOptions | Refusal {
  try {
    return read(args);
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
}

function read(args: readonly string[]): PingOptions | Refusal {
  const { flags, words, fault } = readFlags(args, { letters: { ...LETTERS, ...LEFT_OUT } });
  const given = new Map<string, string>();
  const warnings: string[] = [];
  let family: Family | undefined;
  for (const { letter, value } of flags) {
    if (Object.hasOwn(LEFT_OUT, letter)) throw new Refused(2, `-${letter} is not available in this terminal`);
    if (letter === 'h') return { status: 2, text: USAGE };
    if (letter === 'V') return { status: 0, text: 'ping from iputils 20221126, retold\n', stream: 'out' };
    if (letter === '4' || letter === '6') {
      const wanted = Number(letter) as Family;
      if (family !== undefined && family !== wanted)
        throw new Refused(2, 'only one -4 or -6 option may be specified');
      family = wanted;
    }
    given.set(letter, value);
    checkNow(letter, value);
  }
  if (fault) return complain(fault);
  const seconds = (letter: string, initial: number): number => {
    const text = given.get(letter);
    if (text === undefined) return initial;
    const found = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)/.exec(text);
    const rest = text.slice(found?.[0].length ?? 0);
    if (rest !== '') {
      warnings.push(`ping: option argument contains garbage: ${rest}\n`);
      warnings.push('ping: this will become fatal error in the future\n');
    }
    return found ? Number(found[0]) : 0;
  };
  const target = words.at(-1)?.text;
  if (target === undefined) throw new Refused(1, 'usage error: Destination address required');
  if (words.length > 1) throw new Refused(2, 'one destination, please: source routes are not available');
  const interval = given.has('i') ? seconds('i', 1) : given.has('f') ? 0 : 1;
  if (interval > MAX_SECONDS) throw new Refused(2, `bad timing interval: ${given.get('i')}`);
  const linger = seconds('W', MAX_WAIT / SECOND);
  if (linger < 0 || linger > MAX_SECONDS) throw new Refused(2, `bad linger time: ${given.get('W')}`);
  return {
    target,
    family,
    count: Number(given.get('c') ?? 0),
    interval: Math.trunc(interval * 1000) * 1e6,
    size: Number(given.get('s') ?? 56),
    ttl: given.has('t') ? Number(given.get('t')) : undefined,
    fragment: (given.get('M') as PingOptions['fragment'] | undefined) ?? 'want',
    linger: Math.trunc(linger * 1000) * 1e6,
    deadline: Number(given.get('w') ?? 0) * SECOND,
    preload: Number(given.get('l') ?? 1),
    from: given.get('I'),
    trafficClass: given.has('Q') ? Number(given.get('Q')) : undefined,
    pattern: given.has('p') ? readPattern(given.get('p')!) : undefined,
    isNumeric: given.has('n'),
    isQuiet: given.has('q'),
    isTimed: given.has('D'),
    tellsOutstanding: given.has('O'),
    isAudible: given.has('a'),
    warnings,
  };
}

/** What the real program looks at while it reads its flags, so that the first wrong one is named. */
function checkNow(letter: string, value: string): void {
  if (letter === 'c') readWhole(value, 1, MAX_COUNT);
  else if (letter === 's') readWhole(value, 0, String(MAX_INT));
  else if (letter === 't') readWhole(value, 0, '255');
  else if (letter === 'w') readWhole(value, 0, String(MAX_INT));
  else if (letter === 'l') {
    readWhole(value, 1, '65536');
    if (Number(value) > MAX_PRELOAD)
      throw new Refused(2, `cannot set preload to value greater than ${MAX_PRELOAD}: ${value}`);
  } else if (letter === 'M' && !['do', 'dont', 'want'].includes(value)) {
    throw new Refused(2, `invalid -M argument: ${value}`);
  } else if (letter === 'Q' && !(/^(?:0x[0-9a-f]+|\d+)$/i.test(value) && Number(value) <= 255)) {
    throw new Refused(2, `the decimal value of TOS bits must be in range 0-255: ${value}`);
  }
}

function readWhole(text: string, least: number, most: string): void {
  if (!/^\s*[+-]?\d+$/.test(text)) throw new Refused(1, `invalid argument: '${text}'`);
  const value = BigInt(text.trim().replace(/^\+/, ''));
  if (value < BigInt(least) || value > BigInt(most))
    throw new Refused(1, `invalid argument: '${text}': out of range: ${least} <= value <= ${most}`);
}

/** Up to sixteen bytes in hexadecimal. */
function readPattern(text: string): readonly number[] {
  if (!/^[0-9a-fA-F]+$/.test(text)) throw new Refused(2, `patterns must be specified as hex digits: ${text}`);
  return (text.slice(0, 32).match(/..?/g) ?? []).map((two) => Number.parseInt(two, 16));
}

function complain({ what, typed }: FlagFault): Refusal {
  const letter = typed.replace(/^-/, '');
  const said =
    what === 'unknown' ? `invalid option -- '${letter[0]}'` : `option requires an argument -- '${letter}'`;
  return { status: 2, text: `ping: ${said}\n${USAGE}` };
}
