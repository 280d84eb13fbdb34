// The parser of node:http against Node's own (llhttp), on messages as they are, as they are cut, and as they break.
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { HttpParser } from '../../src/engine/node/modules/http/parser.ts';
import { type HeadAnswer, LENIENT } from '../../src/engine/node/modules/http/parser-machine.ts';

interface NativeParser {
  initialize(type: number, resource: object, maxHeaderSize: number, lenient: number): void;
  execute(bytes: Uint8Array): number | NativeFault;
  finish(): NativeFault | undefined;
  maxHeaderPairs?: number;
  [event: number]: (...args: never[]) => unknown;
}
interface NativeFault extends Error {
  code: string;
  reason: string;
  bytesParsed: number;
}
const { HTTPParser } = createRequire(import.meta.url)('_http_common') as {
  HTTPParser: { new (): NativeParser; REQUEST: number; RESPONSE: number };
};
type Type = 'request' | 'response';
interface Setup {
  readonly type: Type;
  readonly max?: number;
  readonly lenient?: number;
  readonly answer?: HeadAnswer;
  readonly fields?: number;
}

/** What a message turned into, with the pieces of bodies joined. */
type Said = (string | number | boolean | readonly string[])[][];

function join(said: Said): Said {
  const joined: Said = [];
  for (const event of said) {
    const last = joined.at(-1);
    if (event[0] === 'body' && last?.[0] === 'body') last[1] = `${last[1]}${event[1]}`;
    else joined.push(event);
  }
  return joined;
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

function native(setup: Setup, pieces: readonly Uint8Array[]): Said {
  const said: Said = [];
  const parser = new HTTPParser();
  const isRequest = setup.type === 'request';
  parser.initialize(
    isRequest ? HTTPParser.REQUEST : HTTPParser.RESPONSE,
    {},
    setup.max ?? 0,
    setup.lenient ?? 0,
  );
  if (setup.fields) parser.maxHeaderPairs = setup.fields * 2;
  let flushed: string[] = [];
  let flushedUrl = '';
  parser[1] = ((headers: string[], url: string) => {
    flushed.push(...headers);
    flushedUrl += url;
  }) as never;
  parser[2] = ((
    major: number,
    minor: number,
    headers: string[] | undefined,
    _method: number | undefined,
    url: string | undefined,
    status: number,
    reason: string,
    upgrade: boolean,
    keepAlive: boolean,
  ) => {
    said.push([
      'head',
      major,
      minor,
      headers ?? flushed,
      isRequest ? (url ?? flushedUrl) : '',
      isRequest ? 0 : status,
      isRequest ? '' : reason,
      upgrade,
      keepAlive,
    ]);
    flushed = [];
    flushedUrl = '';
    return setup.answer ?? 0;
  }) as never;
  parser[3] = ((piece: Uint8Array) => void said.push(['body', text(piece)])) as never;
  parser[4] = (() => {
    said.push(['complete', flushed]);
    flushed = [];
    flushedUrl = '';
  }) as never;
  for (const piece of pieces) {
    const got = parser.execute(piece);
    if (typeof got !== 'number') {
      said.push(['error', got.code, got.reason, got.bytesParsed]);
      return join(said);
    }
    if (got !== piece.length) {
      said.push(['stopped', got]);
      return join(said);
    }
  }
  const end = parser.finish();
  if (end) said.push(['error', end.code, end.reason]);
  return join(said);
}

function ours(setup: Setup, pieces: readonly Uint8Array[]): Said {
  const said: Said = [];
  const isRequest = setup.type === 'request';
  const parser = new HttpParser(
    setup.type,
    {
      messageBegin() {},
      headersComplete(head) {
        const { major, minor, rawHeaders, url, status, reason, upgrade, keepAlive } = head;
        said.push([
          'head',
          major,
          minor,
          rawHeaders,
          isRequest ? url : '',
          isRequest ? 0 : status,
          isRequest ? '' : reason,
          upgrade,
          keepAlive,
        ]);
        return setup.answer ?? 0;
      },
      body: (piece) => void said.push(['body', text(piece)]),
      messageComplete: (trailers) => void said.push(['complete', trailers]),
    },
    { maxHeaderSize: setup.max ?? 0, lenient: setup.lenient ?? 0, maxFields: setup.fields ?? 0 },
  );
  for (const piece of pieces) {
    const got = parser.execute(piece);
    if (typeof got !== 'number') {
      said.push(['error', got.code, got.reason, got.bytesParsed]);
      return join(said);
    }
    if (got !== piece.length) {
      said.push(['stopped', got]);
      return join(said);
    }
  }
  const end = parser.finish();
  if (end) said.push(['error', end.code, end.reason]);
  return join(said);
}

const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'GET /a?b=c#d HTTP/1.1\r\nHost:a\r\nX: \t y \t\r\nEmpty:\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloPUT /3 HTTP/1.0\r\n\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA;a=b;c="d\\"e"\r\n0123456789\r\n0\r\nTrail: er\r\nA: b\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked \r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n\r\nX',
  'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\nrest of it',
  'GET / HTTP/1.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\nafter',
  'POST / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\nContent-Length: 3\r\n\r\nabcafter',
  'OPTIONS * HTTP/1.1\r\n\r\n',
  'GET http://user@a.example:80/x?y HTTP/1.1\r\nHost: a.example\r\n\r\n',
  'GET /old\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxx',
  'GET_PARAMETER rtsp://a/b RTSP/1.0\r\n\r\n',
  'SOURCE /x ICE/1.0\r\n\r\n',
  'M-SEARCH * HTTP/1.1\r\nProxy-Connection: close\r\n\r\n',
  'POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc',
  'POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\nabc',
  'GET / HTTP/1.1\r\nA: b\r\n folded\r\n\tmore\r\nConnection: close\r\n\r\n',
  'GET / HTTP/1.1\nA: b\nC:\n\n',
  'POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n',
  `GET / HTTP/1.1\r\n${Array.from({ length: 50 }, (_, i) => `H${i}: ${i}\r\n`).join('')}\r\n`,
];
const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.0 200 OK\r\n\r\nuntil the end',
  'HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 204 No Content\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 205 Reset Content\r\nContent-Length: 3\r\n\r\nabc',
  'HTTP/1.1 102 Processing\r\nContent-Length: 3\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc',
  'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nabcde',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nraw',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: T\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nabc',
  'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n\r\n',
  'ICE/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 200 \xe9t\xe9\r\nContent-Length: 0\r\n\r\n',
];

