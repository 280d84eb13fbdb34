/**
 * `ip address` and `ip link`: the interfaces of a machine, their cards and their addresses, as iproute2 6.1 prints them.
 */
import { formatIp4, formatMac, type Ip4, mask4 } from '../base/address.ts';
import { formatIp, isLinkLocal6 } from '../base/ip.ts';
import { type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import { LOOPBACK_MTU } from '../net/ip/ip-stack.ts';
import type { Address6, Nic } from '../net/link/nic.ts';
import { following, type IpOptions, IpRefusal } from './ip-words.ts';
import type { Env } from './program.ts';
import { interfacesOf } from './target.ts';

/** An address with what is printed of it. */
interface Shown {
  readonly family: 4 | 6;
  readonly text: string;
  readonly scope: 'host' | 'link' | 'global';
  /** What follows the address: `brd 192.168.1.255 scope global wlan0`. */
  readonly rest: string;
  readonly lifetimes: string;
}

interface Selection {
  readonly device: string | undefined;
  readonly scope: string | undefined;
  readonly isUp: boolean;
}

export function showAddresses(env: Env, options: IpOptions, words: readonly string[]): void {
  const selection = readSelection(env, words);
  const { now } = env.host.world;
  for (const [i, nic] of interfacesOf(env.host).entries()) {
    if (!isSelected(nic, selection)) continue;
    const addresses = addressesOf(nic, nic === env.host.ip.loopback, now).filter(
      ({ family, scope }) =>
        (options.family ?? family) === family && (selection.scope === undefined || scope === selection.scope),
    );
    if ((options.family !== undefined || selection.scope !== undefined) && addresses.length === 0) continue;
    if (options.isBrief) {
      env.out(
        `${`${nic.name}`.padEnd(16)} ${stateOf(env, nic).padEnd(14)} ${addresses.map(({ text }) => `${text} `).join('')}\n`,
      );
      continue;
    }
    if (options.isOneLine) {
      for (const { family, text, rest, lifetimes } of addresses)
        env.out(
          `${i + 1}: ${nic.name}    ${family === 4 ? 'inet' : 'inet6'} ${text} ${rest}\\       ${lifetimes}\n`,
        );
      continue;
    }
    let out = `${i + 1}: ${linkLine(env, nic, options.family === 6 && selection.device === undefined ? 'short' : 'address')}\n`;
    if (options.family === undefined) out += `    ${cardLine(env, nic)}\n`;
    for (const { family, text, rest, lifetimes } of addresses)
      out += `    ${family === 4 ? 'inet' : 'inet6'} ${text} ${rest}\n       ${lifetimes}\n`;
    env.out(out);
  }
}

export function showLinks(env: Env, options: IpOptions, words: readonly string[]): void {
  const selection = readSelection(env, words);
  for (const [i, nic] of interfacesOf(env.host).entries()) {
    if (!isSelected(nic, selection)) continue;
    if (options.isBrief) {
      env.out(
        `${nic.name.padEnd(16)} ${stateOf(env, nic).padEnd(14)} ${formatMac(nic.mac)} <${flagsOf(env, nic)}> \n`,
      );
    } else {
      const end = options.isOneLine ? '\\' : '\n';
      env.out(`${i + 1}: ${linkLine(env, nic, 'link')}${end}    ${cardLine(env, nic)}\n`);
    }
  }
}

function readSelection(env: Env, words: readonly string[]): Selection {
  let device: string | undefined;
  let scope: string | undefined;
  let isUp = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === 'up') isUp = true;
    else if (word === 'scope') scope = following(words, ++i);
    else {
      const name = word === 'dev' ? following(words, ++i) : word;
      if (device !== undefined)
        throw new IpRefusal(255, `Error: either "dev" is duplicate, or "${name}" is a garbage.`);
      device = name;
    }
  }
  if (device !== undefined && !interfacesOf(env.host).some(({ name }) => name === device))
    throw new IpRefusal(1, `Device "${device}" does not exist.`);
  return { device, scope, isUp };
}

