/**
 * `http.ServerResponse`: the answer to one request, with the informational ones before it.
 *
 * RFC 9110 §15; RFC 8297 (103). It has the connection while it is the first that the connection owes.
 */
import type { IncomingMessage as NodeIncoming } from 'node:http';
import type { Socket } from 'node:net';
import { checkInteger, checkObject, invalidValue } from '../../arguments.ts';
import type { NodeProcess } from '../../node-process.ts';
import { codedError } from '../../system-error.ts';
import {
  headersSent,
  invalidChar,
  invalidStatus,
  isInvalidValue,
  validateHeaderName,
  validateHeaderValue,
} from './errors.ts';
import { httpOutgoing, type OutgoingOptions } from './outgoing.ts';
import type { HeaderInput } from './outgoing-head.ts';
import { type Callback, type HttpSocket, httpSocket } from './socket.ts';
import { STATUS_CODES } from './status-codes.ts';

/** One target with its parameters: `</style.css>; rel=preload`. */
const LINK = /^<[^>\r\n]*>(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/;

export type ServerResponse = InstanceType<ReturnType<typeof serverResponse>['ServerResponse']>;

export function serverResponse(node: NodeProcess) {
  const { OutgoingMessage } = node.load(httpOutgoing);

  function onSocketClose(this: HttpSocket): void {
    const message = this._httpMessage;
    if (message) closed(message as ServerResponse);
  }

  /** The answer is over, one way or the other. */
  function closed(response: ServerResponse): void {
    if (response._closed) return;
    response.destroyed = true;
    response._emitClose();
  }

  class ServerResponse<Request extends NodeIncoming = NodeIncoming> extends OutgoingMessage<Request> {
    override statusCode = 200;
    /** Undefined until the head is written, of which Node's types do not tell. */
    statusMessage: string = undefined as never;
    override readonly req: Request;
    override sendDate = true;
    _sent100 = false;
    _expect_continue = false;

    constructor(req: Request, options?: OutgoingOptions) {
      super(options);
      if (req.method === 'HEAD') this._hasBody = false;
      this.req = req;
      if ((req.httpVersionMajor ?? 0) >= 1 && (req.httpVersionMinor ?? 0) >= 1) return;
      this.useChunkedEncodingByDefault = /(?:^|\W)chunked(?:$|\W)/i.test(String(req.headers['te']));
      this.shouldKeepAlive = false;
    }

    assignSocket(given: Socket): void {
      const socket = httpSocket(given);
      if (socket._httpMessage)
        throw codedError(Error, 'ERR_HTTP_SOCKET_ASSIGNED', 'ServerResponse has an already assigned socket');
      socket._httpMessage = this;
      socket.on('close', onSocketClose);
      this.socket = socket;
      this.emit('socket', socket);
      this._flush();
    }

    detachSocket(socket: Socket): void {
      socket.removeListener('close', onSocketClose);
      httpSocket(socket)._httpMessage = null;
      this.socket = null;
    }

    // ── answers before the answer

    /** Node's types let a callback stand where the fields do; Node refuses it there, and so does this. */
    writeInformation(status: number, headers?: HeaderInput | Callback, callback?: Callback): boolean {
      if (this._header) throw headersSent('write');
      checkInteger(status, 'statusCode', 100, 199);
      if (status === 101) throw invalidStatus(status);
      const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`];
      const isLenient = this._isLenientHeaderValidation();
      for (const [name, value] of informationFields(headers)) {
        validateHeaderName(name);
        validateHeaderValue(name, value, isLenient);
        lines.push(`${name}: ${String(value)}\r\n`);
      }
      return this._writeRaw(`${lines.join('')}\r\n`, 'ascii', callback);
    }

    writeContinue(callback?: Callback): void {
      this.writeInformation(100, null, callback);
      this._sent100 = true;
    }

    writeProcessing(callback?: Callback): void {
      this.writeInformation(102, null, callback);
    }

    writeEarlyHints(hints: Readonly<Record<string, unknown>>, callback?: Callback): void {
      checkObject(hints, 'hints');
      const given = hints['link'];
      if (given === null || given === undefined) return;
      const link = linkValue(given);
      if (link === '') return;
      if (isInvalidValue(link, false)) throw invalidChar('header content', 'Link');
      const { link: _link, ...others } = hints;
      this.writeInformation(103, { Link: link, ...others }, callback);
    }

    // ── its head

    override _implicitHeader(): void {
      this.writeHead(this.statusCode);
    }

    writeHead(statusCode: number, reason?: unknown, headers?: unknown): this {
      if (this._header) throw headersSent('write');
      const status = statusCode | 0;
      if (status < 100 || status > 999) throw invalidStatus(statusCode);
      if (typeof reason === 'string') this.statusMessage = reason;
      else this.statusMessage ||= STATUS_CODES[status] ?? 'unknown';
      const given = typeof reason === 'string' ? headers : (headers ?? reason);
      this.statusCode = status;
      if (this._outHeaders) this.#override(given);
      if (isInvalidValue(this.statusMessage, false)) throw invalidChar('statusMessage');
      if (status === 204 || status === 304 || status < 200) this._hasBody = false;
      // a client that waits for 100 and gets this may or may not send its body: nobody could tell it from a request
      if (this._expect_continue && !this._sent100) this.shouldKeepAlive = false;
      this._storeHeader(
        `HTTP/1.1 ${status} ${this.statusMessage}\r\n`,
        this._outHeaders ?? (given as HeaderInput),
      );
      return this;
    }

    /** Fields of `writeHead` stand in for those set before. */
    #override(given: unknown): void {
      if (!Array.isArray(given)) {
        for (const [name, value] of Object.entries(given ?? {})) if (name) this.setHeader(name, value);
        return;
      }
      if (given.length % 2 !== 0) throw invalidValue('headers', given);
      for (let i = 0; i < given.length; i += 2) this.removeHeader(given[i] as string);
      for (let i = 0; i < given.length; i += 2)
        if (given[i]) this.appendHeader(given[i] as string, given[i + 1]);
    }
  }

  return { ServerResponse, closed };
}

function informationFields(
  headers: HeaderInput | Callback,
): Iterable<readonly [name: unknown, value: unknown]> {
  if (headers === undefined || headers === null) return [];
  if (!Array.isArray(headers)) {
    checkObject(headers, 'headers');
    return Object.entries(headers);
  }
  if (headers.length > 0 && Array.isArray(headers[0])) return headers as [string, unknown][];
  if (headers.length % 2 !== 0) throw invalidValue('headers', headers);
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[i * 2], headers[i * 2 + 1]] as const);
}

function linkValue(hints: unknown): string {
  const links = Array.isArray(hints) ? (hints as unknown[]) : [hints];
  for (const link of links)
    if (typeof link !== 'string' || !LINK.test(link))
      throw invalidValue(
        'hints',
        link,
        'must be an array or string of format "</styles.css>; rel=preload; as=style"',
      );
  return links.join(', ');
}
