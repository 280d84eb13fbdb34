/**
 * The small programs: `hostname` (3.23), `sleep`, `true`, `false`, `echo` (as bash has it).
 */
import { formatIp, isLinkLocal6 } from '../base/ip.ts';
import { HOUR, MINUTE, type Nanoseconds, SECOND } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { sleep as pause, type Task } from '../sim/task.ts';
import { readFlags } from './flags.ts';
import { atOnce, type Env, isRoot, type Program } from './program.ts';

const HOSTNAME_USAGE = `Usage: hostname [-I|-s]                            display formatted name

    -I, --all-ip-addresses all addresses for the host
    -s, --short            short host name
`;

export const hostname: Program = atOnce((env: Env): number => {
  const letters = { I: 'alone', s: 'alone', h: 'alone', V: 'alone' } as const;
  const names = { 'all-ip-addresses': 'I', short: 's', help: 'h', version: 'V' };
  const { flags, words, fault } = readFlags(env.args, { letters, names });
  const last = flags.at(-1)?.letter;
  if (fault) {
    const isLong = fault.typed.startsWith('--');
    env.err(
      `hostname: ${isLong ? `unrecognized option '${fault.typed}'` : `invalid option -- '${fault.typed.slice(1)}'`}\n`,
    );
  }
  if (fault || last === 'h') {
    env.out(HOSTNAME_USAGE);
    return 255;
  }
  if (last === 'V') env.out('hostname 3.23, retold\n');
  else if (last === 'I') env.out(`${addressesOf(env.host).join(' ')} \n`);
  else if (words.length > 0) {
    env.err(
      isRoot(env)
        ? 'hostname: changing the name is not available in this terminal\n'
        : 'hostname: you must be root to change the host name\n',
    );
    return 1;
  } else env.out(`${env.host.name.split('.')[0]}\n`);
  return 0;
});

/** All but loopback and link-local ones, IPv4 first. */
function addressesOf({ ip }: Host): readonly string[] {
  const v4 = ip.nics.flatMap(({ address }) => (address === undefined ? [] : [formatIp(address)]));
  const v6 = ip.nics.flatMap(({ addresses6 }) => addresses6.map(({ address }) => address));
  return [...v4, ...v6.filter((address) => !isLinkLocal6(address))];
}

const UNITS: Readonly<Record<string, Nanoseconds>> = {
  '': SECOND,
  s: SECOND,
  m: MINUTE,
  h: HOUR,
  d: 24 * HOUR,
};
/** Longest sleep: what fits into kernel time. */
const LONGEST: Nanoseconds = 100 * 24 * HOUR;

/** Sleeps as long as all its arguments together say. */
export function* sleep(env: Env): Task<number> {
  const more = "Try 'sleep --help' for more information.\n";
  let total = 0;
  for (const arg of env.args) {
    if (/^-\d/.test(arg) || (arg.startsWith('-') && arg.length > 1)) {
      const said = arg.startsWith('--') ? `unrecognized option '${arg}'` : `invalid option -- '${arg[1]}'`;
      env.err(`sleep: ${said}\n${more}`);
      return 1;
    }
    const found = /^(\d+\.?\d*|\.\d+)([smhd]?)$/.exec(arg);
    if (!found) {
      env.err(`sleep: invalid time interval ‘${arg}’\n${more}`);
      return 1;
    }
    total += Number(found[1]) * UNITS[found[2]!]!;
  }
  if (env.args.length === 0) {
    env.err(`sleep: missing operand\n${more}`);
    return 1;
  }
  yield* pause(env.host.world.kernel, Math.min(LONGEST, Math.ceil(total)));
  return 0;
}

export const succeed: Program = atOnce(() => 0);
export const fail: Program = atOnce(() => 1);

const ESCAPES: Readonly<Record<string, string>> = {
  '\\\\': '\\',
  '\\a': '\u0007',
  '\\n': '\n',
  '\\t': '\t',
  '\\r': '\r',
};

export const echo: Program = atOnce((env: Env): number => {
  let at = 0;
  let isRaw = true;
  let end = '\n';
  for (; /^-[neE]+$/.test(env.args[at] ?? ''); at++) {
    for (const letter of env.args[at]!.slice(1)) {
      if (letter === 'n') end = '';
      else isRaw = letter === 'E';
    }
  }
  const text = env.args.slice(at).join(' ');
  env.out((isRaw ? text : text.replace(/\\[\\antr]/g, (found) => ESCAPES[found]!)) + end);
  return 0;
});
