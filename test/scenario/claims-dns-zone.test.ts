/** A zone that its owner edits, and a name without `www`: what the scenarios claim follows from the zones and their TTLs. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/engine/base/units.ts';
import { chaiCartZone } from '../../src/engine/scenario/dns/names-zones.ts';
import { Run, type RunSpec } from '../../src/engine/scenario/run.ts';

type Value = number | string | undefined;

function runOf(scenario: string, set: Readonly<Record<string, string>> = {}, inputs: RunSpec['inputs'] = []) {
  const run = new Run({ scenario, set, seed: 1, inputs }).finish();
  expect(run.cutShort, JSON.stringify(set)).toBeUndefined();
  const claims: Record<string, Value> = Object.fromEntries(
    Object.entries(run.claims()).map(([name, { value }]) => [name, value]),
  );
  return { run, claims };
}

describe('own-zone', () => {
  const BOTH = ['ns1', 'ns2'];
  const edit = (time: number, text: string, machines = BOTH): RunSpec['inputs'] =>
    machines.map((machine) => ({
      time: time * SECOND,
      what: 'zone',
      detail: { machine, origin: 'chaicart.example.', text },
    }));
  const moved = (ttl: number): string =>
    chaiCartZone({ servers: BOTH, ttl, address: '192.0.2.180', serial: 2026112002 });

  /**
   * When a device looked, by its own clock, and what it must have got: its copy is good until the second in which it
   * came, and the TTL, are over. `edited` in seconds.
   */
  function reckoned(run: Run, device: string, ttl: number, edited: number) {
    let keptUntil = 0;
    let asked = 0;
    let data = '';
    let noticed: number | undefined;
    let begun = device === 'phone' ? 12 * SECOND : 0;
    for (const { node, time } of run.world.trace.events(['watch.name'])) {
      if (node !== device) continue;
      if (begun >= keptUntil) {
        asked += 1;
        keptUntil = (Math.floor(time / SECOND) + ttl) * SECOND;
        const now = time > edited * SECOND ? 'new' : 'old';
        if (data === 'old' && now === 'new') noticed = time - edited * SECOND;
        data = now;
      }
      begun = time + 30 * SECOND;
    }
    return { asked, noticed };
  }

  for (const ttl of [30, 60, 120, 300])
    it.each([100, 200, 333])(`a TTL of ${ttl} s, edited after %i s: who notices when`, (edited) => {
      const { run, claims } = runOf('own-zone', { ttl: `${ttl}s` }, edit(edited, moved(ttl)));
      const [laptop, phone] = ['laptop', 'phone'].map((device) => reckoned(run, device, ttl, edited));
      expect(claims['laptop']).toBe(laptop!.noticed);
      expect(claims['phone']).toBe(phone!.noticed);
      expect(claims['lookups']).toBe(2 * 31);
      expect(claims['questions']).toBe(laptop!.asked + phone!.asked);
      for (const { noticed } of [laptop!, phone!])
        if (noticed !== undefined) expect(noticed).toBeLessThan((ttl + 30 + 1) * SECOND);
    });

  it('without an edit nobody notices anything, and a long TTL asks once a device', () => {
    const { claims } = runOf('own-zone', { ttl: '3600s' });
    expect(claims).toEqual({ laptop: undefined, phone: undefined, lookups: 62, questions: 2, refused: 0 });
    expect(runOf('own-zone', { ttl: '1s' }).claims['questions']).toBe(62);
  });

  it('a zone that cannot be served changes nothing, and each server says so', () => {
    const bad = moved(30).replace('@       30     A      192.0.2.180', '@ 30 CNAME edge.hoster.example.');
    expect(bad).toContain('CNAME edge');
    const { claims } = runOf('own-zone', { ttl: '30s' }, edit(100, bad));
    expect(claims).toEqual({
      ...runOf('own-zone', { ttl: '30s' }).claims,
      refused: BOTH.length,
    });
  });

  it('a record that is gone is noticed as well', () => {
    const gone = moved(60).replace(/^@ .*\bA\b.*\n/m, '');
    const { run, claims } = runOf('own-zone', { ttl: '60s' }, edit(200, gone));
    expect(claims['laptop']).toBe(reckoned(run, 'laptop', 60, 200).noticed);
    const codes = [...run.world.trace.events(['watch.name'])].map(({ detail }) => detail!['code']);
    expect(new Set(codes)).toEqual(new Set([null, 'ENODATA']));
  });
});

describe('apex', () => {
  const MOVE = 30 * SECOND;
  const VISIT = 90 * SECOND;
  const TTL = 30;

  it('the hoster’s address, written down, is the old one after the move', () => {
    const { claims } = runOf('apex', { apex: 'address' });
    expect(claims).toEqual({
      new: 'ETIMEDOUT',
      old: 'ETIMEDOUT',
      mail: 'mail.chaicart.example',
      refused: undefined,
    });
  });

  it('a CNAME is refused for what stands beside it, and all is as before', () => {
    const { refused, ...rest } = runOf('apex', { apex: 'cname' }).claims;
    expect(refused).toMatch(/CNAME.*SOA and NS/s);
    const { refused: _, ...before } = runOf('apex', { apex: 'address' }).claims;
    expect(rest).toEqual(before);
  });

  it('an ALIAS follows the hoster as soon as its server’s own copies have run out', () => {
    const { run, claims } = runOf('apex', { apex: 'alias' });
    expect(claims).toEqual({
      new: 'the page',
      old: 'the page',
      mail: 'mail.chaicart.example',
      refused: undefined,
    });
    // it looks every 20 s, by way of a resolver that keeps the hoster's address for its TTL
    const follows = [...run.world.trace.events(['alias.follow'])];
    expect(follows.map(({ detail }) => detail!['addresses'])).toEqual(['192.0.2.180', '192.0.2.80']);
    expect(follows[1]!.time).toBeGreaterThan(MOVE);
    expect(follows[1]!.time).toBeLessThan(MOVE + (TTL + 20 + 1) * SECOND);
    // and whoever got the address before has forgotten it when the visits come
    expect(follows[1]!.time).toBeLessThan(VISIT - TTL * SECOND);
  });

  it('an HTTPS record helps those who ask for it', () => {
    const { run, claims } = runOf('apex', { apex: 'https' });
    expect(claims).toEqual({
      new: 'the page',
      // the name is there, and has no address: RFC 2308 calls it NODATA
      old: 'ENODATA',
      mail: 'mail.chaicart.example',
      refused: undefined,
    });
    const typesOf = (client: string): string[] =>
      [...run.world.trace.events(['dns.stub.ask'])]
        .filter(({ node }) => node === client)
        .map(({ detail }) => `${String(detail!['type'])} ${String(detail!['name'])}`);
    expect(typesOf('phone')).toContain('HTTPS chaicart.example.');
    expect(typesOf('phone')).toContain('A edge.hoster.example.');
    expect(typesOf('laptop').some((one) => one.startsWith('HTTPS'))).toBe(false);
  });

  it('one knob changes one thing: the visits are made at the same moments', () => {
    for (const apex of ['address', 'cname', 'alias', 'https']) {
      const { run } = runOf('apex', { apex });
      const starts = [...run.world.trace.events(['fetch.start'])].map(({ node, time }) => [node, time]);
      expect(starts).toEqual([
        ['laptop', VISIT],
        ['phone', VISIT],
      ]);
    }
  });
});
