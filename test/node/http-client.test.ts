// http.ClientRequest beside the real Node: what it makes of what servers send, byte by byte.
import { describe, it } from 'vitest';
import { expectSame } from './beside-node.ts';

/** What every program here begins with. */
const PRELUDE = String.raw`
const http = require('http'),
  net = require('net');
const wait = (ms) => new Promise((r) => setTimeout(r, ms));
async function against(name, answer, options, hook = {}) {
  console.log('---', name);
  const s = net.createServer((c) => {
    let got = '';
    c.on('data', (d) => {
      got += d;
      if (!c.done) {
        c.done = true;
        console.log('wire', JSON.stringify(String(got).replace(/127.0.0.1:\d+/, 'HOST')));
        typeof answer === 'function' ? answer(c) : c.write(answer);
      } else hook.more?.(c, String(d));
    })
      .on('error', (e) => console.log('server socket', e.code))
      .on('end', () => c.end());
  });
  await new Promise((r) => s.listen(0, '127.0.0.1', r));
  let req;
  try {
    req = http.request({ port: s.address().port, host: '127.0.0.1', agent: false, ...options });
  } catch (e) {
    console.log(e.code, e.message);
    s.close();
    return;
  }
  for (const ev of ['error', 'close', 'continue', 'information', 'upgrade', 'connect', 'timeout', 'response'])
    req.on(ev, (a, b, c) => {
      console.log(
        'req',
        ev,
        ev === 'error'
          ? [a.code, a.message, a.bytesParsed, a.reason]
          : ev === 'information'
            ? [a.statusCode, a.headers]
            : ev === 'upgrade' || ev === 'connect'
              ? [a.statusCode, a.headers, String(c)]
              : '',
      );
      if (ev === 'upgrade' || ev === 'connect') {
        b.on('data', (d) => console.log('tunnel', String(d)));
        b.write('in tunnel');
        setTimeout(() => b.end(), 30);
      }
    });
  req.on('response', (r) => {
    console.log(
      r.statusCode,
      r.statusMessage,
      r.httpVersion,
      JSON.stringify(r.headers),
      JSON.stringify(r.rawHeaders),
    );
    r.setEncoding('latin1');
    for (const ev of ['data', 'end', 'close', 'aborted', 'error'])
      r.on(ev, (a) =>
        console.log(
          'res',
          ev,
          ev === 'data' ? a : ev === 'error' ? [a.code, a.message] : '',
          r.complete,
          JSON.stringify(r.trailers),
        ),
      );
    hook.response?.(r, req);
  });
  hook.request ? req && hook.request(req) : req.end();
  await wait(hook.wait ?? 250);
  req.destroy();
  await new Promise((r) => s.close(r));
}
`;

