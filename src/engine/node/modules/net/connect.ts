/**
 * How a socket of `node:net` comes to its connection: the name is looked up, then one address after the other is tried,
 * families in turns, each for a while only (Happy Eyeballs after RFC 8305, as far as Node goes: no attempt goes on beside
 * another).
 */
import { isIP } from '../../../base/is-ip.ts';
import {
  checkBoolean,
  checkFunction,
  checkInt32,
  checkNumber,
  checkPort,
  checkString,
  invalidType,
  invalidValue,
} from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SocketName } from '../../socket-address.ts';
import { codedError, plainError, type SystemError } from '../../system-error.ts';
import type { TcpHandle } from '../../tcp-handle.ts';
import { dnsModule } from '../dns/dns.ts';
import { ADDRCONFIG } from '../dns/lookup.ts';
import { type Timers, timers } from '../timers.ts';
import type { Options } from './arguments.ts';

/** What connecting needs of a socket. */
export interface Connecting {
  readonly socket: {
    connecting: boolean;
    readonly destroyed: boolean;
    readonly blockList?: { check(address: string, family: string): boolean };
    autoSelectFamilyAttemptedAddresses?: string[];
    _host: string | null;
    _unrefTimer(): void;
    emit(name: string, ...args: unknown[]): boolean;
    destroy(error?: Error): unknown;
  };
  handle(): TcpHandle;
  /** Another handle instead of the one that was tried. */
  renew(): TcpHandle;
  sockname(): Partial<SocketName>;
  connected(): void;
}

interface Attempt {
  readonly address: string;
  readonly family: number;
}

/** Where from and where to, checked. */
interface Route {
  readonly port: number;
  readonly localAddress: string | undefined;
  readonly localPort: number | undefined;
}

interface Found {
  readonly address: string;
  readonly family: number;
}

type LookupDone = (error: Error | null, address?: unknown, family?: unknown) => void;

/** What a program sets for all its connections; Node's own defaults. */
export function netDefaults(_node: NodeProcess) {
  return { autoSelectFamily: true, attemptTimeoutMs: 500 };
}

