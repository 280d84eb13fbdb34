/**
 * `node:dns/promises`: the same as `node:dns`, in promises.
 */
import type { LookupAddress, LookupAllOptions, LookupOneOptions, LookupOptions } from 'node:dns';
import { isIP } from '../../../base/is-ip.ts';
import { invalidValue, missingArguments } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { checkedService, checkHostname, DNS_CODES, dnsCommon, lookupRequest, withFamily } from './forms.ts';
import { addressesByName, nameByAddress } from './lookup.ts';

export function dnsPromises(node: NodeProcess) {
  const { PromiseResolver, getDefaultResultOrder, setDefaultResultOrder, setServers, show } =
    node.load(dnsCommon);

  function lookup(hostname: string, family: number): Promise<LookupAddress>;
  function lookup(hostname: string, options?: LookupOneOptions): Promise<LookupAddress>;
  function lookup(hostname: string, options: LookupAllOptions): Promise<LookupAddress[]>;
  function lookup(hostname: string, options: LookupOptions): Promise<LookupAddress | LookupAddress[]>;
  function lookup(hostname: string, options?: unknown): Promise<LookupAddress | LookupAddress[]> {
    if (hostname) checkHostname(hostname);
    const asked = lookupRequest(node, options);
    const { all } = asked;
    return new Promise((resolve, reject) => {
      if (!hostname) throw invalidValue('hostname', hostname, 'must be a non-empty string');
      if (isIP(hostname) !== 0) {
        const found = withFamily(hostname);
        resolve(all ? [found] : found);
        return;
      }
      addressesByName(node, hostname, asked, (error, addresses) => {
        if (error) reject(error);
        else resolve(all ? addresses.map(withFamily) : withFamily(addresses[0]!));
      });
    });
  }

  function lookupService(address: string, port: number): Promise<{ hostname: string; service: string }>;
  function lookupService(...args: unknown[]): Promise<{ hostname: string; service: string }> {
    if (args.length !== 2) throw missingArguments('address', 'port');
    const [address, port] = checkedService(args);
    return new Promise((resolve, reject) => {
      nameByAddress(node, address, port, (error, hostname, service) =>
        error ? reject(error) : resolve({ hostname, service }),
      );
    });
  }

  const module = {
    lookup,
    lookupService,
    Resolver: PromiseResolver,
    getDefaultResultOrder,
    setDefaultResultOrder,
    setServers,
    ...DNS_CODES,
  };
  return show(module, PromiseResolver.prototype);
}
