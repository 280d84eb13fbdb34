/** Learning how large packets may be: never upward, never below the limits, never for long. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ip, parseIp } from '../../../src/engine/base/ip.ts';
import { MINUTE, NEVER, SECOND } from '../../../src/engine/base/units.ts';
import { PathMtuCache, pathMtuTable, plateauBelow } from '../../../src/engine/proto/ip/path-mtu.ts';
import { Recorder } from './projected.ts';

const FOUR = parseIp('198.51.100.7');
const SIX = parseIp('2001:db8:5::7');

describe('what routers say', () => {
  it('lowers the size for one destination, for ten minutes', () => {
    const cache = new PathMtuCache();
    expect(cache.lookup(FOUR, 1500, 0)).toBe(1500);
    expect(cache.learn(FOUR, 1400, 1500, 1500, SECOND)).toBe(1400);
    expect(cache.lookup(FOUR, 1500, 2 * SECOND)).toBe(1400);
    expect(cache.lookup(parseIp('198.51.100.8'), 1500, 2 * SECOND)).toBe(1500);
    expect(cache.lookup(FOUR, 1280, 2 * SECOND)).toBe(1280);
    expect(cache.lookup(FOUR, 1500, 10 * MINUTE + SECOND - 1)).toBe(1400);
    expect(cache.lookup(FOUR, 1500, 10 * MINUTE + SECOND)).toBe(1500);
  });

  it('never raises it', () => {
    const cache = new PathMtuCache();
    cache.learn(FOUR, 1400, 1500, 1500, 0);
    expect(cache.learn(FOUR, 1450, 1500, 1500, 0)).toBeUndefined();
    expect(cache.learn(FOUR, 1400, 1500, 1500, 0)).toBeUndefined();
    expect(cache.learn(SIX, 1500, 1500, 1500, 0)).toBeUndefined();
    expect(cache.learn(SIX, 9000, 1500, 1500, 0)).toBeUndefined();
    expect(cache.lookup(FOUR, 1500, 0)).toBe(1400);
    expect(cache.learn(FOUR, 1300, 1400, 1500, MINUTE)).toBe(1300);
    // each report counts its own ten minutes
    expect(cache.lookup(FOUR, 1500, 10 * MINUTE + SECOND)).toBe(1300);
  });

  it('in IPv4 nothing below 552 bytes is believed, but Don’t Fragment is left out', () => {
    const cache = new PathMtuCache();
    expect(cache.learn(FOUR, 300, 1500, 1500, 0)).toBe(552);
    expect(cache.isLocked(FOUR, 0)).toBe(true);
    expect(cache.isLocked(FOUR, 10 * MINUTE)).toBe(false);
    expect(cache.learn(FOUR, 68, 552, 1500, 0)).toBeUndefined();
    cache.learn(SIX, 1300, 1500, 1500, 0);
    expect(cache.isLocked(SIX, 0)).toBe(false);
  });

  it('a first link below the limit is no reason to raise it', () => {
    const cache = new PathMtuCache();
    expect(cache.learn(FOUR, 200, 400, 400, 0)).toBe(400);
    expect([cache.lookup(FOUR, 400, 0), cache.isLocked(FOUR, 0)]).toEqual([400, true]);
  });

  it('the limit of RFC 791 can be had', () => {
    const cache = new PathMtuCache({ floor: 68 });
    expect(cache.learn(FOUR, 300, 1500, 1500, 0)).toBe(300);
    expect(cache.isLocked(FOUR, 0)).toBe(false);
    expect(cache.learn(FOUR, 20, 300, 1500, 0)).toBe(68);
    expect(cache.isLocked(FOUR, 0)).toBe(true);
  });

  it('in IPv6 a report below 1280 bytes is ignored (RFC 8201 §4)', () => {
    const cache = new PathMtuCache();
    expect(cache.learn(SIX, 1279, 1500, 1500, 0)).toBeUndefined();
    expect(cache.learn(SIX, 0, 1500, 1500, 0)).toBeUndefined();
    expect(cache.learn(SIX, 1280, 1500, 1500, 0)).toBe(1280);
    expect(cache.rows().size).toBe(1);
  });
});

describe('a router that names no size', () => {
  it.each([
    [65_535, 32_000],
    [32_000, 17_914],
    [17_914, 8166],
    [8166, 4352],
    [4352, 2002],
    [2002, 1492],
    [1500, 1492],
    [1492, 1006],
    [1006, 508],
    [508, 296],
    [296, 68],
    [68, 68],
    [20, 68],
  ])('%i bytes were too many: %i is the next plateau of RFC 1191 §7.1', (length, plateau) => {
    expect(plateauBelow(length)).toBe(plateau);
  });

  it('is answered with the plateau below what was sent, however long that claims to be', () => {
    const cache = new PathMtuCache();
    expect(cache.learn(FOUR, 0, 1500, 1500, 0)).toBe(1492);
    expect(cache.learn(FOUR, 0, 1492, 1500, 0)).toBe(1006);
    expect(cache.learn(FOUR, 0, 1006, 1500, 0)).toBe(552);
    // a forged quotation cannot raise anything
    expect(cache.learn(FOUR, 0, 65_535, 1500, 0)).toBeUndefined();
    expect(new PathMtuCache().learn(FOUR, 0, 65_535, 1500, 0)).toBe(1492);
  });
});

describe('the table', () => {
  it('says what it learnt and what it forgot', () => {
    const cache = new PathMtuCache();
    const recorder = new Recorder(pathMtuTable);
    cache.learn(FOUR, 1400, 1500, 1500, 0);
    cache.learn(SIX, 1300, 1500, 1500, MINUTE);
    expect(recorder.drain(cache)).toEqual([
      {
        kind: 'pmtu.learn',
        detail: {
          destination: '198.51.100.7',
          mtu: 1400,
          before: 1500,
          expires: 10 * MINUTE,
          locked: false,
          reported: 1400,
        },
      },
      {
        kind: 'pmtu.learn',
        detail: {
          destination: '2001:db8:5::7',
          mtu: 1300,
          before: 1500,
          expires: 11 * MINUTE,
          locked: false,
          reported: 1300,
        },
      },
    ]);
    expect(cache.pollTimeout()).toBe(10 * MINUTE);
    cache.handleTimeout(10 * MINUTE);
    expect(recorder.drain(cache)).toEqual([
      { kind: 'pmtu.forget', detail: { destination: '198.51.100.7', why: 'expired' } },
    ]);
    cache.clear();
    expect(recorder.drain(cache)).toEqual([
      { kind: 'pmtu.forget', detail: { destination: '2001:db8:5::7', why: 'cleared' } },
    ]);
    expect([cache.pollTimeout(), cache.rows().size]).toEqual([NEVER, 0]);
  });

  it('holds 1,024 destinations and lets the oldest go', () => {
    const cache = new PathMtuCache();
    for (let i = 0; i < 1030; i++) cache.learn((0x0a00_0000 + i) as Ip, 1400, 1500, 1500, i);
    expect(cache.rows().size).toBe(1024);
    expect(cache.lookup(0x0a00_0005 as Ip, 1500, 2000)).toBe(1500);
    expect(cache.lookup(0x0a00_0006 as Ip, 1500, 2000)).toBe(1400);
  });

  it('is the one that its events give, and its sizes only fall until they are forgotten', () => {
    const step = fc.record({
      destination: fc.constantFrom(FOUR, SIX, parseIp('203.0.113.9')),
      reported: fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: 70_000 }),
        fc.constantFrom(552, 1280, 1400),
      ),
      length: fc.integer({ min: 0, max: 65_535 }),
      wait: fc.constantFrom(0, MINUTE, 6 * MINUTE),
      timer: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const cache = new PathMtuCache();
        const recorder = new Recorder(pathMtuTable);
        let now = 0;
        for (const { destination, reported, length, wait, timer } of steps) {
          now += wait;
          if (timer) cache.handleTimeout(now);
          const before = cache.lookup(destination, 1500, now);
          const learnt = cache.learn(destination, reported, length, 1500, now);
          const after = cache.lookup(destination, 1500, now);
          expect(after).toBeLessThanOrEqual(before);
          expect(after).toBe(learnt ?? before);
          expect(after).toBeGreaterThanOrEqual(destination === SIX ? 1280 : 552);
          recorder.drain(cache);
          expect(recorder.rows).toEqual(cache.rows());
          if (timer) expect(cache.pollTimeout()).toBeGreaterThan(now);
        }
      }),
    );
  });
});
