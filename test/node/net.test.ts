// node:net in the simulation, beside the real Node: the same program prints the same, over loopback.
import { describe, expect, test } from 'vitest';
import { expectSame } from './beside-node.ts';
import { runProgram } from './run-program.ts';

/** What several programs begin with: `tell` prints what an act gives or throws, ports are printed as P. */
const START = `
  const net = require('node:net');
  const { once } = require('node:events');
  const tell = (act) => { try { const got = act(); console.log(got instanceof net.Socket || got instanceof net.Server ? 'made' : got); } catch (error) { console.log(error.name, error.code, error.message); } };
  const happens = (emitter, name) => new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));
  const errorOf = ({ name, code, errno, syscall, address, port, localAddress, localPort, message }) => console.log(name, { code, errno, syscall, address, port, localAddress, localPort, message });
`;

describe('arguments', () => {
  test('that will not do are refused in Node’s words', async () => {
    await expectSame(`${START}
      for (const args of [[], [{}], [{ port: null }], ['x'.length - 2], [65536], [{ port: 1.5 }], [{ port: {} }], [{ port: true }], [80, 5], [{ port: 80, host: 5 }], [{ port: 80, host: 'a\\0b' }],
        [{ port: 80, localAddress: 'x' }], [{ port: 80, localPort: 'x' }], [{ port: 80, autoSelectFamily: 1 }], [{ port: 80, autoSelectFamilyAttemptTimeout: 0 }], [{ port: 80, autoSelectFamilyAttemptTimeout: 'x' }],
        [{ port: 80, host: 'h', lookup: 5 }], [{ port: 80, timeout: -1 }], [{ port: 80, timeout: 'x' }], [{ port: 80, objectMode: true }], [{ port: 80, readableObjectMode: true }], [{ port: 80, keepAliveInitialDelay: 'x' }],
        [{ port: 80, typeOfService: 256 }], [{ port: 80, blockList: {} }], [{ port: 80, signal: 5 }]])
        tell(() => { const socket = net.connect(...args); socket.on('error', () => {}); socket.destroy(); return 'fine'; });
      for (const args of [[{}], [{ port: -1 }], [65536], [true], [{ port: 'x' }], [{ port: true }], [{ port: 0, signal: 'x' }], [{ backlog: 5 }], [{ host: 'x' }], [-1, '127.0.0.1'], [NaN], [{ path: 5 }]])
        tell(() => { const server = net.createServer().on('error', () => {}).listen(...args); server.close(); return 'fine'; });
      for (const options of ['x', 5, true, { keepAliveInitialDelay: 'x' }, { highWaterMark: 'x' }, { blockList: 5 }, null, undefined]) tell(() => net.createServer(options));
      const socket = new net.Socket();
      for (const ms of ['x', -1, Infinity, undefined, 0, 5]) tell(() => socket.setTimeout(ms));
      tell(() => socket.setTimeout(5, 'x')); tell(() => socket.setTimeout(0, 'x')); tell(() => socket.setTypeOfService(NaN)); tell(() => socket.setTypeOfService('x')); tell(() => socket.setTypeOfService(300));
      for (const value of [0, 1, 'x', true]) { tell(() => net.setDefaultAutoSelectFamily(value)); tell(() => net.setDefaultAutoSelectFamilyAttemptTimeout(value)); }
      console.log(net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout());
      process.exit();
    `);
  });

  test('what the module is', async () => {
    await expectSame(`${START}
      console.log(net.Stream === net.Socket, net.connect === net.createConnection, net.Socket.name, net.Server.name);
      console.log(net.Socket() instanceof net.Socket, net.Server() instanceof net.Server, new net.Socket().constructor === net.Socket);
      class Mine extends net.Socket { constructor() { super({ allowHalfOpen: true }); this.mine = 1; } }
      const mine = new Mine();
      console.log(mine instanceof Mine, mine instanceof net.Socket, mine.mine, mine.allowHalfOpen, mine.constructor.name);
      const { Duplex } = require('node:stream');
      console.log(mine instanceof Duplex, new net.Socket().readableHighWaterMark, new net.Socket().writableHighWaterMark);
      const socket = new net.Socket();
      console.log(socket.readyState, socket.pending, socket.connecting, socket.destroyed, socket.address(), socket.bytesRead, socket.bytesWritten, socket.timeout, socket.bufferSize, socket.getTypeOfService());
      console.log(socket.ref() === socket, socket.unref() === socket, socket.setNoDelay() === socket, socket.setKeepAlive() === socket, socket.setTimeout(0) === socket, socket.pause() === socket);
      for (const text of ['1.2.3.4', '::1', '1', '', undefined, null, 5, {}, '::ffff:1.2.3.4', 'fe80::1%lo', '1.2.3.4.5', '256.1.1.1', '::1%']) console.log(net.isIP(text), net.isIPv4(text), net.isIPv6(text));
    `);
  });
});

