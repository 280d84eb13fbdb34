/**
 * Reading and writing runs of bits, and the nodes that a dissection leaves behind.
 *
 * A {@link Cursor} reads within bounds and may record: then every leaf that reads bits leaves a {@link Node}, so the
 * leaves partition the buffer by construction. A {@link Sink} grows as it is written. The vocabulary of formats
 * (codec.ts) is built on both.
 */
import type { Bytes } from '../base/bytes.ts';
import { Malformed, Misuse } from '../base/errors.ts';

/** What every field tells the reader: its label, where it is specified, what it is, and how its value is written. */
export interface About {
  readonly label: string;
  /** `RFC 791 §3.1` */
  readonly spec: string;
  /** What this field is, one plain sentence. */
  readonly about: string;
}

/** One node of a dissection. Leaves partition the dissected buffer exactly; bit offsets count from its start. */
export interface Node {
  readonly label: string;
  bitStart: number;
  bitLength: number;
  /** The decoded value when it is a primitive. */
  readonly value: number | string | boolean | undefined;
  /** The value as people read it: `192.0.2.80`, `64 hops`, `SYN, ACK`. */
  text: string;
  readonly spec: string;
  readonly about: string;
  /** Which protocol this subtree belongs to, set on the root node of each header. */
  layer?: string;
  /** Set when the bytes break the format: what was expected. */
  problem?: string;
  /** Another place of the buffer that this field points to, in bits (a DNS compression pointer). */
  refers?: { readonly bitStart: number; readonly bitLength: number };
  readonly children: Node[];
}

/** The values of a struct that is being read or written, with a link to the one around it. */
export interface Scope {
  readonly values: Record<string, unknown>;
  /** Bit offset where the struct starts. */
  readonly start: number;
  readonly parent: Scope | undefined;
}

/** Reads bits from `bytes[from, to)`; never past `end`. */
export class Cursor {
  readonly bytes: Bytes;
  /** Bit offset of the first byte that belongs to this format (compression pointers count from it). */
  readonly origin: number;
  bit: number;
  endBit: number;
  /** The list that receives nodes, when dissecting. */
  nodes: Node[] | undefined;
  /** How deep compositions are nested; bounded, because formats may recurse. */
  depth = 0;

  constructor(bytes: Bytes, from: number, to: number, nodes?: Node[]) {
    this.bytes = bytes;
    this.origin = from * 8;
    this.bit = this.origin;
    this.endBit = to * 8;
    this.nodes = nodes;
  }

  /** Reads `width` bits (at most 48) as an unsigned number. Throws {@link Malformed} when they are not there. */
  take(width: number): number {
    if (this.bit + width > this.endBit) {
      throw new Malformed(`truncated: ${width} bits wanted, ${this.endBit - this.bit} left`, this.bit >> 3);
    }
    let value = 0;
    let left = width;
    while (left > 0) {
      const offset = this.bit & 7;
      const chunk = Math.min(8 - offset, left);
      const part = (this.bytes[this.bit >>> 3]! >> (8 - offset - chunk)) & ((1 << chunk) - 1);
      value = value * (1 << chunk) + part;
      this.bit += chunk;
      left -= chunk;
    }
    return value;
  }

  /** A view of the next `length` bytes. The position must lie on a byte boundary. */
  takeBytes(length: number): Bytes {
    if (this.bit + length * 8 > this.endBit) {
      throw new Malformed(
        `truncated: ${length} bytes wanted, ${(this.endBit - this.bit) >> 3} left`,
        this.bit >> 3,
      );
    }
    const at = this.bit >>> 3;
    this.bit += length * 8;
    return this.bytes.subarray(at, at + length);
  }

  get bytesLeft(): number {
    return (this.endBit - this.bit) >> 3;
  }

  /** Adds a leaf for the bits since `from`. */
  leaf(from: number, about: About, value: Node['value'], text: string): Node | undefined {
    if (!this.nodes) return undefined;
    const node: Node = {
      ...about,
      bitStart: from - this.origin,
      bitLength: this.bit - from,
      value,
      text,
      children: [],
    };
    this.nodes.push(node);
    return node;
  }

  /** Runs `body` with the nodes it leaves gathered under one parent. */
  group<T>(about: About, body: () => T, show?: (value: T) => string): T {
    if (this.depth >= 32) throw new Malformed('nested too deeply', this.bit >> 3);
    this.depth += 1;
    try {
      const { nodes } = this;
      if (!nodes) return body();
      const from = this.bit;
      const node: Node = {
        ...about,
        bitStart: from - this.origin,
        bitLength: 0,
        value: undefined,
        text: '',
        children: [],
      };
      nodes.push(node);
      this.nodes = node.children;
      try {
        const value = body();
        if (show) node.text = show(value);
        return value;
      } finally {
        node.bitLength = this.bit - from;
        this.nodes = nodes;
      }
    } finally {
      this.depth -= 1;
    }
  }
}

/** Writes bits into a buffer that grows. */
export class Sink {
  bytes: Bytes;
  bit = 0;

  constructor(capacity = 128) {
    this.bytes = new Uint8Array(capacity);
  }

  #reserve(bits: number): void {
    const need = (this.bit + bits + 7) >>> 3;
    if (need <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(need, this.bytes.length * 2));
    grown.set(this.bytes);
    this.bytes = grown;
  }

  put(width: number, value: number): void {
    if (!(value >= 0 && value < POWERS[width]!)) {
      throw new Misuse(`${value} does not fit ${width} bits`);
    }
    this.#reserve(width);
    let left = width;
    while (left > 0) {
      const offset = this.bit & 7;
      const chunk = Math.min(8 - offset, left);
      const part = Math.floor(value / POWERS[left - chunk]!) % (1 << chunk);
      const shift = 8 - offset - chunk;
      const at = this.bit >>> 3;
      this.bytes[at] = (this.bytes[at]! & ~(((1 << chunk) - 1) << shift)) | (part << shift);
      this.bit += chunk;
      left -= chunk;
    }
  }

  putBytes(bytes: Bytes): void {
    this.#reserve(bytes.length * 8);
    this.bytes.set(bytes, this.bit >>> 3);
    this.bit += bytes.length * 8;
  }

  /** Overwrites bits that were written before. */
  patch(bit: number, width: number, value: number): void {
    const now = this.bit;
    this.bit = bit;
    this.put(width, value);
    this.bit = now;
  }

  finish(): Bytes {
    return this.bytes.slice(0, (this.bit + 7) >>> 3);
  }
}

/** 2^0 to 2^48, exactly: the most bits that one field has. */
const POWERS: readonly number[] = Array.from(
  { length: 49 },
  (_, i) => (1 << (i >> 1)) * (1 << (i - (i >> 1))),
);
