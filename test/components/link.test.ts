import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LinkState, MAX_LINK, readLink, writeLink } from '../../components/engine/link.ts';

const state: LinkState = {
  figure: 'knobs',
  version: 1,
  request: {
    scenario: 'first-request',
    set: { distance: '40ms', rate: '20Mbit/s', loss: '1%' },
    seed: 7,
    inputs: [
      { time: 101_500_001, what: 'drop', detail: { from: 'isp', to: 'transit-a', ordinal: 3 } },
      {
        time: 0,
        what: 'note',
        detail: { text: 'a, b: “c” & 50% = d', numeric: '12', yes: true, none: null },
      },
    ],
  },
  cursor: 238_400_123,
  packet: 11,
  panels: ['map', 'why'],
};

describe('a link', () => {
  it('says a state in words that one can read', () => {
    expect(writeLink({ ...state, request: { ...state.request, inputs: [] } })).toBe(
      '#rt=first-request&v=1&f=knobs&set.distance=40ms&set.rate=20Mbit/s&set.loss=1%25&seed=7&t=238.400123&p=11&open=map,why',
    );
  });

  it('gives the state back', () => {
    expect(readLink(writeLink(state))).toEqual({ state, problems: [] });
  });

  it('gives any input back', () => {
    const text = fc.string({ maxLength: 20, unit: 'grapheme' });
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[a-z][A-Za-z]{0,8}$/),
          fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)),
          { maxKeys: 6 },
        ),
        fc.integer({ min: 0, max: 1e15 - 1 }),
        (detail, time) => {
          const inputs = [{ time, what: 'drop', detail: { ...detail } }];
          const read = readLink(writeLink({ ...state, request: { ...state.request, inputs } }));
          expect(read!.state.request.inputs).toEqual(inputs);
        },
      ),
    );
  });

  it('is nobody’s when it is not ours', () => {
    expect(readLink('#chapter-two')).toBeUndefined();
    expect(readLink('')).toBeUndefined();
  });

  it('never throws, whatever stands in it, and stays within its bounds', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (rest) => {
        const { state: read } = readLink(`#rt=first-request&${rest}`)!;
        expect(read.request.inputs.length).toBeLessThanOrEqual(64);
        expect(Object.keys(read.request.set).every((name) => /^[a-z][A-Za-z0-9-]*$/.test(name))).toBe(true);
      }),
    );
  });

  for (const [bad, word] of [
    ['t=oops', 'oops'],
    ['t=-4', '-4'],
    ['p=1.5', '1.5'],
    ['seed=99999999999', 'seed'],
    ['open=moon', 'moon'],
    ['set.distance=<b>', '<b>'],
    ['__proto__=1', '__proto__'],
    ['do=5', '5'],
    ['do=x,drop', 'x,drop'],
    ['%E0%A4%A', '%E0'],
    ['f=a b', 'a b'],
  ] as const) {
    it(`says what is wrong with ${bad}, and keeps the rest`, () => {
      const { state: read, problems } = readLink(`#rt=first-request&v=1&${bad}&set.loss=1%25`)!;
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(word);
      expect(read.request).toEqual({ scenario: 'first-request', set: { loss: '1%' }, seed: 1, inputs: [] });
    });
  }

  it('carries a text of several lines, and stays short where columns are blanks', () => {
    const text =
      '$TTL 3600 ; ~ an hour + more, or: less & none\n@       300    A      192.0.2.80\n\twww  A  ä\n';
    const zone = { machine: 'ns1', origin: 'chaicart.example.', text };
    const written = writeLink({
      ...state,
      request: { ...state.request, inputs: [{ time: 5e9, what: 'zone', detail: zone }] },
    });
    expect(readLink(written)).toMatchObject({ problems: [] });
    expect(readLink(written)!.state.request.inputs[0]!.detail).toEqual(zone);
    const columns = `${'@'.padEnd(8)}${'300'.padEnd(7)}A\n`.repeat(100);
    const long = writeLink({
      ...state,
      request: { ...state.request, inputs: [{ time: 0, what: 'zone', detail: { text: columns } }] },
    });
    expect(long.length).toBeLessThan(columns.length);
  });

  it('carries any text that can be typed, and none that cannot', () => {
    const back = (text: string) =>
      readLink(
        writeLink({
          ...state,
          request: { ...state.request, inputs: [{ time: 0, what: 'zone', detail: { text } }] },
        }),
      )!;
    const typed = fc.string({ maxLength: 200, unit: fc.constantFrom(...' ~ab+%,:&=\n\t"\'\\;@ü😀') });
    fc.assert(
      fc.property(typed, (text) => {
        expect(back(text).state.request.inputs[0]?.detail).toEqual({ text });
      }),
    );
    for (const text of ['a\u0000b', 'a\rb', '\u2028', 'x'.repeat(4001)])
      expect(back(text).problems).toHaveLength(1);
    for (const bad of ['do=0,zone,text:~', 'do=0,zone,text:~A', 'do=0,zone,text:%zz'])
      expect(readLink(`#rt=first-request&${bad}`)!.problems).toHaveLength(1);
    // 26 blanks in two letters: what is read may not grow past its bound
    expect(readLink(`#rt=first-request&do=0,zone,text:${'~z'.repeat(3000)}`)!.problems[0]).toContain('4000');
  });

  it('is not read when it is too long', () => {
    const { state: read, problems } = readLink(`#rt=first-request&set.a=${'x'.repeat(MAX_LINK)}`)!;
    expect(problems[0]).toContain('8 kB');
    expect(read.request.scenario).toBe('');
  });
});
