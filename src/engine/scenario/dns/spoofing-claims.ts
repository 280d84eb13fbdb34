/**
 * What can be read from a run with forged answers: what became of each, how long the truth took, and the odds.
 */
import { countLetters } from '../../app/forger.ts';
import { type Nanoseconds, SECOND } from '../../base/units.ts';
import {
  COOKIE_VALUES,
  evenRaces,
  type Guessed,
  ID_VALUES,
  oneIn,
  PORT_VALUES,
  raceChance,
  searchSpace,
  type Unknowns,
} from '../../policy/spoofing-odds.ts';
import type { Trace } from '../../trace/log.ts';
import type { Claim, ClaimSpec, FinishedRun, Phase } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { AT } from './names-world.ts';
import { type Race, racesOf, unknownsOf } from './spoofing-races.ts';
import { largeText, yearsText } from './spoofing-words.ts';

/** Seconds for which the true answer is kept: so long Eve waits for her next race, if she wants that one name. */
export const TTL = 300;

/** What an even chance costs: races, and the time that they take. */
export interface Effort {
  readonly races: number;
  /** Seconds. */
  readonly time: number;
}

/** At the run's own rate: race after race for the whole zone; one each time the TTL has run out for a single name. */
export function effortOf(trace: Trace, races: readonly Race[]): Effort | undefined {
  const [start] = races;
  if (!start) return undefined;
  const chance = raceChance(searchSpace(start.unknowns), start.guesses);
  const even = evenRaces(chance);
  return { races: even, time: even * secondsPerRace(trace, races) };
}

function secondsPerRace(trace: Trace, races: readonly Race[]): number {
  const begin = [...trace.events(['forge.race'])];
  const ends = [...trace.events(['forge.end'])];
  if (begin[0]!.detail!['again'] === false || ends.length === 0) return TTL;
  return (ends.at(-1)!.time - begin[0]!.time) / races.length / SECOND;
}

const text = (value: string | undefined): Claim => ({ kind: 'text', value });

/** “certain”, or “1 in” how many. */
export function oddsText(unknowns: Unknowns, guesses: number): string {
  const odds = oneIn(searchSpace(unknowns), guesses);
  return odds === 1n ? 'certain' : `1 in ${largeText(odds)}`;
}

export const claims: Readonly<Record<string, ClaimSpec>> = {
  outcome: {
    label: 'The resolver’s cache',
    about: 'Whether the resolver has believed and kept something that Eve had made up.',
    read: ({ world }) => {
      const races = racesOf(world.trace);
      if (races.length === 0) return text(undefined);
      const isPoisoned = races.some(({ strokes }) => strokes.some(({ fate }) => fate === 'believed'));
      return text(isPoisoned ? 'poisoned' : 'not poisoned');
    },
  },
  races: {
    label: 'Races',
    about: 'Questions of the resolver that Eve caused and tried to answer.',
    read: ({ world }) => count(world.trace, 'forge.race'),
  },
  forged: {
    label: 'Forged answers',
    about: 'Answers that Eve sent in the name server’s name, over all races.',
    read: ({ world }) => count(world.trace, 'forge.send'),
  },
  guesses: {
    label: 'In one race',
    about: 'Forged answers that Eve sends in one race, if none is believed before.',
    read: ({ world }) => {
      const race = first(world.trace, 'forge.race');
      return { kind: 'count', value: race && Number(race.detail!['guesses']) };
    },
  },
  odds: {
    label: 'Odds of one race',
    about:
      'Forged answers in one race against the answers that Eve would have to try to be sure, computed from what she could not tell (RFC 5452 §7.2).',
    read: ({ world }) => {
      const race = first(world.trace, 'forge.race');
      return text(race && oddsText(unknownsOf(race), Number(race.detail!['guesses'])));
    },
  },
  evenOdds: {
    label: 'An even chance after',
    about:
      'Races until Eve has won with a chance of one half, and the time they take: at the pace of this run, or one whenever the true answer’s TTL has run out.',
    read: ({ world }) => {
      const effort = effortOf(world.trace, racesOf(world.trace));
      return text(effort && effortText(effort));
    },
  },
  window: {
    label: 'The truth needs',
    about:
      'From the resolver’s question to the name server until the true answer is back, in the first race.',
    read: ({ world }) => {
      const [race] = racesOf(world.trace);
      const value = race?.truth === undefined ? undefined : race.truth - race.asked;
      return { kind: 'time', value };
    },
  },
  landed: {
    label: 'Maya lands on',
    about: 'The machine to which Maya’s browser connects when she opens the page afterwards.',
    read: ({ world }) => {
      const address = first(world.trace, 'fetch.name', at('laptop'))?.detail?.['address'];
      if (address === AT.eve) return text('Eve’s machine');
      return text(address === AT.chaicart ? 'ChaiCart’s server' : undefined);
    },
  },
};

