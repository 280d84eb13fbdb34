/**
 * Frames of a run, written once into slabs and shared by number.
 *
 * A fresh `Uint8Array` for each 1,500-byte frame costs more than everything else that happens to it; an offset into
 * a slab costs nearly nothing. When frames are kept (tracing), their bytes stay where they were written, so the
 * trace copies nothing. Beyond `keepLimit` bytes only the first {@link HEADER_BYTES} of a frame stay. When frames
 * are not kept, slots and numbers are used again as soon as the last holder lets go.
 */

import type { Bytes } from '../base/bytes.ts';
import { Misuse } from '../base/errors.ts';

export const MAX_FRAME = 2048;
/** Enough for Ethernet, IPv4 and TCP with options, and a DNS message's first names. */
export const HEADER_BYTES = 128;

const SLAB_BITS = 20;
export const SLAB_BYTES = 1 << SLAB_BITS;

/** Everything that kept frames are made of, as it lies in memory (parcel.ts): columns by frame number, and the slabs. */
export interface FrameParts {
  readonly slabs: readonly Bytes[];
  /** Slab number × {@link SLAB_BYTES} + offset. */
  readonly place: Int32Array;
  readonly size: Uint16Array;
  readonly stored: Uint16Array;
  readonly origin: Int32Array;
}

export class FrameStore {
  readonly keep: boolean;
  readonly keepLimit: number;
  #slabs: Bytes[] = [];
  /** Slab number × slab size + offset, by frame number. */
  #place = new Int32Array(1024);
  #size = new Uint16Array(1024);
  /** How many bytes of the frame can still be read: less than its size once it was cut. */
  #stored = new Uint16Array(1024);
  #holders = new Uint16Array(1024);
  /** The frame that this one was copied from, or −1: a router's copy is the same packet on its next hop. */
  #origin = new Int32Array(1024);
  #count = 0;
  #freeNumbers: number[] = [];
  #freeSlots: number[] = [];
  #nextKept = 0;
  #nextKeptEnd = 0;
  #keptBytes = 0;
  #cut = 0;

  constructor(keep: boolean, keepLimit = 64 * 1024 * 1024) {
    this.keep = keep;
    this.keepLimit = keepLimit;
  }

  /** How many frame numbers were handed out. */
  get count(): number {
    return this.#count;
  }

  /** How many frames kept only their headers because of the limit. */
  get cut(): number {
    return this.#cut;
  }

