/**
 * The client end of an HTTP/1.1 connection: one request at a time, and the responses to it.
 *
 * RFC 9112 §3.2, §4, §6.3, §9; RFC 9110 §10.1.1, §15.2. Informational responses come as `http1.response` before the
 * final one. The response may begin, and even end, before the request has; the user then decides whether to go on with
 * its content or to abort. Does not pipeline: the next request waits until the exchange is over (`ready`).
 */
import { Misuse } from '../../base/errors.ts';
import { Fields, type FieldsInput } from '../../wire/http-fields.ts';
import { parseStatusLine, type StatusLine, writeRequestHead } from '../../wire/http1.ts';
import { announcedFrame, Http1Connection, type Http1Options, misbehaved } from './connection.ts';
import {
  Fault,
  type HttpEvent,
  plainEvent,
  type RequestHead,
  type ResponseHead,
  responseEvent,
} from './event.ts';
import { headPersists, requestAuthority, responseFrame, targetForm } from './framing.ts';

export interface ClientRequest {
  readonly method: string;
  readonly target: string;
  readonly fields?: FieldsInput;
  /** Default `1.1`. */
  readonly version?: '1.0' | '1.1';
}

export class Http1Client extends Http1Connection<StatusLine> {
  #request: RequestHead | undefined;

  constructor(options: Http1Options = {}) {
    super('client', options, 'response', parseStatusLine);
  }

  /** The request that is being sent, or answered. */
  get request(): RequestHead | undefined {
    return this.#request;
  }

  /** The next request may be sent on this connection. */
  get ready(): boolean {
    return this.states.client === 'idle' && this.states.server === 'idle' && !this.reader.exhausted;
  }

  /**
   * The head of a request; content and end follow (the end also when there is no content). The fields say how content
   * is framed: Content-Length, or `Transfer-Encoding: chunked` when the server is known to speak HTTP/1.1; neither means
   * no content (RFC 9112 §6.3). Host is the caller's to set. Returns the head as sent. Throws Misuse.
   */
  sendRequest({ method, target, fields, version = '1.1' }: ClientRequest): RequestHead {
    if (this.states.client !== 'idle') throw new Misuse(`request in state ${this.states.client}`);
    const head = Fields.from(fields);
    const text = writeRequestHead({ method, target, version }, head);
    const frame = announcedFrame(head) ?? { framing: 'none', length: 0 };
    if (version === '1.0' && frame.framing === 'chunked') throw new Misuse('chunked content in HTTP/1.0');
    const persistent = headPersists(version, head);
    const expectsContinue = head.get('Expect')?.toLowerCase() === '100-continue';
    const request: RequestHead = {
      method,
      target,
      version,
      fields: head,
      ...frame,
      persistent,
      expectsContinue,
      ...ownTarget(method, target, version, head),
    };
    this.writer.head(text, frame, false);
    this.#request = request;
    this.states.move('client', 'request');
    if (!persistent) this.states.giveUpPersistence();
    return request;
  }

  /** Also when the response cannot be understood while our content is half sent (RFC 9112 §6.3: close and discard). */
  override get hopeless(): boolean {
    return super.hopeless || (this.states.server === 'error' && this.states.client === 'send-body');
  }

  protected override nextHead(): HttpEvent | undefined {
    if (this.states.server === 'idle') {
      if (this.reader.skipEmptyLines()) throw misbehaved('a response that nothing asked for', 502);
      return undefined;
    }
    const head = this.reader.readHead();
    if (!head) return undefined;
    const response = this.#understand(head.start, head.fields);
    if (response.status < 200) {
      this.states.move('server', 'informational');
      this.reader.beginMessage();
    } else if (response.framing === 'tunnel') {
      this.#becomeTunnel();
    } else {
      this.states.move('server', 'response');
      this.reader.beginBody(response);
      if (!response.persistent) this.states.giveUpPersistence();
    }
    return responseEvent(response);
  }

  #understand({ status, reason, version }: StatusLine, fields: Fields): ResponseHead {
    if (version[0] !== '1') throw misbehaved(`a response in HTTP/${version}`, 502);
    // We never send Upgrade, so nobody may switch (RFC 9110 §7.8).
    if (status === 101) throw misbehaved('a switch of protocols that nothing asked for', 502);
    const frame = responseFrame(this.#request!.method, status, version, fields);
    const persistent = headPersists(version, fields) && frame.framing !== 'close';
    return { status, reason, version, fields, ...frame, persistent };
  }

  /** Nothing at all came: a server may close an idle connection at the moment a request is on its way (§9.5). */
  protected override endedBetween(): void {
    if (this.states.server === 'send-response')
      throw misbehaved('the connection ended before the response', 502);
  }

  #becomeTunnel(): void {
    if (this.states.client !== 'done') throw misbehaved('CONNECT answered before its end', 502);
    this.states.becomeTunnel();
    this.queued = plainEvent('http1.tunnel', { authority: this.#request!.authority });
  }
}

/** The rules that a server would hold us to (§3.2), as misuse. */
function ownTarget(
  method: string,
  target: string,
  version: string,
  fields: Fields,
): Pick<RequestHead, 'form' | 'authority'> {
  try {
    if (fields.getAll('Host').length > 1) throw new Misuse('more than one Host field');
    const form = targetForm(method, target);
    return { form, authority: requestAuthority(form, target, version, fields) };
  } catch (error) {
    throw error instanceof Fault ? new Misuse(error.message) : error;
  }
}
