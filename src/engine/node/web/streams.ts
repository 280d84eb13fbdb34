/**
 * Web streams: a ponyfill, because native ones order their callbacks differently from engine to engine.
 *
 * Compression is fflate's: `gzip`, `deflate` and `deflate-raw`. Streams cannot be handed to another thread: there is none.
 */
import type {
  Transformer,
  TransformStream,
  ReadableStream as WebReadable,
  WritableStream as WebWritable,
} from 'node:stream/web';
import { Deflate, Gunzip, Gzip, Inflate, Unzlib, Zlib } from 'fflate/browser';
import { invalidValue } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { abort } from './abort.ts';
import { domExceptions } from './dom-exception.ts';
import { described, finishInterface, INSPECT, type Inspect } from './idl.ts';

type Web = typeof import('node:stream/web');
/** What the ponyfill has. */
type Ponyfill = Pick<
  Web,
  | 'ReadableStream'
  | 'ReadableStreamDefaultReader'
  | 'ReadableStreamBYOBReader'
  | 'ReadableStreamBYOBRequest'
  | 'ReadableByteStreamController'
  | 'ReadableStreamDefaultController'
  | 'TransformStream'
  | 'TransformStreamDefaultController'
  | 'WritableStream'
  | 'WritableStreamDefaultController'
  | 'WritableStreamDefaultWriter'
  | 'ByteLengthQueuingStrategy'
  | 'CountQueuingStrategy'
>;

export type Streams = ReturnType<typeof webStreams>;
export type ReadableStream = InstanceType<Web['ReadableStream']>;
type Bytes = NodeJS.NonSharedUint8Array;

/** Bytes in, pieces out: fflate's streams. */
interface Codec {
  ondata: (chunk: Bytes, isLast: boolean) => void;
  push(chunk: Uint8Array, isLast?: boolean): void;
}

const COMPRESSORS: Readonly<Record<string, () => Codec>> = {
  // no time in the head: it would be the machine's
  gzip: () => new Gzip({ mtime: 0 }),
  deflate: () => new Zlib(),
  'deflate-raw': () => new Deflate(),
};
const DECOMPRESSORS: Readonly<Record<string, () => Codec>> = {
  gzip: () => new Gunzip(),
  deflate: () => new Unzlib(),
  'deflate-raw': () => new Inflate(),
};

export function webStreams(node: NodeProcess) {
  const { AbortController, AbortSignal } = node.load(abort);
  const { DOMException } = node.load(domExceptions);
  const around = { AbortController, AbortSignal, DOMException };
  const ponyfill = node.libraries(new Map(), around).require('web-streams-polyfill') as Ponyfill;
  showAsNode(ponyfill);

  /** Takes `I`, gives `O`. */
  class Pair<I, O> {
    readonly #pair: TransformStream<I, O>;
    constructor(transformer: Transformer<I, O>) {
      this.#pair = new ponyfill.TransformStream(transformer);
    }
    get readable(): WebReadable<O> {
      return this.#pair.readable;
    }
    get writable(): WebWritable<I> {
      return this.#pair.writable;
    }
  }
  finishInterface(Pair, ['readable', 'writable']);

  class TextEncoderStream extends Pair<string, Bytes> {
    constructor() {
      const encoder = new TextEncoder();
      // half of a pair of surrogates waits for the other half
      let high = '';
      super({
        transform(chunk, controller) {
          const text = high + `${chunk}`;
          high = /[\uD800-\uDBFF]$/.test(text) ? text.slice(-1) : '';
          const bytes = encoder.encode(high === '' ? text : text.slice(0, -1));
          if (bytes.length > 0) controller.enqueue(bytes);
        },
        flush(controller) {
          if (high !== '') controller.enqueue(encoder.encode(high));
        },
      });
    }
    get encoding(): string {
      return 'utf-8';
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { encoding, readable, writable } = this;
      return described('TextEncoderStream', { encoding, readable, writable }, depth, options, inspect);
    }
  }
  finishInterface(TextEncoderStream, ['encoding']);

  class TextDecoderStream extends Pair<NodeJS.BufferSource, string> {
    readonly #decoder: TextDecoder;
    constructor(label: unknown = 'utf-8', options: { fatal?: boolean; ignoreBOM?: boolean } = {}) {
      const decoder = new TextDecoder(`${label as string}`, options);
      super({
        transform(chunk, controller) {
          const text = decoder.decode(chunk, { stream: true });
          if (text !== '') controller.enqueue(text);
        },
        flush(controller) {
          const text = decoder.decode();
          if (text !== '') controller.enqueue(text);
        },
      });
      this.#decoder = decoder;
    }
    get encoding(): string {
      return this.#decoder.encoding;
    }
    get fatal(): boolean {
      return this.#decoder.fatal;
    }
    get ignoreBOM(): boolean {
      return this.#decoder.ignoreBOM;
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { encoding, fatal, ignoreBOM, readable, writable } = this;
      const shown = { encoding, fatal, ignoreBOM, readable, writable };
      return described('TextDecoderStream', shown, depth, options, inspect);
    }
  }
  finishInterface(TextDecoderStream, ['encoding', 'fatal', 'ignoreBOM']);

  class CompressionStream extends Pair<NodeJS.BufferSource, Bytes> {
    constructor(format: unknown) {
      super(coding(codecFor(COMPRESSORS, format)));
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { readable, writable } = this;
      return described('CompressionStream', { readable, writable }, depth, options, inspect);
    }
  }
  finishInterface(CompressionStream, []);

  class DecompressionStream extends Pair<NodeJS.BufferSource, Bytes> {
    constructor(format: unknown) {
      super(coding(codecFor(DECOMPRESSORS, format)));
    }
    [INSPECT](depth: number, options: object, inspect: Inspect): string {
      const { readable, writable } = this;
      return described('DecompressionStream', { readable, writable }, depth, options, inspect);
    }
  }
  finishInterface(DecompressionStream, []);

  return { ...ponyfill, TextEncoderStream, TextDecoderStream, CompressionStream, DecompressionStream };
}