describe('addresses as values', () => {
  test('SocketAddress', async () => {
    await expectSame(`${START}
      for (const options of [undefined, {}, { address: '192.0.2.1' }, { address: '2001:DB8::1', family: 'ipv6', port: 80, flowlabel: 5 }, { family: 'IPv6' }, { address: 'x' }, { address: '::1' }, { family: 'x' }, { family: 4 }, { port: 70000 }, { port: 'x' }, { flowlabel: -1 }, { address: 5 }, 5, null])
        tell(() => { const made = new net.SocketAddress(options); console.log(made); return JSON.stringify(made); });
      for (const text of ['192.0.2.1:80', '192.0.2.1', '[::1]:443', '[::1]', '::1', 'x', '192.0.2.1:70000', '1.2.3:80', '', 'http://x', '192.0.2.1:0'])
        console.log(text, net.SocketAddress.parse(text)?.toJSON());
      tell(() => net.SocketAddress.parse(5));
      console.log(net.SocketAddress.isSocketAddress(new net.SocketAddress()), net.SocketAddress.isSocketAddress({}), net.SocketAddress.isSocketAddress(null));
    `);
  });

  test('BlockList', async () => {
    await expectSame(`${START}
      const list = new net.BlockList();
      list.addAddress('192.0.2.1'); list.addAddress('2001:db8::1', 'ipv6'); list.addAddress(new net.SocketAddress({ address: '192.0.2.9' }));
      list.addRange('198.51.100.5', '198.51.100.9'); list.addRange('2001:db8:1::', '2001:db8:1::ff', 'ipv6');
      list.addSubnet('203.0.113.7', 24); list.addSubnet('fd00::', 8, 'ipv6');
      list.addCIDR('10.1.0.0/16'); list.addCIDRs(['10.2.0.0/16', '2001:db8:2::/48']); list.addAddresses(['1.1.1.1', '1.1.1.2']);
      console.log(list.rules, list.size, list);
      for (const [address, family] of [['192.0.2.1'], ['192.0.2.2'], ['192.0.2.9', 'IPv4'], ['::ffff:192.0.2.1', 'ipv6'], ['::ffff:c000:201', 'ipv6'], ['198.51.100.7'], ['198.51.100.10'], ['2001:db8:1::a', 'ipv6'], ['2001:db8:1::100', 'ipv6'], ['203.0.113.255'], ['fdff::1', 'ipv6'], ['10.2.255.1'], ['10.3.0.1'], ['x'], ['192.0.2.1', 'ipv6'], ['1.1.1.2']])
        console.log(address, family, list.check(address, family));
      console.log(list.check(new net.SocketAddress({ address: '192.0.2.1' })));
      tell(() => list.addRange('1.1.1.2', '1.1.1.1')); tell(() => list.addSubnet('1.1.1.1', 33)); tell(() => list.addSubnet('1.1.1.1', '8')); tell(() => list.addAddress('x')); tell(() => list.addAddress(5)); tell(() => list.addAddress('1.1.1.1', 5));
      tell(() => list.addCIDR('1.1.1.1')); tell(() => list.addCIDR('1.1.1.1/x')); tell(() => list.addCIDR(5)); tell(() => list.addAddresses('x')); tell(() => list.addAddresses([5])); tell(() => list.check(5)); tell(() => list.check('x', 5)); tell(() => list.fromJSON(5)); tell(() => list.fromJSON([5]));
      list.removeAddress('192.0.2.1'); list.removeRange('198.51.100.5', '198.51.100.9'); list.removeSubnet('203.0.113.7', 24); list.removeCIDR('10.1.0.0/16'); list.removeAddress('9.9.9.9');
      console.log(list.rules, JSON.stringify(list));
      const copy = new net.BlockList(); copy.fromJSON(JSON.stringify(list)); console.log(copy.size, copy.check('192.0.2.9'), copy.check('10.2.1.1'));
      list.addAddress('192.0.2.9'); list.addAddress('::ffff:192.0.2.9', 'ipv6'); list.addSubnet('10.2.0.0', 16); console.log(list.rules); list.removeSubnet('10.2.0.0', 16); console.log(list.rules);
      list.clear(); console.log(list.rules, net.BlockList.isBlockList(list), net.BlockList.isBlockList({}));
      console.log(net.BlockList.PRIVATE_RANGES);
    `);
  });
});

