/**
 * What a server and a client do with messages that two readers could read differently, and with messages that are too
 * large: a table of bytes, what RFC 9112 asks, and what we answer. Every case is fed whole and byte by byte.
 */
import { describe, expect, it } from 'vitest';
import { Http1Client } from '../../../src/engine/proto/http1/client.ts';
import type { Http1Limits } from '../../../src/engine/proto/http1/reader.ts';
import { Http1Server } from '../../../src/engine/proto/http1/server.ts';
import { drain, feed, lines, sentText } from './drive.ts';

const HOST = 'Host: a.example\r\n';
const POST = `POST / HTTP/1.1\r\n${HOST}`;
const TE = `${POST}Transfer-Encoding: chunked\r\n\r\n`;

/** [what, RFC 9112 section, what it asks, bytes, our status] */
type Refusal = readonly [what: string, section: string, asks: string, bytes: string, status: number];

const REFUSALS: readonly Refusal[] = [
  [
    'Content-Length and Transfer-Encoding',
    '6.1, 6.3',
    'MAY reject; ought to be an error',
    `${POST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'Transfer-Encoding and Content-Length',
    '6.1, 6.3',
    'MAY reject; ought to be an error',
    `${POST}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'differing Content-Length lines',
    '6.3',
    'MUST 400',
    `${POST}Content-Length: 4\r\nContent-Length: 5\r\n\r\n12345`,
    400,
  ],
  [
    'differing numbers in one Content-Length',
    '6.3',
    'MUST 400',
    `${POST}Content-Length: 4, 5\r\n\r\n12345`,
    400,
  ],
  [
    'equal values written differently',
    '6.3',
    'MUST 400 unless the same',
    `${POST}Content-Length: 4, 04\r\n\r\n1234`,
    400,
  ],
  ['Content-Length with a sign', '6.3', 'MUST 400', `${POST}Content-Length: +4\r\n\r\n1234`, 400],
  ['negative Content-Length', '6.3', 'MUST 400', `${POST}Content-Length: -1\r\n\r\n`, 400],
  ['hexadecimal Content-Length', '6.3', 'MUST 400', `${POST}Content-Length: 0x4\r\n\r\n1234`, 400],
  ['Content-Length with a space inside', '6.3', 'MUST 400', `${POST}Content-Length: 4 4\r\n\r\n`, 400],
  ['empty Content-Length', '6.3', 'MUST 400', `${POST}Content-Length:\r\n\r\n`, 400],
  ['Content-Length with an empty element', '6.3', 'MUST 400', `${POST}Content-Length: 4,\r\n\r\n1234`, 400],
  [
    'Content-Length beyond 2^53',
    '8.6 of 9110',
    'MUST prevent errors',
    `${POST}Content-Length: 9007199254740993\r\n\r\n`,
    413,
  ],
  [
    'Transfer-Encoding in HTTP/1.0',
    '6.1',
    'MUST treat as faulty',
    `POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['chunked not last', '6.3', 'MUST 400', `${POST}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`, 400],
  ['no chunked at all', '6.3', 'MUST 400', `${POST}Transfer-Encoding: gzip\r\n\r\n`, 400],
  ['identity', '6.3', 'MUST 400', `${POST}Transfer-Encoding: identity\r\n\r\n`, 400],
  ['empty Transfer-Encoding', '6.3', 'MUST 400', `${POST}Transfer-Encoding:\r\n\r\n`, 400],
  [
    'chunked twice',
    '6.1',
    'sender MUST NOT',
    `${POST}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'chunked twice on two lines',
    '6.1',
    'sender MUST NOT',
    `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'chunked with a parameter',
    '7.1',
    'SHOULD be an error',
    `${POST}Transfer-Encoding: chunked;a=b\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['almost chunked', '6.3', 'MUST 400', `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`, 400],
  ['quoted chunked', '6.3', 'MUST 400', `${POST}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`, 400],
  [
    'vertical tab before chunked',
    '5.5 of 9110',
    'MUST reject or replace',
    `${POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'an unknown coding below chunked',
    '6.1',
    'SHOULD 501',
    `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  ['space before the colon', '5.1', 'MUST 400', `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
  ['folded line', '5.2', 'MUST 400 or replace', `${POST}X: a\r\n b\r\n\r\n`, 400],
  [
    'folded Transfer-Encoding',
    '5.2',
    'MUST 400 or replace',
    `${POST}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'space before the first field',
    '2.2',
    'MUST reject or drop',
    `GET / HTTP/1.1\r\n X: y\r\n${HOST}\r\n`,
    400,
  ],
  ['bare LF after the request line', '2.2', 'MAY accept; we do not', `GET / HTTP/1.1\n${HOST}\r\n`, 400],
  ['bare LF after a field', '2.2', 'MAY accept; we do not', `${POST}X: y\nZ: z\r\n\r\n`, 400],
  ['bare LF as empty line', '2.2', 'MAY accept; we do not', `${POST}\n`, 400],
  ['bare CR in a value', '2.2', 'MUST reject or replace', `${POST}X: y\rZ: z\r\n\r\n`, 400],
  ['bare CR in the request line', '2.2', 'MUST reject or replace', `GET /\r HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['CR CR LF', '2.2', 'MUST reject or replace', `${POST}X: y\r\r\n\r\n`, 400],
  ['NUL in a value', '5.5 of 9110', 'MUST reject or replace', `${POST}X: y\0\r\n\r\n`, 400],
  ['NUL in a name', '5.1 of 9110', 'no token', `${POST}X\0: y\r\n\r\n`, 400],
  ['no colon', '5', 'no field line', `${POST}X\r\n\r\n`, 400],
  ['no Host', '3.2', 'MUST 400', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two Host lines', '3.2', 'MUST 400', `GET / HTTP/1.1\r\n${HOST}Host: b.example\r\n\r\n`, 400],
  ['two equal Host lines', '3.2', 'MUST 400', `GET / HTTP/1.1\r\n${HOST}${HOST}\r\n`, 400],
  ['two Host lines in HTTP/1.0', '3.2', 'MUST 400', `GET / HTTP/1.0\r\n${HOST}${HOST}\r\n`, 400],
  ['Host with a path', '3.2', 'MUST 400', 'GET / HTTP/1.1\r\nHost: a.example/x\r\n\r\n', 400],
  ['Host with user information', '3.2', 'MUST 400', 'GET / HTTP/1.1\r\nHost: u@a.example\r\n\r\n', 400],
  ['Host with a space', '3.2', 'MUST 400', 'GET / HTTP/1.1\r\nHost: a.example b\r\n\r\n', 400],
  ['Host with a port that is none', '3.2', 'MUST 400', 'GET / HTTP/1.1\r\nHost: a.example:8x\r\n\r\n', 400],
  ['a target of no form', '3.2', 'SHOULD 400', `GET a.example HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['* without OPTIONS', '3.2.4', 'OPTIONS only', `GET * HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['CONNECT to a path', '3.2.3', 'authority-form only', `CONNECT / HTTP/1.1\r\n${HOST}\r\n`, 400],
  [
    'CONNECT with content',
    '9.3.6 of 9110',
    'no content defined',
    `CONNECT a.example:80 HTTP/1.1\r\n${HOST}Content-Length: 3\r\n\r\nabc`,
    400,
  ],
  ['two spaces in the request line', '3', 'MAY accept; we do not', `GET  / HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['a space in the target', '3.2', 'SHOULD 400', `GET /a b HTTP/1.1\r\n${HOST}\r\n`, 400],
  ['HTTP/0.9', '2.2', 'SHOULD 400', 'GET /\r\n', 400],
  ['a response', '2.1', 'an invalid method', 'HTTP/1.1 200 OK\r\n\r\n', 400],
  ['a TLS hello', '2.2', 'SHOULD 400', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n', 400],
  ['the preface of HTTP/2', '15.6.6 of 9110', '505', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['another major version', '15.6.6 of 9110', '505', `GET / HTTP/3.1\r\n${HOST}\r\n`, 505],
  ['a very long method', '3', 'SHOULD 501', `${'M'.repeat(40)} / HTTP/1.1\r\n${HOST}\r\n`, 501],
  ['an unknown expectation', '10.1.1 of 9110', 'MAY 417', `${POST}Expect: a-miracle\r\n\r\n`, 417],
  ['a chunk size that is none', '7.1', 'no chunk', `${TE}xyz\r\n`, 400],
  ['an empty chunk size', '7.1', 'no chunk', `${TE}\r\nhello\r\n`, 400],
  ['a chunk size with 0x', '7.1', 'no chunk', `${TE}0x5\r\nhello\r\n`, 400],
  ['a chunk size with a sign', '7.1', 'no chunk', `${TE}-5\r\nhello\r\n`, 400],
  ['a chunk size with space before', '7.1', 'no chunk', `${TE} 5\r\nhello\r\n`, 400],
  ['a chunk size with space behind', '7.1', 'no chunk', `${TE}5 \r\nhello\r\n`, 400],
  [
    'a chunk size that overflows',
    '7.1',
    'MUST prevent errors',
    `${TE}ffffffffffffffffffff\r\nhello\r\n`,
    413,
  ],
  ['a chunk size of 2^64 + 5', '7.1', 'MUST prevent errors', `${TE}10000000000000005\r\nhello\r\n`, 413],
  ['bare LF behind a chunk size', '7.1', 'no CRLF', `${TE}5\nhello\r\n`, 400],
  ['bare LF in an extension', '7.1.1', 'no CRLF', `${TE}5;a\nhello\r\n0\r\n\r\n`, 400],
  ['bare CR in an extension', '7.1.1', 'no token', `${TE}5;a\rb\r\nhello\r\n`, 400],
  ['a chunk longer than its size', '7.1', 'no CRLF behind the data', `${TE}3\r\nhello\r\n`, 400],
  ['a chunk shorter than its size', '7.1', 'no CRLF behind the data', `${TE}6\r\nhello\r\n0\r\n\r\n`, 400],
  ['LF alone behind chunk data', '7.1', 'no CRLF behind the data', `${TE}5\r\nhello\n0\r\n\r\n`, 400],
  ['CR and something behind chunk data', '7.1', 'no CRLF behind the data', `${TE}5\r\nhello\rX`, 400],
  ['a trailer without a colon', '7.1.2', 'no field line', `${TE}0\r\nX\r\n\r\n`, 400],
  ['a folded trailer', '5.2', 'MUST 400 or replace', `${TE}0\r\nX: a\r\n b\r\n\r\n`, 400],
  ['bare LF behind a trailer', '2.2', 'MAY accept; we do not', `${TE}0\r\nX: a\n\r\n`, 400],
  ['too many empty lines first', '2.2', 'SHOULD ignore one', '\r\n\r\n\r\n\r\n\r\n\r\n', 400],
];

describe('a server refuses', () => {
  it.each(REFUSALS)('%s (RFC 9112 §%s: %s)', (_what, _section, _asks, bytes, status) => {
    const whole = new Http1Server();
    const events = lines(feed(whole, bytes));
    expect(events.at(-1)).toMatch(new RegExp(`^refused ${status} `));
    // Nothing behind the fault is taken for a request.
    expect(lines(feed(whole, `GET /smuggled HTTP/1.1\r\n${HOST}\r\n`))).toEqual([]);
    expect(lines(feed(new Http1Server(), bytes, 1))).toEqual(events);
  });

  it.each(REFUSALS)('%s, answers it, and closes', (_what, _section, _asks, bytes, status) => {
    const server = new Http1Server();
    const fault = feed(server, bytes).at(-1);
    expect(fault?.kind === 'http1.refused' && server.refuse(fault.fault)).toBe(true);
    const answer = sentText(server);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('Connection: close\r\n');
    expect(server.finished).toBe(true);
  });
});

describe('a server accepts', () => {
  it.each([
    ['one empty line first (§2.2)', `\r\nGET / HTTP/1.1\r\n${HOST}\r\n`, 'none'],
    [
      'equal Content-Length lines (§6.3)',
      `${POST}Content-Length: 4\r\nContent-Length: 4\r\n\r\n1234`,
      'length',
    ],
    ['a list of equal numbers (§6.3)', `${POST}Content-Length: 4, 4 ,4\r\n\r\n1234`, 'length'],
    ['leading zeros in Content-Length', `${POST}Content-Length: 0004\r\n\r\n1234`, 'length'],
    ['chunked in any case (§7)', `${POST}Transfer-Encoding: ChunKed\r\n\r\n0\r\n\r\n`, 'chunked'],
    [
      'empty list elements (RFC 9110 §5.6.1.2)',
      `${POST}Transfer-Encoding: ,chunked,\r\n\r\n0\r\n\r\n`,
      'chunked',
    ],
    ['bytes above 127 in a value', `${POST}X: \xff\r\n\r\n`, 'none'],
    ['an empty Host (§3.2)', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 'none'],
    ['a Host with a comma in it', 'GET / HTTP/1.1\r\nHost: a,b\r\n\r\n', 'none'],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n', 'none'],
    ['a minor version above ours (RFC 9110 §2.5)', `GET / HTTP/1.9\r\n${HOST}\r\n`, 'none'],
    [
      'trailers that name framing fields, kept apart',
      `${TE}0\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\n\r\n`,
      'chunked',
    ],
  ])('%s', (_what, bytes, framing) => {
    const events = feed(new Http1Server(), bytes);
    expect(events[0]?.detail['framing']).toBe(framing);
    expect(events.at(-1)?.kind).toBe('http1.end');
    expect(lines(feed(new Http1Server(), bytes, 1))).toEqual(lines(events));
  });
});

const LIMITS: Partial<Http1Limits> = {
  startLine: 40,
  fieldSection: 100,
  fieldCount: 3,
  chunkLine: 10,
  chunkExtensions: 20,
  content: 50,
};

describe('limits', () => {
  const long = (n: number): string => 'x'.repeat(n);

  it.each([
    ['a start line at the limit', `GET /${long(26)} HTTP/1.1\r\n${HOST}\r\n`, undefined],
    ['a start line beyond it', `GET /${long(27)} HTTP/1.1\r\n${HOST}\r\n`, 414],
    ['a start line without end', long(1000), 414],
    ['a field section at the limit', `GET / HTTP/1.1\r\n${HOST}X: ${long(76)}\r\n\r\n`, undefined],
    ['a field section beyond it', `GET / HTTP/1.1\r\n${HOST}X: ${long(77)}\r\n\r\n`, 431],
    ['a field without end', `GET / HTTP/1.1\r\n${HOST}X: ${long(1000)}`, 431],
    ['as many fields as allowed', `GET / HTTP/1.1\r\n${HOST}A: 1\r\nB: 2\r\n\r\n`, undefined],
    ['one field more', `GET / HTTP/1.1\r\n${HOST}A: 1\r\nB: 2\r\nC: 3\r\n\r\n`, 431],
    ['content at the limit', `${POST}Content-Length: 50\r\n\r\n${long(50)}`, undefined],
    ['content beyond it', `${POST}Content-Length: 51\r\n\r\n${long(51)}`, 413],
    ['chunks at the limit', `${TE}19\r\n${long(25)}\r\n19\r\n${long(25)}\r\n0\r\n\r\n`, undefined],
    ['chunks beyond it', `${TE}19\r\n${long(25)}\r\n1a\r\n${long(26)}\r\n0\r\n\r\n`, 413],
    ['a chunk line at the limit', `${TE}1;${long(8)}\r\nx\r\n0\r\n\r\n`, undefined],
    ['a chunk line beyond it', `${TE}1;${long(9)}\r\nx\r\n0\r\n\r\n`, 400],
    ['a chunk line without end', `${TE}${'0'.repeat(100)}`, 400],
    ['extensions beyond the sum', `${TE}${`1;${long(8)}\r\nx\r\n`.repeat(3)}0\r\n\r\n`, 400],
    ['a trailer section beyond its limit', `${TE}0\r\nX: ${long(100)}\r\n\r\n`, 431],
    ['too many trailers', `${TE}0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\n\r\n`, 431],
  ])('%s', (_what, bytes, status) => {
    const events = lines(feed(new Http1Server({ limits: LIMITS }), bytes));
    if (status === undefined) expect(events.at(-1)).toMatch(/^end/);
    else expect(events.at(-1)).toMatch(new RegExp(`^refused ${status} `));
    expect(lines(feed(new Http1Server({ limits: LIMITS }), bytes, 1))).toEqual(events);
  });

  it('reads a request line of 8,000 bytes by default (§3)', () => {
    const target = `/${long(8000 - 'GET / HTTP/1.1'.length)}`;
    expect(lines(feed(new Http1Server(), `GET ${target} HTTP/1.1\r\n${HOST}\r\n`)).at(-1)).toBe('end');
  });

  it('does not answer inside a response that is under way', () => {
    const server = new Http1Server();
    feed(server, `${TE}1\r\n`);
    server.sendResponse(200);
    const fault = feed(server, 'xyz').at(-1);
    expect(fault?.kind === 'http1.refused' && server.refuse(fault.fault)).toBe(false);
    expect(server.hopeless).toBe(true);
  });
});

describe('a client refuses', () => {
  function asking(method = 'GET'): Http1Client {
    const client = new Http1Client();
    client.sendRequest({ method, target: '/', fields: { Host: 'a.example' } });
    client.sendEnd();
    return client;
  }

  it.each([
    [
      'Content-Length and Transfer-Encoding',
      'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['differing Content-Length lines', 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\n'],
    ['Transfer-Encoding in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'],
    ['a coding that it cannot undo', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n'],
    ['another major version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['bare LF', 'HTTP/1.1 200 OK\n\r\n'],
    ['a request', `GET / HTTP/1.1\r\n\r\n`],
    ['space before the first field', 'HTTP/1.1 200 OK\r\n X: y\r\n\r\n'],
    ['a bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n'],
  ])('%s', (_what, bytes) => {
    const client = asking();
    const events = lines(feed(client, bytes));
    expect(events.at(-1)).toMatch(/^refused 502 /);
    expect(client.finished).toBe(true);
    expect(lines(feed(asking(), bytes, 1))).toEqual(events);
  });

  it('refuses a response that nothing asked for, but not empty lines (§9.2)', () => {
    const client = asking();
    feed(client, 'HTTP/1.1 204 No Content\r\n\r\n\r\n\r\n');
    expect(client.ready).toBe(true);
    expect(lines(feed(client, 'HTTP/1.1 200 OK\r\n\r\n'))).toEqual([
      'refused 502 Misbehaved: a response that nothing asked for',
    ]);
    expect(client.finished).toBe(true);
  });

  it('does not take what follows the last response for another (§6.3)', () => {
    const client = asking();
    const events = feed(
      client,
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK\r\n\r\n',
    );
    expect(lines(events)).toEqual(['response 200 OK 1.1 length 1 close', 'data x', 'end']);
    expect(drain(client)).toEqual([]);
  });
});
