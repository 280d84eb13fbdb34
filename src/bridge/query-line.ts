/**
 * What a client asked and what it was told, in one line: DNS where it is DNS, sizes where it is not.
 */

import type { Bytes } from '#engine/base/bytes.ts';
import { Malformed } from '#engine/base/errors.ts';
import { rcodeName, typeName } from '#engine/wire/dns/code.ts';
import { decodeDns } from '#engine/wire/dns/fast.ts';
import type { DnsMessage } from '#engine/wire/dns/message.ts';

/** `chaicart.example. A → NOERROR, 1 answer`, or `12 bytes → 40 bytes`. */
export function queryLine(question: Bytes, answer: Bytes): string {
  const asked = read(question)?.questions[0];
  const told = read(answer);
  if (!asked || !told) return `${question.length} bytes → ${answer.length} bytes`;
  const count = told.answers.length;
  const records = `${count} ${count === 1 ? 'answer' : 'answers'}`;
  const cut = told.truncated ? ', truncated' : '';
  return `${asked.name} ${typeName(asked.type)} → ${rcodeName(told.rcode)}, ${records}${cut}`;
}

function read(bytes: Bytes): DnsMessage | undefined {
  try {
    return decodeDns(bytes);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}
