import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../src/engine/base/units.ts';
import { type CacheRow, cacheTable, DnsCache, livingRows } from '../../../src/engine/proto/dns/cache.ts';
import { TYPE } from '../../../src/engine/wire/dns/code.ts';
import type { DnsRecord } from '../../../src/engine/wire/dns/message.ts';
import { parseRecord } from '../../../src/engine/wire/dns/text.ts';

const record = (name: string, ttl: number, type: string, data: string): DnsRecord =>
  parseRecord(name, ttl, type, data);
const soa = record('chaicart.example.', 60, 'SOA', 'ns1.chaicart.example. h.chaicart.example. 1 1 1 1 60');

function kinds(cache: DnsCache): string[] {
  const list: string[] = [];
  for (let event = cache.pollEvent(); event; event = cache.pollEvent()) list.push(event.kind);
  return list;
}

describe('a DNS cache', () => {
  it('counts down in whole seconds of the clock', () => {
    const cache = new DnsCache({ label: 'os' });
    cache.store([record('a.example.', 3, 'A', '192.0.2.1')], 'answer', 900 * MILLISECOND);
    const left = (now: Nanoseconds): number | undefined => {
      const hit = cache.lookup('A.EXAMPLE.', TYPE.A, now);
      return hit?.kind === 'records' ? hit.records[0]!.ttl : undefined;
    };
    expect([0.9, 0.999, 1, 1.999, 2, 2.999, 3].map((at) => left(at * SECOND))).toEqual([
      3,
      3,
      2,
      2,
      1,
      1,
      undefined,
    ]);
    expect(kinds(cache)).toEqual([
      'dns.cache.store',
      ...Array(6).fill('dns.cache.hit'),
      'dns.cache.expire',
      'dns.cache.miss',
    ]);
  });

  it('keeps the event of a store readable', () => {
    const cache = new DnsCache({ label: 'resolver' });
    cache.store(
      [record('a.example.', 300, 'A', '192.0.2.1'), record('a.example.', 200, 'A', '192.0.2.2')],
      'answer',
      SECOND,
    );
    expect(cache.pollEvent()).toEqual({
      kind: 'dns.cache.store',
      detail: {
        cache: 'resolver',
        name: 'a.example.',
        type: 'A',
        ttl: 200,
        data: '192.0.2.1, 192.0.2.2',
        rank: 'answer',
        expires: 201 * SECOND,
      },
    });
  });

  it('limits TTLs, and stores none of zero or above 31 bits', () => {
    const cache = new DnsCache({ label: 'os', maxTtl: 100, maxNegativeTtl: 10 });
    expect(cache.store([record('a.example.', 5000, 'A', '192.0.2.1')], 'answer', 0)).toBe(true);
    expect(cache.storeAbsence('b.example.', TYPE.A, 'nodata', soa, 50, 0)).toBe(true);
    expect(cache.store([record('c.example.', 0, 'A', '192.0.2.1')], 'answer', 0)).toBe(false);
    expect(
      cache.store([{ ...record('d.example.', 0, 'A', '192.0.2.1'), ttl: 0x8000_0000 }], 'answer', 0),
    ).toBe(false);
    expect(cache.rows(0).map((row) => row.ttl)).toEqual([100, 10]);
  });

  it('answers with aliases, absences of a type and absences of a name', () => {
    const cache = new DnsCache({ label: 'os' });
    cache.store([record('www.example.', 60, 'CNAME', 'a.example.')], 'answer', 0);
    cache.storeAbsence('a.example.', TYPE.AAAA, 'nodata', soa, 60, 0);
    cache.storeAbsence('no.example.', TYPE.A, 'nxdomain', soa, 60, 0);
    cache.storeAbsence('alias.example.', TYPE.CNAME, 'nodata', soa, 60, 0);
    const kind = (name: string, type: number): string | undefined => cache.lookup(name, type, SECOND)?.kind;
    expect(kind('www.example.', TYPE.A)).toBe('records');
    expect(kind('a.example.', TYPE.AAAA)).toBe('nodata');
    expect(kind('a.example.', TYPE.A)).toBeUndefined();
    expect(kind('no.example.', TYPE.MX)).toBe('nxdomain');
    expect(kind('alias.example.', TYPE.A)).toBeUndefined();
    expect(cache.lookup('no.example.', TYPE.A, 2 * SECOND)).toMatchObject({ soa: { ttl: 58 } });
    cache.store([record('no.example.', 60, 'A', '192.0.2.1')], 'answer', 0);
    expect(kind('no.example.', TYPE.MX)).toBeUndefined();
  });

  it('never replaces what it trusts more, nor knowledge by a failure', () => {
    const cache = new DnsCache({ label: 'os' });
    const glue = [record('ns.example.', 60, 'A', '192.0.2.66')];
    expect(cache.store(glue, 'referral', 0)).toBe(true);
    expect(cache.lookup('ns.example.', TYPE.A, 0)).toBeUndefined();
    expect(cache.peek('ns.example.', TYPE.A, 0)?.kind).toBe('records');
    expect(cache.store([record('ns.example.', 60, 'A', '192.0.2.1')], 'answer', 0)).toBe(true);
    expect(cache.store(glue, 'referral', 0)).toBe(false);
    expect(cache.storeAbsence('ns.example.', TYPE.A, 'servfail', undefined, 5, 0)).toBe(false);
    expect(cache.rows(0).map((row) => row.data)).toEqual(['192.0.2.1']);
    expect(cache.store(glue, 'referral', 60 * SECOND)).toBe(true); // the better ones are dead by then
  });

  it('lets go of what was used longest ago', () => {
    const cache = new DnsCache({ label: 'os', capacity: 2 });
    cache.store([record('a.example.', 60, 'A', '192.0.2.1')], 'answer', 0);
    cache.store([record('b.example.', 60, 'A', '192.0.2.1')], 'answer', 0);
    cache.lookup('a.example.', TYPE.A, 0);
    cache.store([record('c.example.', 60, 'A', '192.0.2.1')], 'answer', 0);
    expect(cache.rows(0).map((row) => row.name)).toEqual(['a.example.', 'c.example.']);
    expect(kinds(cache)).toEqual([
      'dns.cache.store',
      'dns.cache.store',
      'dns.cache.hit',
      'dns.cache.evict',
      'dns.cache.store',
    ]);
    cache.flush(0);
    expect(cache.rows(0)).toEqual([]);
    expect(() => new DnsCache({ label: 'os', capacity: 0 })).toThrow(Misuse);
  });

  it('is rebuilt exactly from its events, at every moment', () => {
    const random = new Random(5);
    const cache = new DnsCache({ label: 'os', capacity: 20 });
    const rows = new Map<string, CacheRow>();
    let most = 0;
    for (let i = 0, now = 0; i < 3_000; i++) {
      now += random.below(400) * MILLISECOND;
      const name = `${random.chance(0.5) ? 'N' : 'n'}${random.below(30)}.example.`;
      const ttl = random.below(12);
      const choice = random.below(6);
      if (choice === 0) cache.store([record(name, ttl, 'A', '192.0.2.1')], 'answer', now);
      else if (choice === 1) cache.store([record(name, ttl, 'A', '192.0.2.2')], 'referral', now);
      else if (choice === 2) cache.store([record(name, ttl, 'CNAME', 'x.example.')], 'authority', now);
      else if (choice === 3)
        cache.storeAbsence(name, TYPE.A, random.chance(0.5) ? 'nxdomain' : 'nodata', soa, ttl, now);
      else if (choice === 4) cache.storeAbsence(name, TYPE.A, 'servfail', undefined, 5, now);
      else cache.lookup(name, TYPE.A, now);
      if (random.chance(0.001)) cache.flush(now);
      for (let event = cache.pollEvent(); event; event = cache.pollEvent()) {
        if (cacheTable.kinds.includes(event.kind))
          cacheTable.apply(rows, { ...event, id: i, time: now, node: 'host', cause: -1, a: 0, b: 0 });
      }
      for (const later of [now, now + SECOND, now + 5 * SECOND])
        expect(livingRows(rows.values(), later)).toEqual(cache.rows(later));
      most = Math.max(most, cache.rows(now).length);
    }
    expect(most).toBe(20);
  });
});
