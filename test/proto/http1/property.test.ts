/** What holds for all inputs: cutting changes nothing, writing and reading agree, nothing hangs, time is linear. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { Malformed, Misbehaved, Unsupported } from '../../../src/engine/base/errors.ts';
import { Random } from '../../../src/engine/base/random.ts';
import { Http1Client } from '../../../src/engine/proto/http1/client.ts';
import type { Http1Connection } from '../../../src/engine/proto/http1/connection.ts';
import type { HttpEvent } from '../../../src/engine/proto/http1/event.ts';
import { pump } from '../../../src/engine/proto/http1/pump.ts';
import { Http1Server } from '../../../src/engine/proto/http1/server.ts';
import { memoryPair } from '../../../src/engine/proto/memory-pair.ts';
import { drain, feed, lines } from './drive.ts';

const REQUESTS = [
  'GET / HTTP/1.1\r\nHost: a.example\r\nAccept: */*\r\nUser-Agent: test/1.0\r\n\r\n',
  'POST /form HTTP/1.1\r\nHost: a.example\r\nContent-Length: 11\r\nContent-Type: text/plain\r\n\r\nhello world',
  'PUT /x HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b c"\r\nhello\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a.example\r\nConnection: keep-alive, x\r\n\r\n',
  'GET /old HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
];
const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: x\r\n\r\nhello',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.0 200\r\n\r\nuntil the end',
];

/** Answers at once whatever is complete, so that pipelined input is read to its end. */
function answer(server: Http1Server): (event: HttpEvent) => void {
  return (event) => {
    if (event.kind === 'http1.end' && server.states.server === 'send-response') {
      server.sendResponse(204);
      server.sendEnd();
      server.sent(server.outgoing.length);
    }
  };
}

function asking(): Http1Client {
  const client = new Http1Client();
  client.sendRequest({ method: 'GET', target: '/', fields: { Host: 'a.example' } });
  client.sendEnd();
  return client;
}

function serverLines(bytes: Uint8Array, size: number): string[] {
  const server = new Http1Server();
  const events = feed(server, bytes, size, answer(server));
  server.receiveEnd(0);
  return lines([...events, ...drain(server)]);
}

function clientLines(bytes: Uint8Array, size: number): string[] {
  const client = asking();
  const events = feed(client, bytes, size);
  client.receiveEnd(0);
  return lines([...events, ...drain(client)]);
}

const CHARACTERS = '\r\n :;,\t\0"=0123456789abcfxzGETHP/.*\x7f\xff';

/** Some bytes changed, inserted, removed or doubled. */
function mutate(random: Random, text: string): string {
  let out = text;
  const changes = 1 + random.below(4);
  for (let n = 0; n < changes; n++) {
    const at = random.below(out.length + 1);
    const span = random.below(6);
    const insert = CHARACTERS[random.below(CHARACTERS.length)]!;
    switch (random.below(4)) {
      case 0:
        out = out.slice(0, at) + insert + out.slice(at + 1);
        break;
      case 1:
        out = out.slice(0, at) + insert.repeat(1 + span) + out.slice(at);
        break;
      case 2:
        out = out.slice(0, at) + out.slice(at + span);
        break;
      default:
        out = out.slice(0, at) + out.slice(Math.max(0, at - span * 5));
    }
  }
  return out;
}

/** toEqual only where there is something to show: it is slow, and called ten thousand times. */
function same(a: readonly string[], b: readonly string[]): void {
  if (a.join('\n') !== b.join('\n')) expect(a).toEqual(b);
}

describe('cutting', () => {
  it('gives the same events however valid messages are cut', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 60 }),
        (parts, size) => {
          const bytes = fromLatin1(parts.join(''));
          expect(serverLines(bytes, size)).toEqual(serverLines(bytes, Number.POSITIVE_INFINITY));
        },
      ),
    );
    for (const text of RESPONSES)
      expect(clientLines(fromLatin1(text), 1)).toEqual(clientLines(fromLatin1(text), 1000));
  });

  it('gives the same events however broken messages are cut', { timeout: 60_000 }, () => {
    const random = new Random(5);
    let refused = 0;
    for (let n = 0; n < 5000; n++) {
      const request = fromLatin1(
        mutate(random, REQUESTS[n % REQUESTS.length]! + REQUESTS[random.below(REQUESTS.length)]!),
      );
      const whole = serverLines(request, Number.POSITIVE_INFINITY);
      same(serverLines(request, 1), whole);
      if (whole.some((line) => line.startsWith('refused'))) refused++;
      const response = fromLatin1(mutate(random, RESPONSES[n % RESPONSES.length]!));
      same(clientLines(response, 1), clientLines(response, Number.POSITIVE_INFINITY));
    }
    // The mutations must reach both sides of the door.
    expect(refused).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(4900);
  });
});

