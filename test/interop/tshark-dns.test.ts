/**
 * Messages with data of every type and every option, written by us and read by tshark: no complaint, and the same values. And
 * tcpdump’s lines about them, beside those of our text export.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { concatBytes, fromHex, writeU16 } from '../../src/engine/base/bytes.ts';
import { checksum } from '../../src/engine/base/checksum.ts';
import { parseIp } from '../../src/engine/base/ip.ts';
import { Printer } from '../../src/engine/export/text.ts';
import { OPTION, TYPE } from '../../src/engine/wire/dns/code.ts';
import * as edns from '../../src/engine/wire/dns/edns.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, optRecord } from '../../src/engine/wire/dns/message.ts';
import { parseRecord, recordText } from '../../src/engine/wire/dns/text.ts';
import { KNOWN_TYPES, recordOfType } from '../wire/dns/arbitrary.ts';
import { absent, fields, output, withCapture } from './tshark.ts';

const SEED = Number(process.env['SEED'] ?? 2026);

const message = (answers: readonly DnsRecord[], additionals: readonly DnsRecord[] = []): DnsMessage => ({
  id: 0x4711,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: 'chaicart.example.', type: TYPE.ANY, class: 1 }],
  answers,
  authorities: [],
  additionals,
});

/** An Ethernet frame with one UDP datagram from port 53. */
function frame(one: DnsMessage, port: number): Uint8Array {
  const dns = encodeDns(one);
  const packet = new Uint8Array(28 + dns.length);
  packet.set(fromHex('4500 0000 0000 4000 4011 0000'));
  new DataView(packet.buffer).setUint32(12, parseIp4('192.0.2.53'));
  new DataView(packet.buffer).setUint32(16, parseIp4('192.0.2.1'));
  writeU16(packet, 2, packet.length);
  writeU16(packet, 10, checksum(packet, 0, 20));
  writeU16(packet, 20, 53);
  writeU16(packet, 22, port);
  writeU16(packet, 24, 8 + dns.length);
  packet.set(dns, 28);
  return concatBytes([fromHex('00005e005301 00005e005302 0800'), packet]);
}

