// What the figure about a name's move says of a run: which address each city's resolver would give, where the orders
// went, and these things in words. Read from caches and packets as the engine rebuilt them; nothing is computed here.
import type { CacheView, MachineView, RunView } from '#engine/inspect/view.ts';
import { formatSpan, MINUTE } from '../engine/format.ts';

export const HOUR = 60 * MINUTE;

/** What the figure follows: a name, absolute, and the machines that have its address before and after. */
export interface Move {
  readonly name: string;
  readonly old: string;
  readonly fresh: string;
  /** When the run begins, as a weekday and the hour. */
  readonly begins: readonly [day: string, hour: number];
}

/** A city of the run: the machine whose resolver its people ask, and theirs, as indices into the view. */
export interface CityOf {
  readonly name: string;
  readonly resolver: number;
  readonly people: number;
}

export type Answer = 'old' | 'new' | 'none';

/** What a city's resolver has kept. */
export interface Belief {
  readonly answer: Answer;
  /** Kernel time until which it keeps it, and for how long it was stored; undefined for nothing. */
  readonly expires?: number;
  readonly stored?: number;
}

export interface Order {
  readonly time: number;
  /** Index into the cities. */
  readonly city: number;
  readonly to: 'old' | 'new';
  readonly isLost: boolean;
}

/** Orders of a stretch of time, or of a city so far. */
export interface Tally {
  readonly lost: number;
  readonly old: number;
  readonly fresh: number;
}

const NOTHING: Belief = { answer: 'none' };

/** Those of `names` that are places of this run, in their order: a router in each, and the machine of its people. */
export function citiesOf({ areas, machines }: RunView, names: readonly string[]): CityOf[] {
  return names.flatMap((name) => {
    const isThere = ({ area }: MachineView): boolean => areas[area]?.label === name;
    const resolver = machines.findIndex((one) => isThere(one) && one.kind === 'router');
    const people = machines.findIndex((one) => isThere(one) && one.kind !== 'router');
    return resolver < 0 || people < 0 ? [] : [{ name, resolver, people }];
  });
}

/** What each city's resolver would answer at `time` from what it has kept; rows that have run out say nothing. */
export function beliefsAt(
  view: RunView,
  cities: readonly CityOf[],
  move: Move,
  caches: readonly CacheView[],
  time: number,
): Belief[] {
  const [old, fresh] = addressesOf(view, move);
  return cities.map(({ resolver }) => {
    for (const { machine, rows } of caches) {
      if (machine !== resolver) continue;
      const row = rows.find(
        ({ name, type, expires }) => name === move.name && type === 'A' && expires > time,
      );
      if (!row) continue;
      const answer = row.data === old ? 'old' : row.data === fresh ? 'new' : 'none';
      if (answer !== 'none') return { answer, expires: row.expires, stored: row.ttl * 1e9 };
    }
    return NOTHING;
  });
}

/** A belief as it stands at a later moment, before anybody has looked again. */
export function beliefLater(belief: Belief, time: number): Belief {
  return belief.expires !== undefined && belief.expires <= time ? NOTHING : belief;
}

function addressesOf({ machines }: RunView, { old, fresh }: Move): readonly [string, string] {
  const addressOf = (name: string): string => machines.find((one) => one.name === name)?.addresses[0] ?? '';
  return [addressOf(old), addressOf(fresh)];
}

/** Every packet from a city's people to one of the two servers: each is an order. In order of time. */
export function ordersOf(view: RunView, cities: readonly CityOf[], move: Move): Order[] {
  const [old, fresh] = addressesOf(view, move);
  const cityOf = new Map(cities.map(({ people }, i) => [people, i]));
  const orders: Order[] = [];
  for (const { time, from, destination, outcome } of view.packets) {
    const city = cityOf.get(from);
    const to = destination === old ? 'old' : destination === fresh ? 'new' : undefined;
    if (city === undefined || to === undefined) continue;
    orders.push({ time, city, to, isLost: outcome === 'lost' || outcome === 'refused' });
  }
  return orders;
}

