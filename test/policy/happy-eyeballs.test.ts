/** Happy Eyeballs in virtual time, with the numbers that RFC 8305 gives. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Misuse } from '../../src/engine/base/errors.ts';
import { type Family, familyOf, formatIp, type Ip, parseIp } from '../../src/engine/base/ip.ts';
import { MILLISECOND, NEVER, SECOND } from '../../src/engine/base/units.ts';
import { type EyeballsOptions, HappyEyeballs, interleave } from '../../src/engine/policy/happy-eyeballs.ts';

const SIX = ['2001:db8::1', '2001:db8::2', '2001:db8::3'];
const FOUR = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];

/** IPv6 before IPv4, as RFC 6724 has it for a host with global addresses of both. */
const sixFirst = (addresses: readonly Ip[]): Ip[] => [
  ...addresses.filter((address) => familyOf(address) === 6),
  ...addresses.filter((address) => familyOf(address) === 4),
];

/** What happens to the machine, by milliseconds: `answer 6 …`, `connected …`, `failed …`. Gives `ms action address`. */
function play(happenings: Readonly<Record<number, string>>, options: Partial<EyeballsOptions> = {}) {
  const machine = new HappyEyeballs({ families: [6, 4], order: sixFirst, ...options });
  const log: string[] = [];
  const events: { kind: string; detail: unknown }[] = [];
  const due = Object.entries(happenings).map(([ms, what]) => [Number(ms) * MILLISECOND, what] as const);
  for (let steps = 0; steps < 1000; steps++) {
    const time = Math.min(due[0]?.[0] ?? NEVER, machine.pollTimeout());
    if (time === NEVER) break;
    if (machine.pollTimeout() === time && due[0]?.[0] !== time) machine.handleTimeout(time);
    else {
      const [what, which, ...rest] = due.shift()![1].split(' ');
      if (what === 'answer') {
        const problem = rest[0] !== undefined && /^E/.test(rest[0]) ? rest[0] : undefined;
        machine.handleAnswer(Number(which) as Family, problem ? [] : rest.map(parseIp), problem, time);
      } else if (what === 'connected') machine.handleConnected(parseIp(which!), time);
      else machine.handleFailed(parseIp(which!), 'ECONNREFUSED', time);
    }
    for (let event = machine.pollEvent(); event; event = machine.pollEvent()) events.push(event);
    for (let action = machine.pollAction(); action; action = machine.pollAction()) {
      expect(events).toContain(action.because);
      log.push(`${time / MILLISECOND} ${action.kind} ${formatIp(action.address)}`);
    }
  }
  return { log, machine, events };
}

const all = (addresses: readonly string[]) => addresses.join(' ');

describe('§3: resolution', () => {
  it('IPv6 first: its attempt begins at once', () => {
    const { log } = play({ 10: `answer 6 ${SIX[0]}`, 12: `answer 4 ${FOUR[0]}`, 40: `connected ${SIX[0]}` });
    expect(log).toEqual([`10 connect ${SIX[0]}`]);
  });

  it('IPv4 first: 50 ms are waited for IPv6, which then leads', () => {
    const { log, events } = play({
      10: `answer 4 ${FOUR[0]}`,
      45: `answer 6 ${SIX[0]}`,
      90: `connected ${SIX[0]}`,
    });
    expect(log).toEqual([`45 connect ${SIX[0]}`]);
    expect(events[0]).toMatchObject({ kind: 'eyeballs.wait', detail: { until: 60 * MILLISECOND } });
  });

  it('an empty answer for IPv6 ends the waiting', () => {
    expect(
      play({ 10: `answer 4 ${FOUR[0]}`, 30: 'answer 6 ENODATA', 50: `connected ${FOUR[0]}` }).log,
    ).toEqual([`30 connect ${FOUR[0]}`]);
  });

  it('after 50 ms IPv4 is tried; IPv6 that comes later joins, and is next', () => {
    const { log, machine } = play({
      10: `answer 4 ${all(FOUR)}`,
      100: `answer 6 ${SIX[0]}`,
      400: `connected ${SIX[0]}`,
    });
    expect(log).toEqual([`60 connect ${FOUR[0]}`, `310 connect ${SIX[0]}`, `400 cancel ${FOUR[0]}`]);
    expect(formatIp(machine.winner!)).toBe(SIX[0]);
    expect(machine.pollTimeout()).toBe(NEVER);
  });

  it.each([
    [{ 10: 'answer 6 ENODATA', 20: 'answer 4 EAI_AGAIN' }, 'EAI_AGAIN'],
    [{ 10: 'answer 4 EAI_AGAIN', 20: 'answer 6 ENODATA' }, 'EAI_AGAIN'],
    [{ 10: 'answer 6 ENOTFOUND', 20: 'answer 4 ENOTFOUND' }, 'ENOTFOUND'],
  ])('no address at all is the end: %j', (happenings, problem) => {
    const { machine, log } = play(happenings);
    expect([machine.isOver, machine.problem, log]).toEqual([true, problem, []]);
  });
});

