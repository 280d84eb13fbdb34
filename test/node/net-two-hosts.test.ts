// Two programs on two machines: what each sees of the same connection, when, and that it is so every time.
import { expect, test } from 'vitest';
import { SystemResolver } from '../../src/engine/app/system-resolver.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import type { Host } from '../../src/engine/net/host.ts';
import { Network } from '../../src/engine/net/network.ts';
import { Drive } from '../../src/engine/node/drive.ts';
import { NodeProcess } from '../../src/engine/node/node-process.ts';
import { startProgram } from '../../src/engine/node/program.ts';
import { ProgramFiles } from '../../src/engine/node/program-files.ts';
import { World } from '../../src/engine/sim/world.ts';
import { nodeRealm } from './in-node.ts';

const SERVER = `
  const net = require('node:net');
  net.createServer((socket) => {
    console.log('from', socket.remoteAddress);
    let count = 0;
    socket.on('data', (data) => { count += data.length; });
    socket.on('end', () => { console.log('got', count); socket.end('thanks'); });
    socket.on('error', (error) => console.log(error.message));
  }).listen(80);
`;
const CLIENT = `
  const net = require('node:net');
  const socket = net.connect(80, 'server.example', () => console.log('connected'));
  socket.write(Buffer.alloc(2_000_000), () => console.log('in the send buffer'));
  socket.end();
  socket.on('data', (data) => console.log(String(data)));
  socket.on('close', () => console.log('closed'));
  setTimeout(() => net.connect(80, 'server.example', () => process.exit(3)), 2000);
`;

async function talk() {
  const world = new World({ level: 'full' });
  const network = new Network(world);
  const laptop = network.host('laptop');
  const server = network.host('server');
  network.link([laptop, 'eth0', '192.0.2.1/24'], [server, 'eth0', '192.0.2.2/24'], {
    delay: 5 * MILLISECOND,
    rate: 1e8,
  });
  const realm = nodeRealm();
  const drive = new Drive(world, realm);
  const said: { at: number; what: string }[] = [];
  const note = (what: string) => void said.push({ at: world.now / MILLISECOND, what });
  const run = (host: Host, source: string): NodeProcess => {
    const node = new NodeProcess(drive, {
      name: host.name,
      host,
      resolver: new SystemResolver(host, { hosts: '192.0.2.2 server.example\n' }),
      files: new ProgramFiles([['/app/main.js', source]]),
      argv: ['node', '/app/main.js'],
      onOutput: (_stream, text) => note(`${host.name}: ${text.trim()}`),
      onExit: (code) => note(`${host.name} ends with ${code}`),
    });
    startProgram(node, '/app/main.js');
    return node;
  };
  try {
    const serving = run(server, SERVER);
    run(laptop, CLIENT);
    await drive.run({ until: 3 * SECOND });
    serving.kill();
    await drive.run({ until: 5 * SECOND });
  } finally {
    realm.end();
  }
  const left = [laptop, server].flatMap(({ tcp }) => tcp.sockets().map((one) => one.connection.state));
  return { said, left, listeners: server.tcp.listeners().length, digest: world.trace.digest };
}

test('each sees it when its packets come; the system closes what a program leaves open', async () => {
  const { said, left, listeners } = await talk();
  expect(said.map(({ what }) => what)).toEqual([
    'laptop: connected',
    'server: from ::ffff:192.0.2.1',
    'laptop: in the send buffer',
    'server: got 2000000',
    'laptop: thanks',
    'laptop: closed',
    'laptop ends with 3',
    'server: from ::ffff:192.0.2.1',
    'server: got 0',
    'server ends with 143',
  ]);
  const when = Object.fromEntries([...said].reverse().map(({ at, what }) => [what, at]));
  // two crossings for the neighbour's card, two for the handshake, one more for its third segment
  expect(when['laptop: connected']).toBeCloseTo(20, 0);
  expect(when['server: from ::ffff:192.0.2.1']).toBeCloseTo(25, 0);
  // 2 MB do not fit into the send buffer at once, and 100 Mbit/s need 160 ms for them
  expect(when['laptop: in the send buffer']).toBeGreaterThan(40);
  expect(when['server: got 2000000']).toBeGreaterThan(25 + 160);
  expect(left).toEqual(['TIME-WAIT']);
  expect(listeners).toBe(0);
});

test('it is so every time', async () => {
  expect(await talk()).toEqual(await talk());
});
