// node:http beside the real Node: bytes on the wire, the order of events, back-pressure, pools of connections.
import { describe, it } from 'vitest';
import { expectSame } from './beside-node.ts';

describe('node:http', () => {
  it('writes the same bytes, in the same order of events', () =>
    expectSame(String.raw`
const http = require('http'),
  net = require('net');
const mask = (t) =>
  String(t)
    .replace(/Date: [^\r]*/g, 'Date: X')
    .replace(/localhost:\d+|127.0.0.1:\d+/g, 'HOST');
const s = http.createServer((q, r) => {
  const u = q.url;
  console.log('>', q.method, u, JSON.stringify(q.headers));
  r.on('finish', () => console.log('finish', u))
    .on('close', () => console.log('close', u))
    .on('prefinish', () => console.log('prefinish', u));
  q.on('end', () => console.log('req end', u)).on('close', () => console.log('req close', u));
  if (u === '/a') r.end('hello');
  else if (u === '/b') {
    r.write('one');
    r.write('two');
    setTimeout(() => r.end('three'), 20);
  } else if (u === '/c') {
    r.statusCode = 204;
    r.end();
  } else if (u === '/d') {
    r.writeHead(200, 'Fine', { 'X-A': ['1', '2'], 'Content-Type': 'text/plain' });
    r.end('x');
  } else if (u === '/e') {
    r.writeHead(200, { Trailer: 'X-T' });
    r.write('body');
    r.addTrailers({ 'X-T': 't' });
    r.end();
  } else if (u === '/f') {
    r.setHeader('Set-Cookie', ['a=1', 'b=2']);
    r.writeEarlyHints({ link: '</a.css>; rel=preload' });
    r.writeProcessing();
    r.end(Buffer.from('bin'));
  } else if (u === '/g') {
    r.removeHeader('date');
    r.writeHead(304, { ETag: 'x' });
    r.end('ignored');
  } else if (u === '/h') {
    r.removeHeader('transfer-encoding');
    r.removeHeader('connection');
    r.write('x');
    r.end('y');
  } else if (u === '/i') {
    q.on('data', (d) => console.log('data', String(d)));
    q.on('end', () => {
      console.log(q.trailers, q.rawTrailers);
      r.end('got');
    });
  } else if (u === '/j') {
    r.flushHeaders();
    setTimeout(() => {
      r.end('late');
    }, 5);
  } else if (u === '/k') {
    r.end();
  } else r.end('?');
});
const reqs = [
  'GET /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /b HTTP/1.1\r\nHost: x\r\n\r\n',
  'HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /c HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /d HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /e HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /f HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /g HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /i HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: u\r\n\r\n',
  'GET /j HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /k HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST /i HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nab',
  'GET /a HTTP/1.0\r\n\r\n',
  'GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'GET /h HTTP/1.1\r\nHost: x\r\n\r\n',
  'GET /a HTTP/1.1\r\n\r\n',
  'BAD\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nA' + 'a'.repeat(20000) + ': b\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n',
  'GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\nGET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
];
s.listen(0, '127.0.0.1', async () => {
  for (const t of reqs) {
    await new Promise((done) => {
      const c = net.connect(s.address().port, '127.0.0.1');
      let got = '';
      c.on('data', (d) => (got += d))
        .on('end', () => console.log('ended'))
        .on('close', (h) => {
          console.log(JSON.stringify(mask(got)), h);
          done();
        })
        .on('error', (e) => console.log('cerr', e.code));
      c.write(t);
      setTimeout(() => c.destroy(), 250);
    });
  }
  s.close(() => console.log('closed'));
});
`));

  it('tells a client the same, come what may', () =>
    expectSame(`
const http = require('http');
const log = (...a) => console.log(...a);
const s = http.createServer((q, r) => {
  if (q.url === '/hang') return;
  if (q.url === '/reset') {
    q.socket.destroy();
    return;
  }
  if (q.url === '/partial') {
    r.writeHead(200, { 'Content-Length': 10 });
    r.write('abc');
    setTimeout(() => q.socket.destroy(), 10);
    return;
  }
  if (q.url === '/chunkpart') {
    r.write('abc');
    setTimeout(() => q.socket.destroy(), 10);
    return;
  }
  if (q.url === '/slow') {
    setTimeout(() => r.end('slow'), 200);
    return;
  }
  let b = '';
  q.on('data', (d) => (b += d));
  q.on('end', () => r.end(q.method + q.url + b));
});
function run(name, options, body, hook) {
  return new Promise((done) => {
    log('---', name);
    let req;
    try {
      req = http.request({ port: s.address().port, host: '127.0.0.1', ...options });
    } catch (e) {
      log('throw', e.name, e.code, e.message);
      return done();
    }
    for (const ev of [
      'socket',
      'finish',
      'response',
      'information',
      'continue',
      'timeout',
      'abort',
      'close',
      'error',
      'drain',
      'prefinish',
    ])
      req.on(ev, (x) => {
        log(ev, ev === 'error' ? [x.message, x.code, x.name] : '', req.reusedSocket);
        if (ev === 'close') setTimeout(done, 30);
      });
    req.on('response', (res) => {
      for (const ev of ['data', 'end', 'close', 'aborted', 'error'])
        res.on(ev, (x) =>
          log('res', ev, ev === 'data' ? String(x) : ev === 'error' ? [x.message, x.code] : '', res.complete),
        );
    });
    hook?.(req);
    if (body !== null) req.end(body);
  });
}
s.listen(0, '127.0.0.1', async () => {
  await run('get', { path: '/x' });
  await run('get again', { path: '/x' });
  await run('post', { path: '/p', method: 'POST' }, 'body');
  await run('post chunked', { path: '/p', method: 'POST' }, 'c', (r) => {
    r.write('a');
    r.write('b');
  });
  await run('reset', { path: '/reset' });
  await run('partial', { path: '/partial' });
  await run('chunkpart', { path: '/chunkpart' });
  await run('abort', { path: '/hang' }, undefined, (r) => setTimeout(() => r.abort(), 20));
  await run('destroy', { path: '/hang' }, undefined, (r) => setTimeout(() => r.destroy(), 20));
  await run('destroy err', { path: '/hang' }, undefined, (r) =>
    setTimeout(() => r.destroy(new Error('mine')), 20),
  );
  await run('destroy now', { path: '/hang' }, undefined, (r) => r.destroy());
  await run('timeout', { path: '/slow', timeout: 50 }, undefined);
  await run('timeout destroy', { path: '/hang' }, undefined, (r) =>
    r.setTimeout(50, () => {
      log('cb');
      r.destroy();
    }),
  );
  const ac = new AbortController();
  await run('signal', { path: '/hang', signal: ac.signal }, undefined, () =>
    setTimeout(() => ac.abort(), 20),
  );
  await run('refused', { port: 1, path: '/' });
  await run('badpath', { path: '/ x' });
  await run('badmethod', { method: 'B D' });
  await run('badproto', { protocol: 'https:' });
  await run('agent false', { path: '/x', agent: false });
  await run(
    'expect',
    { path: '/x', method: 'POST', headers: { Expect: '100-continue', 'Content-Length': 3 } },
    null,
    (r) => r.on('continue', () => r.end('abc')),
  );
  http.globalAgent.destroy();
  s.close(() => log('closed'));
});
`));

  it('holds writers back and lets them go on', () =>
    expectSame(`
const http = require('http');
const s = http.createServer((q, r) => {
  if (q.method === 'POST') {
    let n = 0;
    q.on('data', (d) => {
      n += d.length;
      if (n < 200000) {
        q.pause();
        setTimeout(() => q.resume(), 1);
      }
    });
    q.on('end', () => r.end(String(n)));
    return;
  }
  let i = 0,
    drains = 0;
  const go = () => {
    while (i < 50) {
      i++;
      if (!r.write(Buffer.alloc(50000, i))) {
        console.log('full', i === 1 || drains >= 0, r.writableNeedDrain);
        r.once('drain', () => {
          drains++;
          go();
        });
        return;
      }
    }
    r.end(() => console.log('end', drains > 0));
  };
  go();
});
s.listen(0, '127.0.0.1', () => {
  const port = s.address().port;
  http.get({ port, host: '127.0.0.1' }, (r) => {
    let n = 0;
    r.on('data', (d) => (n += d.length));
    r.on('end', () => {
      console.log('got', n, r.complete);
      const q = http.request({ port, host: '127.0.0.1', method: 'POST' }, (r) => {
        r.setEncoding('utf8');
        r.on('data', (d) => console.log('posted', d));
        r.on('end', () => {
          http.globalAgent.destroy();
          s.close(() => console.log('closed'));
        });
      });
      let k = 0,
        dr = 0;
      const go = () => {
        while (k < 40) {
          k++;
          if (!q.write(Buffer.alloc(30000))) {
            q.once('drain', () => {
              dr++;
              go();
            });
            return;
          }
        }
        q.end();
        console.log('drained', dr > 0);
      };
      go();
    });
  });
});
s.on('close', () => console.log('close event'));
`));

  it('lends connections and takes them back', () =>
    expectSame(`
const http = require('http');
const s = http.createServer((q, r) => {
  setTimeout(() => r.end(q.url), { '/2': 120, '/3': 220 }[q.url] || 20);
});
s.on('connection', (c) => console.log('connection'));
s.listen(0, '127.0.0.1', async () => {
  const port = s.address().port;
  const name = '127.0.0.1:' + port + ':';
  for (const o of [
    { keepAlive: true },
    { keepAlive: true, maxSockets: 1 },
    { maxSockets: 2 },
    { keepAlive: true, maxSockets: 2, maxFreeSockets: 1 },
    { keepAlive: true, maxTotalSockets: 1, scheduling: 'fifo' },
    {},
  ]) {
    console.log('==', JSON.stringify(o));
    const agent = new http.Agent(o);
    agent.on('free', () => console.log('free'));
    const show = () =>
      console.log(
        Object.keys(agent.sockets).length,
        (agent.sockets[name] || []).length,
        (agent.freeSockets[name] || []).length,
        (agent.requests[name] || []).length,
        agent.totalSocketCount,
      );
    const one = (p) =>
      new Promise((d) =>
        http.get({ port, host: '127.0.0.1', path: p, agent }, (r) => {
          console.log('res', p, r.req.reusedSocket, r.headers.connection);
          r.resume();
          r.on('end', () => {
            show();
            setTimeout(() => {
              show();
              d();
            }, 50);
          });
        }),
      );
    await Promise.all([one('/1'), one('/2'), one('/3')]);
    await one('/4');
    agent.destroy();
    await new Promise((d) => setTimeout(d, 30));
    show();
  }
  s.close(() => console.log('closed'));
});
`));

  it('refuses what it refuses, in the same words', () =>
    expectSame(String.raw`
// errors of outgoing
const http = require('http');
const t = (n, f) => {
  try {
    console.log(n, f());
  } catch (e) {
    console.log(n, e.name, e.code, e.message);
  }
};
const m = new http.OutgoingMessage();
t(1, () => m.setHeader('a b', 'x'));
t(2, () => m.setHeader('a', undefined));
t(3, () => m.setHeader('a', '\n'));
t(4, () => m.setHeader('', 'x'));
t(5, () => m.setHeader('A-b', ['1', '2']).getHeaders());
t(6, () => m.getHeaderNames());
t(7, () => m.getRawHeaderNames());
t(8, () => m.appendHeader('a-B', '3').getHeader('A-B'));
t(9, () => m.hasHeader(1));
t(10, () => m.removeHeader(undefined));
t(11, () => m.write('x'));
t(12, () => m.setHeaders([]));
t(13, () =>
  m
    .setHeaders(
      new Map([
        ['q', '1'],
        ['set-cookie', 'a'],
      ]),
    )
    .getHeaders(),
);
t(14, () => m.addTrailers({ 'a b': 1 }));
t(15, () => m.addTrailers({ a: '\n' }));
t(16, () => m.headersSent);
t(17, () => [
  m.writableLength,
  m.writableHighWaterMark,
  m.writableCorked,
  m.writableNeedDrain,
  m.writableEnded,
  m.writableFinished,
  m.writableObjectMode,
  m.closed,
  m.errored,
  m.destroyed,
]);
t(18, () => http.validateHeaderName('a:'));
t(19, () => http.validateHeaderValue('a', undefined));
t(20, () => http.validateHeaderValue('x', 'é€'));
t(21, () => http.METHODS.join());
t(22, () => JSON.stringify(http.STATUS_CODES));
t(23, () => http.maxHeaderSize);
t(24, () => http.setMaxIdleHTTPParsers(0));
t(25, () => new http.Server('x'));
t(26, () => new http.Server({ requestTimeout: 1, headersTimeout: 2 }));
t(27, () => new http.Server({ requireHostHeader: 1 }));
t(28, () => new http.Agent({ scheduling: 'x' }));
t(29, () => new http.Agent({ maxTotalSockets: 0 }));
t(30, () => new http.Agent().getName({ port: 80, localAddress: '1.2.3.4', family: 6 }));
t(31, () => http.Agent() instanceof http.Agent);
t(32, () => http.Server() instanceof http.Server);
t(34, () => http.request({ hostname: 1 }));
t(35, () => http.request({ agent: {} }));
t(36, () => http.request({ method: 1 }));
t(37, () => http.request('nope'));
t(38, () => http.request({ timeout: 'x' }));
t(39, () => http.request({ maxHeaderSize: -1 }));
t(40, () => http.request({ insecureHTTPParser: 1 }));
t(41, () => http.request({ headers: { a: undefined } }));
t(42, () => http.request({ httpValidation: 'x' }));
const im = new http.IncomingMessage(null);
t(43, () => {
  const d = {};
  for (const [a, b] of [
    ['A', '1'],
    ['a', '2'],
    ['Cookie', 'x'],
    ['cookie', 'y'],
    ['Set-Cookie', '1'],
    ['set-cookie', '2'],
    ['Host', 'h'],
    ['host', 'i'],
  ])
    im._addHeaderLine(a, b, d);
  return d;
});
const r = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
t(44, () => r.writeHead(99));
t(45, () => r.writeHead(1000));
t(46, () => {
  try {
    r.writeHead(200, 'a\nb');
  } finally {
    r.statusMessage = undefined;
  }
});
t(47, () => r.writeHead(200, ['a']));
t(48, () => r.writeHead(200, { a: 1 }).headersSent);
t(49, () => r.writeHead(200));
t(50, () => r.setHeader('a', 'b'));
t(51, () => r.removeHeader('a'));
t(52, () => r.appendHeader('a', 'b'));
t(53, () => r._header.replace(/Date.*/, ''));
t(54, () => r.write(null));
t(55, () => r.write(1));
t(56, () => r.end('abc').writableEnded);
t(57, () => r.writeEarlyHints({ link: 'bad' }));
t(59, () => [
  http.globalAgent.keepAlive,
  http.globalAgent.scheduling,
  http.globalAgent.maxSockets,
  http.globalAgent.maxFreeSockets,
]);
r.on('error', (e) => console.log('err', e.code, e.message));
r.write('more', (e) => console.log('cb', e.code));
const r2 = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
r2.strictContentLength = true;
r2.setHeader('Content-Length', 3);
t(60, () => r2.write('abcd'));
t(61, () => r2.write('ab'));
t(62, () => r2.end());
const r3 = new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
r3.destroy();
r3.write('x', (e) => console.log('cb3', e.code, e.message));
r3.on('close', () => console.log('close3'));
`));
});