describe('connections', () => {
  test('events, states and counts of both ends, one after another', async () => {
    await expectSame(`${START}
      (async () => {
        const seen = { client: [], server: [] };
        const note = (who, socket) => { for (const name of ['connectionAttempt', 'connect', 'ready', 'end', 'finish', 'close', 'timeout', 'error']) socket.on(name, (...args) => seen[who].push([name, ...args.map((one) => (one === port ? 'P' : one))])); };
        let peer;
        const server = net.createServer((socket) => { peer = socket; note('server', socket); socket.on('data', (data) => { seen.server.push(String(data)); if (String(data) === 'bye') return; socket.write('echo ' + data); }); });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address();
        const client = net.connect({ port, host: '127.0.0.1' });
        note('client', client);
        const states = () => console.log(client.readyState, client.pending, client.connecting, client.bytesWritten, client.writableLength, client.bytesRead, client.destroyed);
        states();
        client.write('hello');
        states();
        await once(client, 'data');
        states();
        console.log(client.remoteAddress, client.remoteFamily, client.remotePort === port, client.localFamily, peer.remotePort === client.localPort, peer.localPort === port, peer.server === server);
        client.end('bye');
        states();
        await Promise.all([once(client, 'close'), once(peer, 'close')]);
        states();
        console.log(client.remoteAddress, client.localPort, client.address());
        console.log(peer.bytesRead, peer.bytesWritten, client.bytesRead, client.bytesWritten);
        server.close();
        await once(server, 'close');
        console.log(seen.client); console.log(seen.server.filter((one) => Array.isArray(one)));
      })();
    `);
  });

  test('errors of connecting, with all their parts', async () => {
    await expectSame(`${START}
      const attempt = (options) => new Promise((resolve) => {
        const socket = net.connect(options);
        const seen = [];
        for (const name of ['connectionAttempt', 'connectionAttemptFailed', 'lookup']) socket.on(name, (...args) => seen.push(name + ' ' + args.map((one) => (one instanceof Error ? one.code : one)).join(' ')));
        socket.on('error', (error) => { errorOf(error); if (error.errors) error.errors.forEach(errorOf); });
        socket.on('close', (had) => { console.log(seen, had, socket.autoSelectFamilyAttemptedAddresses); resolve(); });
      });
      const both = (first, ...rest) => (host, options, done) => { console.log(host, options); done(null, options.all ? [first, ...rest] : first.address, first.family); };
      const four = { address: '127.0.0.1', family: 4 }, six = { address: '::1', family: 6 };
      (async () => {
        await attempt({ port: 1, host: '127.0.0.1' });
        await attempt({ port: 1, host: '::1' });
        await attempt({ port: 0, host: '127.0.0.1' });
        await attempt({ port: 1, host: '127.0.0.1', localPort: 4567 });
        await attempt({ port: 1, host: '127.0.0.1', localAddress: '127.0.0.1', localPort: 4567 });
        await attempt({ port: 1, host: '127.0.0.1', localAddress: '203.0.113.77' });
        await attempt({ port: 1, host: '127.0.0.1', localAddress: '203.0.113.77', localPort: 5 });
        await attempt({ port: 1, host: 'h', lookup: both(four, six) });
        await attempt({ port: 1, host: 'h', lookup: both(six, four, { address: '127.0.0.2', family: 4 }, six) });
        await attempt({ port: 1, host: 'h', lookup: both(four) });
        await attempt({ port: 1, host: 'h', lookup: both(four, six), autoSelectFamily: false });
        await attempt({ port: 1, host: 'h', family: 4, lookup: both(four, six) });
        await attempt({ port: 1, host: 'h', family: 'IPv6', hints: 8, lookup: both(six) });
        await attempt({ port: 1, host: 'h', lookup: (host, options, done) => done(new Error('lost')) });
        await attempt({ port: 1, host: 'h', lookup: (host, options, done) => done(null, [{ address: 'x', family: 4 }]) });
        await attempt({ port: 1, host: 'h', lookup: (host, options, done) => done(null, [{ address: '127.0.0.1', family: 7 }]) });
        await attempt({ port: 1, host: 'h', autoSelectFamily: false, lookup: (host, options, done) => done(null, '127.0.0.1', 7) });
        await attempt({ port: 1, host: 'h', autoSelectFamily: false, lookup: (host, options, done) => done(null, undefined, 4) });
        const blockList = new net.BlockList(); blockList.addAddress('127.0.0.1');
        await attempt({ port: 1, host: '127.0.0.1', blockList });
        await attempt({ port: 1, host: 'h', blockList, lookup: both(four, six) });
        const early = new net.Socket(); early.on('error', errorOf); early.write('x', (error) => errorOf(error)); await happens(early, 'close');
        const given = net.connect(1, '127.0.0.1'); given.on('error', errorOf); given.write('x', (error) => errorOf(error)); given.destroy(); await happens(given, 'close');
      })();
    `);
  });

  test('half-open, resets, writes that come too late', async () => {
    await expectSame(`${START}
      const pair = async (clientOptions, serverOptions) => {
        const server = net.createServer(serverOptions).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const client = net.connect({ port: server.address().port, host: '127.0.0.1', ...clientOptions });
        const [[peer]] = await Promise.all([once(server, 'connection'), once(client, 'connect')]);
        const seen = [];
        for (const [who, socket] of [['client', client], ['peer', peer]]) { socket.on('error', (error) => { seen.push(who + ' ' + error.message); }); socket.on('close', (had) => seen.push(who + ' close ' + had)); socket.on('end', () => seen.push(who + ' end')); }
        server.close();
        return { client, peer, seen, over: () => Promise.all([client, peer].map((one) => (one.closed || (one.destroyed && !one._handle && seen.some((x) => x.startsWith(one === client ? 'client close' : 'peer close'))) ? 0 : new Promise((done) => one.once('close', done))))) };
      };
      const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      (async () => {
        let p = await pair({ allowHalfOpen: true }, { allowHalfOpen: true });
        p.client.end('question'); p.client.resume(); let asked = ''; for await (const piece of p.peer) asked += piece; 
        console.log('for await destroys', asked, p.peer.destroyed); await wait(30); console.log(p.client.readyState); p.client.destroy(); await wait(10); console.log(p.seen);
        p = await pair({ allowHalfOpen: true }, { allowHalfOpen: true });
        p.peer.resume(); p.client.resume(); p.client.end(); await once(p.peer, 'end'); console.log(p.peer.readyState, p.client.readyState); p.peer.end('answer'); await p.over(); console.log(p.seen.sort());
        p = await pair(); p.peer.resume(); p.client.resetAndDestroy(); await p.over(); console.log(p.seen.sort());
        p = await pair(); p.client.resume(); p.client.write('unread'); await wait(20); p.peer.destroy(); await p.over(); await wait(20); console.log('closed with unread data', p.seen.sort());
        p = await pair(); p.peer.pause(); p.client.write('before'); p.client.resetAndDestroy(); await wait(20); p.peer.on('data', (data) => p.seen.push('data ' + data)); p.peer.resume(); await p.over(); console.log(p.seen);
        p = await pair({}, { allowHalfOpen: true }); p.peer.resume(); p.client.destroy(); await once(p.peer, 'end'); p.peer.write('one'); await wait(20); p.peer.write('two', (error) => p.seen.push('callback ' + (error && error.message))); await p.over(); console.log(p.seen);
        p = await pair(); p.client.resume(); p.peer.end(); await once(p.client, 'end'); p.client.write('late', (error) => p.seen.push('callback ' + error.message)); await p.over(); console.log(p.seen.sort());
        p = await pair(); p.client.end(); p.client.write('late', (error) => p.seen.push('callback ' + error.message)); p.peer.resume(); await p.over(); console.log(p.seen.sort());
        p = await pair(); p.client.destroy(); p.client.write('late', (error) => p.seen.push('callback ' + error.message)); p.peer.resume(); await p.over(); console.log(p.seen.sort());
        p = await pair(); const big = Buffer.alloc(20_000_000); p.peer.pause(); console.log(p.client.write(big, (error) => p.seen.push('callback ' + (error && error.message))), p.client.writableNeedDrain, p.client.bytesWritten, p.client.writableLength); await wait(20); p.client.destroy(); await wait(20); console.log(p.client.writableLength, p.seen); p.peer.destroy(); 
        p = await pair(); p.client.destroySoon(); p.peer.resume(); await p.over(); console.log(p.seen.sort());
        const never = new net.Socket(); never.on('error', errorOf); never.resetAndDestroy(); await happens(never, 'close');
        p = await pair(); p.client.write('x', () => p.seen.push('written')); p.client.cork(); p.client.write('a'); p.client.write('b'); console.log(p.client.writableLength, p.client.bytesWritten); p.client.uncork(); let text = ''; p.peer.on('data', (data) => { text += data; }); await wait(20); p.client.end(); await p.over(); console.log(text, p.seen.sort());
      })();
    `);
  });

  test('back-pressure, drain, and what comes is what went', async () => {
    await expectSame(`${START}
      const { createHash } = { createHash: () => ({ sum: 0, update(bytes) { for (let i = 0; i < bytes.length; i++) this.sum = (this.sum * 31 + bytes[i]) >>> 0; } }) };
      const server = net.createServer((socket) => {
        const hash = createHash(); let count = 0;
        socket.pause(); setTimeout(() => socket.resume(), 100);
        socket.on('data', (data) => { hash.update(data); count += data.length; });
        socket.on('end', () => { console.log('server', count, hash.sum); server.close(); });
      }).listen(0, '127.0.0.1', () => {
        const client = net.connect(server.address().port, '127.0.0.1');
        const hash = createHash(); const chunk = Buffer.alloc(50_000); let left = 400; let drains = 0; let hasWaited = false;
        const go = () => { while (left > 0) { left -= 1; for (let i = 0; i < chunk.length; i++) chunk[i] = (i * 7 + left) & 255; hash.update(chunk); if (!client.write(Buffer.from(chunk))) { hasWaited = true; client.once('drain', () => { drains += 1; go(); }); return; } } client.end(); };
        client.on('connect', go);
        client.on('close', (had) => console.log('client', had, hasWaited, drains > 0, client.bytesWritten, hash.sum));
      });
    `);
  });

  test('onread, timeouts, pausing, iterating, encodings', async () => {
    await expectSame(`${START}
      const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      (async () => {
        const server = net.createServer((socket) => { socket.on('error', () => {}); socket.write('0123456789'); setTimeout(() => socket.end('abc'), 40); }).listen(0, '127.0.0.1');
        await once(server, 'listening');
        const { port } = server.address();
        const seen = [];
        let client = net.connect({ port, host: '127.0.0.1', onread: { buffer: Buffer.alloc(4), callback(count, buffer) { seen.push(buffer.toString('latin1', 0, count)); return true; } } });
        client.on('data', () => seen.push('data')); await once(client, 'close'); console.log(seen.splice(0), client.bytesRead);
        let made = 0;
        client = net.connect({ port, host: '127.0.0.1', onread: { buffer: () => { made += 1; return new Uint8Array(6); }, callback(count, buffer) { seen.push(count, buffer.length, String.fromCharCode(...buffer.subarray(0, count))); if (seen.length === 3) { setTimeout(() => client.resume(), 10); return false; } } } });
        await once(client, 'close'); console.log(seen.splice(0), made);
        client = net.connect({ port, host: '127.0.0.1', timeout: 10 }); client.on('timeout', () => seen.push('timeout')); console.log(client.timeout); client.resume(); await once(client, 'timeout'); client.setTimeout(0); console.log(client.timeout); await once(client, 'close'); console.log(seen.splice(0));
        client = net.connect(port, '127.0.0.1'); client.setTimeout(15, () => { seen.push('idle'); }); client.setEncoding('hex'); client.on('data', (data) => seen.push(data)); await once(client, 'close'); console.log(seen.splice(0));
        client = net.connect(port, '127.0.0.1'); await once(client, 'connect'); client.pause(); client.on('data', (data) => seen.push(String(data))); await wait(20); seen.push('resumes'); client.resume(); await once(client, 'close'); console.log(seen.splice(0));
        client = net.connect(port, '127.0.0.1'); for await (const piece of client) seen.push(String(piece)); console.log(seen.splice(0), client.destroyed);
        client = net.connect(port, '127.0.0.1'); await once(client, 'readable'); console.log(String(client.read(4)), client.readableLength, String(client.read())); client.destroy(); await once(client, 'close');
        const abort = new AbortController(); client = net.connect({ port, host: '127.0.0.1', signal: abort.signal }); client.on('error', (error) => console.log(error.name, error.code, error.message)); abort.abort(); await happens(client, 'close');
        client = net.connect({ port, host: '127.0.0.1', signal: AbortSignal.abort() }); client.on('error', (error) => console.log(error.name, error.code, error.message)); await wait(20); console.log(client.destroyed, client.connecting, client.readyState);  client.destroy();
        client = new net.Socket(); for (let i = 0; i < 2; i++) { client.connect(port, '127.0.0.1'); client.once('data', (data) => seen.push(String(data))); client.resume(); await once(client, 'close'); } console.log(seen.splice(0), client.bytesRead);
        server.close();
      })();
    `);
  });
});

