import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { Http1Client } from '../../../src/engine/proto/http1/client.ts';
import {
  CLIENT_MOVES,
  ConnectionStates,
  SERVER_MOVES,
  SETTLEMENTS,
} from '../../../src/engine/proto/http1/states.ts';
import { drain, feed, lines, sentText } from './drive.ts';

const FIELDS = { Host: 'a.example' };

function asking(
  method = 'GET',
  fields: Record<string, string> = FIELDS,
  version: '1.0' | '1.1' = '1.1',
): Http1Client {
  const client = new Http1Client();
  client.sendRequest({ method, target: method === 'CONNECT' ? 'a.example:443' : '/', fields, version });
  client.sendEnd();
  return client;
}

describe('requests out', () => {
  it('writes the head as given, content by length or in chunks', () => {
    const client = new Http1Client();
    const head = client.sendRequest({
      method: 'POST',
      target: '/x?y',
      fields: { ...FIELDS, 'Content-Length': '3' },
    });
    expect(head).toMatchObject({
      authority: 'a.example',
      form: 'origin',
      framing: 'length',
      length: 3,
      persistent: true,
    });
    client.sendData(fromLatin1('abc'));
    client.sendEnd();
    expect(sentText(client)).toBe('POST /x?y HTTP/1.1\r\nHost: a.example\r\nContent-Length: 3\r\n\r\nabc');
    feed(client, 'HTTP/1.1 204 No Content\r\n\r\n');
    client.sendRequest({ method: 'PUT', target: '/', fields: { ...FIELDS, 'Transfer-Encoding': 'chunked' } });
    client.sendData(fromLatin1('abc'));
    client.sendEnd([['X', 'y']]);
    expect(sentText(client)).toMatch(/\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n$/);
  });

  it.each<[string, string, string, Record<string, string>]>([
    ['no Host', 'GET', '/', {}],
    ['a bad Host', 'GET', '/', { Host: 'a/b' }],
    ['a target without form', 'GET', 'a.example', FIELDS],
    ['* with GET', 'GET', '*', FIELDS],
    ['a space in the target', 'GET', '/a b', FIELDS],
    ['a method that is no token', 'G T', '/', FIELDS],
    ['two framings', 'POST', '/', { ...FIELDS, 'Content-Length': '1', 'Transfer-Encoding': 'chunked' }],
    ['a line break in a value', 'GET', '/', { ...FIELDS, X: 'y\r\nZ: z' }],
  ])('throws Misuse for %s, and sends nothing', (_what, method, target, fields) => {
    const client = new Http1Client();
    expect(() => client.sendRequest({ method, target, fields })).toThrow(Misuse);
    expect(sentText(client)).toBe('');
    expect(client.states.client).toBe('idle');
  });

  it('throws Misuse for a second request before the exchange is over', () => {
    const client = asking();
    expect(client.ready).toBe(false);
    expect(() => client.sendRequest({ method: 'GET', target: '/', fields: FIELDS })).toThrow(Misuse);
    expect(() => client.sendData(fromLatin1('x'))).toThrow(Misuse);
  });

  it('has no chunks and no content to announce in HTTP/1.0', () => {
    const client = new Http1Client();
    expect(() =>
      client.sendRequest({
        method: 'POST',
        target: '/',
        version: '1.0',
        fields: { 'Transfer-Encoding': 'chunked' },
      }),
    ).toThrow(Misuse);
    client.sendRequest({ method: 'GET', target: '/', version: '1.0' });
    expect(sentText(client)).toBe('GET / HTTP/1.0\r\n\r\n');
    expect(() => client.sendData(fromLatin1('x'))).toThrow(Misuse);
  });
});

