/**
 * A recursive resolver on a host: the machine of proto/dns on port 53.
 */
import type { Host } from '../net/host.ts';
import { DnsCache } from '../proto/dns/cache.ts';
import { DNS_PORT } from '../proto/dns/message.ts';
import { Resolver, type RootHint } from '../proto/dns/resolver/resolver.ts';
import { DnsDriver } from './dns-driver.ts';

/** Starts the resolver; gives its cache, for tables. A restart begins with an empty cache. */
export function runResolver(host: Host, hints: readonly RootHint[]): { readonly cache: DnsCache } {
  const running = { cache: new DnsCache({ label: 'resolver' }) };
  host.programTables.set('dns', () => running.cache.rows(host.world.now));
  let driver: DnsDriver | undefined;
  host.onBoot(() => {
    const isRestart = driver !== undefined;
    driver?.stop();
    if (isRestart) running.cache.flush(host.world.now);
    const resolver = new Resolver({
      hints,
      random: host.world.random(`${host.name}/dns`),
      cache: running.cache,
    });
    driver = new DnsDriver(host, resolver);
    driver.serve(DNS_PORT);
    driver.drain();
  });
  return running;
}
