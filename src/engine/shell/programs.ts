/**
 * The programs that a terminal has, by name: what they do, and what may follow their name.
 */

import { resolvectl, unboundControl } from './dns/cache-programs.ts';
import { dig } from './dns/dig.ts';
import { getent } from './dns/getent.ts';
import { host } from './dns/host.ts';
import { nslookup } from './dns/nslookup.ts';
import { cat, sudo, tee } from './files.ts';
import { ip } from './ip.ts';
import { arp } from './ip-neighbour.ts';
import { ping } from './ping.ts';
import { atOnce, type Program } from './program.ts';
import { echo, fail, hostname, sleep, succeed } from './small-programs.ts';
import { ss } from './ss.ts';
import { traceroute } from './traceroute.ts';

/** What a word after the name is, for completion. */
export type WordKind = 'host' | 'interface' | 'program' | 'file' | 'nothing';

export interface ProgramEntry {
  readonly program: Program;
  /** As the first line of `help` shows it. */
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly string[];
  readonly words: WordKind;
  /** What the first word may be, where it says what to do. */
  readonly verbs?: readonly string[];
  /** Flags that are followed by a value, and what it is. */
  readonly values?: Readonly<Record<string, WordKind>>;
}

const PING_VALUES: Readonly<Record<string, WordKind>> = {
  '-c': 'nothing',
  '-i': 'nothing',
  '-I': 'interface',
  '-l': 'nothing',
  '-M': 'nothing',
  '-p': 'nothing',
  '-Q': 'nothing',
  '-s': 'nothing',
  '-t': 'nothing',
  '-w': 'nothing',
  '-W': 'nothing',
};
const TRACEROUTE_VALUES: Readonly<Record<string, WordKind>> = {
  '-f': 'nothing',
  '-i': 'interface',
  '-m': 'nothing',
  '-N': 'nothing',
  '-p': 'nothing',
  '-q': 'nothing',
  '-s': 'nothing',
  '-t': 'nothing',
  '-w': 'nothing',
  '-z': 'nothing',
};

/** Those that people type; dig takes more. */
const DIG_FLAGS = [
  '+answer',
  '+dnssec',
  '+multiline',
  '+noall',
  '+nocmd',
  '+noedns',
  '+norecurse',
  '+short',
  '+tcp',
  '+trace',
];

const help: Program = atOnce((env) => {
  const [name] = env.args;
  if (name === undefined) {
    env.out('Programs on this machine (help NAME says more):\n');
    for (const [called, { about }] of PROGRAMS) env.out(`  ${called.padEnd(12)} ${about}\n`);
    env.out(
      'Between commands: ;  && (if it went well)  || (if it did not)  | (with its output). Ctrl-C ends a program.\n',
    );
    return 0;
  }
  const entry = PROGRAMS.get(name);
  if (!entry) {
    env.err(`bash: help: no help topics match \`${name}'\n`);
    return 1;
  }
  env.out(`${entry.usage}\n  ${entry.about}\n`);
  return 0;
});

