/** What clients may ask, and how they are answered: TCP, EDNS, RD=0, ANY, nonsense. */
import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../../src/engine/base/errors.ts';
import { Random } from '../../../../src/engine/base/random.ts';
import { NEVER, SECOND } from '../../../../src/engine/base/units.ts';
import { DNS_PORT } from '../../../../src/engine/proto/dns/message.ts';
import { Resolver } from '../../../../src/engine/proto/dns/resolver/resolver.ts';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { type DnsMessage, ednsOf, optRecord } from '../../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import * as vectors from '../../../vectors/dns.ts';
import { CLIENT, served } from '../script.ts';
import {
  chaicartZone,
  gluelessZone,
  NS1,
  OTHER,
  otherZone,
  ROOT,
  rootZone,
  smallInternet,
  TLD,
  tldZone,
} from '../small-internet.ts';

const answers = (message: DnsMessage | undefined): string[] => (message?.answers ?? []).map(recordText);
const norecurse = (query: DnsMessage): DnsMessage => ({ ...query, recursionDesired: false });

describe('a client', () => {
  it('over TCP gets everything on its own connection', () => {
    const script = smallInternet();
    const answer = script.client(
      'many.chaicart.example.',
      TYPE.A,
      (query) => ({ ...query, additionals: [] }),
      'tcp',
    )!;
    expect([answer.truncated, answer.answers.length]).toEqual([false, 30]);
  });

  it('that wants no recursion is refused, or shown the cache', () => {
    const closed = smallInternet();
    expect(closed.client('chaicart.example.', TYPE.A, norecurse)!.rcode).toBe(RCODE.REFUSED);
    const script = smallInternet(1, { allowSnoop: true });
    expect(script.client('chaicart.example.', TYPE.A, norecurse)!.rcode).toBe(RCODE.REFUSED); // it knows nothing yet
    script.client('chaicart.example.', TYPE.A);
    const before = script.sent.length;
    expect(answers(script.client('chaicart.example.', TYPE.A, norecurse))).toEqual([
      'chaicart.example. 300 IN A 192.0.2.80',
    ]);
    const referral = script.client('www.other.example.', TYPE.A, norecurse)!;
    expect(referral.authorities.map((record) => record.name)).toEqual(['example.']);
    expect(referral.additionals.some((record) => record.type === TYPE.A)).toBe(true);
    expect(script.sent).toHaveLength(before);
  });

  it('gets EDNS when it speaks it, with its DO bit (RFC 3225 §3), and no authentic data', () => {
    const script = smallInternet();
    const plain = script.client('chaicart.example.', TYPE.A, (query) => ({ ...query, additionals: [] }))!;
    expect(ednsOf(plain)).toBeUndefined();
    const signed = script.client('chaicart.example.', TYPE.A, (query) => ({
      ...query,
      checkingDisabled: true,
      additionals: [{ ...optRecord(1232), ttl: 0x8000 }],
    }))!;
    expect([ednsOf(signed)!.dnssecOk, signed.checkingDisabled, signed.authenticData]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('that asks for ANY gets what the servers give', () => {
    const script = smallInternet();
    const answer = script.client('chaicart.example.', TYPE.ANY)!;
    expect(answer.rcode).toBe(RCODE.NOERROR);
    expect(answer.answers.length).toBeGreaterThan(0);
  });

  it('that asks for the servers of a zone gets them as the zone has them, not as the parent says', () => {
    const script = smallInternet();
    script.client('chaicart.example.', TYPE.MX);
    const answer = script.client('other.example.', TYPE.NS)!;
    expect(answers(answer)).toEqual(['other.example. 86400 IN NS ns1.other.example.']);
  });
});

describe('clients', () => {
  it.each<[string, (query: DnsMessage) => DnsMessage, number]>([
    ['no recursion desired', (query) => ({ ...query, recursionDesired: false }), RCODE.REFUSED],
    [
      'another class',
      (query) => ({ ...query, questions: [{ name: 'x.example.', type: 1, class: 3 }] }),
      RCODE.REFUSED,
    ],
    [
      'a zone transfer',
      (query) => ({ ...query, questions: [{ name: 'x.example.', type: 252, class: 1 }] }),
      RCODE.NOTIMP,
    ],
    [
      'two questions',
      (query) => ({ ...query, questions: [...query.questions, ...query.questions] }),
      RCODE.FORMERR,
    ],
    ['an update', (query) => ({ ...query, opcode: 5 }), RCODE.NOTIMP],
    [
      'two OPT records (RFC 6891 §6.1.1)',
      (query) => ({ ...query, additionals: [optRecord(1232), optRecord(1232)] }),
      RCODE.FORMERR,
    ],
  ])('%s is refused', (_, change, rcode) => {
    const script = smallInternet();
    expect(script.client('chaicart.example.', TYPE.A, change)!.rcode).toBe(rcode);
    expect([script.sent, script.kinds()]).toEqual([[], ['dns.resolver.refuse']]);
  });

  it('get TC when the answer does not fit', () => {
    const script = smallInternet();
    const small = script.client('many.chaicart.example.', TYPE.A, (query) => ({
      ...query,
      additionals: [],
    }))!;
    expect([small.truncated, small.answers.length]).toEqual([true, 0]);
    expect(script.client('many.chaicart.example.', TYPE.A)!.answers).toHaveLength(30);
  });

  it('may be the host itself', () => {
    const script = smallInternet();
    const handle = script.machine.ask('www.chaicart.example.', TYPE.A, 0);
    script.drain();
    script.run();
    expect(script.machine.pollResult()).toMatchObject({
      handle,
      rcode: RCODE.NOERROR,
      answers: [{ type: TYPE.CNAME }, { type: TYPE.A }],
    });
    expect(script.machine.pollResult()).toBeUndefined();
    expect(script.machine.ports()).toEqual([]);
  });

  it('cannot break it with noise', () => {
    const script = smallInternet();
    const random = new Random(11);
    for (let i = 0; i < 3_000; i++) {
      const bytes = vectors.query.slice();
      for (let n = random.below(4); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256);
      script.inject({ transport: 'udp', from: CLIENT, port: 1024 + i, localPort: DNS_PORT, bytes });
    }
    script.run();
    expect(script.machine.pollTimeout()).toBe(NEVER);
  });

  it('get an answer, whatever noise the servers make', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const script = smallInternet(seed);
      const random = new Random(seed);
      for (const [address, zones] of [
        [ROOT, [rootZone]],
        [TLD, [tldZone]],
        [NS1, [chaicartZone]],
        [OTHER, [otherZone, gluelessZone]],
      ] as const) {
        const authority = new Authority(zones);
        script.server(address, 0, (_, now, sent) => {
          const bytes = served(authority, sent, now)!.slice();
          if (random.chance(0.5)) return bytes;
          // Behind the question, so that the message still matches its query
          const from = 12 + sent.bytes.length / 2;
          for (let n = 1 + random.below(3); n > 0; n--)
            bytes[
              random.chance(0.3) ? 2 + random.below(2) : Math.floor(from + random.below(bytes.length - from))
            ] = random.below(256);
          return bytes;
        });
      }
      for (let i = 0; i < 40; i++) {
        const name = ['www.', 'cdn.', 'mail.', `n${i}.`, 'loop-a.', ''][i % 6]!;
        expect(
          script.client(`${name}chaicart.example.`, [TYPE.A, TYPE.MX, TYPE.ANY][i % 3]!),
          `seed ${seed}`,
        ).toBeDefined();
        script.pass(7 * SECOND);
      }
      expect(script.machine.ports()).toEqual([]);
    }
  });

  it('need hints', () => {
    expect(() => new Resolver({ hints: [], random: new Random(1) })).toThrow(Misuse);
  });
});
