/**
 * Caches of six cities on paper: who asks when is read from a run, and what each is told follows from the TTLs alone.
 *
 * A resolver keeps what it was told until the whole second in which it heard it, and the TTL, are over. It asks again with
 * the first question after that. Nothing here uses the engine's cache or resolver.
 */
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { CITY, type CityName, cityNames } from '../../src/engine/scenario/dns/cities.ts';
import type { Run } from '../../src/engine/scenario/run.ts';

/** What the name server says at a moment, and for how many seconds it may be kept. */
export interface Said {
  readonly data: string;
  readonly ttl: number;
}

export interface Told {
  readonly city: CityName;
  /** When somebody asked, in nanoseconds. */
  readonly time: number;
  readonly data: string;
  /** True when the name server was asked for it. */
  readonly isFresh: boolean;
}

/** Between a provider and ChaiCart's name server, there and back, with its work. */
export function wayToServer(city: CityName): number {
  return 2 * (CITY[city].delay + 3) * MILLISECOND;
}

/** When people in a city looked a name up. */
export function asksOf(run: Run, city: CityName): number[] {
  const events = [...run.world.trace.events(['dns.stub.ask'])];
  return events.filter(({ node }) => node === `${city}-people`).map(({ time }) => time);
}

/** What each question is told, by `said`; `known` is until when a city has something from before, and what. */
export function reckon(
  run: Run,
  said: (time: number, city: CityName) => Said,
  known: (city: CityName) => { readonly data: string; readonly until: number } | undefined = () => undefined,
): Told[] {
  const all = cityNames.flatMap((city) => {
    let kept = known(city);
    return asksOf(run, city).map((time): Told => {
      // five milliseconds from the people to their provider
      const there = time + 5 * MILLISECOND;
      if (kept && there < kept.until) return { city, time, data: kept.data, isFresh: false };
      const { data, ttl } = said(there + wayToServer(city) / 2, city);
      const heard = Math.floor((there + wayToServer(city)) / SECOND);
      kept = { data, until: (heard + ttl) * SECOND };
      return { city, time, data, isFresh: true };
    });
  });
  return all.sort((a, b) => a.time - b.time);
}
