/**
 * What `node:http` throws and emits, in Node's words, and what it checks of names and values.
 */
import { isFieldValue, isToken } from '../../../wire/http1.ts';
import { codedError } from '../../system-error.ts';
import type { ParseFault } from './parser.ts';

type Coded = Error & { code: string };

export const headersSent = (verb: string): Coded =>
  codedError(Error, 'ERR_HTTP_HEADERS_SENT', `Cannot ${verb} headers after they are sent to the client`);

export const invalidStatus = (status: unknown): Coded =>
  codedError(RangeError, 'ERR_HTTP_INVALID_STATUS_CODE', `Invalid status code: ${String(status)}`);

export const invalidHeaderValue = (value: unknown, name: string): Coded =>
  codedError(
    TypeError,
    'ERR_HTTP_INVALID_HEADER_VALUE',
    `Invalid value "${String(value)}" for header "${name}"`,
  );

export const invalidChar = (where: string, field?: string): Coded =>
  codedError(
    TypeError,
    'ERR_INVALID_CHAR',
    `Invalid character in ${where}${field === undefined ? '' : ` ["${field}"]`}`,
  );

export const invalidToken = (what: string, value: unknown): Coded =>
  codedError(TypeError, 'ERR_INVALID_HTTP_TOKEN', `${what} must be a valid HTTP token ["${String(value)}"]`);

export const lengthMismatch = (written: number, announced: number): Coded =>
  codedError(
    Error,
    'ERR_HTTP_CONTENT_LENGTH_MISMATCH',
    `Response body's content-length of ${written} byte(s) does not match the content-length of ${announced} byte(s) set in header`,
  );

export const bodyNotAllowed = (): Coded =>
  codedError(
    Error,
    'ERR_HTTP_BODY_NOT_ALLOWED',
    'Adding content for this request method or response status is not allowed.',
  );

export const trailerInvalid = (): Coded =>
  codedError(Error, 'ERR_HTTP_TRAILER_INVALID', 'Trailers are invalid with this transfer encoding');

export const notImplemented = (method: string): Coded =>
  codedError(Error, 'ERR_METHOD_NOT_IMPLEMENTED', `The ${method} method is not implemented`);

export const alreadyFinished = (name: string): Coded =>
  codedError(Error, 'ERR_STREAM_ALREADY_FINISHED', `Cannot call ${name} after a stream was finished`);

export const destroyedBefore = (name: string): Coded =>
  codedError(Error, 'ERR_STREAM_DESTROYED', `Cannot call ${name} after a stream was destroyed`);

export const nullValues = (): Coded =>
  codedError(TypeError, 'ERR_STREAM_NULL_VALUES', 'May not write null values to stream');

export const cannotPipe = (): Coded =>
  codedError(Error, 'ERR_STREAM_CANNOT_PIPE', 'Cannot pipe, not readable');

export const writeAfterEnd = (): Coded => codedError(Error, 'ERR_STREAM_WRITE_AFTER_END', 'write after end');

export const unknownEncoding = (encoding: string): Coded =>
  codedError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`);

export const unescapedPath = (): Coded =>
  codedError(TypeError, 'ERR_UNESCAPED_CHARACTERS', 'Request path contains unescaped characters');

/** ECONNRESET without a system call: the other side went away. */
export function reset(message: string): Coded {
  return Object.assign(new Error(message), { code: 'ECONNRESET' });
}

/** What the parser gave up for. */
export interface ParseError extends Error {
  bytesParsed: number;
  code: string;
  reason: string;
  /** What it was reading. */
  rawPacket?: Uint8Array;
}

/** With `rawPacket` its message says the reason, as Node's does. */
export function parseError(fault: ParseFault, rawPacket?: Uint8Array): ParseError {
  const { bytesParsed, code, reason } = fault;
  const error = Object.assign(new Error(rawPacket ? `Parse Error: ${reason}` : 'Parse Error'), {
    bytesParsed,
    code,
    reason,
  });
  return rawPacket ? Object.assign(error, { rawPacket }) : error;
}

/** `isLenient`: what the Fetch standard lets pass. */
export function isInvalidValue(value: unknown, isLenient: boolean): boolean {
  const text = String(value);
  return isLenient ? /[\x00\x0a\x0d]|[^\x00-\xff]/.test(text) : !isFieldValue(text);
}

export function validateHeaderName(name: unknown, label = 'Header name'): asserts name is string {
  if (typeof name !== 'string' || !isToken(name)) throw invalidToken(label, name);
}

export function validateHeaderValue(name: string, value: unknown, isLenient = false): void {
  if (value === undefined) throw invalidHeaderValue(value, name);
  if (isInvalidValue(value, isLenient)) throw invalidChar('header content', name);
}
