// What comes out of a sandbox is taken when it is what a sandbox says, and refused otherwise: never a crash, never more
// than was asked for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keyOf } from '../../components/engine/answers.ts';
import { keepForeign, takeForeign } from '../../components/engine/foreign-runs.ts';
import { buffersIn, readFromSandbox, SANDBOX_LIMITS } from '../../components/engine/sandbox-messages.ts';
import { Malformed } from '../../src/engine/base/errors.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import { packTrace } from '../../src/engine/trace/parcel.ts';

const piece = { program: 'server', stream: 'stdout', text: 'listening\n', time: 5 };
const end = {
  programs: [{ name: 'server', code: 0, time: 7, stopped: undefined }],
  end: 9,
  packets: 3,
  cut: undefined,
  fault: undefined,
  run: {
    spec: { scenario: 'workbench', set: { loss: '5%' }, seed: 2, inputs: [] },
    until: 60e9,
    end: 'idle',
    digest: '0123456789abcdef',
    parcel: { any: 'thing' },
  },
};
const GOOD = [
  { kind: 'ready' },
  { kind: 'alive', time: 12 },
  { kind: 'output', output: [piece, { ...piece, stream: 'stderr' }] },
  { kind: 'done', done: end },
  { kind: 'done', done: { ...end, run: undefined, fault: 'the project has no package.json' } },
  { kind: 'broken', why: 'The sandbox broke.' },
];

describe('a message of the sandbox', () => {
  it('is read as it was said', () => {
    for (const message of GOOD) expect(readFromSandbox(structuredClone(message))).toEqual(message);
  });

  it('brings nothing that was not asked for', () => {
    const read = readFromSandbox({
      kind: 'done',
      more: 1,
      done: { ...end, more: 2, run: { ...end.run, spec: { ...end.run.spec, inputs: [{ what: 'cut' }] } } },
    });
    expect(read).toEqual({ kind: 'done', done: end });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a list', [{ kind: 'ready' }]],
    ['another kind', { kind: 'import' }],
    ['a time before the beginning', { kind: 'alive', time: -1 }],
    ['a time that is a text', { kind: 'alive', time: '5' }],
    ['a stream that there is not', { kind: 'output', output: [{ ...piece, stream: 'page' }] }],
    ['a name that is too long', { kind: 'output', output: [{ ...piece, program: 'x'.repeat(81) }] }],
    ['too many pieces', { kind: 'output', output: Array(SANDBOX_LIMITS.pieces + 1).fill(piece) }],
    [
      'more characters than fit, in pieces',
      {
        kind: 'output',
        output: Array(5).fill({ ...piece, text: 'x'.repeat(SANDBOX_LIMITS.outputChars / 4) }),
      },
    ],
    [
      'an exit code that there is not',
      { kind: 'done', done: { ...end, programs: [{ name: 'a', code: 256 }] } },
    ],
    ['an end that there is not', { kind: 'done', done: { ...end, run: { ...end.run, end: 'well' } } }],
    ['a fingerprint that is none', { kind: 'done', done: { ...end, run: { ...end.run, digest: 'x' } } }],
    ['no run', { kind: 'done', done: { ...end, run: null } }],
    ['a sentence without end', { kind: 'broken', why: 'x'.repeat(SANDBOX_LIMITS.sentenceChars + 1) }],
  ])('is refused when it says %s', (_, message) => {
    expect(() => readFromSandbox(message)).toThrow(Malformed);
  });

  it('is read or refused, whatever it is', () => {
    const values = fc.anything({
      withTypedArray: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...GOOD),
        fc.array(fc.nat(), { maxLength: 5 }),
        values,
        (good, path, value) => {
          const message = structuredClone(good) as unknown as Record<string, unknown>;
          // somewhere in it stands something else
          let at = message;
          for (const step of path) {
            const keys = Object.keys(at);
            const key = keys[step % Math.max(keys.length, 1)];
            if (key === undefined) break;
            const next = at[key];
            if (typeof next !== 'object' || next === null) {
              at[key] = value;
              break;
            }
            at = next as Record<string, unknown>;
          }
          for (const one of [message, value]) {
            try {
              const read = readFromSandbox(one);
              expect(GOOD.map(({ kind }) => kind)).toContain(read.kind);
            } catch (problem) {
              expect(problem).toBeInstanceOf(Malformed);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('what is handed over with it', () => {
  it('is every buffer of a parcel, once', () => {
    const { parcel, transfer } = packTrace(
      new Run({ scenario: 'workbench', set: {}, seed: 1, inputs: [] }).finish().world.trace,
    );
    const found = buffersIn({ kind: 'done', done: { ...end, run: { ...end.run, parcel } } });
    const filled = transfer.filter(({ byteLength }) => byteLength > 0);
    expect(new Set(found).size).toBe(found.length);
    for (const buffer of filled) expect(found).toContain(buffer);
  });

  it('is found in no time, however deep or wide it is', () => {
    const cycle: Record<string, unknown> = { bytes: new Uint8Array(4) };
    for (const name of 'abcdefgh') cycle[name] = { ...cycle };
    expect(buffersIn({ it: Array.from({ length: 1e6 }, () => ({})) })).toEqual([]);
    expect(buffersIn(cycle).length).toBe(1);
  });
});

describe('a run of a playground', () => {
  const run = { until: 1, end: 'idle', parcel: {} } as const;
  const request = (id: string, digest = '0123456789abcdef') => ({
    scenario: 'workbench',
    set: {},
    seed: 1,
    inputs: [],
    playground: { id, digest },
  });

  it('is another one than that of the scenario, and than any other', () => {
    const { playground: _, ...plain } = request('a');
    const keys = [plain, request('a'), request('b'), request('a', 'fedcba9876543210')].map(keyOf);
    expect(new Set(keys).size).toBe(4);
  });

  it('waits until somebody asks, once, and not for ever', () => {
    for (const id of ['a', 'b', 'c']) keepForeign(request(id), { ...run, until: id.charCodeAt(0) });
    expect(takeForeign(request('a'))).toBeUndefined();
    expect(takeForeign(request('c'))?.until).toBe('c'.charCodeAt(0));
    expect(takeForeign(request('c'))).toBeUndefined();
    expect(takeForeign({ scenario: 'workbench', set: {}, seed: 1, inputs: [] })).toBeUndefined();
  });
});
