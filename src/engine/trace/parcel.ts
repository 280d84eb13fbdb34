/**
 * A finished trace in the form in which it crosses from one realm into another: columns, interned texts, frames in
 * slabs. What is large is handed over, not copied.
 *
 * {@link unpackTrace} takes it from a stranger: a sandbox in which a reader's code has run. Each length, number, order
 * and reference is looked at, and the digest is computed anew and compared; every fault is a {@link Malformed} with a
 * sentence. What a trace that passes *means* is not known here: that its kinds fit its details, or its frames a
 * protocol, must be doubted by whoever reads it.
 */
import type { Bytes } from '../base/bytes.ts';
import { Malformed, Misuse } from '../base/errors.ts';
import { NEVER } from '../base/units.ts';
import type { Lanes } from './digest.ts';
import type { Detail } from './event.ts';
import { type FrameParts, FrameStore, MAX_FRAME, SLAB_BYTES } from './frames.ts';
import { CHUNK, type Chunk, NONE, SENT, Trace } from './log.ts';

/** Details as columns: each is a shape (its keys) and as many values as that has keys. */
interface PackedDetails {
  /** Rising numbers of events, and the shape of each. */
  readonly event: Int32Array;
  readonly shape: Int32Array;
  /** Keys of each shape. */
  readonly shapes: readonly (readonly string[])[];
  /** One value after the other: what it is, and its number, or its position in `words`. */
  readonly tag: Uint8Array;
  readonly value: Float64Array;
  readonly words: readonly string[];
}

export interface TraceParcel {
  readonly digest: string;
  readonly length: number;
  readonly chunks: readonly Chunk[];
  readonly kinds: readonly string[];
  readonly nodes: readonly string[];
  readonly texts: readonly string[];
  /** For each text, the number of events before it. */
  readonly textsAt: Int32Array;
  readonly details: PackedDetails;
  readonly frames: FrameParts;
  /** Event, lane, lane: where the digest stood after frames that were cut. */
  readonly skips: Int32Array;
}

/** Bounds on what is taken. Counts, but for characters and bytes. */
export const PARCEL_LIMITS = {
  events: 2_000_000,
  kinds: 1000,
  nodes: 1000,
  texts: 10_000,
  details: 1_000_000,
  shapes: 2000,
  keys: 40,
  values: 8_000_000,
  words: 1_000_000,
  /** Of one text, and of all. */
  textChars: 1_000_000,
  allChars: 32_000_000,
  frames: 1_000_000,
  slabs: 100,
} as const;

const NUMBER = 0;
const WORD = 1;
const FALSE = 2;
const TRUE = 3;
const NULL = 4;

/**
 * The parcel, and the buffers that are to be handed over with it: after that the trace is empty. Throws {@link Misuse}
 * for a trace that is not `full`.
 */
export function packTrace(trace: Trace): {
  readonly parcel: TraceParcel;
  readonly transfer: ArrayBufferLike[];
} {
  if (!trace.full) throw new Misuse('only a full trace can be packed');
  const parts = trace.parts;
  const frames = parts.frames.parts;
  const details = packDetails(parts.details);
  const skips: number[] = [];
  for (const [event, [a, b]] of parts.skips) {
    if (parts.frames.isCut(trace.aOf(event))) skips.push(event, a, b);
  }
  const parcel: TraceParcel = {
    digest: trace.digest,
    length: parts.length,
    chunks: parts.chunks,
    kinds: parts.kinds,
    nodes: parts.nodes,
    texts: parts.texts,
    textsAt: Int32Array.from(parts.textsAt),
    details,
    frames,
    skips: Int32Array.from(skips),
  };
  const columns = [
    ...parts.chunks.flatMap(({ time, kindNode, cause, a, b }) => [time, kindNode, cause, a, b]),
    ...frames.slabs,
    frames.place,
    frames.size,
    frames.stored,
    frames.origin,
    details.event,
    details.shape,
    details.tag,
    details.value,
  ];
  return { parcel, transfer: columns.map(({ buffer }) => buffer) };
}

