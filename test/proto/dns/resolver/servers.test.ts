/** What is remembered about servers, and which one is asked: the numbers of Unbound's documentation. */
import { describe, expect, it } from 'vitest';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { MILLISECOND, SECOND } from '../../../../src/engine/base/units.ts';
import { DnsCache } from '../../../../src/engine/proto/dns/cache.ts';
import { Journal } from '../../../../src/engine/proto/dns/resolver/journal.ts';
import {
  HOST_TTL,
  ServerBook,
  type ServerRow,
  serverRows,
  serverTable,
} from '../../../../src/engine/proto/dns/resolver/servers.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { chaicartZone, NS1, NS2, ROOT, smallInternet } from '../small-internet.ts';

const a = parseIp('192.0.2.1');
const b = parseIp('2001:db8::2');
const c = parseIp('192.0.2.3');
const book = (capacity?: number): { book: ServerBook; journal: Journal } => {
  const journal = new Journal(new DnsCache({ label: 'x' }));
  return { book: new ServerBook(journal, new Random(1), capacity), journal };
};

describe('the time that a server is given', () => {
  it('is 376 ms at first, follows what it takes (RFC 6298 §2), doubles with silence, and is at most 12 s', () => {
    const { book: one } = book();
    expect(one.rto(a)).toBe(376 * MILLISECOND);
    one.answered(a, 100 * MILLISECOND, 0);
    expect(one.rto(a)).toBe(300 * MILLISECOND); // srtt 100, rttvar 50
    one.answered(a, 100 * MILLISECOND, 0);
    expect(one.rto(a)).toBe(250 * MILLISECOND); // rttvar ¾ of 50
    for (const rto of [500, 1_000, 2_000, 4_000, 8_000, 12_000, 12_000]) {
      const given = one.rto(a);
      one.timedOut(a, given, 0);
      one.timedOut(a, given / 2, 0); // one that was sent before: it says nothing new
      expect(one.rto(a)).toBe(rto * MILLISECOND);
    }
    expect(one.isDown(a, 0)).toBe(true);
    one.answered(a, 100 * MILLISECOND, 0);
    expect(one.isDown(a, 0)).toBe(false);
  });

  it('is forgotten after 15 minutes, but for those who were down: they come last', () => {
    const { book: one } = book();
    one.answered(a, 10 * MILLISECOND, 0);
    for (let i = 0; i < 8; i++) one.timedOut(b, one.rto(b), 0);
    expect(one.rto(a, HOST_TTL)).toBe(376 * MILLISECOND);
    expect(one.isDown(b, HOST_TTL)).toBe(false);
    one.timedOut(b, 12 * SECOND, HOST_TTL);
    expect(one.rto(b, HOST_TTL)).toBe(12 * SECOND);
  });
});

