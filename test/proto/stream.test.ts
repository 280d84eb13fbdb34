import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { Misuse } from '../../src/engine/base/errors.ts';
import { memoryPair } from '../../src/engine/proto/memory-pair.ts';
import { streamContract } from '../contract/stream.ts';

function stepping(capacity: number) {
  const pair = memoryPair({ capacity });
  return {
    first: pair.first,
    second: pair.second,
    settle() {
      for (let n = 0; n < 10 && pair.step(); n++);
    },
  };
}

streamContract('memory pair', () => stepping(65_536));
streamContract('memory pair with 64 bytes', () => stepping(64));
streamContract('memory pair that schedules itself', () => {
  const due: (() => void)[] = [];
  const pair = memoryPair({ schedule: (step) => due.push(step) });
  return {
    first: pair.first,
    second: pair.second,
    settle() {
      for (let n = 0; n < 20 && due.length > 0; n++) due.shift()!();
    },
  };
});

describe('memory pair', () => {
  it('has names and a protocol', () => {
    const { first, second } = memoryPair({
      names: ['192.0.2.1:40000', '192.0.2.80:80'],
      protocol: 'http/1.1',
    });
    expect(first.peer).toBe('192.0.2.80:80');
    expect(second.peer).toBe('192.0.2.1:40000');
    expect(first.protocol).toBe('http/1.1');
  });

  it('steps until nothing is pending', () => {
    const { first, step } = memoryPair();
    expect(step()).toBe(false);
    first.write(fromLatin1('x'));
    expect(step()).toBe(true);
    expect(step()).toBe(false);
  });

  it('refuses to step inside a listener', () => {
    const { first, second, step } = memoryPair();
    let caught: unknown;
    second.onChange = () => {
      try {
        step();
      } catch (error) {
        caught = error;
      }
    };
    first.write(fromLatin1('x'));
    step();
    expect(caught).toBeInstanceOf(Misuse);
  });

  it('keeps bytes that arrived before the abort readable', () => {
    const { first, second, step } = memoryPair();
    first.write(fromLatin1('arrived'));
    step();
    first.abort();
    step();
    expect(second.error).toBe('ECONNRESET');
    expect(toLatin1(second.read())).toBe('arrived');
  });
});
