/**
 * What the messages of `node:http` need of the stream beneath them, and what they leave on it.
 *
 * Programs may hand in a Duplex of their own, which Node's types do not tell: what only a net.Socket has is asked for
 * with `?.`.
 */
import type { Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { IncomingMessage } from './incoming.ts';
import type { OutgoingMessage } from './outgoing.ts';
import type { SocketParser } from './socket-parser.ts';

export type Listener = (...args: unknown[]) => void;
export type Callback = (error?: Error | null) => void;

/** What the server keeps on a socket, for its parser. */
export interface ParsingServer {
  readonly joinDuplicateHeaders?: boolean | undefined;
  readonly incomingMessage: new (socket: HttpSocket) => IncomingMessage;
}

export interface HttpSocket extends Socket {
  server: (Server & Partial<ParsingServer>) | null;
  parser?: SocketParser | null;
  _httpMessage?: OutgoingMessage | null;
  /** The server reads no more until its answers are gone. */
  _paused?: boolean;
  _hadError?: boolean;
  _unrefTimer?(): void;
  readonly _writableState: {
    corked: number;
    needDrain: boolean;
    errored: Error | null;
    highWaterMark: number;
  };
}

/**
 * A stream beneath, with what readable-stream has and Node's types do not tell, and with the marks of HTTP, which it may
 * have already.
 */
export function httpSocket(stream: Duplex): HttpSocket {
  return stream as HttpSocket;
}

/** What a message has not yet, or no more: null, in Node also, where Node's types say that there is always something. */
export const NOTHING = null as never;

/** Lets the stream flow on, unless the server holds it back. */
export function readStart(socket: HttpSocket | null | undefined): void {
  if (socket && !socket._paused && socket.readable) socket.resume();
}

export function readStop(socket: HttpSocket | null | undefined): void {
  socket?.pause();
}
