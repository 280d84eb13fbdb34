import { describe, expect, it } from 'vitest';
import { fromLatin1 } from '../../../src/engine/base/bytes.ts';
import { Misuse } from '../../../src/engine/base/errors.ts';
import { NEVER, SECOND } from '../../../src/engine/base/units.ts';
import type { HttpEvent } from '../../../src/engine/proto/http1/event.ts';
import { Http1Server } from '../../../src/engine/proto/http1/server.ts';
import { drain, feed, lines, sentText } from './drive.ts';

const HOST = 'Host: www.shop.example\r\n';

/** Answers every complete request with its target. */
function answering(server: Http1Server): (event: HttpEvent) => void {
  return (event) => {
    if (event.kind === 'http1.end') {
      const content = fromLatin1(server.request!.target);
      server.sendResponse(200, { 'Content-Length': String(content.length) });
      server.sendData(content);
      server.sendEnd();
    } else if (event.kind === 'http1.refused') {
      server.refuse(event.fault);
    }
  };
}

describe('requests in', () => {
  it('gives head and end of a request without content', () => {
    const server = new Http1Server();
    const events = feed(server, `GET /a HTTP/1.1\r\n${HOST}X-Two: 2\r\n\r\n`);
    expect(lines(events)).toEqual(['request GET /a 1.1 none [Host=www.shop.example|X-Two=2]', 'end']);
    expect(events[0]!.detail).toMatchObject({
      method: 'GET',
      target: '/a',
      authority: 'www.shop.example',
      framing: 'none',
    });
    expect([server.states.client, server.states.server]).toEqual(['done', 'send-response']);
  });

  it('gives content by Content-Length, and keeps what follows for later', () => {
    const server = new Http1Server();
    const events = feed(
      server,
      `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhelloGET /next HTTP/1.1\r\n${HOST}\r\n`,
    );
    expect(lines(events)).toEqual([
      'request POST / 1.1 length 5 [Host=www.shop.example|Content-Length=5]',
      'data hello',
      'end',
    ]);
    server.sendResponse(204);
    server.sendEnd();
    expect(lines(drain(server))[0]).toContain('request GET /next');
  });

  it('gives chunked content and trailers, ignoring extensions', () => {
    const body = '5;a=b\r\nhello\r\n06\r\n world\r\n0;last\r\nDigest: x\r\nX: y\r\n\r\n';
    const events = feed(
      new Http1Server(),
      `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: Chunked\r\n\r\n${body}`,
    );
    expect(lines(events).slice(1)).toEqual(['data hello world', 'end Digest=x X=y']);
    expect(events.at(-1)!.detail).toEqual({ length: 11, trailers: 2 });
  });

  it('emits content as it comes, and holds nothing back', () => {
    const server = new Http1Server();
    feed(server, `POST / HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`);
    let got = 0;
    for (let n = 0; n < 100; n++) {
      for (const event of feed(server, new Uint8Array(10_000)))
        if (event.kind === 'http1.data') got += event.bytes.length;
      expect(got).toBe((n + 1) * 10_000);
    }
    expect(server.states.client).toBe('done');
  });

  it('asks to hold back when nobody polls', () => {
    const server = new Http1Server();
    feed(server, `POST / HTTP/1.1\r\n${HOST}Content-Length: 1000000\r\n\r\n`);
    const { room } = server;
    server.receive(new Uint8Array(room), 0);
    expect(server.room).toBe(0);
    expect(() => server.receive(new Uint8Array(1), 0)).toThrow(Misuse);
    drain(server);
    expect(server.room).toBe(room);
  });

  it.each([
    ['GET / HTTP/1.1\r\nHost: a.example\r\n\r\n', 'origin', 'a.example'],
    ['GET http://b.example:8001/x HTTP/1.1\r\nHost: a.example\r\n\r\n', 'absolute', 'b.example:8001'],
    ['GET http://user@b.example HTTP/1.1\r\nHost: \r\n\r\n', 'absolute', 'b.example'],
    ['CONNECT c.example:443 HTTP/1.1\r\nHost: c.example\r\n\r\n', 'authority', 'c.example:443'],
    ['OPTIONS * HTTP/1.1\r\nHost: a.example:8080\r\n\r\n', 'asterisk', 'a.example:8080'],
    ['GET / HTTP/1.1\r\nHost: [2001:db8::1]:80\r\n\r\n', 'origin', '[2001:db8::1]:80'],
    ['GET / HTTP/1.0\r\n\r\n', 'origin', ''],
  ])('finds the form and the authority of %j (§3.2, §3.3)', (text, form, authority) => {
    const [event] = feed(new Http1Server(), text);
    expect(event?.kind === 'http1.request' && [event.request.form, event.request.authority]).toEqual([
      form,
      authority,
    ]);
  });

  it.each([
    ['1.1', '', true],
    ['1.1', 'Connection: close\r\n', false],
    ['1.1', 'Connection: foo, CLOSE\r\n', false],
    ['1.1', 'Connection: keep-alive\r\n', true],
    ['1.0', '', false],
    ['1.0', 'Connection: Keep-Alive\r\n', true],
    ['1.0', 'Connection: keep-alive, close\r\n', false],
    ['1.2', '', true],
  ])('HTTP/%s with %j persists: %s (§9.3)', (version, connection, persistent) => {
    const [event] = feed(new Http1Server(), `GET / HTTP/${version}\r\n${HOST}${connection}\r\n`);
    expect(event?.detail['persistent']).toBe(persistent);
  });
});

