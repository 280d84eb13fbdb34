/**
 * getaddrinfo(3) and getnameinfo(3) as Node's modules ask them of their machine: hosts file, cache, then the resolvers
 * of `/etc/resolv.conf`.
 *
 * A request keeps its program alive until it is answered. Two of them run at a time and the others wait, also for names
 * that the hosts file knows: libuv lets them have half of its threads (threadpool.c, slow_work_thread_threshold).
 */

import { addressesOf } from '../../../app/system-resolver.ts';
import { reverseName } from '../../../base/address-within.ts';
import { Malformed } from '../../../base/errors.ts';
import { type Family, formatIp, type Ip, isV4, parseIp } from '../../../base/ip.ts';
import { parseLooseIp4 } from '../../../base/url-host.ts';
import { HOSTS_PATH } from '../../../net/host-files.ts';
import { inOrderToTry } from '../../../net/ip/destination-order.ts';
import type { StubError } from '../../../proto/dns/stub/failure.ts';
import { HostsFile } from '../../../proto/dns/stub/hosts.ts';
import { TYPE } from '../../../wire/dns/code.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SystemError } from '../../system-error.ts';

/** Bits of `hints`, as Linux numbers them. */
export const V4MAPPED = 8;
export const ALL = 16;
export const ADDRCONFIG = 32;

/** Orders in which `dns.lookup` gives addresses. */
export const ORDERS = ['verbatim', 'ipv4first', 'ipv6first'] as const;
export type Order = (typeof ORDERS)[number];

export interface AddressRequest {
  /** 0 for both. */
  readonly family: 0 | Family;
  readonly hints: number;
  readonly order: Order;
}

type AddressesDone = (error: SystemError | null, addresses: readonly string[]) => void;
type NameDone = (
  ...found:
    | [error: SystemError, hostname: undefined, service: undefined]
    | [error: null, hostname: string, service: string]
) => void;

/** What libuv makes of a failure; Node calls a name without addresses as it calls one that is not there. */
const FAILURES: Readonly<Record<StubError, readonly [code: string, errno: number]>> = {
  EAI_AGAIN: ['EAI_AGAIN', -3001],
  EAI_FAIL: ['EAI_FAIL', -3004],
  EAI_NODATA: ['ENOTFOUND', -3007],
  EAI_NONAME: ['ENOTFOUND', -3008],
};

/** Calls `done` in a turn of its own, with addresses in the order wanted. `name` is no plain address. */
export function addressesByName(
  node: NodeProcess,
  name: string,
  { family, hints, order }: AddressRequest,
  done: AddressesDone,
): void {
  inPool(node, done, (finish) => findAddresses(node, name, { family, hints, order }, finish));
}

function findAddresses(
  node: NodeProcess,
  name: string,
  { family, hints, order }: AddressRequest,
  finish: AddressesDone,
): void {
  const known = looseAddress(name);
  if (known !== undefined) {
    if (family === 6) finish(failedCall('getaddrinfo', 'EAI_NONAME', name), []);
    else finish(null, [formatIp(known)]);
    return;
  }
  const isMapping = family === 6 && (hints & V4MAPPED) !== 0;
  const families = node.resolver.families({
    ...(family !== 0 && !isMapping && { family }),
    onlyUsable: (hints & ADDRCONFIG) !== 0,
  });
  if (families.length === 0) {
    finish(failedCall('getaddrinfo', 'EAI_NONAME', name), []);
    return;
  }
  node.resolver.start(asciiName(name), families, (result) => {
    if (result.error !== undefined) {
      finish(failedCall('getaddrinfo', result.error, name), []);
      return;
    }
    const found = inOrderToTry(node.host.ip, addressesOf(result));
    const wanted = isMapping ? mapped(found, (hints & ALL) !== 0) : found.map(formatIp);
    finish(null, inOrder(wanted, order));
  });
}

/** Calls `done` in a turn of its own with the name of an address and of a port (RFC 6335's registry, the best known). */
export function nameByAddress(node: NodeProcess, text: string, port: number, done: NameDone): void {
  inPool(node, done, (finish) => findName(node, text, port, finish));
}

function findName(node: NodeProcess, text: string, port: number, finish: NameDone): void {
  const address = parseIp(text.replace(/%.*/, ''));
  const service = SERVICES[port] ?? String(port);
  const known = new HostsFile(node.host.files.read(HOSTS_PATH)).nameOf(address);
  if (known) {
    finish(null, known.canonicalName, service);
    return;
  }
  node.resolver.startQuery(reverseName(address), TYPE.PTR, ({ answers, error }) => {
    const pointer = answers.find((record) => record.type === TYPE.PTR);
    if (error === undefined && pointer?.type === TYPE.PTR) {
      finish(null, pointer.data.replace(/\.$/, ''), service);
      return;
    }
    const isMissing = error === undefined || error === 'EAI_NODATA';
    finish(failedCall('getnameinfo', isMissing ? 'EAI_NONAME' : error, text), undefined, undefined);
  });
}

