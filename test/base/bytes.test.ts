import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concatBytes,
  equalBytes,
  fromHex,
  fromLatin1,
  fromUtf8,
  readU16,
  readU32,
  readU48,
  toHex,
  toLatin1,
  toUtf8,
  writeU16,
  writeU32,
  writeU48,
} from '../../src/engine/base/bytes.ts';
import { Malformed } from '../../src/engine/base/errors.ts';

describe('numbers in network byte order', () => {
  it('agrees with DataView at any offset', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(2 ** 48 - 1), fc.nat(3), (a, b, c, at) => {
        const bytes = new Uint8Array(16);
        const view = new DataView(bytes.buffer);
        writeU16(bytes, at, a);
        expect(view.getUint16(at)).toBe(a);
        expect(readU16(bytes, at)).toBe(a);
        writeU32(bytes, at, b);
        expect(view.getUint32(at)).toBe(b);
        expect(readU32(bytes, at)).toBe(b);
        writeU48(bytes, at, c);
        expect(Number((view.getBigUint64(at) >> 16n) & 0xffffffffffffn)).toBe(c);
        expect(readU48(bytes, at)).toBe(c);
      }),
    );
  });
});

describe('hexadecimal', () => {
  it('round-trips and passes over separators', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(fromHex(toHex(bytes, ':')), bytes)));
    expect(toHex(fromHex('00 0a:FF-10\n'))).toBe('000aff10');
    expect(toHex(Uint8Array.of(1, 2), ' ')).toBe('01 02');
  });

  it.each(['0', 'zz', '0x10'])('refuses %j', (text) => {
    expect(() => fromHex(text)).toThrow(Malformed);
  });
});

describe('Latin-1', () => {
  it('keeps every byte, also across the slices of 4,096', () => {
    const bytes = Uint8Array.from({ length: 10_000 }, (_, i) => i & 255);
    expect(equalBytes(fromLatin1(toLatin1(bytes)), bytes)).toBe(true);
    expect(toLatin1(bytes, 65, 68)).toBe('ABC');
  });

  it('refuses what does not fit a byte, and says where', () => {
    expect(() => fromLatin1('ab€')).toThrow(expect.objectContaining({ name: 'Malformed', at: 2 }));
  });
});

describe('UTF-8 against the platform', () => {
  it('encodes every text alike', () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) =>
        equalBytes(fromUtf8(text), encoder.encode(text)),
      ),
    );
    expect(equalBytes(fromUtf8('a\ud800b'), encoder.encode('a\ud800b'))).toBe(true);
    for (const text of ['', 'chai', 'कॉफ़ी', '☕', '🫖', '\u07ff\u0800\uffff\u{10000}\u{10ffff}']) {
      expect(equalBytes(fromUtf8(text), encoder.encode(text)), text).toBe(true);
    }
  });

  it('decodes well-formed bytes alike', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const bytes = new TextEncoder().encode(text);
        return toUtf8(bytes) === decoder.decode(bytes);
      }),
    );
  });

  it('takes exactly the same bytes for well formed', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const isWellFormed = (bytes: Uint8Array): boolean => {
      try {
        strict.decode(bytes);
        return true;
      } catch {
        return false;
      }
    };
    // Bytes near the borders of the encoding, where decoders differ.
    const byte = fc.oneof(
      fc.nat(255),
      fc.constantFrom(
        0x7f,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
      ),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 8 }), (list) => {
        const bytes = Uint8Array.from(list);
        const text = toUtf8(bytes);
        expect(equalBytes(fromUtf8(text), bytes)).toBe(isWellFormed(bytes));
      }),
      { numRuns: 3000 },
    );
  });
});

describe('runs of bytes', () => {
  it('joins and compares', () => {
    expect(toHex(concatBytes([Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]))).toBe('010203');
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 3), Uint8Array.of(1, 2))).toBe(false);
  });
});
