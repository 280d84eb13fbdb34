/**
 * `ip route` and `ip route get`: the routing table of a machine and what it says about one address, as iproute2 6.1
 * prints them.
 */
import { type Cidr, compareCidr, containsCidr, formatCidr, parseCidr } from '../base/cidr.ts';
import { Malformed } from '../base/errors.ts';
import { formatIp, type Ip, isLinkLocal6, isMulticast6, isV4, parseIp } from '../base/ip.ts';
import { NEVER } from '../base/units.ts';
import type { Route } from '../net/ip/route.ts';
import { seconds } from './ip-address.ts';
import { following, type IpOptions, IpRefusal } from './ip-words.ts';
import { type Env, type Family, isRoot } from './program.ts';
import { connectProblem, interfaceCalled, problemText } from './target.ts';

/** Linux gives routes of IPv6 that nobody gave a metric this one; those of interfaces 256. */
const USUAL_METRIC6 = 1024;
const KERNEL_METRIC6 = 256;
const HOP_LIMIT = 64;
const USER = 1000;

export function showRoutes(env: Env, options: IpOptions, words: readonly string[]): void {
  let device: string | undefined;
  let network: Cidr | 'default' | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'dev') device = following(words, ++i);
    else if (word === 'default') network = word;
    else network = readPrefix(word);
  }
  if (device !== undefined && !interfaceCalled(env.host, device))
    throw new IpRefusal(1, `Cannot find device "${device}"`);
  const family: Family =
    options.family ?? (network && network !== 'default' && !isV4(network.address) ? 6 : 4);
  const routes = env.host.ip.routes.routes.filter((route) => isV4(route.network.address) === (family === 4));
  for (const route of [...routes].sort(family === 4 ? inOrder4 : inOrder6)) {
    if (device !== undefined && route.nic?.name !== device) continue;
    if (network !== undefined && !isExactly(route, network)) continue;
    env.out(`${routeText(env, route, device === undefined)}\n`);
  }
}

function isExactly({ network }: Route, wanted: Cidr | 'default'): boolean {
  if (wanted === 'default') return network.prefixLength === 0;
  return network.address === wanted.address && network.prefixLength === wanted.prefixLength;
}

/** By address, longer prefixes of the same address first. */
function inOrder4(a: Route, b: Route): number {
  const [one, other] = [a.network.address as number, b.network.address as number];
  return one - other || b.network.prefixLength - a.network.prefixLength || a.metric - b.metric;
}

/** What lies inside a network before the network, otherwise by address; so the default route is last. */
function inOrder6(a: Route, b: Route): number {
  if (formatCidr(a.network) === formatCidr(b.network)) return metric6(a) - metric6(b);
  if (containsCidr(a.network, b.network)) return 1;
  if (containsCidr(b.network, a.network)) return -1;
  return compareCidr(a.network, b.network);
}

/** Routes to an interface's own neighbours are the kernel's, also when a router told it of the prefix. */
function originOf({ origin, gateway }: Route): Route['origin'] {
  return origin === 'ra' && gateway === undefined ? 'kernel' : origin;
}

function metric6(route: Route): number {
  return originOf(route) === 'kernel' ? KERNEL_METRIC6 : route.metric || USUAL_METRIC6;
}

function networkText({ network }: Route): string {
  if (network.prefixLength === 0) return 'default';
  const isHost = network.prefixLength === (isV4(network.address) ? 32 : 128);
  return isHost ? formatIp(network.address) : formatCidr(network);
}

function routeText(env: Env, route: Route, withDevice: boolean): string {
  const { kind, nic, gateway, metric, expires } = route;
  const origin = originOf(route);
  const { now } = env.host.world;
  const words = kind === 'unicast' ? [networkText(route)] : [kind, networkText(route)];
  if (gateway !== undefined) words.push('via', formatIp(gateway));
  const isSix = !isV4(route.network.address);
  if (withDevice && (nic || isSix)) words.push('dev', nic?.name ?? 'lo');
  if (origin === 'kernel' || origin === 'ra') words.push('proto', origin);
  if (isSix) {
    words.push('metric', String(metric6(route)));
    if (expires < NEVER) words.push('expires', seconds(expires, now));
    if (origin === 'ra') words.push('hoplimit', String(HOP_LIMIT));
    return `${words.join(' ')} pref medium`;
  }
  if (origin === 'kernel') words.push('scope', 'link', 'src', formatIp(nic!.address!));
  if (metric > 0) words.push('metric', String(metric));
  return `${words.join(' ')} `;
}

function readPrefix(text: string): Cidr {
  try {
    return text.includes('/') ? parseCidr(text) : hostPrefix(parseIp(text));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    throw new IpRefusal(1, `Error: any valid prefix is expected rather than "${text}".`);
  }
}

