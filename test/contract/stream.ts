/** What every byte stream must do. Call it with a factory for a connected pair and a way to let things happen. */
import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { Misuse } from '../../src/engine/base/errors.ts';
import type { ByteStream } from '../../src/engine/proto/stream.ts';

export interface StreamPair {
  readonly first: ByteStream;
  readonly second: ByteStream;
  /** Lets everything that is on its way arrive, and listeners be called. */
  settle(): void;
}

export function streamContract(name: string, connect: () => StreamPair): void {
  describe(`byte stream contract: ${name}`, () => {
    it('delivers bytes in order, in both directions', () => {
      const { first, second, settle } = connect();
      expect(first.write(fromLatin1('hello '))).toBe(6);
      expect(first.write(fromLatin1('world'))).toBe(5);
      expect(second.write(fromLatin1('back'))).toBe(4);
      settle();
      expect(second.readable).toBe(11);
      expect(toLatin1(second.read(4))).toBe('hell');
      expect(second.readable).toBe(7);
      expect(toLatin1(second.read())).toBe('o world');
      expect(second.read()).toHaveLength(0);
      expect(toLatin1(first.read(100))).toBe('back');
    });

    it('delivers nothing inside the writer’s call', () => {
      const { first, second } = connect();
      first.write(fromLatin1('x'));
      expect(second.readable).toBe(0);
    });

    it('copies what it accepts, and gives away what it read', () => {
      const { first, second, settle } = connect();
      const bytes = fromLatin1('keep');
      first.write(bytes);
      bytes.fill(0);
      settle();
      const read = second.read(2);
      first.write(fromLatin1('more'));
      settle();
      expect(toLatin1(read)).toBe('ke');
      expect(toLatin1(second.read())).toBe('epmore');
    });

    it('accepts only what has room, and says when there is room again', () => {
      const { first, second, settle } = connect();
      let accepted = 0;
      let rounds = 0;
      // Write until both what is under way and what is unread are full.
      for (; rounds < 10_000; rounds++) {
        const room = first.writable;
        const count = first.write(new Uint8Array(4096).fill(rounds & 255));
        expect(count).toBe(Math.min(room, 4096));
        accepted += count;
        settle();
        if (count === 0) break;
      }
      expect(rounds).toBeLessThan(10_000);
      expect(first.writable).toBe(0);
      let changes = 0;
      first.onChange = () => {
        changes += 1;
      };
      let read = 0;
      for (let n = 0; n < 10_000 && read < accepted; n++) {
        read += second.read(5000).length;
        settle();
      }
      expect(read).toBe(accepted);
      expect(changes).toBeGreaterThan(0);
      expect(first.writable).toBeGreaterThan(0);
    });

    it('keeps every byte under back-pressure', () => {
      const { first, second, settle } = connect();
      const sent = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31 + (i >> 8)) & 255);
      const parts: Uint8Array[] = [];
      let written = 0;
      let got = 0;
      for (let n = 0; n < 100_000 && got < sent.length; n++) {
        written += first.write(sent.subarray(written, written + 1 + ((n * 977) % 30_000)));
        if (n % 3 === 0) settle();
        const part = second.read(1 + ((n * 613) % 20_000));
        got += part.length;
        parts.push(part);
      }
      expect(got).toBe(sent.length);
      expect(Buffer.concat(parts).equals(Buffer.from(sent))).toBe(true);
    });

    it('half-closes: the end comes after the bytes, and the other direction goes on', () => {
      const { first, second, settle } = connect();
      first.write(fromLatin1('last words'));
      first.end();
      first.end();
      expect(first.writable).toBe(0);
      settle();
      expect(second.ended).toBe(false);
      expect(toLatin1(second.read(4))).toBe('last');
      expect(second.ended).toBe(false);
      second.read();
      expect(second.ended).toBe(true);
      expect(second.error).toBeUndefined();
      second.write(fromLatin1('and yet'));
      settle();
      expect(toLatin1(first.read())).toBe('and yet');
      expect(first.ended).toBe(false);
    });

    it('refuses writes after end() and abort() as misuse', () => {
      const ended = connect().first;
      ended.end();
      expect(() => ended.write(fromLatin1('x'))).toThrow(Misuse);
      const aborted = connect().first;
      aborted.abort();
      expect(() => aborted.write(fromLatin1('x'))).toThrow(Misuse);
    });

    it('aborts: the peer gets an error, nothing more is accepted or delivered', () => {
      const { first, second, settle } = connect();
      first.write(fromLatin1('never mind'));
      first.abort();
      first.abort();
      expect(first.error).toBe('ECONNABORTED');
      expect(first.readable).toBe(0);
      expect(first.writable).toBe(0);
      settle();
      expect(second.error).toBe('ECONNRESET');
      expect(second.ended).toBe(false);
      expect(second.writable).toBe(0);
      expect(second.write(fromLatin1('x'))).toBe(0);
    });

    it('does not call an orderly close an error', () => {
      const { first, second, settle } = connect();
      first.end();
      settle();
      second.end();
      settle();
      settle();
      expect([first.ended, second.ended]).toEqual([true, true]);
      expect([first.error, second.error]).toEqual([undefined, undefined]);
    });

    it('calls the listener outside read, write, end and abort, for bytes, room, end and error', () => {
      const { first, second, settle } = connect();
      let inside = false;
      const calls: string[] = [];
      second.onChange = () => {
        expect(inside).toBe(false);
        calls.push(second.error ?? (second.ended ? 'ended' : `${second.readable}`));
      };
      const guarded = (act: () => void): void => {
        inside = true;
        act();
        inside = false;
      };
      guarded(() => first.write(fromLatin1('abc')));
      settle();
      expect(calls.at(-1)).toBe('3');
      guarded(() => second.read());
      guarded(() => first.end());
      settle();
      expect(calls.at(-1)).toBe('ended');
      guarded(() => first.abort());
      settle();
      expect(calls.at(-1)).toBe('ECONNRESET');
    });

    it('lets a listener do anything', () => {
      const { first, second, settle } = connect();
      second.onChange = () => {
        if (second.readable > 0) second.write(second.read());
        if (second.ended && second.writable > 0) second.end();
      };
      first.write(fromLatin1('echo'));
      settle();
      settle();
      expect(toLatin1(first.read())).toBe('echo');
      first.end();
      for (let n = 0; n < 5; n++) settle();
      expect(first.ended).toBe(true);
    });

    it('says who the peer is', () => {
      const { first } = connect();
      expect(first.peer).not.toBe('');
    });
  });
}
