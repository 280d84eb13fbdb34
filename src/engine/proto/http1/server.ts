/**
 * The server end of an HTTP/1.1 connection: requests in, responses out, in order.
 *
 * RFC 9112 §3, §6, §9; RFC 9110 §10.1.1 (Expect). Pipelined requests wait in the input until the response before them
 * is complete, and while too much waits to be sent (§9.3.2). HTTP/1.0 clients get close-delimited or counted content.
 * A request that is refused (`http1.refused`) is answered by `refuse()`, or by any response of the user's own; then the
 * connection closes. The machine has two time-outs, both off by default.
 */
import { fromUtf8 } from '../../base/bytes.ts';
import { Misuse, Unsupported } from '../../base/errors.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import { Fields, type FieldsInput } from '../../wire/http-fields.ts';
import { reasonPhrase } from '../../wire/http-names.ts';
import { parseRequestLine, type RequestLine, writeResponseHead } from '../../wire/http1.ts';
import {
  announcedFrame,
  Http1Connection,
  type Http1Options,
  misbehaved,
  setConnectionOption,
} from './connection.ts';
import {
  type BodyFrame,
  Fault,
  type HttpEvent,
  plainEvent,
  type RequestHead,
  type ResponseHead,
  refusedEvent,
  requestEvent,
} from './event.ts';
import { hasNoContent, headPersists, requestAuthority, requestFrame, targetForm } from './framing.ts';

/** A method longer than this is none that we know (RFC 9112 §3: answered 501). */
const LONGEST_METHOD = 32;

export interface Http1ServerOptions extends Http1Options {
  /** From the first byte of a request head to its last; then 408. Default NEVER. */
  readonly headTimeout?: Nanoseconds;
  /** Waiting for the first byte of a request; then the connection closes. Default NEVER. */
  readonly idleTimeout?: Nanoseconds;
}

type Waiting = 'idle' | 'head' | 'nothing';

export class Http1Server extends Http1Connection<RequestLine> {
  readonly #headTimeout: Nanoseconds;
  readonly #idleTimeout: Nanoseconds;
  /** What the present time-out is for, and since when; `undefined` when the time is yet to be told. */
  #waiting: Waiting = 'idle';
  #since: Nanoseconds | undefined;
  #request: RequestHead | undefined;
  /** Known even of a request that was refused for its fields: the response to HEAD has no content. */
  #method: string | undefined;
  #continueOwed = false;

  constructor(options: Http1ServerOptions = {}) {
    super('server', options, 'strict', parseRequestLine);
    this.#headTimeout = options.headTimeout ?? NEVER;
    this.#idleTimeout = options.idleTimeout ?? NEVER;
  }

  /** The request that is being answered, or read. */
  get request(): RequestHead | undefined {
    return this.#request;
  }

  /** The client waits for 100 (Continue); nothing of the content has come. */
  get continueOwed(): boolean {
    return this.#continueOwed;
  }

