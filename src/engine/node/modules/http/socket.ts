/**
 * What the messages of `node:http` need of the stream beneath them, and what they leave on it.
 *
 * Programs may hand in a Duplex of their own: what only a net.Socket has is optional.
 */
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

export interface HttpSocket extends Duplex {
  server?: ParsingServer | null;
  parser?: SocketParser | null;
  _httpMessage?: OutgoingMessage | null;
  /** The server reads no more until its answers are gone. */
  _paused?: boolean;
  _hadError?: boolean;
  timeout?: number;
  readonly connecting?: boolean;
  readonly errored: Error | null;
  readableFlowing: boolean | null;
  setTimeout?(ms: number, callback?: Listener): unknown;
  setKeepAlive?(enable: boolean, initialDelay: number): unknown;
  setNoDelay?(noDelay?: boolean): unknown;
  destroySoon?(): void;
  ref?(): unknown;
  unref?(): unknown;
  _unrefTimer?(): void;
  readonly _writableState: {
    corked: number;
    needDrain: boolean;
    errored: Error | null;
    highWaterMark: number;
  };
}

/** Lets the stream flow on, unless the server holds it back. */
export function readStart(socket: HttpSocket | null | undefined): void {
  if (socket && !socket._paused && socket.readable) socket.resume();
}

export function readStop(socket: HttpSocket | null | undefined): void {
  socket?.pause();
}
