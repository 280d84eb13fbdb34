/**
 * An authoritative name server, as a machine without waiting: a query goes in, a response comes out.
 *
 * It holds any number of zones and asks nobody. What it says is verdict.ts's; here queries are read, refused where they
 * are none (RFC 6891 §6.1.1, §6.1.3 and §7; RFC 9619 §4), and responses written as large as may be (RFC 2181 §9, RFC 6891
 * §6.2.3, RFC 9471 §3). Zones come and go while it runs.
 *
 * Not here: zone transfer and secondaries (a server that lags is one with an older zone), update and notify (NOTIMP),
 * padding (RFC 7830 §6: over encrypted transports only), DNSSEC.
 */
import { type Bytes, fromUtf8 } from '../../../base/bytes.ts';
import { formatCidr } from '../../../base/cidr.ts';
import { Malformed, Misuse } from '../../../base/errors.ts';
import { formatIp } from '../../../base/ip.ts';
import type { Random } from '../../../base/random.ts';
import { type Nanoseconds, SECOND } from '../../../base/units.ts';
import { hostPrefix } from '../../../policy/prefix.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { EDE, OPCODE, opcodeName, RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import { type EdnsOption, extendedErrorOption, nsidOption } from '../../../wire/dns/edns.ts';
import { decodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, ednsOf } from '../../../wire/dns/message.ts';
import { canonicalName, nameKey } from '../../../wire/dns/name.ts';
import { dataText } from '../../../wire/dns/text.ts';
import {
  EDNS_SIZE,
  fit,
  formatError,
  makeResponse,
  messageId,
  responseLimit,
  STREAM_SIZE,
} from '../message.ts';
import type { DnsArrival } from '../packet.ts';
import { Zone, type ZoneData, type ZoneText } from '../zone/zone.ts';
import { type CookieCheck, type CookiePolicy, checkCookie } from './cookies.ts';
import { answeredSubnet, asksForIdentifier, readSubnet, responseOpt, type ToldSubnet } from './options.ts';
import { ResponseLimiter, type ResponseRate } from './response-rate.ts';
import { type VariedSet, Variety } from './vary.ts';
import { decide, type Extras, rejected, type Verdict } from './verdict.ts';

export interface AuthorityOptions {
  /** Bytes that it sends at most over UDP, whatever the asker could take. {@link EDNS_SIZE} where it is not given. */
  readonly udpSize?: number;
  /** `addresses` where it is not given. */
  readonly extras?: Extras;
  /** Sets whose answers vary. */
  readonly varied?: readonly VariedSet[];
  /** Draws for answers by weight. */
  readonly random?: Random;
  /** What it calls itself when asked with NSID (RFC 5001). */
  readonly identifier?: string;
  /** Server cookies for clients that send one of theirs (RFC 7873). */
  readonly cookies?: CookiePolicy;
  /** When time began, in seconds since 1970: cookies carry a date. */
  readonly epochSeconds?: number;
  /** Limits like responses to one network. */
  readonly rate?: ResponseRate;
}

export interface AuthorityAnswer {
  /** Undefined where the limit of responses leaves it out. */
  readonly response: Bytes | undefined;
  readonly events: readonly MachineEvent[];
}

/** A server that is broken on purpose answers so, whatever is asked. */
export interface Breakdown {
  readonly rcode: number;
  readonly reason: string;
  /** It does not know EDNS: the response is without OPT (RFC 6891 §7). */
  readonly isPlain?: boolean;
}

/** A query that could be read, and what is made of it. */
interface Handled {
  readonly query: DnsMessage;
  readonly verdict: Verdict;
  readonly options: readonly EdnsOption[];
  readonly cookie?: CookieCheck | undefined;
  readonly subnet?: ToldSubnet | undefined;
  /** Without OPT. */
  readonly isPlain?: boolean;
}

export class Authority {
  readonly #zones = new Map<string, Zone>();
  readonly #udpSize: number;
  readonly #extras: Extras;
  readonly #variety: Variety | undefined;
  readonly #identifier: string | undefined;
  readonly #cookies: CookiePolicy | undefined;
  readonly #epochSeconds: number;
  readonly #limiter: ResponseLimiter | undefined;

