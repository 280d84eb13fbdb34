/**
 * Bodies of requests and responses (Fetch §2.2.4, §5.3): what they are made from, and the seven ways to read them.
 */
import type { ReadableStream as WebReadable } from 'node:stream/web';
import type { NodeProcess } from '../node-process.ts';
import { type Blob, blobs, joined, viewedBytes } from './blob.ts';
import { usvString } from './fetch-idl.ts';
import { type FormData, formDatas } from './form-data.ts';
import type { HeaderList } from './headers.ts';
import { type ReadableStream, webStreams } from './streams.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Fetch's "body": a stream, and what it can be made from again for a redirect. */
export interface Body {
  stream: ReadableStream;
  /** The bytes, when they are known beforehand; null for a stream. */
  readonly source: Bytes | null;
  /** Bytes of the whole; null when unknown. */
  readonly length: number | null;
}

/** What a request or a response shows of its body. */
export interface BodyOwner {
  readonly body: Body | null;
  readonly headers: HeaderList;
}

export type Bodies = ReturnType<typeof bodies>;

/** What a class has of the mixin. */
export type BodyMembers = {
  readonly [K in keyof Bodies['readings']]: () => Promise<ReturnType<Bodies['readings'][K]>>;
} & {
  readonly body: ReadableStream | null;
  readonly bodyUsed: boolean;
  readonly textStream: () => WebReadable<string>;
};