describe('servers', () => {
  test('listening in all its forms, and where it is refused', async () => {
    await expectSame(`${START}
      const listen = (...args) => new Promise((resolve) => {
        const server = net.createServer();
        const port = () => server.address()?.port;
        server.on('error', (error) => { errorOf(error); resolve(server); });
        server.on('listening', () => { const { address, family } = server.address(); console.log(address, family, server.listening); resolve(server); });
        server.listen(...args);
      });
      const close = (server) => new Promise((done) => server.close(done));
      (async () => {
        for (const args of [[], [0], [null], [undefined], ['0'], [0, '127.0.0.1'], [0, '::1'], [0, '::'], [0, '0.0.0.0'], [0, '127.0.0.9', 5], [0, 5], [{ port: 0 }], [{ port: undefined }], [{ port: 0, host: '127.0.0.1', backlog: 5, exclusive: true }], [{ port: 0, host: '::', ipv6Only: true }], [() => {}], [null, () => {}]])
          await close(await listen(...args));
        await listen(0, '203.0.113.77'); await listen(4321, '203.0.113.77'); await listen({ port: 4321, host: '2001:db8::77' });
        const server = await listen(0, '127.0.0.1');
        const { port } = server.address();
        const again = net.createServer(); again.on('error', (error) => console.log(error.message.replace(port, 'P'), error.code, error.errno, error.syscall, error.address, error.port === port)); again.listen(port, '127.0.0.1'); await happens(again, 'error'); console.log(again.listening, again.address());
        again.listen(port); await happens(again, 'error');
        again.listen(port, '127.0.0.2'); await once(again, 'listening'); console.log(again.address().address); await close(again);
        tell(() => server.listen(0)); tell(() => server.close()); tell(() => server.address());
        await once(server, 'close');
        server.close((error) => console.log(error.code, error.message)); await once(server, 'close');
        const disposed = await listen(0); await disposed[Symbol.asyncDispose](); console.log(disposed.listening); await disposed[Symbol.asyncDispose]();
        const abort = new AbortController(); const aborted = net.createServer().listen({ port: 0, signal: abort.signal }); await once(aborted, 'listening'); abort.abort(); await once(aborted, 'close'); console.log('aborted');
        const reused = net.createServer().listen(0, () => console.log('once')); await once(reused, 'listening'); await close(reused); reused.listen(0, () => console.log('twice')); await once(reused, 'listening'); await close(reused);
      })();
    `);
  });

  test('connections are counted, dropped, paused; both families are heard', async () => {
    await expectSame(`${START}
      const wait = (ms) => new Promise((done) => setTimeout(done, ms));
      (async () => {
        const server = net.createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 1500 });
        server.maxConnections = 2;
        const sockets = [];
        server.on('connection', (socket) => { sockets.push(socket); socket.on('error', () => {}); });
        server.on('drop', (data) => console.log('drop', { ...data, localPort: data.localPort === port, remotePort: data.remotePort > 0 }));
        server.listen(0); await once(server, 'listening');
        const { port } = server.address();
        const count = () => new Promise((done) => server.getConnections((error, number) => done(number)));
        const clients = [];
        for (const host of ['127.0.0.1', '::1', '127.0.0.1', '::ffff:127.0.0.1']) { const client = net.connect(port, host); client.on('error', (error) => console.log(error.code)); client.on('close', () => console.log(host, 'closed')); client.end('text for ' + host); client.resume(); clients.push(client); await once(client, 'connect'); await wait(10); console.log(client.remoteAddress ?? 'gone', await count()); }
        console.log(sockets.map((socket) => [socket.remoteAddress, socket.remoteFamily, socket.localAddress, socket.isPaused(), socket.bytesRead]));
        server.close(() => console.log('server closed'));
        for (const socket of sockets) { socket.setEncoding('utf8'); socket.on('data', (data) => console.log(data)); socket.resume(); await once(socket, 'close'); }
        console.log(await count());
        const picky = net.createServer({ blockList: (() => { const list = new net.BlockList(); list.addAddress('127.0.0.3'); return list; })() }, (socket) => { console.log('let in', socket.remoteAddress); socket.end(); }).listen(0, '127.0.0.1'); await once(picky, 'listening');
        for (const localAddress of ['127.0.0.3', '127.0.0.4']) { const client = net.connect({ port: picky.address().port, host: '127.0.0.1', localAddress }); client.on('error', (error) => console.log(error.code)); client.resume(); await happens(client, 'close'); }
        picky.close();
        net.createServer().listen(0).unref();
        const quiet = net.createServer((socket) => socket.unref()).listen(0); await once(quiet, 'listening'); const idle = net.connect(quiet.address().port); idle.unref(); quiet.unref(); idle.on('connect', () => console.log('connected and alone'));
      })();
    `);
  });
});

