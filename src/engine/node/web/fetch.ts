/**
 * `fetch` (Fetch §5.6), after the standard as undici follows it: no origin, no CORS, no cache, no cookies.
 *
 * A request is one exchange on a connection of this program (fetch-connections.ts), and as many more as redirects ask for.
 * The request's fields are undici's, `accept-encoding: gzip, deflate` among them, and both are undone (content-coding.ts).
 * `https:` fails, and says why.
 */
import type { ReadableByteStreamController } from 'node:stream/web';
import type { NodeProcess } from '../node-process.ts';
import type { AbortSignal } from './abort.ts';
import { type Blob, blobs } from './blob.ts';
import { type Body, bodies } from './body.ts';
import { decoderOf } from './content-coding.ts';
import { type Exchange, fetchConnections, type Running } from './fetch-connections.ts';
import { dataResource, isBadPort } from './fetch-schemes.ts';
import { HeaderList } from './headers.ts';
import { matchesIntegrity } from './integrity.ts';
import { invalidUrl } from './invalid-url.ts';
import { referrerHeader } from './referrer.ts';
import { type RequestState, requests } from './request.ts';
import {
  NULL_BODY_STATUSES,
  REDIRECT_STATUSES,
  type Response,
  type ResponseState,
  responses,
} from './response.ts';
import { type ReadableStream, webStreams } from './streams.ts';

const MAX_REDIRECTS = 20;
/** Methods that say the length of a body also when there is none. */
const EXPECT_BODY = new Set(['PUT', 'POST', 'PATCH', 'QUERY', 'PROPFIND', 'PROPPATCH']);
/** Fields that speak of a body. */
const OF_BODY = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];
/** Bytes of a response that wait for a reader. */
const BUFFER = 65_536;

/** What one call of fetch has under way, for whoever aborts it. */
interface Call {
  readonly request: RequestState;
  running: Running | undefined;
  /** Who reads the request's body. */
  upload: { cancel(reason: unknown): Promise<void> } | undefined;
  controller: ReadableByteStreamController | undefined;
  aborted: { readonly reason: unknown } | undefined;
}

