/**
 * The `Resolver`s of `node:dns` and `node:dns/promises`: the same queries to the same servers, with callbacks and with
 * promises. The functions `dns.resolve…` are those of a resolver that each program has from the start.
 */
import type { ResolveOptions, ResolverOptions, ResolveWithTtlOptions } from 'node:dns';
import { inspect } from 'node-inspect-extracted';
import { isIP } from '../../../base/is-ip.ts';
import type { DnsMessage } from '../../../wire/dns/message.ts';
import {
  checkArray,
  checkFunction,
  checkInt32,
  checkPort,
  checkString,
  checkUint32,
  invalidType,
  invalidValue,
} from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { ChannelWrap } from './channel.ts';
import {
  type Done,
  KINDS,
  type Kind,
  type Method,
  type PlainRrtype,
  type Rrtype,
  type Value,
  type Values,
  type ValuesWithTtl,
} from './kinds.ts';
import { dnsError } from './lookup.ts';

const PORT = 53;

/** What `dns` and `dns.promises` have of the resolver that every program has, in the order in which they show it. */
export const RESOLVER_FUNCTIONS = [
  'getServers',
  'resolve',
  'resolve4',
  'resolve6',
  'resolveAny',
  'resolveCaa',
  'resolveCname',
  'resolveMx',
  'resolveNaptr',
  'resolveNs',
  'resolvePtr',
  'resolveSoa',
  'resolveSrv',
  'resolveTlsa',
  'resolveTxt',
  'reverse',
] as const;

