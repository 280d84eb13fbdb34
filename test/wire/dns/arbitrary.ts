/**
 * Generated DNS messages for property tests: canonical names that share suffixes (so that compression has work to do),
 * every declared type, unknown types, EDNS with options that mean something and options that do not.
 */
import fc from 'fast-check';
import { parseIp } from '../../../src/engine/base/ip.ts';
import { OPTION, TYPE } from '../../../src/engine/wire/dns/code.ts';
import * as edns from '../../../src/engine/wire/dns/edns.ts';
import {
  type DataOf,
  type DnsMessage,
  type DnsRecord,
  type EdnsOption,
  otherType,
} from '../../../src/engine/wire/dns/message.ts';
import { printName } from '../../../src/engine/wire/dns/name.ts';
import { parseSvcParam, SVC_KEY, type SvcParam } from '../../../src/engine/wire/dns/svcb.ts';

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

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const data = fc.uint8Array({ maxLength: 40 });
const long = fc.uint8Array({ minLength: 1, maxLength: 130 });
const word = fc.stringMatching(/^[0-9A-Za-z]{1,12}$/);

/** Types of a bitmap: mostly those that have a name, ascending. */
export const typeList = fc
  .array(
    fc.oneof({ weight: 4, arbitrary: fc.constantFrom(1, 2, 5, 6, 15, 16, 28, 46, 47, 48, 65, 257) }, u16),
    {
      maxLength: 8,
    },
  )
  .map((types) => [...new Set(types)].sort((a, b) => a - b));

/** Parameters that follow their format and are consistent. */
const goodParams: fc.Arbitrary<readonly SvcParam[]> = fc
  .record({
    alpn: fc.array(fc.uint8Array({ minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 3 }),
    alone: fc.boolean(),
    port: u16,
    ipv4: fc.array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
    ech: fc.uint8Array({ minLength: 1, maxLength: 80 }),
    ipv6: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { minLength: 1, maxLength: 2 }),
    other: fc.tuple(fc.integer({ min: 10, max: 65_534 }), data),
    kept: fc.subarray([1, 3, 4, 5, 6, 7, 9]),
    mandatory: fc.boolean(),
  })
  .map(({ alpn, alone, port, ipv4, ech, ipv6, other, kept, mandatory }) => {
    const all: SvcParam[] = [
      { key: SVC_KEY.alpn, value: Uint8Array.from(alpn.flatMap((id) => [id.length, ...id])) },
      { key: SVC_KEY.port, value: Uint8Array.of(port >> 8, port & 255) },
      { key: SVC_KEY.ipv4hint, value: Uint8Array.from(ipv4.flatMap((one) => [...one])) },
      { key: SVC_KEY.ech, value: ech },
      { key: SVC_KEY.ipv6hint, value: Uint8Array.from(ipv6.flatMap((one) => [...one])) },
      parseSvcParam('dohpath=/dns-query{?dns}'),
      { key: other[0], value: other[1] },
    ].filter(({ key }) => kept.includes(key > 9 ? 9 : key));
    if (alone && kept.includes(SVC_KEY.alpn))
      all.push({ key: SVC_KEY['no-default-alpn'], value: new Uint8Array(0) });
    const keys = all.map(({ key }) => key).sort((a, b) => a - b);
    if (mandatory && keys.length > 0)
      all.push({
        key: SVC_KEY.mandatory,
        value: Uint8Array.from(keys.flatMap((key) => [key >> 8, key & 255])),
      });
    return all.sort((a, b) => a.key - b.key);
  });

const hashing = { algorithm: u8, flags: u8, iterations: u16, salt: fc.uint8Array({ maxLength: 12 }) };

const goodOption: fc.Arbitrary<EdnsOption> = fc.oneof(
  fc.constantFrom<EdnsOption>(
    edns.nsidOption(),
    edns.nsidOption(Uint8Array.of(110, 115, 49)),
    edns.keepaliveOption(),
    edns.keepaliveOption(300),
    edns.extendedErrorOption(3),
    edns.extendedErrorOption(22, 'nobody answered'),
    edns.reportChannelOption('agent.example.'),
    edns.clientSubnetOption(parseIp('192.0.2.77'), 20),
    edns.clientSubnetOption(parseIp('2001:db8::1'), 56, 48),
    { code: OPTION.PADDING, data: new Uint8Array(20) },
    { code: OPTION.EXPIRE, data: Uint8Array.of(0, 1, 0, 0) },
  ),
  fc
    .tuple(fc.uint8Array({ minLength: 8, maxLength: 8 }), fc.uint8Array({ minLength: 8, maxLength: 32 }))
    .map(([client, server]) => edns.cookieOption(client, server)),
);