export function bodies(node: NodeProcess) {
  const { ReadableStream, TextDecoderStream } = node.load(webStreams);
  const { Blob, blobBytes } = node.load(blobs);
  const { FormData, multipart, parseMultipart } = node.load(formDatas);

  /** A stream of bytes that are there already. */
  function streamOf(bytes: Uint8Array): ReadableStream {
    let isDone = false;
    return new ReadableStream({
      type: 'bytes',
      pull(controller) {
        if (!isDone && bytes.length > 0) controller.enqueue(bytes.slice());
        else if (isDone || bytes.length === 0) {
          controller.close();
          controller.byobRequest?.respond(0);
        }
        isDone = true;
      },
    });
  }

  function fromBytes(bytes: Bytes): Body {
    return { stream: streamOf(bytes), source: bytes, length: bytes.length };
  }

  /** Fetch: "extract" a BodyInit. The type is that of a Content-Type that nobody has set. */
  function extract(init: unknown, keepalive = false): { body: Body; type: string | null } {
    if (init instanceof ReadableStream) {
      if (keepalive) throw new TypeError('keepalive');
      if (isDisturbed(init) || init.locked)
        throw new TypeError('Response body object should not be disturbed or locked');
      return { body: { stream: init, source: null, length: null }, type: null };
    }
    if (init instanceof URLSearchParams)
      return {
        body: fromBytes(new TextEncoder().encode(init.toString())),
        type: 'application/x-www-form-urlencoded;charset=UTF-8',
      };
    if (init instanceof FormData) {
      const { bytes, boundary } = multipart(init);
      return { body: fromBytes(bytes), type: `multipart/form-data; boundary=${boundary}` };
    }
    if (init instanceof Blob) return { body: fromBytes(blobBytes(init)), type: init.type || null };
    const bytes = viewedBytes(init);
    if (bytes) return { body: fromBytes(bytes.slice()), type: null };
    const iterable = init as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null;
    if (typeof init === 'object' && typeof iterable?.[Symbol.asyncIterator] === 'function')
      return { body: iterated(init as AsyncIterable<unknown>), type: null };
    const text = new TextEncoder().encode(usvString(init));
    return { body: fromBytes(text), type: 'text/plain;charset=UTF-8' };
  }

  /** What undici takes besides the standard's bodies: an async iterable of pieces, for example a Readable. */
  function iterated(source: AsyncIterable<unknown>): Body {
    let iterator: AsyncIterator<unknown> | undefined;
    const stream = new ReadableStream({
      type: 'bytes',
      async pull(controller) {
        iterator ??= source[Symbol.asyncIterator]();
        for (;;) {
          const { value, done } = await iterator.next();
          if (done) {
            controller.close();
            controller.byobRequest?.respond(0);
            return;
          }
          const piece = typeof value === 'string' ? new TextEncoder().encode(value) : viewedBytes(value);
          if (!piece) throw new TypeError('Received non-Uint8Array chunk');
          if (piece.length === 0) continue;
          controller.enqueue(piece.slice());
          return;
        }
      },
      async cancel(reason) {
        await iterator?.return?.(reason);
      },
    });
    return { stream, source: null, length: null };
  }

  /** Fetch: "clone" a body: two streams of one. */
  function clone(body: Body): Body {
    const [first, second] = body.stream.tee();
    body.stream = first as ReadableStream;
    return { stream: second as ReadableStream, source: body.source, length: body.length };
  }

  const isUnusable = (body: Body | null): boolean =>
    body !== null && (isDisturbed(body.stream) || body.stream.locked);

  /** Reads everything, and makes something of it. */
  async function consume<T>(owner: BodyOwner, make: (bytes: Bytes) => T): Promise<T> {
    const { body } = owner;
    if (isUnusable(body)) throw alreadyRead();
    if (body === null) return make(new Uint8Array(0));
    const reader = body.stream.getReader();
    const pieces: Uint8Array[] = [];
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return make(joined(pieces));
      if (!((value as unknown) instanceof Uint8Array)) {
        const fault = new TypeError('Received non-Uint8Array chunk');
        await reader.cancel(fault);
        throw fault;
      }
      pieces.push(value as Uint8Array);
    }
  }

  function formDataOf(headers: HeaderList, bytes: Bytes): FormData {
    const type = headers.get('content-type') ?? '';
    const essence = type.split(';')[0]!.trim().toLowerCase();
    if (essence === 'multipart/form-data') {
      const boundary = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(type);
      const form = boundary && parseMultipart(bytes, boundary[1] ?? boundary[2] ?? '');
      if (!form) throw new TypeError('Failed to parse body as FormData.');
      return form;
    }
    if (essence === 'application/x-www-form-urlencoded') {
      const form = new FormData();
      for (const [name, value] of new URLSearchParams(new TextDecoder().decode(bytes)))
        form.append(name, value);
      return form;
    }
    throw new TypeError(
      'Content-Type was not one of "multipart/form-data" or "application/x-www-form-urlencoded".',
    );
  }

  /** What is made of all the bytes, by the method that gives it. */
  const readings = {
    arrayBuffer: (bytes: Bytes): ArrayBuffer => bytes.buffer,
    blob: (bytes: Bytes, { headers }: BodyOwner): Blob => new Blob([bytes], { type: mediaType(headers) }),
    bytes: (bytes: Bytes): Bytes => bytes,
    formData: (bytes: Bytes, { headers }: BodyOwner): FormData => formDataOf(headers, bytes),
    json: (bytes: Bytes): unknown => JSON.parse(new TextDecoder().decode(bytes)),
    text: (bytes: Bytes): string => new TextDecoder().decode(bytes),
  };

  /** Gives a class the members of the Body mixin. */
  function mixIn(Class: { readonly prototype: object }, ownerOf: (self: unknown) => BodyOwner): void {
    const define = (name: string, descriptor: PropertyDescriptor): void => {
      Object.defineProperty(Class.prototype, name, { enumerable: true, configurable: true, ...descriptor });
    };
    for (const [name, make] of Object.entries(readings)) {
      const run = {
        async [name](this: unknown): Promise<unknown> {
          const owner = ownerOf(this);
          return consume(owner, (bytes) => make(bytes, owner));
        },
      }[name];
      define(name, { value: run, writable: true });
    }
    define('body', {
      get(this: unknown) {
        return ownerOf(this).body?.stream ?? null;
      },
    });
    define('bodyUsed', {
      get(this: unknown) {
        const { body } = ownerOf(this);
        return body !== null && isDisturbed(body.stream);
      },
    });
    const textStream = function (this: unknown): WebReadable<string> {
      const { body } = ownerOf(this);
      if (isUnusable(body)) throw alreadyRead();
      if (body) return body.stream.pipeThrough(new TextDecoderStream());
      return new ReadableStream<string>({ start: (controller) => controller.close() });
    };
    define('textStream', { value: textStream, writable: true });
  }

  return { extract, clone, isUnusable, mixIn, fromBytes, readings };
}

function alreadyRead(): TypeError {
  return new TypeError('Body is unusable: Body has already been read');
}

/** Something was read from it, or it was cancelled (Streams §8.2.5). */
function isDisturbed(stream: object): boolean {
  return (stream as { _disturbed: boolean })._disturbed;
}

/** The type of a blob made from a body: as the header says it, parameters in lower case. */
function mediaType(headers: HeaderList): string {
  const type = headers.get('content-type');
  if (type === null) return '';
  const [essence, ...parameters] = type.split(';').map((part) => part.trim());
  return [essence!.toLowerCase(), ...parameters.filter((one) => one !== '')].join(';');
}
