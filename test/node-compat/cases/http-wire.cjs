// What a server answers to bytes, and what a client makes of bytes: framing, fields, errors.
'use strict';
const http = require('node:http');
const net = require('node:net');
const { assert, cases } = require('./case.cjs');

async function serve(t, options, listener) {
  const server = http.createServer(options, listener);
  server.listen(0, '127.0.0.1');
  await t.event(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return server;
}

/** Sends text, waits for the end of the connection, and gives all that came back, its Date replaced. */
function exchange(t, server, text, { end = true } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(server.address().port, '127.0.0.1');
    t.after(() => socket.destroy());
    let all = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece) => (all += piece));
    socket.on('error', () => {});
    socket.on('close', () => resolve(all.replace(/^Date: .*$/m, 'Date: …')));
    if (end) socket.end(text, 'latin1');
    else socket.write(text, 'latin1');
  });
}

/** A server on raw sockets that answers every request head with this text and ends. */
async function answering(t, text) {
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(text, 'latin1'));
  });
  server.listen(0, '127.0.0.1');
  await t.event(server, 'listening');
  t.after(() => new Promise((done) => server.close(done)));
  return server;
}

const lines = (...all) => `${all.join('\r\n')}\r\n\r\n`;
const get = (...fields) => lines('GET / HTTP/1.1', 'Host: a.example', 'Connection: close', ...fields);

