/**
 * What a program holds of UDP: a socket on an address and a port, with a peer or without one, and what has arrived at it.
 */
import type { Bytes } from '../../base/bytes.ts';
import { formatEndpoint, type Ip } from '../../base/ip.ts';
import type { IcmpReport } from '../ip/icmp-report.ts';
import type { SendOptions, SendProblem } from '../ip/transport.ts';
import type { Nic } from '../link/nic.ts';
import { type Bound, boundText } from './bound.ts';
import type { UdpStack } from './udp-stack.ts';

export interface Datagram {
  readonly from: Ip;
  readonly port: number;
  /** The caller may keep them: a copy. */
  readonly bytes: Bytes;
  /** Time to live, or hop limit, as it arrived. */
  readonly hopLimit: number;
  /** The address that it was sent to, and where it came in. */
  readonly to: Ip;
  readonly nic: Nic;
}

/** Bad news about a datagram that a socket sent. */
export interface UdpError {
  readonly to: Ip;
  readonly port: number;
  /** As programs print it; undefined for news that is no error to them, like a smaller path MTU. */
  readonly code:
    | 'ECONNREFUSED'
    | 'EHOSTUNREACH'
    | 'ENETUNREACH'
    | 'EACCES'
    | 'EMSGSIZE'
    | 'EPROTO'
    | undefined;
  readonly report: IcmpReport;
}

export interface UdpPeer {
  readonly address: Ip;
  readonly port: number;
  /** The address of ours that goes with it. */
  readonly source: Ip;
}

/** Linux's net.core.rmem_default, and what one datagram costs beside its bytes. */
export const RECEIVE_BUFFER = 212_992;
const DATAGRAM_COST = 768;

export class UdpSocket {
  readonly port: number;
  /** The address that it answers for and sends from; every one when undefined. */
  readonly address: Bound;
  /** Others that say the same may have the port, too (SO_REUSEADDR). */
  readonly isShared: boolean;
  /** Whom it talks to, and nobody else, when it is connected. */
  remote: UdpPeer | undefined;
  /** Called for each datagram, with the trace's cause set to its delivery. */
  onReceive: ((datagram: Datagram) => void) | undefined;
  /** Called when an ICMP error says that a datagram to this peer could not be delivered. */
  onError: ((error: UdpError) => void) | undefined;
  readonly #stack: UdpStack;

  constructor(stack: UdpStack, address: Bound, port: number, isShared: boolean) {
    this.#stack = stack;
    this.address = address;
    this.port = port;
    this.isShared = isShared;
  }

  /** As events and tables call its ends. */
  get local(): string {
    return boundText(this.remote?.source ?? this.address, this.port);
  }

  get peer(): string {
    return this.remote ? formatEndpoint(this.remote.address, this.remote.port) : '*';
  }

  get state(): 'BOUND' | 'ESTABLISHED' {
    return this.remote ? 'ESTABLISHED' : 'BOUND';
  }

  /** Says why nothing was sent, if so. */
  send(to: Ip, port: number, bytes: Bytes, options: SendOptions = {}): SendProblem | undefined {
    return this.#stack.send(this, to, port, bytes, options);
  }

  /** From now on it hears this peer alone, and errors about it. Throws a ProgramError without a route. */
  connect(address: Ip, port: number, mayBroadcast = false): void {
    this.#stack.connect(this, address, port, mayBroadcast);
  }

  disconnect(): void {
    this.#stack.disconnect(this);
  }

  close(): void {
    this.#stack.close(this);
  }
}

/** What has arrived for a program that reads in its own time, in no more room than a buffer has. */
export class ReceiveBuffer {
  /** Bytes that it holds, with what datagrams cost beside them. */
  limit = RECEIVE_BUFFER;
  readonly #queue: Datagram[] = [];
  #held = 0;

  get length(): number {
    return this.#queue.length;
  }

  /** False when there is no room: then the datagram is lost, as in Linux. One always has room. */
  put(datagram: Datagram): boolean {
    const cost = datagram.bytes.length + DATAGRAM_COST;
    if (this.#held > 0 && this.#held + cost > this.limit) return false;
    this.#held += cost;
    this.#queue.push(datagram);
    return true;
  }

  take(): Datagram | undefined {
    const first = this.#queue.shift();
    if (first) this.#held -= first.bytes.length + DATAGRAM_COST;
    return first;
  }

  clear(): void {
    this.#queue.length = 0;
    this.#held = 0;
  }
}
