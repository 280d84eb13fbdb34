/**
 * What `node:dns` and `node:dns/promises` share: what may be asked, the codes of errors, and the settings and the
 * resolver that a program has.
 */
import { isIP } from '../../../base/is-ip.ts';
import {
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkPort,
  checkString,
  invalidType,
  invalidValue,
} from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { ADDRCONFIG, ALL, ORDERS, type Order, V4MAPPED } from './lookup.ts';
import { RESOLVER_FUNCTIONS, resolvers } from './resolver.ts';

type Resolvers = ReturnType<typeof resolvers>;
type Prototype = (Resolvers['Resolver'] | Resolvers['PromiseResolver'])['prototype'];
type Shown<P extends Prototype> = Pick<P, (typeof RESOLVER_FUNCTIONS)[number]>;

/** What a program asks of `lookup`, checked. */
export interface LookupRequest {
  readonly family: 0 | 4 | 6;
  readonly hints: number;
  readonly all: boolean;
  readonly order: Order;
}

const FAMILIES = [0, 4, 6] as const;

/** What is said once for all lookups of a program: `--dns-result-order`. */
export function dnsOrder(_node: NodeProcess) {
  return { order: 'verbatim' as Order };
}

/** Checks the options of a lookup: a family or an object. `isCallback`: the form that takes `'IPv4'`, too. */
export function lookupRequest(node: NodeProcess, options: unknown, isCallback = false): LookupRequest {
  const request = { family: 0 as 0 | 4 | 6, hints: 0, all: false, order: node.load(dnsOrder).order };
  if (typeof options === 'number') {
    checkOneOf(options, 'family', FAMILIES);
    return { ...request, family: options };
  }
  if (options !== undefined && typeof options !== 'object')
    throw invalidType('options', ['integer', 'object'], options);
  const { hints, family, all, verbatim, order } = (options ?? {}) as Record<string, unknown>;
  if (hints !== undefined && hints !== null) {
    checkNumber(hints, 'options.hints');
    request.hints = hints >>> 0;
    if ((request.hints & ~(ADDRCONFIG | ALL | V4MAPPED)) !== 0) throw invalidValue('hints', request.hints);
  }
  if (family !== undefined && family !== null) {
    const named = isCallback ? { IPv4: 4, IPv6: 6 }[family as string] : undefined;
    const number = named ?? family;
    checkOneOf(number, 'options.family', FAMILIES);
    request.family = number;
  }
  if (all !== undefined && all !== null) {
    checkBoolean(all, 'options.all');
    request.all = all;
  }
  if (verbatim !== undefined && verbatim !== null) {
    checkBoolean(verbatim, 'options.verbatim');
    request.order = verbatim ? 'verbatim' : 'ipv4first';
  }
  if (order !== undefined && order !== null) {
    checkOneOf(order, 'options.order', ORDERS);
    request.order = order;
  }
  return request;
}

export function checkHostname(hostname: unknown): void {
  checkString(hostname, 'hostname');
  if (hostname.includes('\0'))
    throw invalidValue('hostname', hostname, 'must be a string without null bytes');
}

export function withFamily(address: string): { address: string; family: number } {
  return { address, family: isIP(address) };
}

/** `dns.lookupService` in both forms: its arguments, checked. */
export function checkedService(args: readonly unknown[]): [address: string, port: number] {
  const [address, port] = args;
  checkString(address, 'address');
  if (isIP(address) === 0) throw invalidValue('address', address);
  return [address, checkPort(port)];
}

/** What the errors of resolvers are called. */
export const DNS_CODES = {
  NODATA: 'ENODATA',
  FORMERR: 'EFORMERR',
  SERVFAIL: 'ESERVFAIL',
  NOTFOUND: 'ENOTFOUND',
  NOTIMP: 'ENOTIMP',
  REFUSED: 'EREFUSED',
  BADQUERY: 'EBADQUERY',
  BADNAME: 'EBADNAME',
  BADFAMILY: 'EBADFAMILY',
  BADRESP: 'EBADRESP',
  CONNREFUSED: 'ECONNREFUSED',
  TIMEOUT: 'ETIMEOUT',
  EOF: 'EOF',
  FILE: 'EFILE',
  NOMEM: 'ENOMEM',
  DESTRUCTION: 'EDESTRUCTION',
  BADSTR: 'EBADSTR',
  BADFLAGS: 'EBADFLAGS',
  NONAME: 'ENONAME',
  BADHINTS: 'EBADHINTS',
  NOTINITIALIZED: 'ENOTINITIALIZED',
  LOADIPHLPAPI: 'ELOADIPHLPAPI',
  ADDRGETNETWORKPARAMS: 'EADDRGETNETWORKPARAMS',
  CANCELLED: 'ECANCELLED',
} as const;

/** What both forms of the module share: the order of addresses, and the resolver that a program has from the start. */
export function dnsCommon(node: NodeProcess) {
  const { Resolver, PromiseResolver, standard } = node.load(resolvers);
  const settings = node.load(dnsOrder);
  /** Each of the two modules, with the class whose functions it shows. */
  const shown: [target: object, prototype: Prototype][] = [];

  function bind<T extends object, P extends Prototype>(target: T, prototype: P): T & Shown<P> {
    const functions = RESOLVER_FUNCTIONS.map((name) => [name, prototype[name].bind(standard.resolver)]);
    // `bind` knows one of several signatures, and the compiler does not follow the loop
    return Object.assign(target, Object.fromEntries(functions) as Shown<P>);
  }

  return {
    Resolver,
    PromiseResolver,
    getDefaultResultOrder: function getDefaultResultOrder(): Order {
      return settings.order;
    },
    setDefaultResultOrder: function setDefaultResultOrder(order: Order): void {
      checkOneOf(order, 'dnsOrder', ORDERS);
      settings.order = order;
    },
    /** Gives `target` the functions of the resolver, also of the one that comes after `setServers`. */
    show<T extends object, P extends Prototype>(target: T, prototype: P): T & Shown<P> {
      shown.push([target, prototype]);
      return bind(target, prototype);
    },
    setServers: function defaultResolverSetServers(servers: readonly string[]): void {
      const resolver = new Resolver();
      resolver.setServers(servers);
      standard.resolver = resolver;
      for (const [target, prototype] of shown) bind(target, prototype);
    },
  };
}
