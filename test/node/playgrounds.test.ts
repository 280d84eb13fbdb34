// The projects of the playgrounds, each in two worlds: on plain Node, and on the simulated network. Same files, same output.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { masked } from './playground/masks.ts';
import { type RealProcess, runForReal, unable } from './playground/real-world.ts';

const root = fileURLToPath(new URL('../../content/playgrounds/', import.meta.url));
const names = readdirSync(root).sort();

interface Field {
  readonly processes: readonly RealProcess[];
  readonly notes?: readonly { readonly file: string; readonly at: string }[];
}
const fieldOf = (name: string): Field =>
  JSON.parse(readFileSync(`${root}${name}/package.json`, 'utf8')).roundtrip;

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

  it('runs on plain Node: every program ends well and says something', async ({ skip }) => {
    const why = await unable();
    if (why) skip(why);
    const { processes } = fieldOf(name);
    const real = await runForReal(root + name, processes);
    expect([...real.keys()].sort()).toEqual(processes.map((one) => one.name).sort());
    for (const [program, { stdout, stderr, end }] of real) {
      expect(stderr, program).toBe('');
      expect(end, program).toBe(0);
      expect(stdout, program).not.toBe('');
    }
  });
});
