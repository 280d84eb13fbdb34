/**
 * The HTTP/1.1 machines against node:http and curl, over real sockets on the loopback interface.
 */
import { spawn } from 'node:child_process';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { Misuse } from '../../src/engine/base/errors.ts';
import { Http1Client } from '../../src/engine/proto/http1/client.ts';
import type { Http1Connection } from '../../src/engine/proto/http1/connection.ts';
import type { HttpEvent, ResponseHead } from '../../src/engine/proto/http1/event.ts';
import { pump } from '../../src/engine/proto/http1/pump.ts';
import { Http1Server } from '../../src/engine/proto/http1/server.ts';
import type { ByteStream } from '../../src/engine/proto/stream.ts';
import { formatHttpDate } from '../../src/engine/wire/http-date.ts';

const absent = (process.env['ABSENT_PROGRAMS'] ?? '').split(' ');
const curlIt = it.skipIf(absent.includes('curl'));

/** A node:net socket as a byte stream. */
class SocketStream implements ByteStream {
  readonly protocol = undefined;
  onChange: (() => void) | undefined;
  error: string | undefined;
  readonly #socket: net.Socket;
  #chunks: Uint8Array[] = [];
  #peerEnded = false;
  #ended = false;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(Uint8Array.from(chunk));
      if (this.readable > 200_000) socket.pause();
      this.onChange?.();
    });
    socket.on('end', () => {
      this.#peerEnded = true;
      this.onChange?.();
    });
    socket.on('drain', () => this.onChange?.());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error ??= error.code ?? 'EIO';
      this.onChange?.();
    });
  }

  get peer(): string {
    return `${this.#socket.remoteAddress}:${this.#socket.remotePort}`;
  }

  get readable(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  read(max = this.readable): Uint8Array {
    const all = concatBytes(this.#chunks);
    this.#chunks = all.length > max ? [all.slice(max)] : [];
    this.#socket.resume();
    return all.slice(0, max);
  }

  get ended(): boolean {
    return this.#peerEnded && this.#chunks.length === 0;
  }

  get writable(): number {
    return this.#ended || this.error ? 0 : Math.max(0, 65_536 - this.#socket.writableLength);
  }

  write(bytes: Uint8Array): number {
    if (this.#ended) throw new Misuse('write() after end()');
    const count = Math.min(bytes.length, this.writable);
    if (count > 0) this.#socket.write(bytes.slice(0, count));
    return count;
  }

  end(): void {
    if (!this.#ended) this.#socket.end();
    this.#ended = true;
  }

  abort(): void {
    this.error ??= 'ECONNABORTED';
    this.#socket.resetAndDestroy();
  }
}

/** Moves and polls until nothing changes. */
function run(
  machine: Http1Connection,
  stream: ByteStream,
  react: (event: HttpEvent) => void,
  write: () => boolean,
): void {
  for (let n = 0; n < 10_000; n++) {
    let moved = pump(machine, stream, 0);
    for (let event = machine.pollEvent(); event; event = machine.pollEvent()) {
      react(event);
      moved = true;
    }
    if (!write() && !moved) return;
  }
}

const BIG = Uint8Array.from({ length: 700_000 }, (_, i) => (i * 7 + (i >> 9)) & 255);

/** Our server: echoes what is posted to /echo, gives 700,000 bytes at /big, and a line elsewhere. */
function serve(socket: net.Socket): void {
  const stream = new SocketStream(socket);
  const server = new Http1Server();
  let received: Uint8Array[] = [];
  let waiting: Uint8Array | undefined;
  let at = 0;
  const respond = (): void => {
    const { target, method } = server.request!;
    const content =
      target === '/big' || target === '/counted'
        ? BIG
        : target === '/echo'
          ? concatBytes(received)
          : fromLatin1(`${method} ${target}\n`);
    received = [];
    const fields = { Date: formatHttpDate(784_111_777), 'Content-Type': 'application/octet-stream' };
    if (target === '/nothing') {
      server.sendResponse(204, fields);
      server.sendEnd();
      return;
    }
    server.sendResponse(
      200,
      target === '/big' ? fields : { ...fields, 'Content-Length': String(content.length) },
    );
    waiting = content;
    at = 0;
  };
  const write = (): boolean => {
    if (!waiting) return false;
    const count = server.sendData(waiting.subarray(at, at + Math.min(server.writable, waiting.length - at)));
    at += count;
    if (at === waiting.length) {
      server.sendEnd(
        server.request!.target === '/big' && server.request!.version === '1.1' ? { 'X-Trailer': 'yes' } : {},
      );
      waiting = undefined;
      return true;
    }
    return count > 0;
  };
  const step = (): void =>
    run(
      server,
      stream,
      (event) => {
        if (event.kind === 'http1.request' && server.continueOwed) server.sendInformational(100);
        if (event.kind === 'http1.data') received.push(event.bytes);
        if (event.kind === 'http1.end') respond();
        if (event.kind === 'http1.refused') server.refuse(event.fault);
      },
      write,
    );
  stream.onChange = step;
}

async function listen(server: net.Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('our server', () => {
  const server = net.createServer({ allowHalfOpen: true }, serve);
  let port = 0;
  beforeAll(async () => {
    port = await listen(server);
  });
  afterAll(() => {
    server.close();
  });

  function request(
    options: http.RequestOptions,
    content?: Uint8Array,
  ): Promise<{ head: http.IncomingMessage; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const outgoing = http.request({ host: '127.0.0.1', port, ...options }, (head) => {
        const parts: Buffer[] = [];
        head.on('data', (part: Buffer) => parts.push(part));
        head.on('end', () => resolve({ head, body: Buffer.concat(parts) }));
        head.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.on('continue', () => outgoing.end(content));
      if (options.headers && 'Expect' in options.headers) outgoing.flushHeaders();
      else outgoing.end(content);
    });
  }

  it('serves http.request: counted, chunked, empty, HEAD, kept alive', async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const plain = await request({ path: '/hello', agent });
    expect(plain.body.toString()).toBe('GET /hello\n');
    expect(plain.head.headers.date).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
    const big = await request({ path: '/big', agent });
    expect(big.head.headers['transfer-encoding']).toBe('chunked');
    expect(big.body.equals(Buffer.from(BIG))).toBe(true);
    expect(big.head.trailers['x-trailer']).toBe('yes');
    const head = await request({ path: '/counted', method: 'HEAD', agent });
    expect([head.head.headers['content-length'], head.body.length]).toEqual([String(BIG.length), 0]);
    expect((await request({ path: '/nothing', agent })).head.statusCode).toBe(204);
    expect((await request({ path: '/hello', agent })).body.toString()).toBe('GET /hello\n');
    // One socket carried them all.
    expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
    agent.destroy();
  });

  it('reads what http.request posts: counted, chunked, and after 100 (Continue)', async () => {
    const counted = await request(
      { path: '/echo', method: 'POST', headers: { 'Content-Length': BIG.length } },
      BIG,
    );
    expect(counted.body.equals(Buffer.from(BIG))).toBe(true);
    const chunked = await request(
      { path: '/echo', method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } },
      BIG,
    );
    expect(chunked.body.equals(Buffer.from(BIG))).toBe(true);
    const careful = await request(
      { path: '/echo', method: 'POST', headers: { Expect: '100-continue', 'Content-Length': 5 } },
      Buffer.from('hello'),
    );
    expect(careful.body.toString()).toBe('hello');
  });

  function curl(...args: string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = spawn('curl', ['-sS', '--max-time', '20', '--noproxy', '*', ...args]);
      const out: Buffer[] = [];
      const errors: Buffer[] = [];
      child.stdout.on('data', (part: Buffer) => out.push(part));
      child.stderr.on('data', (part: Buffer) => errors.push(part));
      child.on('error', reject);
      child.on('close', (code) => {
        if (code === 0) resolve(Buffer.concat(out).toString('latin1'));
        else reject(new Error(`curl: ${code} ${Buffer.concat(errors)}`));
      });
    });
  }

  curlIt('serves curl', async () => {
    const url = `http://127.0.0.1:${port}`;
    expect(await curl(`${url}/a`, `${url}/b`)).toBe('GET /a\nGET /b\n');
    expect(
      await curl('-w', '%{num_connects}', '-o', '/dev/null', `${url}/a`, '-o', '/dev/null', `${url}/b`),
    ).toBe('10');
    expect(await curl(`${url}/big`)).toBe(toLatin1(BIG));
    expect(await curl('--http1.0', `${url}/big`)).toBe(toLatin1(BIG));
    expect(await curl('-I', `${url}/counted`)).toContain(`Content-Length: ${BIG.length}`);
    expect(await curl('--data-binary', 'hello', `${url}/echo`)).toBe('hello');
    expect(await curl('-H', 'Transfer-Encoding: chunked', '--data-binary', 'hello', `${url}/echo`)).toBe(
      'hello',
    );
    expect(await curl('-H', 'Expect: 100-continue', '--data-binary', 'hello', `${url}/echo`)).toBe('hello');
    expect(await curl('-H', 'Connection: close', '-i', `${url}/a`)).toContain('Connection: close');
    expect(await curl('-X', 'OPTIONS', '--request-target', '*', `${url}/`)).toBe('OPTIONS *\n');
    expect(await curl('-i', '-H', 'Host:', `${url}/a`)).toMatch(/^HTTP\/1.1 400 /);
  });

  it('answers pipelined requests in order', async () => {
    const socket = net.connect(port, '127.0.0.1');
    const paths = Array.from({ length: 20 }, (_, n) => `/p${n}`);
    socket.end(paths.map((path) => `GET ${path} HTTP/1.1\r\nHost: a.example\r\n\r\n`).join(''));
    const parts: Buffer[] = [];
    for await (const part of socket) parts.push(part as Buffer);
    expect(
      Buffer.concat(parts)
        .toString()
        .match(/GET \/p\d+/g),
    ).toEqual(paths.map((path) => `GET ${path}`));
  });
});