/** Pseudo-random numbers below `n`, the same in each run. */
function chance(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 4_294_967_296) * n);
  };
}

const bytesOf = (message: string): Uint8Array => Uint8Array.from(Buffer.from(message, 'latin1'));

function cut(bytes: Uint8Array, below: (n: number) => number): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + below(below(2) === 0 ? 4 : bytes.length);
    pieces.push(bytes.slice(at, at + length));
    at += length;
  }
  return pieces;
}

const SETUPS: readonly Omit<Setup, 'type'>[] = [
  {},
  { lenient: LENIENT.all },
  { lenient: LENIENT.headerValueRelaxed },
  { max: 40 },
  { answer: 1 },
];

describe('the parser of node:http does what Node’s does', () => {
  it.each(SETUPS.map((setup) => [JSON.stringify(setup), setup] as const))(
    'whole messages, %s',
    (_, setup) => {
      for (const [type, messages] of [
        ['request', REQUESTS],
        ['response', RESPONSES],
      ] as const)
        for (const message of messages) {
          const pieces = [bytesOf(message)];
          expect(ours({ ...setup, type }, pieces), message).toEqual(native({ ...setup, type }, pieces));
        }
    },
  );

  it('however they are cut', () => {
    const below = chance(7);
    for (let run = 0; run < 1500; run++) {
      const type = below(3) === 0 ? 'response' : 'request';
      const messages = type === 'request' ? REQUESTS : RESPONSES;
      const setup = { ...SETUPS[below(SETUPS.length)]!, type } as const;
      const pieces = cut(bytesOf(messages[below(messages.length)]!), below);
      expect(ours(setup, pieces), JSON.stringify([setup, pieces.map(text)])).toEqual(native(setup, pieces));
    }
  });

  it('with bytes changed, lost, doubled and put in', () => {
    const below = chance(11);
    for (let run = 0; run < 20_000; run++) {
      const type = below(3) === 0 ? 'response' : 'request';
      const messages = type === 'request' ? REQUESTS : RESPONSES;
      const setup = { ...SETUPS[below(SETUPS.length)]!, type } as const;
      const broken = [...bytesOf(messages[below(messages.length)]!)];
      for (let i = 0; i < 1 + below(2); i++) {
        const at = below(broken.length);
        const kind = below(4);
        const byte = below(3) === 0 ? below(256) : '\r\n \t:,;0aF"\\=/?#@'.charCodeAt(below(17));
        if (kind === 0) broken[at] = byte;
        else if (kind === 1) broken.splice(at, 1);
        else if (kind === 2) broken.splice(at, 0, byte);
        else broken.splice(at, 0, ...broken.slice(at, at + below(20)));
      }
      const bytes = Uint8Array.from(broken);
      const pieces = below(3) === 0 ? cut(bytes, below) : [bytes];
      expect(ours(setup, pieces), JSON.stringify([setup, pieces.map(text)])).toEqual(native(setup, pieces));
    }
  });

  it('every byte at every place of a small message', () => {
    for (const [type, message] of [
      ['request', REQUESTS[2]!.slice(0, 120)],
      ['request', 'GET http://u@[::1]:80/x?y#z HTTP/1.1\r\nConnection: close, x\r\n\r\n'],
      ['response', RESPONSES[0]!],
    ] as const)
      for (let at = 0; at < message.length; at++)
        for (let byte = 0; byte < 256; byte++) {
          const bytes = bytesOf(message);
          bytes[at] = byte;
          const setup: Setup = { type };
          const got = ours(setup, [bytes]);
          const wanted = native(setup, [bytes]);
          if (JSON.stringify(got) !== JSON.stringify(wanted)) expect(got, text(bytes)).toEqual(wanted);
        }
  });
});
