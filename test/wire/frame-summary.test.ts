import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { concatBytes, fromHex, fromLatin1 } from '../../src/engine/base/bytes.ts';
import { CLASS, TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage, DnsRecord } from '../../src/engine/wire/dns/message.ts';
import { ETHERTYPE_IPV4, writeEthernet } from '../../src/engine/wire/ethernet.ts';
import { PROTOCOL_UDP, writeIpv4 } from '../../src/engine/wire/ipv4.ts';
import { summarise } from '../../src/engine/wire/summary.ts';
import { writeUdp } from '../../src/engine/wire/udp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';
import { FRAMES6 } from '../vectors/linux-frames6.ts';

const RESOLVER = parseIp4('203.0.113.53');
const SERVER = parseIp4('198.51.100.4');

/** A datagram from the server’s port 53, in a frame. */
function udpFrame(payload: Uint8Array, sourcePort = 53): Uint8Array {
  const bytes = concatBytes([new Uint8Array(42), payload]);
  writeEthernet(bytes, 0, 0x5e005301, 0x5e005302, ETHERTYPE_IPV4);
  writeIpv4(bytes, 14, 8 + payload.length, 0, 0, 64, PROTOCOL_UDP, SERVER, RESOLVER);
  writeUdp(bytes, 34, sourcePort, 40001, payload.length, SERVER, RESOLVER);
  return bytes;
}

const EMPTY: DnsMessage = {
  id: 0x1f07,
  response: true,
  opcode: 0,
  authoritative: false,
  truncated: false,
  recursionDesired: false,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: 'chaicart.example.', type: TYPE.A, class: CLASS.IN }],
  answers: [],
  authorities: [],
  additionals: [],
};

function dns(message: Partial<DnsMessage>): { info: string; title: string } {
  const { info, title, letter, problem } = summarise(udpFrame(encodeDns({ ...EMPTY, ...message })));
  expect([letter, problem]).toEqual(['D', undefined]);
  return { info, title };
}

const a = (name: string, address: string, ttl = 300): DnsRecord => ({
  name,
  type: TYPE.A,
  class: CLASS.IN,
  ttl,
  data: parseIp4(address),
});
const ns = (name: string, host: string): DnsRecord => ({
  name,
  type: TYPE.NS,
  class: CLASS.IN,
  ttl: 86_400,
  data: host,
});