  /** An interim response, such as 100 (Continue) or 103 (Early Hints). Not to HTTP/1.0 clients (RFC 9110 §15.2). */
  sendInformational(status: number, fields?: FieldsInput): void {
    if (!(status >= 100 && status <= 199) || status === 101)
      throw new Misuse(`informational status ${status}`);
    if (this.#request?.version === '1.0') throw new Misuse('informational response to HTTP/1.0');
    if (!this.states.move('server', 'informational'))
      throw new Misuse(`response in state ${this.states.server}`);
    const head = Fields.from(fields);
    if (announcedFrame(head)) throw new Misuse(`framing fields in a ${status} response`);
    this.writer.head(
      writeResponseHead({ version: '1.1', status, reason: reasonPhrase(status) }, head),
      NONE,
      false,
    );
    if (status === 100) this.#continueOwed = false;
  }

  /**
   * The head of the final response; content and end follow. Content-Length or `Transfer-Encoding: chunked` say how the
   * content is framed; without either it is chunked, or for HTTP/1.0 runs until the connection closes. Adds
   * `Connection` where the connection's fate needs saying. Returns the head as sent. Throws Misuse.
   */
  sendResponse(status: number, fields?: FieldsInput, reason = reasonPhrase(status)): ResponseHead {
    if (status < 200) throw new Misuse(`final response with status ${status}`);
    const state = this.states.server;
    if (state !== 'idle' && state !== 'send-response') throw new Misuse(`response in state ${state}`);
    const head = Fields.from(fields);
    const tunnel = this.#request?.method === 'CONNECT' && status < 300;
    if (tunnel && this.states.client !== 'done')
      throw new Misuse('CONNECT granted before its end was polled');
    const frame = this.#frame(status, head, tunnel);
    const persistent = this.#persists(head, frame);
    if (!persistent && !tunnel) setConnectionOption(head, 'close');
    if (persistent && this.#request?.version === '1.0') setConnectionOption(head, 'keep-alive');
    const line = { version: '1.1', status, reason };
    const text = writeResponseHead(line, head);
    this.states.move('server', 'response');
    if (!persistent && !tunnel) this.states.giveUpPersistence();
    this.writer.head(text, frame, this.#method === 'HEAD');
    this.#continueOwed = false;
    if (tunnel) this.#becomeTunnel();
    return { ...line, fields: head, ...frame, persistent };
  }

  /**
   * Answers a refused request with its status and a line of text, and closes. False when a response was already under
   * way: then the stream should be aborted.
   */
  refuse(fault: Fault, fields?: FieldsInput): boolean {
    if (this.states.server !== 'idle' && this.states.server !== 'send-response') {
      this.states.fail('server');
      return false;
    }
    const content = fromUtf8(`${fault.status} ${reasonPhrase(fault.status)}: ${fault.message}\n`);
    const head = Fields.from(fields);
    head.set('Content-Type', 'text/plain; charset=utf-8').set('Content-Length', String(content.length));
    this.states.giveUpPersistence();
    this.sendResponse(fault.status, head);
    this.sendData(content);
    this.sendEnd();
    return true;
  }

  override pollTimeout(): Nanoseconds {
    const limit =
      this.#waiting === 'head' ? this.#headTimeout : this.#waiting === 'idle' ? this.#idleTimeout : NEVER;
    if (limit === NEVER) return NEVER;
    // The wait began in a call that was not told the time: asking to be called at once is how the time gets here.
    return this.#since === undefined ? 0 : Math.min(this.#since + limit, NEVER);
  }

  override handleTimeout(now: Nanoseconds): void {
    if (this.#waiting === 'nothing') return;
    this.#since ??= now;
    if (now < this.pollTimeout()) return;
    if (this.#waiting === 'head') {
      this.queued = refusedEvent(misbehaved('the request head did not come in time', 408));
      this.states.fail('client');
    } else {
      this.states.giveUpPersistence();
      this.states.move('server', 'close');
      this.queued = plainEvent('http1.closed', { reason: 'idle for too long' });
    }
    this.reader.discard();
    this.#wait('nothing');
  }

  protected override nextHead(): HttpEvent | undefined {
    if (this.writer.full) return undefined;
    const head = this.reader.readHead();
    if (!head) return undefined;
    this.#wait('nothing');
    this.#method = head.start.method;
    const request = this.#understand(head.start, head.fields);
    this.reader.beginBody(request);
    this.#request = request;
    // Content that came along with the head shows that nobody waits.
    this.#continueOwed = request.expectsContinue && this.reader.buffered === 0;
    this.states.move('client', 'request');
    if (!request.persistent) this.states.giveUpPersistence();
    return requestEvent(request);
  }

  #understand({ method, target, version }: RequestLine, fields: Fields): RequestHead {
    if (version[0] !== '1') throw new Fault(new Unsupported(`HTTP/${version}`), 505);
    if (method.length > LONGEST_METHOD) throw new Fault(new Unsupported('a method that long'), 501);
    const form = targetForm(method, target);
    const authority = requestAuthority(form, target, version, fields);
    const frame = requestFrame(version, fields);
    if (method === 'CONNECT' && frame.framing !== 'none') throw misbehaved('CONNECT with content', 400);
    const expect = fields.get('Expect')?.toLowerCase();
    if (expect !== undefined && expect !== '100-continue')
      throw new Fault(new Unsupported('an unknown expectation'), 417);
    // HTTP/1.0 clients do not know 100, and without content there is nothing to wait for (RFC 9110 §10.1.1).
    const expectsContinue = expect !== undefined && version !== '1.0' && frame.framing !== 'none';
    const persistent = headPersists(version, fields);
    return { method, target, form, authority, version, fields, ...frame, persistent, expectsContinue };
  }

  protected override endedBetween(): void {}

  protected override heard(now: Nanoseconds): void {
    if (this.states.client !== 'idle') {
      if (this.reader.buffered > 0) this.#continueOwed = false;
      return;
    }
    const waiting: Waiting = this.reader.insideHead ? 'head' : 'idle';
    if (this.#waiting !== waiting) this.#wait(waiting, now);
    else this.#since ??= now;
  }

  protected override settled(): void {
    if (this.states.client !== 'idle') return;
    this.#request = undefined;
    this.#method = undefined;
    this.#wait(this.reader.insideHead ? 'head' : 'idle');
  }

  #wait(waiting: Waiting, since?: Nanoseconds): void {
    this.#waiting = waiting;
    this.#since = since;
  }

  #frame(status: number, head: Fields, tunnel: boolean): BodyFrame {
    const announced = announcedFrame(head);
    if ((status === 204 || tunnel) && announced) throw new Misuse(`framing fields in a ${status} response`);
    if (hasNoContent(status) || tunnel) return NONE;
    const old = this.#request?.version === '1.0';
    if (announced && !(old && announced.framing === 'chunked')) return announced;
    head.delete('Transfer-Encoding');
    if (old || !this.#request) return { framing: 'close', length: -1 };
    head.append('Transfer-Encoding', 'chunked');
    return { framing: 'chunked', length: -1 };
  }

  /** Our half of §9.3: both must want it, the end must be visible, and an unread body must not be taken for a request. */
  #persists(head: Fields, frame: BodyFrame): boolean {
    const bodyInDoubt = this.#continueOwed;
    return this.states.persistent && headPersists('1.1', head) && frame.framing !== 'close' && !bodyInDoubt;
  }

  #becomeTunnel(): void {
    this.states.becomeTunnel();
    this.queued = plainEvent('http1.tunnel', { authority: this.#request?.authority ?? '' });
  }
}

const NONE: BodyFrame = { framing: 'none', length: 0 };
