// Lines of a chart as SVG paths.

/** Through the points in order, to a tenth of a px; where one is undefined the line is interrupted. */
export function linePath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let path = '';
  let isDown = false;
  for (const point of points) {
    if (point) path += `${isDown ? 'L' : 'M'}${tenth(point[0])} ${tenth(point[1])}`;
    isDown = point !== undefined;
  }
  return path;
}

/** Values at equal steps of a scale, its ends included. */
export function samples(
  { range, from }: { readonly range: readonly [number, number]; from(px: number): number },
  count: number,
): number[] {
  return Array.from({ length: count + 1 }, (_, i) => from(range[0] + ((range[1] - range[0]) * i) / count));
}

const tenth = (value: number): number => Math.round(value * 10) / 10;
