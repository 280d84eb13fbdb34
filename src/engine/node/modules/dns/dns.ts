/**
 * `node:dns`.
 *
 * `lookup` and `lookupService` ask the machine (lookup.ts): what its hosts file and its resolver say. `resolve…` and
 * `reverse` ask name servers themselves (dns-resolver.ts). Both put real packets on the wire.
 */
import { isIP } from '../../../base/is-ip.ts';
import { checkFunction, invalidValue, missingArguments } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SystemError } from '../../system-error.ts';
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

type LookupCallback = (
  error: SystemError | null,
  address?: string | { address: string; family: number }[],
  family?: number,
) => void;

/** `dns.lookup` as the other modules of Node use it, too. */
export function dnsLookup(node: NodeProcess) {
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
    const done = callback as LookupCallback;
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

  function lookupService(...args: unknown[]): object {
    if (args.length !== 3) throw missingArguments('address', 'port', 'callback');
    const [address, port] = checkedService(args);
    const callback = args[2];
    checkFunction(callback, 'callback');
    nameByAddress(node, address, port, (error, hostname, service) =>
      error ? callback(error) : callback(null, hostname, service),
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
  show(module, Resolver.prototype);
  Object.defineProperty(module, 'promises', {
    configurable: true,
    enumerable: true,
    get: () => node.load(dnsPromises),
  });
  return module as unknown as typeof import('node:dns');
}
