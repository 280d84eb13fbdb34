/**
 * `ip neighbour` and `arp`: the cards behind the addresses on this machine's links.
 */
import { parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import type { Host } from '../net/host.ts';
import { neighbourState } from '../proto/ip/neighbours6.ts';
import { readFlags } from './flags.ts';
import { following, type IpOptions, IpRefusal } from './ip-words.ts';
import { atOnce, type Env, type Family, type Program } from './program.ts';
import { interfaceCalled } from './target.ts';

interface Neighbour {
  readonly family: Family;
  readonly address: string;
  readonly device: string;
  readonly mac: string | undefined;
  readonly isRouter: boolean;
  /** REACHABLE, STALE … as Linux calls it. */
  readonly state: string;
}

/** Both families, IPv4 first. */
function neighboursOf(host: Host): readonly Neighbour[] {
  const { now } = host.world;
  const found: Neighbour[] = [];
  for (const { interface: device, address, mac, expires } of host.ip.neighbours.arpRows().values()) {
    const state = expires > now ? (expires === Number.MAX_SAFE_INTEGER ? 'PERMANENT' : 'REACHABLE') : 'STALE';
    found.push({ family: 4, address, device, mac, isRouter: false, state });
  }
  for (const link of host.ip.v6.links()) {
    for (const row of link.rows().values()) {
      found.push({
        family: 6,
        address: row.address,
        device: row.interface,
        mac: row.mac ?? undefined,
        isRouter: row.router,
        state: neighbourState(row, now).toUpperCase(),
      });
    }
  }
  return found;
}

export function showNeighbours(env: Env, options: IpOptions, words: readonly string[]): void {
  let device: string | undefined;
  let address: string | undefined;
  let state: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'dev') device = following(words, ++i);
    else if (word === 'nud') state = following(words, ++i);
    else {
      const text = word === 'to' ? following(words, ++i) : word;
      if (isIP(text) === 0)
        throw new IpRefusal(1, `Error: any valid prefix is expected rather than "${text}".`);
      address = String(parseIp(text));
    }
  }
  if (device !== undefined && !interfaceCalled(env.host, device))
    throw new IpRefusal(1, `Cannot find device "${device}"`);
  for (const one of neighboursOf(env.host)) {
    if (options.family !== undefined && one.family !== options.family) continue;
    if (device !== undefined && one.device !== device) continue;
    if (address !== undefined && String(parseIp(one.address)) !== address) continue;
    if (state !== undefined && state !== 'all' && one.state !== state.toUpperCase()) continue;
    if (options.isBrief) {
      env.out(`${one.address.padEnd(39)} ${one.device.padEnd(16)} ${one.mac ?? ''}\n`);
      continue;
    }
    const where = device === undefined ? `dev ${one.device} ` : '';
    const card = one.mac === undefined ? '' : `lladdr ${one.mac} `;
    env.out(`${one.address} ${where}${card}${one.isRouter ? 'router ' : ''}${one.state} \n`);
  }
}

const ARP_HEADER = 'Address                  HWtype  HWaddress           Flags Mask            Iface\n';

/** `arp` (net-tools 2.10): the IPv4 part of the same. */
export const arp: Program = atOnce((env: Env): number => {
  const { flags, words, fault } = readFlags(env.args, { letters: { n: 'alone', a: 'alone', e: 'alone' } });
  if (fault) {
    env.err(`arp: invalid option -- '${fault.typed.slice(1)}'\nUsage:\n  arp [-n] [-a] [<hostname>]\n`);
    return 3;
  }
  const isNumeric = flags.some(({ letter }) => letter === 'n');
  const isBsd = flags.some(({ letter }) => letter === 'a');
  const wanted = words[0]?.text;
  const rows = neighboursOf(env.host).filter(
    ({ family, address }) => family === 4 && (wanted === undefined || address === wanted),
  );
  if (wanted !== undefined && rows.length === 0) {
    env.out(`${wanted} (${wanted}) -- no entry\n`);
    return 0;
  }
  if (!isBsd && rows.length > 0) env.out(ARP_HEADER);
  for (const { address, device, mac, state } of rows) {
    const name = isNumeric ? undefined : env.nameOf(parseIp(address));
    if (isBsd) {
      env.out(
        `${name ?? '?'} (${address}) at ${mac === undefined ? '<incomplete>' : `${mac} [ether]`} on ${device}\n`,
      );
      continue;
    }
    const shown = (name ?? address).padEnd(24);
    if (mac === undefined) env.out(`${shown}         (incomplete)                              ${device}\n`);
    else
      env.out(
        `${shown} ether   ${mac}   ${state === 'PERMANENT' ? 'CM' : 'C '}                    ${device}\n`,
      );
  }
  return 0;
});
