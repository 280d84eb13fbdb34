/**
 * `node:dns`.
 *
 * `lookup` and `lookupService` ask the machine (lookup.ts): what its hosts file and its resolver say. `resolve…` and
 * `reverse` ask name servers themselves (resolver.ts). Both put real packets on the wire.
 */
import type { LookupAddress, LookupAllOptions, LookupOneOptions, LookupOptions } from 'node:dns';
import { isIP } from '../../../base/is-ip.ts';
import { checkFunction, invalidValue, missingArguments } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { promisifiesTo } from '../util/promisify.ts';
import {
  checkedService,
  checkHostname,
  DNS_CODES,
  dnsCommon,
  type LookupRequest,
  lookupRequest,
  withFamily,
} from './forms.ts';
import { ADDRCONFIG, ALL, addressesByName, nameByAddress, V4MAPPED } from './lookup.ts';
import { dnsPromises } from './promises.ts';

/** What programs call back with; without addresses when there is an error, though Node's types do not say so. */
type OneDone = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;
type AllDone = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
type AnyDone = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family: number,
) => void;
type ServiceDone = (error: NodeJS.ErrnoException | null, hostname: string, service: string) => void;
type FailedDone = (error: NodeJS.ErrnoException) => void;

/** `dns.lookup` as the other modules of Node use it, too. */
export function dnsLookup(node: NodeProcess) {
  function lookup(hostname: string, callback: OneDone): object;
  function lookup(hostname: string, options: number | LookupOneOptions, callback: OneDone): object;
  function lookup(hostname: string, options: LookupAllOptions, callback: AllDone): object;
  function lookup(hostname: string, options: LookupOptions, callback: AnyDone): object;
  function lookup(hostname: string, ...rest: unknown[]): object {
    const [options] = rest;
    let callback = rest[1];
    if (hostname) checkHostname(hostname);
    let asked: LookupRequest;
    if (typeof options === 'function') {
      callback = options;
      asked = lookupRequest(node, undefined);
    } else {
      const isWrong = options !== undefined && typeof options !== 'object' && typeof options !== 'number';
      checkFunction(isWrong && rest.length === 1 ? options : callback, 'callback');
      asked = lookupRequest(node, options, true);
    }
    if (!hostname) throw invalidValue('hostname', hostname, 'must be a non-empty string');
    const { all } = asked;
    // a program's function, which takes what it asked for
    const done = callback as OneDone & AllDone & FailedDone;
    const literal = isIP(hostname);
    if (literal !== 0) {
      node.nextTick(() =>
        all ? done(null, [{ address: hostname, family: literal }]) : done(null, hostname, literal),
      );
      return {};
    }
    addressesByName(node, hostname, asked, (error, addresses) => {
      if (error) done(error);
      else if (all) done(null, addresses.map(withFamily));
      else done(null, addresses[0]!, isIP(addresses[0]!));
    });
    return {};
  }
  return lookup;
}

export function dnsModule(node: NodeProcess) {
  const { Resolver, getDefaultResultOrder, setDefaultResultOrder, setServers, show } = node.load(dnsCommon);
  const lookup = node.load(dnsLookup);

  function lookupService(address: string, port: number, callback: ServiceDone): object;
  function lookupService(...args: unknown[]): object {
    if (args.length !== 3) throw missingArguments('address', 'port', 'callback');
    const [address, port] = checkedService(args);
    const callback = args[2];
    checkFunction(callback, 'callback');
    const done: ServiceDone & FailedDone = callback;
    nameByAddress(node, address, port, (error, hostname, service) =>
      error ? done(error) : done(null, hostname, service),
    );
    return {};
  }
  promisifiesTo(lookup, ['address', 'family']);
  promisifiesTo(lookupService, ['hostname', 'service']);

  const module = {
    lookup,
    lookupService,
    Resolver,
    getDefaultResultOrder,
    setDefaultResultOrder,
    setServers,
    ADDRCONFIG,
    ALL,
    V4MAPPED,
    ...DNS_CODES,
  };
  return withPromises(node, show(module, Resolver.prototype));
}

/** They are made when a program looks for them. */
function withPromises<T extends object>(node: NodeProcess, module: T) {
  const property = {
    configurable: true,
    enumerable: true,
    get: () => node.load(dnsPromises),
  };
  return Object.defineProperty(module, 'promises', property) as T & {
    readonly promises: ReturnType<typeof dnsPromises>;
  };
}
