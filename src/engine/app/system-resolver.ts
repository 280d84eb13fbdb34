/**
 * The name resolution of an operating system: programs ask it; it looks into the hosts file and its cache, then asks
 * its resolvers (proto/dns/stub).
 *
 * What it goes by stands in `/etc/hosts` and `/etc/resolv.conf` of the host: whoever writes them changes what the next
 * lookup finds. `lookup` is getaddrinfo(3) with the flags of getent(1), `query` asks the resolvers for one type as c-ares
 * and Node's `dns.resolve` do.
 *
 * Addresses come in the order of RFC 6724 §6. Errors have the codes of Node: ENOTFOUND (EAI_NONAME), ENODATA
 * (EAI_NODATA), EAI_AGAIN, EAI_FAIL.
 */
import { reverseName } from '../base/address-within.ts';
import { type Family, familyOf, formatIp, type Ip, parseIp } from '../base/ip.ts';
import { formatIp6 } from '../base/ip6.ts';
import { isIP } from '../base/is-ip.ts';
import type { Nanoseconds } from '../base/units.ts';
import type { Host } from '../net/host.ts';
import { HOSTS_PATH, RESOLV_CONF_PATH } from '../net/host-files.ts';
import { familiesOf, inOrderToTry } from '../net/ip/destination-order.ts';
import type { CacheRow, DnsCache } from '../proto/dns/cache.ts';
import type { StubError } from '../proto/dns/stub/failure.ts';
import { HostsFile } from '../proto/dns/stub/hosts.ts';
import {
  DEFAULT_RESOLV_CONF,
  formatResolvConf,
  parseResolvConf,
  type ResolvConf,
} from '../proto/dns/stub/resolv-conf.ts';
import { StubResolver, type StubResult } from '../proto/dns/stub/stub.ts';
import { ProgramError, type Task, type Waker } from '../sim/task.ts';
import { TYPE } from '../wire/dns/code.ts';
import type { DnsRecord } from '../wire/dns/message.ts';
import { parseRecord } from '../wire/dns/text.ts';
import { DnsDriver } from './dns-driver.ts';

/** Settings of resolv.conf, which become the text of the file. */
export interface SystemResolverOptions extends Partial<ResolvConf> {
  /** `/etc/resolv.conf` as text, instead of settings. */
  readonly resolvConf?: string;
  /** `/etc/hosts` as text; unsaid, it is that of a new machine. */
  readonly hosts?: string;
  readonly cache?: DnsCache;
  /** False for a host that keeps nothing, as with glibc alone. */
  readonly caching?: boolean;
}

export interface LookupOptions {
  /** One family only; unsaid, all that the host has an address of. */
  readonly family?: Family;
  /** False to ask for families that the host cannot use, too (without AI_ADDRCONFIG). */
  readonly onlyUsable?: boolean;
}

export interface HostAddresses {
  /** In the order in which to try them; at least one. */
  readonly addresses: readonly Ip[];
  /** What the name leads to in the end, without its dot. */
  readonly canonicalName: string;
  readonly result: StubResult | undefined;
}

const CODES: Readonly<Record<StubError, string>> = {
  EAI_NONAME: 'ENOTFOUND',
  EAI_NODATA: 'ENODATA',
  EAI_AGAIN: 'EAI_AGAIN',
  EAI_FAIL: 'EAI_FAIL',
};
const WORDS: Readonly<Record<StubError, string>> = {
  EAI_NONAME: 'does not exist',
  EAI_NODATA: 'has no address',
  EAI_AGAIN: 'SERVFAIL',
  EAI_FAIL: 'cannot be asked for',
};

export class SystemResolver {
  readonly stub: StubResolver;
  readonly host: Host;
  readonly #driver: DnsDriver;
  readonly #waiting = new Map<number, (result: StubResult) => void>();
  static readonly #byHost = new WeakMap<Host, SystemResolver>();

  /** The one that a host has already, else one that goes by the host's files as they are. */
  static of(host: Host): SystemResolver {
    return (
      SystemResolver.#byHost.get(host) ??
      new SystemResolver(host, { resolvConf: host.files.read(RESOLV_CONF_PATH) })
    );
  }

  constructor(host: Host, options: SystemResolverOptions) {
    this.host = host;
    SystemResolver.#byHost.set(host, this);
    const { resolvConf, hosts, cache, caching, ...conf } = options;
    const { files } = host;
    files.install(RESOLV_CONF_PATH, resolvConf ?? formatResolvConf({ ...DEFAULT_RESOLV_CONF, ...conf }));
    if (hosts !== undefined) files.install(HOSTS_PATH, hosts);
    this.stub = new StubResolver({
      random: host.world.random(`${host.name}/stub`),
      hosts: new HostsFile(files.read(HOSTS_PATH)),
      ...(resolvConf === undefined ? conf : parseResolvConf(resolvConf).conf),
      ...(cache && { cache }),
      ...(caching !== undefined && { caching }),
    });
    files.watch((path) => {
      if (path === HOSTS_PATH) this.stub.useHosts(new HostsFile(files.read(path)));
      else this.stub.configure(parseResolvConf(files.read(path)).conf);
    });
    host.programTables.set('dns', () => this.stub.cache.rows(host.world.now));
    this.#driver = new DnsDriver(host, this.stub, () => this.#collect());
    let isRestart = false;
    host.onBoot(() => {
      if (isRestart) this.flush();
      isRestart = true;
    });
  }

