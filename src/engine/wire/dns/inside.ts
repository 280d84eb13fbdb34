/**
 * Bytes that stay bytes as a value, and whose inside a dissection shows when it follows its format.
 *
 * Parameters of SVCB and options of EDNS are carried, stored and compared as they are; a bad one among them spoils
 * itself and not the message (RFC 9460 §2.2, RFC 6891 §6.1.2). So what is inside is looked at only for the tree.
 */
import type { Bytes } from '../../base/bytes.ts';
import { Malformed } from '../../base/errors.ts';
import { type About, Cursor, type Scope } from '../bits.ts';
import { type AnyCodec, type Codec, showBytes } from '../codec.ts';

/** What is known about such bytes: how to name them, and how they are built. */
export interface Inside {
  readonly info: About;
  readonly format?: AnyCodec;
}

/** Takes the rest of its range. */
export function shownInside(inside: (scope: Scope) => Inside): Codec<Bytes> {
  return {
    bits: undefined,
    read(cursor, scope) {
      const from = cursor.bit;
      const value = cursor.takeBytes(cursor.bytesLeft);
      if (!cursor.nodes || value.length === 0) return value;
      const { info, format } = inside(scope);
      if (format && fits(format, value)) {
        cursor.bit = from;
        format.read(cursor, scope);
      } else {
        const node = cursor.leaf(from, info, undefined, showBytes(value));
        if (format && node) node.text += ' (not in its format)';
      }
      return value;
    },
    write: (sink, value) => sink.putBytes(value),
  };
}

/** True when the format reads these bytes, all of them. */
function fits(format: AnyCodec, value: Bytes): boolean {
  const cursor = new Cursor(value, 0, value.length);
  try {
    format.read(cursor, { values: {}, start: 0, parent: undefined });
  } catch (error) {
    if (error instanceof Malformed) return false;
    throw error;
  }
  return cursor.bit === cursor.endBit;
}