describe('our client', () => {
  const server = http.createServer((request, response) => {
    if (request.url === '/big') {
      response.writeHead(200, { 'Transfer-Encoding': 'chunked', Trailer: 'X-T' });
      response.addTrailers({ 'X-T': 'yes' });
      response.end(BIG);
    } else if (request.url === '/hints') {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('hinted');
    } else if (request.url === '/nothing') {
      response.writeHead(204).end();
    } else {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () =>
        response.end(`${request.method} ${Buffer.concat(parts).length} ${request.trailers['x-t'] ?? ''}`),
      );
    }
  });
  let port = 0;
  beforeAll(async () => {
    port = await listen(server);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  interface Answer {
    heads: ResponseHead[];
    body: Uint8Array;
    trailer: string | undefined;
  }

  /** One connection that carries exchanges one after the other. */
  class Connection {
    readonly client = new Http1Client();
    readonly stream = new SocketStream(net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }));

    exchange(
      method: string,
      target: string,
      fields: Record<string, string> = {},
      content = new Uint8Array(0),
    ): Promise<Answer> {
      const { client, stream } = this;
      client.sendRequest({ method, target, fields: { Host: `127.0.0.1:${port}`, ...fields } });
      const chunked = 'Transfer-Encoding' in fields;
      let at = 0;
      const write = (): boolean => {
        if (client.states.client !== 'send-body') return false;
        const count = client.sendData(
          content.subarray(at, at + Math.min(client.writable, content.length - at)),
        );
        at += count;
        if (at < content.length) return count > 0;
        client.sendEnd(chunked ? { 'X-T': 'sent' } : {});
        return true;
      };
      const heads: ResponseHead[] = [];
      const parts: Uint8Array[] = [];
      return new Promise((resolve, reject) => {
        const step = (): void =>
          run(
            client,
            stream,
            (event) => {
              if (event.kind === 'http1.response') heads.push(event.response);
              if (event.kind === 'http1.data') parts.push(event.bytes);
              if (event.kind === 'http1.end')
                resolve({ heads, body: concatBytes(parts), trailer: event.trailers.get('x-t') });
              if (event.kind === 'http1.refused') reject(event.fault);
              if (event.kind === 'http1.broken') reject(new Error(String(event.detail['reason'])));
            },
            write,
          );
        stream.onChange = step;
        step();
      });
    }
  }

  it('reads what node:http answers, exchange after exchange', async () => {
    const connection = new Connection();
    const big = await connection.exchange('GET', '/big');
    expect(big.heads[0]).toMatchObject({ status: 200, framing: 'chunked', persistent: true });
    expect(Buffer.from(big.body).equals(Buffer.from(BIG))).toBe(true);
    expect(big.trailer).toBe('yes');
    expect((await connection.exchange('HEAD', '/big')).body).toHaveLength(0);
    expect((await connection.exchange('GET', '/nothing')).heads[0]!.status).toBe(204);
    const hints = await connection.exchange('GET', '/hints');
    expect(hints.heads.map(({ status }) => status)).toEqual([103, 200]);
    expect(toLatin1(hints.body)).toBe('hinted');
    const counted = await connection.exchange('PUT', '/x', { 'Content-Length': String(BIG.length) }, BIG);
    expect(toLatin1(counted.body)).toBe(`PUT ${BIG.length} `);
    const chunked = await connection.exchange('POST', '/x', { 'Transfer-Encoding': 'chunked' }, BIG);
    expect(toLatin1(chunked.body)).toBe(`POST ${BIG.length} sent`);
    const last = await connection.exchange('GET', '/x', { Connection: 'close' });
    expect(last.heads[0]!.persistent).toBe(false);
    expect(connection.client.finished).toBe(true);
  });

  it('hears the refusals of node:http', async () => {
    const connection = new Connection();
    const refused = await connection.exchange('GET', '/x', { Expect: 'nonsense' });
    expect(refused.heads[0]!.status).toBe(417);
  });
});