describe('what was given away', () => {
  it('stays as it was while more input comes: values nobody has read yet', () => {
    const pairs = Array.from({ length: 300 }, (_, n): [string, string] => [`X-${n}`, `value ${n * 7919}`]);
    const text = `GET / HTTP/1.1\r\nHost: a.example\r\n${pairs.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;
    for (const size of [1, 7, 100, 1000, 100_000]) {
      const server = new Http1Server({ limits: { fieldCount: 1000 } });
      const events = feed(server, text.repeat(3), size, answer(server));
      const heads = events.flatMap((event) => (event.kind === 'http1.request' ? [event.request] : []));
      expect(heads).toHaveLength(3);
      for (const head of heads) expect(head.fields.entries().slice(1)).toEqual(pairs);
    }
  });

  it('stays as it was while more input comes: pieces of content', () => {
    const chunks = Array.from({ length: 200 }, (_, n) =>
      String.fromCharCode(0x61 + (n % 26)).repeat(1 + ((n * 37) % 400)),
    );
    const body = chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`).join('');
    const text = `POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n\r\n`;
    for (const size of [1, 7, 61, 97, 500, 100_000]) {
      const events = feed(new Http1Server(), text, size);
      const pieces = events.flatMap((event) => (event.kind === 'http1.data' ? [event.bytes] : []));
      expect(toLatin1(concatBytes(pieces))).toBe(chunks.join(''));
    }
  });

  it('stays as it was while the input never runs empty', () => {
    const chunks = Array.from({ length: 300 }, (_, n) => String.fromCharCode(0x61 + (n % 26)).repeat(20));
    const body = chunks.map((chunk) => `14\r\n${chunk}\r\n`).join('');
    const server = new Http1Server();
    feed(server, 'POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n');
    const pieces: Uint8Array[] = [];
    // A little more comes than is polled, so that each piece is cut out of a buffer that goes on being used.
    for (let at = 0; at < body.length; at += 30) {
      server.receive(fromLatin1(body.slice(at, at + 30)), 0);
      const event = server.pollEvent();
      if (event?.kind === 'http1.data') pieces.push(event.bytes);
    }
    for (const event of drain(server)) if (event.kind === 'http1.data') pieces.push(event.bytes);
    expect(toLatin1(concatBytes(pieces))).toBe(chunks.join(''));
  });

  it('stays in the out-queue in order while it grows and moves', () => {
    const server = new Http1Server();
    feed(server, REQUESTS[0]!);
    server.sendResponse(200, { 'Content-Length': '40000' });
    const content = Uint8Array.from({ length: 40_000 }, (_, n) => 0x61 + ((n * 7) % 26));
    let sent = '';
    for (let at = 0; at < content.length; at += 400) {
      server.sendData(content.subarray(at, at + 400));
      sent += toLatin1(server.outgoing.subarray(0, 150));
      server.sent(Math.min(150, server.outgoing.length));
    }
    server.sendEnd();
    sent += toLatin1(server.outgoing);
    expect(sent).toBe(`HTTP/1.1 200 OK\r\nContent-Length: 40000\r\n\r\n${toLatin1(content)}`);
  });
});

describe('mutated input', () => {
  it('ends in events, never in another exception: 50,000 inputs', { timeout: 60_000 }, () => {
    const random = new Random(11);
    // Gathered, not asserted one by one: fifty thousand assertions cost more than the parsing.
    const errors = new Set<unknown>();
    const statuses = new Set<number>();
    for (let n = 0; n < 25_000; n++) {
      const server = new Http1Server();
      const text = mutate(
        random,
        REQUESTS[random.below(REQUESTS.length)]! + REQUESTS[random.below(REQUESTS.length)]!,
      );
      const client = asking();
      const events = [
        ...feed(server, text, 1 + random.below(200), answer(server)),
        ...feed(client, mutate(random, RESPONSES[random.below(RESPONSES.length)]!), 1 + random.below(200)),
      ];
      for (const event of events) {
        if (event.kind !== 'http1.refused') continue;
        errors.add(event.fault.error.constructor);
        statuses.add(event.fault.status);
      }
    }
    expect(errors).toEqual(new Set([Malformed, Misbehaved, Unsupported]));
    for (const status of statuses) expect([400, 413, 414, 417, 431, 501, 502, 505]).toContain(status);
  });
});

