// The simulator in one file: it needs nothing beside it, and prints what `roundtrip play` prints, errors included.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { play } from '../../src/cli/play.ts';
import { oneFile } from '../../src/site/integrations/simulator.ts';

const projects = fileURLToPath(new URL('../../content/playgrounds/', import.meta.url));
const names = readdirSync(projects).sort();
/** What a form with it may weigh: a common limit of servers is a megabyte. */
const MOST_BYTES = 800_000;

interface Ran {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

let folder: string;
let file: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'one-file-'));
  file = join(folder, 'roundtrip.mjs');
  writeFileSync(file, await oneFile());
});
afterAll(() => rmSync(folder, { recursive: true }));

async function here(project: string): Promise<Ran> {
  const said = { out: '', err: '' };
  const status = await play([project], (stream, text) => {
    said[stream] += text;
  });
  return { ...said, status };
}

/** In a process that has this file and no packages. */
function there(project: string): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [file, project], { cwd: folder }, (error, out, err) =>
      resolve({ out, err, status: Number(error?.code ?? 0) }),
    );
  });
}

describe('the simulator in one file', () => {
  it('is small enough to travel in a form, in letters that a form leaves as they are', async () => {
    const text = await oneFile();
    expect(text.length).toBeLessThan(MOST_BYTES);
    expect(new URLSearchParams([['file', text]]).toString().length).toBeLessThan(text.length * 1.01);
    expect(
      [...text.matchAll(/^import .* from '(.*)';$/gm)].every(([, from]) => from!.startsWith('node:')),
    ).toBe(true);
  });

  it.each(names)('prints the same of %s', async (name) => {
    const ran = await there(projects + name);
    expect(ran.status).toBe(0);
    expect(ran.out).not.toBe('');
    expect(ran).toEqual(await here(projects + name));
  });

  it('says the same of an error, of a project without a scenario, of a folder that is not there', async () => {
    const project = (name: string, scenario: string, source: string): string => {
      const at = join(folder, name);
      mkdirSync(at);
      const processes = [{ name: 'main', on: 'laptop', run: 'main.ts' }];
      writeFileSync(
        join(at, 'package.json'),
        JSON.stringify({ type: 'module', roundtrip: { scenario, processes } }),
      );
      writeFileSync(join(at, 'main.ts'), source);
      return at;
    };
    const broken = project('broken', 'workbench', 'const cup: string = "chai";\nthrow new TypeError(cup);\n');
    const ran = await there(broken);
    expect(ran.err).toContain('file:///app/main.ts:2');
    expect(ran.status).toBe(1);
    expect(ran).toEqual(await here(broken));
    expect(await there(join(folder, 'nowhere'))).toEqual(await here(join(folder, 'nowhere')));
    expect((await there(project('elsewhere', 'nat', ''))).err).toContain('only the workbench');
  });
});
