// node:dgram in the simulation, beside the real Node: the same program prints the same, over loopback.
import { describe, expect, test } from 'vitest';
import { Host } from '../../src/engine/net/host.ts';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

const START = `
  const dgram = require('node:dgram');
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  const happens = (emitter, name) => new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
  const tell = (act) => { try { console.log(act()); } catch (error) { console.log(error.name, error.code, error.message, error.errno, error.syscall); } };
  const bound = async (options, ...where) => { const socket = dgram.createSocket(options); socket.bind(...(where.length ? where : [0, '127.0.0.1'])); await happens(socket, 'listening'); return socket; };
`;

describe('arguments', () => {
  test('that will not do are refused in Node’s words', async () => {
    await expectSame(`${START}
      for (const type of [undefined, null, 5, 'udp', 'udp5', {}, { type: 'x' }, { type: 'udp4', lookup: 5 }, { type: 'udp4', recvBufferSize: 'x' }, { type: 'udp4', sendBufferSize: -1 }, { type: 'udp4', signal: 5 }, { type: 'udp4', receiveBlockList: {} }, { type: 'udp4', sendBlockList: 5 }])
        tell(() => dgram.createSocket(type).type);
      const fresh = dgram.createSocket('udp4');
      tell(() => fresh.getRecvBufferSize()); tell(() => fresh.setTTL(5)); tell(() => fresh.setBroadcast(true)); tell(() => fresh.setMulticastTTL(3)); tell(() => fresh.setMulticastInterface('0.0.0.0')); tell(() => fresh.setRecvBufferSize(-1)); tell(() => fresh.setTTL('x')); tell(() => fresh.setMulticastLoopback(1));
      tell(() => fresh.remoteAddress()); tell(() => fresh.disconnect()); tell(() => fresh.address()); tell(() => fresh.getSendQueueSize()); tell(() => fresh.addMembership()); tell(() => fresh.bindSync({ port: -1 })); tell(() => fresh.bindSync({ address: 'x' })); tell(() => fresh.bindSync(5)); tell(() => fresh.connectSync(5, 'x')); tell(() => fresh.connectSync(0));
      (async () => {
        const t = await bound('udp4', 0);
        for (const act of [() => t.setTTL(5), () => t.setTTL(0), () => t.setTTL(256), () => t.setTTL('5'), () => t.setBroadcast(true), () => t.setMulticastTTL(3), () => t.setMulticastTTL(-1), () => t.setMulticastTTL(256), () => t.setMulticastInterface('0.0.0.0'), () => t.setMulticastInterface('x'), () => t.setMulticastInterface('203.0.113.99'), () => t.setMulticastInterface('::'), () => t.setMulticastInterface('127.0.0.1'), () => t.setMulticastInterface(''), () => t.setMulticastInterface(5),
          () => t.addMembership('1.2.3.4'), () => t.addMembership('x'), () => t.addMembership(), () => t.dropMembership('224.0.0.115'), () => t.dropMembership('9.9.9.9'), () => t.addSourceSpecificMembership('1.2.3.4', '9.9.9.9'), () => t.addSourceSpecificMembership(4), () => t.addSourceSpecificMembership('1.1.1.1', 5), () => t.dropSourceSpecificMembership(4), () => t.setMulticastLoopback(1), () => t.setMulticastLoopback(0), () => t.getSendQueueSize(), () => t.getSendQueueCount(),
          () => t.ref() === t, () => t.unref() === t, () => t.ref() === t, () => t.connect(0), () => t.connect(5, 5), () => t.connect('x'), () => t.send('x'), () => t.send('x', 0, 1), () => t.send([1], 5), () => t.send('abc', 5, 9, 9), () => t.send('abc', 1, 9, 9), () => t.send(5, 9), () => t.send({}, 0, 1, 9), () => t.sendto('x'), () => t.sendto('x', 0, 1, 9), () => t.bindSync(), () => t.bind(), () => t.connectSync(9, 'x'), () => t.send('x', 9, 5), () => t.send('x', 70000), () => t.send('x', 1.5),
          () => t.getRecvBufferSize(), () => t.getSendBufferSize(), () => t.setRecvBufferSize(10000), () => t.getRecvBufferSize(), () => t.setSendBufferSize(1), () => t.getSendBufferSize(), () => t.setRecvBufferSize(1), () => t.getRecvBufferSize(), () => t.setRecvBufferSize('x'), () => t.setRecvBufferSize(1.5)]) tell(act);
        console.log(t.close() === t);
        for (const act of [() => t.close(), () => t.send('x', 5), () => t.address(), () => t.bind(), () => t.bindSync(), () => t.connectSync(5), () => t.setMulticastInterface('x'), () => t.addMembership('x'), () => t.remoteAddress()]) tell(act);
        process.exit();
      })();
    `);
  });
});