function codecFor(codecs: Readonly<Record<string, () => Codec>>, format: unknown): Codec {
  const make = Object.hasOwn(codecs, `${format as string}`) ? codecs[`${format as string}`] : undefined;
  if (make) return make();
  throw invalidValue(
    'format',
    format,
    `must be one of: ${Object.keys(codecs)
      .map((one) => `'${one}'`)
      .join(', ')}`,
  );
}

/** Takes bytes to a codec and what it makes of them further. */
function coding(codec: Codec): Transformer<NodeJS.BufferSource, Bytes> {
  const through = (chunk: Uint8Array, isLast: boolean): Bytes[] => {
    const made: Bytes[] = [];
    codec.ondata = (piece) => made.push(piece);
    codec.push(chunk, isLast);
    return made.filter((piece) => piece.length > 0);
  };
  return {
    transform(chunk, controller) {
      const bytes = ArrayBuffer.isView(chunk)
        ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
        : new Uint8Array(chunk);
      for (const piece of through(bytes.slice(), false)) controller.enqueue(piece);
    },
    flush(controller) {
      for (const piece of through(new Uint8Array(0), true)) controller.enqueue(piece);
    },
  };
}

/** What Node shows of a stream. */
function showAsNode(streams: Ponyfill): void {
  const show = (Class: { prototype: object; name: string }, shown: (self: Inner) => object): void => {
    Object.defineProperty(Class.prototype, INSPECT, {
      value(this: Inner, depth: number, options: object, inspect: Inspect): string {
        return described(Class.name, shown(this), depth, options, inspect);
      },
      configurable: true,
      writable: true,
    });
  };
  show(streams.ReadableStream, (self) => ({
    locked: self.locked,
    state: self._state,
    supportsBYOB: self._readableStreamController instanceof streams.ReadableByteStreamController,
  }));
  show(streams.WritableStream, ({ locked, _state }) => ({ locked, state: _state }));
  show(streams.TransformStream, ({ readable, writable, _backpressure }) => ({
    readable,
    writable,
    backpressure: _backpressure,
  }));
  show(streams.ByteLengthQueuingStrategy, ({ highWaterMark }) => ({ highWaterMark }));
  show(streams.CountQueuingStrategy, ({ highWaterMark }) => ({ highWaterMark }));
}

/** What the ponyfill's objects hold. */
interface Inner {
  readonly locked: boolean;
  readonly _state: string;
  readonly _readableStreamController: unknown;
  readonly readable: unknown;
  readonly writable: unknown;
  readonly _backpressure: boolean;
  readonly highWaterMark: number;
}