describe('§4: order', () => {
  const ips = (texts: readonly string[]) => texts.map(parseIp);

  it('the families take turns; what is left follows', () => {
    expect(interleave(ips([...SIX, ...FOUR.slice(0, 1)]), 1).map(formatIp)).toEqual([
      SIX[0],
      FOUR[0],
      SIX[1],
      SIX[2],
    ]);
    expect(interleave(ips([...SIX, ...FOUR]), 2).map(formatIp)).toEqual([
      SIX[0],
      SIX[1],
      FOUR[0],
      SIX[2],
      FOUR[1],
      FOUR[2],
    ]);
  });

  it('loses and invents nothing, and each family keeps its order', () => {
    const address = fc.oneof(
      fc.nat(200).map((n) => `192.0.2.${n}`),
      fc.nat(200).map((n) => `2001:db8::${n + 1}`),
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(address, { maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        (texts, first) => {
          const sorted = ips(texts);
          const list = interleave(sorted, first);
          for (const family of [4, 6])
            expect(list.filter((one) => familyOf(one) === family)).toEqual(
              sorted.filter((one) => familyOf(one) === family),
            );
          const lead = sorted.filter((one) => familyOf(one) === familyOf(sorted[0]!)).length;
          const run = list.findIndex((one) => familyOf(one) !== familyOf(list[0]!));
          if (run !== -1) expect(run).toBe(Math.min(first, lead));
        },
      ),
    );
  });
});

describe('§5: attempts', () => {
  const answers = { 0: `answer 6 ${all(SIX)}`, 1: `answer 4 ${all(FOUR)}` };

  it('follow each other 250 ms apart, and the first that succeeds ends the others', () => {
    const { log, events } = play({ ...answers, 600: `connected ${FOUR[0]}` });
    expect(log).toEqual([
      `0 connect ${SIX[0]}`,
      `250 connect ${FOUR[0]}`,
      `500 connect ${SIX[1]}`,
      `600 cancel ${SIX[0]}`,
      `600 cancel ${SIX[1]}`,
    ]);
    expect(events.at(-1)).toMatchObject({
      kind: 'eyeballs.win',
      detail: { address: FOUR[0], attempts: 3, cancelled: `${SIX[0]}, ${SIX[1]}` },
    });
  });

  it('a failure brings the next one forward, but never within 10 ms', () => {
    expect(
      play({ ...answers, 3: `failed ${SIX[0]}`, 90: `failed ${FOUR[0]}`, 95: `connected ${SIX[1]}` }).log,
    ).toEqual([`0 connect ${SIX[0]}`, `10 connect ${FOUR[0]}`, `90 connect ${SIX[1]}`]);
  });

  it('end when all have failed, with what failed last', () => {
    const { machine, log } = play({
      0: `answer 6 ${SIX[0]}`,
      1: `answer 4 ${FOUR[0]}`,
      300: `failed ${FOUR[0]}`,
      400: `failed ${SIX[0]}`,
    });
    expect(log).toHaveLength(2);
    expect([machine.isOver, machine.problem, machine.winner]).toEqual([true, 'ECONNREFUSED', undefined]);
  });

  it('an address fails while the other family is still awaited: that one is waited for', () => {
    const { log } = play({ 0: `answer 6 ${SIX[0]}`, 20: `failed ${SIX[0]}`, 80: `answer 4 ${FOUR[0]}` });
    expect(log).toEqual([`0 connect ${SIX[0]}`, `80 connect ${FOUR[0]}`]);
  });

  it('no delay below 10 ms, none above 2 s', () => {
    expect(
      () => new HappyEyeballs({ families: [4], order: sixFirst, attemptDelay: 9 * MILLISECOND }),
    ).toThrow(Misuse);
    expect(play({ ...answers, 2500: `connected ${SIX[0]}` }, { attemptDelay: 9 * SECOND }).log[1]).toBe(
      `2000 connect ${FOUR[0]}`,
    );
  });
});

it('one by one: all answers first, and each address until it has failed', () => {
  const { log } = play(
    {
      10: `answer 6 ${SIX[0]} ${SIX[1]}`,
      100: `answer 4 ${FOUR[0]}`,
      127100: `failed ${SIX[0]}`,
      254100: `failed ${SIX[1]}`,
      254200: `connected ${FOUR[0]}`,
    },
    { mode: 'one-by-one' },
  );
  expect(log).toEqual([`100 connect ${SIX[0]}`, `127100 connect ${SIX[1]}`, `254100 connect ${FOUR[0]}`]);
});

it('one family: several addresses race as well', () => {
  const { log } = play({ 0: `answer 4 ${all(FOUR)}`, 300: `connected ${FOUR[1]}` }, { families: [4] });
  expect(log).toEqual([`0 connect ${FOUR[0]}`, `250 connect ${FOUR[1]}`, `300 cancel ${FOUR[0]}`]);
});

it('whatever happens: an end, one winner at most, each address once, attempts 10 ms apart, nothing left open', () => {
  const family = fc.constantFrom<Family>(4, 6);
  const step = fc.record({ after: fc.nat(400), which: fc.nat(9), isGood: fc.boolean() });
  const answer = fc.record({
    after: fc.nat(200),
    count: fc.nat(4),
    family,
  });
  const wants = fc.record({
    mode: fc.constantFrom('race' as const, 'one-by-one' as const),
    firstFamilyCount: fc.integer({ min: 1, max: 3 }),
    attemptDelay: fc.constantFrom(10, 100, 250, 5000).map((ms) => ms * MILLISECOND),
  });
  fc.assert(
    fc.property(
      wants,
      fc.array(answer, { maxLength: 2 }),
      fc.array(step, { maxLength: 12 }),
      (options, answers, steps) => {
        const machine = new HappyEyeballs({ families: [6, 4], order: sixFirst, ...options });
        const open = new Set<Ip>();
        const tried: Ip[] = [];
        const times: number[] = [];
        let now = 0;
        const drain = (): void => {
          while (machine.pollEvent());
          for (let action = machine.pollAction(); action; action = machine.pollAction()) {
            if (action.kind === 'cancel') expect(open.delete(action.address)).toBe(true);
            else {
              open.add(action.address);
              tried.push(action.address);
              times.push(now);
            }
          }
        };
        const wait = (duration: number): void => {
          const until = now + duration;
          for (let next = machine.pollTimeout(); next <= until; next = machine.pollTimeout()) {
            now = Math.max(now, next);
            machine.handleTimeout(now);
            drain();
          }
          now = until;
        };
        const given = new Set<Family>();
        const reply = (which: Family, count: number): void => {
          given.add(which);
          const addresses = (which === 4 ? FOUR : SIX).slice(0, count).map(parseIp);
          machine.handleAnswer(which, addresses, addresses.length === 0 ? 'ENODATA' : undefined, now);
          drain();
        };
        for (const { after, count, family: which } of answers) {
          wait(after * MILLISECOND);
          if (!given.has(which)) reply(which, count);
        }
        for (const { after, which, isGood } of steps) {
          wait(after * MILLISECOND);
          const address = [...open][which % Math.max(1, open.size)];
          if (address === undefined) continue;
          open.delete(address);
          if (isGood) machine.handleConnected(address, now);
          else machine.handleFailed(address, 'ETIMEDOUT', now);
          drain();
        }
        for (const which of [4, 6] as const) if (!given.has(which)) reply(which, 0);
        for (let i = 0; i < 20 && !machine.isOver; i++) {
          wait(3 * SECOND);
          for (const address of [...open]) {
            open.delete(address);
            machine.handleFailed(address, 'ETIMEDOUT', now);
            drain();
          }
        }
        expect(machine.isOver).toBe(true);
        expect([...open]).toEqual([]);
        expect(new Set(tried).size).toBe(tried.length);
        expect((machine.winner === undefined) === (machine.problem !== undefined)).toBe(true);
        expect(machine.pollTimeout()).toBe(NEVER);
        for (const [i, time] of times.entries())
          if (i > 0) expect(time - times[i - 1]!).toBeGreaterThanOrEqual(10 * MILLISECOND);
      },
    ),
    { numRuns: process.env['CI'] ? 5_000 : 500 },
  );
});
