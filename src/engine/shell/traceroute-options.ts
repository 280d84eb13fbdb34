/**
 * What `traceroute` is asked for, and what it says about wrong flags and limits (traceroute 2.1.2, as in Debian).
 */
import { type Nanoseconds, SECOND } from '../base/units.ts';
import type { Family } from './program.ts';

export interface TracerouteOptions {
  readonly method: 'udp' | 'icmp';
  readonly isNumeric: boolean;
  readonly firstHop: number;
  readonly maxHops: number;
  readonly queries: number;
  /** Probes under way at the same time. */
  readonly together: number;
  /** First destination port (UDP), or first sequence number (ICMP). */
  readonly port: number;
  readonly wait: Nanoseconds;
  /** A probe is waited for this many times longer than one that was answered at the same hop, or further on; 0: no. */
  readonly hereFactor: number;
  readonly nearFactor: number;
  readonly pause: Nanoseconds;
  readonly device: string | undefined;
  readonly source: string | undefined;
  readonly trafficClass: number | undefined;
  readonly isWhole: boolean;
  /** Of the whole datagram; undefined for the usual. */
  readonly packetLength: number | undefined;
}

export interface TracerouteArguments {
  readonly host: { readonly text: string; readonly position: number };
  readonly family: Family | undefined;
  readonly options: TracerouteOptions;
  readonly count: number;
}

/** What stops it before it begins. Everything goes to stderr. */
export class TracerouteRefusal extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

interface OptionSpec {
  readonly letter: string;
  readonly name: string;
  /** How the manual calls its value; absent when there is none. */
  readonly value?: string;
  readonly about: string;
}

const OPTIONS: readonly OptionSpec[] = [
  { letter: '4', name: '', about: 'Use IPv4' },
  { letter: '6', name: '', about: 'Use IPv6' },
  { letter: 'F', name: 'dont-fragment', about: 'Do not fragment packets' },
  { letter: 'f', name: 'first', value: 'first_ttl', about: 'Start from the first_ttl hop' },
  { letter: 'I', name: 'icmp', about: 'Use ICMP ECHO for tracerouting' },
  { letter: 'i', name: 'interface', value: 'device', about: 'The network interface to use' },
  { letter: 'm', name: 'max-hops', value: 'max_ttl', about: 'Set the max number of hops. Default is 30' },
  {
    letter: 'N',
    name: 'sim-queries',
    value: 'squeries',
    about: 'Probes to be tried simultaneously (default is 16)',
  },
  { letter: 'n', name: '', about: 'Do not resolve IP addresses to their domain names' },
  {
    letter: 'p',
    name: 'port',
    value: 'port',
    about: 'Initial udp port (33434), or initial seq for icmp (1)',
  },
  { letter: 't', name: 'tos', value: 'tos', about: 'Type of service, or traffic class' },
  {
    letter: 'w',
    name: 'wait',
    value: 'MAX,HERE,NEAR',
    about:
      'Wait no more than HERE (3) times a response from the same hop, NEAR (10) times one further on, MAX (5.0) s',
  },
  { letter: 'q', name: 'queries', value: 'nqueries', about: 'Probes per each hop. Default is 3' },
  { letter: 's', name: 'source', value: 'src_addr', about: 'Use source src_addr for outgoing packets' },
  {
    letter: 'z',
    name: 'sendwait',
    value: 'sendwait',
    about: 'Minimal time between probes: s, or ms from 10 on',
  },
  { letter: 'V', name: 'version', about: 'Print version info and exit' },
  { letter: '', name: 'help', about: 'Read this help and exit' },
];
/** Of the real program, and not here. */
const LEFT_OUT = [
  'A',
  'd',
  'D',
  'e',
  'g',
  'l',
  'M',
  'O',
  'P',
  'r',
  'U',
  'back',
  'mtu',
  'sport',
  'fwmark',
  'UL',
];

const MAX_HOPS = 255;
const MAX_QUERIES = 10;
const MAX_PACKET = 65_000;
const UINT = 4_294_967_296;

function usage(): string {
  const lines = OPTIONS.map(({ letter, name, value, about }) => {
    const short = letter === '' ? '' : `-${letter}${value ? ` ${value}` : ''}`;
    const long = name === '' ? '' : `--${name}${value ? `=${value}` : ''}`;
    return `  ${[short, long].filter(Boolean).join('  ').padEnd(40)}${about}\n`;
  });
  return `Usage:\n  traceroute [ options ] host [ packetlen ]\nOptions:\n${lines.join('')}`;
}