function hostPrefix(address: Ip): Cidr {
  return isV4(address) ? { address, prefixLength: 32 } : { address, prefixLength: 128 };
}

export function getRoute(env: Env, options: IpOptions, words: readonly string[]): void {
  let wanted: string | undefined;
  let from: Ip | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'from') from = readPrefix(following(words, ++i)).address;
    else if (word === 'to') wanted = following(words, ++i);
    else if (wanted === undefined) wanted = word;
    else throw new IpRefusal(255, `Error: "${word}" is not available in this terminal.`);
  }
  if (wanted === undefined) throw new IpRefusal(1, 'need at least a destination address');
  const { address, prefixLength } = readPrefix(wanted);
  const width = isV4(address) ? 32 : 128;
  if (prefixLength !== width)
    env.err(`Warning: /${prefixLength} as prefix is invalid, only /${width} (or none) is supported.\n`);
  const family = isV4(address) ? 4 : 6;
  if (options.family !== undefined && options.family !== family) {
    const name = options.family === 4 ? 'inet' : 'inet6';
    throw new IpRefusal(1, `Error: ${name} prefix is expected rather than "${wanted}".`);
  }
  env.out(isV4(address) ? wayText4(env, address, from) : wayText6(env, address, from));
}

/** `203.0.113.80 via 192.168.1.1 dev wlan0 src 192.168.1.23 uid 1000`, and on the next line what is cached about it. */
function wayText4(env: Env, address: Ip, from: Ip | undefined): string {
  const { host } = env;
  const shown = formatIp(address);
  const tail = (marks: string): string => `uid ${isRoot(env) ? 0 : USER} \n    cache ${marks}\n`;
  const given = from === undefined ? '' : `from ${formatIp(from)} `;
  const source = (own: Ip | undefined): string =>
    from !== undefined || own === undefined ? '' : `src ${formatIp(own)} `;
  if (host.ip.isLocal(address)) return `local ${shown} ${given}dev lo ${source(address)}${tail('<local> ')}`;
  const problem = connectProblem(host, address, undefined);
  const route = host.ip.routes.lookup(address);
  if (problem === 'EACCES' && route?.kind === 'unicast')
    return `broadcast ${shown} ${given}dev ${route.nic!.name} ${source(route.nic!.address)}${tail('<local,brd> ')}`;
  if (problem !== undefined || !route) refuse(problem ?? 'ENETUNREACH');
  const via = route.gateway === undefined ? '' : `via ${formatIp(route.gateway)} `;
  return `${shown} ${given}${via}dev ${route.nic!.name} ${source(route.nic!.address)}${tail(pathText(env, address))}`;
}

function wayText6(env: Env, address: Ip, from: Ip | undefined): string {
  const { host } = env;
  const shown = formatIp(address);
  const own = from === undefined ? '::' : formatIp(from);
  if (host.ip.isLocal(address))
    return `local ${shown} from ${own} dev lo table local proto kernel src ${shown} metric 0 pref medium\n`;
  const isNear = typeof address === 'string' && (isLinkLocal6(address) || isMulticast6(address));
  const first = host.ip.nics.find((nic) => nic.addresses6.length > 0);
  const problem = isNear ? (first ? undefined : 'ENETUNREACH') : connectProblem(host, address, undefined);
  const route = host.ip.routes.lookup(address);
  if (problem !== undefined) refuse(problem);
  const nic = isNear ? first! : route!.nic!;
  const isGroup = typeof address === 'string' && isMulticast6(address);
  const words = isGroup ? ['multicast', shown] : [shown];
  words.push('from', own);
  const gateway = isNear ? undefined : route!.gateway;
  if (gateway !== undefined) words.push('via', formatIp(gateway));
  words.push('dev', nic.name);
  if (isGroup) words.push('table', 'local');
  const origin = isNear ? 'kernel' : originOf(route!);
  if (origin === 'kernel' || origin === 'ra') words.push('proto', origin);
  const source = host.ip.sourceFor(address, nic);
  if (source !== undefined) words.push('src', formatIp(source));
  words.push('metric', String(isNear ? KERNEL_METRIC6 : metric6(route!)));
  const path = pathText(env, address).trimEnd();
  if (path !== '') words.push(path);
  return `${words.join(' ')} pref medium\n`;
}

/** What routers on the way have said about sizes: `expires 595sec mtu 1400 `. */
function pathText(env: Env, address: Ip): string {
  const { now } = env.host.world;
  const row = env.host.ip.pathMtu.rows().get(formatIp(address));
  if (!row || row.expires <= now) return '';
  return `expires ${seconds(row.expires, now)} mtu ${row.locked ? 'lock ' : ''}${row.mtu} `;
}

function refuse(code: string): never {
  throw new IpRefusal(2, `RTNETLINK answers: ${problemText(code)}`);
}
