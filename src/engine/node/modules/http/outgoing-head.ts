/**
 * The head of a message that goes out: the program's fields, then those that Node adds, in its order and spelling.
 *
 * RFC 9112 §6.1, §6.2 (framing), §9.3 (persistence); RFC 9110 §6.6.1 (Date). Changes what the message thinks of its
 * connection and its body: a field of the program's decides before any default does.
 */
import type { OutgoingHttpHeader } from 'node:http';
import { invalidValue } from '../../arguments.ts';
import { trailerInvalid, validateHeaderName, validateHeaderValue } from './errors.ts';
import type { OutgoingMessage } from './outgoing.ts';

/** By name in lower case: the name as it was written, and its value. */
export type OutHeaders = Record<string, [name: string, value: OutgoingHttpHeader]>;
export type HeaderInput =
  | OutHeaders
  | Readonly<Record<string, unknown>>
  | readonly (readonly [string, unknown])[]
  | readonly unknown[]
  | null
  | undefined;

/** What the program's own fields said. */
interface Said {
  readonly lines: string[];
  connection: boolean;
  length: boolean;
  coding: boolean;
  date: boolean;
  expect: boolean;
  trailer: boolean;
}

export interface RenderedHead {
  readonly text: string;
  /** The peer is asked first whether it wants the body. */
  readonly isExpecting: boolean;
}

export function renderHead(
  message: OutgoingMessage,
  firstLine: string,
  headers: HeaderInput,
  now: () => string,
): RenderedHead {
  const said: Said = {
    lines: [firstLine],
    connection: false,
    length: false,
    coding: false,
    date: false,
    expect: false,
    trailer: false,
  };
  const isChecked = headers === message._outHeaders;
  for (const [name, value] of entriesOf(headers, isChecked)) addField(message, said, name, value, isChecked);
  if (message.sendDate && !said.date) said.lines.push(`Date: ${now()}\r\n`);
  if (message.chunkedEncoding && (message.statusCode === 204 || message.statusCode === 304)) {
    // no body, and no zero chunk that a proxy could take for one
    message.chunkedEncoding = false;
    message.shouldKeepAlive = false;
  }
  addConnection(message, said);
  if (!said.length && !said.coding) addFraming(message, said);
  if (message.chunkedEncoding !== true && said.trailer) throw trailerInvalid();
  return { text: `${said.lines.join('')}\r\n`, isExpecting: said.expect };
}

function entriesOf(
  headers: HeaderInput,
  isChecked: boolean,
): Iterable<readonly [name: unknown, value: unknown]> {
  if (!headers) return [];
  if (isChecked) return Object.values(headers as OutHeaders);
  if (!Array.isArray(headers)) return Object.entries(headers);
  if (headers.length > 0 && Array.isArray(headers[0])) return headers as [string, unknown][];
  if (headers.length % 2 !== 0) throw invalidValue('headers', headers);
  return Array.from({ length: headers.length / 2 }, (_, i) => [headers[i * 2], headers[i * 2 + 1]] as const);
}

function addField(
  message: OutgoingMessage,
  said: Said,
  name: unknown,
  given: unknown,
  isChecked: boolean,
): void {
  if (!isChecked) validateHeaderName(name);
  const field = name as string;
  const key = field.toLowerCase();
  const value = key === 'content-disposition' && message._contentLength ? asLatin1(given) : given;
  const isOneLine =
    !Array.isArray(value) || (value.length > 1 && key === 'cookie') || message._uniqueHeaders?.has(key);
  const lines: unknown[] = isOneLine
    ? [Array.isArray(value) ? value.join('; ') : value]
    : (value as unknown[]);
  for (const line of lines) {
    if (!isChecked) validateHeaderValue(field, line, message._isLenientHeaderValidation());
    said.lines.push(`${field}: ${String(line)}\r\n`);
    heed(message, said, key, String(line));
  }
}

/** With a length that is known, its bytes go out as Latin-1: RFC 6266 §4.3. */
function asLatin1(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asLatin1);
  const bytes = Uint8Array.from(String(value), (character) => character.charCodeAt(0) & 0xff);
  return new TextDecoder().decode(bytes);
}

function heed(message: OutgoingMessage, said: Said, key: string, value: string): void {
  switch (key) {
    case 'connection':
      said.connection = true;
      message._removedConnection = false;
      if (/(?:^|\W)close(?:$|\W)/i.test(value)) message._last = true;
      else message.shouldKeepAlive = true;
      break;
    case 'transfer-encoding':
      said.coding = true;
      message._removedTE = false;
      if (/(?:^|\W)chunked(?:$|\W)/i.test(value)) message.chunkedEncoding = true;
      break;
    case 'content-length':
      said.length = true;
      message._contentLength = Number(value);
      message._removedContLen = false;
      break;
    case 'date':
    case 'expect':
    case 'trailer':
      said[key] = true;
      break;
    case 'keep-alive':
      message._defaultKeepAlive = false;
      break;
  }
}

function addConnection(message: OutgoingMessage, said: Said): void {
  if (message._removedConnection) {
    message._last = !message.shouldKeepAlive;
    return;
  }
  if (said.connection) return;
  const mayStay =
    message.shouldKeepAlive && (said.length || message.useChunkedEncodingByDefault || message.agent);
  if (!mayStay) {
    message._last = true;
    said.lines.push('Connection: close\r\n');
  } else if (message.maxRequestsOnConnectionReached) said.lines.push('Connection: close\r\n');
  else {
    said.lines.push('Connection: keep-alive\r\n');
    if (!message._keepAliveTimeout || !message._defaultKeepAlive) return;
    const max = ~~(message._maxRequestsPerSocket ?? 0) > 0 ? `, max=${message._maxRequestsPerSocket}` : '';
    said.lines.push(`Keep-Alive: timeout=${Math.floor(message._keepAliveTimeout / 1000)}${max}\r\n`);
  }
}

function addFraming(message: OutgoingMessage, said: Said): void {
  if (!message._hasBody) message.chunkedEncoding = false;
  else if (!message.useChunkedEncodingByDefault) message._last = true;
  else if (!said.trailer && !message._removedContLen && typeof message._contentLength === 'number')
    said.lines.push(`Content-Length: ${message._contentLength}\r\n`);
  else if (!message._removedTE) {
    said.lines.push('Transfer-Encoding: chunked\r\n');
    message.chunkedEncoding = true;
  } else {
    // only the end of the connection is left to end it
    message._last = true;
  }
}
