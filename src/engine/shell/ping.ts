/**
 * `ping`: echo requests and their answers (RFC 792, RFC 4443 §4), as iputils 20221126 does it for people who are not
 * root, through a ping socket.
 *
 * Requests go out at equal intervals whatever comes back. After the last one it waits twice the longest round trip,
 * at least an interval, or `-W` when nothing has come at all; `-w` ends it in any case. Errors count as answers there,
 * and not as received. Left out: broadcast, record route, timestamps in IP options, adaptive and flood sending.
 */
import { type Bytes, writeU32 } from '../base/bytes.ts';
import { formatIp, type Ip, isLinkLocal6, isMulticast6, isV4, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import { MICROSECOND, type Nanoseconds, NEVER, SECOND } from '../base/units.ts';
import type { SendProblem } from '../net/ip/transport.ts';
import type { Nic } from '../net/link/nic.ts';
import type { EchoError, EchoReply, IcmpSocket } from '../net/transport/icmp-stack.ts';
import { ProgramError, type Task } from '../sim/task.ts';
import { type PingOptions, type Refusal, readPing } from './ping-options.ts';
import { errorText, headerText, PingStatistics, tripText } from './ping-report.ts';
import { type Env, Inbox } from './program.ts';
import {
  connectProblem,
  findTarget,
  interfaceCalled,
  problemText,
  type Target,
  zonedText,
} from './target.ts';

/** A payload begins with the time of sending when there is room for it. */
const TIMESTAMP = 16;
/** The shortest interval for people who are not root. */
const MIN_INTERVAL: Nanoseconds = 2_000_000;
/** What the length field of a datagram can say at most, with the ICMP header. */
const MAX_MESSAGE = 65_535;
const MAX_REQUESTS = 65_535;

type Heard =
  | { readonly what: 'reply'; readonly reply: EchoReply; readonly at: Nanoseconds }
  | { readonly what: 'error'; readonly error: EchoError }
  | { readonly what: 'interrupt' };

export function* ping(env: Env): Task<number> {
  const options = readPing(env.args);
  if (isRefusal(options)) {
    (options.stream === 'out' ? env.out : env.err)(options.text);
    return options.status;
  }
  for (const warning of options.warnings) env.err(warning);
  let target: Target;
  try {
    target = yield* findTarget(env, options.target, options.family);
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    env.err(`ping: ${options.target}: ${error.message}\n`);
    return 2;
  }
  const way = readWay(env, options, target);
  if (typeof way === 'string') {
    env.err(`ping: ${way}\n`);
    return 2;
  }
  const socket = env.host.icmp.open(isV4(target.address) ? 4 : 6);
  try {
    return yield* new Pinging(env, options, target, way, socket).run();
  } finally {
    socket.close();
  }
}

function isRefusal(options: PingOptions | Refusal): options is Refusal {
  return 'status' in options;
}

/** Where the requests leave and what the header says of it; or why they cannot. */
interface Way {
  readonly via: Nic | undefined;
  readonly from: string;
  /** True when the system would not know which link is meant, and sends nothing. */
  readonly isNowhere: boolean;
}

const WHICH_LINK =
  'ping: Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id => use: address%<ifname|scope-id>\n';

function readWay(env: Env, { from, ttl }: PingOptions, { address, via }: Target): Way | string {
  const { host } = env;
  let nic = via;
  let shown = '';
  const isNear = !isV4(address) && (isLinkLocal6(address) || isMulticast6(address));
  if (isNear && !via) env.err(WHICH_LINK);
  if (from !== undefined && isIP(from) !== 0) {
    const own = parseIp(from);
    if (!host.ip.isLocal(own)) return `bind: ${problemText('EADDRNOTAVAIL')}`;
    shown = `from ${formatIp(own)} : `;
  } else if (from !== undefined) {
    nic = interfaceCalled(host, from);
    if (!nic) return `SO_BINDTODEVICE ${from}: ${problemText('ENODEV')}`;
    const source = isNear ? undefined : host.ip.sourceFor(address, nic);
    shown = `from ${source === undefined ? '::' : formatIp(source)} ${nic.name}: `;
    if (isNear)
      env.err(`ping: Warning: source address might be selected on device other than: ${nic.name}\n`);
  }
  if (isNear && !nic) return { via: nic, from: shown, isNowhere: true };
  const problem = connectProblem(host, address, nic);
  if (problem === 'EACCES')
    return 'Do you want to ping broadcast? Then -b. If not, check your local firewall rules';
  if (problem) return `connect: ${problemText(problem)}`;
  if (ttl === 0) return 'cannot set unicast time-to-live: Invalid argument';
  return { via: nic, from: shown, isNowhere: false };
}

/** One run of the program, from the header to the summary. */
class Pinging {
  readonly #env: Env;
  readonly #options: PingOptions;
  readonly #target: Target;
  readonly #via: Nic | undefined;
  readonly #from: string;
  readonly #isNowhere: boolean;
  readonly #socket: IcmpSocket;
  readonly #statistics = new PingStatistics();
  readonly #inbox: Inbox<Heard>;
  readonly #isNumeric: boolean;
  /** When each request left, and which have been answered, by sequence number from 1. */
  readonly #sentAt: Nanoseconds[] = [];
  readonly #answered = new Set<number>();
  readonly #start: Nanoseconds;
  #isInterrupted = false;

  constructor(env: Env, options: PingOptions, target: Target, way: Way, socket: IcmpSocket) {
    this.#env = env;
    this.#options = options;
    this.#target = target;
    this.#via = way.via;
    this.#from = way.from;
    this.#isNowhere = way.isNowhere;
    this.#socket = socket;
    this.#isNumeric = options.isNumeric || target.isLiteral;
    this.#inbox = new Inbox(env.host.world);
    this.#start = env.host.world.now;
    socket.onReply = (reply) => this.#inbox.put({ what: 'reply', reply, at: env.host.world.now });
    socket.onError = (error) => this.#inbox.put({ what: 'error', error });
    env.onInterrupt = () => this.#inbox.put({ what: 'interrupt' });
  }

  *run(): Task<number> {
    const { interval, count, deadline, size, preload, pattern } = this.#options;
    const { world } = this.#env.host;
    const statistics = this.#statistics;
    if (pattern && !this.#options.isQuiet)
      this.#env.out(`PATTERN: 0x${pattern.map((byte) => byte.toString(16).padStart(2, '0')).join('')}\n`);
    const shown = this.#name(this.#target.address, this.#target.via);
    const { address } = this.#target;
    this.#env.out(
      headerText(this.#options.target, address, isV4(address) ? formatIp(address) : shown, this.#from, size),
    );
    if (interval < MIN_INTERVAL) {
      this.#env.err('ping: cannot flood; minimal interval allowed for user is 2ms\n');
      return 2;
    }
    let end = deadline > 0 ? this.#start + deadline : NEVER;
    let isLingering = false;
    let last = this.#start;
    while (!this.#isInterrupted && world.now < end && !this.#hasEnough()) {
      let next = NEVER;
      // -w asks until the deadline, or until `count` answers have come
      while (statistics.sent < MAX_REQUESTS && (count === 0 || deadline > 0 || statistics.sent < count)) {
        next = this.#start + Math.max(0, statistics.sent - preload + 1) * interval;
        if (next > world.now) break;
        this.#send();
        last = world.now;
        next = NEVER;
      }
      if (count > 0 && deadline === 0 && statistics.sent >= count && !isLingering) {
        isLingering = true;
        const wait =
          statistics.received > 0
            ? Math.max(2 * statistics.longest * MICROSECOND, interval)
            : this.#options.linger;
        // -W 0 sets a timer of no length, which never goes off
        if (wait > 0) end = world.now + wait;
      }
      let heard = yield* this.#inbox.next(Math.min(next, end));
      // everything that has come is read before anything else is decided
      for (; heard; heard = this.#inbox.poll()) {
        this.#hear(heard);
        if (statistics.inFlight === 0) break;
      }
    }
    this.#env.out(statistics.summary(this.#options.target, last - this.#start));
    const isShort = deadline > 0 && statistics.received < count;
    return statistics.received === 0 || isShort ? 1 : 0;
  }

  #hasEnough(): boolean {
    const { count, deadline } = this.#options;
    const { received, errors } = this.#statistics;
    return (count > 0 && received + errors >= count) || (deadline > 0 && errors > 0);
  }

  #send(): void {
    const { size, ttl, fragment, trafficClass, isQuiet, tellsOutstanding } = this.#options;
    const statistics = this.#statistics;
    if (tellsOutstanding && statistics.sent > 0 && !this.#answered.has(statistics.sent))
      this.#env.out(`${this.#stamp()}no answer yet for icmp_seq=${statistics.sent}\n`);
    const sequence = statistics.sent + 1;
    this.#sentAt[sequence] = this.#env.host.world.now;
    const isUnsendable = this.#isNowhere || size + 8 > MAX_MESSAGE;
    const problem = isUnsendable
      ? undefined
      : this.#socket.send(this.#target.address, sequence, this.#payload(), {
          hopLimit: ttl,
          fragment,
          via: this.#via,
          trafficClass,
        });
    statistics.sent = sequence;
    if (problem) this.#cannotSend(problem, isQuiet);
  }

  #cannotSend(problem: SendProblem, isQuiet: boolean): void {
    if (problem !== 'EMSGSIZE') {
      if (!isQuiet) this.#env.err(`ping: sendmsg: ${problemText(problem)}\n`);
      return;
    }
    // the real program counts only the ones that it prints
    if (isQuiet) return;
    this.#statistics.errors += 1;
    const { address } = this.#target;
    const mtu = this.#env.host.ip.mtuFor(address);
    this.#env.err(`ping: local error: message too long, mtu${isV4(address) ? '=' : ': '}${mtu}\n`);
  }

  /** The time of sending, as two little-endian 64-bit numbers, then a pattern: bytes that count up. */
  #payload(): Bytes {
    const { size, pattern } = this.#options;
    const bytes = new Uint8Array(size);
    for (let i = 0; i < size; i++) bytes[i] = pattern ? pattern[i % pattern.length]! : i;
    if (size < TIMESTAMP) return bytes;
    const { world } = this.#env.host;
    bytes.fill(0, 0, TIMESTAMP);
    writeU32Little(bytes, 0, world.seconds);
    writeU32Little(bytes, 8, Math.floor((world.now % SECOND) / MICROSECOND));
    return bytes;
  }

  #hear(heard: Heard): void {
    if (heard.what === 'interrupt') this.#isInterrupted = true;
    else if (heard.what === 'reply') this.#reply(heard.reply, heard.at);
    else this.#error(heard.error);
  }

  #reply({ from, nic, sequence, payload, hopLimit }: EchoReply, at: Nanoseconds): void {
    const statistics = this.#statistics;
    const { size, isQuiet, isAudible } = this.#options;
    const sentAt = this.#sentAt[sequence];
    const isTimed = size >= TIMESTAMP && sentAt !== undefined;
    const trip = isTimed ? Math.floor(at / MICROSECOND) - Math.floor(sentAt / MICROSECOND) : 0;
    statistics.acknowledge(sequence);
    if (isTimed) statistics.time(trip);
    const isDuplicate = this.#answered.has(sequence);
    if (isDuplicate) statistics.duplicates += 1;
    else statistics.received += 1;
    this.#answered.add(sequence);
    if (isQuiet) return;
    let line = `${payload.length + 8} bytes from ${this.#name(from, nic)}: icmp_seq=${sequence} ttl=${hopLimit}`;
    if (payload.length < size) line += ' (truncated)';
    else if (isTimed) line += ` time=${tripText(trip)}`;
    const isGroup = !isV4(this.#target.address) && isMulticast6(this.#target.address);
    if (isDuplicate && !isGroup) line += ' (DUP!)';
    if (from !== this.#target.address && !isGroup) line += ' (DIFFERENT ADDRESS!)';
    this.#env.out(`${this.#stamp()}${line}${isAudible ? '\u0007' : ''}\n`);
  }

  #error({ sequence, report }: EchoError): void {
    this.#statistics.errors += 1;
    // over IPv6 the real program does not take an error for a sign of the requests before it
    if (isV4(this.#target.address)) this.#statistics.acknowledge(sequence);
    if (this.#options.isQuiet) return;
    const from = this.#name(report.from, this.#via);
    this.#env.out(`${this.#stamp()}From ${from} icmp_seq=${sequence} ${errorText(report)}\n`);
  }

  /** An address as the program shows it: with its name, where one is wanted and known. */
  #name(address: Ip, nic: Nic | undefined): string {
    const text = zonedText(address, nic);
    const name = this.#isNumeric ? undefined : this.#env.nameOf(address);
    return name === undefined ? text : `${name} (${text})`;
  }

  /** `[1795199400.123456] `, when asked for. */
  #stamp(): string {
    if (!this.#options.isTimed) return '';
    const { world } = this.#env.host;
    const fraction = Math.floor((world.now % SECOND) / MICROSECOND);
    return `[${world.seconds}.${String(fraction).padStart(6, '0')}] `;
  }
}

function writeU32Little(bytes: Bytes, at: number, value: number): void {
  writeU32(bytes, at, value);
  bytes.subarray(at, at + 4).reverse();
}