/** An error of Node's resolver: `getaddrinfo ENOTFOUND name`. Those of c-ares have no number. */
export function dnsError(
  syscall: string,
  code: string,
  hostname: string,
  errno: number | undefined,
): SystemError {
  const error = new Error(`${syscall} ${code}${hostname ? ` ${hostname}` : ''}`) as SystemError;
  Object.assign(error, { errno, code, syscall });
  if (hostname) error.hostname = hostname;
  return error;
}

function failedCall(syscall: string, problem: StubError, hostname: string): SystemError {
  const [code, errno] = FAILURES[problem];
  return dnsError(syscall, code, hostname, errno);
}

/** Runs `work` when a thread is free for it. What it gives comes in a turn of its own, and the program lives until then. */
function inPool<Args extends unknown[]>(
  node: NodeProcess,
  done: (...args: Args) => void,
  work: (finish: (...args: Args) => void) => void,
): void {
  const pool = node.load(namePool);
  node.ref();
  pool.put(() =>
    work((...args) => {
      node.enter(() => {
        node.unref();
        done(...args);
      });
      pool.free();
    }),
  );
}

/** The threads that a program has for names, and what waits for one. */
function namePool(node: NodeProcess) {
  const { trace } = node.drive.world;
  const most = threadsForNames(node.env['UV_THREADPOOL_SIZE']);
  let waiting: { readonly work: () => void; readonly cause: number }[] = [];
  let first = 0;
  let running = 0;
  let isStarting = false;
  // a loop, because names of the hosts file are found at once: thousands of them would call each other
  const start = (): void => {
    if (isStarting) return;
    isStarting = true;
    const before = trace.cause;
    for (; running < most && first < waiting.length && node.isRunning; first++) {
      running += 1;
      trace.cause = waiting[first]!.cause;
      waiting[first]!.work();
    }
    trace.cause = before;
    // what has been started is let go of, now and then where somebody always waits
    if (first === waiting.length || first >= LET_GO) [waiting, first] = [waiting.slice(first), 0];
    isStarting = false;
  };
  return {
    put(work: () => void): void {
      waiting.push({ work, cause: trace.cause });
      start();
    },
    free(): void {
      running -= 1;
      start();
    },
  };
}

/** Half of libuv’s threads, of which there are four unless the environment says otherwise (threadpool.c, init_threads). */
function threadsForNames(wanted: string | undefined): number {
  const said = wanted === undefined ? 4 : Number.parseInt(wanted, 10) || 1;
  const threads = said < 0 ? MAX_THREADS : Math.min(said, MAX_THREADS);
  return Math.floor((threads + 1) / 2);
}

const MAX_THREADS = 1024;
const LET_GO = 1000;

/** A name in letters that DNS knows; as it is when it is no international name. */
export function asciiName(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  try {
    return new URL(`ws://${text}`).hostname;
  } catch {
    return text;
  }
}

/** `127.1` and `0x7f000001` are addresses to getaddrinfo, as to inet_aton(3). */
function looseAddress(name: string): Ip | undefined {
  if (!/^[0-9][0-9a-fx.]*$/i.test(name)) return undefined;
  try {
    return parseLooseIp4(name);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** IPv6 only: IPv4 addresses in IPv6's clothes, when there is nothing else or when all are wanted (RFC 3493 §6.1). */
function mapped(addresses: readonly Ip[], all: boolean): string[] {
  const own = addresses.filter((address) => !isV4(address));
  const taken = all || own.length === 0 ? addresses : own;
  return taken.map((address) => (isV4(address) ? `::ffff:${formatIp(address)}` : address));
}

function inOrder(addresses: readonly string[], order: Order): readonly string[] {
  if (order === 'verbatim') return addresses;
  const isFirst = (address: string): boolean => address.includes(':') === (order === 'ipv6first');
  return [...addresses.filter(isFirst), ...addresses.filter((address) => !isFirst(address))];
}

/** `/etc/services` of a small system. */
const SERVICES: Readonly<Record<number, string>> = {
  7: 'echo',
  9: 'discard',
  13: 'daytime',
  20: 'ftp-data',
  21: 'ftp',
  22: 'ssh',
  23: 'telnet',
  25: 'smtp',
  37: 'time',
  53: 'domain',
  67: 'bootps',
  69: 'tftp',
  79: 'finger',
  80: 'http',
  110: 'pop3',
  123: 'ntp',
  143: 'imap2',
  161: 'snmp',
  179: 'bgp',
  389: 'ldap',
  443: 'https',
  465: 'submissions',
  514: 'shell',
  587: 'submission',
  636: 'ldaps',
  853: 'domain-s',
  873: 'rsync',
  989: 'ftps-data',
  990: 'ftps',
  993: 'imaps',
  995: 'pop3s',
  1080: 'socks',
  1194: 'openvpn',
  1883: 'mqtt',
  3306: 'mysql',
  3389: 'ms-wbt-server',
  5222: 'xmpp-client',
  5269: 'xmpp-server',
  5353: 'mdns',
  5432: 'postgresql',
  5671: 'amqps',
  5672: 'amqp',
  6379: 'redis',
  8080: 'http-alt',
};
