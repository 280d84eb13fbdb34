/**
 * `Blob` and `File` (File API §3, §4), and the URLs of blobs (§8), which only the program that made them knows.
 */
import type { ReadableStream as WebReadable } from 'node:stream/web';
import { invalidType, missingArguments } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { wallClockMs } from '../wall-clock.ts';
import { randomUuid } from './chance.ts';
import { described, finishInterface, INSPECT, type Inspect, invalidArgument, invalidThis } from './idl.ts';
import { later } from './later.ts';
import { webStreams } from './streams.ts';

export type Blobs = ReturnType<typeof blobs>;
export type Blob = InstanceType<Blobs['Blob']>;
export type File = InstanceType<Blobs['File']>;

/** Bytes of one piece of a blob's stream. */
const PIECE = 65_536;

export function blobs(node: NodeProcess) {
  const { ReadableStream, TextDecoderStream } = node.load(webStreams);
  const contents = new WeakMap<Blob, Uint8Array<ArrayBuffer>>();

  class Blob {
    #type = '';

    constructor(parts: unknown = [], options: { readonly type?: unknown; readonly endings?: unknown } = {}) {
      if (options !== null && typeof options !== 'object' && typeof options !== 'function')
        throw invalidType('options', 'object', options);
      const endings = `${(options?.endings ?? 'transparent') as string}`;
      if (endings !== 'transparent' && endings !== 'native')
        throw invalidArgument(`options.endings value '${endings}' is not a valid enumeration value`);
      contents.set(this, joined(sequence(parts).map((part) => bytesOf(part, endings === 'native'))));
      this.#type = cleanType(options?.type);
    }

    get size(): number {
      return inside(this).length;
    }
    get type(): string {
      return this.#type;
    }

    slice(start: unknown = 0, end: unknown = this.size, type: unknown = ''): Blob {
      const whole = inside(this);
      const piece = whole.subarray(clamp(start, whole.length), clamp(end, whole.length));
      const made = new Blob([], { type });
      contents.set(made, piece);
      return made;
    }
    arrayBuffer(): Promise<ArrayBuffer> {
      return later(node, () => inside(this).slice().buffer);
    }
    bytes(): Promise<Uint8Array<ArrayBuffer>> {
      return later(node, () => inside(this).slice());
    }
    text(): Promise<string> {
      return later(node, () => new TextDecoder().decode(inside(this)));
    }
    stream(): WebReadable<Uint8Array<ArrayBuffer>> {
      return streamOf(inside(this));
    }
    /** Its text, in the pieces that it is read in. */
    textStream(): WebReadable<string> {
      return streamOf(inside(this)).pipeThrough(new TextDecoderStream());
    }

    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      return described('Blob', { size: this.size, type: this.type }, depth, options, inspect);
    }
  }
  finishInterface(Blob, ['size', 'type', 'slice', 'arrayBuffer', 'bytes', 'text', 'stream', 'textStream']);

  class File extends Blob {
    /** In Node's types alone: no folder is chosen here or there. */
    declare readonly webkitRelativePath: string;
    readonly #name: string;
    readonly #lastModified: number;

    constructor(
      parts?: unknown,
      name?: unknown,
      options: { readonly type?: unknown; readonly endings?: unknown; readonly lastModified?: unknown } = {},
    ) {
      if (arguments.length < 2) throw missingArguments('fileBits', 'fileName');
      super(parts, options);
      this.#name = `${name as string}`.toWellFormed();
      this.#lastModified =
        options?.lastModified === undefined
          ? Math.floor(wallClockMs(node))
          : Math.trunc(Number(options.lastModified)) || 0;
    }
    get name(): string {
      return this.#name;
    }
    get lastModified(): number {
      return this.#lastModified;
    }
    override [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { size, type, name, lastModified } = this;
      return described('File', { size, type, name, lastModified }, depth, options, inspect);
    }
  }
  finishInterface(File, ['name', 'lastModified']);

  function inside(blob: Blob): Uint8Array<ArrayBuffer> {
    const found = contents.get(blob);
    if (!found) throw invalidThis('Blob');
    return found;
  }

  function streamOf(whole: Uint8Array<ArrayBuffer>): WebReadable<Uint8Array<ArrayBuffer>> {
    let at = 0;
    return new ReadableStream({
      type: 'bytes',
      pull: (controller) =>
        later(node, () => {
          if (at < whole.length) controller.enqueue(whole.slice(at, (at += PIECE)));
          if (at >= whole.length) controller.close();
        }).then(() => (at >= whole.length ? controller.byobRequest?.respond(0) : undefined)),
    });
  }

  function bytesOf(part: unknown, isNative: boolean): Uint8Array {
    if (part instanceof Blob) return inside(part);
    const bytes = viewedBytes(part);
    if (bytes) return bytes;
    const text = `${part as string}`.toWellFormed();
    return new TextEncoder().encode(isNative ? text.replace(/\r\n?/g, '\n') : text);
  }

  const urls = new Map<string, Blob>();
  const urlStatics = {
    createObjectURL(blob: unknown): string {
      if (!(blob instanceof Blob)) throw invalidType('obj', 'Blob', blob);
      const url = `blob:nodedata:${randomUuid(node)}`;
      urls.set(url, blob);
      return url;
    },
    revokeObjectURL(url: unknown): void {
      urls.delete(`${url as string}`);
    },
  };

  return {
    Blob,
    File,
    urlStatics,
    /** What `node:buffer` calls resolveObjectURL. */
    resolveObjectURL: (url: unknown): Blob | undefined => urls.get(`${url as string}`),
    /** Its bytes at once, which nobody may change. */
    blobBytes: inside,
  };
}

/** The bytes that a buffer or a view of one shows; undefined for anything else. */
export function viewedBytes(value: unknown): Uint8Array<ArrayBuffer> | undefined {
  if (ArrayBuffer.isView(value))
    return new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
  const tag = Object.prototype.toString.call(value);
  return tag === '[object ArrayBuffer]' ? new Uint8Array(value as ArrayBuffer) : undefined;
}

/** One after the other, in memory of their own. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function sequence(parts: unknown): unknown[] {
  const isObject = parts !== null && (typeof parts === 'object' || typeof parts === 'function');
  if (isObject && typeof (parts as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function')
    return [...(parts as Iterable<unknown>)];
  throw invalidArgument('Value cannot be converted to sequence.');
}

function cleanType(type: unknown): string {
  const text = type === undefined ? '' : `${type as string}`;
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : '';
}

/** A relative index: from the end when it is negative. */
function clamp(index: unknown, size: number): number {
  const at = Math.trunc(Number(index)) || 0;
  return at < 0 ? Math.max(size + at, 0) : Math.min(at, size);
}
