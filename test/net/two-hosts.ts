/** Two hosts and one link between them, with ARP settled beforehand: the smallest world in which TCP can be watched. */
import { parseIp4 } from '../../src/engine/base/address.ts';
import type { Host } from '../../src/engine/net/host.ts';
import type { LinkOptions } from '../../src/engine/net/link/link.ts';
import type { Link as NetworkLink } from '../../src/engine/net/network.ts';
import { Network } from '../../src/engine/net/network.ts';
import { changed, type TcpSocket, type TcpTuning } from '../../src/engine/net/transport/tcp-socket.ts';
import type { Task } from '../../src/engine/sim/task.ts';
import { World, type WorldOptions } from '../../src/engine/sim/world.ts';

export const LEFT = parseIp4('192.0.2.1');
export const RIGHT = parseIp4('192.0.2.2');

export interface TwoHosts {
  readonly world: World;
  readonly network: Network;
  readonly left: Host;
  readonly right: Host;
  readonly link: NetworkLink;
}

export function twoHosts(link: LinkOptions, world: WorldOptions = {}, tcp: TcpTuning = {}): TwoHosts {
  const made = new World({ level: 'off', ...world });
  const network = new Network(made);
  const left = network.host('left', { tcp });
  const right = network.host('right', { tcp });
  const cable = network.link([left, 'eth0', '192.0.2.1/24'], [right, 'eth0', '192.0.2.2/24'], link);
  left.ip.learn(RIGHT, cable.b.mac);
  right.ip.learn(LEFT, cable.a.mac);
  return { world: made, network, left, right, link: cable };
}

/** Writes all of it, as fast as the socket takes it. Returns how much was accepted before an error. */
export function* writeAll(socket: TcpSocket, bytes: Uint8Array): Task<number> {
  let at = 0;
  while (at < bytes.length && socket.error === undefined) {
    const count = socket.write(bytes.subarray(at));
    at += count;
    if (count === 0) yield changed(socket);
  }
  return at;
}

/** Reads until the peer ends or the connection breaks. */
export function* readAll(socket: TcpSocket): Task<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (;;) {
    if (socket.readable > 0) parts.push(socket.read());
    else if (socket.ended || socket.error !== undefined) break;
    else yield changed(socket);
  }
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
