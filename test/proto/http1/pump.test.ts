import { describe, expect, it } from 'vitest';
import { fromLatin1, toLatin1 } from '../../../src/engine/base/bytes.ts';
import { Http1Client } from '../../../src/engine/proto/http1/client.ts';
import { pump } from '../../../src/engine/proto/http1/pump.ts';
import { Http1Server } from '../../../src/engine/proto/http1/server.ts';
import { memoryPair } from '../../../src/engine/proto/memory-pair.ts';
import { drain, lines } from './drive.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a.example\r\n\r\n';

describe('pump', () => {
  it('says whether anything moved', () => {
    const { first, second, step } = memoryPair();
    const server = new Http1Server();
    expect(pump(server, second)).toBe(false);
    first.write(fromLatin1(GET));
    step();
    expect(pump(server, second)).toBe(true);
    expect(pump(server, second)).toBe(false);
    expect(lines(drain(server))).toHaveLength(2);
  });

  it('ends our half when the last response is out, and reads on (§9.6)', () => {
    const { first, second, step } = memoryPair();
    const server = new Http1Server();
    first.write(fromLatin1(GET));
    step();
    pump(server, second);
    drain(server);
    server.sendResponse(200, { Connection: 'close', 'Content-Length': '2' });
    server.sendData(fromLatin1('ok'));
    server.sendEnd();
    pump(server, second);
    first.write(fromLatin1('more that nobody will answer'));
    step();
    expect(toLatin1(first.read())).toMatch(/ok$/);
    expect(first.ended).toBe(true);
    pump(server, second);
    expect(second.readable).toBe(0);
    first.end();
    step();
    pump(server, second);
    expect(lines(drain(server))).toEqual(['closed the peer ended']);
    expect(first.error).toBeUndefined();
  });

  it('stops reading when nobody polls', () => {
    const { first, second, step } = memoryPair({ capacity: 1_000_000 });
    const server = new Http1Server();
    first.write(fromLatin1(`POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 500000\r\n\r\n`));
    first.write(new Uint8Array(500_000));
    step();
    for (let n = 0; n < 100 && pump(server, second); n++);
    expect(second.readable).toBeGreaterThan(400_000);
    let got = 0;
    for (let n = 0; n < 100; n++) {
      for (const event of drain(server)) if (event.kind === 'http1.data') got += event.bytes.length;
      pump(server, second);
    }
    expect(got).toBe(500_000);
  });

  it('reports an end and a break once each', () => {
    const ended = memoryPair();
    const server = new Http1Server();
    ended.first.end();
    ended.step();
    expect(pump(server, ended.second)).toBe(true);
    expect(lines(drain(server))).toEqual(['closed the peer ended']);
    expect(pump(server, ended.second)).toBe(false);
    const broken = memoryPair();
    const client = new Http1Client();
    client.sendRequest({ method: 'GET', target: '/', fields: { Host: 'a.example' } });
    broken.second.abort();
    broken.step();
    pump(client, broken.first);
    pump(client, broken.first);
    expect(lines(drain(client))).toEqual(['broken ECONNRESET']);
  });

  it('aborts the stream when nothing could be understood any more', () => {
    const { first, second, step } = memoryPair();
    const server = new Http1Server();
    first.write(fromLatin1('POST / HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n'));
    step();
    pump(server, second);
    drain(server);
    server.sendResponse(200);
    first.write(fromLatin1('xyz\r\n'));
    step();
    pump(server, second);
    for (const event of drain(server)) if (event.kind === 'http1.refused') server.refuse(event.fault);
    pump(server, second);
    step();
    expect(first.error).toBe('ECONNRESET');
  });
});
