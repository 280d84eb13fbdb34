/**
 * A recursive resolver on a host: the machine of proto/dns on port 53 of UDP and TCP.
 */
import { isIP } from '../base/is-ip.ts';
import type { Host } from '../net/host.ts';
import { familiesOf } from '../net/ip/destination-order.ts';
import type { DnsCache } from '../proto/dns/cache.ts';
import { DNS_PORT } from '../proto/dns/message.ts';
import type { ResolverConfig, RootHint } from '../proto/dns/resolver/config.ts';
import { Resolver, resolverCache } from '../proto/dns/resolver/resolver.ts';
import { parseRecord } from '../wire/dns/text.ts';
import { DnsDriver } from './dns-driver.ts';

export interface RecursiveResolverOptions extends Partial<ResolverConfig> {
  readonly hints: readonly RootHint[];
}

export interface RecursiveResolver {
  readonly cache: DnsCache;
  /** The machine that runs; another one after a restart. Undefined before the host has started. */
  readonly machine: Resolver | undefined;
  /** Puts an address into the cache as if it had been answered before, with the seconds that are left of its TTL. */
  remember(name: string, left: number, address: string): void;
  /**
   * Empties the cache, as `unbound-control flush_zone .` does, or drops the rows of some names. Gives how many went.
   */
  flush(isMeant?: (name: string) => boolean): number;
  /** Ends the program: its ports are free, and whoever asks learns that nobody is there. A restart starts it again. */
  stop(): void;
}

/**
 * Starts the resolver. Unless told, it asks at addresses of the families that the host has. A restart begins with an
 * empty cache and knows no servers.
 */
export function runResolver(
  host: Host,
  options: readonly RootHint[] | RecursiveResolverOptions,
): RecursiveResolver {
  const given: RecursiveResolverOptions = 'hints' in options ? options : { hints: options };
  const cache = resolverCache(given);
  let driver: DnsDriver | undefined;
  let machine: Resolver | undefined;
  host.programTables.set('dns', () => cache.rows(host.world.now));
  host.programTables.set('dns-servers', () => machine?.servers.rows(host.world.now) ?? []);
  host.onBoot(() => {
    if (machine) {
      cache.flush(host.world.now);
      machine.servers.flush('the resolver starts anew');
      driver?.drain();
    }
    driver?.stop();
    const families = familiesOf(host.ip);
    const random = host.world.random(`${host.name}/dns`);
    machine = new Resolver({ ...(families.length === 1 && { families }), ...given, random, cache });
    driver = new DnsDriver(host, machine);
    driver.serve(DNS_PORT);
    driver.drain();
  });
  return {
    cache,
    get machine() {
      return machine;
    },
    remember(name, left, address) {
      const type = isIP(address) === 6 ? 'AAAA' : 'A';
      cache.store([parseRecord(name, left, type, address)], 'answer', host.world.now);
      driver?.drain();
    },
    flush(isMeant) {
      const count = cache.flush(host.world.now, isMeant);
      driver?.drain();
      return count;
    },
    stop() {
      driver?.stop();
    },
  };
}
