/**
 * `node:net` over the TCP of a simulated host.
 *
 * Not here: Unix sockets and file descriptors, which the machine does not have. Asked for, they throw and say so.
 */
import { isIP, isIPv4, isIPv6 } from '../../../base/is-ip.ts';
import { checkBoolean } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { netAddress } from './address.ts';
import { readArguments } from './arguments.ts';
import { netBound } from './bound.ts';
import { attemptTimeout, netDefaults } from './connect.ts';
import { netServer } from './server.ts';
import { netSocket } from './socket.ts';

export function net(node: NodeProcess) {
  const Socket = node.load(netSocket);
  const Server = node.load(netServer);
  const { BlockList, SocketAddress } = node.load(netAddress);
  const defaults = node.load(netDefaults);

  function connect(...args: unknown[]): InstanceType<typeof Socket> {
    const { options } = readArguments(args);
    const socket = new Socket(options);
    if (options['timeout']) socket.setTimeout(options['timeout']);
    return socket.connect(...args);
  }

  return {
    Socket,
    Stream: Socket,
    Server,
    BlockList,
    SocketAddress,
    BoundSocket: node.load(netBound),
    connect,
    createConnection: connect,
    createServer: (options?: unknown, listener?: unknown) => new Server(options, listener),
    isIP: (input: unknown) => isIP(String(input)),
    isIPv4: (input: unknown) => isIPv4(String(input)),
    isIPv6: (input: unknown) => isIPv6(String(input)),
    getDefaultAutoSelectFamily: () => defaults.autoSelectFamily,
    setDefaultAutoSelectFamily(value: unknown): void {
      checkBoolean(value, 'value');
      defaults.autoSelectFamily = value;
    },
    getDefaultAutoSelectFamilyAttemptTimeout: () => defaults.attemptTimeoutMs,
    setDefaultAutoSelectFamilyAttemptTimeout(value: unknown): void {
      defaults.attemptTimeoutMs = attemptTimeout(value, 'value');
    },
  };
}
