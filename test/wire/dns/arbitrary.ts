/**
 * Generated DNS messages for property tests: canonical names that share suffixes (so that compression has work to do),
 * every declared type, unknown types, EDNS.
 */
import fc from 'fast-check';
import type { Ip4 } from '../../../src/engine/base/address.ts';
import { TYPE } from '../../../src/engine/wire/dns/code.ts';
import { type DnsMessage, type DnsRecord, otherType } from '../../../src/engine/wire/dns/message.ts';
import { printName } from '../../../src/engine/wire/dns/name.ts';

const label = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('www', 'WWW', 'ns1', 'mail', 'chaicart', 'example', 'a')
      .map((text) => Uint8Array.from(Buffer.from(text))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 63 }) },
);
const fits = (labels: readonly Uint8Array[]): boolean =>
  labels.reduce((sum, one) => sum + one.length + 1, 1) <= 255;
export const dnsName = fc.array(label, { maxLength: 6 }).filter(fits).map(printName);

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const data = fc.uint8Array({ maxLength: 40 });

export const dnsRecord: fc.Arbitrary<DnsRecord> = fc
  .record({ name: dnsName, class: fc.oneof(fc.constant(1), u16), ttl: u32 })
  .chain((head) =>
    fc.oneof(
      u32.map(
        (address): DnsRecord => ({
          name: head.name,
          type: TYPE.A,
          class: head.class,
          ttl: head.ttl,
          data: address as Ip4,
        }),
      ),
      fc
        .tuple(fc.constantFrom(TYPE.NS, TYPE.CNAME, TYPE.PTR), dnsName)
        .map(([type, name]): DnsRecord => ({ ...head, type, data: name })),
      fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((bytes): DnsRecord => ({ ...head, type: TYPE.AAAA, data: bytes })),
      fc
        .tuple(u16, dnsName)
        .map(
          ([preference, exchange]): DnsRecord => ({ ...head, type: TYPE.MX, data: { preference, exchange } }),
        ),
      fc
        .array(data, { maxLength: 3 })
        .map((strings): DnsRecord => ({ ...head, type: TYPE.TXT, data: strings })),
      fc
        .record({
          mname: dnsName,
          rname: dnsName,
          serial: u32,
          refresh: u32,
          retry: u32,
          expire: u32,
          minimum: u32,
        })
        .map((soa): DnsRecord => ({ ...head, type: TYPE.SOA, data: soa })),
      fc
        .array(fc.record({ code: u16, data }), { maxLength: 3 })
        .map((options): DnsRecord => ({ ...head, type: TYPE.OPT, data: options })),
      fc
        .tuple(fc.constantFrom(3, 99, 257, 65280), data)
        .map(([type, bytes]): DnsRecord => ({ ...head, type: otherType(type), data: bytes })),
    ),
  );

const records = fc.array(dnsRecord, { maxLength: 4 });
export const dnsMessageArbitrary: fc.Arbitrary<DnsMessage> = fc.record({
  id: u16,
  response: fc.boolean(),
  opcode: fc.nat(15),
  authoritative: fc.boolean(),
  truncated: fc.boolean(),
  recursionDesired: fc.boolean(),
  recursionAvailable: fc.boolean(),
  authenticData: fc.boolean(),
  checkingDisabled: fc.boolean(),
  rcode: fc.nat(15),
  questions: fc.array(fc.record({ name: dnsName, type: u16, class: u16 }), { maxLength: 2 }),
  answers: records,
  authorities: records,
  additionals: records,
});
