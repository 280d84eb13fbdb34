/**
 * `ip`: addresses, links, routes and neighbours of this machine (iproute2 6.1), to look at: changing them takes root, and
 * is left out for root, too.
 *
 * As in the real one, objects, commands and long options may be shortened. Left out: other objects, JSON, colours,
 * statistics, selectors but the few that are named in `ip … help`.
 */
import { showAddresses, showLinks } from './ip-address.ts';
import { showNeighbours } from './ip-neighbour.ts';
import { getRoute, showRoutes } from './ip-route.ts';
import { type IpOptions, IpRefusal } from './ip-words.ts';
import { atOnce, type Env, type Family, isRoot, type Program } from './program.ts';

/** The words after the command. */
type Command = (env: Env, options: IpOptions, words: readonly string[]) => void;

interface ObjectSpec {
  /** Its names, each of which may be shortened; the first is how help calls it. */
  readonly names: readonly string[];
  readonly show: Command;
  readonly others?: readonly (readonly [name: string, command: Command])[];
  readonly help: string;
}

const SHOW = ['show', 'lst', 'list', 'ls'];
/** Commands that change something, in the order in which their abbreviations are tried. */
const CHANGES = ['add', 'set', 'change', 'replace', 'delete', 'append', 'prepend', 'flush'];

const OBJECTS: readonly ObjectSpec[] = [
  {
    names: ['address'],
    show: showAddresses,
    help: 'ip address [ show [ dev IFNAME ] [ scope SCOPE-ID ] [ up ] ]\nSCOPE-ID := [ host | link | global ]\n',
  },
  {
    names: ['route'],
    show: showRoutes,
    others: [['get', getRoute]],
    help: 'ip route [ show [ PREFIX ] [ dev IFNAME ] ]\n       ip route get ADDRESS [ from ADDRESS ]\n',
  },
  {
    names: ['neighbor', 'neighbour'],
    show: showNeighbours,
    help: 'ip neigh [ show [ ADDRESS ] [ dev IFNAME ] [ nud STATE ] ]\n',
  },
  { names: ['link'], show: showLinks, help: 'ip link [ show [ dev IFNAME ] [ up ] ]\n' },
];

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbor | neighbour | route }
       OPTIONS := { -V[ersion] | -f[amily] { inet | inet6 } | -4 | -6 |
                    -br[ief] | -o[neline] }
`;

/** Of the real program, and not here. */
const LEFT_OUT = [
  'statistics',
  'details',
  'resolve',
  'human-readable',
  'iec',
  'json',
  'pretty',
  'loops',
  'timestamp',
  'tshort',
  'batch',
  'rcvbuf',
  'netns',
  'Numeric',
  'all',
  'color',
];

export const ip: Program = atOnce((env: Env): number => {
  try {
    run(env);
    return 0;
  } catch (error) {
    if (!(error instanceof IpRefusal)) throw error;
    if (error.message !== '') env.err(`${error.message}\n`);
    return error.status;
  }
});

function run(env: Env): void {
  const { args } = env;
  let family: Family | undefined;
  let isBrief = false;
  let isOneLine = false;
  let at = 0;
  for (; at < args.length && args[at]!.startsWith('-'); at++) {
    const typed = args[at]!;
    const name = typed.replace(/^--?/, '');
    const is = (long: string, least = 1): boolean => name.length >= least && long.startsWith(name);
    if (name === '' || is('help')) usage();
    else if (name === '4') family = 4;
    else if (name === '6') family = 6;
    else if (is('family')) family = readFamily(args[++at]);
    else if (is('brief', 2)) isBrief = true;
    else if (is('oneline')) isOneLine = true;
    else if (is('Version')) {
      env.out('ip utility, iproute2-6.1.0, retold\n');
      return;
    } else if (LEFT_OUT.some((long) => is(long)))
      throw new IpRefusal(255, `Option "${typed}" is not available in this terminal.`);
    else throw new IpRefusal(255, `Option "${typed}" is unknown, try "ip -help".`);
  }
  const [object, command, ...rest] = args.slice(at);
  if (object === undefined || (object !== '' && 'help'.startsWith(object))) usage();
  const spec = OBJECTS.find(({ names }) => names.some((name) => name.startsWith(object!)));
  if (!spec) throw new IpRefusal(1, `Object "${object}" is unknown, try "ip help".`);
  dispatch(env, { family, isBrief, isOneLine }, spec, object!, command, rest);
}

function dispatch(
  env: Env,
  options: IpOptions,
  spec: ObjectSpec,
  object: string,
  command: string | undefined,
  rest: readonly string[],
): void {
  if (command === undefined) {
    spec.show(env, options, []);
    return;
  }
  const other = spec.others?.find(([name]) => name.startsWith(command));
  if (command === 'help') throw new IpRefusal(255, `Usage: ${spec.help}`.trimEnd());
  if (CHANGES.some((name) => name.startsWith(command) && !SHOW.some((show) => show.startsWith(command))))
    throw new IpRefusal(
      2,
      isRoot(env)
        ? `Changing things with "ip ${object} ${command}" is not available in this terminal.`
        : 'RTNETLINK answers: Operation not permitted',
    );
  if (other) other[1](env, options, rest);
  else if (SHOW.some((name) => name.startsWith(command))) spec.show(env, options, rest);
  else {
    // the real one says the whole name of addresses, and the word as typed of others
    const called = spec.names[0] === 'address' ? 'address' : spec.names[0] === 'neighbor' ? 'neigh' : object;
    throw new IpRefusal(255, `Command "${command}" is unknown, try "ip ${called} help".`);
  }
}

function usage(): never {
  throw new IpRefusal(255, USAGE.trimEnd());
}

function readFamily(text: string | undefined): Family {
  if (text === 'inet') return 4;
  if (text === 'inet6') return 6;
  if (text === undefined) throw new IpRefusal(255, 'Command line is not complete. Try option "help"');
  throw new IpRefusal(255, `Error: argument "${text}" is wrong: invalid protocol family\n`);
}
