/**
 * The name resolution of an operating system: programs ask it; it looks into the hosts file and its cache, then asks
 * its resolver (proto/dns/stub).
 */
import type { Ip4 } from '../base/address.ts';
import type { Host } from '../net/host.ts';
import { type StubOptions, StubResolver, type StubResult } from '../proto/dns/stub/stub.ts';
import { ProgramError, type Task, type Waker } from '../sim/task.ts';
import { RCODE, rcodeName, TYPE } from '../wire/dns/code.ts';
import { parseRecord } from '../wire/dns/text.ts';
import { DnsDriver } from './dns-driver.ts';

export type SystemResolverOptions = Omit<StubOptions, 'random'>;

export class SystemResolver {
  readonly stub: StubResolver;
  readonly #host: Host;
  readonly #driver: DnsDriver;
  readonly #waiting = new Map<number, (result: StubResult) => void>();

  constructor(host: Host, options: SystemResolverOptions) {
    this.#host = host;
    this.stub = new StubResolver({ ...options, random: host.world.random(`${host.name}/stub`) });
    host.programTables.set('dns', () => this.stub.cache?.rows(host.world.now) ?? []);
    this.#driver = new DnsDriver(host, this.stub, () => this.#collect());
  }

  /** IPv4 addresses of `name` (absolute, with its dot). Throws a ProgramError as `getaddrinfo` fails. */
  *lookup(name: string): Task<readonly Ip4[]> {
    const result = (yield (waker: Waker) => {
      const handle = this.stub.ask(name, TYPE.A, this.#host.world.now);
      this.#waiting.set(handle, (found) => waker.wake(found));
      this.#driver.drain();
      return () => this.#waiting.delete(handle);
    }) as StubResult;
    if (result.rcode === RCODE.NXDOMAIN) throw new ProgramError('ENOTFOUND', `${name} does not exist`);
    if (result.rcode !== RCODE.NOERROR)
      throw new ProgramError('EAI_AGAIN', `${name}: ${rcodeName(result.rcode)}`);
    const addresses = result.answers.flatMap((record) =>
      record.type === TYPE.A ? [record.data as Ip4] : [],
    );
    if (addresses.length === 0) throw new ProgramError('ENODATA', `${name} has no address`);
    return addresses;
  }

  /** Puts an answer into the cache that was given `age` seconds ago with `ttl`. */
  remember(name: string, ttl: number, address: string, age: number): void {
    this.stub.cache?.store([parseRecord(name, ttl - age, 'A', address)], 'answer', this.#host.world.now);
    this.#driver.drain();
  }

  #collect(): void {
    for (let result = this.stub.pollResult(); result; result = this.stub.pollResult()) {
      this.#waiting.get(result.handle)?.(result);
      this.#waiting.delete(result.handle);
    }
  }
}
