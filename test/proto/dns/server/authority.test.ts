import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../../../src/engine/base/bytes.ts';
import { Misuse } from '../../../../src/engine/base/errors.ts';
import { parseIp } from '../../../../src/engine/base/ip.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { makeQuery } from '../../../../src/engine/proto/dns/message.ts';
import type { DnsTransport } from '../../../../src/engine/proto/dns/packet.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { decodeDns, encodeDns } from '../../../../src/engine/wire/dns/fast.ts';
import {
  type DnsMessage,
  ednsOf,
  extendedRcode,
  optRecord,
} from '../../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import * as vectors from '../../../vectors/dns.ts';
import { chaicartZone, otherZone, tldZone } from '../small-internet.ts';

const authority = new Authority([chaicartZone, otherZone]);
const from = parseIp('198.51.100.7');

/** What a server makes of bytes from a client. */
function handle(server: Authority, bytes: Uint8Array, transport: DnsTransport = 'udp') {
  return server.answer({ transport, from, port: 40_000, localPort: 53, bytes }, 0);
}

function ask(
  name: string,
  type: number,
  change: (query: DnsMessage) => DnsMessage = (query) => query,
  transport?: DnsTransport,
  server = authority,
): DnsMessage {
  const query = encodeDns(change(makeQuery(9, name, type, true, 1232)));
  return decodeDns(handle(server, query, transport)!.response!);
}