export function effortText({ races, time }: Effort): string {
  if (races <= 1) return 'one race';
  return `${largeText(BigInt(Math.round(races)))} races: ${yearsText(time)}`;
}

/** One part of the question that may have to be guessed, and what guessing it multiplies the work by. */
export interface Factor {
  readonly part: Guessed;
  readonly values: number;
  readonly text: string;
  /** Eve must guess it in this run. */
  readonly isGuessed: boolean;
}

/** What a figure shows of a run: its last race, and the odds. */
export interface SpoofingReading {
  readonly race: Race;
  readonly races: number;
  readonly factors: readonly Factor[];
  readonly isPoisoned: boolean;
  readonly odds: string;
  readonly even: { readonly races: string; readonly time: string };
  readonly window: Nanoseconds | undefined;
  readonly landed: string | undefined;
}

/** Undefined for a run without races. */
export function readSpoofing({ world }: FinishedRun): SpoofingReading | undefined {
  const races = racesOf(world.trace);
  const race = races.at(-1);
  if (!race) return undefined;
  const { unknowns, guesses } = race;
  const letters = 1n << BigInt(countLetters(race.name));
  const factors: readonly (readonly [Guessed, bigint, boolean])[] = [
    ['ids', ID_VALUES, unknowns.ids],
    ['ports', PORT_VALUES, unknowns.ports],
    ['letters', letters, unknowns.letters > 0],
    ['cookie', COOKIE_VALUES, unknowns.cookie],
  ];
  const effort = effortOf(world.trace, races)!;
  const read = (name: string): Claim['value'] => claims[name]!.read({ world } as FinishedRun).value;
  return {
    race,
    races: races.length,
    factors: factors.map(([part, values, isGuessed]) => ({
      part,
      values: Number(values),
      text: largeText(values),
      isGuessed,
    })),
    isPoisoned: read('outcome') === 'poisoned',
    odds: oddsText(unknowns, guesses),
    even: { races: largeText(BigInt(Math.round(effort.races))), time: yearsText(effort.time) },
    window: race.truth === undefined ? undefined : race.truth - race.asked,
    landed: read('landed') as string | undefined,
  };
}

export function phases({ world }: FinishedRun): readonly Phase[] {
  const { trace } = world;
  const ends = [...trace.events(['forge.end'])];
  const begins = [...trace.events(['forge.race'])];
  const spans: Phase[] = [];
  const learnt = first(trace, 'forge.learn');
  if (learnt && learnt.time > 0) spans.push({ name: 'Eve learns', start: 0, end: learnt.time, cost: '' });
  const [from, to] = [begins[0], ends.at(-1)];
  if (from && to && to.time > from.time)
    spans.push({
      name: ends.length === 1 ? 'A race' : 'Races',
      start: from.time,
      end: to.time,
      cost: `${Number(claims['forged']!.read({ world } as FinishedRun).value)} forged answers`,
    });
  const look = first(trace, 'fetch.look-up');
  const loaded = first(trace, 'fetch.loaded');
  if (look && loaded) spans.push({ name: 'Maya', start: look.time, end: loaded.time, cost: 'the page' });
  return spans;
}
