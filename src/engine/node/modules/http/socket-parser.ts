/**
 * The parser of one connection: turns what comes into messages, and knows since when it waits for one.
 *
 * Not here: what a message does to the connection, which server-connection.ts and client-socket.ts know.
 */
import type { Bytes } from '../../../base/bytes.ts';
import type { NodeProcess } from '../../node-process.ts';
import { packages } from '../packages.ts';
import { type ParseError, parseError } from './errors.ts';
import { httpIncoming, type IncomingMessage } from './incoming.ts';
import { HttpParser, type ParserOptions } from './parser.ts';
import { type Head, type HeadAnswer, LENIENT } from './parser-machine.ts';
import { type HttpSocket, readStart, readStop } from './socket.ts';

/** Names and values of a message that are kept. */
const MAX_HEADER_PAIRS = 2000;
/** As many as that come at once; of more, those beyond the limit are dropped even from `rawHeaders`. */
const PAIRS_AT_ONCE = 64;

export type HttpValidation = 'strict' | 'relaxed' | 'insecure';

/** Bits for {@link HttpParser}. */
export function lenientFlags(
  validation: HttpValidation | undefined,
  isInsecure: boolean | undefined,
): number {
  if (validation === 'relaxed') return LENIENT.headerValueRelaxed;
  if (validation === 'insecure') return LENIENT.all;
  return validation === undefined && isInsecure ? LENIENT.all : 0;
}

/** The connections of a server: which of them wait for what. */
export class ConnectionsList {
  readonly all = new Set<SocketParser>();
  readonly active = new Set<SocketParser>();

  idle(): SocketParser[] {
    return [...this.all].filter((parser) => parser.messageSince === undefined);
  }

  /** Those whose head or whole request takes longer than that: milliseconds, 0 for no limit. They are told once. */
  expired(headersMs: number, requestMs: number, nowMs: number): SocketParser[] {
    const late = [...this.active].filter((parser) => {
      const waitedMs = nowMs - (parser.messageSince ?? nowMs);
      const isHeadLate = !parser.headersCompleted && headersMs > 0 && waitedMs > headersMs;
      return isHeadLate || (requestMs > 0 && waitedMs > requestMs);
    });
    for (const parser of late) this.active.delete(parser);
    return late;
  }
}

export interface SocketParserOptions extends ParserOptions {
  readonly maxHeadersCount?: number | null;
  readonly joinDuplicateHeaders?: boolean | undefined;
  readonly list?: ConnectionsList | undefined;
  onIncoming(message: IncomingMessage, keepAlive: boolean): HeadAnswer;
}

export type SocketParser = InstanceType<ReturnType<typeof socketParsers>>;

export function socketParsers(node: NodeProcess) {
  const { IncomingMessage } = node.load(httpIncoming);
  const { Buffer } = node.load(packages).buffer;
  const nowMs = (): number => node.drive.kernel.now / 1e6;

  return class SocketParser {
    incoming: IncomingMessage | null = null;
    readonly socket: HttpSocket;
    /** When the message that is being read began; undefined between two. */
    messageSince: number | undefined;
    headersCompleted = false;
    readonly #parser: HttpParser;
    readonly #options: SocketParserOptions;
    readonly #maxPairs: number;
    #isFreed = false;

    constructor(type: 'request' | 'response', socket: HttpSocket, options: SocketParserOptions) {
      this.socket = socket;
      this.#options = options;
      const { maxHeadersCount, list } = options;
      this.#maxPairs = typeof maxHeadersCount === 'number' ? maxHeadersCount * 2 : MAX_HEADER_PAIRS;
      this.#parser = new HttpParser(
        type,
        {
          messageBegin: () => this.#onBegin(),
          headersComplete: (head) => this.#onHead(type, head),
          body: (piece) => this.#onBody(piece),
          messageComplete: (trailers) => this.#onComplete(trailers),
        },
        { ...options, maxFields: this.#maxPairs / 2 },
      );
      if (!list) return;
      this.messageSince = nowMs();
      list.all.add(this);
      list.active.add(this);
    }

    /** How many bytes were for HTTP, or what is wrong. */
    execute(bytes: Bytes): number | ParseError {
      const got = this.#parser.execute(bytes);
      return typeof got === 'number' ? got : parseError(got, bytes);
    }

    finish(): ParseError | undefined {
      const fault = this.#parser.finish();
      return fault && parseError(fault);
    }

    /** Nobody listens any more. */
    free(): void {
      this.#isFreed = true;
      this.#parser.abandon();
      this.#options.list?.all.delete(this);
      this.#options.list?.active.delete(this);
      if (this.socket.parser === this) this.socket.parser = null;
    }

    #onBegin(): void {
      this.headersCompleted = false;
      this.messageSince = nowMs();
      const { list } = this.#options;
      if (!list) return;
      // the latest stands last
      list.all.delete(this);
      list.all.add(this);
      list.active.add(this);
    }

    #onHead(type: 'request' | 'response', head: Head): HeadAnswer {
      this.headersCompleted = true;
      const { server } = this.socket;
      const Message = (type === 'request' && server?.incomingMessage) || IncomingMessage;
      const message = new Message(this.socket);
      this.incoming = message;
      message.httpVersionMajor = head.major;
      message.httpVersionMinor = head.minor;
      message.httpVersion = `${head.major}.${head.minor}`;
      message.joinDuplicateHeaders = server?.joinDuplicateHeaders || this.#options.joinDuplicateHeaders;
      message.url = head.url;
      message.upgrade = head.upgrade;
      message._addHeaderLines(...this.#limited(head.rawHeaders));
      if (type === 'request') message.method = head.method;
      else {
        message.statusCode = head.status;
        message.statusMessage = head.reason;
      }
      return this.#options.onIncoming(message, head.keepAlive);
    }

    #limited(raw: string[]): [raw: string[], count: number] {
      const max = this.#maxPairs;
      if (max <= 0) return [raw, raw.length];
      return [raw.length >= PAIRS_AT_ONCE ? raw.slice(0, max) : raw, Math.min(raw.length, max)];
    }

    #onBody(piece: Bytes): void {
      const { incoming } = this;
      if (!incoming || incoming._skipsPending || incoming._dumped) return;
      const isWelcome = incoming.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
      if (!isWelcome) readStop(this.socket);
    }

    #onComplete(trailers: string[]): void {
      this.messageSince = undefined;
      this.#options.list?.active.delete(this);
      const { incoming } = this;
      if (incoming && !incoming._skipsPending) {
        incoming.complete = true;
        const [raw] = this.#limited(trailers);
        incoming._addHeaderLines(raw, raw.length);
        incoming.push(null);
      }
      if (!this.#isFreed) readStart(this.socket);
    }
  };
}
