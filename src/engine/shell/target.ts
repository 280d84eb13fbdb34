/**
 * Where a program is to send something: an address, its interface where the address alone does not say it (RFC 4007
 * zones, `fe80::1%wlan0`), and what the way there is like before anything is sent.
 */
import { formatIp, type Ip, isLinkLocal6, isV4 } from '../base/ip.ts';
import type { Host } from '../net/host.ts';
import type { Nic } from '../net/link/nic.ts';
import type { Task } from '../sim/task.ts';
import type { Env, Family } from './program.ts';

export interface Target {
  readonly address: Ip;
  readonly via: Nic | undefined;
  /** True when it was given as an address: no names are looked up for it, then. */
  readonly isLiteral: boolean;
}

/** Every interface of a machine, the loopback first. */
export function interfacesOf(host: Host): readonly Nic[] {
  return [host.ip.loopback, ...host.ip.nics];
}

export function interfaceCalled(host: Host, name: string): Nic | undefined {
  return interfacesOf(host).find((nic) => nic.name === name);
}

/** Looks a name or an address up; the first address of several. Throws a ProgramError as `env.resolve` does. */
export function* findTarget(env: Env, text: string, family: Family | undefined): Task<Target> {
  const percent = text.indexOf('%');
  const name = percent < 0 ? text : text.slice(0, percent);
  const [address] = yield* env.resolve(name, family);
  const via = percent < 0 ? undefined : interfaceCalled(env.host, text.slice(percent + 1));
  return { address: address!, via, isLiteral: /:|^\d[\da-fx.]*$/i.test(name) };
}

/** `fe80::1%wlan0`: a link-local address is shown with its interface. */
export function zonedText(address: Ip, nic: Nic | undefined): string {
  const text = formatIp(address);
  return nic && !isV4(address) && isLinkLocal6(address) ? `${text}%${nic.name}` : text;
}

/** What `connect` would say about an address: the name of the error, or undefined when something could be sent. */
export function connectProblem(host: Host, address: Ip, via: Nic | undefined): string | undefined {
  if (host.ip.isLocal(address)) return undefined;
  if (!isV4(address) && isLinkLocal6(address)) return via ? undefined : 'EINVAL';
  if (isV4(address) && isBroadcast(host, address)) return 'EACCES';
  const route = host.ip.routes.lookup(address);
  switch (route?.kind) {
    case undefined:
      return via ? undefined : 'ENETUNREACH';
    case 'blackhole':
      return 'EINVAL';
    case 'unreachable':
      return 'EHOSTUNREACH';
    case 'prohibit':
      return 'EACCES';
    default:
      return undefined;
  }
}

function isBroadcast(host: Host, address: Ip): boolean {
  if (!isV4(address)) return false;
  if (address === 0xffff_ffff) return true;
  return host.ip.nics.some(
    (nic) =>
      nic.address !== undefined &&
      nic.prefixLength < 31 &&
      ((address ^ nic.address) >>> (32 - nic.prefixLength) === 0 || nic.prefixLength === 0) &&
      (address | (0xffff_ffff << (32 - nic.prefixLength))) >>> 0 === 0xffff_ffff,
  );
}

/** Errors as the C library words them (strerror). */
export const PROBLEM_TEXT: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EMSGSIZE: 'Message too long',
  ENETUNREACH: 'Network is unreachable',
  ENOBUFS: 'No buffer space available',
  ENODEV: 'No such device',
  EPERM: 'Operation not permitted',
};

export function problemText(code: string): string {
  return PROBLEM_TEXT[code] ?? code;
}
