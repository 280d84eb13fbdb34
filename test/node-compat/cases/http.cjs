// node:http above the wire: order of events, the agent, back-pressure, time-outs, wrong uses.
'use strict';
const events = require('node:events');
const http = require('node:http');
const net = require('node:net');
const { assert, cases } = require('./case.cjs');

async function serve(t, listener, options = {}) {
  const server = http.createServer(options, listener);
  server.listen(0, '127.0.0.1');
  await t.event(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    return new Promise((done) => (server.listening ? server.close(done) : done()));
  });
  return server;
}

const at = (server, rest = {}) => ({ host: '127.0.0.1', port: server.address().port, ...rest });

/** Sends a request and gives its response with the whole body. */
function ask(t, options, body) {
  return new Promise((resolve, reject) => {
    const req = http.request(options, async (res) => resolve({ res, req, body: await t.text(res) }));
    req.on('error', reject);
    req.end(body);
  });
}

cases('http', (add) => {
  add('the order of a client’s events', async (t) => {
    const server = await serve(t, (_, res) => res.end('x'));
    const req = http.get(at(server, { agent: false }));
    for (const name of ['socket', 'finish', 'response', 'close']) req.on(name, () => t.log(name));
    req.on('response', (res) => {
      for (const name of ['data', 'end', 'close']) res.on(name, () => t.log(`res ${name}`));
    });
    await t.event(req, 'close');
    await t.sleep(5);
    assert.deepStrictEqual(t.seen(), [
      'socket',
      'finish',
      'response',
      'res data',
      'res end',
      'res close',
      'close',
    ]);
  });
  add('the order of a server’s events', async (t) => {
    const server = await serve(t, (req, res) => {
      req.on('end', () => t.log('req end'));
      req.on('close', () => t.log('req close'));
      res.on('finish', () => t.log('finish'));
      res.on('close', () => t.log('close'));
      req.resume();
      res.end('x');
    });
    await ask(t, at(server, { agent: false }));
    await t.sleep(20);
    assert.deepStrictEqual(t.seen(), ['finish', 'req end', 'close', 'req close']);
  });
  add('res.headersSent and writableEnded on the way', async (t) => {
    const server = await serve(t, (_, res) => {
      const say = () => t.log(res.headersSent, res.writableEnded, res.writableFinished);
      say();
      res.write('a');
      say();
      res.end();
      say();
      res.on('finish', say);
    });
    await ask(t, at(server, { agent: false }));
    await t.sleep(5);
    assert.deepStrictEqual(t.seen(), [
      'false false false',
      'true false false',
      'true true false',
      'true true true',
    ]);
  });
  add('a body that is sent in pieces', async (t) => {
    const server = await serve(t, async (req, res) =>
      res.end(`${req.headers['transfer-encoding']} ${await t.text(req)}`),
    );
    const answer = await new Promise((resolve) => {
      const req = http.request(at(server, { method: 'POST', agent: false }), async (res) =>
        resolve(await t.text(res)),
      );
      req.write('one ');
      setTimeout(() => req.end('two'), 5);
    });
    assert.strictEqual(answer, 'chunked one two');
  });
  add('a body that is given to end has a length', async (t) => {
    const server = await serve(t, (req, res) => res.end(String(req.headers['content-length'])));
    assert.strictEqual((await ask(t, at(server, { method: 'POST', agent: false }), 'äö')).body, '4');
  });
  add('GET has neither; DELETE without body has neither', async (t) => {
    const server = await serve(t, (req, res) =>
      res.end(`${req.headers['content-length']} ${req.headers['transfer-encoding']}`),
    );
    assert.strictEqual((await ask(t, at(server, { agent: false }))).body, 'undefined undefined');
    assert.strictEqual(
      (await ask(t, at(server, { method: 'DELETE', agent: false }))).body,
      'undefined undefined',
    );
    assert.strictEqual((await ask(t, at(server, { method: 'POST', agent: false }))).body, '0 undefined');
  });
  add('what a request brings by itself', async (t) => {
    const server = await serve(t, (req, res) => res.end(req.rawHeaders.join('|')));
    const { body } = await ask(t, at(server, { agent: false }));
    assert.strictEqual(body, `Host|127.0.0.1:${server.address().port}|Connection|close`);
    const kept = await ask(t, at(server, { agent: new http.Agent({ keepAlive: true }) }));
    assert.strictEqual(kept.body, `Host|127.0.0.1:${server.address().port}|Connection|keep-alive`);
    kept.req.agent.destroy();
  });
  add('fields keep the case in which they were written', async (t) => {
    const server = await serve(t, (req, res) => res.end(req.rawHeaders.slice(0, 4).join('|')));
    const { body } = await ask(t, at(server, { agent: false, headers: { 'x-LOW': '1', 'X-Up': '2' } }));
    assert.strictEqual(body, 'x-LOW|1|X-Up|2');
  });
  add('user and password', async (t) => {
    const server = await serve(t, (req, res) => res.end(req.headers.authorization));
    assert.strictEqual(
      (await ask(t, at(server, { agent: false, auth: 'maya:chai' }))).body,
      'Basic bWF5YTpjaGFp',
    );
    const url = `http://maya:ch%40i@127.0.0.1:${server.address().port}/`;
    assert.strictEqual((await ask(t, url)).body, 'Basic bWF5YTpjaEBp');
  });
  add('a URL, options beside it', async (t) => {
    const server = await serve(t, (req, res) => res.end(`${req.method} ${req.url}`));
    const url = new URL(`http://127.0.0.1:${server.address().port}/a/b?c=d#e`);
    const body = await new Promise((resolve) =>
      http.request(url, { method: 'PUT', agent: false }, async (res) => resolve(await t.text(res))).end(),
    );
    assert.strictEqual(body, 'PUT /a/b?c=d');
  });
  add('localhost is looked up, and IPv6 in brackets is understood', async (t) => {
    const server = http.createServer((req, res) => res.end(req.headers.host.replace(/\d+$/, 'port')));
    server.listen(0, '::1');
    await t.event(server, 'listening');
    t.after(() => new Promise((done) => (server.closeAllConnections(), server.close(done))));
    const { body } = await ask(t, `http://[::1]:${server.address().port}/`);
    assert.strictEqual(body, '[::1]:port');
  });
  add('refused', async (t) => {
    const error = await t.rejected(ask(t, { host: '127.0.0.1', port: 1, agent: false }));
    assert.strictEqual(error.message, 'connect ECONNREFUSED 127.0.0.1:1');
  });
  add('a name that does not exist', async (t) => {
    const lookup = (host, _options, callback) =>
      callback(
        Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', hostname: host }),
      );
    const error = await t.rejected(ask(t, { host: 'nowhere.example', lookup, agent: false }));
    assert.strictEqual(error.code, 'ENOTFOUND');
  });
  add('socket hang up when the server leaves', async (t) => {
    const server = await serve(t, (req) => req.socket.destroy());
    const error = await t.rejected(ask(t, at(server, { agent: false })));
    assert.deepStrictEqual([error.code, error.message], ['ECONNRESET', 'socket hang up']);
  });
  add('destroying a request: ECONNRESET socket hang up', async (t) => {
    const server = await serve(t, () => {});
    const req = http.get(at(server, { agent: false }));
    req.on('error', (error) => t.log(error.code, error.message));
    req.on('close', () => t.log('close', req.destroyed));
    setTimeout(() => req.destroy(), 10);
    await t.event(req, 'close');
    assert.deepStrictEqual(t.seen(), ['ECONNRESET socket hang up', 'close true']);
  });
  add('destroying with an error', async (t) => {
    const server = await serve(t, () => {});
    const req = http.get(at(server, { agent: false }));
    req.on('error', (error) => t.log(error.message));
    setTimeout(() => req.destroy(new Error('mine')), 10);
    await t.event(req, 'close');
    assert.deepStrictEqual(t.seen(), ['mine']);
  });
  add('a signal: AbortError', async (t) => {
    const server = await serve(t, () => {});
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 10);
    const error = await t.rejected(ask(t, at(server, { agent: false, signal: abort.signal })));
    assert.deepStrictEqual(
      [error.name, error.code, error.message],
      ['AbortError', 'ABORT_ERR', 'The operation was aborted'],
    );
  });
  add('AbortSignal.timeout: an AbortError with the time-out as cause', async (t) => {
    const server = await serve(t, () => {});
    const error = await t.rejected(ask(t, at(server, { agent: false, signal: AbortSignal.timeout(15) })));
    assert.deepStrictEqual([error.name, error.cause?.name], ['AbortError', 'TimeoutError']);
  });
  add('timeout tells, and leaves the rest to us', async (t) => {
    const server = await serve(t, (_, res) => setTimeout(() => res.end('late'), 60));
    const req = http.get(at(server, { agent: false, timeout: 20 }));
    req.on('timeout', () => t.log('timeout'));
    const [res] = await t.event(req, 'response');
    assert.strictEqual(await t.text(res), 'late');
    assert.strictEqual(t.seen()[0], 'timeout');
  });
  add('req.setTimeout before there is a socket', async (t) => {
    const server = await serve(t, () => {});
    const req = http.get(at(server, { agent: false }));
    req.setTimeout(20, () => {
      t.log('timeout');
      req.destroy();
    });
    req.on('error', () => {});
    await t.event(req, 'close');
    assert.deepStrictEqual(t.seen(), ['timeout']);
  });
  add('a server’s timeout destroys, unless it is heard', async (t) => {
    const server = await serve(t, () => {});
    server.setTimeout(20);
    const error = await t.rejected(ask(t, at(server, { agent: false })));
    assert.strictEqual(error.message, 'socket hang up');
    server.on('timeout', (socket) => {
      t.log('timeout');
      socket.end('HTTP/1.1 503 Slow\r\nContent-Length: 0\r\n\r\n');
    });
    assert.strictEqual((await ask(t, at(server, { agent: false }))).res.statusCode, 503);
    assert.deepStrictEqual(t.seen(), ['timeout']);
  });

  // the agent
  add('keep-alive: the connection is used again', async (t) => {
    const ports = new Set();
    const server = await serve(t, (req, res) => (ports.add(req.socket.remotePort), res.end('x')));
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const first = await ask(t, at(server, { agent }));
    await t.sleep(1);
    const second = await ask(t, at(server, { agent }));
    assert.strictEqual(ports.size, 1);
    assert.deepStrictEqual([first.req.reusedSocket, second.req.reusedSocket], [false, true]);
  });
  add('the global agent keeps alive', async (t) => {
    const ports = new Set();
    const server = await serve(t, (req, res) => (ports.add(req.socket.remotePort), res.end('x')));
    await ask(t, at(server));
    await t.sleep(1);
    const { res } = await ask(t, at(server));
    assert.strictEqual(ports.size, 1);
    assert.deepStrictEqual([res.headers.connection, res.headers['keep-alive']], ['keep-alive', 'timeout=5']);
  });
  add('without keep-alive, each has its own, and says close', async (t) => {
    const ports = new Set();
    const server = await serve(
      t,
      (req, res) => (ports.add(req.socket.remotePort), res.end(req.headers.connection)),
    );
    const agent = new http.Agent({ keepAlive: false });
    for (let i = 0; i < 3; i++) assert.strictEqual((await ask(t, at(server, { agent }))).body, 'close');
    assert.strictEqual(ports.size, 3);
  });
  add('maxSockets: the third waits', async (t) => {
    let open = 0;
    let most = 0;
    const server = await serve(t, (_, res) => {
      most = Math.max(most, ++open);
      setTimeout(() => (open--, res.end('x')), 10);
    });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
    t.after(() => agent.destroy());
    const all = Array.from({ length: 6 }, () => ask(t, at(server, { agent })));
    await t.sleep(2);
    const name = agent.getName(at(server));
    t.log(agent.sockets[name].length, agent.requests[name].length);
    await Promise.all(all);
    await t.sleep(1);
    t.log(Object.keys(agent.requests).length, agent.freeSockets[name].length);
    assert.strictEqual(most, 2);
    assert.deepStrictEqual(t.seen(), ['2 4', '0 2']);
  });
  add('maxFreeSockets: the others are closed', async (t) => {
    const server = await serve(t, (_, res) => setTimeout(() => res.end('x'), 5));
    const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 1 });
    t.after(() => agent.destroy());
    await Promise.all(Array.from({ length: 3 }, () => ask(t, at(server, { agent }))));
    await t.sleep(5);
    assert.strictEqual(Object.values(agent.freeSockets)[0].length, 1);
  });
  add('lifo takes the youngest, fifo the oldest', async (t) => {
    for (const scheduling of ['lifo', 'fifo']) {
      const server = await serve(t, (req, res) =>
        setTimeout(() => res.end(String(req.socket.remotePort)), 5),
      );
      const agent = new http.Agent({ keepAlive: true, scheduling });
      t.after(() => agent.destroy());
      await Promise.all([1, 2].map(() => ask(t, at(server, { agent }))));
      await t.sleep(2);
      const free = Object.values(agent.freeSockets)[0].map((socket) => String(socket.localPort));
      const { body } = await ask(t, at(server, { agent }));
      t.log(scheduling, free.indexOf(body));
    }
    assert.deepStrictEqual(t.seen(), ['lifo 1', 'fifo 0']);
  });
  add('a response that nobody reads keeps its socket', async (t) => {
    const server = await serve(t, (_, res) => res.end('unread'));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const req = http.get(at(server, { agent }));
    const [res] = await t.event(req, 'response');
    const second = ask(t, at(server, { agent })).then(() => t.log('second'));
    await t.sleep(30);
    t.log('reading');
    res.resume();
    await second;
    assert.deepStrictEqual(t.seen(), ['reading', 'second']);
  });
  add('a request without a listener for its response is read away', async (t) => {
    const server = await serve(t, (_, res) => res.end('nobody'));
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const req = http.get(at(server, { agent }));
    await t.event(req, 'close');
    assert.strictEqual((await ask(t, at(server, { agent }))).body, 'nobody');
  });
  add('the agent’s events and names', async (t) => {
    const server = await serve(t, (_, res) => res.end('x'));
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    agent.on('free', (_socket, options) => t.log('free', options.host));
    await ask(t, at(server, { agent }));
    await t.sleep(2);
    assert.deepStrictEqual(t.seen(), ['free 127.0.0.1']);
    assert.strictEqual(agent.getName({ host: 'a', port: 1, localAddress: 'b', family: 4 }), 'a:1:b:4');
    assert.strictEqual(agent.getName({}), 'localhost::');
  });
  add('a kept connection that the server closed is not used', async (t) => {
    const server = await serve(t, (_, res) => res.end('x'), {
      keepAliveTimeout: 20,
      keepAliveTimeoutBuffer: 0,
    });
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    await ask(t, at(server, { agent }));
    await t.sleep(1500);
    const { req } = await ask(t, at(server, { agent }));
    assert.strictEqual(req.reusedSocket, false);
  });
  add('maxRequestsPerSocket: the last says close, and more are 503', async (t) => {
    const server = await serve(t, (_, res) => res.end('x'));
    server.maxRequestsPerSocket = 2;
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const said = [];
    for (let i = 0; i < 3; i++) {
      const { res } = await ask(t, at(server, { agent }));
      said.push(`${res.headers.connection} ${res.headers['keep-alive']}`);
      await t.sleep(2);
    }
    assert.deepStrictEqual(said, [
      'keep-alive timeout=5, max=2',
      'close undefined',
      'keep-alive timeout=5, max=2',
    ]);
  });

  // back-pressure
  add('res.write says when it is full, and drain when not', async (t) => {
    const server = await serve(t, async (_, res) => {
      const piece = Buffer.alloc(64 * 1024);
      let writes = 0;
      while (res.write(piece) && writes < 4000) writes += 1;
      t.log(writes < 4000, res.writableNeedDrain);
      while (res.writableLength < 8 * 1024 * 1024) res.write(piece);
      await t.event(res, 'drain');
      t.log('drain', res.writableLength);
      res.end();
    });
    const req = http.get(at(server, { agent: false }));
    const [res] = await t.event(req, 'response');
    await t.sleep(20);
    res.resume();
    await t.event(res, 'end');
    assert.deepStrictEqual(t.seen(), ['true true', 'drain 0']);
  });
  add('a request that is not read holds its sender back', async (t) => {
    let held;
    const server = await serve(t, (req, res) => {
      held = req;
      req.on('end', () => res.end('done'));
    });
    const req = http.request(at(server, { method: 'POST', agent: false }));
    const piece = Buffer.alloc(64 * 1024);
    while (req.writableLength < 8 * 1024 * 1024) req.write(piece);
    await t.sleep(40);
    assert.ok(req.writableLength > 0);
    req.end();
    held.resume();
    const [res] = await t.event(req, 'response');
    assert.strictEqual(await t.text(res), 'done');
  });

  // upgrade and CONNECT
  add('upgrade on both sides, with what came behind the head', async (t) => {
    const server = await serve(t, () => {});
    server.on('upgrade', (req, socket, head) => {
      t.log(req.headers.upgrade, `${head}`);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nfirst');
    });
    const req = http.get(at(server, { agent: false, headers: { Connection: 'Upgrade', Upgrade: 'echo' } }));
    const [res, socket, head] = await t.event(req, 'upgrade');
    t.log(res.statusCode, `${head}`, socket.destroyed);
    socket.destroy();
    assert.deepStrictEqual(t.seen(), ['echo ', '101 first false']);
  });
  add('an upgrade that nobody hears is an ordinary request', async (t) => {
    const server = await serve(t, (req, res) => res.end(`plain ${req.headers.upgrade}`));
    const { body } = await ask(
      t,
      at(server, { agent: false, headers: { Connection: 'Upgrade', Upgrade: 'echo' } }),
    );
    assert.strictEqual(body, 'plain echo');
  });
  add('CONNECT', async (t) => {
    const server = await serve(t, () => {});
    server.on('connect', (req, socket) => {
      t.log(req.method, req.url);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      socket.pipe(socket);
    });
    const req = http.request(at(server, { agent: false, method: 'CONNECT', path: 'b.example:443' }));
    req.end();
    const [res, socket] = await t.event(req, 'connect');
    socket.end('through');
    t.log(res.statusCode, await t.text(socket));
    assert.deepStrictEqual(t.seen(), ['CONNECT b.example:443', '200 through']);
  });
  add('CONNECT that nobody hears: the connection is closed', async (t) => {
    const server = await serve(t, () => {});
    const error = await t.rejected(
      ask(t, at(server, { agent: false, method: 'CONNECT', path: 'b.example:443' })),
    );
    assert.strictEqual(error.code, 'ECONNRESET');
  });
  add('continue: the client waits', async (t) => {
    const server = await serve(t, async (req, res) => res.end(await t.text(req)));
    const req = http.request(
      at(server, { agent: false, method: 'POST', headers: { Expect: '100-continue' } }),
    );
    req.on('continue', () => {
      t.log('continue');
      req.end('body');
    });
    req.flushHeaders();
    const [res] = await t.event(req, 'response');
    assert.strictEqual(await t.text(res), 'body');
    assert.deepStrictEqual(t.seen(), ['continue']);
  });
  add('checkContinue may refuse', async (t) => {
    const server = await serve(t, () => t.log('request'));
    server.on('checkContinue', (_, res) => {
      res.writeHead(413, { Connection: 'close' });
      res.end();
    });
    const req = http.request(
      at(server, { agent: false, method: 'POST', headers: { Expect: '100-continue' } }),
    );
    req.flushHeaders();
    const [res] = await t.event(req, 'response');
    res.resume();
    req.destroy();
    assert.strictEqual(res.statusCode, 413);
    assert.deepStrictEqual(t.seen(), []);
  });

  // wrong uses
  const wrong = (name, body, code, message) =>
    add(`wrong: ${name}`, async (t) => {
      const error = t.thrown(body);
      assert.strictEqual(error.code, code);
      if (typeof message === 'string') assert.strictEqual(error.message, message);
      else assert.match(error.message, message);
    });
  const fresh = () => new http.ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 });
  wrong(
    'a name with a space',
    () => fresh().setHeader('a b', 'c'),
    'ERR_INVALID_HTTP_TOKEN',
    'Header name must be a valid HTTP token ["a b"]',
  );
  wrong(
    'an empty name',
    () => fresh().setHeader('', 'c'),
    'ERR_INVALID_HTTP_TOKEN',
    'Header name must be a valid HTTP token [""]',
  );
  wrong(
    'no value',
    () => fresh().setHeader('a'),
    'ERR_HTTP_INVALID_HEADER_VALUE',
    'Invalid value "undefined" for header "a"',
  );
  wrong(
    'a line break in a value',
    () => fresh().setHeader('a', 'b\r\nc: d'),
    'ERR_INVALID_CHAR',
    'Invalid character in header content ["a"]',
  );
  wrong(
    'a character beyond latin1',
    () => fresh().setHeader('a', '☕'),
    'ERR_INVALID_CHAR',
    'Invalid character in header content ["a"]',
  );
  wrong(
    'a status too small',
    () => fresh().writeHead(99),
    'ERR_HTTP_INVALID_STATUS_CODE',
    'Invalid status code: 99',
  );
  wrong(
    'a status too large',
    () => fresh().writeHead(1000),
    'ERR_HTTP_INVALID_STATUS_CODE',
    'Invalid status code: 1000',
  );
  wrong(
    'a status that is none',
    () => fresh().writeHead('x'),
    'ERR_HTTP_INVALID_STATUS_CODE',
    'Invalid status code: x',
  );
  wrong(
    'a line break in the reason',
    () => fresh().writeHead(200, 'a\nb'),
    'ERR_INVALID_CHAR',
    'Invalid character in statusMessage',
  );
  wrong(
    'a method that is none',
    () => http.request({ method: 'B AD' }),
    'ERR_INVALID_HTTP_TOKEN',
    'Method must be a valid HTTP token ["B AD"]',
  );
  wrong(
    'a path with a space',
    () => http.request({ path: '/a b' }),
    'ERR_UNESCAPED_CHARACTERS',
    'Request path contains unescaped characters',
  );
  wrong(
    'another protocol',
    () => http.request('https://a.example/'),
    'ERR_INVALID_PROTOCOL',
    'Protocol "https:" not supported. Expected "http:"',
  );
  wrong('a URL that is none', () => http.request('nonsense'), 'ERR_INVALID_URL', 'Invalid URL');
  wrong(
    'a method that is no text',
    () => http.request({ method: 5 }),
    'ERR_INVALID_ARG_TYPE',
    'The "options.method" property must be of type string. Received type number (5)',
  );
  wrong(
    'a host that is no text',
    () => http.request({ host: 5 }),
    'ERR_INVALID_ARG_TYPE',
    /^The "options\.host" property must be of type string or one of undefined or null\. Received type number \(5\)$/,
  );
  wrong(
    'an agent that is none',
    () => http.request({ agent: 'x' }),
    'ERR_INVALID_ARG_TYPE',
    /^The "options\.agent" property must be one of Agent-like Object, undefined, or false\. Received type string \('x'\)$/,
  );
  wrong(
    'fields after they were sent',
    () => {
      const res = fresh();
      res.writeHead(200);
      res.setHeader('a', 'b');
    },
    'ERR_HTTP_HEADERS_SENT',
    'Cannot set headers after they are sent to the client',
  );
  wrong(
    'writeHead twice',
    () => {
      const res = fresh();
      res.writeHead(200);
      res.writeHead(200);
    },
    'ERR_HTTP_HEADERS_SENT',
    'Cannot write headers after they are sent to the client',
  );
  wrong(
    'removing after they were sent',
    () => {
      const res = fresh();
      res.writeHead(200);
      res.removeHeader('a');
    },
    'ERR_HTTP_HEADERS_SENT',
    'Cannot remove headers after they are sent to the client',
  );
  wrong(
    'a validated name',
    () => http.validateHeaderName('b@d'),
    'ERR_INVALID_HTTP_TOKEN',
    'Header name must be a valid HTTP token ["b@d"]',
  );
  wrong(
    'a validated value',
    () => http.validateHeaderValue('x', undefined),
    'ERR_HTTP_INVALID_HEADER_VALUE',
    'Invalid value "undefined" for header "x"',
  );

  add('setHeader and its relatives', async () => {
    const res = fresh();
    res.setHeader('X-One', 1).setHeader('x-two', ['a', 'b']);
    assert.deepStrictEqual(res.getHeaderNames(), ['x-one', 'x-two']);
    assert.deepStrictEqual(res.getRawHeaderNames(), ['X-One', 'x-two']);
    assert.strictEqual(res.getHeader('x-ONE'), 1);
    assert.deepStrictEqual({ ...res.getHeaders() }, { 'x-one': 1, 'x-two': ['a', 'b'] });
    assert.strictEqual(res.hasHeader('X-TWO'), true);
    res.removeHeader('X-Two');
    assert.strictEqual(res.hasHeader('x-two'), false);
    res.setHeaders(new Map([['m', 'n']]));
    assert.strictEqual(res.getHeader('m'), 'n');
  });
  add('writing after the end: an error event', async (t) => {
    const server = await serve(t, (_, res) => {
      res.on('error', (error) => t.log(error.code, error.message));
      res.end('x');
      res.write('y', (error) => t.log('callback', error.code));
    });
    await ask(t, at(server, { agent: false }));
    await t.sleep(10);
    assert.deepStrictEqual(t.seen().sort(), [
      'ERR_STREAM_WRITE_AFTER_END write after end',
      'callback ERR_STREAM_WRITE_AFTER_END',
    ]);
  });
  add('more than the length says, when one is strict', async (t) => {
    const server = await serve(t, (_, res) => {
      res.strictContentLength = true;
      res.setHeader('Content-Length', 2);
      const error = t.thrown(() => res.end('abc'));
      t.log(error.code, error.message);
      res.destroy();
    });
    await t.rejected(ask(t, at(server, { agent: false })));
    assert.deepStrictEqual(t.seen(), [
      "ERR_HTTP_CONTENT_LENGTH_MISMATCH Response body's content-length of 3 byte(s) does not match the content-length of 2 byte(s) set in header",
    ]);
  });
  add('close waits for what is being answered, and for what is kept alive after it', async (t) => {
    const server = await serve(t, (_, res) => setTimeout(() => res.end('x'), 30));
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const asked = ask(t, at(server, { agent }));
    await t.sleep(10);
    server.close(() => t.log('closed'));
    await asked;
    t.log('answered');
    await t.sleep(30);
    // what was kept alive in the meantime is still there
    agent.destroy();
    t.log('agent gone');
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), ['answered', 'agent gone', 'closed']);
  });
  add('closeIdleConnections leaves busy ones', async (t) => {
    const server = await serve(t, (_, res) => setTimeout(() => res.end('x'), 30));
    const agent = new http.Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    await ask(t, at(server, { agent }));
    const busy = ask(t, at(server, { agent: false }));
    await t.sleep(10);
    server.closeIdleConnections();
    assert.strictEqual((await busy).body, 'x');
    await t.sleep(5);
    assert.strictEqual(Object.keys(agent.freeSockets).length, 0);
  });
  add('headersTimeout answers 408', async (t) => {
    const server = await serve(t, () => {}, {
      headersTimeout: 40,
      requestTimeout: 40,
      connectionsCheckingInterval: 20,
    });
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n');
    assert.match(await t.text(socket), /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/);
  });
  add('requestTimeout answers 408', async (t) => {
    const server = await serve(t, (req) => req.on('error', () => {}), {
      requestTimeout: 40,
      headersTimeout: 40,
      connectionsCheckingInterval: 20,
    });
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na');
    assert.match(await t.text(socket), /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close\r\n\r\n$/);
  });
  add('defaults of a server', () => {
    const server = http.createServer();
    assert.deepStrictEqual(
      [
        server.timeout,
        server.keepAliveTimeout,
        server.headersTimeout,
        server.requestTimeout,
        server.maxHeadersCount,
        server.maxRequestsPerSocket,
        server.listening,
      ],
      [0, 5000, 60_000, 300_000, null, 0, false],
    );
    return Promise.resolve();
  });
  add('where rejections are captured, a request whose listener is rejected gets 500', async (t) => {
    events.captureRejections = true;
    t.after(() => {
      events.captureRejections = false;
    });
    const server = await serve(t, async (req, res) => {
      res.setHeader('x-first', 'of the answer that failed');
      if (req.url === '/begun') res.write('half');
      await t.sleep(5);
      throw new Error('no answer');
    });
    const { res, body } = await ask(t, at(server, { agent: false }));
    assert.deepStrictEqual(
      [res.statusCode, res.headers['x-first'], body],
      [500, undefined, 'Internal Server Error'],
    );
    const req = http.get(at(server, { agent: false, path: '/begun' }));
    const [begun] = await t.event(req, 'response');
    begun.resume();
    const [error] = await t.event(begun, 'error');
    assert.deepStrictEqual([begun.statusCode, error.code, error.message], [200, 'ECONNRESET', 'aborted']);
  });
  add('where rejections are captured, a message whose listener is rejected is destroyed', async (t) => {
    events.captureRejections = true;
    t.after(() => {
      events.captureRejections = false;
    });
    const message = new http.OutgoingMessage();
    message.on('told', async () => {
      throw new Error('not heard');
    });
    message.emit('told');
    await t.event(message, 'close');
    assert.deepStrictEqual([message.destroyed, message.errored.message], [true, 'not heard']);
  });
  add('where rejections are captured, other events of a server make its error', async (t) => {
    const server = await serve(t, (_, res) => res.end());
    const fault = new Error('in between');
    const heard = t.event(server, 'error');
    server[Symbol.for('nodejs.rejection')](fault, 'dropRequest');
    assert.deepStrictEqual(await heard, [fault]);
  });
  add('what a server and a request have of their own, and old names that are gone', () => {
    const ofTheirOwn = (object) =>
      Object.keys(object)
        .filter((key) => !key.startsWith('_'))
        .sort()
        .join(' ');
    assert.strictEqual(
      ofTheirOwn(http.createServer({ uniqueHeaders: ['a'] })),
      'allowHalfOpen connectionsCheckingInterval headersTimeout highWaterMark httpAllowHalfOpen httpValidation insecureHTTPParser joinDuplicateHeaders keepAlive keepAliveInitialDelay keepAliveTimeout keepAliveTimeoutBuffer maxHeaderSize maxHeadersCount maxRequestsPerSocket noDelay pauseOnConnect rejectNonStandardBodyWrites requestTimeout requireHostHeader shouldUpgradeCallback timeout',
    );
    const req = (options) => http.request({ createConnection() {}, ...options }).on('error', () => {});
    assert.deepStrictEqual([Object.hasOwn(req(), 'timeout'), req({ timeout: 5 }).timeout], [false, 5]);
    assert.strictEqual(http.ServerResponse.prototype.writeHeader, undefined);
    return Promise.resolve();
  });
  add('the older names of the agent and the request', () => {
    assert.deepStrictEqual(Object.keys(require('node:_http_agent')), ['Agent', 'globalAgent']);
    assert.strictEqual(require('node:_http_agent').Agent, http.Agent);
    assert.strictEqual(require('node:_http_agent').globalAgent, http.globalAgent);
    assert.strictEqual(require('node:_http_client').ClientRequest, http.ClientRequest);
    return Promise.resolve();
  });
  add('METHODS and STATUS_CODES', () => {
    assert.ok(['GET', 'M-SEARCH', 'QUERY', 'PATCH'].every((method) => http.METHODS.includes(method)));
    assert.strictEqual(http.STATUS_CODES[418], "I'm a Teapot");
    assert.strictEqual(http.STATUS_CODES[421], 'Misdirected Request');
    assert.strictEqual(http.maxHeaderSize, 16_384);
    return Promise.resolve();
  });
});
