/** Ways to servers: IPv6, TCP, glue of all kinds, wrong NS records, priming, forwarders, DNAME, attacks by delegation. */
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../../src/engine/base/units.ts';
import type { ResolverConfig } from '../../../../src/engine/proto/dns/resolver/config.ts';
import { Resolver } from '../../../../src/engine/proto/dns/resolver/resolver.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import type { ZoneLine } from '../../../../src/engine/proto/dns/zone/zone.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import type { DnsMessage } from '../../../../src/engine/wire/dns/message.ts';
import { parseRecord, recordText } from '../../../../src/engine/wire/dns/text.ts';
import { type Fault, respond } from '../hierarchy.ts';
import { type Responder, Script } from '../script.ts';
import { NS1, NS2, OTHER, ROOT, smallInternet, TLD } from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
const asked = (script: Script<Resolver>): string[] =>
  script.sent.map((line) => line.split(' ').slice(1).join(' '));

/** An internet of zones given as lines; each zone’s server is named by address. */
function internet(
  zones: Readonly<Record<string, readonly [origin: string, ...lines: ZoneLine[]]>>,
  options: Partial<ResolverConfig> = {},
): Script<Resolver> {
  const hints = [{ name: 'root.', addresses: [parseIp(Object.keys(zones)[0]!)] }];
  const script = new Script(new Resolver({ hints, random: new Random(1), minimise: 'off', ...options }));
  const random = new Random(2);
  for (const [address, [origin, ...lines]] of Object.entries(zones)) {
    const soa = parseRecord(origin, 60, 'SOA', 'h. h. 1 7200 900 604800 60');
    const zone = { origin, records: [soa, ...lines.map((line) => parseRecord(...line))], servers: [] };
    const server = { name: address, addresses: [], rtt: 0, zones: [zone], faults: new Set<Fault>() };
    script.server(address, 0, (query, _, sent) => respond(server, query, sent.transport, random));
  }
  return script;
}

describe('addresses of both families', () => {
  const zones = {
    '2001:db8::1': [
      '.',
      ['.', 600, 'NS', 'root.'],
      ['root.', 600, 'AAAA', '2001:db8::1'],
      ['net.', 600, 'NS', 'ns.net.'],
      ['ns.net.', 600, 'AAAA', '2001:db8::2'],
    ],
    '2001:db8::2': [
      'net.',
      ['net.', 600, 'NS', 'ns.net.'],
      ['ns.net.', 600, 'AAAA', '2001:db8::2'],
      ['www.net.', 60, 'AAAA', '2001:db8::80'],
      ['other.net.', 600, 'NS', 'ns.www.net.'],
      ['ns.www.net.', 600, 'AAAA', '2001:db8::3'],
    ],
    '2001:db8::3': ['other.net.', ['other.net.', 60, 'A', '192.0.2.1']],
  } as const;

  it('are asked over IPv6 alone', () => {
    const script = internet(zones, { families: [6] });
    expect(answers(script.client('www.net.', TYPE.AAAA))).toEqual(['www.net. 60 IN AAAA 2001:db8::80']);
    expect(answers(script.client('other.net.', TYPE.A))).toEqual(['other.net. 60 IN A 192.0.2.1']);
    expect(asked(script)).toEqual([
      '2001:db8::1 www.net. AAAA',
      '2001:db8::2 www.net. AAAA',
      '2001:db8::2 other.net. A',
      '2001:db8::3 other.net. A',
    ]);
  });

  it('are of no use where there is no IPv6', () => {
    const script = internet(zones, { families: [4] });
    expect(script.client('www.net.', TYPE.AAAA)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent).toEqual([]);
  });

  it('are looked up in the other family when the first has none', () => {
    const script = internet({
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.b.'],
        ['b.', 600, 'NS', 'ns.c-glue.b.'],
        ['ns.c-glue.b.', 600, 'A', '192.0.2.2'],
      ],
      '192.0.2.2': ['b.', ['ns.b.', 600, 'AAAA', '2001:db8::9']],
      '2001:db8::9': ['a.', ['www.a.', 60, 'A', '192.0.2.80']],
    });
    expect(answers(script.client('www.a.', TYPE.A))).toEqual(['www.a. 60 IN A 192.0.2.80']);
    expect(asked(script)).toEqual([
      '192.0.2.1 www.a. A',
      '192.0.2.1 ns.b. A',
      '192.0.2.2 ns.b. A',
      '192.0.2.2 ns.b. AAAA',
      '2001:db8::9 www.a. A',
    ]);
  });
});

