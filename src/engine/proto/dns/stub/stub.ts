/**
 * The stub resolver of a host as a machine: hosts file, the host's own cache, then the configured resolvers.
 *
 * RFC 1034 §5.3.1 (stub resolvers). `lookup` is what getaddrinfo(3) does with a name: nsswitch order `files dns`, A and
 * AAAA together, the search list (search-list.ts), servers and waits of resolv.conf(5) (server-exchange.ts). `query` is
 * what c-ares and `dns.resolve` do: one type of an absolute name, without hosts file and search list. RFC 6761 §6.3:
 * `localhost` and the names below it are this host, and nobody is asked.
 *
 * Each candidate name is looked for in the cache before anybody is asked; a host with glibc alone has none
 * (`caching: false`). Not here: mDNS, other sources of nsswitch.conf, DNS over TLS or HTTPS.
 */
import { Malformed, Misuse } from '../../../base/errors.ts';
import { type Family, formatIp, type Ip, ip6 } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { type Nanoseconds, NEVER } from '../../../base/units.ts';
import type { Detail, MachineEvent } from '../../../trace/event.ts';
import { RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import { type DnsRecord, extendedRcode } from '../../../wire/dns/message.ts';
import { canonicalName, isSubdomain } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import { DnsCache } from '../cache.ts';
import type { DnsArrival, DnsFailure, DnsMachine, DnsTransmit } from '../packet.ts';
import { type Answer, addressRecord, chain, outcomeOf, recordKey } from './answer.ts';
import { ERROR_RCODES, errorOf, type StubError, sayOutcome } from './failure.ts';
import { type HostEntry, HostsFile } from './hosts.ts';
import { DEFAULT_RESOLV_CONF, MAX_SERVERS, type ResolvConf } from './resolv-conf.ts';
import { type NameOutcome, SearchList } from './search-list.ts';
import { type ExchangeOwner, type Reply, ServerExchange } from './server-exchange.ts';
import { keep, recall } from './stub-cache.ts';

export interface StubOptions extends Partial<ResolvConf> {
  readonly random: Random;
  readonly hosts?: HostsFile;
  readonly cache?: DnsCache;
  /** False for a host that keeps nothing, as with glibc alone. */
  readonly caching?: boolean;
}

export interface StubResult {
  readonly handle: number;
  /** The absolute name that the answer is about: the last that was tried. */
  readonly name: string;
  /** What was asked for. */
  readonly types: readonly number[];
  readonly rcode: number;
  /** Aliases first, then records of the types asked, in the order in which the answers came. */
  readonly answers: readonly DnsRecord[];
  /** Of the last alias; the first name of the line in a hosts file. As the source writes it. */
  readonly canonicalName: string;
  /** Undefined when there is at least one record of a type asked. */
  readonly error: StubError | undefined;
  readonly source: 'hosts' | 'cache' | 'server' | 'special';
}

/** A lookup under way: which name is tried just now, and what its cache already gave. */
interface Lookup {
  readonly key: string;
  readonly handles: number[];
  readonly types: readonly number[];
  readonly search: SearchList;
  readonly isQuery: boolean;
  name: string;
  cached: readonly Answer[];
  source: 'cache' | 'server';
  exchange: ServerExchange | undefined;
}

const MAX_LOOKUPS = 1_000;
const FAMILY_TYPE: Readonly<Record<Family, number>> = { 4: TYPE.A, 6: TYPE.AAAA };
const LOOPBACK: Readonly<Record<Family, Ip>> = { 4: 0x7f00_0001 as Ip, 6: ip6('::1') };

export class StubResolver implements DnsMachine {
  readonly cache: DnsCache;
  readonly #caching: boolean;
  readonly #random: Random;
  readonly #owner: ExchangeOwner;
  #conf: ResolvConf;
  #hosts: HostsFile;
  readonly #lookups = new Map<string, Lookup>();
  #events: MachineEvent[] = [];
  #transmits: DnsTransmit[] = [];
  #results: StubResult[] = [];
  #nextHandle = 1;
  #nextExchange = 1;
  #turn = 0;

  constructor(options: StubOptions) {
    const { random, hosts, cache, caching, ...conf } = options;
    this.#random = random;
    this.#hosts = hosts ?? new HostsFile();
    this.cache = cache ?? new DnsCache({ label: 'os', capacity: 1_000 });
    this.#caching = caching ?? true;
    this.#conf = withLimits({ ...DEFAULT_RESOLV_CONF, ...conf });
    this.#owner = {
      random,
      emit: (kind, detail) => this.#emit(kind, detail),
      transmit: (out) => this.#transmits.push(out),
      freePort: () => this.#freePort(),
      freeExchange: () => this.#nextExchange++,
    };
  }

  /** Another hosts file from now on. */
  useHosts(hosts: HostsFile): void {
    this.#hosts = hosts;
  }

  /** Other settings for lookups that begin from now on. */
  configure(conf: ResolvConf): void {
    this.#conf = withLimits(conf);
  }

  /** Starts to look for addresses of a name as people write it; the result comes from {@link pollResult}, perhaps at once. */
  lookup(text: string, families: readonly Family[], now: Nanoseconds): number {
    const handle = this.#nextHandle++;
    const wanted = this.#conf.noAaaa && families.length > 1 ? families.filter((one) => one === 4) : families;
    const types = wanted.map((family) => FAMILY_TYPE[family]);
    const known = text.endsWith('.') ? undefined : this.#hosts.lookup(text, families);
    if (known) this.#answerFromHosts(handle, text, types, known);
    else this.#start(handle, text, types, false, now);
    return handle;
  }

  /** Starts to ask for one type of a name, which is absolute with or without its dot. */
  query(name: string, type: number, now: Nanoseconds): number {
    const handle = this.#nextHandle++;
    const text = name.endsWith('.') ? name : `${name}.`;
    this.#start(handle, text, [type], true, now);
    return handle;
  }

  handle(arrival: DnsArrival, now: Nanoseconds): void {
    const lookup = this.#lookupOf(arrival.localPort, arrival.exchange);
    if (lookup) {
      lookup.exchange!.hear(arrival, now);
      this.#settle(lookup, now);
      return;
    }
    const { from, port, localPort } = arrival;
    const reason = `no query is waiting at port ${localPort}`;
    this.#emit('dns.stub.ignore', { from: formatIp(from), port, localPort, reason });
  }

  handleFailure(failure: DnsFailure, now: Nanoseconds): void {
    const lookup = this.#lookupOf(failure.localPort, failure.exchange);
    if (!lookup) return;
    lookup.exchange!.fail(failure, now);
    this.#settle(lookup, now);
  }

  handleTimeout(now: Nanoseconds): void {
    for (const lookup of [...this.#lookups.values()]) {
      if (!lookup.exchange || lookup.exchange.deadline > now) continue;
      lookup.exchange.expire(now);
      this.#settle(lookup, now);
    }
  }

  pollResult(): StubResult | undefined {
    return this.#results.shift();
  }

  pollEvent(): MachineEvent | undefined {
    this.#drainCache(); // somebody may have used the cache directly
    return this.#events.shift();
  }

  pollTransmit(_now: Nanoseconds): DnsTransmit | undefined {
    return this.#transmits.shift();
  }

  pollTimeout(): Nanoseconds {
    let next = NEVER;
    for (const { exchange } of this.#lookups.values()) next = Math.min(next, exchange?.deadline ?? NEVER);
    return next;
  }

  ports(): number[] {
    return [...this.#lookups.values()].flatMap(({ exchange }) => exchange?.ports() ?? []);
  }

  exchanges(): number[] {
    return [...this.#lookups.values()].flatMap(({ exchange }) => exchange?.exchange ?? []);
  }

  #lookupOf(localPort: number, exchange: number | undefined): Lookup | undefined {
    for (const lookup of this.#lookups.values()) {
      const running = lookup.exchange;
      if (exchange === undefined ? running?.ports().includes(localPort) : running?.exchange === exchange)
        return lookup;
    }
    return undefined;
  }

  #answerFromHosts(handle: number, text: string, types: readonly number[], known: HostEntry): void {
    const name = `${text}.`;
    const answers = known.addresses.map((address) => addressRecord(name, address));
    this.#emit('dns.stub.hosts', {
      name,
      type: types.map(typeName).join(', '),
      data: answers.map(dataText).join(', '),
      reason: 'the hosts file has the name, so nobody is asked',
    });
    const { canonicalName } = known;
    const found = { name, types, rcode: RCODE.NOERROR, answers, canonicalName, error: undefined };
    this.#results.push({ handle, ...found, source: 'hosts' });
  }

  #start(handle: number, text: string, types: readonly number[], isQuery: boolean, now: Nanoseconds): void {
    const key = `${isQuery ? 'query' : 'lookup'} ${text.toLowerCase()} ${types.join(' ')}`;
    const running = this.#lookups.get(key);
    if (running) {
      const { name } = running;
      const reason = 'the same question is on its way';
      this.#emit('dns.stub.join', { name, type: types.map(typeName).join(', '), reason });
      running.handles.push(handle);
      return;
    }
    const lookup: Lookup = {
      key,
      handles: [handle],
      types,
      search: new SearchList(text, this.#conf),
      isQuery,
      name: '.',
      cached: [],
      source: 'cache',
      exchange: undefined,
    };
    this.#lookups.set(key, lookup);
    this.#try(lookup, undefined, now);
  }

  /** Tries the names that are left until one has to be asked for, or it is over. `before` is what came of the last. */
  #try(lookup: Lookup, before: string | undefined, now: Nanoseconds): void {
    const { search, types } = lookup;
    let told = before;
    for (let next = search.next(); next; next = search.next()) {
      const name = absoluteName(next.name);
      if (name === undefined) {
        search.tell('unrecoverable');
        continue;
      }
      if (told !== undefined) this.#emit('dns.stub.search', { name, reason: `${told}; ${next.reason}` });
      lookup.name = name;
      if (isSubdomain(name, 'localhost.')) {
        this.#answerLocalhost(lookup);
        return;
      }
      const cached = this.#caching ? types.flatMap((type) => recall(this.cache, name, type, now) ?? []) : [];
      this.#drainCache();
      lookup.cached = cached;
      lookup.source = 'cache';
      if (cached.length < types.length) {
        this.#ask(lookup, now);
        return;
      }
      const outcome = outcomeOf(cached);
      search.tell(outcome);
      if (outcome === 'found') break;
      told = sayOutcome(name, outcome);
    }
    this.#end(lookup, lookup.cached);
  }

  #ask(lookup: Lookup, now: Nanoseconds): void {
    const { name, types, cached } = lookup;
    const missing = types.filter((type) => !cached.some((one) => one.type === type));
    const problem =
      this.#conf.servers.length === 0
        ? 'no resolver is configured'
        : this.#lookups.size > MAX_LOOKUPS
          ? 'too many questions at once'
          : undefined;
    if (problem !== undefined) {
      const type = missing.map(typeName).join(', ');
      this.#emit('dns.stub.fail', { name, type, sends: 0, took: 0, reason: problem });
      lookup.search.tell('no-server');
      this.#end(lookup, []);
      return;
    }
    const reason = this.#caching
      ? 'neither the hosts file nor the cache knows it'
      : 'the hosts file does not know it';
    lookup.source = 'server';
    lookup.exchange = new ServerExchange(
      this.#owner,
      name,
      missing,
      this.#conf,
      this.#serversInTurn(),
      reason,
      now,
    );
  }

  /** Looks at what the exchange of a lookup came to, and goes on. */
  #settle(lookup: Lookup, now: Nanoseconds): void {
    const { exchange } = lookup;
    if (!exchange?.isDone) return;
    lookup.exchange = undefined;
    const { name, exhausted, startedAt, sends, types } = exchange;
    let outcome: NameOutcome;
    let answers: readonly Answer[] = lookup.cached;
    if (exhausted) {
      const took = now - startedAt;
      this.#emit('dns.stub.fail', { name, type: types, sends, took, reason: exhausted.reason });
      outcome = lookup.cached.some(({ records }) => records.length > 0) ? 'found' : exhausted.kind;
    } else {
      answers = [
        ...lookup.cached,
        ...exchange.replies.map((reply) => this.#read(name, reply, startedAt, now)),
      ];
      outcome = outcomeOf(answers);
    }
    lookup.search.tell(outcome);
    if (outcome === 'found') {
      this.#end(lookup, answers);
      return;
    }
    lookup.cached = answers;
    this.#try(lookup, sayOutcome(name, outcome), now);
  }

  /** Keeps what a reply says, and tells it. */
  #read(name: string, { type, message, server }: Reply, startedAt: Nanoseconds, now: Nanoseconds): Answer {
    const rcode = extendedRcode(message);
    const isAnswer = rcode === RCODE.NOERROR || rcode === RCODE.NXDOMAIN;
    const records = isAnswer ? chain(message.answers, name, type) : [];
    if (this.#caching && isAnswer) {
      keep(this.cache, name, { type, rcode, records }, message.authorities, now);
      this.#drainCache();
    }
    this.#emit('dns.stub.answer', {
      name,
      type: typeName(type),
      rcode: rcodeName(rcode),
      data: records.map(dataText).join(', '),
      server,
      took: now - startedAt,
    });
    return { type, rcode, records };
  }

  /** Ends a lookup with what is known of the last name. */
  #end(lookup: Lookup, answers: readonly Answer[]): void {
    const { name, types, handles, search, source } = lookup;
    this.#lookups.delete(lookup.key);
    const records = [
      ...new Map(answers.flatMap((one) => one.records).map((one) => [recordKey(one), one])).values(),
    ];
    const isFound = records.some(({ type }) => types.includes(type));
    const error = isFound ? undefined : errorOf(search.outcome, answers, lookup.isQuery);
    const rcode = ERROR_RCODES[error ?? 'none'];
    const alias = records.findLast((record) => record.type === TYPE.CNAME);
    const canonicalName = alias?.type === TYPE.CNAME ? alias.data : name;
    for (const handle of handles)
      this.#results.push({ handle, name, types, rcode, answers: records, canonicalName, error, source });
  }

  #answerLocalhost(lookup: Lookup): void {
    const { name, types, handles } = lookup;
    this.#lookups.delete(lookup.key);
    const families = ([4, 6] as const).filter((family) => types.includes(FAMILY_TYPE[family]));
    const answers = families.map((family) => addressRecord(name, LOOPBACK[family]));
    this.#emit('dns.stub.special', {
      name,
      type: types.map(typeName).join(', '),
      data: answers.map(dataText).join(', '),
      reason: 'localhost is always this host, so nobody is asked',
    });
    const error = answers.length > 0 ? undefined : 'EAI_NODATA';
    for (const handle of handles) {
      const result = {
        handle,
        name,
        types,
        rcode: RCODE.NOERROR,
        answers,
        canonicalName: name,
        error,
      } as const;
      this.#results.push({ ...result, source: 'special' });
    }
  }

  /** The servers in the order of the file; with `rotate` each lookup begins at the next one. */
  #serversInTurn(): readonly Ip[] {
    const { servers, rotate } = this.#conf;
    if (!rotate) return servers;
    const first = this.#turn++ % servers.length;
    return [...servers.slice(first), ...servers.slice(0, first)];
  }

  #freePort(): number {
    const taken = new Set(this.ports());
    for (let i = 0; i < 100; i++) {
      const port = 32_768 + this.#random.below(28_232); // Linux: net.ipv4.ip_local_port_range is 32768 to 60999
      if (!taken.has(port)) return port;
    }
    throw new Misuse('no free port in 100 draws');
  }

  #emit(kind: string, detail: Detail): MachineEvent {
    const event: MachineEvent = { kind, detail };
    this.#events.push(event);
    return event;
  }

  #drainCache(): void {
    for (let event = this.cache.pollEvent(); event; event = this.cache.pollEvent()) this.#events.push(event);
  }
}

/** The name in its canonical form; undefined for a text that is none. */
function absoluteName(text: string): string | undefined {
  try {
    return canonicalName(text);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

function withLimits(conf: ResolvConf): ResolvConf {
  return { ...conf, servers: conf.servers.slice(0, MAX_SERVERS) };
}