/** Data of each type, as a zone may have it. */
export const DATA: { readonly [T in keyof DataOf]: fc.Arbitrary<DataOf[T]> } = {
  [TYPE.A]: u32 as unknown as fc.Arbitrary<DataOf[1]>,
  [TYPE.NS]: dnsName,
  [TYPE.CNAME]: dnsName,
  [TYPE.PTR]: dnsName,
  [TYPE.DNAME]: dnsName,
  [TYPE.AAAA]: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  [TYPE.MX]: fc.record({ preference: u16, exchange: dnsName }),
  [TYPE.TXT]: fc.array(data, { minLength: 1, maxLength: 3 }),
  [TYPE.HINFO]: fc.record({ cpu: data, os: data }),
  [TYPE.SOA]: fc.record({
    mname: dnsName,
    rname: dnsName,
    serial: u32,
    refresh: u32,
    retry: u32,
    expire: u32,
    minimum: u32,
  }),
  [TYPE.SRV]: fc.record({ priority: u16, weight: u16, port: u16, target: dnsName }),
  [TYPE.CAA]: fc.record({ flags: u8, tag: word, value: data }),
  [TYPE.SVCB]: fc.record({
    priority: fc.integer({ min: 1, max: 0xffff }),
    target: dnsName,
    params: goodParams,
  }),
  [TYPE.HTTPS]: fc.record({
    priority: fc.integer({ min: 1, max: 0xffff }),
    target: dnsName,
    params: goodParams,
  }),
  [TYPE.OPT]: fc.array(fc.oneof(goodOption, fc.record({ code: u16, data })), { maxLength: 3 }),
  [TYPE.DS]: fc
    .record({
      keyTag: u16,
      algorithm: u8,
      digestType: u8,
      digest: fc.uint8Array({ minLength: 48, maxLength: 48 }),
    })
    .map((ds) => ({ ...ds, digest: ds.digest.subarray(0, [48, 20, 32, 32, 48][ds.digestType] ?? 40) })),
  [TYPE.DNSKEY]: fc.record({ flags: u16, protocol: u8, algorithm: u8, publicKey: long }),
  [TYPE.RRSIG]: fc.record({
    typeCovered: u16,
    algorithm: u8,
    labels: fc.integer({ min: 6, max: 0xff }),
    originalTtl: u32,
    expiration: u32,
    inception: u32,
    keyTag: u16,
    signer: dnsName,
    signature: long,
  }),
  [TYPE.NSEC]: fc.record({ next: dnsName, types: typeList.filter((types) => types.length > 0) }),
  [TYPE.NSEC3]: fc
    .record({ ...hashing, nextHashed: fc.uint8Array({ minLength: 20, maxLength: 39 }), types: typeList })
    .map((one) => ({
      ...one,
      nextHashed: one.algorithm === 1 ? one.nextHashed.subarray(0, 20) : one.nextHashed,
    })),
  [TYPE.NSEC3PARAM]: fc.record(hashing),
};

const head = { name: dnsName, class: fc.oneof(fc.constant(1), u16), ttl: u32 };

/** Records of one type. */
export function recordOfType(type: keyof DataOf): fc.Arbitrary<DnsRecord> {
  return fc
    .record({ ...head, data: DATA[type] as fc.Arbitrary<unknown> })
    .map((one) => ({ name: one.name, type, class: one.class, ttl: one.ttl, data: one.data }) as DnsRecord);
}

export const KNOWN_TYPES = Object.keys(DATA).map((type) => Number(type) as keyof DataOf);

export const unknownRecord: fc.Arbitrary<DnsRecord> = fc
  .record({ ...head, type: fc.constantFrom(3, 99, 52, 65280), data })
  .map((one) => ({ ...one, type: otherType(one.type) }));

/** Of any type, as a zone may have them. */
export const dnsRecord: fc.Arbitrary<DnsRecord> = fc.oneof(...KNOWN_TYPES.map(recordOfType), unknownRecord);

/** Also what no zone may have, but a message can carry. */
const oddRecord: fc.Arbitrary<DnsRecord> = fc.oneof(
  fc
    .record({
      ...head,
      type: fc.constantFrom(TYPE.SVCB, TYPE.HTTPS),
      priority: u16,
      target: dnsName,
      params: fc.array(fc.record({ key: fc.oneof(fc.nat(9), u16), value: data }), { maxLength: 4 }),
    })
    .map(
      ({ priority, target, params, ...one }): DnsRecord => ({ ...one, data: { priority, target, params } }),
    ),
  fc
    .record({ ...head, options: fc.array(fc.record({ code: fc.nat(20), data }), { maxLength: 3 }) })
    .map(({ options, ...one }): DnsRecord => ({ ...one, type: TYPE.OPT, data: options })),
  fc.record(head).map((one): DnsRecord => ({ ...one, type: TYPE.TXT, data: [] })),
  fc
    .record({ ...head, next: dnsName })
    .map(({ next, ...one }): DnsRecord => ({ ...one, type: TYPE.NSEC, data: { next, types: [] } })),
  fc.record({ ...head, nsec3: DATA[TYPE.NSEC3], nextHashed: data }).map(
    ({ nsec3, nextHashed, ...one }): DnsRecord => ({
      ...one,
      type: TYPE.NSEC3,
      data: { ...nsec3, nextHashed },
    }),
  ),
  fc
    .record({ ...head, rrsig: DATA[TYPE.RRSIG], labels: u8 })
    .map(
      ({ rrsig, labels, ...one }): DnsRecord => ({ ...one, type: TYPE.RRSIG, data: { ...rrsig, labels } }),
    ),
);

const records = fc.array(fc.oneof({ weight: 9, arbitrary: dnsRecord }, { weight: 1, arbitrary: oddRecord }), {
  maxLength: 4,
});
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
