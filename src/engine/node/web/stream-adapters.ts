/**
 * `Readable.fromWeb`, `toWeb` and their like: Node's streams as web streams and the other way, with back-pressure both
 * ways.
 */
import type { Duplex, Readable, Writable } from 'node:stream';
import type { ReadableStream as WebReadable, WritableStream as WebWritable } from 'node:stream/web';
import { invalidType } from '../arguments.ts';
import type { NodeProcess } from '../node-process.ts';
import { abortError, codedError } from '../system-error.ts';
import { webStreams } from './streams.ts';

type NodeStreams = typeof import('node:stream');

interface Strategy {
  readonly strategy?: { readonly highWaterMark?: number; readonly size?: (chunk: unknown) => number };
  readonly type?: 'bytes';
}
interface Pair {
  readonly readable: WebReadable;
  readonly writable: WebWritable;
}

export function streamAdapters(node: NodeProcess) {
  const { ReadableStream, WritableStream, CountQueuingStrategy } = node.load(webStreams);

  /** Gives the classes of the program's copy of readable-stream what it lacks. */
  function adapt(stream: NodeStreams): void {
    const { Readable, Writable, Duplex, finished } = stream;

    const prematureClose = (): Error => codedError(Error, 'ERR_STREAM_PREMATURE_CLOSE', 'Premature close');

    function readableFromWeb(source: unknown, options: object = {}): Readable {
      if (!(source instanceof ReadableStream)) throw invalidType('readableStream', 'ReadableStream', source);
      const reader = source.getReader();
      let isClosed = false;
      const readable: Readable = new Readable({
        ...options,
        read() {
          reader.read().then(
            ({ done, value }) => readable.push(done ? null : value),
            (error: Error) => readable.destroy(error),
          );
        },
        destroy(error, done) {
          const answer = (): void => node.nextTick(() => done(error));
          if (isClosed) return answer();
          reader.cancel(error ?? undefined).then(answer, answer);
        },
      });
      reader.closed.then(
        () => {
          isClosed = true;
        },
        (error: Error) => {
          isClosed = true;
          readable.destroy(error);
        },
      );
      return readable;
    }

    function readableToWeb(source: unknown, options: Strategy = {}): WebReadable {
      if (!(source instanceof Readable)) throw invalidType('streamReadable', 'stream.Readable', source);
      const isBytes = options.type === 'bytes';
      if (source.destroyed || !source.readable) {
        const empty = new ReadableStream();
        void empty.cancel();
        return empty;
      }
      const { readableObjectMode: isObjects, readableHighWaterMark: highWaterMark } = source;
      const strategy =
        options.strategy ??
        (isObjects ? new CountQueuingStrategy({ highWaterMark }) : isBytes ? undefined : { highWaterMark });
      let isCancelled = false;
      source.pause();
      const start = (controller: {
        readonly desiredSize: number | null;
        enqueue(chunk: never): void;
        close(): void;
        error(reason: unknown): void;
      }): void => {
        source.on('data', (chunk: Uint8Array) => {
          // a plain copy: a Buffer's memory may be many others'
          const plain =
            !isObjects && (chunk as unknown) instanceof Uint8Array ? new Uint8Array(chunk) : chunk;
          controller.enqueue(plain as never);
          if ((controller.desiredSize ?? 0) <= 0) source.pause();
        });
        source.pause();
        const forget = finished(source, (error) => {
          forget();
          source.on('error', () => {});
          if (error) return controller.error(fault(error));
          if (!isCancelled) controller.close();
        });
      };
      const fault = (error: NodeJS.ErrnoException): Error =>
        error.code === 'ERR_STREAM_PREMATURE_CLOSE' ? withCause(error) : error;
      const under = {
        start,
        pull: () => void source.resume(),
        cancel(reason: Error) {
          isCancelled = true;
          source.destroy(reason);
        },
      };
      return (
        isBytes
          ? new ReadableStream({ ...under, type: 'bytes' } as never, strategy as never)
          : new ReadableStream(under as never, strategy as never)
      ) as WebReadable;
    }

    function withCause(error: Error): Error {
      const made = abortError();
      made.cause = error;
      return made;
    }

    function writableFromWeb(target: unknown, options: object = {}): Writable {
      if (!(target instanceof WritableStream)) throw invalidType('writableStream', 'WritableStream', target);
      const writer = target.getWriter();
      let isClosed = false;
      const settle = (work: Promise<unknown>, done: (error?: Error | null) => void): void => {
        work.then(
          () => node.nextTick(() => done()),
          (error: Error) => node.nextTick(() => done(error)),
        );
      };
      const writable: Writable = new Writable({
        ...options,
        write: (chunk, _encoding, done) =>
          settle(
            writer.ready.then(() => writer.write(chunk)),
            done,
          ),
        final: (done) => (isClosed ? done() : settle(writer.close(), done)),
        destroy(error, done) {
          const answer = (): void => node.nextTick(() => done(error));
          if (isClosed) return answer();
          const work = error ? writer.abort(error) : writer.close();
          work.then(answer, answer);
        },
      });
      writer.closed.then(
        () => {
          isClosed = true;
          if (!writable.writableEnded && !writable.destroyed) writable.destroy(prematureClose());
        },
        (error: Error) => {
          isClosed = true;
          writable.destroy(error);
        },
      );
      return writable;
    }

    function writableToWeb(target: unknown): WebWritable {
      if (!(target instanceof Writable)) throw invalidType('streamWritable', 'stream.Writable', target);
      if (target.destroyed || !target.writable) {
        const ended = new WritableStream();
        void ended.close();
        return ended;
      }
      const { writableObjectMode: isObjects, writableHighWaterMark: highWaterMark } = target;
      const strategy = isObjects ? new CountQueuingStrategy({ highWaterMark }) : { highWaterMark };
      let drained: (() => void) | undefined;
      let failed: ((error: Error) => void) | undefined;
      let controller: { error(reason: unknown): void } | undefined;
      let isClosing = false;
      let closed: { resolve(): void; reject(error: Error): void } | undefined;
      target.on('drain', () => drained?.());
      const forget = finished(target, (error) => {
        forget();
        target.on('error', () => {});
        if (error) {
          failed?.(error);
          closed?.reject(error);
          controller?.error(error);
        } else if (isClosing) closed?.resolve();
        else controller?.error(prematureClose());
      });
      return new WritableStream(
        {
          start(given) {
            controller = given;
          },
          write(chunk: unknown) {
            if (!target.writableNeedDrain && target.write(chunk)) return undefined;
            return new Promise<void>((resolve, reject) => {
              drained = resolve;
              failed = reject;
            });
          },
          abort(reason: Error) {
            target.destroy(reason);
          },
          close() {
            isClosing = true;
            return new Promise<void>((resolve, reject) => {
              closed = { resolve, reject };
              target.end();
            });
          },
        },
        strategy as never,
      ) as WebWritable;
    }

    function duplexFromWeb(pair: Pair, options: object = {}): Duplex {
      const readable = readableFromWeb(pair?.readable, options);
      const writable = writableFromWeb(pair?.writable, options);
      return Duplex.from({ readable, writable } as never);
    }
    const duplexToWeb = (duplex: unknown): Pair => ({
      readable: readableToWeb(duplex),
      writable: writableToWeb(duplex),
    });

    Object.assign(Readable, { fromWeb: readableFromWeb, toWeb: readableToWeb });
    Object.assign(Writable, { fromWeb: writableFromWeb, toWeb: writableToWeb });
    Object.assign(Duplex, { fromWeb: duplexFromWeb, toWeb: duplexToWeb });
  }

  return { adapt };
}