describe('delegations', () => {
  it('whose own NS records are wrong are renewed by the parent, once', () => {
    const script = internet({
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.a.'],
        ['wrong.', 600, 'A', '192.0.2.99'],
        ['ns.a.', 600, 'A', '192.0.2.2'],
      ],
      '192.0.2.2': [
        'a.',
        ['a.', 600, 'NS', 'wrong.'],
        ['x.a.', 1, 'A', '192.0.2.80'],
        ['y.a.', 60, 'A', '192.0.2.81'],
      ],
    });
    expect(answers(script.client('x.a.', TYPE.A))).toHaveLength(1);
    expect(answers(script.client('y.a.', TYPE.A))).toEqual(['y.a. 60 IN A 192.0.2.81']);
    expect(asked(script).slice(2)).toEqual([
      '192.0.2.1 wrong. A',
      ...Array(3).fill('192.0.2.99 y.a. A'),
      '192.0.2.1 wrong. AAAA',
      '192.0.2.1 y.a. A',
      '192.0.2.2 y.a. A',
    ]);
    expect(script.all('dns.resolver.renew')).toHaveLength(1);
  });

  it('whose glue is old are saved by those who have authority for the name', () => {
    const script = internet({
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.b.'],
        ['b.', 600, 'NS', 'own.b.'],
        ['own.b.', 600, 'A', '192.0.2.2'],
        ['ns.b.', 600, 'A', '192.0.2.99'],
      ],
      '192.0.2.2': ['b.', ['ns.b.', 600, 'A', '192.0.2.3']],
      '192.0.2.3': ['a.', ['www.a.', 60, 'A', '192.0.2.80']],
    });
    expect(answers(script.client('www.a.', TYPE.A))).toEqual(['www.a. 60 IN A 192.0.2.80']);
    // one silence is enough to look for a better address
    expect(asked(script).filter((line) => line.startsWith('192.0.2.99'))).toEqual(['192.0.2.99 www.a. A']);
  });

  it('that name two servers elsewhere do not wait long for the address of one', () => {
    const zones = (place: string): Parameters<typeof internet>[0] => ({
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.slow.'],
        ['a.', 600, 'NS', 'ns.b.'],
        ['slow.', 600, 'NS', 'own.slow.'],
        ['own.slow.', 600, 'A', place],
        ['b.', 600, 'NS', 'own.b.'],
        ['own.b.', 600, 'A', '192.0.2.2'],
      ],
      '192.0.2.2': ['b.', ['ns.b.', 600, 'A', '192.0.2.3']],
      '192.0.2.3': ['a.', ['www.a.', 60, 'A', '192.0.2.80']],
      '192.0.2.4': ['slow.', ['ns.slow.', 600, 'A', '192.0.2.3']],
    });
    const lookups = (script: Script<Resolver>): unknown[] =>
      script.all('dns.resolver.server-address').map(({ name }) => name);

    const silent = internet(zones('192.0.2.99'));
    expect(answers(silent.client('www.a.', TYPE.A))).toEqual(['www.a. 60 IN A 192.0.2.80']);
    expect(silent.now).toBe(400 * MILLISECOND);
    expect(lookups(silent)).toEqual(['ns.slow.', 'ns.b.']);

    const quick = internet(zones('192.0.2.4'));
    expect(answers(quick.client('www.a.', TYPE.A))).toEqual(['www.a. 60 IN A 192.0.2.80']);
    expect(lookups(quick)).toEqual(['ns.slow.']);
  });

  it('use an address whose TTL is 0, and one behind an alias', () => {
    const script = internet({
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.b.'],
        ['b.', 600, 'NS', 'own.b.'],
        ['own.b.', 600, 'A', '192.0.2.2'],
      ],
      '192.0.2.2': ['b.', ['ns.b.', 60, 'CNAME', 'real.b.'], ['real.b.', 0, 'A', '192.0.2.3']],
      '192.0.2.3': ['a.', ['www.a.', 60, 'A', '192.0.2.80']],
    });
    expect(answers(script.client('www.a.', TYPE.A))).toEqual(['www.a. 60 IN A 192.0.2.80']);
  });

  it('that name a thousand servers cost few lookups (NXNSAttack)', () => {
    const script = smallInternet(1, { minimise: 'off' });
    let n = 0;
    const evil: Responder = (query) => ({
      ...query,
      response: true,
      authorities: Array.from({ length: 200 }, () =>
        parseRecord('other.example.', 60, 'NS', `n${n++}.chaicart.example.`),
      ),
      additionals: [],
    });
    script.server(TLD, 0, (query, now, sent) =>
      query.questions[0]!.name.includes('other')
        ? evil(query, now, sent)
        : new Authority([]).answer({ ...sent, from: parseIp(ROOT) }, now)?.response,
    );
    script.client('chaicart.example.', TYPE.A);
    script.server(TLD, 0, evil);
    expect(script.client('x.other.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.all('dns.resolver.server-address').length).toBeLessThanOrEqual(8);
    expect(script.machine.pollTimeout()).toBe(NEVER);
  });

  it('take no more than the time that there is', () => {
    const script = smallInternet();
    for (const server of [ROOT, TLD, NS1, NS2, OTHER]) script.server(server, 0, () => undefined);
    for (let i = 0; i < 12; i++) {
      const start = script.now;
      expect(script.client(`n${i}.example.`, TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
      expect(script.now - start).toBeLessThanOrEqual(42 * SECOND);
    }
  });
});

describe('priming (RFC 9609)', () => {
  it('asks the root for its servers first, and uses what it says', () => {
    const script = smallInternet(1, { primeRoot: true });
    script.client('chaicart.example.', TYPE.A);
    expect(asked(script).slice(0, 2)).toEqual([`${ROOT} . NS`, `${ROOT} example. A`]);
    expect(script.all('dns.resolver.ask')[1]!.reason).toBe(
      'its cache held the servers of ., and none of example.',
    );
    script.client('other.example.', TYPE.A);
    expect(asked(script).filter((line) => line.endsWith('. NS'))).toHaveLength(1);
  });

  it('that fails leaves the hints', () => {
    const script = smallInternet(1, { primeRoot: true });
    script.server(ROOT, 0, (query) => ({ ...query, response: true, rcode: RCODE.SERVFAIL }));
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.machine.pollTimeout()).toBe(NEVER);
  });
});

describe('a forwarder', () => {
  const upstream: Responder = (query) => ({
    ...query,
    response: true,
    recursionAvailable: true,
    additionals: [],
    answers: [
      parseRecord(query.questions[0]!.name, 60, 'CNAME', 'far.away.'),
      parseRecord('far.away.', 60, 'A', '192.0.2.7'),
    ],
  });

  it('is asked with RD, for the whole name, and believed', () => {
    const forward = [{ zone: '.', servers: [parseIp('203.0.113.53')] }];
    const script = new Script(new Resolver({ hints: [], forward, random: new Random(1) }));
    const wanted: boolean[] = [];
    script.server('203.0.113.53', 0, (query, now, sent) => {
      wanted.push(query.recursionDesired);
      return upstream(query, now, sent);
    });
    expect(answers(script.client('a.b.c.example.', TYPE.A))).toEqual([
      'a.b.c.example. 60 IN CNAME far.away.',
      'far.away. 60 IN A 192.0.2.7',
    ]);
    expect([asked(script), wanted]).toEqual([['203.0.113.53 a.b.c.example. A'], [true]]);
    expect(answers(script.client('far.away.', TYPE.A))).toHaveLength(1);
    expect(script.sent).toHaveLength(1);
  });

  it('for one zone is asked for that zone, and passed over when it fails, if so told', () => {
    for (const orWalk of [true, false]) {
      const forward = [{ zone: 'chaicart.example.', servers: [parseIp('203.0.113.53')], orWalk }];
      const script = smallInternet(1, { forward });
      script.server('203.0.113.53', 0, () => 'refused');
      expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(orWalk ? RCODE.NOERROR : RCODE.SERVFAIL);
      expect(script.client('edge.other.example.', TYPE.A)!.rcode).toBe(RCODE.NOERROR);
      expect(asked(script)[0]).toBe('203.0.113.53 chaicart.example. A');
    }
  });
});

it('an alias with a TTL of 0 is followed for every type', () => {
  const script = internet(
    {
      '192.0.2.1': [
        '.',
        ['a.', 600, 'NS', 'ns.a.'],
        ['ns.a.', 600, 'A', '192.0.2.2'],
        ['b.', 600, 'MX', '10 mail.b.'],
        ['b.c.', 600, 'MX', '10 mail.b.'],
      ],
      '192.0.2.2': ['a.', ['www.a.', 0, 'CNAME', 'b.'], ['all.a.', 0, 'DNAME', 'c.']],
    },
    { minimise: 'relaxed' },
  );
  expect(answers(script.client('www.a.', TYPE.MX))).toHaveLength(2);
  expect(answers(script.client('b.all.a.', TYPE.MX))).toHaveLength(3);
  expect(script.sent.length).toBeLessThan(12);
});

describe('DNAME (RFC 6672)', () => {
  const zones = {
    '192.0.2.1': [
      '.',
      ['old.', 600, 'NS', 'ns.old.'],
      ['ns.old.', 600, 'A', '192.0.2.2'],
      ['new.', 600, 'NS', 'ns.new.'],
      ['ns.new.', 600, 'A', '192.0.2.3'],
    ],
    '192.0.2.2': ['old.', ['old.', 50, 'DNAME', 'new.']],
    '192.0.2.3': ['new.', ['www.new.', 60, 'A', '192.0.2.80'], ['self.new.', 60, 'DNAME', 'a.self.new.']],
  } as const;

  it('is followed, kept, and used for other names without another question', () => {
    const script = internet(zones);
    expect(answers(script.client('www.old.', TYPE.A))).toEqual([
      'old. 50 IN DNAME new.',
      'www.old. 50 IN CNAME www.new.',
      'www.new. 60 IN A 192.0.2.80',
    ]);
    script.sent.length = 0;
    script.client('mail.old.', TYPE.MX);
    expect(asked(script)).toEqual(['192.0.2.3 mail.new. MX']);
  });

  it('that is used twice stands in the answer once', () => {
    const script = internet({
      ...zones,
      '192.0.2.2': ['old.', ['all.old.', 50, 'DNAME', 'old.'], ['www.old.', 60, 'A', '192.0.2.80']],
    });
    expect(answers(script.client('www.all.all.old.', TYPE.A))).toEqual([
      'all.old. 50 IN DNAME old.',
      'www.all.all.old. 50 IN CNAME www.all.old.',
      'www.all.old. 50 IN CNAME www.old.',
      'www.old. 60 IN A 192.0.2.80',
    ]);
  });

  it('makes the CNAME itself, whatever the server says', () => {
    const script = internet(zones);
    script.server('192.0.2.2', 0, (query) => ({
      ...query,
      response: true,
      authoritative: true,
      answers: [
        parseRecord('old.', 50, 'DNAME', 'new.'),
        parseRecord(query.questions[0]!.name, 50, 'CNAME', 'evil.new.'),
      ],
    }));
    expect(answers(script.client('www.old.', TYPE.A))[1]).toBe('www.old. 50 IN CNAME www.new.');
  });

  it('that leads to itself ends', () => {
    const script = internet(zones);
    const rcode = script.client('x.self.new.', TYPE.A)!.rcode;
    expect([RCODE.SERVFAIL, RCODE.YXDOMAIN]).toContain(rcode);
  });

  it('that makes a name too long is answered YXDOMAIN (§2.2)', () => {
    const long = `${'a'.repeat(60)}.`.repeat(3);
    const script = internet(zones);
    script.server('192.0.2.2', 0, (query) => ({
      ...query,
      response: true,
      authoritative: true,
      answers: [parseRecord('old.', 50, 'DNAME', `${long}new.`)],
    }));
    expect(script.client(`${'b'.repeat(60)}.${'c'.repeat(60)}.old.`, TYPE.A)!.rcode).toBe(RCODE.YXDOMAIN);
  });
});

describe('special names', () => {
  it.each([
    ['localhost.', TYPE.A, RCODE.NOERROR, ['localhost. 10800 IN A 127.0.0.1']],
    ['printer.localhost.', TYPE.AAAA, RCODE.NOERROR, ['printer.localhost. 10800 IN AAAA ::1']],
    ['x.invalid.', TYPE.A, RCODE.NXDOMAIN, []],
    ['invalid.', TYPE.A, RCODE.NOERROR, []],
    ['1.0.0.10.in-addr.arpa.', TYPE.PTR, RCODE.NXDOMAIN, []],
    ['1.0.0.127.in-addr.arpa.', TYPE.PTR, RCODE.NOERROR, ['1.0.0.127.in-addr.arpa. 10800 IN PTR localhost.']],
    ['x.onion.', TYPE.A, RCODE.NXDOMAIN, []],
  ])('%s is answered here', (name, type, rcode, records) => {
    const script = smallInternet();
    const answer = script.client(name, type)!;
    expect([answer.rcode, answers(answer), script.sent]).toEqual([rcode, records, []]);
    expect(answer.authorities).toHaveLength(records.length > 0 ? 0 : 1);
  });

  it('are asked for like others, if so told', () => {
    const script = smallInternet(1, { specialNames: false });
    script.client('x.invalid.', TYPE.A);
    expect(asked(script)).toEqual([`${ROOT} invalid. A`, `${ROOT} x.invalid. A`]);
  });
});