describe('responses out', () => {
  function asked(request = `GET / HTTP/1.1\r\n${HOST}\r\n`): Http1Server {
    const server = new Http1Server();
    feed(server, request);
    return server;
  }

  it('frames by Content-Length', () => {
    const server = asked();
    server.sendResponse(200, { 'Content-Length': '5' });
    expect(server.writable).toBe(5);
    server.sendData(fromLatin1('hel'));
    expect(() => server.sendEnd()).toThrow(Misuse);
    expect(() => server.sendData(fromLatin1('lost'))).toThrow(Misuse);
    server.sendData(fromLatin1('lo'));
    server.sendEnd();
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
    expect([server.states.client, server.states.server]).toEqual(['idle', 'idle']);
  });

  it('chunks when no length is said, with trailers', () => {
    const server = asked();
    server.sendResponse(200);
    server.sendData(fromLatin1('hello, world, hello'));
    server.sendData(new Uint8Array(0));
    server.sendEnd({ 'X-T': '1' });
    expect(sentText(server)).toBe(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n13\r\nhello, world, hello\r\n0\r\nX-T: 1\r\n\r\n',
    );
  });

  it('ends with the connection for HTTP/1.0 when no length is said, even when asked for chunks', () => {
    const server = asked('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    server.sendResponse(200, { 'Transfer-Encoding': 'chunked' });
    server.sendData(fromLatin1('x'));
    server.sendEnd();
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nx');
    expect(server.finished).toBe(true);
  });

  it('keeps an HTTP/1.0 connection when asked and possible', () => {
    const server = asked('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n');
    server.sendResponse(200, { 'Content-Length': '0' });
    server.sendEnd();
    expect(sentText(server)).toContain('Connection: keep-alive');
    expect(server.finished).toBe(false);
    expect(server.states.client).toBe('idle');
  });

  it('sends no content in answer to HEAD, but the same head', () => {
    const server = asked(`HEAD / HTTP/1.1\r\n${HOST}\r\n`);
    server.sendResponse(200, { 'Content-Length': '5' });
    expect(server.sendData(fromLatin1('hello'))).toBe(5);
    server.sendEnd();
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
    expect(server.states.server).toBe('idle');
  });

  it.each([204, 304])('has no content with %d', (status) => {
    const server = asked();
    server.sendResponse(status);
    expect(() => server.sendData(fromLatin1('x'))).toThrow(Misuse);
    server.sendEnd();
    expect(sentText(server)).toMatch(/^HTTP\/1.1 \d+ [A-Za-z ]+\r\n\r\n$/);
  });

  it('allows Content-Length in 304, not in 204 (RFC 9110 §8.6)', () => {
    expect(() => asked().sendResponse(204, { 'Content-Length': '0' })).toThrow(Misuse);
    const server = asked();
    server.sendResponse(304, { 'Content-Length': '12' });
    server.sendEnd();
    expect(sentText(server)).toContain('Content-Length: 12');
  });

  it('says close, and closes, when either side wants it', () => {
    const wanted = asked(`GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`);
    wanted.sendResponse(200, { 'Content-Length': '0' });
    wanted.sendEnd();
    expect(sentText(wanted)).toContain('Connection: close');
    expect([wanted.finished, wanted.states.client, wanted.states.server]).toEqual([
      true,
      'must-close',
      'must-close',
    ]);
    const ours = asked();
    ours.sendResponse(200, { 'Content-Length': '0', Connection: 'close' });
    ours.sendEnd();
    expect(ours.finished).toBe(true);
    expect(sentText(ours).match(/Connection: close/g)).toHaveLength(1);
    // What comes after the last request is not read (§9.6).
    expect(lines(feed(ours, `GET / HTTP/1.1\r\n${HOST}\r\n`))).toEqual([]);
  });

  it('accepts content as far as there is room', () => {
    const server = new Http1Server({ outQueue: 1000 });
    feed(server, `GET / HTTP/1.1\r\n${HOST}\r\n`);
    server.sendResponse(200);
    const content = new Uint8Array(5000).fill(0x7a);
    let sent = server.sendData(content);
    expect(sent).toBeLessThan(1000);
    expect(server.writable).toBe(0);
    expect(server.sendData(content.subarray(sent))).toBe(0);
    let text = sentText(server);
    for (let n = 0; n < 100 && sent < content.length; n++) {
      sent += server.sendData(content.subarray(sent));
      text += sentText(server);
    }
    server.sendEnd();
    text += sentText(server);
    expect(text.match(/z/g)).toHaveLength(5000);
  });

  it('sends interim responses, but not to HTTP/1.0 and none that switches', () => {
    const server = asked(`POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    expect(server.continueOwed).toBe(true);
    server.sendInformational(103, { Link: '</a.css>' });
    server.sendInformational(100);
    expect(server.continueOwed).toBe(false);
    expect(sentText(server)).toBe(
      'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n',
    );
    expect(() => server.sendInformational(101)).toThrow(Misuse);
    expect(() => server.sendInformational(200)).toThrow(Misuse);
    expect(() => asked('GET / HTTP/1.0\r\n\r\n').sendInformational(100)).toThrow(Misuse);
    expect(lines(feed(server, 'hi'))).toEqual(['data hi', 'end']);
  });

  it('closes after a final response to a client that still waits for 100', () => {
    const server = asked(`POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n`);
    server.sendResponse(413, { 'Content-Length': '0' });
    server.sendEnd();
    expect(sentText(server)).toContain('Connection: close');
    expect(server.finished).toBe(true);
  });

  it('does not owe 100 to HTTP/1.0, to requests without content, or once content comes', () => {
    expect(asked(`GET / HTTP/1.1\r\n${HOST}Expect: 100-continue\r\n\r\n`).continueOwed).toBe(false);
    expect(asked('POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n').continueOwed).toBe(
      false,
    );
    expect(
      asked(`POST / HTTP/1.1\r\n${HOST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\nx`).continueOwed,
    ).toBe(false);
  });

  it('throws Misuse for moves that the table does not have, and sends nothing then', () => {
    const server = new Http1Server();
    expect(() => server.sendData(fromLatin1('x'))).toThrow(Misuse);
    expect(() => server.sendEnd()).toThrow(Misuse);
    expect(() => server.sendInformational(100)).toThrow(Misuse);
    feed(server, `GET / HTTP/1.1\r\n${HOST}\r\n`);
    const wrong: Record<string, string>[] = [
      { 'Content-Length': '1', 'Transfer-Encoding': 'chunked' },
      { 'Content-Length': '1x' },
      { 'Content-Length': '1, 1' },
      { 'Transfer-Encoding': 'gzip, chunked' },
      { 'X\r\n': 'y' },
    ];
    for (const fields of wrong) {
      expect(() => server.sendResponse(200, fields)).toThrow(Misuse);
    }
    expect(() => server.sendResponse(100)).toThrow(Misuse);
    expect(sentText(server)).toBe('');
    server.sendResponse(200);
    expect(() => server.sendResponse(200)).toThrow(Misuse);
    server.sendEnd();
    expect(() => server.sendEnd()).toThrow(Misuse);
  });

  it('makes a tunnel of CONNECT, and gives back what was read too far', () => {
    const server = new Http1Server();
    const events = feed(server, 'CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443\r\n\r\n\x16\x03');
    expect(lines(events).at(-1)).toBe('end');
    server.sendResponse(200);
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\n\r\n');
    expect(lines(drain(server))).toEqual(['tunnel c.example:443']);
    expect(server.tunnelled).toBe(true);
    expect(server.room).toBe(0);
    expect([...server.takeRest()]).toEqual([0x16, 3]);
  });

  it('refuses a tunnel as an ordinary exchange', () => {
    const server = asked('CONNECT c.example:443 HTTP/1.1\r\nHost: c.example:443\r\n\r\n');
    server.sendResponse(403, { 'Content-Length': '0' });
    server.sendEnd();
    expect(server.tunnelled).toBe(false);
    expect(server.states.client).toBe('idle');
  });
});

describe('pipelining (§9.3.2)', () => {
  it('answers in order, and reads the next request only after the response', () => {
    const server = new Http1Server();
    const input = [1, 2, 3].map((n) => `GET /${n} HTTP/1.1\r\n${HOST}\r\n`).join('');
    const first = feed(server, input);
    expect(lines(first)).toHaveLength(2);
    answering(server)(first[1]!);
    const second = drain(server);
    expect(lines(second)[0]).toContain('/2');
    answering(server)(second[1]!);
    const third = drain(server);
    expect(lines(third)[0]).toContain('/3');
    answering(server)(third[1]!);
    expect(sentText(server).match(/\r\n\r\n\/\d/g)).toEqual(
      ['/1', '/2', '/3'].map((target) => `\r\n\r\n${target}`),
    );
  });

  it('reads no further request while too much waits to be sent', () => {
    const server = new Http1Server({ outQueue: 256 });
    feed(server, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n`);
    server.sendResponse(200, { 'Content-Length': '0', 'X-Long': 'x'.repeat(300) });
    server.sendEnd();
    expect(lines(drain(server))).toEqual([]);
    sentText(server);
    expect(lines(drain(server))[0]).toContain('/2');
  });

  it('answers what came before the client ended', () => {
    const server = new Http1Server();
    const events = feed(server, `GET /1 HTTP/1.1\r\n${HOST}\r\nGET /2 HTTP/1.1\r\n${HOST}\r\n`);
    server.receiveEnd(0);
    answering(server)(events[1]!);
    const rest = drain(server);
    expect(lines(rest).map((line) => line.split(' [')[0])).toEqual([
      'request GET /2 1.1 none',
      'end',
      'closed the peer ended',
    ]);
    expect(server.finished).toBe(false);
    answering(server)(rest[1]!);
    expect(server.finished).toBe(true);
  });
});

describe('ends', () => {
  it('closes cleanly between messages', () => {
    const server = new Http1Server();
    expect(server.receiveEnd(0)).toBe(true);
    expect(server.receiveEnd(0)).toBe(false);
    expect(lines(drain(server))).toEqual(['closed the peer ended']);
    expect(server.finished).toBe(true);
    expect(drain(server)).toEqual([]);
  });

  it.each([
    ['inside a request line', 'GET /'],
    ['inside the fields', 'GET / HTTP/1.1\r\nHost: a'],
    ['inside counted content', `POST / HTTP/1.1\r\n${HOST}Content-Length: 5\r\n\r\nhell`],
    ['before the last chunk', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n`],
    ['inside the trailers', `POST / HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n`],
  ])('calls an end %s incomplete (§8)', (_where, text) => {
    const server = new Http1Server();
    feed(server, text);
    server.receiveEnd(0);
    expect(lines(drain(server)).at(-1)).toMatch(/^refused 400 Misbehaved: the connection ended inside/);
  });

  it('reports a broken stream once', () => {
    const server = new Http1Server();
    feed(server, `GET / HTTP/1.1\r\n${HOST}\r\n`);
    server.receiveBroken('ECONNRESET');
    server.receiveBroken('ECONNRESET');
    expect(lines(drain(server))).toEqual(['broken ECONNRESET']);
    expect(server.hopeless).toBe(true);
    expect(() => server.sendResponse(200)).toThrow(Misuse);
  });

  it('close() between messages ends our half', () => {
    const server = new Http1Server();
    server.close();
    expect(server.finished).toBe(true);
    const busy = new Http1Server();
    feed(busy, `GET / HTTP/1.1\r\n${HOST}\r\n`);
    expect(() => busy.close()).toThrow(Misuse);
  });
});

describe('time-outs', () => {
  it('has none unless asked', () => {
    expect(new Http1Server().pollTimeout()).toBe(NEVER);
  });

  it('answers a head that does not come in time with 408', () => {
    const server = new Http1Server({ headTimeout: 10 * SECOND });
    expect(server.pollTimeout()).toBe(NEVER);
    server.receive(fromLatin1('GET / HT'), 5 * SECOND);
    expect(server.pollTimeout()).toBe(15 * SECOND);
    server.receive(fromLatin1('TP/1.1\r\n'), 14 * SECOND);
    expect(drain(server)).toEqual([]);
    expect(server.pollTimeout()).toBe(15 * SECOND);
    server.handleTimeout(14 * SECOND);
    expect(drain(server)).toEqual([]);
    server.handleTimeout(15 * SECOND);
    const [event] = drain(server);
    expect(lines([event!])[0]).toContain('refused 408');
    expect(event?.kind === 'http1.refused' && server.refuse(event.fault)).toBe(true);
    expect(sentText(server)).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n.*Connection: close/s);
    expect(server.finished).toBe(true);
    expect(server.pollTimeout()).toBe(NEVER);
  });

  it('stops the clock when the head is complete', () => {
    const server = new Http1Server({ headTimeout: SECOND });
    server.receive(fromLatin1(`GET / HTTP/1.1\r\n${HOST}\r\n`), 0);
    drain(server);
    expect(server.pollTimeout()).toBe(NEVER);
  });

  it('closes an idle connection, asking for the time when it does not know it', () => {
    const server = new Http1Server({ idleTimeout: 60 * SECOND });
    expect(server.pollTimeout()).toBe(0);
    server.handleTimeout(SECOND);
    expect(server.pollTimeout()).toBe(61 * SECOND);
    server.receive(fromLatin1(`GET / HTTP/1.1\r\n${HOST}\r\n`), 30 * SECOND);
    drain(server);
    expect(server.pollTimeout()).toBe(NEVER);
    server.sendResponse(204);
    server.sendEnd();
    expect(server.pollTimeout()).toBe(0);
    server.handleTimeout(40 * SECOND);
    server.handleTimeout(100 * SECOND);
    expect(lines(drain(server))).toEqual(['closed idle for too long']);
    expect(server.finished).toBe(true);
  });

  it('times a head that came with the request before it', () => {
    const server = new Http1Server({ headTimeout: SECOND });
    server.receive(fromLatin1(`GET / HTTP/1.1\r\n${HOST}\r\nGET`), 0);
    drain(server);
    server.sendResponse(204);
    server.sendEnd();
    server.handleTimeout(50 * SECOND);
    expect(server.pollTimeout()).toBe(51 * SECOND);
  });
});