/** A file of pcap with a frame for each message, each its own conversation, so that none looks repeated. */
function pcap(messages: readonly DnsMessage[]): Uint8Array {
  const parts = [fromHex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000')];
  for (const [i, one] of messages.entries()) {
    const bytes = frame(one, 40_000 + i);
    const head = new DataView(new ArrayBuffer(16));
    head.setUint32(0, i, true);
    head.setUint32(8, bytes.length, true);
    head.setUint32(12, bytes.length, true);
    parts.push(new Uint8Array(head.buffer), bytes);
  }
  return concatBytes(parts);
}

const record = (type: string, data: string): DnsRecord => parseRecord('chaicart.example.', 300, type, data);

/** Records, and what tshark must say about them by field. */
const ONE_OF_EACH: readonly (readonly [DnsRecord, Readonly<Record<string, string>>])[] = [
  [record('A', '192.0.2.80'), { 'dns.a': '192.0.2.80' }],
  [record('AAAA', '2001:db8::80'), { 'dns.aaaa': '2001:db8::80' }],
  [record('NS', 'ns1.chaicart.example.'), { 'dns.ns': 'ns1.chaicart.example' }],
  [record('CNAME', 'www.chaicart.example.'), { 'dns.cname': 'www.chaicart.example' }],
  [record('PTR', 'ptr.chaicart.example.'), { 'dns.ptr.domain_name': 'ptr.chaicart.example' }],
  [record('DNAME', 'other.example.'), { 'dns.dname': 'other.example' }],
  [
    record('SOA', 'ns1.chaicart.example. h.chaicart.example. 2026 7200 900 604800 60'),
    {
      'dns.soa.mname': 'ns1.chaicart.example',
      'dns.soa.rname': 'h.chaicart.example',
      'dns.soa.serial_number': '2026',
      'dns.soa.refresh_interval': '7200',
      'dns.soa.retry_interval': '900',
      'dns.soa.expire_limit': '604800',
      'dns.soa.minimum_ttl': '60',
    },
  ],
  [
    record('MX', '10 mail.chaicart.example.'),
    { 'dns.mx.preference': '10', 'dns.mx.mail_exchange': 'mail.chaicart.example' },
  ],
  [record('TXT', '"v=spf1 -all" two'), { 'dns.txt': 'v=spf1 -all|two', 'dns.txt.length': '11|3' }],
  [record('HINFO', 'RFC8482 ""'), { 'dns.hinfo.cpu': 'RFC8482', 'dns.hinfo.os_length': '0' }],
  [
    record('SRV', '5 20 5060 sip.chaicart.example.'),
    {
      'dns.srv.priority': '5',
      'dns.srv.weight': '20',
      'dns.srv.port': '5060',
      'dns.srv.target': 'sip.chaicart.example',
    },
  ],
  [
    record('CAA', '128 issue "ca.example"'),
    { 'dns.caa.flags': '0x80', 'dns.caa.tag': 'issue', 'dns.caa.value': 'ca.example' },
  ],
  [
    record(
      'HTTPS',
      '1 svc.example. mandatory=alpn alpn="h2,h3" port=8443 ipv4hint=192.0.2.80 ipv6hint=2001:db8::80 ech=AEX+DQ==',
    ),
    {
      'dns.svcb.svcpriority': '1',
      'dns.svcb.targetname': 'svc.example',
      'dns.svcb.svcparam.key': '0|1|3|4|5|6',
      'dns.svcb.svcparam.mandatory.key': '1',
      'dns.svcb.svcparam.alpn': 'h2|h3',
      'dns.svcb.svcparam.port': '8443',
      'dns.svcb.svcparam.ipv4hint.ip': '192.0.2.80',
      'dns.svcb.svcparam.ipv6hint.ip': '2001:db8::80',
    },
  ],
  [
    record('SVCB', '0 pool.svc.example.'),
    { 'dns.svcb.svcpriority': '0', 'dns.svcb.targetname': 'pool.svc.example' },
  ],
  [
    record('DS', '60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118'),
    {
      'dns.ds.key_id': '0xec45',
      'dns.ds.algorithm': '5',
      'dns.ds.digest_type': '1',
      'dns.ds.digest': '2bb183af5f22588179a53b0a98631fad1a292118',
    },
  ],
  [
    record('DNSKEY', '257 3 13 AQIDBA=='),
    {
      'dns.dnskey.flags': '0x0101',
      'dns.dnskey.flags.zone_key': '1',
      'dns.dnskey.flags.secure_entry_point': '1',
      'dns.dnskey.protocol': '3',
      'dns.dnskey.algorithm': '13',
      'dns.dnskey.public_key': '01020304',
    },
  ],
  [
    record('RRSIG', 'MX 13 2 300 20260401000000 20260301000000 2642 chaicart.example. AQIDBA=='),
    {
      'dns.rrsig.type_covered': '15',
      'dns.rrsig.algorithm': '13',
      'dns.rrsig.labels': '2',
      'dns.rrsig.original_ttl': '300',
      'dns.rrsig.signature_expiration': 'Apr  1, 2026 00:00:00.000000000 UTC',
      'dns.rrsig.signature_inception': 'Mar  1, 2026 00:00:00.000000000 UTC',
      'dns.rrsig.key_tag': '2642',
      'dns.rrsig.signers_name': 'chaicart.example',
      'dns.rrsig.signature': '01020304',
    },
  ],
  [
    record('NSEC', 'www.chaicart.example. A MX RRSIG NSEC TYPE1234'),
    { 'dns.nsec.next_domain_name': 'www.chaicart.example', 'dns.resp.type': '47|1|15|46|47|1234' },
  ],
  [
    record('NSEC3', '1 1 12 AABBCCDD 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR MX RRSIG'),
    {
      'dns.nsec3.algo': '1',
      'dns.nsec3.flags.opt_out': '1',
      'dns.nsec3.iterations': '12',
      'dns.nsec3.salt_value': 'aabbccdd',
      'dns.nsec3.hash_length': '20',
      'dns.nsec3.hash_value': '2t7b4g4vsa5smi47k61mv5bv1a22bojr',
      'dns.resp.type': '50|15|46',
    },
  ],
  [
    record('NSEC3PARAM', '1 0 5 AB'),
    { 'dns.nsec3.algo': '1', 'dns.nsec3.iterations': '5', 'dns.nsec3.salt_value': 'ab' },
  ],
  [record('TYPE65280', '\\# 3 010203'), { 'dns.resp.len': '3' }],
];

const OPTIONS: readonly (readonly [edns.EdnsOption, Readonly<Record<string, string>>])[] = [
  [edns.nsidOption(fromHex('6e7331')), { 'dns.opt.data': '6e7331' }],
  [
    edns.cookieOption(fromHex('2464c4abcf10c957'), fromHex('010000005cf79f111f8130c3eee29480')),
    {
      'dns.opt.cookie.client': '2464c4abcf10c957',
      'dns.opt.cookie.server': '010000005cf79f111f8130c3eee29480',
    },
  ],
  [
    edns.clientSubnetOption(parseIp('192.0.2.0'), 24, 16),
    {
      'dns.opt.client.family': '1',
      'dns.opt.client.netmask': '24',
      'dns.opt.client.scope': '16',
      'dns.opt.client.addr4': '192.0.2.0',
    },
  ],
  [
    edns.clientSubnetOption(parseIp('2001:db8:1::'), 48),
    { 'dns.opt.client.family': '2', 'dns.opt.client.netmask': '48', 'dns.opt.client.addr6': '2001:db8:1::' },
  ],
  [edns.keepaliveOption(300), { 'dns.opt.edns_tcp_keepalive.timeout': '300' }],
  [{ code: OPTION.PADDING, data: new Uint8Array(4) }, { 'dns.opt.padding': '00000000' }],
  [
    edns.extendedErrorOption(19, 'nobody answered'),
    { 'dns.opt.ext_error.info_code': '19', 'dns.opt.ext_error.extra_text': 'nobody answered' },
  ],
  [edns.reportChannelOption('agent.example.'), { 'dns.opt.code': '18' }],
  [{ code: OPTION.EXPIRE, data: fromHex('00015180') }, { 'dns.opt.code': '9' }],
];

/** All that it has to say about a type of nobody. */
const UNKNOWN =
  'Dissector for DNS Type (65280) code not implemented, Contact Wireshark developers if you want this supported';
/** tshark 4.0 stumbles over an NSEC3 without types, which an empty non-terminal has (RFC 5155 §7.1). */
const isShown = (one: DnsRecord): boolean => one.type !== TYPE.NSEC3 || one.data.types.length > 0;
const COMPLAINTS = ['_ws.malformed', '_ws.expert.message'];

describe(`records and options, as tshark reads them (SEED=${SEED})`, () => {
  const missing = absent('tshark');

  it('one of each, in a message of its own, with the same values', ({ skip }) => {
    if (missing) skip(missing);
    const cases = [
      ...ONE_OF_EACH.map(([one, wanted]) => [message([one]), wanted] as const),
      ...OPTIONS.map(([option, wanted]) => [message([], [optRecord(1232, 0, [option])]), wanted] as const),
    ];
    const names = [...new Set(cases.flatMap(([, wanted]) => Object.keys(wanted)))];
    const rows = withCapture(pcap(cases.map(([one]) => one)), (file) =>
      fields(file, [...names, ...COMPLAINTS]),
    );
    expect(rows.length).toBe(cases.length);
    for (const [i, [, wanted]] of cases.entries()) {
      const row = Object.fromEntries(
        [...names, ...COMPLAINTS].map((name, k) => [name, rows[i]![k]!.join('|')]),
      );
      const seen = Object.fromEntries(Object.keys(wanted).map((name) => [name, row[name]]));
      expect(seen, `message ${i}`).toEqual(wanted);
      expect(row['_ws.malformed'], `message ${i}`).toBe('');
      expect(row['_ws.expert.message'], `message ${i}`).toBe(wanted['dns.resp.len'] ? UNKNOWN : '');
    }
    const types = new Set(ONE_OF_EACH.map(([{ type }]) => type as number));
    expect(KNOWN_TYPES.filter((type) => type !== TYPE.OPT && !types.has(type))).toEqual([]);
  });

  it('all in one message, names compressed', ({ skip }) => {
    if (missing) skip(missing);
    const all = message(
      ONE_OF_EACH.map(([one]) => one),
      [
        optRecord(
          1232,
          0,
          OPTIONS.map(([option]) => option),
        ),
      ],
    );
    const names = ['dns.count.answers', 'dns.count.add_rr', 'dns.resp.ttl', 'dns.opt.code', ...COMPLAINTS];
    const [row] = withCapture(pcap([all]), (file) => fields(file, names));
    expect(row).toEqual([
      [`${ONE_OF_EACH.length}`],
      ['1'],
      ONE_OF_EACH.map(([{ ttl }]) => `${ttl}`),
      OPTIONS.map(([{ code }]) => `${code}`),
      [],
      [UNKNOWN],
    ]);
  });

  it('generated ones, without complaint', ({ skip }) => {
    if (missing) skip(missing);
    const records = KNOWN_TYPES.filter((type) => type !== TYPE.OPT).flatMap((type) =>
      fc
        .sample(recordOfType(type).filter(isShown), { numRuns: 25, seed: SEED })
        .map((one) => message([{ ...one, class: 1, ttl: one.ttl >>> 1 }])),
    );
    const rows = withCapture(pcap(records), (file) =>
      fields(file, ['dns.resp.type', 'dns.resp.len', ...COMPLAINTS]),
    );
    const complaints = rows.flatMap((row, i) => {
      const text = recordText(records[i]!.answers[0]!);
      // What it shows as a string ends at a zero byte for it
      const said = row[3]!.filter((one) => one !== 'Trailing stray characters' || !text.includes('\\000'));
      return row[2]!.length + said.length > 0 ? [`${text}: ${said.join('|')}`] : [];
    });
    expect(complaints).toEqual([]);
    expect(rows.map((row) => row[0]![0])).toEqual(records.map(({ answers }) => `${answers[0]!.type}`));
  });

  it('tcpdump prints answers, and names types, as our text export does', ({ skip }) => {
    const noTcpdump = absent('tcpdump');
    if (noTcpdump) skip(noTcpdump);
    const asked = [...Array(300).keys(), 32_768, 65_280].map((type) => ({
      ...message([]),
      response: false,
      authoritative: false,
      questions: [{ name: 'chaicart.example.', type, class: 1 }],
    }));
    const messages = [...ONE_OF_EACH.map(([one]) => message([one])), ...asked];
    const theirs = withCapture(pcap(messages), (file) => output('tcpdump', ['-n', '-t', '-r', file]));
    const printer = new Printer();
    const ours = messages.map((one, i) => {
      const bytes = frame(one, 40_000 + i);
      return printer.line(bytes, bytes.length);
    });
    expect(ours).toEqual(theirs.trimEnd().split('\n'));
  });
});