export function netConnect(node: NodeProcess) {
  const { setTimeout, clearTimeout } = node.load(timers);
  const defaults = node.load(netDefaults);

  /**
   * Begins to connect; the socket hears how it goes. Throws for options that will not do. `isBound` when the socket has
   * its own address already.
   */
  function connect(side: Connecting, options: Options, isBound: boolean): void {
    const { socket } = side;
    const host = options['host'] || 'localhost';
    checkHost(host);
    if (isBound && (options['localAddress'] !== undefined || options['localPort'] !== undefined))
      throw invalidValue(
        'options',
        options,
        'localAddress and localPort cannot be used with an adopted bound socket',
      );
    const route = readRoute(options);
    const selects = isBound ? false : (options['autoSelectFamily'] ?? defaults.autoSelectFamily);
    checkBoolean(selects, 'options.autoSelectFamily');
    const timeout = attemptTimeout(options['autoSelectFamilyAttemptTimeout'] ?? defaults.attemptTimeoutMs);
    const literal = isIP(host);
    if (literal !== 0 && isBound) {
      attempt(side, route, { address: host, family: literal });
      return;
    }
    if (literal !== 0) {
      node.nextTick(() => {
        if (socket.connecting) attempt(side, route, { address: host, family: literal });
      });
      return;
    }
    if (options['lookup'] !== undefined && options['lookup'] !== null)
      checkFunction(options['lookup'], 'options.lookup');
    const lookup = (options['lookup'] || node.load(dnsModule).lookup) as (...args: unknown[]) => unknown;
    const family = familyNumber(options['family']);
    const isOneFamily = family === 4 || family === 6;
    const hints = options['hints'] || (isOneFamily ? 0 : ADDRCONFIG);
    socket._host = host;
    if (!isOneFamily && !route.localAddress && selects)
      lookup(host, { family, hints, all: true }, (error: Error | null, found: readonly Found[]) => {
        if (!socket.connecting) return;
        if (error) lookupFailed(side, host, error);
        else attemptAll(side, route, host, options, found, timeout);
      });
    else
      lookup(host, { family, hints }, ((error, address, found) => {
        socket.emit('lookup', error, address, found, host);
        if (!socket.connecting) return;
        const problem = error ?? addressProblem(address, found, options);
        if (problem) node.nextTick(() => socket.destroy(problem));
        else {
          socket._unrefTimer();
          attempt(side, route, { address: address as string, family: found as number });
        }
      }) satisfies LookupDone);
  }

  function lookupFailed({ socket }: Connecting, host: string, error: Error): void {
    socket.emit('lookup', error, undefined, undefined, host);
    node.nextTick(() => socket.destroy(error));
  }

  // ── one address

  function attempt(side: Connecting, route: Route, target: Attempt): void {
    const { socket } = side;
    const { address, family } = target;
    const { port } = route;
    const handle = side.handle();
    const bindError = bindLocal(handle, route, family);
    if (bindError) {
      socket.destroy(bindError);
      return;
    }
    socket.emit('connectionAttempt', address, port, family);
    if (socket.destroyed) return;
    if (socket.blockList?.check(address, `ipv${family}`)) {
      socket.destroy(blocked(address));
      return;
    }
    const code = handle.connect(address, port, (status) => {
      if (socket.destroyed) return;
      if (status === undefined) {
        side.connected();
        return;
      }
      socket.connecting = false;
      const error = connectError(status, target, route);
      socket.emit('connectionAttemptFailed', address, port, family, error);
      socket.destroy(error);
    });
    if (code !== undefined) socket.destroy(plainError(code, 'connect', address, port, local(side)));
  }

  // ── several

  function attemptAll(
    side: Connecting,
    route: Route,
    host: string,
    options: Options,
    found: readonly Found[],
    timeout: number,
  ): void {
    const { socket } = side;
    for (const { address, family } of found) {
      socket.emit('lookup', null, address, family, host);
      if (!socket.connecting) return;
    }
    const targets = inTurns(found);
    if (targets.length === 0) {
      const problem = addressProblem(found[0]?.address, found[0]?.family, options);
      if (problem) node.nextTick(() => socket.destroy(problem));
      return;
    }
    socket._unrefTimer();
    if (targets.length === 1) {
      attempt(side, route, targets[0]!);
      return;
    }
    socket.autoSelectFamilyAttemptedAddresses = [];
    new Attempts(side, route, targets, timeout).next();
  }

  class Attempts {
    readonly #side: Connecting;
    readonly #route: Route;
    readonly #targets: readonly Attempt[];
    readonly #timeout: number;
    readonly #errors: Error[] = [];
    #current = 0;
    #timer: InstanceType<Timers['Timeout']> | undefined;

    constructor(side: Connecting, route: Route, targets: readonly Attempt[], timeout: number) {
      this.#side = side;
      this.#route = route;
      this.#targets = targets;
      this.#timeout = timeout;
    }

    next(): void {
      clearTimeout(this.#timer);
      const side = this.#side;
      const { socket } = side;
      if (this.#current === this.#targets.length) {
        socket.destroy(togetherFailed(this.#errors));
        return;
      }
      const number = this.#current++;
      const target = this.#targets[number]!;
      const { address, family } = target;
      const { port, localPort } = this.#route;
      const handle = number > 0 ? side.renew() : side.handle();
      const bindError = bindLocal(handle, { port, localPort, localAddress: undefined }, family);
      if (bindError) {
        this.#errors.push(bindError);
        this.next();
        return;
      }
      if (socket.blockList?.check(address, `ipv${family}`)) {
        this.#failed(target, blocked(address));
        return;
      }
      socket.emit('connectionAttempt', address, port, family);
      if (socket.destroyed) return;
      socket.autoSelectFamilyAttemptedAddresses?.push(`${address}:${port}`);
      const code = handle.connect(address, port, (status) => this.#answered(target, status));
      if (code !== undefined) this.#failed(target, plainError(code, 'connect', address, port, local(side)));
      else if (this.#current < this.#targets.length)
        this.#timer = setTimeout(() => this.#timedOut(target, handle), this.#timeout);
    }

    #answered(target: Attempt, status: string | undefined): void {
      clearTimeout(this.#timer);
      const { socket } = this.#side;
      if (socket.destroyed) return;
      if (status === undefined) this.#side.connected();
      else this.#failed(target, connectError(status, target, this.#route));
    }

    #failed(target: Attempt, error: Error): void {
      const { socket } = this.#side;
      this.#errors.push(error);
      socket.emit('connectionAttemptFailed', target.address, this.#route.port, target.family, error);
      if (socket.connecting) this.next();
    }

    #timedOut(target: Attempt, handle: TcpHandle): void {
      const { socket } = this.#side;
      socket.emit('connectionAttemptTimeout', target.address, this.#route.port, target.family);
      this.#errors.push(connectError('ETIMEDOUT', target, this.#route));
      handle.close();
      if (socket.connecting) this.next();
    }
  }

  return connect;
}

function checkHost(host: unknown): asserts host is string {
  checkString(host, 'options.host');
  if (host.includes('\0')) throw invalidValue('options.host', host, 'must be a string without null bytes');
}

function readRoute({ port, localAddress, localPort }: Options): Route {
  if (localAddress && isIP(String(localAddress)) === 0)
    throw codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${String(localAddress)}`);
  if (localPort) checkNumber(localPort, 'options.localPort');
  if (port !== undefined && typeof port !== 'number' && typeof port !== 'string')
    throw invalidType('options.port', ['number', 'string'], port);
  return {
    port: port === undefined ? 0 : checkPort(port),
    localAddress: (localAddress || undefined) as string | undefined,
    localPort: (localPort || undefined) as number | undefined,
  };
}

/** Milliseconds; ten at least. */
export function attemptTimeout(value: unknown, name = 'options.autoSelectFamilyAttemptTimeout'): number {
  checkInt32(value, name, 1);
  return Math.max(value, 10);
}

function familyNumber(family: unknown): unknown {
  if (family === 'IPv4') return 4;
  return family === 'IPv6' ? 6 : family;
}

function bindLocal(
  handle: TcpHandle,
  { localAddress, localPort }: Route,
  family: number,
): SystemError | undefined {
  if (!localAddress && !localPort) return undefined;
  const address = localAddress ?? (family === 4 ? '0.0.0.0' : '::');
  const isOther = isIP(address) !== family;
  const code = isOther ? 'EINVAL' : handle.bind(address, localPort ?? 0);
  return code === undefined ? undefined : plainError(code, 'bind', address, localPort);
}

function connectError(code: string, { address, family }: Attempt, { port, ...from }: Route): SystemError {
  const { localPort } = from;
  const localAddress = from.localAddress ?? (localPort ? (family === 4 ? '0.0.0.0' : '::') : undefined);
  if (!localAddress || !localPort) return plainError(code, 'connect', address, port);
  const error = plainError(code, 'connect', address, port, { address: localAddress, port: localPort });
  return Object.assign(error, { localAddress, localPort });
}

function local(side: Connecting): { address: string; port: number } {
  const { address, port } = side.sockname();
  return { address: String(address), port: port as number };
}

/** Each address once, the families in turns, beginning with the first that was found. */
function inTurns(found: readonly Found[]): Attempt[] {
  const usable = found.filter(
    ({ address, family }, at) =>
      isIP(String(address)) !== 0 &&
      (family === 4 || family === 6) &&
      found.findIndex((one) => one.address === address && one.family === family) === at,
  );
  const first = usable[0]?.family;
  const ones = usable.filter(({ family }) => family === first);
  const others = usable.filter(({ family }) => family !== first);
  const most = Math.max(ones.length, others.length);
  return Array.from({ length: most }, (_, at) => [ones[at], others[at]])
    .flat()
    .filter((one) => one !== undefined);
}

/** What is wrong with what a lookup gave. */
function addressProblem(address: unknown, family: unknown, { host, port }: Options): Error | undefined {
  if (typeof address !== 'string' || isIP(address) === 0)
    return codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${String(address)}`);
  if (family === 4 || family === 6) return undefined;
  const message = `Invalid address family: ${String(family)} ${String(host)}:${String(port)}`;
  return Object.assign(codedError(RangeError, 'ERR_INVALID_ADDRESS_FAMILY', message), { host, port });
}

function blocked(address: string): Error {
  return codedError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`);
}

function togetherFailed(errors: readonly Error[]): Error {
  if (errors.length === 0)
    return codedError(Error, 'ERR_SOCKET_CONNECTION_TIMEOUT', 'Socket connection timeout');
  const { code } = errors[0] as { code?: string };
  return Object.assign(new AggregateError(errors), { code });
}