describe('linear time', () => {
  // Quadratic work on a megabyte would be some 10^11 steps: the test's own time-out is the assertion.
  const MEGABYTE = 1_000_000;
  const limits = { startLine: 2 * MEGABYTE, fieldSection: 2 * MEGABYTE, fieldCount: MEGABYTE };
  const byteByByte = (machine: Http1Connection, text: string): HttpEvent[] => feed(machine, text, 1);

  it('reads a header of one megabyte in pieces of one byte', { timeout: 30_000 }, () => {
    const one = byteByByte(
      new Http1Server({ limits }),
      `GET / HTTP/1.1\r\nHost: a.example\r\nX: ${'x'.repeat(MEGABYTE)}\r\n\r\n`,
    );
    expect(one.map((event) => event.kind)).toEqual(['http1.request', 'http1.end']);
  });

  it('reads a target of one megabyte, and a megabyte of short fields', { timeout: 30_000 }, () => {
    const long = byteByByte(
      new Http1Server({ limits }),
      `GET /${'x'.repeat(MEGABYTE)} HTTP/1.1\r\nHost: a.example\r\n\r\n`,
    );
    expect(long).toHaveLength(2);
    const many = byteByByte(
      new Http1Server({ limits }),
      `GET / HTTP/1.1\r\nHost: a.example\r\n${'A:1\r\n'.repeat(MEGABYTE / 5)}\r\n`,
    );
    expect(many).toHaveLength(2);
  });

  it('joins a megabyte of folded lines', { timeout: 30_000 }, () => {
    const client = new Http1Client({ limits });
    client.sendRequest({ method: 'GET', target: '/', fields: { Host: 'a.example' } });
    client.sendEnd();
    const events = feed(client, `HTTP/1.1 204 x\r\nX: a\r\n${' b\r\n'.repeat(MEGABYTE / 4)}\r\n`, 1);
    expect(events).toHaveLength(2);
  });

  it('decodes a megabyte of chunks of one byte', { timeout: 30_000 }, () => {
    const text = `POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(MEGABYTE / 6)}0\r\n\r\n`;
    expect(feed(new Http1Server(), text).at(-1)!.detail).toEqual({
      length: Math.floor(MEGABYTE / 6),
      trailers: 0,
    });
    expect(feed(new Http1Server(), text, 1).at(-1)!.detail).toEqual({
      length: Math.floor(MEGABYTE / 6),
      trailers: 0,
    });
  });
});

describe('round trip over a stream', () => {
  const content = fc.uint8Array({ maxLength: 3000 });
  const exchange = fc.record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD'),
    request: content,
    requestChunked: fc.boolean(),
    response: content,
    responseFraming: fc.constantFrom('length', 'chunked'),
    trailers: fc.boolean(),
  });

  it('carries exchanges through pumps, narrow queues and a narrow pair', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 2000 }),
        (exchanges, capacity) => {
          const pair = memoryPair({ capacity });
          const client = new Http1Client({ outQueue: 300 });
          const server = new Http1Server({ outQueue: 300 });
          const asked: Uint8Array[] = [];
          const got: Uint8Array[] = [];
          let askedNow: Uint8Array[] = [];
          let gotNow: Uint8Array[] = [];
          let n = 0;
          let requestAt = -1;
          let responseAt = -1;
          for (let round = 0; round < 100_000 && got.length < exchanges.length; round++) {
            const one = exchanges[n]!;
            if (requestAt < 0 && client.ready) {
              client.sendRequest({
                method: one.method,
                target: `/${n}`,
                fields: {
                  Host: 'a.example',
                  ...(one.requestChunked
                    ? { 'Transfer-Encoding': 'chunked' }
                    : { 'Content-Length': String(one.request.length) }),
                },
              });
              requestAt = 0;
            }
            if (requestAt >= 0 && client.states.client === 'send-body') {
              requestAt += client.sendData(one.request.subarray(requestAt, requestAt + client.writable));
              if (requestAt === one.request.length)
                client.sendEnd(one.requestChunked && one.trailers ? { 'X-T': '1' } : {});
            }
            if (responseAt >= 0 && server.states.server === 'send-body') {
              responseAt += server.sendData(one.response.subarray(responseAt, responseAt + server.writable));
              if (responseAt === one.response.length) server.sendEnd();
            }
            pump(client, pair.first);
            pump(server, pair.second);
            pair.step();
            for (const event of drain(server)) {
              if (event.kind === 'http1.data') askedNow.push(event.bytes);
              if (event.kind === 'http1.refused') throw event.fault;
              if (event.kind !== 'http1.end') continue;
              expect(event.trailers.size).toBe(one.requestChunked && one.trailers ? 1 : 0);
              asked.push(concatBytes(askedNow));
              askedNow = [];
              responseAt = 0;
              server.sendResponse(
                200,
                one.responseFraming === 'length' ? { 'Content-Length': String(one.response.length) } : {},
              );
            }
            for (const event of drain(client)) {
              if (event.kind === 'http1.data') gotNow.push(event.bytes);
              if (event.kind === 'http1.refused') throw event.fault;
              if (event.kind !== 'http1.end') continue;
              got.push(concatBytes(gotNow));
              gotNow = [];
              n += 1;
              requestAt = -1;
              responseAt = -1;
            }
          }
          expect(asked.map((bytes) => toLatin1(bytes))).toEqual(
            exchanges.map(({ request }) => toLatin1(request)),
          );
          expect(got.map((bytes) => toLatin1(bytes))).toEqual(
            exchanges.map(({ method, response }) => (method === 'HEAD' ? '' : toLatin1(response))),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
