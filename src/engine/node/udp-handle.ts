/**
 * A UDP socket as libuv gives it to Node: sending is done at once, what arrives waits in the receive buffer and is told
 * in turns of the program, one datagram in each.
 *
 * It keeps its program alive while it receives and is referenced. Multicast is not on our networks: what it needs of a
 * socket can be set, but groups cannot be joined.
 */
import { IP4_ANY } from '../base/address.ts';
import type { Bytes } from '../base/bytes.ts';
import { formatIp, isMulticast6, isV4, parseIp } from '../base/ip.ts';
import { isIP } from '../base/is-ip.ts';
import { type Bound, IP6_ANY, isWildcard } from '../net/transport/bound.ts';
import { type Datagram, ReceiveBuffer, type UdpSocket } from '../net/transport/udp-socket.ts';
import { ProgramError } from '../sim/task.ts';
import type { NodeProcess } from './node-process.ts';
import { nameOf, placeOf, type SocketName } from './socket-address.ts';

/** Linux's bounds on buffers, in bytes as it tells them: twice what was asked for, never less than some. */
const BUFFERS = {
  receive: { usual: 212_992, least: 2304 },
  send: { usual: 212_992, least: 4608 },
} as const;
const MOST_BUFFER = 425_984;

export type BufferKind = keyof typeof BUFFERS;

export class UdpHandle {
  onMessage: ((bytes: Bytes, from: SocketName) => void) | undefined;
  /** Why something that was sent did not arrive, for a socket with a peer. */
  onError: ((code: string) => void) | undefined;
  readonly #node: NodeProcess;
  readonly #isV6: boolean;
  readonly #buffer = new ReceiveBuffer();
  #socket: UdpSocket | undefined;
  #sendBuffer: number = BUFFERS.send.usual;
  #error: string | undefined;
  #ttl: number | undefined;
  #mayBroadcast = false;
  #isRef = true;
  #isHeld = false;
  #isReceiving = false;
  #isQueued = false;
  #isClosed = false;
  #disown: (() => void) | undefined;

  constructor(node: NodeProcess, isV6: boolean) {
    this.#node = node;
    this.#isV6 = isV6;
  }

  // ── where it is