  /** Addresses of a name, or the address that the text is. Throws a ProgramError as getaddrinfo fails. */
  *lookup(name: string, options: LookupOptions = {}): Task<readonly Ip[]> {
    return (yield* this.addresses(name, options)).addresses;
  }

  /** The same with what else getaddrinfo tells. */
  *addresses(name: string, options: LookupOptions = {}): Task<HostAddresses> {
    const families = this.families(options);
    if (isIP(name) !== 0) {
      const address = parseIp(name);
      if (!families.includes(familyOf(address))) throw failure(name, 'EAI_NONAME');
      return { addresses: [address], canonicalName: name, result: undefined };
    }
    if (families.length === 0) throw failure(name, 'EAI_NONAME');
    const result = yield* this.#wait((done) => this.start(name, families, done));
    const addresses = inOrderToTry(this.host.ip, addressesOf(result));
    return { addresses, canonicalName: result.canonicalName.replace(/\.$/, ''), result };
  }

  /** Records of one type of an absolute name, aliases before them, from the resolvers. Throws a ProgramError when there are none. */
  *query(name: string, type: number): Task<readonly DnsRecord[]> {
    const result = yield* this.#wait((done) => this.#begin((now) => this.stub.query(name, type, now), done));
    return result.answers;
  }

  /** What an address is called: in the hosts file, else by its PTR record. Throws a ProgramError when it has no name. */
  *nameOf(address: Ip): Task<string> {
    const known = new HostsFile(this.host.files.read(HOSTS_PATH)).nameOf(address);
    if (known) return known.canonicalName;
    const records = yield* this.query(reverseName(address), TYPE.PTR);
    const pointer = records.find(({ type }) => type === TYPE.PTR);
    if (pointer?.type !== TYPE.PTR) throw failure(formatIp(address), 'EAI_NODATA');
    return pointer.data.replace(/\.$/, '');
  }

  /** Starts a lookup and calls `done` when it is over, perhaps at once. Returns what lets go of it. */
  start(name: string, families: readonly Family[], done: (result: StubResult) => void): () => void {
    return this.#begin((now) => this.stub.lookup(name, families, now), done);
  }

  /** Starts a query for one type, as {@link start}. */
  startQuery(name: string, type: number, done: (result: StubResult) => void): () => void {
    return this.#begin((now) => this.stub.query(name, type, now), done);
  }

  /** Families to ask for: those that the host can use, all when it seems to have none, as glibc decides. */
  families({ family, onlyUsable = true }: LookupOptions = {}): Family[] {
    const usable = familiesOf(this.host.ip);
    if (family !== undefined) return !onlyUsable || usable.includes(family) ? [family] : [];
    return onlyUsable && usable.length === 1 ? usable : [4, 6];
  }

  /** Puts an answer into the cache that was given `age` seconds ago with `ttl`. */
  remember(name: string, ttl: number, address: string, age: number): void {
    const type = isIP(address) === 6 ? 'AAAA' : 'A';
    this.stub.cache.store([parseRecord(name, ttl - age, type, address)], 'answer', this.host.world.now);
    this.#driver.drain();
  }

  /** What its cache holds now. */
  rows(): CacheRow[] {
    return this.stub.cache.rows(this.host.world.now);
  }

  /** Empties its cache, as `resolvectl flush-caches` does, or drops the rows of some names. Gives how many went. */
  flush(isMeant?: (name: string) => boolean): number {
    const count = this.stub.cache.flush(this.host.world.now, isMeant);
    this.#driver.drain();
    return count;
  }

  #begin(ask: (now: Nanoseconds) => number, done: (result: StubResult) => void): () => void {
    const handle = ask(this.host.world.now);
    this.#waiting.set(handle, done);
    this.#driver.drain();
    return () => this.#waiting.delete(handle);
  }

  *#wait(start: (done: (result: StubResult) => void) => () => void): Task<StubResult> {
    const result = (yield (waker: Waker) => start((found) => waker.wake(found))) as StubResult;
    if (result.error !== undefined) throw failure(result.name.replace(/\.$/, ''), result.error);
    return result;
  }

  #collect(): void {
    for (let result = this.stub.pollResult(); result; result = this.stub.pollResult()) {
      this.#waiting.get(result.handle)?.(result);
      this.#waiting.delete(result.handle);
    }
  }
}

/** The addresses among the answers, in their order. */
export function addressesOf(result: StubResult): Ip[] {
  return result.answers.flatMap((record): Ip[] => {
    if (record.type === TYPE.A) return [record.data];
    return record.type === TYPE.AAAA ? [formatIp6(record.data)] : [];
  });
}

/** What a lookup that failed is to programs. */
export function failure(name: string, error: StubError): ProgramError {
  return new ProgramError(
    CODES[error],
    error === 'EAI_AGAIN' ? `${name}: ${WORDS[error]}` : `${name} ${WORDS[error]}`,
  );
}