export const PROGRAMS: ReadonlyMap<string, ProgramEntry> = new Map<string, ProgramEntry>([
  [
    'arp',
    {
      program: arp,
      usage: 'arp [-n] [-a] [ADDRESS]',
      about: 'cards behind the IPv4 addresses on the link',
      flags: ['-n', '-a'],
      words: 'host',
    },
  ],
  [
    'cat',
    {
      program: cat,
      usage: 'cat FILE...',
      about: 'prints files: /etc/hosts, /etc/resolv.conf',
      flags: [],
      words: 'file',
    },
  ],
  [
    'dig',
    {
      program: dig,
      usage: 'dig [@SERVER] [-46] [-p PORT] [-x ADDRESS] [NAME] [TYPE] [+[no]FLAG]...',
      about: 'asks a name server, and prints what it says',
      flags: ['-4', '-6', '-c', '-p', '-q', '-t', '-u', '-v', '-x', ...DIG_FLAGS],
      words: 'host',
      values: { '-c': 'nothing', '-p': 'nothing', '-q': 'host', '-t': 'nothing', '-x': 'host' },
    },
  ],
  [
    'echo',
    {
      program: echo,
      usage: 'echo [-neE] [WORD]... [> FILE] [>> FILE]',
      about: 'prints its words, or writes them to a file',
      flags: ['-n', '-e', '-E'],
      words: 'nothing',
    },
  ],
  ['false', { program: fail, usage: 'false', about: 'fails', flags: [], words: 'nothing' }],
  [
    'getent',
    {
      program: getent,
      usage: 'getent hosts|ahosts|ahostsv4|ahostsv6 [NAME]...',
      about: 'what programs of this machine find under a name',
      flags: [],
      words: 'host',
      verbs: ['ahosts', 'ahostsv4', 'ahostsv6', 'hosts'],
    },
  ],
  [
    'help',
    {
      program: help,
      usage: 'help [NAME]',
      about: 'lists the programs, or says how one is used',
      flags: [],
      words: 'program',
    },
  ],
  [
    'host',
    {
      program: host,
      usage:
        'host [-46aAdrTv] [-c CLASS] [-N NDOTS] [-p PORT] [-R RETRIES] [-t TYPE] [-W SECONDS] NAME [SERVER]',
      about: 'what a name server says of a name or an address, in sentences',
      flags: ['-4', '-6', '-a', '-p', '-r', '-t', '-T', '-v', '-W'],
      words: 'host',
      values: { '-p': 'nothing', '-t': 'nothing', '-W': 'nothing' },
    },
  ],
  [
    'hostname',
    {
      program: hostname,
      usage: 'hostname [-I]',
      about: 'the name of this machine, or its addresses',
      flags: ['-I', '-s'],
      words: 'nothing',
    },
  ],
  [
    'ip',
    {
      program: ip,
      usage: 'ip [-4 | -6] [-br] address|link|route|neigh [show [dev INTERFACE]]\nip route get ADDRESS',
      about: 'addresses, links, routes and neighbours of this machine',
      flags: ['-4', '-6', '-br', '-o'],
      words: 'interface',
    },
  ],
  [
    'nslookup',
    {
      program: nslookup,
      usage:
        'nslookup [-debug] [-norecurse] [-port=PORT] [-timeout=SECONDS] [-type=TYPE] [-vc] NAME [SERVER]',
      about: 'what a name server says of a name or an address',
      flags: ['-debug', '-norecurse', '-port=', '-timeout=', '-type=', '-vc'],
      words: 'host',
    },
  ],
  [
    'ping',
    {
      program: ping,
      usage:
        'ping [-46nqDO] [-c COUNT] [-i SECONDS] [-s BYTES] [-t TTL] [-M do|want|dont] [-W SECONDS] [-w SECONDS] [-I FROM] HOST',
      about: 'asks a machine for an echo, and says how long it took',
      flags: ['-4', '-6', '-D', '-n', '-O', '-q', ...Object.keys(PING_VALUES)],
      words: 'host',
      values: PING_VALUES,
    },
  ],
  [
    'resolvectl',
    {
      program: resolvectl,
      usage: 'resolvectl show-cache|statistics|flush-caches',
      about: 'the names that this machine remembers',
      flags: [],
      words: 'nothing',
      verbs: ['flush-caches', 'show-cache', 'statistics'],
    },
  ],
  [
    'sleep',
    {
      program: sleep,
      usage: 'sleep SECONDS',
      about: 'waits',
      flags: [],
      words: 'nothing',
    },
  ],
  [
    'ss',
    {
      program: ss,
      usage: 'ss [-4 | -6] [-t] [-u] [-a | -l] [-n] [state STATE]',
      about: 'sockets of this machine',
      flags: ['-4', '-6', '-a', '-H', '-l', '-n', '-p', '-t', '-u'],
      words: 'nothing',
    },
  ],
  [
    'sudo',
    {
      program: sudo,
      usage: 'sudo COMMAND [ARGUMENT]...',
      about: 'does something as root, who may do everything',
      flags: [],
      words: 'program',
    },
  ],
  [
    'tee',
    {
      program: tee,
      usage: 'echo TEXT | tee [-a] FILE...',
      about: 'writes what another program prints to a file',
      flags: ['-a'],
      words: 'file',
    },
  ],
  [
    'traceroute',
    {
      program: traceroute,
      usage:
        'traceroute [-46nIF] [-f FIRST] [-m MAX] [-N TOGETHER] [-q QUERIES] [-w SECONDS] [-p PORT] HOST [LENGTH]',
      about: 'the routers on the way to a machine',
      flags: ['-4', '-6', '-F', '-I', '-n', ...Object.keys(TRACEROUTE_VALUES)],
      words: 'host',
      values: TRACEROUTE_VALUES,
    },
  ],
  [
    'unbound-control',
    {
      program: unboundControl,
      usage: 'unbound-control dump_cache\nunbound-control flush NAME\nunbound-control flush_zone NAME',
      about: 'the names that a resolver remembers',
      flags: [],
      words: 'host',
      verbs: ['dump_cache', 'flush', 'flush_zone'],
    },
  ],
  ['true', { program: succeed, usage: 'true', about: 'goes well', flags: [], words: 'nothing' }],
]);