  /** Takes an address and a port, any for 0. Says why not, if not. */
  bind(address: string, port: number, isV6Only: boolean, isShared: boolean): string | undefined {
    if (this.#socket) return 'EINVAL';
    const family = isIP(address);
    if (family !== (this.#isV6 ? 6 : 4)) return 'EINVAL';
    const place = placeOf(this.#node.host, address);
    if (!place) return 'EINVAL';
    const own: Bound = place.ip === IP6_ANY && !isV6Only ? undefined : place.ip;
    return this.#attempt(() => {
      const socket = this.#node.host.udp.bind(port, own, isShared);
      this.#socket = socket;
      socket.onReceive = (datagram) => this.#arrived(datagram);
      socket.onError = ({ code }) => this.#failed(code);
      this.#disown = this.#node.own({ kill: () => this.close() });
    });
  }

  /** Undefined before it is bound. */
  sockname(): SocketName | undefined {
    const socket = this.#socket;
    if (!socket) return undefined;
    const { remote, port } = socket;
    const address = remote && isWildcard(socket.address) ? remote.source : socket.address;
    return nameOf(address ?? (this.#isV6 ? undefined : IP4_ANY), port, this.#isV6);
  }

  peername(): SocketName | undefined {
    const remote = this.#socket?.remote;
    return remote && nameOf(remote.address, remote.port, this.#isV6);
  }

  /** From now on it speaks to this peer alone. Says why not, if not. */
  connect(address: string, port: number): string | undefined {
    const place = placeOf(this.#node.host, address);
    if (!place || place.isV6 !== this.#isV6) return 'EINVAL';
    return this.#attempt(() => this.#socket!.connect(place.ip, port, this.#mayBroadcast));
  }

  disconnect(): void {
    this.#socket?.disconnect();
  }

  // ── sending

  /** Sends one datagram, to the peer when no address is given. Says why not, if not. */
  send(bytes: Bytes, port?: number, address?: string): string | undefined {
    const socket = this.#socket;
    if (!socket) return 'EBADF';
    // an error that nobody has heard yet is the answer to the next call (udp(7))
    const before = this.#error;
    this.#error = undefined;
    if (before !== undefined) return before;
    if (address === undefined) {
      const { remote } = socket;
      if (!remote) return 'EDESTADDRREQ';
      return socket.send(remote.address, remote.port, bytes, this.#options());
    }
    const place = placeOf(this.#node.host, address);
    if (!place || place.isV6 !== this.#isV6) return 'EINVAL';
    if (port === undefined || port === 0) return 'EINVAL';
    return socket.send(place.ip, port, bytes, this.#options());
  }

  #options() {
    return { hopLimit: this.#ttl, mayBroadcast: this.#mayBroadcast };
  }

  // ── receiving

  recvStart(): void {
    this.#isReceiving = true;
    this.#hold();
    this.#look();
  }

  recvStop(): void {
    this.#isReceiving = false;
    this.#hold();
  }

  #arrived(datagram: Datagram): void {
    if (this.#buffer.put(datagram)) this.#look();
    else {
      const detail = { reason: 'the receive buffer is full', from: formatIp(datagram.from) };
      this.#node.host.record('udp.drop', detail);
    }
  }

  /** Only a socket with a peer hears of errors (udp(7)). */
  #failed(code: string | undefined): void {
    if (code === undefined || !this.#socket?.remote) return;
    this.#error = code;
    this.#look();
  }

  /** Asks for a turn of the program's when there is something to tell. */
  #look(): void {
    const hasNews = this.#error !== undefined || this.#buffer.length > 0;
    if (this.#isQueued || this.#isClosed || !this.#isReceiving || !hasNews) return;
    this.#isQueued = true;
    this.#node.soon(() => {
      this.#isQueued = false;
      if (this.#isClosed || !this.#isReceiving) return;
      try {
        this.#tell();
      } finally {
        this.#look();
      }
    });
  }

  #tell(): void {
    const code = this.#error;
    this.#error = undefined;
    if (code !== undefined) {
      this.onError?.(code);
      return;
    }
    const datagram = this.#buffer.take();
    if (datagram) this.onMessage?.(datagram.bytes, nameOf(datagram.from, datagram.port, this.#isV6));
  }

  // ── its options: each says why not, if not

  setTtl(value: number): string | undefined {
    if (!this.#socket) return 'EBADF';
    if (!(value >= 1 && value <= 255)) return 'EINVAL';
    this.#ttl = Math.trunc(value);
    return undefined;
  }

  setBroadcast(isOn: boolean): string | undefined {
    if (!this.#socket) return 'EBADF';
    this.#mayBroadcast = isOn;
    return undefined;
  }

  /** Multicast has its own TTL; nothing here sends any. */
  setMulticastTtl(value: number): string | undefined {
    if (!this.#socket) return 'EBADF';
    return value >= 0 && value <= 255 ? undefined : 'EINVAL';
  }

  setMulticastLoopback(): string | undefined {
    return this.#socket ? undefined : 'EBADF';
  }

  setMulticastInterface(text: string): string | undefined {
    if (!this.#socket) return 'EBADF';
    if (isIP(text) === 0) return 'EINVAL';
    // of an IPv6 address only the zone counts, and libuv makes one that is not there the system's choice
    if (isIP(text) === 6) return this.#isV6 ? undefined : 'ENOPROTOOPT';
    const { ip } = this.#node.host;
    const address = parseIp(text);
    return isWildcard(address) || ip.isLocal(address) ? undefined : 'EADDRNOTAVAIL';
  }

  /** Why a group cannot be joined: no interface of this machine takes part in multicast. */
  joinGroup(group: string): string {
    return isGroup(group, this.#isV6) ? 'ENODEV' : 'EINVAL';
  }

  /** Why a group cannot be left: none was joined. */
  leaveGroup(group: string): string {
    return isIP(group) === (this.#isV6 ? 6 : 4) ? 'EADDRNOTAVAIL' : 'EINVAL';
  }

  /** Bytes of a buffer, after it was set when `size` is not zero; undefined before the socket is bound. */
  bufferSize(kind: BufferKind, size: number): number | undefined {
    if (!this.#socket) return undefined;
    const { least } = BUFFERS[kind];
    const wanted = Math.min(MOST_BUFFER, Math.max(least, size * 2));
    if (kind === 'receive') {
      if (size > 0) this.#buffer.limit = wanted;
      return this.#buffer.limit;
    }
    if (size > 0) this.#sendBuffer = wanted;
    return this.#sendBuffer;
  }

  // ── what keeps the program alive, and the end

  ref(): void {
    this.#isRef = true;
    this.#hold();
  }

  unref(): void {
    this.#isRef = false;
    this.#hold();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isReceiving = false;
    this.#hold();
    this.#disown?.();
    this.#buffer.clear();
    this.#socket?.close();
  }

  #hold(): void {
    const isHeld = this.#isReceiving && this.#isRef && !this.#isClosed;
    if (isHeld === this.#isHeld) return;
    this.#isHeld = isHeld;
    if (isHeld) this.#node.ref();
    else this.#node.unref();
  }

  /** The code with which a call to the machine fails, if it does. */
  #attempt(call: () => void): string | undefined {
    try {
      call();
      return undefined;
    } catch (error) {
      if (error instanceof ProgramError) return error.code;
      throw error;
    }
  }
}

function isGroup(text: string, isV6: boolean): boolean {
  if (isIP(text) !== (isV6 ? 6 : 4)) return false;
  const ip = parseIp(text.replace(/%.*/, ''));
  return isV4(ip) ? ip >>> 28 === 14 : isMulticast6(ip);
}
