import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClaimQuery } from '../../components/engine/claims.ts';
import { brief, inline, plain, readQuery, textOf } from '../../components/quiz/inline.ts';

const asked: ClaimQuery[] = [];
const read = (query: ClaimQuery) => {
  asked.push(query);
  return { text: '202\u00a0ms', value: 202, about: 'Enter to “byte” & <more>.' };
};

describe('the markup of a quiz', () => {
  it('knows code, emphasis, and claims', () => {
    expect(inline('Send `GET /` *now*, **all** of it')).toBe(
      'Send <code>GET /</code> <em>now</em>, <strong>all</strong> of it',
    );
    expect(inline('after {ttfb}.', read)).toBe(
      'after <data class="claim" value="202" title="Enter to “byte” &amp; &lt;more&gt;.">202\u00a0ms</data>.',
    );
    expect(brief('after {ttfb}', read)).toBe('after 202\u00a0ms');
    expect(plain('*after* `{x}` {ttfb}', read)).toBe('after {x} 202\u00a0ms');
  });

  it('leaves code and single stars alone', () => {
    expect(inline('`a * b * c {x}` and 2 * 3 * 4')).toBe('<code>a * b * c {x}</code> and 2 * 3 * 4');
  });

  it('reads a claim’s settings', () => {
    expect(readQuery('gaveUp server=down loss=5% seed=20 as=s')).toEqual({
      name: 'gaveUp',
      set: { server: 'down', loss: '5%' },
      seed: 20,
      as: 's',
    });
    expect(readQuery('ttfb minus=connect,dns scenario=other part=x')).toEqual({
      name: 'ttfb',
      set: {},
      minus: ['connect', 'dns'],
      scenario: 'other',
      part: 'x',
    });
    expect(readQuery('knob=distance')).toEqual({ knob: 'distance', set: {} });
  });

  it.each(['', 'ttfb cold', 'ttfb seed=x', 'ttfb =x', 'ttfb x=', 'ttfb knob=rate', 'caches=warm'])(
    'refuses {%s}',
    (text) => {
      expect(() => readQuery(text)).toThrow(/“/);
    },
  );

  it('lets no tag through, and says the same as bare text', () => {
    const words = fc.string({ unit: fc.constantFrom(...'ab <>&"*`/=\'') });
    fc.assert(
      fc.property(words, (text) => {
        const html = inline(text);
        expect(html.replace(/<\/?(code|em|strong)>/g, '')).not.toMatch(/[<>]/);
        expect(textOf(brief(text))).toBe(textOf(html));
        expect(plain(text)).toBe(textOf(html));
        // Marks and spaces apart, nothing is lost.
        const bare = (from: string) => from.replace(/[*`\s]/g, '');
        expect(bare(plain(text))).toBe(bare(text));
      }),
    );
  });
});
