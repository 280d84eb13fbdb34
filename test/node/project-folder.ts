// Runs the same folder of files on the real Node and in the simulation.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { SystemResolver } from '../../src/engine/app/system-resolver.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import { Drive } from '../../src/engine/node/drive.ts';
import { NodeProcess } from '../../src/engine/node/node-process.ts';
import { startProgram } from '../../src/engine/node/program.ts';
import { ProgramFiles } from '../../src/engine/node/program-files.ts';
import { World } from '../../src/engine/sim/world.ts';
import { nodeRealm } from './in-node.ts';

export type Folder = Readonly<Record<string, string>>;

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | undefined;
}

/** `node ENTRY` in a folder of its own, which is called `/app` in what comes back. */
export function onNode(files: Folder, entry: string): Promise<Printed> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'folder-')));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return new Promise((resolve) => {
    const { NODE_OPTIONS: _, ...outside } = process.env;
    const child = execFile(
      process.execPath,
      [join(folder, entry)],
      { env: { ...outside, NO_COLOR: '1' }, timeout: 30_000 },
      (error, stdout, stderr) => {
        rmSync(folder, { recursive: true });
        const plain = (text: string): string => text.replaceAll(folder, '/app');
        resolve({
          stdout: plain(stdout),
          stderr: plain(stderr),
          code: error ? Number(error.code ?? 1) : 0,
        });
      },
    );
    child.stdin?.end();
  });
}

/** The same on a simulated host. */
export async function simulated(files: Folder, entry: string): Promise<Printed> {
  const world = new World();
  const network = new Network(world);
  const host = network.host('laptop');
  const realm = nodeRealm();
  let stdout = '';
  let stderr = '';
  try {
    const drive = new Drive(world, realm);
    const node = new NodeProcess(drive, {
      name: entry,
      host,
      resolver: new SystemResolver(host, {}),
      files: new ProgramFiles(Object.entries(files).map(([name, text]) => [`/app/${name}`, text] as const)),
      argv: ['/usr/local/bin/node', `/app/${entry}`],
      onOutput: (stream, text) => {
        if (stream === 'stdout') stdout += text;
        else stderr += text;
      },
    });
    startProgram(node, `/app/${entry}`);
    await drive.run({ until: 600 * SECOND, maxEvents: 1_000_000 });
    return { stdout, stderr, code: node.ended };
  } finally {
    realm.end();
  }
}

/** Frames of Node's own, which the simulation does not have, and what Node calls the process. */
export function withoutInternals(text: string): string {
  return text
    .replace(
      /\n {4,}at (?:async )?[^\n]*(?:\(node:|node:internal|node:diagnostics)[^\n]*?(?= \{\n|\n|$)/g,
      '',
    )
    .replace(/\n {4,}\.\.\. \d+ lines matching cause stack trace \.\.\.(?= \{\n|\n|$)/g, '')
    .replace(/^node:[^\n]*:\d+\n[^\n]*\n\s*\^+\n/gm, '')
    .replace(/\(node:\d+\)/g, '(node)');
}

/** Both print the same, and something. */
export async function expectSameFolder(files: Folder, entry: string): Promise<Printed> {
  const [real, ours] = await Promise.all([onNode(files, entry), simulated(files, entry)]);
  const shown = ({ stdout, stderr, code }: Printed) => ({
    stdout: withoutInternals(stdout),
    stderr: withoutInternals(stderr).trim(),
    code,
  });
  expect(shown(ours), 'the simulation').toEqual(shown(real));
  expect(real.stdout + real.stderr).not.toBe('');
  return ours;
}
