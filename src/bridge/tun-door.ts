/**
 * A TUN device behind which the whole simulated network lies: IP packets that this computer routes into it enter the
 * world, and what the world sends outside comes out of it (Documentation/networking/tuntap of Linux).
 *
 * The device and its routes last as long as the helper process that holds it open (tun-pump.py). It needs Linux, root
 * (or CAP_NET_ADMIN), `ip` and `python3`. IPv4 only.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Bytes, toUtf8 } from '#engine/base/bytes.ts';
import type { Pacer } from './pacer.ts';
import type { Traffic } from './traffic.ts';
import { Unavailable } from './unavailable.ts';

const PUMP = fileURLToPath(new URL('./tun-pump.py', import.meta.url));
const LARGEST = 1_500;
const SMALLEST = 20;
/** Bytes that may wait for the helper. */
const MOST_WAITING = 1 << 20;
/** The kernel puts the first free number in. */
const AUTOMATIC = 'rt%d';

export interface TunSetup {
  /** Its name, or `auto`. */
  readonly name: string;
  /** This computer's address on it, with the prefix length. */
  readonly address: string;
  /** What is routed into it. */
  readonly routes: readonly string[];
}

type Pump = ChildProcessByStdio<Writable, Readable, Readable>;

export class TunDoor {
  readonly name: string;
  /** Called when the device is gone though nobody closed it. */
  onLost: (() => void) | undefined;
  readonly #pump: Pump;
  readonly #traffic: Traffic;
  #waiting: Buffer;
  #isClosed = false;

  private constructor(name: string, pump: Pump, waiting: Buffer, traffic: Traffic) {
    this.name = name;
    this.#pump = pump;
    this.#waiting = waiting;
    this.#traffic = traffic;
    pump.on('exit', () => {
      if (!this.#isClosed) this.onLost?.();
    });
  }

  /** Makes the device, gives it its address, and routes into it. Throws {@link Unavailable} with the reason. */
  static async open(setup: TunSetup, traffic: Traffic): Promise<TunDoor> {
    if (process.platform !== 'linux') throw new Unavailable('a TUN device needs Linux');
    const wanted = setup.name === 'auto' ? AUTOMATIC : setup.name;
    const pump = spawn('python3', ['-I', PUMP, wanted], { stdio: ['pipe', 'pipe', 'pipe'] });
    const { name, rest } = await firstFrame(pump);
    const door = new TunDoor(name, pump, rest, traffic);
    const commands = [
      `address add ${setup.address} dev ${name}`,
      `link set ${name} up mtu ${LARGEST}`,
      ...setup.routes.map((route) => `route add ${route} dev ${name}`),
    ];
    const made = spawnSync('ip', ['-batch', '-'], { input: commands.join('\n'), encoding: 'utf8' });
    if (made.status !== 0) {
      await door.close();
      const reason = made.error ? 'ip (iproute2) is not on this computer' : made.stderr.split('\n')[0];
      throw new Unavailable(`cannot set up ${name}: ${reason}`);
    }
    return door;
  }

  /** Takes what comes, once the world runs. */
  start(pacer: Pacer): void {
    const take = (chunk: Buffer): void => {
      this.#waiting = this.#waiting.length > 0 ? Buffer.concat([this.#waiting, chunk]) : chunk;
      let at = 0;
      while (this.#waiting.length - at >= 2) {
        const size = this.#waiting.readUInt16BE(at);
        if (this.#waiting.length - at - 2 < size) break;
        this.#enter(this.#waiting.subarray(at + 2, at + 2 + size), pacer);
        at += 2 + size;
      }
      this.#waiting = this.#waiting.subarray(at);
    };
    this.#pump.stdout.on('data', take);
    this.#pump.stdout.resume();
  }

  /** Lets a packet out. */
  leave(packet: Bytes): void {
    const { stdin } = this.#pump;
    if (this.#isClosed || !stdin.writable || stdin.writableLength > MOST_WAITING) {
      this.#traffic.drop('the device takes no more packets');
      return;
    }
    const framed = Buffer.allocUnsafe(2 + packet.length);
    framed.writeUInt16BE(packet.length, 0);
    framed.set(packet, 2);
    stdin.write(framed);
    this.#traffic.packetsOut += 1;
  }

  /** Takes the device away; its address and its routes go with it. */
  close(): Promise<void> {
    this.#isClosed = true;
    return new Promise((resolve) => {
      if (this.#pump.exitCode !== null || this.#pump.signalCode !== null) resolve();
      else this.#pump.once('exit', () => resolve());
      this.#pump.stdin.end();
    });
  }

  #enter(packet: Buffer, pacer: Pacer): void {
    // the kernel asks for IPv6 routers on every device
    if (packet.length < SMALLEST || packet[0]! >> 4 !== 4) return;
    this.#traffic.packetsIn += 1;
    if (packet.length > LARGEST) this.#traffic.drop('a packet larger than the wire takes');
    else pacer.act({ what: 'outside.packet', bytes: packet });
  }
}

/** The device's name, which comes first, and what came with it. */
function firstFrame(pump: Pump): Promise<{ name: string; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    let said = '';
    let seen = Buffer.alloc(0);
    const onData = (chunk: Buffer): void => {
      seen = Buffer.concat([seen, chunk]);
      if (seen.length < 2 || seen.length < 2 + seen.readUInt16BE(0)) return;
      const end = 2 + seen.readUInt16BE(0);
      pump.stdout.off('data', onData);
      pump.stdout.pause();
      resolve({ name: toUtf8(seen.subarray(2, end)), rest: seen.subarray(end) });
    };
    pump.stdout.on('data', onData);
    pump.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(0, 500);
    });
    pump.stdin.on('error', () => {});
    pump.on('error', () =>
      reject(new Unavailable('python3, which makes the TUN device, is not on this computer')),
    );
    pump.on('close', () => {
      const why = said.trim().split('\n').at(-1);
      reject(new Unavailable(`cannot make a TUN device: ${why || 'the helper ended'}; it takes root`));
    });
  });
}
