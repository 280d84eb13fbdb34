/**
 * Whom host and nslookup ask: the server that was named, or those of resolv.conf.
 */
import { formatIp, isV4, parseIp } from '../../base/ip.ts';
import { isIP } from '../../base/is-ip.ts';
import { RESOLV_CONF_PATH } from '../../net/host-files.ts';
import { parseResolvConf, type ResolvConf } from '../../proto/dns/stub/resolv-conf.ts';
import { ProgramError, type Task } from '../../sim/task.ts';
import type { Env, Family } from '../program.ts';
import { addressProblem } from './dig-options.ts';
import type { ServerAddress } from './exchange.ts';

export function resolvConfOf(env: Env): ResolvConf {
  return parseResolvConf(env.host.files.read(RESOLV_CONF_PATH)).conf;
}

/** Or a status, after the reason has been printed. */
export function* serversFor(
  env: Env,
  given: string | undefined,
  port: number,
  family: Family | undefined,
): Task<readonly ServerAddress[] | number> {
  if (given === undefined) {
    const found = resolvConfOf(env).servers.map((address) => ({ address, port, name: formatIp(address) }));
    return fitting(env, found, family);
  }
  if (isIP(given) !== 0) return fitting(env, [{ address: parseIp(given), port, name: given }], family);
  try {
    const addresses = yield* env.resolve(given, family);
    return addresses.map((address) => ({ address, port, name: given }));
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    env.err(`${env.name}: couldn't get address for '${given}': ${addressProblem(error)}\n`);
    return 1;
  }
}

function fitting(
  env: Env,
  servers: readonly ServerAddress[],
  family: Family | undefined,
): readonly ServerAddress[] | number {
  const usable = servers.filter(({ address }) => family === undefined || isV4(address) === (family === 4));
  for (const { address } of servers)
    if (family === 6 && isV4(address)) env.out(`;; Skipping mapped address '::ffff:${formatIp(address)}'\n`);
  if (usable.length > 0) return usable;
  env.out(';; No acceptable nameservers\n');
  return 1;
}
