/** A server behind the balancer, and until when nobody is sent there. */
export interface Backend {
  readonly name: string;
  readonly url: string;
  downUntil: number;
}

export interface Policy {
  /** In which order to try them; those that are down come last, because one that may be up is better than none. */
  order(backends: readonly Backend[], now: number): readonly Backend[];
}

/** One after the other, whoever asks. */
export class RoundRobin implements Policy {
  #next = 0;

  order(backends: readonly Backend[], now: number): readonly Backend[] {
    const up = backends.filter(({ downUntil }) => downUntil <= now);
    const down = backends.filter(({ downUntil }) => downUntil > now);
    const start = up.length > 0 ? this.#next++ % up.length : 0;
    return [...up.slice(start), ...up.slice(0, start), ...down];
  }
}
