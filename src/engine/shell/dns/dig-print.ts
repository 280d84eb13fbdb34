/**
 * What dig prints of messages: the whole, or with `+short` the data of the answers alone.
 */
import { formatIp } from '../../base/ip.ts';
import { MICROSECOND, MILLISECOND, type Nanoseconds } from '../../base/units.ts';
import { typeName } from '../../wire/dns/code.ts';
import { formatHttpDate } from '../../wire/http-date.ts';
import { type DigGlobals, type DigSettings, lineStyleOf } from './dig-settings.ts';
import type { Answer } from './lookup.ts';
import { headerLines, questionSection, recordSection, warningLines } from './message-text.ts';
import { optText } from './opt-text.ts';
import { styledData } from './rdata-style.ts';
import type { Reply } from './reply.ts';

/** dig shows a query as it is before it is padded. */
const PADDED = /^; PAD: \(\d+ bytes\)$/m;

/** A query that is about to be sent (`+qr`). */
export function sendingText(query: Reply, settings: DigSettings): string {
  const head = settings.comments
    ? `;; Sending:\n${headerLines(query)}\n${optText(query.message).replace(PADDED, '; PAD:')}`
    : '';
  const hasEmptyQuestion = settings.question && settings.comments && settings.isHeaderOnly;
  const question = hasEmptyQuestion ? ';; QUESTION SECTION:\n\n' : questionOf(query, settings);
  return `${head}${question}${settings.stats ? `;; QUERY SIZE: ${query.bytes.length}\n\n` : ''}`;
}

/** A response without what is said of its journey. */
export function answerText(answer: Answer, settings: DigSettings, globals: DigGlobals): string {
  if (globals.isShort) return shortText(answer, settings, globals);
  const { reply, verdict, hadEdns } = answer;
  const { comments } = settings;
  const style = lineStyleOf(settings);
  const { message } = reply;
  let text = '';
  if (comments) {
    const hint = settings.isDnssec ? '+nodnssec ' : '';
    text = `;; Got answer:\n${headerLines(reply)}${warningLines(reply, hadEdns, hint)}\n${optText(message, verdict)}`;
  }
  text += questionOf(reply, settings);
  if (settings.answer) text += recordSection('ANSWER', message.answers, style, comments);
  if (settings.authority) text += recordSection('AUTHORITY', message.authorities, style, comments);
  if (settings.additional) text += recordSection('ADDITIONAL', message.additionals, style, comments);
  return text;
}

/** Where a response came from, and how long it took. `seconds` is the wall-clock time. */
export function journeyText(
  { reply, server, isTcp, took }: Answer,
  settings: DigSettings,
  { isShort, isFine }: DigGlobals,
  seconds: number,
): string {
  if (isShort) return '';
  const at = `${formatIp(server.address)}#${server.port}(${server.name})`;
  const size = reply.bytes.length;
  if (settings.stats) {
    return `;; Query time: ${timeText(took, isFine, 'usec', 'msec')}
;; SERVER: ${at} (${isTcp ? 'TCP' : 'UDP'})
;; WHEN: ${dateText(seconds)}
;; MSG SIZE  rcvd: ${size}

`;
  }
  if (!settings.identify) return '';
  return `;; Received ${size} bytes from ${at} in ${timeText(took, isFine, 'us', 'ms')}\n\n`;
}

function questionOf(reply: Reply, settings: DigSettings): string {
  if (!settings.question) return '';
  return questionSection(reply.message.questions, lineStyleOf(settings), settings.comments);
}

function shortText({ reply, server, took }: Answer, settings: DigSettings, { isFine }: DigGlobals): string {
  if (!settings.answer) return '';
  const style = {
    ...lineStyleOf(settings).data,
    isMultiline: false,
    hasComments: settings.rrComments === true,
  };
  const from = settings.identify
    ? ` from server ${formatIp(server.address)} in ${timeText(took, isFine, 'us', 'ms')}.`
    : '';
  return reply.message.answers
    .map(
      (record) =>
        `${settings.isTrace ? `${typeName(record.type)} ` : ''}${styledData(record, style)}${from}\n`,
    )
    .join('');
}

function timeText(took: Nanoseconds, isFine: boolean, fine: string, coarse: string): string {
  return isFine ? `${Math.floor(took / MICROSECOND)} ${fine}` : `${Math.floor(took / MILLISECOND)} ${coarse}`;
}

/** `Sat Nov 21 08:04:07 UTC 2026`: machines of a run live in UTC. */
function dateText(seconds: number): string {
  const [weekday, day, month, year, time] = formatHttpDate(seconds).replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