/** The trace in a parcel from a stranger. Throws {@link Malformed}. */
export function unpackTrace(stranger: unknown): Trace {
  const from = record(stranger, 'a trace');
  const length = count(from['length'], PARCEL_LIMITS.events, 'events');
  const room = { chars: PARCEL_LIMITS.allChars };
  const kinds = names(from['kinds'], PARCEL_LIMITS.kinds, 'kinds');
  const nodes = names(from['nodes'], PARCEL_LIMITS.nodes, 'machines');
  const texts = readTexts(from['texts'], PARCEL_LIMITS.texts, room);
  if (new Set(texts).size < texts.length) throw new Malformed('a text of the trace is there twice');
  const textsAt = column(from['textsAt'], Int32Array, texts.length, 'places of its texts');
  rising(textsAt, 0, length, 'places of its texts', false);
  const frames = readFrames(from['frames']);
  const chunks = readChunks(from['chunks'], length);
  checkEvents(chunks, length, { kinds, nodes, texts, frames });
  const details = readDetails(from['details'], length, room);
  const skips = readSkips(from['skips'], chunks, length, kinds, frames);
  const trace = Trace.of({
    chunks,
    length,
    kinds,
    nodes,
    texts,
    textsAt: [...textsAt],
    details,
    frames: FrameStore.of(frames),
    skips,
  });
  if (trace.digest !== from['digest'])
    throw new Malformed('the fingerprint of the trace is not that of what is in it');
  return trace;
}

// ── events

function readChunks(stranger: unknown, length: number): Chunk[] {
  const chunks = list(stranger, Math.ceil(PARCEL_LIMITS.events / CHUNK), 'blocks of events');
  if (chunks.length !== Math.ceil(length / CHUNK))
    throw new Malformed(`a trace of ${length} events has ${chunks.length} blocks`);
  return chunks.map((one) => {
    const chunk = record(one, 'a block of events');
    const ints = (name: string): Int32Array<ArrayBuffer> =>
      column(chunk[name], Int32Array, CHUNK, 'events of a block');
    return {
      time: column(chunk['time'], Float64Array, CHUNK, 'events of a block'),
      kindNode: ints('kindNode'),
      cause: ints('cause'),
      a: ints('a'),
      b: ints('b'),
    };
  });
}

interface Known {
  readonly kinds: readonly string[];
  readonly nodes: readonly string[];
  readonly texts: readonly string[];
  readonly frames: FrameParts;
}

/** Kinds whose first operand is a frame, and those of them whose second is a text. */
const OF_FRAMES = new Set([SENT, 'frame.delivered', 'frame.lost', 'frame.corrupted', 'frame.refused']);
const WITH_REASON = new Set(['frame.lost', 'frame.refused']);

function checkEvents(chunks: readonly Chunk[], length: number, known: Known): void {
  const ofFrames = known.kinds.map((name) => OF_FRAMES.has(name));
  const withReason = known.kinds.map((name) => WITH_REASON.has(name));
  const frames = known.frames.place.length;
  let before = 0;
  for (let id = 0; id < length; id++) {
    const { time, kindNode, cause, a, b } = chunks[Math.floor(id / CHUNK)]!;
    const at = id % CHUNK;
    const now = time[at]!;
    // no comparison holds for what is no number
    if (!(now >= before && now < NEVER && Number.isInteger(now)))
      throw new Malformed(`event ${id} has no time that could follow the one before it`);
    before = now;
    const kind = kindNode[at]! >>> 16;
    if (kind >= known.kinds.length || (kindNode[at]! & 0xffff) >= known.nodes.length)
      throw new Malformed(`event ${id} is of no known kind, or at no known machine`);
    if (cause[at]! < NONE || cause[at]! >= id) throw new Malformed(`event ${id} has a cause after itself`);
    if (ofFrames[kind] && !(a[at]! >= 0 && a[at]! < frames))
      throw new Malformed(`event ${id} is about a frame that is not there`);
    if (withReason[kind] && !(b[at]! >= 0 && b[at]! < known.texts.length))
      throw new Malformed(`event ${id} has a reason that is not there`);
  }
}