describe('http.ClientRequest', () => {
  it('reads bodies however they end', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against('plain', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi', {});
  await against(
    'close delimited',
    (c) => {
      c.end('HTTP/1.0 200 OK\r\n\r\nuntil end');
    },
    {},
  );
  await against(
    'chunked trailers',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n',
    {},
  );
  await against(
    'infos',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    {},
  );
  await against('head', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', { method: 'HEAD' });
  await against('304', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', {});
})();
`,
    ));

  it('refuses what is no HTTP', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against('bad status', 'HTTP/1.1 2x0 OK\r\n\r\n', {});
  await against('not http', 'hello\r\n', {});
  await against(
    'both framings',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n',
    {},
  );
  await against('bad chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\nzz\r\n', {});
  await against('small max', 'HTTP/1.1 200 OK\r\nA: ' + 'b'.repeat(200) + '\r\n\r\n', { maxHeaderSize: 100 });
  await against(
    'double response',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho',
    {},
  );
})();
`,
    ));

  it('is as strict as it is told', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against('insecure', 'HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n', {
    insecureHTTPParser: true,
  });
  await against('strict', 'HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n', {});
  await against('relaxed', 'HTTP/1.1 200 OK\r\nA: \x01\r\nContent-Length: 0\r\n\r\n', {
    httpValidation: 'relaxed',
  });
})();
`,
    ));

  it('tells of servers that break off', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against('end in head', (c) => c.end('HTTP/1.1 200 OK\r\nA'), {});
  await against('end in body', (c) => c.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'), {});
  await against(
    'reset in body',
    (c) => {
      c.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab');
      setTimeout(() => c.resetAndDestroy(), 20);
    },
    {},
  );
  await against('reset first', (c) => c.resetAndDestroy(), {});
})();
`,
    ));

  it('hands over upgrades and tunnels', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against(
    'upgrade',
    (c) => {
      c.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nfirst');
    },
    { headers: { Connection: 'Upgrade', Upgrade: 'x' } },
    {
      more(c, d) {
        console.log('server tunnel', d);
        c.write('reply');
      },
    },
  );
  await against(
    'connect',
    (c) => {
      c.write('HTTP/1.1 200 OK\r\n\r\nfirst');
    },
    { method: 'CONNECT', path: 'a.example:443' },
    {
      more(c, d) {
        console.log('server tunnel', d);
      },
    },
  );
})();
`,
    ));

  it('sends what the options say', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against(
    'keep-alive asked',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi',
    { agent: undefined },
  );
  await against(
    'post length',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'POST' },
    { request: (r) => r.end('body') },
  );
  await against(
    'post chunks',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'POST' },
    {
      request: (r) => {
        r.write('a');
        r.write(Buffer.from('b'));
        r.end();
      },
    },
  );
  await against(
    'get with body',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'GET' },
    {
      request: (r) => {
        r.write('a');
        r.end();
      },
    },
  );
  await against(
    'trailers',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'POST', headers: { Trailer: 'X' } },
    {
      request: (r) => {
        r.write('a');
        r.addTrailers({ X: 'y' });
        r.end();
      },
    },
  );
  await against('array headers', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', {
    headers: ['A', '1', 'a', '2', 'Host', 'h'],
  });
  await against('auth host setHost', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', {
    auth: 'u:p',
    setHost: false,
    headers: { Cookie: ['a=1', 'b=2'] },
  });
  await against('no default headers', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', {
    setDefaultHeaders: false,
  });
  await against('unique', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', {
    headers: { 'X-Y': ['1', '2'], Z: ['1', '2'] },
    uniqueHeaders: ['x-y'],
  });
  await against('createConnection', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', {
    agent: undefined,
    createConnection: (o) => {
      console.log('create', typeof o.port);
      return net.connect({ port: o.port, host: o.host });
    },
  });
  await against(
    'continue',
    (c) => {
      c.write('HTTP/1.1 100 Continue\r\n\r\n');
      setTimeout(() => c.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 20);
    },
    { method: 'PUT', headers: { Expect: '100-continue' } },
    {
      request: (r) => {
        r.on('continue', () => r.end('data'));
      },
      more(c, d) {
        console.log('wire', JSON.stringify(d));
      },
    },
  );
})();
`,
    ));

  it('ends as the program wants', () =>
    expectSame(
      PRELUDE +
        String.raw`
(async () => {
  await against(
    'unheard response',
    'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
    {},
    {
      request: (r) => {
        r.removeAllListeners('response');
        r.end();
      },
    },
  );
  await against(
    'res.destroy',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi',
    {},
    { response: (r) => setTimeout(() => r.destroy(), 20) },
  );
  await against(
    'res.destroy error',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi',
    {},
    { response: (r) => setTimeout(() => r.destroy(new Error('mine')), 20) },
  );
  await against(
    'req.destroy in response',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi',
    {},
    { response: (r, q) => q.destroy() },
  );
  await against(
    'write after end',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'POST' },
    {
      request: (r) => {
        r.end('x');
        console.log(r.write('y', (e) => console.log('cb', e.code)));
        r.end('z', (e) => console.log('cb2', e.code));
      },
    },
  );
  await against(
    'end callback',
    'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    { method: 'POST' },
    {
      request: (r) => {
        r.on('finish', () => console.log('finish'));
        r.end('x', (e) => console.log('endcb', e));
        r.end((e) => console.log('endcb2', e && e.code));
      },
    },
  );
})();
`,
    ));
});