describe('sockets', () => {
  test('binding in all its forms, and where it is refused', async () => {
    await expectSame(`${START}
      const attempt = (options, ...args) => new Promise((resolve) => {
        const socket = dgram.createSocket(options);
        socket.on('error', ({ message, code, errno, syscall, address, port }) => { console.log(message, code, errno, syscall, address, port); socket.close(resolve); });
        socket.on('listening', () => { const { address, family, port } = socket.address(); console.log(address, family, port > 0); socket.close(resolve); });
        console.log(socket.bind(...args) === socket);
      });
      (async () => {
        for (const args of [[], [0], [0, '127.0.0.1'], [0, '0.0.0.0'], [0, ''], [() => console.log('called')], [0, () => console.log('called')], [0, '127.0.0.5', () => console.log('called')], [{ port: 0, address: '127.0.0.1' }], [{}], [{ port: 0, exclusive: true }], [null], [undefined], [4321, '203.0.113.99'], [0, '203.0.113.99']]) await attempt('udp4', ...args);
        for (const args of [[], [0, '::1'], [0, '::'], [{ port: 0, address: '::1' }]]) await attempt('udp6', ...args);
        await attempt({ type: 'udp6', ipv6Only: true }, 0);
        const one = await bound('udp4'); const { port } = one.address();
        const clash = async (options, ...where) => { const socket = dgram.createSocket(options); socket.on('error', (error) => console.log(error.message.replace(port, 'P'), error.port === port)); socket.on('listening', () => console.log('listening')); socket.bind(port, ...where); await wait(5); socket.close(); };
        await clash('udp4', '127.0.0.1'); await clash('udp4'); await clash('udp6'); await clash({ type: 'udp6', ipv6Only: true }); await clash('udp4', '127.0.0.2'); await clash({ type: 'udp4', reuseAddr: true }, '127.0.0.1'); one.close();
        const shared = { type: 'udp4', reuseAddr: true }; const first = await bound(shared); const second = await bound(shared, first.address().port, '127.0.0.1');
        first.on('message', (message) => console.log('first', String(message))); second.on('message', (message) => console.log('second', String(message)));
        const sender = dgram.createSocket('udp4'); sender.send('a', first.address().port, '127.0.0.1'); await wait(10); second.close(); sender.send('b', first.address().port, '127.0.0.1'); await wait(10); first.close(); sender.close();
        const sync = dgram.createSocket('udp4'); const got = sync.bindSync({ address: '127.0.0.1' }); console.log(got.address, got.family, got.port === sync.address().port); await happens(sync, 'listening'); const other = dgram.createSocket('udp4'); try { other.bindSync({ address: '127.0.0.1', port: got.port }); } catch (error) { console.log(error.message.replace(got.port, 'P')); } other.connectSync(got.port); console.log(other.remoteAddress().address); await happens(other, 'connect'); other.send('sync'); console.log(String((await happens(sync, 'message'))[0])); sync.close(); other.close();
        const disposed = await bound('udp4'); await disposed[Symbol.asyncDispose](); tell(() => disposed.address()); await disposed[Symbol.asyncDispose]();
        const abort = new AbortController(); const aborted = dgram.createSocket({ type: 'udp4', signal: abort.signal }); aborted.bind(); await happens(aborted, 'listening'); abort.abort(); await happens(aborted, 'close'); console.log('closed');
        tell(() => dgram.createSocket({ type: 'udp4', signal: abort.signal }).address());
        const quiet = await bound('udp4'); quiet.unref();
      })();
    `);
  });

  test('sending in all its forms', async () => {
    await expectSame(`${START}
      (async () => {
        const there = await bound('udp4'); const { port } = there.address();
        const here = dgram.createSocket({ type: 'udp4', recvBufferSize: 20000, sendBufferSize: 30000 });
        here.on('listening', () => console.log('listening', here.address().address, here.getRecvBufferSize(), here.getSendBufferSize()));
        const sent = (...args) => console.log('sent', args);
        const get = async () => { const [message, from] = await happens(there, 'message'); console.log(String(message), Buffer.isBuffer(message), from.address, from.family, from.size, from.port === here.address().port, Object.keys(from)); };
        const forms = [['one', port], ['two', port, '127.0.0.1'], ['three', port, sent], ['four', port, '127.0.0.1', sent], ['_five_', 1, 4, port], ['_six_', 1, 3, port, '127.0.0.1'], ['_seven_', 1, 5, port, sent], ['_eight_', 1, 5, port, '127.0.0.1', sent], [Buffer.from('nine'), port], [new Uint8Array([116, 101, 110]), port], [new DataView(new TextEncoder().encode('eleven').buffer), port], [['twe', Buffer.from('lve')], port, sent], [[], port, sent], ['', port, sent], ['as text', String(port), undefined, sent], ['to null', port, null, sent], ['to localhost', port, 'localhost', sent]];
        for (const form of forms) { const got = get(); console.log(here.send(...form)); await got; await wait(1); }
        const got = get(); here.sendto('old form', 0, 8, port, '127.0.0.1', sent); await got; await wait(1);
        const buffer = Buffer.from('before'); const changed = get(); here.send(buffer, port); await changed;
        const errors = async (...args) => { here.send(...args, (error, count) => console.log(error && [error.message.replace(port, 'P'), error.code, error.errno, error.syscall, error.address, error.port === port], count)); await wait(10); };
        await errors(Buffer.alloc(70_000), port, '127.0.0.1'); await errors('x', port, '::1'); 
        here.on('error', () => console.log('never')); here.send(Buffer.alloc(70_000), port); await wait(5);
        const own = dgram.createSocket({ type: 'udp4', lookup: (host, family, done) => { console.log('lookup', host, family); done(host === 'bad' ? new Error('lost') : null, '127.0.0.1', 4); } });
        own.on('error', (error) => console.log('error', error.message)); const name = happens(there, 'message'); own.send('x', port, 'there'); console.log(String((await name)[0])); own.send('x', port, 'bad'); own.send('x', port, 'bad', (error) => console.log('callback', error.message)); await wait(5); own.close();
        const list = new (require('node:net').BlockList)(); list.addAddress('127.0.0.1');
        const picky = dgram.createSocket({ type: 'udp4', sendBlockList: list }); picky.send('x', port, '127.0.0.1', (error) => console.log(error.code, error.message)); await wait(5); picky.connect(port, '127.0.0.1', (error) => console.log(error.code)); await wait(5); picky.close();
        const deaf = dgram.createSocket({ type: 'udp4', receiveBlockList: list }, () => console.log('heard')); deaf.bind(0, '127.0.0.1'); await happens(deaf, 'listening'); here.send('x', deaf.address().port); await wait(10); deaf.close();
        const early = dgram.createSocket('udp4'); early.send('x', port, '127.0.0.1', () => console.log('sent before it closes')); early.close(() => console.log('close')); await wait(10);
        here.close(); there.close();
      })();
    `);
  });

  test('a peer: who is heard, what is refused, and errors that come back', async () => {
    await expectSame(`${START}
      (async () => {
        const there = await bound('udp4'); const { port } = there.address();
        const here = dgram.createSocket('udp4'); here.on('message', (message) => console.log('heard', String(message))); here.on('connect', () => console.log('connect')); here.on('error', (error) => console.log('error', error.message, error.code, error.errno, error.syscall, error.address));
        console.log(here.connect(port, '127.0.0.1', () => console.log('callback'))); tell(() => here.connect(port)); await happens(here, 'connect');
        console.log(here.remoteAddress().port === port, here.remoteAddress().address, here.address().address); tell(() => here.connect(port)); tell(() => here.connectSync(port)); tell(() => here.send('x', port)); tell(() => here.send('x', 0, 1, port)); tell(() => here.send('x', 0, 1, null, 'x'));
        for (const form of [['a'], ['b', () => console.log('sent')], ['_c_', 1, 1], ['_d_', 1, 1, () => console.log('sent')], [['e', 'f']]]) { const got = happens(there, 'message'); here.send(...form); console.log(String((await got)[0])); await wait(1); }
        const stranger = await bound('udp4'); stranger.send('stranger', here.address().port, '127.0.0.1'); there.send('friend', here.address().port, '127.0.0.1'); await happens(here, 'message'); await wait(10);
        there.close(); here.send('lost', (error, count) => console.log(error, count)); await happens(here, 'error');
        console.log(here.disconnect()); tell(() => here.disconnect()); tell(() => here.remoteAddress()); tell(() => here.send('x'));
        here.connect(port); await happens(here, 'connect'); console.log(here.remoteAddress().address); here.close(); stranger.close();
        const six = await bound('udp6', 0, '::1'); const other = dgram.createSocket('udp6'); other.connect(six.address().port, '::1'); await happens(other, 'connect'); other.send('six'); const [message, from] = await happens(six, 'message'); console.log(String(message), from.address, from.family, other.remoteAddress().family); six.close(); other.close();
        const both = await bound('udp6', 0); const four = dgram.createSocket('udp4'); four.send('four', both.address().port, '127.0.0.1'); const [text, who] = await happens(both, 'message'); console.log(String(text), who.address, who.family); both.send('back', who.port, who.address); console.log(String((await happens(four, 'message'))[0])); both.close(); four.close();
        const wrong = dgram.createSocket('udp4'); wrong.on('error', (error) => console.log(error.message)); wrong.connect(5, '::1', (error) => { console.log(error && error.code); wrong.close(); }); await happens(wrong, 'close');
      })();
    `);
  });
});

