/**
 * A channel of c-ares on a program's machine: queries with their callbacks, servers, and where what is sent comes from.
 */
import { DnsDriver } from '../../../app/dns-driver.ts';
import { reverseName } from '../../../base/address-within.ts';
import { Malformed } from '../../../base/errors.ts';
import { formatIp, type Ip, parseIp } from '../../../base/ip.ts';
import { isIP } from '../../../base/is-ip.ts';
import { MILLISECOND, SECOND } from '../../../base/units.ts';
import { HOSTS_PATH, RESOLV_CONF_PATH } from '../../../net/host-files.ts';
import { DNS_PORT } from '../../../proto/dns/message.ts';
import { type ChannelResult, type ChannelServer, ResolverChannel } from '../../../proto/dns/stub/channel.ts';
import { HostsFile } from '../../../proto/dns/stub/hosts.ts';
import { DEFAULT_RESOLV_CONF, parseResolvConf } from '../../../proto/dns/stub/resolv-conf.ts';
import { TYPE } from '../../../wire/dns/code.ts';
import type { DnsMessage } from '../../../wire/dns/message.ts';
import { canonicalName } from '../../../wire/dns/name.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import { asciiName } from './lookup.ts';
import { checkAnswer, NoRecords, namesIn } from './records.ts';

/** What a query came to: a value, or the code of an error. */
export type Outcome<V> =
  | { readonly code: undefined; readonly value: V }
  | { readonly code: string; readonly value?: undefined };
export type QueryDone<V> = (outcome: Outcome<V>) => void;

/** −1 for what resolv.conf says, in milliseconds like `maxTimeout`. */
export interface ChannelTimes {
  readonly timeout: number;
  readonly tries: number;
  readonly maxTimeout: number;
}

/** How often libuv's timer wakes c-ares, at most. Milliseconds. */
const LONGEST_TICK = 1000;
const LOOPBACK = parseIp('127.0.0.1');

export class ChannelWrap {
  readonly #node: NodeProcess;
  readonly #machine: ResolverChannel;
  readonly #driver: DnsDriver;
  readonly #waiting = new Map<number, (result: ChannelResult) => void>();
  /** Nobody set servers: those of the machine count. */
  #isDefault = true;
  #lastRefused = false;

