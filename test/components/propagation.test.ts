// What the figure about a name that moves reads from a run, beside what the engine's claims and tables say of it.
import { expect, test } from 'vitest';
import { unpackView } from '../../components/engine/pack.ts';
import { prepare } from '../../components/engine/server.ts';
import { buildPropagation } from '../../components/figure/propagation-build.ts';
import {
  beliefLater,
  beliefsAt,
  binsOf,
  changeOf,
  citiesOf,
  clock,
  clockMarks,
  HOUR,
  type Move,
  momentText,
  noteOf,
  ordersOf,
  remaining,
  sinceChange,
  tally,
} from '../../components/figure/propagation-reading.ts';
import { Session } from '../../src/engine/export/session.ts';

const MOVE: Move = {
  name: 'chaicart.example.',
  old: 'chaicart',
  fresh: 'chaicart-new',
  begins: ['Thursday', 12],
};
const NAMES = ['Lisbon', 'Frankfurt', 'Lagos', 'Mumbai', 'Tokyo', 'São Paulo'];
const SECOND = 1e9;
const MINUTE = 60 * SECOND;

function sessionWith(set: Record<string, string>): Session {
  return Session.start({ scenario: 'migration', set, seed: 1, inputs: [] }).finish();
}
const plain = sessionWith({});

test('each city is found, with its resolver and its people', () => {
  const view = plain.view();
  const cities = citiesOf(view, [...NAMES, 'Nairobi']);
  expect(cities.map(({ name }) => name)).toEqual(NAMES);
  for (const { resolver, people, name } of cities) {
    expect(view.machines[resolver]!.called).toBe(`The resolver in ${name}`);
    expect(view.machines[people]!.called).toBe(`Somebody in ${name}`);
  }
});

const VARIANTS: readonly Record<string, string>[] = [
  {},
  { lowered: 'late' },
  { old: 'kept' },
  { ttl: '5min' },
  { ttl: '24h', lowered: 'early' },
];

test.each(VARIANTS)('its orders are those that the run counts: %o', (set) => {
  const session = sessionWith(set);
  const view = session.view();
  const orders = ordersOf(view, citiesOf(view, NAMES), MOVE);
  const { lost, old, fresh } = tally(orders);
  const claims = session.run.claims();
  expect(view.cutShort).toBeUndefined();
  expect(lost + old + fresh).toBe(claims['orders']!.value);
  expect(lost).toBe(claims['lost']!.value);
  const last = orders.findLast(({ isLost }) => isLost);
  // From the change until it was sent, but for the name's lookup, and the hop to the provider
  const lastLost = claims['lastLost']!.value as number | undefined;
  if (lastLost === undefined) expect(last).toBeUndefined();
  else expect(Math.abs(last!.time - changeOf(view) - lastLost)).toBeLessThan(SECOND);
  const bins = binsOf(orders, view.end, HOUR);
  expect(bins.reduce((all, bin) => all + bin.lost + bin.old + bin.fresh, 0)).toBe(orders.length);
  expect(bins[25]).toEqual(tally(orders.filter(({ time }) => time >= 25 * HOUR && time < 26 * HOUR)));
});

test('what a resolver believes is what its people are told next', () => {
  const view = plain.view();
  const cities = citiesOf(view, NAMES);
  let seen = 0;
  for (const order of ordersOf(view, cities, MOVE)) {
    // A moment before the order the answer was in the cache, or is in it since
    const belief = beliefsAt(view, cities, MOVE, plain.caches(order.time), order.time)[order.city]!;
    if (belief.answer === 'none') continue;
    seen += 1;
    expect(belief.answer, `${NAMES[order.city]} at ${order.time}`).toBe(order.to);
  }
  expect(seen).toBeGreaterThan(500);
});