describe('over the network', () => {
  test('an address that does not answer is left after a while for the next', async () => {
    const { stdout, ms } = await runProgram(`${START}
      const server = { port: 80 };
      const lookup = (host, options, done) => process.nextTick(done, null, [{ address: '192.0.2.77', family: 4 }, { address: '2001:db8::2', family: 6 }]);
      const socket = net.connect({ host: 'two.example', port: 9, lookup, autoSelectFamilyAttemptTimeout: 100 });
      for (const name of ['connectionAttempt', 'connectionAttemptFailed', 'connectionAttemptTimeout']) socket.on(name, (address, port, family) => console.log(Math.round(process.uptime() * 1000), name, address, port, family));
      socket.on('error', (error) => { errorOf(error); error.errors.forEach(errorOf); });
    `);
    expect(stdout.split('\n')[0]).toContain('0 connectionAttempt 192.0.2.77 9 4');
    expect(stdout).toContain(
      '100 connectionAttemptTimeout 192.0.2.77 9 4\n100 connectionAttempt 2001:db8::2 9 6\n',
    );
    expect(stdout).toContain("message: 'connect ETIMEDOUT 192.0.2.77:9'");
    expect(stdout).toContain("message: 'connect ECONNREFUSED 2001:db8::2:9'");
    expect(ms).toBeGreaterThanOrEqual(102);
  });

  test('where no route leads, and where nobody answers', async () => {
    const { stdout } = await runProgram(`${START}
      const socket = net.connect(80, '198.51.100.1'); socket.on('error', errorOf);
      const six = net.connect(80, '2001:db8:1::1'); six.on('error', errorOf);
      const lost = net.connect(80, '192.0.2.77'); lost.on('error', errorOf);
      const far = net.connect({ port: 80, host: '192.0.2.2', localAddress: '127.0.0.1' }); far.on('error', errorOf);
    `);
    expect(stdout).toContain("message: 'connect ENETUNREACH 198.51.100.1:80 - Local (0.0.0.0:0)'");
    expect(stdout).toContain("message: 'connect ENETUNREACH 2001:db8:1::1:80 - Local (:::0)'");
    expect(stdout).toContain("message: 'connect EHOSTUNREACH 192.0.2.77:80'");
    expect(stdout).toContain("message: 'connect EINVAL 192.0.2.2:80 - Local (127.0.0.1:0)'");
  });

  test('what the machine does not have is refused, and said', async () => {
    const { stdout } = await runProgram(`${START}
      for (const act of [() => net.connect('/tmp/x'), () => net.createServer().listen('/tmp/x'), () => new net.Socket({ fd: 3 }), () => new net.Socket(3), () => net.createServer().listen({ fd: 3 }), () => new net.BoundSocket({ reusePort: true })]) tell(act);
      net.createServer().on('error', (error) => console.log(error.message)).listen({ port: 80, host: '127.0.0.1', reusePort: true });
    `);
    expect(stdout.match(/ERR_FEATURE_UNAVAILABLE_ON_PLATFORM/g)).toHaveLength(5);
    expect(stdout).toContain('listen ENOTSUP: operation not supported on socket 127.0.0.1:80');
    expect(stdout).toContain('bind ENOTSUP 0.0.0.0');
    expect(stdout).toContain('Unix sockets are unavailable on the simulated machine');
  });
});

