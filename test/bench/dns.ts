/** A DNS message with a question and six records, names compressed: read and written. */
import { parseIp4 } from '../../src/engine/base/address.ts';
import { decodeDns, encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { DnsMessage, DnsRecord } from '../../src/engine/wire/dns/message.ts';
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

export async function rows(): Promise<Row[]> {
  const peer = await optional(() => import('dns-packet'));
  const bytes = encodeDns(MESSAGE);
  const decode = (): number => {
    let records = 0;
    for (let i = 0; i < ROUNDS; i++) records += decodeDns(bytes).answers.length;
    if (records !== 2 * ROUNDS) throw new Error('records are missing');
    return ROUNDS;
  };
  const encode = (): number => {
    let length = 0;
    for (let i = 0; i < ROUNDS; i++) length += encodeDns(MESSAGE).length;
    if (length !== bytes.length * ROUNDS) throw new Error('bytes are missing');
    return ROUNDS;
  };
  const buffer = Buffer.from(bytes);
  const theirs = peer?.decode(buffer);
  if (theirs && (theirs.answers?.length !== 2 || theirs.additionals?.length !== 2))
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
    pairRow('DNS decode, 6 records', 'messages/s', inTurns(decode, decodeTheirs), 'dns-packet', 4),
    pairRow('DNS encode, 6 records', 'messages/s', inTurns(encode, encodeTheirs), 'dns-packet', 3.5),
  ];
}
