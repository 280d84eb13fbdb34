import { describe, expect, it } from 'vitest';
import { parseIp4 } from '../../src/engine/base/address.ts';
import { concatBytes, fromHex, fromLatin1 } from '../../src/engine/base/bytes.ts';
import type { DnsMessage, DnsRecord } from '../../src/engine/wire/dns.ts';
import { CLASS, TYPE } from '../../src/engine/wire/dns-code.ts';
import { encodeDns } from '../../src/engine/wire/dns-fast.ts';
import { ETHERTYPE_IPV4, writeEthernet } from '../../src/engine/wire/ethernet.ts';
import { PROTOCOL_UDP, writeIpv4 } from '../../src/engine/wire/ipv4.ts';
import { summarise } from '../../src/engine/wire/summary.ts';
import { writeUdp } from '../../src/engine/wire/udp.ts';
import { FRAMES } from '../vectors/linux-frames.ts';

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
    ['udpToClosedPort', 'U', 'UDP', '49731 → 9, 5 bytes', '5 bytes'],
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
      title: 'fragment',
      info: expect.stringMatching(/UDP \(17\), bytes 1480 to 1492$/),
    });
    expect(summarise(udpFrame(fromLatin1('x'), 7))).toMatchObject({
      protocol: 'UDP',
      info: '7 → 40001, 1 byte',
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
