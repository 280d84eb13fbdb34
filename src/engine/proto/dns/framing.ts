/**
 * DNS messages on a stream: each one behind two bytes that give its length (RFC 1035 §4.2.2, RFC 7766 §8).
 */
import type { Bytes } from '../../base/bytes.ts';
import { readU16, writeU16 } from '../../base/bytes.ts';
import { Misuse } from '../../base/errors.ts';
import { STREAM_SIZE } from './message.ts';

/** A message with its length before it. Throws {@link Misuse} for one longer than 65,535 bytes. */
export function frameMessage(message: Bytes): Bytes {
  if (message.length > STREAM_SIZE)
    throw new Misuse(`a message of ${message.length} bytes has no length of two bytes`);
  const framed = new Uint8Array(2 + message.length);
  writeU16(framed, 0, message.length);
  framed.set(message, 2);
  return framed;
}

/** Puts messages together from a stream, however it was cut. Holds one message at most beside what was last pushed. */
export class MessageReader {
  #rest: Bytes = new Uint8Array(0);

  /** True in the middle of a message: a stream that ends now was cut off. */
  get isPartial(): boolean {
    return this.#rest.length > 0;
  }

  /** The messages that are complete with these bytes, in order; the caller owns them. */
  push(bytes: Bytes): Bytes[] {
    const all = new Uint8Array(this.#rest.length + bytes.length);
    all.set(this.#rest);
    all.set(bytes, this.#rest.length);
    const messages: Bytes[] = [];
    let at = 0;
    while (at + 2 <= all.length) {
      const end = at + 2 + readU16(all, at);
      if (end > all.length) break;
      messages.push(all.slice(at + 2, end));
      at = end;
    }
    this.#rest = all.slice(at);
    return messages;
  }
}