/** Throws {@link TracerouteRefusal}. */
export function readTraceroute(args: readonly string[]): TracerouteArguments {
  if (args.length === 0) throw new TracerouteRefusal(0, usage());
  const given = new Map<string, { value: string; position: number }>();
  const words: { text: string; position: number }[] = [];
  let family: Family | undefined;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    if (arg.startsWith('--') && arg !== '--') {
      const [name, ...rest] = arg.slice(2).split('=') as [string, ...string[]];
      take(name, rest.length > 0 ? rest.join('=') : undefined, i, arg);
    } else if (arg.startsWith('-') && arg !== '-' && arg !== '--') {
      for (let at = 1; at < arg.length; at++) {
        const letter = arg[at]!;
        const spec = specOf(letter, `-${letter}`, i + 1);
        if (spec.value === undefined) take(letter, undefined, i, `-${letter}`);
        else {
          // a value follows its letter at once, or is the next word; not behind other letters
          const joined = arg.slice(at + 1);
          const value = at > 1 ? undefined : joined !== '' ? joined : args[i + 1];
          take(letter, value, joined === '' && at === 1 ? i + 1 : i, `-${letter}`);
          if (joined === '') i += 1;
          break;
        }
      }
    } else if (arg !== '--') words.push({ text: arg, position: i + 1 });
  }

  function take(name: string, value: string | undefined, at: number, typed: string): void {
    const said = typed.split('=')[0]!;
    const spec = specOf(name, said, at + 1);
    if (spec.value !== undefined && value === undefined) {
      const index = said.startsWith('--') ? at + 1 : args.findIndex((one) => one.includes(name)) + 1;
      const form = said.startsWith('--') ? `${said}=${spec.value}` : `${said} ${spec.value}`;
      throw new TracerouteRefusal(2, `Option \`${said}' (argc ${index}) requires an argument: \`${form}'\n`);
    }
    const key = spec.letter || spec.name;
    if (key === 'help') throw new TracerouteRefusal(0, usage());
    if (key === 'V') throw new TracerouteRefusal(0, 'Modern traceroute for Linux, version 2.1.2, retold\n');
    if (key === '4' || key === '6') family = Number(key) as Family;
    if (key === 'T') refuseTcp();
    given.set(key, { value: value ?? '', position: at + 1 });
    checkNow(said, key, value ?? '', at + 1);
  }

  if (words.length > 2)
    throw new TracerouteRefusal(
      2,
      `Extra arg \`${words[2]!.text}' (position 3, argc ${words[2]!.position})\n`,
    );
  if (words.length === 0) throw new TracerouteRefusal(2, 'Specify "host" missing argument.\n');
  const number = (key: string, initial: number): number =>
    given.has(key) ? unsigned(given.get(key)!.value)! : initial;
  const waits = given.get('w')?.value.split(',').map(Number);
  const pause = Number(given.get('z')?.value ?? 0);
  const method = given.has('I') ? 'icmp' : 'udp';
  return {
    host: words[0]!,
    family,
    count: args.length,
    options: {
      method,
      isNumeric: given.has('n'),
      firstHop: number('f', 1),
      maxHops: number('m', 30),
      queries: number('q', 3),
      together: number('N', 16),
      port: number('p', method === 'icmp' ? 1 : 33_434),
      wait: (waits?.[0] ?? 5) * SECOND,
      hereFactor: waits ? (waits[1] ?? 0) : 3,
      nearFactor: waits ? (waits[2] ?? 0) : 10,
      pause: Math.round((pause >= 10 ? pause / 1000 : pause) * SECOND),
      device: given.get('i')?.value,
      source: given.get('s')?.value,
      trafficClass: given.has('t') ? number('t', 0) & 255 : undefined,
      isWhole: given.has('F'),
      packetLength: words[1] === undefined ? undefined : packetLength(words[1]),
    },
  };
}

function specOf(name: string, typed: string, position: number): OptionSpec {
  if (LEFT_OUT.includes(name))
    throw new TracerouteRefusal(2, `\`${typed}' is not available in this terminal\n`);
  if (name === 'T' || name === 'tcp') refuseTcp();
  const found = OPTIONS.find(({ letter, name: long }) => name !== '' && (letter === name || long === name));
  if (!found) throw new TracerouteRefusal(2, `Bad option \`${typed}' (argc ${position})\n`);
  return found;
}

/** TCP probes need a raw socket, which people who are not root do not get. */
function refuseTcp(): never {
  throw new TracerouteRefusal(
    1,
    'You do not have enough privileges to use this traceroute method.\nsocket: Operation not permitted\n',
  );
}

/** As `strtoul` with any base reads it; undefined when it is no number. */
function unsigned(text: string): number | undefined {
  if (!/^\s*[+-]?(?:0x[0-9a-f]+|\d+)$/i.test(text)) return undefined;
  const value = Number(text.replace(/[+-]/, ''));
  return text.includes('-') ? (UINT - value) % UINT : value;
}

function checkNow(typed: string, key: string, value: string, position: number): void {
  const isNumber = 'fmqNpt'.includes(key);
  const isWait = key === 'w' && /^-?[\d.]+(?:,[\d.]+){0,2}$/.test(value);
  const isPause = key === 'z' && /^-?[\d.]+$/.test(value);
  if (isNumber ? unsigned(value) === undefined : (key === 'w' && !isWait) || (key === 'z' && !isPause))
    throw new TracerouteRefusal(
      2,
      `Cannot handle \`${typed}' option with arg \`${value}' (argc ${position})\n`,
    );
}

function packetLength({ text, position }: { text: string; position: number }): number {
  if (!/^[+-]?\d+$/.test(text))
    throw new TracerouteRefusal(
      2,
      `Cannot handle "packetlen" cmdline arg \`${text}' on position 2 (argc ${position})\n`,
    );
  return Number(text);
}

/** The limits, which the real program looks at when it has the host's address. Throws {@link TracerouteRefusal}. */
export function checkLimits(options: TracerouteOptions): void {
  const { firstHop, maxHops, queries, wait, hereFactor, nearFactor, pause, packetLength: length } = options;
  const refuse = (text: string): never => {
    throw new TracerouteRefusal(2, `${text}\n`);
  };
  if (firstHop === 0 || firstHop > maxHops) refuse('first hop out of range');
  if (maxHops > MAX_HOPS) refuse('max hops cannot be more than 255');
  if (queries === 0 || queries > MAX_QUERIES) refuse('no more than 10 probes per hop');
  if (wait < 0 || hereFactor < 0 || nearFactor < 0)
    refuse(`bad wait specifications \`${wait / SECOND},${hereFactor},${nearFactor}' used`);
  if (length !== undefined && length > MAX_PACKET) refuse(`too big packetlen ${length} specified`);
  if (pause < 0) refuse(`bad sendtime \`${pause / SECOND}' specified`);
}
