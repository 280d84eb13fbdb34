import { describe, expect, it } from 'vitest';
import { Random } from '../../src/engine/base/random.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../src/engine/base/units.ts';
import { TableReader } from '../../src/engine/inspect/tables.ts';
import { scenarios } from '../../src/engine/scenario/all.ts';
import { Run } from '../../src/engine/scenario/run.ts';
import type { Detail } from '../../src/engine/trace/event.ts';
import { Trace } from '../../src/engine/trace/log.ts';
import { askName, fetchPage, home, ping, serveNames, servePage } from '../net/small-world.ts';
import { compareTables } from './compare-tables.ts';

/** A busy quarter of an hour: requests now and then, a machine that goes dark, another that restarts. */
function busy(seed: number) {
  const made = home({ seed });
  const { world, network, laptop, phone, web, dns } = made;
  serveNames(dns);
  servePage(web);
  const random = new Random(seed);
  for (let i = 0; i < 40; i++) {
    const at = random.below(900 * SECOND);
    const host = random.chance(0.5) ? laptop : phone;
    const what = random.below(4);
    world.kernel.call(at, () => {
      if (what === 0) host.run('fetch', fetchPage(host));
      else if (what === 1) askName(host, i);
      else if (what === 2) ping(host, '203.0.113.80', i);
      else host.run('refused', fetchPage(host, 81));
    });
  }
  world.input(200 * SECOND, 'off', { machine: 'web' });
  world.input(260 * SECOND, 'restart', { machine: 'web' });
  world.input(400 * SECOND, 'restart', { machine: 'home' });
  world.input(600 * SECOND, 'restart', { machine: 'switch' });
  world.input(700 * SECOND, 'restart', { machine: 'laptop' });
  return { world, network };
}

describe('tables from the trace', () => {
  it.each([1, 2, 3, 4])('seed %i: equal to the live ones at 50 moments', (seed) => {
    const { world, network } = busy(seed);
    const random = new Random(seed * 1000);
    const moments = Array.from({ length: 50 }, () => random.below(1000 * SECOND)).sort((a, b) => a - b);
    const reader = new TableReader(world.trace);
    for (const until of moments) {
      world.kernel.run({ until });
      expect(compareTables(network, world.trace, reader)).toEqual([]);
    }
    // and a reader that sees the whole trace gives the same for a past moment as one that saw it then
    const middle = moments[25]!;
    const fresh = new TableReader(world.trace);
    for (const machine of network.machines.keys()) {
      for (const table of ['arp', 'nat', 'switch', 'sockets'] as const) {
        expect([...fresh.rows(table, machine, middle)]).toEqual([...reader.rows(table, machine, middle)]);
      }
    }
  });

  it.each(scenarios.map(({ name }) => name))('scenario %s: equal at 50 moments, names included', (name) => {
    const run = new Run({ scenario: name, set: {}, seed: 3, inputs: [] });
    const random = new Random(3);
    const moments = Array.from({ length: 50 }, () => random.below(SECOND)).sort((a, b) => a - b);
    const reader = new TableReader(run.world.trace);
    for (const until of moments) {
      run.world.kernel.run({ until });
      expect(compareTables(run.network, run.world.trace, reader)).toEqual([]);
    }
    // a scenario without tables would compare nothing; the one about names has names
    const machines = [...run.network.machines.keys()];
    const wanted = name === 'first-request' ? 'dns' : 'routes';
    expect(machines.some((machine) => reader.rows(wanted, machine, SECOND).size > 0)).toBe(true);
  });

  it('compares something: a row that the trace does not know of is found', () => {
    const { world, network } = busy(1);
    world.kernel.run({ until: 100 * SECOND });
    const [row] = new TableReader(world.trace).rows('arp', 'home', world.now).keys();
    expect(row).toBeDefined();
    expect(compareTables(network, new Trace()).length).toBeGreaterThan(5);
  });

  it('leaves out rows whose time has come, at the very nanosecond', () => {
    const { world, laptop } = home();
    ping(laptop, '203.0.113.80');
    world.kernel.run();
    const tables = new TableReader(world.trace);
    const [row] = tables.living('nat', 'home', world.now);
    expect(row).toMatchObject({ protocol: 'ICMP', inside: '192.168.1.23:4660', remote: '203.0.113.80' });
    expect(tables.living('nat', 'home', row!.expires - 1).length).toBe(1);
    expect(tables.living('nat', 'home', row!.expires).length).toBe(0);
    expect(tables.rows('nat', 'home', row!.expires).size).toBe(1);
    expect(tables.living('arp', 'laptop', 400_895)).toEqual([]);
    expect(tables.living('arp', 'laptop', 400_896).map(({ address }) => address)).toEqual(['192.168.1.1']);
    expect(tables.living('arp', 'laptop', MINUTE + 400_896)).toEqual([]);
    expect(tables.tablesOf('home')).toEqual(['nat', 'arp', 'addresses', 'routes']);
    expect(tables.tablesOf('switch')).toEqual(['switch']);
    expect(tables.tablesOf('nobody')).toEqual([]);
  });

  it('finds any moment of a long history through copies of its rows', () => {
    const trace = new Trace();
    const kind = trace.kind('switch.learn', 'requests');
    const node = trace.node('switch');
    const expected: Map<string, string>[] = [];
    const rows = new Map<string, string>();
    const random = new Random(5);
    for (let i = 0; i < 2000; i++) {
      const isCleared = random.chance(0.01);
      const detail: Detail = isCleared
        ? { mac: '', port: '' }
        : { mac: `m${random.below(40)}`, port: `p${random.below(5)}` };
      trace.recordDetail(i * MILLISECOND, kind, node, detail);
      if (isCleared) rows.clear();
      else rows.set(String(detail['mac']), String(detail['port']));
      expected.push(new Map(rows));
    }
    const tables = new TableReader(trace);
    for (const i of [0, 1, 126, 127, 128, 129, 255, 256, 1000, 1999]) {
      const found = tables.rows('switch', 'switch', i * MILLISECOND);
      expect(new Map([...found].map(([key, { port }]) => [key, port]))).toEqual(expected[i]);
    }
  });
});
