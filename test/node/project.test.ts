// A project's package.json comes from anywhere: what is wrong is said in a sentence, and nothing else is thrown.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Malformed } from '../../src/engine/base/errors.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import { readProject } from '../../src/engine/node/project.ts';

const PROCESS = { name: 'main', on: 'laptop', run: 'main.js' };

const read = (roundtrip: unknown, more: Readonly<Record<string, string>> = { 'main.js': '' }) =>
  readProject(new Map([['package.json', JSON.stringify({ roundtrip })], ...Object.entries(more)]));

test('what is not said has a default', () => {
  const project = read({ scenario: 'home-lan', processes: [PROCESS] });
  expect(project).toMatchObject({ scenario: 'home-lan', set: {}, seed: 1 });
  expect(project.programs).toEqual([{ ...PROCESS, args: [], env: {}, isService: false, start: 0 }]);
  const full = read({
    scenario: 'home-lan',
    set: { tables: 'filled' },
    seed: 7,
    until: '5s',
    processes: [{ ...PROCESS, args: ['a'], env: { PORT: '80' }, service: true, start: '200ms' }],
  });
  expect(full).toMatchObject({ set: { tables: 'filled' }, seed: 7, until: 5 * SECOND });
  expect(full.programs[0]).toMatchObject({ args: ['a'], env: { PORT: '80' }, isService: true, start: 200e6 });
});

describe('what makes no sense is said', () => {
  const cases: Readonly<Record<string, [roundtrip: unknown, says: RegExp]>> = {
    'no field': [undefined, /“roundtrip” is missing/],
    'a list': [[], /“roundtrip” is no object/],
    'no scenario': [{ processes: [PROCESS] }, /scenario is no text/],
    'no programs': [{ scenario: 'x', processes: [] }, /names no program/],
    'programs that are no list': [{ scenario: 'x', processes: {} }, /no list/],
    'too many': [
      { scenario: 'x', processes: Array.from({ length: 17 }, (_, i) => ({ ...PROCESS, name: `p${i}` })) },
      /more than 16 programs/,
    ],
    'one name for two': [{ scenario: 'x', processes: [PROCESS, PROCESS] }, /two programs are called main/],
    'a file that is not there': [
      { scenario: 'x', processes: [{ ...PROCESS, run: 'no.js' }] },
      /not among the files/,
    ],
    'a file outside': [
      { scenario: 'x', processes: [{ ...PROCESS, run: '../main.js' }] },
      /not among the files/,
    ],
    'a start that is no time': [
      { scenario: 'x', processes: [{ ...PROCESS, start: 'soon' }] },
      /start of main/,
    ],
    'a start before the run': [{ scenario: 'x', processes: [{ ...PROCESS, start: '-5s' }] }, /start of main/],
    'a number in the environment': [
      { scenario: 'x', processes: [{ ...PROCESS, env: { PORT: 80 } }] },
      /env of main: PORT/,
    ],
    'a service that is a text': [
      { scenario: 'x', processes: [{ ...PROCESS, service: 'yes' }] },
      /neither true nor false/,
    ],
    'a seed with a fraction': [{ scenario: 'x', seed: 1.5, processes: [PROCESS] }, /seed is no whole number/],
    'an end that is too far': [{ scenario: 'x', until: '2h', processes: [PROCESS] }, /until is no time/],
    'a text that is too long': [{ scenario: 'x'.repeat(1000), processes: [PROCESS] }, /scenario is longer/],
  };
  test.each(Object.entries(cases))('%s', (_, [roundtrip, says]) => {
    expect(() => read(roundtrip)).toThrow(Malformed);
    expect(() => read(roundtrip)).toThrow(says);
  });

  test('of files', () => {
    const valid = { scenario: 'x', processes: [PROCESS] };
    for (const name of ['../up.js', '/main', 'a//b', 'a/../b', '', 'a\0b', './x'])
      expect(() => read(valid, { 'main.js': '', [name]: '' }), name).toThrow(/cannot be the name of a file/);
    expect(() => read(valid, { 'main.js': 'x'.repeat(1_000_001) })).toThrow(/main.js is longer/);
    expect(() => readProject(new Map())).toThrow('the project has no package.json');
    expect(() => readProject(new Map([['package.json', '{']]))).toThrow(/package.json is no JSON/);
  });
});

test('whatever stands there, it is read or refused in a sentence', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom('__proto__', 'main.js', '1s', 'laptop', '', null));
  const field = fc.record(
    {
      scenario: odd,
      set: odd,
      seed: odd,
      until: odd,
      title: odd,
      processes: fc.oneof(
        odd,
        fc.array(
          fc.record(
            { name: odd, on: odd, run: odd, args: odd, env: odd, service: odd, start: odd },
            { requiredKeys: [] },
          ),
        ),
      ),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(field, odd), (roundtrip) => {
      try {
        read(roundtrip);
      } catch (error) {
        expect(error).toBeInstanceOf(Malformed);
        expect((error as Error).message.length).toBeLessThan(400);
      }
    }),
    { numRuns: 500 },
  );
});
