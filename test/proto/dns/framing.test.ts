import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { frameMessage, MessageReader } from '../../../src/engine/proto/dns/framing.ts';

describe('messages on a stream (RFC 1035 §4.2.2)', () => {
  it('come out whole, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 10 }),
        (messages, cuts) => {
          const stream = Uint8Array.from(messages.flatMap((message) => [...frameMessage(message)]));
          const reader = new MessageReader();
          const found: Uint8Array[] = [];
          for (let at = 0, i = 0; at < stream.length; i++) {
            const end = at + cuts[i % cuts.length]!;
            found.push(...reader.push(stream.slice(at, end)));
            at = end;
          }
          expect(found.map((one) => [...one])).toEqual(messages.map((one) => [...one]));
          expect(reader.isPartial).toBe(false);
        },
      ),
    );
  });

  it('knows when it stands in the middle of one', () => {
    const reader = new MessageReader();
    expect(reader.push(Uint8Array.of(0))).toEqual([]);
    expect(reader.isPartial).toBe(true);
    expect(reader.push(Uint8Array.of(1, 7))).toEqual([Uint8Array.of(7)]);
    expect(reader.isPartial).toBe(false);
  });

  it('are at most 65,535 bytes', () => {
    expect(frameMessage(new Uint8Array(65_535))).toHaveLength(65_537);
    expect(() => frameMessage(new Uint8Array(65_536))).toThrow(Misuse);
  });
});
