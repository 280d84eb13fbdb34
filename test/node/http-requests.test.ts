// http.Server beside the real Node: upgrades, tunnels, expectations, and the options that say how heads are read.
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

describe('http.Server and its requests', () => {
  it('hands over upgrades and tunnels', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'upgrade',
    {},
    (q, r) => {},
    {
      upgrade(q, s, h) {
        console.log(q.upgrade, q.headers, String(h));
        s.on('data', (d) => {
          console.log('up', String(d));
          s.write('echo ' + d);
        });
        s.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      },
    },
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhead');
      await wait(50);
      c.write('more');
      await wait(50);
      c.end();
      await wait(50);
    },
  );
  await scene(
    'upgrade with body',
    {},
    (q, r) => {},
    {
      upgrade(q, s, h) {
        q.on('data', (d) => console.log('body', String(d)));
        q.on('end', () => console.log('body end'));
        s.on('data', (d) => {
          console.log('up', String(d));
        });
        s.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      },
    },
    async (c) => {
      c.write(
        'POST / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\nContent-Length: 4\r\n\r\nab',
      );
      await wait(50);
      c.write('cdrest');
      await wait(50);
    },
  );
  await scene(
    'upgrade ignored',
    {},
    (q, r) => {
      console.log('request', q.upgrade);
      r.end('plain');
    },
    {},
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'shouldUpgrade',
    { shouldUpgradeCallback: (q) => q.headers.upgrade === 'yes' },
    (q, r) => {
      console.log('request');
      r.end('plain');
    },
    {
      upgrade(q, s) {
        s.end('bye');
      },
    },
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: no\r\n\r\n');
      await wait(50);
      c.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: yes\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'connect',
    {},
    (q, r) => {},
    {
      connect(q, s, h) {
        console.log(q.url, String(h));
        s.write('HTTP/1.1 200 OK\r\n\r\n');
        s.pipe(s);
      },
    },
    async (c) => {
      c.write('CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\nhi');
      await wait(50);
      c.write('there');
      await wait(50);
    },
  );
  await scene(
    'connect without listener',
    {},
    () => {},
    {},
    async (c) => {
      c.write('CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n');
      await wait(50);
    },
  );
})();
`,
    ));

  it('asks before it reads a body', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'checkContinue',
    {},
    (q, r) => {
      console.log('request');
      r.end('r');
    },
    {
      checkContinue(q, r) {
        r.writeHead(200);
        r.end('no');
      },
    },
    async (c) => {
      c.write('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n');
      await wait(100);
    },
  );
  await scene(
    'checkExpectation',
    {},
    (q, r) => {},
    {
      checkExpectation(q, r) {
        r.statusCode = 200;
        r.end('fine');
      },
    },
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n');
      await wait(100);
    },
  );
  await scene(
    'information',
    {},
    (q, r) => {
      r.writeInformation(110, { A: 'b' });
      r.writeInformation(103, ['A', 'b']);
      try {
        r.writeInformation(101);
      } catch (e) {
        console.log(e.code);
      }
      r.end();
    },
    {},
    async (c) => {
      c.write(G);
      await wait(30);
    },
  );
})();
`,
    ));

  it('reads heads as its options say', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await scene(
    'insecure',
    { insecureHTTPParser: true },
    (q, r) => {
      console.log(JSON.stringify(q.headers));
      r.end();
    },
    {},
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nA: \x01b\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'maxHeadersCount',
    {},
    (q, r) => {
      console.log(q.headers, q.rawHeaders.length);
      r.end();
    },
    {
      setup(s) {
        s.maxHeadersCount = 2;
      },
    },
    async (c) => {
      c.write('GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'join',
    { joinDuplicateHeaders: true },
    (q, r) => {
      console.log(q.headers, q.headersDistinct);
      r.end();
    },
    {},
    async (c) => {
      c.write(
        'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: 1\r\nauthorization: 2\r\nX: a\r\nx: b\r\nCookie: a\r\nCookie: b\r\nSet-Cookie: q\r\n\r\n',
      );
      await wait(50);
    },
  );
  await scene(
    'no host',
    { requireHostHeader: false },
    (q, r) => {
      r.end('ok');
    },
    {},
    async (c) => {
      c.write('GET / HTTP/1.1\r\n\r\n');
      await wait(50);
    },
  );
  await scene(
    'optimize',
    { optimizeEmptyRequests: true },
    (q, r) => {
      q.on('end', () => console.log('end')).on('close', () => console.log('close'));
      r.end('x');
    },
    {},
    async (c) => {
      c.write(G);
      await wait(30);
    },
  );
})();
`,
    ));

  it('refuses what comes too late', () =>
    expectSame(
      PRELUDE +
        `
(async () => {
  await scene(
    'reject body',
    { rejectNonStandardBodyWrites: true },
    (q, r) => {
      r.statusCode = 204;
      try {
        r.write('x');
      } catch (e) {
        console.log(e.code, e.message);
      }
      r.end();
    },
    {},
    async (c) => {
      c.write(G);
      await wait(50);
    },
  );
  await scene(
    'writeHead twice',
    {},
    (q, r) => {
      r.writeHead(200);
      for (const f of [
        () => r.writeHead(201),
        () => r.setHeader('a', 'b'),
        () => r.writeContinue(),
        () => r.removeHeader('x'),
        () => r.flushHeaders(),
      ])
        try {
          f();
          console.log('fine');
        } catch (e) {
          console.log(e.code, e.message);
        }
      r.end();
    },
    {},
    async (c) => {
      c.write(G);
      await wait(30);
    },
  );
})();
`,
    ));
});
