// What name servers were asked and given, and what caches hold, as figures read it from a run.
import { describe, expect, it } from 'vitest';
import type { RunRequest } from '#engine/inspect/view.ts';
import { Session } from '../../src/engine/export/session.ts';
import { MAX_ZONE } from '../../src/engine/scenario/dns/zone-input.ts';

const SECOND = 1e9;
const start = (inputs: RunRequest['inputs'] = []): Session =>
  Session.start({ scenario: 'own-zone', set: {}, seed: 1, inputs }).finish();
const plain = start();
const view = plain.view();
const [zone] = view.zones;
const load = (time: number, text: string): RunRequest['inputs'][number] => ({
  time,
  what: 'zone',
  detail: { machine: zone!.machine, origin: zone!.origin, text },
});
const moved = zone!.text.replace('192.0.2.80', '192.0.2.180').replace('2026112001', '2026112002');
const name = (index: number | undefined): string => (index === undefined ? '' : view.machines[index]!.name);

describe('the log of name servers', () => {
  it('holds every query that a server answered, in order, with who asked', () => {
    const { queries, more } = plain.nameServerLog();
    const events = [...plain.run.world.trace.events(['dns.authority.answer'])];
    expect(queries).toHaveLength(events.length);
    expect(more).toBe(0);
    expect(queries.map(({ time }) => time)).toEqual(events.map(({ time }) => time));
    const first = queries.find(({ server, type }) => name(server).startsWith('ns') && type === 'A')!;
    expect(first.answer).toBe('192.0.2.80');
    expect(name(first.from)).toBe('resolver');
    expect(first.transport).toBe('udp');
    expect(queries.find(({ server }) => name(server) === 'root')!.answer).toBe('a referral');
    // nobody asks a server about itself, and strangers have no name
    for (const { from, server } of queries) expect(from).not.toBe(server);
  });

  it('tells the zones that were taken and those that were refused', () => {
    const broken = moved.replace('A      192.0.2.180', 'A      192.0.2.1800');
    const { loads, queries } = start([load(60 * SECOND, broken), load(90 * SECOND, moved)]).nameServerLog();
    expect(loads.map(({ time, server, serial }) => [time / SECOND, name(server), serial])).toEqual([
      [60, 'ns1', undefined],
      [90, 'ns1', 2026112002],
      [91, 'ns2', 2026112002],
    ]);
    expect(loads[0]!.reason).toMatch(/line \d+/);
    expect(loads[1]).toMatchObject({ origin: 'chaicart.example.', reason: '' });
    const said = queries.filter(({ server, type }) => name(server) === 'ns1' && type === 'A');
    for (const { time, answer, name: asked } of said)
      if (asked === 'chaicart.example.')
        expect(answer).toBe(time < 90 * SECOND ? '192.0.2.80' : '192.0.2.180');
  });
});

describe('a second name server', () => {
  const log = (...texts: string[]) =>
    start(texts.map((text, i) => load((60 + i) * SECOND, text)))
      .nameServerLog()
      .loads.filter(({ server }) => name(server) === 'ns2')
      .map(({ time, serial, reason }) => [time / SECOND, serial, reason]);

  it('keeps the zone that it has when the serial did not grow', () => {
    const [[time, serial, reason] = []] = log(moved.replace('2026112002', '2026112001'));
    expect([time, serial]).toEqual([61, undefined]);
    expect(reason).toContain('2026112001 is not later');
    // on the circle of serials, half a circle back is no growth
    expect(log(moved.replace('2026112002', '1'))[0]![1]).toBeUndefined();
  });

  it('says nothing when nothing changed, and takes the latest of several', () => {
    expect(log(zone!.text)).toEqual([]);
    const later = moved.replace('2026112002', '2026112003').replace('192.0.2.180', '192.0.2.181');
    expect(log(moved, later)).toEqual([[61, 2026112003, '']]);
  });
});

describe('the caches', () => {
  it('are those of the laptop, the router, both resolvers and the phone, and hold what the tables hold', () => {
    const at = 20 * SECOND;
    const caches = plain.caches(at);
    const machines = new Set(caches.map(({ machine }) => name(machine)));
    for (const one of ['laptop', 'home-router', 'resolver', 'phone', 'public'])
      expect(machines).toContain(one);
    for (const one of machines) {
      const table = plain.tables(one, at).find((table) => table.name === 'Names')!;
      const rows = caches.filter(({ machine }) => name(machine) === one).flatMap(({ rows }) => rows);
      expect(rows.map(({ name, type, data }) => [name, type, data]).sort()).toEqual(
        table.rows.map((row) => row.slice(0, 3)).sort(),
      );
    }
  });

  it('are named while they are empty, and count down to the moment at which the answer is gone', () => {
    expect(plain.caches(0).map(({ cache }) => cache)).toEqual(
      plain.caches(20 * SECOND).map(({ cache }) => cache),
    );
    const laptop = view.machines.findIndex((machine) => machine.name === 'laptop');
    const shop = (time: number) =>
      plain
        .caches(time)
        .filter(({ machine }) => machine === laptop)
        .flatMap(({ rows }) => rows)
        .find((row) => row.name === 'chaicart.example.' && row.type === 'A');
    const row = shop(10 * SECOND)!;
    expect(row.ttl).toBeLessThanOrEqual(120);
    expect(shop(row.expires - 1)).toEqual(row);
    expect(shop(row.expires)?.expires).not.toBe(row.expires);
  });
});

describe('the zones that are offered', () => {
  it('are what is served, follow their knobs, and may be sent back', () => {
    expect(zone).toMatchObject({ machine: 'ns1', origin: 'chaicart.example.' });
    expect(zone!.text.length).toBeLessThan(MAX_ZONE);
    const other = Session.start({ scenario: 'own-zone', set: { ttl: '30s' }, seed: 1, inputs: [] });
    expect(other.finish().view().zones[0]!.text).toMatch(/@ +30 +A/);
    expect(start([load(SECOND, zone!.text)]).nameServerLog().loads[0]!.serial).toBe(2026112001);
  });
});
