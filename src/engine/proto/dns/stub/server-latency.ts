/**
 * How long a server took to answer lately, and what to wait for it therefore: as c-ares reckons.
 *
 * Means over the present (or the last) minute, quarter of an hour, hour and day, and over all time; the shortest of them
 * with three answers counts, five times over.
 */
import { MILLISECOND, type Nanoseconds, SECOND } from '../../../base/units.ts';

const SPANS: readonly Nanoseconds[] = [
  60 * SECOND,
  900 * SECOND,
  3600 * SECOND,
  86_400 * SECOND,
  Number.MAX_SAFE_INTEGER,
];
const ENOUGH = 3;
const PATIENCE = 5;

interface Mean {
  span: number;
  total: Nanoseconds;
  count: number;
  before: { readonly span: number; readonly total: Nanoseconds; readonly count: number } | undefined;
}

export class ServerLatency {
  readonly #means: Mean[] = SPANS.map(() => ({ span: -1, total: 0, count: 0, before: undefined }));

  /** An answer took so long; at least a millisecond is counted. */
  note(took: Nanoseconds, now: Nanoseconds): void {
    for (const [i, mean] of this.#means.entries()) {
      const span = Math.floor(now / SPANS[i]!);
      if (mean.span !== span) {
        const { count, total } = mean;
        mean.before = count === 0 ? undefined : { span: mean.span, total, count };
        Object.assign(mean, { span, total: 0, count: 0 });
      }
      mean.total += Math.max(MILLISECOND, Math.floor(took / MILLISECOND) * MILLISECOND);
      mean.count += 1;
    }
  }

  /** What to wait; undefined for a server of which too little is known. */
  wait(now: Nanoseconds): Nanoseconds | undefined {
    for (const [i, mean] of this.#means.entries()) {
      const span = Math.floor(now / SPANS[i]!);
      if (mean.span === span && mean.count >= ENOUGH) return (mean.total / mean.count) * PATIENCE;
      const last = mean.span === span ? mean.before : mean;
      if (last && last.span === span - 1 && last.count >= ENOUGH) return (last.total / last.count) * PATIENCE;
    }
    return undefined;
  }
}
