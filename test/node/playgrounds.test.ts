// The projects of the playgrounds, each in two worlds: on plain Node, and on the simulated network. Same files, same output.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { masked } from './playground/masks.ts';
import { type Printed, type RealProcess, runForReal, unable } from './playground/real-world.ts';
import { runSimulated } from './playground/simulated-world.ts';

const root = fileURLToPath(new URL('../../content/playgrounds/', import.meta.url));
const names = readdirSync(root).sort();

interface Field {
  readonly processes: readonly RealProcess[];
  readonly notes?: readonly { readonly file: string; readonly at: string }[];
}
const fieldOf = (name: string): Field =>
  JSON.parse(readFileSync(`${root}${name}/package.json`, 'utf8')).roundtrip;

/** A project's files, by path from its folder. */
const filesOf = (name: string): Map<string, string> =>
  new Map(
    readdirSync(root + name, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .map((path) => [path.slice(`${root}${name}/`.length), readFileSync(path, 'utf8')]),
  );

/** What a reader can compare: each program's output and end, with times, dates and addresses masked. */
const comparable = (all: ReadonlyMap<string, Printed>) =>
  Object.fromEntries(
    [...all]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { stdout, stderr, end }]) => [
        name,
        { stdout: masked(stdout).split('\n'), stderr: masked(stderr).split('\n'), end },
      ]),
  );

describe('what is masked', () => {
  it('is times, dates and addresses, and nothing else', () => {
    expect(masked('200 after 51 ms from 192.0.2.101, at Sat, 21 Nov 2026 12:00:00 GMT')).toBe(
      '200 after TIME from ADDRESS, at DATE',
    );
    for (const text of [
      'no answer within 300 ms',
      'to be kept 300 s',
      'port 8001',
      '68 bytes',
      'HTTP/1.1 200',
    ])
      expect(masked(text)).toBe(text);
  });
});

it('there are at least ten projects', () => {
  expect(names.length).toBeGreaterThanOrEqual(10);
});

describe.each(names)('%s', (name) => {
  it('has its notes beside lines that are there', () => {
    for (const { file, at } of fieldOf(name).notes ?? [])
      expect(readFileSync(`${root}${name}/${file}`, 'utf8'), `${file}: ${at}`).toContain(at);
  });

  it('on the simulated network: every program says something and ends well, within seconds', async () => {
    const { printed, programs, seconds } = await runSimulated(filesOf(name));
    expect(programs.cutShort).toBeUndefined();
    expect(seconds).toBeLessThan(15);
    for (const [program, { stdout, stderr, end }] of printed) {
      expect(stderr, program).toBe('');
      expect(end, program).toBe(0);
      expect(stdout, program).not.toBe('');
    }
  });

  it('on plain Node: every program prints what it prints on the simulated network', async ({ skip }) => {
    const why = await unable();
    if (why) skip(why);
    const { printed } = await runSimulated(filesOf(name));
    const real = await runForReal(root + name, fieldOf(name).processes);
    expect(comparable(real)).toEqual(comparable(printed));
  });
});