function isSelected(nic: Nic, { device, isUp }: Selection): boolean {
  return (
    (device === undefined || nic.name === device) && (!isUp || nic.channel !== undefined || nic.mac === 0)
  );
}

/** `short`: what the kernel says of its interfaces when it is asked about IPv6 alone. */
function linkLine(env: Env, nic: Nic, kind: 'address' | 'short' | 'link'): string {
  const isLoopback = nic === env.host.ip.loopback;
  const mtu = isLoopback ? LOOPBACK_MTU : nic.mtu;
  const begin = `${nic.name}: <${flagsOf(env, nic)}> mtu ${mtu}`;
  const state = stateOf(env, nic);
  if (kind === 'short') return `${begin} state ${state} qlen 1000`;
  const mode = kind === 'link' ? ' mode DEFAULT' : '';
  return `${begin} qdisc noqueue state ${state}${mode} group default qlen 1000`;
}

function flagsOf(env: Env, nic: Nic): string {
  if (nic === env.host.ip.loopback) return 'LOOPBACK,UP,LOWER_UP';
  return nic.channel ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'NO-CARRIER,BROADCAST,MULTICAST,UP';
}

function stateOf(env: Env, nic: Nic): string {
  if (nic === env.host.ip.loopback) return 'UNKNOWN';
  return nic.channel ? 'UP' : 'DOWN';
}

function cardLine(env: Env, nic: Nic): string {
  return nic === env.host.ip.loopback
    ? 'link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00'
    : `link/ether ${formatMac(nic.mac)} brd ff:ff:ff:ff:ff:ff`;
}

/** IPv4 first; of IPv6, those with the wider scope first. */
function addressesOf(nic: Nic, isLoopback: boolean, now: Nanoseconds): readonly Shown[] {
  const shown: Shown[] = [];
  const forever = 'valid_lft forever preferred_lft forever';
  if (nic.address !== undefined) {
    const scope = isLoopback ? 'host' : 'global';
    const brd =
      isLoopback || nic.prefixLength > 30
        ? ''
        : `brd ${formatIp4(broadcast(nic.address, nic.prefixLength))} `;
    shown.push({
      family: 4,
      text: `${formatIp4(nic.address)}/${nic.prefixLength}`,
      scope,
      rest: `${brd}scope ${scope} ${nic.name}`,
      lifetimes: forever,
    });
  }
  if (isLoopback)
    shown.push({ family: 6, text: '::1/128', scope: 'host', rest: 'scope host ', lifetimes: forever });
  const wide = nic.addresses6.filter(({ address }) => !isLinkLocal6(address));
  const near = nic.addresses6.filter(({ address }) => isLinkLocal6(address));
  for (const one of [...wide, ...near]) shown.push(show6(one, now));
  return shown;
}

function broadcast(address: Ip4, prefixLength: number): Ip4 {
  return ((address | ~mask4(prefixLength)) >>> 0) as Ip4;
}

function show6(one: Address6, now: Nanoseconds): Shown {
  const scope = isLinkLocal6(one.address) ? 'link' : 'global';
  const marks: string[] = [];
  if (one.state === 'duplicate') marks.push('dadfailed');
  if (one.state === 'deprecated') marks.push('deprecated');
  if (one.state === 'tentative' || one.state === 'duplicate') marks.push('tentative');
  if (one.validUntil < NEVER) marks.push('dynamic');
  if (one.origin === 'slaac') marks.push('mngtmpaddr');
  return {
    family: 6,
    text: `${formatIp(one.address)}/${one.prefixLength}`,
    scope,
    rest: `scope ${scope} ${marks.map((mark) => `${mark} `).join('')}`,
    lifetimes: `valid_lft ${seconds(one.validUntil, now)} preferred_lft ${seconds(one.preferredUntil, now)}`,
  };
}

/** What is left of a lifetime: whole seconds, or `forever`. */
export function seconds(until: Nanoseconds, now: Nanoseconds): string {
  return until >= NEVER ? 'forever' : `${Math.max(0, Math.floor((until - now) / SECOND))}sec`;
}
