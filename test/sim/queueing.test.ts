/**
 * The kernel against theory: a waiting room with c servers, Poisson arrivals and exponential service (M/M/c).
 *
 * Erlang C gives the probability of having to wait and with it the mean wait, W = C(c, a) / (c μ − λ)
 * (L. Kleinrock, Queueing Systems, volume 1, section 3.5). The simulated mean must lie within the 99.9 % confidence
 * interval of batch means around itself; seeds are fixed, so the test gives the same result every time.
 */
import { describe, expect, it } from 'vitest';
import { namedRandom } from '../../src/engine/base/random.ts';
import { Kernel, type Target } from '../../src/engine/sim/kernel.ts';
import { Trace } from '../../src/engine/trace/log.ts';

const ARRIVAL = 0;
const DEPARTURE = 1;

/** Waiting times in units of the mean service time, one for each customer in the order of their service. */
function waits(servers: number, load: number, customers: number, seed: number): Float64Array {
  const kernel = new Kernel(new Trace('off'));
  const arrivals = namedRandom(seed, 'arrivals');
  const services = namedRandom(seed, 'services');
  const unit = 1e6; // mean service in ns
  const gap = unit / (servers * load);
  const found = new Float64Array(customers);
  const queue: number[] = [];
  let head = 0;
  let served = 0;
  let busy = 0;
  const begin = (arrived: number): void => {
    if (served < customers) found[served++] = (kernel.now - arrived) / unit;
    kernel.schedule(kernel.now + Math.round(services.exponential(unit)), room, DEPARTURE);
  };
  const room: Target = {
    onEvent(op) {
      if (op === ARRIVAL) {
        kernel.schedule(kernel.now + Math.round(arrivals.exponential(gap)), room, ARRIVAL);
        if (busy === servers) queue.push(kernel.now);
        else {
          busy += 1;
          begin(kernel.now);
        }
      } else if (head < queue.length) begin(queue[head++]!);
      else busy -= 1;
      if (served === customers) kernel.stop();
    },
  };
  kernel.schedule(0, room, ARRIVAL);
  expect(kernel.run()).toBe('stopped');
  return found;
}

/** Erlang C: the probability that a customer finds all servers busy. */
function erlangC(servers: number, offered: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < servers; k++) {
    term *= offered / k;
    sum += term;
  }
  const last = (term * offered) / servers / (1 - offered / servers);
  return last / (sum + last);
}

/** Mean and half the width of its 99.9 % confidence interval, from the means of 40 batches after a warm-up (t = 3.558 at 39 degrees). */
function batchMeans(values: Float64Array): { mean: number; half: number } {
  const skipped = Math.floor(values.length / 20);
  const size = Math.floor((values.length - skipped) / 40);
  const means = Array.from({ length: 40 }, (_, batch) => {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += values[skipped + batch * size + i]!;
    return sum / size;
  });
  const mean = means.reduce((a, b) => a + b) / 40;
  const variance = means.reduce((a, b) => a + (b - mean) ** 2, 0) / 39;
  return { mean, half: 3.558 * Math.sqrt(variance / 40) };
}

describe('M/M/c on the kernel', () => {
  it('knows Erlang’s numbers', () => {
    // one server: the probability of waiting is the load itself
    expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 12);
    // two servers: C = 2 ρ² / (1 + ρ)
    expect(erlangC(2, 1.6)).toBeCloseTo((2 * 0.8 ** 2) / 1.8, 12);
  });

  it.each([
    [4, 0.7, 1],
    [4, 0.9, 2],
    [1, 0.5, 3],
    [2, 0.8, 4],
  ])('%i servers at load %f', (servers, load, seed) => {
    const found = waits(servers, load, 1_000_000, seed);
    const { mean, half } = batchMeans(found);
    const probability = erlangC(servers, servers * load);
    const theory = probability / (servers * (1 - load));
    expect(Math.abs(mean - theory)).toBeLessThan(half);
    // the interval is narrow enough to mean something
    expect(half / theory).toBeLessThan(0.12);
    const waited = found.reduce((count, wait) => count + (wait > 0 ? 1 : 0), 0) / found.length;
    expect(Math.abs(waited - probability)).toBeLessThan(0.02);
  });

  it('gives the same waits for the same seed, and others for another', () => {
    expect(waits(4, 0.9, 2000, 9)).toEqual(waits(4, 0.9, 2000, 9));
    expect(waits(4, 0.9, 2000, 9)).not.toEqual(waits(4, 0.9, 2000, 10));
  });
});
