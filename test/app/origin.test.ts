/** The origin server on a simulated host, spoken to in literal bytes over simulated TCP. */
import { describe, expect, it } from 'vitest';
import { chaiCartSite } from '../../src/engine/app/chaicart.ts';
import { runOrigin } from '../../src/engine/app/origin.ts';
import { crc32 } from '../../src/engine/app/png.ts';
import { fromLatin1, toLatin1 } from '../../src/engine/base/bytes.ts';
import { MILLISECOND, SECOND } from '../../src/engine/base/units.ts';
import { changed } from '../../src/engine/net/transport/tcp-socket.ts';
import { sleep, type Task } from '../../src/engine/sim/task.ts';
import { RIGHT, readAll, twoHosts } from '../net/two-hosts.ts';

/** Sends `requests` and gives all that comes back until the server closes, and when it closed. */
function ask(
  requests: readonly string[],
  pause = 0,
  endAfter = true,
): { text: string; closedAt: number; left: number } {
  const hosts = twoHosts({ delay: 5 * MILLISECOND, rate: 100e6 });
  runOrigin(hosts.right, chaiCartSite());
  let text = '';
  let closedAt = -1;
  hosts.left.run(
    'client',
    (function* (): Task {
      const socket = yield* hosts.left.tcp.connect(RIGHT, 80);
      for (const request of requests) {
        socket.write(fromLatin1(request));
        if (pause > 0) yield* sleep(hosts.world.kernel, pause);
      }
      if (endAfter) socket.end();
      text = toLatin1(yield* readAll(socket));
      closedAt = hosts.world.now;
      if (!endAfter) socket.end();
    })(),
  );
  hosts.world.kernel.run({ until: 600 * SECOND, maxEvents: 1_000_000 });
  return { text, closedAt, left: hosts.right.tcp.sockets().length };
}

const GET = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: chaicart.example\r\n\r\n`;

describe('the origin server', () => {
  it('answers pipelined requests in their order, although the first is the most work', () => {
    const { text } = ask([GET('/') + GET('/menu.json') + GET('/nothing')]);
    const heads = [...text.matchAll(/HTTP\/1\.1 (\d{3})[^\r]*\r\n(?:[^\r]+\r\n)*?Content-Type: ([^\r;]+)/g)];
    expect(heads.map(([, status, type]) => `${status} ${type}`)).toEqual([
      '200 text/html',
      '200 application/json',
      '404 text/plain',
    ]);
  });

  it('sends a photograph that is a whole PNG: every chunk has its right checksum', () => {
    const { text } = ask([GET('/chai.png')]);
    const png = fromLatin1(text.slice(text.indexOf('\r\n\r\n') + 4));
    expect(toLatin1(png.subarray(1, 4))).toBe('PNG');
    const view = new DataView(png.buffer, png.byteOffset);
    const kinds: string[] = [];
    for (let at = 8; at < png.length; ) {
      const length = view.getUint32(at);
      kinds.push(toLatin1(png.subarray(at + 4, at + 8)));
      expect(view.getUint32(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)));
      at += 12 + length;
    }
    expect(kinds).toEqual(['IHDR', 'IDAT', 'IEND']);
  });

  it('answers HEAD without a body, refuses what it does not serve, and says what it allows', () => {
    const head = ask(['HEAD / HTTP/1.1\r\nHost: chaicart.example\r\n\r\n']).text;
    expect(head).toContain('Content-Length: 2052');
    expect(head.endsWith('\r\n\r\n')).toBe(true);
    const post = ask(['POST / HTTP/1.1\r\nHost: chaicart.example\r\nContent-Length: 2\r\n\r\nhi']).text;
    expect(post).toMatch(/^HTTP\/1\.1 405 [^\r]*\r\n[\s\S]*Allow: GET, HEAD\r\n/);
  });

  it('answers garbage with 400 and closes', () => {
    const { text, left } = ask(['one two three four\r\n\r\n'], 0, false);
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(left).toBe(0);
  });

  it('closes a connection on which nothing comes for 75 s, and keeps none behind', () => {
    const { closedAt, left } = ask([GET('/menu.json')], 0, false);
    expect(closedAt).toBeGreaterThan(75 * SECOND);
    expect(closedAt).toBeLessThan(76 * SECOND);
    expect(left).toBe(0);
  });

  it('gives up on a head that drips in', () => {
    const drops = Array.from({ length: 40 }, (_, i) => (i === 0 ? 'GET / HTTP/1.1\r\n' : `X-${i}: slow\r\n`));
    const { text, closedAt } = ask(drops, 2 * SECOND, false);
    expect(text).toMatch(/^HTTP\/1\.1 408 /);
    expect(closedAt).toBeLessThan(90 * SECOND);
  });
});

describe('initial sequence numbers', () => {
  it('rise between two connections of the same four-tuple (RFC 9293 §3.4.1)', () => {
    const { world, left, right } = twoHosts({ delay: MILLISECOND });
    const listener = right.tcp.listen(80);
    const seen: number[] = [];
    right.run(
      'server',
      (function* (): Task {
        for (;;) (yield* listener.accept()).end();
      })(),
    );
    left.run(
      'client',
      (function* (): Task {
        for (let i = 0; i < 2; i++) {
          const socket = left.tcp.open(RIGHT, 80, {}, 50_000);
          while (!socket.isEstablished) yield changed(socket);
          seen.push(socket.connection.sender.initial);
          socket.close();
          yield* sleep(world.kernel, 200 * SECOND);
        }
      })(),
    );
    world.kernel.run({ until: 1000 * SECOND, maxEvents: 100_000 });
    expect(seen).toHaveLength(2);
    expect((seen[1]! - seen[0]!) >>> 0).toBe(Math.floor((200 * SECOND + 2 * MILLISECOND) / 4000));
  });
});