describe('one line for a frame', () => {
  it.each([
    ['arpRequest', 'L', 'ARP', 'who has 192.168.1.1? tell 192.168.1.23', '192.168.1.1?'],
    ['arpReply', 'L', 'ARP', '192.168.1.1 is at 00:00:5e:00:53:01', '192.168.1.1 is here'],
    [
      'announcement',
      'L',
      'ARP',
      '192.168.1.23 is at 00:00:5e:00:53:17 (announcement)',
      '192.168.1.23 is here',
    ],
    ['dnsQuery', 'D', 'DNS', 'Query 0x8d21 A chaicart.example', 'chaicart.example?'],
    ['dnsAnswer', 'D', 'DNS', 'Answer 0x8d21 A 192.0.2.80, TTL 300', '192.0.2.80, for 300 s'],
    ['echoRequest', 'I', 'ICMP', 'Echo request 0x2a17 seq 1, 16 bytes', 'echo request'],
    [
      'portUnreachable',
      'I',
      'ICMP',
      'Port unreachable, about UDP 192.168.1.23:49731 → 192.0.2.80:9',
      'port unreachable',
    ],
    [
      'fragmentationNeeded',
      'I',
      'ICMP',
      'Fragmentation needed, but not allowed, at most 1280 bytes, about ICMP 192.168.1.23 → 192.0.2.80',
      'too big, at most 1,280 bytes',
    ],
    ['udpToClosedPort', 'U', 'UDP', '49731 → 9, 5 bytes', '“hello”'],
    ['syn', 'T', 'TCP', '35096 → 80 SYN seq 984620292 win 64480 MSS 1240 WS 1024 SACK TS', 'SYN'],
    [
      'synAck',
      'T',
      'TCP',
      '80 → 35096 SYN, ACK seq 2958519455 ack 984620293 win 65160 MSS 1460 WS 1024 SACK TS',
      'SYN-ACK',
    ],
    ['ack', 'T', 'TCP', '35096 → 80 ACK seq 984620293 ack 2958519456 win 63', 'ACK'],
    ['get', 'H', 'HTTP', 'GET / HTTP/1.1', 'GET /'],
    ['ok', 'H', 'HTTP', '200 OK, text/html, 69 bytes', '200 OK'],
    ['fin', 'T', 'TCP', '80 → 35096 FIN, ACK seq 2958519525 ack 984620335 win 64', 'FIN'],
  ] as const)('%s', (name, letter, protocol, info, title) => {
    const summary = summarise(fromHex(FRAMES[name]));
    expect(summary).toMatchObject({ letter, protocol, info, title });
    expect(summary.problem).toBeUndefined();
  });

  it('names both ends, and sizes', () => {
    expect(summarise(fromHex(FRAMES.get))).toMatchObject({
      layer: 'http',
      from: '192.168.1.23',
      to: '192.0.2.80',
      sourcePort: 35096,
      destinationPort: 80,
      length: 108,
      payloadLength: 42,
    });
    expect(summarise(fromHex(FRAMES.arpRequest))).toMatchObject({
      layer: 'link',
      from: '00:00:5e:00:53:17',
      to: 'ff:ff:ff:ff:ff:ff',
      sourcePort: 0,
    });
  });

  it('counts sequence numbers from a base when it is given one', () => {
    const fin = fromHex(FRAMES.fin);
    const base = { sequence: 2958519455, acknowledgment: 984620292, windowShift: 10 };
    expect(summarise(fin, 0, fin.length, base).info).toBe('80 → 35096 FIN, ACK seq 70 ack 43 win 65536');
    const syn = fromHex(FRAMES.syn);
    // The window of a SYN is never scaled (RFC 7323 §2.2).
    expect(summarise(syn, 0, syn.length, { ...base, sequence: 984620292 }).info).toMatch(
      /SYN seq 0 win 64480/,
    );
  });

  it('says when bytes are damaged', () => {
    const bytes = fromHex(FRAMES.get);
    bytes[100]! ^= 1;
    expect(summarise(bytes)).toMatchObject({ protocol: 'HTTP', problem: 'wrong TCP checksum' });
    expect(summarise(fromHex(FRAMES.udpRecordRoute))).toMatchObject({
      protocol: 'UDP',
      problem: expect.any(String),
    });
  });

  it('says something of anything', () => {
    expect(summarise(new Uint8Array(0))).toMatchObject({ letter: 'L', protocol: 'Ethernet', from: '' });
    expect(summarise(fromHex(FRAMES.get).subarray(0, 20))).toMatchObject({
      letter: 'I',
      protocol: 'IPv4',
      title: 'unreadable',
    });
    const later = fromHex(FRAMES.udpToClosedPort);
    later[21] = 185;
    expect(summarise(later)).toMatchObject({
      protocol: 'IPv4',
      title: 'fragment, 1,480–1,492',
      info: 'Last fragment of 0x524c, bytes 1480–1492, UDP (17)',
    });
    expect(summarise(udpFrame(fromLatin1('x'), 7))).toMatchObject({
      protocol: 'UDP',
      info: '7 → 40001, 1 byte',
    });
  });
});

const ME = '2001:db8:1:0:200:5eff:fe00:5317';

