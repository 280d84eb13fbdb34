/** The hosts file of a machine as a table of the run: edited by an input, read back from the trace. */
import { expect, it } from 'vitest';
import { Malformed } from '../../src/engine/base/errors.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import { TableReader } from '../../src/engine/inspect/tables.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { HOSTS_PATH, isHostPath, MAX_FILE } from '../../src/engine/net/host-files.ts';
import { Run } from '../../src/engine/scenario/run.ts';

const spec = (text: unknown, machine = 'laptop') => ({
  scenario: 'first-request',
  set: {},
  seed: 1,
  inputs: [{ time: SECOND, what: 'hosts', detail: { machine, text: text as string } }],
});

it('is edited by an input, stays through a restart, and can be read at any moment of the trace', () => {
  const run = new Run({
    ...spec('192.0.2.66 shop\n'),
    inputs: [
      ...spec('192.0.2.66 shop\n').inputs,
      { time: 2 * SECOND, what: 'restart', detail: { machine: 'laptop' } },
    ],
  });
  const laptop = run.network.machine('laptop') as Host;
  expect(laptop.files.read(HOSTS_PATH)).toContain('127.0.1.1\tlaptop');
  run.finish();
  expect(laptop.files.read(HOSTS_PATH)).toBe('192.0.2.66 shop\n');
  const tables = new TableReader(run.world.trace);
  expect([...tables.rows('files', 'laptop', SECOND - 1)]).toEqual([]);
  expect(tables.rows('files', 'laptop', 3 * SECOND)).toEqual(laptop.files.rows());
  expect(laptop.files.rows().get(HOSTS_PATH)?.text).toBe('192.0.2.66 shop\n');
});

it('refuses what no editor saves, and machines without a hosts file, before the run', () => {
  expect(() => new Run(spec('x'.repeat(MAX_FILE + 1)))).toThrow(Malformed);
  expect(() => new Run(spec(undefined))).toThrow(Malformed);
  expect(() => new Run(spec('a\u0000b'))).toThrow(/printable/);
  expect(() => new Run(spec('', 'switch'))).toThrow(/switch has no hosts file/);
  expect(() => new Run(spec('', 'nobody'))).toThrow(Malformed);
  expect([isHostPath(HOSTS_PATH), isHostPath('/etc/passwd'), isHostPath('constructor')]).toEqual([
    true,
    false,
    false,
  ]);
});
