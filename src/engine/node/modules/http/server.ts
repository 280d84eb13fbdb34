/**
 * `http.Server`: a net.Server whose connections speak HTTP.
 *
 * Its options are properties that programs may change later; every `connectionsCheckingInterval` it looks for requests
 * that take too long.
 */
import type {
  IncomingMessage as NodeIncoming,
  ServerResponse as NodeResponse,
  ServerOptions as NodeServerOptions,
  RequestListener,
} from 'node:http';
import type { Socket } from 'node:net';
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkObject,
  checkOneOf,
  invalidValue,
  outOfRange,
} from '../../arguments.ts';
import { callable } from '../../callable.ts';
import type { NodeProcess } from '../../node-process.ts';
import { REJECTION } from '../emitter.ts';
import { net } from '../net/net.ts';
import { timers } from '../timers.ts';
import { httpIncoming, type IncomingMessage } from './incoming.ts';
import { type OutgoingOptions, uniqueHeaders } from './outgoing.ts';
import { type ServerResponse, serverResponse } from './response.ts';
import { serverConnections } from './server-connection.ts';
import type { HttpSocket } from './socket.ts';
import { ConnectionsList, type HttpValidation } from './socket-parser.ts';
import { STATUS_CODES } from './status-codes.ts';

/** As they come: what they are is looked at when a server is made of them. */
type ServerOptions = Readonly<Record<string, unknown>>;

const REQUEST_TIMEOUT_MS = 300_000;
const HEADERS_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 5000;
const KEEP_ALIVE_BUFFER_MS = 1000;
const CHECKING_INTERVAL_MS = 30_000;

export type HttpServer = InstanceType<ReturnType<typeof httpServer>['Server']>;