describe('one line for what IPv6 carries', () => {
  it.each([
    ['echoRequest6', 'ICMPv6', 'Echo request 0x5a71 seq 1, 16 bytes', 'echo request'],
    [
      'duplicateProbe',
      'ICMPv6',
      'Neighbour solicitation: is anyone fe80::200:5eff:fe00:5317? (probe)',
      'fe80::200:5eff:fe00:5317?',
    ],
    ['routerSolicitation', 'ICMPv6', 'Router solicitation', 'any routers?'],
    [
      'routerAdvertisement',
      'ICMPv6',
      'Router advertisement: 2001:db8:1::/64, router for 1800 s, MTU 1500',
      'this is 2001:db8:1::/64',
    ],
    ['neighbourSolicitation', 'ICMPv6', 'Neighbour solicitation: who has 2001:db8:1::1?', '2001:db8:1::1?'],
    [
      'neighbourAdvertisement',
      'ICMPv6',
      'Neighbour advertisement: 2001:db8:1::1 is at 00:00:5e:00:53:01, a router',
      '2001:db8:1::1 is here',
    ],
    ['reachabilityAnswer', 'ICMPv6', `Neighbour advertisement: ${ME} is here`, `${ME} is here`],
    [
      'tooBig',
      'ICMPv6',
      `Packet too big, MTU 1280, about ICMPv6 ${ME} → 2001:db8:2::80`,
      'too big, at most 1,280 bytes',
    ],
    [
      'echoFragment1',
      'IPv6',
      'Fragment of 0x841edda3, bytes 0–1231: Echo request 0x5a79 seq 1, 1224 bytes',
      'fragment, 0–1,231',
    ],
    [
      'echoFragment2',
      'IPv6',
      'Fragment of 0x841edda3, bytes 1232–2463, ICMPv6 (58)',
      'fragment, 1,232–2,463',
    ],
    [
      'echoFragment3',
      'IPv6',
      'Last fragment of 0x841edda3, bytes 2464–3007, ICMPv6 (58)',
      'fragment, 2,464–3,007',
    ],
    [
      'portUnreachable6',
      'ICMPv6',
      `Port unreachable, about UDP [${ME}]:35718 → [2001:db8:2::80]:9`,
      'port unreachable',
    ],
    [
      'optionProblem',
      'ICMPv6',
      `Unknown option, at byte 42, about UDP [${ME}]:41649 → [2001:db8:2::80]:9`,
      'unknown option',
    ],
    ['redirect6', 'ICMPv6', 'Redirect: to fe80::7 for 3fff::9', 'redirect'],
    ['unknownProtocol', 'IPv6', '0xfd, 13 bytes', '0xfd'],
    ['nothing', 'IPv6', 'nothing follows (59), 0 bytes', 'nothing follows (59)'],
    ['dnsAnswer6', 'DNS', 'Answer 0x8d21 AAAA 2001:db8:2::80, TTL 300', '2001:db8:2::80, for 300 s'],
    ['get6', 'HTTP', 'GET / HTTP/1.1', 'GET /'],
    ['everyHeader', 'UDP', '40000 → 9, 8 bytes', '“xxxxxxxx”'],
    [
      'fragment4First',
      'IPv4',
      'Fragment of 0x87c6, bytes 0–1255: Echo request 0x5b01 seq 1, 1248 bytes',
      'fragment, 0–1,255',
    ],
    ['fragment4Last', 'IPv4', 'Last fragment of 0x87c6, bytes 1256–1407, ICMP (1)', 'fragment, 1,256–1,407'],
  ] as const)('%s', (name, protocol, info, title) => {
    expect(summarise(fromHex(FRAMES6[name]))).toMatchObject({ protocol, info, title, problem: undefined });
  });

  it('has the addresses and ports of either family', () => {
    expect(summarise(fromHex(FRAMES6.dnsAnswer6))).toMatchObject({
      from: '2001:db8:2::80',
      to: ME,
      sourcePort: 53,
      destinationPort: 45256,
      payloadLength: 62,
    });
    expect(summarise(fromHex(FRAMES6.get6).subarray(0, 40))).toMatchObject({
      protocol: 'IPv6',
      title: 'unreadable',
      from: '00:00:5e:00:53:17',
    });
  });
});

describe('one line for a DNS message', () => {
  it('tells a referral with its glue', () => {
    const message = {
      authorities: [ns('example.', 'a.nic.example.')],
      additionals: [a('a.nic.example.', '198.51.100.20')],
    };
    expect(dns(message)).toEqual({
      info: 'Referral 0x1f07 example. NS a.nic.example, A 198.51.100.20',
      title: 'ask a.nic.example',
    });
    expect(dns({ ...message, additionals: [] }).info).toBe('Referral 0x1f07 example. NS a.nic.example');
  });

  it('tells answers, also by way of an alias', () => {
    const alias: DnsRecord = {
      name: 'chaicart.example.',
      type: TYPE.CNAME,
      class: CLASS.IN,
      ttl: 60,
      data: 'cart.example.',
    };
    expect(dns({ answers: [alias, a('cart.example.', '192.0.2.80')] })).toEqual({
      info: 'Answer 0x1f07 CNAME cart.example, A 192.0.2.80, TTL 300',
      title: '192.0.2.80, for 300 s',
    });
    const four = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map((address) =>
      a('chaicart.example.', address),
    );
    expect(dns({ answers: four }).info).toBe(
      'Answer 0x1f07 A 192.0.2.1, A 192.0.2.2, A 192.0.2.3, 1 more, TTL 300',
    );
  });

  it('tells the ways of getting nothing apart', () => {
    expect(dns({ rcode: 3 })).toEqual({
      info: 'No such name 0x1f07 A chaicart.example',
      title: 'no such name',
    });
    expect(dns({ rcode: 2 })).toEqual({ info: 'SERVFAIL 0x1f07 A chaicart.example', title: 'SERVFAIL' });
    expect(dns({ authoritative: true })).toEqual({
      info: 'No A record 0x1f07 chaicart.example',
      title: 'no A record',
    });
    expect(dns({ truncated: true }).title).toBe('too long, ask over TCP');
  });

  it('tells other questions', () => {
    expect(dns({ response: false, questions: [{ name: '.', type: TYPE.NS, class: CLASS.IN }] })).toEqual({
      info: 'Query 0x1f07 NS .',
      title: '. NS?',
    });
    expect(dns({ questions: [] })).toEqual({
      info: 'Response 0x1f07 without a question',
      title: 'no question',
    });
  });
});