  /** How many frames somebody holds now: none in a world at rest. Looks at all of them. */
  get held(): number {
    let held = 0;
    for (let frame = 0; frame < this.#count; frame++) if (this.#holders[frame]! > 0) held += 1;
    return held;
  }

  /** Room for a frame of `size` bytes, held once. Its bytes are undefined until written. */
  alloc(size: number): number {
    if (size > MAX_FRAME) throw new Misuse(`a frame of ${size} bytes`);
    const recycled = this.#freeNumbers.pop();
    const frame = recycled ?? this.#count++;
    if (frame >= this.#place.length) this.#grow();
    this.#place[frame] =
      this.keep && this.#keptBytes + size <= this.keepLimit ? this.#keptPlace(size) : this.#slot();
    this.#size[frame] = size;
    this.#stored[frame] = size;
    this.#holders[frame] = 1;
    this.#origin[frame] = -1;
    return frame;
  }

  /** The slab in which the frame lies, from {@link at} on. */
  slab(frame: number): Bytes {
    return this.#slabs[this.#place[frame]! >>> SLAB_BITS]!;
  }

  at(frame: number): number {
    return this.#place[frame]! & (SLAB_BYTES - 1);
  }

  size(frame: number): number {
    return this.#size[frame]!;
  }

  /** Shortens a frame that was allocated with room to spare; only its maker may, before sending it. */
  resize(frame: number, size: number): void {
    const room = this.#size[frame]!;
    if (size > room) throw new Misuse(`a frame cannot grow to ${size}`);
    const spare = ((room + 3) & ~3) - ((size + 3) & ~3);
    if (this.#place[frame]! + ((room + 3) & ~3) === this.#nextKept) {
      this.#nextKept -= spare;
      this.#keptBytes -= spare;
    }
    this.#size[frame] = size;
    this.#stored[frame] = size;
  }

  /** The frame that this one was copied from, or −1. */
  origin(frame: number): number {
    return this.#origin[frame]!;
  }

  /** A copy of what is stored of the frame. */
  read(frame: number): Bytes {
    const at = this.at(frame);
    return this.slab(frame).slice(at, at + this.#stored[frame]!);
  }

  /** True when only the first bytes of the frame were kept. */
  isCut(frame: number): boolean {
    return this.#stored[frame]! < this.#size[frame]!;
  }

  /** True when only its first bytes will be kept, once nobody holds it: there was no room for more. */
  willBeCut(frame: number): boolean {
    return this.keep && this.#isSlot(this.#place[frame]!) && this.#size[frame]! > HEADER_BYTES;
  }

  /** What it consists of; the slabs are shared with it. */
  get parts(): FrameParts {
    return {
      slabs: this.#slabs,
      place: this.#place.slice(0, this.#count),
      size: this.#size.slice(0, this.#count),
      stored: this.#stored.slice(0, this.#count),
      origin: this.#origin.slice(0, this.#count),
    };
  }

  /** Kept frames to read, from their parts. They are believed: parcel.ts checks them. */
  static of({ slabs, place, size, stored, origin }: FrameParts): FrameStore {
    const store = new FrameStore(true);
    store.#slabs = [...slabs];
    store.#place = place as Int32Array<ArrayBuffer>;
    store.#size = size as Uint16Array<ArrayBuffer>;
    store.#stored = stored as Uint16Array<ArrayBuffer>;
    store.#origin = origin as Int32Array<ArrayBuffer>;
    store.#holders = new Uint16Array(place.length);
    store.#count = place.length;
    for (let frame = 0; frame < place.length; frame++) if (store.isCut(frame)) store.#cut += 1;
    return store;
  }

  /** A new frame with the same bytes, for whoever changes a header on the way. */
  copy(frame: number): number {
    const size = this.#size[frame]!;
    const twin = this.alloc(size);
    const from = this.at(frame);
    const to = this.at(twin);
    const source = this.slab(frame);
    const target = this.slab(twin);
    if (source === target) target.copyWithin(to, from, from + size);
    else target.set(source.subarray(from, from + size), to);
    this.#origin[twin] = frame;
    return twin;
  }

  /** Undoes {@link alloc} for a frame that was never sent. */
  discard(frame: number): void {
    this.resize(frame, 0);
    if (!this.keep || frame !== this.#count - 1) {
      this.release(frame);
      return;
    }
    this.#count -= 1;
    if (this.#isSlot(this.#place[frame]!)) this.#freeSlots.push(this.#place[frame]!);
  }

  /** One more holder: each calls {@link release}. */
  retain(frame: number): void {
    this.#holders[frame]!++;
  }

  release(frame: number): void {
    const holders = --this.#holders[frame]!;
    if (holders > 0) return;
    const place = this.#place[frame]!;
    if (!this.keep) {
      this.#freeSlots.push(place);
      this.#freeNumbers.push(frame);
    } else if (this.#isSlot(place)) {
      const stored = Math.min(HEADER_BYTES, this.#size[frame]!);
      const kept = this.#keptPlace(stored);
      const source = this.#slabs[place >>> SLAB_BITS]!;
      const from = place & (SLAB_BYTES - 1);
      this.#slabs[kept >>> SLAB_BITS]!.set(source.subarray(from, from + stored), kept & (SLAB_BYTES - 1));
      this.#place[frame] = kept;
      this.#stored[frame] = stored;
      this.#freeSlots.push(place);
      this.#cut += 1;
    }
  }

  /** Slabs that hold recycled slots are known by their number. */
  #slotSlabs = new Set<number>();

  #isSlot(place: number): boolean {
    return this.#slotSlabs.has(place >>> SLAB_BITS);
  }

  #slot(): number {
    const free = this.#freeSlots.pop();
    if (free !== undefined) return free;
    const slab = this.#newSlab();
    this.#slotSlabs.add(slab);
    const base = slab * SLAB_BYTES;
    for (let offset = SLAB_BYTES - MAX_FRAME; offset > 0; offset -= MAX_FRAME)
      this.#freeSlots.push(base + offset);
    return base;
  }

  /** Frames begin on a multiple of four bytes, so that checksums can add whole words. */
  #keptPlace(bytes: number): number {
    const size = (bytes + 3) & ~3;
    if (this.#nextKept + size > this.#nextKeptEnd) {
      this.#nextKept = this.#newSlab() * SLAB_BYTES;
      this.#nextKeptEnd = this.#nextKept + SLAB_BYTES;
    }
    const place = this.#nextKept;
    this.#nextKept += size;
    this.#keptBytes += size;
    return place;
  }

  #newSlab(): number {
    this.#slabs.push(new Uint8Array(SLAB_BYTES));
    if (this.#slabs.length >= 2048) throw new Misuse('frame store is full');
    return this.#slabs.length - 1;
  }

  #grow(): void {
    const length = this.#place.length * 2;
    const place = new Int32Array(length);
    place.set(this.#place);
    this.#place = place;
    const size = new Uint16Array(length);
    size.set(this.#size);
    this.#size = size;
    const stored = new Uint16Array(length);
    stored.set(this.#stored);
    this.#stored = stored;
    const holders = new Uint16Array(length);
    holders.set(this.#holders);
    this.#holders = holders;
    const origin = new Int32Array(length);
    origin.set(this.#origin);
    this.#origin = origin;
  }
}
