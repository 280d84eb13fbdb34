/**
 * Echo sockets: how a program pings (RFC 792, RFC 4443 §4), as Linux's ping sockets do it: the system chooses the
 * identifier, and gives a socket the replies and errors that carry it. Requests are answered by the internet layer.
 */
import { type Bytes, writeU16 } from '../../base/bytes.ts';
import { checksum } from '../../base/checksum.ts';
import { Misuse } from '../../base/errors.ts';
import type { Family, Ip } from '../../base/ip.ts';
import type { Random } from '../../base/random.ts';
import { ICMP_ECHO, ICMP_ECHO_REPLY, ICMP_HEADER, icmpField } from '../../wire/icmp.ts';
import { ICMP6_ECHO, ICMP6_ECHO_REPLY } from '../../wire/icmp6-code.ts';
import { ipv4, PROTOCOL_ICMP } from '../../wire/ipv4.ts';
import { PROTOCOL_ICMP6 } from '../../wire/ipv6-extension.ts';
import type { IcmpReport } from '../ip/icmp-report.ts';
import type { IpStack } from '../ip/ip-stack.ts';
import type { SendOptions, SendProblem, Transport } from '../ip/transport.ts';
import type { Nic } from '../link/nic.ts';

export interface EchoReply {
  readonly from: Ip;
  /** The address of ours that it came to, and where it came in. */
  readonly to: Ip;
  readonly nic: Nic;
  readonly sequence: number;
  /** What was sent, back again: a copy. */
  readonly payload: Bytes;
  readonly hopLimit: number;
}

export interface EchoError {
  readonly sequence: number;
  readonly report: IcmpReport;
}

export class IcmpSocket {
  readonly family: Family;
  readonly identifier: number;
  /** Called with the trace's cause set to the delivery. */
  onReply: ((reply: EchoReply) => void) | undefined;
  onError: ((error: EchoError) => void) | undefined;
  readonly #stack: IcmpStack;

  constructor(stack: IcmpStack, family: Family, identifier: number) {
    this.#stack = stack;
    this.family = family;
    this.identifier = identifier;
  }

  /** Sends an echo request. Says why nothing was sent, if so. */
  send(to: Ip, sequence: number, payload: Bytes, options: SendOptions = {}): SendProblem | undefined {
    return this.#stack.send(this, to, sequence, payload, options);
  }

  close(): void {
    this.#stack.close(this);
  }
}

const MAX_SOCKETS = 1024;

export class IcmpStack implements Transport {
  readonly #ip: IpStack;
  readonly #random: Random;
  readonly #sockets = new Map<number, IcmpSocket>();

  constructor(ip: IpStack) {
    this.#ip = ip;
    this.#random = ip.world.random(`${ip.name}/icmp`);
    ip.addTransport(PROTOCOL_ICMP, this);
    ip.addTransport(PROTOCOL_ICMP6, this);
  }

  open(family: Family): IcmpSocket {
    if (this.#sockets.size >= MAX_SOCKETS) throw new Misuse(`more than ${MAX_SOCKETS} ping sockets`);
    const first = this.#random.below(0x1_0000);
    const taken = (identifier: number): boolean =>
      this.#sockets.has(identifier) || (family === 4 && this.#isTranslated(identifier));
    let identifier = first;
    for (let tries = 1; taken(identifier); tries++) {
      if (tries > 0xffff) throw new Misuse('no identifier is free for a ping socket');
      identifier = (first + tries) & 0xffff;
    }
    const socket = new IcmpSocket(this, family, identifier);
    this.#sockets.set(identifier, socket);
    return socket;
  }

  /** Whether a ping socket has the identifier. */
  isBound(identifier: number): boolean {
    return this.#sockets.has(identifier);
  }

  #isTranslated(identifier: number): boolean {
    const { nics } = this.#ip;
    return nics.some(
      ({ address }) => address !== undefined && this.#ip.isTranslated(PROTOCOL_ICMP, address, identifier),
    );
  }

  close(socket: IcmpSocket): void {
    if (this.#sockets.get(socket.identifier) === socket) this.#sockets.delete(socket.identifier);
  }

  clear(): void {
    this.#sockets.clear();
  }

  send(
    socket: IcmpSocket,
    to: Ip,
    sequence: number,
    payload: Bytes,
    options: SendOptions,
  ): SendProblem | undefined {
    const source = this.#ip.sourceFor(to, options.via);
    if (source === undefined) return 'ENETUNREACH';
    const isV4 = typeof to === 'number';
    const message = new Uint8Array(ICMP_HEADER + payload.length);
    message[0] = isV4 ? ICMP_ECHO : ICMP6_ECHO;
    writeU16(message, 4, socket.identifier);
    writeU16(message, 6, sequence & 0xffff);
    message.set(payload, ICMP_HEADER);
    if (isV4) writeU16(message, 2, checksum(message));
    else if (typeof source !== 'number') this.#ip.v6.finishIcmp(message, source, to);
    const protocol = isV4 ? PROTOCOL_ICMP : PROTOCOL_ICMP6;
    return this.#ip.sendPayload(message, protocol, source, to, options);
  }

  receive(
    bytes: Bytes,
    at: number,
    length: number,
    source: Ip,
    destination: Ip,
    datagramAt: number,
    nic: Nic,
  ): void {
    const isV4 = typeof destination === 'number';
    if (bytes[at] !== (isV4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY)) return;
    const socket = this.#sockets.get(icmpField.identifier(bytes, at));
    if (!socket || (socket.family === 4) !== isV4) return;
    if (typeof source !== 'number') this.#ip.v6.confirm(source);
    socket.onReply?.({
      from: source,
      to: destination,
      nic,
      sequence: icmpField.sequence(bytes, at),
      payload: bytes.slice(at + ICMP_HEADER, at + length),
      hopLimit: isV4 ? ipv4.get.ttl(bytes, datagramAt) : bytes[datagramAt + 7]!,
    });
  }

  handleIcmp(report: IcmpReport): void {
    const { bytes, end, quoted } = report;
    const at = quoted.transportAt;
    if (end - at < ICMP_HEADER) return;
    const isV4 = typeof quoted.destination === 'number';
    const request = isV4 ? ICMP_ECHO : ICMP6_ECHO;
    // nobody keeps count of the echo replies that this machine sends, so such a message is believed, as Linux does
    if (bytes[at] === (isV4 ? ICMP_ECHO_REPLY : ICMP6_ECHO_REPLY)) this.#ip.learnMtu(report);
    const socket = bytes[at] === request ? this.#sockets.get(icmpField.identifier(bytes, at)) : undefined;
    if (!socket) return;
    this.#ip.learnMtu(report);
    socket.onError?.({ sequence: icmpField.sequence(bytes, at), report });
  }
}