describe('authoritative answers', () => {
  it('answers literal bytes with literal bytes', () => {
    const { response, events } = handle(authority, vectors.query)!;
    // The answer of test/vectors with AA instead of RA
    const expected = vectors.answer.slice();
    expected[2] = 0x85;
    expected[3] = 0x00;
    expect(toHex(response!)).toBe(toHex(expected));
    expect(events).toEqual([
      {
        kind: 'dns.authority.answer',
        detail: expect.objectContaining({
          client: '198.51.100.7',
          transport: 'udp',
          name: 'chaicart.example.',
          type: 'A',
          zone: 'chaicart.example.',
          result: 'answer',
          rcode: 'NOERROR',
          bytes: 61,
          truncated: false,
        }),
      },
    ]);
  });

  it('follows aliases as far as its zones go', () => {
    expect(ask('www.chaicart.example.', TYPE.A).answers.map(recordText)).toEqual([
      'www.chaicart.example. 300 IN CNAME chaicart.example.',
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
    expect(ask('cdn.chaicart.example.', TYPE.A).answers.map(recordText)).toEqual([
      'cdn.chaicart.example. 120 IN CNAME edge.other.example.',
      'edge.other.example. 60 IN A 203.0.113.80',
    ]);
    const gone = ask('gone.chaicart.example.', TYPE.A);
    expect([gone.rcode, gone.answers.length, gone.authorities.length]).toEqual([RCODE.NXDOMAIN, 1, 1]);
    expect(ask('loop-a.chaicart.example.', TYPE.A).answers).toHaveLength(2);
  });

  it('refers with glue and without AA', () => {
    const response = ask('www.sub.chaicart.example.', TYPE.A);
    expect(response.authoritative).toBe(false);
    expect(response.answers).toEqual([]);
    expect(response.authorities.map(recordText)).toEqual([
      'sub.chaicart.example. 3600 IN NS ns.sub.chaicart.example.',
    ]);
    expect(response.additionals.slice(0, 1).map(recordText)).toEqual([
      'ns.sub.chaicart.example. 3600 IN A 203.0.113.9',
    ]);
  });

  it('proves absence with the SOA at the lesser of TTL and minimum (RFC 2308 §3)', () => {
    for (const [name, type, rcode] of [
      ['nobody.chaicart.example.', TYPE.A, RCODE.NXDOMAIN],
      ['mail.chaicart.example.', TYPE.AAAA, RCODE.NOERROR],
      ['empty.chaicart.example.', TYPE.A, RCODE.NOERROR],
    ] as const) {
      const response = ask(name, type);
      expect([response.rcode, response.authoritative, response.answers]).toEqual([rcode, true, []]);
      expect(response.authorities.map((record) => [record.type, record.ttl])).toEqual([[TYPE.SOA, 60]]);
    }
  });

  it('adds addresses of mail hosts', () => {
    expect(ask('chaicart.example.', TYPE.MX).additionals.slice(0, -1).map(recordText)).toEqual([
      'mail.chaicart.example. 300 IN A 192.0.2.25',
    ]);
  });

  it('answers with the name as it was asked', () => {
    expect(ask('cHaIcArT.example.', TYPE.A).questions[0]!.name).toBe('cHaIcArT.example.');
  });
});

describe('what an authority refuses', () => {
  it.each<[string, (query: DnsMessage) => DnsMessage, number]>([
    ['another opcode', (query) => ({ ...query, opcode: 4 }), RCODE.NOTIMP],
    ['no question', (query) => ({ ...query, questions: [] }), RCODE.FORMERR],
    [
      'two questions',
      (query) => ({ ...query, questions: [...query.questions, ...query.questions] }),
      RCODE.FORMERR,
    ],
    [
      'a zone it has not',
      (query) => ({ ...query, questions: [{ name: 'elsewhere.example.', type: 1, class: 1 }] }),
      RCODE.REFUSED,
    ],
    [
      'another class',
      (query) => ({ ...query, questions: [{ name: 'chaicart.example.', type: 1, class: 3 }] }),
      RCODE.REFUSED,
    ],
    [
      'a transfer',
      (query) => ({ ...query, questions: [{ name: 'chaicart.example.', type: 252, class: 1 }] }),
      RCODE.REFUSED,
    ],
    [
      'EDNS version 1',
      (query) => ({ ...query, additionals: [{ ...optRecord(1232), ttl: 0x1_0000 } as never] }),
      RCODE.BADVERS,
    ],
    [
      'two OPT records',
      (query) => ({ ...query, additionals: [optRecord(1232), optRecord(1232)] }),
      RCODE.FORMERR,
    ],
  ])('%s', (_, change, rcode) => {
    const response = ask('chaicart.example.', TYPE.A, change);
    expect(extendedRcode(response)).toBe(rcode);
    expect([response.id, response.response, response.answers, response.recursionAvailable]).toEqual([
      9,
      true,
      [],
      false,
    ]);
  });

  it('answers what it cannot read with FORMERR, and responses not at all', () => {
    const { response, events } = handle(authority, fromHex('abcd 0100 0001 0000 0000 0000 c00c 0001 0001'))!;
    expect(toHex(response!)).toBe('abcd81010000000000000000');
    expect(events[0]).toMatchObject({
      kind: 'dns.authority.answer',
      detail: { id: 0xabcd, rcode: 'FORMERR' },
    });
    expect(handle(authority, vectors.answer)).toBeUndefined();
    expect(handle(authority, fromHex('abcd 01'))).toBeUndefined();
  });

  it('takes no two zones of one name', () => {
    expect(() => new Authority([chaicartZone, chaicartZone])).toThrow(Misuse);
  });

  it('never throws on noise, and answers within the limit', () => {
    const random = new Random(3);
    for (let i = 0; i < 5_000; i++) {
      const bytes = vectors.query.slice();
      for (let n = 0; n < 3; n++) bytes[random.below(bytes.length)] = random.below(256);
      const answer = handle(authority, bytes);
      if (answer) expect(answer.response!.length).toBeLessThanOrEqual(1232);
    }
  });
});

describe('sizes', () => {
  const plain = (query: DnsMessage): DnsMessage => ({ ...query, additionals: [] });
  const edns =
    (size: number) =>
    (query: DnsMessage): DnsMessage => ({ ...query, additionals: [optRecord(size)] });

  const small = new Authority([chaicartZone], { udpSize: 512 });

  it.each<[string, (query: DnsMessage) => DnsMessage, boolean, DnsTransport?, Authority?]>([
    ['512 bytes without EDNS', plain, true],
    ['EDNS 512', edns(512), true],
    ['EDNS 0 means 512', edns(0), true],
    ['EDNS 1232', edns(1232), false],
    ['EDNS 4096, but this server sends 512', edns(4096), true, 'udp', small],
    ['a stream', plain, false, 'tcp', small],
  ])('30 addresses, %s', (_, change, truncated, transport, server) => {
    const response = ask('many.chaicart.example.', TYPE.A, change, transport, server);
    expect(response.truncated).toBe(truncated);
    expect(response.answers).toHaveLength(truncated ? 0 : 30);
    expect(ednsOf(response) === undefined).toBe(change === plain);
  });

  it('leaves out what is not needed before it truncates, but never glue', () => {
    const records = Array.from({ length: 12 }, (_, i) => [
      ['big.example.', 60, 'NS', `a-rather-long-name-of-a-server-${i}.big.example.`] as const,
      [`a-rather-long-name-of-a-server-${i}.big.example.`, 60, 'A', `192.0.2.${i}`] as const,
    ]).flat();
    const parent = new Authority([{ origin: 'example.', records: [...tldZone.records, ...records] }]);
    const referral = ask('www.big.example.', TYPE.A, plain, 'udp', parent);
    expect([referral.truncated, referral.authorities.length]).toEqual([true, 0]);
    const own = new Authority([
      {
        origin: 'big.example.',
        records: [['big.example.', 60, 'SOA', 'x.example. y.example. 1 1 1 1 1'], ...records],
      },
    ]);
    const answer = ask('big.example.', TYPE.NS, edns(700), 'udp', own);
    expect([answer.truncated, answer.answers.length]).toEqual([false, 12]);
    // as many whole sets as there is room for
    expect(answer.additionals.length).toBeGreaterThan(5);
    expect(answer.additionals.length).toBeLessThan(13);
  });
});
