// http.Server beside the real Node: what it does with clients that are slow, wrong, or gone.
import { describe, it } from 'vitest';
import { expectSame } from './beside-node.ts';

/** What every program here begins with. */
const PRELUDE = String.raw`
const http = require('http'),
  net = require('net');
const mask = (t) => String(t).replace(/Date: [^\r]*/g, 'Date: X');
const wait = (ms) => new Promise((r) => setTimeout(r, ms * 2));
async function scene(name, options, listener, hook, send) {
  console.log('---', name);
  const s = http.createServer(options, listener);
  for (const ev of [
    'clientError',
    'timeout',
    'dropRequest',
    'checkContinue',
    'checkExpectation',
    'upgrade',
    'connect',
    'connection',
    'close',
  ])
    if (hook[ev] !== undefined)
      s.on(ev, (...a) => {
        console.log('server', ev);
        hook[ev](...a);
      });
  hook.setup?.(s);
  await new Promise((r) => s.listen(0, '127.0.0.1', r));
  const c = net.connect(s.address().port, '127.0.0.1');
  let got = '';
  c.on('data', (d) => {
    got += d;
    hook.data?.(c, String(d));
  })
    .on('end', () => console.log('client end'))
    .on('error', (e) => console.log('client error', e.code));
  await send(c, s);
  console.log(JSON.stringify(mask(got)));
  c.destroy();
  s.closeAllConnections();
  await new Promise((r) => s.close(r));
}
const G = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
`;

describe('http.Server and its clients', () => {
  it('ends requests that take too long', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'headersTimeout',
    { headersTimeout: 100, connectionsCheckingInterval: 50, requestTimeout: 1000 },
    () => {},
    {},
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHo');
      await wait(400);
    },
  );
  await scene(
    'requestTimeout',
    { requestTimeout: 150, headersTimeout: 0, connectionsCheckingInterval: 50 },
    (q, r) => {
      q.on('error', (e) => console.log('req error', e.code, e.message))
        .on('aborted', () => console.log('aborted'))
        .on('close', () => console.log('req close'));
      r.on('close', () => console.log('res close'));
    },
    {},
    async (c) => {
      c.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
      await wait(500);
    },
  );
  await scene(
    'server.timeout',
    {},
    (q, r) => {},
    {
      setup(s) {
        s.setTimeout(100);
      },
    },
    async (c) => {
      c.write(G);
      await wait(300);
    },
  );
  await scene(
    'req.setTimeout',
    {},
    (q, r) => {
      q.setTimeout(50, () => {
        console.log('req timeout');
      });
      r.setTimeout(60, () => {
        console.log('res timeout');
        r.end('late');
      });
    },
    {},
    async (c) => {
      c.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
      await wait(300);
    },
  );
})();
`,
    ));

  it('keeps connections for a time', () =>
    expectSame(
      PRELUDE +
        `
(async () => {
  await scene(
    'keepAliveTimeout',
    { keepAliveTimeout: 100, keepAliveTimeoutBuffer: 50 },
    (q, r) => r.end('x'),
    { timeout: undefined },
    async (c) => {
      c.write(G);
      await wait(400);
    },
  );
  await scene(
    'keepAlive timeout event',
    { keepAliveTimeout: 100, keepAliveTimeoutBuffer: 0 },
    (q, r) => r.end('x'),
    {
      timeout(s) {
        console.log('t');
        s.destroy();
      },
    },
    async (c) => {
      c.write(G);
      await wait(400);
    },
  );
  await scene(
    'maxRequestsPerSocket',
    {},
    (q, r) => r.end('ok'),
    {
      dropRequest() {},
      setup(s) {
        s.maxRequestsPerSocket = 2;
      },
    },
    async (c) => {
      c.write(G);
      await wait(30);
      c.write(G);
      await wait(30);
      c.write(G);
      await wait(100);
    },
  );
})();
`,
    ));

  it('answers faults, or lets the program', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'clientError',
    {},
    () => {},
    {
      clientError(e, s) {
        console.log(e.code, e.message, e.bytesParsed, e.reason, String(e.rawPacket), Object.keys(e).join());
        s.end('HTTP/1.1 499 Mine\r\n\r\n');
      },
    },
    async (c) => {
      c.write('NOPE / HTTP/1.1\r\n\r\n');
      await wait(100);
    },
  );
  await scene(
    'clientError eof',
    {},
    () => {},
    {
      clientError(e, s) {
        console.log(e.code, e.message, e.bytesParsed, e.reason);
        s.destroy();
      },
    },
    async (c) => {
      c.end('GET / HT');
      await wait(100);
    },
  );
  await scene(
    'strict TE',
    {},
    () => {},
    {},
    async (c) => {
      c.write('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'chunk ext overflow',
    {},
    (q, r) => {
      q.resume();
    },
    {},
    async (c) => {
      c.write(
        'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;' + 'a'.repeat(20000) + '\r\n',
      );
      await wait(50);
    },
  );
  await scene(
    'maxHeaderSize',
    { maxHeaderSize: 100 },
    (q, r) => {
      r.end();
    },
    {},
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nA: ' + 'b'.repeat(200) + '\r\n\r\n');
      await wait(50);
    },
  );
})();
`,
    ));

  it('knows when a client has gone', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'half close',
    {},
    (q, r) => {
      setTimeout(() => r.end('late'), 50);
    },
    {},
    async (c) => {
      c.end(G);
      await wait(150);
    },
  );
  await scene(
    'half close allowed',
    {},
    (q, r) => {
      setTimeout(() => r.end('late'), 50);
    },
    {
      setup(s) {
        s.httpAllowHalfOpen = true;
      },
    },
    async (c) => {
      c.end(G);
      await wait(150);
    },
  );
  await scene(
    'client goes',
    {},
    (q, r) => {
      q.on('aborted', () => console.log('aborted'))
        .on('error', (e) => console.log('req error', e.code, e.message))
        .on('close', () => console.log('req close', q.destroyed, q.complete));
      r.on('close', () => console.log('res close', r.writableEnded)).on('error', (e) =>
        console.log('res error', e.code),
      );
      setTimeout(() => {
        r.write('x', (e) => console.log('cb', e && e.code));
        r.end((e) => console.log('endcb', e && e.code));
      }, 80);
    },
    {},
    async (c) => {
      c.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab');
      await wait(30);
      c.destroy();
      await wait(150);
    },
  );
  await scene(
    'client goes complete',
    {},
    (q, r) => {
      q.resume();
      q.on('aborted', () => console.log('aborted'))
        .on('error', (e) => console.log('req error', e.code, e.message))
        .on('close', () => console.log('req close', q.destroyed, q.complete));
      r.on('close', () => console.log('res close', r.writableEnded));
    },
    {},
    async (c) => {
      c.write(G);
      await wait(30);
      c.destroy();
      await wait(50);
    },
  );
  await scene(
    'request signal',
    {},
    (q, r) => {
      q.signal.addEventListener('abort', () => console.log('signal aborted', q.signal.reason.name));
    },
    {},
    async (c) => {
      c.write(G);
      await wait(30);
      c.destroy();
      await wait(50);
    },
  );
})();
`,
    ));
});
