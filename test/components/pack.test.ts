import { describe, expect, it } from 'vitest';
import { Session } from '#engine/export/session.ts';
import { packView, unpackView } from '../../components/engine/pack.ts';

const sets = [{}, { caches: 'warm' }, { loss: '10%' }, { server: 'down' }, { rate: '0.5Mbit/s' }] as const;

describe('a packed view', () => {
  for (const set of sets) {
    it(`is the view again after JSON: ${JSON.stringify(set)}`, () => {
      const view = Session.start({ scenario: 'first-request', set, seed: 3, inputs: [] }).finish().view();
      const back = unpackView(JSON.parse(JSON.stringify(packView(view))));
      expect(back.hops).toEqual(view.hops);
      // What is undefined is left out: it reads the same.
      expect(JSON.parse(JSON.stringify(back))).toEqual(JSON.parse(JSON.stringify(view)));
    });
  }

  it('is much smaller than its JSON', () => {
    const view = Session.start({ scenario: 'first-request', set: {}, seed: 1, inputs: [] }).finish().view();
    const plain = JSON.stringify({
      ...view,
      hops: Object.fromEntries(Object.entries(view.hops).map(([name, column]) => [name, [...column]])),
    });
    expect(JSON.stringify(packView(view)).length).toBeLessThan(0.6 * plain.length);
  });
});
