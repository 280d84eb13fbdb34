/**
 * The errors of undici that stand behind `TypeError: fetch failed` and `TypeError: terminated` as their cause.
 */

/** Where a connection was when it broke. */
export interface SocketInfo {
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly remoteAddress?: string;
  readonly remotePort?: number;
  readonly remoteFamily?: string;
  readonly timeout?: number;
  readonly bytesWritten?: number;
  readonly bytesRead?: number;
}

class UndiciError extends Error {
  // in the order in which they are shown
  override name: string;
  code: string | undefined;
  constructor(name: string, code: string | undefined, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

export class ConnectTimeoutError extends UndiciError {
  constructor(where: string) {
    super('ConnectTimeoutError', 'UND_ERR_CONNECT_TIMEOUT', `Connect Timeout Error (${where})`);
  }
}
export class HeadersTimeoutError extends UndiciError {
  constructor() {
    super('HeadersTimeoutError', 'UND_ERR_HEADERS_TIMEOUT', 'Headers Timeout Error');
  }
}
export class BodyTimeoutError extends UndiciError {
  constructor() {
    super('BodyTimeoutError', 'UND_ERR_BODY_TIMEOUT', 'Body Timeout Error');
  }
}
export class HeadersOverflowError extends UndiciError {
  constructor() {
    super('HeadersOverflowError', 'UND_ERR_HEADERS_OVERFLOW', 'Headers Overflow Error');
    // as Node shows it: the last among what can be listed
    const { message } = this;
    delete (this as { message?: string }).message;
    this.message = message;
  }
}
export class LengthMismatchError extends UndiciError {
  constructor() {
    super(
      'RequestContentLengthMismatchError',
      'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
      'Request body length does not match content-length header',
    );
  }
}
export class SocketError extends UndiciError {
  readonly socket: SocketInfo;
  constructor(message: string, socket: SocketInfo) {
    super('SocketError', 'UND_ERR_SOCKET', message);
    this.socket = socket;
  }
}
export class HTTPParserError extends UndiciError {
  readonly data: string;
  constructor(reason: string, data: string) {
    super('HTTPParserError', undefined, `Response does not match the HTTP/1.1 protocol (${reason})`);
    this.data = data;
  }
}