describe('the server that is asked', () => {
  it('is drawn from those within 400 ms of the best, and only from those', () => {
    const { book: one } = book();
    one.answered(a, 10 * MILLISECOND, 0); // 50 ms
    one.answered(b, 150 * MILLISECOND, 0); // 450 ms
    one.answered(c, 151 * MILLISECOND, 0); // 453 ms
    const drawn = new Set(Array.from({ length: 100 }, () => one.choose([a, b, c], 0).server));
    expect(drawn).toEqual(new Set([a, b]));
  });

  it('is another one when it was silent before', () => {
    const script = smallInternet();
    script.server(NS1, 0, () => undefined);
    script.server(NS2, 0, () => undefined);
    script.client('chaicart.example.', TYPE.A);
    const asked = script.sent.filter((line) => line.includes('chaicart')).map((line) => line.split(' ')[1]);
    for (let i = 0; i + 1 < 6; i += 2)
      expect(new Set(asked.slice(i + 1, i + 3))).toEqual(new Set([NS1, NS2]));
  });

  it('is asked by one question at a time while it is down, and last of all', () => {
    const script = smallInternet();
    script.server(ROOT, 0, () => undefined);
    for (let i = 0; script.machine.servers.rto(parseIp(ROOT)) < 12 * SECOND; i++) {
      script.client(`n${i}.`, TYPE.A);
      expect(i).toBeLessThan(5);
    }
    const before = script.sent.length;
    for (const name of ['x.', 'y.', 'z.']) script.machine.ask(name, TYPE.A, script.now);
    script.drain();
    expect(script.sent).toHaveLength(before + 1);
    expect(script.all('dns.resolver.ask').at(-1)!.choice).toBe('it was down: a probe');
    script.run();
  });

  it('is not one that does not serve the zone, until nobody else is left', () => {
    const script = smallInternet();
    for (const [server, times] of [
      [NS1, 1],
      [NS2, 0],
    ] as const)
      script.server(
        server,
        0,
        times
          ? (query) => ({ ...query, response: true, rcode: RCODE.REFUSED })
          : new Authority([chaicartZone]),
      );
    for (let i = 0; i < 20; i++) script.client(`n${i}.chaicart.example.`, TYPE.A);
    expect(script.sent.filter((line) => line.includes(` ${NS1} `)).length).toBeLessThanOrEqual(1);
    script.server(NS1, 0, new Authority([chaicartZone]));
    script.server(NS2, 0, () => 'unreachable');
    expect(script.client('chaicart.example.', TYPE.A)!.rcode).toBe(RCODE.NOERROR);
  });

  it('gets no EDNS again when it knows none', () => {
    const script = smallInternet();
    const plain: boolean[] = [];
    for (const server of [NS1, NS2])
      script.server(server, 0, (query) => {
        plain.push(query.additionals.length === 0);
        const rcode = query.additionals.length > 0 ? RCODE.FORMERR : RCODE.NXDOMAIN;
        return { ...query, response: true, authoritative: true, rcode, additionals: [] };
      });
    for (let i = 0; i < 20; i++) script.client(`n${i}.chaicart.example.`, TYPE.A);
    expect(plain.filter((one) => !one)).toHaveLength(2);
    expect(script.machine.servers.rows(script.now).filter((row) => !row.edns)).toHaveLength(2);
  });
});

describe('the table of servers', () => {
  it('is rebuilt exactly from its events', () => {
    const random = new Random(3);
    const { book: one, journal } = book(3);
    const rows = new Map<string, ServerRow>();
    const servers = [a, b, c, parseIp('192.0.2.4')];
    for (let i = 0, now = 0; i < 2_000; i++) {
      // now and then longer than anything is remembered
      now += random.below(random.chance(0.05) ? 1_200 : 10) * SECOND;
      const server = servers[random.below(servers.length)]!;
      const choice = random.below(8);
      if (choice < 3) one.answered(server, random.below(300) * MILLISECOND, now);
      else if (choice < 5)
        one.timedOut(server, random.chance(0.3) ? 400 * MILLISECOND : one.rto(server, now), now);
      else if (choice === 5) one.lame(server, `z${random.below(20)}.`, now);
      else if (choice === 6 && random.chance(0.5)) one.withoutEdns(server, now);
      else if (choice === 6) one.cookie(server, now);
      else one.serves(server, `z${random.below(20)}.`, now);
      if (random.chance(0.01)) one.flush('test');
      for (let event = journal.pollEvent(); event; event = journal.pollEvent())
        serverTable.apply(rows, { ...event, id: i, time: now, node: 'host', cause: -1, a: 0, b: 0 });
      expect(serverRows(rows.values(), now)).toEqual(one.rows(now));
    }
  });

  it('tells of one that was down, was forgotten, and is silent again', () => {
    const { book: one, journal } = book();
    const rows = new Map<string, ServerRow>();
    for (let i = 0; i < 8; i++) one.timedOut(a, one.rto(a), 0);
    one.timedOut(a, 376 * MILLISECOND, HOST_TTL);
    for (let event = journal.pollEvent(); event; event = journal.pollEvent())
      serverTable.apply(rows, { ...event, id: 0, time: 0, node: 'host', cause: -1, a: 0, b: 0 });
    expect(one.rows(HOST_TTL)).toHaveLength(1);
    expect(serverRows(rows.values(), HOST_TTL)).toEqual(one.rows(HOST_TTL));
  });
});
