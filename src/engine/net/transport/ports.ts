/**
 * Ephemeral ports: drawn at random from the dynamic range of RFC 6335 §6, by algorithm 1 of RFC 6056 §3.3.1 (whose §3.2
 * would rather draw from 1024 on).
 */
import type { Random } from '../../base/random.ts';

export const EPHEMERAL_FIRST = 49_152;
export const EPHEMERAL_LAST = 65_535;

export class PortPool {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A free port: a random one, or the next free after it. Undefined when all are taken. */
  pick(isFree: (port: number) => boolean): number | undefined {
    const count = EPHEMERAL_LAST - EPHEMERAL_FIRST + 1;
    const start = this.#random.below(count);
    for (let i = 0; i < count; i++) {
      const port = EPHEMERAL_FIRST + ((start + i) % count);
      if (isFree(port)) return port;
    }
    return undefined;
  }
}
