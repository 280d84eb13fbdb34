/** Time: failures remembered (RFC 9520 §3.2), stale answers (RFC 8767 §5), prefetch, limits of TTLs. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../../../src/engine/base/units.ts';
import { shownRows } from '../../../../src/engine/proto/dns/cache.ts';
import { STALE } from '../../../../src/engine/proto/dns/resolver/config.ts';
import { FailureBook } from '../../../../src/engine/proto/dns/resolver/failures.ts';
import type { Resolver } from '../../../../src/engine/proto/dns/resolver/resolver.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { OPTION, RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { type DnsMessage, ednsOf } from '../../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import type { Script } from '../script.ts';
import { chaicartZone, NS1, NS2, smallInternet } from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
/** The codes of extended errors (RFC 8914). */
const said = (message: DnsMessage): number[] =>
  (ednsOf(message)?.options ?? [])
    .filter(({ code }) => code === OPTION.EDE)
    .map(({ data }) => data[0]! * 256 + data[1]!);
const silence = (script: Script<Resolver>): void => {
  for (const server of [NS1, NS2]) script.server(server, 0, () => undefined);
};
const repair = (script: Script<Resolver>): void => {
  for (const server of [NS1, NS2]) script.server(server, 20 * MILLISECOND, new Authority([chaicartZone]));
};

describe('a failure', () => {
  it('is remembered for 5, 10, 20 … and at most 300 seconds (RFC 9520 §3.2)', () => {
    const book = new FailureBook({ first: 5, most: 300 });
    let now = 0;
    const ttls = Array.from({ length: 8 }, () => {
      const ttl = book.failed('x', now);
      now += (ttl + 1) * SECOND;
      return ttl;
    });
    expect(ttls).toEqual([5, 10, 20, 40, 80, 160, 300, 300]);
    book.succeeded('x');
    expect(book.failed('x', now)).toBe(5);
    expect(book.failed('x', now + 400 * SECOND)).toBe(5); // it was over for longer than anybody remembers
    expect(new FailureBook({ first: 0, most: 9_999 }).failed('x', 0)).toBe(1);
  });

  it('makes no queries while it is remembered, and more patience each time', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.MX);
    for (const server of [NS1, NS2]) script.server(server, 0, () => 'refused');
    for (const ttl of [5, 10, 20]) {
      const start = script.now;
      expect(script.client('chaicart.example.', TYPE.TXT)!.rcode).toBe(RCODE.SERVFAIL);
      const sent = script.sent.length;
      const until = (Math.floor(start / SECOND) + ttl) * SECOND;
      script.pass(until - script.now - 1);
      expect(said(script.client('chaicart.example.', TYPE.TXT)!)).toEqual([13]);
      expect(script.sent).toHaveLength(sent);
      script.pass(1);
    }
    repair(script);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.NOERROR);
  });

  it('says why: 22 when nobody answered, 23 when the network said no', () => {
    for (const [reason, code] of [
      [undefined, 22],
      ['unreachable', 23],
    ] as const) {
      const script = smallInternet();
      for (const server of [NS1, NS2]) script.server(server, 0, () => reason);
      const answer = script.client('chaicart.example.', TYPE.A)!;
      expect([answer.rcode, said(answer)]).toEqual([RCODE.SERVFAIL, [code]]);
    }
  });
});

describe('stale answers', () => {
  it('are not given unless told to', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.A);
    script.pass(301 * SECOND);
    silence(script);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
  });

  it('come after 1.8 s, for 30 s, and say so; the question goes on without the client', () => {
    const script = smallInternet(1, { serveStale: STALE });
    script.client('www.chaicart.example.', TYPE.A);
    script.pass(400 * SECOND);
    silence(script);
    const start = script.now;
    const answer = script.client('www.chaicart.example.', TYPE.A)!;
    expect(script.now - start).toBe(1.8 * SECOND);
    expect(answers(answer)).toEqual([
      'www.chaicart.example. 30 IN CNAME chaicart.example.',
      'chaicart.example. 30 IN A 192.0.2.80',
    ]);
    expect([said(answer), answer.rcode]).toEqual([[3], RCODE.NOERROR]);
    expect(script.machine.ports()).toHaveLength(1);
    script.run();
    expect(script.machine.ports()).toEqual([]);
  });

  it('come at once for 30 s after the servers failed; then they are asked again', () => {
    const script = smallInternet(1, { serveStale: STALE });
    script.client('chaicart.example.', TYPE.A);
    script.pass(400 * SECOND);
    for (const server of [NS1, NS2]) script.server(server, 0, () => 'refused');
    const start = script.now;
    expect(said(script.client('chaicart.example.', TYPE.A)!)).toEqual([3]);
    expect(script.now - start).toBe(30 * MILLISECOND); // the parent was asked who its servers are now
    const sent = script.sent.length;
    script.pass(29.9 * SECOND);
    expect(said(script.client('chaicart.example.', TYPE.A)!)).toEqual([3]);
    expect(script.sent).toHaveLength(sent);
    repair(script);
    script.pass(0.2 * SECOND);
    const fresh = script.client('chaicart.example.', TYPE.A)!;
    expect([answers(fresh), said(fresh)]).toEqual([['chaicart.example. 300 IN A 192.0.2.80'], []]);
  });

  it('that say NXDOMAIN say so with 19', () => {
    const script = smallInternet(1, { serveStale: STALE });
    script.client('nobody.chaicart.example.', TYPE.A);
    script.pass(100 * SECOND);
    silence(script);
    const answer = script.client('nobody.chaicart.example.', TYPE.A)!;
    expect([answer.rcode, said(answer), answer.authorities[0]!.ttl]).toEqual([RCODE.NXDOMAIN, [19], 30]);
  });

  it('are not kept for ever', () => {
    const script = smallInternet(1, { serveStale: { ...STALE, keep: 3_600 } });
    script.client('chaicart.example.', TYPE.A);
    script.pass(300 * SECOND + 3_599 * SECOND);
    expect(
      shownRows(script.machine.cache.rows(0), script.now).find((row) => row.data === '192.0.2.80'),
    ).toMatchObject({
      state: 'stale',
      left: -3_599,
    });
    script.pass(10 * SECOND);
    silence(script);
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.SERVFAIL);
  });
});

describe('prefetch', () => {
  it('asks anew in the last tenth, while the client is answered from the cache', () => {
    const script = smallInternet(1, { prefetch: true });
    script.client('chaicart.example.', TYPE.A);
    script.pass(269 * SECOND);
    script.client('chaicart.example.', TYPE.A);
    script.run();
    expect(script.all('dns.resolver.prefetch')).toEqual([]);
    script.pass(2 * SECOND);
    const start = script.now;
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 29 IN A 192.0.2.80',
    ]);
    expect(script.now).toBe(start);
    script.run();
    expect(script.all('dns.resolver.prefetch')).toHaveLength(1);
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
  });
});

describe('TTLs', () => {
  it('are kept between the limits', () => {
    const script = smallInternet(1, { minTtl: 10, maxTtl: 100, maxNegativeTtl: 30 });
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 100 IN A 192.0.2.80',
    ]);
    expect(answers(script.client('short.chaicart.example.', TYPE.A))).toEqual([
      'short.chaicart.example. 10 IN A 192.0.2.81',
    ]);
    expect(script.client('nobody.chaicart.example.', TYPE.A)!.authorities[0]!.ttl).toBe(30);
    expect(script.machine.cache.rows(script.now).every((row) => row.ttl <= 100)).toBe(true);
  });
});
