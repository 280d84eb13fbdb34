/** Inputs that break a network: what they do, and what they are when somebody made them up. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Malformed } from '../../src/engine/base/errors.ts';
import { MILLISECOND, NEVER, SECOND } from '../../src/engine/base/units.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import type { Detail } from '../../src/engine/trace/event.ts';
import { home, ping } from './small-world.ts';

const link = { from: 'laptop', to: 'switch' };

describe('an input that makes no sense', () => {
  it.each([
    ['cut', { from: 'laptop', to: 'isp' }],
    ['cut', { from: 'laptop' }],
    ['cut', { ...link, until: -1 }],
    ['cut', { ...link, until: 1.5 }],
    ['cut', { ...link, until: Number.NaN }],
    ['cut', { ...link, until: '5' }],
    ['cut', { ...link, until: null }],
    ['drop', link],
    ['drop', { ...link, ordinal: '1' }],
    ['drop', { ...link, ordinal: 1_000_001 }],
    ['delay', { ...link, ordinal: 1 }],
    ['delay', { ...link, ordinal: 1, extra: 61 * SECOND }],
    ['flip', { ...link, ordinal: 1, bit: 1e9 }],
    ['flip', { ...link, ordinal: 1, bit: true }],
    ['off', {}],
    ['off', { machine: 'constructor' }],
    ['restart', { machine: '__proto__' }],
    ['restart', { machine: 7 }],
    ['toString', {}],
    ['__proto__', { machine: 'laptop' }],
    ['hasOwnProperty', {}],
    ['', {}],
  ] as const)('%s %j is refused with a sentence', (what, detail) => {
    const { world } = home();
    expect(() => world.checkInput(what, detail as unknown as Detail)).toThrow(Malformed);
  });

  it('is refused for whatever is thrown at it, and what is taken runs', () => {
    const names = fc.constantFrom(
      'cut',
      'drop',
      'delay',
      'flip',
      'off',
      'restart',
      'type',
      'interrupt',
      'valueOf',
      '__proto__',
    );
    const machines = fc.constantFrom(
      'laptop',
      'switch',
      'home-router',
      'isp',
      'nobody',
      '__proto__',
      'toString',
    );
    const numbers = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constantFrom(0, 1, NEVER, NEVER - 1, SECOND, Number.NaN),
    );
    const values = fc.oneof(numbers, machines, fc.boolean(), fc.constant(null), fc.string({ maxLength: 20 }));
    const details = fc.record(
      {
        from: machines,
        to: machines,
        machine: machines,
        until: values,
        ordinal: values,
        extra: values,
        bit: values,
        line: values,
      },
      { requiredKeys: [] },
    );
    let taken = 0;
    fc.assert(
      fc.property(names, details, fc.integer({ min: 0, max: 4 * SECOND }), (what, detail, time) => {
        let run: Run;
        try {
          const inputs = [{ time, what, detail: detail as Detail }];
          run = new Run({ scenario: 'home-lan', set: {}, seed: 1, inputs });
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
          return;
        }
        taken += 1;
        run.finish();
        expect(run.end).toBe('idle');
      }),
      { numRuns: 600 },
    );
    expect(taken).toBeGreaterThan(20);
  });
});

describe('a link that is cut', () => {
  it('carries nothing either way until it is mended', () => {
    const { world, laptop, network } = home();
    const replies: number[] = [];
    world.input(0, 'cut', { ...link, until: 2 * SECOND });
    const socket = laptop.icmp.open(4);
    socket.onReply = ({ sequence }) => replies.push(sequence);
    for (const second of [1, 3])
      world.kernel.call(second * SECOND, () => ping(laptop, '192.168.1.1', second));
    world.kernel.run();
    const lost = [...world.trace.events(['frame.lost'])].map(({ b }) => world.trace.textOf(b));
    expect(new Set(lost)).toEqual(new Set(['the link is cut']));
    expect(network.channelOf('switch', 'laptop').faults.length).toBe(1);
  });

  it('until a moment that has passed is not cut at all', () => {
    const { world, network } = home();
    world.input(5 * SECOND, 'cut', { ...link, until: SECOND });
    world.kernel.run();
    expect(network.channelOf('laptop', 'switch').faults).toEqual([]);
  });
});

describe('one frame', () => {
  it('can be dropped, held back or damaged', () => {
    const { world, laptop } = home();
    world.input(0, 'drop', { ...link, ordinal: 1 });
    world.input(0, 'delay', { ...link, ordinal: 3, extra: 30 * MILLISECOND });
    world.input(0, 'flip', { ...link, ordinal: 4, bit: 34 * 8 + 3 });
    for (let i = 1; i <= 3; i++)
      world.kernel.call(10 * i * MILLISECOND, () => ping(laptop, '192.168.1.24', i));
    world.kernel.run();
    const what = [...world.trace.events(['frame.lost', 'frame.refused'])].map(({ b }) =>
      world.trace.textOf(b),
    );
    expect(what).toContain('dropped, by your fault');
    expect(what).toContain('wrong ICMP checksum');
  });
});
