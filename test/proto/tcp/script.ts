/**
 * A connection under a script: segments go in as bytes at a virtual time, and what comes out is compared as one line
 * each, in the spirit of packetdrill. The test plays the peer, so every number is written out.
 */
import { fromHex, readU16, readU32, toHex, writeU16, writeU32 } from '../../../src/engine/base/bytes.ts';
import { MILLISECOND, NEVER } from '../../../src/engine/base/units.ts';
import { TcpConnection, type TcpOptions } from '../../../src/engine/proto/tcp/connection.ts';
import type { MachineEvent } from '../../../src/engine/trace/event.ts';

const LETTERS = 'FSRPAUEC';

export interface Wanted {
  seq: number;
  ack?: number;
  /** Letters of `FSRPA`. Default `A`. */
  flags?: string;
  win?: number;
  /** Options in hexadecimal, whole words. */
  options?: string;
  /** Payload as text, or a number of bytes counted up from `seq`. */
  data?: string | number;
}

/** Byte that stands at sequence number `seq` in streams made by these tests. */
export function patternAt(seq: number): number {
  return (seq ^ (seq >>> 8)) & 0xff;
}

/** A segment from port 80 to port 1000 (or the other way round), as bytes. */
export function segment(wanted: Wanted, from = 80, to = 1000): Uint8Array {
  const { seq, ack = 0, flags = 'A', win = 65535, options = '', data = 0 } = wanted;
  const optionBytes = fromHex(options);
  const payload =
    typeof data === 'string'
      ? Uint8Array.from(data, (c) => c.charCodeAt(0))
      : Uint8Array.from({ length: data }, (_, i) => patternAt(seq + i));
  const bytes = new Uint8Array(20 + optionBytes.length + payload.length);
  writeU16(bytes, 0, from);
  writeU16(bytes, 2, to);
  writeU32(bytes, 4, seq);
  writeU32(bytes, 8, ack);
  bytes[12] = (20 + optionBytes.length) << 2;
  bytes[13] = [...flags].reduce((sum, letter) => sum | (1 << LETTERS.indexOf(letter)), 0);
  writeU16(bytes, 14, win);
  bytes.set(optionBytes, 20);
  bytes.set(payload, 20 + optionBytes.length);
  return bytes;
}

/** `SA 300+0 ack 101 win 65535 020405b4` */
export function show(bytes: Uint8Array): string {
  const header = (bytes[12]! >> 4) * 4;
  const letters = [...LETTERS].filter((_, i) => bytes[13]! & (1 << i)).join('');
  const parts = [letters, `${readU32(bytes, 4)}+${bytes.length - header}`];
  if (letters.includes('A')) parts.push(`ack ${readU32(bytes, 8)}`);
  parts.push(`win ${readU16(bytes, 14)}`);
  if (header > 20) parts.push(toHex(bytes.subarray(20, header)));
  return parts.join(' ');
}

/** No timestamps, no scaling, fixed window: the bare protocol, so that lines stay short. */
export const BARE: Partial<TcpOptions> = {
  profile: 'rfc',
  timestamps: false,
  windowScale: -1,
  receiveBuffer: 29200,
};

export class Script {
  readonly connection: TcpConnection;
  readonly events: MachineEvent[] = [];
  now = 0;
  readonly #out = new Uint8Array(9100);

  constructor(options: Partial<TcpOptions> = BARE) {
    this.connection = new TcpConnection({ localPort: 1000, remotePort: 80, iss: 100, ...options });
  }

  /** Drains the machine: the segments it sends, as lines. */
  sent(): string[] {
    return this.raw().map(show);
  }

  raw(): Uint8Array[] {
    const segments: Uint8Array[] = [];
    for (let i = 0; i < 1000; i++) {
      this.#poll();
      const length = this.connection.pollTransmit(this.now, this.#out, 7);
      if (length === 0) break;
      segments.push(this.#out.slice(7, 7 + length));
    }
    this.#poll();
    return segments;
  }

  #poll(): void {
    for (let event = this.connection.pollEvent(); event; event = this.connection.pollEvent())
      this.events.push(event);
  }

  /** A segment arrives; what is sent in answer. */
  gets(wanted: Wanted): string[] {
    const bytes = segment(wanted);
    const buffer = new Uint8Array(bytes.length + 11);
    buffer.set(bytes, 5);
    this.connection.handle(buffer, 5, bytes.length, this.now);
    return this.sent();
  }

  getsHex(hex: string): string[] {
    const bytes = fromHex(hex);
    this.connection.handle(bytes, 0, bytes.length, this.now);
    return this.raw().map((one) => toHex(one));
  }

  /** Lets time pass up to `ms`, firing what is due; what is sent, each line with its time. */
  until(ms: number): string[] {
    const end = ms * MILLISECOND;
    const lines: string[] = [];
    for (let i = 0; i < 10_000; i++) {
      const due = this.connection.pollTimeout();
      if (due > end || due === NEVER) break;
      this.now = Math.max(this.now, due);
      this.connection.handleTimeout(this.now);
      for (const line of this.sent()) lines.push(`${this.now / MILLISECOND}: ${line}`);
    }
    this.now = end;
    return lines;
  }

  /** Writes a pattern of `count` bytes that starts at sequence number `seq`; what is sent. */
  writes(seq: number, count: number): string[] {
    const bytes = Uint8Array.from({ length: count }, (_, i) => patternAt(seq + i));
    const taken = this.connection.write(bytes, 0, count, this.now);
    if (taken !== count) throw new Error(`only ${taken} of ${count} bytes were taken`);
    return this.sent();
  }

  reads(max = 1_000_000): Uint8Array {
    const into = new Uint8Array(max);
    const count = this.connection.read(into, 0, max, this.now);
    return into.slice(0, count);
  }

  /** Opens actively at time 0 with a peer whose ISS is 300, MSS 1460, 50 ms away. Returns at 50 ms, ESTABLISHED. */
  establish(win = 65535, mss = 1460): this {
    this.connection.open(this.now);
    this.sent();
    this.now = 50 * MILLISECOND;
    const mssHex = mss.toString(16).padStart(4, '0');
    this.gets({ seq: 300, ack: 101, flags: 'SA', win, options: `0204${mssHex}` });
    return this;
  }

  kinds(prefix: string): MachineEvent[] {
    return this.events.filter((event) => event.kind === prefix);
  }

  states(): string[] {
    return this.kinds('tcp.state').map((event) => String(event.detail.to));
  }
}
