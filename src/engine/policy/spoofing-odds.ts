/**
 * How likely a forger off the path is to be believed by a resolver: what there is to guess, and what a guess is worth.
 *
 * RFC 5452 §7: the chance of one race is the number of forged answers that come in time, all different, divided by the
 * number of answers that the resolver might be waiting for; more races, as long as one of them suffices, combine as
 * independent ones do. The spaces are those of proto/dns/resolver: 16 bits of id (RFC 5452 §9.2), ports from 1024 on,
 * one bit for each letter of the name in mixed case (draft-vixie-dnsext-dns0x20), 64 bits of client cookie (RFC 7873 §4).
 *
 * Not here: several questions at once for the same name (D in the RFC: our resolver joins them), several addresses to
 * answer from (N: one server), and whoever sees the question: he has nothing to guess.
 */
import { Misuse } from '../base/errors.ts';
import { exp, ln } from '../base/math.ts';

/** What of a question a forger does not know. */
export interface Unknowns {
  /** He cannot tell the next id from those before. */
  readonly ids: boolean;
  readonly ports: boolean;
  /** Letters of the name, each of which may be small or capital; 0 where the resolver does not mix them. */
  readonly letters: number;
  readonly cookie: boolean;
}

export type Guessed = 'ids' | 'ports' | 'letters' | 'cookie';

export const ID_VALUES = 65_536n;
/** 1024 to 65535. */
export const PORT_VALUES = 64_512n;
export const COOKIE_VALUES = 18_446_744_073_709_551_616n;

/** How many values each part of the question may have for the forger: 1 where he knows it. */
export function valuesOf(unknowns: Unknowns): Readonly<Record<Guessed, bigint>> {
  return {
    ids: unknowns.ids ? ID_VALUES : 1n,
    ports: unknowns.ports ? PORT_VALUES : 1n,
    letters: 1n << BigInt(unknowns.letters),
    cookie: unknowns.cookie ? COOKIE_VALUES : 1n,
  };
}

/** How many different answers there are of which one would be believed. */
export function searchSpace(unknowns: Unknowns): bigint {
  return Object.values(valuesOf(unknowns)).reduce((product, values) => product * values, 1n);
}

/** The chance of one race with so many forged answers, all different (RFC 5452 §7.2 with one server, one question). */
export function raceChance(space: bigint, guesses: number): number {
  if (space < 1n || !Number.isInteger(guesses) || guesses < 0) throw new Misuse(`${guesses} of ${space}`);
  return Math.min(1, guesses / Number(space));
}

/** The same as “1 in …”, rounded to a whole number; exact where no number would be. */
export function oneIn(space: bigint, guesses: number): bigint {
  const count = BigInt(guesses);
  if (count >= space) return 1n;
  return (space + count / 2n) / count;
}

/** The chance that at least one of so many races is won: 1 − (1 − chance)^races, without losing what is small. */
export function chanceOfRaces(chance: number, races: number): number {
  if (chance >= 1) return races > 0 ? 1 : 0;
  return lessThanOne(races * lnOfRest(chance));
}

/** Races after which the chance is even; whole, at least one. */
export function evenRaces(chance: number): number {
  if (!(chance > 0)) return Infinity;
  if (chance >= 0.5) return 1;
  return Math.ceil(ln(2) / lnOfRest(chance));
}

/** −ln(1 − p). Below 10⁻⁴ by its series, because 1 − p has lost the digits there. */
function lnOfRest(p: number): number {
  if (p > 1e-4) return -ln(1 - p);
  return p * (1 + p * (1 / 2 + p * (1 / 3 + p / 4)));
}

/** 1 − e^−x for x ≥ 0, in the same way. */
function lessThanOne(x: number): number {
  if (x > 1e-4) return 1 - exp(-x);
  return x * (1 - (x / 2) * (1 - (x / 3) * (1 - x / 4)));
}
