/**
 * Runs one command line twice: by the real program against a real socket on the loopback interface, and by ours in a
 * simulated machine whose own loopback has the same server at the same port.
 */
import { execFile } from 'node:child_process';
import dgram from 'node:dgram';
import net from 'node:net';
import { SECOND } from '../../src/engine/base/units.ts';
import { Network } from '../../src/engine/net/network.ts';
import type { TcpSocket } from '../../src/engine/net/transport/tcp-socket.ts';
import { frameMessage, MessageReader } from '../../src/engine/proto/dns/framing.ts';
import { openTerminals } from '../../src/engine/shell/terminal.ts';
import type { Task } from '../../src/engine/sim/task.ts';
import { World } from '../../src/engine/sim/world.ts';

export interface Printed {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Answers the bytes of a query: silence, or over TCP the end of the connection, are answers, too. */
export type Respond = (query: Uint8Array, isTcp: boolean) => Uint8Array | 'hang up' | undefined;

export interface RealServer {
  readonly port: number;
  close(): void;
}

/** UDP and TCP on one free port of 127.0.0.1. */
export async function openRealServer(respond: Respond): Promise<RealServer> {
  const tcp = net.createServer((socket) => {
    const reader = new MessageReader();
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      for (const query of reader.push(Buffer.from(chunk))) {
        const response = respond(query, true);
        if (response === 'hang up') socket.destroy();
        else if (response) socket.write(frameMessage(response));
      }
    });
  });
  await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done));
  const { port } = tcp.address() as net.AddressInfo;
  const udp = dgram.createSocket('udp4');
  udp.on('message', (query, from) => {
    const response = respond(query, false);
    if (response && response !== 'hang up') udp.send(response, from.port, from.address);
  });
  await new Promise<void>((done) => udp.bind(port, '127.0.0.1', done));
  return {
    port,
    close: () => {
      udp.close();
      tcp.close();
    },
  };
}

/** `words` as the shell would hand them over. */
export function runReal([program, ...args]: readonly string[]): Promise<Printed> {
  return new Promise((done) => {
    const options = {
      timeout: 20_000,
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', HOME: '/nonexistent' },
    };
    execFile(program!, args, options, (error, out, err) => {
      const status = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      done({ status, out, err });
    });
  });
}

/** One simulated machine that is its own name server. */
export function runOurs(words: readonly string[], port: number, respond: Respond): Printed {
  const world = new World();
  const network = new Network(world);
  const laptop = network.host('laptop');
  const udp = laptop.udp.bind(port);
  udp.onReceive = ({ from, port: back, bytes }) => {
    const response = respond(bytes, false);
    if (response && response !== 'hang up') udp.send(from, back, response);
  };
  const listener = laptop.tcp.listen(port);
  laptop.run(
    'server',
    (function* (): Task {
      for (;;) serve(yield* listener.accept(), respond);
    })(),
  );
  openTerminals(network, { users: { laptop: 'maya' } });
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  world.input(0, 'type', { machine: 'laptop', line });
  world.kernel.run({ until: 120 * SECOND, maxEvents: 100_000 });
  const printed = { out: '', err: '' };
  for (const { kind, detail } of world.trace.events(['shell.output', 'shell.exit'])) {
    if (kind === 'shell.exit') return { status: Number(detail!['status']), ...printed };
    printed[detail!['stream'] as 'out' | 'err'] += String(detail!['text']);
  }
  throw new Error(`${line}: no end`);
}

function serve(socket: TcpSocket, respond: Respond): void {
  const reader = new MessageReader();
  const read = (): void => {
    for (const query of reader.push(socket.read())) {
      const response = respond(query, true);
      if (response === 'hang up') socket.close();
      else if (response) socket.write(frameMessage(response));
    }
    if (socket.ended) socket.close();
  };
  socket.onChange = read;
  read();
}

/** What differs from run to run: times, IDs, cookies. */
export function masked({ status, out, err }: Printed): Printed {
  const mask = (text: string): string =>
    text
      .replace(/, id: \d+/g, ', id: ID')
      .replace(/expected ID \d+, got \d+/g, 'expected ID N, got N')
      .replace(/COOKIE: [0-9a-f]{16}/g, 'COOKIE: CLIENT')
      .replace(/Query time: \d+ [mu]sec/g, 'Query time: N')
      .replace(/ in \d+ ([mu]s)\b/g, ' in N $1')
      .replace(/^;; WHEN: \w{3} \w{3} \d\d \d\d:\d\d:\d\d UTC \d{4}$/gm, ';; WHEN: NOW');
  return { status, out: mask(out), err: mask(err) };
}