test('closing at every step', async () => {
  await expectSame(`
    const dgram = require('dgram');
    const a = dgram.createSocket('udp4');
    a.on('listening', () => { console.log('listening'); a.close(); }); a.on('close', () => console.log('close')); a.on('error', (e) => console.log('error', e.code));
    a.send(Buffer.alloc(10), 0, 10, 12345, '127.0.0.1', (e, n) => console.log('sent', e && e.code, n));
    const b = dgram.createSocket('udp4', (m) => { console.log('b got', String(m)); b.close(() => console.log('b closed')); });
    b.on('listening', () => console.log('b listening one')); b.bind(0, '127.0.0.1', () => { console.log('b cb'); b.send('x', b.address().port, '127.0.0.1'); b.send('y', b.address().port, '127.0.0.1'); });
    b.on('listening', () => console.log('b listening two'));
    const c = dgram.createSocket('udp4'); c.bind(0); try { c.bind(0); } catch (e) { console.log(e.code); } c.close(() => console.log('c closed'));
    process.on('exit', (n) => console.log('exit', n));
  `);
});

describe('over the network', () => {
  test('to everybody on the link, when the socket has asked for it', async () => {
    const { stdout, world } = await runProgram(
      `${START}
      (async () => {
        const socket = await bound('udp4', 0, '192.0.2.1');
        const send = (to) => new Promise((done) => socket.send('hello', 7, to, (error, count) => { console.log(to, error ? error.message : count); done(); }));
        await send('192.0.2.255'); socket.setBroadcast(true); await send('192.0.2.255'); await send('255.255.255.255'); await send('198.51.100.1');
        socket.setTTL(9); await send('192.0.2.2'); await wait(100); socket.close();
        try { (await bound('udp4')).addMembership('224.0.0.114'); } catch (error) { console.log(error.code, error.message); }
        process.exit();
      })();
    `,
      {
        prepare: (_world, network) => {
          const server = network.machine('server');
          if (!(server instanceof Host)) throw new Error('the server is a host');
          server.udp.bind(7).onReceive = ({ hopLimit }) => server.record('heard', { hopLimit });
        },
      },
    );
    const heard = [...world.trace.events(['heard'])].map(({ detail }) => detail!['hopLimit']);
    expect(heard).toEqual([64, 64, 9]);
    expect(stdout).toBe(
      [
        '192.0.2.255 send EACCES 192.0.2.255:7',
        '192.0.2.255 5',
        '255.255.255.255 5',
        '198.51.100.1 send ENETUNREACH 198.51.100.1:7',
        '192.0.2.2 5',
        'ENODEV addMembership ENODEV: no interface of this simulated machine takes part in multicast',
        '',
      ].join('\n'),
    );
  });

  test('what finds the receive buffer full is lost, and the trace says so', async () => {
    const { stdout, world } = await runProgram(`${START}
      (async () => {
        const socket = await bound({ type: 'udp4', recvBufferSize: 5000 });
        let count = 0;
        socket.on('message', () => { count += 1; });
        for (let i = 0; i < 50; i++) socket.send(Buffer.alloc(1000), socket.address().port, '127.0.0.1');
        await wait(10);
        console.log(count);
        socket.close();
      })();
    `);
    const dropped = [...world.trace.events(['udp.drop'])].filter(
      ({ detail }) => detail!['reason'] === 'the receive buffer is full',
    );
    expect(Number(stdout)).toBeGreaterThan(0);
    expect(Number(stdout) + dropped.length).toBe(50);
  });
});
