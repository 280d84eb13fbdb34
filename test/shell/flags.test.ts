/** Flags as getopt reads them. */
import { describe, expect, it } from 'vitest';
import { readFlags } from '../../src/engine/shell/flags.ts';

const SPEC = { letters: { n: 'alone', q: 'alone', c: 'value' }, names: { count: 'c', quiet: 'q' } } as const;
const read = (...args: string[]) => {
  const { flags, words, fault } = readFlags(args, SPEC);
  return {
    flags: flags.map(({ letter, value }) => letter + value),
    words: words.map(({ text }) => text),
    fault: fault && `${fault.what} ${fault.typed} at ${fault.position}`,
  };
};

describe('flags', () => {
  it.each([
    [['-n', '-c', '3', 'host'], ['n', 'c3'], ['host']],
    [['-nqc3', 'host'], ['n', 'q', 'c3'], ['host']],
    [['host', '-c3'], ['c3'], ['host']],
    [['--count=3', '--quiet', 'host'], ['c3', 'q'], ['host']],
    [['--count', '3'], ['c3'], []],
    [['-c', '-1'], ['c-1'], []],
    [['--', '-n', 'x'], [], ['-n', 'x']],
    [['-', 'x'], [], ['-', 'x']],
    [['-c='], ['c='], []],
  ])('%j', (args, flags, words) => {
    expect(read(...args)).toEqual({ flags, words, fault: undefined });
  });

  it('says what is wrong, and where', () => {
    expect(read('-n', '-x').fault).toBe('unknown -x at 2');
    expect(read('-nx').fault).toBe('unknown -x at 1');
    expect(read('a', '-c').fault).toBe('no value -c at 2');
    expect(read('--count').fault).toBe('no value --count at 1');
    expect(read('--many=3').fault).toBe('unknown --many at 1');
    expect(read('-toString').fault).toBe('unknown -t at 1');
  });
});
