/**
 * A request of `http.ClientRequest` on its connection: answers, upgrades, faults, and what becomes of the connection.
 *
 * RFC 9110 §15.2 (informational answers), RFC 9112 §9. A connection that goes on is given back to the agent once both
 * the request is out and the answer has been read to its end.
 */
import type { NodeProcess } from '../../node-process.ts';
import { packages } from '../packages.ts';
import type { ClientRequest } from './client.ts';
import { reset } from './errors.ts';
import type { IncomingMessage } from './incoming.ts';
import type { HeadAnswer } from './parser-machine.ts';
import { type HttpSocket, type Listener, NOTHING } from './socket.ts';
import { lenientFlags, socketParsers } from './socket-parser.ts';

export function clientSockets(node: NodeProcess) {
  const { Buffer } = node.load(packages).buffer;
  const Parser = node.load(socketParsers);

  const requestOf = (socket: HttpSocket): ClientRequest => socket._httpMessage as ClientRequest;

  /** The request has its connection. */
  function take(req: ClientRequest, socket: HttpSocket): void {
    req.socket = socket;
    const parser = new Parser('response', socket, {
      maxHeaderSize: req.maxHeaderSize || 0,
      lenient: lenientFlags(req.httpValidation, req.insecureHTTPParser),
      maxHeadersCount: req.maxHeadersCount,
      joinDuplicateHeaders: req.joinDuplicateHeaders,
      onIncoming: (res, keepAlive) => onIncoming(socket, res, keepAlive),
    });
    req.parser = parser;
    socket.parser = parser;
    socket._httpMessage = req;
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    socket.on('drain', onDrain);
    if (req.timeout !== undefined || req.agent?.options?.['timeout']) watchTimeout(req);
    req.emit('socket', socket);
  }

  function freeParser(req: ClientRequest | null | undefined, socket: HttpSocket): void {
    socket.parser?.free();
    socket.parser = null;
    if (req) req.parser = null;
  }

  function leave(socket: HttpSocket): void {
    socket.removeListener('data', onData);
    socket.removeListener('end', onEnd);
  }

  // ── what comes

  function onData(this: HttpSocket, bytes: Uint8Array): void {
    const req = requestOf(this);
    const parser = this.parser!;
    const got = parser.execute(bytes as Uint8Array<ArrayBuffer>);
    const res = parser.incoming;
    if (typeof got !== 'number') {
      freeParser(req, this);
      leave(this);
      this.destroy();
      req.socket!._hadError = true;
      req.emit('error', got);
    } else if (res?.upgrade) onUpgrade(this, req, res, bytes.subarray(got));
    else if (res?.complete && !isInformational(res.statusCode!)) {
      leave(this);
      this.removeListener('drain', onDrain);
      freeParser(req, this);
    }
  }

  function onUpgrade(socket: HttpSocket, req: ClientRequest, res: IncomingMessage, rest: Uint8Array): void {
    req.res = res;
    leave(socket);
    socket.removeListener('drain', onDrain);
    if (req.timeoutCb) socket.removeListener('timeout', req.timeoutCb);
    socket.removeListener('timeout', onResponseTimeout);
    socket.parser?.finish();
    freeParser(req, socket);
    const event = req.method === 'CONNECT' ? 'connect' : 'upgrade';
    if (req.listenerCount(event) === 0) {
      socket.destroy();
      return;
    }
    req.upgradeOrConnect = true;
    socket.emit('agentRemove');
    socket.removeListener('close', onClose);
    socket.removeListener('error', onError);
    socket._httpMessage = null;
    (socket as { readableFlowing: boolean | null }).readableFlowing = null;
    const head = Buffer.from(rest.buffer as ArrayBuffer, rest.byteOffset, rest.byteLength);
    req.emit(event, res, socket, head);
    req.destroyed = true;
    req._closed = true;
    req.emit('close');
  }

  function onIncoming(socket: HttpSocket, res: IncomingMessage, keepAlive: boolean): HeadAnswer {
    const req = requestOf(socket);
    if (req.res) {
      // a second answer to one request: nothing of it is believed, and no more of the first
      socket.destroy();
      if (socket.parser) {
        socket.parser.incoming = req.res;
        req.res._skipsPending = true;
      }
      return 0;
    }
    req.res = res;
    if (res.upgrade) return 2;
    if (req.method === 'CONNECT') {
      res.upgrade = true;
      return 2;
    }
    if (isInformational(res.statusCode!)) {
      req.res = null;
      onInformation(req, res);
      return 1;
    }
    if (req.shouldKeepAlive && !keepAlive && !req.upgradeOrConnect) req.shouldKeepAlive = false;
    res.req = req;
    res.on('end', onResponseEnd);
    req.on('finish', onRequestFinish);
    socket.on('timeout', onResponseTimeout);
    // an answer that nobody listens for must not hold the connection
    if (req.aborted || !req.emit('response', res)) res._dump();
    if (req.method === 'HEAD') return 1;
    if (res.statusCode === 304) {
      res.complete = true;
      return 1;
    }
    return 0;
  }

  function onInformation(req: ClientRequest, res: IncomingMessage): void {
    const { statusCode, statusMessage, httpVersion, httpVersionMajor, httpVersionMinor } = res;
    if (statusCode === 100) req.emit('continue');
    req.emit('information', {
      statusCode,
      statusMessage,
      httpVersion,
      httpVersionMajor,
      httpVersionMinor,
      headers: res.headers,
      rawHeaders: res.rawHeaders,
    });
  }

  // ── the end of the answer, and of the request

  function onResponseEnd(this: IncomingMessage): void {
    const req = this.req as ClientRequest;
    const { socket } = req;
    this._detachSignal();
    if (socket) {
      if (req.timeoutCb) socket.removeListener('timeout', onRequestTimeout);
      socket.removeListener('timeout', onResponseTimeout);
    }
    req._ended = true;
    if (!req.shouldKeepAlive) {
      if (!socket?.writable) return;
      if (socket.destroySoon) socket.destroySoon();
      else socket.end();
    } else if (req.writableFinished && !this.aborted) giveBack(req);
  }

  function onRequestFinish(this: ClientRequest): void {
    if (this.shouldKeepAlive && this._ended && !this.destroyed) giveBack(this);
  }

  function giveBack(req: ClientRequest): void {
    const socket = req.socket!;
    if (req.timeoutCb) {
      socket.setTimeout?.(0, req.timeoutCb);
      req.timeoutCb = null;
    }
    socket.removeListener('close', onClose);
    socket.removeListener('error', onError);
    leave(socket);
    // after listeners for the answer's end have run
    node.nextTick(() => {
      req._closed = true;
      req.emit('close');
      req.socket?.emit('free');
    });
    req.destroyed = true;
    // whoever destroys the answer now does not mean the connection
    if (req.res) req.res.socket = NOTHING;
  }

  // ── faults

  function onClose(this: HttpSocket): void {
    const req = requestOf(this);
    const { parser } = this;
    const { res } = req;
    req.destroyed = true;
    if (!res && !req.socket!._hadError) {
      req.socket!._hadError = true;
      req.emit('error', reset('socket hang up'));
    }
    if (res && !res.complete) res.destroy(reset('aborted'));
    req._closed = true;
    req.emit('close');
    if (res && !res.aborted && res.readable) res.push(null);
    req.outputData.length = 0;
    if (!parser) return;
    parser.finish();
    freeParser(req, this);
  }

  function onError(this: HttpSocket, error: Error): void {
    const req = requestOf(this) as ClientRequest | null;
    if (req) {
      this._hadError = true;
      req.emit('error', error);
    }
    this.parser?.finish();
    freeParser(req, this);
    leave(this);
    this.destroy();
  }

  function onEnd(this: HttpSocket): void {
    const req = requestOf(this);
    if (!req.res && !req.socket!._hadError) {
      req.socket!._hadError = true;
      req.emit('error', reset('socket hang up'));
    }
    this.parser?.finish();
    freeParser(req, this);
    this.destroy();
  }

  function onDrain(this: HttpSocket): void {
    const req = requestOf(this) as ClientRequest | null;
    if (!req || req.finished || !req._needDrain) return;
    req._needDrain = false;
    req.emit('drain');
  }

  // ── timeouts

  function onRequestTimeout(this: HttpSocket): void {
    this._httpMessage?.emit('timeout');
  }

  function onResponseTimeout(this: HttpSocket): void {
    (requestOf(this) as ClientRequest | null)?.res?.emit('timeout');
  }

  /** The connection's timeout is the request's from here on. */
  function watchTimeout(req: ClientRequest): void {
    if (req.timeoutCb) return;
    req.timeoutCb = onRequestTimeout as Listener;
    if (req.socket) req.socket.once('timeout', onRequestTimeout);
    else req.on('socket', (socket: HttpSocket) => socket.once('timeout', onRequestTimeout));
  }

  return { take, onError, watchTimeout };
}

/** An answer after which the real one comes: not 101, which is the last. */
function isInformational(status: number): boolean {
  return status >= 100 && status < 200 && status !== 101;
}