// Whole programs, whose every line must be Node's.
describe('programs', () => {
  test.each([
    [
      'a server that closes while somebody connects and resets',
      `
        const net = require('net');
        const s = net.createServer(() => console.log('conn'));
        s.on('listening', () => console.log('listening event')); s.on('close', () => console.log('close event'));
        console.log(s.listen(0) === s, s.listening, s.address().family, typeof s.address().port);
        const port = s.address().port;
        const c = net.connect(port, '127.0.0.1', () => console.log('connected'));
        c.on('error', (e) => console.log(e.code)); c.on('close', (h) => console.log('client close', h));
        s.close((e) => console.log('close cb', e));
        c.resetAndDestroy(); c.destroy();
      `,
    ],
    [
      'closing before, while and after it listens',
      `
        const net = require('net');
        const s = net.createServer();
        s.close((e) => console.log('never listened', e && e.code));
        s.listen(0, () => console.log('never said'));
        s.close((e) => console.log('closed at once', e));
        s.once('close', () => { s.listen(0, '127.0.0.1', () => { console.log('again', s.address().address); s.close(() => { console.log('over'); s.close((e) => console.log(e.message)); }); }); });
        process.on('exit', (code) => console.log('exit', code));
      `,
    ],
    [
      'destroyed at each step on the way',
      `
        const net = require('net');
        const s = net.createServer((x) => { x.on('error', () => {}); x.resume(); }).listen(0, '127.0.0.1', async () => {
          const { port } = s.address();
          const look = (h, o, cb) => setTimeout(() => o.all ? cb(null, [{ address: '127.0.0.1', family: 4 }]) : cb(null, '127.0.0.1', 4), 1);
          for (const where of ['lookup', 'connect', 'ready', 'now', 'tick']) {
            const c = net.connect({ port, host: 'x', lookup: look });
            const seen = [];
            for (const n of ['lookup', 'connectionAttempt', 'connect', 'ready', 'end', 'finish', 'error']) c.on(n, () => seen.push(n));
            const closed = new Promise((r) => c.on('close', (h) => { seen.push('close ' + h); r(); }));
            if (where === 'now') c.destroy(); else if (where === 'tick') process.nextTick(() => c.destroy()); else c.on(where, () => c.destroy());
            await closed; await new Promise((r) => setTimeout(r, 5));
            console.log(where, seen, c.connecting, c.readyState);
          }
          const c = net.connect(port, '127.0.0.1'); c.end(); c.on('close', (h) => { console.log('ended before it connected', h, c.bytesWritten); s.close(); }); c.resume();
        });
      `,
    ],
    [
      'what is unreferenced keeps no program alive',
      `
        const net = require('net');
        const s = net.createServer((x) => { x.write('hello'); x.unref(); }).listen(0, '127.0.0.1', () => {
          for (const t of [8, 5, 3]) { const c = net.connect(s.address().port, '127.0.0.1'); c.setTimeout(t * 1000, () => console.log('timeout')); c.unref(); c.on('data', () => {}); c.on('close', () => console.log('no')); }
          setTimeout(() => console.log('last'), 50);
        }); s.unref(); process.on('exit', () => console.log('exit'));
      `,
    ],
    [
      'nor does a paused connection',
      `
        const net = require('net');
        const s = net.createServer({ pauseOnConnect: true }, (x) => { console.log('paused', x.isPaused()); s.close(); }).listen(0, '127.0.0.1', () => {
          const c = net.connect(s.address().port, '127.0.0.1', () => { c.pause(); console.log('c paused'); }); c.on('close', () => console.log('c close'));
        });
        process.on('exit', (c) => console.log('exit', c)); process.on('beforeExit', () => console.log('beforeExit'));
      `,
    ],
    [
      'the same socket connects again and again',
      `
        const net = require('net');
        let read = 0, written = 0, count = 0;
        const tcp = net.Server((s) => { s.resume(); s.on('end', () => { read += s.bytesRead; }); });
        tcp.listen(0, function () {
          const c = net.createConnection(this.address().port);
          c.on('connect', () => { count++; c.write('foo', () => c.end('bar')); });
          c.on('finish', () => { written += c.bytesWritten; });
          c.on('close', () => { console.log(read, written, c.bytesWritten); if (count < 3) c.connect(tcp.address().port); else tcp.close(); });
        });
      `,
    ],
    [
      'all the ways in which a server lets go',
      `
        const net = require('net');
        const run = (onConn, label) => new Promise((resolve) => {
          const s = net.createServer(onConn).listen(0, '127.0.0.1', () => {
            const c = net.connect(s.address().port, '127.0.0.1'); const seen = [];
            c.on('data', (d) => seen.push('data ' + d)); c.on('end', () => seen.push('end')); c.on('error', (e) => seen.push(e.message)); c.on('close', (h) => { seen.push('close ' + h); console.log(label, seen); s.close(resolve); });
            c.on('connect', () => { c.write('request'); });
          });
        });
        (async () => {
          await run((x) => x.once('data', () => x.destroy()), 'destroy');
          await run((x) => x.once('data', () => x.end('bye')), 'end');
          await run((x) => x.once('data', () => { x.write('a'); x.destroy(); }), 'write destroy');
          await run((x) => x.once('data', () => { x.write('a'); x.destroySoon(); }), 'destroySoon');
          await run((x) => x.once('data', () => x.resetAndDestroy()), 'reset');
          await run((x) => { x.end('early'); x.resume(); }, 'early');
          await run((x) => { x.pipe(x); x.once('data', () => setTimeout(() => x.unpipe(x).end(), 20)); }, 'pipe');
          await run((x) => x.once('data', () => x.destroy(new Error('mine'))).on('error', () => {}), 'error');
        })();
      `,
    ],
    [
      'writing after the end has come',
      `
        const net = require('net');
        const s = net.createServer({ allowHalfOpen: true }, (x) => { x.on('end', () => { console.log('end', x.readable, x.writable, x.readyState); x.write('after end '); setTimeout(() => x.end('bye'), 10); }); x.resume(); });
        s.listen(0, '127.0.0.1', () => {
          const c = net.connect({ port: s.address().port, host: '127.0.0.1', allowHalfOpen: true }, () => c.end()); let t = '';
          c.on('finish', () => console.log('finish', c.readyState)); c.on('data', (d) => { t += d; }); c.on('end', () => console.log('client end', t, c.readyState, c.destroyed)); c.on('close', () => { console.log('close', c.readyState); s.close(); });
        });
      `,
    ],
    [
      'a hundred at once',
      `
        const net = require('net');
        let open = 0, most = 0, done = 0;
        const s = net.createServer((x) => { open++; most = Math.max(most, open); x.on('close', () => { open--; }); x.on('data', (d) => x.end('re:' + d)); }).listen(0, '127.0.0.1', () => {
          for (let i = 0; i < 100; i++) { const c = net.connect(s.address().port, '127.0.0.1', () => c.write('m' + i)); let t = ''; c.on('data', (d) => { t += d; }); c.on('close', (h) => { if (t !== 're:m' + i || h) console.log('wrong', i, t, h); if (++done === 100) s.close(() => console.log('done', open, s._connections)); }); }
        });
      `,
    ],
    [
      'connecting again after an error',
      `
        const net = require('net'); const { once } = require('events');
        (async () => {
          const s = net.createServer((x) => { x.on('error', () => {}); x.end('hi'); }).listen(0, '127.0.0.1'); await once(s, 'listening'); const { port } = s.address();
          const c = new net.Socket({ allowHalfOpen: false }); c.on('error', (e) => console.log('error', e.code, e.message));
          c.connect(1, '127.0.0.1'); await new Promise((r) => c.once('close', r)); console.log(c.destroyed, c.errored && c.errored.code, c.connecting);
          c.connect(port, '127.0.0.1'); console.log(c.destroyed, c.errored, c.connecting, c.readyState); c.resume(); await new Promise((r) => c.once('close', r)); console.log('closed', c.bytesRead, c.readableEnded, c.writableFinished);
          c.connect({ port, host: '127.0.0.1' }, () => console.log('third')); let t = ''; c.on('data', (d) => { t += d; }); await new Promise((r) => c.once('close', r)); console.log(t);
          s.close();
          const e = new net.Socket(); e.on('error', (x) => console.log(x.code)); e.end('x'); console.log(e.writable, e.readyState); e.on('close', () => console.log('e closed'));
        })();
      `,
    ],
  ])('%s', async (_title, source) => {
    await expectSame(source);
  });

  test('an address that is had before it is used', async () => {
    await expectSame(`
      const net = require('net'); const { once } = require('events');
      const tell = (act) => { try { console.log(act()); } catch (e) { console.log(e.name, e.code, e.message); } };
      const shown = console.log; console.log = (...args) => shown(...args.map((one) => (typeof one === 'string' ? one.replace(/\\d{5}/g, 'P') : one)));
      for (const o of [5, { port: -1 }, { host: 'x' }, { host: 5 }, { ipv6Only: 1 }, { reusePort: 1 }, { host: '203.0.113.9' }]) tell(() => new net.BoundSocket(o).address());
      (async () => {
        const bound = new net.BoundSocket({ host: '127.0.0.1' }); const { address, family, port } = bound.address(); console.log(address, family, port > 0, bound.isPipe);
        const s = net.createServer((x) => { console.log('conn', x.localPort === port); x.end(); }); s.listen(bound); await once(s, 'listening'); console.log(s.address().port === port);
        tell(() => bound.address()); tell(() => bound.close()); tell(() => s.listen(bound)); tell(() => new net.Socket({ handle: bound })); bound[Symbol.dispose]();
        tell(() => new net.BoundSocket({ host: '127.0.0.1', port }).address().port === port);
        const own = new net.BoundSocket({ host: '127.0.0.1' }); const mine = own.address().port;
        const c = new net.Socket({ handle: own }); console.log(c.localPort === mine, c.readyState, c.pending, c.connecting);
        tell(() => c.connect({ port, host: '127.0.0.1', localPort: 5 }));
        const d = new net.Socket({ handle: new net.BoundSocket() }); d.connect(port, '127.0.0.1'); console.log(d.localAddress); d.resume(); d.on('error', (e) => console.log(e.message)); await new Promise((r) => d.on('close', r));
        const six = new net.BoundSocket({ ipv6Only: true }); console.log(six.address().address, six.address().family); six.close(); tell(() => six.address());
        const two = net.createServer(); two.listen({ handle: new net.BoundSocket({ host: '127.0.0.2' }) }, () => { console.log(two.address().address); two.close(); }); await once(two, 'close');
        s.close(); c.destroy();
      })();
    `);
  });
});