function readSkips(
  stranger: unknown,
  chunks: readonly Chunk[],
  length: number,
  kinds: readonly string[],
  frames: FrameParts,
): Map<number, Lanes> {
  if (!(stranger instanceof Int32Array) || stranger.length % 3 !== 0 || stranger.length > 3 * length)
    throw new Malformed('the trace does not say how its cut frames count');
  const skips = new Map<number, Lanes>();
  for (let i = 0; i < stranger.length; i += 3) skips.set(stranger[i]!, [stranger[i + 1]!, stranger[i + 2]!]);
  const sent = kinds.indexOf(SENT);
  for (let id = 0; id < length; id++) {
    const chunk = chunks[Math.floor(id / CHUNK)]!;
    if (chunk.kindNode[id % CHUNK]! >>> 16 !== sent) continue;
    const frame = chunk.a[id % CHUNK]!;
    if (frames.stored[frame]! < frames.size[frame]! !== skips.has(id))
      throw new Malformed(`the trace does not say how the frame of event ${id} counts`);
  }
  return skips;
}

// ── details

function packDetails(details: ReadonlyMap<number, Detail>): PackedDetails {
  const shapes = new Map<string, number>();
  const words = new Map<string, number>();
  const numberOf = (known: Map<string, number>, text: string): number => {
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    return number;
  };
  const shape = new Int32Array(details.size);
  const tag: number[] = [];
  const value: number[] = [];
  let i = 0;
  for (const detail of details.values()) {
    const keys = Object.keys(detail);
    shape[i++] = numberOf(shapes, keys.join(' '));
    for (const key of keys) {
      const one = detail[key]!;
      tag.push(tagOf(one));
      value.push(typeof one === 'number' ? one : typeof one === 'string' ? numberOf(words, one) : 0);
    }
  }
  return {
    event: Int32Array.from(details.keys()),
    shape,
    shapes: [...shapes.keys()].map((keys) => (keys === '' ? [] : keys.split(' '))),
    tag: Uint8Array.from(tag),
    value: Float64Array.from(value),
    words: [...words.keys()],
  };
}

function tagOf(value: Detail[string]): number {
  if (value === null) return NULL;
  if (typeof value === 'number') return NUMBER;
  if (typeof value === 'string') return WORD;
  return value ? TRUE : FALSE;
}

function readDetails(stranger: unknown, length: number, room: { chars: number }): Map<number, Detail> {
  const from = record(stranger, 'details');
  const many = sizeOf(from['event'], PARCEL_LIMITS.details, 'details');
  const event = column(from['event'], Int32Array, many, 'details');
  const shape = column(from['shape'], Int32Array, many, 'details');
  rising(event, 0, length - 1, 'details', true);
  const shapes = list(from['shapes'], PARCEL_LIMITS.shapes, 'shapes of details').map((keys) =>
    names(keys, PARCEL_LIMITS.keys, 'keys of a detail', KEY),
  );
  const all = sizeOf(from['tag'], PARCEL_LIMITS.values, 'values of details');
  const tag = column(from['tag'], Uint8Array, all, 'values of details');
  const value = column(from['value'], Float64Array, all, 'values of details');
  const words = readTexts(from['words'], PARCEL_LIMITS.words, room);
  const details = new Map<number, Detail>();
  let next = 0;
  for (let i = 0; i < many; i++) {
    const keys = shapes[shape[i]!];
    if (!keys || next + keys.length > all) throw new Malformed('a detail has no shape, or too few values');
    const detail: Record<string, Detail[string]> = {};
    for (const key of keys) {
      detail[key] = readValue(tag[next]!, value[next]!, words);
      next += 1;
    }
    details.set(event[i]!, Object.freeze(detail));
  }
  if (next !== all) throw new Malformed('values of details are left over');
  return details;
}

function readValue(tag: number, value: number, words: readonly string[]): Detail[string] {
  if (tag === NUMBER && Number.isFinite(value)) return value;
  if (tag === WORD && words[value] !== undefined) return words[value];
  if (tag === FALSE) return false;
  if (tag === TRUE) return true;
  if (tag === NULL) return null;
  throw new Malformed('a detail has a value that is none');
}

// ── frames