describe('responses in (§6.3)', () => {
  it.each([
    [
      'counted',
      'GET',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      ['response 200 OK 1.1 length 5', 'data hello', 'end'],
    ],
    [
      'chunked',
      'GET',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 \r\nhello\r\n0\r\nX: y\r\n\r\n',
      ['response 200 OK 1.1 chunked', 'data hello', 'end X=y'],
    ],
    ['empty', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', ['response 200 OK 1.1 none', 'end']],
    ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', ['response 200 OK 1.1 none', 'end']],
    [
      'HEAD, chunked',
      'HEAD',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
      ['response 200 OK 1.1 none', 'end'],
    ],
    [
      'HEAD, with a coding that HTTP/1.0 does not have (§6.1: close)',
      'HEAD',
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n',
      ['response 200 OK 1.0 none close', 'end'],
    ],
    [
      '304 with a length',
      'GET',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
      ['response 304 Not Modified 1.1 none', 'end'],
    ],
    ['204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n', ['response 204 No Content 1.1 none', 'end']],
    [
      'interim ones first',
      'GET',
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n',
      [
        'response 103 Early Hints 1.1 none',
        'response 100 Continue 1.1 none',
        'response 204 No Content 1.1 none',
        'end',
      ],
    ],
    [
      'close',
      'GET',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      ['response 200 OK 1.1 none close', 'end'],
    ],
    [
      'HTTP/1.0',
      'GET',
      'HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n',
      ['response 200 OK 1.0 none close', 'end'],
    ],
    [
      'HTTP/1.0 keep-alive',
      'GET',
      'HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n',
      ['response 200 OK 1.0 none', 'end'],
    ],
    [
      'folded fields',
      'GET',
      'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n',
      ['response 200 OK 1.1 none', 'end'],
    ],
    [
      'an error of CONNECT',
      'CONNECT',
      'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno',
      ['response 403 Forbidden 1.1 length 2', 'data no', 'end'],
    ],
    [
      'CONNECT granted, framing ignored',
      'CONNECT',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
      ['response 200 OK 1.1 tunnel', 'tunnel a.example:443'],
    ],
  ])('%s', (_what, method, bytes, expected) => {
    expect(
      lines(feed(asking(method, method === 'CONNECT' ? { Host: 'a.example:443' } : FIELDS), bytes)),
    ).toEqual(expected);
    expect(
      lines(feed(asking(method, method === 'CONNECT' ? { Host: 'a.example:443' } : FIELDS), bytes, 1)),
    ).toEqual(expected);
  });

  it('reads until the connection ends when no length is said', () => {
    const client = asking();
    expect(lines(feed(client, 'HTTP/1.1 200 OK\r\n\r\nall of'))).toEqual([
      'response 200 OK 1.1 close close',
      'data all of',
    ]);
    feed(client, ' it');
    client.receiveEnd(0);
    expect(lines(drain(client))).toEqual(['end', 'closed the peer ended']);
    expect(client.finished).toBe(true);
  });

  it.each([
    ['before the response', '', 'the connection ended before the response'],
    ['inside the head', 'HTTP/1.1 200', 'the connection ended inside a head'],
    [
      'inside the content',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel',
      'the connection ended inside a body',
    ],
    [
      'after an interim response',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'the connection ended before the response',
    ],
  ])('calls an end %s incomplete (§8)', (_where, bytes, message) => {
    const client = asking();
    feed(client, bytes);
    client.receiveEnd(0);
    expect(lines(drain(client)).at(-1)).toBe(`refused 502 Misbehaved: ${message}`);
  });

  it('persists, exchange after exchange', () => {
    const client = asking();
    for (let n = 0; n < 3; n++) {
      feed(client, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      expect(client.ready).toBe(true);
      client.sendRequest({ method: 'GET', target: `/${n}`, fields: FIELDS });
      client.sendEnd();
    }
    expect(sentText(client).match(/GET \/\d?/g)).toEqual(['GET /', 'GET /0', 'GET /1', 'GET /2']);
  });

  it('closes after its own Connection: close', () => {
    const client = asking('GET', { ...FIELDS, Connection: 'close' });
    feed(client, 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    expect(client.finished).toBe(true);
    expect(client.ready).toBe(false);
  });

  it('notices that the server closed an idle connection', () => {
    const client = asking();
    feed(client, 'HTTP/1.1 204 No Content\r\n\r\n');
    client.receiveEnd(0);
    expect(client.ready).toBe(false);
    expect(lines(drain(client))).toEqual(['closed the peer ended']);
    expect(client.finished).toBe(true);
  });

  it('takes a response that comes before the request is complete', () => {
    const client = new Http1Client();
    client.sendRequest({ method: 'POST', target: '/', fields: { ...FIELDS, 'Content-Length': '5' } });
    expect(lines(feed(client, 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n'))).toHaveLength(
      2,
    );
    expect(client.ready).toBe(false);
    client.sendData(fromLatin1('hello'));
    client.sendEnd();
    expect(client.ready).toBe(true);
  });

  it('gives up when it cannot understand the server in the middle of its own content', () => {
    const client = new Http1Client();
    client.sendRequest({ method: 'POST', target: '/', fields: { ...FIELDS, 'Content-Length': '5' } });
    feed(client, 'nonsense\r\n');
    expect(client.hopeless).toBe(true);
  });
});

describe('the table of states', () => {
  it('has every state of every target, and every settlement changes something', () => {
    for (const moves of Object.values(CLIENT_MOVES))
      for (const next of Object.values(moves)) expect(CLIENT_MOVES).toHaveProperty([next]);
    for (const moves of Object.values(SERVER_MOVES))
      for (const next of Object.values(moves)) expect(SERVER_MOVES).toHaveProperty([next]);
    for (const { client, server, next } of SETTLEMENTS) {
      const moved =
        (next.client && !client.includes(next.client)) || (next.server && !server.includes(next.server));
      // The rows that say “any state” of one side change the other.
      expect(moved).toBe(true);
    }
  });

  it('settles: from every pair of states, however the moves go, no settlement is left over', () => {
    for (const client of Object.keys(CLIENT_MOVES) as (keyof typeof CLIENT_MOVES)[]) {
      for (const server of Object.keys(SERVER_MOVES) as (keyof typeof SERVER_MOVES)[]) {
        const states = new ConnectionStates();
        states.client = client;
        states.server = server;
        states.giveUpPersistence();
        const left = SETTLEMENTS.filter(
          (row) =>
            row.client.includes(states.client) &&
            row.server.includes(states.server) &&
            row.persistent !== true,
        );
        expect(left).toEqual([]);
      }
    }
  });
});
