/** What clients may ask, and how they are answered: TCP, EDNS, RD=0, ANY. */
import { describe, expect, it } from 'vitest';
import { Authority } from '../../../../src/engine/proto/dns/server/authority.ts';
import { RCODE, TYPE } from '../../../../src/engine/wire/dns/code.ts';
import { type DnsMessage, ednsOf, optRecord } from '../../../../src/engine/wire/dns/message.ts';
import { recordText } from '../../../../src/engine/wire/dns/text.ts';
import { chaicartZone, smallInternet } from '../small-internet.ts';

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
    const given = new Authority([chaicartZone]);
    expect(given.zones).toHaveLength(1);
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