function readFrames(stranger: unknown): FrameParts {
  const from = record(stranger, 'frames');
  const many = sizeOf(from['place'], PARCEL_LIMITS.frames, 'frames');
  const frames = {
    slabs: list(from['slabs'], PARCEL_LIMITS.slabs, 'blocks of frames').map(
      (slab): Bytes => column(slab, Uint8Array, SLAB_BYTES, 'bytes of a block'),
    ),
    place: column(from['place'], Int32Array, many, 'frames'),
    size: column(from['size'], Uint16Array, many, 'frames'),
    stored: column(from['stored'], Uint16Array, many, 'frames'),
    origin: column(from['origin'], Int32Array, many, 'frames'),
  };
  for (let frame = 0; frame < many; frame++) {
    const place = frames.place[frame]!;
    const stored = frames.stored[frame]!;
    if (frames.size[frame]! > MAX_FRAME || stored > frames.size[frame]!)
      throw new Malformed(`frame ${frame} is longer than frames are`);
    if (place < 0 || place + stored > frames.slabs.length * SLAB_BYTES)
      throw new Malformed(`frame ${frame} lies outside`);
    if ((place % SLAB_BYTES) + stored > SLAB_BYTES) throw new Malformed(`frame ${frame} lies in two blocks`);
    if (frames.origin[frame]! < NONE || frames.origin[frame]! >= frame)
      throw new Malformed(`frame ${frame} is a copy of a later one`);
  }
  return frames;
}

// ── what any part may be

type Column = Int32Array | Float64Array | Uint8Array | Uint16Array;

const NAME = /^[\w .:-]{1,64}$/;
/** As our own programs name things: not `__proto__`, which would be no key. */
const KEY = /^[A-Za-z][A-Za-z0-9-]{0,31}$/;

function record(stranger: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof stranger !== 'object' || stranger === null) throw new Malformed(`${what}: not there`);
  return stranger as Readonly<Record<string, unknown>>;
}

function count(stranger: unknown, limit: number, what: string): number {
  if (!Number.isInteger(stranger) || (stranger as number) < 0)
    throw new Malformed(`the trace does not say its number of ${what}`);
  if ((stranger as number) > limit) throw new Malformed(`the trace has more than ${limit} ${what}`);
  return stranger as number;
}

function list(stranger: unknown, limit: number, what: string): readonly unknown[] {
  if (!Array.isArray(stranger)) throw new Malformed(`the trace has no ${what}`);
  count(stranger.length, limit, what);
  return stranger;
}

/** How many rows a column has, before it is looked at. */
function sizeOf(stranger: unknown, limit: number, what: string): number {
  return count(ArrayBuffer.isView(stranger) ? (stranger as Column).length : undefined, limit, what);
}

/** A column of exactly `length` rows, over a buffer of its own. */
function column<T extends Column>(
  stranger: unknown,
  Kind: new (length: number) => T,
  length: number,
  what: string,
): T & { readonly buffer: ArrayBuffer } {
  if (!(stranger instanceof Kind) || stranger.length !== length)
    throw new Malformed(`the trace does not have ${length} ${what}`);
  // memory that somebody else can still write to would be another one after it was checked
  if (!(stranger.buffer instanceof ArrayBuffer)) throw new Malformed(`the ${what} are shared memory`);
  return stranger as T & { readonly buffer: ArrayBuffer };
}

function rising(column: Int32Array, least: number, most: number, what: string, strictly: boolean): void {
  let before = strictly ? least - 1 : least;
  for (const one of column) {
    if (one > most || one < before || (strictly && one === before))
      throw new Malformed(`the ${what} are out of order`);
    before = one;
  }
}

/** Names, each once. */
function names(stranger: unknown, limit: number, what: string, form = NAME): string[] {
  const found = list(stranger, limit, what).map((one) => {
    if (typeof one !== 'string' || !form.test(one)) throw new Malformed(`one of its ${what} has no name`);
    return one;
  });
  if (new Set(found).size < found.length) throw new Malformed(`one of its ${what} is there twice`);
  return found;
}

function readTexts(stranger: unknown, limit: number, room: { chars: number }): string[] {
  return list(stranger, limit, 'texts').map((one) => {
    if (typeof one !== 'string') throw new Malformed('a text of the trace is none');
    room.chars -= one.length;
    if (one.length > PARCEL_LIMITS.textChars || room.chars < 0)
      throw new Malformed('the texts of the trace are too long');
    return one;
  });
}
