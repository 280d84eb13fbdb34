/**
 * Random hierarchies of zones and servers, many of them broken in the ways of the real world, and what is true in them.
 *
 * A {@link Hierarchy} is data: servers by address, each with the zones that it serves and its faults; the hints; names
 * to ask for. {@link respond} answers for a server as RFC 1034 §4.3.2 says (and then does to it what its faults do);
 * {@link truth} resolves a name with all zones at hand, as a slow reference, and tells which zones it needed; {@link
 * isHealthy} says whether every one of them can be reached. None of it uses the engine's own server.
 */
import { formatIp4, type Ip4, parseIp4 } from '../../../src/engine/base/address.ts';
import { type Ip, ip6, isV4 } from '../../../src/engine/base/ip.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND, type Nanoseconds } from '../../../src/engine/base/units.ts';
import { RCODE, TYPE } from '../../../src/engine/wire/dns/code.ts';
import { type DnsMessage, type DnsRecord, ednsOf, optRecord } from '../../../src/engine/wire/dns/message.ts';
import {
  isSubdomain,
  nameKey,
  parentName,
  sameName,
  selfAndAncestors,
} from '../../../src/engine/wire/dns/name.ts';
import { parseRecord } from '../../../src/engine/wire/dns/text.ts';

export type Fault =
  | 'silent'
  | 'unreachable'
  | 'refused'
  | 'servfail'
  /** Refers to the root instead of answering. */
  | 'lame'
  /** Answers FORMERR to EDNS. */
  | 'no-edns'
  | 'no-tcp'
  /** Sets TC on everything over UDP. */
  | 'truncates'
  | 'no-aa'
  /** Says NXDOMAIN for names that exist only because of names below them. */
  | 'ent-nxdomain'
  /** Writes the question in small letters. */
  | 'lowers'
  /** A third of what it is asked does not arrive. */
  | 'lossy'
  /** Adds records about others, refers to many and ever deeper. */
  | 'hostile';

/** Faults with which a server still gives the right answer to who insists. */
export const HARMLESS: readonly Fault[] = ['no-edns', 'no-aa', 'ent-nxdomain', 'lowers'];

export interface ZoneServer {
  readonly name: string;
  readonly addresses: readonly Ip[];
  readonly rtt: Nanoseconds;
  readonly zones: TestZone[];
  readonly faults: Set<Fault>;
}

export interface TestZone {
  readonly origin: string;
  readonly records: DnsRecord[];
  readonly servers: ZoneServer[];
}

export interface Hierarchy {
  readonly seed: number;
  readonly zones: ReadonlyMap<string, TestZone>;
  readonly servers: readonly ZoneServer[];
  readonly hints: readonly { readonly name: string; readonly addresses: readonly Ip[] }[];
  /** Names and types worth asking for. */
  readonly questions: readonly { readonly name: string; readonly type: number }[];
}

export interface HierarchyOptions {
  /** Part of the servers that have a fault. */
  readonly faulty?: number;
  readonly hostile?: boolean;
  readonly lossy?: boolean;
  readonly ipv6?: boolean;
  /** Wildcards and names below them, of which {@link respond} and {@link truth} know nothing. */
  readonly wildcards?: boolean;
}

const SERVER_FAULTS: readonly Fault[] = [
  'silent',
  'unreachable',
  'refused',
  'servfail',
  'lame',
  'no-edns',
  'no-tcp',
  'truncates',
  'no-aa',
  'ent-nxdomain',
  'lowers',
];

export function randomHierarchy(seed: number, options: HierarchyOptions = {}): Hierarchy {
  return new Builder(seed, options).build();
}

class Builder {
  readonly #seed: number;
  readonly #random: Random;
  readonly #options: HierarchyOptions;
  readonly #zones = new Map<string, TestZone>();
  readonly #servers: ZoneServer[] = [];
  readonly #questions: { name: string; type: number }[] = [];
  #hosts = 0;

