/**
 * What the client and the server end of an HTTP/1.1 connection have in common: bytes in, events out, content out.
 *
 * RFC 9112 §9. Sans-IO: give it what arrived (`receive`, `receiveEnd`, `receiveBroken`), then drain `pollEvent()`, say
 * what you want to send, and hand `outgoing` to the stream (`sent`); pump.ts does the stream's half. Parsing happens in
 * pollEvent(), one event at a time, so that what nobody polls stays in a bounded buffer and `room` falls to 0: that is
 * the back-pressure. Wrong calls throw Misuse; whatever the peer does becomes an event.
 *
 * Not here: Upgrade and 101 (RFC 9110 §7.8), transfer codings besides chunked, pipelining by our client, what methods
 * and statuses mean, Date and Server fields.
 */
import type { Bytes } from '../../base/bytes.ts';
import { assert, Misbehaved, Misuse } from '../../base/errors.ts';
import { type Nanoseconds, NEVER } from '../../base/units.ts';
import { Fields, type FieldsInput, listTokens } from '../../wire/http-fields.ts';
import type { Leniency } from '../../wire/http1.ts';
import {
  type BodyFrame,
  dataEvent,
  endEvent,
  Fault,
  type HttpEvent,
  plainEvent,
  refusedEvent,
} from './event.ts';
import { parseContentLength } from './framing.ts';
import { DEFAULT_LIMITS, type Http1Limits, MessageReader } from './reader.ts';
import { ConnectionStates, type Side } from './states.ts';
import { MessageWriter } from './writer.ts';

export interface Http1Options {
  readonly limits?: Partial<Http1Limits>;
  /** Bytes waiting to be sent beyond which no content is accepted. Default 65,536. */
  readonly outQueue?: number;
}

export abstract class Http1Connection<Start = unknown> {
  readonly states = new ConnectionStates();
  protected readonly reader: MessageReader<Start>;
  protected readonly writer: MessageWriter;
  protected readonly us: Side;
  protected readonly peer: Side;
  /** An event that did not come from bytes, to be polled before anything else. */
  protected queued: HttpEvent | undefined;
  #closedReported = false;

  protected constructor(
    us: Side,
    options: Http1Options,
    leniency: Leniency,
    parseStart: (bytes: Bytes, at: number, end: number) => Start,
  ) {
    this.us = us;
    this.peer = us === 'client' ? 'server' : 'client';
    this.reader = new MessageReader({ ...DEFAULT_LIMITS, ...options.limits }, leniency, parseStart);
    this.writer = new MessageWriter(options.outQueue ?? 65_536);
  }

  // ---- input

  /** Bytes that receive() would take now: 0 asks the stream to hold back. */
  get room(): number {
    return this.tunnelled ? 0 : this.reader.room;
  }

  /** At most {@link room} bytes that arrived at kernel time `now`. Takes them over: nobody may change them afterwards. */
  receive(bytes: Bytes, now: Nanoseconds = 0): void {
    if (this.tunnelled) throw new Misuse('receive() on a tunnel');
    this.reader.push(bytes);
    this.heard(now);
  }

  /** The peer's half of the stream has ended. False when that was known. */
  receiveEnd(now: Nanoseconds = 0): boolean {
    if (this.reader.over) return false;
    this.reader.end();
    this.heard(now);
    return true;
  }

  /** The stream broke (`ECONNRESET`, …): both directions are over. False when that was known. */
  receiveBroken(reason: string): boolean {
    if (this.states[this.us] === 'error' && this.states[this.peer] === 'error') return false;
    this.states.fail(this.us);
    this.states.fail(this.peer);
    this.reader.discard();
    this.writer.sent(this.writer.pending);
    this.queued = plainEvent('http1.broken', { reason });
    return true;
  }

  /** The next event; undefined when more bytes, or something from us, must come first. */
  pollEvent(): HttpEvent | undefined {
    if (this.queued) {
      const event = this.queued;
      this.queued = undefined;
      return event;
    }
    try {
      return this.#next();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      this.states.fail(this.peer);
      this.reader.discard();
      return refusedEvent(error);
    }
  }

  /** When handleTimeout() wants to be called; NEVER for none. */
  pollTimeout(): Nanoseconds {
    return NEVER;
  }

  handleTimeout(_now: Nanoseconds): void {}

  // ---- output

  /** Bytes of content that sendData() would accept now. */
  get writable(): number {
    return this.states[this.us] === 'send-body' ? this.writer.room : 0;
  }

  /** Accepts a prefix of `content`, returns its length. Throws Misuse outside a message, or beyond Content-Length. */
  sendData(content: Bytes): number {
    if (!this.states.move(this.us, 'data')) throw new Misuse(`content in state ${this.states[this.us]}`);
    return this.writer.data(content);
  }

