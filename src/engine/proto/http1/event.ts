/**
 * What an HTTP/1.1 connection tells its user, in the order in which it happened on the wire.
 *
 * Every event is also a trace event: `kind` and `detail` are what is recorded. An exchange is a head, any number of
 * data events (pieces as they came, never gathered), and one end; or else one refusal or one break.
 */
import type { Bytes } from '../../base/bytes.ts';
import type { Malformed, Misbehaved, Unsupported } from '../../base/errors.ts';
import type { Detail, MachineEvent } from '../../trace/event.ts';
import type { Fields } from '../../wire/http-fields.ts';

/** How the end of a message's body is found (RFC 9112 §6.3). */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'tunnel';

/** The four forms of a request target (RFC 9112 §3.2). */
export type TargetForm = 'origin' | 'absolute' | 'authority' | 'asterisk';

export interface BodyFrame {
  readonly framing: Framing;
  /** Bytes of content when known beforehand, else −1. */
  readonly length: number;
}

export interface RequestHead extends BodyFrame {
  readonly method: string;
  readonly target: string;
  readonly form: TargetForm;
  /** Host and port that the request is for: from the target if it names one, else from Host (§3.3); may be empty. */
  readonly authority: string;
  readonly version: string;
  readonly fields: Fields;
  /** Whether the sender leaves the connection open for more (§9.3). */
  readonly persistent: boolean;
  /** The client waits for 100 (Continue) before it sends the content (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
}

export interface ResponseHead extends BodyFrame {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
  readonly fields: Fields;
  readonly persistent: boolean;
}

/** What the peer did wrong, and the status that a server answers (502 is what a gateway says of its server's fault). */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly error: Malformed | Misbehaved | Unsupported;
  readonly status: number;
  constructor(error: Malformed | Misbehaved | Unsupported, status: number) {
    super(error.message);
    this.error = error;
    this.status = status;
  }
}

export interface RequestEvent extends MachineEvent {
  readonly kind: 'http1.request';
  readonly request: RequestHead;
}
/** A final response, or one with status 1xx, after which the final one is still to come. */
export interface ResponseEvent extends MachineEvent {
  readonly kind: 'http1.response';
  readonly response: ResponseHead;
}
/** A piece of content. The bytes belong to the receiver. */
export interface DataEvent extends MachineEvent {
  readonly kind: 'http1.data';
  readonly bytes: Bytes;
}
/** The message is complete. Trailers stay apart from the header fields (RFC 9112 §7.1.2). */
export interface EndEvent extends MachineEvent {
  readonly kind: 'http1.end';
  readonly trailers: Fields;
}
/** The peer broke the format or the rules. Nothing more is read from it; a server may still answer. */
export interface RefusedEvent extends MachineEvent {
  readonly kind: 'http1.refused';
  readonly fault: Fault;
}
/** The connection was granted as a tunnel: the bytes from here on are the users'. */
export interface TunnelEvent extends MachineEvent {
  readonly kind: 'http1.tunnel';
}
/** No more messages will come: the peer ended cleanly, or waited too long. */
export interface ClosedEvent extends MachineEvent {
  readonly kind: 'http1.closed';
}
/** The stream underneath broke. */
export interface BrokenEvent extends MachineEvent {
  readonly kind: 'http1.broken';
}

export type HttpEvent =
  | RequestEvent
  | ResponseEvent
  | DataEvent
  | EndEvent
  | RefusedEvent
  | TunnelEvent
  | ClosedEvent
  | BrokenEvent;

export function requestEvent(request: RequestHead): RequestEvent {
  const { method, target, authority, version, framing, length, persistent } = request;
  return {
    kind: 'http1.request',
    detail: { method, target, authority, version, framing, length, persistent },
    request,
  };
}

export function responseEvent(response: ResponseHead): ResponseEvent {
  const { status, reason, version, framing, length, persistent } = response;
  return {
    kind: 'http1.response',
    detail: { status, reason, version, framing, length, persistent },
    response,
  };
}

export function dataEvent(bytes: Bytes): DataEvent {
  return { kind: 'http1.data', detail: { length: bytes.length }, bytes };
}

/** `length` is the content's in bytes. */
export function endEvent(trailers: Fields, length: number): EndEvent {
  return { kind: 'http1.end', detail: { length, trailers: trailers.size }, trailers };
}

export function refusedEvent(fault: Fault): RefusedEvent {
  return {
    kind: 'http1.refused',
    detail: { status: fault.status, error: fault.error.name, message: fault.message },
    fault,
  };
}

export function plainEvent<K extends 'http1.tunnel' | 'http1.closed' | 'http1.broken'>(
  kind: K,
  detail: Detail,
): { readonly kind: K; readonly detail: Detail } {
  return { kind, detail };
}
