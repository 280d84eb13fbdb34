/**
 * Real sockets that talk to a bridge, for tests: a question over UDP and its answer, a connection from beginning to end.
 */
import { createSocket } from 'node:dgram';
import { connect, type Socket } from 'node:net';
import { Bridge, type BridgeOptions } from '../../src/bridge/bridge.ts';
import { type Mapping, parseMapping } from '../../src/bridge/mapping.ts';

export const WORLD = { scenario: 'first-request', set: {}, seed: 1 } as const;

/** `udp=resolver:53` on any free port of this computer. */
export function mapped(...texts: readonly string[]): Mapping[] {
  return texts.map((text) => {
    const [protocol, machine] = text.split('=') as ['udp' | 'tcp', string];
    return parseMapping(protocol, `127.0.0.1:0=${machine}`, false);
  });
}

/** Opens a bridge; the ports that its doors got are in their order of `mappings`, UDP and TCP alike. */
export async function openBridge(
  options: Partial<BridgeOptions> & Pick<BridgeOptions, 'mappings'>,
): Promise<{ bridge: Bridge; ports: number[] }> {
  const bridge = await Bridge.open({ world: WORLD, speed: 1, ...options });
  const ports = bridge.doors
    .filter((line) => !line.startsWith('tun'))
    .map((line) => Number(/:(\d+) →/.exec(line)![1]));
  return { bridge, ports };
}

/** One datagram and its answer; undefined when none comes in time. */
export function ask(port: number, bytes: Uint8Array, waitMs = 5_000): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const finish = (answer: Buffer | undefined): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(undefined), waitMs);
    socket.on('message', finish);
    socket.on('error', reject);
    socket.send(bytes, port, '127.0.0.1');
  });
}

/** Connects, lets `act` do what it likes, and gives what came until the end; `ECONNRESET` and the like as `error`. */
export function talk(
  port: number,
  act: (socket: Socket) => void,
): Promise<{ bytes: Buffer; error: string | undefined }> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const chunks: Buffer[] = [];
    let error: string | undefined;
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('error', (fault: NodeJS.ErrnoException) => {
      error = fault.code;
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => resolve({ bytes: Buffer.concat(chunks), error }));
    socket.on('connect', () => act(socket));
  });
}

/** Looks again and again until it is so, for at most ten seconds. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1_000 && !isSo(); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10));
  if (!isSo()) throw new Error('it did not come to be so');
}
