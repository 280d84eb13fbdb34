// The world as two drawings, made while the page is built: one for wide pages, and one for phones in two panes, one
// above the other, because on one of 358 px London would stand on Frankfurt. Land is one path a pane, in the Equal Earth
// projection (areas are true), from Natural Earth’s public domain coastlines at 1:110 million; cities are numbers.
//
// For the build only: nothing that a browser loads may import this file (the coastlines are 55 kB).
import { type GeoPermissibleObjects, type GeoProjection, geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { Topology } from 'topojson-specification';
import atlas from 'world-atlas/land-110m.json' with { type: 'json' };
import { type Box, type Label, type PlacedLabel, placeLabels, type Side } from '../../player/placer.ts';
import type { City } from './cities.ts';

export interface Pane extends Box {
  /** `d` of the land in it. */
  readonly land: string;
}

/** A city on a drawing, and where its name goes: undefined when there is no room for it. */
export interface Place {
  readonly city: City;
  readonly x: number;
  readonly y: number;
  readonly label: PlacedLabel | undefined;
}

export interface WorldDrawing {
  readonly width: number;
  readonly height: number;
  readonly panes: readonly Pane[];
  /** In the order of the cities. */
  readonly places: readonly Place[];
}

export interface DrawnWorld {
  readonly wide: WorldDrawing;
  readonly tall: WorldDrawing;
}

export interface WorldOptions {
  /** Half the size of what stands on a city, in px: labels keep off it. */
  readonly halfMark?: number;
  /** A second line below a name that needs room, such as a time that counts down: its widest text. */
  readonly note?: string;
}

interface View {
  readonly width: number;
  readonly height: number;
  readonly panes: readonly (Box & {
    /** The meridian that stands upright in the middle, and the latitude at half its height. */
    readonly lon: number;
    readonly lat: number;
    /** Px a radian at the middle. */
    readonly scale: number;
  })[];
}

// Cut in the Bering Strait and the empty Pacific; without Antarctica.
const WIDE: View = {
  width: 1040,
  height: 500,
  panes: [{ x0: 0, y0: 0, x1: 1040, y1: 500, lon: 11, lat: 11, scale: 206 }],
};
const TALL: View = {
  width: 358,
  height: 472,
  panes: [
    { x0: 0, y0: 0, x1: 358, y1: 244, lon: -37, lat: 15, scale: 134 },
    { x0: 0, y0: 256, x1: 358, y1: 472, lon: 112, lat: 1, scale: 134 },
  ],
};
/** Islands below so many square px are left out. */
const LEAST_AREA = 3;
/** Points of a coast are at least so many px apart, across and down together. */
const LEAST_STEP = 2.4;
/** Words keep off the edges: on phones those are the page's. */
const EDGE = 6;
const MOST_PASSES = 6;
const SIDES: readonly Side[] = ['right', 'left', 'above', 'below'];

/** Names are placed for the cities in their order: the most important first. */
export function drawWorld(cities: readonly City[], options: WorldOptions = {}): DrawnWorld {
  return { wide: draw(WIDE, cities, options), tall: draw(TALL, cities, options) };
}

/** The land of both drawings as an SVG file: paths `wide-0`, `tall-0`, `tall-1`, to be used in other SVGs. */
export function landFile(): string {
  const paths = Object.entries({ wide: WIDE, tall: TALL }).flatMap(([name, view]) =>
    view.panes.map((pane, i) => `<path id="${name}-${i}" d="${landOf(projectionOf(pane))}"/>\n`),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${paths.join('')}</svg>\n`;
}

function draw(view: View, cities: readonly City[], { halfMark = 4, note }: WorldOptions): WorldDrawing {
  const projections = view.panes.map(projectionOf);
  const panes = view.panes.map(({ x0, y0, x1, y1 }, i) => ({
    x0,
    y0,
    x1,
    y1,
    land: landOf(projections[i]!),
  }));
  const points = cities.map((city) => ({ city, ...placeIn(view, projections, city) }));
  const marks = points.map(({ x, y }) => ({
    x0: x - halfMark,
    y0: y - halfMark,
    x1: x + halfMark,
    y1: y + halfMark,
  }));
  const labels = points.map(({ city, x, y, pane }) => ({
    id: city.name,
    x,
    y,
    halfWidth: halfMark,
    halfHeight: halfMark,
    lines: [
      { text: city.name, size: 13, face: 'strong', kind: 'name' } as const,
      ...(note === undefined ? [] : [{ text: note, size: 12.5, face: 'regular', kind: 'note' } as const]),
    ],
    order: SIDES,
    within: { x0: pane.x0 + EDGE, y0: pane.y0, x1: pane.x1 - EDGE, y1: pane.y1 },
  }));
  const placed = placeAll(labels, marks, { x0: 0, y0: 0, x1: view.width, y1: view.height });
  const places = points.map(({ city, x, y }) => ({
    city,
    x,
    y,
    label: placed.find(({ id }) => id === city.name),
  }));
  return { width: view.width, height: view.height, panes, places };
}

/** Who found no room, or lost a line, chooses first the next time. */
function placeAll(labels: readonly Label[], marks: readonly Box[], bounds: Box): readonly PlacedLabel[] {
  let order = labels;
  let best: readonly PlacedLabel[] = [];
  let most = -1;
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const placed = placeLabels(order, marks, [], bounds);
    const linesOf = (label: Label) => placed.find(({ id }) => id === label.id)?.lines.length ?? 0;
    const lines = placed.reduce((sum, one) => sum + one.lines.length, 0);
    if (lines > most) [best, most] = [placed, lines];
    const short = order.filter((label) => linesOf(label) < label.lines.length);
    if (short.length === 0) break;
    order = [...short, ...order.filter((label) => !short.includes(label))];
  }
  return best;
}

/** Where a place stands: in the pane that shows it the furthest from its edges. Throws when none does: the build stops. */
function placeIn(view: View, projections: readonly GeoProjection[], { name, lat, lon }: City) {
  let best: { x: number; y: number; pane: Box } | undefined;
  let most = 0;
  view.panes.forEach((pane, i) => {
    const [x, y] = projections[i]!([lon, lat]) ?? [Number.NaN, Number.NaN];
    const inside = Math.min(x - pane.x0, pane.x1 - x, y - pane.y0, pane.y1 - y);
    if (!(inside > most)) return;
    most = inside;
    best = { x: Math.round(x * 10) / 10, y: Math.round(y * 10) / 10, pane };
  });
  if (!best) throw new Error(`${name} (${lat}, ${lon}) is not on the map of ${view.width} px`);
  return best;
}

function projectionOf({ x0, y0, x1, y1, lon, lat, scale }: View['panes'][number]): GeoProjection {
  const projection = geoEqualEarth()
    .rotate([-lon, 0])
    .scale(scale)
    .translate([(x0 + x1) / 2, (y0 + y1) / 2]);
  const [, y] = projection([lon, lat])!;
  projection.translate([(x0 + x1) / 2, y0 + y1 - y]);
  return projection.clipExtent([
    [x0, y0],
    [x1, y1],
  ]);
}

function landOf(projection: GeoProjection): string {
  const topology = atlas as unknown as Topology;
  const land = feature(topology, topology.objects['land']!) as GeoPermissibleObjects;
  return (geoPath(projection).digits(1)(land) ?? '')
    .split('M')
    .map((ring) => ring.replace('Z', '').split('L').map(pointOf))
    .filter((ring) => areaOf(ring) >= LEAST_AREA)
    .map((ring) => ringText(thinned(ring)))
    .join('');
}

type Point = readonly [x: number, y: number];

function pointOf(pair: string): Point {
  const [x = 0, y = 0] = pair.split(',').map(Number);
  return [x, y];
}

/** Square px inside a ring. */
function areaOf(ring: readonly Point[]): number {
  let twice = 0;
  for (const [i, [x, y]] of ring.entries()) {
    const [nextX, nextY] = ring[(i + 1) % ring.length]!;
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}

/** Without points that lie next to the one before: nobody sees them, and a page carries them. */
function thinned(ring: readonly Point[]): Point[] {
  const kept: Point[] = [];
  for (const [x, y] of ring) {
    const [lastX, lastY] = kept.at(-1) ?? [Number.NEGATIVE_INFINITY, 0];
    if (Math.abs(x - lastX) + Math.abs(y - lastY) >= LEAST_STEP) kept.push([x, y]);
  }
  return kept.length >= 3 ? kept : [...ring];
}

/** As steps from point to point: half the text. Tenths add up, so nothing drifts. */
function ringText([first, ...rest]: readonly Point[]): string {
  let at = first!;
  const steps = rest.map(([x, y]) => {
    const step = pairText([x - at[0], y - at[1]]);
    at = [x, y];
    return step;
  });
  return `M${pairText(first!)}l${steps.reduce((text, step) => `${text}${step.startsWith('-') ? '' : ' '}${step}`)}z`;
}

function pairText([x, y]: Point): string {
  const [across, down] = [x, y].map((value) => `${Math.round(value * 10) / 10}`) as [string, string];
  return `${across}${down.startsWith('-') ? '' : ' '}${down}`;
}