export function httpServer(node: NodeProcess) {
  const { Server: NetServer } = node.load(net);
  const { IncomingMessage: Incoming } = node.load(httpIncoming);
  const { ServerResponse: Response } = node.load(serverResponse);
  const { connectionListener, onRequestTimeout } = node.load(serverConnections);
  const { setInterval, clearInterval } = node.load(timers);

  class Server<
    Request extends typeof NodeIncoming = typeof NodeIncoming,
    Response extends typeof NodeResponse<InstanceType<Request>> = typeof NodeResponse,
  > extends NetServer {
    declare readonly incomingMessage: new (
      socket: HttpSocket,
    ) => IncomingMessage;
    declare readonly serverResponse: new (
      req: IncomingMessage,
      options: OutgoingOptions,
    ) => ServerResponse;
    declare readonly optimizesEmptyRequests: boolean;
    declare readonly uniqueHeaders: ReadonlySet<string> | null;
    connectionsList: ConnectionsList | undefined;
    maxHeaderSize: number | undefined;
    insecureHTTPParser: boolean | undefined;
    httpValidation: HttpValidation | undefined;
    requestTimeout: number;
    headersTimeout: number;
    keepAliveTimeout: number;
    keepAliveTimeoutBuffer: number;
    connectionsCheckingInterval: number;
    requireHostHeader: boolean;
    joinDuplicateHeaders: boolean | undefined;
    rejectNonStandardBodyWrites: boolean;
    shouldUpgradeCallback: (req: IncomingMessage) => boolean;
    httpAllowHalfOpen = false;
    timeout = 0;
    maxHeadersCount: number | null = null;
    maxRequestsPerSocket: number | null = 0;
    #checking: ReturnType<typeof setInterval> | undefined;

    constructor(
      options?: NodeServerOptions<Request, Response> | RequestListener<Request, Response> | null,
      requestListener?: RequestListener<Request, Response>,
    ) {
      const listener = typeof options === 'function' ? options : requestListener;
      const given = (typeof options === 'function' ? {} : (options ?? {})) as ServerOptions;
      checkObject(given, 'options');
      const checked = checkOptions(given);
      super({
        allowHalfOpen: true,
        noDelay: given['noDelay'] ?? true,
        keepAlive: given['keepAlive'],
        keepAliveInitialDelay: given['keepAliveInitialDelay'],
        highWaterMark: given['highWaterMark'],
      });
      hide(this, 'connectionsList', undefined);
      hide(this, 'incomingMessage', given['IncomingMessage'] || Incoming);
      hide(this, 'serverResponse', given['ServerResponse'] || Response);
      hide(this, 'optimizesEmptyRequests', checked.optimizesEmptyRequests);
      hide(this, 'uniqueHeaders', uniqueHeaders(given['uniqueHeaders']));
      this.maxHeaderSize = checked.maxHeaderSize;
      this.insecureHTTPParser = checked.insecureHTTPParser;
      this.httpValidation = checked.httpValidation;
      this.requestTimeout = checked.requestTimeout;
      this.headersTimeout = checked.headersTimeout;
      this.keepAliveTimeout = checked.keepAliveTimeout;
      this.keepAliveTimeoutBuffer = checked.keepAliveTimeoutBuffer;
      this.connectionsCheckingInterval = checked.connectionsCheckingInterval;
      this.requireHostHeader = checked.requireHostHeader;
      this.joinDuplicateHeaders = checked.joinDuplicateHeaders;
      this.rejectNonStandardBodyWrites = checked.rejectNonStandardBodyWrites;
      this.shouldUpgradeCallback = checked.shouldUpgradeCallback ?? (() => this.listenerCount('upgrade') > 0);
      if (listener) this.on('request', listener);
      this.on('connection', connectionListener);
      this.on('listening', () => this.#startChecking());
    }

    #startChecking(): void {
      this.connectionsList ??= new ConnectionsList();
      clearInterval(this.#checking);
      this.#checking = setInterval(() => this.#check(), this.connectionsCheckingInterval).unref();
    }

    #check(): void {
      const finite = (ms: number): number => (Number.isFinite(ms) && ms >= 0 ? ms : 0);
      const late = this.connectionsList!.expired(
        finite(this.headersTimeout),
        finite(this.requestTimeout),
        node.drive.kernel.now / 1e6,
      );
      for (const { socket } of late) onRequestTimeout(socket);
    }

    override close(callback?: (error?: Error) => void): this {
      this.closeIdleConnections();
      clearInterval(this.#checking);
      return super.close(callback);
    }

    override [Symbol.asyncDispose](): Promise<void> {
      return new Promise((resolve, reject) => {
        this.close((error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    }

    /** What an asynchronous listener was rejected with, where emitters look after that: a request is answered with 500. */
    override [REJECTION](error: Error, event: string, ...args: unknown[]): void {
      if (event !== 'request') {
        super[REJECTION](error, event, ...args);
        return;
      }
      const res = args[1] as ServerResponse;
      if (res.headersSent || res.writableEnded) {
        res.destroy();
        return;
      }
      // what was to be said of another answer is not said of this one
      for (const name of res.getHeaderNames()) res.removeHeader(name);
      res.statusCode = 500;
      res.end(STATUS_CODES[500]);
    }

    closeAllConnections(): void {
      for (const { socket } of [...(this.connectionsList?.all ?? [])]) socket.destroy();
    }

    closeIdleConnections(): void {
      for (const { socket } of this.connectionsList?.idle() ?? []) {
        const message = socket._httpMessage;
        if (!message || message.finished) socket.destroy();
      }
    }

    setTimeout(ms?: number | ((socket: Socket) => void), callback?: (socket: Socket) => void): this {
      // Node takes a listener in the first place in its types alone
      this.timeout = ms as number;
      if (callback) this.on('timeout', callback);
      return this;
    }
  }

  return { Server: callable(Server), connectionListener };
}

function hide(server: object, name: string, value: unknown): void {
  Object.defineProperty(server, name, { value, writable: true, configurable: true, enumerable: false });
}

/** What the options say, with Node's defaults. Throws as Node does. */
function checkOptions(options: ServerOptions) {
  const { insecureHTTPParser, httpValidation, shouldUpgradeCallback } = options;
  const { maxHeaderSize, headersTimeout } = options;
  if (maxHeaderSize !== undefined) checkInteger(maxHeaderSize, 'maxHeaderSize', 0);
  const optimizesEmptyRequests = flag(options, 'optimizeEmptyRequests', 'options.optimizeEmptyRequests');
  if (insecureHTTPParser !== undefined) checkBoolean(insecureHTTPParser, 'options.insecureHTTPParser');
  checkValidation(httpValidation, insecureHTTPParser);
  const requestTimeout = count(options, 'requestTimeout', REQUEST_TIMEOUT_MS);
  const headers = count(options, 'headersTimeout', Math.min(HEADERS_TIMEOUT_MS, requestTimeout));
  if (requestTimeout > 0 && headers > requestTimeout)
    throw outOfRange('headersTimeout', '<= requestTimeout', headersTimeout);
  const checked = {
    maxHeaderSize,
    insecureHTTPParser: insecureHTTPParser as boolean | undefined,
    httpValidation: httpValidation as HttpValidation | undefined,
    optimizesEmptyRequests: optimizesEmptyRequests ?? false,
    requestTimeout,
    headersTimeout: headers,
    keepAliveTimeout: count(options, 'keepAliveTimeout', KEEP_ALIVE_TIMEOUT_MS),
    keepAliveTimeoutBuffer: count(options, 'keepAliveTimeoutBuffer', KEEP_ALIVE_BUFFER_MS),
    connectionsCheckingInterval: count(options, 'connectionsCheckingInterval', CHECKING_INTERVAL_MS),
    requireHostHeader: flag(options, 'requireHostHeader') ?? true,
    joinDuplicateHeaders: flag(options, 'joinDuplicateHeaders'),
    rejectNonStandardBodyWrites: flag(options, 'rejectNonStandardBodyWrites') ?? false,
  };
  if (shouldUpgradeCallback !== undefined)
    checkFunction(shouldUpgradeCallback, 'options.shouldUpgradeCallback');
  return {
    ...checked,
    shouldUpgradeCallback: shouldUpgradeCallback as ((req: IncomingMessage) => boolean) | undefined,
  };
}

/** `httpValidation` says the same as `insecureHTTPParser`, and more: not both. */
export function checkValidation(validation: unknown, insecure: unknown): void {
  if (validation === undefined) return;
  checkOneOf(validation, 'options.httpValidation', ['strict', 'relaxed', 'insecure']);
  if (insecure !== undefined)
    throw invalidValue(
      'options.httpValidation',
      validation,
      'cannot be used together with options.insecureHTTPParser',
    );
}

function count(options: ServerOptions, name: string, otherwise: number): number {
  const value = options[name];
  if (value === undefined) return otherwise;
  checkInteger(value, name, 0);
  return value;
}

function flag(options: ServerOptions, name: string, called = `options.${name}`): boolean | undefined {
  const value = options[name];
  if (value === undefined) return undefined;
  checkBoolean(value, called);
  return value;
}
