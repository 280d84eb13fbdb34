/** The digits of ping: as the real program rounds them. */
import { describe, expect, it } from 'vitest';
import { PingStatistics, shortNumber, tripText } from '../../src/engine/shell/ping-report.ts';

describe('a round trip', () => {
  it.each([
    [0, '0.000 ms'],
    [51, '0.051 ms'],
    [999, '0.999 ms'],
    [1000, '1.00 ms'],
    [1004, '1.00 ms'],
    [1005, '1.01 ms'],
    [9994, '9.99 ms'],
    [9995, '10.0 ms'],
    [12_345, '12.3 ms'],
    [12_350, '12.4 ms'],
    [99_949, '99.9 ms'],
    [99_950, '100 ms'],
    [123_499, '123 ms'],
    [123_500, '124 ms'],
    [3_071_000, '3071 ms'],
  ])('%i µs: %s', (microseconds, text) => {
    expect(tripText(microseconds)).toBe(text);
  });
});

describe('percentages', () => {
  it.each([
    [0, '0'],
    [100, '100'],
    [100 / 3, '33.3333'],
    [200 / 3, '66.6667'],
    [0.1, '0.1'],
    [100 / 7, '14.2857'],
  ])('%f: %s', (value, text) => {
    expect(shortNumber(value)).toBe(text);
  });
});

describe('the summary', () => {
  const counted = (times: readonly number[], sent = times.length): PingStatistics => {
    const statistics = new PingStatistics();
    for (const [i, time] of times.entries()) {
      statistics.sent = i + 1;
      statistics.received += 1;
      statistics.time(time);
      statistics.acknowledge(i + 1);
    }
    statistics.sent = sent;
    return statistics;
  };

  it('has minimum, mean, maximum and deviation', () => {
    // seen on Linux: 393 and 80 µs
    expect(counted([393, 80]).summary('h', 1_004_000_000)).toBe(
      '\n--- h ping statistics ---\n' +
        '2 packets transmitted, 2 received, 0% packet loss, time 1004ms\n' +
        'rtt min/avg/max/mdev = 0.080/0.236/0.393/0.156 ms\n',
    );
    expect(counted([853, 124]).summary('h', 0)).toContain('= 0.124/0.488/0.853/0.364 ms');
    expect(counted([250, 66, 100]).summary('h', 0)).toContain('= 0.066/0.138/0.250/0.079 ms');
  });

  it('leaves its last line empty when nothing came', () => {
    const statistics = new PingStatistics();
    statistics.sent = 3;
    statistics.errors = 1;
    expect(statistics.summary('h', 2_030_000_000)).toBe(
      '\n--- h ping statistics ---\n' +
        '3 packets transmitted, 0 received, +1 errors, 100% packet loss, time 2030ms\n\n',
    );
  });

  it('says how many were under way when the oldest was heard of', () => {
    const statistics = new PingStatistics();
    statistics.sent = 3;
    statistics.acknowledge(1);
    expect(statistics.inFlight).toBe(2);
    expect(statistics.summary('h', 0)).toMatch(/\npipe 3\n$/);
  });
});
