/**
 * `net.BoundSocket`: an address and a port that a program has, before it listens or connects there.
 *
 * Not here: those on a path, which would be Unix sockets, and their descriptors.
 */
import { isIP } from '../../../base/is-ip.ts';
import { checkBoolean, checkObject, checkPort, checkString, invalidValue } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SocketName } from '../../socket-address.ts';
import { codedError, plainError } from '../../system-error.ts';
import { TcpHandle } from '../../tcp-handle.ts';
import { noDescriptors, noUnixSockets, type Options } from './arguments.ts';

export function netBound(node: NodeProcess) {
  class BoundSocket {
    #handle: TcpHandle | undefined;
    readonly #address: SocketName;

    constructor(options: unknown = {}) {
      checkObject(options, 'options');
      const said = options as Options;
      if (said['path'] !== undefined) throw noUnixSockets(said['path']);
      const port = checkPort(said['port'] ?? 0, 'options.port');
      const isV6Only = said['ipv6Only'] ?? false;
      checkBoolean(isV6Only, 'options.ipv6Only');
      const isShared = said['reusePort'] ?? false;
      checkBoolean(isShared, 'options.reusePort');
      const host = said['host'] ?? (isV6Only ? '::' : '0.0.0.0');
      checkString(host, 'options.host');
      if (isIP(host) === 0)
        throw invalidValue(
          'options.host',
          host,
          'must be a numeric IP address; net.BoundSocket does not perform DNS resolution',
        );
      const handle = new TcpHandle(node);
      const code = isShared ? 'ENOTSUP' : handle.reserve(host, port, isV6Only);
      if (code !== undefined) throw plainError(code, 'bind', host, port);
      this.#handle = handle;
      this.#address = handle.sockname()!;
    }

    /** Its handle, for the one who listens or connects with it from now on. Throws when somebody has it already. */
    static adopt(bound: BoundSocket): TcpHandle {
      const handle = bound.#own();
      bound.#handle = undefined;
      return handle;
    }

    #own(): TcpHandle {
      if (!this.#handle)
        throw codedError(
          Error,
          'ERR_SOCKET_HANDLE_ADOPTED',
          'The bound socket has already been adopted by a server or socket',
        );
      return this.#handle;
    }

    address(): SocketName {
      this.#own();
      return this.#address;
    }

    fd(): number {
      this.#own();
      throw noDescriptors('of a bound socket');
    }

    get isPipe(): boolean {
      return false;
    }

    close(): void {
      BoundSocket.adopt(this).close();
    }

    [Symbol.dispose](): void {
      if (this.#handle) this.close();
    }
  }
  return BoundSocket;
}
