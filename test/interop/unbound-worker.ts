/**
 * Runs in a network namespace of its own, one process of several: reads seeds from its input, one a line, and for each
 * lets unbound resolve in that hierarchy, which lies behind the bridge's TUN device. Writes one outcome a line, as JSON.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Bridge } from '../../src/bridge/bridge.ts';
import { formatIp, isV4 } from '../../src/engine/base/ip.ts';
import { makeQuery } from '../../src/engine/proto/dns/message.ts';
import { TYPE } from '../../src/engine/wire/dns/code.ts';
import { encodeDns } from '../../src/engine/wire/dns/fast.ts';
import type { Hierarchy } from '../proto/dns/hierarchy.ts';
import { hierarchyWorld, queriesIn, SWALLOWED } from './hierarchy-world.ts';
import { type Asked, hierarchyFor, noteAnswer, type Outcome, questionsFor } from './unbound-questions.ts';

const PORT = 5399;
/** Milliseconds between an answer and the next question, and after which nobody waits before asking the next one. */
const PAUSE = 5;
const PATIENCE = 1_500;
/** Milliseconds after which an answer is taken for never. Five tries of an unknown server take 11.7 s. */
const LONGEST = 20_000;

/** Versions with a remedy against DNSBomb do not answer clients that waited 1.9 s, unless told. */
const PATIENT = 'discard-timeout: 0';
const CONTROL = 'remote-control:\n  control-enable: no\n';

const folder = mkdtempSync(join(tmpdir(), 'unbound-'));

async function resolveThere(hierarchy: Hierarchy): Promise<Outcome> {
  const world = hierarchyWorld(hierarchy);
  const bridge = await Bridge.open({
    world: world.network,
    mappings: [],
    tun: { name: 'auto', routes: [SWALLOWED] },
    speed: 1,
  });
  const unbound = startUnbound(hierarchy);
  const client = await Client.open();
  try {
    await client.untilUp();
    const asked = await client.askAll(questionsFor(hierarchy));
    return { seed: hierarchy.seed, asked, queries: queriesIn(world) };
  } finally {
    client.close();
    unbound.kill('SIGKILL');
    await bridge.close();
  }
}

function startUnbound({ hints }: Hierarchy): ChildProcess {
  const lines = hints.flatMap(({ name, addresses }) => [
    `. 3600 NS ${name}`,
    ...addresses.map((one) => `${name} 3600 ${isV4(one) ? 'A' : 'AAAA'} ${formatIp(one)}`),
  ]);
  writeFileSync(join(folder, 'hints'), `${lines.join('\n')}\n`);
  const settings = [
    `interface: 127.0.0.1@${PORT}`,
    'do-ip6: no',
    'module-config: "iterator"',
    `root-hints: "${folder}/hints"`,
    'do-not-query-localhost: no',
    'directory: ""',
    'chroot: ""',
    'username: ""',
    'pidfile: ""',
    'use-syslog: no',
    'num-threads: 1',
  ];
  const config = join(folder, 'unbound.conf');
  const write = (lines: readonly string[]): void =>
    writeFileSync(config, `server:\n${lines.map((one) => `  ${one}\n`).join('')}${CONTROL}`);
  write([...settings, PATIENT]);
  if (spawnSync('unbound-checkconf', [config]).status !== 0) write(settings);
  return spawn('unbound', ['-d', '-c', config], { stdio: 'ignore' });
}

class Client {
  readonly #socket = createSocket('udp4');
  readonly #waiting = new Map<number, (bytes: Uint8Array) => void>();

  static async open(): Promise<Client> {
    const client = new Client();
    const socket = client.#socket;
    socket.on('message', (bytes) => client.#waiting.get(bytes.readUInt16BE(0))?.(new Uint8Array(bytes)));
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    return client;
  }

  close(): void {
    this.#socket.close();
  }

  /** Asks for what needs no server, until that is answered. */
  async untilUp(): Promise<void> {
    for (let i = 0; i < 200; i++) if (await within(50, this.#ask(65_000 + i, 'localhost.', TYPE.A))) return;
    throw new Error('unbound does not answer');
  }

  /** One after the other, unless an answer takes long: then the next question does not wait. */
  async askAll(questions: readonly { name: string; type: number }[]): Promise<Asked[]> {
    const start = performance.now();
    const all: Promise<Asked>[] = [];
    for (const [id, { name, type }] of questions.entries()) {
      const at = performance.now() - start;
      const asked = within(LONGEST, this.#ask(id, name, type)).then((bytes): Asked => {
        const took = performance.now() - start - at;
        return { name, type, at, took, ...(bytes ? noteAnswer(bytes) : { answer: undefined, ttls: [] }) };
      });
      all.push(asked);
      await within(PATIENCE, asked);
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    return Promise.all(all);
  }

  #ask(id: number, name: string, type: number): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#socket.send(encodeDns(makeQuery(id, name, type, true, 1232)), PORT, '127.0.0.1');
    });
  }
}

/** What a promise brings within some milliseconds, or undefined. */
function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await resolveThere(hierarchyFor(Number(line)))));
}
rmSync(folder, { recursive: true });
