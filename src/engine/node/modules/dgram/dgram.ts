/**
 * `node:dgram` over the UDP of a simulated host.
 *
 * Not here: multicast groups, which no network of ours carries (joining one fails with ENODEV and says so), file
 * descriptors, and sockets that are shared between processes.
 */
import { isIP } from '../../../base/is-ip.ts';
import {
  checkAbortSignal,
  checkFunction,
  checkNumber,
  checkObject,
  checkPort,
  checkString,
  checkUint32,
  invalidType,
  invalidValue,
  missingArguments,
} from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import type { SocketName } from '../../socket-address.ts';
import { codedError, errnoOf, plainError, type SystemError } from '../../system-error.ts';
import { type BufferKind, UdpHandle } from '../../udp-handle.ts';
import { dnsModule } from '../dns/dns.ts';
import { netAddress } from '../net/address.ts';
import { noDescriptors, type Options } from '../net/arguments.ts';
import { packages } from '../packages.ts';
import { readSend } from './send.ts';

type Callback = (...args: unknown[]) => void;
type LookupDone = (error: Error | null, address?: string) => void;
type Lookup = (hostname: string, family: number, done: LookupDone) => void;

export function dgram(node: NodeProcess) {
  const { events, buffer } = node.load(packages);
  const { Buffer } = buffer;
  const { BlockList } = node.load(netAddress);

  /** An address of the right family is not looked up. */
  const usualLookup: Lookup = (hostname, family, done) => {
    if (isIP(hostname) === family) node.nextTick(() => done(null, hostname));
    else node.load(dnsModule).lookup(hostname, family, done);
  };

  class Socket extends events.EventEmitter {
    readonly type: 'udp4' | 'udp6';
    #handle: UdpHandle | undefined;
    readonly #lookup: Lookup;
    readonly #options: Options;
    #bound: 'no' | 'binding' | 'yes' = 'no';
    #connected: 'no' | 'connecting' | 'yes' = 'no';
    /** What was asked for while an address was looked up. */
    #queue: (() => void)[] | undefined;

    constructor(type?: unknown, listener?: unknown) {
      super();
      const options = (type !== null && typeof type === 'object' ? type : { type }) as Options;
      this.#options = checkOptions(options);
      const { lookup, signal } = options;
      if (lookup !== undefined) checkFunction(lookup, 'lookup');
      this.#lookup = (lookup as Lookup | undefined) ?? usualLookup;
      if (options['type'] !== 'udp4' && options['type'] !== 'udp6')
        throw codedError(
          TypeError,
          'ERR_SOCKET_BAD_TYPE',
          'Bad socket type specified. Valid types are: udp4, udp6',
        );
      this.type = options['type'];
      this.#handle = new UdpHandle(node, this.type === 'udp6');
      if (typeof listener === 'function') this.on('message', listener as Callback);
      this.#listenToSignal(signal);
    }

    #listenToSignal(signal: unknown): void {
      checkAbortSignal(signal, 'options.signal');
      if (signal === undefined) return;
      const close = (): void => {
        if (this.#handle) this.close();
      };
      if (signal.aborted) close();
      else {
        signal.addEventListener('abort', close, { once: true });
        this.once('close', () => signal.removeEventListener('abort', close));
      }
    }

    // ── binding

    bind(...args: unknown[]): this {
      this.#running();
      this.#unbound();
      this.#bound = 'binding';
      const callback = args.at(-1);
      const listening = typeof callback === 'function' ? () => callback.call(this) : undefined;
      if (listening) this.once('listening', listening);
      const [first, second] = args;
      const said = first !== null && typeof first === 'object' ? (first as Options) : undefined;
      if (said && typeof said['fd'] === 'number' && said['fd'] > 0) throw noDescriptors(said['fd']);
      const port = said ? said['port'] : first;
      const wanted = said ? said['address'] : typeof second === 'function' ? '' : second;
      const address = (wanted || this.#anywhere()) as string;
      this.#resolve(address, (error, ip) => {
        if (!this.#handle) return;
        const problem = error ?? this.#bindTo(ip!, port as number);
        if (problem) this.#bindFailed(problem, listening);
        else this.#listening();
      });
      return this;
    }

    bindSync(options: unknown = {}): SocketName {
      this.#running();
      checkObject(options, 'options');
      this.#unbound();
      const said = options as { port?: unknown; address?: unknown };
      const port = checkPort(said.port ?? 0, 'options.port');
      const address = numericAddress(said.address || this.#anywhere(), 'options.address', 'bindSync');
      const problem = this.#bindTo(address, port);
      if (problem) throw problem;
      this.#receive();
      node.nextTick(() => {
        if (this.#handle) this.emit('listening');
      });
      return this.address();
    }

    #anywhere(): string {
      return this.type === 'udp4' ? '0.0.0.0' : '::';
    }

    #bindTo(address: string, port: number): SystemError | undefined {
      const { ipv6Only, reuseAddr, reusePort } = this.#options;
      // what is no number is any port, as in Node; of one that is too large sixteen bits are left
      const own = Number(port) & 0xffff;
      // no kernel here shares a port out among several who hear: Node's word where that is so
      const code = reusePort
        ? 'ENOTSUP'
        : this.#handle!.bind(address, own, Boolean(ipv6Only), Boolean(reuseAddr));
      return code === undefined ? undefined : plainError(code, 'bind', address, port);
    }

    #bindFailed(error: Error, listening: (() => void) | undefined): void {
      this.#bound = 'no';
      this.#queue = undefined;
      this.removeListener('listening', this.#flush);
      if (listening) this.removeListener('listening', listening);
      this.emit('error', error);
    }

    #listening(): void {
      this.#receive();
      this.emit('listening');
    }

    #receive(): void {
      const handle = this.#handle!;
      const { receiveBlockList, recvBufferSize, sendBufferSize } = this.#options;
      handle.onMessage = (bytes, from) => {
        const list = receiveBlockList as { check(address: string, family: string): boolean } | undefined;
        if (list?.check(from.address, from.family.toLowerCase())) return;
        const { length } = bytes;
        this.emit('message', Buffer.from(bytes.buffer, bytes.byteOffset, length), { ...from, size: length });
      };
      handle.onError = (code) => void this.emit('error', plainError(code, 'recvmsg'));
      handle.recvStart();
      this.#bound = 'yes';
      if (recvBufferSize) this.setRecvBufferSize(recvBufferSize);
      if (sendBufferSize) this.setSendBufferSize(sendBufferSize);
    }

    #unbound(): void {
      if (this.#bound !== 'no')
        throw codedError(Error, 'ERR_SOCKET_ALREADY_BOUND', 'Socket is already bound');
    }

    /** The address that a text means; nothing means this machine. */
    #resolve(address: unknown, done: LookupDone): void {
      const isV6 = this.type === 'udp6';
      const lookup = this.#lookup;
      lookup((address || (isV6 ? '::1' : '127.0.0.1')) as string, isV6 ? 6 : 4, done);
    }

    /** Binds to any port when that has not been done; false while it is still being done. */
    #isBound(): boolean {
      if (this.#bound === 'no') this.bind({ port: 0, exclusive: true }, null);
      return this.#bound === 'yes';
    }

    #later(act: () => void): void {
      if (!this.#queue) this.once('listening', this.#flush);
      this.#queue ??= [];
      this.#queue.push(act);
    }

    readonly #flush = (): void => {
      const waiting = this.#queue ?? [];
      this.#queue = undefined;
      for (const act of waiting) act();
    };

    // ── a peer

    connect(port: unknown, address?: unknown, callback?: unknown): void {
      const to = checkPort(port, 'Port', false);
      const done = typeof address === 'function' ? address : callback;
      const host = typeof address === 'function' || address === undefined ? '' : address;
      checkString(host, 'address');
      this.#disconnected();
      this.#connected = 'connecting';
      const begin = (): void => this.#connectTo(to, host, done);
      if (this.#isBound()) begin();
      else this.#later(begin);
    }

    connectSync(port: unknown, address?: unknown): void {
      this.#running();
      const to = checkPort(port, 'Port', false);
      this.#disconnected();
      const usual = this.type === 'udp4' ? '127.0.0.1' : '::1';
      const wanted = address === undefined || address === null || address === '' ? usual : address;
      const host = numericAddress(wanted, 'address', 'connectSync');
      if (this.#bound === 'no') this.bindSync();
      else if (this.#bound === 'binding') this.#unbound();
      const problem = this.#setPeer(host, host, to);
      if (problem) throw problem;
      node.nextTick(() => {
        if (this.#handle) this.emit('connect');
      });
    }

    #connectTo(port: number, address: string, callback: unknown): void {
      const done = typeof callback === 'function' ? (callback as Callback) : undefined;
      if (done) this.once('connect', done);
      this.#resolve(address, (error, ip) => {
        if (!this.#handle) return;
        const problem = error ?? this.#setPeer(ip!, address, port);
        if (!problem) {
          node.nextTick(() => this.emit('connect'));
          return;
        }
        this.#connected = 'no';
        node.nextTick(() => {
          if (!done) this.emit('error', problem);
          else {
            this.removeListener('connect', done);
            done(problem);
          }
        });
      });
    }

    #setPeer(ip: string, address: string, port: number): Error | undefined {
      const list = this.#options['sendBlockList'] as { check(address: string, family: string): boolean };
      if (list?.check(ip, `ipv${isIP(ip)}`)) return blocked(ip);
      const code = this.#handle!.connect(ip, port);
      if (code !== undefined) return plainError(code, 'connect', address, port);
      this.#connected = 'yes';
      return undefined;
    }

    disconnect(): void {
      if (this.#connected !== 'yes') throw notConnected();
      this.#handle!.disconnect();
      this.#connected = 'no';
    }

    #disconnected(): void {
      if (this.#connected !== 'no')
        throw codedError(Error, 'ERR_SOCKET_DGRAM_IS_CONNECTED', 'Already connected');
    }

    // ── sending

    send(...args: unknown[]): void {
      const isConnected = this.#connected === 'yes';
      const { bytes, port, address, callback } = readSend(Buffer, args, isConnected);
      this.#running();
      const act = (): void => this.#sendTo(bytes, port, address, callback);
      if (this.#isBound()) act();
      else this.#later(act);
    }

    /** The old form of {@link send}. */
    sendto(bytes: unknown, offset: unknown, length: unknown, port: unknown, ...rest: unknown[]): void {
      const [address, callback] = rest;
      checkNumber(offset, 'offset');
      checkNumber(length, 'length');
      checkNumber(port, 'port');
      checkString(address, 'address');
      this.send(bytes, offset, length, port, address, callback);
    }

    #sendTo(
      bytes: Uint8Array<ArrayBuffer>,
      port: number | undefined,
      address: string | undefined,
      callback: Callback | undefined,
    ): void {
      if (port === undefined) {
        this.#finishSend(this.#handle?.send(bytes), bytes.length, address, port, callback);
        return;
      }
      this.#resolve(address, (error, ip) => {
        if (error) {
          node.nextTick(() => (callback ? callback(error) : this.emit('error', error)));
          return;
        }
        if (!this.#handle) return;
        const list = this.#options['sendBlockList'] as { check(address: string, family: string): boolean };
        if (list?.check(ip!, `ipv${isIP(ip!)}`)) {
          if (callback) node.nextTick(() => callback(blocked(ip!)));
          return;
        }
        this.#finishSend(this.#handle.send(bytes, port, ip), bytes.length, address, port, callback);
      });
    }

    /** Without a callback nobody hears of a datagram that could not be sent. */
    #finishSend(
      code: string | undefined,
      count: number,
      address: string | undefined,
      port: number | undefined,
      callback: Callback | undefined,
    ): void {
      if (!callback) return;
      if (code === undefined) node.nextTick(() => callback(null, count));
      else node.nextTick(() => callback(plainError(code, 'send', address, port)));
    }

    // ── what it is

    address(): SocketName {
      const name = this.#running().sockname();
      if (!name) throw plainError('EBADF', 'getsockname');
      return name;
    }

    remoteAddress(): SocketName {
      const name = this.#running().peername();
      if (this.#connected !== 'yes' || !name) throw notConnected();
      return name;
    }

    #running(): UdpHandle {
      if (!this.#handle) throw codedError(Error, 'ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running');
      return this.#handle;
    }

    // ── options

    setBroadcast(isOn: unknown): void {
      failing('setBroadcast', this.#running().setBroadcast(Boolean(isOn)));
    }

    setTTL(ttl: unknown): number {
      checkNumber(ttl, 'ttl');
      failing('setTTL', this.#running().setTtl(ttl));
      return ttl;
    }

    setMulticastTTL(ttl: unknown): number {
      checkNumber(ttl, 'ttl');
      failing('setMulticastTTL', this.#running().setMulticastTtl(ttl));
      return ttl;
    }

    setMulticastLoopback<T>(isOn: T): T {
      failing('setMulticastLoopback', this.#running().setMulticastLoopback());
      return isOn;
    }

    setMulticastInterface(address: unknown): void {
      const handle = this.#running();
      checkString(address, 'interfaceAddress');
      failing('setMulticastInterface', handle.setMulticastInterface(address));
    }

    addMembership(group: unknown, _interface?: unknown): void {
      const handle = this.#running();
      if (!group) throw missingArguments('multicastAddress');
      failing('addMembership', handle.joinGroup(String(group)));
    }

    dropMembership(group: unknown, _interface?: unknown): void {
      const handle = this.#running();
      if (!group) throw missingArguments('multicastAddress');
      failing('dropMembership', handle.leaveGroup(String(group)));
    }

    addSourceSpecificMembership(source: unknown, group: unknown, _interface?: unknown): void {
      const handle = this.#running();
      checkString(source, 'sourceAddress');
      checkString(group, 'groupAddress');
      failing('addSourceSpecificMembership', handle.joinGroup(group));
    }

    dropSourceSpecificMembership(source: unknown, group: unknown, _interface?: unknown): void {
      const handle = this.#running();
      checkString(source, 'sourceAddress');
      checkString(group, 'groupAddress');
      failing('dropSourceSpecificMembership', handle.leaveGroup(group));
    }

    setRecvBufferSize(size: unknown): void {
      this.#bufferSize('receive', size);
    }

    setSendBufferSize(size: unknown): void {
      this.#bufferSize('send', size);
    }

    getRecvBufferSize(): number {
      return this.#bufferSize('receive', 0);
    }

    getSendBufferSize(): number {
      return this.#bufferSize('send', 0);
    }

    #bufferSize(kind: BufferKind, size: unknown): number {
      if ((size as number) >>> 0 !== size)
        throw codedError(TypeError, 'ERR_SOCKET_BAD_BUFFER_SIZE', 'Buffer size must be a positive integer');
      const now = this.#running().bufferSize(kind, size);
      if (now === undefined) throw unboundBuffer(kind);
      return now;
    }

    /** Nothing waits to be sent: what the interface cannot take at once is its own affair. */
    getSendQueueSize(): number {
      this.#running();
      return 0;
    }

    getSendQueueCount(): number {
      this.#running();
      return 0;
    }

    ref(): this {
      this.#handle?.ref();
      return this;
    }

    unref(): this {
      this.#handle?.unref();
      return this;
    }

    // ── its end

    close(callback?: unknown): this {
      if (typeof callback === 'function') this.on('close', callback as Callback);
      if (this.#queue) {
        this.#queue.push(() => void this.close());
        return this;
      }
      this.#running().close();
      this.#handle = undefined;
      node.nextTick(() => this.emit('close'));
      return this;
    }

    async [Symbol.asyncDispose](): Promise<void> {
      if (!this.#handle) return;
      await new Promise<void>((resolve) => this.close(resolve));
    }
  }

  function checkOptions(options: Options): Options {
    for (const name of ['recvBufferSize', 'sendBufferSize'])
      if (options[name]) checkUint32(options[name], `options.${name}`);
    for (const name of ['receiveBlockList', 'sendBlockList'])
      if (options[name] && !BlockList.isBlockList(options[name]))
        throw invalidType(`options.${name}`, 'net.BlockList', options[name]);
    return options;
  }

  return {
    Socket,
    createSocket: (type?: unknown, listener?: unknown) => new Socket(type, listener),
  };
}

function numericAddress(value: unknown, name: string, method: string): string {
  checkString(value, name);
  if (isIP(value) === 0)
    throw invalidValue(
      name,
      value,
      `must be a numeric IP address; ${method} does not perform DNS resolution`,
    );
  return value;
}

function blocked(address: string): Error {
  return codedError(Error, 'ERR_IP_BLOCKED', `IP(${address}) is blocked by net.BlockList`);
}

function notConnected(): Error {
  return codedError(Error, 'ERR_SOCKET_DGRAM_NOT_CONNECTED', 'Not connected');
}

/** Throws what a system call failed with, if it did. */
function failing(syscall: string, code: string | undefined): void {
  if (code === undefined) return;
  const error = plainError(code, syscall);
  if (code === 'ENODEV') error.message += ': no interface of this simulated machine takes part in multicast';
  throw error;
}

function unboundBuffer(kind: BufferKind): Error {
  const syscall = kind === 'receive' ? 'uv_recv_buffer_size' : 'uv_send_buffer_size';
  const info = { errno: errnoOf('EBADF'), code: 'EBADF', message: 'bad file descriptor', syscall };
  const message = `Could not get or set buffer size: ${syscall} returned EBADF (bad file descriptor)`;
  const error = codedError(Error, 'ERR_SOCKET_BUFFER_SIZE', message);
  return Object.assign(error, { name: 'SystemError', info, errno: info.errno, syscall });
}
