/**
 * An authoritative name server, as a machine without waiting: a query goes in, a response comes out.
 *
 * RFC 1034 §4.3.2 (the algorithm), RFC 2308 §3 (the SOA of negative answers), RFC 6891 §6.1.1, §6.1.3 and §7 (EDNS),
 * RFC 9619 §4 (one question), RFC 9471 §3 (glue is part of a referral). It holds any number of zones and asks nobody.
 *
 * Not here: zone transfer, update, notify (NOTIMP or REFUSED), response rate limiting, cookies, DNSSEC.
 */
import type { Bytes } from '../../../base/bytes.ts';
import { Malformed, Misuse } from '../../../base/errors.ts';
import type { MachineEvent } from '../../../trace/event.ts';
import { CLASS, OPCODE, opcodeName, RCODE, rcodeName, TYPE, typeName } from '../../../wire/dns/code.ts';
import { decodeDns } from '../../../wire/dns/fast.ts';
import { type DnsMessage, type DnsQuestion, type DnsRecord, ednsOf } from '../../../wire/dns/message.ts';
import { isSubdomain, nameKey } from '../../../wire/dns/name.ts';
import { EDNS_SIZE, fit, formatError, makeResponse, messageId, responseLimit } from '../message.ts';
import { enclosingZone, Zone, type ZoneData } from '../zone/zone.ts';

/** Aliases followed inside one answer. */
const MAX_ALIASES = 8;

export interface AuthorityAnswer {
  readonly response: Bytes;
  readonly events: readonly MachineEvent[];
}

/** What the server makes of a question before it is written. */
interface Verdict {
  readonly rcode: number;
  readonly result: 'answer' | 'referral' | 'nodata' | 'nxdomain' | 'refused';
  readonly authoritative: boolean;
  readonly zone: string | null;
  readonly reason: string;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

export class Authority {
  readonly #zones = new Map<string, Zone>();

  /** Throws {@link Malformed} for a bad zone and {@link Misuse} for two of one name. */
  constructor(zones: readonly (Zone | ZoneData)[]) {
    for (const given of zones) {
      const zone = given instanceof Zone ? given : new Zone(given);
      if (this.#zones.has(nameKey(zone.origin))) throw new Misuse(`two zones called ${zone.origin}`);
      this.#zones.set(nameKey(zone.origin), zone);
    }
  }

  get zones(): readonly Zone[] {
    return [...this.#zones.values()];
  }

  /**
   * The response to a query, or undefined when the bytes deserve none (no header, or a response themselves). `maxSize`
   * is what this server sends at most over UDP; `STREAM_SIZE` says that the query came over a stream.
   */
  answer(query: Bytes, maxSize = EDNS_SIZE): AuthorityAnswer | undefined {
    let message: DnsMessage;
    try {
      message = decodeDns(query);
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      const response = formatError(query);
      return response && refusal(response, messageId(query), RCODE.FORMERR, error.message);
    }
    if (message.response) return undefined;
    const fault = this.#fault(message);
    if (fault) {
      const response = fit(
        makeResponse(message, fault.rcode, maxUdp(maxSize)),
        responseLimit(message, maxSize),
        () => false,
      );
      return refusal(response.bytes, message.id, fault.rcode, fault.reason);
    }
    return this.#answerQuestion(message, message.questions[0]!, maxSize);
  }

  /** What is wrong with a query that could be read. */
  #fault(query: DnsMessage): { rcode: number; reason: string } | undefined {
    if (query.opcode !== OPCODE.QUERY) {
      return { rcode: RCODE.NOTIMP, reason: `${opcodeName(query.opcode)} is not implemented` };
    }
    const opts = query.additionals.filter((record) => record.type === TYPE.OPT);
    if (opts.length > 1) return { rcode: RCODE.FORMERR, reason: 'more than one OPT record' };
    const version = ednsOf(query)?.version ?? 0;
    if (version > 0) return { rcode: RCODE.BADVERS, reason: `EDNS version ${version} does not exist` };
    if (query.questions.length !== 1) {
      return { rcode: RCODE.FORMERR, reason: `${query.questions.length} questions instead of one` };
    }
    return undefined;
  }

  #answerQuestion(query: DnsMessage, question: DnsQuestion, maxSize: number): AuthorityAnswer {
    const verdict = this.#decide(question);
    const base = makeResponse(query, verdict.rcode, maxUdp(maxSize));
    const response: DnsMessage = {
      ...base,
      authoritative: verdict.authoritative,
      answers: verdict.answers,
      authorities: verdict.authorities,
      additionals: [...verdict.additionals, ...base.additionals],
    };
    // RFC 9471 §3.1: glue for servers below the cut must be in a referral, or TC must be set
    const cut = verdict.result === 'referral' ? verdict.authorities[0]!.name : undefined;
    const needed = (record: DnsRecord): boolean => cut !== undefined && isSubdomain(record.name, cut);
    const { bytes, truncated } = fit(response, responseLimit(query, maxSize), needed);
    const detail = {
      id: query.id,
      name: question.name,
      type: typeName(question.type),
      result: verdict.result,
      rcode: rcodeName(verdict.rcode),
      zone: verdict.zone,
      authoritative: verdict.authoritative,
      answers: verdict.answers.length,
      truncated,
      bytes: bytes.length,
      reason: verdict.reason,
    };
    return { response: bytes, events: [{ kind: 'dns.authority.answer', detail }] };
  }

