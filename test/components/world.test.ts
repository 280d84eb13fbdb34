// The world map: where cities come to stand, against the projection’s published numbers and the coastline itself, and
// that no name lies on another.
import { geoContains } from 'd3-geo';
import { feature } from 'topojson-client';
import type { Topology } from 'topojson-specification';
import { expect, test } from 'vitest';
import atlas from 'world-atlas/land-110m.json' with { type: 'json' };
import { CITIES } from '../../components/figure/world/cities.ts';
import { drawWorld, landFile, type WorldDrawing } from '../../components/figure/world/drawing.ts';
import { type Box, intersects } from '../../components/player/placer.ts';

const cities = Object.values(CITIES);
const world = drawWorld(cities);
const drawings: readonly (readonly [string, WorldDrawing])[] = [
  ['wide', world.wide],
  ['tall', world.tall],
];

/** Equal Earth (Šavrič, Patterson, Jenny 2018), written down a second time from the paper’s polynomial. */
function equalEarth(lat: number, lon: number): readonly [x: number, y: number] {
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((lat * Math.PI) / 180));
  const t2 = theta * theta;
  const t6 = t2 * t2 * t2;
  const slope = 9 * a4 * t6 * t2 + 7 * a3 * t6 + 3 * a2 * t2 + a1;
  const x = (2 * Math.sqrt(3) * ((lon * Math.PI) / 180) * Math.cos(theta)) / (3 * slope);
  return [x, theta * (a1 + a2 * t2 + t6 * (a3 + a4 * t2))];
}

test('distances on the wide map are those of the projection', () => {
  const [x0, y0] = equalEarth(CITIES.lisbon.lat, CITIES.lisbon.lon - 11);
  const at = (name: string) => world.wide.places.find(({ city }) => city.name === name)!;
  const origin = at('Lisbon');
  const scale = (at('Sydney').y - origin.y) / (y0 - equalEarth(CITIES.sydney.lat, 0)[1]);
  for (const { city, x, y } of world.wide.places) {
    const [ex, ey] = equalEarth(city.lat, city.lon - 11);
    expect(Math.abs(x - origin.x - (ex - x0) * scale), city.name).toBeLessThan(0.25);
    expect(Math.abs(y - origin.y - (y0 - ey) * scale), city.name).toBeLessThan(0.25);
  }
});

test('every city stands on land, or within 1.5 degrees of it', () => {
  const topology = atlas as unknown as Topology;
  const land = feature(topology, topology.objects['land']!);
  const near = [0, 0.75, 1.5].flatMap((by) => [
    [by, 0],
    [-by, 0],
    [0, by],
    [0, -by],
  ]);
  for (const { name, lat, lon } of cities) {
    expect(
      near.some(([dx, dy]) => geoContains(land, [lon + dx!, lat + dy!])),
      name,
    ).toBe(true);
  }
});

for (const [name, drawing] of drawings) {
  test(`${name}: every name has its place, inside, on no other and on no city`, () => {
    const { width, height, places } = drawing;
    const mark = ({ x, y }: { x: number; y: number }): Box => ({
      x0: x - 4,
      y0: y - 4,
      x1: x + 4,
      y1: y + 4,
    });
    for (const [i, { city, label }] of places.entries()) {
      expect(label, city.name).toBeDefined();
      const { box } = label!;
      expect(box.x0 >= 0 && box.y0 >= 0 && box.x1 <= width && box.y1 <= height, city.name).toBe(true);
      for (const [k, other] of places.entries()) {
        expect(intersects(box, mark(other)), `${city.name} on the mark of ${other.city.name}`).toBe(false);
        if (k > i) expect(intersects(box, other.label!.box), `${city.name}, ${other.city.name}`).toBe(false);
      }
    }
  });

  test(`${name}: places can be told apart, and room for a second line is kept`, () => {
    const { places } = drawing;
    for (const [i, a] of places.entries())
      for (const b of places.slice(i + 1)) {
        const apart = Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
        expect(apart, `${a.city.name}, ${b.city.name}`).toBeGreaterThan(12);
      }
    const noted = drawWorld(cities, { note: '5 min 00 s' })[name as 'wide' | 'tall'].places;
    expect(noted.filter(({ label }) => label?.lines.length === 2).length).toBe(cities.length);
  });

  test(`${name}: land stays in its pane, and is small enough for a page`, () => {
    const { panes } = drawing;
    expect(panes.reduce((sum, { land }) => sum + land.length, 0)).toBeLessThan(26_000);
    for (const { x0, y0, x1, y1, land } of panes) {
      const rings = land.match(/M[^Mz]+z/g)!;
      expect(rings.join('')).toBe(land);
      expect(rings.length).toBeGreaterThan(5);
      for (const ring of rings) {
        const numbers = ring.match(/-?\d+(\.\d)?/g)!.map(Number);
        let [x, y] = numbers as [number, number];
        for (let i = 2; ; i += 2) {
          expect(x >= x0 - 0.2 && x <= x1 + 0.2 && y >= y0 - 0.2 && y <= y1 + 0.2).toBe(true);
          if (i >= numbers.length) break;
          x += numbers[i]!;
          y += numbers[i + 1]!;
        }
      }
    }
  });
}

test('the file of the land holds what the drawings would draw', () => {
  for (const [name, { panes }] of drawings)
    for (const [i, { land }] of panes.entries())
      expect(landFile()).toContain(`<path id="${name}-${i}" d="${land}"/>`);
});

test('a place that no drawing shows stops the build', () => {
  expect(() => drawWorld([{ name: 'The South Pole', lat: -90, lon: 0 }])).toThrow(
    'The South Pole (-90, 0) is not on the map of 1040 px',
  );
});
