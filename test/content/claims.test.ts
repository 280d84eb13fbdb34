import { describe, expect, it } from 'vitest';
import { readClaim } from '../../components/engine/claims.ts';

const value = (query: Parameters<typeof readClaim>[0]) => Number(readClaim(query).value);

describe('claims as texts', () => {
  it('reads a time with a no-break space before its unit, and says what it counts', () => {
    const { text, about } = readClaim({ name: 'ttfb' });
    expect(text).toMatch(/^\d+\u00a0ms$/);
    expect(about).toMatch(/^From Enter until the first byte.*Run “first-request”\.$/);
    expect(readClaim({ name: 'ttfb', set: { caches: 'warm' } }).about).toContain('caches warm');
  });

  it('subtracts claims of one run', () => {
    expect(value({ name: 'connect', minus: 'dns' })).toBe(value({ name: 'handshake' }));
    const rest = value({ name: 'dns', minus: ['neighbour', 'resolverWalk'] });
    expect(rest + value({ name: 'neighbour' }) + value({ name: 'resolverWalk' })).toBe(
      value({ name: 'dns' }),
    );
    expect(() => readClaim({ name: 'ttfb', minus: 'packets' })).toThrow(/cannot be taken/);
  });

  it('adds up: the legs of the page are the page', () => {
    const legs = ['dns', 'handshake', 'requestTravel', 'serverWork', 'answerTravel'].map((name) =>
      value({ name }),
    );
    expect(legs.reduce((sum, one) => sum + one)).toBe(value({ name: 'page' }));
    expect(value({ name: 'page' }) + value({ name: 'resources' })).toBe(value({ name: 'total' }));
  });

  it('reads parts and parameters', () => {
    const parts = ['link', 'ip', 'transport', 'dns', 'http'].map((part) => value({ name: 'bytes', part }));
    expect(parts.reduce((sum, one) => sum + one)).toBe(value({ name: 'bytes' }));
    expect(readClaim({ knob: 'distance' }).text).toBe('25\u00a0ms');
    expect(readClaim({ knob: 'rate', set: { rate: '100Mbit/s' } }).text).toBe('100\u00a0Mbit/s');
  });

  it('writes as asked, or refuses', () => {
    expect(readClaim({ name: 'connections', as: 'words' }).text).toBe('two');
    expect(readClaim({ name: 'gaveUp', set: { server: 'down' }, as: 's' }).text).toMatch(/^\d\.\d\u00a0s$/);
    expect(readClaim({ name: 'page', as: 'fraction' }).text).toBe('a fifth of a second');
    expect(() => readClaim({ name: 'serverWork', as: 'fraction' })).toThrow(/no simple part/);
    expect(() => readClaim({ name: 'packets', as: 'words' })).toThrow(/go to twelve/);
    expect(() => readClaim({ name: 'packets', as: 'ms' })).toThrow(/it is a count/);
  });

  it('fails with what there is', () => {
    expect(() => readClaim({ name: 'tfb' })).toThrow(/no claim “tfb”; it has .*ttfb/);
    expect(() => readClaim({ name: 'bytes', part: 'tls' })).toThrow(/no part “tls”; it has link, ip/);
    expect(() => readClaim({ knob: 'speed' })).toThrow(/no parameter “speed”; it has distance/);
    expect(() => readClaim({ name: 'ttfb', set: { speed: '1' } })).toThrow(/no parameter/);
    expect(() => readClaim({ name: 'ttfb', scenario: 'second' })).toThrow(/second/);
    expect(() => readClaim({ name: 'ttfb', set: { server: 'down' } })).toThrow(/did not happen/);
  });
});
