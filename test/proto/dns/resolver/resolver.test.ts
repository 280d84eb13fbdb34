import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../../src/engine/base/address.ts';
import { MILLISECOND, NEVER, SECOND } from '../../../../src/engine/base/units.ts';
import { type CacheRow, cacheTable, livingRows } from '../../../../src/engine/proto/dns/cache.ts';
import { DNS_PORT } from '../../../../src/engine/proto/dns/message.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import type { DnsMessage } from '../../../../src/engine/wire/dns/message.ts';
import { parseRecord, recordText } from '../../../../src/engine/wire/dns/text.ts';
import * as vectors from '../../../vectors/dns.ts';
import type { Responder } from '../script.ts';
import { CLIENT, served, twisted } from '../script.ts';
import { chaicartZone, NS1, NS2, OTHER, ROOT, rootZone, smallInternet, TLD } from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
const chaicart = new Authority([chaicartZone]);

describe('a cold question', () => {
  it('walks from the root to the authority, and says why at each step', () => {
    const script = smallInternet();
    const answer = script.client('chaicart.example.', TYPE.A)!;
    expect(answers(answer)).toEqual(['chaicart.example. 300 IN A 192.0.2.80']);
    expect([answer.id, answer.recursionAvailable, answer.authoritative, answer.rcode]).toEqual([
      7,
      true,
      false,
      0,
    ]);
    const last = script.sent[2]!.split(' ')[1]!;
    expect(script.sent).toEqual([
      `0 ${ROOT} example. A`,
      `40 ${TLD} chaicart.example. A`,
      `70 ${last} chaicart.example. A`,
    ]);
    expect([NS1, NS2]).toContain(last);
    expect(script.now).toBe((70 + (last === NS1 ? 20 : 25)) * MILLISECOND);
    expect(script.kinds().filter((kind) => !/^dns\.(cache\.store|server\.)/.test(kind))).toEqual([
      'dns.resolver.query',
      'dns.cache.miss',
      'dns.resolver.ask',
      'dns.resolver.referral',
      'dns.resolver.ask',
      'dns.resolver.referral',
      'dns.resolver.ask',
      'dns.resolver.answer',
    ]);
    expect(script.all('dns.resolver.ask')).toMatchObject([
      {
        server: ROOT,
        serverName: 'ns1.',
        zone: '.',
        name: 'example.',
        for: 'chaicart.example.',
        type: 'A',
        attempt: 1,
        timeout: 376 * MILLISECOND,
        reason: 'its cache held nothing for example.',
      },
      { server: TLD, zone: 'example.', reason: `the referral from ${ROOT} named the servers of example.` },
      {
        server: last,
        zone: 'chaicart.example.',
        reason: `the referral from ${TLD} named the servers of chaicart.example.`,
      },
    ]);
    expect(script.all('dns.resolver.referral')[1]).toMatchObject({
      from: TLD,
      parent: 'example.',
      zone: 'chaicart.example.',
      servers: 'ns1.chaicart.example., ns2.chaicart.example.',
    });
    expect(script.all('dns.resolver.answer')).toMatchObject([
      { rcode: 'NOERROR', data: '192.0.2.80', source: last, queries: 3 },
    ]);
  });

  it('is the same walk again with the same seed, and another with another', () => {
    const walk = (seed: number): unknown[] => {
      const script = smallInternet(seed);
      script.client('chaicart.example.', TYPE.A);
      return script.events;
    };
    expect(walk(4)).toEqual(walk(4));
    expect(walk(4)).not.toEqual(walk(5));
  });
});