  constructor(node: NodeProcess, { timeout, tries, maxTimeout }: ChannelTimes) {
    this.#node = node;
    const { host } = node;
    const conf = this.#systemConf();
    const said = timeout > 0 ? timeout * MILLISECOND : conf.timeout;
    this.#machine = new ResolverChannel({
      random: host.world.random(`${host.name}/${node.pid}/c-ares`),
      servers: conf.servers.map(atDnsPort),
      timeout: said,
      maxTimeout: maxTimeout * MILLISECOND,
      tries,
      tick: Math.min(timeout < 0 ? LONGEST_TICK : Math.max(timeout, 1), LONGEST_TICK) * MILLISECOND,
    });
    this.#driver = new DnsDriver(host, this.#machine, () => this.#collect());
    node.own({ kill: () => this.#driver.stop() });
  }

  /** Asks for one type of a name as a program writes it; `read` makes the value of an answer. */
  query<V>(name: string, type: number, read: (message: DnsMessage) => V, done: QueryDone<V>): void {
    const finish = this.#request(done);
    const asked = nameToAsk(name);
    if ('problem' in asked) {
      finish({ code: asked.problem });
      return;
    }
    this.#refresh();
    const handle = this.#machine.query(asked.name, type, this.#node.host.world.now);
    this.#waiting.set(handle, ({ message, problem }) => {
      this.#lastRefused = problem === 'ECONNREFUSED';
      finish(message ? readAnswer(message, read) : { code: problem! });
    });
    this.#driver.drain();
  }

  /** Names of an address: other names in the hosts file, else its PTR records. */
  reverse(address: string, done: QueryDone<string[]>): void {
    const ip = parseIp(address.replace(/%.*/, ''));
    const known = new HostsFile(this.#node.host.files.read(HOSTS_PATH)).namesOf(ip);
    if (known.length > 0) {
      this.#request(done)({ code: undefined, value: known.slice(1) });
      return;
    }
    const read = (message: DnsMessage): string[] => namesIn(message, TYPE.PTR);
    // whatever went wrong, c-ares has looked everywhere then
    this.query(reverseName(ip), TYPE.PTR, read, (outcome) =>
      done(outcome.code === undefined || outcome.code === 'ECANCELLED' ? outcome : { code: 'ENOTFOUND' }),
    );
  }

  cancel(): void {
    this.#machine.cancel();
    this.#driver.drain();
  }

  get isBusy(): boolean {
    return this.#machine.isBusy;
  }

  getServers(): [address: string, port: number][] {
    this.#refresh();
    return this.#machine.servers.map(({ address, port }) => [formatIp(address), port]);
  }

  setServers(servers: readonly (readonly [address: string, port: number])[]): void {
    this.#isDefault = false;
    this.#machine.useServers(servers.map(([address, port]) => ({ address: parseIp(address), port })));
  }

  /** Addresses of the machine to send from, one of each family at most. */
  setLocalAddress(first: string, second?: string): void {
    const bad = (message: string) => codedError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
    const families = (second === undefined ? [first] : [first, second]).map((address) => isIP(address));
    if (families.includes(0)) throw bad('Invalid IP address.');
    if (families[0] === families[1])
      throw bad(`Cannot specify two ${families[0] === 4 ? 'IPv4' : 'IPv6'} addresses.`);
    this.#machine.sendFrom(
      [first, second].flatMap((address) => (address === undefined ? [] : parseIp(address))),
    );
  }

  /** After a refusal on the machine itself, what resolv.conf says now may be better, as Node has it. */
  #refresh(): void {
    const [only, ...others] = this.#machine.servers;
    const isLocal = only?.address === LOOPBACK && only.port === DNS_PORT && others.length === 0;
    if (!this.#isDefault || !this.#lastRefused || !isLocal || this.isBusy) return;
    this.#lastRefused = false;
    this.#machine.useServers(this.#systemConf().servers.map(atDnsPort));
  }

  #systemConf() {
    const { conf } = parseResolvConf(this.#node.host.files.read(RESOLV_CONF_PATH));
    // c-ares waits 2 s where glibc waits 5
    return conf.timeout === DEFAULT_RESOLV_CONF.timeout ? { ...conf, timeout: 2 * SECOND } : conf;
  }

  #request<V>(done: QueryDone<V>): QueryDone<V> {
    const node = this.#node;
    node.ref();
    return (outcome) =>
      node.enter(() => {
        node.unref();
        done(outcome);
      });
  }

  #collect(): void {
    for (let result = this.#machine.pollResult(); result; result = this.#machine.pollResult()) {
      const { handle } = result;
      this.#waiting.get(handle)?.(result);
      this.#waiting.delete(handle);
    }
  }
}

function readAnswer<V>(message: DnsMessage, read: (message: DnsMessage) => V): Outcome<V> {
  try {
    checkAnswer(message);
    return { code: undefined, value: read(message) };
  } catch (error) {
    if (error instanceof NoRecords) return { code: error.code };
    throw error;
  }
}

/** Nobody is asked for a name that c-ares takes for none, nor for one of Tor's (RFC 7686 §2). */
function nameToAsk(text: string): { readonly name: string } | { readonly problem: string } {
  const ascii = asciiName(text);
  if (/(?:^|\.)onion\.?$/i.test(ascii)) return { problem: 'ENOTFOUND' };
  if (!/^(?:[-\w./*]|\\.)*$/.test(ascii)) return { problem: 'EBADNAME' };
  try {
    return { name: canonicalName(ascii.endsWith('.') ? ascii : `${ascii}.`) };
  } catch (error) {
    if (error instanceof Malformed) return { problem: 'EBADNAME' };
    throw error;
  }
}

function atDnsPort(address: Ip): ChannelServer {
  return { address, port: DNS_PORT };
}