  constructor(seed: number, options: HierarchyOptions) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#options = options;
  }

  build(): Hierarchy {
    const root = this.#zone('.', undefined);
    const tlds = ['one.', 'two.'].map((name) => this.#zone(name, root));
    const middle = Array.from({ length: 2 + this.#random.below(4) }, (_, i) => {
      const parent = this.#one(tlds);
      return this.#zone(`z${i}.${parent.origin}`, parent);
    });
    for (let i = this.#random.below(4); i > 0; i--) {
      const parent = this.#one(middle);
      const deep = this.#random.chance(0.3) ? `d${i}.e${i}.` : `d${i}.`; // a cut below an empty non-terminal
      middle.push(this.#zone(`${deep}${parent.origin}`, parent));
    }
    for (const zone of middle) this.#fill(zone, middle);
    this.#breakServers(root, tlds);
    const hints = root.servers.map(({ name, addresses }) => ({ name, addresses }));
    return {
      seed: this.#seed,
      zones: this.#zones,
      servers: this.#servers,
      hints,
      questions: this.#questions,
    };
  }

  #one<T>(list: readonly T[]): T {
    return list[this.#random.below(list.length)]!;
  }

  #zone(origin: string, parent: TestZone | undefined): TestZone {
    const zone: TestZone = { origin, records: [], servers: [] };
    const suffix = origin === '.' ? '' : origin;
    const minimum = 20 + this.#random.below(200);
    zone.records.push(
      parseRecord(origin, 300, 'SOA', `ns0.${suffix} h.${suffix} 1 7200 900 604800 ${minimum}`),
    );
    this.#zones.set(origin, zone);
    const isTop = !parent || parent.origin === '.';
    const count = isTop ? 2 : 1 + this.#random.below(3);
    const ttl = 60 + this.#random.below(3_000);
    for (let i = 0; i < count; i++) {
      const server = this.#serverFor(zone, isTop);
      if (zone.servers.includes(server)) continue;
      zone.servers.push(server);
      server.zones.push(zone);
      const ns = parseRecord(origin, ttl, 'NS', server.name);
      zone.records.push(ns);
      parent?.records.push({ ...ns, ttl: 3_600 });
      this.#addGlue(zone, parent, server, isTop);
    }
    // A server that the child has dropped, or never had
    if (parent && !isTop && this.#random.chance(0.15))
      parent.records.push(parseRecord(origin, 3_600, 'NS', `gone.${this.#one(['one.', 'two.', suffix])}`));
    return zone;
  }

  /** A server of its own, one that is there already, or one whose name lies in another zone. */
  #serverFor(zone: TestZone, isTop: boolean): ZoneServer {
    const others = this.#servers.filter((one) => one.zones.some(({ origin }) => origin.includes('z')));
    if (!isTop && others.length > 0 && this.#random.chance(0.25)) return this.#one(others);
    const homes = [...this.#zones.values()].filter(({ origin }) => origin.startsWith('z'));
    const isElsewhere = !isTop && homes.length > 1 && this.#random.chance(0.35);
    const home = isElsewhere ? this.#one(homes) : zone;
    const n = ++this.#hosts; // no address ends in .0
    const addresses: Ip[] = [];
    const four = parseIp4(`198.51.${100 + (n >> 8)}.${n & 255}`);
    const wants6 = this.#options.ipv6 !== false && this.#random.chance(0.3);
    if (!wants6 || this.#random.chance(0.7) || isTop) addresses.push(four);
    if (wants6) addresses.push(ip6(`2001:db8::${n.toString(16)}`));
    const server: ZoneServer = {
      name: `ns${n}.${home.origin === '.' ? '' : home.origin}`,
      addresses,
      rtt: (5 + this.#random.below(120)) * MILLISECOND,
      zones: [],
      faults: new Set(),
    };
    this.#servers.push(server);
    for (const address of addresses) home.records.push(addressRecord(server.name, 600, address));
    return server;
  }

  /** Glue in the parent: right, missing or out of date. */
  #addGlue(zone: TestZone, parent: TestZone | undefined, server: ZoneServer, isTop: boolean): void {
    if (!parent || !isSubdomain(server.name, parent.origin)) return;
    const has = parent.records.some((one) => sameName(one.name, server.name) && one.type !== TYPE.NS);
    const isInside = isSubdomain(server.name, zone.origin);
    if (has || (!isInside && this.#random.chance(0.6))) return;
    if (!isTop && this.#random.chance(0.1)) return; // missing, even where it is needed
    const isOld = !isTop && this.#random.chance(0.08);
    for (const address of server.addresses)
      parent.records.push(
        addressRecord(server.name, 3_600, isOld && isV4(address) ? parseIp4('203.0.113.99') : address),
      );
  }

  #fill(zone: TestZone, others: readonly TestZone[]): void {
    const add = (name: string, type: string, data: string): void => {
      const owner = `${name}.${zone.origin}`;
      zone.records.push(parseRecord(owner, 5 + this.#random.below(600), type, data));
      for (const kind of [TYPE.A, TYPE.AAAA]) this.#questions.push({ name: owner, type: kind });
    };
    add('www', 'A', `192.0.2.${this.#random.below(250)}`);
    add('www', 'AAAA', `2001:db8:1::${this.#random.below(9_000)}`);
    add('x.y.deep', 'A', `192.0.2.${this.#random.below(250)}`);
    add('text', 'TXT', '"hello"');
    this.#questions.push(
      { name: `text.${zone.origin}`, type: TYPE.TXT },
      { name: `y.deep.${zone.origin}`, type: TYPE.A },
      { name: `nobody.${zone.origin}`, type: TYPE.A },
      { name: `a.b.c.nobody.${zone.origin}`, type: TYPE.MX },
      { name: zone.origin, type: TYPE.NS },
      { name: zone.origin, type: TYPE.SOA },
    );
    const target = (): string => `www.${this.#one(others).origin}`;
    add('alias', 'CNAME', target());
    add('to-nothing', 'CNAME', `nobody.${this.#one(others).origin}`);
    add('circle', 'CNAME', `circle.${this.#one(others).origin}`);
    const length = 1 + this.#random.below(7);
    for (let i = 0; i < length; i++)
      add(`c${i}`, 'CNAME', i === length - 1 ? target() : `c${i + 1}.${zone.origin}`);
    if (this.#options.wildcards) {
      add('*.wild', 'A', `192.0.2.${this.#random.below(250)}`);
      add('here.wild', 'TXT', '"here"');
      for (const name of ['one.wild', 'two.one.wild', 'here.wild', 'below.here.wild'])
        this.#questions.push({ name: `${name}.${zone.origin}`, type: TYPE.A });
    }
    if (!this.#random.chance(0.4)) return;
    const owner = `all.${zone.origin}`;
    zone.records.push(parseRecord(owner, 120, 'DNAME', this.#one(others).origin));
    this.#questions.push(
      { name: `www.${owner}`, type: TYPE.A },
      { name: `nobody.${owner}`, type: TYPE.A },
      { name: `www.all.${owner}`, type: TYPE.A },
    );
  }

  #breakServers(root: TestZone, tlds: readonly TestZone[]): void {
    const { faulty = 0.4, hostile = false, lossy = false } = this.#options;
    for (const server of this.#servers) {
      if (server.zones.includes(root)) continue;
      const isTld = server.zones.some((zone) => tlds.includes(zone));
      if (this.#random.chance(isTld ? faulty / 3 : faulty)) server.faults.add(this.#one(SERVER_FAULTS));
      if (this.#random.chance(faulty / 4)) server.faults.add(this.#one(SERVER_FAULTS));
      if (lossy && this.#random.chance(0.5)) server.faults.add('lossy');
      if (hostile && !isTld && this.#random.chance(0.3)) server.faults.add('hostile');
    }
  }
}

export function addressRecord(name: string, ttl: number, address: Ip): DnsRecord {
  return isV4(address)
    ? parseRecord(name, ttl, 'A', formatIp4(address as Ip4))
    : parseRecord(name, ttl, 'AAAA', address);
}

// ---- servers

/** What a server says to a query; undefined when it says nothing. `random` draws losses and lies. */
export function respond(
  server: ZoneServer,
  query: DnsMessage,
  transport: 'udp' | 'tcp',
  random: Random,
): DnsMessage | 'refused' | 'unreachable' | undefined {
  const { name, type } = query.questions[0]!;
  const response = spoil(server, query, transport, random, (empty) => {
    const said = answerOf(server.zones, name, type, server.faults.has('ent-nxdomain'));
    return { ...empty, ...said, additionals: [...said.additionals, ...empty.additionals] };
  });
  const isMessage = typeof response === 'object' && server.faults.has('hostile');
  return isMessage ? lieIn(response, server, random) : response;
}

/**
 * What becomes of an honest response by the faults of its server, lies aside. `honest` makes one from an empty one; that
 * of a server with `ent-nxdomain` is its own affair.
 */
export function spoil(
  server: ZoneServer,
  query: DnsMessage,
  transport: 'udp' | 'tcp',
  random: Random,
  honest: (empty: DnsMessage) => DnsMessage,
): DnsMessage | 'refused' | 'unreachable' | undefined {
  const { faults } = server;
  if (faults.has('unreachable')) return transport === 'udp' ? 'unreachable' : 'refused';
  if (faults.has('silent') || (faults.has('lossy') && random.chance(0.33))) return undefined;
  if (transport === 'tcp' && faults.has('no-tcp')) return 'refused';
  const edns = ednsOf(query);
  const empty: DnsMessage = {
    ...query,
    response: true,
    answers: [],
    authorities: [],
    additionals: edns ? [optRecord(1232)] : [],
  };
  if (faults.has('no-edns') && edns) return { ...empty, rcode: RCODE.FORMERR, additionals: [] };
  if (faults.has('refused')) return { ...empty, rcode: RCODE.REFUSED };
  if (faults.has('servfail')) return { ...empty, rcode: RCODE.SERVFAIL };
  if (faults.has('lame')) return { ...empty, authorities: [parseRecord('.', 3_600, 'NS', 'ns0.')] };
  if (faults.has('truncates') && transport === 'udp') return { ...empty, truncated: true };
  const response = honest(empty);
  return {
    ...response,
    questions: faults.has('lowers')
      ? query.questions.map((question) => ({ ...question, name: question.name.toLowerCase() }))
      : response.questions,
    authoritative: response.authoritative && !faults.has('no-aa'),
  };
}

interface Said {
  readonly rcode: number;
  readonly authoritative: boolean;
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
}

/** RFC 1034 §4.3.2 with RFC 6672 §3.2, over a list of records. */
function answerOf(zones: readonly TestZone[], asked: string, type: number, deniesEmpty: boolean): Said {
  const zone = enclosing(zones, asked);
  const none = { authoritative: false, answers: [], authorities: [], additionals: [] };
  if (!zone) return { ...none, rcode: RCODE.REFUSED };
  const answers: DnsRecord[] = [];
  let name = asked;
  for (let i = 0; i < 12; i++) {
    const found = lookup(zone, name, type);
    switch (found.kind) {
      case 'referral': {
        if (answers.length > 0) return { ...none, rcode: RCODE.NOERROR, authoritative: true, answers };
        const authorities = found.records;
        const additionals = authorities.flatMap((ns) =>
          zone.records.filter(
            (one) => (one.type === TYPE.A || one.type === TYPE.AAAA) && sameName(one.name, ns.data as string),
          ),
        );
        return { ...none, rcode: RCODE.NOERROR, authorities, additionals };
      }
      case 'alias':
        answers.push(...found.records);
        name = found.target;
        if (!isSubdomain(name, zone.origin) || answers.some((one) => sameName(one.name, name)))
          return { ...none, rcode: RCODE.NOERROR, authoritative: true, answers };
        break;
      case 'answer':
        return {
          ...none,
          rcode: RCODE.NOERROR,
          authoritative: true,
          answers: [...answers, ...found.records],
          authorities: type === TYPE.NS ? [] : zone.records.filter((one) => isApexNs(one, zone)),
        };
      default: {
        const isGone = found.kind === 'nxdomain' || (found.kind === 'empty' && deniesEmpty);
        const rcode = isGone ? RCODE.NXDOMAIN : RCODE.NOERROR;
        return { ...none, rcode, authoritative: true, answers, authorities: [soaOf(zone)] };
      }
    }
  }
  return { ...none, rcode: RCODE.NOERROR, authoritative: true, answers };
}

type Found =
  | { readonly kind: 'referral' | 'answer'; readonly records: readonly DnsRecord[] }
  | { readonly kind: 'alias'; readonly records: readonly DnsRecord[]; readonly target: string }
  /** `empty`: it exists only because something below it does. */
  | { readonly kind: 'nodata' | 'nxdomain' | 'empty' };

function lookup(zone: TestZone, name: string, type: number): Found {
  const above = selfAndAncestors(name).filter((one) => isSubdomain(one, zone.origin));
  for (const cut of above.filter((one) => !sameName(one, zone.origin)).reverse()) {
    const records = zone.records.filter((one) => one.type === TYPE.NS && sameName(one.name, cut));
    if (records.length > 0) return { kind: 'referral', records };
  }
  for (const one of above.slice(1)) {
    const dname = zone.records.find(
      (record) => (record.type as number) === TYPE.DNAME && sameName(record.name, one),
    );
    if (!dname) continue;
    const target = name.slice(0, name.length - one.length) + (dname.data as unknown as string);
    const cname = parseRecord(name, dname.ttl, 'CNAME', target);
    return { kind: 'alias', records: [dname, cname], target };
  }
  const here = zone.records.filter((one) => sameName(one.name, name));
  const records = here.filter((one) => one.type === type);
  if (records.length > 0) return { kind: 'answer', records };
  const alias = here.find((one) => one.type === TYPE.CNAME);
  if (alias) return { kind: 'alias', records: [alias], target: alias.data as string };
  if (here.length > 0) return { kind: 'nodata' };
  return { kind: zone.records.some((one) => isSubdomain(one.name, name)) ? 'empty' : 'nxdomain' };
}

function enclosing(zones: readonly TestZone[], name: string): TestZone | undefined {
  for (let at: string | undefined = nameKey(name); at !== undefined; at = parentName(at)) {
    const zone = zones.find((one) => sameName(one.origin, at!));
    if (zone) return zone;
  }
  return undefined;
}

function isApexNs(record: DnsRecord, zone: TestZone): boolean {
  return record.type === TYPE.NS && sameName(record.name, zone.origin);
}

function soaOf(zone: TestZone): DnsRecord {
  return zone.records[0]!;
}

/** What evil adds: data about others, more servers than anybody can look up, referrals ever deeper. */
function lieIn(response: DnsMessage, server: ZoneServer, random: Random): DnsMessage {
  const evil = '203.0.113.66';
  const { name } = response.questions[0]!;
  const lies = [
    parseRecord('www.z0.one.', 9_999, 'A', evil),
    parseRecord('one.', 9_999, 'NS', 'ns.evil.two.'),
    parseRecord('.', 9_999, 'NS', 'ns.evil.two.'),
    parseRecord('ns.evil.two.', 9_999, 'A', evil),
    parseRecord('two.', 9_999, 'SOA', 'ns.evil.two. h.evil.two. 1 1 1 1 9999'),
  ];
  const zone = server.zones[random.below(server.zones.length)]?.origin ?? '.';
  switch (random.below(6)) {
    case 0:
      return { ...response, answers: [...response.answers, ...lies] };
    case 1:
      return { ...response, authorities: [...response.authorities, ...lies] };
    case 2:
      return { ...response, additionals: [...lies, ...response.additionals] };
    case 3: {
      const many = Array.from({ length: 30 }, (_, i) =>
        parseRecord(name, 60, 'NS', `n${random.below(1e6)}-${i}.two.`),
      );
      return { ...response, authoritative: false, answers: [], authorities: many };
    }
    case 4:
      return {
        ...response,
        rcode: RCODE.NOERROR,
        authoritative: true,
        answers: [parseRecord(name, 60, 'CNAME', `l${random.below(1e6)}.${zone === '.' ? '' : zone}`)],
        authorities: [],
      };
    default:
      return { ...response, authorities: lies, additionals: lies, answers: [...lies, ...response.answers] };
  }
}

// ---- the truth

export interface Truth {
  readonly rcode: number;
  /** The last set of the chain; empty for an absence. */
  readonly records: readonly DnsRecord[];
  /** Zones that had a say. */
  readonly zones: readonly TestZone[];
  /** The name at the end of the chain only exists because of names below it. */
  readonly isEmpty: boolean;
}

/** The answer that a resolver would give that could ask everybody and was told the truth. */
export function truth(hierarchy: Hierarchy, name: string, type: number, aliases = 11): Truth {
  const zones: TestZone[] = [];
  const failed = { rcode: RCODE.SERVFAIL, records: [], zones, isEmpty: false };
  const seen = new Set<string>();
  let at = name;
  let zone = hierarchy.zones.get('.')!;
  for (let i = 0; i < 500; i++) {
    if (!zones.includes(zone)) zones.push(zone);
    const found = lookup(zone, at, type);
    if (found.kind === 'referral') {
      const below = hierarchy.zones.get(nameKey(found.records[0]!.name));
      if (!below) return failed;
      zone = below;
    } else if (found.kind === 'alias') {
      seen.add(nameKey(at));
      at = found.target;
      if (seen.has(nameKey(at)) || seen.size > aliases) return failed;
      zone = hierarchy.zones.get('.')!;
    } else if (found.kind === 'answer')
      return { rcode: RCODE.NOERROR, records: found.records, zones, isEmpty: false };
    else {
      const rcode = found.kind === 'nxdomain' ? RCODE.NXDOMAIN : RCODE.NOERROR;
      return { rcode, records: [], zones, isEmpty: found.kind === 'empty' };
    }
  }
  return failed;
}

/** True when the zone can be reached: one of its servers works, and there is a way to its address. */
export function isHealthy(hierarchy: Hierarchy, zone: TestZone, pending: readonly TestZone[] = []): boolean {
  if (zone.origin === '.') return true;
  if (pending.includes(zone) || pending.length > 2) return false;
  const parent = enclosing([...hierarchy.zones.values()], parentName(zone.origin)!)!;
  if (!isHealthy(hierarchy, parent, pending)) return false;
  return zone.servers.some((server) => {
    const works = [...server.faults].every((fault) => HARMLESS.includes(fault));
    if (!works) return false;
    const isNamed = parent.records.some(
      (one) => one.type === TYPE.NS && sameName(one.name, zone.origin) && sameName(one.data, server.name),
    );
    if (!isNamed) return false;
    const glue = parent.records.filter(
      (one) => (one.type === TYPE.A || one.type === TYPE.AAAA) && sameName(one.name, server.name),
    );
    if (glue.some((one) => server.addresses.some((ip) => sameAddress(one, ip)))) return true;
    if (isSubdomain(server.name, zone.origin)) return false;
    const home = enclosing([...hierarchy.zones.values()], server.name)!;
    return isHealthy(hierarchy, home, [...pending, zone]);
  });
}

function sameAddress(record: DnsRecord, ip: Ip): boolean {
  const wanted = addressRecord(record.name, record.ttl, ip);
  return wanted.type === record.type && String(wanted.data) === String(record.data);
}

/** Zones about which somebody may lie: a hostile server serves them, or names one of their servers. */
export function compromised(hierarchy: Hierarchy): Set<TestZone> {
  const found = new Set<TestZone>();
  const zones = [...hierarchy.zones.values()];
  for (let i = 0; i <= zones.length; i++)
    for (const zone of zones) {
      const parent = zone.origin === '.' ? undefined : enclosing(zones, parentName(zone.origin)!);
      const names = zones
        .flatMap((one) => one.records)
        .filter((one) => one.type === TYPE.NS && sameName(one.name, zone.origin))
        .map((one) => one.data as string);
      const isBad =
        zone.servers.some((server) => server.faults.has('hostile')) ||
        (parent !== undefined && found.has(parent)) ||
        names.some((name) => found.has(enclosing(zones, name)!));
      if (isBad) found.add(zone);
    }
  return found;
}
