// Datagrams.
'use strict';
const dgram = require('node:dgram');
const { assert, cases } = require('./case.cjs');

async function bound(t, type = 'udp4', address = '127.0.0.1') {
  const socket = dgram.createSocket(type);
  t.after(() => {
    try {
      socket.close();
    } catch {
      // closed already
    }
  });
  socket.bind(0, address);
  await t.event(socket, 'listening');
  return socket;
}

cases('dgram', (add) => {
  add('a message, and who sent it', async (t) => {
    const a = await bound(t);
    const b = await bound(t);
    a.send('hello', b.address().port, '127.0.0.1');
    const [message, from] = await t.event(b, 'message');
    assert.strictEqual(`${message}`, 'hello');
    assert.deepStrictEqual(
      { ...from },
      { address: '127.0.0.1', family: 'IPv4', port: a.address().port, size: 5 },
    );
  });
  add('one that was not bound is bound by sending', async (t) => {
    const b = await bound(t);
    const a = dgram.createSocket('udp4');
    t.after(() => a.close());
    a.on('listening', () => t.log('listening'));
    a.send('x', b.address().port, '127.0.0.1', () => t.log('sent'));
    await t.event(b, 'message');
    await t.sleep(2);
    assert.deepStrictEqual(t.seen(), ['listening', 'sent']);
    assert.strictEqual(a.address().address, '0.0.0.0');
  });
  add('the callback has the number of bytes', async (t) => {
    const a = await bound(t);
    const bytes = await new Promise((done) =>
      a.send(Buffer.from('12345'), a.address().port, '127.0.0.1', (_, count) => done(count)),
    );
    assert.strictEqual(bytes, 5);
  });
  add('a part of a buffer', async (t) => {
    const a = await bound(t);
    a.send(Buffer.from('abcdef'), 2, 3, a.address().port, '127.0.0.1');
    assert.strictEqual(`${(await t.event(a, 'message'))[0]}`, 'cde');
  });
  add('a list of pieces is one datagram', async (t) => {
    const a = await bound(t);
    a.send(['ab', Buffer.from('cd'), new Uint8Array([101])], a.address().port, '127.0.0.1');
    assert.strictEqual(`${(await t.event(a, 'message'))[0]}`, 'abcde');
  });
  add('an empty datagram arrives', async (t) => {
    const a = await bound(t);
    a.send('', a.address().port, '127.0.0.1');
    const [message, from] = await t.event(a, 'message');
    assert.deepStrictEqual([message.length, from.size], [0, 0]);
  });
  add('a large one arrives whole', async (t) => {
    const a = await bound(t);
    a.send(Buffer.alloc(60_000, 'x'), a.address().port, '127.0.0.1');
    assert.strictEqual((await t.event(a, 'message'))[0].length, 60_000);
  });
  add('one that is too large: EMSGSIZE', async (t) => {
    const a = await bound(t);
    const error = await new Promise((done) => a.send(Buffer.alloc(70_000), 9, '127.0.0.1', done));
    assert.deepStrictEqual(
      [error.code, error.syscall, error.message],
      ['EMSGSIZE', 'send', 'send EMSGSIZE 127.0.0.1:9'],
    );
  });
  add('without a callback, nobody hears of it', async (t) => {
    const a = await bound(t);
    a.on('error', (error) => t.log(error.code));
    a.send(Buffer.alloc(70_000), 9, '127.0.0.1');
    await t.sleep(10);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('to nobody: not even an error', async (t) => {
    const a = await bound(t);
    a.on('error', (error) => t.log(error.code));
    a.send('x', 9, '127.0.0.1');
    await t.sleep(20);
    assert.deepStrictEqual(t.seen(), []);
  });
  add('connected, to nobody: ECONNREFUSED', async (t) => {
    const a = await bound(t);
    a.connect(9, '127.0.0.1');
    await t.event(a, 'connect');
    a.send('x');
    const [error] = await t.event(a, 'error');
    assert.deepStrictEqual([error.code, error.syscall], ['ECONNREFUSED', 'recvmsg']);
  });
  add('connected: others are not heard', async (t) => {
    const [a, b, c] = [await bound(t), await bound(t), await bound(t)];
    a.connect(b.address().port, '127.0.0.1');
    await t.event(a, 'connect');
    assert.deepStrictEqual(
      { ...a.remoteAddress() },
      { address: '127.0.0.1', family: 'IPv4', port: b.address().port },
    );
    a.on('message', (message) => t.log(`${message}`));
    c.send('stranger', a.address().port, '127.0.0.1');
    b.send('friend', a.address().port, '127.0.0.1');
    await t.sleep(20);
    assert.deepStrictEqual(t.seen(), ['friend']);
  });
  add('disconnect', async (t) => {
    const [a, b] = [await bound(t), await bound(t)];
    a.connect(b.address().port, '127.0.0.1');
    await t.event(a, 'connect');
    a.disconnect();
    assert.strictEqual(t.thrown(() => a.remoteAddress()).code, 'ERR_SOCKET_DGRAM_NOT_CONNECTED');
    assert.strictEqual(t.thrown(() => a.disconnect()).code, 'ERR_SOCKET_DGRAM_NOT_CONNECTED');
  });
  add('the port is taken', async (t) => {
    const a = await bound(t);
    const b = dgram.createSocket('udp4');
    t.after(() => b.close());
    b.bind(a.address().port, '127.0.0.1');
    const [error] = await t.event(b, 'error');
    assert.strictEqual(error.message, `bind EADDRINUSE 127.0.0.1:${a.address().port}`);
    assert.strictEqual(error.syscall, 'bind');
  });
  add('reuseAddr shares it', async (t) => {
    const a = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    const b = dgram.createSocket({ type: 'udp4', reuseAddr: true });
    t.after(() => (a.close(), b.close()));
    a.bind(0, '127.0.0.1');
    await t.event(a, 'listening');
    b.bind(a.address().port, '127.0.0.1');
    await t.event(b, 'listening');
    assert.strictEqual(a.address().port, b.address().port);
  });
  add('an address that is not ours', async (t) => {
    const a = dgram.createSocket('udp4');
    t.after(() => a.close());
    a.bind(0, '203.0.113.99');
    assert.strictEqual((await t.event(a, 'error'))[0].code, 'EADDRNOTAVAIL');
  });
  add('bind twice', async (t) => {
    const a = await bound(t);
    const error = t.thrown(() => a.bind(0));
    assert.deepStrictEqual(
      [error.code, error.message],
      ['ERR_SOCKET_ALREADY_BOUND', 'Socket is already bound'],
    );
  });
  add('after close', async (t) => {
    const a = await bound(t);
    a.close(() => t.log('close'));
    await t.sleep(2);
    for (const use of [() => a.send('x', 9), () => a.close(), () => a.address(), () => a.bind(0)]) {
      const error = t.thrown(use);
      assert.deepStrictEqual([error.code, error.message], ['ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running']);
    }
    assert.deepStrictEqual(t.seen(), ['close']);
  });
  add('a type that is none', async (t) => {
    const error = t.thrown(() => dgram.createSocket('udp5'));
    assert.deepStrictEqual(
      [error.code, error.message],
      ['ERR_SOCKET_BAD_TYPE', 'Bad socket type specified. Valid types are: udp4, udp6'],
    );
  });
  for (const port of [0, 65_536, -1, 'x']) {
    add(`sending to port ${port} is refused`, async (t) => {
      const a = await bound(t);
      assert.strictEqual(t.thrown(() => a.send('x', port, '127.0.0.1')).code, 'ERR_SOCKET_BAD_PORT');
    });
  }
  add('sending a number is refused', async (t) => {
    const a = await bound(t);
    assert.strictEqual(t.thrown(() => a.send(5, 9, '127.0.0.1')).code, 'ERR_INVALID_ARG_TYPE');
  });
  add('a length beyond the buffer', async (t) => {
    const a = await bound(t);
    assert.strictEqual(
      t.thrown(() => a.send(Buffer.alloc(3), 2, 5, 9, '127.0.0.1')).code,
      'ERR_BUFFER_OUT_OF_BOUNDS',
    );
  });
  add('IPv6', async (t) => {
    const a = await bound(t, 'udp6', '::1');
    a.send('six', a.address().port, '::1');
    const [message, from] = await t.event(a, 'message');
    assert.deepStrictEqual([`${message}`, from.family, from.address], ['six', 'IPv6', '::1']);
  });
  add('multicast goes out where the system chooses, and where a zone says that is not there', async (t) => {
    const a = await bound(t, 'udp6', '::1');
    for (const address of ['::', '::%none', 'fe80::1%99', '0.0.0.0', '127.0.0.1'])
      a.setMulticastInterface(address);
    assert.strictEqual(t.thrown(() => a.setMulticastInterface('9.9.9.9')).code, 'EADDRNOTAVAIL');
    assert.strictEqual(t.thrown(() => a.setMulticastInterface('')).code, 'EINVAL');
    const b = await bound(t);
    assert.strictEqual(t.thrown(() => b.setMulticastInterface('::1')).code, 'ENOPROTOOPT');
  });
  add('a name is looked up', async (t) => {
    const a = await bound(t);
    a.send('x', a.address().port, 'localhost');
    await t.event(a, 'message');
  });
  add('a signal closes', async (t) => {
    const abort = new AbortController();
    const a = dgram.createSocket({ type: 'udp4', signal: abort.signal });
    setTimeout(() => abort.abort(), 2);
    await t.event(a, 'close');
  });
  add('messages come in order', async (t) => {
    const a = await bound(t);
    a.on('message', (message) => t.log(`${message}`));
    for (let i = 0; i < 5; i++) a.send(String(i), a.address().port, '127.0.0.1');
    await t.sleep(20);
    assert.deepStrictEqual(t.seen(), ['0', '1', '2', '3', '4']);
  });
});
