/** Which probes leave when, how long each is waited for, and what is printed: without a network. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND, NEVER, SECOND } from '../../src/engine/base/units.ts';
import { type Probe, type ProbeAnswer, ProbeTable } from '../../src/engine/shell/traceroute-probes.ts';

const PACE = {
  firstHop: 1,
  maxHops: 30,
  queries: 3,
  together: 16,
  wait: 5 * SECOND,
  hereFactor: 3,
  nearFactor: 10,
  pause: 0,
};

const answer = (from: string, at: number, more: Partial<ProbeAnswer> = {}): ProbeAnswer => ({
  from: { key: from, text: from },
  at,
  mark: '',
  isFinal: false,
  hopLimit: 64,
  ...more,
});

/** Runs a table against a network that answers a probe of a time to live after a while, or never. */
function trace(
  pace: typeof PACE,
  network: (probe: Probe) => { after: number; answer: Omit<ProbeAnswer, 'at'> } | undefined,
): { text: string; sent: number; end: number } {
  const table = new ProbeTable(pace);
  const coming: { at: number; probe: Probe; answer: Omit<ProbeAnswer, 'at'> }[] = [];
  let now = 0;
  let text = '';
  let sent = 0;
  for (let steps = 0; steps < 10_000; steps++) {
    const step = table.step(now, (probe) => {
      sent += 1;
      const found = network(probe);
      if (found) coming.push({ at: now + found.after, probe, answer: found.answer });
    });
    text += step.text;
    if (step.isOver) return { text, sent, end: now };
    coming.sort((a, b) => a.at - b.at);
    const next = Math.min(step.wakeAt, coming[0]?.at ?? NEVER);
    expect(next).toBeLessThan(NEVER);
    now = next;
    while (coming[0] && coming[0].at <= now) {
      const { probe, answer: what, at } = coming.shift()!;
      if (!probe.isDone) table.answered(probe, { ...what, at });
    }
  }
  throw new Error('no end');
}

const hop = (ttl: number, isFinal = false, mark = '') => ({
  after: ttl * 10 * MILLISECOND,
  answer: { from: { key: `r${ttl}`, text: `r${ttl}` }, mark, isFinal, hopLimit: 65 - ttl },
});

describe('a way of three hops', () => {
  it('is found with sixteen probes at once', () => {
    const { text, sent, end } = trace(PACE, ({ ttl }) => hop(Math.min(ttl, 3), ttl >= 3));
    expect(text).toBe(
      '\n 1  r1  10.000 ms  10.000 ms  10.000 ms' +
        '\n 2  r2  20.000 ms  20.000 ms  20.000 ms' +
        '\n 3  r3  30.000 ms  30.000 ms  30.000 ms',
    );
    expect(end).toBe(30 * MILLISECOND);
    // the window moves on while answers come: three hops' probes leave again before the end is known
    expect(sent).toBeGreaterThanOrEqual(16);
    expect(sent).toBeLessThanOrEqual(16 + 6);
  });

  it('takes its time with one probe at once', () => {
    const { sent, end } = trace({ ...PACE, together: 1 }, ({ ttl }) => hop(Math.min(ttl, 3), ttl >= 3));
    expect(sent).toBe(9);
    expect(end).toBe((3 * 10 + 3 * 20 + 3 * 30) * MILLISECOND);
  });

  it('pauses between probes when asked to', () => {
    const pace = { ...PACE, pause: 100 * MILLISECOND };
    const { sent, end } = trace(pace, ({ ttl }) => hop(Math.min(ttl, 3), ttl >= 3));
    expect(sent).toBe(9);
    expect(end).toBe(830 * MILLISECOND);
  });

  it('says a router’s name once in a line, and again when another one answers', () => {
    const { text } = trace(PACE, ({ ttl, nth }) =>
      ttl === 2
        ? { ...hop(2), answer: { ...hop(2).answer, from: { key: `r2${nth % 2}`, text: `r2${nth % 2}` } } }
        : hop(Math.min(ttl, 3), ttl >= 3),
    );
    expect(text).toContain('\n 2  r20  20.000 ms r21  20.000 ms r20  20.000 ms');
  });

  it('marks what is no ordinary end', () => {
    const { text } = trace(PACE, ({ ttl }) => hop(Math.min(ttl, 2), ttl >= 2, ttl >= 2 ? '!X' : ''));
    expect(text).toMatch(/\n 2 {2}r2 {2}20\.000 ms !X {2}20\.000 ms !X {2}20\.000 ms !X$/);
  });
});

describe('silence', () => {
  it('lasts as long as -w says', () => {
    const { text, end } = trace({ ...PACE, maxHops: 4 }, ({ ttl }) => (ttl === 1 ? hop(1) : undefined));
    expect(text).toBe('\n 1  r1  10.000 ms  10.000 ms  10.000 ms\n 2  * * *\n 3  * * *\n 4  * * *');
    expect(end).toBe(5 * SECOND);
  });

  it('is cut short by an answer from the same hop: three times as long, and a millisecond', () => {
    const { text, end } = trace({ ...PACE, maxHops: 1 }, ({ nth }) => (nth === 1 ? undefined : hop(1)));
    expect(text).toBe('\n 1  r1  10.000 ms *  10.000 ms');
    expect(end).toBe(33 * MILLISECOND);
  });

  it('is cut short by an answer from further on: ten times', () => {
    const { text, end } = trace({ ...PACE, maxHops: 2 }, ({ ttl }) => (ttl === 1 ? undefined : hop(2, true)));
    expect(text).toBe('\n 1  * * *\n 2  r2  20.000 ms  20.000 ms  20.000 ms');
    expect(end).toBe(210 * MILLISECOND);
  });

  it('ends the program at the last hop', () => {
    const { text, sent } = trace(PACE, () => undefined);
    expect(sent).toBe(90);
    expect(text.split('\n')).toHaveLength(31);
    expect(text).toMatch(/\n30 {2}\* \* \*$/);
  });
});

describe('a router that complains rarely', () => {
  it('has its answer put where the silence began', () => {
    // hop 2 answers only the fourth probe that reaches it, with an error
    const { text } = trace(PACE, ({ ttl, nth }) => {
      if (ttl === 1) return hop(1);
      if (ttl === 3 && nth === 0) return hop(2, true, '!H');
      return undefined;
    });
    expect(text).toContain('\n 2  r2  20.000 ms !H');
    expect(text).not.toContain('\n 3');
  });
});

describe('limits', () => {
  it('begins at a later hop', () => {
    const { text } = trace({ ...PACE, firstHop: 2 }, ({ ttl }) => hop(Math.min(ttl, 3), ttl >= 3));
    expect(text.startsWith('\n 2  r2')).toBe(true);
  });

  it('takes an answer of the machine itself', () => {
    const table = new ProbeTable({ ...PACE, maxHops: 1, queries: 1 });
    const { text, isOver } = table.step(0, (probe) =>
      table.answered(probe, { ...answer('x', 0, { mark: '!F-1500', isFinal: true }), from: undefined }),
    );
    expect(text).toBe('');
    expect(isOver).toBe(false);
    expect(table.step(0, () => {}).text).toBe('\n 1  *  0.000 ms !F-1500');
  });
});
