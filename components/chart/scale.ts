// From values to places on a chart and back.

export interface Scale {
  /** From the first to the last value, and where these lie in px. */
  readonly domain: readonly [number, number];
  readonly range: readonly [number, number];
  /** Where a value lies. Not held to the range: who draws clips. */
  at(value: number): number;
  /** The value at a place, held to the domain. */
  from(px: number): number;
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  return scaleOf(
    domain,
    range,
    (value) => value,
    (value) => value,
  );
}

/** Equal steps are equal factors. Throws a RangeError unless the domain lies above zero. */
export function logScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  if (!(Math.min(...domain) > 0)) throw new RangeError('a logarithm needs values above zero');
  return scaleOf(domain, range, Math.log, Math.exp);
}

function scaleOf(
  domain: readonly [number, number],
  range: readonly [number, number],
  into: (value: number) => number,
  back: (value: number) => number,
): Scale {
  const [first, last] = [into(domain[0]), into(domain[1])];
  if (first === last || range[0] === range[1]) throw new RangeError('a scale needs room');
  return {
    domain,
    range,
    at: (value) => range[0] + ((into(value) - first) / (last - first)) * (range[1] - range[0]),
    from: (px) => {
      const part = Math.max(0, Math.min(1, (px - range[0]) / (range[1] - range[0])));
      // The ends exactly, whatever rounding there is between.
      if (part === 0) return domain[0];
      return part === 1 ? domain[1] : back(first + part * (last - first));
    },
  };
}
