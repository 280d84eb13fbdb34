// fetch and its relatives.
'use strict';
const http = require('node:http');
const net = require('node:net');
const { assert, cases } = require('./case.cjs');

async function serve(t, listener) {
  const server = http.createServer(listener);
  server.listen(0, '127.0.0.1');
  await t.event(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${server.address().port}`;
}

cases('fetch', (add) => {
  add('a plain response', async (t) => {
    const url = await serve(t, (_, res) => res.writeHead(201, 'Made', { 'X-A': 'b' }).end('hello'));
    const response = await fetch(`${url}/path?q#f`);
    assert.deepStrictEqual(
      [response.status, response.statusText, response.ok, response.redirected, response.type, response.url],
      [201, 'Made', true, false, 'basic', `${url}/path?q#f`.replace('#f', '')],
    );
    assert.strictEqual(response.headers.get('x-a'), 'b');
    assert.strictEqual(response.bodyUsed, false);
    assert.strictEqual(await response.text(), 'hello');
    assert.strictEqual(response.bodyUsed, true);
  });
  add('what it sends by itself', async (t) => {
    const url = await serve(t, (req, res) => res.end(req.rawHeaders.filter((_, i) => i % 2 === 0).join(' ')));
    const names = await (await fetch(url)).text();
    assert.strictEqual(
      names,
      'host connection accept accept-language sec-fetch-mode user-agent accept-encoding',
    );
  });
  add('a text body has a length and a type', async (t) => {
    const url = await serve(t, async (req, res) =>
      res.end(
        [req.method, req.headers['content-length'], req.headers['content-type'], await t.text(req)].join('|'),
      ),
    );
    assert.strictEqual(
      await (await fetch(url, { method: 'POST', body: 'äb' })).text(),
      'POST|3|text/plain;charset=UTF-8|äb',
    );
  });
  for (const [what, body, type, length] of [
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: '1 2' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      '5',
    ],
    ['a Uint8Array', () => new Uint8Array([97, 98]), 'undefined', '2'],
    ['an ArrayBuffer', () => new Uint8Array([97]).buffer, 'undefined', '1'],
    ['a Blob', () => new Blob(['xyz'], { type: 'text/x' }), 'text/x', '3'],
    ['a Buffer', () => Buffer.from('buf'), 'undefined', '3'],
  ]) {
    add(`${what} as a body`, async (t) => {
      const url = await serve(t, async (req, res) => {
        await t.text(req);
        res.end(`${req.headers['content-type']} ${req.headers['content-length']}`);
      });
      assert.strictEqual(
        await (await fetch(url, { method: 'POST', body: body() })).text(),
        `${type} ${length}`,
      );
    });
  }
  add('a stream as a body is chunked', async (t) => {
    const url = await serve(t, async (req, res) =>
      res.end(`${req.headers['transfer-encoding']} ${await t.text(req)}`),
    );
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('one '));
        controller.enqueue(new TextEncoder().encode('two'));
        controller.close();
      },
    });
    assert.strictEqual(
      await (await fetch(url, { method: 'POST', body, duplex: 'half' })).text(),
      'chunked one two',
    );
  });
  add('a stream without duplex is refused', async (t) => {
    const error = await t.rejected(
      fetch('http://127.0.0.1:1/', { method: 'POST', body: new ReadableStream() }),
    );
    assert.strictEqual(error.name, 'TypeError');
    assert.match(error.message, /duplex option is required when sending a body/);
  });
  add('GET with a body is refused', async (t) => {
    const error = await t.rejected(fetch('http://127.0.0.1:1/', { body: 'x' }));
    assert.strictEqual(error.name, 'TypeError');
    assert.match(error.message, /Request with GET\/HEAD method cannot have body/);
  });
  add('json, arrayBuffer, bytes, blob', async (t) => {
    const url = await serve(t, (_, res) =>
      res.setHeader('content-type', 'application/json').end('{"a":[1]}'),
    );
    assert.deepStrictEqual(await (await fetch(url)).json(), { a: [1] });
    assert.strictEqual((await (await fetch(url)).arrayBuffer()).byteLength, 9);
    assert.strictEqual((await (await fetch(url)).bytes())[0], 0x7b);
    const blob = await (await fetch(url)).blob();
    assert.deepStrictEqual([blob.size, blob.type], [9, 'application/json']);
  });
  add('json that is none', async (t) => {
    const url = await serve(t, (_, res) => res.end('<html>'));
    const error = await t.rejected((await fetch(url)).json());
    assert.strictEqual(error.name, 'SyntaxError');
  });
  add('a body is read once', async (t) => {
    const url = await serve(t, (_, res) => res.end('x'));
    const response = await fetch(url);
    await response.text();
    const error = await t.rejected(response.text());
    assert.strictEqual(error.name, 'TypeError');
    assert.match(error.message, /Body is unusable/);
  });
  add('clone is read beside it', async (t) => {
    const url = await serve(t, (_, res) => res.end('twice'));
    const response = await fetch(url);
    const copy = response.clone();
    assert.deepStrictEqual([await response.text(), await copy.text()], ['twice', 'twice']);
  });
  add('a body as a web stream', async (t) => {
    const url = await serve(t, (_, res) => {
      res.write('one ');
      setTimeout(() => res.end('two'), 10);
    });
    const reader = (await fetch(url)).body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      t.log(decoder.decode(value).trim());
    }
    assert.deepStrictEqual(t.seen(), ['one', 'two']);
  });
  add('for await over a body', async (t) => {
    const url = await serve(t, (_, res) => res.end('iterated'));
    let all = '';
    for await (const piece of (await fetch(url)).body) all += Buffer.from(piece).toString();
    assert.strictEqual(all, 'iterated');
  });
  add('HEAD has no body', async (t) => {
    const url = await serve(t, (_, res) => res.end('x'));
    const response = await fetch(url, { method: 'HEAD' });
    assert.strictEqual(await response.text(), '');
  });
  add('204 has a null body', async (t) => {
    const url = await serve(t, (_, res) => res.writeHead(204).end());
    assert.strictEqual((await fetch(url)).body, null);
  });
  add('a redirect is followed', async (t) => {
    const url = await serve(t, (req, res) =>
      req.url === '/' ? res.writeHead(302, { Location: '/there' }).end() : res.end(req.url),
    );
    const response = await fetch(url);
    assert.deepStrictEqual(
      [await response.text(), response.redirected, response.url],
      ['/there', true, `${url}/there`],
    );
  });
  for (const [status, method, expected] of [
    [301, 'POST', 'GET '],
    [302, 'POST', 'GET '],
    [303, 'PUT', 'GET '],
    [307, 'POST', 'POST body'],
    [308, 'PUT', 'PUT body'],
    [301, 'PUT', 'PUT body'],
  ]) {
    add(`${status} after ${method}`, async (t) => {
      const url = await serve(t, async (req, res) => {
        const body = await t.text(req);
        if (req.url === '/') res.writeHead(status, { Location: '/there' }).end();
        else res.end(`${req.method} ${body}`);
      });
      assert.strictEqual(await (await fetch(url, { method, body: 'body' })).text(), expected);
    });
  }
  add('redirect: error', async (t) => {
    const url = await serve(t, (_, res) => res.writeHead(302, { Location: '/there' }).end());
    const error = await t.rejected(fetch(url, { redirect: 'error' }));
    assert.deepStrictEqual(
      [error.name, error.message, error.cause.message],
      ['TypeError', 'fetch failed', 'unexpected redirect'],
    );
  });
  add('redirect: manual', async (t) => {
    const url = await serve(t, (_, res) => res.writeHead(302, { Location: '/there' }).end('moved'));
    const response = await fetch(url, { redirect: 'manual' });
    assert.deepStrictEqual(
      [response.status, response.headers.get('location'), await response.text()],
      [302, '/there', 'moved'],
    );
  });
  add('redirects without end', async (t) => {
    let count = 0;
    const url = await serve(t, (_, res) => (count++, res.writeHead(302, { Location: '/again' }).end()));
    const error = await t.rejected(fetch(url));
    assert.deepStrictEqual(
      [error.message, error.cause.message, count],
      ['fetch failed', 'redirect count exceeded', 21],
    );
  });
  add('authorization is not carried to another origin', async (t) => {
    const other = await serve(t, (req, res) =>
      res.end(`${req.headers.authorization} ${req.headers['x-own']}`),
    );
    const url = await serve(t, (_, res) => res.writeHead(302, { Location: other }).end());
    const response = await fetch(url, { headers: { Authorization: 'secret', 'X-Own': 'kept' } });
    assert.strictEqual(await response.text(), 'undefined kept');
  });
  add('refused: fetch failed, and why', async (t) => {
    const error = await t.rejected(fetch('http://127.0.0.1:2/'));
    assert.deepStrictEqual([error.name, error.message], ['TypeError', 'fetch failed']);
    assert.deepStrictEqual(
      [error.cause.code, error.cause.syscall, error.cause.port],
      ['ECONNREFUSED', 'connect', 2],
    );
  });
  add('a forbidden port', async (t) => {
    const error = await t.rejected(fetch('http://127.0.0.1:1/'));
    assert.strictEqual(error.cause.message, 'bad port');
  });
  add('a connection that breaks: fetch failed, other side closed', async (t) => {
    const server = net.createServer((socket) => socket.once('data', () => socket.destroy()));
    server.listen(0, '127.0.0.1');
    await t.event(server, 'listening');
    t.after(() => new Promise((done) => server.close(done)));
    const error = await t.rejected(fetch(`http://127.0.0.1:${server.address().port}/`));
    assert.deepStrictEqual(
      [error.message, error.cause.code, error.cause.message],
      ['fetch failed', 'UND_ERR_SOCKET', 'other side closed'],
    );
  });
  add('a body that breaks off: terminated', async (t) => {
    const url = await serve(t, (_, res) => {
      res.writeHead(200, { 'Content-Length': 10 });
      res.write('abc');
      setTimeout(() => res.destroy(), 10);
    });
    const response = await fetch(url);
    const error = await t.rejected(response.text());
    assert.deepStrictEqual([error.name, error.message], ['TypeError', 'terminated']);
  });
  add('a scheme that nobody knows', async (t) => {
    const error = await t.rejected(fetch('gopher://a.example/'));
    assert.deepStrictEqual([error.message, error.cause.message], ['fetch failed', 'unknown scheme']);
  });
  add('a URL that is none', async (t) => {
    const error = await t.rejected(fetch('/relative'));
    assert.deepStrictEqual(
      [error.name, error.message, error.cause.code],
      ['TypeError', 'Failed to parse URL from /relative', 'ERR_INVALID_URL'],
    );
  });
  add('data: is read where it stands', async () => {
    const response = await fetch('data:text/plain;base64,aGVsbG8=');
    assert.deepStrictEqual(
      [await response.text(), response.headers.get('content-type')],
      ['hello', 'text/plain'],
    );
  });
  add('abort before: AbortError', async (t) => {
    const error = await t.rejected(fetch('http://127.0.0.1:2/', { signal: AbortSignal.abort() }));
    assert.deepStrictEqual(
      [error.name, error.message, error.code],
      ['AbortError', 'This operation was aborted', 20],
    );
  });
  add('abort with a reason: the reason', async (t) => {
    const reason = new Error('why');
    assert.strictEqual(
      await t.rejected(fetch('http://127.0.0.1:2/', { signal: AbortSignal.abort(reason) })),
      reason,
    );
  });
  add('abort while waiting', async (t) => {
    const url = await serve(t, () => {});
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 10);
    assert.strictEqual((await t.rejected(fetch(url, { signal: abort.signal }))).name, 'AbortError');
  });
  add('abort in the body', async (t) => {
    const url = await serve(t, (_, res) => res.write('some'));
    const abort = new AbortController();
    const response = await fetch(url, { signal: abort.signal });
    setTimeout(() => abort.abort(), 10);
    assert.strictEqual((await t.rejected(response.text())).name, 'AbortError');
  });
  add('AbortSignal.timeout: TimeoutError', async (t) => {
    const url = await serve(t, () => {});
    const error = await t.rejected(fetch(url, { signal: AbortSignal.timeout(15) }));
    assert.deepStrictEqual(
      [error.name, error.message, error.code],
      ['TimeoutError', 'The operation was aborted due to timeout', 23],
    );
  });
  add('AbortSignal.any: whichever comes first', async (t) => {
    const url = await serve(t, () => {});
    const abort = new AbortController();
    const signal = AbortSignal.any([abort.signal, AbortSignal.timeout(1000)]);
    setTimeout(() => abort.abort(new Error('first')), 10);
    assert.strictEqual((await t.rejected(fetch(url, { signal }))).message, 'first');
  });
  add('connections are used again', async (t) => {
    const ports = new Set();
    const url = await serve(t, (req, res) => (ports.add(req.socket.remotePort), res.end('x')));
    for (let i = 0; i < 3; i++) {
      await (await fetch(url)).text();
      await t.sleep(2);
    }
    assert.strictEqual(ports.size, 1);
  });
  add('a body that nobody reads keeps its connection', async (t) => {
    const ports = new Set();
    const url = await serve(
      t,
      (req, res) => (ports.add(req.socket.remotePort), res.end('x'.repeat(200_000))),
    );
    const first = await fetch(url);
    await (await fetch(url)).text();
    assert.strictEqual(ports.size, 2);
    await first.body.cancel();
  });

  // without a network
  add('Headers: names, joining, order', () => {
    const headers = new Headers([
      ['B', '1'],
      ['a', '2'],
      ['b', '3'],
    ]);
    headers.append('Set-Cookie', 'x=1');
    headers.append('Set-Cookie', 'y=2');
    assert.deepStrictEqual(
      [...headers],
      [
        ['a', '2'],
        ['b', '1, 3'],
        ['set-cookie', 'x=1'],
        ['set-cookie', 'y=2'],
      ],
    );
    assert.deepStrictEqual(headers.getSetCookie(), ['x=1', 'y=2']);
    assert.strictEqual(headers.has('B'), true);
    headers.delete('b');
    assert.strictEqual(headers.get('b'), null);
    return Promise.resolve();
  });
  for (const [name, value] of [
    ['', 'x'],
    ['a b', 'x'],
    ['a', 'b\nc'],
    ['a', '\0'],
  ]) {
    add(`Headers refuse ${JSON.stringify([name, value])}`, async (t) => {
      assert.strictEqual(t.thrown(() => new Headers([[name, value]])).name, 'TypeError');
    });
  }
  add('Headers take space from the ends of values', () => {
    assert.strictEqual(new Headers({ a: ' \t b \n' }).get('a'), 'b');
    return Promise.resolve();
  });
  add('Response by hand', async () => {
    const response = new Response('text', { status: 404, headers: { a: 'b' } });
    assert.deepStrictEqual(
      [response.status, response.ok, response.type, response.headers.get('content-type')],
      [404, false, 'default', 'text/plain;charset=UTF-8'],
    );
    assert.strictEqual(await response.text(), 'text');
  });
  add('Response.json, Response.error, Response.redirect', async () => {
    const made = Response.json({ a: 1 }, { status: 202 });
    assert.deepStrictEqual(
      [made.status, made.headers.get('content-type'), await made.text()],
      [202, 'application/json', '{"a":1}'],
    );
    assert.deepStrictEqual([Response.error().type, Response.error().status], ['error', 0]);
    const moved = Response.redirect('http://a.example/b', 301);
    assert.deepStrictEqual([moved.status, moved.headers.get('location')], [301, 'http://a.example/b']);
  });
  for (const status of [199, 600, 101]) {
    add(`a Response of status ${status} is refused`, async (t) => {
      assert.strictEqual(t.thrown(() => new Response(null, { status })).name, 'RangeError');
    });
  }
  add('a body where the status has none', async (t) => {
    assert.strictEqual(t.thrown(() => new Response('x', { status: 204 })).name, 'TypeError');
  });
  add('Request by hand', async () => {
    const request = new Request('http://a.example/b#c', { method: 'post', body: 'x', headers: { h: 'v' } });
    assert.deepStrictEqual(
      [request.method, request.url, request.headers.get('h'), request.redirect],
      ['POST', 'http://a.example/b#c', 'v', 'follow'],
    );
    const copy = new Request(request, { headers: { other: 'w' } });
    assert.deepStrictEqual(
      [copy.method, copy.headers.get('h'), copy.headers.get('other'), await copy.text()],
      ['POST', null, 'w', 'x'],
    );
    assert.strictEqual(request.bodyUsed, true);
  });
  for (const method of ['TRACE', 'CONNECT', 'b ad']) {
    add(`a Request of method ${method} is refused`, async (t) => {
      assert.strictEqual(t.thrown(() => new Request('http://a.example/', { method })).name, 'TypeError');
    });
  }
  add('a URL with credentials is refused', async (t) => {
    assert.match(
      t.thrown(() => new Request('http://a:b@c.example/')).message,
      /Request cannot be constructed from a URL that includes credentials/,
    );
  });
  add('FormData', async () => {
    const form = new FormData();
    form.append('a', '1');
    form.append('a', '2');
    form.set('f', new Blob(['file']), 'name.txt');
    assert.deepStrictEqual(
      [form.getAll('a'), form.get('f').name, form.has('b')],
      [['1', '2'], 'name.txt', false],
    );
    const back = await new Response(form).formData();
    assert.deepStrictEqual([back.getAll('a'), await back.get('f').text()], [['1', '2'], 'file']);
  });
  add('Blob', async () => {
    const blob = new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], { type: 'Text/Plain' });
    assert.deepStrictEqual(
      [blob.size, blob.type, await blob.text(), await blob.slice(1, 3).text()],
      [4, 'text/plain', 'abcd', 'bc'],
    );
  });
  add('AbortController', async (t) => {
    const abort = new AbortController();
    abort.signal.onabort = (event) => t.log('onabort', event.type);
    abort.signal.addEventListener('abort', () => t.log('listener'), { once: true });
    abort.abort();
    abort.abort('again');
    assert.deepStrictEqual(t.seen(), ['onabort abort', 'listener']);
    assert.deepStrictEqual([abort.signal.aborted, abort.signal.reason.name], [true, 'AbortError']);
    assert.strictEqual(
      t.thrown(() => abort.signal.throwIfAborted()),
      abort.signal.reason,
    );
  });
  add('structuredClone', async (t) => {
    const copy = structuredClone({ a: new Map([[1, new Date(0)]]) });
    assert.strictEqual(copy.a.get(1).getTime(), 0);
    assert.strictEqual(t.thrown(() => structuredClone(() => {})).name, 'DataCloneError');
  });
  add('streams: order of a pull', async (t) => {
    let count = 0;
    const stream = new ReadableStream(
      {
        pull(controller) {
          t.log('pull', ++count);
          if (count === 3) controller.close();
          else controller.enqueue(count);
        },
      },
      { highWaterMark: 0 },
    );
    for await (const value of stream) t.log('value', value);
    assert.deepStrictEqual(t.seen(), ['pull 1', 'value 1', 'pull 2', 'value 2', 'pull 3']);
  });
  add('streams: through a TransformStream', async () => {
    const upper = new TransformStream({
      transform: (chunk, controller) => controller.enqueue(chunk.toUpperCase()),
    });
    const stream = new Response('quiet').body.pipeThrough(new TextDecoderStream()).pipeThrough(upper);
    let all = '';
    for await (const piece of stream) all += piece;
    assert.strictEqual(all, 'QUIET');
  });
});