export function tally(orders: readonly Order[]): Tally {
  const lost = orders.filter(({ isLost }) => isLost).length;
  const fresh = orders.filter(({ to, isLost }) => to === 'new' && !isLost).length;
  return { lost, fresh, old: orders.length - lost - fresh };
}

/** Orders of each stretch of `width` nanoseconds until `end`. */
export function binsOf(orders: readonly Order[], end: number, width: number): Tally[] {
  const bins: Order[][] = Array.from({ length: Math.ceil(end / width) }, () => []);
  for (const order of orders) bins[Math.floor(order.time / width)]?.push(order);
  return bins.map(tally);
}

/** When the new address was published: where the run's first phase, the old address everywhere, ends. */
export const changeOf = ({ phases }: RunView): number => phases[0]?.end ?? 0;

// ── in words ──

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** `Friday 13:20` */
export function clock({ begins: [day, hour] }: Move, time: number): string {
  const minutes = Math.floor((hour * HOUR + time) / MINUTE);
  const days = Math.floor(minutes / (24 * 60));
  const inDay = minutes % (24 * 60);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${weekday(day, days)}\u00a0${pad(Math.floor(inDay / 60))}:${pad(inDay % 60)}`;
}

function weekday(first: string, days: number): string {
  return DAYS[(DAYS.indexOf(first as (typeof DAYS)[number]) + days) % DAYS.length] ?? first;
}

/** Marks of the axis: midnight has the name of the day that begins, the other quarters of a day their hour. */
export function clockMarks(move: Move, end: number): { readonly value: number; readonly text: string }[] {
  const [day, hour] = move.begins;
  const marks: { value: number; text: string; weight: number }[] = [];
  for (let at = Math.ceil(hour / 6) * 6; at * HOUR - hour * HOUR <= end; at += 6) {
    const value = (at - hour) * HOUR;
    const inDay = at % 24;
    const text = inDay === 0 ? weekday(day, at / 24) : `${String(inDay).padStart(2, '0')}:00`;
    marks.push({ value, text, weight: inDay === 0 ? 0 : inDay === 12 ? 1 : 2 });
  }
  // Where room is short, days go before noons, noons before the rest.
  return marks.sort((a, b) => a.weight - b.weight);
}

/** Whole minutes, rounded up as countdowns are; the last one in seconds. */
export function remaining(time: number): string {
  return formatSpan(time < MINUTE ? Math.ceil(time / 1e9) * 1e9 : Math.ceil(time / MINUTE) * MINUTE);
}

/** The widest that stands below a city's name. */
export const WIDEST_NOTE = 'old, 23:59\u00a0h';

/** `old, 8:12 h`, `new, 5 min`: on phones there is room for no more. */
export function noteOf({ answer, expires }: Belief, time: number): string {
  if (answer === 'none' || expires === undefined) return 'nothing kept';
  const minutes = Math.ceil((expires - time) / MINUTE);
  if (minutes < 60) return `${answer}, ${remaining(expires - time)}`;
  return `${answer}, ${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}\u00a0h`;
}

/** `1 h 20 min after the change`, `3 h before the change` */
export function sinceChange(time: number, change: number): string {
  const apart = Math.abs(time - change);
  if (apart < MINUTE) return 'the change is made';
  return `${formatSpan(Math.floor(apart / MINUTE) * MINUTE)} ${time < change ? 'before' : 'after'} the change`;
}

export interface Spread {
  readonly old: number;
  readonly fresh: number;
  readonly none: number;
}

export function spreadOf(beliefs: readonly Belief[]): Spread {
  const having = (wanted: Answer): number => beliefs.filter(({ answer }) => answer === wanted).length;
  return { old: having('old'), fresh: having('new'), none: having('none') };
}

/** The moment in one sentence, for who listens. */
export function momentText(move: Move, time: number, change: number, beliefs: readonly Belief[]): string {
  const { old, fresh, none } = spreadOf(beliefs);
  return `${clock(move, time)}, ${sinceChange(time, change)}: of ${beliefs.length} resolvers ${old} would give the old address, ${fresh} the new one, and ${none} would have to ask.`;
}
