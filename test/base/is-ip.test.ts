import net from 'node:net';
import { describe, expect, it } from 'vitest';
import { isIP, isIPv4, isIPv6 } from '../../src/engine/base/is-ip.ts';
import { Random } from '../../src/engine/base/random.ts';
import { addressText } from './address-inputs.ts';

const RUNS = 100_000;

describe('isIP', () => {
  it(`answers as node:net on ${RUNS} generated and mutated texts`, () => {
    const random = new Random(1);
    const answers = { 0: 0, 4: 0, 6: 0 };
    for (let i = 0; i < RUNS; i++) {
      const text = addressText(random);
      const answer = isIP(text);
      answers[answer]++;
      // No difference by design
      if (answer !== net.isIP(text)) expect.fail(`input ${i}, ${JSON.stringify(text)}: ${answer}`);
      if (isIPv4(text) !== net.isIPv4(text) || isIPv6(text) !== net.isIPv6(text))
        expect.fail(`input ${i}, ${JSON.stringify(text)}: the families`);
    }
    // A generator that makes only rubbish would agree as well
    for (const count of Object.values(answers)) expect(count).toBeGreaterThan(RUNS / 20);
  });

  it.each([
    ['192.0.2.80', 4],
    ['192.0.2.080', 0],
    ['127.1', 0],
    ['192.0.2.80%eth0', 0],
    ['2001:db8::80', 6],
    ['::ffff:192.0.2.80', 6],
    ['fe80::1%eth0', 6],
    ['fe80::1%', 0],
    ['fe80::1%eth_0', 0],
    ['[::1]', 0],
    ['', 0],
  ])('%j: %d', (text, answer) => {
    expect(isIP(text)).toBe(answer);
  });
});
