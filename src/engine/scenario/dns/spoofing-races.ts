/**
 * The races of a run with forged answers, read from its trace: the question, the true answer, and what became of each
 * forged one. Answers are followed along recorded causes, from whoever sent them to what the resolver said of them.
 */
import type { Nanoseconds } from '../../base/units.ts';
import type { Guessed, Unknowns } from '../../policy/spoofing-odds.ts';
import type { TraceEvent } from '../../trace/event.ts';
import type { Trace } from '../../trace/log.ts';
import { first } from '../trace-claims.ts';

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
  /** When Eve asked the resolver. */
  readonly begun: Nanoseconds;
  /** Of the resolver's question; in the letters in which it was sent. */
  readonly name: string;
  readonly id: number;
  readonly port: number;
  readonly asked: Nanoseconds;
  /** When the name server answered, and when that was at the resolver; undefined where it did not happen. */
  readonly answered: Nanoseconds | undefined;
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
    const answer = first(trace, 'dns.authority.answer', (event) => event.node === 'ns1' && isMine(event));
    const truth = answer && fates.get(answer.id);
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
      begun: race.time,
      asked: ask.time,
      answered: answer?.time,
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

export function unknownsOf({ detail }: TraceEvent): Unknowns {
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
    // a resolver that knows the server's cookie looks at it before the letters
    return guess.hasCookie || guess.name === question.name ? 'cookie' : 'letters';
  }

  function why(): string {
    if (!seen) return 'it was lost on the way';
    return String(seen.detail!['reason'] ?? 'everything fits');
  }
}
