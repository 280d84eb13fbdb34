/**
 * NSD and BIND on loopback ports, serving given zones, and a client that keeps many queries in the air.
 *
 * UDP goes with a window and repeats what got lost; TCP pipelines over one connection (RFC 7766 §6.2.1.1).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { frameMessage, MessageReader } from '../../src/engine/proto/dns/framing.ts';
import { makeQuery } from '../../src/engine/proto/dns/message.ts';
import type { ZoneText } from '../../src/engine/proto/dns/zone/zone.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';

export type Extras = 'all' | 'addresses' | 'none';
export type Kind = 'nsd' | 'named';

export interface RealServer {
  readonly kind: Kind;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server, and waits until it answers. Throws with what it wrote when it does not within 20 s. */
export async function startServer(
  kind: Kind,
  zones: readonly ZoneText[],
  extras: Extras,
): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), `roundtrip-${kind}-`));
  const port = await freePort();
  for (const [i, { text }] of zones.entries()) writeFileSync(join(folder, `zone-${i}`), text);
  const config = join(folder, 'conf');
  writeFileSync(
    config,
    kind === 'nsd' ? nsdConfig(folder, port, zones, extras) : bindConfig(folder, port, zones, extras),
  );
  const args = kind === 'nsd' ? ['-d', '-c', config] : ['-g', '-n', '1', '-c', config];
  const child = spawn(kind, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  const server = {
    kind,
    port,
    stop: async () => {
      if (!hasEnded(child)) {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended; // it writes into its folder to the end
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const probe = encodeDns(makeQuery(1, zones[0]!.origin, TYPE.SOA, false, undefined));
  for (let i = 0; i < 40; i++) {
    const answer = await askUdp(port, [probe], 1, 500).catch(() => undefined);
    if (answer?.[0]) return server;
    if (hasEnded(child)) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await server.stop();
  throw new Error(`${kind} does not answer:\n${said.slice(-4000)}`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function nsdConfig(folder: string, port: number, zones: readonly ZoneText[], extras: Extras): string {
  const own = zones.map(({ origin }, i) => `zone:\n  name: "${origin}"\n  zonefile: "zone-${i}"\n`);
  return `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  pidfile: "${folder}/pid"
  database: ""
  server-count: 1
  tcp-count: 100
  rrl-ratelimit: 0
  refuse-any: no
  minimal-responses: ${extras === 'none' ? 'yes' : 'no'}
remote-control:
  control-enable: no
${own.join('')}`;
}

function bindConfig(folder: string, port: number, zones: readonly ZoneText[], extras: Extras): string {
  const minimal = { all: 'no', addresses: 'no-auth', none: 'yes' }[extras];
  const own = zones.map(
    ({ origin }, i) => `zone "${origin}" { type primary; file "zone-${i}"; check-names ignore; };\n`,
  );
  return `options {
  directory "${folder}";
  listen-on port ${port} { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  recursion no;
  minimal-responses ${minimal};
  minimal-any yes;
  zero-no-soa-ttl no;
  max-udp-size 1232;
  edns-udp-size 1232;
  answer-cookie no;
  notify no;
  empty-zones-enable no;
  dnssec-validation no;
  check-integrity no;
  allow-transfer { none; };
  rrset-order { order none; };
};
controls { };
logging { category default { null; }; };
${own.join('')}`;
}

/** Answers by place; undefined for what stayed without one. At most `window` questions wait at a time. */
export async function askUdp(
  port: number,
  queries: readonly Uint8Array[],
  window = 100,
  patience = 2_000,
): Promise<(Uint8Array | undefined)[]> {
  const answers = new Array<Uint8Array | undefined>(queries.length);
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
  const waiting = new Map<number, { place: number; since: number; tries: number }>();
  await new Promise<void>((resolve) => {
    let next = 0;
    const fill = (): void => {
      while (waiting.size < window && next < queries.length) {
        const place = next++;
        waiting.set(place & 0xffff, { place, since: Date.now(), tries: 1 });
        send(socket, queries[place]!, place & 0xffff);
      }
      if (waiting.size === 0 && next >= queries.length) done();
    };
    const retry = setInterval(() => {
      for (const [id, item] of waiting) {
        if (Date.now() - item.since < patience) continue;
        if (item.tries >= 3) waiting.delete(id);
        else {
          item.tries++;
          item.since = Date.now();
          send(socket, queries[item.place]!, id);
        }
      }
      fill();
    }, 100);
    const done = (): void => {
      clearInterval(retry);
      socket.close();
      resolve();
    };
    socket.on('message', (bytes) => {
      const id = bytes.readUInt16BE(0);
      const item = waiting.get(id);
      if (!item) return;
      waiting.delete(id);
      answers[item.place] = withId(bytes, queries[item.place]!);
      fill();
    });
    fill();
  });
  return answers;
}

function send(socket: UdpSocket, query: Uint8Array, id: number): void {
  const copy = Uint8Array.from(query);
  copy[0] = id >> 8;
  copy[1] = id & 255;
  socket.send(copy);
}

/** Answers by place, over as few connections as the server allows. */
export async function askTcp(
  port: number,
  queries: readonly Uint8Array[],
): Promise<(Uint8Array | undefined)[]> {
  const answers = new Array<Uint8Array | undefined>(queries.length);
  for (let start = 0; start < queries.length; start += 50) {
    const some = queries.slice(start, start + 50);
    const got = await pipeline(port, some);
    for (const [i, answer] of got.entries()) answers[start + i] = answer;
  }
  return answers;
}

function pipeline(port: number, queries: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
  const answers = new Array<Uint8Array | undefined>(queries.length);
  return new Promise((resolve) => {
    const reader = new MessageReader();
    let left = queries.length;
    const socket = connect(port, '127.0.0.1', () => {
      for (const [i, query] of queries.entries()) {
        const copy = Uint8Array.from(query);
        copy[0] = i >> 8;
        copy[1] = i & 255;
        socket.write(frameMessage(copy));
      }
    });
    socket.setTimeout(5_000, () => socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => resolve(answers));
    socket.on('data', (bytes: Buffer) => {
      for (const message of reader.push(bytes)) {
        const place = (message[0]! << 8) | message[1]!;
        answers[place] = withId(message, queries[place]!);
        left--;
      }
      if (left === 0) socket.destroy();
    });
  });
}

function withId(answer: Uint8Array, query: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(answer);
  copy[0] = query[0]!;
  copy[1] = query[1]!;
  return copy;
}