describe('a warm question', () => {
  it('is answered from the cache, TTL counted down', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.A);
    script.pass(100 * SECOND);
    expect(answers(script.client('CHAICART.example.', TYPE.A))).toEqual([
      'chaicart.example. 200 IN A 192.0.2.80',
    ]);
    expect(script.sent).toHaveLength(3);
    expect(script.all('dns.resolver.answer')[1]).toMatchObject({
      source: 'cache',
      took: 0,
      reason: 'its cache held the answer',
    });
  });

  it('goes to the nearest servers it knows when the answer has expired', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.A);
    script.pass(301 * SECOND);
    script.client('chaicart.example.', TYPE.A);
    expect(script.sent).toHaveLength(4);
    expect(script.all('dns.resolver.ask')[3]).toMatchObject({
      zone: 'chaicart.example.',
      reason: 'its cache held the servers of chaicart.example.',
    });
    script.client('other.example.', TYPE.MX);
    expect(script.all('dns.resolver.ask')[4]).toMatchObject({
      server: TLD,
      reason: 'its cache held the servers of example., and none of other.example.',
    });
  });

  it('asks anew for a TTL of 0', () => {
    const script = smallInternet();
    for (let i = 0; i < 2; i++)
      expect(answers(script.client('short.chaicart.example.', TYPE.A))).toEqual([
        'short.chaicart.example. 0 IN A 192.0.2.81',
      ]);
    expect(script.sent).toHaveLength(4);
  });

  it('shares the way with a question about the same name and another type', () => {
    const script = smallInternet();
    for (const type of [TYPE.A, TYPE.AAAA, TYPE.MX]) script.machine.ask('mail.chaicart.example.', type, 0);
    script.drain();
    script.run();
    expect(script.sent.map((line) => line.split(' ').slice(2).join(' '))).toEqual([
      'example. A',
      'chaicart.example. A',
      'mail.chaicart.example. A',
      'mail.chaicart.example. AAAA',
      'mail.chaicart.example. MX',
    ]);
    const results = [1, 2, 3].map(() => script.machine.pollResult()!);
    expect(results.map(({ rcode, answers: found }) => [rcode, found.length])).toEqual([
      [0, 1],
      [0, 0],
      [0, 0],
    ]);
  });

  it('is one walk for many clients, and one answer for a client that repeats itself', () => {
    const script = smallInternet();
    const query = {
      transport: 'udp' as const,
      from: CLIENT,
      port: 5000,
      localPort: DNS_PORT,
      bytes: vectors.query,
    };
    script.inject(query);
    script.inject(query);
    script.inject({ ...query, port: 5001 });
    script.run();
    expect([script.sent.length, script.answers.length]).toEqual([3, 2]);
    expect(script.all('dns.resolver.join')).toHaveLength(2);
  });
});

