// Runs a playground's project on plain Node: each program a process, each simulated machine a loopback address.
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Bridge } from '../../../src/bridge/bridge.ts';
import { REGION } from '../../../src/engine/scenario/workbench/world.ts';

/** What a project says of its programs, in package.json's field `roundtrip`. */
export interface RealProcess {
  readonly name: string;
  readonly on: string;
  readonly run: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly service?: boolean;
  readonly start?: string;
}

/** What one program printed, and how it ended: its status, or the signal. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly end: number | string;
}

/** Addresses of this process's own: somebody else may try the same projects on the same computer. */
const own = (last: number): string => `127.${64 + ((process.pid >> 8) & 63)}.${process.pid & 255}.${last}`;
const LOOPBACK: Readonly<Record<string, string>> = {
  chaicart: own(2),
  laptop: own(3),
  'app-1': own(4),
  'app-2': own(5),
  'app-3': own(6),
  watcher: own(7),
};
/** What the zone says, and what the forgotten line in the laptop's hosts file does to it. */
const NAMES: Readonly<Record<string, string>> = {
  'chaicart.example': LOOPBACK['chaicart']!,
  ...Object.fromEntries(
    Object.entries(LOOPBACK).map(([name, address]) => [`${name}.chaicart.example`, address]),
  ),
  'shop.chaicart.example': own(180),
};
const HOOK = fileURLToPath(new URL('./loopback-names.mjs', import.meta.url));
/** Milliseconds that a program may need to begin, on a loaded machine. */
const PATIENCE = 60_000;
/** How long a service that was asked to end may take, as in the simulation. */
const LAST = 5_000;

/** Undefined, or why this computer cannot: elsewhere than on Linux, loopback has one address. */
export async function unable(): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject);
      socket.bind(0, LOOPBACK['app-1'], resolve);
    });
    return undefined;
  } catch {
    return 'this computer has no other loopback address than 127.0.0.1';
  } finally {
    socket.close();
  }
}

/** Runs all programs of the project in `folder`, and gives what each printed, by name. */
export async function runForReal(
  folder: string,
  processes: readonly RealProcess[],
): Promise<Map<string, Printed>> {
  const bridge = await Bridge.open({
    world: { scenario: 'workbench', set: {}, seed: 1 },
    speed: 1,
    mappings: [{ protocol: 'udp', address: '127.0.0.1', port: 0, machine: 'resolver', machinePort: 53 }],
  });
  const door = /^udp (\S+) /.exec(bridge.doors[0]!)![1]!;
  const running: Program[] = [];
  try {
    const services = processes.filter(({ service }) => service);
    const others = processes.filter(({ service }) => !service);
    for (const one of services) running.push(new Program(folder, one, door));
    await Promise.all(running.map((program) => program.began));
    const begun = others.map(async (one, i) => {
      // what begins later may rest on what began before, and programs need a while to begin on a real machine
      await sleep(i * 500);
      const program = new Program(folder, one, door);
      running.push(program);
      await program.ended;
    });
    await Promise.all(begun);
    for (const program of running) program.end();
    await Promise.all(running.map((program) => program.ended));
    return new Map(running.map(({ name, printed }) => [name, printed]));
  } finally {
    for (const program of running) program.kill();
    await bridge.close();
  }
}

class Program {
  readonly name: string;
  readonly began: Promise<void>;
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  #end: number | string = '';
  #isOver = false;

  constructor(folder: string, { name, on, run, args = [], env = {} }: RealProcess, door: string) {
    this.name = name;
    const given = Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, onLoopback(value, door)]),
    );
    this.#child = spawn(process.execPath, ['--import', HOOK, run, ...args], {
      cwd: folder,
      env: {
        ...given,
        // one computer stands for all machines: what listens for everybody would listen on every machine
        HOST: LOOPBACK[on]!,
        LOOPBACK_NAMES: JSON.stringify(NAMES),
        LOOPBACK_DNS: door,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { stdout, stderr } = this.#child;
    this.began = new Promise((resolve) => {
      stdout!.setEncoding('utf8').on('data', (text) => {
        this.#stdout += text;
        resolve();
      });
      this.#child.on('close', () => resolve());
      setTimeout(resolve, PATIENCE).unref();
    });
    stderr!.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text;
    });
    this.ended = new Promise((resolve) =>
      this.#child.on('close', (code, signal) => {
        this.#end = code ?? signal!;
        this.#isOver = true;
        resolve();
      }),
    );
  }

  get printed(): Printed {
    return { stdout: this.#stdout, stderr: this.#stderr, end: this.#end };
  }

  /** As a project's services end when its other programs have ended. */
  end(): void {
    if (this.#isOver) return;
    this.#child.kill('SIGTERM');
    setTimeout(() => this.kill(), LAST).unref();
  }

  kill(): void {
    if (!this.#isOver) this.#child.kill('SIGKILL');
  }
}

/** Addresses of the simulated machines, as they stand in a program's environment, become loopback's. */
function onLoopback(text: string, door: string): string {
  const real: Record<string, string> = { '192.168.1.1': door };
  for (const [name, { address }] of Object.entries(REGION)) real[address] = LOOPBACK[name]!;
  return text.replace(/\d+\.\d+\.\d+\.\d+/g, (address) => real[address] ?? address);
}
