// Claims as texts, evaluated while a page is built: the scenario runs once per specification, and prose, tables and
// figures read from that run. What cannot be read fails the build: a page without a number is better than a wrong one.
import { Malformed } from '#engine/base/errors.ts';
import { formatDuration, formatNumber, formatSpan, MILLISECOND, SECOND } from '#engine/base/units.ts';
import { claimText } from '#engine/inspect/build-view.ts';
import type { RunRequest } from '#engine/inspect/view.ts';
import { showValue } from '#engine/scenario/parameter.ts';
import { Run } from '#engine/scenario/run.ts';
import type { Claim } from '#engine/scenario/scenario.ts';
import { keyOf } from './answers.ts';

/**
 * `ms` and `s` for times, `long` for hours and minutes, `words` for counts up to twelve, `fraction` for a time near a simple part of a second, `km` for
 * the length of fibre that light passes in a time.
 */
export type ClaimStyle = 'ms' | 's' | 'long' | 'count' | 'words' | 'fraction' | 'km';

/** Light in glass at a refractive index of about 1.5: 200,000 km a second. */
const NANOSECONDS_A_KILOMETRE = 5000;

export interface ClaimQuery {
  /** Defaults to `first-request`. */
  readonly scenario?: string;
  readonly set?: Readonly<Record<string, string>>;
  readonly seed?: number;
  readonly inputs?: RunRequest['inputs'];
  /** Which claim; or else `knob`, for the value of a parameter. */
  readonly name?: string;
  readonly knob?: string;
  /** The claim, or claims, to take away from the first one, all of the same run. */
  readonly minus?: string | readonly string[];
  /** A part of a claim that has parts: `dns` of `bytes`. */
  readonly part?: string;
  readonly as?: ClaimStyle;
}

export interface ClaimAnswer {
  readonly text: string;
  /** Nanoseconds, bytes or a count; a text for outcomes. */
  readonly value: number | string;
  /** What exactly is counted, and in which run, as sentences. */
  readonly about: string;
}

const runs = new Map<string, { readonly run: Run; readonly claims: Readonly<Record<string, Claim>> }>();

function requestOf(query: ClaimQuery): RunRequest {
  const { scenario = 'first-request', set = {}, seed = 1, inputs = [] } = query;
  return { scenario, set, seed, inputs };
}

function finished(query: ClaimQuery) {
  const request = requestOf(query);
  const key = keyOf(request);
  let known = runs.get(key);
  if (!known) {
    const run = new Run(request).finish();
    runs.set(key, (known = { run, claims: run.claims() }));
  }
  return known;
}

/** Reads a claim. Throws {@link Malformed}, naming what there is, when there is no such claim, part or value. */
export function readClaim(query: ClaimQuery): ClaimAnswer {
  if (query.knob !== undefined) return readKnob(query, query.knob);
  const { run } = finished(query);
  const name = query.name ?? '';
  const specOf = (wanted: string) => {
    const spec = run.scenario.claims[wanted];
    if (!spec)
      throw new Malformed(
        `${run.scenario.name} has no claim “${wanted}”; it has ${list(run.scenario.claims)}`,
      );
    return spec;
  };
  const spec = specOf(name);
  let claim = claimOf(query, name);
  let about = spec.about;
  if (query.part !== undefined) {
    const value = claim.parts?.[query.part];
    if (value === undefined)
      throw new Malformed(`claim “${name}” has no part “${query.part}”; it has ${list(claim.parts ?? {})}`);
    claim = { kind: claim.kind, value };
    about = `${about.replace(/\.$/, '')}: the part of ${query.part}.`;
  }
  const less = typeof query.minus === 'string' ? [query.minus] : (query.minus ?? []);
  for (const taken of less) {
    const other = claimOf(query, taken);
    if (claim.kind !== other.kind || typeof claim.value !== 'number' || typeof other.value !== 'number')
      throw new Malformed(`“${taken}” cannot be taken from “${name}”`);
    claim = { kind: claim.kind, value: claim.value - other.value };
  }
  if (less.length > 0) {
    const quoted = (wanted: string): string => `“${specOf(wanted).label}”`;
    about = `${quoted(name)} less ${less.map(quoted).join(' and ')}. ${about}`;
  }
  return { text: claimAs(claim, query.as, name), value: claim.value!, about: `${about} ${runText(query)}` };
}

function readKnob(query: ClaimQuery, knob: string): ClaimAnswer {
  const { run } = finished(query);
  const parameter = run.scenario.parameters[knob];
  if (!parameter)
    throw new Malformed(
      `${run.scenario.name} has no parameter “${knob}”; it has ${list(run.scenario.parameters)}`,
    );
  const value = run.values[knob]!;
  if (query.as === 'km' && parameter.kind !== 'duration')
    throw new Malformed(`“${knob}” is no time, so no length`);
  const text = query.as === 'km' ? kilometres(Number(value)) : showValue(parameter, value);
  return { text, value, about: `${parameter.about} ${runText(query)}` };
}

function kilometres(time: number): string {
  return `${formatNumber(time / NANOSECONDS_A_KILOMETRE)}\u00a0km`;
}

function claimOf(query: ClaimQuery, name: string): Claim {
  const { run, claims } = finished(query);
  const claim = claims[name];
  if (!claim) throw new Malformed(`${run.scenario.name} has no claim “${name}”; it has ${list(claims)}`);
  if (claim.value === undefined) throw new Malformed(`“${name}” did not happen. ${runText(query)}`);
  return claim;
}

const list = (named: Readonly<Record<string, unknown>>): string => Object.keys(named).join(', ');

function runText(query: ClaimQuery): string {
  const { scenario, set, seed } = requestOf(query);
  const words = Object.entries(set).map(([name, text]) => `${name} ${text}`);
  if (seed !== 1) words.push(`seed ${seed}`);
  return `Run “${scenario}”${words.length > 0 ? `, ${words.join(', ')}` : ''}.`;
}

const WORDS = 'no one two three four five six seven eight nine ten eleven twelve'.split(' ');
const FRACTIONS: readonly (readonly [part: number, words: string])[] = [
  [1 / 2, 'half a second'],
  [1 / 3, 'a third of a second'],
  [1 / 4, 'a quarter of a second'],
  [1 / 5, 'a fifth of a second'],
  [1 / 10, 'a tenth of a second'],
];
/** A fraction in words may be off by this much of itself. */
const FRACTION_SLACK = 0.04;

function claimAs(claim: Claim, style: ClaimStyle | undefined, name: string): string {
  const value = Number(claim.value);
  const refuse = (why: string): never => {
    throw new Malformed(`claim “${name}” is ${claimText(claim)} and cannot be written as ${style}: ${why}`);
  };
  if (style === undefined) return claimText(claim);
  const isTime =
    style === 'ms' || style === 's' || style === 'long' || style === 'fraction' || style === 'km';
  if (isTime !== (claim.kind === 'time')) refuse(`it is a ${claim.kind}`);
  if (style === 'ms') return formatDuration(value, value < 10 * MILLISECOND ? 1 : 0);
  if (style === 's') return `${formatNumber(value / SECOND, 1)}\u00a0s`;
  if (style === 'long') return formatSpan(value);
  if (style === 'km') return kilometres(value);
  if (style === 'count') return formatNumber(value);
  if (style === 'words') return WORDS[value] ?? refuse('words go to twelve');
  const near = FRACTIONS.find(([part]) => Math.abs(value / SECOND - part) <= part * FRACTION_SLACK);
  return near?.[1] ?? refuse('no simple part of a second is that near');
}