  /** RFC 1034 §4.3.2, without recursion. */
  #decide(question: DnsQuestion): Verdict {
    const first = enclosingZone(this.#zones, question.name);
    if (!first || question.class !== CLASS.IN) return refused(`no zone here holds ${question.name}`);
    if (question.type === TYPE.AXFR || question.type === TYPE.OPT)
      return refused(`${typeName(question.type)} is not served`);
    const answers: DnsRecord[] = [];
    let name = question.name;
    let zone = first;
    for (let i = 0; i < MAX_ALIASES; i++) {
      const found = zone.lookup(name, question.type);
      const authoritative = found.kind !== 'referral' || answers.length > 0; // AA speaks of the first owner, RFC 1035 §4.1.1
      const common = {
        zone: zone.origin,
        authoritative,
        answers,
        authorities: [],
        additionals: [],
        rcode: RCODE.NOERROR,
      };
      switch (found.kind) {
        case 'answer': {
          answers.push(...found.records);
          const additionals = found.records.flatMap((record) => this.#additional(record, zone));
          return {
            ...common,
            result: 'answer',
            additionals,
            reason: `${zone.origin} has ${typeName(question.type)} records of ${name}`,
          };
        }
        case 'referral':
          return {
            ...common,
            result: 'referral',
            authorities: found.servers,
            additionals: found.glue,
            reason: `${zone.origin} is cut at ${found.cut}, whose servers have authority`,
          };
        case 'nodata':
          return {
            ...common,
            result: 'nodata',
            authorities: [negativeSoa(zone)],
            reason: `${name} exists without ${typeName(question.type)} records`,
          };
        case 'nxdomain':
          return {
            ...common,
            result: 'nxdomain',
            rcode: RCODE.NXDOMAIN,
            authorities: [negativeSoa(zone)],
            reason: `${name} does not exist in ${zone.origin}`,
          };
        case 'alias': {
          const target = found.record.data;
          answers.push(found.record);
          const next = enclosingZone(this.#zones, target);
          const seen = answers.some((record) => nameKey(record.name) === nameKey(target));
          if (!next || seen)
            return {
              ...common,
              result: 'answer',
              reason: `${name} is an alias of ${target}, ${seen ? 'a circle' : 'which others serve'}`,
            };
          name = target;
          zone = next;
        }
      }
    }
    return {
      zone: zone.origin,
      authoritative: true,
      answers,
      authorities: [],
      additionals: [],
      rcode: RCODE.NOERROR,
      result: 'answer',
      reason: `${MAX_ALIASES} aliases are as many as one answer follows`,
    };
  }

  /** Addresses that save the asker a question (RFC 1034 §4.3.2 step 6). */
  #additional(record: DnsRecord, zone: Zone): readonly DnsRecord[] {
    if (record.type === TYPE.NS) return zone.addresses(record.data);
    if (record.type === TYPE.MX) return zone.addresses(record.data.exchange);
    return [];
  }
}

/** The SOA that says how long a negative answer holds: the lesser of its TTL and its minimum (RFC 2308 §3). */
function negativeSoa(zone: Zone): DnsRecord {
  return { ...zone.soa, ttl: Math.min(zone.soa.ttl, zone.soa.data.minimum) };
}

function refused(reason: string): Verdict {
  return {
    rcode: RCODE.REFUSED,
    result: 'refused',
    authoritative: false,
    zone: null,
    reason,
    answers: [],
    authorities: [],
    additionals: [],
  };
}

function refusal(response: Bytes, id: number, rcode: number, reason: string): AuthorityAnswer {
  return {
    response,
    events: [{ kind: 'dns.authority.refuse', detail: { id, rcode: rcodeName(rcode), reason } }],
  };
}

/** The UDP size to offer; a stream has no limit of its own to tell. */
function maxUdp(maxSize: number): number {
  return Math.min(maxSize, EDNS_SIZE);
}
