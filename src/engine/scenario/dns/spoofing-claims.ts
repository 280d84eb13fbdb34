/**
 * What can be read from a run with forged answers: what became of each, how long the truth took, and the odds.
 */
import type { Nanoseconds } from '../../base/units.ts';
import {
  evenRaces,
  type Guessed,
  oneIn,
  raceChance,
  searchSpace,
  type Unknowns,
} from '../../policy/spoofing-odds.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Trace } from '../../trace/log.ts';
import type { Claim, ClaimSpec, FinishedRun, Phase } from '../scenario.ts';
import { at, count, first } from '../trace-claims.ts';
import { AT } from './names-world.ts';
import { largeText, yearsText } from './spoofing-words.ts';

/** Seconds for which the true answer is kept: so long Eve waits for her next race, if she wants that one name. */
export const TTL = 300;

/** Why an answer was not believed, as far as it can be told by its fields; `lost` if it never arrived. */
export type Fate = 'believed' | Exclude<Guessed, 'cookie'> | 'cookie' | 'late' | 'lost';

/** One answer to the question of a race. */
export interface Stroke {
  readonly sent: Nanoseconds;
  /** Undefined if lost. */
  readonly arrived: Nanoseconds | undefined;
  readonly id: number;
  readonly port: number;
  readonly name: string;
  readonly hasCookie: boolean;
  readonly fate: Fate;
  /** What the resolver recorded about it. */
  readonly why: string;
}

/** A race: the resolver's question, the true answer, the forged ones. */
export interface Race {
  readonly number: number;
  /** In the letters in which it was sent. */
  readonly name: string;
  readonly id: number;
  readonly port: number;
  readonly asked: Nanoseconds;
  /** When the question was at the name server, and its answer at the resolver; undefined where that did not happen. */
  readonly heard: Nanoseconds | undefined;
  readonly truth: Nanoseconds | undefined;
  readonly isTruthBelieved: boolean;
  readonly unknowns: Unknowns;
  readonly guesses: number;
  readonly strokes: readonly Stroke[];
}

/** Links between a stroke and what became of it, at most. */
const MAX_CAUSES = 60;
const SEEN = ['udp.drop', 'dns.resolver.ignore', 'dns.cache.store', 'dns.resolver.answer'];
const ROOTS = ['forge.send', 'dns.authority.answer'];

/** The races of a run. */
export function racesOf(trace: Trace): readonly Race[] {
  const fates = fatesOf(trace);
  const sends = [...trace.events(['forge.send'])];
  const races: Race[] = [];
  for (const race of trace.events(['forge.race'])) {
    const { name, race: number, guesses } = race.detail!;
    const isMine = (event: TraceEvent): boolean =>
      event.time >= race.time && String(event.detail!['name']).toLowerCase() === name;
    const ask = first(trace, 'dns.resolver.ask', (event) => event.node === 'resolver' && isMine(event));
    if (!ask) continue;
    const heard = first(trace, 'dns.authority.answer', (event) => event.node === 'ns1' && isMine(event));
    const truth = heard && fates.get(heard.id);
    const mine = sends.filter(({ detail }) => detail!['race'] === number);
    const question = {
      name: String(ask.detail!['letters'] ?? ask.detail!['name']),
      id: Number(ask.detail!['id']),
      port: Number(ask.detail!['localPort']),
    };
    const end = [truth, ...mine.map(({ id }) => fates.get(id))].find((event) => event && isBelieved(event));
    races.push({
      number: Number(number),
      ...question,
      asked: ask.time,
      heard: heard?.time,
      truth: truth?.time,
      isTruthBelieved: truth !== undefined && isBelieved(truth),
      unknowns: unknownsOf(race),
      guesses: Number(guesses),
      strokes: mine.map((send) => strokeOf(send, fates.get(send.id), question, end?.time)),
    });
  }
  return races;
}

/** By the event that sent an answer, the first that the resolver recorded because of it. */
function fatesOf(trace: Trace): ReadonlyMap<number, TraceEvent> {
  const roots = new Set<number>();
  for (const event of trace.events(ROOTS))
    if (event.kind === 'forge.send' || event.node === 'ns1') roots.add(event.id);
  const fates = new Map<number, TraceEvent>();
  for (const event of trace.events(SEEN)) {
    if (event.node !== 'resolver') continue;
    let id = event.cause;
    for (let i = 0; i < MAX_CAUSES && id >= 0 && !roots.has(id); i++) id = trace.causeOf(id);
    if (roots.has(id) && !fates.has(id)) fates.set(id, event);
  }
  return fates;
}

function isBelieved({ kind }: TraceEvent): boolean {
  return kind === 'dns.cache.store' || kind === 'dns.resolver.answer';
}

function unknownsOf({ detail }: TraceEvent): Unknowns {
  return {
    ids: detail!['ids'] === true,
    ports: detail!['ports'] === true,
    letters: Number(detail!['letters']),
    cookie: detail!['cookie'] === true,
  };
}

function strokeOf(
  send: TraceEvent,
  seen: TraceEvent | undefined,
  question: { readonly name: string; readonly id: number; readonly port: number },
  end: Nanoseconds | undefined,
): Stroke {
  const d = send.detail!;
  const guess = {
    id: Number(d['id']),
    port: Number(d['port']),
    name: String(d['name']),
    hasCookie: d['cookie'] === true,
  };
  return { sent: send.time, arrived: seen?.time, ...guess, fate: fate(), why: why() };

  function fate(): Fate {
    if (!seen) return 'lost';
    if (isBelieved(seen)) return 'believed';
    if (guess.port !== question.port) return 'ports';
    if (end !== undefined && seen.time > end) return 'late';
    if (guess.id !== question.id) return 'ids';
    return guess.name === question.name ? 'cookie' : 'letters';
  }

  function why(): string {
    if (!seen) return 'it was lost on the way';
    return String(seen.detail!['reason'] ?? 'everything fits');
  }
}

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
  return (ends.at(-1)!.time - begin[0]!.time) / races.length / 1e9;
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