export function resolvers(node: NodeProcess) {
  class ResolverBase {
    readonly _handle: ChannelWrap;

    constructor(options?: ResolverOptions) {
      const { timeout = -1, tries = 4, maxTimeout = 0 } = { ...options };
      checkInt32(timeout, 'options.timeout', -1);
      checkInt32(tries, 'options.tries', 1);
      checkUint32(maxTimeout, 'options.maxTimeout');
      this._handle = new ChannelWrap(node, { timeout, tries, maxTimeout });
    }

    cancel(): void {
      this._handle.cancel();
    }

    getServers(): string[] {
      // programs that put a handle of their own in its place may have none to tell
      return (this._handle.getServers() ?? []).map(([address, port]) => {
        if (port === PORT) return address;
        return `${isIP(address) === 6 ? `[${address}]` : address}:${port}`;
      });
    }

    setServers(servers: readonly string[]): void {
      checkArray(servers, 'servers');
      const parsed = servers.map((server, i) => {
        checkString(server, `servers[${i}]`);
        return parseServer(server);
      });
      if (this._handle.isBusy)
        throw codedError(
          Error,
          'ERR_DNS_SET_SERVERS_FAILED',
          `c-ares failed to set servers: "There are pending queries." [${inspect(servers)}]`,
        );
      this._handle.setServers(parsed);
    }

    setLocalAddress(ipv4: string, ipv6?: string): void {
      checkString(ipv4, 'ipv4');
      if (ipv6 !== undefined) checkString(ipv6, 'ipv6');
      this._handle.setLocalAddress(ipv4, ipv6);
    }
  }

  /** A class by Node's name with these methods, enumerable as Node has them. */
  function resolverWith<M extends object>(methods: M) {
    class Resolver extends ResolverBase {}
    for (const [name, value] of Object.entries(methods))
      Object.defineProperty(Resolver.prototype, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    // the compiler does not follow the loop
    return Resolver as {
      new (options?: ResolverOptions): ResolverBase & M;
      readonly prototype: ResolverBase & M;
    };
  }

  return {
    Resolver: resolverWith(callbackMethods()),
    PromiseResolver: resolverWith(promiseMethods()),
    standard: { resolver: new ResolverBase() },
  };
}

/** What methods are called on. */
interface Asking {
  readonly _handle: ChannelWrap;
}

interface CallbackMethod<V, W> {
  (this: Asking, hostname: string, callback: Done<V>): object;
  (this: Asking, hostname: string, options: ResolveWithTtlOptions, callback: Done<W>): object;
  (this: Asking, hostname: string, options: ResolveOptions, callback: Done<V | W>): object;
}

type CallbackMethods<N extends Method> = { [M in N]: CallbackMethod<Values[M], ValuesWithTtl[M]> };

interface PromiseMethod<V, W> {
  (this: Asking, hostname: string): Promise<V>;
  (this: Asking, hostname: string, options: ResolveWithTtlOptions): Promise<W>;
  (this: Asking, hostname: string, options: ResolveOptions): Promise<V | W>;
}

type PromiseMethods<N extends Method> = { [M in N]: PromiseMethod<Values[M], ValuesWithTtl[M]> };

function callbackMethods() {
  const methods = {} as CallbackMethods<Method>;
  const byRrtype = new Map<string, (this: Asking, hostname: string, callback: never) => object>();
  function add<M extends Method>(to: CallbackMethods<M>, one: Kind<Values[M], ValuesWithTtl[M], M>): void {
    to[one.method] = callbackMethod(one);
    byRrtype.set(one.rrtype, to[one.method]);
  }
  for (const one of KINDS) add(methods, one);

  function resolve(this: Asking, hostname: string, callback: Done<Value<'A'>>): object;
  function resolve(
    this: Asking,
    hostname: string,
    rrtype: PlainRrtype,
    callback: Done<Value<PlainRrtype>>,
  ): object;
  function resolve(this: Asking, hostname: string, rrtype: 'ANY', callback: Done<Value<'ANY'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'CAA', callback: Done<Value<'CAA'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'MX', callback: Done<Value<'MX'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'NAPTR', callback: Done<Value<'NAPTR'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'SOA', callback: Done<Value<'SOA'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'SRV', callback: Done<Value<'SRV'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'TLSA', callback: Done<Value<'TLSA'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: 'TXT', callback: Done<Value<'TXT'>>): object;
  function resolve(this: Asking, hostname: string, rrtype: string, callback: Done<Value<Rrtype>>): object;
  function resolve(this: Asking, hostname: string, rrtype: unknown, callback?: unknown): object {
    const done = typeof rrtype === 'function' ? rrtype : callback;
    if (typeof rrtype !== 'string' && typeof rrtype !== 'function')
      throw invalidType('rrtype', 'string', rrtype);
    const query = byRrtype.get(typeof rrtype === 'function' ? 'A' : rrtype);
    if (!query) throw invalidValue('rrtype', rrtype);
    // a program's function, which takes what this type of record gives
    return query.call(this, hostname, done as never);
  }

  function reverse(this: Asking, ip: string, callback: Done<string[]>): object;
  function reverse(this: Asking, address: unknown, ...rest: unknown[]): object {
    const callback = rest.length > 1 ? rest[1] : rest[0];
    checkString(address, 'name');
    checkFunction(callback, 'callback');
    const done: Done<string[]> = callback;
    if (isIP(address) === 0) throw dnsError(REVERSE, 'EINVAL', address, -22);
    this._handle.reverse(address, ({ code, value }) =>
      code === undefined ? done(null, value) : callback(dnsError(REVERSE, code, address, undefined)),
    );
    return {};
  }

  return { ...methods, reverse: named(reverse, REVERSE), resolve };
}

function callbackMethod<V, W>(one: Kind<V, W>) {
  function query(this: Asking, hostname: string, callback: Done<V>): object;
  function query(this: Asking, hostname: string, options: ResolveWithTtlOptions, callback: Done<W>): object;
  function query(this: Asking, hostname: string, options: ResolveOptions, callback: Done<V | W>): object;
  function query(this: Asking, name: unknown, ...rest: unknown[]): object {
    const [options, callback] = rest.length > 1 ? rest : [undefined, rest[0]];
    checkString(name, 'name');
    checkFunction(callback, 'callback');
    const done: Done<V | W> = callback;
    this._handle.query(name, one.type, readerOf(one, options), ({ code, value }) =>
      code === undefined ? done(null, value) : callback(dnsError(one.binding, code, name, undefined)),
    );
    return {};
  }
  return named(query, one.binding);
}

function promiseMethods() {
  const methods = {} as PromiseMethods<Method>;
  const byRrtype = new Map<string, (this: Asking, hostname: string) => Promise<Value<Rrtype>>>();
  function add<M extends Method>(to: PromiseMethods<M>, one: Kind<Values[M], ValuesWithTtl[M], M>): void {
    to[one.method] = promiseMethod(one);
    byRrtype.set(one.rrtype, to[one.method]);
  }
  for (const one of KINDS) add(methods, one);

  function resolve(this: Asking, hostname: string): Promise<Value<'A'>>;
  function resolve(this: Asking, hostname: string, rrtype: PlainRrtype): Promise<Value<PlainRrtype>>;
  function resolve(this: Asking, hostname: string, rrtype: 'ANY'): Promise<Value<'ANY'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'CAA'): Promise<Value<'CAA'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'MX'): Promise<Value<'MX'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'NAPTR'): Promise<Value<'NAPTR'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'SOA'): Promise<Value<'SOA'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'SRV'): Promise<Value<'SRV'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'TLSA'): Promise<Value<'TLSA'>>;
  function resolve(this: Asking, hostname: string, rrtype: 'TXT'): Promise<Value<'TXT'>>;
  function resolve(this: Asking, hostname: string, rrtype: string): Promise<Value<Rrtype>>;
  function resolve(this: Asking, hostname: string, rrtype?: unknown): Promise<Value<Rrtype>> {
    if (rrtype !== undefined) checkString(rrtype, 'rrtype');
    const query = byRrtype.get(rrtype ?? 'A');
    if (!query) throw invalidValue('rrtype', rrtype);
    return query.call(this, hostname);
  }

  function reverse(this: Asking, address: string): Promise<string[]> {
    checkString(address, 'name');
    return new Promise((resolve, reject) => {
      if (isIP(address) === 0) reject(dnsError(REVERSE, 'EINVAL', address, -22));
      else
        this._handle.reverse(address, ({ code, value }) =>
          code === undefined ? resolve(value) : reject(dnsError(REVERSE, code, address, undefined)),
        );
    });
  }

  return { ...methods, reverse: named(reverse, REVERSE), resolve };
}