test('a belief lasts no longer than the TTL, and ends by itself', () => {
  const view = plain.view();
  const cities = citiesOf(view, NAMES);
  const change = changeOf(view);
  expect(change).toBe(24 * HOUR);
  for (const belief of beliefsAt(view, cities, MOVE, plain.caches(change), change)) {
    if (belief.answer === 'none') continue;
    expect(belief.expires! - change).toBeLessThanOrEqual(12 * HOUR);
    expect(beliefLater(belief, belief.expires! - 1)).toBe(belief);
    expect(beliefLater(belief, belief.expires!).answer).toBe('none');
  }
  const late = beliefsAt(view, cities, MOVE, plain.caches(change + 12 * HOUR), change + 12 * HOUR);
  expect(late.every(({ answer }) => answer !== 'old')).toBe(true);
});

test('the page carries a run without its packets, and draws the moment when half have moved', () => {
  const { time, built, cities, wide, tall } = buildPropagation(plain, MOVE);
  expect(time - 24 * HOUR).toBe(plain.run.claims()['cityMoves']!.value);
  expect(new Set(cities)).toEqual(new Set(NAMES));
  expect([wide, tall].every(({ spots }) => spots.every(({ note }) => note !== undefined))).toBe(true);
  expect(built.soFar).toHaveLength(6);
  const request = { scenario: 'migration', set: {}, seed: 1, inputs: [] };
  const { json, placed } = prepare(request, { id: 'map', cursor: time, panels: ['map'], isBare: true });
  expect(json.length).toBeLessThan(20_000);
  expect(placed.complete).toBe(false);
  const carried = unpackView(JSON.parse(json));
  expect(carried.packets).toEqual([]);
  expect(carried.end).toBe(plain.view().end);
  expect(carried.claims).toEqual(plain.view().claims);
  expect(() => buildPropagation(plain, MOVE, 60 * HOUR)).toThrow('after the end of the run');
  const other = Session.start({ scenario: 'home-lan', set: {}, seed: 1, inputs: [] }).finish();
  expect(() => buildPropagation(other, MOVE)).toThrow('nobody in home-lan lives in a city of the map');
});

test('times in words', () => {
  expect(clock(MOVE, 0)).toBe('Thursday\u00a012:00');
  expect(clock(MOVE, 25 * HOUR + 20 * MINUTE)).toBe('Friday\u00a013:20');
  expect(clock(MOVE, 36 * HOUR)).toBe('Saturday\u00a000:00');
  expect(clock({ ...MOVE, begins: ['Sunday', 23] }, 2 * HOUR)).toBe('Monday\u00a001:00');
  expect(sinceChange(24 * HOUR, 24 * HOUR)).toBe('the change is made');
  expect(sinceChange(25 * HOUR + 20 * MINUTE, 24 * HOUR)).toBe('1\u00a0h 20\u00a0min after the change');
  expect(sinceChange(21 * HOUR, 24 * HOUR)).toBe('3\u00a0h before the change');
  expect(clockMarks(MOVE, 20 * HOUR).map(({ value, text }) => [value / HOUR, text])).toEqual([
    [12, 'Friday'],
    [0, '12:00'],
    [6, '18:00'],
    [18, '06:00'],
  ]);
  expect(remaining(59 * SECOND - 1)).toBe('59\u00a0s');
  expect(remaining(8 * HOUR + 11.2 * MINUTE)).toBe('8\u00a0h 12\u00a0min');
  const old = { answer: 'old', expires: 10 * HOUR, stored: 12 * HOUR } as const;
  expect(noteOf(old, 2 * HOUR)).toBe('old, 8:00\u00a0h');
  expect(noteOf(old, 9 * HOUR + 30 * MINUTE)).toBe('old, 30\u00a0min');
  expect(noteOf({ answer: 'none' }, 0)).toBe('nothing kept');
  expect(momentText(MOVE, 25 * HOUR, 24 * HOUR, [old, { answer: 'none' }])).toBe(
    'Friday\u00a013:00, 1\u00a0h after the change: of 2 resolvers 1 would give the old address, 0 the new one, and 1 would have to ask.',
  );
});
