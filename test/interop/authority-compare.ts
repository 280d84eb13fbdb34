/** Two responses side by side: what must be the same in them, as text. */
import { className, rcodeName, typeName } from '../../src/engine/wire/dns/code.ts';
import { decodeDns } from '../../src/engine/wire/dns/fast.ts';
import { type DnsMessage, type DnsRecord, ednsOf, extendedRcode } from '../../src/engine/wire/dns/message.ts';
import { recordText } from '../../src/engine/wire/dns/text.ts';
import type { Question } from './authority-queries.ts';

export interface Readable {
  readonly message: DnsMessage;
  readonly rcode: string;
  /** `aa tc`, as far as set; RD and CD are the query's. */
  readonly flags: string;
  readonly question: string;
  /** The sections without OPT, as sets. */
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
  /** The sets of the answer in their order: owner and type. */
  readonly chain: string;
  /** OPT is there, with DO or not. */
  readonly edns: string;
  readonly size: number;
  readonly text: string;
}

export function readable(bytes: Uint8Array): Readable {
  const message = decodeDns(bytes);
  const { authoritative, truncated, recursionDesired, recursionAvailable, authenticData } = message;
  const flags = Object.entries({
    aa: authoritative,
    tc: truncated,
    rd: recursionDesired,
    ra: recursionAvailable,
    ad: authenticData,
  })
    .filter(([, isSet]) => isSet)
    .map(([name]) => name)
    .join(' ');
  const edns = ednsOf(message);
  const rcode = rcodeName(extendedRcode(message));
  const [asked] = message.questions;
  const sections = {
    answers: lines(message.answers),
    authorities: lines(message.authorities),
    additionals: lines(message.additionals),
  };
  return {
    message,
    rcode,
    flags,
    question: asked ? `${asked.name} ${className(asked.class)} ${typeName(asked.type)}` : '',
    ...sections,
    chain: [
      ...new Set(message.answers.map(({ name, type }) => `${name.toLowerCase()} ${typeName(type)}`)),
    ].join(', '),
    edns: edns ? `edns${edns.dnssecOk ? ' do' : ''}` : '',
    size: bytes.length,
    text: `  ${rcode} [${flags}] ${edns ? 'edns' : ''} ${bytes.length} bytes\n${Object.entries(sections)
      .flatMap(([name, records]) => records.map((record) => `  ${name}: ${record}`))
      .join('\n')}`,
  };
}

export type Part =
  | 'rcode'
  | 'flags'
  | 'question'
  | 'answers'
  | 'authorities'
  | 'additionals'
  | 'chain'
  | 'edns';

/** The parts that differ. */
export function differs(a: Readable, b: Readable): Part[] {
  const parts: Part[] = [
    'rcode',
    'flags',
    'question',
    'answers',
    'authorities',
    'additionals',
    'chain',
    'edns',
  ];
  return parts.filter((part) => String(a[part]) !== String(b[part]));
}

export function show({ message, tcp }: Question): string {
  const [asked] = message.questions;
  const edns = ednsOf(message);
  const size = edns ? ` edns ${edns.udpSize}${edns.dnssecOk ? ' do' : ''}` : '';
  return `${asked!.name} ${className(asked!.class)} ${typeName(asked!.type)}${size}${tcp ? ' tcp' : ''}${message.recursionDesired ? ' rd' : ''}`;
}

/** As a set: each once, sorted. Names compare without case, and so do owners; texts are left as they are. */
function lines(records: readonly DnsRecord[]): string[] {
  const all = records
    .filter((record) => typeName(record.type) !== 'OPT')
    .map((record) => {
      const text = recordText(record);
      return typeof record.data === 'string' || !/"/.test(text)
        ? text.toLowerCase()
        : `${record.name.toLowerCase()}${text.slice(record.name.length)}`;
    })
    .sort();
  return [...new Set(all)];
}
