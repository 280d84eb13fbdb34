// Runs one file in the style of Node's own tests on a simulated host with loopback, in a world of its own, and posts how
// it went. In a worker thread, because a program that never lets go ends only with its thread (node-compat.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { nodeRealm } from '../../src/cli/node-realm.ts';
import { shelf } from '../../src/cli/shelf.ts';
import { SystemResolver } from '../../src/engine/app/system-resolver.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import { Drive } from '../../src/engine/node/drive.ts';
import { NodeProcess } from '../../src/engine/node/node-process.ts';
import { startProgram } from '../../src/engine/node/program.ts';
import { ProgramFiles } from '../../src/engine/node/program-files.ts';
import { World } from '../../src/engine/sim/world.ts';

export interface Ran {
  /** Undefined when it was still running at the end. */
  readonly code: number | undefined;
  readonly output: string;
  readonly end: 'idle' | 'until' | 'events' | 'stopped';
}

const VIRTUAL_SECONDS = 30;
const MOST_EVENTS = 3_000_000;
const HOSTS = '127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n';
const COMMON = new URL('../node-compat/common/', import.meta.url);

/** The file beside `../common`, as in Node's repository. */
function filesOf(file: string): ProgramFiles {
  const files = new ProgramFiles();
  for (const name of readdirSync(COMMON))
    files.write(`/app/common/${name}`, readFileSync(new URL(name, COMMON)));
  files.write(`/app/parallel/${basename(file)}`, readFileSync(file));
  return files;
}

async function run(file: string): Promise<Ran> {
  const world = new World({ level: 'off' });
  const host = new Network(world).host('localhost');
  const path = `/app/parallel/${basename(file)}`;
  const realm = nodeRealm(shelf());
  let output = '';
  const drive = new Drive(world, realm);
  const node = new NodeProcess(drive, {
    name: basename(file),
    host,
    resolver: new SystemResolver(host, { hosts: HOSTS }),
    files: filesOf(file),
    argv: ['/usr/local/bin/node', path],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', NODE_ENV: 'test' },
    cwd: '/app/parallel',
    onOutput: (_stream, text) => {
      output += text;
    },
  });
  startProgram(node, path);
  const end = await drive.run({ until: VIRTUAL_SECONDS * SECOND, maxEvents: MOST_EVENTS });
  return { code: node.ended, output, end };
}

parentPort!.postMessage(await run(workerData as string));