cases('http on the wire', (add) => {
  const answers = (name, listener, expected, request = get()) =>
    add(name, async (t) => {
      const server = await serve(t, {}, listener);
      assert.strictEqual(await exchange(t, server, request), expected.join('\r\n'));
    });

  answers('end(text) knows the length', (_, res) => res.end('hello'), [
    'HTTP/1.1 200 OK',
    'Date: …',
    'Connection: close',
    'Content-Length: 5',
    '',
    'hello',
  ]);
  answers('end() alone', (_, res) => res.end(), [
    'HTTP/1.1 200 OK',
    'Date: …',
    'Connection: close',
    'Content-Length: 0',
    '',
    '',
  ]);
  answers(
    'write, then end: chunked',
    (_, res) => {
      res.write('one');
      res.end('three');
    },
    [
      'HTTP/1.1 200 OK',
      'Date: …',
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      '8',
      'onethree',
      '0',
      '',
      '',
    ],
  );
  answers(
    'a length that one says oneself',
    (_, res) => {
      res.setHeader('Content-Length', 4);
      res.write('ab');
      res.end('cd');
    },
    ['HTTP/1.1 200 OK', 'Content-Length: 4', 'Date: …', 'Connection: close', '', 'abcd'],
  );
  answers(
    'writeHead with a reason and fields',
    (_, res) => {
      res.writeHead(404, 'Gone Fishing', { 'X-One': '1', 'x-two': ['a', 'b'] });
      res.end('no');
    },
    [
      'HTTP/1.1 404 Gone Fishing',
      'X-One: 1',
      'x-two: a',
      'x-two: b',
      'Date: …',
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      '2',
      'no',
      '0',
      '',
      '',
    ],
  );
  answers(
    'writeHead with a flat list of fields',
    (_, res) => {
      res.writeHead(200, ['X-A', '1', 'X-A', '2']);
      res.end();
    },
    [
      'HTTP/1.1 200 OK',
      'X-A: 1',
      'X-A: 2',
      'Date: …',
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    ],
  );
  answers(
    '204 has no body and no length',
    (_, res) => {
      res.statusCode = 204;
      res.end('ignored');
    },
    ['HTTP/1.1 204 No Content', 'Date: …', 'Connection: close', '', ''],
  );
  answers(
    '304 has none either',
    (_, res) => {
      res.writeHead(304);
      res.end();
    },
    ['HTTP/1.1 304 Not Modified', 'Date: …', 'Connection: close', '', ''],
  );
  answers(
    'HEAD: no content, and no length that nobody said',
    (_, res) => res.end('hello'),
    ['HTTP/1.1 200 OK', 'Date: …', 'Connection: close', '', ''],
    get().replace('GET', 'HEAD'),
  );
  answers(
    'no Date if one says so',
    (_, res) => {
      res.sendDate = false;
      res.end();
    },
    ['HTTP/1.1 200 OK', 'Connection: close', 'Content-Length: 0', '', ''],
  );
  answers(
    'removed fields stay away',
    (_, res) => {
      res.removeHeader('Transfer-Encoding');
      res.removeHeader('Connection');
      res.write('x');
      res.end();
    },
    ['HTTP/1.1 200 OK', 'Date: …', '', 'x'],
  );
  answers(
    'trailers',
    (_, res) => {
      res.setHeader('Trailer', 'X-Sum');
      res.write('data');
      res.addTrailers({ 'X-Sum': '42' });
      res.end();
    },
    [
      'HTTP/1.1 200 OK',
      'Trailer: X-Sum',
      'Date: …',
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      '4',
      'data',
      '0',
      'X-Sum: 42',
      '',
      '',
    ],
  );
  answers(
    'early hints and 102 come first',
    (_, res) => {
      res.writeProcessing();
      res.writeEarlyHints({ link: '</a.css>; rel=preload; as=style' });
      res.end('x');
    },
    [
      'HTTP/1.1 102 Processing',
      '',
      'HTTP/1.1 103 Early Hints',
      'Link: </a.css>; rel=preload; as=style',
      '',
      'HTTP/1.1 200 OK',
      'Date: …',
      'Connection: close',
      'Content-Length: 1',
      '',
      'x',
    ],
  );
  answers(
    '100 Continue by itself',
    (req, res) => {
      req.resume();
      req.on('end', () => res.end('got it'));
    },
    [
      'HTTP/1.1 100 Continue',
      '',
      'HTTP/1.1 200 OK',
      'Date: …',
      'Connection: close',
      'Content-Length: 6',
      '',
      'got it',
    ],
    `${lines('POST / HTTP/1.1', 'Host: a.example', 'Connection: close', 'Expect: 100-continue', 'Content-Length: 2')}ab`,
  );
  answers(
    'an expectation that nobody knows',
    () => {},
    [
      'HTTP/1.1 417 Expectation Failed',
      'Date: …',
      'Connection: close',
      'Transfer-Encoding: chunked',
      '',
      '0',
      '',
      '',
    ],
    get('Expect: miracles'),
  );
  answers(
    'a client of HTTP/1.0 gets no chunks',
    (_, res) => {
      res.write('a');
      res.end('b');
    },
    ['HTTP/1.1 200 OK', 'Date: …', 'Connection: close', '', 'ab'],
    lines('GET / HTTP/1.0'),
  );
  answers(
    'keep-alive of HTTP/1.0 needs a length',
    (_, res) => {
      res.setHeader('Content-Length', 2);
      res.end('ab');
    },
    [
      'HTTP/1.1 200 OK',
      'Content-Length: 2',
      'Date: …',
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      '',
      'ab',
    ],
    lines('GET / HTTP/1.0', 'Connection: keep-alive'),
  );
  answers('text in another encoding', (_, res) => res.end('é', 'latin1'), [
    'HTTP/1.1 200 OK',
    'Date: …',
    'Connection: close',
    'Content-Length: 1',
    '',
    '\xe9',
  ]);
  answers(
    'a list of values becomes lines',
    (_, res) => {
      res.setHeader('Set-Cookie', ['a=1', 'b=2']);
      res.end();
    },
    [
      'HTTP/1.1 200 OK',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'Date: …',
      'Connection: close',
      'Content-Length: 0',
      '',
      '',
    ],
  );
  answers(
    'appendHeader',
    (_, res) => {
      res.setHeader('X-List', 'a');
      res.appendHeader('X-List', 'b');
      res.end();
    },
    [
      'HTTP/1.1 200 OK',
      'X-List: a',
      'X-List: b',
      'Date: …',
      'Connection: close',
      'Content-Length: 0',
      '',
      '',
    ],
  );

  add('two requests in one segment are answered in order', async (t) => {
    const server = await serve(t, {}, (req, res) =>
      setTimeout(() => res.end(req.url), req.url === '/1' ? 30 : 0),
    );
    const all = await exchange(
      t,
      server,
      lines('GET /1 HTTP/1.1', 'Host: a') + lines('GET /2 HTTP/1.1', 'Host: a', 'Connection: close'),
      { end: false },
    );
    assert.ok(all.indexOf('/1') < all.indexOf('/2'), all);
    assert.match(all, /Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n/);
  });

  // what a server refuses, and how
  const refused = (name, request, status, code, pattern = /./) =>
    add(`refused: ${name}`, async (t) => {
      const server = await serve(t, {}, (req, res) => {
        req.on('error', () => {});
        req.resume();
        res.end('ok');
      });
      let error;
      server.on('clientError', (problem, socket) => {
        error ??= problem;
        socket.end(`HTTP/1.1 ${problem.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400} by hand\r\n\r\n`);
      });
      const all = await exchange(t, server, request);
      assert.strictEqual(error?.code, code, `${error?.message} ${all}`);
      assert.match(error.message, pattern);
      assert.match(all, new RegExp(`HTTP/1.1 ${status} by hand`));
    });
  refused(
    'a method of lower case',
    lines('get / HTTP/1.1', 'Host: a'),
    400,
    'HPE_INVALID_METHOD',
    /^Parse Error: Invalid method encountered$/,
  );
  refused('a method that is none', lines('FROB / HTTP/1.1', 'Host: a'), 400, 'HPE_INVALID_METHOD');
  refused(
    'another protocol',
    lines('GET / HTTQ/1.1', 'Host: a'),
    400,
    'HPE_INVALID_CONSTANT',
    /^Parse Error: /,
  );
  refused(
    'a version that is none',
    lines('GET / HTTP/9.9', 'Host: a'),
    400,
    'HPE_INVALID_VERSION',
    /^Parse Error: Invalid HTTP version$/,
  );
  refused(
    'a space in a name',
    lines('GET / HTTP/1.1', 'Ho st: a'),
    400,
    'HPE_INVALID_HEADER_TOKEN',
    /^Parse Error: Invalid header token$/,
  );
  refused('a space before the colon', lines('GET / HTTP/1.1', 'Host : a'), 400, 'HPE_INVALID_HEADER_TOKEN');
  refused(
    'a line without colon',
    lines('GET / HTTP/1.1', 'Host: a', 'nonsense'),
    400,
    'HPE_INVALID_HEADER_TOKEN',
  );
  refused(
    'a control character in a value',
    lines('GET / HTTP/1.1', 'Host: a\x01b'),
    400,
    'HPE_INVALID_HEADER_TOKEN',
    /Invalid header value char/,
  );
  refused(
    'a length that is no number',
    lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: x'),
    400,
    'HPE_INVALID_CONTENT_LENGTH',
    /^Parse Error: Invalid character in Content-Length$/,
  );
  refused(
    'two lengths',
    lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Content-Length: 2'),
    400,
    'HPE_UNEXPECTED_CONTENT_LENGTH',
  );
  refused(
    'a length beside chunks',
    lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
    400,
    'HPE_INVALID_TRANSFER_ENCODING',
  );
  refused(
    'chunks beside a length',
    lines('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked', 'Content-Length: 1'),
    400,
    'HPE_INVALID_CONTENT_LENGTH',
  );
  refused(
    'a coding after chunked',
    lines('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked, gzip'),
    400,
    'HPE_INVALID_TRANSFER_ENCODING',
    /^Parse Error: Invalid `Transfer-Encoding` header value$/,
  );
  refused(
    'a size of a chunk that is none',
    `${lines('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')}zz\r\n`,
    400,
    'HPE_INVALID_CHUNK_SIZE',
    /^Parse Error: Invalid character in chunk size$/,
  );
  refused(
    'fields without end',
    lines('GET / HTTP/1.1', 'Host: a', `X: ${'x'.repeat(20_000)}`),
    431,
    'HPE_HEADER_OVERFLOW',
    /^Parse Error: Header overflow$/,
  );
  refused(
    'an end inside a head',
    'GET / HTTP/1.1\r\nHost: a\r\n',
    400,
    'HPE_INVALID_EOF_STATE',
    /^Parse Error$/,
  );
  refused('an obsolete fold', lines('GET / HTTP/1.1', 'Host: a', ' folded'), 400, 'HPE_INVALID_HEADER_TOKEN');
  refused(
    'a bare CR',
    'GET / HTTP/1.1\rHost: a\r\n\r\n',
    400,
    'HPE_STRICT',
    /^Parse Error: Expected CRLF after version$/,
  );
  refused(
    'a bare LF between lines',
    'GET / HTTP/1.1\nHost: a\n\n',
    400,
    'HPE_INVALID_VERSION',
    /^Parse Error: Expected CRLF after version$/,
  );
  refused(
    'data after close',
    `${get()}GET /2 HTTP/1.1\r\n\r\n`,
    400,
    'HPE_CLOSED_CONNECTION',
    /^Parse Error: Data after `Connection: close`$/,
  );

  const plain = (name, request, expected) =>
    add(`by itself: ${name}`, async (t) => {
      const server = await serve(t, {}, (_, res) => res.end('ok'));
      assert.strictEqual(await exchange(t, server, request), expected);
    });
  plain('what cannot be parsed', 'nonsense\r\n\r\n', 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  plain(
    'too many fields',
    lines('GET / HTTP/1.1', 'Host: a', `X: ${'x'.repeat(20_000)}`),
    'HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n',
  );
  plain(
    'no Host',
    lines('GET / HTTP/1.1', 'Connection: close'),
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nDate: …\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  );

  // fields, as a server sees them
  const sees = (name, fields, expected, pick = (req) => req.headers) =>
    add(`fields: ${name}`, async (t) => {
      let seen;
      const server = await serve(t, {}, (req, res) => {
        seen = pick(req);
        res.end();
      });
      await exchange(t, server, lines('GET /path?q=1 HTTP/1.1', 'Host: a', 'Connection: close', ...fields));
      const {
        host: _h,
        connection: _c,
        ...rest
      } = Array.isArray(seen) || typeof seen !== 'object' ? { all: seen } : seen;
      assert.deepStrictEqual('all' in rest ? rest.all : { ...rest }, expected);
    });
  sees('names in lower case', ['X-Thing: A'], { 'x-thing': 'A' });
  sees('space around values goes', ['X:   a b  '], { x: 'a b' });
  sees('an empty value', ['X:'], { x: '' });
  sees('lists are joined', ['X-A: 1', 'x-a: 2'], { 'x-a': '1, 2' });
  sees('cookies are joined by semicolons', ['Cookie: a=1', 'Cookie: b=2'], { cookie: 'a=1; b=2' });
  sees('set-cookie is a list', ['Set-Cookie: a=1', 'Set-Cookie: b=2'], { 'set-cookie': ['a=1', 'b=2'] });
  sees(
    'of some, the first counts',
    ['User-Agent: one', 'User-Agent: two', 'Content-Type: a/b', 'Content-Type: c/d'],
    { 'user-agent': 'one', 'content-type': 'a/b' },
  );
  sees('latin1 stays latin1', ['X: \xe9'], { x: '\xe9' });
  sees(
    'raw, as they came',
    ['X-A: 1', 'x-a: 2'],
    ['Host', 'a', 'Connection', 'close', 'X-A', '1', 'x-a', '2'],
    (req) => req.rawHeaders,
  );
  sees('distinct', ['X-A: 1', 'x-a: 2'], ['1', '2'], (req) => req.headersDistinct['x-a']);
  sees('the target', [], '/path?q=1', (req) => req.url);
  sees(
    'the version',
    [],
    '1.1 1 1',
    (req) => `${req.httpVersion} ${req.httpVersionMajor} ${req.httpVersionMinor}`,
  );
  sees('names that objects have are only names', ['__proto__: x', 'constructor: y'], 'y', (req) =>
    [req.headers.constructor].join(),
  );

  add('a body in pieces, and its trailers', async (t) => {
    const server = await serve(t, {}, async (req, res) => {
      const body = await t.text(req);
      res.end(JSON.stringify([body, req.trailers, req.rawTrailers, req.complete]));
    });
    const all = await exchange(
      t,
      server,
      `${lines('POST / HTTP/1.1', 'Host: a', 'Connection: close', 'Transfer-Encoding: chunked')}3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-T: 1\r\n\r\n`,
    );
    assert.ok(all.endsWith('["abcde",{"x-t":"1"},["X-T","1"],true]'), all);
  });
  add('a body that is cut off: aborted, ECONNRESET', async (t) => {
    const server = await serve(t, {}, (req) => {
      req.on('aborted', () => t.log('aborted'));
      req.on('error', (error) => t.log(error.code, error.message));
      req.on('close', () => t.log('close', req.complete));
      req.resume();
    });
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write(`${lines('POST / HTTP/1.1', 'Host: a', 'Content-Length: 10')}abc`);
    await t.sleep(30);
    socket.destroy();
    await t.sleep(50);
    assert.deepStrictEqual(t.seen(), ['aborted', 'ECONNRESET aborted', 'close false']);
  });

  // what a client makes of an answer
  const gives = (name, answer, expected) =>
    add(`client: ${name}`, async (t) => {
      const server = await answering(t, answer);
      const outcome = await new Promise((resolve) => {
        const req = http.get(
          { port: server.address().port, host: '127.0.0.1', agent: false },
          async (res) => {
            let body = '';
            res.setEncoding('latin1');
            res.on('data', (piece) => (body += piece));
            res.on('error', (error) =>
              resolve(`${res.statusCode} then ${error.code} ${error.message} after ${body}`),
            );
            res.on('end', () => resolve(`${res.statusCode} ${res.statusMessage} ${body}`));
          },
        );
        req.on('error', (error) => resolve(`${error.code}: ${error.message}`));
        req.on('information', (info) => t.log(info.statusCode));
      });
      assert.strictEqual([...t.seen(), outcome].join(' | '), expected);
    });
  gives('a length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab', '200 OK ab');
  gives('until the end', 'HTTP/1.1 200 OK\r\n\r\nall of it', '200 OK all of it');
  gives(
    'chunks',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
    '200 OK abc',
  );
  gives('no reason', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', '200  ');
  gives('204', 'HTTP/1.1 204 No Content\r\n\r\n', '204 No Content ');
  gives(
    'an information first',
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    '103 | 200 OK x',
  );
  gives('HTTP/1.0', 'HTTP/1.0 200 OK\r\n\r\nold', '200 OK old');
  gives(
    'less than its length',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab',
    '200 then ECONNRESET aborted after ab',
  );
  gives(
    'chunks that break off',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab',
    '200 then ECONNRESET aborted after ab',
  );
  gives('nothing', '', 'ECONNRESET: socket hang up');
  gives('half a head', 'HTTP/1.1 200 OK\r\nX: y\r\n', 'ECONNRESET: socket hang up');
  gives(
    'something else',
    'SSH-2.0-OpenSSH_9.2\r\n',
    'HPE_INVALID_CONSTANT: Parse Error: Expected HTTP/, RTSP/ or ICE/',
  );
  gives(
    'a status that is none',
    'HTTP/1.1 2x0 OK\r\n\r\n',
    'HPE_INVALID_STATUS: Parse Error: Invalid status code',
  );
  gives(
    'two lengths',
    'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    'HPE_UNEXPECTED_CONTENT_LENGTH: Parse Error: Duplicate Content-Length',
  );
  gives(
    'a field that is none',
    'HTTP/1.1 200 OK\r\nbad name: x\r\n\r\n',
    'HPE_INVALID_HEADER_TOKEN: Parse Error: Invalid header token',
  );
});
