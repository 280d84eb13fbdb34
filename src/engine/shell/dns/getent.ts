/**
 * `getent`: what the C library says of names and addresses (getent(1), glibc 2.36): `hosts` and `ahosts`, `ahostsv4`,
 * `ahostsv6`. It goes the way that every program's names go: hosts file, what the system keeps, resolvers.
 *
 * Left out: the other databases, which have nothing to do with names of machines.
 */
import { formatIp, type Ip, parseIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';
import { HOSTS_PATH } from '../../net/host-files.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import type { Env, Family, HostAnswer } from '../program.ts';

const MORE = "Try `getent --help' or `getent --usage' for more information.\n";
const USAGE = 'Usage: getent hosts|ahosts|ahostsv4|ahostsv6 [NAME]...\n';
const WRONG_USE = 1;
const NOT_FOUND = 2;
/** Databases of the real program that are about other things. */
const OTHERS =
  'aliases ethers group gshadow initgroups netgroup networks passwd protocols rpc services shadow';

const FAMILIES: Readonly<Record<string, Family | undefined>> = {
  ahosts: undefined,
  ahostsv4: 4,
  ahostsv6: 6,
};

export function* getent(env: Env): Task<number> {
  const [database, ...keys] = env.args;
  if (database === '--help' || database === '--usage') {
    env.out(USAGE);
    return 0;
  }
  if (database === undefined) {
    env.err('getent: wrong number of arguments\n');
    env.out(MORE);
    return WRONG_USE;
  }
  if (database !== 'hosts' && !Object.hasOwn(FAMILIES, database)) {
    const isReal = OTHERS.split(' ').includes(database);
    env.err(
      isReal
        ? `getent: the database ${database} is not available in this terminal\n`
        : `Unknown database: ${database}\n`,
    );
    env.out(isReal ? '' : MORE);
    return WRONG_USE;
  }
  if (keys.length === 0) return listAll(env);
  let status = 0;
  for (const key of keys) {
    const text =
      database === 'hosts' ? yield* hostsText(env, key) : yield* addressesText(env, key, FAMILIES[database]);
    if (text === undefined) status = NOT_FOUND;
    else env.out(text);
  }
  return status;
}

/** Every line of the hosts file. */
function listAll(env: Env): number {
  for (const line of env.host.files.read(HOSTS_PATH).split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && names.length > 0) env.out(`${address.padEnd(15)} ${names.join(' ')}\n`);
  }
  return 0;
}

/** As gethostbyname2 for IPv6 and, where that finds nothing, for IPv4; of an address, what it is called. */
function* hostsText(env: Env, key: string): Task<string | undefined> {
  if (isIP(key) !== 0) {
    const answer = yield* env.reverse(parseIp(key));
    return answer && entryText({ ...answer, addresses: [parseIp(key)] });
  }
  for (const family of [6, 4] as const) {
    const answer = yield* found(env, key, family);
    if (answer) return entryText(answer);
  }
  return undefined;
}

function entryText({ addresses, canonicalName, aliases }: HostAnswer): string {
  const names = [canonicalName, ...aliases].join(' ');
  return addresses.map((address) => `${formatIp(address).padEnd(15)} ${names}\n`).join('');
}

/** As getaddrinfo: each address for each kind of socket, the name once. */
function* addressesText(env: Env, key: string, family: Family | undefined): Task<string | undefined> {
  const answer = yield* found(env, key, family);
  return answer?.addresses
    .flatMap((address: Ip, i) =>
      ['STREAM', 'DGRAM', 'RAW'].map((kind, k) => {
        const name = i === 0 && k === 0 ? answer.canonicalName : '';
        return `${formatIp(address).padEnd(15)} ${kind.padEnd(6)} ${name}\n`;
      }),
    )
    .join('');
}

function* found(env: Env, name: string, family: Family | undefined): Task<HostAnswer | undefined> {
  try {
    return yield* env.lookUp(name, family);
  } catch (error) {
    if (error instanceof ProgramError) return undefined;
    throw error;
  }
}