export function fetchFunction(node: NodeProcess) {
  const { Request, stateOf } = node.load(requests);
  const { made } = node.load(responses);
  const { ReadableStream } = node.load(webStreams);
  const { resolveObjectURL, blobBytes } = node.load(blobs);
  const { fromBytes } = node.load(bodies);
  const { request: send } = node.load(fetchConnections);

  function fetch(input: unknown, init: object | undefined = undefined): Promise<Response> {
    return new Promise((resolve, reject) => {
      const request = new Request(input, init);
      const signal = request.signal as AbortSignal;
      const call: Call = {
        request: stateOf(request),
        running: undefined,
        upload: undefined,
        controller: undefined,
        aborted: undefined,
      };
      const abort = (): void => {
        call.aborted = { reason: signal.reason };
        reject(signal.reason);
        call.running?.abort();
        if (call.upload) void call.upload.cancel(signal.reason).catch(() => {});
        else cancelQuietly(call.request.body, signal.reason);
        call.controller?.error(signal.reason);
      };
      if (signal.aborted) return abort();
      signal.addEventListener('abort', abort, { once: true });
      fetching(call).then(
        (state) => resolve(made(state, 'immutable')),
        (cause: unknown) => {
          if (!call.aborted) reject(new TypeError('fetch failed', { cause }));
        },
      );
    });
  }

  async function fetching(call: Call): Promise<ResponseState> {
    const { headers } = call.request;
    if (!headers.has('accept')) headers.append('accept', '*/*');
    if (!headers.has('accept-language')) headers.append('accept-language', '*');
    const response = await byScheme(call);
    if (call.request.integrity === '' || response.body === null) return response;
    const bytes = await readAll(response.body.stream);
    if (!matchesIntegrity(call.request.integrity, bytes)) throw new Error('integrity mismatch');
    return { ...response, body: fromBytes(bytes) };
  }

  /** Fetch §4.2. Throws what becomes the cause. */
  function byScheme(call: Call): Promise<ResponseState> | ResponseState {
    const { request } = call;
    const url = request.urls.at(-1)!;
    if (isBadPort(url)) throw new Error('bad port');
    switch (url.protocol) {
      case 'http:':
        return overHttp(call);
      case 'https:':
        throw new Error('the simulated Node speaks no https: TLS comes with the chapter on TLS');
      case 'data:': {
        const found = dataResource(url);
        if (!found) throw new Error('failed to fetch the data URL');
        return local(url, found.bytes, [['content-type', found.type]]);
      }
      case 'blob:':
        return fromBlob(request, url, resolveObjectURL(url.href.replace(/#.*$/s, '')));
      case 'about:':
        throw new Error('about scheme is not supported');
      case 'file:':
        throw new Error('not implemented... yet...');
      default:
        throw new Error('unknown scheme');
    }
  }

  function fromBlob(request: RequestState, url: URL, blob: Blob | undefined): ResponseState {
    if (request.method !== 'GET' || !blob) throw new Error('invalid method');
    const headers: [string, string][] = [
      ['content-length', String(blob.size)],
      ['content-type', blob.type],
    ];
    return local(url, blobBytes(blob), headers);
  }

  function local(
    url: URL,
    bytes: Uint8Array<ArrayBuffer>,
    fields: readonly [string, string][],
  ): ResponseState {
    const headers = new HeaderList();
    for (const [name, value] of fields) headers.append(name, value);
    return { type: 'basic', status: 200, statusText: 'OK', headers, urls: [url], body: fromBytes(bytes) };
  }

  /** Fetch §4.4: HTTP fetch, and as many redirects as are followed. */
  async function overHttp(call: Call): Promise<ResponseState> {
    const { request } = call;
    const response = await exchange(call);
    if (!REDIRECT_STATUSES.includes(response.status)) return response;
    if (request.redirect === 'manual') return response;
    if (request.redirect === 'error') {
      call.running?.abort();
      throw new Error('unexpected redirect');
    }
    const location = locationOf(response, request.urls.at(-1)!);
    if (!location) return response;
    // its content is of no use, and would be in the way of the connection's next request
    drain(response.body);
    redirect(request, response, location);
    return byScheme(call);
  }

  /** Fetch §4.7: HTTP-network fetch. */
  function exchange(call: Call): Promise<ResponseState> {
    const { request } = call;
    const url = request.urls.at(-1)!;
    const { body } = request;
    const willFollow = request.redirect === 'follow';
    return new Promise((resolve, reject) => {
      let incoming: Incoming | undefined;
      const watched: Exchange = {
        method: request.method,
        target: `${url.pathname}${url.search}`,
        headers: networkHeaders(request, url),
        body: body && (body.source ?? piecesOf(reading(call, body))),
        length: body ? body.length : EXPECT_BODY.has(request.method) ? 0 : null,
        onHead(status, statusText, headers) {
          const isRedirect = willFollow && REDIRECT_STATUSES.includes(status) && headers.has('location');
          const isEmpty = request.method === 'HEAD' || NULL_BODY_STATUSES.includes(status);
          try {
            const coding = isRedirect || isEmpty ? null : headers.get('content-encoding');
            incoming = isEmpty ? undefined : receive(call, coding);
          } catch (error) {
            call.running?.abort();
            reject(error);
            return;
          }
          const made = incoming ? { stream: incoming.stream, source: null, length: null } : null;
          resolve({ type: 'basic', status, statusText, headers, urls: [...request.urls], body: made });
        },
        onData: (bytes) => incoming?.push(bytes) ?? true,
        onEnd: () => incoming?.end(),
        onError(error) {
          if (call.aborted) return;
          reject(error);
          incoming?.fail(error);
        },
      };
      if (call.aborted) return;
      call.running = send(url, watched);
    });
  }

  interface Incoming {
    readonly stream: ReadableStream;
    push(bytes: Uint8Array): boolean;
    end(): void;
    fail(error: unknown): void;
  }

  /** The body of a response, as a stream that holds the connection back. */
  function receive(call: Call, coding: string | null): Incoming {
    const decoder = decoderOf(coding);
    const { running } = call;
    let controller!: ReadableByteStreamController;
    let isOver = false;
    const stream = new ReadableStream(
      {
        type: 'bytes',
        start(given) {
          controller = given;
        },
        pull: () => (running ?? call.running)?.resume(),
        cancel() {
          isOver = true;
          (running ?? call.running)?.abort();
        },
      },
      { highWaterMark: BUFFER },
    ) as ReadableStream;
    call.controller = controller;
    const finish = (last: (controller: ReadableByteStreamController) => void): void => {
      if (isOver || call.aborted) return;
      isOver = true;
      call.controller = undefined;
      last(controller);
    };
    const fail = (cause: unknown): void => finish((one) => one.error(new TypeError('terminated', { cause })));
    /** Decodes, and hands on. False when it cannot be decoded. */
    const pass = (make: () => Uint8Array<ArrayBuffer>[]): boolean => {
      try {
        for (const piece of make()) if (!isOver && !call.aborted) controller.enqueue(piece);
        return true;
      } catch (error) {
        (running ?? call.running)?.abort();
        fail(error);
        return false;
      }
    };
    return {
      stream,
      push(bytes) {
        if (isOver || call.aborted) return true;
        // a copy, because the stream takes the memory over; `slice` of a Buffer makes none
        pass(() => (decoder ? decoder.push(bytes) : [new Uint8Array(bytes)]));
        return isOver || (controller.desiredSize ?? 0) > 0;
      },
      end() {
        if (isOver || (decoder && !pass(() => decoder.end()))) return;
        finish((one) => {
          one.close();
          one.byobRequest?.respond(0);
        });
      },
      fail,
    };
  }

  /** Fetch §4.4, HTTP-redirect fetch: the request that follows. */
  function redirect(request: RequestState, response: ResponseState, location: URL): void {
    const from = request.urls.at(-1)!;
    if (location.protocol !== 'http:' && location.protocol !== 'https:')
      throw new Error('URL scheme must be a HTTP(S) scheme');
    if (request.redirectCount === MAX_REDIRECTS) throw new Error('redirect count exceeded');
    request.redirectCount += 1;
    const isForeign = location.origin !== from.origin;
    if (request.mode === 'cors' && (location.username || location.password) && isForeign)
      throw new Error('cross origin not allowed for request mode "cors"');
    const { status } = response;
    if (status !== 303 && request.body !== null && request.body.source === null) throw new Error();
    const becomesGet =
      ((status === 301 || status === 302) && request.method === 'POST') ||
      (status === 303 && request.method !== 'GET' && request.method !== 'HEAD');
    if (becomesGet) {
      request.method = 'GET';
      request.body = null;
      for (const name of OF_BODY) request.headers.delete(name);
    }
    if (isForeign)
      for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host'])
        request.headers.delete(name);
    if (request.body?.source) request.body = fromBytes(request.body.source);
    request.urls.push(location);
  }

  return { fetch };
}

/** The fields of the request as undici sends them. */
function networkHeaders(request: RequestState, url: URL): HeaderList {
  const headers = HeaderList.from(request.headers);
  const add = (name: string, value: string): void => {
    if (!headers.has(name)) headers.append(name, value);
  };
  const referrer = referrerHeader(request.referrer, request.referrerPolicy, url);
  if (referrer !== undefined) headers.append('referer', referrer);
  headers.set('sec-fetch-mode', request.mode);
  add('user-agent', 'node');
  const isConditional = [
    'if-modified-since',
    'if-none-match',
    'if-unmodified-since',
    'if-match',
    'if-range',
  ].some((name) => headers.has(name));
  const cache = request.cache === 'default' && isConditional ? 'no-store' : request.cache;
  if (cache === 'no-cache') add('cache-control', 'max-age=0');
  if (cache === 'no-store' || cache === 'reload') {
    add('pragma', 'no-cache');
    add('cache-control', 'no-cache');
  }
  if (headers.has('range')) headers.append('accept-encoding', 'identity');
  add('accept-encoding', 'gzip, deflate');
  return headers;
}

/** Where a redirect leads, with the fragment of where it came from; null when it says nothing. */
function locationOf(response: ResponseState, from: URL): URL | null {
  const value = response.headers.get('location');
  if (value === null) return null;
  const text = new TextDecoder().decode(Uint8Array.from(value, (letter) => letter.charCodeAt(0)));
  if (!URL.canParse(text, from.href)) throw invalidUrl(text, from.href);
  const location = new URL(text, from.href);
  if (location.hash === '') location.hash = from.hash;
  return location;
}

type Reader = ReturnType<typeof readerOf>;

function readerOf(stream: ReadableStream) {
  return stream.getReader();
}

function reading(call: Call, body: Body): Reader {
  const reader = readerOf(body.stream);
  call.upload = reader;
  return reader;
}

/** The pieces of a body, which must be bytes. */
async function* piecesOf(reader: Reader): AsyncGenerator<Uint8Array> {
  let isOver = false;
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) {
        isOver = true;
        return;
      }
      if (!((value as unknown) instanceof Uint8Array)) throw new TypeError('Received non-Uint8Array chunk');
      yield value as Uint8Array;
    }
  } finally {
    if (!isOver) void reader.cancel().catch(() => {});
  }
}

async function readAll(stream: ReadableStream): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const piece of piecesOf(readerOf(stream))) pieces.push(piece);
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Reads to the end what nobody wants. */
function drain(body: Body | null): void {
  if (body) readAll(body.stream).catch(() => {});
}

function cancelQuietly(body: Body | null, reason: unknown): void {
  if (body && !body.stream.locked) body.stream.cancel(reason).catch(() => {});
}