  /** Throws {@link Malformed} for a bad zone and {@link Misuse} for two of one name. */
  constructor(zones: readonly (Zone | ZoneData | ZoneText)[], options: AuthorityOptions = {}) {
    const { udpSize = EDNS_SIZE, extras = 'addresses', varied, random, rate } = options;
    this.#udpSize = udpSize;
    this.#extras = extras;
    this.#variety = varied && new Variety(varied, random);
    this.#identifier = options.identifier;
    this.#cookies = options.cookies;
    this.#epochSeconds = options.epochSeconds ?? 0;
    this.#limiter = rate && new ResponseLimiter(rate);
    for (const given of zones) {
      const zone = given instanceof Zone ? given : new Zone(given);
      if (this.#zones.has(nameKey(zone.origin))) throw new Misuse(`two zones called ${zone.origin}`);
      this.#zones.set(nameKey(zone.origin), zone);
    }
  }

  get zones(): readonly Zone[] {
    return [...this.#zones.values()];
  }

  /** Serves `given` from now on, in place of an older version or as a new zone. Throws {@link Malformed} for a bad one. */
  replace(given: Zone | ZoneData | ZoneText): MachineEvent {
    const zone = given instanceof Zone ? given : new Zone(given);
    const key = nameKey(zone.origin);
    const before = this.#zones.get(key)?.soa.data.serial ?? null;
    this.#zones.set(key, zone);
    return zoneEvent(zone.origin, before, zone.soa.data.serial);
  }

  /** Serves a zone no longer: questions about it are refused. Undefined when it was not served. */
  remove(origin: string): MachineEvent | undefined {
    const key = nameKey(canonicalName(origin));
    const zone = this.#zones.get(key);
    if (!zone) return undefined;
    this.#zones.delete(key);
    return zoneEvent(zone.origin, zone.soa.data.serial, null);
  }

  /** Tells that what records point at (`203.0.113.80`) is up or down, for sets that vary by health. */
  setHealth(target: string, up: boolean): MachineEvent {
    if (!this.#variety) throw new Misuse('no set of this server varies');
    return this.#variety.setHealth(target, up);
  }

  /**
   * The response to a query, or undefined when the bytes deserve none (no header, or a response themselves). With a
   * `breakdown`, an empty one with its code.
   */
  answer(arrival: DnsArrival, now: Nanoseconds, breakdown?: Breakdown): AuthorityAnswer | undefined {
    let query: DnsMessage;
    try {
      query = decodeDns(arrival.bytes);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return unreadable(arrival, error.message);
    }
    if (query.response) return undefined;
    if (breakdown) {
      const { rcode, reason, isPlain = false } = breakdown;
      return this.#write({ query, verdict: rejected(rcode, reason), options: [], isPlain }, arrival, false);
    }
    const handled = this.#handle(query, arrival, now);
    return this.#limit(handled, arrival, now) ?? this.#write(handled, arrival, false);
  }

  #handle(query: DnsMessage, arrival: DnsArrival, now: Nanoseconds): Handled {
    const fault = faultOf(query);
    if (fault) return { query, verdict: fault, options: [] };
    let cookie: CookieCheck | undefined;
    let subnet: ToldSubnet | undefined;
    try {
      const seconds = this.#epochSeconds + Math.floor(now / SECOND);
      if (this.#cookies) cookie = checkCookie(query, arrival.from, seconds, this.#cookies);
      if (this.#variety?.looksAtSubnets) subnet = readSubnet(query);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      return { query, verdict: rejected(RCODE.FORMERR, error.message), options: [] };
    }
    const options = cookie ? [cookie.option] : [];
    const stopped = stoppedByCookie(query, cookie, arrival, this.#cookies?.required ?? false);
    if (stopped) return { query, verdict: stopped, options, cookie };
    if (this.#identifier !== undefined && asksForIdentifier(query))
      options.push(nsidOption(fromUtf8(this.#identifier)));
    const verdict = decide(query.questions[0]!, {
      zones: this.#zones,
      extras: this.#extras,
      variety: this.#variety,
      client: subnet?.network ?? hostPrefix(arrival.from),
      dnssecOk: ednsOf(query)?.dnssecOk ?? false,
      isStream: arrival.transport === 'tcp',
    });
    if (subnet) options.push(answeredSubnet(subnet, verdict.scope));
    if (verdict.extendedError !== undefined) options.push(extendedErrorOption(verdict.extendedError));
    return { query, verdict, options, cookie, subnet };
  }

  /** What is left of a response when the limit says that it is too many; undefined when it may go. */
  #limit(handled: Handled, arrival: DnsArrival, now: Nanoseconds): AuthorityAnswer | undefined {
    // RFC 7873 §5.2.5: who shows a good cookie forges no address, and neither does who speaks TCP
    if (!this.#limiter || arrival.transport === 'tcp' || handled.cookie?.isGood) return undefined;
    const admission = this.#limiter.admit(arrival.from, likeness(handled), now);
    if (admission === 'send') return undefined;
    const slipped = this.#write(handled, arrival, true);
    const [{ detail }] = slipped.events as [MachineEvent];
    const reason = `too many like responses to the network of ${formatIp(arrival.from)}`;
    const kind = 'dns.authority.limit';
    return {
      response: admission === 'slip' ? slipped.response : undefined,
      events: [{ kind, detail: { ...detail, sent: admission === 'slip', reason } }],
    };
  }

  /** `isSlipped`: nothing but the question, with TC. */
  #write(
    { query, verdict, options, cookie, subnet, isPlain }: Handled,
    arrival: DnsArrival,
    isSlipped: boolean,
  ): AuthorityAnswer {
    const isStream = arrival.transport === 'tcp';
    const size = Math.min(this.#udpSize, EDNS_SIZE);
    const opt = isPlain ? [] : responseOpt(query, size, verdict.rcode, options);
    const response: DnsMessage = {
      ...makeResponse(query, verdict.rcode & 15, size),
      authoritative: verdict.authoritative,
      truncated: isSlipped,
      answers: isSlipped ? [] : verdict.answers,
      authorities: isSlipped ? [] : verdict.authorities,
      additionals: isSlipped ? opt : [...verdict.additionals, ...opt],
    };
    const limit = responseLimit(query, isStream ? STREAM_SIZE : this.#udpSize);
    const { bytes, truncated } = fit(response, limit, verdict.isNeeded, verdict.result !== 'answer');
    const [question] = query.questions;
    const detail = {
      id: query.id,
      client: formatIp(arrival.from),
      transport: arrival.transport,
      name: question?.name ?? null,
      type: question ? typeName(question.type) : null,
      result: verdict.result,
      rcode: rcodeName(verdict.rcode),
      zone: verdict.zone?.origin ?? null,
      authoritative: verdict.authoritative,
      truncated: truncated || isSlipped,
      answers: verdict.answers.length,
      data: dataOf(verdict.answers),
      bytes: bytes.length,
      reason: verdict.reason,
      ...(verdict.wildcard !== undefined && { wildcard: verdict.wildcard }),
      ...(verdict.dname !== undefined && { dname: verdict.dname }),
      ...(cookie && { cookie: cookie.reason }),
      ...(subnet?.network && { subnet: formatCidr(subnet.network) }),
    };
    return { response: bytes, events: [{ kind: 'dns.authority.answer', detail }] };
  }
}

/** What is wrong with a query that could be read. */
function faultOf(query: DnsMessage): Verdict | undefined {
  const opts = query.additionals.filter((record) => record.type === TYPE.OPT);
  if (opts.length > 1) return rejected(RCODE.FORMERR, 'more than one OPT record');
  const version = ednsOf(query)?.version ?? 0;
  if (version > 0) return rejected(RCODE.BADVERS, `EDNS version ${version} does not exist`);
  if (query.opcode !== OPCODE.QUERY)
    return rejected(RCODE.NOTIMP, `${opcodeName(query.opcode)} is not implemented`, EDE.NOT_SUPPORTED);
  if (query.questions.length > 1)
    return rejected(RCODE.FORMERR, `${query.questions.length} questions instead of one`);
  return undefined;
}

/** A query that asks for a cookie alone, or that must bring one first. */
function stoppedByCookie(
  { questions }: DnsMessage,
  cookie: CookieCheck | undefined,
  { transport }: DnsArrival,
  isRequired: boolean,
): Verdict | undefined {
  if (questions.length === 0) {
    if (!cookie) return rejected(RCODE.FORMERR, 'no question');
    // RFC 7873 §5.4
    const rcode = cookie.isReturned && !cookie.isGood ? RCODE.BADCOOKIE : RCODE.NOERROR;
    return rejected(rcode, `a query for a cookie alone: ${cookie.reason}`);
  }
  // §5.2.3: over TCP the address is proven
  if (!isRequired || !cookie || cookie.isGood || transport === 'tcp') return undefined;
  return rejected(RCODE.BADCOOKIE, cookie.reason);
}

/** Bytes that could not be read are answered with a header alone, where they have one. */
function unreadable(arrival: DnsArrival, reason: string): AuthorityAnswer | undefined {
  const response = formatError(arrival.bytes);
  if (!response) return undefined;
  const { from, transport, bytes } = arrival;
  const detail = {
    id: messageId(bytes),
    client: formatIp(from),
    transport,
    name: null,
    type: null,
    result: 'rejected',
    rcode: 'FORMERR',
    zone: null,
    authoritative: false,
    truncated: false,
    answers: 0,
    bytes: response.length,
    reason,
  };
  return { response, events: [{ kind: 'dns.authority.answer', detail }] };
}

/**
 * What makes responses alike for their limit: the name of the data; the zone for names that are not there or not its own,
 * since an attacker makes up as many of those as it likes; the code for errors.
 */
function likeness({ query, verdict }: Handled): string {
  const { result, zone } = verdict;
  const [question] = query.questions;
  if (!zone || !question) return rcodeName(verdict.rcode);
  if (result === 'answer' || result === 'nodata')
    return `${result} ${nameKey(verdict.wildcard ?? question.name)}`;
  return `${result} ${zone.origin}`;
}

/** Records whose data stand in an event. */
const MOST_TOLD = 6;

/** What was answered, as text; empty when nothing was. */
function dataOf(answers: readonly DnsRecord[]): string {
  const told = answers.slice(0, MOST_TOLD).map(dataText);
  return [...told, ...(answers.length > MOST_TOLD ? ['…'] : [])].join(', ');
}

function zoneEvent(zone: string, before: number | null, after: number | null): MachineEvent {
  return { kind: 'dns.authority.zone', detail: { zone, serialBefore: before, serialAfter: after } };
}
