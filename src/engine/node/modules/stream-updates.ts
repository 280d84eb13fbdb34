/**
 * What readable-stream, which is Node's own streams of a few versions ago, lacks of today's; small mends of its text are
 * in libraries.ts.
 */
import type { Duplex, Writable } from 'node:stream';
import { invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { abortError } from '../system-error.ts';
import { EXPECTED } from './emitter.ts';

const EVENTS = ['close', 'error'];
const READABLE_EVENTS = ['data', 'end', 'readable'];
const WRITABLE_EVENTS = ['prefinish', 'finish', 'drain'];

/** Adds to the package what it lacks. */
export function updateStreams(node: NodeProcess, stream: typeof import('node:stream')): void {
  /** Two streams: what is written to one is read from the other. */
  function duplexPair(options?: object): [Duplex, Duplex] {
    const sides: Side[] = [];
    class Side extends stream.Duplex {
      #written: (() => void) | undefined;
      readonly #place: number;
      constructor(place: number) {
        super(options);
        this.#place = place;
      }
      get #other(): Side {
        return sides[1 - this.#place]!;
      }
      override _read(): void {
        const written = this.#written;
        this.#written = undefined;
        written?.();
      }
      override _write(chunk: Uint8Array, _encoding: string, done: () => void): void {
        const other = this.#other;
        if (chunk.length === 0) {
          node.nextTick(done);
          return;
        }
        other.push(chunk);
        other.#written = done;
      }
      override _final(done: () => void): void {
        this.#other.once('end', done);
        this.#other.push(null);
      }
      override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
        // the other side is told that nothing more comes
        if (!this.#other.destroyed) node.nextTick(() => this.#other.push(null));
        done(error);
      }
    }
    sides.push(new Side(0), new Side(1));
    return [sides[0]!, sides[1]!];
  }

  /** As `await using` ends one: destroyed, unless it has finished. */
  function disposeWritable(this: Writable): Promise<null> {
    if (!this.destroyed) this.destroy(this.writableFinished ? undefined : abortError());
    return new Promise((resolve, reject) => {
      stream.finished(this, (error) => {
        if (error && error.name !== 'AbortError') reject(error);
        else resolve(null);
      });
    });
  }

  const { prototype } = stream.Writable;
  Object.defineProperty(prototype, Symbol.asyncDispose, {
    value: disposeWritable,
    writable: true,
    configurable: true,
  });
  expectEvents(stream.Readable, READABLE_EVENTS);
  expectEvents(stream.Writable, WRITABLE_EVENTS);
  expectEvents(stream.Duplex, [...WRITABLE_EVENTS, ...READABLE_EVENTS]);
  for (const Class of [stream.Writable, stream.Duplex]) takeViews(Class.prototype as unknown as Writing);
  Object.assign(stream, {
    duplexPair,
    _isArrayBufferView: ArrayBuffer.isView,
  });
}

/** `eventNames` gives the names of a stream's own events first. */
function expectEvents(Class: { readonly prototype: object }, names: readonly string[]): void {
  Object.defineProperty(Class.prototype, EXPECTED, { value: [...EVENTS, ...names] });
}

type Write = (this: Writing, chunk: unknown, ...rest: unknown[]) => unknown;

interface Writing {
  readonly writableObjectMode: boolean;
  write: Write;
  end: Write;
}

/** Every view of bytes may be written, not only lists of bytes. */
function takeViews(prototype: Writing): void {
  const { write, end } = prototype;
  prototype.write = function (chunk, ...rest) {
    return write.call(this, this.writableObjectMode ? chunk : bytesOf(chunk), ...rest);
  };
  prototype.end = function (chunk, ...rest) {
    const isChunk = chunk !== undefined && chunk !== null && typeof chunk !== 'function';
    return end.call(this, isChunk && !this.writableObjectMode ? bytesOf(chunk) : chunk, ...rest);
  };
  for (const name of ['write', 'end'] as const)
    Object.defineProperty(prototype[name], 'name', { value: name, configurable: true });
}

function bytesOf(chunk: unknown): unknown {
  // null has words of its own
  if (typeof chunk === 'string' || chunk === null || chunk instanceof Uint8Array) return chunk;
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw invalidType('chunk', ['string', 'Buffer', 'TypedArray', 'DataView'], chunk);
}
