/**
 * The parts of a message as dig and host print them: header lines and sections.
 */
import { opcodeName, RCODE, rcodeName, TYPE } from '../../wire/dns/code.ts';
import { type DnsQuestion, type DnsRecord, ednsOf, extendedRcode } from '../../wire/dns/message.ts';
import { type LineStyle, questionLine, recordLine } from './columns.ts';
import type { Reply } from './reply.ts';

/** The two lines that stand for the header. */
export function headerLines(reply: Reply): string {
  const { message, counts } = reply;
  const flags = [
    message.response && 'qr',
    message.authoritative && 'aa',
    message.truncated && 'tc',
    message.recursionDesired && 'rd',
    message.recursionAvailable && 'ra',
    message.authenticData && 'ad',
    message.checkingDisabled && 'cd',
  ].filter((flag) => flag !== false);
  const [question, answer, authority, additional] = counts;
  return `;; ->>HEADER<<- opcode: ${opcodeName(message.opcode)}, status: ${rcodeName(extendedRcode(message))}, id: ${message.id}
;; flags:${flags.map((flag) => ` ${flag}`).join('')}; ${reply.hasReserved ? 'MBZ: 0x4; ' : ''}QUERY: ${question}, ANSWER: ${answer}, AUTHORITY: ${authority}, ADDITIONAL: ${additional}
`;
}

/** What dig finds odd about a response to a query; `hint` stands before `+noedns` in the advice. */
export function warningLines(reply: Reply, hadEdns: boolean, hint: string): string {
  const { message, extra } = reply;
  let text = '';
  if (message.response && message.recursionDesired && !message.recursionAvailable)
    text += ';; WARNING: recursion requested but not available\n';
  if (extra > 0) text += `;; WARNING: Message has ${extra} extra bytes at end\n`;
  const isRefused = message.rcode === RCODE.FORMERR || message.rcode === RCODE.NOTIMP;
  if (message.response && hadEdns && isRefused && !ednsOf(message))
    text += `\n;; WARNING: EDNS query returned status ${rcodeName(message.rcode)} - retry with '${hint}+noedns'\n`;
  return text;
}

/** Empty when there is nothing to print. `titled` adds the line above and the empty one below. */
export function questionSection(
  questions: readonly DnsQuestion[],
  style: LineStyle,
  titled: boolean,
): string {
  return section(
    'QUESTION',
    questions.map((question) => questionLine(question, style)),
    titled,
  );
}

/** OPT is no record to print here. */
export function recordSection(
  title: 'ANSWER' | 'AUTHORITY' | 'ADDITIONAL',
  records: readonly DnsRecord[],
  style: LineStyle,
  titled: boolean,
): string {
  const lines = records.filter(({ type }) => type !== TYPE.OPT).map((record) => recordLine(record, style));
  return section(title, lines, titled);
}

function section(title: string, lines: readonly string[], titled: boolean): string {
  if (lines.length === 0) return '';
  return titled ? `;; ${title} SECTION:\n${lines.join('')}\n` : lines.join('');
}
