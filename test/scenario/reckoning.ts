/** A run, what it claims, and how long ways take: for reckoning claims a second time, from links and knobs alone. */
import { expect } from 'vitest';
import { MILLISECOND } from '../../src/engine/base/units.ts';
import { findScenario } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';

export type Knobs = Readonly<Record<string, string>>;
export type Value = number | string | undefined;

export interface Claimed {
  readonly run: Run;
  readonly claims: Readonly<Record<string, Value>>;
}

export function claimed(scenario: string, set: Knobs = {}, seed = 1): Claimed {
  const run = new Run({ scenario, set, seed, inputs: [] }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  const claims = Object.fromEntries(Object.entries(run.claims()).map(([name, { value }]) => [name, value]));
  return { run, claims };
}

export function choicesOf(scenario: string, name: string): string[] {
  const parameter = findScenario(scenario).parameters[name]!;
  return parameter.kind === 'choice' ? parameter.choices.map(({ value }) => value) : [];
}

/** There and back over the links between machines that stand beside each other. */
export function wayOf(run: Run, ...machines: string[]): number {
  const delays = machines.slice(1).map((to, i) => run.network.channelOf(machines[i]!, to).delay);
  return 2 * delays.reduce((sum, delay) => sum + delay, 0);
}

/** Ways in the world of names, by who asks whom. */
export const WAYS = {
  home: ['laptop', 'home-router'],
  resolver: ['laptop', 'home-router', 'isp', 'resolver'],
  public: ['laptop', 'home-router', 'isp', 'transit-a', 'public'],
  root: ['resolver', 'isp', 'transit-a', 'root'],
  tld: ['resolver', 'isp', 'transit-a', 'tld'],
  ns1: ['resolver', 'isp', 'transit-a', 'transit-b', 'ns1'],
  ns2: ['resolver', 'isp', 'transit-a', 'ns2'],
} as const;

export function waysOf(run: Run, ...names: (keyof typeof WAYS)[]): number {
  return names.reduce((sum, name) => sum + wayOf(run, ...WAYS[name]), 0);
}

/** Frames take time to be sent and servers to work: so much is forgiven for each way. */
const SLACK = MILLISECOND / 2;

export function expectNear(value: Value, expected: number, ways = 4): void {
  expect(Number(value)).toBeGreaterThanOrEqual(expected);
  expect(Number(value)).toBeLessThan(expected + ways * SLACK);
}

/** Bytes of a DNS message over UDP and IPv4. */
export function packetOf(message: number): number {
  return 20 + 8 + message;
}

/** Bytes of a message with one question and an OPT record (RFC 1035 §4.1, RFC 6891 §6.1.2), before any other record. */
export function messageOf(name: string): number {
  return 12 + (name.length + 2) + 4 + 11;
}

/** Bytes of a record whose owner is a pointer to a name before it (RFC 1035 §4.1.4). */
export function recordOf(data: number): number {
  return 2 + 10 + data;
}