  /** The message is complete. Throws Misuse when content that was announced is missing. */
  sendEnd(trailers?: FieldsInput): void {
    if (this.states[this.us] !== 'send-body')
      throw new Misuse(`end of a message in state ${this.states[this.us]}`);
    this.writer.end(Fields.from(trailers));
    this.states.move(this.us, 'end');
    this.settled();
  }

  /** What is to be written to the stream now; tell with {@link sent} how much was taken. */
  get outgoing(): Bytes {
    return this.writer.outgoing;
  }

  sent(count: number): void {
    this.writer.sent(count);
  }

  /** Ends our half once everything is sent. Throws Misuse in the middle of a message. */
  close(): void {
    this.states.giveUpPersistence();
    if (!this.states.move(this.us, 'close')) throw new Misuse(`close() in state ${this.states[this.us]}`);
  }

  /** We shall never send anything beyond {@link outgoing}: when that is empty, end the stream. */
  get finished(): boolean {
    const state = this.states[this.us];
    return state === 'must-close' || state === 'closed';
  }

  /** Nothing that we could say would be understood: abort the stream. */
  get hopeless(): boolean {
    return this.states[this.us] === 'error';
  }

  /** CONNECT was granted. The stream belongs to our user, who takes what was read too far with {@link takeRest}. */
  get tunnelled(): boolean {
    return this.states.client === 'tunnel';
  }

  takeRest(): Bytes {
    assert(this.tunnelled, 'takeRest() on a connection that is no tunnel');
    return this.reader.takeRest();
  }

  // ---- for the two ends

  /** A complete head or undefined; may throw {@link Fault}. Called only when the peer may send one. */
  protected abstract nextHead(): HttpEvent | undefined;
  /** The peer ended where a head was expected; may throw {@link Fault}. */
  protected abstract endedBetween(): void;
  /** Something arrived. */
  protected heard(_now: Nanoseconds): void {}
  /** A message ended, ours or the peer's. */
  protected settled(): void {}

  #next(): HttpEvent | undefined {
    const state = this.states[this.peer];
    switch (state) {
      case 'tunnel':
        return undefined;
      case 'error':
        this.reader.discard();
        return undefined;
      case 'must-close':
      case 'closed':
        this.reader.discard();
        return this.#endOfStream();
      case 'done':
        // Whatever has come already waits: it belongs to the next exchange.
        return this.#endOfStream();
      case 'idle':
      case 'send-response':
        if (!this.reader.exhausted || this.reader.insideHead) return this.nextHead();
        this.endedBetween();
        return this.#endOfStream();
      case 'send-body':
        return this.#nextOfBody();
    }
  }

  #nextOfBody(): HttpEvent | undefined {
    const piece = this.reader.readBody();
    if (piece === undefined) return undefined;
    if (piece !== 'end') return dataEvent(piece);
    const event = endEvent(this.reader.trailers, this.reader.contentLength);
    this.reader.beginMessage();
    this.states.move(this.peer, 'end');
    this.settled();
    return event;
  }

  #endOfStream(): HttpEvent | undefined {
    if (!this.reader.exhausted || this.#closedReported) return undefined;
    this.#closedReported = true;
    this.states.move(this.peer, 'close');
    return plainEvent('http1.closed', { reason: 'the peer ended' });
  }
}

/** The framing that our own head announces. Throws Misuse when its fields contradict each other. */
export function announcedFrame(fields: Fields): BodyFrame | undefined {
  const coding = fields.get('Transfer-Encoding');
  const length = fields.get('Content-Length');
  if (coding !== undefined && length !== undefined)
    throw new Misuse('both Transfer-Encoding and Content-Length');
  if (coding !== undefined) {
    if (coding.toLowerCase() !== 'chunked') throw new Misuse(`Transfer-Encoding ${coding}`);
    return { framing: 'chunked', length: -1 };
  }
  if (length === undefined) return undefined;
  const bytes = /^[0-9]+$/.test(length) ? parseContentLength(length) : undefined;
  if (bytes === undefined || bytes > Number.MAX_SAFE_INTEGER) throw new Misuse(`Content-Length ${length}`);
  return bytes === 0 ? { framing: 'none', length: 0 } : { framing: 'length', length: bytes };
}

/** Adds an option to Connection without losing others; takes the opposite one away. */
export function setConnectionOption(fields: Fields, option: 'close' | 'keep-alive'): void {
  const opposite = option === 'close' ? 'keep-alive' : 'close';
  const options = listTokens(fields.get('Connection') ?? '').filter((token) => token !== opposite);
  if (options.includes(option) && !listTokens(fields.get('Connection') ?? '').includes(opposite)) return;
  fields.set('Connection', [...options.filter((token) => token !== option), option].join(', '));
}

/** Peer's fault at a legal place of the grammar. */
export function misbehaved(message: string, status: number): Fault {
  return new Fault(new Misbehaved(message), status);
}