function promiseMethod<V, W>(one: Kind<V, W>) {
  function query(this: Asking, hostname: string): Promise<V>;
  function query(this: Asking, hostname: string, options: ResolveWithTtlOptions): Promise<W>;
  function query(this: Asking, hostname: string, options: ResolveOptions): Promise<V | W>;
  function query(this: Asking, name: unknown, options?: unknown): Promise<V | W> {
    checkString(name, 'name');
    return new Promise((resolve, reject) => {
      this._handle.query(name, one.type, readerOf(one, options), ({ code, value }) =>
        code === undefined ? resolve(value) : reject(dnsError(one.binding, code, name, undefined)),
      );
    });
  }
  return named(query, one.binding);
}

function readerOf<V, W>(one: Kind<V, W>, options: unknown): (message: DnsMessage) => V | W {
  return (options as { ttl?: unknown } | undefined)?.ttl ? one.readWithTtl : one.read;
}

const REVERSE = 'getHostByAddr';

/** Gives a function the name of what c-ares is asked, by which Node's go. */
function named<F extends object>(body: F, name: string): F {
  return Object.defineProperty(body, 'name', { value: name, configurable: true });
}

/** `192.0.2.53`, `192.0.2.53:5353`, `[2001:db8::53]:5353`. */
function parseServer(text: string): [address: string, port: number] {
  if (isIP(text) !== 0) return [text, PORT];
  const bracketed = /^\[([^[\]]*)\]/.exec(text)?.[1];
  const split = /^(.+?)(?::(\d+))?$/.exec(text);
  const address = bracketed !== undefined && isIP(bracketed) !== 0 ? bracketed : split?.[1];
  if (address === undefined || isIP(address) === 0)
    throw codedError(TypeError, 'ERR_INVALID_IP_ADDRESS', `Invalid IP address: ${text}`);
  return [address, checkPort(Number(split?.[2]) || PORT)];
}
