import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Box, crosses, intersects, type Label, placeLabels } from '../../components/player/placer.ts';
import { fitText, textWidth } from '../../components/player/textwidth.ts';

const name = (text: string) => ({ text, size: 13, face: 'strong', kind: 'name' }) as const;
const address = (text: string) => ({ text, size: 12, face: 'mono', kind: 'address' }) as const;
const bounds: Box = { x0: 0, y0: 0, x1: 400, y1: 300 };
const label = (id: string, x: number, y: number): Label => ({
  id,
  x,
  y,
  halfWidth: 16,
  halfHeight: 16,
  lines: [name(`Machine ${id}`), address('192.0.2.80')],
  order: ['above', 'below', 'right', 'left'],
});

describe('the placer', () => {
  it('prefers above, then below, and leaves wires free', () => {
    const [free] = placeLabels([label('a', 200, 150)], [], [], bounds);
    expect(free).toMatchObject({ side: 'above', align: 'middle' });
    const [wired] = placeLabels([label('a', 200, 150)], [], [[200, 150, 200, 0]], bounds);
    expect(wired!.side).toBe('below');
  });

  it('drops the second line before the first, and covers a wire only when nothing else is left', () => {
    const [one] = placeLabels(
      [label('a', 200, 30)],
      [{ x0: 0, y0: 50, x1: 400, y1: 300 }],
      [[0, 30, 400, 30]],
      {
        ...bounds,
        y0: -10,
      },
    );
    expect(one!.lines.map(({ kind }) => kind)).toEqual(['name']);
    const everywhere = [
      [0, 100, 400, 100],
      [0, 200, 400, 200],
      [100, 150, 300, 150],
    ] as const;
    const [crossing] = placeLabels(
      [label('a', 200, 150)],
      [
        { x0: 0, y0: 0, x1: 400, y1: 125 },
        { x0: 0, y0: 175, x1: 400, y1: 300 },
      ],
      everywhere,
      bounds,
    );
    expect(crossing!.side).toBe('right');
  });

  it('never lets two labels meet, nor leaves the bounds', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 300 }) }), {
          maxLength: 30,
        }),
        (things) => {
          const placed = placeLabels(
            things.map(({ x, y }, i) => label(String(i), x, y)),
            [],
            [],
            bounds,
          );
          placed.forEach((a, i) => {
            expect(a.box.x0 >= 0 && a.box.x1 <= 400 && a.box.y0 >= 0 && a.box.y1 <= 300).toBe(true);
            for (const b of placed.slice(i + 1)) expect(intersects(a.box, b.box)).toBe(false);
          });
        },
      ),
    );
  });

  it('knows when a line crosses a box', () => {
    const box = { x0: 10, y0: 10, x1: 20, y1: 20 };
    expect(crosses([0, 0, 30, 30], box)).toBe(true);
    expect(crosses([0, 15, 30, 15], box)).toBe(true);
    expect(crosses([0, 0, 30, 5], box)).toBe(false);
    expect(crosses([0, 0, 9, 9], box)).toBe(false);
  });
});

describe('the width of a text', () => {
  it('adds its letters, and the mono counts them', () => {
    expect(textWidth('192.0.2.80', 12, 'mono')).toBeCloseTo(72);
    expect(textWidth('il', 13, 'strong')).toBeLessThan(textWidth('mw', 13, 'strong'));
  });

  it('is cut with an ellipsis to fit', () => {
    const cut = fitText('chaicart.example', 60, 13, 'strong');
    expect(cut).toMatch(/^chai.*…$/);
    expect(textWidth(cut, 13, 'strong')).toBeLessThanOrEqual(60);
    expect(fitText('short', 60, 13, 'strong')).toBe('short');
  });
});
