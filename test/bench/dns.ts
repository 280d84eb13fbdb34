/**
 * DNS messages read and written, names compressed: one with a question and six records as every lookup has them, and one
 * with records of later types and EDNS.
 */
import { parseIp4 } from '../../src/engine/base/address.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, optRecord } from '../../src/engine/wire/dns/message.ts';
import { parseRecord } from '../../src/engine/wire/dns/text.ts';
import { inTurns, optional, pairRow, type Row } from './measure.ts';

const ROUNDS = 100_000;
const NAME = 'www.chaicart.example.';

const addresses: DnsRecord[] = ['192.0.2.80', '192.0.2.81'].map((text) => ({
  name: NAME,
  type: 1,
  class: 1,
  ttl: 300,
  data: parseIp4(text),
}));
const servers: DnsRecord[] = ['ns1', 'ns2'].map((host) => ({
  name: 'chaicart.example.',
  type: 2,
  class: 1,
  ttl: 3600,
  data: `${host}.chaicart.example.`,
}));
const glue: DnsRecord[] = ['ns1', 'ns2'].map((host, i) => ({
  name: `${host}.chaicart.example.`,
  type: 1,
  class: 1,
  ttl: 3600,
  data: parseIp4(`198.51.100.${53 + i}`),
}));
const MESSAGE: DnsMessage = {
  id: 7943,
  response: true,
  opcode: 0,
  authoritative: true,
  truncated: false,
  recursionDesired: true,
  recursionAvailable: false,
  authenticData: false,
  checkingDisabled: false,
  rcode: 0,
  questions: [{ name: NAME, type: 1, class: 1 }],
  answers: addresses,
  authorities: servers,
  additionals: glue,
};

const load = () => import('dns-packet');

/** What a signed answer about a web server holds. */
const LATER: DnsMessage = {
  ...MESSAGE,
  questions: [{ name: NAME, type: 65, class: 1 }],
  answers: [
    parseRecord(NAME, 300, 'HTTPS', '1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.80,192.0.2.81'),
    parseRecord(
      NAME,
      300,
      'RRSIG',
      `HTTPS 13 3 300 20260401000000 20260301000000 2642 chaicart.example. ${'AQID'.repeat(21)}AQ==`,
    ),
  ],
  authorities: [
    parseRecord('chaicart.example.', 3600, 'DS', `60485 13 2 ${'2B'.repeat(32)}`),
    parseRecord('chaicart.example.', 3600, 'NSEC', 'www.chaicart.example. NS SOA MX RRSIG NSEC DNSKEY'),
    parseRecord('_sip._udp.chaicart.example.', 3600, 'SRV', '5 20 5060 sip.chaicart.example.'),
  ],
  additionals: [optRecord(1232, 0, [{ code: 10, data: new Uint8Array(24) }])],
};

export async function rows(): Promise<Row[]> {
  const peer = await optional(load);
  return [...pair('6 records', MESSAGE, peer, 4, 3.5), ...pair('later types', LATER, peer, 3, 3)];
}

function pair(
  what: string,
  message: DnsMessage,
  peer: Awaited<ReturnType<typeof load>> | undefined,
  wantedDecode: number,
  wantedEncode: number,
): Row[] {
  const bytes = encodeDns(message);
  const decode = (): number => {
    let records = 0;
    for (let i = 0; i < ROUNDS; i++) records += decodeDns(bytes).answers.length;
    if (records !== 2 * ROUNDS) throw new Error('records are missing');
    return ROUNDS;
  };
  const encode = (): number => {
    let length = 0;
    for (let i = 0; i < ROUNDS; i++) length += encodeDns(message).length;
    if (length !== bytes.length * ROUNDS) throw new Error('bytes are missing');
    return ROUNDS;
  };
  const buffer = Buffer.from(bytes);
  const theirs = peer?.decode(buffer);
  if (theirs && (theirs.answers?.length !== 2 || theirs.additionals?.length !== message.additionals.length))
    throw new Error('dns-packet reads another message');
  const decodeTheirs =
    peer &&
    ((): number => {
      for (let i = 0; i < ROUNDS / 4; i++) peer.decode(buffer);
      return ROUNDS / 4;
    });
  const encodeTheirs =
    peer &&
    theirs &&
    ((): number => {
      for (let i = 0; i < ROUNDS / 4; i++) peer.encode(theirs);
      return ROUNDS / 4;
    });
  return [
    pairRow(`DNS decode, ${what}`, 'messages/s', inTurns(decode, decodeTheirs), 'dns-packet', wantedDecode),
    pairRow(`DNS encode, ${what}`, 'messages/s', inTurns(encode, encodeTheirs), 'dns-packet', wantedEncode),
  ];
}
