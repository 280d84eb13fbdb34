import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../../../src/engine/base/address.ts';
import { MILLISECOND } from '../../../../src/engine/base/units.ts';
import { DNS_PORT } from '../../../../src/engine/proto/dns/message.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import type { DnsMessage } from '../../../../src/engine/wire/dns/message.ts';
import { parseRecord, recordText } from '../../../../src/engine/wire/dns/text.ts';
import { served, twisted } from '../script.ts';
import { chaicartZone, NS1, NS2, ROOT, rootZone, smallInternet, TLD } from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
const chaicart = new Authority([chaicartZone]);

describe('forgers', () => {
  it('are not believed about names outside the zone that they were asked about', () => {
    const script = smallInternet();
    const poison = [
      parseRecord('www.bank.example.', 9999, 'A', '203.0.113.66'),
      parseRecord('example.', 9999, 'NS', 'ns.evil.example.'),
      parseRecord('.', 9999, 'NS', 'ns.evil.example.'),
    ];
    for (const server of [NS1, NS2]) {
      script.server(
        server,
        0,
        twisted(chaicart, (response) => ({
          ...response,
          answers: [...response.answers, poison[0]!],
          authorities: poison.slice(1),
          additionals: [...poison, ...response.additionals],
        })),
      );
    }
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
    expect(script.all('dns.resolver.scrub').map((event) => event.record)).toContain(
      'www.bank.example. 9999 IN A 203.0.113.66',
    );
    expect(script.all('dns.resolver.scrub')[0]!.reason).toMatch(
      /a server of chaicart\.example\. is not believed about/,
    );
    for (const row of script.machine.cache.rows(script.now))
      expect(row.data).not.toMatch(/evil|203\.0\.113\.66/);
  });

  it('do not end an alias outside the zone', () => {
    const script = smallInternet();
    const forged = twisted(chaicart, (response) => ({
      ...response,
      answers: [...response.answers, parseRecord('edge.other.example.', 9999, 'A', '203.0.113.66')],
    }));
    script.server(NS1, 0, forged);
    script.server(NS2, 0, forged);
    expect(answers(script.client('cdn.chaicart.example.', TYPE.A))[1]).toBe(
      'edge.other.example. 60 IN A 203.0.113.80',
    );
  });

  it('do not bring glue for servers outside', () => {
    const script = smallInternet();
    script.server(TLD, 0, (query) => ({
      ...query,
      response: true,
      authorities: [
        parseRecord('chaicart.example.', 60, 'NS', 'ns1.chaicart.example.'),
        parseRecord('chaicart.example.', 60, 'NS', 'ns.elsewhere.'),
      ],
      additionals: [
        parseRecord('ns1.chaicart.example.', 60, 'A', NS1),
        parseRecord('ns.elsewhere.', 60, 'A', '203.0.113.66'),
        parseRecord('unasked.example.', 60, 'A', '203.0.113.66'),
      ],
    }));
    expect(answers(script.client('chaicart.example.', TYPE.A))).toHaveLength(1);
    expect(script.sent.at(-1)).toContain(NS1);
    expect(script.machine.cache.rows(script.now).filter((row) => row.data.includes('203.0.113.66'))).toEqual(
      [],
    );
  });

  it('must know address, port, ID and question', () => {
    const script = smallInternet();
    const right = { transport: 'udp' as const, from: parseIp4(ROOT), port: DNS_PORT };
    script.server(ROOT, 40 * MILLISECOND, (query, now, sent) => {
      const forged = (change: Partial<DnsMessage>): Uint8Array =>
        encodeDns({
          ...query,
          response: true,
          authoritative: true,
          answers: [parseRecord('chaicart.example.', 9999, 'A', '203.0.113.66')],
          ...change,
        });
      script.at(now, () => {
        const { localPort } = sent;
        script.machine.handle({ ...right, localPort, bytes: forged({ id: query.id ^ 1 }) }, now);
        script.machine.handle(
          { ...right, localPort: localPort === 60_000 ? 60_001 : 60_000, bytes: forged({}) },
          now,
        );
        script.machine.handle(
          { ...right, from: parseIp4('203.0.113.66'), localPort, bytes: forged({}) },
          now,
        );
        script.machine.handle({ ...right, port: 54, localPort, bytes: forged({}) }, now);
        script.machine.handle(
          {
            ...right,
            localPort,
            bytes: forged({ questions: [{ name: 'other.example.', type: 1, class: 1 }] }),
          },
          now,
        );
        script.machine.handle({ ...right, localPort, bytes: forged({ response: false }) }, now);
        script.machine.handle({ ...right, localPort, bytes: forged({}).subarray(0, 30) }, now);
      });
      return served(new Authority([rootZone]), sent, now);
    });
    expect(answers(script.client('chaicart.example.', TYPE.A))).toEqual([
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
    expect(
      script.all('dns.resolver.ignore').map((event) => String(event.reason).replace(/\d{3,}/g, 'N')),
    ).toEqual([
      'its ID is N, the query had another',
      'no query is waiting at port N',
      'the query went to N.51.N.1 port 53',
      'the query went to N.51.N.1 port 53',
      'it answers another question',
      'it is no response',
      expect.stringMatching(/truncated/),
    ]);
  });

  it('face IDs and ports that vary', () => {
    const script = smallInternet();
    for (let i = 0; i < 200; i++) script.client(`n${i}.chaicart.example.`, TYPE.A);
    const asks = script.all('dns.resolver.ask');
    expect(new Set(asks.map((ask) => ask.id)).size).toBeGreaterThan(195);
    expect(new Set(asks.map((ask) => ask.localPort)).size).toBeGreaterThan(190);
  });
});

describe('glue', () => {
  it('leads to servers and is never handed to a client', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.A);
    const before = script.sent.length;
    expect(answers(script.client('ns1.chaicart.example.', TYPE.A))).toEqual([
      'ns1.chaicart.example. 86400 IN A 192.0.2.53',
    ]);
    expect(script.sent).toHaveLength(before + 1);
  });
});
