// Sockets and servers: order of events, back-pressure, ends and errors.
'use strict';
const net = require('node:net');
const { inspect } = require('node:util');
const { assert, cases } = require('./case.cjs');

/** A server that listens on loopback, closed with the case. */
async function listening(t, options, onConnection) {
  const server = net.createServer(options, onConnection);
  const sockets = new Set();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await t.event(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => (server.listening ? server.close(done) : done()));
  });
  return server;
}

/** A pair of connected sockets. */
async function pair(t, options = {}, serverOptions = {}) {
  let accepted;
  const server = await listening(t, serverOptions, (socket) => accepted?.(socket));
  const there = new Promise((resolve) => (accepted = resolve));
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', ...options });
  t.after(() => client.destroy());
  client.on('error', () => {});
  await t.event(client, 'connect');
  return { client, peer: await there, server };
}

cases('net', (add) => {
  add('the order of a client’s events', async (t) => {
    const server = await listening(t, {}, (socket) => socket.end('bye'));
    const client = net.connect(server.address().port, '127.0.0.1');
    for (const name of ['lookup', 'connect', 'ready', 'data', 'end', 'close'])
      client.on(name, () => t.log(name));
    await t.event(client, 'close');
    // an address is not looked up
    assert.deepStrictEqual(t.seen(), ['connect', 'ready', 'data', 'end', 'close']);
  });
  add('a name is looked up', async (t) => {
    const server = await listening(t, {}, (socket) => socket.end());
    const byName = net.connect(server.address().port, 'localhost', () => byName.resume());
    byName.on('lookup', (error, address, family, host) => t.log(!error, typeof address, family > 0, host));
    await t.event(byName, 'close');
    assert.strictEqual(t.seen()[0], 'true string true localhost');
  });
  add('the states on the way', async (t) => {
    const server = await listening(t, {}, () => {});
    const client = new net.Socket();
    const say = () => t.log(client.readyState, client.connecting, client.pending, client.destroyed);
    say();
    client.connect(server.address().port, '127.0.0.1');
    say();
    await t.event(client, 'connect');
    say();
    client.end();
    say();
    client.destroy();
    say();
    await t.event(client, 'close');
    assert.deepStrictEqual(t.seen(), [
      'open false true false',
      'opening true true false',
      'open false false false',
      'readOnly false false false',
      'closed false true true',
    ]);
  });
  add('addresses of both ends', async (t) => {
    const { client, peer, server } = await pair(t);
    assert.strictEqual(client.remoteAddress, '127.0.0.1');
    assert.strictEqual(client.remoteFamily, 'IPv4');
    assert.strictEqual(client.remotePort, server.address().port);
    assert.strictEqual(client.localAddress, '127.0.0.1');
    assert.strictEqual(client.localFamily, 'IPv4');
    assert.strictEqual(peer.remotePort, client.localPort);
    assert.deepStrictEqual(client.address(), {
      address: '127.0.0.1',
      family: 'IPv4',
      port: client.localPort,
    });
    assert.deepStrictEqual(server.address(), { address: '127.0.0.1', family: 'IPv4', port: peer.localPort });
  });
  add('before it connects, a socket has no addresses', () => {
    const socket = new net.Socket();
    assert.deepStrictEqual(socket.address(), {});
    assert.strictEqual(socket.remoteAddress, undefined);
    assert.strictEqual(socket.bytesRead, 0);
    assert.strictEqual(socket.bytesWritten, 0);
    return Promise.resolve();
  });
  add('refused: the error’s parts', async (t) => {
    const server = await listening(t, {}, () => {});
    const { port } = server.address();
    await new Promise((done) => server.close(done));
    const client = net.connect(port, '127.0.0.1');
    const [error] = await t.event(client, 'error');
    assert.strictEqual(error.message, `connect ECONNREFUSED 127.0.0.1:${port}`);
    assert.strictEqual(error.code, 'ECONNREFUSED');
    assert.strictEqual(error.errno, -111);
    assert.strictEqual(error.syscall, 'connect');
    assert.strictEqual(error.address, '127.0.0.1');
    assert.strictEqual(error.port, port);
  });
  add('refused: error, then close with true', async (t) => {
    const client = net.connect(1, '127.0.0.1');
    client.on('error', (error) => t.log(error.code));
    client.on('close', (hadError) => t.log('close', hadError));
    await t.event(client, 'close');
    assert.deepStrictEqual(t.seen(), ['ECONNREFUSED', 'close true']);
  });
  add('refused for a name with two addresses: an AggregateError', async (t) => {
    const lookup = (_host, _options, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const client = net.connect({ host: 'twice.example', port: 1, lookup, autoSelectFamily: true });
    const [error] = await t.event(client, 'error');
    assert.strictEqual(error.name, 'AggregateError');
    assert.strictEqual(error.code, 'ECONNREFUSED');
    assert.strictEqual(error.message, '');
    assert.deepStrictEqual(
      error.errors.map((one) => one.message),
      ['connect ECONNREFUSED 127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.2:1'],
    );
  });
  add('an own lookup that fails', async (t) => {
    const lookup = (_host, _options, callback) =>
      callback(Object.assign(new Error('no such luck'), { code: 'ELUCK' }));
    const client = net.connect({ host: 'any.example', port: 1, lookup });
    const [error] = await t.event(client, 'error');
    assert.strictEqual(error.code, 'ELUCK');
  });
  add('an own lookup that gives no address', async (t) => {
    const lookup = (_host, _options, callback) => callback(null, 'nonsense', 4);
    const client = net.connect({ host: 'any.example', port: 1, lookup, autoSelectFamily: false });
    const [error] = await t.event(client, 'error');
    assert.strictEqual(error.code, 'ERR_INVALID_IP_ADDRESS');
    assert.strictEqual(error.message, 'Invalid IP address: nonsense');
  });
  for (const port of [-1, 65_536, 1.5, 'x', '', Number.NaN]) {
    add(`port ${JSON.stringify(port)} is refused`, async (t) => {
      const error = t.thrown(() => net.connect({ port, host: '127.0.0.1' }));
      assert.strictEqual(error.code, 'ERR_SOCKET_BAD_PORT');
      assert.strictEqual(error.name, 'RangeError');
    });
  }
  add('no port at all', async (t) => {
    const error = t.thrown(() => net.connect({ host: '127.0.0.1' }));
    assert.strictEqual(error.code, 'ERR_MISSING_ARGS');
    assert.strictEqual(error.message, 'The "options" or "port" or "path" argument must be specified');
  });
  add('a host that is no text', async (t) => {
    const error = t.thrown(() => net.connect({ host: 5, port: 80 }));
    assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE');
    assert.strictEqual(
      error.message,
      'The "options.host" property must be of type string. Received type number (5)',
    );
  });
  add('a local address that is none', async (t) => {
    const error = t.thrown(() => net.connect({ host: '127.0.0.1', port: 80, localAddress: 'here' }));
    assert.strictEqual(error.code, 'ERR_INVALID_IP_ADDRESS');
  });
  add('a local address and port are used', async (t) => {
    const { client, peer } = await pair(t, { localAddress: '127.0.0.2' });
    assert.strictEqual(client.localAddress, '127.0.0.2');
    assert.strictEqual(peer.remoteAddress, '127.0.0.2');
  });
  add('what is written before the connection is there is sent later', async (t) => {
    const server = await listening(t, { allowHalfOpen: true }, async (socket) => {
      t.log(await t.text(socket));
      socket.end('thanks');
    });
    const client = net.connect(server.address().port, '127.0.0.1');
    client.write('one ');
    client.write('two ');
    client.end('three');
    assert.strictEqual(await t.text(client), 'thanks');
    assert.deepStrictEqual(t.seen(), ['one two three']);
  });
  add('callbacks of writes come in order, before finish', async (t) => {
    const { client, peer } = await pair(t);
    peer.resume();
    client.write('a', () => t.log('a'));
    client.write('b', () => t.log('b'));
    client.end('c', () => t.log('end'));
    client.on('finish', () => t.log('finish'));
    await t.event(client, 'close').catch(() => {});
    assert.deepStrictEqual(t.seen(), ['a', 'b', 'end', 'finish']);
  });
  add('bytes are counted, those that wait as well', async (t) => {
    const { client, peer } = await pair(t);
    client.write('12345');
    client.write('äöü');
    assert.strictEqual(client.bytesWritten, 11);
    client.end();
    await t.text(peer);
    assert.strictEqual(peer.bytesRead, 11);
  });
  add('encodings of what is written', async (t) => {
    const { client, peer } = await pair(t);
    client.write('00ff', 'hex');
    client.write('aGk=', 'base64');
    client.write('é', 'latin1');
    client.end(new Uint8Array([1, 2]));
    const pieces = [];
    for await (const piece of peer) pieces.push(piece);
    assert.strictEqual(Buffer.concat(pieces).toString('hex'), '00ff6869e90102');
  });
  add('setEncoding keeps characters whole', async (t) => {
    const { client, peer } = await pair(t);
    peer.setEncoding('utf8');
    const pieces = [];
    peer.on('data', (piece) => pieces.push(piece));
    const euro = Buffer.from('€');
    client.write(euro.subarray(0, 1));
    await t.sleep(20);
    client.end(euro.subarray(1));
    await t.event(peer, 'end');
    assert.strictEqual(pieces.join(''), '€');
    assert.ok(!pieces.includes('\ufffd'));
  });
  for (const [what, value] of [
    ['a number', 5],
    ['an object', {}],
    ['an array', []],
    ['true', true],
  ]) {
    add(`${what} cannot be written`, async (t) => {
      const { client } = await pair(t);
      const error = t.thrown(() => client.write(value));
      assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE');
      assert.match(
        error.message,
        /^The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView\. Received /,
      );
    });
  }
  add('null cannot be written', async (t) => {
    const { client } = await pair(t);
    assert.strictEqual(t.thrown(() => client.write(null)).code, 'ERR_STREAM_NULL_VALUES');
  });
  add('a write after end is an error', async (t) => {
    const { client } = await pair(t);
    client.end();
    client.write('late', (error) => t.log(error.code));
    const [error] = await t.event(client, 'error');
    // the other side has not ended: EPIPE would be the system's word, this is the stream's
    assert.strictEqual(error.code, 'ERR_STREAM_WRITE_AFTER_END');
    assert.strictEqual(error.message, 'write after end');
    assert.deepStrictEqual(t.seen(), ['ERR_STREAM_WRITE_AFTER_END']);
  });
  add('a write after destroy fails in its callback only', async (t) => {
    const { client } = await pair(t);
    client.destroy();
    client.on('error', () => t.log('error'));
    const code = await new Promise((done) => client.write('late', (error) => done(error.code)));
    assert.strictEqual(code, 'ERR_STREAM_DESTROYED');
    assert.deepStrictEqual(t.seen(), []);
  });
  add('destroy with an error', async (t) => {
    const { client } = await pair(t);
    client.on('error', (error) => t.log(error.message));
    client.on('close', (hadError) => t.log('close', hadError));
    client.destroy(new Error('mine'));
    await t.event(client, 'close');
    assert.deepStrictEqual(t.seen(), ['mine', 'close true']);
  });
  add('destroy twice is destroy once', async (t) => {
    const { client } = await pair(t);
    client.on('close', () => t.log('close'));
    client.destroy();
    client.destroy(new Error('too late'));
    await t.sleep(20);
    assert.deepStrictEqual(t.seen(), ['close']);
  });
  add('destroySoon sends what waits first', async (t) => {
    const { client, peer } = await pair(t);
    client.write('last words');
    client.destroySoon();
    assert.strictEqual(await t.text(peer), 'last words');
  });
  add('resetAndDestroy: the peer sees ECONNRESET', async (t) => {
    const { client, peer } = await pair(t);
    peer.resume();
    const errored = t.event(peer, 'error');
    client.resetAndDestroy();
    const [error] = await errored;
    assert.strictEqual(error.code, 'ECONNRESET');
    assert.strictEqual(error.message, 'read ECONNRESET');
    assert.strictEqual(error.errno, -104);
    assert.strictEqual(error.syscall, 'read');
  });
  add('resetAndDestroy of one that was never connected', async (t) => {
    const socket = new net.Socket();
    socket.resetAndDestroy();
    const [error] = await t.event(socket, 'error');
    assert.strictEqual(error.code, 'ERR_SOCKET_CLOSED');
    assert.strictEqual(error.message, 'Socket is closed');
  });
  add('without allowHalfOpen, the end of one side ends the other', async (t) => {
    const { client, peer } = await pair(t);
    peer.on('end', () => t.log('peer end'));
    peer.on('finish', () => t.log('peer finish'));
    peer.resume();
    client.resume();
    client.end();
    await Promise.all([t.event(client, 'close'), t.event(peer, 'close')]);
    assert.deepStrictEqual(t.seen(), ['peer end', 'peer finish']);
    assert.strictEqual(peer.writable, false);
  });
  add('with allowHalfOpen, one may still write', async (t) => {
    const { client, peer } = await pair(t, { allowHalfOpen: true }, { allowHalfOpen: true });
    client.end('question');
    assert.strictEqual(await t.text(peer), 'question');
    assert.strictEqual(peer.readyState, 'writeOnly');
    peer.end('answer');
    assert.strictEqual(await t.text(client), 'answer');
  });
  add('pause and resume', async (t) => {
    const { client, peer } = await pair(t);
    peer.pause();
    peer.on('data', (piece) => t.log(`${piece}`));
    client.write('waits');
    await t.sleep(30);
    t.log('now');
    peer.resume();
    await t.event(peer, 'data');
    assert.deepStrictEqual(t.seen(), ['now', 'waits']);
  });
  add('back-pressure: write says no, drain says when', async (t) => {
    const { client, peer } = await pair(t);
    peer.pause();
    const piece = Buffer.alloc(64 * 1024);
    let writes = 0;
    while (client.write(piece) && writes < 2000) writes += 1;
    assert.ok(writes < 2000, 'never full');
    assert.strictEqual(client.writableNeedDrain, true);
    await t.sleep(50);
    // the system's buffers are full as well: nothing more goes out
    while (client.writableLength < 8 * 1024 * 1024) client.write(piece);
    const before = client.writableLength;
    await t.sleep(50);
    assert.ok(client.writableLength > 0 && client.writableLength <= before);
    peer.resume();
    await t.event(client, 'drain');
    assert.strictEqual(client.writableLength, 0);
  });
  add('cork gathers', async (t) => {
    const { client, peer } = await pair(t);
    const pieces = [];
    peer.on('data', (piece) => pieces.push(`${piece}`));
    client.cork();
    client.write('a');
    client.write('b');
    await t.sleep(20);
    assert.deepStrictEqual(pieces, []);
    client.uncork();
    await t.sleep(20);
    assert.strictEqual(pieces.join(''), 'ab');
  });
  add('timeout comes after silence, and does not end the connection', async (t) => {
    const { client } = await pair(t);
    client.setTimeout(30, () => t.log('timeout'));
    assert.strictEqual(client.timeout, 30);
    await t.sleep(80);
    assert.ok(t.seen().length >= 1);
    assert.strictEqual(client.destroyed, false);
  });
  add('what is heard or said puts the timeout off', async (t) => {
    const { client, peer } = await pair(t);
    client.setTimeout(100, () => t.log('timeout'));
    for (let i = 0; i < 4; i++) {
      await t.sleep(50);
      peer.write('.');
      client.resume();
    }
    assert.deepStrictEqual(t.seen(), []);
  });
  add('setTimeout(0) takes it away', async (t) => {
    const { client } = await pair(t);
    client.setTimeout(20, () => t.log('timeout'));
    client.setTimeout(0);
    await t.sleep(60);
    assert.deepStrictEqual(t.seen(), []);
  });
  for (const bad of ['100', -1, Number.NaN]) {
    add(`a timeout of ${JSON.stringify(bad)} is refused`, async (t) => {
      const error = t.thrown(() => new net.Socket().setTimeout(bad));
      assert.ok(['ERR_INVALID_ARG_TYPE', 'ERR_OUT_OF_RANGE'].includes(error.code), error.code);
    });
  }
  add('the port is taken', async (t) => {
    const server = await listening(t, {}, () => {});
    const other = net.createServer();
    other.listen(server.address().port, '127.0.0.1');
    const [error] = await t.event(other, 'error');
    const { port } = server.address();
    assert.strictEqual(error.message, `listen EADDRINUSE: address already in use 127.0.0.1:${port}`);
    assert.strictEqual(error.code, 'EADDRINUSE');
    assert.strictEqual(error.syscall, 'listen');
    assert.strictEqual(error.errno, -98);
    assert.strictEqual(error.port, port);
    assert.strictEqual(other.listening, false);
  });
  add('the same port on another address is free', async (t) => {
    const server = await listening(t, {}, () => {});
    const other = net.createServer();
    other.listen(server.address().port, '127.0.0.2');
    await t.event(other, 'listening');
    await new Promise((done) => other.close(done));
  });
  add('an address that is not ours', async (t) => {
    const server = net.createServer();
    server.listen(0, '203.0.113.99');
    const [error] = await t.event(server, 'error');
    assert.strictEqual(error.code, 'EADDRNOTAVAIL');
    assert.strictEqual(error.message, 'listen EADDRNOTAVAIL: address not available 203.0.113.99');
  });
  add('listen twice', async (t) => {
    const server = await listening(t, {}, () => {});
    const error = t.thrown(() => server.listen(0));
    assert.strictEqual(error.code, 'ERR_SERVER_ALREADY_LISTEN');
    assert.strictEqual(error.message, 'Listen method has been called more than once without closing.');
  });
  add('close what does not listen', async () => {
    const error = await new Promise((done) => net.createServer().close(done));
    assert.strictEqual(error.code, 'ERR_SERVER_NOT_RUNNING');
    assert.strictEqual(error.message, 'Server is not running.');
  });
  add('a closed server waits for its connections', async (t) => {
    const { client, peer, server } = await pair(t);
    server.on('close', () => t.log('closed'));
    client.resume();
    peer.resume();
    server.close();
    await t.sleep(20);
    t.log('still there');
    client.end();
    await t.event(server, 'close');
    assert.deepStrictEqual(t.seen(), ['still there', 'closed']);
  });
  add('address() of a closed server is null', async (t) => {
    const server = await listening(t, {}, () => {});
    await new Promise((done) => server.close(done));
    assert.strictEqual(server.address(), null);
    assert.strictEqual(server.listening, false);
  });
  add('getConnections counts', async (t) => {
    const { server } = await pair(t);
    assert.strictEqual(await new Promise((done) => server.getConnections((_, count) => done(count))), 1);
  });
  add('maxConnections drops: the server’s drop event, the client’s end', async (t) => {
    const { server } = await pair(t);
    server.maxConnections = 1;
    const dropped = t.event(server, 'drop');
    const second = net.connect(server.address().port, '127.0.0.1');
    second.on('error', () => {});
    second.resume();
    const [data] = await dropped;
    assert.strictEqual(data.remoteAddress, '127.0.0.1');
    assert.strictEqual(data.localPort, server.address().port);
    if (!second.destroyed) await t.event(second, 'close');
  });
  add('pauseOnConnect', async (t) => {
    const { client, peer } = await pair(t, {}, { pauseOnConnect: true });
    assert.strictEqual(peer.isPaused(), true);
    client.end('kept');
    await t.sleep(20);
    assert.strictEqual(peer.bytesRead, 0);
    peer.resume();
    assert.strictEqual(await t.text(peer), 'kept');
  });
  add('an aborted connection: AbortError', async (t) => {
    const abort = new AbortController();
    const client = net.connect({ port: 1, host: '127.0.0.1', signal: abort.signal });
    abort.abort();
    const [error] = await t.event(client, 'error');
    assert.strictEqual(error.name, 'AbortError');
    assert.strictEqual(error.code, 'ABORT_ERR');
    assert.strictEqual(error.message, 'The operation was aborted');
  });
  add('a signal closes a server', async (t) => {
    const abort = new AbortController();
    const server = net.createServer().listen({ port: 0, host: '127.0.0.1', signal: abort.signal });
    await t.event(server, 'listening');
    setImmediate(() => abort.abort());
    await t.event(server, 'close');
  });
  add('onread gives pieces in the buffer that one brings', async (t) => {
    const server = await listening(t, {}, (socket) => socket.end('0123456789'));
    const pieces = [];
    const client = net.connect({
      port: server.address().port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(4),
        callback(count, buffer) {
          pieces.push(buffer.toString('latin1', 0, count));
          return true;
        },
      },
    });
    await t.event(client, 'end');
    assert.deepStrictEqual(pieces, ['0123', '4567', '89']);
  });
  add('onread is called on its socket, which it may pause', async (t) => {
    const server = await listening(t, {}, (socket) => socket.end('0123456789'));
    const client = net.connect({
      port: server.address().port,
      host: '127.0.0.1',
      onread: {
        buffer: Buffer.alloc(4),
        callback(count, buffer) {
          t.log(this === client, this.isPaused(), buffer.toString('latin1', 0, count));
          this.pause();
          setTimeout(() => this.resume(), 2);
        },
      },
    });
    await t.event(client, 'end');
    assert.deepStrictEqual(t.seen(), ['true false 0123', 'true false 4567', 'true false 89']);
  });
  add('writing on a handle that was closed, and without one', async (t) => {
    const closed = (await pair(t)).client;
    closed._handle.close();
    closed.write('x');
    const [broken] = await t.event(closed, 'error');
    assert.deepStrictEqual([broken.message, broken.constructor], ['write EBADF', Error]);
    const without = (await pair(t)).client;
    without._handle.close();
    without._handle = null;
    without.write('x');
    const [gone] = await t.event(without, 'error');
    assert.strictEqual(gone.code, 'ERR_SOCKET_CLOSED');
  });
  add('port 0 is refused without being named', async (t) => {
    const client = net.connect(0, '127.0.0.1');
    const [error] = await t.event(client, 'error');
    assert.strictEqual(`${error}`, 'Error: connect ECONNREFUSED 127.0.0.1');
  });
  add('a large amount arrives whole', async (t) => {
    const { client, peer } = await pair(t);
    const all = Buffer.alloc(1_000_000, 'abcdefghij');
    client.end(all);
    let count = 0;
    let isRight = true;
    for await (const piece of peer) {
      for (let i = 0; i < piece.length; i += 997) isRight &&= piece[i] === all[count + i];
      count += piece.length;
    }
    assert.strictEqual(count, all.length);
    assert.ok(isRight);
  });
  add('piping there and back', async (t) => {
    const server = await listening(t, {}, (socket) => socket.pipe(socket));
    const client = net.connect(server.address().port, '127.0.0.1');
    client.end('echo');
    assert.strictEqual(await t.text(client), 'echo');
  });
  add('an iterator that is left destroys the socket', async (t) => {
    const { client, peer } = await pair(t);
    client.write('piece');
    for await (const piece of peer) {
      t.log(`${piece}`);
      break;
    }
    assert.strictEqual(peer.destroyed, true);
    assert.deepStrictEqual(t.seen(), ['piece']);
  });
  add('connect again on the same socket', async (t) => {
    const server = await listening(t, {}, (socket) => socket.end('hello'));
    const client = new net.Socket();
    for (let i = 0; i < 2; i++) {
      client.connect(server.address().port, '127.0.0.1');
      client.on('data', (piece) => t.log(`${piece}`));
      await t.event(client, 'close');
      client.removeAllListeners();
    }
    assert.deepStrictEqual(t.seen(), ['hello', 'hello']);
  });
  add('IPv6 loopback', async (t) => {
    const server = net.createServer((socket) => socket.end('six'));
    server.listen(0, '::1');
    await t.event(server, 'listening');
    assert.strictEqual(server.address().family, 'IPv6');
    const client = net.connect(server.address().port, '::1');
    assert.strictEqual(await t.text(client), 'six');
    assert.strictEqual(client.remoteFamily ?? 'IPv6', 'IPv6');
    await new Promise((done) => server.close(done));
  });
  add('listening everywhere hears IPv4 as a mapped address', async (t) => {
    const server = net.createServer((socket) => {
      t.log(socket.remoteAddress, socket.remoteFamily);
      socket.end();
    });
    server.listen(0);
    await t.event(server, 'listening');
    assert.deepStrictEqual([server.address().address, server.address().family], ['::', 'IPv6']);
    const client = net.connect(server.address().port, '127.0.0.1');
    client.resume();
    await t.event(client, 'close');
    assert.deepStrictEqual(t.seen(), ['::ffff:127.0.0.1 IPv6']);
    await new Promise((done) => server.close(done));
  });
  for (const [text, version] of [
    ['127.0.0.1', 4],
    ['::1', 6],
    ['1.2.3', 0],
    ['::ffff:1.2.3.4', 6],
    ['fe80::1%eth0', 6],
    ['01.2.3.4', 0],
    ['', 0],
    [undefined, 0],
    ['2001:db8::g', 0],
  ]) {
    add(`isIP(${JSON.stringify(text)}) is ${version}`, () => {
      assert.strictEqual(net.isIP(text), version);
      assert.strictEqual(net.isIPv4(text), version === 4);
      assert.strictEqual(net.isIPv6(text), version === 6);
      return Promise.resolve();
    });
  }
  add('BlockList: addresses, ranges, networks, mapped ones', () => {
    const list = new net.BlockList();
    list.addAddress('192.0.2.1');
    list.addRange('192.0.2.10', '192.0.2.20');
    list.addSubnet('2001:db8::', 32, 'ipv6');
    assert.strictEqual(list.check('192.0.2.1'), true);
    assert.strictEqual(list.check('192.0.2.2'), false);
    assert.strictEqual(list.check('192.0.2.15'), true);
    assert.strictEqual(list.check('2001:db8::5', 'ipv6'), true);
    assert.strictEqual(list.check('2001:db9::5', 'ipv6'), false);
    assert.strictEqual(list.check('::ffff:192.0.2.1', 'ipv6'), true);
    assert.deepStrictEqual([...list.rules].sort(), [
      'Address: IPv4 192.0.2.1',
      'Range: IPv4 192.0.2.10-192.0.2.20',
      'Subnet: IPv6 2001:db8::/32',
    ]);
    return Promise.resolve();
  });
  add('SocketAddress', () => {
    const address = new net.SocketAddress({ address: '192.0.2.1', port: 80 });
    assert.deepStrictEqual([address.address, address.family, address.port], ['192.0.2.1', 'ipv4', 80]);
    const shown = inspect({ a: { address, list: new net.BlockList() } }, { depth: 1 });
    assert.strictEqual(shown, '{ a: { address: [SocketAddress], list: [BlockList] } }');
    return Promise.resolve();
  });
});
