// Runs a program on one of two machines, `laptop` (192.0.2.1) and `server` (192.0.2.2), a cable of 1 ms between them.
import { SystemResolver } from '../../src/engine/app/system-resolver.ts';
import { SECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { Drive } from '../../src/engine/node/drive.ts';
import { NodeProcess } from '../../src/engine/node/node-process.ts';
import { startProgram } from '../../src/engine/node/program.ts';
import { ProgramFiles } from '../../src/engine/node/program-files.ts';
import { World } from '../../src/engine/sim/world.ts';
import { nodeRealm } from './in-node.ts';

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Undefined when it was still running at the end. */
  readonly code: number | undefined;
  /** Kernel milliseconds at its end, or at the end of the run. */
  readonly ms: number;
  readonly world: World;
}

export interface RunProgramOptions {
  readonly on?: 'laptop' | 'server';
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly untilSeconds?: number;
  /** What else happens in the world, before the program starts. */
  readonly prepare?: (world: World, network: Network, server: Host) => void;
}

/** `source` is the text of `/app/main.js`. */
export async function runProgram(source: string, options: RunProgramOptions = {}): Promise<Ran> {
  const world = new World();
  const network = new Network(world);
  const laptop = network.host('laptop');
  const server = network.host('server');
  network.link(
    [laptop, 'eth0', '192.0.2.1/24', '2001:db8::1/64'],
    [server, 'eth0', '192.0.2.2/24', '2001:db8::2/64'],
    { delay: 1_000_000, rate: 1e9 },
  );
  const hosts =
    '127.0.0.1 localhost\n::1 localhost ip6-localhost\n192.0.2.1 laptop.example\n192.0.2.2 server.example\n';
  const resolvers = {
    laptop: new SystemResolver(laptop, { hosts }),
    server: new SystemResolver(server, { hosts }),
  };
  options.prepare?.(world, network, server);
  const realm = nodeRealm();
  let stdout = '';
  let stderr = '';
  let ended: number | undefined;
  try {
    const drive = new Drive(world, realm);
    const on = options.on ?? 'laptop';
    const node = new NodeProcess(drive, {
      name: 'main.js',
      host: on === 'laptop' ? laptop : server,
      resolver: resolvers[on],
      files: new ProgramFiles([
        ['/app/main.js', source],
        ...Object.entries(options.files ?? {}).map(([name, text]) => [`/app/${name}`, text] as const),
      ]),
      argv: ['/usr/local/bin/node', '/app/main.js'],
      env: options.env ?? {},
      onOutput: (stream, text) => {
        if (stream === 'stdout') stdout += text;
        else stderr += text;
      },
      onExit: () => {
        ended = world.now;
      },
    });
    startProgram(node, '/app/main.js');
    await drive.run({ until: (options.untilSeconds ?? 600) * SECOND, maxEvents: 5_000_000 });
    return { stdout, stderr, code: node.ended, ms: (ended ?? world.now) / 1e6, world };
  } finally {
    realm.end();
  }
}
