/**
 * The `Resolver`s of `node:dns` and `node:dns/promises`: the same queries to the same servers, with callbacks and with
 * promises. The functions `dns.resolve…` are those of a resolver that each program has from the start.
 */

import { inspect } from 'node-inspect-extracted';
import { isIP } from '../../../base/is-ip.ts';
import { TYPE } from '../../../wire/dns/code.ts';
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
import { ChannelWrap, type QueryDone } from './channel.ts';
import { dnsError } from './lookup.ts';
import {
  type Addresses,
  addressesIn,
  aliasIn,
  authorityIn,
  certificatesIn,
  certifiersIn,
  everythingIn,
  mailServersIn,
  namesIn,
  pointersIn,
  servicesIn,
  textsIn,
} from './records.ts';

const PORT = 53;

interface Kind {
  readonly rrtype: string;
  /** The name of the function of a resolver, and of what c-ares is asked. */
  readonly method: string;
  readonly binding: string;
  readonly type: number;
  read(message: DnsMessage): unknown;
}

const kind = (
  rrtype: string,
  method: string,
  binding: string,
  type: number,
  read: (message: DnsMessage) => unknown,
): Kind => ({ rrtype, method, binding, type, read });

/** In the order of Node's own table. */
export const KINDS: readonly Kind[] = [
  kind('ANY', 'resolveAny', 'queryAny', 255, everythingIn),
  kind('A', 'resolve4', 'queryA', TYPE.A, (message) => addressesIn(message, TYPE.A)),
  kind('AAAA', 'resolve6', 'queryAaaa', TYPE.AAAA, (message) => addressesIn(message, TYPE.AAAA)),
  kind('CAA', 'resolveCaa', 'queryCaa', TYPE.CAA, certifiersIn),
  kind('CNAME', 'resolveCname', 'queryCname', TYPE.CNAME, aliasIn),
  kind('MX', 'resolveMx', 'queryMx', TYPE.MX, mailServersIn),
  kind('NS', 'resolveNs', 'queryNs', TYPE.NS, (message) => namesIn(message, TYPE.NS)),
  kind('TLSA', 'resolveTlsa', 'queryTlsa', 52, (message) => certificatesIn(message)),
  kind('TXT', 'resolveTxt', 'queryTxt', TYPE.TXT, textsIn),
  kind('SRV', 'resolveSrv', 'querySrv', TYPE.SRV, servicesIn),
  kind('PTR', 'resolvePtr', 'queryPtr', TYPE.PTR, (message) => namesIn(message, TYPE.PTR)),
  kind('NAPTR', 'resolveNaptr', 'queryNaptr', 35, (message) => pointersIn(message)),
  kind('SOA', 'resolveSoa', 'querySoa', TYPE.SOA, (message) => authorityIn(message)),
];

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

    constructor(options?: unknown) {
      const { timeout = -1, tries = 4, maxTimeout = 0 } = { ...(options as Record<string, unknown>) };
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

  const standard = { resolver: new ResolverBase() };

  const callbacks = new Map<string, (this: ResolverBase, ...args: unknown[]) => object>();
  class Resolver extends ResolverBase {
    resolve(hostname: string, rrtype: unknown, callback?: unknown): object {
      const done = typeof rrtype === 'function' ? rrtype : callback;
      if (typeof rrtype !== 'string' && typeof rrtype !== 'function')
        throw invalidType('rrtype', 'string', rrtype);
      const query = callbacks.get(typeof rrtype === 'function' ? 'A' : (rrtype as string));
      if (!query) throw invalidValue('rrtype', rrtype);
      return query.call(this, hostname, done);
    }
  }

  const promised = new Map<string, (this: ResolverBase, ...args: unknown[]) => Promise<unknown>>();
  class PromiseResolver extends ResolverBase {
    resolve(hostname: string, rrtype?: unknown): Promise<unknown> {
      if (rrtype !== undefined) checkString(rrtype, 'rrtype');
      const query = promised.get(rrtype ?? 'A');
      if (!query) throw invalidValue('rrtype', rrtype);
      return query.call(this, hostname);
    }
  }
  Object.defineProperty(PromiseResolver, 'name', { value: 'Resolver' });

  for (const one of KINDS) {
    const withCallback = function (this: ResolverBase, name: unknown, ...rest: unknown[]): object {
      const [options, callback] = rest.length > 1 ? rest : [undefined, rest[0]];
      checkString(name, 'name');
      checkFunction(callback, 'callback');
      ask(this._handle, one, name, options, (code, value) =>
        code === undefined ? callback(null, value) : callback(dnsError(one.binding, code, name, undefined)),
      );
      return {};
    };
    const withPromise = function (this: ResolverBase, name: unknown, options?: unknown): Promise<unknown> {
      checkString(name, 'name');
      return new Promise((resolve, reject) => {
        ask(this._handle, one, name, options, (code, value) =>
          code === undefined ? resolve(value) : reject(dnsError(one.binding, code, name, undefined)),
        );
      });
    };
    callbacks.set(one.rrtype, install(Resolver, one.method, one.binding, withCallback));
    promised.set(one.rrtype, install(PromiseResolver, one.method, one.binding, withPromise));
  }

  install(Resolver, 'reverse', REVERSE, function (this: ResolverBase, address: unknown, ...rest: unknown[]) {
    const callback = rest.length > 1 ? rest[1] : rest[0];
    checkString(address, 'name');
    checkFunction(callback, 'callback');
    if (isIP(address) === 0) throw dnsError(REVERSE, 'EINVAL', address, -22);
    this._handle.reverse(address, (code, value) =>
      code === undefined ? callback(null, value) : callback(dnsError(REVERSE, code, address, undefined)),
    );
    return {};
  });
  install(PromiseResolver, 'reverse', REVERSE, function (this: ResolverBase, address: unknown) {
    checkString(address, 'name');
    return new Promise((resolve, reject) => {
      if (isIP(address) === 0) reject(dnsError(REVERSE, 'EINVAL', address, -22));
      else
        this._handle.reverse(address, (code, value) =>
          code === undefined ? resolve(value) : reject(dnsError(REVERSE, code, address, undefined)),
        );
    });
  });

  return { Resolver, PromiseResolver, standard };
}

const REVERSE = 'getHostByAddr';

/** Puts a method into a class under one name, which says to be called by another. */
function install<F extends (...args: never[]) => unknown>(
  Class: { readonly prototype: object },
  method: string,
  name: string,
  body: F,
): F {
  Object.defineProperty(body, 'name', { value: name, configurable: true });
  Object.defineProperty(Class.prototype, method, {
    value: body,
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return body;
}

function ask(handle: ChannelWrap, one: Kind, name: string, options: unknown, done: QueryDone): void {
  const withTtl = Boolean((options as { ttl?: unknown } | undefined)?.ttl);
  handle.query(name, one.type, one.read, (code, value) => {
    if (code !== undefined || (one.rrtype !== 'A' && one.rrtype !== 'AAAA')) return done(code, value);
    const { addresses, ttls } = value as Addresses;
    done(undefined, withTtl ? addresses.map((address, i) => ({ address, ttl: ttls[i] })) : addresses);
  });
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