describe('what does not exist', () => {
  it('NXDOMAIN is kept for the minimum of the SOA, for all types', () => {
    const script = smallInternet();
    const answer = script.client('nobody.chaicart.example.', TYPE.A)!;
    expect([answer.rcode, answer.authorities.map((record) => record.ttl)]).toEqual([RCODE.NXDOMAIN, [60]]);
    script.pass(20 * SECOND);
    const again = script.client('nobody.chaicart.example.', TYPE.MX)!;
    expect([again.rcode, again.authorities.map((record) => record.ttl)]).toEqual([RCODE.NXDOMAIN, [40]]);
    expect(script.sent).toHaveLength(3);
    script.pass(40 * SECOND);
    script.client('nobody.chaicart.example.', TYPE.A);
    expect(script.sent).toHaveLength(4);
  });

  it('NODATA is kept for its type only', () => {
    const script = smallInternet();
    const answer = script.client('mail.chaicart.example.', TYPE.AAAA)!;
    expect([answer.rcode, answer.answers, answer.authorities.length]).toEqual([RCODE.NOERROR, [], 1]);
    script.client('mail.chaicart.example.', TYPE.AAAA);
    expect(script.sent).toHaveLength(4); // one of them asks for A, to hide that AAAA is wanted (RFC 9156 §3)
    expect(answers(script.client('mail.chaicart.example.', TYPE.A))).toHaveLength(1);
  });

  it('the lesser of TTL and minimum counts, whatever the server sent', () => {
    for (const [ttl, minimum] of [
      [3600, 20],
      [20, 3600],
    ]) {
      const script = smallInternet();
      const soa = parseRecord(
        'chaicart.example.',
        ttl!,
        'SOA',
        `ns1.chaicart.example. h.chaicart.example. 1 1 1 1 ${minimum}`,
      );
      const absent = twisted(chaicart, (response) => ({ ...response, authorities: [soa] }));
      for (const server of [NS1, NS2]) script.server(server, 0, absent);
      expect(script.client('nobody.chaicart.example.', TYPE.A)!.authorities[0]!.ttl).toBe(20);
      script.pass(21 * SECOND);
      script.client('nobody.chaicart.example.', TYPE.A);
      expect(script.sent).toHaveLength(4);
    }
  });

  it('an absence without SOA is passed on and not kept (RFC 2308 §5)', () => {
    const script = smallInternet();
    for (const server of [NS1, NS2])
      script.server(
        server,
        0,
        twisted(chaicart, (response) => ({ ...response, authorities: [] })),
      );
    expect(script.client('nobody.chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.NXDOMAIN);
    script.client('nobody.chaicart.example.', TYPE.A);
    expect(script.sent).toHaveLength(4);
  });
});

describe('aliases', () => {
  it('inside a zone come in one answer', () => {
    const script = smallInternet();
    expect(answers(script.client('www.chaicart.example.', TYPE.A))).toEqual([
      'www.chaicart.example. 300 IN CNAME chaicart.example.',
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
    expect(script.sent).toHaveLength(3);
    script.pass(10 * SECOND);
    expect(answers(script.client('www.chaicart.example.', TYPE.A))[0]).toBe(
      'www.chaicart.example. 290 IN CNAME chaicart.example.',
    );
    expect(script.sent).toHaveLength(3);
  });

  it('into another zone are followed there', () => {
    const script = smallInternet();
    expect(answers(script.client('cdn.chaicart.example.', TYPE.A))).toEqual([
      'cdn.chaicart.example. 120 IN CNAME edge.other.example.',
      'edge.other.example. 60 IN A 203.0.113.80',
    ]);
    expect(script.sent.slice(3).map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      `${TLD} other.example. A`,
      `${OTHER} edge.other.example. A`,
    ]);
    expect(script.all('dns.resolver.alias')).toMatchObject([
      { name: 'cdn.chaicart.example.', target: 'edge.other.example.' },
    ]);
  });

  it('to nothing end in NXDOMAIN with the alias', () => {
    const answer = smallInternet().client('gone.chaicart.example.', TYPE.A)!;
    expect([answer.rcode, answers(answer)]).toEqual([
      RCODE.NXDOMAIN,
      ['gone.chaicart.example. 120 IN CNAME nobody.chaicart.example.'],
    ]);
  });

  it('in a circle fail', () => {
    const script = smallInternet();
    expect(script.client('loop-a.chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.all('dns.resolver.servfail')[0]!.reason).toMatch(/aliases lead back to loop-a/);
  });

  it('without end are bounded', () => {
    const script = smallInternet();
    const next: Responder = (query) => {
      const { name } = query.questions[0]!;
      const n = Number(/\d+/.exec(name)?.[0] ?? 0);
      return {
        ...query,
        response: true,
        authoritative: true,
        additionals: [],
        answers: [parseRecord(name, 60, 'CNAME', `a${n + 1}.chaicart.example.`)],
      };
    };
    script.server(NS1, 0, next);
    script.server(NS2, 0, next);
    expect(script.client('a0.chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.all('dns.resolver.servfail')[0]!.reason).toMatch(/more than 11 aliases/);
  });
});

describe('servers that do not do their work', () => {
  it('silent ones are given 376 ms, then the next is asked', () => {
    // Which of the two servers is asked first is drawn: look for a seed that draws the silent one
    let waited = 0;
    for (let seed = 1; seed < 20 && waited === 0; seed++) {
      const one = smallInternet(seed);
      one.server(NS1, 0, () => undefined);
      expect(answers(one.client('chaicart.example.', TYPE.A))).toHaveLength(1);
      const timeouts = one.all('dns.resolver.timeout');
      if (timeouts.length === 0) continue;
      waited = 1;
      expect(timeouts).toMatchObject([{ server: NS1, waited: 376 * MILLISECOND, next: 752 * MILLISECOND }]);
      expect(one.sent.slice(2)).toEqual([`70 ${NS1} chaicart.example. A`, `446 ${NS2} chaicart.example. A`]);
      expect(one.all('dns.resolver.ask').at(-1)!.reason).toBe(`${NS1} did not answer within 376\u00a0ms`);
      expect(one.now).toBe(471 * MILLISECOND);
    }
    expect(waited).toBe(1);
  });

  it('all silent: three tries each with growing patience, then SERVFAIL, kept for five seconds', () => {
    const script = smallInternet();
    script.server(ROOT, 0, () => undefined);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent.map((line) => line.split(' ')[0])).toEqual(['0', '376', '1128']);
    expect(script.now).toBe((376 + 752 + 1504) * MILLISECOND);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent).toHaveLength(3);
    script.pass(2 * SECOND);
    script.client('chaicart.example.', TYPE.A); // does not prolong the failure
    script.pass(3 * SECOND);
    script.server(ROOT, 40 * MILLISECOND, new Authority([rootZone]));
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
  });

  it('a late answer after the time-out is ignored', () => {
    const script = smallInternet();
    script.server(ROOT, 500 * MILLISECOND, new Authority([rootZone]));
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    expect(script.all('dns.resolver.ignore')[0]!.reason).toMatch(/^no query is waiting at port \d+$/);
  });

  it.each<[string, Responder, string, RegExp]>([
    [
      'refers to the root',
      (query) => ({
        ...query,
        response: true,
        authorities: rootZone.records
          .slice(1, 2)
          .map((line) => parseRecord(...(line as [string, number, string, string]))),
      }),
      'dns.resolver.lame',
      /referred to \., which is not below/,
    ],
    [
      'refers to the zone itself',
      (query) => ({
        ...query,
        response: true,
        authorities: [parseRecord('chaicart.example.', 1, 'NS', 'x.example.')],
      }),
      'dns.resolver.lame',
      /not below chaicart/,
    ],
    [
      'passes on what others say',
      (query) => ({
        ...query,
        response: true,
        recursionAvailable: true,
        answers: [parseRecord('chaicart.example.', 1, 'A', '192.0.2.66')],
      }),
      'dns.resolver.lame',
      /passes on what others say/,
    ],
    [
      'refuses',
      (query) => ({ ...query, response: true, rcode: RCODE.REFUSED }),
      'dns.resolver.error',
      /REFUSED/,
    ],
    [
      'fails',
      (query) => ({ ...query, response: true, rcode: RCODE.SERVFAIL }),
      'dns.resolver.error',
      /SERVFAIL/,
    ],
  ])('one that %s is passed over', (_, responder, kind, reason) => {
    const script = smallInternet();
    script.server(NS1, MILLISECOND, responder);
    script.server(NS2, MILLISECOND, responder);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.all(kind)).toHaveLength(2);
    expect(script.all(kind)[0]!.reason).toMatch(reason);
    expect(script.sent).toHaveLength(4);
    const second = smallInternet(2);
    second.server(NS1, MILLISECOND, responder);
    expect(answers(second.client('chaicart.example.', TYPE.A))).toHaveLength(1);
  });

  it('one whose answers are truncated is asked over TCP, and passed over when that does not help', () => {
    const script = smallInternet();
    const truncated: Responder = (query, now, sent) =>
      sent.transport === 'tcp'
        ? served(chaicart, sent, now)
        : { ...query, response: true, truncated: true, additionals: [] };
    script.server(NS1, MILLISECOND, truncated);
    script.server(NS2, MILLISECOND, truncated);
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    expect(script.sent.slice(2)).toEqual([
      expect.stringMatching(/^70 .* chaicart.example. A$/),
      expect.stringMatching(/^71 .* chaicart.example. A tcp$/),
    ]);
    expect(script.all('dns.resolver.truncated')[0]!.reason).toMatch(/so it is asked over TCP/);
    expect(script.machine.exchanges()).toEqual([]);
    const deaf: Responder = (query, _, sent) =>
      sent.transport === 'tcp' ? 'refused' : { ...query, response: true, truncated: true, additionals: [] };
    const second = smallInternet();
    second.server(NS1, MILLISECOND, deaf);
    second.server(NS2, MILLISECOND, deaf);
    expect(second.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(second.sent).toHaveLength(6);
  });

  it('one that truncates and has no TCP is left for last, until it has', () => {
    const script = smallInternet();
    let hasTcp = false;
    const truncated: Responder = (query, now, sent) => {
      if (sent.transport === 'udp') return { ...query, response: true, truncated: true, additionals: [] };
      return hasTcp ? served(chaicart, sent, now) : undefined;
    };
    const overTcp = (): string[] => script.sent.filter((line) => / tcp$/.test(line));
    const ask = (i: number): number => {
      const began = script.now;
      expect(answers(script.client(`n${i}.chaicart.example.`, TYPE.A))).toEqual([]);
      return script.now - began;
    };
    script.server(NS1, MILLISECOND, truncated);
    let silences = 0;
    for (let i = 0; i < 20; i++) if (ask(i) > 2 * SECOND) silences += 1;
    expect(overTcp()).toHaveLength(1);
    expect(silences).toBe(1);
    expect(script.all('dns.resolver.truncated').at(-1)!.reason).toMatch(/others come first$/);
    // When nobody else is there, it is tried again, and may be better now
    script.server(NS2, MILLISECOND, (query) => ({ ...query, response: true, rcode: RCODE.SERVFAIL }));
    hasTcp = true;
    ask(100);
    expect(overTcp()).toHaveLength(2);
    ask(101);
    expect(script.all('dns.resolver.truncated').at(-1)!.reason).toMatch(/so it is asked over TCP$/);
  });

  it('an empty answer is believed when no server of the zone says more', () => {
    const script = smallInternet();
    const nothing: Responder = (query) => ({ ...query, response: true });
    script.server(NS1, MILLISECOND, nothing);
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    const second = smallInternet();
    second.server(NS1, MILLISECOND, nothing);
    second.server(NS2, MILLISECOND, nothing);
    const answer = second.client('chaicart.example.', TYPE.A)!;
    expect([answer.rcode, answer.answers, second.sent.length]).toEqual([RCODE.NOERROR, [], 4]);
    expect(second.all('dns.cache.store').some((row) => row.data === 'NODATA')).toBe(false);
  });

  it('an answer without AA is taken, and gives way to one with it (RFC 2181 §5.4.1)', () => {
    const script = smallInternet();
    for (const server of [NS1, NS2])
      script.server(
        server,
        0,
        twisted(chaicart, (response) => ({ ...response, authoritative: false })),
      );
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    expect(script.machine.cache.rows(script.now).find((row) => row.data === '192.0.2.80')!.rank).toBe(
      'nonauthoritative',
    );
  });

  it('one without EDNS is asked again without', () => {
    const script = smallInternet();
    const old: Responder = (query, now, sent) =>
      query.additionals.length > 0
        ? Uint8Array.from([...sent.bytes.subarray(0, 2), 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0])
        : served(chaicart, sent, now);
    script.server(NS1, 0, old);
    script.server(NS2, 0, old);
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    expect(script.sent).toHaveLength(4);
    expect(script.all('dns.resolver.ask').at(-1)!.reason).toMatch(
      /FORMERR to a query with EDNS, so the same goes without/,
    );
  });

  it('a server that answers is not given 376 ms for ever', () => {
    const script = smallInternet();
    for (let i = 0; i < 30; i++) script.client(`n${i}.chaicart.example.`, TYPE.A);
    const rtos = [NS1, NS2].map((server) => script.machine.servers.rto(parseIp4(server)));
    for (const rto of rtos) expect(rto).toBe(50 * MILLISECOND);
  });
});

describe('servers without glue', () => {
  it('are looked up by a question of their own', () => {
    const script = smallInternet();
    expect(answers(script.client('glueless.example.', TYPE.A))).toEqual([
      'glueless.example. 300 IN A 203.0.113.81',
    ]);
    expect(script.sent.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      `${ROOT} example. A`,
      `${TLD} glueless.example. A`,
      `${TLD} other.example. A`,
      `${OTHER} ns-b.other.example. A`,
      `${OTHER} glueless.example. A`,
    ]);
    expect(script.all('dns.resolver.server-address')[0]!.reason).toBe(
      'the address of ns-b.other.example., a server of glueless.example., is not known',
    );
    expect(script.all('dns.resolver.answer').at(-1)).toMatchObject({ name: 'glueless.example.', queries: 5 });
  });

  it('that live in each other fail soon', () => {
    const script = smallInternet();
    expect(script.client('www.ping.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent.length).toBeLessThan(10);
    expect(script.machine.pollTimeout()).toBe(NEVER);
  });

  it('that multiply are bounded', () => {
    // Each referral names ten servers in zones that refer to ten more: at most 64 queries come of one question
    const script = smallInternet();
    let n = 0;
    script.server(TLD, 0, (query) => {
      const { name } = query.questions[0]!;
      const cut = name.split('.').slice(-3).join('.');
      const authorities = Array.from({ length: 10 }, () => parseRecord(cut, 60, 'NS', `ns.z${n++}.example.`));
      return { ...query, response: true, authorities, additionals: [] };
    });
    expect(script.client('www.evil.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent.length).toBeLessThanOrEqual(64);
    expect(script.sent.length).toBeGreaterThan(5);
  });

  it('referrals ever deeper are bounded', () => {
    const script = smallInternet();
    const deeper: Responder = (query) => {
      const labels = query.questions[0]!.name.split('.');
      depth += 1;
      const cut = labels.slice(-3 - depth).join('.');
      return {
        ...query,
        response: true,
        authorities: [parseRecord(cut, 60, 'NS', `ns.${cut}`)],
        additionals: [parseRecord(`ns.${cut}`, 60, 'A', TLD)],
      };
    };
    let depth = -1;
    script.server(TLD, 0, deeper);
    const answer = script.client(`${'a.'.repeat(100)}example.`, TYPE.A)!;
    expect(answer.rcode).toBe(RCODE.SERVFAIL);
    expect(script.sent).toHaveLength(64);
    expect(script.all('dns.resolver.servfail')[0]!.reason).toBe('64 queries were not enough');
  });
});

it('the cache of a resolver is rebuilt exactly from the events of the run', () => {
  const script = smallInternet();
  const names = [
    'chaicart.example.',
    'cdn.chaicart.example.',
    'nobody.chaicart.example.',
    'glueless.example.',
    'short.chaicart.example.',
    'www.ping.example.',
  ];
  for (let i = 0; i < 60; i++) {
    script.client(names[i % names.length]!, i % 7 === 0 ? TYPE.AAAA : TYPE.A);
    script.pass((i % 5) * 17 * SECOND);
    const rows = new Map<string, CacheRow>();
    for (const event of script.events)
      if (cacheTable.kinds.includes(event.kind)) cacheTable.apply(rows, event);
    expect(livingRows(rows.values(), script.now)).toEqual(script.machine.cache.rows(script.now));
  }
});
