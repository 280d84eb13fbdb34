/** The phases that the timeline shows: what they say they cost is read from the run, also when packets are lost. */
import { expect, it } from 'vitest';
import { firstRequestPhases } from '../../src/engine/scenario/first-request/claims.ts';
import { Run } from '../../src/engine/scenario/run.ts';

function costs(set: Record<string, string>, seed = 1): Record<string, string> {
  const run = new Run({ scenario: 'first-request', set, seed, inputs: [] }).finish();
  return Object.fromEntries(firstRequestPhases(run).map(({ name, cost }) => [name, cost]));
}

it('a visit without losses', () => {
  expect(costs({})).toEqual({
    Name: '4 questions',
    Connect: '1 round trip',
    Page: '1 round trip and 5\u00a0ms of work',
    'Menu and photograph': '2 connections',
    Close: 'both ways',
  });
});

it('a lost SYN-ACK is on the bill: both sides send again', () => {
  const run = new Run({ scenario: 'first-request', set: { loss: '20%' }, seed: 3, inputs: [] }).finish();
  const handshake = run.claims()['handshake']!.value;
  expect(handshake).toBeGreaterThan(1e9);
  expect(costs({ loss: '20%' }, 3)['Connect']).toBe('1 round trip, 2 sent again');
});

it('what did not happen costs no round trip', () => {
  expect(costs({ server: 'refusing' })['Connect']).toBe('no connection');
  expect(costs({ name: 'mistyped' })['Connect']).toBeUndefined();
});
